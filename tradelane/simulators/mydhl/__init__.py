"""The simulated MyDHL API of DHL Express: booking, papers and tracking."""

"""The simulated KTNET cross-border trade API: files export declarations and passes on what customs says."""

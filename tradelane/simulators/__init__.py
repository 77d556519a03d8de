"""Stand-ins for the systems outside: strangers that speak documented protocols and keep their own books."""

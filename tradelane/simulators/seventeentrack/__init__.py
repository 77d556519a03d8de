"""17TRACK, API v2.4: numbers are registered, events are pushed."""

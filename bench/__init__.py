"""The performance suite: `python -m bench SUBJECT`. It prints what it measured beside its limit and fails above it."""

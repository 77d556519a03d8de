"""EasyPost as a stranger: offers, purchases, refunds and trackers."""

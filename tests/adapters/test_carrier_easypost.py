"""EasyPost does what every carrier must do; what is its own stands in `test_adapter_easypost.py`."""

from __future__ import annotations

from tests.adapters.carriers import EveryCarrier


class TestEasypost(EveryCarrier):
    name = "easypost"
    booking = "buy"
    tracking = "track"
    voiding = "refund"

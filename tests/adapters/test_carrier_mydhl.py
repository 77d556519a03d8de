"""MyDHL does what every carrier must do; what is its own stands in `test_adapter_mydhl.py` and its contract."""

from __future__ import annotations

from tests.adapters.carriers import EveryCarrier


class TestMydhl(EveryCarrier):
    name = "mydhl"
    booking = "book"
    tracking = "tracking"
    upload = "upload_image"
    preadvice = "upload_invoice_data"

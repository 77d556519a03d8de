"""What EasyPost wants of a shipment, and its one shape of an error. Source: docs/counterparties/easypost.md."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from starlette.responses import JSONResponse, Response

Body = Mapping[str, Any]
Check = Callable[[Any], bool]


class Problem(Exception):
    """A refusal: status, code, and the fields complained of."""

    def __init__(self, status: int, code: str, message: str, *fields: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.fields = fields

    def response(self) -> Response:
        """The error as EasyPost words it."""
        rows = [{"field": field, "message": self.message, "suggestion": None} for field in self.fields]
        error = {"code": self.code, "message": self.message, "errors": rows}
        return JSONResponse({"error": error}, self.status)


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _above_zero(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, int | Decimal) and value > 0


def _tenths(value: Any) -> bool:
    return _above_zero(value) and value == round(Decimal(value), 1)


def _like(pattern: str) -> Check:
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def _one_of(*words: str) -> Check:
    return lambda value: value in words


def _object(value: Any) -> bool:
    return isinstance(value, dict)


def _rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value)


COUNTRY, CURRENCY = _like("[A-Z]{2}"), _like("[A-Z]{3}")
Fields = Mapping[str, tuple[Check, bool]]
"""Check and whether it is required, by name; a name that is not there is refused."""

SHIPMENT: Fields = {
    "reference": (_text, False),
    "to_address": (_object, True),
    "from_address": (_object, True),
    "parcel": (_object, True),
    "customs_info": (_object, True),  # both ends lie in two countries
    "carrier_accounts": (_rows, True),
    "options": (_object, False),
}
ADDRESS: Fields = {
    "name": (_text, True),
    "company": (_text, False),
    "street1": (_text, True),
    "street2": (_text, False),
    "city": (_text, True),
    "state": (_text, False),
    "zip": (_text, False),
    "country": (COUNTRY, True),
    "phone": (_text, False),
    "email": (_like(r"[^@\s]+@[^@\s]+"), False),
    "federal_tax_id": (_text, False),
}
PARCEL: Fields = {
    "weight": (_tenths, True),
    "length": (_tenths, True),
    "width": (_tenths, True),
    "height": (_tenths, True),
}
CUSTOMS_INFO: Fields = {
    "contents_type": (_one_of("merchandise", "gift", "documents", "sample", "returned_goods", "other"), True),
    "customs_certify": (lambda value: value is True, True),
    "customs_signer": (_text, True),
    "non_delivery_option": (_one_of("return", "abandon"), False),
    "restriction_type": (_one_of("none"), False),
    "customs_items": (_rows, True),
    "declaration": (_text, False),
}
CUSTOMS_ITEM: Fields = {
    "description": (_text, True),
    "quantity": (_above_zero, True),
    "value": (_above_zero, True),
    "currency": (CURRENCY, False),
    "weight": (_above_zero, True),
    "hs_tariff_number": (_like(r"\d{6}(\d{4})?"), False),
    "code": (_text, False),
    "origin_country": (COUNTRY, True),
}
OPTIONS: Fields = {
    "label_format": (_one_of("PNG", "PDF", "ZPL", "EPL2"), False),
    "label_date": (_like(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)"), False),
    "currency": (CURRENCY, False),
    "incoterm": (_one_of("EXW", "FCA", "CPT", "CIP", "DAT", "DAP", "DDP", "FAS", "FOB", "CFR", "CIF"), False),
    "invoice_number": (_text, False),
    "print_custom_1": (_text, False),
}


def check_shipment(shipment: Any) -> dict[str, Any]:
    """The shipment as it was sent; raises Problem 422 for the first part of it that does not fit."""
    _check(shipment, SHIPMENT, "", "SHIPMENT.INVALID_PARAMS")
    for name in ("to_address", "from_address"):
        _check(shipment[name], ADDRESS, f"{name}.", "ADDRESS.PARAMETERS.INVALID")
    _check(shipment["parcel"], PARCEL, "parcel.", "PARCEL.PARAMETERS.INVALID")
    _check(shipment["customs_info"], CUSTOMS_INFO, "customs_info.", "CUSTOMS_INFO.PARAMETERS.INVALID")
    items = shipment["customs_info"]["customs_items"]
    for item in items:
        _check(item, CUSTOMS_ITEM, "customs_items.", "CUSTOMS_ITEM.PARAMETERS.INVALID")
    if len({item.get("currency", "USD") for item in items}) > 1:
        raise Problem(422, "CUSTOMS_ITEM.CURRENCY.ONE_CURRENCY_SUPPORTED", "one currency is supported")
    _check(shipment.get("options", {}), OPTIONS, "options.", "SHIPMENT.OPTIONS.INVALID")
    known: dict[str, Any] = shipment
    return known


def _check(part: Any, fields: Fields, place: str, code: str) -> None:
    if not isinstance(part, dict):
        raise Problem(422, code, "is invalid", place.rstrip(".") or "shipment")
    wrong = [name for name in part if name not in fields]
    wrong += [
        name
        for name, (check, needed) in fields.items()
        if (name in part and not check(part[name])) or needed > (name in part)
    ]
    if wrong:
        raise Problem(422, code, "is missing or invalid", *(f"{place}{name}" for name in wrong))

"""What DHL checks after the shape of a request is right: business rules, answered as 400 with a code before the text.

Codes 998, 7008, 7096, 7120, 1504 and 8003 are documented; others are this simulator's. Source: docs/counterparties/mydhl.md.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import cast

Body = Mapping[str, object]

PLANNED = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}) GMT([+-][0-9]{2}:[0-9]{2})")
FURTHEST = timedelta(days=10)
PRODUCTS = frozenset({"P"})
ACCOUNTS = frozenset({"960000001", "960000002"})
"""Accounts that the demo user may use: the installation's, and one of a brand's own."""
NOT_ALLOWED = "8003: Account not allowed for this service"
CODE_LENGTHS = {"outbound": 10, "inbound": 8}
CENT = Decimal("0.01")
BAD_DATE = "998: ShipTimeStamp is not well formatted (expected such as 2010-02-11T17:10:09 GMT+01:00)"

MAGIC = {
    "PDF": (b"%PDF-",),
    "PNG": (b"\x89PNG",),
    "GIF": (b"GIF8",),
    "TIFF": (b"II*", b"MM\x00"),
    "JPEG": (b"\xff\xd8",),
}


def planned_at(text: str) -> datetime | None:
    """The planned shipping instant, or None when the text has another form (the blank before GMT counts)."""
    found = PLANNED.fullmatch(text)
    if found is None:
        return None
    try:
        return datetime.fromisoformat(found[1] + found[2])
    except ValueError:
        return None


def booking_problems(booking: Body, now: datetime) -> Iterator[str]:
    """All business problems of a booking whose shape is right."""
    yield from _date_problems(str(booking["plannedShippingDateAndTime"]), now)
    if booking["productCode"] not in PRODUCTS:
        yield f"996: The requested product {booking['productCode']} is not available on this lane"
    strangers = {str(account["number"]) for account in listed(booking.get("accounts"))} - ACCOUNTS
    if strangers or not account_of(booking):
        yield NOT_ALLOWED
    content = mapping(booking["content"])
    declaration = content.get("exportDeclaration")
    if content["isCustomsDeclarable"]:
        if declaration is None:
            yield "7105: #/content/exportDeclaration is required when isCustomsDeclarable is true"
        if "declaredValue" not in content or "declaredValueCurrency" not in content:
            yield "7106: #/content/declaredValue and declaredValueCurrency are required when isCustomsDeclarable is true"
    if declaration is not None:
        yield from _declaration_problems(content, mapping(declaration))
    if "WY" in services(booking) and not (booking.get("documentImages") or wants(booking, "invoice")):
        yield ("7120: Required either #/outputImageProperties/imageOptions where typeCode=invoice or #/documentImages")
    for place, image in enumerate(listed(booking.get("documentImages"))):
        yield from image_problems(image, f"#/documentImages/{place}")


def _date_problems(text: str, now: datetime) -> Iterator[str]:
    planned = planned_at(text)
    if planned is None:
        yield BAD_DATE
    elif planned < now:
        yield "999: The planned shipping date is in the past"
    elif planned > now + FURTHEST:
        yield "999: The planned shipping date is more than 10 days ahead"


def _declaration_problems(content: Body, declaration: Body) -> Iterator[str]:
    goods = net = Decimal(0)
    for place, line in enumerate(listed(declaration["lineItems"]), 1):
        where = f"#/content/exportDeclaration/lineItems/{place - 1}"
        if line["number"] != place:
            yield f"7110: {where}/number is {line['number']}, expected {place}"
        quantity = mapping(line["quantity"])
        total = number(line["price"]) * number(quantity["value"])
        goods += total
        weight = mapping(line["weight"])
        net += number(weight.get("netValue", 0))
        if not weight:
            yield f"7111: {where}/weight needs netValue or grossValue"
        if "preCalculatedLineItemTotalValue" in line and differs(line["preCalculatedLineItemTotalValue"], total):
            yield f"7112: {where}/preCalculatedLineItemTotalValue is not price x quantity"
        for code in listed(line.get("commodityCodes")):
            digits = str(code["value"]).replace(".", "")
            length = CODE_LENGTHS[str(code["typeCode"])]
            if not re.fullmatch(f"[0-9]{{{length}}}", digits):
                yield f"7113: {where}/commodityCodes: {code['typeCode']} code needs {length} digits"
    charges = sum((number(charge["value"]) for charge in listed(declaration.get("additionalCharges"))), Decimal(0))
    value = content.get("declaredValue")
    if value is not None and differs(value, goods) and differs(value, goods + charges):
        yield f"7114: #/content/declaredValue is not the sum of the line items ({goods})"
    totals = mapping(mapping(declaration.get("invoice", {})).get("preCalculatedTotalValues", {}))
    if totals and differs(totals["preCalculatedTotalGoodsValue"], goods):
        yield "7115: preCalculatedTotalGoodsValue is not the sum of the line items"
    if totals and differs(totals["preCalculatedTotalInvoiceValue"], goods + charges):
        yield "7116: preCalculatedTotalInvoiceValue is not the sum of the line items and charges"
    if net > sum((number(package["weight"]) for package in listed(content["packages"])), Decimal(0)):
        yield "7117: the line items weigh more than the packages"


def image_problems(image: Body, where: str) -> Iterator[str]:
    """What is wrong with one paper: base64 that is none, or a file of another format than said."""
    try:
        content = base64.b64decode(str(image["content"]), validate=True)
    except binascii.Error:
        yield f"7130: {where}/content is not valid base64"
        return
    form = str(image.get("imageFormat", "PDF"))
    if not content.startswith(MAGIC[form]):
        yield f"7131: {where}/content is not a {form} file"


def account_of(body: Body) -> str:
    """The shipper's account in a request, or an empty text."""
    return next(
        (str(account["number"]) for account in listed(body.get("accounts")) if account["typeCode"] == "shipper"), ""
    )


def services(booking: Body) -> set[str]:
    """The codes of the value added services."""
    return {str(service["serviceCode"]) for service in listed(booking.get("valueAddedServices"))}


def wants(booking: Body, image: str) -> bool:
    """Whether a booking asks for an image of a type."""
    options = listed(mapping(booking.get("outputImageProperties", {})).get("imageOptions"))
    return any(option["typeCode"] == image and option.get("isRequested", True) for option in options)


def references(booking: Body) -> list[tuple[str, str]]:
    """All customer references of a booking and its packages: (value, type code), `CU` where no type is given."""
    content = mapping(booking["content"])
    found = listed(booking.get("customerReferences"))
    for package in listed(content["packages"]):
        found = found + listed(package.get("customerReferences"))
    return [(str(reference["value"]), str(reference.get("typeCode", "CU"))) for reference in found]


def declaration_numbers(booking: Body) -> set[str]:
    """The customs declaration numbers a booking carries."""
    declaration = mapping(mapping(booking["content"]).get("exportDeclaration", {}))
    numbers = {value for value, kind in references(booking) if kind == "CDN"}
    return numbers | {part for part in re.split(r"[ ,;/]+", str(declaration.get("exportReference", ""))) if part}


def differs(value: object, right: Decimal) -> bool:
    """Whether two amounts are more than a cent apart."""
    return abs(number(value) - right) > CENT


def number(value: object) -> Decimal:
    """A JSON number already checked to be one."""
    return Decimal(value) if isinstance(value, int | Decimal) else Decimal(0)


def mapping(value: object) -> Body:
    """A JSON object already checked to be one."""
    return cast(Body, value)


def listed(value: object) -> list[Body]:
    """A JSON list of objects already checked to be one; empty when it is left out."""
    return cast(list[Body], value or [])

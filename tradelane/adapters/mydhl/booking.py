"""The booking request: one parcel with pickup, customs data and paperless trade, field by field.

Where the facts go: our UCR is `customerReferences` CU (and UCN on the invoice); the Korean declaration numbers are
CDN, the first also `exportReference`; the Korean HSK is the `outbound` code, the Chilean one `inbound`. The
accreditation of IVA is a declaration note (see `accreditation`).
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from tradelane.adapters.errors import Refused
from tradelane.adapters.mydhl import accounts, parties
from tradelane.adapters.mydhl.accreditation import note
from tradelane.adapters.mydhl.client import PARTY, MydhlAccess
from tradelane.domain.consignment import Consignment, ConsignmentItem, Package
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import ExportDeclarationNumber
from tradelane.domain.money import Money
from tradelane.domain.trade_time import KOREA
from tradelane.domain.transliteration import cut_at_word
from tradelane.ports import BookingRequest

REASON = "commercial_purpose_or_sale"

PICKUP_OPENS = time(9, 0)
PICKUP_WINDOW = timedelta(hours=2)
"""The least time DHL wants between the planned instant and the closing time of the place."""

CONTENTS = 70
"""Characters of `content.description`."""


def request_body(
    request: BookingRequest, access: MydhlAccess, now: datetime, lead: timedelta | None = None
) -> dict[str, Any]:
    """Body of `POST /shipments`. `now` is trade time; `lead` replaces that of the settings.

    Raises:
        Refused: data that DHL cannot take as they are; `fault` says whose.
    """
    consignment = request.consignment
    exporter = consignment.exporter(consignment.parts[0].exporter_id)
    phone = access.receiver_phone or exporter.phone
    lead = access.lead if lead is None else lead
    fetched_at = courier_hours(max(request.planned_at, now + lead), access.pickup_close)
    return {
        "plannedShippingDateAndTime": planned(fetched_at, now, lead),
        "pickup": {"isRequested": True, "closeTime": access.pickup_close},
        "productCode": access.product_code,
        "accounts": account_rows(accounts.shipper_account(consignment, access), access, consignment),
        "valueAddedServices": _services(consignment, access),
        "outputImageProperties": {
            "encodingFormat": "pdf",
            "imageOptions": [
                {"typeCode": "label"},
                {"typeCode": "waybillDoc", "isRequested": True},
                # paperless trade is refused (7120) without an invoice, drawn by DHL or sent along
                {"typeCode": "invoice", "isRequested": True, "invoiceType": "commercial"},
            ],
        },
        "customerReferences": [
            {"value": str(consignment.ucr), "typeCode": "CU"},
            *({"value": str(number), "typeCode": "CDN"} for number in request.declaration_numbers),
        ],
        "customerDetails": {
            "shipperDetails": parties.shipper(exporter, access),
            "receiverDetails": parties.receiver(consignment.consignee, phone, consignment.orders[0]),
            **({"exporterDetails": parties.exporting(exporter)} if parties.complete(exporter) else {}),
        },
        "content": {
            "packages": [_package(package) for package in consignment.packages],
            "isCustomsDeclarable": True,
            "declaredValue": _three(consignment.goods_value.amount, "declared value"),
            "declaredValueCurrency": consignment.goods_value.currency,
            "description": _contents(consignment),
            "incoterm": consignment.incoterm.value,
            "unitOfMeasurement": "metric",
            "exportDeclaration": _export_declaration(request),
        },
    }


def planned(wanted: datetime, now: datetime, lead: timedelta) -> str:
    """Planned instant in Korean time, with the blank before GMT that DHL asks for; never in the past.

    >>> from datetime import UTC
    >>> day = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
    >>> planned(day, day, timedelta(0))
    '2026-11-23T10:30:00 GMT+09:00'
    """
    instant = max(wanted, now + lead).astimezone(KOREA)
    return f"{instant:%Y-%m-%dT%H:%M:%S} GMT+09:00"


def courier_hours(wanted: datetime, closes: str) -> datetime:
    """The first instant from `wanted` on at which a courier can come: on a weekday, from nine to two hours before
    the place closes (`HH:MM`). Korean holidays are not known here: then DHL comes on the next day it works.

    >>> from datetime import UTC
    >>> str(courier_hours(datetime(2026, 11, 27, 13, 41, tzinfo=UTC), "18:00"))
    '2026-11-30 09:00:00+09:00'
    """
    local = wanted.astimezone(KOREA)
    latest = datetime.combine(local.date(), time.fromisoformat(closes), KOREA) - PICKUP_WINDOW
    day = local.date() + timedelta(days=1 if local > latest else 0)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return max(local, datetime.combine(day, PICKUP_OPENS, KOREA))


LIST_CLEARANCE = "Please clear for export by your list (mokrok tonggwan): no export declaration by the exporter."
"""Asks DHL Korea for 목록통관; DHL documents no field for it, so it stands in the remarks [assumed]."""


def account_rows(shipper: str, access: MydhlAccess, consignment: Consignment | None = None) -> list[dict[str, str]]:
    """Accounts of a booking: who pays for carriage; duties and taxes are the installation's, only when the terms are DDP."""
    told = [{"typeCode": "shipper", "number": shipper}]
    if access.duties_account and consignment and consignment.incoterm == "DDP":
        told.append({"typeCode": "duties-taxes", "number": access.duties_account})
    return told


def _services(consignment: Consignment, access: MydhlAccess) -> list[dict[str, str]]:
    codes = ["WY"]
    if access.invoice_data:
        codes.append("PM")
    if access.duties_account and consignment.incoterm == "DDP":
        codes.append("DD")
    return [{"serviceCode": code} for code in codes]


def _package(package: Package) -> dict[str, Any]:
    return {
        "weight": _kilograms(package.gross_weight_g),
        "dimensions": {
            "length": _centimetres(package.length_cm),
            "width": _centimetres(package.width_cm),
            "height": _centimetres(package.height_cm),
        },
    }


def _export_declaration(request: BookingRequest) -> dict[str, Any]:
    consignment = request.consignment
    exporter = consignment.exporter(consignment.parts[0].exporter_id)
    numbers = request.declaration_numbers
    totals = invoice_totals(consignment)
    declaration: dict[str, Any] = {
        "lineItems": line_items(consignment, numbers),
        "invoice": {
            "number": request.invoice_number,
            "date": request.invoice_date.isoformat(),
            "signatureName": exporter.representative_en[:35],
            "totalNetWeight": _kilograms(consignment.net_weight_g),
            "totalGrossWeight": _kilograms(consignment.gross_weight_g),
            "customerReferences": [
                {"typeCode": "UCN", "value": str(consignment.ucr)},
                *({"typeCode": "CDN", "value": str(number)} for number in numbers),
            ],
            "preCalculatedTotalValues": totals,
        },
        "placeOfIncoterm": consignment.incoterm_place[:256],
        "exporter": {"id": str(exporter.business_registration_number), "code": "VAT"},
        "exportReason": "sale",
        "exportReasonType": REASON,
        "shipmentType": "commercial",
        "declarationNotes": [{"value": note(consignment)}],
    }
    if numbers:
        declaration["exportReference"] = str(numbers[0])
    if request.carrier_clears:
        declaration["remarks"] = [{"value": LIST_CLEARANCE}]
    if charges := additional_charges(consignment):
        declaration["additionalCharges"] = charges
    return declaration


def line_items(
    consignment: Consignment, numbers: tuple[ExportDeclarationNumber, ...], *, additional: bool = True
) -> list[dict[str, Any]]:
    """Lines of the invoice, each with its own exporter: a parcel may hold goods of several."""
    parts = {part.exporter_id: position for position, part in enumerate(consignment.parts)}
    told = dict(enumerate(numbers)) if len(numbers) == len(parts) else {}
    lines: list[dict[str, Any]] = []
    for position, item in enumerate(consignment.items, start=1):
        line = _line(position, item)
        if additional:
            exporter = consignment.exporter(item.exporter_id)
            words = [f"Exporter {exporter.name_en}, KR {exporter.business_registration_number}"]
            if number := told.get(parts[item.exporter_id]):
                words.append(f"Export declaration {number.printed}")
            line["additionalInformation"] = words
        lines.append(line)
    return lines


def _line(number: int, item: ConsignmentItem) -> dict[str, Any]:
    return {
        "number": number,
        "description": item.description_en.strip()[:512],
        "price": _three(item.unit_price.amount, f"price of {item.sku}"),
        "quantity": {"value": item.quantity, "unitOfMeasurement": "PCS"},
        "commodityCodes": [
            {"typeCode": "outbound", "value": str(item.hsk)},
            {"typeCode": "inbound", "value": str(item.cl_tariff)},
        ],
        "exportReasonType": REASON,
        "manufacturerCountry": str(item.origin),
        # of the whole line: DHL does not multiply
        "weight": {"netValue": _kilograms(item.net_weight_total_g)},
        "preCalculatedLineItemTotalValue": _three(item.amount.amount, f"amount of {item.sku}"),
    }


def additional_charges(consignment: Consignment) -> list[dict[str, Any]]:
    """What the buyer paid for carriage, beside the goods."""
    freight = consignment.shipping_charge
    if freight.amount <= 0:
        return []
    if freight.currency != consignment.goods_value.currency:
        raise _ours(f"Carriage is charged in {freight.currency}, the goods in {consignment.goods_value.currency}.")
    return [{"value": _three(freight.amount, "freight"), "typeCode": "freight"}]


def invoice_totals(consignment: Consignment) -> dict[str, Decimal]:
    goods = consignment.goods_value
    freight = consignment.shipping_charge if additional_charges(consignment) else Money.zero(goods.currency)
    return {
        "preCalculatedTotalGoodsValue": _three(goods.amount, "value of goods"),
        "preCalculatedTotalInvoiceValue": _three((goods + freight).amount, "value of invoice"),
    }


def _contents(consignment: Consignment) -> str:
    """What is inside, in at most 70 characters; the lines say it in full.

    Names that do not fit are left out whole: *set of 12* cut in the middle would be another set.
    """
    names = list(dict.fromkeys(" ".join(item.description_en.split()) for item in consignment.items))
    told = ""
    for count, name in enumerate(names):
        longer = f"{told}, {name}" if told else name
        others = len(names) - count - 1
        if len(longer) + (len(f" and {others} more") if others else 0) > CONTENTS:
            break
        told = longer
    else:
        return told
    if told:
        return f"{told} and {len(names) - count} more"
    return cut_at_word(names[0], CONTENTS)


def _kilograms(grams: int) -> Decimal:
    return Decimal(grams).scaleb(-3)


def _centimetres(length: Decimal) -> Decimal:
    """DHL knows no side under one centimetre and two decimals."""
    return max(length, Decimal(1)).quantize(Decimal("0.01"))


def _three(amount: Decimal, what: str) -> Decimal:
    """Amounts have at most three decimals; more is refused rather than rounded."""
    if amount != round(amount, 3):
        raise _ours(f"The {what} has more than three decimals.")
    return amount


def _ours(words: str) -> Refused:
    return Refused(PARTY, "does_not_fit", words, fault=Fault.OURS)

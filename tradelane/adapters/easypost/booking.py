"""The body of a shipment: parties, one parcel in ounces and inches, customs data and options."""

from __future__ import annotations

from datetime import UTC
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any

from tradelane.adapters.easypost.client import PARTY, EasypostAccess
from tradelane.adapters.errors import Refused
from tradelane.domain.catalogue import Exporter
from tradelane.domain.consignment import Consignment, ConsignmentItem
from tradelane.domain.holds import Fault
from tradelane.domain.order import Consignee
from tradelane.ports import BookingRequest

GRAMS_PER_OUNCE = Decimal("28.349523125")
CENTIMETRES_PER_INCH = Decimal("2.54")
TENTH, THOUSANDTH = Decimal("0.1"), Decimal("0.001")
INCOTERMS = frozenset({"EXW", "FCA", "CPT", "CIP", "DAT", "DAP", "DDP", "FAS", "FOB", "CFR", "CIF"})
DESCRIPTION = 255


def request_body(request: BookingRequest, access: EasypostAccess) -> dict[str, Any]:
    """Body of `POST /shipments`.

    Raises:
        Refused: what EasyPost cannot take, before anything is sent.
    """
    consignment = request.consignment
    if len(consignment.packages) != 1:
        raise _unfit(f"A shipment of EasyPost is one parcel, and this is {len(consignment.packages)}.", Fault.CARRIER)
    incoterm = str(consignment.incoterm.value)
    if incoterm not in INCOTERMS:
        raise _unfit(f"EasyPost has no terms of delivery {incoterm}.", Fault.OURS)
    return {
        "shipment": {
            "reference": str(consignment.ucr),
            "from_address": sender(_shipper(consignment)),
            "to_address": receiver(consignment.consignee),
            "parcel": _parcel(consignment),
            "customs_info": _customs(request),
            "carrier_accounts": [
                _shipper(consignment).carrier_accounts.get(PARTY, "").strip() or access.carrier_account
            ],
            "options": {
                "label_format": "PDF",
                "label_date": f"{request.planned_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
                "currency": consignment.goods_value.currency,
                "incoterm": incoterm,
                "invoice_number": request.invoice_number,
                "print_custom_1": str(consignment.ucr),
            },
        }
    }


def _shipper(consignment: Consignment) -> Exporter:
    """Who ships, and on whose account where it has one at EasyPost: the exporter of the first part."""
    return consignment.exporter(consignment.parts[0].exporter_id)


def sender(exporter: Exporter) -> dict[str, str]:
    """The exporter of the first part, with its Korean business registration number."""
    lacking = [
        name
        for name, value in (
            ("address", "".join(exporter.address_en)),
            ("city", exporter.city_en),
            ("telephone", exporter.phone),
        )
        if not value.strip()
    ]
    if lacking:
        words = f"The exporter {exporter.id} has no {', '.join(lacking)} in Latin letters."
        raise _unfit(words, Fault.SELLER_DATA, "missing_data")
    return {
        "name": exporter.representative_en,
        "company": exporter.name_en,
        **_streets(exporter.address_en),
        "city": exporter.city_en,
        "zip": exporter.postcode,
        "country": "KR",
        "phone": exporter.phone,
        "federal_tax_id": str(exporter.business_registration_number),
    }


def receiver(consignee: Consignee) -> dict[str, str]:
    """The buyer; what the marketplace does not tell is left out, nothing is cut."""
    address = consignee.address
    told = {
        "name": consignee.name,
        **_streets((*address.lines, address.note or "")),
        "city": address.comuna,
        "state": address.region.removeprefix("CL-"),
        "zip": address.postcode,
        "country": str(address.country),
        "phone": consignee.phone,
        "email": consignee.email,
        "federal_tax_id": str(consignee.rut) if consignee.rut else None,
    }
    return {name: value for name, value in told.items() if value}


def declared(numbers: tuple[str, ...]) -> str:
    """How the Korean export declarations are told to the carrier; empty without any."""
    return f"KR export declaration {' '.join(numbers)}" if numbers else ""


def ounces(grams: int, step: Decimal, rounding: str) -> Decimal:
    """Ounces in steps, at least one step.

    >>> str(ounces(345, Decimal("0.1"), ROUND_UP))
    '12.2'
    """
    return max((Decimal(grams) / GRAMS_PER_OUNCE).quantize(step, rounding), step)


def _streets(lines: tuple[str, ...]) -> dict[str, str]:
    first, *others = [" ".join(line.split()) for line in lines if line.strip()]
    return {"street1": first, "street2": ", ".join(others)} if others else {"street1": first}


def _parcel(consignment: Consignment) -> dict[str, Decimal]:
    """Rounded up to a tenth: less than the truth would be charged again."""
    package = consignment.packages[0]

    def inches(length: Decimal) -> Decimal:
        return max((length / CENTIMETRES_PER_INCH).quantize(TENTH, ROUND_UP), TENTH)

    return {
        "weight": ounces(package.gross_weight_g, TENTH, ROUND_UP),
        "length": inches(package.length_cm),
        "width": inches(package.width_cm),
        "height": inches(package.height_cm),
    }


def _customs(request: BookingRequest) -> dict[str, Any]:
    consignment = request.consignment
    currencies = {item.amount.currency for item in consignment.items}
    if len(currencies) != 1:
        raise _unfit(f"EasyPost takes one currency, and the goods have {len(currencies)}.", Fault.OURS)
    told: dict[str, Any] = {
        "contents_type": "merchandise",
        "customs_certify": True,
        "customs_signer": consignment.exporter(consignment.parts[0].exporter_id).representative_en,
        "non_delivery_option": "return",
        "restriction_type": "none",
        "customs_items": [_line(item) for item in consignment.items],
    }
    if words := declared(tuple(str(number) for number in request.declaration_numbers)):
        told["declaration"] = words
    return told


def _line(item: ConsignmentItem) -> dict[str, Any]:
    """One line; value and weight are those of the whole line."""
    if item.amount.amount <= 0:
        raise _unfit(f"The value of {item.sku} is not above zero.", Fault.SELLER_DATA)
    return {
        "description": " ".join(item.description_en.split())[:DESCRIPTION],
        "quantity": item.quantity,
        "value": item.amount.amount,
        "currency": item.amount.currency,
        "weight": ounces(item.net_weight_total_g, THOUSANDTH, ROUND_HALF_UP),
        "hs_tariff_number": str(item.hsk),
        "code": item.sku,
        "origin_country": str(item.origin),
    }


def _unfit(words: str, fault: Fault, reason: str = "refused") -> Refused:
    return Refused(PARTY, "does_not_fit", words, fault=fault, reason=reason)

"""The import pre-advice: `PATCH /shipments/{waybill}/upload-invoice-data` with the accreditation block.

DHL enables this call by exception (service PM in the booking). Its export declaration knows no declaration notes,
so the block is the first remark.
"""

from __future__ import annotations

from typing import Any

from tradelane.adapters.mydhl.accreditation import note
from tradelane.adapters.mydhl.booking import (
    REASON,
    account_rows,
    additional_charges,
    invoice_totals,
    line_items,
)
from tradelane.adapters.mydhl.client import MydhlAccess
from tradelane.ports import BookingRequest


def request_body(request: BookingRequest, access: MydhlAccess, planned_day: str, account: str) -> dict[str, Any]:
    """Body of upload-invoice-data; `planned_day` and `account` are those of the booking, as DHL keeps them."""
    consignment = request.consignment
    exporter = consignment.exporter(consignment.parts[0].exporter_id)
    declaration: dict[str, Any] = {
        # the lines of this call know no additional information
        "lineItems": line_items(consignment, request.declaration_numbers, additional=False),
        "invoice": {
            "number": request.invoice_number,
            "date": request.invoice_date.isoformat(),
            "function": "import",
            "customerReferences": [
                {"typeCode": "UCN", "value": str(consignment.ucr)},
                *({"typeCode": "CDN", "value": str(number)} for number in request.declaration_numbers),
            ],
            "preCalculatedTotalValues": invoice_totals(consignment),
        },
        "remarks": [{"value": note(consignment)}],
        "placeOfIncoterm": consignment.incoterm_place[:256],
        "exporter": {"id": str(exporter.business_registration_number), "code": "VAT"},
        "exportReasonType": REASON,
        "shipmentType": "commercial",
        "incoterm": consignment.incoterm.value,
    }
    if charges := additional_charges(consignment):
        declaration["additionalCharges"] = charges
    return {
        "plannedShipDate": planned_day,
        "accounts": account_rows(account, access, consignment)[:2],
        "content": {
            "exportDeclaration": [declaration],
            "currency": consignment.goods_value.currency,
            "unitOfMeasurement": "metric",
        },
    }

"""How EasyPost shows a shipment, its tracker and its label."""

from __future__ import annotations

import io
import sqlite3
from datetime import datetime, timedelta, timezone
from typing import Any

from reportlab.lib.pagesizes import A6
from reportlab.pdfgen.canvas import Canvas

from tradelane.simulators.easypost.books import Shipment
from tradelane.simulators.world import TransportEvent, events_until

CARRIER = "DHLExpress"
OFFERED = (("ExpressEasyNonDoc", "44.10"), ("ExpressWorldwideNonDoc", "38.25"))
SCANS = {
    "PU": ("in_transit", "received_at_origin_facility"),
    "PL": ("in_transit", "arrived_at_facility"),
    "DF": ("in_transit", "departed_facility"),
    "AF": ("in_transit", "arrived_at_facility"),
    "IC": ("in_transit", "status_update"),
    "PY": ("in_transit", "status_update"),
    "UD": ("in_transit", "awaiting_information"),
    "CR": ("in_transit", "status_update"),
    "AR": ("in_transit", "received_at_destination_facility"),
    "WC": ("out_for_delivery", "out_for_delivery"),
    "OK": ("delivered", "arrived_at_destination"),
}
COUNTRIES = {"KOREA, REPUBLIC OF": "KR", "CHILE": "CL"}


def shipment(db: sqlite3.Connection, found: Shipment, now: datetime, base: str) -> dict[str, Any]:
    """A Shipment object; what was asked of it is shown in short."""
    bought = found.tracking_code is not None
    return {
        "id": found.id,
        "object": "Shipment",
        "mode": "test",
        "reference": found.reference,
        "created_at": _z(found.made_at),
        "messages": [],
        "rates": [
            {
                "id": found.rate_id(position),
                "object": "Rate",
                "carrier": CARRIER,
                "service": service,
                "rate": price,
                "currency": "USD",
                "shipment_id": found.id,
            }
            for position, (service, price) in enumerate(OFFERED)
        ],
        "tracking_code": found.tracking_code,
        "status": "unknown",
        "refund_status": found.refund_status,
        "postage_label": {
            "object": "PostageLabel",
            "label_file_type": "application/pdf",
            "label_url": f"{base}/files/{found.id}.pdf",
            "label_pdf_url": None,
        }
        if bought
        else None,
        "tracker": tracker(db, found, now) if bought else None,
        "customs_info": found.body["customs_info"],
    }


def tracker(db: sqlite3.Connection, found: Shipment, now: datetime) -> dict[str, Any]:
    """A Tracker object with everything scanned so far."""
    assert found.tracking_code is not None and found.bought_at is not None
    made = {
        "object": "TrackingDetail",
        "message": "Label created",
        "status": "pre_transit",
        "status_detail": "label_created",
        "datetime": _z(found.bought_at),
        "source": CARRIER,
        "tracking_location": {"city": None, "state": None, "country": None, "zip": None},
    }
    details = [made, *(_scan(event) for event in events_until(db, found.tracking_code, now))]
    return {
        "id": found.tracker_id,
        "object": "Tracker",
        "mode": "test",
        "tracking_code": found.tracking_code,
        "status": details[-1]["status"],
        "status_detail": details[-1]["status_detail"],
        "shipment_id": found.id,
        "carrier": CARRIER,
        "tracking_details": details,
    }


def label(found: Shipment) -> bytes:
    """The label: the same bytes for the same parcel."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A6, invariant=1)
    canvas.drawString(20, 390, f"{CARRIER} {found.tracking_code}")
    canvas.drawString(20, 370, str(found.reference or ""))
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _scan(event: TransportEvent) -> dict[str, Any]:
    status, detail = SCANS[event.code]
    city, _, country = event.location.partition(" - ")
    hours = timezone(timedelta(hours=int(event.offset[:3])))  # they show the time of the place where it is known
    return {
        "object": "TrackingDetail",
        "message": event.description,
        "status": status,
        "status_detail": detail,
        "datetime": event.due_at.astimezone(hours).isoformat(timespec="seconds"),
        "source": CARRIER,
        "tracking_location": {"city": city, "state": None, "country": COUNTRIES.get(country), "zip": None},
    }


def _z(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"

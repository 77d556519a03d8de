"""Tracking answers: which shipments a query means, and how a shipment and its events are shown.

Source: docs/counterparties/mydhl.md. Events are shown once they are due, oldest first, in the local time of their place.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from starlette.datastructures import QueryParams

from tradelane.simulators.mydhl import rules
from tradelane.simulators.mydhl.answers import Problem
from tradelane.simulators.mydhl.books import Books, Shipment, piece_number
from tradelane.simulators.mydhl.rules import Body
from tradelane.simulators.world import TransportEvent, events_until

VIEWS = (
    "all-checkpoints",
    "all-checkpoints-with-remarks",
    "last-checkpoint",
    "shipment-details-only",
    "advance-shipment",
    "bbx-children",
)
DETAILS = ("shipment", "piece", "all")
MOST_NUMBERS = 200
SERVICE_AREAS = {"INCHEON": "ICN", "SANTIAGO": "SCL"}
NOTHING = "Not data found"


def find(books: Books, query: QueryParams) -> list[Shipment]:
    """The shipments `GET /tracking` asks for: by numbers, by piece numbers or by a reference of an account."""
    reference = query.get("shipmentReference")
    if reference:
        account = query.get("shipperAccountNumber")
        if not account:
            raise Problem(400, "Missing mandatory parameters: shipperAccountNumber", title="Missing parameters")
        begin, end = query.get("dateRangeFrom", ""), query.get("dateRangeTo", "9999")
        return [
            shipment
            for shipment in books.by_reference(reference, query.get("shipmentReferenceType"), account)
            if begin <= shipment.booked_at.date().isoformat() <= end
        ]
    numbers = query.getlist("shipmentTrackingNumber") + [
        piece[len("JD01460") : -3] for piece in query.getlist("pieceTrackingNumber")
    ]
    if not numbers:
        raise Problem(
            400,
            "Missing mandatory parameters: shipmentTrackingNumber, pieceTrackingNumber or shipmentReference",
            title="Missing parameters",
        )
    if len(numbers) > MOST_NUMBERS:
        raise Problem(400, f"Too many numbers: at most {MOST_NUMBERS}")
    found = [books.shipment(number) for number in dict.fromkeys(numbers)]
    return [shipment for shipment in found if shipment is not None]


def check(query: QueryParams) -> None:
    """Raises Problem when a view or a level of detail is not one DHL knows."""
    for name, known in (("trackingView", VIEWS), ("levelOfDetail", DETAILS)):
        if query.get(name, known[0]) not in known:
            raise Problem(
                400,
                f"Parameters not having correct format: {name} (one of {', '.join(known)})",
                title="Wrong format",
            )


def show(
    db: sqlite3.Connection, shipment: Shipment, now: datetime, query: QueryParams, *, offsets: bool
) -> Mapping[str, object]:
    """One shipment as DHL shows it; `offsets` adds the zone of each event."""
    view = query.get("trackingView", VIEWS[0])
    events = events_until(db, shipment.waybill, now)
    if view == "shipment-details-only":
        events = []
    elif view == "last-checkpoint":
        events = events[-1:]
    content = rules.mapping(shipment.body["content"])
    customers = rules.mapping(shipment.body["customerDetails"])
    receiver = rules.mapping(customers["receiverDetails"])
    signatory = str(rules.mapping(receiver["contactInformation"])["fullName"]).upper()
    shown = [show_event(event, signatory, offsets=offsets) for event in events]
    packages = rules.listed(content["packages"])
    planned = rules.planned_at(str(shipment.body["plannedShippingDateAndTime"]))
    answer: dict[str, object] = {
        "shipmentTrackingNumber": shipment.waybill,
        "status": "Success",
        "shipmentTimestamp": planned.strftime("%Y-%m-%dT%H:%M:%S") if planned else "",
        "productCode": shipment.body["productCode"],
        "description": content["description"],
        "shipperDetails": show_party(rules.mapping(customers["shipperDetails"])),
        "receiverDetails": show_party(receiver),
        "totalWeight": float(sum((rules.number(package["weight"]) for package in packages), Decimal(0))),
        "unitOfMeasurements": content["unitOfMeasurement"],
        "shipperReferences": [{"value": value, "typeCode": kind} for value, kind in rules.references(shipment.body)],
        "events": shown,
        "numberOfPieces": len(packages),
    }
    if query.get("levelOfDetail", DETAILS[0]) != "shipment":
        answer["pieces"] = [
            {
                "number": number,
                "shipmentTrackingNumber": shipment.waybill,
                "trackingNumber": piece_number(shipment.waybill, number),
                "weight": float(rules.number(package["weight"])),
                "events": shown,
            }
            for number, package in enumerate(packages, 1)
        ]
    return answer


def show_event(event: TransportEvent, signatory: str, *, offsets: bool) -> Mapping[str, object]:
    """One event; the signatory stands on the delivery only."""
    local = event.due_at.astimezone(zone_of(event.offset))
    shown: dict[str, object] = {
        "date": local.strftime("%Y-%m-%d"),
        "time": local.strftime("%H:%M:%S"),
        "typeCode": event.code,
        "description": event.description,
        "serviceArea": [{"code": area_of(event), "description": event.location}],
    }
    if offsets:
        shown["GMTOffset"] = event.offset
    if event.code == "OK":
        shown["signedBy"] = signatory
    return shown


def show_party(party: Body) -> Mapping[str, object]:
    """Where a party is; DHL leaves names out of tracking."""
    address = rules.mapping(party["postalAddress"])
    return {
        "name": "",
        "postalAddress": {
            "cityName": address["cityName"],
            "postalCode": address["postalCode"],
            "countryCode": address["countryCode"],
        },
    }


def area_of(event: TransportEvent) -> str:
    """The service area of a place: its own code, else the gateway of the country."""
    city = event.location.split(" - ")[0]
    return SERVICE_AREAS.get(city, "SCL" if event.location.endswith("CHILE") else "SEL")


def zone_of(offset: str) -> timezone:
    """A fixed zone from an offset such as -03:00."""
    hours, minutes = int(offset[1:3]), int(offset[4:6])
    return timezone((-1 if offset[0] == "-" else 1) * timedelta(hours=hours, minutes=minutes))

"""The object `track_info`: a parcel's life in 17TRACK's words, newest event first."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from typing import Any

from tradelane.simulators.seventeentrack.codes import CHILEAN_OFFSETS, carrier_name, reading
from tradelane.simulators.seventeentrack.registry import Registered
from tradelane.simulators.world import TransportEvent

Json = dict[str, Any]
MILESTONES = (
    "InfoReceived",
    "PickedUp",
    "Departure",
    "Arrival",
    "AvailableForPickup",
    "OutForDelivery",
    "Delivered",
    "Returning",
    "Returned",
)
NOWHERE: Json = {
    "country": None,
    "state": None,
    "city": None,
    "street": None,
    "postal_code": None,
    "coordinates": {"longitude": None, "latitude": None},
}


def tracked(entry: Registered, events: list[TransportEvent], now: datetime) -> Json:
    """An entry of `accepted` of `gettrackinfo`, and the `data` of a push; events oldest first, not empty."""
    return {
        "number": entry.number,
        "carrier": entry.carrier,
        "param": None,
        "tag": entry.tag,
        "lang": None,
        "destination_postal_code": None,
        "origin_country": None,
        "destination_country": None,
        "destination_city": None,
        "ship_date": None,
        "shipper": None,
        "consignee": None,
        "phone_number_last_4": None,
        "phone_number": None,
        "cpf_or_cnpj": None,
        "special_tracking_info": None,
        "track_info": track_info(entry, events, now),
    }


def track_info(entry: Registered, events: list[TransportEvent], now: datetime) -> Json:
    """The state of a parcel after these events."""
    newest_first = [event_json(event) for event in reversed(events)]
    latest = newest_first[0]
    sub_status = latest["sub_status"]
    days = (events[-1].due_at - events[0].due_at).days
    return {
        "shipping_info": {
            "shipper_address": {**NOWHERE, "country": "KR"},
            "recipient_address": {**NOWHERE, "country": "CL"},
        },
        "latest_status": {
            "status": sub_status.partition("_")[0],
            "sub_status": sub_status,
            "sub_status_descr": None,
        },
        "latest_event": latest,
        "time_metrics": {
            "days_after_order": (now - entry.registered_at).days,
            "days_of_transit": days,
            "days_of_transit_done": days if sub_status.startswith("Delivered") else 0,
            "days_after_last_update": (now - events[-1].due_at).days,
            "estimated_delivery_date": {"source": None, "from": None, "to": None},
        },
        "milestone": milestones(newest_first),
        "misc_info": {
            "risk_factor": 0,
            "service_type": None,
            "weight_raw": None,
            "weight_kg": None,
            "pieces": None,
            "dimensions": None,
            "customer_number": None,
            "reference_number": None,
            "local_number": entry.number,
            "local_provider": carrier_name(entry.carrier),
            "local_key": entry.carrier,
        },
        "tracking": {
            "providers_hash": zlib.crc32(f"{entry.number} {entry.carrier}".encode()),
            "providers": [
                {
                    "provider": {
                        "key": entry.carrier,
                        "name": carrier_name(entry.carrier),
                        "alias": carrier_name(entry.carrier),
                        "tel": None,
                        "homepage": None,
                        "country": None,
                    },
                    "service_type": None,
                    "latest_sync_status": "Success",
                    "latest_sync_time": utc(now),
                    "provider_lang": None,
                    "provider_tips": None,
                    "events_hash": zlib.crc32(",".join(str(event.seq) for event in events).encode()),
                    "events": newest_first,
                }
            ],
        },
    }


def event_json(event: TransportEvent) -> Json:
    """One event; its time in the zone of the place."""
    sub_status, stage = reading(event.code, event.offset)
    country = {"+09:00": "KR", **dict.fromkeys(CHILEAN_OFFSETS, "CL")}.get(event.offset)
    return {
        **times(event),
        "description": event.description,
        "description_translation": {"lang": "en", "description": event.description},
        "location": event.location,
        "stage": stage,
        "sub_status": sub_status,
        "address": {**NOWHERE, "country": country},
    }


def times(event: TransportEvent) -> Json:
    """The three spellings of an event's time."""
    zone = datetime.strptime(event.offset, "%z").tzinfo
    local = event.due_at.astimezone(zone).replace(microsecond=0)
    return {
        "time_iso": local.isoformat(),
        "time_utc": utc(local),
        "time_raw": {
            "date": local.date().isoformat(),
            "time": local.time().isoformat(),
            "timezone": event.offset,
        },
    }


def milestones(newest_first: list[Json]) -> list[Json]:
    """All key stages; the ones not reached have no time."""
    reached = {event["stage"]: event for event in newest_first if event["stage"] is not None}
    return [
        {
            "key_stage": name,
            "time_iso": reached[name]["time_iso"] if name in reached else None,
            "time_utc": reached[name]["time_utc"] if name in reached else None,
            "time_raw": reached[name]["time_raw"]
            if name in reached
            else {"date": None, "time": None, "timezone": None},
        }
        for name in MILESTONES
    ]


def utc(value: datetime) -> str:
    """Seconds, with Z."""
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

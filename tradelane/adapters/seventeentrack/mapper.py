"""From 17TRACK's words to ours: the nine states and thirty sub-states of v2.4. Total for every code.

`InTransit_Departure` and `_Arrival` are said of any port on the way, so the country decides: leaving Korea is the
uplift, reaching another country than Korea or Chile is still transit.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

from tradelane.adapters.http import cut
from tradelane.adapters.seventeentrack import wire
from tradelane.domain.trade_time import CHILE, KOREA
from tradelane.domain.transport import TransportEvent, TransportStatus

SOURCE = "17track"

STATUS: dict[str, TransportStatus] = {
    "NotFound": TransportStatus.NOT_UNDERSTOOD,
    "NotFound_Other": TransportStatus.NOT_UNDERSTOOD,
    "NotFound_InvalidCode": TransportStatus.NOT_UNDERSTOOD,
    "InfoReceived": TransportStatus.CREATED,
    "InTransit": TransportStatus.IN_TRANSIT,
    "InTransit_PickedUp": TransportStatus.PICKED_UP,
    "InTransit_Other": TransportStatus.IN_TRANSIT,
    "InTransit_Departure": TransportStatus.IN_TRANSIT,
    "InTransit_Arrival": TransportStatus.ARRIVED_COUNTRY,
    "InTransit_CustomsProcessing": TransportStatus.CUSTOMS,
    "InTransit_CustomsReleased": TransportStatus.CUSTOMS_RELEASED,
    "InTransit_CustomsRequiringInformation": TransportStatus.CUSTOMS_INFORMATION,
    "Expired": TransportStatus.NOT_UNDERSTOOD,
    "Expired_Other": TransportStatus.NOT_UNDERSTOOD,
    "AvailableForPickup": TransportStatus.AT_BRANCH,
    "AvailableForPickup_Other": TransportStatus.AT_BRANCH,
    "OutForDelivery": TransportStatus.OUT_FOR_DELIVERY,
    "OutForDelivery_Other": TransportStatus.OUT_FOR_DELIVERY,
    "DeliveryFailure": TransportStatus.ATTEMPT_FAILED,
    "DeliveryFailure_Other": TransportStatus.ATTEMPT_FAILED,
    "DeliveryFailure_NoBody": TransportStatus.ATTEMPT_FAILED,
    "DeliveryFailure_Security": TransportStatus.ATTEMPT_FAILED,
    "DeliveryFailure_Rejected": TransportStatus.ATTEMPT_FAILED,
    "DeliveryFailure_InvalidAddress": TransportStatus.ATTEMPT_FAILED,
    "Delivered": TransportStatus.DELIVERED,
    "Delivered_Other": TransportStatus.DELIVERED,
    "Exception": TransportStatus.EXCEPTION,
    "Exception_Other": TransportStatus.EXCEPTION,
    "Exception_Returning": TransportStatus.RETURNING,
    "Exception_Returned": TransportStatus.RETURNED,
    "Exception_NoBody": TransportStatus.EXCEPTION,
    "Exception_Security": TransportStatus.EXCEPTION,
    "Exception_Damage": TransportStatus.EXCEPTION,
    "Exception_Rejected": TransportStatus.EXCEPTION,
    "Exception_Delayed": TransportStatus.EXCEPTION,
    "Exception_Lost": TransportStatus.EXCEPTION,
    "Exception_Destroyed": TransportStatus.EXCEPTION,
    "Exception_Cancel": TransportStatus.EXCEPTION,
}
"""Their state or sub-state -> ours; nothing found and nothing new for long say nothing about the parcel."""

STAGE: dict[str, TransportStatus] = {
    "InfoReceived": TransportStatus.CREATED,
    "PickedUp": TransportStatus.PICKED_UP,
    "Departure": TransportStatus.IN_TRANSIT,
    "Arrival": TransportStatus.ARRIVED_COUNTRY,
    "AvailableForPickup": TransportStatus.AT_BRANCH,
    "OutForDelivery": TransportStatus.OUT_FOR_DELIVERY,
    "Delivered": TransportStatus.DELIVERED,
    "Returning": TransportStatus.RETURNING,
    "Returned": TransportStatus.RETURNED,
}
"""Milestones, for events that carry no sub-state."""

_ZONES = {"KR": KOREA, "CL": CHILE}
_COUNTRY_NAMES = {"KOREA": "KR", "CHILE": "CL"}


def events(info: wire.TrackInfo | None) -> tuple[TransportEvent, ...]:
    """All events of all carriers, oldest first; those without any readable time are left out."""
    if info is None:
        return ()
    told = [event for provider in (info.tracking or wire.Tracking()).providers for event in provider.events]
    if not told and info.latest_event:
        told = [info.latest_event]
    found = [event for event in map(_event, told) if event is not None]
    return tuple(sorted(found, key=lambda event: event.occurred_at))


def _event(event: wire.Event) -> TransportEvent | None:
    country = _country(event)
    occurred_at = _instant(event, _ZONES.get(country, UTC))
    if occurred_at is None:
        return None
    code = event.sub_status or event.stage or ""
    return TransportEvent(
        status=_status(event, country),
        code=code,
        words=cut(event.description or code),
        occurred_at=occurred_at,
        location=cut(event.location or ""),
        source=SOURCE,
    )


def _status(event: wire.Event, country: str) -> TransportStatus:
    if event.sub_status:
        status = STATUS.get(event.sub_status, TransportStatus.NOT_UNDERSTOOD)
    else:
        status = STAGE.get(event.stage or "", TransportStatus.NOT_UNDERSTOOD)
    leaving = event.sub_status == "InTransit_Departure" or (not event.sub_status and event.stage == "Departure")
    if leaving and country == "KR":
        return TransportStatus.DEPARTED
    if status is TransportStatus.ARRIVED_COUNTRY and country not in ("", "CL"):
        return TransportStatus.IN_TRANSIT
    return status


def _country(event: wire.Event) -> str:
    """ISO country of an event: its address, else the end of its location text (`LOS ANGELES, US`)."""
    if event.address and event.address.country:
        return event.address.country.upper()
    location = (event.location or "").upper()
    for name, code in _COUNTRY_NAMES.items():
        if name in location:
            return code
    ending = re.search(r"[,\- ]([A-Z]{2})$", location.strip())
    return ending.group(1) if ending else ""


def _instant(event: wire.Event, zone: tzinfo) -> datetime | None:
    """The instant: with offset where one is given, else the place's own clock."""
    for text in (event.time_utc, event.time_iso):
        instant = _parsed(text)
        if instant is not None and instant.tzinfo is not None:
            return instant
    raw = event.time_raw
    if raw is None or not raw.date:
        return None
    local = _parsed(f"{raw.date}T{raw.time or '00:00:00'}{raw.timezone or ''}")
    if local is None:
        return None
    return local if local.tzinfo else local.replace(tzinfo=zone)


def _parsed(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None

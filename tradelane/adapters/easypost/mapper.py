"""Scans of a tracker in our words: by status and detail, and by the country where both ends of the way know the detail.

EasyPost translates the carriers' own codes into the details below. It knows no customs of its own and no *returned*.
"""

from __future__ import annotations

from datetime import UTC, datetime

from tradelane.adapters.easypost import wire
from tradelane.adapters.easypost.client import PARTY
from tradelane.adapters.http import cut
from tradelane.domain.transport import TransportEvent, TransportStatus

_S = TransportStatus

STATUS: dict[str, TransportStatus] = {
    "pre_transit": _S.CREATED,
    "in_transit": _S.IN_TRANSIT,
    "out_for_delivery": _S.OUT_FOR_DELIVERY,
    "available_for_pickup": _S.AT_BRANCH,
    "delivered": _S.DELIVERED,
    "return_to_sender": _S.RETURNING,
    "failure": _S.EXCEPTION,
    "cancelled": _S.EXCEPTION,
}
"""What a status means by itself; `unknown` and `error` mean nothing and are shown to people."""

UNDER_WAY: dict[str, TransportStatus] = {
    "address_correction": _S.EXCEPTION,
    "arrived_at_destination": _S.AT_BRANCH,
    "arrived_at_facility": _S.IN_TRANSIT,
    "arrived_at_pickup_location": _S.AT_BRANCH,
    "awaiting_information": _S.EXCEPTION,
    "damaged": _S.EXCEPTION,
    "delayed": _S.EXCEPTION,
    "delivery_exception": _S.ATTEMPT_FAILED,
    "departed_facility": _S.IN_TRANSIT,
    "departed_origin_facility": _S.IN_TRANSIT,
    "held": _S.EXCEPTION,
    "in_transit": _S.IN_TRANSIT,
    "lost": _S.EXCEPTION,
    "missorted": _S.IN_TRANSIT,
    "out_for_delivery": _S.OUT_FOR_DELIVERY,
    "received_at_destination_facility": _S.AT_BRANCH,
    "received_at_origin_facility": _S.PICKED_UP,
    "refused": _S.EXCEPTION,
    "return": _S.RETURNING,
    "status_update": _S.IN_TRANSIT,
    "transferred_to_destination_carrier": _S.IN_TRANSIT,
    "transit_exception": _S.EXCEPTION,
    "weather_delay": _S.EXCEPTION,
}
"""What a detail means while the status is `in_transit`; other statuses say enough by themselves."""

BY_PLACE: dict[tuple[str, str], TransportStatus] = {
    ("departed_facility", "KR"): _S.DEPARTED,
    ("departed_origin_facility", "KR"): _S.DEPARTED,
    ("arrived_at_facility", "CL"): _S.ARRIVED_COUNTRY,
    ("awaiting_information", "CL"): _S.CUSTOMS_INFORMATION,
    ("held", "CL"): _S.CUSTOMS_DELAY,
    ("delayed", "CL"): _S.CUSTOMS_DELAY,
}

IN_TRANSIT = "in_transit"


def events(tracker: wire.Tracker) -> tuple[TransportEvent, ...]:
    """All scans of a tracker, oldest first; those without readable date are left out."""
    found = [event for event in map(_event, tracker.tracking_details) if event is not None]
    return tuple(sorted(found, key=lambda event: event.occurred_at))


def _event(detail: wire.TrackingDetail) -> TransportEvent | None:
    occurred_at = instant(detail.datetime)
    if occurred_at is None:
        return None
    place = detail.tracking_location or wire.TrackingLocation()
    told, more = detail.status or "", detail.status_detail or ""
    code = f"{told}/{more}" if more else told
    return TransportEvent(
        status=status(told, more, (place.country or "").upper()),
        code=code,
        words=cut(detail.message or code),
        occurred_at=occurred_at,
        location=cut(", ".join(part for part in (place.city, place.country) if part)),
        source=PARTY,
    )


def status(told: str, detail: str, country: str) -> TransportStatus:
    """Our status of a scan.

    >>> status("in_transit", "departed_facility", "KR").value
    'departed'
    """
    if told != IN_TRANSIT or not detail:
        return STATUS.get(told, _S.NOT_UNDERSTOOD)
    return BY_PLACE.get((detail, country)) or UNDER_WAY.get(detail, _S.NOT_UNDERSTOOD)


def instant(text: str | None) -> datetime | None:
    """An instant with its offset; EasyPost means UTC where it gives none."""
    try:
        read = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)

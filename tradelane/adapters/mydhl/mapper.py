"""From DHL's checkpoints to ours: the full list of the API's reference data (3.1.1). Total for every code.

A code that means different things in different places is decided by the place:

- `DF` (depart facility) and `CU` (confirm uplift) in Korea are the departure from Korea; elsewhere transit.
- `AF`, `AR` in Chile are the arrival in the country; elsewhere transit.
- `OH`, `HI` (held) in Chile are a delay at customs; elsewhere an exception somebody should see.
- `RT` in Korea is *returned*; elsewhere it is still on its way back.

`UD` (delay out of DHL's control) is read as a *request*: what DHL cannot clear by itself somebody outside must
answer, and a request that nobody sees costs the parcel. Only words that name a cause no paper can answer (an
inspection, a holiday, a strike) make it a mere delay. `CD` (delay in DHL's control) is a delay, unless its words ask
for papers.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from tradelane.adapters.http import cut
from tradelane.adapters.mydhl import wire
from tradelane.domain.trade_time import CHILE, KOREA
from tradelane.domain.transport import TransportEvent, TransportStatus

SOURCE = "mydhl"

_S = TransportStatus

STATUS: dict[str, TransportStatus] = {
    "DUMMY_PU": _S.CREATED,  # shipment information received
    "IA": _S.CREATED,  # image available
    "PU": _S.PICKED_UP,
    "SA": _S.PICKED_UP,  # shipment acceptance
    "AD": _S.IN_TRANSIT,  # agreed delivery
    "AF": _S.IN_TRANSIT,
    "AR": _S.IN_TRANSIT,
    "CI": _S.IN_TRANSIT,  # facility check-in
    "CU": _S.IN_TRANSIT,  # confirm uplift
    "DF": _S.IN_TRANSIT,
    "FD": _S.IN_TRANSIT,  # forward destination
    "HN": _S.IN_TRANSIT,  # handover
    "HO": _S.IN_TRANSIT,  # lodged out of held inventory
    "IR": _S.IN_TRANSIT,  # incorrect route
    "LV": _S.IN_TRANSIT,  # load vehicle
    "MC": _S.IN_TRANSIT,  # miscode
    "MD": _S.IN_TRANSIT,  # missed delivery cycle
    "MS": _S.IN_TRANSIT,  # mis-sort
    "NA": _S.IN_TRANSIT,  # not arrived
    "PL": _S.IN_TRANSIT,
    "RW": _S.IN_TRANSIT,  # weigh and dimension
    "SC": _S.IN_TRANSIT,  # service changed
    "SI": _S.IN_TRANSIT,  # shipment inspection
    "SM": _S.IN_TRANSIT,  # scheduled movement
    "TD": _S.IN_TRANSIT,  # transport delay
    "TP": _S.IN_TRANSIT,  # forwarded to a third party
    "TR": _S.IN_TRANSIT,  # record of transfer
    "TT": _S.IN_TRANSIT,  # trace terminated
    "UV": _S.IN_TRANSIT,  # unload vehicle
    "BL": _S.CUSTOMS,  # bond location
    "BN": _S.CUSTOMS,  # customs broker notified
    "BR": _S.CUSTOMS,  # handed to a broker: the broker's release, not yet that of customs
    "DI": _S.CUSTOMS,  # duty invoice
    "ES": _S.CUSTOMS,  # entry submitted
    "IC": _S.CUSTOMS,
    "RR": _S.CUSTOMS,  # response received: clearance status updated
    "CD": _S.CUSTOMS_DELAY,
    "UD": _S.CUSTOMS_INFORMATION,
    "HP": _S.PAYMENT_REQUIRED,
    "PY": _S.PAYMENT_REQUIRED,
    "CR": _S.CUSTOMS_RELEASED,
    "CC": _S.AT_BRANCH,  # awaiting collection
    "WC": _S.OUT_FOR_DELIVERY,
    "BA": _S.ATTEMPT_FAILED,  # bad address
    "CA": _S.ATTEMPT_FAILED,  # closed on arrival
    "CM": _S.ATTEMPT_FAILED,  # customer moved
    "ND": _S.ATTEMPT_FAILED,
    "NH": _S.ATTEMPT_FAILED,  # not home
    "RD": _S.ATTEMPT_FAILED,  # refused
    "CS": _S.EXCEPTION,  # closed shipment
    "DD": _S.EXCEPTION,  # delivered damaged: a person looks before anything final is said
    "DM": _S.EXCEPTION,  # damaged
    "DP": _S.EXCEPTION,  # denied parties
    "DS": _S.EXCEPTION,  # destroyed
    "HI": _S.EXCEPTION,  # lodged into held inventory
    "OH": _S.EXCEPTION,  # on hold
    "PD": _S.EXCEPTION,  # partial delivery
    "SS": _S.EXCEPTION,  # stopped
    "ST": _S.EXCEPTION,  # intercepted
    "TI": _S.EXCEPTION,  # trace initiated
    "RT": _S.RETURNING,
    "OK": _S.DELIVERED,
}

BY_PLACE: dict[tuple[str, str], TransportStatus] = {
    ("DF", "KR"): _S.DEPARTED,
    ("CU", "KR"): _S.DEPARTED,
    ("AF", "CL"): _S.ARRIVED_COUNTRY,
    ("AR", "CL"): _S.ARRIVED_COUNTRY,
    ("OH", "CL"): _S.CUSTOMS_DELAY,
    ("HI", "CL"): _S.CUSTOMS_DELAY,
    ("RT", "KR"): _S.RETURNED,
}

AREAS = {"ICN": "KR", "SEL": "KR", "GMP": "KR", "PUS": "KR", "TAE": "KR", "SCL": "CL"}
"""DHL service areas of the lane's two ends, for events whose description names no country."""

_ASKING = re.compile(
    r"document|paper|invoice|information|identification|tax id|\brut\b|antecedente|factura|"
    r"provide|contact|missing|incomplete|consignee|importer|receiver",
    re.IGNORECASE,
)
_WAITING = re.compile(
    r"inspect|examin|holiday|strike|weather|backlog|congestion|outage|system|closed|inspecci|feriado|huelga",
    re.IGNORECASE,
)
_ZONES: dict[str, tzinfo] = {"KR": KOREA, "CL": CHILE}


def events(shipment: wire.Shipment) -> tuple[TransportEvent, ...]:
    """All checkpoints of a shipment, oldest first; those without any readable date are left out."""
    found = [event for event in map(_event, shipment.events) if event is not None]
    return tuple(sorted(found, key=lambda event: event.occurred_at))


def _event(event: wire.Event) -> TransportEvent | None:
    country = country_of(event.serviceArea)
    occurred_at = _instant(event, country)
    if occurred_at is None:
        return None
    code = (event.typeCode or "").strip()
    remarks = [part for remark in event.remarks for part in (remark.value, remark.details) if part]
    words = cut(". ".join([event.description or code, *remarks]))
    return TransportEvent(
        status=status(code, words, country),
        code=code,
        words=words,
        occurred_at=occurred_at,
        location=cut(", ".join(area.description or area.code or "" for area in event.serviceArea)),
        source=SOURCE,
    )


def status(code: str, words: str, country: str) -> TransportStatus:
    """Our status of a checkpoint, by its code, then its place and words."""
    if code == "UD" and _WAITING.search(words) and not _ASKING.search(words):
        return _S.CUSTOMS_DELAY
    if code == "CD" and _ASKING.search(words):
        return _S.CUSTOMS_INFORMATION
    return BY_PLACE.get((code, country)) or STATUS.get(code, _S.NOT_UNDERSTOOD)


def country_of(areas: tuple[wire.ServiceArea, ...]) -> str:
    """ISO country of a checkpoint: `SANTIAGO-CL`, a name, or the service area; empty where none is known.

    >>> country_of((wire.ServiceArea(code="SYD", description="SYDNEY-AU"),))
    'AU'
    """
    for area in areas:
        description = (area.description or "").upper().strip()
        ending = re.search(r"[-,]\s*([A-Z]{2})$", description)
        if ending:
            return ending.group(1)
        if "KOREA" in description:
            return "KR"
        if "CHILE" in description:
            return "CL"
        if (area.code or "").upper() in AREAS:
            return AREAS[(area.code or "").upper()]
    return ""


def _instant(event: wire.Event, country: str) -> datetime | None:
    """Local date and time with their offset; without one, the clock of the place (UTC where that is unknown)."""
    try:
        local = datetime.fromisoformat(f"{event.date}T{event.time or '00:00:00'}")
    except ValueError:
        return None
    if local.tzinfo:
        return local
    return local.replace(tzinfo=_offset(event.GMTOffset) or _ZONES.get(country, UTC))


def _offset(text: str | None) -> tzinfo | None:
    """`+09:00`, `-0300`, `+9`; anything else is none.

    >>> str(_offset("-03:00"))
    'UTC-03:00'
    """
    found = re.fullmatch(r"\s*(?:GMT|UTC)?\s*([+-])(\d{1,2}):?(\d{2})?\s*", text or "")
    if found is None:
        return None
    hours, minutes = int(found.group(2)), int(found.group(3) or 0)
    if hours > 14 or minutes > 59:
        return None
    span = timedelta(hours=hours, minutes=minutes)
    return timezone(-span if found.group(1) == "-" else span)


def planned_day(shipment: wire.Shipment) -> date | None:
    """Day of the booking's planned date, local to the origin: the key of all later calls about papers."""
    try:
        return datetime.fromisoformat(shipment.shipmentTimestamp or "").date()
    except ValueError:
        return None

"""Transport events, the status lattice and the booking of a parcel.

Status only moves forward: late, repeated and reordered facts are harmless. A code nobody mapped is
`NOT_UNDERSTOOD` and visible, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from tradelane.domain.identifiers import WaybillNumber
from tradelane.domain.trade_time import Instant


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class TransportStatus(StrEnum):
    """Canonical status of a parcel, in the words of the operators."""

    CREATED = "created"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    DEPARTED = "departed"
    ARRIVED_COUNTRY = "arrived_country"
    CUSTOMS = "customs"
    CUSTOMS_INFORMATION = "customs_information"
    CUSTOMS_DELAY = "customs_delay"
    CUSTOMS_RELEASED = "customs_released"
    PAYMENT_REQUIRED = "payment_required"
    AT_BRANCH = "at_branch"
    OUT_FOR_DELIVERY = "out_for_delivery"
    ATTEMPT_FAILED = "attempt_failed"
    EXCEPTION = "exception"
    RETURNING = "returning"
    DELIVERED = "delivered"
    RETURNED = "returned"
    NOT_UNDERSTOOD = "not_understood"


RANK: dict[TransportStatus, int] = {
    TransportStatus.NOT_UNDERSTOOD: 0,
    TransportStatus.CREATED: 10,
    TransportStatus.PICKED_UP: 20,
    TransportStatus.IN_TRANSIT: 25,
    TransportStatus.EXCEPTION: 26,
    TransportStatus.DEPARTED: 30,
    TransportStatus.ARRIVED_COUNTRY: 40,
    TransportStatus.CUSTOMS: 50,
    TransportStatus.CUSTOMS_DELAY: 51,
    TransportStatus.CUSTOMS_INFORMATION: 52,
    TransportStatus.PAYMENT_REQUIRED: 53,
    TransportStatus.CUSTOMS_RELEASED: 60,
    TransportStatus.AT_BRANCH: 70,
    TransportStatus.OUT_FOR_DELIVERY: 75,
    TransportStatus.ATTEMPT_FAILED: 76,
    TransportStatus.RETURNING: 80,
    TransportStatus.DELIVERED: 90,
    TransportStatus.RETURNED: 95,
}
"""Position on the way; a later fact with a lower rank never moves the furthest milestone back."""

FINAL = frozenset({TransportStatus.DELIVERED, TransportStatus.RETURNED})


class TransportEvent(_Value):
    """One scan or message about a parcel, with the source's own code and words."""

    status: TransportStatus
    code: str
    words: str
    occurred_at: Instant
    location: str = ""
    source: str

    @property
    def identity(self) -> tuple[str, str, str]:
        return (self.source, self.code, self.occurred_at.isoformat())


class TransportProgress(_Value):
    """Everything heard of a parcel so far: events once each, in order of occurrence."""

    events: tuple[TransportEvent, ...] = ()

    def heard(self, news: Iterable[TransportEvent]) -> TransportProgress:
        """Progress with news merged: repeated and reordered events change nothing.

        Where the same event is told twice in different words, or is understood only the second time, the better
        understood telling stays, whichever came first.
        """
        known: dict[tuple[str, str, str], TransportEvent] = {}
        for event in (*self.events, *news):
            known[event.identity] = max(known.get(event.identity, event), event, key=_telling)
        ordered = sorted(known.values(), key=lambda event: (event.occurred_at, RANK[event.status], event.identity))
        return TransportProgress(events=tuple(ordered))

    @property
    def furthest(self) -> TransportStatus:
        """The furthest milestone ever reached; a parcel is created before anything is heard of it."""
        return max((TransportStatus.CREATED, *(event.status for event in self.events)), key=RANK.__getitem__)

    def reached(self, status: TransportStatus) -> bool:
        """Whether the parcel ever came as far as a status."""
        return RANK[self.furthest] >= RANK[status]

    def first(self, status: TransportStatus) -> TransportEvent | None:
        """The earliest event of a status."""
        return next((event for event in self.events if event.status is status), None)

    def latest(self, status: TransportStatus) -> TransportEvent | None:
        """The last event of a status."""
        return next((event for event in reversed(self.events) if event.status is status), None)

    @property
    def open_request(self) -> TransportEvent | None:
        """The latest request for information while no release, or anything further on the way, is known."""
        asked = self.latest(TransportStatus.CUSTOMS_INFORMATION)
        if asked is None or self.reached(TransportStatus.CUSTOMS_RELEASED):
            return None
        return asked

    @property
    def not_understood(self) -> tuple[TransportEvent, ...]:
        return tuple(event for event in self.events if event.status is TransportStatus.NOT_UNDERSTOOD)


def _telling(event: TransportEvent) -> tuple[int, str, str]:
    return (RANK[event.status], event.words, event.location)


class Booking(_Value):
    """A transport booked with a carrier."""

    carrier: str
    waybill: WaybillNumber
    reference: str
    """Our UCR as the carrier keeps it."""
    pickup_confirmation: str | None = None
    label_sha256: str | None = None
    voidable: bool = False
    """The carrier has a call that voids it, until the courier has the parcel."""
    call_off: str = ""
    """How a person calls it off, or why no machine can."""


class CarrierDocument(StrEnum):
    """Papers a carrier keeps with a shipment."""

    COMMERCIAL_INVOICE = "commercial_invoice"
    EXPORT_DECLARATION = "export_declaration"
    PACKING_LIST = "packing_list"
    CUSTOMS_ANSWER = "customs_answer"

"""The carrier port over EasyPost.

A shipment is an offer until it is bought, and it is bought once. So a booking is: write down which offer is about to
be bought, then buy it. Afterwards EasyPost is asked for that very offer, by the id it gave; a reference of ours may
lie on several offers, and EasyPost does not say which of them it then shows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import httpx

from tradelane.adapters.easypost import booking, mapper, wire
from tradelane.adapters.easypost.client import PARTY, EasypostAccess, EasypostClient
from tradelane.adapters.errors import Garbled, OutsideFailure, Refused, Unavailable
from tradelane.adapters.journal import Journal, Told
from tradelane.adapters.lacking import NoPapers, NoPreadvice
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import Ucr, WaybillNumber
from tradelane.domain.outside import CannotTell, Done, Existing, NotDone
from tradelane.domain.transport import Booking, TransportEvent
from tradelane.ports import BookingRequest, Documents, Effects

VOIDED = frozenset({"submitted", "refunded"})
"""A refund that was asked for and not rejected: the label must not be used any more."""
SETTLES = timedelta(minutes=10)
"""Trade time after a purchase of unknown outcome before *not bought* is believed."""
TRACKING_PAGE = "https://t.17track.net/en#nums={waybill}"
PDF = b"%PDF"


class EasypostCarrier(NoPapers, NoPreadvice):
    """Implements `tradelane.ports.Carrier`. `now` is trade time."""

    name = "DHL Express by EasyPost"
    party = PARTY
    voids = True
    postal = False
    call_off = "refund the label on EasyPost's page of shipments and keep the parcel back"

    def __init__(
        self,
        access: EasypostAccess,
        client: httpx.AsyncClient,
        *,
        effects: Effects,
        documents: Documents,
        now: Callable[[], datetime],
    ) -> None:
        self._access = access
        self._calls = EasypostClient(access, client)
        self._journal = Journal(effects, now)
        self._documents = documents
        self._now = now

    def wrong_with(self, waybill: WaybillNumber) -> str:
        """EasyPost gives the numbers of many carriers: all have eight digits or more."""
        if sum(sign.isdigit() for sign in waybill) < 8:
            return f"{waybill} is no number of EasyPost: those have eight digits or more."
        return ""

    async def find_booking(self, request: BookingRequest) -> Existing[Booking]:
        """Look at the offer that we last tried to buy; by our reference only where our books know of no try.

        Raises:
            Unavailable: code `not_settled` while a purchase of unknown outcome is too young for *not bought* to count.
        """
        ucr = request.consignment.ucr
        since: datetime | None = None
        while True:
            told, row = await self._journal.told(_key(ucr), since)
            if row is None:
                # after a voided purchase of ours the reference would only find that one again
                shipment = await self._calls.shipment(str(ucr)) if since is None else None
            else:
                shipment = await self._calls.shipment(row.step)
            if shipment is None:
                return NotDone() if row is None else CannotTell(f"EasyPost does not know its own shipment {row.step}.")
            if shipment.refund_status in VOIDED:
                if row is None:
                    return NotDone("it was voided")
                since = row.intended_at + timedelta(microseconds=1)
                continue
            if shipment.tracking_code:
                return await self._found(ucr, request.consignment.version, shipment)
            if told is Told.OPEN and row is not None and self._now() - row.intended_at < SETTLES:
                raise Unavailable(PARTY, "not_settled", "A purchase was sent and its answer lost; it may come yet.")
            if told is Told.SENT and row is not None:
                return CannotTell(f"EasyPost sold shipment {row.step} and does not show it as sold.")
            return NotDone()

    async def book(self, request: BookingRequest) -> Booking:
        """Have the parcel offered and buy the offer of our account and service.

        A new offer each time: an older one may hold an address or a price that is true no longer.
        """
        body = booking.request_body(request, self._access)
        existing = await self.find_booking(request)  # a second purchase would be a second parcel
        if isinstance(existing, Done):
            return existing.content
        if isinstance(existing, CannotTell):
            raise Refused(PARTY, "cannot_tell", existing.why, fault=Fault.CARRIER, reason="cannot_tell")
        offered = await self._calls.create(body)
        rate = self._rate(offered)
        ucr = request.consignment.ucr
        async with self._journal.attempt(_key(ucr), offered.id):
            bought = await self._calls.buy(offered.id, rate.id)
            waybill = self._waybill(bought)
        return await self._booking(ucr, request.consignment.version, waybill, bought)

    async def find_void(self, waybill: WaybillNumber) -> Existing[str]:
        """Whether a refund was asked for; one that was rejected may be asked for again."""
        shipments = {tracker.shipment_id for tracker in await self._calls.trackers(waybill) if tracker.shipment_id}
        if len(shipments) > 1:
            return CannotTell(f"EasyPost has {len(shipments)} shipments under {waybill}.")
        for shipment_id in shipments:
            shipment = await self._calls.shipment(shipment_id)
            if shipment is None:
                return CannotTell(f"EasyPost does not know its own shipment {shipment_id}.")
            if shipment.refund_status in VOIDED:
                return Done(str(shipment.refund_status))
            if shipment.refund_status not in (None, "rejected", "not_applicable"):
                return CannotTell(f"EasyPost says of the refund of {waybill} what nobody knows.")
        return NotDone()

    async def void(self, waybill: WaybillNumber) -> None:
        """Refund the label.

        Raises:
            Refused: the courier has the parcel, the refund is rejected, or there is nothing to refund.
        """
        shipments = {tracker.shipment_id for tracker in await self._calls.trackers(waybill) if tracker.shipment_id}
        if len(shipments) != 1:
            words = f"EasyPost has {len(shipments)} shipments under {waybill}."
            raise Refused(PARTY, "unknown_number", words, fault=Fault.CARRIER)
        refunded = await self._calls.refund(shipments.pop())
        if refunded.refund_status in VOIDED:
            return
        if refunded.refund_status in ("rejected", "not_applicable"):
            words = f"The refund of {waybill} is {refunded.refund_status.replace('_', ' ')}: {self.call_off}."
            raise Refused(PARTY, refunded.refund_status, words, fault=Fault.CARRIER)
        raise Garbled(PARTY, "refund_status", "EasyPost says nothing known of the refund.")

    async def events(self, waybill: WaybillNumber) -> tuple[TransportEvent, ...]:
        """Scans, oldest first; none while EasyPost has no tracker."""
        trackers = await self._calls.trackers(waybill)
        return mapper.events(trackers[0]) if trackers else ()

    def tracking_url(self, waybill: WaybillNumber) -> str:
        return TRACKING_PAGE.format(waybill=waybill)

    async def _found(self, ucr: Ucr, version: int, shipment: wire.Shipment) -> Existing[Booking]:
        if shipment.reference not in (None, str(ucr)):
            return CannotTell(f"EasyPost shows a shipment of another reference for {ucr}.")
        return Done(await self._booking(ucr, version, self._waybill(shipment), shipment))

    async def _booking(self, ucr: Ucr, version: int, waybill: WaybillNumber, shipment: wire.Shipment) -> Booking:
        label = await self._kept_label(ucr, version, shipment)
        return Booking(carrier=self.name, waybill=waybill, reference=ucr, label_sha256=label)

    def _rate(self, offered: wire.Shipment) -> wire.Rate:
        """The offer of the service that the account is for; the cheapest, should there be several."""
        fitting = [rate for rate in offered.rates if rate.service == self._access.service and rate.rate is not None]
        if fitting:
            return min(fitting, key=lambda rate: rate.rate or 0)
        others = sorted({rate.service for rate in offered.rates if rate.service})
        words = f"No offer of {self._access.service}; offered: {', '.join(others) or 'nothing'}."
        raise Refused(PARTY, "no_rate", words, fault=Fault.CARRIER)

    def _waybill(self, shipment: wire.Shipment) -> WaybillNumber:
        words = "EasyPost named a number that is no waybill."
        try:
            waybill = WaybillNumber(shipment.tracking_code or "")
        except ValueError as wrong:
            raise Garbled(PARTY, "no_waybill", words) from wrong
        if self.wrong_with(waybill):
            raise Garbled(PARTY, "no_waybill", words)
        return waybill

    async def _kept_label(self, ucr: Ucr, version: int, shipment: wire.Shipment) -> str | None:
        """Hash of the kept label; None where it cannot be had now, for the parcel is booked all the same."""
        label = shipment.postage_label
        address = (label.label_pdf_url or label.label_url) if label else None
        if not address:
            return None
        try:
            content = await self._calls.label(address)
        except OutsideFailure:
            return None
        if not content.startswith(PDF):
            return None
        put = self._documents.put
        return (await asyncio.to_thread(put, ucr, "transport_label", version, content, "application/pdf")).sha256


def _key(ucr: Ucr) -> str:
    return f"{PARTY}:buy:{ucr}"

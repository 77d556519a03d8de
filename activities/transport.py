"""Handover and clearance: booking, papers, pre-advice, and the broker at destination."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from activities.books import Books, in_thread
from activities.customs import trade_now
from activities.implements import implements
from activities.register import register_booked
from tradelane.adapters.errors import Refused, Stale, Unavailable
from tradelane.contracts.handmade import BookedByHand, reports_done
from tradelane.contracts.steps import (
    ANSWER_INFORMATION_REQUEST,
    ATTACH_DOCUMENTS,
    BOOK_TRANSPORT,
    FIND_BOOKING,
    HAND_TO_BROKER,
    SCREEN_PARTIES,
    SEND_IMPORT_PREADVICE,
    VOID_BOOKING,
    BookingReply,
    BrokerRequest,
    DocumentRequest,
    FoundBooking,
    Nothing,
    TransportRequest,
    VoidRequest,
)
from tradelane.domain.export_declaration import FilingState
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import ExportDeclarationNumber, OrderId, Ucr
from tradelane.domain.outside import CannotTell, Done, Existing, NotDone, digest_of
from tradelane.domain.trade_time import today_in_korea
from tradelane.domain.transport import Booking, CarrierDocument
from tradelane.ports import BookingRequest, Watch
from tradelane.resources import Resources

Content = TypeVar("Content")


class TransportActivities:
    """Steps from booking to the reported delivery."""

    def __init__(self, resources: Resources) -> None:
        self._r = resources
        self._books = Books(resources.effects, resources.decisions, resources.settings, resources.journal)

    @implements(BOOK_TRANSPORT)
    async def book_transport(self, request: TransportRequest) -> BookingReply:
        """Book transport and pickup in one call; the carrier is asked for our UCR before."""
        consignment = request.consignment
        carrier = self._r.carrier
        now = trade_now(request.timetable)

        def wanted() -> BookingRequest:
            return _booking_request(request, now())

        def by_hand(result: dict[str, str]) -> Booking:
            typed = BookedByHand.model_validate(result)
            if wrong := carrier.wrong_with(typed.waybill):
                raise Refused(
                    "desk",
                    "mistyped",
                    f"the waybill typed by hand is wrong: {wrong} Type it again",
                    fault=Fault.CARRIER,
                    commands=(reports_done(min(consignment.orders, key=int), BOOK_TRANSPORT.name),),
                )
            return Booking(carrier=carrier.name, waybill=typed.waybill, reference=consignment.ucr)

        def voidable(booking: Booking) -> Booking:
            return booking.model_copy(update={"voidable": carrier.voids, "call_off": carrier.call_off})

        async def find() -> Existing[Booking]:
            return await carrier.find_booking(wanted())

        async def create() -> Booking:
            await in_thread(self._still_screened, consignment.ucr)
            await in_thread(self._still_declared, request.declarations, today_in_korea(now()))
            return await carrier.book(wanted())

        booking = await self._books.act(
            key=f"{consignment.ucr}:{BOOK_TRANSPORT.name}",
            step=BOOK_TRANSPORT.name,
            orders=consignment.orders,
            at=now,
            find=find,
            create=_reported(BOOK_TRANSPORT.name, consignment.orders, create),
            by_hand=by_hand,
            describe=lambda content: voidable(content).model_dump_json(),
        )
        await in_thread(
            self._r.watches.add,
            Watch(
                source="carrier",
                reference=booking.waybill,
                ucr=consignment.ucr,
                order_id=min(consignment.orders, key=int),
                last_digest=digest_of([]),
            ),
        )
        await in_thread(register_booked, self._r.declarations, request.declarations, booking.waybill)
        return BookingReply(booking=voidable(booking), tracking_url=carrier.tracking_url(booking.waybill))

    def _still_screened(self, ucr: Ucr) -> None:
        """A booking may have waited for its carrier: what was listed meanwhile is compared first.

        Raises:
            Stale: a list has another state than the one the parties were compared with.
        """
        row = self._r.effects.find(f"{ucr}:handover:{SCREEN_PARTIES.name}")
        if row is None or not row.content:
            return
        lists = [state.model_dump(mode="json") for state in self._r.party_lists.states()]
        if json.loads(row.content)["lists"] != lists:
            raise Stale("screening", "lists_changed", "a list of parties was imported since the last comparison")

    def _still_declared(self, numbers: Sequence[ExportDeclarationNumber], today: date) -> None:
        """A booking may have waited for its carrier: no goods leave under a declaration whose loading period is over.

        Raises:
            Stale: the goods must be loaded by a day that has passed, or customs has ended the declaration.
        """
        for number in numbers:
            known = self._r.declarations.by_number(number)
            if known is None or known.loaded:
                continue
            if known.state is not FilingState.ACCEPTED:
                raise Stale("customs", "declaration_over", f"{number} is {known.state.value}")
            if known.load_before is not None and known.load_before < today:
                raise Stale("customs", "declaration_over", f"{number} was to be loaded by {known.load_before}")

    @implements(FIND_BOOKING)
    async def find_booking(self, request: TransportRequest) -> FoundBooking:
        """Look for a booking that a cancel overtook: it was asked for, and no answer is known."""
        consignment, carrier = request.consignment, self._r.carrier
        key, at = f"{consignment.ucr}:{BOOK_TRANSPORT.name}", trade_now(request.timetable)
        row = await in_thread(self._r.effects.find, key)
        found = await carrier.find_booking(_booking_request(request, at()))
        if isinstance(found, Done):
            booking = found.content.model_copy(update={"voidable": carrier.voids, "call_off": carrier.call_off})
            await in_thread(self._r.effects.done, key, booking.model_dump_json(), at(), BOOK_TRANSPORT.name)
            return FoundBooking(booking=booking)
        if isinstance(found, CannotTell):
            return FoundBooking()
        if row is not None and row.state == "intended":
            fence = timedelta(seconds=self._r.settings.write_fence_seconds)
            if (wait := fence - (datetime.now(UTC) - row.intended_at)) > timedelta(0):
                raise Unavailable("desk", "in_flight", "the booking may still arrive", wait=wait)
        await in_thread(self._r.effects.release, key, True)
        return FoundBooking(absent=True)

    @implements(ATTACH_DOCUMENTS)
    async def attach_documents(self, request: DocumentRequest) -> Nothing:
        """Attach a paper to the booked shipment."""
        return await self._upload(request, ATTACH_DOCUMENTS.name, ATTACH_DOCUMENTS.name)

    @implements(ANSWER_INFORMATION_REQUEST)
    async def answer_information_request(self, request: DocumentRequest) -> Nothing:
        """Send the paper that customs asked for."""
        step = f"{ANSWER_INFORMATION_REQUEST.name}:{request.suffix}"
        return await self._upload(request, step, ANSWER_INFORMATION_REQUEST.name)

    async def _upload(self, request: DocumentRequest, step: str, effect: str) -> Nothing:
        document = CarrierDocument(request.document)
        pdf = await in_thread(self._r.documents.read, request.sha256)

        async def find() -> Existing[str]:
            return await self._r.carrier.find_document(request.waybill, document)

        async def create() -> str:
            await self._r.carrier.upload_document(request.waybill, document, pdf)
            return document.value

        suffix = f":{request.suffix}" if request.suffix else ""
        orders = await self._orders(request.ucr)
        await self._books.act(
            key=f"{request.ucr}:{document.value}{suffix}:{effect}",
            step=step,
            orders=orders,
            at=trade_now(request.timetable),
            find=find,
            create=_reported(step, orders, create),
            by_hand=lambda result: result["evidence"],
            describe=lambda content: f'"{content}"',
        )
        return Nothing()

    @implements(VOID_BOOKING)
    async def void_booking(self, request: VoidRequest) -> Nothing:
        """Void a booking with its pickup, at the carrier it was made with."""
        carrier = self._r.carrier
        ours = request.carrier == carrier.name

        async def find() -> Existing[str]:
            return await carrier.find_void(request.waybill) if ours else NotDone()

        async def create() -> str:
            if not ours:
                words = f"Call off waybill {request.waybill} at {request.carrier} by hand: {carrier.name} books now."
                raise Refused("desk", "other_carrier", words, fault=Fault.CARRIER, reason="manual_work")
            await carrier.void(request.waybill)
            return "voided"

        orders = await self._orders(request.ucr)
        await self._books.act(
            key=f"{request.ucr}:{VOID_BOOKING.name}",
            step=VOID_BOOKING.name,
            orders=orders,
            at=trade_now(request.timetable),
            find=find,
            create=_reported(VOID_BOOKING.name, orders, create),
            by_hand=lambda result: result["evidence"],
            describe=json.dumps,
        )
        return Nothing()

    @implements(SEND_IMPORT_PREADVICE)
    async def send_import_preadvice(self, request: TransportRequest) -> Nothing:
        """Send invoice data with the IVA accreditation ahead of the parcel."""
        assert request.waybill is not None, "the pre-advice follows the booking"
        waybill = request.waybill
        now = trade_now(request.timetable)

        async def find() -> Existing[str]:
            return await self._r.carrier.find_preadvice(waybill, _booking_request(request, now()))

        async def create() -> str:
            await self._r.carrier.send_preadvice(waybill, _booking_request(request, now()))
            return str(waybill)

        await self._books.act(
            key=f"{request.consignment.ucr}:{SEND_IMPORT_PREADVICE.name}",
            step=SEND_IMPORT_PREADVICE.name,
            orders=request.consignment.orders,
            at=now,
            find=find,
            create=_reported(SEND_IMPORT_PREADVICE.name, request.consignment.orders, create),
            by_hand=lambda result: result["evidence"],
            describe=lambda content: f'"{content}"',
        )
        return Nothing()

    @implements(HAND_TO_BROKER)
    async def hand_to_broker(self, request: BrokerRequest) -> Nothing:
        """Hand a parcel above the courier limit to the customs agent."""

        async def create() -> str:
            await self._r.broker.hand_over(request.ucr)
            return "handed over"

        await self._books.act(
            key=f"{request.ucr}:{HAND_TO_BROKER.name}",
            step=HAND_TO_BROKER.name,
            orders=await self._orders(request.ucr),
            at=trade_now(request.timetable),
            find=lambda: self._r.broker.find_handover(request.ucr),
            create=create,
            by_hand=lambda result: result["evidence"],
            describe=lambda content: f'"{content}"',
        )
        return Nothing()

    async def _orders(self, ucr: Ucr) -> tuple[OrderId, ...]:
        claim = await in_thread(self._r.consignments.of_ucr, ucr)
        return claim.orders if claim else ()


def _reported(
    step: str, orders: Sequence[OrderId], create: Callable[[], Awaitable[Content]]
) -> Callable[[], Awaitable[Content]]:
    """A write that names, where it is work for a person, the command that reports the work done."""

    async def asked() -> Content:
        try:
            return await create()
        except Refused as refused:
            if refused.reason == "manual_work" and not refused.commands and orders:
                refused.commands = (reports_done(str(min(orders, key=int)), step),)
            raise

    return asked


def _booking_request(request: TransportRequest, now: object) -> BookingRequest:
    return BookingRequest.model_validate(
        {
            "consignment": request.consignment,
            "declaration_numbers": request.declarations,
            "carrier_clears": request.carrier_clears,
            "planned_at": now,
            "invoice_number": request.invoice_number,
            "invoice_date": today_in_korea(request.invoiced_at),
        }
    )

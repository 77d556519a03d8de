"""What every carrier must do, whatever its interface: a new carrier runs all of it by one small class.

    class TestMydhl(EveryCarrier):
        name, booking, tracking, upload, preadvice = "mydhl", "book", "tracking", "upload_image", "upload_invoice_data"

Real adapter and activities against the carrier's simulator over sockets; its ledger is the witness.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, ClassVar

import httpx
import pytest
import structlog
from temporalio.exceptions import ApplicationError

from tests.adapters.office import Office, Parcel
from tradelane.adapters.errors import Garbled, OutsideFailure, Refused, Unavailable
from tradelane.adapters.http import TIMEOUT
from tradelane.adapters.plug import carrier_plug
from tradelane.contracts.steps import VoidRequest
from tradelane.domain.identifiers import WaybillNumber
from tradelane.domain.outside import CannotTell, Done, NotDone
from tradelane.domain.transport import CarrierDocument, TransportStatus
from tradelane.ports import BookingRequest, Carrier

PAPER = CarrierDocument.COMMERCIAL_INVOICE
EVIDENCE = {"evidence": "mail of 23 November"}
WHOLE_LIFE = 21
"""Trade days after which a plain parcel is delivered, weekends and holidays included."""


async def failed(trying: Awaitable[Any]) -> dict[str, Any]:
    """What the engine is told when a step fails."""
    with pytest.raises(ApplicationError) as caught:
        await trying
    said: dict[str, Any] = caught.value.details[0]
    return said


async def failure_of(trying: Awaitable[Any]) -> OutsideFailure:
    with pytest.raises(OutsideFailure) as caught:
        await trying
    return caught.value


def wanted(parcel: Parcel) -> BookingRequest:
    """What the carrier is asked to carry."""
    made = parcel.papers
    assert made is not None
    return BookingRequest(
        consignment=parcel.consignment,
        declaration_numbers=(parcel.filing.number,) if parcel.filing and parcel.filing.number else (),
        planned_at=parcel.office.now(),
        invoice_number=made.invoice_number,
        invoice_date=made.invoiced_at.date(),
    )


def private(parcel: Parcel) -> set[str]:
    """Words that stand in no failure and no log."""
    who = parcel.consignment.consignee
    return {who.name, *who.address.lines, *(str(one) for one in (who.rut, who.email, who.phone) if one)}


class EveryCarrier:
    """Operations are named as the simulator lists them; an empty one is what the carrier's interface does not offer."""

    name: ClassVar[str] = ""
    booking: ClassVar[str] = ""
    tracking: ClassVar[str] = ""
    upload: ClassVar[str] = ""
    preadvice: ClassVar[str] = ""
    voiding: ClassVar[str] = ""
    gives_label: ClassVar[bool] = True
    postal: ClassVar[bool] = False
    milestones: ClassVar[frozenset[TransportStatus]] = frozenset(
        {TransportStatus.PICKED_UP, TransportStatus.DEPARTED, TransportStatus.DELIVERED}
    )
    """What the carrier tells of a plain parcel at least; without `DEPARTED` nobody sees when it has left Korea."""

    # --- means -----------------------------------------------------------------------------------------------------

    @staticmethod
    def carrier(office: Office) -> Carrier:
        return office.resources.carrier

    async def ready(self, office: Office) -> Parcel:
        """Declared and accepted, papers made, not booked."""
        parcel = await office.parcel()
        await parcel.accepted()
        await parcel.rendered()
        return parcel

    async def booked(self, office: Office) -> Parcel:
        parcel = await self.ready(office)
        parcel.booking = (await parcel.book()).booking
        return parcel

    async def voided(self, parcel: Parcel, carrier: str = "") -> None:
        assert parcel.booking is not None
        request = VoidRequest(
            ucr=parcel.consignment.ucr,
            waybill=parcel.booking.waybill,
            carrier=carrier or parcel.booking.carrier,
            timetable=parcel.office.timetable(),
        )
        await parcel.office.step(parcel.office.transport.void_booking, request)

    async def done_by_a_person(self, parcel: Parcel, step: str, trying: Any) -> None:
        """The step asks a person, names the command that reports it done, and believes what was typed."""
        said = await failed(trying())
        assert said["reason"] == "manual_work"
        assert said["commands"][0].startswith(f"tradelane holds resolve {parcel.order} --step {step} --action complete")
        parcel.typed_by_hand(step, **EVIDENCE)
        await trying()

    # --- the plug --------------------------------------------------------------------------------------------------

    def test_it_is_plugged_in_under_its_own_name(self, carrier_office: Office) -> None:
        plug, carrier = carrier_plug(self.name), self.carrier(carrier_office)
        assert plug.settings.model_config["env_prefix"] == f"TRADELANE_{self.name.upper()}_"
        assert plug.own_settings().url == "", "without an address of its own it is the simulator"
        assert plug.tracking_key >= 1000
        assert carrier.name and carrier.call_off
        assert carrier.voids is bool(self.voiding)
        assert carrier.postal is self.postal, "whether a CN 23 travels with the parcel"
        assert self.booking and self.tracking

    # --- booking ---------------------------------------------------------------------------------------------------

    async def test_a_booking_is_not_there_before_and_found_after(self, carrier_office: Office) -> None:
        parcel, carrier = await self.ready(carrier_office), self.carrier(carrier_office)
        assert isinstance(await carrier.find_booking(wanted(parcel)), NotDone)

        booking = (await parcel.book()).booking
        again = (await parcel.book()).booking

        found = await carrier.find_booking(wanted(parcel))
        assert isinstance(found, Done)
        assert found.content.waybill == booking.waybill == again.waybill
        assert (booking.carrier, booking.reference) == (carrier.name, parcel.consignment.ucr)
        assert booking.voidable is carrier.voids
        assert carrier.wrong_with(booking.waybill) == ""
        assert booking.waybill in carrier.tracking_url(booking.waybill)
        assert carrier.tracking_url(booking.waybill).startswith("https://")
        assert await carrier_office.acted(self.booking, parcel.shipment) == 1

    async def test_a_booking_whose_answer_was_lost_is_found_and_not_made_again(self, carrier_office: Office) -> None:
        parcel = await self.ready(carrier_office)
        await carrier_office.fault(self.name, self.booking, "lose_reply", match=parcel.shipment)
        assert (await failed(parcel.book()))["reason"] == "unavailable"
        carrier_office.later(minutes=15)

        assert (await parcel.book()).booking.waybill
        assert await carrier_office.acted(self.booking, parcel.shipment) == 1

    async def test_no_answer_in_time_is_unknown(self, carrier_office: Office) -> None:
        parcel = await self.ready(carrier_office)

        def silent(request: httpx.Request) -> httpx.Response | None:
            raise httpx.ReadTimeout("nothing came", request=request)

        carrier_office.line.twist = silent
        try:
            failure = await failure_of(self.carrier(carrier_office).book(wanted(parcel)))
        finally:
            carrier_office.line.twist = None
        assert isinstance(failure, Unavailable)
        assert (failure.party, failure.code) == (self.name, TIMEOUT)

    @pytest.mark.parametrize("kind", ["unavailable", "too_many"])
    async def test_what_was_turned_away_is_booked_by_the_next_try(self, carrier_office: Office, kind: str) -> None:
        parcel = await self.ready(carrier_office)
        await carrier_office.fault(self.name, self.booking, kind, match=parcel.shipment)
        assert (await failed(parcel.book()))["reason"] == "unavailable"
        assert await carrier_office.acted(self.booking, parcel.shipment) == 0

        await parcel.book()
        assert await carrier_office.acted(self.booking, parcel.shipment) == 1

    async def test_the_wait_that_it_asks_for_is_kept(self, carrier_office: Office) -> None:
        parcel = await self.ready(carrier_office)
        await carrier_office.fault(self.name, self.booking, "too_many", match=parcel.shipment, seconds=7)
        failure = await failure_of(self.carrier(carrier_office).book(wanted(parcel)))
        assert isinstance(failure, Unavailable) and failure.wait is not None
        assert failure.wait.total_seconds() == 7

    async def test_a_web_page_for_an_answer_is_garbled(self, carrier_office: Office) -> None:
        parcel = await self.ready(carrier_office)
        await carrier_office.fault(self.name, self.booking, "html", match=parcel.shipment)
        assert isinstance(await failure_of(self.carrier(carrier_office).book(wanted(parcel))), Garbled)

    async def test_a_refusal_is_for_a_person_and_tells_nothing_private(self, carrier_office: Office) -> None:
        parcel = await self.ready(carrier_office)
        await carrier_office.fault(self.name, self.booking, "refuse", match=parcel.shipment)
        with structlog.testing.capture_logs() as logged:
            failure = await failure_of(self.carrier(carrier_office).book(wanted(parcel)))
            await parcel.book()

        assert isinstance(failure, Refused)
        assert failure.words
        assert [one for one in logged if one["event"] == "outside.call" and one["party"] == self.name]
        told = f"{failure} {failure.words} {logged}"
        assert [word for word in private(parcel) if word in told] == []

    async def test_two_bookings_under_our_reference_are_for_a_person(self, carrier_office: Office) -> None:
        """Unless the carrier itself makes one of two requests under one reference."""
        parcel, carrier = await self.ready(carrier_office), self.carrier(carrier_office)
        first, second = await carrier.book(wanted(parcel)), await carrier.book(wanted(parcel))
        found = await carrier.find_booking(wanted(parcel))

        if await carrier_office.acted(self.booking, parcel.shipment) == 1:
            assert first.waybill == second.waybill
        else:
            assert isinstance(found, CannotTell)
            assert (await failed(parcel.book()))["reason"] == "cannot_tell"

    async def test_a_number_typed_by_a_person_is_taken_if_it_can_be_one_of_theirs(self, carrier_office: Office) -> None:
        parcel, carrier = await self.ready(carrier_office), self.carrier(carrier_office)
        parcel.typed_by_hand("book_transport", waybill="AAAAAA")
        assert carrier.wrong_with(WaybillNumber("AAAAAA")), "six letters are no waybill"
        said = await failed(parcel.book())
        assert (said["reason"], said["fault"]) == ("refused", "carrier")
        assert "--action complete --result waybill=" in said["commands"][0]
        assert await carrier_office.acted(self.booking, parcel.shipment) == 0

    async def test_the_label_is_kept_with_the_papers_of_the_order(self, carrier_office: Office) -> None:
        parcel = await self.booked(carrier_office)
        assert parcel.booking is not None
        kept = {one.kind: one for one in carrier_office.resources.documents.of_ucr(parcel.consignment.ucr)}
        assert ("transport_label" in kept) is self.gives_label
        if self.gives_label:
            assert parcel.booking.label_sha256 == kept["transport_label"].sha256
            assert carrier_office.resources.documents.read(kept["transport_label"].sha256).startswith(b"%PDF")

    # --- the way ---------------------------------------------------------------------------------------------------

    async def test_a_plain_parcel_is_followed_to_the_door_in_words_of_ours(self, carrier_office: Office) -> None:
        parcel, carrier = await self.booked(carrier_office), self.carrier(carrier_office)
        assert parcel.booking is not None
        at_first = await carrier.events(parcel.booking.waybill)
        assert TransportStatus.PICKED_UP not in {event.status for event in at_first}
        carrier_office.later(days=WHOLE_LIFE)

        events = await carrier.events(parcel.booking.waybill)

        instants = [event.occurred_at for event in events]
        assert instants == sorted(instants)
        assert {event.source for event in events} == {self.name}
        seen = {event.status for event in events}
        assert TransportStatus.NOT_UNDERSTOOD not in seen
        assert self.milestones <= seen

    async def test_events_that_cannot_be_read_now_are_unavailable(self, carrier_office: Office) -> None:
        parcel = await self.booked(carrier_office)
        assert parcel.booking is not None
        await carrier_office.fault(self.name, self.tracking, "unavailable")
        failure = await failure_of(self.carrier(carrier_office).events(parcel.booking.waybill))
        assert isinstance(failure, Unavailable)

    # --- papers and pre-advice -------------------------------------------------------------------------------------

    async def test_a_paper_is_given_once(self, carrier_office: Office) -> None:
        parcel = await self.booked(carrier_office)
        if not self.upload:
            if isinstance(await self.carrier(carrier_office).find_document(WaybillNumber(parcel.waybill), PAPER), Done):
                return await parcel.attach()  # it travels in the booking
            return await self.done_by_a_person(parcel, "attach_documents", parcel.attach)
        await carrier_office.fault(self.name, self.upload, "lose_reply", match=parcel.waybill)
        assert (await failed(parcel.attach()))["reason"] == "unavailable"
        await parcel.attach()
        await parcel.attach()
        assert await carrier_office.acted(self.upload, parcel.waybill) == 1
        return None

    async def test_the_pre_advice_is_sent_once(self, carrier_office: Office) -> None:
        parcel = await self.booked(carrier_office)
        waybill = WaybillNumber(parcel.waybill)
        if not self.preadvice:
            if isinstance(await self.carrier(carrier_office).find_preadvice(waybill, wanted(parcel)), Done):
                return await parcel.preadvise()  # it travels in the booking
            return await self.done_by_a_person(parcel, "send_import_preadvice", parcel.preadvise)
        await carrier_office.fault(self.name, self.preadvice, "unavailable", match=parcel.waybill)
        assert (await failed(parcel.preadvise()))["reason"] == "unavailable"
        await parcel.preadvise()
        await parcel.preadvise()
        assert await carrier_office.acted(self.preadvice, parcel.waybill) == 1
        return None

    # --- calling it off --------------------------------------------------------------------------------------------

    async def test_a_booking_is_voided_once_or_called_off_by_a_person(self, carrier_office: Office) -> None:
        parcel, carrier = await self.booked(carrier_office), self.carrier(carrier_office)
        waybill = WaybillNumber(parcel.waybill)
        assert isinstance(await carrier.find_void(waybill), NotDone)
        if not self.voiding:
            return await self.done_by_a_person(parcel, "void_booking", lambda: self.voided(parcel))
        await carrier_office.fault(self.name, self.voiding, "lose_reply", match=waybill)
        assert (await failed(self.voided(parcel)))["reason"] == "unavailable"
        carrier_office.later(minutes=15)
        await self.voided(parcel)
        await self.voided(parcel)

        assert await carrier_office.acted(self.voiding, waybill) == 1
        assert isinstance(await carrier.find_void(waybill), Done)
        assert isinstance(await carrier.find_booking(wanted(parcel)), NotDone), "a voided booking is no booking"
        return None

    async def test_what_the_courier_has_cannot_be_voided(self, carrier_office: Office) -> None:
        parcel = await self.booked(carrier_office)
        carrier_office.later(days=WHOLE_LIFE)
        failure = await failure_of(self.carrier(carrier_office).void(WaybillNumber(parcel.waybill)))
        assert isinstance(failure, Refused)

    async def test_a_booking_of_another_carrier_is_left_to_a_person(self, carrier_office: Office) -> None:
        parcel = await self.booked(carrier_office)
        said = await failed(self.voided(parcel, carrier="Somebody Else"))
        assert said["reason"] == "manual_work" and "Somebody Else" in said["words"]
        if self.voiding:
            assert await carrier_office.acted(self.voiding, parcel.waybill) == 0

"""Manual adapters: a write asks a person, a look-up reads what the person typed."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tests.adapters import parcels
from tests.adapters.books import MemoryConsignments, MemoryDecisions
from tradelane.adapters.errors import Refused
from tradelane.adapters.manual import ManualBroker, ManualCarrier, ManualFiling
from tradelane.contracts.handmade import checked_result
from tradelane.domain.export_declaration import Filing, FilingState
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import WaybillNumber
from tradelane.domain.outside import CannotTell, Done, NotDone
from tradelane.domain.transport import CarrierDocument

WAYBILL = WaybillNumber("1234567891")
ORDER_NO = "6KRMLC45848383497-1"
PAPER = CarrierDocument.COMMERCIAL_INVOICE


class Office:
    def __init__(self) -> None:
        self.decisions = MemoryDecisions()
        consignments = MemoryConsignments(parcels.claim())
        self.filing = ManualFiling(self.decisions, consignments)
        self.carrier = ManualCarrier(self.decisions, consignments)
        self.broker = ManualBroker(self.decisions, consignments)

    def types(self, step: str, **content: str) -> None:
        self.decisions.type(parcels.ORDER, step, **content)


@pytest.fixture
def office() -> Office:
    return Office()


def asks_for(refused: Refused, step: str, fault: Fault) -> None:
    """The refusal is work for a person: what to do, the command, and an example that would be accepted."""
    assert (refused.code, refused.reason, refused.fault) == ("manual_work", "manual_work", fault)
    *_, command = refused.commands
    assert command.startswith(f"tradelane holds resolve {parcels.ORDER} --step {step} --action complete --result ")
    example = json.loads(refused.result_shape)
    assert all(f"--result {name}=" in command for name in example)


# --- filing ----------------------------------------------------------------------------------------------------------


async def test_a_declaration_is_asked_of_a_person_with_day_and_reference(office: Office) -> None:
    with pytest.raises(Refused) as failure:
        await office.filing.lodge(parcels.declaration(), parcels.TODAY)
    asks_for(failure.value, "lodge_export_declaration:d1", Fault.AUTHORITY)
    assert "2026-11-24" in failure.value.words and ORDER_NO in failure.value.words
    with pytest.raises(ValueError, match="number: put what you know"):
        checked_result("lodge_export_declaration:d1", json.loads(failure.value.result_shape))


async def test_a_typed_acceptance_is_an_accepted_filing_for_look_up_and_status(office: Office) -> None:
    assert await office.filing.find(parcels.declaration()) == NotDone()
    assert await office.filing.status(ORDER_NO, "haneul") is None
    office.types("lodge_export_declaration:d1", number=parcels.NUMBER, accepted_at="2026-11-24T10:30:00+09:00")
    found = await office.filing.find(parcels.declaration())
    assert isinstance(found, Done)
    assert found.content.state is FilingState.ACCEPTED
    assert found.content.number == parcels.NUMBER
    assert found.content.accepted_at == datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
    assert await office.filing.status(f"{ORDER_NO}~2", "haneul") is not None
    assert await office.filing.status("6KRMLC45848383497-2", "bada") is None


async def test_a_filing_typed_without_an_instant_of_acceptance_waits_for_customs(office: Office) -> None:
    office.types("lodge_export_declaration:d1", number=parcels.NUMBER)
    found = await office.filing.find(parcels.declaration())
    assert isinstance(found, Done)
    assert (found.content.state, found.content.number) == (FilingState.SUBMITTED, parcels.NUMBER)
    assert found.content.accepted_at is None


@pytest.mark.parametrize(
    "content",
    [
        {"number": "6N002260001234", "accepted_at": "2026-11-24T10:30:00+09:00"},
        {"number": "6N00226000123X", "accepted_at": "2026-11-24T10:30:00"},
        {"number": "6N00226000123X", "accepted_at": "2026-11-24T10:30:00+09:00", "nunber": "x"},
        {},
    ],
)
async def test_a_wrong_result_is_asked_for_again_and_never_taken(office: Office, content: dict[str, str]) -> None:
    office.types("lodge_export_declaration:d1", **content)
    with pytest.raises(Refused) as failure:
        await office.filing.find(parcels.declaration())
    asks_for(failure.value, "lodge_export_declaration:d1", Fault.OURS)
    assert "wrong" in failure.value.words


async def test_a_withdrawal_is_asked_and_then_read(office: Office) -> None:
    filing = Filing(order_no=ORDER_NO, state=FilingState.ACCEPTED, number=parcels.NUMBER)
    assert await office.filing.find_withdrawal(filing, "haneul") == NotDone()
    with pytest.raises(Refused) as failure:
        await office.filing.withdraw(filing, "haneul", "cancelled")
    asks_for(failure.value, "withdraw_export_declaration:d1", Fault.AUTHORITY)
    assert "6N002-26-000123X" in failure.value.words
    office.types("withdraw_export_declaration:d1", evidence="approval of 24 November")
    assert await office.filing.find_withdrawal(filing, "haneul") == Done("approved")


@pytest.mark.parametrize("order_no", ["", "x", "6KRMLC45848383497", "6KRMLC45848383497-1~"])
async def test_a_reference_that_is_not_ours_is_refused(office: Office, order_no: str) -> None:
    with pytest.raises(Refused) as failure:
        await office.filing.status(order_no, "haneul")
    assert failure.value.code == "unknown_reference"


# --- carrier ---------------------------------------------------------------------------------------------------------


async def test_transport_is_asked_of_a_person_without_personal_data(office: Office) -> None:
    with pytest.raises(Refused) as failure:
        await office.carrier.book(parcels.booking_request())
    asks_for(failure.value, "book_transport", Fault.CARRIER)
    assert parcels.UCR in failure.value.words and "6N002-26-000123X" in failure.value.words
    assert "Pérez" not in failure.value.words


async def test_a_typed_waybill_is_a_booking(office: Office) -> None:
    assert await office.carrier.find_booking(parcels.booking_request()) == NotDone()
    office.types("book_transport", waybill="1234567891")
    found = await office.carrier.find_booking(parcels.booking_request())
    assert isinstance(found, Done)
    assert (found.content.waybill, found.content.reference) == (WAYBILL, parcels.UCR)


async def test_a_mistyped_waybill_is_asked_for_again(office: Office) -> None:
    office.types("book_transport", waybill="12345")
    with pytest.raises(Refused):
        await office.carrier.find_booking(parcels.booking_request())


async def test_papers_of_a_waybill_booked_by_hand_are_asked_and_then_read(office: Office) -> None:
    office.types("book_transport", waybill="1234567891")
    assert await office.carrier.find_document(WAYBILL, PAPER) == NotDone()
    with pytest.raises(Refused) as failure:
        await office.carrier.upload_document(WAYBILL, PAPER, b"%PDF")
    asks_for(failure.value, "attach_documents", Fault.CARRIER)
    office.types("attach_documents", evidence="mail of 24 November")
    assert await office.carrier.find_document(WAYBILL, PAPER) == Done("commercial_invoice")


async def test_a_waybill_that_nobody_booked_by_hand_cannot_be_told(office: Office) -> None:
    assert isinstance(await office.carrier.find_document(WAYBILL, PAPER), CannotTell)


async def test_the_preadvice_is_asked_with_the_accreditation(office: Office) -> None:
    assert await office.carrier.find_preadvice(WAYBILL, parcels.booking_request()) == NotDone()
    with pytest.raises(Refused) as failure:
        await office.carrier.send_preadvice(WAYBILL, parcels.booking_request())
    asks_for(failure.value, "send_import_preadvice", Fault.CARRIER)
    assert "76543210-3" in failure.value.words
    office.types("send_import_preadvice", evidence="mail")
    assert isinstance(await office.carrier.find_preadvice(WAYBILL, parcels.booking_request()), Done)


async def test_a_hand_sees_no_checkpoints(office: Office) -> None:
    assert await office.carrier.events(WAYBILL) == ()
    assert "1234567891" in office.carrier.tracking_url(WAYBILL)


# --- broker ----------------------------------------------------------------------------------------------------------


async def test_the_customs_agent_is_asked_for_and_then_read(office: Office) -> None:
    assert await office.broker.find_handover(parcels.UCR) == NotDone()
    with pytest.raises(Refused) as failure:
        await office.broker.hand_over(parcels.UCR)
    asks_for(failure.value, "hand_to_broker", Fault.AUTHORITY)
    office.types("hand_to_broker", evidence="case 17 of the agent")
    assert await office.broker.find_handover(parcels.UCR) == Done("case 17 of the agent")

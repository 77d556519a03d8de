"""MyDHL on the account of the exporter who ships: booked, found, completed and repeated under one and the same number."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr
from temporalio.exceptions import ApplicationError

from tests.adapters import parcels
from tests.adapters.books import MemoryDocuments, MemoryEffects
from tests.adapters.counterparty import Counterparty
from tests.adapters.office import Office
from tradelane.adapters.errors import Refused, Unavailable
from tradelane.adapters.mydhl import MydhlAccess, MydhlCarrier, ShipperParty
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import WaybillNumber
from tradelane.domain.outside import Done, NotDone
from tradelane.domain.papers import Incoterm
from tradelane.domain.transport import CarrierDocument
from tradelane.ports import BookingRequest
from tradelane.simulators.app import create_app
from tradelane.simulators.clock import HeldClock
from tradelane.simulators.stage import Stage

HOUSE, OWN = "960000001", "960000002"
"""The installation's account and the brand's own, both known to the simulator."""
PAPER = CarrierDocument.EXPORT_DECLARATION
PDF = b"%PDF-1.7 invented"
BOOKED = {"shipmentTrackingNumber": "1234567891"}
SHOWN = {"shipments": [{"shipmentTrackingNumber": "1234567891", "shipmentTimestamp": "2026-11-24T15:30:00"}]}
WAYBILL = WaybillNumber("1234567891")
NOT_FOUND = {"title": "t", "message": "m", "status": "404", "detail": "No data found"}
NOT_ALLOWED = {"title": "t", "message": "m", "status": "400", "detail": "8003: Account not allowed for this service"}


def wanted(account: str = OWN, **exporter: Any) -> BookingRequest:
    """A parcel of an exporter with an account of its own; none when the account is empty."""
    accounts = {"mydhl": account} if account else {}
    exporters = (parcels.exporter(carrier_accounts=accounts, **exporter), parcels.SECOND)
    return parcels.booking_request(parcels.consignment(exporters=exporters))


@dataclass
class Desk:
    """A carrier, what is behind it, and its books; `now` is moved by tests."""

    carrier: MydhlCarrier
    effects: MemoryEffects
    clock: HeldClock
    party: Counterparty
    stage: httpx.AsyncClient

    async def ledger(self, operation: str) -> list[dict[str, Any]]:
        rows = (await self.stage.get("/_stage/ledger")).json()["rows"]
        return [row for row in rows if row["operation"] == operation]

    async def lose(self, operation: str) -> None:
        body = {"counterparty": "mydhl", "operation": operation, "kind": "lose_reply"}
        assert (await self.stage.post("/_stage/faults", json=body)).status_code == 201


def carrier(http: httpx.AsyncClient, effects: MemoryEffects, clock: HeldClock, base: str, **more: Any) -> MydhlCarrier:
    access = MydhlAccess(
        base_url=base, username="demo-site", password=SecretStr("demo-password"), account=HOUSE, **more
    )
    return MydhlCarrier(access, http, effects=effects, now=clock.now, documents=MemoryDocuments())


@pytest.fixture
def scripted() -> Desk:
    """DHL by a script."""
    effects, clock, party = MemoryEffects(), HeldClock(parcels.NOW), Counterparty()
    return Desk(carrier(party.client(), effects, clock, "https://d.example"), effects, clock, party, party.client())


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """DHL by its simulator, without sockets."""
    clock, effects = HeldClock(datetime(2026, 11, 24, 3, 0, tzinfo=UTC)), MemoryEffects()
    app = create_app(Stage(tmp_path / "world.db", clock))
    http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://stage.example")
    async with http:
        yield Desk(carrier(http, effects, clock, "http://stage.example/mydhl"), effects, clock, Counterparty(), http)


def sent(desk: Desk, number: int = -1) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = desk.party.body(number)["accounts"]
    return rows


# --- which account -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("account", "used"), [(OWN, OWN), ("", HOUSE), ("  ", HOUSE)])
async def test_who_ships_pays_and_the_installation_where_it_has_no_account(
    scripted: Desk, account: str, used: str
) -> None:
    scripted.party.answers(BOOKED, status=201)
    await scripted.carrier.book(wanted(account))
    assert sent(scripted) == [{"typeCode": "shipper", "number": used}]


async def test_the_account_of_another_carrier_is_none_of_dhls(scripted: Desk) -> None:
    scripted.party.answers(BOOKED, status=201)
    exporters = (parcels.exporter(carrier_accounts={"easypost": "777"}), parcels.SECOND)
    await scripted.carrier.book(parcels.booking_request(parcels.consignment(exporters=exporters)))
    assert sent(scripted) == [{"typeCode": "shipper", "number": HOUSE}]


async def test_the_second_exporter_of_a_parcel_pays_nothing(scripted: Desk) -> None:
    scripted.party.answers(BOOKED, status=201)
    request = wanted(OWN)
    both = (parcels.item(), parcels.item(sku="B-1", exporter_id="bada"))
    two = parcels.consignment(items=both, exporters=request.consignment.exporters)
    assert [part.exporter_id for part in two.parts] == ["bada", "haneul"], "bada ships, and has no account"
    await scripted.carrier.book(parcels.booking_request(two))
    assert sent(scripted) == [{"typeCode": "shipper", "number": HOUSE}]


async def test_where_the_agency_ships_in_the_exporters_place_the_installation_pays() -> None:
    agency = ShipperParty(
        company="Agency", person="A B", phone="+82-2-1", lines=("1 Yesi-ro",), city="Seoul", postcode="01234"
    )
    party = Counterparty().answers(BOOKED, status=201)
    more = {"shipper": agency, "receiver_phone": "+56 2 0000 0000"}
    shipping = carrier(party.client(), MemoryEffects(), HeldClock(parcels.NOW), "https://d.example", **more)
    await shipping.book(wanted(OWN, phone=""))
    assert party.body()["accounts"] == [{"typeCode": "shipper", "number": HOUSE}]


async def test_duties_stay_with_the_installation_whoever_pays_for_carriage() -> None:
    party = Counterparty().answers(BOOKED, status=201)
    paying = carrier(party.client(), MemoryEffects(), HeldClock(parcels.NOW), "https://d.example", duties_account=HOUSE)
    request = wanted()
    ddp = request.consignment.model_copy(update={"incoterm": Incoterm.DDP})
    await paying.book(request.model_copy(update={"consignment": ddp}))
    assert party.body()["accounts"] == [
        {"typeCode": "shipper", "number": OWN},
        {"typeCode": "duties-taxes", "number": HOUSE},
    ]


async def test_a_number_longer_than_dhls_is_refused_before_anything_is_sent(scripted: Desk) -> None:
    """korea-export 7.1: accounts[].number has at most 12 characters."""
    with pytest.raises(Refused) as failure:
        await scripted.carrier.book(wanted("1234567890123"))
    assert (failure.value.fault, failure.value.reason) == (Fault.SELLER_DATA, "missing_data")
    assert failure.value.commands == ("tradelane exporters set haneul carrier_accounts.mydhl=NUMBER",)
    assert scripted.party.requests == [] and scripted.effects.rows == {}


@pytest.mark.parametrize("call", ["book", "find_booking"])
async def test_an_account_dhl_does_not_allow_is_named_with_what_to_do(scripted: Desk, call: str) -> None:
    scripted.party.answers(NOT_ALLOWED, status=400)
    with pytest.raises(Refused, match="own account of exporter haneul") as failure:
        await getattr(scripted.carrier, call)(wanted())
    assert (failure.value.code, failure.value.fault) == ("8003", Fault.SELLER_DATA)
    assert failure.value.commands == ("tradelane exporters set haneul carrier_accounts.mydhl=",)


@pytest.mark.parametrize("call", ["book", "find_booking"])
async def test_the_installations_account_refused_is_not_put_on_the_exporter(scripted: Desk, call: str) -> None:
    scripted.party.answers(NOT_ALLOWED, status=400)
    with pytest.raises(Refused) as failure:
        await getattr(scripted.carrier, call)(wanted(""))
    assert "exporter" not in failure.value.words and failure.value.commands == ()


# --- the same account ever after -----------------------------------------------------------------------------------------


async def test_a_lost_booking_is_found_on_its_account_although_the_exporter_has_another_now(scripted: Desk) -> None:
    scripted.party.fails(httpx.ReadTimeout("slow")).answers(SHOWN)
    with pytest.raises(Unavailable):
        await scripted.carrier.book(wanted(OWN))
    found = await scripted.carrier.find_booking(wanted("960000003"))
    assert isinstance(found, Done) and found.content.waybill == WAYBILL
    assert scripted.party.query()["shipperAccountNumber"] == OWN


async def test_what_was_booked_on_the_installations_account_is_found_after_the_exporter_got_its_own(
    scripted: Desk,
) -> None:
    scripted.party.answers(BOOKED, status=201).answers(SHOWN)
    await scripted.carrier.book(wanted(""))
    assert isinstance(await scripted.carrier.find_booking(wanted(OWN)), Done)
    assert scripted.party.query()["shipperAccountNumber"] == HOUSE


async def test_an_attempt_of_an_earlier_release_was_on_the_installations_account(scripted: Desk) -> None:
    """Those wrote `book` alone."""
    scripted.effects.intend(f"mydhl:booking:{parcels.UCR}~1", "book", parcels.NOW)
    scripted.party.answers(SHOWN)
    assert isinstance(await scripted.carrier.find_booking(wanted(OWN)), Done)
    assert scripted.party.query()["shipperAccountNumber"] == HOUSE


async def test_nothing_on_an_earlier_account_is_looked_for_on_the_present_one_too(scripted: Desk) -> None:
    scripted.party.fails(httpx.ReadTimeout("slow")).answers(NOT_FOUND, status=404).answers(NOT_FOUND, status=404)
    with pytest.raises(Unavailable):
        await scripted.carrier.book(wanted(""))
    scripted.clock.advance(timedelta(minutes=11))
    assert await scripted.carrier.find_booking(wanted(OWN)) == NotDone()
    asked = [scripted.party.query(number)["shipperAccountNumber"] for number in (1, 2)]
    assert asked == [HOUSE, OWN]


async def test_an_account_that_dhl_turned_away_is_not_searched(scripted: Desk) -> None:
    scripted.party.answers(NOT_ALLOWED, status=400).answers(NOT_FOUND, status=404)
    with pytest.raises(Refused):
        await scripted.carrier.book(wanted("960000009"))
    assert await scripted.carrier.find_booking(wanted("")) == NotDone()
    assert len(scripted.party.requests) == 2 and scripted.party.query()["shipperAccountNumber"] == HOUSE


async def test_papers_and_pre_advice_go_under_the_account_of_the_booking(scripted: Desk) -> None:
    scripted.party.answers(BOOKED, status=201).answers({}).answers({})
    await scripted.carrier.book(wanted(OWN))
    await scripted.carrier.upload_document(WAYBILL, PAPER, PDF)
    await scripted.carrier.send_preadvice(WAYBILL, wanted(""))
    for number in (1, 2):
        assert sent(scripted, number) == [{"typeCode": "shipper", "number": OWN}]


async def test_papers_of_a_booking_whose_answer_was_lost_go_under_the_account_it_was_found_on(scripted: Desk) -> None:
    scripted.party.fails(httpx.ReadTimeout("slow")).answers(SHOWN).answers(SHOWN).answers({})
    with pytest.raises(Unavailable):
        await scripted.carrier.book(wanted(OWN))
    await scripted.carrier.find_booking(wanted(""))
    await scripted.carrier.upload_document(WAYBILL, PAPER, PDF)
    assert sent(scripted) == [{"typeCode": "shipper", "number": OWN}]
    assert scripted.party.body()["originalPlannedShippingDate"] == "2026-11-24", "the day DHL tells is asked for still"


async def test_a_worker_killed_after_the_answer_leaves_the_account_to_the_next_one(scripted: Desk) -> None:
    """The attempt was closed, the shipment not yet written down."""
    scripted.party.answers(BOOKED, status=201).answers(NOT_FOUND, status=404).answers(NOT_FOUND, status=404)
    await scripted.carrier.book(wanted(OWN))
    del scripted.effects.rows[f"mydhl:shipment:{WAYBILL}"]
    assert isinstance(await scripted.carrier.find_booking(wanted("")), Done)
    [row] = [row for key, row in scripted.effects.rows.items() if key == f"mydhl:shipment:{WAYBILL}"]
    assert json.loads(row.content or "")["account"] == OWN


async def test_a_booking_of_an_earlier_release_keeps_its_planned_day(scripted: Desk) -> None:
    """Its row says the day alone; the account is added to it, and DHL is not asked for the day."""
    key = f"mydhl:shipment:{WAYBILL}"
    scripted.effects.intend(key, "booked", parcels.NOW)
    scripted.effects.done(key, '{"planned": "2026-11-25"}', parcels.NOW)
    scripted.party.answers(SHOWN).answers({})
    await scripted.carrier.find_booking(wanted(OWN))
    await scripted.carrier.upload_document(WAYBILL, PAPER, PDF)
    assert (scripted.party.body()["originalPlannedShippingDate"], sent(scripted)[0]["number"]) == ("2026-11-25", OWN)


async def test_a_waybill_that_a_person_typed_is_on_the_installations_account(scripted: Desk) -> None:
    scripted.party.answers(SHOWN).answers({})
    await scripted.carrier.upload_document(WAYBILL, PAPER, PDF)
    assert sent(scripted) == [{"typeCode": "shipper", "number": HOUSE}]


# --- against the simulator -----------------------------------------------------------------------------------------------


async def test_a_parcel_on_a_brands_account_is_booked_found_and_given_its_papers(desk: Desk) -> None:
    request = wanted()
    booking = await desk.carrier.book(request)
    assert await desk.carrier.find_booking(request) == Done(
        booking.model_copy(update={"label_sha256": None, "pickup_confirmation": None})
    )
    await desk.carrier.upload_document(booking.waybill, PAPER, PDF)
    await desk.carrier.send_preadvice(booking.waybill, request)
    assert await desk.carrier.find_document(booking.waybill, PAPER) == Done(PAPER.value)
    [row] = await desk.ledger("book")
    assert row["detail"]["account"] == OWN
    assert len(await desk.ledger("upload_image")) == len(await desk.ledger("upload_invoice_data")) == 1


async def test_a_lost_reply_on_a_brands_account_leaves_one_booking(desk: Desk) -> None:
    await desk.lose("book")
    with pytest.raises(Unavailable):
        await desk.carrier.book(wanted())
    assert isinstance(await desk.carrier.find_booking(wanted("")), Done)
    assert len(await desk.ledger("book")) == 1


async def test_a_lost_upload_on_a_brands_account_is_found_by_its_bytes(desk: Desk) -> None:
    booking = await desk.carrier.book(wanted())
    await desk.lose("upload_image")
    with pytest.raises(Unavailable):
        await desk.carrier.upload_document(booking.waybill, PAPER, PDF)
    assert await desk.carrier.find_document(booking.waybill, PAPER) == Done(PAPER.value)


async def test_an_unknown_account_books_nothing(desk: Desk) -> None:
    assert await desk.carrier.find_booking(wanted("960000009")) == NotDone()
    with pytest.raises(Refused, match="not allowed"):
        await desk.carrier.book(wanted("960000009"))
    assert await desk.ledger("book") == []
    assert (await desk.carrier.book(wanted())).waybill, "the right account is the control"


async def test_the_step_books_once_on_a_brands_account_which_is_taken_off_it_between_two_tries(office: Office) -> None:
    """Over sockets and through the step, as a worker does it; the plan is drawn up again without the account."""
    first = await office.parcel()
    [brand] = first.consignment.exporters
    office.resources.exporters.put(brand.model_copy(update={"carrier_accounts": {"mydhl": OWN}}))
    try:
        parcel = await office.parcel()
        assert parcel.consignment.exporters[0].carrier_accounts == {"mydhl": OWN}
        await parcel.accepted()
        await parcel.rendered()
        await office.fault("mydhl", "book", "lose_reply", match=parcel.shipment)
        with pytest.raises(ApplicationError):
            await parcel.book()
        parcel.consignment = parcel.consignment.model_copy(update={"exporters": (brand,)})
        parcel.booking = (await parcel.book()).booking
        await parcel.preadvise()
    finally:
        office.resources.exporters.put(brand)
    rows = (await office.stage.get("/ledger")).json()["rows"]
    [row] = [row for row in rows if row["operation"] == "book" and parcel.shipment in row["reference"]]
    assert (row["detail"]["account"], row["detail"]["waybill"]) == (OWN, parcel.waybill)
    assert await office.acted("upload_invoice_data", parcel.waybill) == 1

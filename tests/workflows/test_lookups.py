"""A look asks a counterparty what the step itself would ask, and writes nothing: not outside, not in our watches."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from activities import lookups as looking
from activities.lookups import PORTS, READS, WriteInALook, lookups
from tests.adapters.office import Office, Parcel, open_office
from tradelane import ports
from tradelane.contracts import steps
from tradelane.contracts.effect import Effect
from tradelane.contracts.steps import DocumentRequest, LodgeRequest, RegisterRequest, TrackingRequest
from tradelane.desk.looks import Look
from tradelane.domain.outside import CannotTell, Done, NotDone
from tradelane.domain.transport import CarrierDocument

WRITES = {
    "marketplace": ("publish_tracking", "publish_delivery"),
    "filing": ("lodge", "withdraw", "amend", "extend"),
    "carrier": ("book", "upload_document", "send_preadvice", "void"),
    "tracking": ("register",),
    "broker": ("hand_over",),
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    async with open_office(tmp_path_factory.mktemp("looks")) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def parcel(office: Office) -> Parcel:
    """Booked, and nothing of it told to anybody yet."""
    parcel = await office.parcel()
    await parcel.booked()
    return parcel


def lodging(parcel: Parcel) -> LodgeRequest:
    return LodgeRequest(declaration=parcel.declared, timetable=parcel.office.timetable(), order_id=parcel.order)


def tracking(parcel: Parcel, **changes: Any) -> TrackingRequest:
    data: dict[str, Any] = {
        "ucr": parcel.consignment.ucr,
        "seller_id": parcel.consignment.seller_id,
        "shipment_id": parcel.consignment.shipment_id,
        "waybill": parcel.waybill,
        "url": "https://tracking.invalid/1",
        "carrier": "dhl",
        "timetable": parcel.office.timetable(),
    }
    return TrackingRequest.model_validate({**data, **changes})


def watching(parcel: Parcel) -> RegisterRequest:
    assert parcel.booking is not None
    return RegisterRequest(
        ucr=parcel.consignment.ucr,
        waybill=parcel.booking.waybill,
        order_id=parcel.order,
        timetable=parcel.office.timetable(),
    )


def attaching(parcel: Parcel) -> DocumentRequest:
    assert parcel.booking is not None
    assert parcel.papers is not None
    return DocumentRequest(
        ucr=parcel.consignment.ucr,
        waybill=parcel.booking.waybill,
        document=CarrierDocument.COMMERCIAL_INVOICE.value,
        sha256=parcel.papers.papers[0].sha256,
        timetable=parcel.office.timetable(),
    )


def test_every_step_that_writes_outside_has_a_look(office: Office) -> None:
    outside = {effect.name for effect in vars(steps).values() if isinstance(effect, Effect) and effect.outside}
    assert set(lookups(office.resources)) == outside


def test_every_write_of_a_port_is_refused_while_looking() -> None:
    """The table of this test names every method of the ports that is no reading."""
    protocols = {
        "marketplace": ports.Marketplace,
        "filing": ports.ExportFiling,
        "customs": ports.CustomsInformation,
        "carrier": ports.Carrier,
        "tracking": ports.TrackingAggregator,
        "broker": ports.ImportBroker,
    }
    assert set(protocols) == set(PORTS)
    for name, protocol in protocols.items():
        methods = {one for one, _ in inspect.getmembers(protocol, inspect.isfunction) if not one.startswith("_")}
        reads = {one for one in methods if one in READS or one.startswith("find")}
        assert methods - reads == set(WRITES.get(name, ()))


@pytest.mark.parametrize(("port", "write"), [(port, write) for port, writes in WRITES.items() for write in writes])
def test_a_write_while_looking_is_stopped_before_it_leaves_the_house(office: Office, port: str, write: str) -> None:
    closed = looking._harmless(office.resources)
    with pytest.raises(WriteInALook, match=f"{write} was called while looking"):
        getattr(getattr(closed, port), write)


async def test_a_look_finds_what_is_there_and_what_is_not(office: Office, parcel: Parcel) -> None:
    looks = lookups(office.resources)
    ledger = (await office.stage.get("/ledger")).json()["rows"]
    watches = office.resources.watches.of_ucr(parcel.consignment.ucr)

    found = {
        "lodge_export_declaration": await looks["lodge_export_declaration"](lodging(parcel)),
        "book_transport": await looks["book_transport"](parcel._transport()),
        "attach_documents": await looks["attach_documents"](attaching(parcel)),
        "publish_tracking": await looks["publish_tracking"](tracking(parcel)),
        "send_import_preadvice": await looks["send_import_preadvice"](parcel._transport()),
        "watch_tracking": await looks["watch_tracking"](watching(parcel)),
    }

    there = {step: type(look.existing) for step, look in found.items()}
    assert there == {
        "lodge_export_declaration": Done,
        "book_transport": Done,
        "attach_documents": NotDone,
        "publish_tracking": NotDone,
        "send_import_preadvice": NotDone,
        "watch_tracking": NotDone,
    }
    assert found["book_transport"].key == f"{parcel.consignment.ucr}:book_transport"
    assert (await office.stage.get("/ledger")).json()["rows"] == ledger
    assert office.resources.watches.of_ucr(parcel.consignment.ucr) == watches


async def test_a_look_and_the_step_agree_after_the_step_has_acted(office: Office, parcel: Parcel) -> None:
    looks = lookups(office.resources)
    assert isinstance((await looks["attach_documents"](attaching(parcel))).existing, NotDone)
    await parcel.attach()
    assert isinstance((await looks["attach_documents"](attaching(parcel))).existing, Done)


async def test_a_step_that_writes_nothing_for_this_order_asks_nobody(office: Office, parcel: Parcel) -> None:
    """Mercado Libre's own carrier reports by itself."""
    asked = await office.asked("mercadolibre", "read_shipment")
    look = await lookups(office.resources)["publish_tracking"](tracking(parcel, own_carrier=False))
    assert look == Look(NotDone("nothing of it is written outside for this order"))
    assert await office.asked("mercadolibre", "read_shipment") == asked


async def test_something_else_under_our_key_cannot_be_told(office: Office, parcel: Parcel) -> None:
    await parcel.publish_tracking()
    looks = lookups(office.resources)
    assert isinstance((await looks["publish_tracking"](tracking(parcel))).existing, Done)
    other = await looks["publish_tracking"](tracking(parcel, waybill="1234567891"))
    assert isinstance(other.existing, CannotTell)
    assert "something else exists outside" in other.existing.why


async def test_a_counterparty_that_is_away_leaves_the_question_open(office: Office, parcel: Parcel) -> None:
    await office.fault("mydhl", "tracking", "unavailable")
    look = await lookups(office.resources)["book_transport"](parcel._transport())
    assert isinstance(look.existing, CannotTell)
    assert look.existing.why.startswith("mydhl: ")


async def test_a_counterparty_that_does_not_answer_in_time_leaves_it_open_too(
    office: Office, parcel: Parcel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "LOOK_TIME", timedelta(seconds=0.05))
    await office.fault("mydhl", "tracking", "slow", seconds=0.5)
    look = await lookups(office.resources)["book_transport"](parcel._transport())
    assert look.existing == CannotTell("no answer within 0.05 s")


async def test_what_a_person_typed_counts_as_there_and_nobody_is_asked(office: Office) -> None:
    parcel = await office.parcel()
    await parcel.drawn_up()
    parcel.typed_by_hand(
        "lodge_export_declaration:d1", number="6N00226000123X", accepted_at="2026-11-23T10:00:00+09:00"
    )
    asked = await office.asked("ktnet", "status")
    look = await lookups(office.resources)["lodge_export_declaration"](lodging(parcel))
    assert isinstance(look.existing, Done)
    assert await office.asked("ktnet", "status") == asked


async def test_a_look_is_taken_even_where_steps_write_without_looking(office: Office, parcel: Parcel) -> None:
    settings = office.settings.model_copy(update={"look_before_write": False})
    look = await lookups(replace(office.resources, settings=settings))["book_transport"](parcel._transport())
    assert isinstance(look.existing, Done)

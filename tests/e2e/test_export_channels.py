"""Every way to customs, end to end: KTNET, a broker, the carrier's list; and the rules that hold an order before it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from tests.conftest import fresh_namespace
from tests.lane import DAY, Lane, count, open_lane
from tradelane.contracts.messages import Progress
from tradelane.domain.catalogue import Broker, FilingChannel
from tradelane.domain.export_declaration import FilingState
from tradelane.domain.export_route import ExportRoute
from tradelane.domain.identifiers import DeclarantCode, ExportDeclarationNumber
from tradelane.domain.trade_time import today_in_korea

BROKER = Broker(name="가람관세사무소", declarant_code=DeclarantCode("7K123"), email="filing@broker.invalid")


@pytest_asyncio.fixture
async def lane(engine: WorkflowEnvironment, tmp_path: Path) -> AsyncIterator[Lane]:
    """An installation of its own for each test: exporters are changed."""
    namespace = await fresh_namespace(engine.client)
    target = engine.client.service_client.config.target_host
    async with open_lane(tmp_path, target, namespace=namespace, pace=2 * DAY) as opened:
        yield opened


async def sets(lane: Lane, exporter_id: str, **changes: Any) -> None:
    """Change an exporter's record."""
    known = (await asyncio.to_thread(lane.resources.exporters.get, [exporter_id]))[exporter_id]
    await asyncio.to_thread(lane.resources.exporters.put, known.model_copy(update=changes))


async def complete(lane: Lane, order: str, step: str, **result: str) -> None:
    """Type the result of a step by hand."""
    await lane.update(order, "resolve_hold", {"step": step, "action": "complete", "result": result, "actor": "kim"})


def filed_at(number: str, now: datetime) -> dict[str, str]:
    """What a person types who filed and got the answer at once; trade weeks pass in seconds here, so the day is told."""
    return {"number": number, "accepted_at": now.isoformat(), "declared_on": today_in_korea(now).isoformat()}


def reason(progress: Progress, key: str) -> str:
    """Why a step holds; empty while it does not."""
    return next((hold.reason for hold in progress.holds if hold.key == key), "")


async def test_a_broker_gets_file_and_mail_and_a_person_enters_what_came_of_it(lane: Lane) -> None:
    """Nothing is sent to KTNET; the number typed is watched, and a loading typed by hand ends the watch."""
    await sets(lane, "haneul", channel=FilingChannel.BROKER, broker=BROKER)
    [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-TEE-01"}]}])
    order = str(sold["order_id"])
    held = await lane.held(order, "lodge_export_declaration:d1")
    [hold] = [one for one in held.holds if one.key == "lodge_export_declaration:d1"]
    assert hold.reason == "manual_work"
    assert "broker_handoff_xlsx" in " ".join((hold.words, *hold.commands))
    claim = lane.resources.consignments.of_order(order)
    assert claim is not None
    kinds = {paper.kind for paper in lane.resources.documents.of_ucr(claim.ucr)}
    assert {"declaration_worksheet", "broker_handoff_xlsx", "broker_handoff_ms949", "broker_mail"} <= kinds

    now = held.trade_now
    assert now is not None
    await complete(lane, order, hold.key, **filed_at("7K12326000123X", now))
    await lane.until(order, lambda p: p.transport_status == "delivered")
    await lane.held(order, "confirm_loading:d1", within=90)
    today = today_in_korea(now).isoformat()
    await complete(lane, order, "confirm_loading:d1", loaded_on=today, packages="1", evidence="UNI-PASS, printed")
    outcome = await lane.ended(order)
    assert outcome["state"] == "delivered"
    assert outcome["declarations"] == ["7K12326000123X"]
    assert count(await lane.effects(), "declare") == 0
    record = lane.resources.declarations.by_number(ExportDeclarationNumber("7K12326000123X"))
    assert record is not None
    assert (record.channel, record.state, record.loaded) == (FilingChannel.BROKER, FilingState.ACCEPTED, True)


async def test_another_way_to_customs_is_taken_by_a_retry(lane: Lane) -> None:
    """KTNET refuses the exporter: once its record names a broker, a retry alone hands the declaration to him."""
    await lane.fault("ktnet", "declare", "refuse", times=50)
    [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-TEE-01"}]}])
    order, filing = str(sold["order_id"]), "lodge_export_declaration:d1"
    refused = await lane.held(order, filing)
    assert reason(refused, filing) != "manual_work"
    await sets(lane, "haneul", channel=FilingChannel.BROKER, broker=BROKER)
    await lane.update(order, "resolve_hold", {"step": filing, "action": "retry", "reason": "by broker", "actor": "kim"})
    held = await lane.until(order, lambda p: reason(p, filing) == "manual_work")
    assert held.trade_now is not None
    await complete(lane, order, filing, **filed_at("7K12326000456X", held.trade_now))
    progress = await lane.until(order, lambda p: bool(p.declarations))
    assert progress.declarations == ("7K12326000456X",)
    assert count(await lane.effects(), "declare") == 0


async def test_a_cancel_at_the_loading_of_delivered_goods_ends_the_watch_alone(lane: Lane) -> None:
    """The goods are with the buyer: nothing is withdrawn, and the order ends as delivered."""
    await sets(lane, "haneul", channel=FilingChannel.MANUAL)
    [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-TEE-01"}]}])
    order = str(sold["order_id"])
    held = await lane.held(order, "lodge_export_declaration:d1")
    assert held.trade_now is not None
    filed = filed_at("H1A0126000778X", held.trade_now)
    await complete(lane, order, "lodge_export_declaration:d1", **filed)
    await lane.until(order, lambda p: p.state == "delivered", within=90)
    await lane.held(order, "confirm_loading:d1", within=90)
    cancel = {"step": "confirm_loading:d1", "action": "cancel", "reason": "proven on paper", "actor": "kim"}
    await lane.update(order, "resolve_hold", cancel)
    assert (await lane.ended(order))["state"] == "delivered"
    record = lane.resources.declarations.by_number(ExportDeclarationNumber(filed["number"]))
    assert record is not None and record.state is FilingState.ACCEPTED


async def test_under_list_clearance_nothing_is_filed_and_the_parcel_travels(lane: Lane) -> None:
    """The carrier's list stands in for a declaration: no number, no loading watch, one booking."""
    await sets(lane, "haneul", channel=FilingChannel.CARRIER)
    [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-TEE-01"}]}])
    outcome = await lane.ended(str(sold["order_id"]))
    assert outcome["state"] == "delivered"
    assert outcome["declarations"] == []
    rows = await lane.effects()
    assert count(rows, "declare") == 0
    assert count(rows, "book") == 1


async def test_goods_above_the_cap_of_the_list_wait_until_another_way_is_set(lane: Lane) -> None:
    """Four projectors are worth more than two million won: the carrier's list does not take them."""
    await sets(lane, "banjjak", channel=FilingChannel.CARRIER)
    [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "BJK-PROJ-01", "quantity": 4}]}])
    order = str(sold["order_id"])
    held = await lane.held(order, "choose_route:d1")
    [hold] = [one for one in held.holds if one.key == "choose_route:d1"]
    assert hold.reason == "route"
    assert "2,000,000" in hold.words or "2000000" in hold.words
    await sets(lane, "banjjak", channel=None)
    await lane.update(order, "resolve_hold", {"step": hold.key, "action": "retry", "actor": "kim"})
    progress = await lane.until(order, lambda p: bool(p.declarations))
    [number] = progress.declarations
    record = lane.resources.declarations.by_number(ExportDeclarationNumber(number))
    assert record is not None
    assert record.route in (ExportRoute.SIMPLIFIED, ExportRoute.FORMAL)
    assert record.why


async def test_goods_of_two_exporters_are_two_declarations_in_one_parcel(lane: Lane) -> None:
    """Both go simplified, so they may travel together (합포장 since 2024-08-01)."""
    sold = await lane.sell("pack", orders=[{"items": [{"sku": "HNG-TEE-01"}]}, {"items": [{"sku": "DTR-NOTE-01"}]}])
    order = str(min((one["order_id"] for one in sold), key=int))
    outcome = await lane.ended(order)
    assert outcome["state"] == "delivered"
    assert len(outcome["declarations"]) == 2
    rows = await lane.effects()
    assert (count(rows, "declare"), count(rows, "book")) == (2, 1)


async def test_a_formal_declaration_may_not_share_a_parcel(lane: Lane) -> None:
    """Goods that must be declared formally wait beside another exporter's until customs has allowed it."""
    sold = await lane.sell(
        "pack", orders=[{"items": [{"sku": "BJK-PROJ-01", "quantity": 8}]}, {"items": [{"sku": "DTR-NOTE-01"}]}]
    )
    order = str(min((one["order_id"] for one in sold), key=int))
    await lane.held(order, "combined_packing")
    assert count(await lane.effects(), "declare") == 0
    await complete(lane, order, "combined_packing", evidence="answer of the customs house")
    await lane.until(order, lambda p: len(p.declarations) == 2)
    assert count(await lane.effects(), "declare") == 2


async def test_a_composition_that_is_amended_after_acceptance_is_told_to_customs_once(lane: Lane) -> None:
    """One 5AS of kind A that names the box and nothing else; the parcel is booked only then."""
    await lane.fault("mydhl", "book", "refuse")
    [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-TEE-01"}]}])
    order = str(sold["order_id"])
    await lane.held(order, "book_transport")
    changed = {"items.HNG-TEE-01.composition": "Cotton 95%, elastane 5%"}
    await lane.update(order, "amend", {"set": changed, "reason": "the label says so", "actor": "lee"})
    assert (await lane.ended(order))["state"] == "delivered"
    rows = await lane.effects()
    [asked] = [row for row in rows if row["operation"] == "amend"]
    assert (asked["detail"]["kind"], asked["detail"]["changed"]) == ("A", ["001.Component"])
    assert count(rows, "declare") == 1
    acted = [row["operation"] for row in rows if row["operation"] in ("declare", "amend", "book")]
    assert acted == ["declare", "amend", "book"]


@pytest.mark.parametrize("state", ["selected_documents", "selected_inspection"])
async def test_what_a_person_saw_at_customs_is_the_answer_where_nobody_else_tells(lane: Lane, state: str) -> None:
    """A person files, then says that customs selected the declaration, then that it accepted it."""
    await sets(lane, "haneul", channel=FilingChannel.MANUAL)
    [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-TEE-01"}]}])
    order = str(sold["order_id"])
    held = await lane.held(order, "lodge_export_declaration:d1")
    assert held.trade_now is not None
    number = "H1A0126000777X"
    await complete(lane, order, "lodge_export_declaration:d1", number=number)
    await lane.until(order, lambda p: reason(p, "read_export_acceptance:d1") == "manual_work")
    await complete(lane, order, "read_export_acceptance:d1", state=state, words="선별 통보를 받음")
    await lane.until(order, lambda p: reason(p, "read_export_acceptance:d1") == state)
    await complete(
        lane, order, "read_export_acceptance:d1",
        state="accepted", number=number, accepted_at=held.trade_now.isoformat(),
    )  # fmt: skip
    progress = await lane.until(order, lambda p: bool(p.declarations) and not p.holds)
    assert progress.declarations == (number,)

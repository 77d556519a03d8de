"""What people, customs and the marketplace change while a booking waits for its carrier: nothing of it is lost."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError

from tests import world
from tests.lane import DAY, Lane, count, open_lane
from tradelane.contracts.journeys import FULFIL_ORDER, order_workflow_id
from tradelane.contracts.messages import FulfilOrderRequest, Progress
from tradelane.domain.catalogue import FilingChannel
from tradelane.domain.identifiers import ExportDeclarationNumber, OrderId, Ucr
from tradelane.domain.trade_time import Timetable
from tradelane.ports import DeclarationRecord

LOADING, ACCEPTANCE, BOOKING = "confirm_loading:d1", "read_export_acceptance:d1", "book_transport"
ANSWER = {"evidence": "answer of customs by telephone"}


def reason(progress: Progress | None, key: str) -> str:
    """Why a step holds; empty while it does not."""
    return next((hold.reason for hold in progress.holds if hold.key == key), "") if progress else ""


async def sets(lane: Lane, *exporters: str, channel: FilingChannel | None) -> None:
    """Change the way to customs of exporters."""
    for exporter in exporters:
        known = (await asyncio.to_thread(lane.resources.exporters.get, [exporter]))[exporter]
        await asyncio.to_thread(lane.resources.exporters.put, known.model_copy(update={"channel": channel}))


async def moves(lane: Lane, sku: str, exporter: str) -> None:
    """Goods belong to another exporter than the catalogue said."""
    known = (await asyncio.to_thread(lane.resources.catalogue.products, [sku]))[sku]
    await asyncio.to_thread(lane.resources.catalogue.put, known.model_copy(update={"exporter_id": exporter}))


async def resolve(lane: Lane, order: str, step: str, action: str, **more: Any) -> None:
    told = {"step": step, "action": action, "reason": "looked at it", "actor": "kim", **more}
    await lane.update(order, "resolve_hold", told)


async def sold(lane: Lane, *skus: str, quantity: int = 1, **more: Any) -> tuple[str, str]:
    """An order and its shipment; several goods are a pack of an order each, and the lowest order carries."""
    orders = [{"items": [{"sku": sku, "quantity": quantity}]} for sku in skus]
    sales = await lane.sell("pack" if len(skus) > 1 else "plain", orders=orders, **more)
    return str(min((one["order_id"] for one in sales), key=int)), str(sales[0]["shipment_id"])


async def early(lane: Lane, order: str) -> None:
    """Begin the journey of an order with a desk that wants to hear of every deadline as soon as it is known."""
    clock = await asyncio.to_thread(lane.resources.clock.read)
    await lane.client.start_workflow(
        FULFIL_ORDER.name,
        FulfilOrderRequest(
            order_id=OrderId(order), timetable=Timetable(clock=clock, loading_warnings=(timedelta(days=40),))
        ),
        id=order_workflow_id(OrderId(order)),
        task_queue=FULFIL_ORDER.queue,
    )


async def carrier_answers(lane: Lane, shipment: str) -> None:
    """From now on the carrier answers for one shipment."""
    with world.books(lane) as db:
        db.execute("DELETE FROM faults WHERE counterparty = 'mydhl' AND match = ?", (shipment,))


async def versions(lane: Lane, order: str, version: str) -> Progress:
    """The order once its papers are of one version."""
    return await lane.until(order, lambda p: {paper.split(":")[1] for paper in p.papers} == {version})


async def registered(lane: Lane, progress: Progress) -> tuple[DeclarationRecord, ...]:
    """What is kept of the parcel's declarations for the tax office."""
    assert progress.ucr is not None
    return await asyncio.to_thread(lane.resources.declarations.of_ucr, Ucr(progress.ucr))


async def told_before_the_carrier(lane: Lane, shipment: str) -> None:
    acted = await lane.effects()
    [request] = world.asked_of_customs(acted, shipment, "A")
    [booked] = [row for row in acted if row["operation"] == "book" and shipment in row["reference"]]
    assert acted.index(request) < acted.index(booked)


# --- holds of the loading watch ----------------------------------------------------------------------------------------


async def due_while_it_waits(lane: Lane, sku: str) -> tuple[str, str]:
    """An accepted order whose loading is due, and whose carrier does not answer."""
    order, shipment = await sold(lane, sku, webhook_url="")
    await lane.fault("mydhl", "book", "unavailable", times=10_000, match=shipment)
    await early(lane, order)
    await lane.until(order, lambda p: reason(p, LOADING) == "loading_due" and "screen_parties:handover" in p.steps)
    return order, shipment


async def an_amendment_leaves_a_deadline_on_the_desk(lane: Lane) -> None:
    """It is planned in although a hold stands beside, and answers nothing of what is asked about the loading."""
    order, shipment = await due_while_it_waits(lane, "HNG-CAP-04")
    told = await lane.update(order, "amend", {"set": {"items.HNG-CAP-04.net_weight_g": "77"}, "actor": "kim"})
    assert "goes on" not in told
    progress = await versions(lane, order, "v2")
    assert reason(progress, LOADING) in ("loading_due", "not_loaded")  # on a slow machine its day has passed
    await carrier_answers(lane, shipment)
    await lane.until(order, lambda p: p.waybill is not None)
    await told_before_the_carrier(lane, shipment)


async def an_amendment_at_the_deadline_itself_is_planned_in(lane: Lane) -> None:
    order, shipment = await due_while_it_waits(lane, "HNG-TEE-01")
    await resolve(lane, order, LOADING, "amend", set={"items.HNG-TEE-01.net_weight_g": "177"})
    await versions(lane, order, "v2")
    await carrier_answers(lane, shipment)
    await lane.until(order, lambda p: p.waybill is not None)
    await told_before_the_carrier(lane, shipment)


# --- goods on the carrier's list -----------------------------------------------------------------------------------------


async def goods_that_leave_the_list_are_watched_while_their_booking_waits(lane: Lane) -> None:
    order, shipment = await sold(lane, "ONG-BOWL-01", webhook_url="")
    await sets(lane, "onggi", channel=FilingChannel.CARRIER)
    await lane.fault("mydhl", "book", "unavailable", times=10_000, match=shipment)
    await early(lane, order)
    await lane.until(order, lambda p: "screen_parties:handover" in p.steps)
    await sets(lane, "onggi", channel=None)
    await lane.update(order, "amend", {"set": {"items.ONG-BOWL-01.net_weight_g": "401"}, "actor": "kim"})
    progress = await lane.until(order, lambda p: p.load_before is not None)
    assert progress.declarations and progress.waybill is None
    assert count(await lane.effects(), "book", shipment) == 0


async def an_order_that_is_cancelled_is_no_export_of_the_list(lane: Lane) -> None:
    """One exporter's goods stay at home: the tax office is told of the others only."""
    await sets(lane, "dotori", "saebyeok", channel=FilingChannel.CARRIER)
    order, shipment = await sold(lane, "DTR-NOTE-01", "SBS-POST-03")
    await lane.fault("mydhl", "book", "unavailable", times=10_000, match=shipment)
    await lane.held(order, "combined_packing")
    await resolve(lane, order, "combined_packing", "complete", result=ANSWER)
    await lane.until(order, lambda p: "screen_parties:handover" in p.steps)
    with world.books(lane) as db:
        gone = db.execute(
            "SELECT order_id, life FROM ml_orders WHERE shipment_id = ? AND order_id != ?", (shipment, order)
        ).fetchone()
        turn = {"at": world.world_now(lane).isoformat(), "status": "cancelled", "cancel_detail": {"group": "buyer"}}
        [own] = db.execute("SELECT items FROM ml_orders WHERE order_id = ?", (order,)).fetchone()
        life = [*json.loads(gone["life"]), turn]
        db.execute("UPDATE ml_orders SET life = ? WHERE order_id = ?", (json.dumps(life), gone["order_id"]))
    sku = json.loads(own)[0]["sku"]
    await lane.update(order, "amend", {"set": {f"items.{sku}.net_weight_g": "201"}, "actor": "kim"})
    await carrier_answers(lane, shipment)
    assert (await lane.ended(order))["state"] == "delivered"
    progress = await lane.progress(order)
    assert progress is not None
    assert [record.exporter_id for record in await registered(lane, progress)] == [
        {"DTR-NOTE-01": "dotori", "SBS-POST-03": "saebyeok"}[sku]
    ]


async def an_exporter_who_joins_the_parcel_declares_his_goods(lane: Lane) -> None:
    """Both goods were planned as one exporter's on the list; one of them is another's, who files."""
    await sets(lane, "banjjak", channel=FilingChannel.CARRIER)
    order, shipment = await sold(lane, "BJK-HUB-02", "BJK-FAN-03")
    await lane.fault("mydhl", "book", "refuse", times=1, match=shipment)
    await lane.held(order, BOOKING)
    assert count(await lane.effects(), "declare", shipment) == 0
    await moves(lane, "BJK-FAN-03", "isul")
    await resolve(lane, order, BOOKING, "retry")
    await lane.held(order, "combined_packing")
    await resolve(lane, order, "combined_packing", "complete", result=ANSWER)
    progress = await lane.until(order, lambda p: p.waybill is not None)
    assert len(progress.declarations) == 1
    acted = await lane.effects()
    assert (count(acted, "declare", shipment), count(acted, "book", shipment)) == (1, 1)


async def an_exporter_who_leaves_the_parcel_declares_nothing(lane: Lane) -> None:
    """Projectors too dear for the list are another exporter's, whose goods travel in the parcel anyway."""
    await sets(lane, "banjjak", channel=FilingChannel.CARRIER)
    order, shipment = await sold(lane, "HNG-BAG-03", "BJK-PROJ-01", quantity=4)
    held = await lane.until(order, lambda p: any(hold.step == "lodge_export_declaration" for hold in p.holds))
    [route] = [hold.key for hold in held.holds]
    assert route.startswith("choose_route:")
    await moves(lane, "BJK-PROJ-01", "haneul")
    await resolve(lane, order, route, "retry")
    progress = await lane.until(order, lambda p: bool(p.declarations))
    assert len(progress.declarations) == 1
    assert count(await lane.effects(), "declare", shipment) == 1


STORIES = (
    an_amendment_leaves_a_deadline_on_the_desk,
    an_amendment_at_the_deadline_itself_is_planned_in,
    goods_that_leave_the_list_are_watched_while_their_booking_waits,
    an_order_that_is_cancelled_is_no_export_of_the_list,
    an_exporter_who_joins_the_parcel_declares_his_goods,
    an_exporter_who_leaves_the_parcel_declares_nothing,
)


async def test_what_changes_while_a_booking_waits(tmp_path: Path, target: str, namespace: str) -> None:
    async with (
        open_lane(tmp_path, target, namespace=namespace, pace=43_200.0, write_fence_seconds=1.0) as lane,
        asyncio.TaskGroup() as stories,
    ):
        for story in STORIES:
            stories.create_task(story(lane), name=story.__name__)


# --- what customs ends while it is amended -----------------------------------------------------------------------------


async def test_a_declaration_that_ends_while_it_is_amended_is_declared_anew(
    tmp_path: Path, target: str, namespace: str
) -> None:
    """KTNET does not take the amendment; past the deadline customs cancels. Its goods travel under the new number alone."""
    async with open_lane(tmp_path, target, namespace=namespace, pace=2 * DAY, write_fence_seconds=1.0) as lane:
        order, shipment = await sold(lane, "HNG-TEE-01")
        await lane.fault("mydhl", "book", "unavailable", times=10_000, match=shipment)
        before = await lane.until(order, lambda p: bool(p.declarations) and "screen_parties:handover" in p.steps)
        [number] = before.declarations
        await lane.fault("ktnet", "amend", "refuse", times=1)
        await lane.update(order, "amend", {"set": {"items.HNG-TEE-01.net_weight_g": "177"}, "actor": "kim"})
        await lane.held(order, "amend_export_declaration:d1")
        await lane.until(order, lambda p: reason(p, ACCEPTANCE) == "acceptance_gone")
        await resolve(lane, order, ACCEPTANCE, "complete", result={"state": "cancelled", "number": number})
        await lane.until(order, lambda p: bool(p.declarations) and p.declarations != (number,))
        await carrier_answers(lane, shipment)
        progress = await lane.until(order, lambda p: p.waybill is not None)
        [new] = progress.declarations
        acted = await lane.effects()
        [booked] = [row for row in acted if row["operation"] == "book" and shipment in row["reference"]]
        assert new != number and booked["detail"]["declarations"] == [new]
        assert world.asked_of_customs(acted, shipment, "A") == []
        record = lane.resources.declarations.by_number(ExportDeclarationNumber(new))
        assert record is not None


# --- what is being ended -------------------------------------------------------------------------------------------------


async def test_what_an_order_says_is_not_changed_while_it_is_being_ended(
    tmp_path: Path, target: str, namespace: str
) -> None:
    """An amendment would answer what is asked of people about undoing it."""
    async with open_lane(tmp_path, target, namespace=namespace, pace=21_600.0, write_fence_seconds=1.0) as lane:
        order, shipment = await sold(lane, "HNG-TEE-01")
        await lane.fault("mydhl", "book", "unavailable", times=10_000, match=shipment)
        await lane.until(order, lambda p: bool(p.declarations))
        await lane.fault("ktnet", "amend", "refuse", times=1)
        await lane.update(order, "cancel", {"reason": "the buyer asked", "actor": "kim"})
        await lane.held(order, "withdraw_export_declaration:d1")
        amended = {"set": {"items.HNG-TEE-01.net_weight_g": "177"}, "actor": "kim"}
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await lane.update(order, "amend", amended)
        assert "being ended" in str(refused.value.cause)
        await resolve(lane, order, "withdraw_export_declaration:d1", "retry")
        assert (await lane.ended(order))["state"] == "cancelled"

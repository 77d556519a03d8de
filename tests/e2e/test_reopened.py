"""Journeys that lost their run: they begin again as a hold, know what was done before, and do nothing twice."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from temporalio.client import WorkflowExecutionStatus, WorkflowUpdateFailedError

from tests.lane import PATIENCE, Lane, count, eventually, open_lane
from tradelane.contracts.journeys import order_workflow_id
from tradelane.domain.identifiers import OrderId


async def reconcile(lane: Lane, name: str) -> None:
    await lane.client.execute_workflow("ReconcileOrders", {}, id=f"reconcile-{name}", task_queue="orders")


async def stuck_at_booking(lane: Lane, times: int = 50) -> tuple[str, str]:
    """An order whose declaration is accepted and whose booking the carrier refuses."""
    [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-TEE-01"}]}])
    await lane.fault("mydhl", "book", "refuse", times=times, match=sold["shipment_id"])
    await lane.held(sold["order_id"], "book_transport")
    return sold["order_id"], sold["shipment_id"]


async def a_terminated_run_goes_on_after_a_person_says_so(lane: Lane) -> None:
    order, shipment = await stuck_at_booking(lane, times=1)
    await lane.run_of(order).terminate("by mistake")
    await reconcile(lane, order)
    held = await lane.held(order, "reopened")
    assert "terminated" in held.holds[0].words
    assert held.holds[0].fault == "ours"
    await lane.update(order, "resolve_hold", {"step": "reopened", "action": "retry", "actor": "kim", "reason": "go on"})
    await lane.until(order, lambda p: p.waybill is not None)
    ledger = await lane.effects()
    assert (count(ledger, "declare", shipment), count(ledger, "book", shipment)) == (1, 1)


async def a_cancel_after_the_run_was_lost_withdraws_what_was_filed(lane: Lane) -> None:
    order, shipment = await stuck_at_booking(lane)
    await lane.run_of(order).terminate("by mistake")
    await reconcile(lane, order)
    await lane.held(order, "reopened")
    await lane.update(order, "cancel", {"reason": "sold out", "actor": "kim"})
    outcome = await asyncio.wait_for(lane.run_of(order).result(), PATIENCE)
    assert outcome["state"] == "cancelled"
    assert count(await lane.effects(), "amend", shipment) == 1


async def a_cancel_that_was_decided_stands_when_the_run_is_lost(lane: Lane) -> None:
    [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-CAP-04"}]}])
    order, shipment = sold["order_id"], sold["shipment_id"]
    await lane.until(order, lambda p: p.waybill is not None)
    await lane.update(order, "cancel", {"reason": "sold out", "actor": "kim"})
    await lane.until(order, lambda p: any(hold.key in ("do_not_tender", "intercept") for hold in p.holds))
    await lane.run_of(order).terminate("by mistake")
    await reconcile(lane, order)
    again = await lane.until(order, lambda p: any(hold.key in ("do_not_tender", "intercept") for hold in p.holds))
    assert "sold out" in again.holds[0].words
    await asyncio.wait_for(answered(lane, order), PATIENCE)
    assert (await asyncio.wait_for(lane.run_of(order).result(), PATIENCE))["state"] == "cancelled"
    ledger = await lane.effects()
    assert count(ledger, "book", shipment) == 1


async def answered(lane: Lane, order: str) -> None:
    """A person calls the parcel off, and intercepts it should the courier have been quicker."""
    while True:
        status = (await lane.run_of(order).describe()).status
        if status is not WorkflowExecutionStatus.RUNNING:
            return
        progress = await lane.progress(order)
        for hold in progress.holds if progress else ():
            done = {"step": hold.key, "action": "retry", "reason": "done"}
            if hold.key == "intercept":
                done |= {"action": "complete", "result": {"outcome": "travels_back", "evidence": "mail of DHL"}}
            with contextlib.suppress(WorkflowUpdateFailedError):  # answered a moment ago
                await lane.update(order, "resolve_hold", done)
        await asyncio.sleep(0.3)


async def an_order_terminated_before_it_claimed(lane: Lane) -> None:
    [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-TEE-01"}]}], webhook_url="")
    order = sold["order_id"]
    await lane.fault("mercadolibre", "read_shipment", "refuse", times=1, match=sold["shipment_id"])
    await lane.client.start_workflow("FulfilOrder", {"order_id": order}, id=f"order/MLC/{order}", task_queue="orders")
    await lane.held(order, "read_shipment")
    await lane.run_of(order).terminate("by mistake")
    await listed_as_terminated(lane, order)
    await reconcile(lane, order)
    await lane.held(order, "reopened")


async def listed_as_terminated(lane: Lane, order: str) -> None:
    """The engine's list of closed runs is a moment behind."""
    asked = f"WorkflowId = '{order_workflow_id(OrderId(order))}' AND ExecutionStatus = 'Terminated'"

    async def listed() -> bool:
        return [run async for run in lane.client.list_workflows(asked)] != []

    await eventually(listed)


STORIES = (
    a_terminated_run_goes_on_after_a_person_says_so,
    a_cancel_after_the_run_was_lost_withdraws_what_was_filed,
    a_cancel_that_was_decided_stands_when_the_run_is_lost,
    an_order_terminated_before_it_claimed,
)


async def test_a_journey_without_run_begins_again_as_a_hold(tmp_path: Path, target: str, namespace: str) -> None:
    async with (
        open_lane(tmp_path, target, namespace=namespace, pace=43_200.0) as lane,
        asyncio.TaskGroup() as side_by_side,
    ):
        for story in STORIES:
            side_by_side.create_task(story(lane), name=story.__name__)

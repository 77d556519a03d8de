"""A cancel takes the same road whatever the run is doing, is never lost, and never leaves a declaration behind."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowUpdateFailedError, WorkflowUpdateStage

from tests.lane import PATIENCE, Lane, count, open_lane

CANCEL = {"reason": "out of stock", "actor": "kim"}
GONE_IN_THREE_DAYS = [{"status": "payment_in_process"}, {"status": "cancelled", "after_days": 3}]


async def sold(lane: Lane, sku: str, **more: Any) -> tuple[str, str]:
    [one] = await lane.sell("plain", orders=[{"items": [{"sku": sku}]}], **more)
    return one["order_id"], one["shipment_id"]


async def end_of(lane: Lane, order: str) -> dict[str, Any]:
    """The run's result; what only a person can do on the way is said to be done."""
    result = asyncio.ensure_future(lane.run_of(order).result())
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while asyncio.get_running_loop().time() < deadline:
        done, _pending = await asyncio.wait([result], timeout=0.1)
        if done:
            break
        progress = await lane.progress(order)
        if progress is not None and any(hold.key == "do_not_tender" for hold in progress.holds):
            step = {"step": "do_not_tender", "action": "retry", "reason": "pickup called off"}
            await lane.update(order, "resolve_hold", step)
    assert result.done(), await lane.progress(order)
    described = await lane.run_of(order).describe()
    assert described.status is WorkflowExecutionStatus.COMPLETED
    outcome: dict[str, Any] = result.result()
    return outcome


async def while_a_step_only_reads(lane: Lane) -> None:
    """The step is given up, and the journey is unwound instead of failed."""
    order, _ = await sold(lane, "HNG-TEE-01")
    await lane.until(order, lambda p: "plan_consignment" in p.steps)
    await asyncio.sleep(0.5)
    await lane.update(order, "cancel", CANCEL)
    outcome = await end_of(lane, order)
    assert outcome["state"] == "cancelled"
    assert "out of stock" in outcome["sentence"]


async def test_a_cancel_ends_a_step_that_only_reads(tmp_path: Path, target: str, namespace: str) -> None:
    async with open_lane(tmp_path, target, namespace=namespace) as lane:
        await lane.fault("unipass", "rates", "unavailable", times=1000)
        await while_a_step_only_reads(lane)


async def twice_while_the_declaration_is_being_sent(lane: Lane) -> None:
    """A second cancel reaches nothing that waits for the first: the declaration lands, then it is withdrawn."""
    order, shipment = await sold(lane, "HNG-CAP-04")
    await lane.fault("ktnet", "declare", "unavailable", times=5, match=shipment)
    await lane.until(order, lambda p: "render_documents" in p.steps)
    await asyncio.sleep(0.7)
    await lane.update(order, "cancel", CANCEL)
    with contextlib.suppress(WorkflowUpdateFailedError):  # refused where the undoing has begun
        await lane.update(order, "cancel", CANCEL | {"reason": "really"})
    await lane.run_of(order).cancel()
    assert (await end_of(lane, order))["state"] == "cancelled"
    rows = [row["operation"] for row in await lane.effects() if shipment in row["reference"]]
    assert rows in (["declare", "amend"], [])


async def by_the_engine_while_it_is_undone(lane: Lane) -> None:
    """The engine's Cancel does not disturb what is being undone."""
    order, shipment = await sold(lane, "HNG-BAG-03")
    await lane.fault("mydhl", "book", "refuse", times=50, match=shipment)
    await lane.held(order, "book_transport")
    await lane.fault("ktnet", "amend", "unavailable", times=4, match=shipment)
    await lane.update(order, "cancel", CANCEL)
    await asyncio.sleep(0.3)
    await lane.run_of(order).cancel()
    assert (await end_of(lane, order))["state"] == "cancelled"
    rows = [row["operation"] for row in await lane.effects() if shipment in row["reference"]]
    assert rows == ["declare", "amend"]


async def while_an_amendment_holds(lane: Lane) -> None:
    """The Update that waits for a person fails with the reason; nothing waits for it unseen."""
    order, shipment = await sold(lane, "DTR-NOTE-01")
    await lane.fault("ktnet", "declare", "refuse", times=50, match=shipment)
    await lane.held(order, "lodge_export_declaration:d1")
    contrary = {"items.DTR-NOTE-01.cl_tariff": "9608.1010"}
    amend = await lane.run_of(order).start_update(
        "amend", {"set": contrary}, wait_for_stage=WorkflowUpdateStage.ACCEPTED, result_type=dict
    )
    await amend.result()
    await lane.held(order, "plan_consignment")
    await lane.update(order, "cancel", CANCEL)
    assert (await end_of(lane, order))["state"] == "cancelled"


async def before_there_is_a_shipment(lane: Lane) -> None:
    """The buyer cancels an unpaid sale that never got a shipment."""
    order, _ = await sold(lane, "DTR-STKR-03", life=GONE_IN_THREE_DAYS, shipping={"after_days": 300})
    await lane.until(order, lambda p: "read_order" in p.steps)
    assert (await end_of(lane, order))["state"] == "cancelled"


STORIES = (
    twice_while_the_declaration_is_being_sent,
    by_the_engine_while_it_is_undone,
    while_an_amendment_holds,
    before_there_is_a_shipment,
)


async def test_cancels_that_meet_something_under_way(tmp_path: Path, target: str, namespace: str) -> None:
    async with open_lane(tmp_path, target, namespace=namespace) as lane, asyncio.TaskGroup() as side_by_side:
        for story in STORIES:
            side_by_side.create_task(story(lane))


async def test_a_sale_cancelled_without_notice_is_not_filed(tmp_path: Path, target: str, namespace: str) -> None:
    """Before filing the order is read again; nobody told us, and it is seen."""
    async with open_lane(tmp_path, target, namespace=namespace, sweeps=False) as lane:
        await lane.fault("unipass", "rates", "unavailable", times=6)
        life = [{"status": "paid"}, {"status": "cancelled", "after_days": 2}]
        order, shipment = await sold(lane, "HNG-TEE-01", life=life, webhook_url="")
        await lane.client.start_workflow(
            "FulfilOrder", {"order_id": order}, id=f"order/MLC/{order}", task_queue="orders"
        )
        outcome = await end_of(lane, order)
        assert outcome["state"] == "cancelled"
        assert count(await lane.effects(), "declare", shipment) == 0


async def test_an_amendment_under_way_when_the_order_is_cancelled_wedges_nothing(
    tmp_path: Path, target: str, namespace: str
) -> None:
    """Nothing holds; the amendment makes a plan that cannot be, and its Update waits when the cancel comes."""
    async with open_lane(tmp_path, target, namespace=namespace) as lane:
        await lane.fault("unipass", "rates", "unavailable", times=1000)
        order, _ = await sold(lane, "DTR-NOTE-01")
        # customs was asked about the planned goods: the plan stands, and an amendment from here on makes it anew
        await lane.until(order, lambda p: "read_export_requirements" in p.steps)
        contrary = {"items.DTR-NOTE-01.cl_tariff": "9608.1010"}
        amend = await lane.run_of(order).start_update(
            "amend", {"set": contrary}, wait_for_stage=WorkflowUpdateStage.ACCEPTED, result_type=dict
        )
        await lane.held(order, "plan_consignment")
        await lane.update(order, "cancel", CANCEL)
        assert (await end_of(lane, order))["state"] == "cancelled"
        with pytest.raises(WorkflowUpdateFailedError):
            await amend.result()

"""Cancel does what the stage allows: before filing it stops, after filing it withdraws, after handover it asks."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from temporalio.client import WorkflowUpdateFailedError

from tests.lane import Lane, count, open_lane

CANCEL = {"reason": "out of stock", "actor": "kim"}


async def one(lane: Lane, sku: str) -> tuple[str, str]:
    [sold] = await lane.sell("plain", orders=[{"items": [{"sku": sku}]}])
    return sold["order_id"], sold["shipment_id"]


async def while_planning(lane: Lane) -> None:
    """Nothing is filed: nothing to undo."""
    product = lane.resources.catalogue.products(["DTR-PENS-02"])["DTR-PENS-02"]
    lane.resources.catalogue.put(product.model_copy(update={"hsk": None}))
    order, shipment = await one(lane, "DTR-PENS-02")
    await lane.held(order, "plan_consignment")
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await lane.update(order, "cancel", {"reason": " "})
    assert "needs a reason" in str(refused.value.cause)

    await lane.update(order, "cancel", CANCEL)
    outcome = await lane.run_of(order).result()

    assert outcome["state"] == "cancelled"
    assert not [row for row in await lane.effects() if shipment in row["reference"]]


async def after_acceptance(lane: Lane) -> None:
    """The accepted declaration is withdrawn, once; nothing was booked."""
    order, shipment = await one(lane, "HNG-TEE-01")
    await lane.fault("mydhl", "book", "refuse", times=50, match=shipment)
    await lane.held(order, "book_transport")
    await lane.update(order, "cancel", CANCEL)
    outcome = await lane.run_of(order).result()

    assert outcome["state"] == "cancelled"
    rows = [row for row in await lane.effects() if shipment in row["reference"]]
    assert [row["operation"] for row in rows] == ["declare", "amend"]


async def by_the_engines_own_cancel(lane: Lane) -> None:
    """The engine's Cancel takes the same path."""
    order, shipment = await one(lane, "HNG-CAP-04")
    await lane.fault("mydhl", "book", "refuse", times=50, match=shipment)
    await lane.held(order, "book_transport")
    await lane.run_of(order).cancel()
    outcome = await lane.run_of(order).result()

    assert outcome["state"] == "cancelled"
    rows = [row for row in await lane.effects() if shipment in row["reference"]]
    assert [row["operation"] for row in rows] == ["declare", "amend"]


async def after_handover(lane: Lane) -> None:
    """Goods under way cannot be undone by us: a person intercepts, and the desk says so."""
    order, shipment = await one(lane, "HNG-BAG-03")
    await lane.until(order, lambda p: p.transport_status is not None)
    await lane.update(order, "cancel", CANCEL)
    held = await lane.held(order, "intercept")
    assert held.holds[0].reason == "cancelled_after_handover"
    told = {"outcome": "travels_back", "evidence": "mail of DHL"}
    await lane.update(order, "resolve_hold", {"step": "intercept", "action": "complete", "result": told})
    outcome = await lane.run_of(order).result()

    assert outcome["state"] == "cancelled"
    assert count(await lane.effects(), "publish_tracking_status", shipment) == 0
    assert count(await lane.effects(), "amend", shipment) == 0, "what has left Korea stays declared"


async def test_cancel_at_four_stages(tmp_path: Path, target: str, namespace: str) -> None:
    """Four orders, cancelled where each stands, side by side."""
    async with open_lane(tmp_path, target, namespace=namespace) as lane, asyncio.TaskGroup() as side_by_side:
        for story in (while_planning, after_acceptance, by_the_engines_own_cancel, after_handover):
            side_by_side.create_task(story(lane))

"""A worker that keeps no workflow in memory replays every run from its history at each step: nothing may differ."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.lane import Lane, count, open_lane


async def a_plain_order_is_delivered(lane: Lane) -> None:
    [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-TEE-01"}]}])
    outcome = await lane.ended(sold["order_id"])
    assert outcome["state"] == "delivered"
    ledger = await lane.effects()
    for operation in ("declare", "book", "publish_tracking", "publish_tracking_status"):
        assert count(ledger, operation, sold["shipment_id"]) == 1, operation


async def an_error_notice_is_mended(lane: Lane) -> None:
    [sold] = await lane.sell("hs_refused", orders=[{"items": [{"sku": "BJK-STND-05"}]}])
    order = sold["order_id"]
    held = await lane.until(order, lambda p: bool(p.holds))
    step = held.holds[0].key
    await lane.update(order, "assign_hold", {"step": step, "to": "kim", "actor": "lee"})
    await lane.update(order, "snooze_hold", {"step": step, "hours": 24, "actor": "kim"})
    [shown] = (await lane.until(order, lambda p: bool(p.holds))).holds
    assert (shown.assignee, shown.snoozed_until is not None) == ("kim", True)
    await lane.update(order, "amend", {"set": {"items.BJK-STND-05.hsk": "7616999090"}, "actor": "kim"})
    assert (await lane.ended(order))["state"] == "delivered"


async def a_cancel_after_acceptance_withdraws(lane: Lane) -> None:
    [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-CAP-04"}]}])
    order, shipment = sold["order_id"], sold["shipment_id"]
    await lane.fault("mydhl", "book", "refuse", times=50, match=shipment)
    await lane.held(order, "book_transport")
    await lane.update(order, "cancel", {"reason": "sold out", "actor": "kim"})
    assert (await asyncio.wait_for(lane.run_of(order).result(), 60))["state"] == "cancelled"
    rows = [row["operation"] for row in await lane.effects() if shipment in row["reference"]]
    assert rows == ["declare", "amend"]  # the withdrawal is a 5AS message, like an amendment


async def test_orders_travel_on_a_worker_without_a_cache(tmp_path: Path, target: str, namespace: str) -> None:
    async with (
        open_lane(tmp_path, target, namespace=namespace, pace=86_400.0, max_cached_workflows=0) as lane,
        asyncio.TaskGroup() as side_by_side,
    ):
        for story in (a_plain_order_is_delivered, an_error_notice_is_mended, a_cancel_after_acceptance_withdraws):
            side_by_side.create_task(story(lane), name=story.__name__)

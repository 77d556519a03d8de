"""A cancel while a counterparty is away: no further try is made, and what was under way lands first."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.lane import PATIENCE, Lane, count, eventually, open_lane


async def tried_in_vain(lane: Lane, order: str, times: int) -> None:
    """Wait until filing has failed so often that its next try waits."""

    async def failed() -> bool:
        if await lane.progress(order) is None:
            return False
        described = (await lane.run_of(order).describe()).raw_description
        filing = [one for one in described.pending_activities if one.activity_id.startswith("lodge_export")]
        return bool(filing) and filing[0].attempt > times

    await eventually(failed)


async def test_a_cancel_does_not_wait_for_a_counterparty_that_is_away(
    tmp_path: Path, target: str, namespace: str
) -> None:
    """The step would try for hours; nothing may be filed after the cancel, though the counterparty comes back."""
    async with open_lane(tmp_path, target, namespace=namespace, pace=4_320.0) as lane:
        [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-TEE-01"}]}])
        await lane.fault("ktnet", "declare", "unavailable", times=500, match=sold["shipment_id"])
        order = sold["order_id"]
        await tried_in_vain(lane, order, times=3)
        await lane.update(order, "cancel", {"reason": "sold out", "actor": "kim"})
        outcome = await asyncio.wait_for(lane.run_of(order).result(), PATIENCE)
        assert outcome["state"] == "cancelled"
        assert count(await lane.effects(), "declare", sold["shipment_id"]) == 0

"""A cancel while a counterparty is away: no further try is made, and what was under way lands first."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.lane import count, open_lane


async def test_a_cancel_does_not_wait_for_a_counterparty_that_is_away(
    tmp_path: Path, target: str, namespace: str
) -> None:
    """The step would try for hours; nothing may be filed after the cancel, though the counterparty comes back."""
    async with open_lane(tmp_path, target, namespace=namespace, pace=4_320.0) as lane:
        [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-TEE-01"}]}])
        await lane.fault("ktnet", "declare", "unavailable", times=500, match=sold["shipment_id"])
        order = sold["order_id"]
        await lane.until(order, lambda p: p.stage == "export" and "render_documents" in p.steps)
        await asyncio.sleep(3)  # some tries have failed: the next one waits
        await lane.update(order, "cancel", {"reason": "sold out", "actor": "kim"})
        outcome = await asyncio.wait_for(lane.run_of(order).result(), 15)
        assert outcome["state"] == "cancelled"
        assert count(await lane.effects(), "declare", sold["shipment_id"]) == 0

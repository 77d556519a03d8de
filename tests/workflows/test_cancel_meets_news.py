"""A cancel that is decided at a hold while the parcel's own news takes that hold off the desk."""

from __future__ import annotations

from pathlib import Path

from tests import world
from tests.lane import DAY, Lane, eventually, open_lane
from tradelane.contracts.messages import Fact

CANCEL = {"step": "silence", "action": "cancel", "reason": "the buyer gave up", "actor": "kim"}
READING = "read_transport_events"


async def readings(lane: Lane, order: str) -> int:
    """How often the parcel's events were read to the end."""
    known = await lane.progress(order)
    assert known is not None
    return sum(step.startswith(READING) for step in known.steps)


async def asked(lane: Lane) -> int:
    """How often the carrier was asked for events, by its own count."""
    counts = (await lane.stage.get("/requests")).json()
    return int(counts.get("mydhl", {}).get("tracking", 0))


async def more(lane: Lane, than: int) -> bool:
    return await asked(lane) > than


async def test_a_cancel_at_the_silence_of_a_parcel_is_not_lost_in_its_news(
    tmp_path: Path, target: str, namespace: str
) -> None:
    """The reading that ends the silence is under way when a person cancels: the cancel stands."""
    async with open_lane(tmp_path, target, namespace=namespace, pace=4 * DAY, sweeps=False) as lane:
        world.parcels_stay(lane)
        [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-TEE-01"}]}])
        order = str(sold["order_id"])
        held = await lane.held(order, "silence", within=90)
        assert held.waybill is not None
        await lane.fault("mydhl", "tracking", "slow", seconds=6)
        world.parcels_move(lane)
        world.leaves(lane, held.waybill, held.declarations[0])
        before = await asked(lane)
        await lane.run_of(order).signal("fact", Fact(source="carrier", reference=held.waybill))
        await eventually(lambda: more(lane, before))
        assert await readings(lane, order) == sum(step.startswith(READING) for step in held.steps), "it is under way"
        await lane.update(order, "resolve_hold", CANCEL)
        told = await lane.until(order, lambda p: p.state in ("cancelling", "cancelled", "delivered"))
        assert told.state == "cancelling"

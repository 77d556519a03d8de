"""Cancels that race with what is under way: what was begun lands, is written down and is undone, and nothing is left.

Each story ends with the same question to the counterparties' own ledger: what is declared travels or is withdrawn, once,
and a label that was bought is called off by somebody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowUpdateFailedError

from tests import world
from tests.aftermath import Aftermath, wrongs
from tests.lane import PATIENCE, Lane, eventually, open_lane
from tradelane.domain.identifiers import OrderId

CANCEL = {"reason": "out of stock", "actor": "kim"}
HOURS = 400.0
"""Pace: customs accepts after three seconds, and a courier comes only after three minutes and a half."""
SLOW = 6.0
"""Seconds a counterparty takes that a cancel is to be quicker than."""
DAYS = 21_600.0
"""Pace: a courier comes four seconds after the booking."""

FILING = "lodge_export_declaration:d1"
BOOKING = "book_transport"
KEEP = ("do_not_tender",)


class Sale:
    """One order of a story, and what happens to it outside."""

    def __init__(self, lane: Lane, order: str, shipment: str) -> None:
        self.lane, self.order, self.shipment = lane, order, shipment

    @classmethod
    async def made(cls, lane: Lane, sku: str = "HNG-TEE-01", **more: Any) -> Sale:
        [sold] = await lane.sell("plain", orders=[{"items": [{"sku": sku}]}], **more)
        return cls(lane, sold["order_id"], sold["shipment_id"])

    async def under_way(self, step: str) -> None:
        """Wait until a step's activity has been picked up by the worker."""

        async def picked_up() -> bool:
            if await self.lane.progress(self.order) is None:
                return False
            description = (await self.lane.run_of(self.order).describe()).raw_description
            return any(one.activity_id == step and one.attempt for one in description.pending_activities)

        await eventually(picked_up, every=0.05)

    async def acted(self, operation: str) -> None:
        """Wait until the counterparty has acted."""
        await eventually(lambda: self.rows(operation), every=0.05)

    async def cancel(self, **more: str) -> None:
        await self.lane.update(self.order, "cancel", CANCEL | more)

    async def say(self, step: str, outcome: str = "") -> None:
        """A person settles what only a person can; with an outcome, tells what came of it."""
        how: dict[str, Any] = {"step": step, "action": "retry", "reason": "done", "actor": "lee"}
        if outcome:
            how |= {"action": "complete", "result": {"outcome": outcome, "evidence": "mail of DHL"}}
        await self.lane.update(self.order, "resolve_hold", how)

    async def ended(self, *asked: str) -> None:
        """The run ends as cancelled after exactly these things were asked of a person, and leaves nothing behind."""
        for step in asked:
            await self.lane.held(self.order, step)
            await self.say(step)
        outcome = await asyncio.wait_for(self.lane.run_of(self.order).result(), PATIENCE)
        assert outcome["state"] == "cancelled"
        description = await self.lane.run_of(self.order).describe()
        assert description.status is WorkflowExecutionStatus.COMPLETED
        assert wrongs(await self.left()) == []

    async def rows(self, operation: str) -> list[dict[str, Any]]:
        effects = await self.lane.effects()
        return [row for row in effects if row["operation"] == operation and self.shipment in row["reference"]]

    async def left(self) -> Aftermath:
        """What stands outside, by the books of customs and carrier and by what people have said."""
        declared = [row["detail"]["number"] for row in await self.rows("declare")]
        changed = [row["detail"] for row in await self.rows("amend")]
        booked = [row["detail"]["waybill"] for row in await self.rows("book")]
        seen = {event.code for waybill in booked for event in await self.lane.resources.carrier.events(waybill)}
        decided = self.lane.resources.decisions.of_orders([OrderId(self.order)])
        return Aftermath(
            declared=tuple(declared),
            withdrawn=tuple(change["number"] for change in changed if change["kind"] == "B"),
            bookings=len(booked),
            handed_over="PU" in seen,
            called_off=sum(1 for one in decided if one.step in KEEP and one.kind == "retry"),
            gone="DF" in seen,
        )

    async def uplifted(self) -> None:
        """Wait until the parcel has been picked up, and let it leave Korea."""
        await eventually(self.handed_over)
        [booked] = await self.rows("book")
        world.uplifts(self.lane, booked["detail"]["waybill"])

    async def handed_over(self) -> bool:
        """Whether the courier has the parcel, by the courier's own books."""
        return (await self.left()).handed_over


# --- before anything -----------------------------------------------------------------------------------------------


async def before_anything(lane: Lane) -> None:
    """Not even paid: nothing is begun, nothing is undone."""
    sale = await Sale.made(lane, life=[{"status": "payment_in_process"}])
    await lane.until(sale.order, lambda p: "read_order" in p.steps)
    await sale.cancel()
    await sale.ended()
    assert await sale.left() == Aftermath()


async def while_planning_holds(lane: Lane) -> None:
    """Product data are missing: nothing is filed yet."""
    product = lane.resources.catalogue.products(["DTR-PENS-02"])["DTR-PENS-02"]
    lane.resources.catalogue.put(product.model_copy(update={"hsk": None}))
    sale = await Sale.made(lane, "DTR-PENS-02")
    await lane.held(sale.order, "plan_consignment")
    await sale.cancel()
    await sale.ended()
    assert await sale.left() == Aftermath()


# --- while the declaration is on its way -----------------------------------------------------------------------------


async def while_filing(lane: Lane) -> None:
    """KTNET is slow: the declaration lands after the cancel, is accepted, and is withdrawn."""
    sale = await Sale.made(lane)
    await lane.fault("ktnet", "declare", "slow", seconds=SLOW, match=sale.shipment)
    await sale.under_way(FILING)
    await sale.cancel()
    assert await sale.rows("declare") == [], "the cancel came first"
    await sale.ended()
    assert len((await sale.left()).withdrawn) == 1


async def filed_and_the_reply_lost(lane: Lane) -> None:
    """KTNET has the declaration and we have no answer: the next try finds it, and it is withdrawn."""
    sale = await Sale.made(lane, "HNG-CAP-04")
    await lane.fault("ktnet", "declare", "lose_reply", match=sale.shipment)
    await lane.fault("ktnet", "status", "unavailable", times=2, match=sale.shipment)
    await sale.acted("declare")
    await sale.cancel()
    await sale.ended()
    assert len((await sale.left()).withdrawn) == 1


async def submitted_and_not_accepted(lane: Lane) -> None:
    """Customs has not decided: the withdrawal waits until it has."""
    for _ in range(5):
        sale = await Sale.made(lane, "HNG-BAG-03")
        await lane.until(sale.order, lambda p: FILING in p.steps)
        await sale.cancel()
        progress = await lane.progress(sale.order)
        assert progress is not None
        if "accepted" not in progress.declaration_states.values():
            break  # else customs was quicker than this machine: once more
    else:
        pytest.fail("customs accepted before five cancels")
    await sale.ended()
    assert len((await sale.left()).withdrawn) == 1


async def one_of_two_is_filed(lane: Lane) -> None:
    """Two exporters: customs has one declaration, KTNET refuses the other; only the first is withdrawn."""
    [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-TEE-01"}, {"sku": "DTR-NOTE-01"}]}])
    sale = Sale(lane, sold["order_id"], sold["shipment_id"])
    await lane.fault("ktnet", "declare", "refuse", match=f"{sale.shipment}-2")
    await lane.until(sale.order, lambda p: bool(p.holds) and "accepted" in p.declaration_states.values())
    await sale.cancel()
    await sale.ended()
    left = await sale.left()
    assert (len(left.declared), len(left.withdrawn)) == (1, 1)


# --- while transport is being booked ---------------------------------------------------------------------------------


async def at_a_booking_hold(lane: Lane) -> None:
    """The carrier said no: there is no label to call off."""
    sale = await Sale.made(lane)
    await lane.fault("mydhl", "book", "refuse", times=9, match=sale.shipment)
    await lane.held(sale.order, BOOKING)
    await sale.cancel()
    await sale.ended()
    left = await sale.left()
    assert (len(left.withdrawn), left.bookings) == (1, 0)


async def while_booking(lane: Lane) -> None:
    """The booking lands after the cancel: a person keeps the parcel back, then the declaration is withdrawn."""
    sale = await Sale.made(lane, "HNG-CAP-04")
    await lane.fault("mydhl", "book", "slow", seconds=SLOW, match=sale.shipment)
    await sale.under_way(BOOKING)
    await sale.cancel()
    assert await sale.rows("book") == [], "the cancel came first"
    await lane.held(sale.order, "do_not_tender")
    assert (await sale.left()).withdrawn == (), "not before the parcel is kept back"
    await sale.ended("do_not_tender")
    assert (await sale.left()).bookings == 1


async def booked_and_the_reply_lost(lane: Lane) -> None:
    """DHL has the booking and we have no answer: the waybill is found, and named to who calls it off."""
    sale = await Sale.made(lane, "DTR-NOTE-01")
    await lane.fault("mydhl", "book", "lose_reply", match=sale.shipment)
    await sale.acted("book")
    await sale.cancel()
    held = await lane.held(sale.order, "do_not_tender")
    [booked] = await sale.rows("book")
    assert booked["detail"]["waybill"] in held.holds[0].words
    await sale.ended("do_not_tender")


async def by_the_engine_while_booking(lane: Lane) -> None:
    """The engine's own Cancel is ours: the booking lands and is called off."""
    sale = await Sale.made(lane, "HNG-BAG-03")
    await lane.fault("mydhl", "book", "slow", seconds=SLOW, match=sale.shipment)
    await sale.under_way(BOOKING)
    await lane.run_of(sale.order).cancel()
    await sale.ended("do_not_tender")
    assert (await sale.left()).bookings == 1


async def two_at_once_after_booking(lane: Lane) -> None:
    """Two people cancel at the same time, and the engine with them: it is undone once."""
    sale = await Sale.made(lane)
    await lane.until(sale.order, lambda p: p.waybill is not None)
    cancels = (sale.cancel(), sale.cancel(actor="lee"), lane.run_of(sale.order).cancel())
    told = await asyncio.gather(*cancels, return_exceptions=True)
    assert [one for one in told if one is not None and not isinstance(one, WorkflowUpdateFailedError)] == []
    assert None in told
    await sale.ended("do_not_tender")


# --- a pack ----------------------------------------------------------------------------------------------------------


async def one_order_of_a_filed_pack(lane: Lane) -> None:
    """The desk cancels a carried order whose goods are declared: the parcel does not leave with them unasked."""
    orders = [{"items": [{"sku": "HNG-HOD-02"}]}, {"items": [{"sku": "HNG-CAP-04"}]}]
    sold = await lane.sell("plain", orders=orders)
    low, high = sorted((one["order_id"] for one in sold), key=int)
    carrying = Sale(lane, low, sold[0]["shipment_id"])
    await lane.fault("mydhl", "book", "refuse", times=1, match=carrying.shipment)
    await lane.held(low, BOOKING)
    await lane.until(high, lambda p: p.carried_by is not None)
    await lane.update(high, "cancel", CANCEL)
    assert (await asyncio.wait_for(lane.run_of(high).result(), PATIENCE))["state"] == "cancelled"
    left = await carrying.left()
    assert (len(left.declared), left.withdrawn) == (1, ()), "the declaration is not the carried order's to withdraw"
    await carrying.say(BOOKING)
    held = await lane.held(low, "order_gone")
    assert high in held.holds[0].words
    await carrying.cancel()
    await carrying.ended()
    assert (await carrying.left()).bookings == 0


# --- under way -------------------------------------------------------------------------------------------------------


async def picked_up_and_not_uplifted(lane: Lane) -> None:
    """The parcel may still be stopped: what a person says of it decides about the declaration."""
    sale = await Sale.made(lane)
    await lane.until(sale.order, lambda p: p.transport_status is not None and p.transport_status != "created")
    await sale.cancel()
    await lane.held(sale.order, "intercept")
    await sale.say("intercept")
    again = await lane.until(sale.order, lambda p: any("say what came of it" in hold.words for hold in p.holds))
    assert "complete" in again.holds[0].resolutions
    await sale.say("intercept", "stopped_in_korea")
    await sale.ended()
    left = await sale.left()
    assert (left.handed_over, left.gone, len(left.withdrawn)) == (True, False, 1)


async def uplifted(lane: Lane) -> None:
    """What has left Korea stays declared, even if a person says it was stopped there."""
    sale = await Sale.made(lane, "HNG-CAP-04")
    await sale.uplifted()
    await lane.until(sale.order, lambda p: p.transport_status == "departed")
    await sale.cancel()
    await lane.held(sale.order, "intercept")
    await sale.say("intercept", "stopped_in_korea")
    await lane.until(sale.order, lambda p: any("has been loaded" in hold.words for hold in p.holds))
    await sale.say("intercept", "travels_back")
    await sale.ended()
    left = await sale.left()
    assert (left.gone, left.withdrawn) == (True, ())


async def picked_up_while_a_person_was_to_keep_it_back(lane: Lane) -> None:
    """The courier was quicker than the desk: the parcel is looked for again before anything is withdrawn."""
    sale = await Sale.made(lane, "HNG-BAG-03")
    await sale.acted("book")
    await sale.cancel()
    held = await lane.until(sale.order, lambda p: p.state == "cancelling" and bool(p.holds))
    if held.holds[0].key == "do_not_tender":
        await eventually(sale.handed_over)
        await sale.say("do_not_tender")
    await lane.held(sale.order, "intercept")
    assert (await sale.left()).withdrawn == ()
    await sale.say("intercept", "stopped_in_korea")
    await sale.ended()
    assert len((await sale.left()).withdrawn) == 1


# --- side by side ----------------------------------------------------------------------------------------------------

Story = Callable[[Lane], Awaitable[None]]
AT_THE_DESK: tuple[Story, ...] = (
    before_anything,
    while_planning_holds,
    while_filing,
    filed_and_the_reply_lost,
    submitted_and_not_accepted,
    one_of_two_is_filed,
    at_a_booking_hold,
    while_booking,
    booked_and_the_reply_lost,
    by_the_engine_while_booking,
    two_at_once_after_booking,
    one_order_of_a_filed_pack,
)
UNDER_WAY: tuple[Story, ...] = (picked_up_and_not_uplifted, uplifted, picked_up_while_a_person_was_to_keep_it_back)


@pytest.mark.parametrize(
    ("pace", "stories"),
    [(HOURS, AT_THE_DESK), (DAYS, UNDER_WAY)],
    ids=("at the desk", "under way"),
)
async def test_a_cancel_leaves_nothing_behind(
    tmp_path: Path, target: str, namespace: str, pace: float, stories: tuple[Story, ...]
) -> None:
    async with open_lane(tmp_path, target, namespace=namespace, pace=pace) as lane:
        world.parcels_stay(lane)  # at the gateway, however long a story takes
        async with asyncio.TaskGroup() as side_by_side:
            for story in stories:
                side_by_side.create_task(story(lane), name=getattr(story, "__name__", ""))

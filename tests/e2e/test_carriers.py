"""An order travels with each carrier there is, and a cancel voids the booking where the carrier can."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import inspect
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

import worker
from tests.adapters.carriers import EveryCarrier
from tests.lane import DAY, Lane, count, open_lane
from tradelane.adapters.errors import Refused
from tradelane.adapters.listing import carriers
from tradelane.adapters.plug import carrier_plug
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import WaybillNumber
from tradelane.domain.outside import Done, Existing, NotDone
from tradelane.ports import Carrier

SIMULATED = [name for name in carriers() if not carrier_plug(name).by_hand]
CANCEL = {"reason": "out of stock", "actor": "kim"}
EVIDENCE = {"evidence": "mail of 23 November"}
NO_COURIER_YET = 0.02 * DAY
"""Pace: customs accepts after a second, and the courier comes 50 seconds after the booking."""


def voiding_of(name: str) -> str:
    """The operation that voids at a carrier's simulator, as its own suite names it; empty where there is none."""
    module = importlib.import_module(f"tests.adapters.test_carrier_{name}")
    suites = [one for _, one in inspect.getmembers(module, inspect.isclass) if issubclass(one, EveryCarrier)]
    return next(suite.voiding for suite in suites if suite.name == name)


async def person(lane: Lane, order: str) -> None:
    """Does by hand what the carrier's interface does not offer, until cancelled."""
    while True:
        progress = await lane.progress(order)
        for hold in progress.holds if progress is not None else ():
            assert hold.reason == "manual_work", hold
            done = {"step": hold.key, "action": "complete", "result": EVIDENCE, "reason": "done by hand"}
            await lane.update(order, "resolve_hold", {**done, "actor": "kim"})
        await asyncio.sleep(0.2)


@contextlib.asynccontextmanager
async def somebody_there(lane: Lane, order: str) -> AsyncIterator[None]:
    task = asyncio.create_task(person(lane, order))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@pytest.mark.parametrize("name", SIMULATED)
async def test_an_order_travels_to_the_door(name: str, tmp_path: Path, target: str, namespace: str) -> None:
    async with open_lane(tmp_path, target, namespace=namespace, transport=name) as lane:
        [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-TEE-01"}]}])
        async with somebody_there(lane, sold["order_id"]):
            outcome = await lane.ended(sold["order_id"])

        assert outcome["state"] == "delivered"
        acted = [row["operation"] for row in await lane.effects() if row["counterparty"] == name]
        assert len(acted) == len(set(acted)), "every effect once"
        progress = await lane.progress(sold["order_id"])
        assert progress is not None
        assert progress.warnings == ()


@pytest.mark.parametrize("name", SIMULATED)
async def test_a_cancel_before_the_courier_comes_leaves_no_parcel(
    name: str, tmp_path: Path, target: str, namespace: str
) -> None:
    """Voided once where the carrier can, though its answer is lost; called off by a person where it cannot."""
    voiding = voiding_of(name)
    async with open_lane(tmp_path, target, namespace=namespace, transport=name, pace=NO_COURIER_YET) as lane:
        [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-TEE-01"}]}])
        order = sold["order_id"]
        booked = await lane.until(order, lambda p: p.waybill)
        if voiding:
            await lane.fault(name, voiding, "lose_reply", match=booked.waybill)
        await lane.update(order, "cancel", CANCEL)
        if not lane.resources.carrier.voids:
            await lane.held(order, "do_not_tender")
            await lane.update(order, "resolve_hold", {"step": "do_not_tender", "action": "retry", "reason": "done"})

        assert (await lane.ended(order))["state"] == "cancelled"
        if voiding:
            assert count(await lane.effects(), voiding, str(booked.waybill)) == 1
            assert (await lane.stage.get("/faults")).json()["faults"] == [], "the answer was lost"


class Voiding:
    """DHL as it would be with a call that voids."""

    voids = True

    def __init__(self, carrier: Carrier, refuses: bool) -> None:
        self._carrier = carrier
        self._refuses = refuses
        self.voided: list[WaybillNumber] = []

    async def find_void(self, waybill: WaybillNumber) -> Existing[str]:
        return Done("voided") if waybill in self.voided else NotDone()

    async def void(self, waybill: WaybillNumber) -> None:
        if self._refuses:
            raise Refused("mydhl", "too_late", "The courier is on the way.", fault=Fault.CARRIER)
        self.voided.append(waybill)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._carrier, name)


@pytest.mark.parametrize("refuses", [False, True], ids=["voided", "refused"])
async def test_a_booking_is_voided_and_only_a_refusal_asks_a_person(
    refuses: bool, tmp_path: Path, target: str, namespace: str
) -> None:
    async with open_lane(tmp_path, target, namespace=namespace, pace=NO_COURIER_YET, with_worker=False) as lane:
        carrier = Voiding(lane.resources.carrier, refuses)
        resources = replace(lane.resources, carrier=cast(Carrier, carrier))
        async with worker.running(lane.client, resources):
            [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-TEE-01"}]}])
            order = sold["order_id"]
            booked = await lane.until(order, lambda p: p.waybill)
            await lane.update(order, "cancel", CANCEL)
            if refuses:
                held = await lane.held(order, "void_booking")
                assert [(hold.key, hold.reason) for hold in held.holds] == [("void_booking", "refused")]
                done = {"step": "void_booking", "action": "complete", "result": EVIDENCE, "reason": "by telephone"}
                await lane.update(order, "resolve_hold", {**done, "actor": "kim"})

            assert (await lane.ended(order))["state"] == "cancelled"
            assert carrier.voided == ([] if refuses else [booked.waybill])
            assert "do_not_tender" not in str(await lane.progress(order))

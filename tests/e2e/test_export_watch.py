"""Customs looks closer, and goods that are not loaded: what people see, what they can do, and what customs then has."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError

from tests import world
from tests.lane import DAY, Lane, count, open_lane
from tradelane.contracts.journeys import FULFIL_ORDER, order_workflow_id
from tradelane.contracts.messages import FulfilOrderRequest, Progress
from tradelane.domain.export_declaration import FilingState
from tradelane.domain.identifiers import ExportDeclarationNumber, OrderId
from tradelane.domain.trade_time import Timetable

ACCEPTANCE = "read_export_acceptance:d1"
FILING = "lodge_export_declaration:d1"
LOADING = "confirm_loading:d1"


@dataclass(frozen=True)
class Sale:
    """One order of a story."""

    lane: Lane
    order: str
    shipment: str

    @classmethod
    async def made(cls, lane: Lane, **more: Any) -> Sale:
        [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-TEE-01"}]}], **more)
        return cls(lane, str(sold["order_id"]), str(sold["shipment_id"]))

    async def held_for(self, key: str, why: str, within: float = 60.0) -> Progress:
        return await self.lane.until(self.order, lambda p: reason(p, key) == why, within)

    async def resolve(self, key: str, action: str, **result: str) -> None:
        told = {"step": key, "action": action, "result": result, "reason": "looked", "actor": "kim"}
        await self.lane.update(self.order, "resolve_hold", told)

    async def decided(self, *, accept: bool, why: str = "") -> None:
        """Customs ends its look."""
        [filed] = [row for row in await self.lane.effects() if row["operation"] == "declare" and self.mine(row)]
        body = {"order_no": filed["reference"], "accept": accept, **({"reason": why} if why else {})}
        answer = await self.lane.stage.post("/ktnet/decide", json=body)
        assert answer.is_success, answer.text

    def mine(self, row: Mapping[str, Any]) -> bool:
        return self.shipment in row["reference"]


def reason(progress: Progress, key: str) -> str:
    """Why a step holds; empty while it does not."""
    return next((hold.reason for hold in progress.holds if hold.key == key), "")


# --- selection and inspection ----------------------------------------------------------------------------------------


async def accepted_after_a_look(lane: Lane, look: str, why: str) -> None:
    """The hold is there while customs looks, and goes by itself when customs accepts."""
    sale = await Sale.made(lane, after_days=0)
    await lane.fault("ktnet", "declare", look, match=sale.shipment)
    held = await sale.held_for(ACCEPTANCE, why)
    assert held.declarations == (), "nothing is accepted yet"
    await sale.decided(accept=True)
    progress = await lane.until(sale.order, lambda p: bool(p.declarations) and not p.holds)
    assert list(progress.declarations) == world.live_declarations(lane, sale.shipment)


async def refused_after_an_inspection(lane: Lane) -> None:
    """The error notice says why; filed anew, exactly one declaration lives."""
    sale = await Sale.made(lane, after_days=0)
    await lane.fault("ktnet", "declare", "select_inspection", match=sale.shipment)
    await sale.held_for(ACCEPTANCE, "selected_inspection")
    await sale.decided(accept=False, why="현품이 신고내용과 다릅니다.")
    held = await sale.held_for(FILING, "error_notice")
    assert reason(held, ACCEPTANCE) == "", "the look is over"
    [hold] = [one for one in held.holds if one.key == FILING]
    assert "현품이 신고내용과 다릅니다" in hold.words
    assert world.live_declarations(lane, sale.shipment) == []
    await sale.resolve(FILING, "retry")
    progress = await lane.until(sale.order, lambda p: bool(p.declarations))
    assert list(progress.declarations) == world.live_declarations(lane, sale.shipment)
    assert count(await lane.effects(), "declare", sale.shipment) == 2


CODES = {"21": "documents", "31": "inspection"}
"""The simulator's codes of a selection result; customs publishes none."""


@pytest.mark.parametrize("codes", [CODES, {}], ids=["codes known", "codes unknown"])
async def test_a_look_of_customs_stands_on_the_desk_until_customs_has_answered(
    tmp_path: Path, target: str, namespace: str, codes: dict[str, str]
) -> None:
    pace = 1_200.0  # customs accepts after a second, and looks longer than a story lasts
    async with (
        open_lane(tmp_path, target, namespace=namespace, pace=pace, ktnet_selection_codes=codes) as lane,
        asyncio.TaskGroup() as stories,
    ):
        if codes:
            stories.create_task(accepted_after_a_look(lane, "select_documents", "selected_documents"))
            stories.create_task(accepted_after_a_look(lane, "select_inspection", "selected_inspection"))
            stories.create_task(refused_after_an_inspection(lane))
        else:
            stories.create_task(accepted_after_a_look(lane, "select_inspection", "selected"))


# --- loading ---------------------------------------------------------------------------------------------------------

WARNINGS = (timedelta(days=20), timedelta(days=12))
"""The last is early enough for a person whose days last half a second."""


async def watched(lane: Lane) -> tuple[Sale, str, str]:
    """An order that is booked and stays in Korea, with its declaration and its waybill."""
    sale = await Sale.made(lane, webhook_url=None)
    clock = await asyncio.to_thread(lane.resources.clock.read)
    await lane.client.start_workflow(
        FULFIL_ORDER.name,
        FulfilOrderRequest(order_id=OrderId(sale.order), timetable=Timetable(clock=clock, loading_warnings=WARNINGS)),
        id=order_workflow_id(OrderId(sale.order)),
        task_queue=FULFIL_ORDER.queue,
    )
    progress = await lane.until(sale.order, lambda p: p.load_before is not None and p.waybill is not None)
    [number] = progress.declarations
    return sale, number, str(progress.waybill)


def warned(progress: Progress, number: str) -> int:
    return sum(1 for line in progress.warnings if line.startswith(number))


async def extended(lane: Lane) -> None:
    """A lost reply and a second person: customs is asked once, the printed date moves, warnings begin anew."""
    sale, number, waybill = await watched(lane)
    held = await sale.held_for(LOADING, "loading_due")
    [hold] = [one for one in held.holds if one.key == LOADING]
    assert hold.commands == (f"tradelane orders extend {sale.order} --until YYYY-MM-DD --reason WHY",)
    before = warned(held, number)
    assert before in (1, 2), "the first may have been due while the goods were being booked"
    until = world.printed_deadline(lane, number) + timedelta(days=28)
    await lane.fault("ktnet", "amend", "lose_reply", match=sale.shipment)
    asked = {"until": until.isoformat(), "reason": "flight cancelled", "actor": "kim"}
    run = lane.run_of(sale.order)
    answers = await asyncio.gather(
        run.execute_update("extend_loading", asked, id="once", result_type=dict),
        run.execute_update("extend_loading", asked, id="once", result_type=dict),
        run.execute_update("extend_loading", {**asked, "actor": "lee"}, result_type=dict),
    )
    assert answers[0] == answers[1]
    assert all(f"{number}: loading until {until} is " in answer["sentence"] for answer in answers)
    assert world.printed_deadline(lane, number) == until
    [request] = world.asked_of_customs(await lane.effects(), sale.shipment, "C")
    assert request["detail"]["number"] == number
    again = await lane.until(
        sale.order,
        lambda p: (
            reason(p, LOADING) == "loading_due"
            and str(until) in next(one.words for one in p.holds if one.key == LOADING)
        ),
    )
    assert warned(again, number) == before + 2
    world.travels(lane, waybill)
    assert (await lane.ended(sale.order))["state"] == "delivered"
    assert len(world.asked_of_customs(await lane.effects(), sale.shipment, "C")) == 1


async def never_loaded(lane: Lane) -> None:
    """Customs cancels the acceptance; a person who has read that tells it, and the goods are declared anew, once."""
    sale, number, waybill = await watched(lane)
    late = await sale.held_for(LOADING, "not_loaded")
    words = next(one.words for one in late.holds if one.key == LOADING)
    assert number in words
    assert "within 14 days" in words  # korea-export.md section 2: the cause must be explained within 14 days
    until = world.printed_deadline(lane, number) + timedelta(days=28)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await lane.update(sale.order, "extend_loading", {"until": until.isoformat(), "reason": "late", "actor": "kim"})
    assert "an extension is asked for before it ends" in str(refused.value.cause)
    assert world.asked_of_customs(await lane.effects(), sale.shipment, "C") == []

    gone = await sale.held_for(ACCEPTANCE, "acceptance_gone")
    assert reason(gone, LOADING) == "", "there is no deadline any more"
    [hold] = [one for one in gone.holds if one.key == ACCEPTANCE]
    assert "accepted" in hold.words, "the filing channel knows nothing of it"
    assert (
        f"--step {ACCEPTANCE} --action complete --result state=cancelled --result number={number}" in hold.commands[0]
    )
    assert world.live_declarations(lane, sale.shipment) == []
    await sale.resolve(ACCEPTANCE, "retry")
    await sale.held_for(ACCEPTANCE, "acceptance_gone")
    assert count(await lane.effects(), "declare", sale.shipment) == 1, "nothing is filed on a mere suspicion"

    await lane.fault("ktnet", "declare", "lose_reply", match=sale.shipment)
    await sale.resolve(ACCEPTANCE, "complete", state="cancelled", number=number)
    anew = await lane.until(sale.order, lambda p: bool(p.declarations) and p.declarations != (number,))
    [new] = anew.declarations
    assert world.live_declarations(lane, sale.shipment) == [new]
    watched_now = await lane.until(sale.order, lambda p: p.load_before is not None and not reason(p, ACCEPTANCE))
    assert any(number in line and new in line for line in watched_now.warnings), "the carrier is to be told"
    old = lane.resources.declarations.by_number(ExportDeclarationNumber(number))
    assert old is not None
    assert (old.state, old.loaded) == (FilingState.CANCELLED, False)

    world.travels(lane, waybill, new)  # the carrier was told the new number
    outcome = await lane.ended(sale.order)
    assert (outcome["state"], outcome["declarations"]) == ("delivered", [new])
    record = lane.resources.declarations.by_number(ExportDeclarationNumber(new))
    assert record is not None
    assert record.loaded
    assert count(await lane.effects(), "declare", sale.shipment) == 2


async def partly_loaded(lane: Lane) -> None:
    """One of two packages has left: the order stays open, though that package is delivered, until the other has left."""
    sale, number, waybill = await watched(lane)
    world.clears_packages(lane, number, 2)
    world.travels(lane, waybill)
    # on a starved machine the deadline passes before anybody has seen that the first has left
    told = {"partly_loaded": "1 of 2 packages", "not_loaded": "not the loading of every package"}
    held = await lane.until(
        sale.order, lambda p: any(one.key == LOADING and told.get(one.reason, "?") in one.words for one in p.holds)
    )
    assert reason(held, LOADING) in told
    open_ = await lane.until(sale.order, lambda p: p.state == "delivered")
    assert open_.stage != "closing"
    assert reason(open_, LOADING)
    world.leaves(lane, "9999999991", number)
    outcome = await lane.ended(sale.order)
    assert outcome["declarations"] == [number]
    record = lane.resources.declarations.by_number(ExportDeclarationNumber(number))
    assert record is not None
    assert (record.packages_cleared, record.packages_loaded, record.loaded) == (2, 2, True)


async def test_goods_that_stay_are_warned_of_extended_or_declared_anew(
    tmp_path: Path, target: str, namespace: str
) -> None:
    """Three orders side by side: one extended and loaded, one that customs cancels, one partly loaded."""
    async with open_lane(tmp_path, target, namespace=namespace, pace=2.5 * DAY, write_fence_seconds=1.0) as lane:
        world.parcels_stay(lane)
        booked = asyncio.create_task(_move_when_booked(lane, 3))
        async with asyncio.TaskGroup() as stories:
            for story in (extended, never_loaded, partly_loaded):
                stories.create_task(story(lane))
        await booked


async def _move_when_booked(lane: Lane, parcels: int) -> None:
    await lane.acted("book", parcels)
    world.parcels_move(lane)

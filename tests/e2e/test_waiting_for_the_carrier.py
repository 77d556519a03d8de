"""A parcel whose booking waits: the law's dates run on, an amendment reaches the booking, nothing goes under what is over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests import world
from tests.lane import DAY, Lane, count, open_lane
from tradelane.contracts.messages import Progress
from tradelane.domain.export_declaration import FilingState
from tradelane.domain.identifiers import ExportDeclarationNumber

Story = Callable[[Lane], Awaitable[None]]
ACCEPTANCE = "read_export_acceptance:d1"
LOADING = "confirm_loading:d1"


def reason(progress: Progress, key: str) -> str:
    """Why a step holds; empty while it does not."""
    return next((hold.reason for hold in progress.holds if hold.key == key), "")


async def waiting(lane: Lane, sku: str) -> tuple[str, str, Progress]:
    """An order whose declaration is accepted and whose carrier does not answer."""
    [sold] = await lane.sell("plain", orders=[{"items": [{"sku": sku}]}])
    order, shipment = str(sold["order_id"]), str(sold["shipment_id"])
    await lane.fault("mydhl", "book", "unavailable", times=10_000, match=shipment)
    progress = await lane.until(order, lambda p: bool(p.declarations) and "screen_parties:handover" in p.steps)
    assert progress.waybill is None
    return order, shipment, progress


async def carrier_answers(lane: Lane) -> None:
    answer = await lane.stage.delete("/faults")
    assert answer.is_success, answer.text


def rows(of: list[dict[str, Any]], operation: str, shipment: str) -> list[dict[str, Any]]:
    return [row for row in of if row["operation"] == operation and shipment in row["reference"]]


async def amended_while_it_waits(lane: Lane) -> None:
    """Customs is told before the carrier, the carrier is given what customs was told, and the order goes on to its end."""
    order, shipment, before = await waiting(lane, "HNG-CAP-04")
    told = await lane.update(order, "amend", {"set": {"items.HNG-CAP-04.net_weight_g": "77"}, "actor": "kim"})
    assert "amended" in told
    await lane.until(order, lambda p: {paper.split(":")[1] for paper in p.papers} == {"v2"})
    assert count(await lane.effects(), "book", shipment) == 0
    await carrier_answers(lane)
    outcome = await lane.ended(order)
    assert (outcome["state"], tuple(outcome["declarations"])) == ("delivered", before.declarations)
    acted = await lane.effects()
    [request] = world.asked_of_customs(acted, shipment, "A")
    [booked] = rows(acted, "book", shipment)
    assert acted.index(request) < acted.index(booked)
    record = lane.resources.declarations.by_number(ExportDeclarationNumber(before.declarations[0]))
    assert record is not None and record.waybill == outcome["waybill"]


async def over_its_deadline_while_it_waits(lane: Lane) -> None:
    """The deadline is known long before the booking; nothing is booked under a declaration that is over, or gone; declared anew it travels."""
    order, shipment, before = await waiting(lane, "HNG-TEE-01")
    [number] = before.declarations
    known = await lane.until(order, lambda p: p.load_before is not None)
    assert known.waybill is None
    record = lane.resources.declarations.by_number(ExportDeclarationNumber(number))
    assert record is not None and record.load_before == world.printed_deadline(lane, number)
    # on a starved machine the days between the two pass unseen: the second stays until somebody answers it
    await lane.until(order, lambda p: reason(p, LOADING) == "not_loaded" or reason(p, ACCEPTANCE) == "acceptance_gone")
    await carrier_answers(lane)
    await lane.until(order, lambda p: reason(p, ACCEPTANCE) == "acceptance_gone")
    assert count(await lane.effects(), "book", shipment) == 0
    typed = {"state": "cancelled", "number": number}
    told = {"step": ACCEPTANCE, "action": "complete", "result": typed, "reason": "asked the office", "actor": "kim"}
    # while the answer is read, the hold is closed and the carrier would take the parcel
    await lane.fault("ktnet", "status", "slow", seconds=4, match=shipment)
    await lane.update(order, "resolve_hold", told)
    progress = await lane.until(order, lambda p: p.waybill is not None)
    [new] = progress.declarations
    [booked] = rows(await lane.effects(), "book", shipment)
    assert new != number and booked["detail"]["declarations"] == [new]
    old = lane.resources.declarations.by_number(ExportDeclarationNumber(number))
    assert old is not None and (old.state, old.loaded) == (FilingState.CANCELLED, False)
    assert not any("give the carrier" in line for line in progress.warnings), "no carrier knew the old number"
    assert (await lane.ended(order))["state"] == "delivered"


@pytest.mark.parametrize("story", [amended_while_it_waits, over_its_deadline_while_it_waits])
async def test_the_lane_while_a_carrier_stays_away(story: Story, tmp_path: Path, target: str, namespace: str) -> None:
    async with open_lane(tmp_path, target, namespace=namespace, pace=2 * DAY, write_fence_seconds=1.0) as lane:
        await story(lane)

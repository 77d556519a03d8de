"""Export leg and loading watch where people and customs act at awkward moments; nobody sweeps in these stories."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError

from tests.lane import Lane, count, open_lane
from tradelane.contracts.journeys import FULFIL_ORDER, order_workflow_id
from tradelane.contracts.messages import FulfilOrderRequest, Progress
from tradelane.domain.catalogue import FilingChannel
from tradelane.domain.export_route import ExportRoute
from tradelane.domain.identifiers import ExportDeclarationNumber, OrderId
from tradelane.domain.loading_period import last_loading_day
from tradelane.domain.trade_time import Timetable, today_in_korea

LOADING, FILING, ACCEPTANCE = "confirm_loading:d1", "lodge_export_declaration:d1", "read_export_acceptance"


async def sets(lane: Lane, exporter_id: str, **changes: Any) -> None:
    """Change an exporter's record."""
    known = (await asyncio.to_thread(lane.resources.exporters.get, [exporter_id]))[exporter_id]
    await asyncio.to_thread(lane.resources.exporters.put, known.model_copy(update=changes))


async def resolve(lane: Lane, order: str, step: str, action: str, **more: Any) -> None:
    told = {"step": step, "action": action, "reason": "looked at it", "actor": "kim", **more}
    await lane.update(order, "resolve_hold", told)


async def refused(update: Any) -> str:
    """The sentence an Update is refused or ended with."""
    with pytest.raises(WorkflowUpdateFailedError) as caught:
        await update
    return str(caught.value.cause)


def reason(progress: Progress | None, key: str) -> str:
    """Why a step holds; empty while it does not."""
    return next((hold.reason for hold in progress.holds if hold.key == key), "") if progress else ""


async def sold(lane: Lane, *skus: str, orders: int = 1, **more: Any) -> tuple[str, str]:
    """An order and its shipment; several orders are a pack, and the lowest carries."""
    items = [{"items": [{"sku": sku, "quantity": more.pop(sku, 1)}]} for sku in skus]
    sales = await lane.sell("pack" if len(skus) > 1 else "plain", orders=items, **more)
    return str(min((one["order_id"] for one in sales), key=int)), str(sales[0]["shipment_id"])


# --- filing ----------------------------------------------------------------------------------------------------------


async def goods_that_leave_the_carriers_list_before_the_booking(lane: Lane) -> None:
    """Their exporter changes its way to customs while the booking holds: they are declared, then booked."""
    await sets(lane, "onggi", channel=FilingChannel.CARRIER)
    order, shipment = await sold(lane, "ONG-BOWL-01")
    await lane.fault("mydhl", "book", "refuse", times=2, match=shipment)
    await lane.held(order, "book_transport")
    assert count(await lane.effects(), "declare", shipment) == 0
    await sets(lane, "onggi", channel=None)
    await resolve(lane, order, "book_transport", "amend", set={"items.ONG-BOWL-01.net_weight_g": "401"})
    progress = await lane.until(order, lambda p: bool(p.declarations))
    assert progress.waybill is None
    assert count(await lane.effects(), "declare", shipment) == 1


async def an_exporter_goes_another_way_after_the_parcel_was_held_for_it(lane: Lane) -> None:
    """A retry at `combined_packing` reads the exporter anew: nobody need type an answer of customs."""
    await sets(lane, "saebyeok", preferred_route=ExportRoute.FORMAL)
    order, shipment = await sold(lane, "SBS-CD-01", "DTR-NOTE-01")
    await lane.held(order, "combined_packing")
    await sets(lane, "saebyeok", preferred_route=None)
    await resolve(lane, order, "combined_packing", "retry")
    await lane.until(order, lambda p: len(p.declarations) == 2)
    assert count(await lane.effects(), "declare", shipment) == 2


async def goods_get_another_code_while_customs_is_asked_about_them(lane: Lane) -> None:
    """Customs never answers about the old code: the amended one is asked about instead."""
    old, new = "6110200000", "6110209000"
    await lane.fault("unipass", "requirements", "html", times=200, match=old)
    order, _ = await sold(lane, "HNG-HOD-02")
    await lane.held(order, "read_export_requirements")
    await resolve(lane, order, "read_export_requirements", "amend", set={"items.HNG-HOD-02.hsk": new})
    progress = await lane.until(order, lambda p: "render_documents" in p.steps)
    assert not reason(progress, "read_export_requirements")


async def what_a_person_looked_up_says_nothing_of_another_code(lane: Lane) -> None:
    """`none` was typed about a bag; given another code it is asked about again."""
    await lane.fault("unipass", "requirements", "html", times=200, match="4202921010")
    order, shipment = await sold(lane, "HNG-BAG-03")
    await lane.fault("mydhl", "book", "refuse", times=1, match=shipment)
    await lane.held(order, "read_export_requirements")
    none = {"confirmation": "none", "shortened_loading": "none"}
    await resolve(lane, order, "read_export_requirements", "complete", result=none)
    await lane.held(order, "book_transport")
    await lane.fault("unipass", "requirements", "html", times=200, match="4202921090")
    await resolve(lane, order, "book_transport", "amend", set={"items.HNG-BAG-03.hsk": "4202921090"})
    await lane.held(order, "read_export_requirements")


# --- loading ---------------------------------------------------------------------------------------------------------


async def a_later_deadline_is_given_up(lane: Lane) -> None:
    """A wish for a later deadline ends by a person or with the loading; the order itself goes on to its end."""
    await sets(lane, "isul", channel=FilingChannel.MANUAL)
    order, _ = await sold(lane, "ISL-MASK-02", webhook_url="")
    clock = await asyncio.to_thread(lane.resources.clock.read)
    early = Timetable(clock=clock, loading_warnings=(timedelta(days=27), timedelta(days=23)))
    await lane.client.start_workflow(
        FULFIL_ORDER.name,
        FulfilOrderRequest(order_id=OrderId(order), timetable=early),
        id=order_workflow_id(OrderId(order)),
        task_queue=FULFIL_ORDER.queue,
    )
    held = await lane.held(order, FILING)
    assert held.trade_now is not None
    number = ExportDeclarationNumber("H1A0126000991X")
    day = today_in_korea(held.trade_now).isoformat()  # the week of the papers may be over by the time it is typed
    filed = {"number": number, "accepted_at": held.trade_now.isoformat(), "declared_on": day}
    await resolve(lane, order, FILING, "complete", result=filed)
    # nobody has shown the declaration: the date is counted, while there is still time to do something about it
    known = await lane.until(order, lambda p: p.load_before is not None)
    assert reason(known, LOADING) in ("", "loading_due")
    end = last_loading_day(today_in_korea(held.trade_now))
    assert end is not None
    until = end + timedelta(days=20)
    key = f"extend_loading_period:d1-{until:%Y%m%d}"
    asked = {"until": until.isoformat(), "reason": "flight cancelled " * 1_000, "actor": "kim"}

    first = asyncio.create_task(refused(lane.update(order, "extend_loading", asked)))
    await lane.held(order, key)
    await resolve(lane, order, key, "cancel")
    await first
    assert reason(await lane.progress(order), key) == ""

    second = asyncio.create_task(refused(lane.update(order, "extend_loading", asked)))
    await lane.held(order, key)
    due = await lane.until(order, lambda p: reason(p, LOADING) == "loading_due")
    assert due.trade_now is not None
    loaded = {"loaded_on": today_in_korea(due.trade_now).isoformat(), "packages": "1", "evidence": "UNI-PASS, printed"}
    await resolve(lane, order, LOADING, "complete", result=loaded)
    await second
    assert (await lane.ended(order))["state"] == "delivered"


STORIES = (
    goods_that_leave_the_carriers_list_before_the_booking,
    an_exporter_goes_another_way_after_the_parcel_was_held_for_it,
    goods_get_another_code_while_customs_is_asked_about_them,
    what_a_person_looked_up_says_nothing_of_another_code,
    a_later_deadline_is_given_up,
)


async def test_export_at_awkward_moments(tmp_path: Path, target: str, namespace: str) -> None:
    """Nobody sweeps: what a run must know in time it asks for itself."""
    async with (
        open_lane(tmp_path, target, namespace=namespace, pace=43_200.0, sweeps=False) as lane,
        asyncio.TaskGroup() as side_by_side,
    ):
        for story in STORIES:
            side_by_side.create_task(story(lane), name=story.__name__)


# --- while customs looks closer --------------------------------------------------------------------------------------


async def an_amendment_of_what_customs_does_not_look_at(lane: Lane) -> None:
    """It is planned in while the other declaration waits for customs; what customs looks at stays as it is."""
    order, shipment = await sold(lane, "HNG-CAP-04", "DTR-NOTE-01", after_days=0)
    await lane.fault("ktnet", "declare", "select_inspection", match=f"{shipment}-1")
    held = await lane.until(
        order, lambda p: reason(p, f"{ACCEPTANCE}:d1").startswith("selected") and len(p.declarations) == 1
    )
    [looked_at] = [hold for hold in held.holds if hold.key == f"{ACCEPTANCE}:d1"]
    claim = lane.resources.consignments.of_order(OrderId(order))
    assert claim is not None
    first = lane.resources.declarations.find(f"{claim.ucr}-1")
    assert first is not None
    own, other = ("HNG-CAP-04", "DTR-NOTE-01") if first.exporter_id == "haneul" else ("DTR-NOTE-01", "HNG-CAP-04")
    change = {f"items.{own}.net_weight_g": "77"}
    told = {"step": looked_at.key, "action": "amend", "set": change}
    assert "wait for its answer" in await refused(lane.update(order, "resolve_hold", told))
    versions = {paper.split(":")[1] for paper in held.papers}
    await lane.update(
        order, "amend", {"set": {f"items.{other}.description_en": "Goods of paper and cotton, printed"}, "actor": "kim"}
    )
    planned = await lane.until(order, lambda p: {paper.split(":")[1] for paper in p.papers} != versions)
    assert reason(planned, looked_at.key)
    body = {"order_no": f"{claim.ucr}-1", "accept": True}
    assert (await lane.stage.post("/ktnet/decide", json=body)).is_success
    await lane.until(order, lambda p: p.waybill is not None)
    rows = [row["operation"] for row in await lane.effects() if shipment in row["reference"]]
    assert rows.count("amend") == 1


async def a_cancel_at_the_look(lane: Lane) -> None:
    """The order ends; a later deadline cannot be asked for it any more."""
    order, shipment = await sold(lane, "ONG-SPN-02", after_days=0)
    await lane.fault("ktnet", "declare", "select_inspection", match=shipment)
    await lane.until(order, lambda p: reason(p, f"{ACCEPTANCE}:d1").startswith("selected"))
    await resolve(lane, order, f"{ACCEPTANCE}:d1", "cancel")
    await lane.until(order, lambda p: p.state == "cancelling")
    late = {"until": "2027-01-20", "reason": "late"}
    assert "is being ended" in await refused(lane.update(order, "extend_loading", late))


async def test_people_decide_while_customs_looks_closer(tmp_path: Path, target: str, namespace: str) -> None:
    """A slow clock, so that the look lasts."""
    async with (
        open_lane(tmp_path, target, namespace=namespace, pace=1_200.0) as lane,
        asyncio.TaskGroup() as stories,
    ):
        for story in (an_amendment_of_what_customs_does_not_look_at, a_cancel_at_the_look):
            stories.create_task(story(lane), name=story.__name__)

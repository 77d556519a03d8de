"""Holds that can always be resolved, packs whose orders come and go, amendments that reach what they are about."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError

from tests.lane import PATIENCE, Lane, count, open_lane
from tradelane.contracts.journeys import SITE
from tradelane.domain.identifiers import OrderId, Ucr

Story = Any


async def start(lane: Lane, order: str) -> None:
    await lane.client.start_workflow("FulfilOrder", {"order_id": order}, id=f"order/MLC/{order}", task_queue="orders")


async def one_of_two_declarations_is_refused(lane: Lane) -> None:
    """The command its hold prints mends it; the other one, which customs has accepted, is amended and not sent again."""
    orders = [{"items": [{"sku": "BJK-STND-05"}, {"sku": "HNG-TEE-01"}]}]
    [sold] = await lane.sell("hs_refused", orders=orders)
    order, shipment = sold["order_id"], sold["shipment_id"]
    held = await lane.until(order, lambda p: bool(p.holds) and "accepted" in p.declaration_states.values())
    [hold] = held.holds
    assert hold.key.startswith("lodge_export_declaration:")
    await lane.update(order, "amend", {"set": {"items.HNG-TEE-01.net_weight_g": "133"}})
    assert [one.key for one in (await lane.progress(order)).holds] == [hold.key]
    await lane.update(order, "amend", {"set": {"items.BJK-STND-05.hsk": "7616999090"}})

    await lane.until(order, lambda p: list(p.declaration_states.values()) == ["accepted", "accepted"])
    assert count(await lane.effects(), "declare", shipment) == 3
    await lane.until(order, lambda p: p.waybill is not None)
    assert count(await lane.effects(), "amend", shipment) == 1
    assert count(await lane.effects(), "declare", shipment) == 3


async def an_amendment_at_the_packing_hold_reaches_the_plan(lane: Lane) -> None:
    """The parcel weighs less than its goods because the catalogue is wrong: the goods are mended, not the parcel."""
    [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "DTR-CASE-04"}]}])
    order = sold["order_id"]
    await lane.held(order, "confirm_packing")
    await lane.update(order, "amend", {"set": {"items.DTR-CASE-04.net_weight_g": "20"}})
    await lane.until(order, lambda p: "render_documents" in p.steps)


async def a_filed_parcel_keeps_its_exporters(lane: Lane) -> None:
    """Goods cannot move to another exporter under a declaration that was sent; undone, the order goes on."""
    orders = [{"items": [{"sku": "BJK-STND-05"}, {"sku": "HNG-CAP-04"}]}]
    [sold] = await lane.sell("hs_refused", orders=orders)
    order = sold["order_id"]
    own = lane.resources.catalogue.products(["BJK-STND-05"])["BJK-STND-05"].exporter_id
    other = lane.resources.catalogue.products(["HNG-CAP-04"])["HNG-CAP-04"].exporter_id
    held = await lane.until(order, lambda p: bool(p.holds))
    step = {"step": held.holds[0].key, "action": "amend"}
    await lane.update(order, "resolve_hold", step | {"set": {"items.BJK-STND-05.exporter_id": other}})
    held = await lane.held(order, "plan_consignment")
    assert held.holds[0].reason == "exporters_changed"
    changes = {"items.BJK-STND-05.exporter_id": own, "items.BJK-STND-05.hsk": "7616999090"}
    await lane.update(order, "resolve_hold", {"step": "plan_consignment", "action": "amend", "set": changes})
    await lane.until(order, lambda p: list(p.declaration_states.values()) == ["accepted", "accepted"])


async def an_order_whose_parcel_was_filed_without_it(lane: Lane) -> None:
    """It is not carried by a parcel that knows nothing of it: a person is told."""
    [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-TEE-01"}]}], webhook_url="")
    order, other = OrderId(sold["order_id"]), OrderId("2000000000000001")
    [seller] = lane.resources.sellers.all()
    shipment = await lane.resources.marketplace.shipment(seller.id, sold["shipment_id"])
    ucr = Ucr.for_shipment(shipment.created_at, SITE, shipment.id)
    lane.resources.consignments.claim(ucr, shipment.id, seller.id, [other], other, fix=True)
    await start(lane, order)
    held = await lane.held(order, "claim_consignment")
    assert held.holds[0].reason == "left_out"
    await lane.update(order, "resolve_hold", {"step": "claim_consignment", "action": "cancel", "reason": "sent apart"})
    assert (await lane.run_of(order).result())["state"] == "cancelled"


async def an_order_that_is_carried_when_the_carrying_sale_is_cancelled(lane: Lane) -> None:
    """Its own sale stands: it does not end as cancelled unseen."""
    orders = [{"items": [{"sku": "HNG-HOD-02"}]}, {"items": [{"sku": "DTR-NOTE-01"}]}]
    sold = await lane.sell("plain", orders=orders)
    low, high = sorted((one["order_id"] for one in sold), key=int)
    await lane.fault("mydhl", "book", "refuse", times=50, match=sold[0]["shipment_id"])
    await lane.held(low, "book_transport")
    await lane.until(high, lambda p: p.carried_by is not None)
    await lane.update(low, "cancel", {"reason": "this one only", "actor": "kim"})
    held = await lane.until(high, lambda p: any(h.key == "left_behind" for h in p.holds) or _tendered(lane, low))
    assert [hold.reason for hold in held.holds] == ["left_behind"]


def _tendered(lane: Lane, order: str) -> bool:
    """Says that the pickup was called off, should the run ask for it; never true."""

    async def say() -> None:
        progress = await lane.progress(order)
        if progress is not None and any(hold.key == "do_not_tender" for hold in progress.holds):
            await lane.update(order, "resolve_hold", {"step": "do_not_tender", "action": "retry"})

    task = asyncio.get_running_loop().create_task(say())
    task.add_done_callback(lambda done: done.exception())
    return False


async def a_run_id_of_digits_that_are_no_order(lane: Lane) -> None:
    """Typed into the UI: the run finds the right one instead of being wedged."""
    [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-CAP-04"}]}], webhook_url="")
    answer = await lane.client.execute_workflow(
        "FulfilOrder", {"order_id": sold["order_id"]}, id="order/MLC/0042", task_queue="orders", result_type=dict
    )
    assert answer["run"] == f"order/MLC/{sold['order_id']}"


async def a_sweep_of_nothing_we_know(lane: Lane) -> None:
    with pytest.raises(WorkflowFailureError):
        await asyncio.wait_for(
            lane.client.execute_workflow("Sweep", {"source": {"a": 1}}, id="odd", task_queue="orders"), PATIENCE
        )


STORIES: tuple[Story, ...] = (
    one_of_two_declarations_is_refused,
    an_amendment_at_the_packing_hold_reaches_the_plan,
    a_filed_parcel_keeps_its_exporters,
    an_order_whose_parcel_was_filed_without_it,
    an_order_that_is_carried_when_the_carrying_sale_is_cancelled,
    a_run_id_of_digits_that_are_no_order,
    a_sweep_of_nothing_we_know,
)


async def test_holds_packs_and_amendments(tmp_path: Path, target: str, namespace: str) -> None:
    async with open_lane(tmp_path, target, namespace=namespace, pace=86_400.0) as lane:
        catalogue = lane.resources.catalogue
        heavy = catalogue.products(["DTR-CASE-04"])["DTR-CASE-04"]
        catalogue.put(heavy.model_copy(update={"net_weight_g": 5_000, "gross_weight_g": 60}))
        async with asyncio.TaskGroup() as side_by_side:
            for story in STORIES:
                side_by_side.create_task(story(lane), name=story.__name__)

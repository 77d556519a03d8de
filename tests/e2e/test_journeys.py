"""Orders travel the whole lane: real engine, real adapters, simulators over HTTP, sealed payloads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest_asyncio
from temporalio.client import WorkflowUpdateFailedError

import pytest
from tests.lane import Lane, count, open_lane
from tradelane.contracts.journeys import ORDERS_QUEUE


@pytest_asyncio.fixture(loop_scope="session")
async def lane(tmp_path: Path, target: str, namespace: str) -> AsyncIterator[Lane]:
    """A running installation, two trade days a second."""
    async with open_lane(tmp_path, target, namespace=namespace) as opened:
        yield opened


def one(sku: str, **more: Any) -> dict[str, Any]:
    """An order of one item."""
    return {"items": [{"sku": sku, **more}]}


def effects_once(rows: list[dict[str, Any]], shipment: str, waybill: str, declarations: int) -> None:
    """Every outside effect of one parcel stands exactly once in the counterparties' own ledger."""
    told = {
        "declare": count(rows, "declare", shipment),
        "book": count(rows, "book", shipment),
        "upload_image": count(rows, "upload_image", waybill),
        "upload_invoice_data": count(rows, "upload_invoice_data", waybill),
        "register": count(rows, "register", waybill),
        "publish_tracking": count(rows, "publish_tracking", shipment),
        "publish_tracking_status": count(rows, "publish_tracking_status", shipment),
    }
    expected = dict.fromkeys(told, 1) | {"declare": declarations}
    assert told == expected, rows


async def test_a_plain_order_travels_from_the_webhook_to_delivered(lane: Lane) -> None:
    """Everything outside happens exactly once, papers are kept, and the run ends with its numbers."""
    [sold] = await lane.sell("plain", orders=[one("HNG-TEE-01")], shipping={"cost": "6.90"})

    outcome = await lane.ended(sold["order_id"])

    assert outcome["state"] == "delivered"
    assert outcome["declarations"][0].endswith("X")
    effects_once(await lane.effects(), sold["shipment_id"], outcome["waybill"], declarations=1)
    progress = await lane.progress(sold["order_id"])
    assert progress is not None
    assert progress.import_regime == "IVA at sale"
    assert {paper.partition(":")[0] for paper in progress.papers} == {"commercial_invoice", "packing_list"}
    assert set((await lane.attempts(sold["order_id"])).values()) == {1}


async def test_a_pack_of_two_orders_is_one_parcel_with_one_carrier(lane: Lane) -> None:
    """The lower order carries; the other stays open and ends with the consignment."""
    first, second = await lane.sell("pack", orders=[one("HNG-TEE-01"), one("HNG-CAP-04")])
    carrying, carried = sorted((first["order_id"], second["order_id"]), key=int)

    ends = await asyncio.gather(lane.ended(carrying), lane.ended(carried))

    assert [end["state"] for end in ends] == ["delivered", "delivered"]
    effects_once(await lane.effects(), first["shipment_id"], ends[0]["waybill"], declarations=1)
    other = await lane.progress(carried)
    assert other is not None
    assert other.carried_by == carrying
    assert other.steps.count("lodge_export_declaration:d1") == 0


async def test_goods_of_two_brands_get_two_declarations_in_one_parcel(lane: Lane) -> None:
    """Declaration and parcel are n:m: each exporter declares its own goods."""
    first, second = await lane.sell("two_brands", orders=[one("HNG-TEE-01"), one("DTR-NOTE-01")])
    carrying = min(first["order_id"], second["order_id"], key=int)

    outcome = await lane.ended(carrying)

    assert len(set(outcome["declarations"])) == 2
    effects_once(await lane.effects(), first["shipment_id"], outcome["waybill"], declarations=2)
    progress = await lane.progress(carrying)
    assert progress is not None
    assert progress.exporters == ("dotori", "haneul")


async def test_an_item_above_500_dollars_pays_duty_and_iva(lane: Lane) -> None:
    """589.00 with 6.90 carriage: CIF 607.68, duty 36.46, IVA 122.39 (6 % and 19 %, cents half up)."""
    [sold] = await lane.sell("over_500", orders=[one("BJK-PROJ-01")], shipping={"cost": "6.90"})

    outcome = await lane.ended(sold["order_id"])

    assert outcome["state"] == "delivered"
    progress = await lane.progress(sold["order_id"])
    assert progress is not None
    assert (progress.duty, progress.iva) == ("36.46 USD", "122.39 USD")


async def test_customs_asks_for_a_document_and_gets_it_once(lane: Lane) -> None:
    """The question is a hold with its command; the answer is one upload; the parcel goes on."""
    [sold] = await lane.sell("customs_document", orders=[one("SBS-CD-01")])
    held = await lane.held(sold["order_id"], "await_release")
    [hold] = held.holds
    assert hold.fault.value == "authority"
    assert "--step await_release" in hold.commands[0]

    with pytest.raises(WorkflowUpdateFailedError):
        await lane.update(
            sold["order_id"],
            "resolve_hold",
            {"step": "await_release", "action": "complete", "result": {"document": "a letter"}},
        )
    await lane.update(
        sold["order_id"],
        "resolve_hold",
        {"step": "await_release", "action": "complete", "result": {"document": "commercial_invoice"}, "actor": "kim"},
    )
    outcome = await lane.ended(sold["order_id"])

    assert outcome["state"] == "delivered"
    rows = await lane.effects()
    assert count(rows, "upload_image", f"{outcome['waybill']}:CIN") == 1


async def test_a_sale_the_buyer_cancels_before_filing_is_never_filed(lane: Lane) -> None:
    """The run waits for payment, hears of the cancellation, and ends without a trace outside."""
    life = [{"status": "payment_in_process"}, {"status": "cancelled", "after_days": 3}]
    [sold] = await lane.sell("buyer_cancels", orders=[one("HNG-TEE-01")], life=life)

    outcome = await lane.ended(sold["order_id"])

    assert outcome["state"] == "cancelled"
    assert not await lane.effects()


async def test_a_refused_hs_code_is_amended_by_a_person_and_filed_anew(lane: Lane) -> None:
    """An error notice holds with the authority's words; the amendment renews the reference, nothing is filed twice."""
    [sold] = await lane.sell("hs_refused", orders=[one("BJK-STND-05")])
    held = await lane.held(sold["order_id"], "lodge_export_declaration:d1")
    assert held.holds[0].reason == "error_notice"

    await lane.update(
        sold["order_id"], "amend", {"set": {"items.BJK-STND-05.hsk": "7616.99-9090"}, "reason": "broker", "actor": "lee"}
    )
    outcome = await lane.ended(sold["order_id"])

    assert outcome["state"] == "delivered"
    rows = await lane.effects()
    references = sorted(row["reference"] for row in rows if row["operation"] == "declare")
    assert [reference.partition("-")[2] for reference in references] == ["1", "1~2"]
    decisions = lane.resources.decisions.of_orders([sold["order_id"]])
    assert [(d.kind, d.actor, d.content) for d in decisions] == [
        ("amend", "lee", {"items.BJK-STND-05.hsk": "7616999090"})
    ]


async def test_missing_product_data_holds_before_anything_is_filed(lane: Lane) -> None:
    """Every gap is named at once with the command that closes it; then the order goes on."""
    product = lane.resources.catalogue.products(["DTR-PENS-02"])["DTR-PENS-02"]
    lane.resources.catalogue.put(product.model_copy(update={"hsk": None, "net_weight_g": None, "origin": None}))
    [sold] = await lane.sell("plain", orders=[one("DTR-PENS-02")])
    order = sold["order_id"]

    held = await lane.held(order, "plan_consignment")

    assert len(held.holds[0].commands) == 3
    assert f"tradelane orders amend {order} --set items.DTR-PENS-02.hsk=VALUE" in held.holds[0].commands
    assert not await lane.effects()
    await lane.update(
        order,
        "amend",
        {"set": {f"items.DTR-PENS-02.{k}": v for k, v in {"hsk": "9608101000", "net_weight_g": 90, "origin": "KR"}.items()}},
    )
    assert (await lane.ended(order))["state"] == "delivered"


async def test_a_start_from_the_ui_under_a_random_id_ends_in_one_journey(lane: Lane) -> None:
    """The run under another id starts or finds the right one and ends naming it."""
    [sold] = await lane.sell("plain", orders=[one("HNG-TEE-01")])
    order = sold["order_id"]
    answers = [
        await lane.client.execute_workflow(
            "FulfilOrder", {"order_id": int(order)}, id=str(uuid4()), task_queue=ORDERS_QUEUE, result_type=dict
        )
        for _ in range(2)
    ]
    assert {answer["run"] for answer in answers} == {f"order/MLC/{order}"}

    outcome = await lane.ended(order)

    effects_once(await lane.effects(), sold["shipment_id"], outcome["waybill"], declarations=1)

"""Orders travel the whole lane: real engine, real adapters, simulators over HTTP, sealed payloads.

All scenarios travel at once in one installation, as they do in production; each test looks at its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio.client import WorkflowUpdateFailedError

from tests.lane import Lane, count, open_lane
from tradelane.contracts.journeys import ORDERS_QUEUE
from tradelane.contracts.messages import Progress
from tradelane.domain.holds import Hold

PAID_LATER_NEVER = [{"status": "payment_in_process"}, {"status": "cancelled", "after_days": 3}]
MISSING = {"hsk": "9608101000", "net_weight_g": 90, "origin": "KR"}


@dataclass
class Played:
    """What became of every scenario."""

    lane: Lane
    orders: dict[str, list[dict[str, Any]]]
    outcomes: dict[str, dict[str, Any]] = field(default_factory=dict)
    progress: dict[str, Progress] = field(default_factory=dict)
    holds: dict[str, Hold] = field(default_factory=dict)
    attempts: dict[str, dict[str, int]] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)

    def order(self, scenario: str) -> str:
        """The carrying order of a scenario: the lowest."""
        return str(min((sold["order_id"] for sold in self.orders[scenario]), key=int))

    def shipment(self, scenario: str) -> str:
        return str(self.orders[scenario][0]["shipment_id"])

    def effects(self, scenario: str) -> dict[str, int]:
        """How often each operation acted for a scenario's parcel, by the counterparties' own books."""
        shipment = self.shipment(scenario)
        waybill = self.outcomes[scenario].get("waybill") or "no waybill"
        by_shipment = ("declare", "book", "publish_tracking", "publish_tracking_status")
        by_waybill = ("upload_image", "upload_invoice_data", "register")
        return {name: count(self.rows, name, shipment) for name in by_shipment} | {
            name: count(self.rows, name, waybill) for name in by_waybill
        }


def one(sku: str, **more: Any) -> dict[str, Any]:
    """An order of one item."""
    return {"items": [{"sku": sku, **more}]}


SALES: dict[str, dict[str, Any]] = {
    "plain": {"orders": [one("HNG-TEE-01")], "shipping": {"cost": "6.90"}},
    "pack": {"orders": [one("HNG-TEE-01"), one("HNG-CAP-04")]},
    "two_brands": {"orders": [one("HNG-TEE-01"), one("DTR-NOTE-01", quantity=2)]},
    "over_500": {"orders": [one("BJK-PROJ-01")], "shipping": {"cost": "6.90"}},
    "customs_document": {"orders": [one("SBS-CD-01")]},
    "buyer_cancels": {"orders": [one("HNG-TEE-01")], "life": PAID_LATER_NEVER},
    "hs_refused": {"orders": [one("BJK-STND-05")]},
    "missing_data": {"orders": [one("DTR-PENS-02")]},
    "from_the_ui": {"orders": [one("HNG-HOD-02")]},
    "permit_goods": {"orders": [one("ISL-SERUM-01")], "shipping": {"cost": "4.03"}},
}


async def _customs_document(played: Played) -> None:
    lane, order = played.lane, played.order("customs_document")
    played.holds["customs_document"] = (await lane.held(order, "await_release")).holds[0]
    body = {"step": "await_release", "action": "complete", "actor": "kim"}
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await lane.update(order, "resolve_hold", body | {"result": {"document": "a letter"}})
    played.refusals.append(str(refused.value.cause))
    await lane.update(order, "resolve_hold", body | {"result": {"document": "commercial_invoice"}})


async def _hs_refused(played: Played) -> None:
    lane, order = played.lane, played.order("hs_refused")
    key = "lodge_export_declaration:d1"
    played.holds["hs_refused"] = (await lane.held(order, key)).holds[0]
    change = {"items.BJK-STND-05.hsk": "7616.99-9090"}
    await lane.update(order, "amend", {"set": change, "reason": "broker's advice", "actor": "lee"})


async def _missing_data(played: Played) -> None:
    lane, order = played.lane, played.order("missing_data")
    played.holds["missing_data"] = (await lane.held(order, "plan_consignment")).holds[0]
    changes = {f"items.DTR-PENS-02.{name}": value for name, value in MISSING.items()}
    await lane.update(order, "amend", {"set": changes})


async def _from_the_ui(played: Played) -> None:
    for _ in range(2):
        answer = await played.lane.client.execute_workflow(
            "FulfilOrder",
            {"order_id": int(played.order("from_the_ui"))},
            id=str(uuid4()),
            task_queue=ORDERS_QUEUE,
            result_type=dict,
        )
        played.moved.append(answer["run"])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def played(tmp_path_factory: pytest.TempPathFactory, target: str, module_namespace: str) -> AsyncIterator[Played]:
    """Every scenario, played to its end in one installation."""
    folder = tmp_path_factory.mktemp("journeys")
    async with open_lane(folder, target, namespace=module_namespace) as lane:
        catalogue = lane.resources.catalogue
        product = catalogue.products(["DTR-PENS-02"])["DTR-PENS-02"]
        catalogue.put(product.model_copy(update=dict.fromkeys(MISSING)))
        scenarios = {"missing_data": "plain", "from_the_ui": "plain", "permit_goods": "plain"}
        played = Played(
            lane, {name: await lane.sell(scenarios.get(name, name), **sale) for name, sale in SALES.items()}
        )
        people = asyncio.gather(
            _customs_document(played), _hs_refused(played), _missing_data(played), _from_the_ui(played)
        )
        for name in SALES:
            played.outcomes[name] = await lane.ended(played.order(name))
            progress = await lane.progress(played.order(name))
            assert progress is not None
            played.progress[name] = progress
            played.attempts[name] = await lane.attempts(played.order(name))
        await people
        played.rows = await lane.effects()
        yield played


@pytest.mark.parametrize("scenario", [name for name in SALES if name != "buyer_cancels"])
def test_every_outside_effect_of_a_parcel_happens_exactly_once(played: Played, scenario: str) -> None:
    """Counted by the counterparties themselves, whatever happened on the way."""
    once = dict.fromkeys(played.effects(scenario), 1)
    expected = {
        "two_brands": {"declare": 2},  # one declaration per exporter
        "hs_refused": {"declare": 2},  # the second after an error notice, under a new reference
        "customs_document": {"upload_image": 2},  # the invoice, and the paper customs asked for
    }.get(scenario, {})

    assert played.effects(scenario) == once | expected
    assert played.outcomes[scenario]["state"] == "delivered"


def test_nothing_fails_so_every_step_ends_at_its_first_attempt(played: Played) -> None:
    """A healthy journey needs no retries."""
    assert {step: n for step, n in played.attempts["plain"].items() if n > 1} == {}


def test_a_plain_order_ends_with_numbers_and_papers(played: Played) -> None:
    """Declaration number, waybill, regime and papers are there for the operator."""
    progress = played.progress["plain"]

    assert played.outcomes["plain"]["declarations"][0].endswith("X")
    assert progress.import_regime == "IVA at sale"
    assert {paper.partition(":")[0] for paper in progress.papers} == {"commercial_invoice", "packing_list"}
    assert progress.load_before is None  # loaded, so no deadline is open
    assert progress.delivered_at is not None


async def test_a_pack_is_carried_by_its_lowest_order(played: Played) -> None:
    """The other order files nothing, stays open, and ends with the consignment."""
    carried = str(max((sold["order_id"] for sold in played.orders["pack"]), key=int))

    outcome = await played.lane.ended(carried)
    progress = await played.lane.progress(carried)

    assert outcome["state"] == "delivered"
    assert progress is not None
    assert progress.carried_by == played.order("pack")
    assert not [step for step in progress.steps if step.startswith(("lodge", "book"))]


def test_goods_of_two_brands_are_declared_by_two_exporters(played: Played) -> None:
    """Seller and exporter are different: one parcel, two declarations."""
    assert len(set(played.outcomes["two_brands"]["declarations"])) == 2
    assert played.progress["two_brands"].exporters == ("dotori", "haneul")


def test_an_item_above_500_dollars_is_assessed_for_duty_and_iva(played: Played) -> None:
    """589.00 + 6.90 freight + 2 % insurance 11.78 = CIF 607.68; 6 % is 36.46; 19 % of 644.14 is 122.39."""
    progress = played.progress["over_500"]

    assert (progress.duty, progress.iva, progress.payable) == ("36.46 USD", "122.39 USD", "158.85 USD")


def test_goods_that_need_a_permit_leave_the_fast_lane(played: Played) -> None:
    """19.90 + 4.03 + 0.40 = CIF 24.33; duty 1.46; 19 % of 25.79 is 4.90."""
    progress = played.progress["permit_goods"]

    assert progress.import_regime == "permit goods 6%+19%"
    assert (progress.duty, progress.iva) == ("1.46 USD", "4.90 USD")


def test_a_question_of_customs_is_a_hold_with_its_command(played: Played) -> None:
    """The authority's fault, its words, and an answer that fits; another answer is refused in one sentence."""
    hold = played.holds["customs_document"]

    assert hold.fault.value == "authority"
    assert "--step await_release" in hold.commands[0]
    assert "commercial_invoice" in played.refusals[0]


def test_a_sale_cancelled_before_filing_leaves_no_trace_outside(played: Played) -> None:
    """The run hears of it, ends as cancelled, and no counterparty has acted."""
    assert played.outcomes["buyer_cancels"]["state"] == "cancelled"
    assert not [row for row in played.rows if played.shipment("buyer_cancels") in row["reference"]]


def test_a_refused_hs_code_is_amended_and_filed_under_a_new_reference(played: Played) -> None:
    """An error notice frees the reference; the amendment is a row with its actor."""
    shipment = played.shipment("hs_refused")
    references = [r["reference"] for r in played.rows if r["operation"] == "declare" and shipment in r["reference"]]
    decisions = played.lane.resources.decisions.of_orders([played.order("hs_refused")])

    assert played.holds["hs_refused"].reason == "error_notice"
    assert sorted(reference.partition("-")[2] for reference in references) == ["1", "1~2"]
    assert [(d.kind, d.actor, d.content) for d in decisions] == [
        ("amend", "lee", {"items.BJK-STND-05.hsk": "7616999090"})
    ]
    assert played.progress["hs_refused"].papers[0].startswith("commercial_invoice:v2:")


def test_missing_product_data_names_every_gap_with_its_command(played: Played) -> None:
    """One hold, three gaps, three commands, before anything is filed."""
    hold, order = played.holds["missing_data"], played.order("missing_data")

    assert hold.fault.value == "seller_data"
    assert set(hold.commands) == {f"tradelane orders amend {order} --set items.DTR-PENS-02.{f}=VALUE" for f in MISSING}


def test_a_start_from_the_ui_under_a_random_id_names_the_one_run(played: Played) -> None:
    """Both starts end at once; the journey has one run."""
    assert set(played.moved) == {f"order/MLC/{played.order('from_the_ui')}"}

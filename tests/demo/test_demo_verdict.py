"""The demo's verdict: a ledger that is right passes, and every way to be wrong is named."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tradelane.contracts.messages import Progress
from tradelane.demo.stage import LedgerRow, SoldOrder
from tradelane.demo.verdict import ledger_faults, misplaced

EXPORTER_OF = {"A-1": "haneul", "A-2": "haneul", "B-1": "dotori"}
WAYBILL = "1234567890"
SHIPMENT = "45848383497"
UCR = f"6KRMLC{SHIPMENT}"


def sold(scenario: str = "plain", *, order: str = "2000013770481964", skus: tuple[str, ...] = ("A-1",)) -> SoldOrder:
    expects = "cancelled" if scenario == "buyer_cancels" else "delivered"
    return SoldOrder(order_id=order, shipment_id=SHIPMENT, pack_id=None, scenario=scenario, expects=expects, skus=skus)


def row(what: str, reference: str, **detail: object) -> LedgerRow:
    counterparty, _, operation = what.partition(" ")
    at = datetime(2026, 11, 23, tzinfo=UTC)
    return LedgerRow(seq=1, counterparty=counterparty, operation=operation, reference=reference, at=at, detail=detail)


def right(*declarations: str, uploads: tuple[str, ...] = ("INV",)) -> list[LedgerRow]:
    """What the counterparties write for one parcel."""
    return [
        row("mercadolibre refresh_token", "1890000017"),
        *(row("ktnet declare", number) for number in declarations or (f"{UCR}-1",)),
        row("mydhl book", UCR, waybill=WAYBILL),
        *(row("mydhl upload_image", f"{WAYBILL}:{kind}") for kind in uploads),
        row("mydhl upload_invoice_data", f"{WAYBILL}:invoice-data"),
        row("mercadolibre publish_tracking", SHIPMENT, tracking_id=WAYBILL),
        row("17track register", WAYBILL),
        row("mercadolibre publish_tracking_status", SHIPMENT, status="delivered"),
    ]


def test_each_effect_once_is_right() -> None:
    assert ledger_faults([sold()], EXPORTER_OF, right()) == []


@pytest.mark.parametrize("number", range(1, 8))
def test_any_effect_left_out_or_done_twice_is_named(number: int) -> None:
    rows = right()
    operation = f"{rows[number].counterparty} {rows[number].operation}"
    missing = ledger_faults([sold()], EXPORTER_OF, [*rows[:number], *rows[number + 1 :]])
    assert any(operation in fault and "acted 0 times, expected 1" in fault for fault in missing)
    doubled = ledger_faults([sold()], EXPORTER_OF, [*rows, rows[number]])
    assert any(operation in fault and "acted 2 times, expected 1" in fault for fault in doubled)


def test_two_brands_in_a_parcel_are_two_declarations_and_one_booking() -> None:
    orders = [sold("two_brands"), sold("two_brands", order="2000013770481965", skus=("B-1",))]
    assert ledger_faults(orders, EXPORTER_OF, right(f"{UCR}-1", f"{UCR}-2")) == []
    assert any(
        "ktnet declare acted 1 times, expected 2" in fault for fault in ledger_faults(orders, EXPORTER_OF, right())
    )


def test_a_pack_of_one_brand_is_one_declaration() -> None:
    orders = [sold("pack"), sold("pack", order="2000013770481965", skus=("A-2",))]
    assert ledger_faults(orders, EXPORTER_OF, right()) == []


def test_a_declaration_refused_by_notice_is_filed_again_under_the_next_number_only() -> None:
    assert ledger_faults([sold("hs_refused")], EXPORTER_OF, right(f"{UCR}-1", f"{UCR}-1~2")) == []
    same = ledger_faults([sold("hs_refused")], EXPORTER_OF, right(f"{UCR}-1", f"{UCR}-1"))
    assert same == [f"declaration {UCR}-1 was filed 2 times"]


def test_a_question_of_customs_is_answered_by_one_more_paper() -> None:
    orders = [sold("customs_document")]
    assert ledger_faults(orders, EXPORTER_OF, right(uploads=("INV", "INV"))) == []
    assert ledger_faults(orders, EXPORTER_OF, right()) != []


def test_an_order_its_buyer_cancelled_leaves_no_trace_outside() -> None:
    orders = [sold("buyer_cancels")]
    assert ledger_faults(orders, EXPORTER_OF, []) == []
    assert len(ledger_faults(orders, EXPORTER_OF, right())) == 7


def test_what_belongs_to_no_parcel_of_the_demo_is_named() -> None:
    stray = ledger_faults([sold()], EXPORTER_OF, [*right(), row("mydhl book", "6KRMLC45000000001", waybill="1")])
    assert stray == ["mydhl book 6KRMLC45000000001 belongs to no parcel of this demo"]


def test_a_parcel_reported_as_lost_is_named() -> None:
    rows = [*right()[:-1], row("mercadolibre publish_tracking_status", SHIPMENT, status="not_delivered")]
    assert ledger_faults([sold()], EXPORTER_OF, rows) == [
        f"shipment {SHIPMENT}: reported as not_delivered, not delivered"
    ]


def test_orders_are_compared_with_what_their_scenario_expects() -> None:
    orders = [sold(), sold("buyer_cancels", order="2000013770481965"), sold(order="2000013770481966")]
    journeys = {
        "2000013770481964": Progress(order_id="2000013770481964", state="delivered"),
        "2000013770481965": Progress(order_id="2000013770481965", state="delivered", stage="closing"),
    }
    assert misplaced(orders, journeys) == [
        "order 2000013770481965 (buyer_cancels): is delivered in closing, expected cancelled",
        "order 2000013770481966 (plain): no run was ever started",
    ]

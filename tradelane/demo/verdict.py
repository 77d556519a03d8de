"""The demo's verdict: every order where its scenario wants it, and every effect outside exactly once.

It is drawn from the counterparties' own ledger, not from our books, so it would see what we do not know we did.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from tradelane.contracts.messages import Progress
from tradelane.demo.stage import LedgerRow, SoldOrder

CARRIER = "mydhl"
"""The carrier whose operations are counted."""

NOT_EFFECTS = frozenset({("mercadolibre", "refresh_token")})
"""Ledger rows that are part of talking to a counterparty, not of an order."""

Effect = tuple[str, str, str]
"""Counterparty, operation, reference."""


def misplaced(sold: Sequence[SoldOrder], journeys: Mapping[str, Progress]) -> list[str]:
    """One sentence for each order that did not reach the state its scenario expects."""
    wrong = []
    for order in sold:
        progress = journeys.get(order.order_id)
        if progress is None:
            wrong.append(f"order {order.order_id} ({order.scenario}): no run was ever started")
        elif progress.state != order.expects:
            holds = "; ".join(f"holds at {hold.key}: {hold.words}" for hold in progress.holds)
            where = f"is {progress.state} in {progress.stage}, expected {order.expects}"
            wrong.append(f"order {order.order_id} ({order.scenario}): {where}" + (f"; {holds}" if holds else ""))
    return wrong


def expected_effects(sold: Sequence[SoldOrder], exporter_of: Mapping[str, str]) -> dict[str, Counter[str]]:
    """Shipment -> how often each operation must have acted for it, from the scenarios alone."""
    parcels: dict[str, list[SoldOrder]] = defaultdict(list)
    for order in sold:
        parcels[order.shipment_id].append(order)
    expected: dict[str, Counter[str]] = {}
    for shipment, orders in parcels.items():
        scenario = orders[0].scenario
        if all(order.expects == "cancelled" for order in orders):
            expected[shipment] = Counter()
            continue
        exporters = {exporter_of[sku] for order in orders for sku in order.skus}
        refused = 1 if scenario == "hs_refused" else 0
        answered = 1 if scenario == "customs_document" else 0
        expected[shipment] = Counter(
            {
                "ktnet declare": len(exporters) + refused,
                f"{CARRIER} book": 1,
                f"{CARRIER} upload_image": 1 + answered,
                f"{CARRIER} upload_invoice_data": 1,
                "mercadolibre publish_tracking": 1,
                "17track register": 1,
                "mercadolibre publish_tracking_status": 1,
            }
        )
    return expected


def ledger_faults(sold: Sequence[SoldOrder], exporter_of: Mapping[str, str], rows: Sequence[LedgerRow]) -> list[str]:
    """One sentence for each effect that is missing, too many, of another parcel, or never asked for."""
    shipments = {order.shipment_id for order in sold}
    waybills = {
        str(row.detail["waybill"]): _shipment_in(row.reference, shipments)
        for row in rows
        if (row.counterparty, row.operation) == (CARRIER, "book")
    }
    acted: dict[str, Counter[str]] = defaultdict(Counter)
    filings: Counter[str] = Counter()
    faults = []
    for row in rows:
        if (row.counterparty, row.operation) in NOT_EFFECTS:
            continue
        shipment = _shipment_in(row.reference, shipments) or waybills.get(row.reference.partition(":")[0])
        if shipment is None:
            faults.append(f"{row.counterparty} {row.operation} {row.reference} belongs to no parcel of this demo")
            continue
        acted[shipment][f"{row.counterparty} {row.operation}"] += 1
        if row.operation == "declare":
            filings[row.reference] += 1
        if row.operation == "publish_tracking_status" and row.detail.get("status") != "delivered":
            faults.append(f"shipment {shipment}: reported as {row.detail.get('status')}, not delivered")
    faults += [f"declaration {number} was filed {count} times" for number, count in filings.items() if count > 1]
    for shipment, wanted in sorted(expected_effects(sold, exporter_of).items()):
        scenario = next(order.scenario for order in sold if order.shipment_id == shipment)
        for operation in sorted(set(wanted) | set(acted[shipment])):
            is_, should = acted[shipment][operation], wanted[operation]
            if is_ != should:
                faults.append(f"shipment {shipment} ({scenario}): {operation} acted {is_} times, expected {should}")
    return faults


def _shipment_in(reference: str, shipments: set[str]) -> str | None:
    """The shipment whose id stands in a reference such as `6KRMLC45848383497-1~2`."""
    return next((number for number in re.findall(r"\d{6,}", reference) if number in shipments), None)

"""Intake: who sells, what was sold, who receives it, and one claim on the shipment."""

from __future__ import annotations

from temporalio import workflow

from workflows.journey import Journey
from workflows.steps import Failure

with workflow.unsafe.imports_passed_through():
    from tradelane.contracts.journeys import SITE
    from tradelane.contracts.steps import (
        CLAIM_CONSIGNMENT,
        OPEN_JOURNEY,
        READ_BUYER_TAX_ID,
        READ_ORDER,
        READ_PACK,
        READ_SHIPMENT,
        ClaimRequest,
        OrderRef,
        PackRef,
        ShipmentRef,
    )
    from tradelane.domain.holds import Fault
    from tradelane.domain.identifiers import OrderId
    from tradelane.domain.order import Order


async def foreign_site(j: Journey) -> str | None:
    """Read the order; a sentence when it belongs to another lane than this."""
    await read_own_order(j)
    site = own_order(j).site
    return None if site == SITE else f"Order {j.order_id} is of site {site}; this lane ends in Chile ({SITE})."


async def wait_for_go_live(j: Journey) -> None:
    """An order bought before go-live holds; a person may move the seller's go-live and look again."""
    while j.go_live is not None and own_order(j).purchased_at < j.go_live:
        words = f"bought before go-live of seller {j.seller_id} ({j.go_live:%Y-%m-%d %H:%M} UTC)"
        await j.steps.hold("go_live", OPEN_JOURNEY.name, Failure("before_go_live", Fault.OURS, words))
        opening = await j.steps.perform(OPEN_JOURNEY, j.opening_request())
        j.go_live = opening.go_live


async def read_all(j: Journey) -> None:
    """Wait for payment and shipment of the order, then read its pack, shipment and tax identity."""
    await _payment(j)
    own = own_order(j)
    siblings = [j.order_id]
    if own.pack_id is not None:
        pack = await j.steps.perform(READ_PACK, PackRef(seller_id=j.seller_id, pack_id=own.pack_id))
        siblings = sorted({*pack.orders, j.order_id}, key=int)
    for order_id in siblings:
        if order_id != j.order_id:
            await _read(j, order_id)
    await _payment(j)
    shipment_id = own_order(j).shipment_id
    assert shipment_id is not None, "payment waits for the shipment too"
    j.shipment = await j.steps.perform(READ_SHIPMENT, ShipmentRef(seller_id=j.seller_id, shipment_id=shipment_id))
    tax = await j.steps.perform(READ_BUYER_TAX_ID, OrderRef(seller_id=j.seller_id, order_id=j.order_id))
    j.buyer = tax.buyer


async def claim(j: Journey) -> None:
    """Claim the shipment: the lowest live order carries the consignment, the others are carried."""
    assert j.shipment is not None
    j.read_again = lambda: read_live_orders(j)
    live = tuple(order_id for order_id in sorted(j.orders, key=int) if j.orders[order_id].live)
    claimed = await j.steps.perform(
        CLAIM_CONSIGNMENT,
        ClaimRequest(seller_id=j.seller_id, shipment_id=j.shipment.id, created_at=j.shipment.created_at, orders=live),
    )
    j.ucr, j.claimed = claimed.ucr, claimed.orders
    j.closed_outcome = claimed.outcome
    j.carried_by = claimed.carrying_order if claimed.carrying_order != j.order_id else None


async def read_live_orders(j: Journey) -> None:
    """Read every order of the parcel that is still live again."""
    for order_id in sorted(j.orders, key=int):
        if j.orders[order_id].live:
            await _read(j, order_id)


async def reread(j: Journey) -> None:
    """Look at the orders again before a costly step: `paid` does not mean *ship*."""
    await read_live_orders(j)
    gone = [o for o in j.claimed if not j.orders[o].live and o != j.order_id]
    if gone and len([o for o in j.claimed if j.orders[o].live]) != len(j.claimed):
        j.claimed = tuple(o for o in j.claimed if j.orders[o].live)
        await j.replan()
    while (why := _unshippable(j)) is not None:
        await j.steps.hold(
            "do_not_ship", "read_order", Failure(reason="do_not_ship", fault=Fault.MARKETPLACE, words=why)
        )
        for order_id in j.claimed:
            await _read(j, order_id)


def own_order(j: Journey) -> Order:
    """The order this run belongs to, as last read."""
    return j.orders[j.order_id]


async def read_own_order(j: Journey) -> None:
    """Read this run's order again."""
    await _read(j, j.order_id)


async def _read(j: Journey, order_id: OrderId) -> None:
    part = "" if order_id == j.order_id else str(order_id)
    j.orders[order_id] = await j.steps.perform(
        READ_ORDER, OrderRef(seller_id=j.seller_id, order_id=order_id), part=part
    )


def _unshippable(j: Journey) -> str | None:
    for order_id in sorted(j.orders, key=int):
        order = j.orders[order_id]
        if order.live and order.do_not_ship:
            return order.do_not_ship
    return None


async def _payment(j: Journey) -> None:
    """Wait until every live order of the parcel is paid and has its shipment; facts and a slow look wake us."""
    while True:
        waiting = [o for o in sorted(j.orders, key=int) if _waits(j.orders[o])]
        if not waiting:
            return
        woken = await j.news("mercadolibre", within=j.steps.timetable.payment_patience, summary="payment or shipment")
        for order_id in waiting:
            await _read(j, order_id)
        if not woken and any(_waits(j.orders[o]) for o in waiting):
            await j.steps.hold(
                "payment",
                "read_order",
                Failure(reason="unpaid", fault=Fault.BUYER_DATA, words="not paid, or no shipment, within the patience"),
            )


def _waits(order: Order) -> bool:
    return order.live and (not order.payable or order.shipment_id is None) and order.do_not_ship is None

"""Intake: who sells, what was sold, who receives it, and one claim on the shipment."""

from __future__ import annotations

from temporalio import workflow

from workflows import planning
from workflows.journey import Journey
from workflows.steps import Abandoned, Failure

with workflow.unsafe.imports_passed_through():
    from tradelane.contracts.journeys import SITE
    from tradelane.contracts.steps import (
        CLAIM_CONSIGNMENT,
        OPEN_JOURNEY,
        READ_BUYER_TAX_ID,
        READ_ORDER,
        READ_PACK,
        READ_SHIPMENT,
        ClaimReply,
        ClaimRequest,
        OrderRef,
        PackRef,
        ShipmentRef,
    )
    from tradelane.domain.holds import Fault
    from tradelane.domain.identifiers import OrderId
    from tradelane.domain.order import Order, Shipment

REOPENED = "reopened"
"""Key of the hold of a journey that begins again."""

PAYMENT_LOOKS = 15
"""Looks at unpaid orders before a hold: the payment patience is split into this many waits."""


async def foreign_site(j: Journey) -> str | None:
    """Read the order; a sentence when it belongs to another lane than this."""
    await read_own_order(j)
    site = own_order(j).site
    return None if site == SITE else f"Order {j.order_id} is of site {site}; this lane ends in Chile ({SITE})."


async def begun_again(j: Journey, words: str) -> None:
    """A journey that lost its run waits for a person before it goes on; nothing is written outside unlooked."""
    await j.steps.hold(REOPENED, OPEN_JOURNEY.name, Failure("reopened", Fault.OURS, words))


async def wait_for_go_live(j: Journey) -> None:
    """An order bought before go-live holds; a person may move the seller's go-live and look again."""
    while j.go_live is not None and own_order(j).purchased_at < j.go_live:
        words = f"bought before go-live of seller {j.seller_id} ({j.go_live:%Y-%m-%d %H:%M} UTC)"
        await j.steps.hold("go_live", OPEN_JOURNEY.name, Failure("before_go_live", Fault.OURS, words))
        opening = await j.steps.perform(OPEN_JOURNEY, j.opening_request())
        j.go_live = opening.go_live


async def read_all(j: Journey) -> None:
    """Wait for payment and shipment of the order, then read its pack, shipment and tax identity.

    Ends early when the sale is no longer live.
    """
    await _payment(j)
    for order_id in await _pack(j) if own_order(j).live else ():
        if order_id != j.order_id:
            await _read(j, order_id)
    await _payment(j)
    while own_order(j).live and own_order(j).shipment_id is None:  # what must not be shipped may have no shipment
        why = own_order(j).do_not_ship or "the sale has no shipment"
        await j.steps.hold("do_not_ship", READ_ORDER.name, Failure("do_not_ship", Fault.MARKETPLACE, why))
        await read_own_order(j)
    shipment_id = own_order(j).shipment_id
    if not own_order(j).live or shipment_id is None:
        return
    j.shipment = await j.steps.perform(READ_SHIPMENT, ShipmentRef(seller_id=j.seller_id, shipment_id=shipment_id))
    tax = await j.steps.perform(READ_BUYER_TAX_ID, OrderRef(seller_id=j.seller_id, order_id=j.order_id))
    j.buyer = tax.buyer


async def claim(j: Journey) -> None:
    """Claim the shipment: the lowest live order carries the consignment, the others are carried."""
    assert j.shipment is not None
    j.read_again = lambda: read_live_orders(j)
    while True:
        claimed = await _claimed(j, j.shipment, fix=False)
        if j.order_id in claimed.orders:
            break
        words = f"the parcel of shipment {j.shipment.id} was declared without this order: its goods need another way"
        await j.steps.hold(CLAIM_CONSIGNMENT.name, CLAIM_CONSIGNMENT.name, Failure("left_out", Fault.OURS, words))
    j.ucr, j.claimed = claimed.ucr, claimed.orders
    j.closed_outcome = claimed.outcome
    j.carried_by = claimed.carrying_order if claimed.carrying_order != j.order_id else None


async def settle(j: Journey) -> bool:
    """Fix the claim of a pack before anything is filed; False when other orders travel than were planned.

    An order may join the pack after it was read: its own run then claims the parcel too.
    """
    await read_own_order(j)
    if own_order(j).pack_id is None or not own_order(j).live:
        return True  # a sale without a pack travels alone; one that is gone is stopped at the next look
    if any(order_id not in j.orders for order_id in await _pack(j)):
        return False
    assert j.shipment is not None
    claimed = await _claimed(j, j.shipment, fix=True)
    return claimed.carrying_order == j.order_id and set(claimed.orders) == set(_live(j))


async def left_behind(j: Journey) -> None:
    """The parcel ended with a cancelled order while this one's sale stands: a person finds another way for its goods."""
    while True:
        await read_own_order(j)
        if not own_order(j).live:
            return
        words = (
            "its parcel was cancelled with the order that carried it, and this sale stands: end it, or send it apart"
        )
        await j.steps.hold("left_behind", CLAIM_CONSIGNMENT.name, Failure("left_behind", Fault.OURS, words))


async def _pack(j: Journey) -> tuple[OrderId, ...]:
    """The orders that travel with this one, itself among them, lowest first."""
    pack_id = own_order(j).pack_id
    if pack_id is None:
        return (j.order_id,)
    pack = await j.steps.perform(READ_PACK, PackRef(seller_id=j.seller_id, pack_id=pack_id))
    return tuple(sorted({*pack.orders, j.order_id}, key=int))


def _live(j: Journey) -> tuple[OrderId, ...]:
    return tuple(order_id for order_id in sorted(j.orders, key=int) if j.orders[order_id].live)


async def _claimed(j: Journey, shipment: Shipment, *, fix: bool) -> ClaimReply:
    return await j.steps.perform(
        CLAIM_CONSIGNMENT,
        ClaimRequest(
            seller_id=j.seller_id,
            shipment_id=shipment.id,
            created_at=shipment.created_at,
            orders=_live(j),
            order_id=j.order_id,
            fix=fix,
        ),
    )


async def read_live_orders(j: Journey) -> None:
    """Read every order of the parcel that is still live again."""
    for order_id in sorted(j.orders, key=int):
        if j.orders[order_id].live:
            await _read(j, order_id)


async def reread(j: Journey) -> None:
    """Look at the orders again before a costly step: `paid` does not mean *ship*.

    Raises:
        Abandoned: the sale of this run is gone.
    """
    for order_id in j.claimed:
        if order_id not in j.orders:  # claimed by an earlier run of this order
            await _read(j, order_id)
    await read_live_orders(j)
    while True:
        if not own_order(j).live:
            raise Abandoned(f"order {own_order(j).status_words} at Mercado Libre")
        gone = [order_id for order_id in j.claimed if not j.orders[order_id].live]
        why = _unshippable(j)
        if gone:
            j.claimed = tuple(order_id for order_id in j.claimed if order_id not in gone)
            await _without(j, gone)
        elif why is not None:
            await j.steps.hold("do_not_ship", READ_ORDER.name, Failure("do_not_ship", Fault.MARKETPLACE, why))
            await read_live_orders(j)
        elif j.amending:
            await workflow.wait_condition(lambda: not j.amending)
        else:
            return


async def _without(j: Journey, gone: list[OrderId]) -> None:
    """Go on without orders of the parcel that were cancelled; what is declared already a person must mend."""
    if not j.rounds_filed:
        await planning.replan(j)
        return
    words = (
        f"order {', '.join(gone)} of this parcel was cancelled after its goods were declared: have the declaration "
        "amended, take the goods out and go on (retry), or cancel"
    )
    await j.steps.hold("order_gone", READ_ORDER.name, Failure("order_gone", Fault.BUYER_DATA, words))
    await read_live_orders(j)


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
        if order.live and not order.payable:
            return order.do_not_ship or f"order {order_id} is not paid: {order.status_words}"
    return None


async def _payment(j: Journey) -> None:
    """Wait until every live order of the parcel is paid and has its shipment.

    Facts wake us; those of another order of the pack go to its own run, hence the slow look.
    """
    patience = j.steps.timetable.payment_patience
    since = j.now()
    while True:
        waiting = [o for o in sorted(j.orders, key=int) if _waits(j.orders[o])]
        if not waiting:
            return
        await j.news("mercadolibre", "desk", within=patience / PAYMENT_LOOKS, summary="payment or shipment")
        for order_id in waiting:
            await _read(j, order_id)
        if j.now() - since >= patience and any(_waits(j.orders[o]) for o in waiting):
            since = j.now()
            await j.steps.hold(
                "payment",
                "read_order",
                Failure(reason="unpaid", fault=Fault.BUYER_DATA, words="not paid, or no shipment, within the patience"),
            )


def _waits(order: Order) -> bool:
    return order.live and (not order.payable or order.shipment_id is None) and order.do_not_ship is None

"""Where a fact belongs: which order's run, started or woken, or why none.

One reading of the order (or of the shipment and its orders) per group of rows; books are asked before the engine,
for the engine forgets a closed order after weeks and the order must not travel twice.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict

from tradelane.contracts.journeys import SITE
from tradelane.contracts.messages import Fact
from tradelane.domain.catalogue import Seller
from tradelane.domain.identifiers import OrderId, ShipmentId, Ucr
from tradelane.domain.order import Order, Shipment
from tradelane.ports import Arrival, Claim, Consignments, Marketplace, Sellers, Watch, Watches
from tradelane.service.notices import HELD, IGNORED, Resource, insists, read_resource, seller_of_notice, tag_of_push
from tradelane.service.starter import Starter, Woken

MERCADOLIBRE: Final = "mercadolibre"
DESK: Final = "desk"
RELAYED: Final = "relayed"
_WATCHING: Final = ("17track", "carrier", "ktnet", "unipass")
_LOOK_AGAIN: Final = timedelta(days=1)
_HELD_BEFORE: Final = "held:"
"""Begins the digest of an order that was listed: never equal to that of an order that was told."""


class DeskNote(BaseModel):
    """Body of a row by which one run tells another."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    order_id: str
    kind: str
    reference: str = ""


@dataclass(frozen=True)
class Settled:
    """What became of rows for good."""

    state: str
    note: str = ""


@dataclass(frozen=True)
class _Asked:
    """What rows of one resource say beside it."""

    sellers: tuple[str, ...]
    insists: bool


class NotYet(Exception):
    """What a row speaks of is not known here yet; `reason` is a word for the row's note."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Router:
    """Decides for groups of rows that speak of the same thing.

    Raises from its methods: `OutsideFailure` of the marketplace, `EngineUnavailable`, `NotYet`.
    """

    def __init__(
        self,
        *,
        consignments: Consignments,
        sellers: Sellers,
        watches: Watches,
        marketplace: Marketplace,
        starter: Starter,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._consignments = consignments
        self._sellers = sellers
        self._watches = watches
        self._marketplace = marketplace
        self._starter = starter
        self._now = now

    async def route(self, arrivals: Sequence[Arrival]) -> Settled:
        """Settle rows of one source and reference, oldest first."""
        first = arrivals[0]
        notes = [note for row in arrivals if (note := _desk_note(row)) is not None]
        if notes:
            return await self._told(notes)
        if first.source != MERCADOLIBRE:
            return await self._followed(first)
        resource = read_resource(first.reference)
        if resource is None:
            return Settled(HELD, "not a path of an order or a shipment")
        asked = _Asked(
            sellers=tuple(dict.fromkeys(name for row in arrivals if (name := seller_of_notice(row.body)))),
            insists=any(insists(row.body) for row in arrivals),
        )
        if resource.noun == "orders":
            return await self._order(OrderId(resource.id), asked)
        return await self._shipment(resource, asked)

    # --- the marketplace --------------------------------------------------------------------------------------

    async def _order(self, order_id: OrderId, asked: _Asked) -> Settled:
        claim = await asyncio.to_thread(self._consignments.of_order, order_id)
        if claim is not None and claim.closed_at is not None:
            return _closed(claim)
        seller = await self._seller(asked.sellers, claim)
        if seller is None:
            return Settled(HELD, "seller_unknown")
        order = await self._marketplace.order(seller.id, order_id)
        return await self._tell(order, seller, claim, asked)

    async def _shipment(self, resource: Resource, asked: _Asked) -> Settled:
        seller = await self._seller(asked.sellers, None)
        if seller is None:
            return Settled(HELD, "seller_unknown")
        shipment_id = ShipmentId(resource.id)
        orders = await self._marketplace.shipment_orders(seller.id, shipment_id)
        if not orders:
            raise NotYet("shipment_without_orders")
        claims = {order_id: await asyncio.to_thread(self._consignments.of_order, order_id) for order_id in orders}
        open_ones = [order_id for order_id, claim in claims.items() if claim is None or claim.closed_at is None]
        if not open_ones:
            return next(_closed(claim) for claim in claims.values() if claim is not None)
        shipment = await self._marketplace.shipment(seller.id, shipment_id)
        outcomes = [
            await self._tell(
                await self._marketplace.order(seller.id, order_id), seller, claims[order_id], asked, shipment
            )
            for order_id in open_ones
        ]
        # one row for several orders: what a person must see comes first, then what was done
        return min(outcomes, key=lambda outcome: (HELD, RELAYED, IGNORED).index(outcome.state))

    async def _tell(
        self, order: Order, seller: Seller, claim: Claim | None, asked: _Asked, shipment: Shipment | None = None
    ) -> Settled:
        """Start or wake the run of an order that was just read, if it is ours to act on and something changed."""
        reason = _not_ours(order, seller)
        reference = str(order.id) if shipment is None else f"{order.id}/shipment"
        digest = _HELD_BEFORE + reason if reason else digest_of(order) if shipment is None else _digest_of(shipment)
        seen = await asyncio.to_thread(self._watches.get, MERCADOLIBRE, reference)
        if seen is not None and seen.last_digest == digest and not asked.insists:
            # an order that is listed is listed once, however often the marketplace or reconcile tells of it
            await asyncio.to_thread(self._remember, reference, digest, order, claim)
            return Settled(IGNORED, f"held before: {reason}" if reason else "unchanged")
        if reason:
            await asyncio.to_thread(self._remember, reference, digest, order, claim)
            return Settled(HELD, reason)
        woken = await self._starter.start_or_wake(
            order.id, seller.id, Fact(source=MERCADOLIBRE, reference=str(order.id)), summary_of(order)
        )
        await asyncio.to_thread(self._remember, reference, digest, order, claim)
        if woken is Woken.OVER:
            return Settled(IGNORED, "order_closed: its run has ended")
        return Settled(RELAYED)

    def _remember(self, reference: str, digest: str, order: Order, claim: Claim | None) -> None:
        ucr = str(claim.ucr) if claim is not None else ""
        self._watches.add(Watch(source=MERCADOLIBRE, reference=reference, ucr=ucr, order_id=str(order.id)))
        self._watches.seen(MERCADOLIBRE, reference, digest, self._now() + _LOOK_AGAIN)

    async def _seller(self, named: Sequence[str], claim: Claim | None) -> Seller | None:
        """The account to read with: one the notices name, else the claim's, else the only one.

        Notices are not signed, so one that names a stranger must not spoil those that came with it.
        """
        told = named or ((claim.seller_id,) if claim is not None else ())
        if told:
            known = [await asyncio.to_thread(self._sellers.get, seller_id) for seller_id in told]
            return next((seller for seller in known if seller is not None), None)
        every = await asyncio.to_thread(self._sellers.all)
        return every[0] if len(every) == 1 else None

    # --- everything that follows a consignment ------------------------------------------------------------------

    async def _followed(self, arrival: Arrival) -> Settled:
        order_id, claim = await asyncio.to_thread(self._find, arrival)
        if order_id is None:
            raise NotYet("reference_unknown")
        if claim is not None and claim.closed_at is not None:
            return _closed(claim)
        woken = await self._starter.wake(order_id, Fact(source=arrival.source, reference=arrival.reference))
        # without outcome and without a run: reconcile opens it again, and the new run reads everything
        return Settled(RELAYED) if woken is Woken.TOLD else Settled(HELD, f"run_missing {order_id}")

    async def _told(self, notes: Sequence[DeskNote]) -> Settled:
        """What one run tells another (a consignment that carried an order is closed): straight to that order's run."""
        outcome = Settled(RELAYED)
        for said in notes:
            fact = Fact(source=DESK, reference=said.reference, kind=said.kind)
            if await self._starter.wake(OrderId(said.order_id), fact) is not Woken.TOLD:
                outcome = Settled(IGNORED, f"run_over {said.order_id}")
        return outcome

    def _find(self, arrival: Arrival) -> tuple[OrderId | None, Claim | None]:
        """The carrying order a fact belongs to, and its claim.

        Watches end with their consignment; pushes that come later are known by the UCR we gave with the number.
        """
        for watching in dict.fromkeys((arrival.source, *_WATCHING)):
            watch = self._watches.get(watching, arrival.reference)
            if watch is None:
                continue
            claim = self._consignments.of_ucr(Ucr(watch.ucr)) if watch.ucr else None
            return (claim.carrying_order if claim is not None else OrderId(watch.order_id)), claim
        for reference in (arrival.reference, tag_of_push(arrival.body)):
            claim = self._of_business_reference(reference)
            if claim is not None:
                return claim.carrying_order, claim
        return None, None

    def _of_business_reference(self, reference: str) -> Claim | None:
        """People and filing channels name an order, a UCR, or a UCR with a suffix (`UCR-1~2`)."""
        if reference.isascii() and reference.isdigit() and len(reference) <= 20 and reference[0] != "0":
            return self._consignments.of_order(OrderId(reference))
        try:
            return self._consignments.of_ucr(Ucr(reference.partition("-")[0]))
        except ValueError:
            return None


def _desk_note(arrival: Arrival) -> DeskNote | None:
    """The note of one run to another, or None: rows of people name an order or a consignment instead."""
    if arrival.source != DESK:
        return None
    try:
        note = DeskNote.model_validate_json(arrival.body)
        OrderId(note.order_id)
    except ValueError:
        return None
    return note


def summary_of(order: Order) -> str:
    """One line for the run's page: what was sold, never to whom (Temporal allows 400 bytes)."""
    sold = ", ".join(f"{line.quantity} x {line.title}" for line in order.lines)
    return f"Order {order.id}: {sold}".encode()[:390].decode(errors="ignore")


def digest_of(order: Order) -> str:
    """What tells a change of an order from a repetition."""
    told = (order.status, order.status_words, order.last_updated, order.do_not_ship, order.shipment_id)
    return hashlib.sha256(repr([str(part) for part in told]).encode()).hexdigest()


def _not_ours(order: Order, seller: Seller) -> str:
    """Why an order is listed and never started, or nothing."""
    if order.site != SITE:
        return f"other_site {order.site}"
    if order.seller_id != seller.id:
        return "order_of_another_seller"
    return "before_go_live" if order.purchased_at < seller.go_live else ""


def _digest_of(shipment: Shipment) -> str:
    # a shipment has no time of its last change, so all of it counts; only the hash is kept
    return hashlib.sha256(shipment.model_dump_json().encode()).hexdigest()


def _closed(claim: Claim) -> Settled:
    return Settled(IGNORED, f"order_closed: {claim.outcome}")

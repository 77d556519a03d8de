"""The kinds of sale the demo needs, and a seeded mixture of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from tradelane.simulators.mercadolibre.brands import Listing, listings
from tradelane.simulators.mercadolibre.sales import Line, Sale, Turn

SCENARIOS: dict[str, tuple[str, str]] = {
    "plain": ("delivered", "one order, one item or several pieces of it"),
    "pack": ("delivered", "two orders of one brand in one parcel"),
    "two_brands": ("delivered", "a pack whose two orders are goods of two exporters: two declarations"),
    "over_500": ("delivered", "an item above US$ 500: outside the fast lane of Chilean customs"),
    "customs_document": ("delivered", "Chilean customs asks for a document before it goes on"),
    "buyer_cancels": ("cancelled", "seen before payment, then cancelled by the buyer"),
    "hs_refused": ("delivered", "the Korean declaration is refused until its HS code is right"),
}
"""Name: (final state expected, what it is)."""

WEIGHTS = {
    "plain": 70,
    "pack": 10,
    "two_brands": 5,
    "over_500": 4,
    "customs_document": 4,
    "buyer_cancels": 5,
    "hs_refused": 2,
}
ORDERS_OF = {"pack": 2, "two_brands": 2}
ALL_SCENARIOS_FROM = 12
LOW_VALUE = Decimal(500)
CARRIAGE = (Decimal("4.03"), Decimal("6.90"), Decimal(0))
"""US$ the buyer pays for carriage; many listings ship free."""


def mixture(
    orders: int, rng: Random, start: datetime, spread_days: float, seller_id: int, *, permit_goods: bool
) -> list[Sale]:
    """Sales that come to exactly `orders` orders (a pack counts two), oldest first.

    From twelve orders on, each scenario is there at least once. Goods that need a permit in Chile are
    left out unless asked for.
    """
    names = [*SCENARIOS] if orders >= ALL_SCENARIOS_FROM else ["plain"]
    left = orders - sum(ORDERS_OF.get(name, 1) for name in names)
    while left > 0:
        open_names = [name for name in WEIGHTS if ORDERS_OF.get(name, 1) <= left]
        names.append(rng.choices(open_names, [WEIGHTS[name] for name in open_names])[0])
        left -= ORDERS_OF.get(names[-1], 1)
    rng.shuffle(names)
    moments = sorted(rng.random() * spread_days for _ in names)
    goods = [item for item in listings().values() if permit_goods or not item.needs_permit]
    return [
        _sale(name, rng, start + timedelta(days=days), seller_id, goods)
        for name, days in zip(names, moments, strict=True)
    ]


def _sale(name: str, rng: Random, at: datetime, seller_id: int, goods: list[Listing]) -> Sale:
    ordinary = [item for item in goods if not item.hs_refused and item.price <= LOW_VALUE]
    match name:
        case "over_500":
            chosen = [rng.choice([item for item in goods if item.price > LOW_VALUE])]
        case "hs_refused":
            chosen = [rng.choice([item for item in goods if item.hs_refused])]
        case "pack":
            first = rng.choice(ordinary)
            sisters = [i for i in ordinary if i.exporter_id == first.exporter_id and i.sku != first.sku]
            chosen = [first, rng.choice(sisters)]
        case "two_brands":
            first = rng.choice(ordinary)
            chosen = [first, rng.choice([i for i in ordinary if i.exporter_id != first.exporter_id])]
        case _:
            chosen = [rng.choice(ordinary)]
    life: tuple[Turn, ...] = (Turn(timedelta(), "paid"),)
    if name == "buyer_cancels":
        regret = timedelta(days=rng.uniform(1, 4))
        life = (Turn(timedelta(), "payment_in_process"), Turn(regret, "cancelled"))
    quantity = rng.choice((1, 1, 1, 2)) if name == "plain" else 1
    return Sale(
        scenario=name,
        expects=SCENARIOS[name][0],
        seller_id=seller_id,
        orders=[[Line(item.sku, quantity, item.price)] for item in chosen],
        at=at,
        life=life,
        receiver_cost=rng.choice(CARRIAGE),
    )

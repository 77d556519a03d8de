"""Invented base rates (기준환율) for the demo: a pure function of currency and day, so that every evening sees the same.

They are no market data and stand in an installation only beside the invented brands.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from tradelane.ports.export import PublishedRate, RateKind
from tradelane.stores import Stores

LEVELS: dict[str, tuple[Decimal, Decimal]] = {
    "USD": (Decimal("1384.10"), Decimal("0.01")),
    "CLP": (Decimal("1.4655"), Decimal("0.0001")),
}
"""Currency -> the level around which it moves, and its last decimal."""

SWING = 150
"""Ten-thousandths a rate is above or below its level at most."""

LONGEST_DEMO = timedelta(days=1_100)
"""Trade time for which a demo is given rates."""

SOURCE = "invented for the demo"


def invented_base_rate(currency: str, day: date) -> Decimal:
    """Won for one unit on a day; a KeyError for a currency that the demo does not sell in."""
    level, unit = LEVELS[currency]
    drawn = int.from_bytes(hashlib.sha256(f"{currency} {day}".encode()).digest()[:4]) % (2 * SWING + 1) - SWING
    return (level * (10_000 + drawn) / 10_000).quantize(unit, rounding=ROUND_HALF_UP)


def load_demo_rates(stores: Stores, first: date, last: date) -> int:
    """Hand in the invented rates of all days from the first to the last, both included; gives how many."""
    return stores.published_rates.put(_rates(first, last))


def _rates(first: date, last: date) -> Iterator[PublishedRate]:
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        for currency in LEVELS:
            yield PublishedRate(
                kind=RateKind.BASE,
                currency=currency,
                day=day,
                krw_per_unit=invented_base_rate(currency, day),
                source=SOURCE,
            )

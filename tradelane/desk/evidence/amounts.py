"""What one export counts in won: box 49 at the base rate of the day of loading.

Rules: the supply of exported goods is the day of loading (선적일), and a foreign amount not exchanged before is valued
at that day's base or arbitrated rate (기준환율·재정환율) of 부가가치세법 시행령 제59조, as customs.tistory.com/279 and
saysensibility.tistory.com/1236 read it; parts of a won are cut off, as the notes of the form 수출실적명세서 have it (from
memory, certainty M). An amount in won has neither rate nor foreign amount (eanse.com, question 800).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal

from tradelane.domain.money import Money
from tradelane.ports.export import PublishedRate, PublishedRates, RateKind

WON = "KRW"


@dataclass(frozen=True)
class Valued:
    """A contract amount with its value in won; `won` is None while the rate is missing, never a guess."""

    payment: Money
    day: date
    rate: PublishedRate | None = None
    won: Money | None = None

    @property
    def missing_rate(self) -> bool:
        """Whether a rate would be needed and nobody has handed it in."""
        return self.won is None


def in_won(payment: Money, rate: Decimal) -> Money:
    """A foreign amount in won at a rate for one unit, without parts of a won.

    >>> str(in_won(Money(amount=Decimal("12.90"), currency="USD"), Decimal("1389.57")))
    '17925 KRW'
    """
    return payment.converted(rate, WON).rounded(ROUND_FLOOR)


class BaseRates:
    """Base rates by currency and day, each asked once."""

    def __init__(self, published: PublishedRates) -> None:
        self._published = published
        self._known: dict[tuple[str, date], PublishedRate | None] = {}

    def value(self, payment: Money, day: date) -> Valued:
        """What an amount counts on its day of loading; exactly that day's rate or none."""
        if payment.currency == WON:
            return Valued(payment, day, won=payment)
        key = (payment.currency, day)
        if key not in self._known:
            self._known[key] = self._published.find(RateKind.BASE, *key)
        rate = self._known[key]
        return Valued(payment, day, rate, None if rate is None else in_won(payment, rate.krw_per_unit))

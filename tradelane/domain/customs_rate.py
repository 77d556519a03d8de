"""The weekly customs rate of exports, and what an amount is in won by it.

Source: 관세평가 운영 고시 제3조 (weekly rates, Sunday 00:00 to Saturday 24:00, published before the week). Export and
import rates differ; only the export rate (UNI-PASS API012, `imexTp` 1) values an export.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal

from pydantic import BaseModel, ConfigDict

from tradelane.domain.money import Money

EXPORT = "export"
"""The kind of rate that values exports."""


class CustomsRate(BaseModel):
    """A weekly customs rate for *exports* (UNI-PASS API012, imexTp 1); valid Sunday to Saturday, Korean days."""

    model_config = ConfigDict(frozen=True)

    currency: str
    krw_per_unit: Decimal
    valid_from: date
    kind: str = EXPORT

    @property
    def valid_to(self) -> date:
        """The Saturday the rate ends with."""
        return self.valid_from + timedelta(days=6)

    def covers(self, day: date) -> bool:
        """Whether a Korean day lies in the rate's week."""
        return self.valid_from <= day <= self.valid_to


def fob_krw(amount: Money, rate: CustomsRate) -> Money:
    """An amount of one line in won: floor(amount x rate); totals are sums of floored lines.

    >>> rate = CustomsRate(currency="USD", krw_per_unit=Decimal("1389.57"), valid_from=date(2026, 11, 22))
    >>> str(fob_krw(Money(amount=Decimal("12.90"), currency="USD"), rate))
    '17925 KRW'

    Raises:
        ValueError: the rate is one of another currency.
    """
    if amount.currency != rate.currency:
        raise ValueError(f"A {rate.currency} rate cannot value an amount in {amount.currency}.")
    return amount.converted(rate.krw_per_unit, "KRW").rounded(ROUND_FLOOR)

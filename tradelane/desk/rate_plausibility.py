"""Whether a rate that a person types can be right: held against the known rate of its currency that is nearest in time.

The bound is ours, from no statute: weekly customs rates and daily base rates move by a few per cent, and a slipped point or
a rate for 100 yen is off by ten or a hundred. Beyond it a person may insist, and the reason is kept with the rate.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from tradelane.ports import PublishedRate, RateKind
from tradelane.ports.export import PublishedRates

CUSTOMS_SERVICE = "UNI-PASS API012"
"""Source of a rate that customs itself told us: a person replaces it only with a reason."""

LARGEST_STEP = Decimal("0.20")
"""A rate that differs from the known one by more than this fraction of it is not taken without a reason."""


class KnownRates:
    """Rates of all kinds by currency: export, import and base rate lie within some per cent of each other."""

    def __init__(self, books: PublishedRates) -> None:
        self._by_currency: dict[str, list[PublishedRate]] = {}
        for kind in RateKind:
            for rate in books.listed(kind, date.min, date.max):
                self.learn(rate)

    def learn(self, rate: PublishedRate) -> None:
        """Count a rate among the known ones."""
        self._by_currency.setdefault(rate.currency, []).append(rate)

    def nearest(self, rate: PublishedRate) -> PublishedRate | None:
        """The known rate of the same currency nearest in time; of two as near the later one, its own kind first."""
        known: Iterable[PublishedRate] = self._by_currency.get(rate.currency, ())
        return min(
            known,
            key=lambda one: (abs((one.day - rate.day).days), -one.day.toordinal(), one.kind is not rate.kind),
            default=None,
        )

    def doubt(self, rate: PublishedRate) -> str | None:
        """What speaks against a rate, in words; None where nothing does or nothing is known."""
        official = self._official(rate)
        if official is not None and official.krw_per_unit != rate.krw_per_unit:
            return (
                f"customs itself ({CUSTOMS_SERVICE}) says {official.krw_per_unit} won for one {rate.currency} on "
                f"{rate.day}, not {rate.krw_per_unit}"
            )
        near = self.nearest(rate)
        if near is None or abs(rate.krw_per_unit - near.krw_per_unit) <= LARGEST_STEP * near.krw_per_unit:
            return None
        return (
            f"{rate.krw_per_unit} won for one {rate.currency} on {rate.day} is more than {LARGEST_STEP:.0%} away from "
            f"{near.krw_per_unit} ({near.kind.value}, {near.day}, {near.source})"
        )

    def _official(self, rate: PublishedRate) -> PublishedRate | None:
        known = self._by_currency.get(rate.currency, ())
        return next(
            (one for one in known if (one.kind, one.day, one.source) == (rate.kind, rate.day, CUSTOMS_SERVICE)), None
        )

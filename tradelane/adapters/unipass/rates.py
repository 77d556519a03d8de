"""API012: weekly customs rates, kept for the week and remembered for the books."""

from __future__ import annotations

import asyncio
from datetime import date
from enum import StrEnum

from tradelane.adapters.errors import Garbled, Refused
from tradelane.adapters.rate_week import sunday_of
from tradelane.adapters.unipass.client import UnipassClient
from tradelane.adapters.unipass.services import RATES
from tradelane.adapters.unipass.wire import PARTY, Row, day, number
from tradelane.domain.export_declaration import CustomsRate
from tradelane.ports import PublishedRate, PublishedRates, RateKind

SOURCE = "UNI-PASS API012"

MOST_WEEKS = 60
"""Weeks kept in memory, both directions together; the oldest goes first."""


class Direction(StrEnum):
    """`imexTp`: the two rates of a week differ. A declaration for export needs EXPORT, always."""

    EXPORT = "1"
    IMPORT = "2"


KIND = {Direction.EXPORT: "export", Direction.IMPORT: "import"}
BOOKED = {Direction.EXPORT: RateKind.CUSTOMS_EXPORT, Direction.IMPORT: RateKind.CUSTOMS_IMPORT}
FOR_EXPORTS = Direction.EXPORT


class WeeklyRates:
    """Rates by week and direction: asked once, since a published rate does not change."""

    def __init__(self, client: UnipassClient, books: PublishedRates | None = None) -> None:
        self._client = client
        self._books = books
        self._weeks: dict[tuple[date, Direction], dict[str, CustomsRate]] = {}
        self._booked: set[tuple[date, Direction, str]] = set()

    async def of(self, day_: date, currency: str, direction: Direction) -> CustomsRate:
        """The rate of a currency on a Korean day.

        Raises:
            Refused: code and reason `no_rate`, when none is published for its week.
        """
        week = (sunday_of(day_), direction)
        if currency not in self._weeks.get(week, {}):
            self._keep(week, await self._published(day_, direction))
        rate = self._weeks.get(week, {}).get(currency)
        if rate is None:
            words = f"No {KIND[direction]} rate of {currency} is published for the week of {week[0]}."
            raise Refused(PARTY, "no_rate", words, reason="no_rate")
        await self._remember(rate, direction)
        return rate

    async def _published(self, day_: date, direction: Direction) -> dict[str, CustomsRate]:
        query = {"qryYymmDd": f"{day_:%Y%m%d}", "imexTp": direction.value}
        answer = await self._client.ask(RATES, query)
        rows = [row for row in answer.rows() if row.get("imexTp", "") in (direction.value, "")]
        rates = (_rate(row, direction) for row in rows)
        return {rate.currency: rate for rate in rates if rate.covers(day_)}

    def _keep(self, week: tuple[date, Direction], rates: dict[str, CustomsRate]) -> None:
        """A week without rates is asked for again: it may be published yet."""
        if not rates:
            return
        self._weeks[week] = rates
        while len(self._weeks) > MOST_WEEKS:
            del self._weeks[min(self._weeks)]

    async def _remember(self, rate: CustomsRate, direction: Direction) -> None:
        """Put a rate that was used into our books, once: the amount must be provable years later."""
        told = (rate.valid_from, direction, rate.currency)
        if self._books is None or told in self._booked:
            return
        row = PublishedRate(
            kind=BOOKED[direction],
            currency=rate.currency,
            day=rate.valid_from,
            krw_per_unit=rate.krw_per_unit,
            source=SOURCE,
        )
        await asyncio.to_thread(self._books.put, [row])
        self._booked.add(told)


def _rate(row: Row, direction: Direction) -> CustomsRate:
    """One row; the rate is won for one unit of the currency (for JPY too)."""
    first_day, won, currency = day(row.get("aplyBgnDt", "")), number(row.get("fxrt", "")), row.get("currSgn", "")
    if first_day is None or not won or not currency:
        raise Garbled(PARTY, "unexpected_value", "A rate has no currency, no first day, or is not above zero.")
    return CustomsRate(currency=currency.upper(), krw_per_unit=won, valid_from=first_day, kind=KIND[direction])

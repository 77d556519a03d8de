"""Table `published_rates`: rates that were used or handed in, so that an amount can be proven years later."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, select

from tradelane.ports import PublishedRate, RateKind
from tradelane.storage.database import Database
from tradelane.storage.tables import published_rates
from tradelane.storage.upsert import put


class SqlPublishedRates:
    """The port `PublishedRates` on SQL; days and rates are text, so that nothing is rounded."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, rates: Iterable[PublishedRate]) -> int:
        """Insert or replace, all in one transaction; gives how many there were."""
        count = 0
        with self._database.write() as connection:
            for rate in rates:
                put(connection, published_rates, _columns(rate))
                count += 1
        return count

    def find(self, kind: RateKind, currency: str, day: date) -> PublishedRate | None:
        """The rate of exactly this day (of the week that begins on it for customs rates)."""
        asked = select(published_rates).where(
            published_rates.c.kind == kind.value,
            published_rates.c.currency == currency,
            published_rates.c.day == day.isoformat(),
        )
        with self._database.read() as connection:
            row = connection.execute(asked).one_or_none()
        return None if row is None else _rate(row)

    def listed(self, kind: RateKind, first: date, last: date) -> tuple[PublishedRate, ...]:
        """Rates of a kind whose day lies between two days, both included; by day, then currency."""
        asked = (
            select(published_rates)
            .where(
                published_rates.c.kind == kind.value,
                published_rates.c.day >= first.isoformat(),
                published_rates.c.day <= last.isoformat(),
            )
            .order_by(published_rates.c.day, published_rates.c.currency)
        )
        with self._database.read() as connection:
            return tuple(_rate(row) for row in connection.execute(asked).all())


def _columns(rate: PublishedRate) -> dict[str, str]:
    return {
        "kind": rate.kind.value,
        "currency": rate.currency,
        "day": rate.day.isoformat(),
        "krw_per_unit": f"{rate.krw_per_unit:f}",
        "source": rate.source,
    }


def _rate(row: Row[Any]) -> PublishedRate:
    return PublishedRate(
        kind=RateKind(row.kind),
        currency=row.currency,
        day=date.fromisoformat(row.day),
        krw_per_unit=Decimal(row.krw_per_unit),
        source=row.source,
    )

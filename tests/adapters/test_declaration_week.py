"""Trap 1: the rate that decides about a cap is that of the week of the declaration, in Korean days.

Figures from the paper on Korean export: a customs rate is valid from Sunday 00:00 to Saturday 24:00 (section 1.7, 관세평가
운영 고시 제3조); the simplified declaration is capped at KRW 4,000,000 since 2024-08-01 (section 1.2); FOB is floored by
line. The rates are invented: 4,000 dollars are 4,000,000 won in one week and 4,000,040 in the next.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.adapters.counterparty import Counterparty
from tests.adapters.unipass_answers import customs, rate, rates
from tests.domain.parcel import consignment, exporter, facts, item
from tradelane.adapters.errors import Refused
from tradelane.adapters.manual.customs import ManualCustoms
from tradelane.domain.catalogue import FilingChannel
from tradelane.domain.customs_rate import CustomsRate
from tradelane.domain.export_route import ExportRoute
from tradelane.domain.money import Money
from tradelane.domain.route_choice import choose_route
from tradelane.domain.trade_time import today_in_korea
from tradelane.domain.valuation import value
from tradelane.ports import PublishedRate, RateKind
from tradelane.settings import Settings
from tradelane.stores import open_stores

FIRST, NEXT = date(2026, 11, 22), date(2026, 11, 29)  # Sundays
WON = {FIRST: "1000", NEXT: "1000.01"}
Reader = Callable[[date], Awaitable[CustomsRate]]


def by_unipass(_: Path) -> Reader:
    """UNI-PASS, which names the rates of both weeks whatever is asked."""
    both = rates(*(rate(won=won, first_day=f"{sunday:%Y%m%d}") for sunday, won in WON.items()))
    return lambda day: customs(Counterparty().answers(text=both)).export_rate(day, "USD")


def by_hand(folder: Path) -> Reader:
    """Our own books, in which a person has written down both weeks."""

    async def read(day: date) -> CustomsRate:
        with open_stores(Settings(data_dir=folder)) as stores:
            stores.published_rates.put(
                PublishedRate(
                    kind=RateKind.CUSTOMS_EXPORT, currency="USD", day=sunday, krw_per_unit=Decimal(won), source="web"
                )
                for sunday, won in WON.items()
            )
            return await ManualCustoms(stores.published_rates).export_rate(day, "USD")

    return read


@pytest.mark.parametrize("read", [by_unipass, by_hand])
@pytest.mark.parametrize(
    ("at", "day", "fob", "route"),
    [
        (datetime(2026, 11, 21, 14, 59, 59, tzinfo=UTC), date(2026, 11, 21), None, None),
        (datetime(2026, 11, 21, 15, 0, tzinfo=UTC), date(2026, 11, 22), 4_000_000, ExportRoute.SIMPLIFIED),
        (datetime(2026, 11, 24, 3, 0, tzinfo=UTC), date(2026, 11, 24), 4_000_000, ExportRoute.SIMPLIFIED),
        (datetime(2026, 11, 28, 14, 59, 59, tzinfo=UTC), date(2026, 11, 28), 4_000_000, ExportRoute.SIMPLIFIED),
        (datetime(2026, 11, 28, 15, 0, tzinfo=UTC), date(2026, 11, 29), 4_000_040, ExportRoute.FORMAL),
        (datetime(2026, 12, 5, 14, 59, 59, tzinfo=UTC), date(2026, 12, 5), 4_000_040, ExportRoute.FORMAL),
        (datetime(2026, 12, 5, 15, 0, tzinfo=UTC), date(2026, 12, 6), None, None),
    ],
    ids=[
        "a second before Sunday 00:00 in Seoul: the week before has no rate",
        "Sunday 00:00", "Tuesday", "Saturday 23:59:59", "the next Sunday 00:00", "its Saturday 23:59:59",
        "the Sunday after has no rate",
    ],
)  # fmt: skip
async def test_trap_01_the_rate_of_the_declaration_week_counts(
    read: Callable[[Path], Reader],
    at: datetime,
    day: date,
    fob: int | None,
    route: ExportRoute | None,
    tmp_path: Path,
) -> None:
    declared_on = today_in_korea(at)
    assert declared_on == day
    if fob is None:
        with pytest.raises(Refused) as refused:
            await read(tmp_path)(declared_on)
        assert refused.value.reason == "no_rate"
        return
    parcel = consignment(item("4000"))
    choice = choose_route(
        parcel.parts[0],
        value(parcel, await read(tmp_path)(declared_on)).of("haneul"),
        declared_on,
        facts(*parcel.items),
        exporter("haneul"),
        FilingChannel.KTNET,
    )
    assert (choice.fob, choice.route) == (Money(amount=Decimal(fob), currency="KRW"), route)

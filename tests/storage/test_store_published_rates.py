"""Published rates on a real SQLite file: exact, by kind, currency and day, replaced and never doubled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tradelane import ports
from tradelane.ports import PublishedRate, RateKind
from tradelane.storage.database import Database, open_database
from tradelane.storage.migrations import migrate
from tradelane.storage.published_rates import SqlPublishedRates

SUNDAY = date(2026, 11, 22)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path / 'main.sqlite'}")
    migrate(database, "main")
    yield database
    database.close()


def rate(won: str = "1389.57", **more: object) -> PublishedRate:
    given = {
        "kind": "customs_export",
        "currency": "USD",
        "day": SUNDAY,
        "krw_per_unit": won,
        "source": "UNI-PASS API012",
    }
    return PublishedRate.model_validate(given | more)


def test_a_rate_is_found_under_its_kind_currency_and_day_and_no_other(database: Database) -> None:
    store: ports.PublishedRates = SqlPublishedRates(database)
    assert store.put([rate()]) == 1
    assert store.find(RateKind.CUSTOMS_EXPORT, "USD", SUNDAY) == rate()
    assert store.find(RateKind.CUSTOMS_IMPORT, "USD", SUNDAY) is None
    assert store.find(RateKind.CUSTOMS_EXPORT, "CLP", SUNDAY) is None
    assert store.find(RateKind.CUSTOMS_EXPORT, "USD", date(2026, 11, 23)) is None


@pytest.mark.parametrize("won", ["1.47210000", "0.00000001", "123456789.12345678", "1389.5"])
def test_a_rate_comes_back_to_the_last_digit(database: Database, won: str) -> None:
    store = SqlPublishedRates(database)
    store.put([rate(won)])
    found = store.find(RateKind.CUSTOMS_EXPORT, "USD", SUNDAY)
    assert found is not None and f"{found.krw_per_unit:f}" == won


def test_a_rate_is_replaced_and_never_doubled(database: Database) -> None:
    store = SqlPublishedRates(database)
    store.put([rate(), rate("1401.02", source="kim, UNI-PASS web")])
    assert store.listed(RateKind.CUSTOMS_EXPORT, SUNDAY, SUNDAY) == (rate("1401.02", source="kim, UNI-PASS web"),)


def test_rates_are_listed_by_day_and_currency_with_both_ends(database: Database) -> None:
    store = SqlPublishedRates(database)
    days = [date(2026, 9, 30), date(2026, 10, 1), date(2026, 12, 31), date(2027, 1, 1)]
    base = [rate(kind="base", currency=currency, day=day) for day in reversed(days) for currency in ("USD", "CLP")]
    assert store.put([*base, rate()]) == 9
    listed = store.listed(RateKind.BASE, date(2026, 10, 1), date(2026, 12, 31))
    assert [(one.day, one.currency) for one in listed] == [
        (days[1], "CLP"), (days[1], "USD"), (days[2], "CLP"), (days[2], "USD"),
    ]  # fmt: skip


def test_a_file_of_rates_is_taken_whole_or_not_at_all(database: Database) -> None:
    store = SqlPublishedRates(database)

    def broken() -> Iterator[PublishedRate]:
        yield rate()
        raise RuntimeError("the file ended")

    with pytest.raises(RuntimeError):
        store.put(broken())
    assert store.find(RateKind.CUSTOMS_EXPORT, "USD", SUNDAY) is None

"""A period is a month, a quarter, a half-year or a year of Korean days."""

from __future__ import annotations

from datetime import date

import pytest

from tradelane.desk.complaints import WrongUsage
from tradelane.desk.evidence import quarter_of, read_period


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-11", date(2026, 11, 1), date(2026, 11, 30)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("2026Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026H1", date(2026, 1, 1), date(2026, 6, 30)),
        (" 2026h2 ", date(2026, 7, 1), date(2026, 12, 31)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_period_is_read_as_it_is_said(text: str, first: date, last: date) -> None:
    period = read_period(text)
    assert (period.first, period.last) == (first, last)
    assert first in period
    assert last in period


@pytest.mark.parametrize(
    "text", ["", "2026Q5", "2026Q0", "2026H3", "2026-13", "2026-00", "26Q4", "Q4", "2026-11-01", "1999", "２０２６Q4"]
)
def test_anything_else_is_wrong_usage(text: str) -> None:
    with pytest.raises(WrongUsage, match="is no period"):
        read_period(text)


def test_every_day_lies_in_its_quarter() -> None:
    assert quarter_of(date(2026, 9, 30)).name == "2026Q3"
    assert quarter_of(date(2026, 10, 1)).name == "2026Q4"

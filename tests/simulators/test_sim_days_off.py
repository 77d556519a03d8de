"""The simulators' own table of Korean days off: typed by hand, compared here with the library our domain counts with."""

from __future__ import annotations

import ast
from datetime import date, timedelta
from pathlib import Path

import pytest
from holidays import country_holidays

import tradelane.simulators
from tradelane.simulators.days_off import YEARS, is_day_off

DIFFERENT: dict[date, str] = {}
"""Days on which table and library disagree, and who is right; there is none at present."""


@pytest.mark.parametrize("year", YEARS)
def test_table_and_library_differ_in_nothing_but_what_is_named_here(year: int) -> None:
    """1 May before 2026 is no public holiday, but a day off for the periods of the customs act (관세법 제8조③)."""
    typed = {date(year, *day) for day in YEARS[year]}
    assert typed ^ set(country_holidays("KR", years=year)) == {day for day in DIFFERENT if day.year == year}


@pytest.mark.parametrize("year", YEARS)
def test_every_substitute_is_a_weekday_and_every_row_is_in_order(year: int) -> None:
    days = [date(year, *day) for day in YEARS[year]]
    assert days == sorted(set(days))
    assert {date(year, *day) for day in ((1, 1), (3, 1), (5, 5), (6, 6), (8, 15), (10, 3), (10, 9), (12, 25))} <= set(
        days
    )


@pytest.mark.parametrize(
    ("day", "off"),
    [
        ("2024-05-01", True),  # named by 관세법 제8조③
        ("2026-02-18", True),  # the day after the lunar new year
        ("2026-02-19", False),
        ("2026-03-02", True),  # 1 March was a Sunday
        ("2026-05-25", True),  # Buddha's birthday was a Sunday
        ("2026-06-08", False),  # 6 June was a Saturday, which nothing replaces
        ("2026-07-17", True),  # Constitution Day, a holiday again since 2026
        ("2026-08-17", True),  # 15 August was a Saturday
        ("2026-09-28", False),  # Chuseok ended on a Saturday, which does not count
        ("2026-10-05", True),  # 3 October was a Saturday
        ("2026-11-23", False),
        ("2026-11-28", True),  # a Saturday
        ("2027-02-09", True),  # the lunar new year was a Sunday
        ("2027-12-27", True),  # Christmas was a Saturday
    ],
)
def test_days_of_the_published_calendars(day: str, *, off: bool) -> None:
    assert is_day_off(date.fromisoformat(day)) is off


def test_a_year_that_nobody_typed_is_no_year_without_holidays() -> None:
    beyond = date(max(YEARS), 12, 31) + timedelta(days=1)
    with pytest.raises(LookupError, match=f"no Korean holidays of {beyond.year}: type them in"):
        is_day_off(beyond)


def test_no_simulator_counts_with_a_library_of_holidays() -> None:
    """A simulator that agrees with our mistake because it shares our calendar is worth nothing."""
    modules = list(Path(next(iter(tradelane.simulators.__path__))).rglob("*.py"))
    assert len(modules) > 20
    for module in modules:
        tree = ast.parse(module.read_text(encoding="utf-8"))
        names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not [name for name in names if name.split(".")[0] in ("holidays", "pycountry")], module.name

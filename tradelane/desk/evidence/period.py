"""The period of an evidence pack: a month, a quarter, a half-year or a year of Korean days."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from tradelane.desk.complaints import WrongUsage

EARLIEST, LATEST = 2010, 2099


@dataclass(frozen=True, order=True)
class Period:
    """Korean days from `first` to `last`, both inclusive, under the name a person typed."""

    first: date
    last: date
    name: str

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def read_period(text: str) -> Period:
    """A period as a person types it: `2026-11`, `2026Q4`, `2026H2` (a taxable period of Korean VAT) or `2026`.

    Raises:
        WrongUsage: it is none; the sentence shows how to write one.

    >>> quarter = read_period("2026q4")
    >>> quarter.name, str(quarter.first), str(quarter.last)
    ('2026Q4', '2026-10-01', '2026-12-31')
    """
    name = text.strip().upper()
    found = re.fullmatch(r"([0-9]{4})(?:-([0-9]{2})|Q([1-4])|H([12]))?", name, re.ASCII)
    if found is None:
        raise _wrong(text)
    year, month = int(found[1]), int(found[2] or 1)
    if not EARLIEST <= year <= LATEST or not 1 <= month <= 12:
        raise _wrong(text)
    if found[2]:
        first, last = month, month
    elif found[3]:
        first, last = int(found[3]) * 3 - 2, int(found[3]) * 3
    elif found[4]:
        first, last = int(found[4]) * 6 - 5, int(found[4]) * 6
    else:
        first, last = 1, 12
    return Period(date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1]), name)


def quarter_of(day: date) -> Period:
    """The quarter a day lies in: the span of a preliminary or final VAT return.

    >>> quarter_of(date(2026, 11, 25)).name
    '2026Q4'
    """
    return read_period(f"{day.year}Q{(day.month + 2) // 3}")


def _wrong(text: str) -> WrongUsage:
    return WrongUsage(f"{text!r} is no period; write a month, quarter, half-year or year like 2026-11, 2026Q4, 2026H2.")

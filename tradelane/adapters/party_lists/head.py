"""What a list says of itself, and the one way it fails."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date


class NotAList(ValueError):
    """A file that is no list, not a whole one, or lacks what a list must say; one sentence with the way to mend it."""


@dataclass
class Head:
    """Filled while a list is read; whole once its last entry has been given."""

    dated: date | None = None
    """The list's own date, as it is printed in the file."""
    announced: int | None = None
    """How many entries the file says it has."""
    nameless: int = 0
    """Entries without any name: nobody can be compared with them."""


_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?")
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_EUROPEAN = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")


def iso_day(text: str) -> date | None:
    """The day of an ISO date or instant, in the zone it is printed in (UN, EU).

    >>> iso_day("2026-06-05T15:51:25.849+02:00"), iso_day("")
    (datetime.date(2026, 6, 5), None)
    """
    found = _ISO.fullmatch(text.strip())
    return _day(found[1], found[2], found[3]) if found else None


def american_day(text: str) -> date | None:
    """Month/day/year, as OFAC prints it.

    >>> american_day("08/07/2026")
    datetime.date(2026, 8, 7)
    """
    found = _AMERICAN.fullmatch(text.strip())
    return _day(found[3], found[1], found[2]) if found else None


def european_day(text: str) -> date | None:
    """Day/month/year, as the EU prints it in its CSV; ISO dates are taken too.

    >>> european_day("05/08/2026")
    datetime.date(2026, 8, 5)
    """
    found = _EUROPEAN.fullmatch(text.strip())
    return _day(found[3], found[2], found[1]) if found else iso_day(text)


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None

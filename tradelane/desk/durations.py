"""Spans of time as a person types them: `90m`, `24h`, `2d`."""

from __future__ import annotations

import re
from datetime import timedelta

from tradelane.desk.complaints import WrongUsage

_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
LONGEST = timedelta(days=365)


def read_duration(text: str) -> timedelta:
    """A span of more than nothing and at most a year.

    Raises:
        WrongUsage: it is none; the sentence shows how to write one.

    >>> read_duration("90m"), read_duration("2d")
    (datetime.timedelta(seconds=5400), datetime.timedelta(days=2))
    """
    found = re.fullmatch(r"([0-9]{1,6})([mhd])", text.strip().lower())
    span = int(found[1]) * _UNITS[found[2]] if found else timedelta(0)
    if not timedelta(0) < span <= LONGEST:
        raise WrongUsage(f"{text!r} is no span of time up to a year; write it like 90m, 24h or 2d.")
    return span


def in_hours(span: timedelta) -> str:
    """A span as a decimal number of hours.

    >>> in_hours(timedelta(minutes=90)), in_hours(timedelta(days=2))
    ('1.5', '48')
    """
    hours = f"{span.total_seconds() / 3600:.4f}"
    return hours.rstrip("0").rstrip(".")

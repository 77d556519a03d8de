"""The parameters of a question, and the words in which UNI-PASS complains of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from tradelane.simulators.rates import KST


class BadQuery(Exception):
    """A parameter is missing or malformed, in the words UNI-PASS answers."""


Query = Mapping[str, str]


def needed(query: Query, name: str, shown: str = "") -> str:
    """A parameter that must be there; `shown` is what the complaint calls it."""
    value = query.get(name, "").strip()
    if not value:
        raise BadQuery(f"필수 입력값이 없습니다. [{shown or name}]")
    return value


def fitting(query: Query, name: str, pattern: str) -> str:
    """A parameter that must be there and look so."""
    value = needed(query, name)
    if not re.fullmatch(pattern, value):
        raise BadQuery(f"입력값이 올바르지 않습니다. [{name}]")
    return value


def calendar_day(query: Query, name: str) -> date:
    """A parameter that is a day, `yyyymmdd`."""
    text = fitting(query, name, r"[0-9]{8}")
    try:
        return datetime.strptime(text, "%Y%m%d").replace(tzinfo=KST).date()
    except ValueError:
        raise BadQuery(f"입력값이 올바르지 않습니다. [{name}]") from None

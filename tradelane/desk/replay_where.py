"""The condition of a replay of many: `reason = 'unavailable' AND owner = 'forwarding desk'`, and nothing cleverer."""

from __future__ import annotations

import re
from typing import Final

from tradelane.desk.complaints import WrongUsage
from tradelane.ports import BoardQuery

FIELDS: Final = ("reason", "step", "owner", "stage", "seller", "exporter")

_CONDITION = re.compile(r"\s*(?P<field>\w+)\s*=\s*(?P<value>'[^']*'|\"[^\"]*\")\s*")
_AND = re.compile(r"AND\b", re.IGNORECASE)


def read_where(text: str) -> BoardQuery:
    """Read a condition on open holds.

    >>> read_where("reason = 'unavailable' AND owner = 'forwarding desk'").owner
    'forwarding desk'

    Raises:
        WrongUsage: it is not of that form, names an unknown field, or names one twice.
    """
    found: dict[str, str] = {}
    place = 0
    while True:
        condition = _CONDITION.match(text, place)
        if condition is None:
            raise _wrong(text, f"{text[place:].strip() or 'nothing'!r} is no condition")
        field, value = condition["field"].lower(), condition["value"][1:-1].strip()
        if field not in FIELDS:
            raise _wrong(text, f"there is no field {field!r}")
        if field in found:
            raise _wrong(text, f"{field} stands twice, and no hold has two")
        if not value:
            raise _wrong(text, f"{field} is compared with nothing")
        found[field] = value
        place = condition.end()
        if place == len(text):
            return BoardQuery.model_validate(found)
        joined = _AND.match(text, place)
        if joined is None:
            raise _wrong(text, f"{text[place:].strip()!r} does not begin with AND")
        place = joined.end()


def _wrong(text: str, why: str) -> WrongUsage:
    return WrongUsage(
        f"--where {text!r} is not understood, {why}; write e.g. \"reason = 'unavailable' AND owner = 'forwarding desk'\" "
        f"with the fields {', '.join(FIELDS)}."
    )

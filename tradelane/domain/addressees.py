"""Who is told: desk -> mail address, as an operator writes it into the settings."""

from __future__ import annotations

import json
import re

from tradelane.domain.holds import BENCH, COMPLIANCE, OWNERS

DESKS = tuple(sorted({BENCH, COMPLIANCE, *OWNERS.values()}))
"""Every desk that can own a hold."""

ALL_OTHERS = "*"
"""Stands for every desk that has no address of its own."""

ESCALATION = "escalation"
"""Gets what is overdue, besides the desk itself."""

_MAIL = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+")


def read_addressees(text: str) -> dict[str, str]:
    """Read `customs desk=kr@example.com,*=desk@example.com`, or the same as a JSON object.

    Raises:
        ValueError: a name that is no desk, or what is no mail address; one sentence.

    >>> read_addressees("customs desk=kr@example.com, *=all@example.com")
    {'customs desk': 'kr@example.com', '*': 'all@example.com'}
    """
    found = {}
    for desk, address in _pairs(text):
        if desk not in (*DESKS, ALL_OTHERS, ESCALATION):
            raise ValueError(f"{desk!r} is no desk; write one of {', '.join((*DESKS, ESCALATION, ALL_OTHERS))}")
        if not _MAIL.fullmatch(address):
            raise ValueError(f"what stands for the {desk} is no mail address")
        found[desk] = address
    return found


def _pairs(text: str) -> list[tuple[str, str]]:
    if text.lstrip().startswith("{"):
        try:
            content = json.loads(text)
        except ValueError as wrong:
            raise ValueError("it begins like JSON and is none") from wrong
        return [(str(desk).strip(), str(address).strip()) for desk, address in content.items()]
    pairs = []
    for pair in filter(str.strip, text.split(",")):
        desk, equals, address = pair.partition("=")
        if not equals:
            raise ValueError("write desk=address,desk=address")
        pairs.append((desk.strip(), address.strip()))
    return pairs

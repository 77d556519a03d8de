"""Our own books of writes that MyDHL cannot be asked about: one row for each attempt.

DHL offers no look-up for uploaded invoice data, and none by kind for uploaded papers. So every attempt is written
down before it is made and closed after it: `sent` when DHL took it, `not_sent` when it certainly did not. An attempt
left open is one whose outcome nobody knows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum

from tradelane.adapters.errors import OutsideFailure
from tradelane.adapters.http import surely_not_done
from tradelane.ports import EffectRow, Effects


class Told(StrEnum):
    """What our books say of a write."""

    NEVER = "never"
    SENT = "sent"
    OPEN = "open"


class Journal:
    """Attempts under a key, numbered from 1: `<key>~1`, `<key>~2`, ..."""

    def __init__(self, effects: Effects, now: Callable[[], datetime]) -> None:
        self._effects = effects
        self._now = now

    def told(self, key: str, since: datetime | None = None) -> tuple[Told, EffectRow | None]:
        """What is known of a write, with the latest row that says so; attempts before `since` do not count."""
        sent: EffectRow | None = None
        unknown: EffectRow | None = None
        for row in self._attempts(key):
            if since is not None and row.intended_at < since:
                continue
            if row.state != "done":
                unknown = row
            elif facts_of(row).get("outcome") == Told.SENT:
                sent = row
        if sent is not None:
            return Told.SENT, sent
        return (Told.OPEN, unknown) if unknown else (Told.NEVER, None)

    @contextmanager
    def attempt(self, key: str, step: str) -> Iterator[dict[str, str]]:
        """Write down an attempt, and its outcome where it is certain, with the facts put into the dict."""
        number = sum(1 for _ in self._attempts(key)) + 1
        row = f"{key}~{number}"
        self._effects.intend(row, step, self._now())
        facts: dict[str, str] = {}
        try:
            yield facts
        except OutsideFailure as failure:
            if surely_not_done(failure):
                self._close(row, {"outcome": "not_sent"})
            raise
        self._close(row, {**facts, "outcome": Told.SENT})

    def settle(self, row: EffectRow) -> None:
        """Close an open attempt as sent, after a look outside has found it."""
        self._close(row.key, {"outcome": Told.SENT})

    def _close(self, row: str, content: dict[str, str]) -> None:
        self._effects.done(row, json.dumps(content), self._now())

    def _attempts(self, key: str) -> Iterator[EffectRow]:
        number = 1
        while (row := self._effects.find(f"{key}~{number}")) is not None:
            yield row
            number += 1


def facts_of(row: EffectRow) -> dict[str, str]:
    """What was written down when an attempt was closed."""
    try:
        content = json.loads(row.content or "")
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in content.items()} if isinstance(content, dict) else {}

"""Our own books of writes that a counterparty cannot be asked about: one row for each attempt.

MyDHL, for one, offers no look-up for uploaded invoice data, and none by kind for uploaded papers. So every attempt is
written down before it is made and closed after it: `sent` when it was taken, `not_sent` when it certainly was not. An
attempt left open is one whose outcome nobody knows.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
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
    """Attempts under a key, numbered from 1: `<key>~1`, `<key>~2`, ... The store is asked off the loop."""

    def __init__(self, effects: Effects, now: Callable[[], datetime]) -> None:
        self._effects = effects
        self._now = now

    async def told(self, key: str, since: datetime | None = None) -> tuple[Told, EffectRow | None]:
        """What is known of a write, with the latest row that says so; attempts before `since` do not count."""
        sent: EffectRow | None = None
        unknown: EffectRow | None = None
        for row in await self.tries(key):
            if since is not None and row.intended_at < since:
                continue
            if row.state != "done":
                unknown = row
            elif facts_of(row).get("outcome") == Told.SENT:
                sent = row
        if sent is not None:
            return Told.SENT, sent
        return (Told.OPEN, unknown) if unknown else (Told.NEVER, None)

    @asynccontextmanager
    async def attempt(self, key: str, step: str) -> AsyncIterator[dict[str, str]]:
        """Write down an attempt, and its outcome where it is certain, with the facts put into the dict."""
        row = f"{key}~{len(await self.tries(key)) + 1}"
        await asyncio.to_thread(self._effects.intend, row, step, self._now())
        facts: dict[str, str] = {}
        try:
            yield facts
        except OutsideFailure as failure:
            if surely_not_done(failure):
                await self._close(row, {"outcome": "not_sent"})
            raise
        await self._close(row, {**facts, "outcome": Told.SENT})

    async def tries(self, key: str) -> list[EffectRow]:
        """All attempts of a write, the first one first."""
        return await asyncio.to_thread(self._attempts, key)

    async def settle(self, row: EffectRow) -> None:
        """Close an open attempt as sent, after a look outside has found it."""
        await self._close(row.key, {"outcome": Told.SENT})

    async def note(self, key: str, step: str, facts: dict[str, str]) -> None:
        """Keep facts of something that is done."""
        await asyncio.to_thread(self._effects.intend, key, step, self._now())
        await self._close(key, facts)

    async def noted(self, key: str) -> dict[str, str]:
        """Facts kept under a key; none where nothing was kept."""
        row = await asyncio.to_thread(self._effects.find, key)
        return facts_of(row) if row else {}

    async def _close(self, row: str, content: dict[str, str]) -> None:
        await asyncio.to_thread(self._effects.done, row, json.dumps(content), self._now())

    def _attempts(self, key: str) -> list[EffectRow]:
        rows: list[EffectRow] = []
        while (row := self._effects.find(f"{key}~{len(rows) + 1}")) is not None:
            rows.append(row)
        return rows


def facts_of(row: EffectRow) -> dict[str, str]:
    """What was written down when an attempt was closed."""
    try:
        content = json.loads(row.content or "")
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in content.items()} if isinstance(content, dict) else {}

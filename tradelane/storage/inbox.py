"""The inbox: the one door for facts. One insert, then 200; everything else happens after.

Instants here are real time: they say when something reached us and when we try again, not when it happened in trade.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from tradelane.ports import Arrival
from tradelane.storage.database import Database
from tradelane.storage.keys import KeyTrouble, KeyVault
from tradelane.storage.tables import inbox

OWNER = "rest/inbox"
_CONTEXT = "inbox.body"
_REFERENCE_LENGTH = 200


@dataclass(frozen=True)
class Backlog:
    """How much waits in the inbox and since when."""

    waiting: int
    oldest: datetime | None


class SqlInbox:
    """The port `Inbox` on SQL; bodies are sealed with the key `rest/inbox`."""

    def __init__(
        self, database: Database, vault: KeyVault, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._vault = vault
        self._now = now

    def add(self, source: str, reference: str, body: str, *, state: str = "waiting", note: str = "") -> int:
        """Keep a fact; gives its number. Text that no database could hold is written with escapes."""
        now = self._now()
        row = {
            "source": source,
            "reference": _storable(reference)[:_REFERENCE_LENGTH],
            "body": self._vault.seal(OWNER, _storable(body), _CONTEXT),
            "received_at": now,
            "state": state,
            "note": _storable(note),
            "attempts": 0,
            "not_before": now,
        }
        with self._database.write() as connection:
            number = connection.execute(insert(inbox).values(row).returning(inbox.c.id)).scalar_one()
        return int(number)

    def waiting(self, limit: int) -> tuple[Arrival, ...]:
        """Oldest first, without rows put off into the future."""
        due = (
            select(inbox)
            .where(inbox.c.state == "waiting", inbox.c.not_before <= self._now())
            .order_by(inbox.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            rows = connection.execute(due).all()
        return tuple(self._arrival(row) for row in rows)

    def settle(self, ids: Sequence[int], state: str, note: str = "") -> None:
        """Say what became of rows."""
        with self._database.write() as connection:
            connection.execute(update(inbox).where(inbox.c.id.in_(ids)).values(state=state, note=_storable(note)))

    def put_off(self, ids: Sequence[int], seconds: float, note: str) -> None:
        """Try waiting rows again after some real seconds; counts the attempt."""
        later = self._now() + timedelta(seconds=seconds)
        with self._database.write() as connection:
            connection.execute(
                update(inbox)
                .where(inbox.c.id.in_(ids), inbox.c.state == "waiting")
                .values(attempts=inbox.c.attempts + 1, not_before=later, note=_storable(note))
            )

    def listed(self, state: str | None = None, limit: int = 100) -> tuple[Arrival, ...]:
        """The newest rows first, of one state or of all."""
        asked = select(inbox).order_by(inbox.c.id.desc()).limit(limit)
        if state is not None:
            asked = asked.where(inbox.c.state == state)
        with self._database.read() as connection:
            rows = connection.execute(asked).all()
        return tuple(self._arrival(row) for row in rows)

    def backlog(self) -> Backlog:
        """How many rows wait, those put off included, and the oldest one's arrival."""
        asked = select(func.count(), func.min(inbox.c.received_at)).where(inbox.c.state == "waiting")
        with self._database.read() as connection:
            waiting, oldest = connection.execute(asked).one()
        return Backlog(waiting=int(waiting), oldest=oldest)

    def warm_up(self) -> None:
        """Open a connection and fetch the key, so that the first notice is as fast as the others."""
        self._vault.for_owner(OWNER)
        self.backlog()

    def _arrival(self, row: Row[Any]) -> Arrival:
        try:
            body = self._vault.unseal(row.body, _CONTEXT)
        except KeyTrouble as trouble:
            # the reference still says what the row is about; one bad row must not stop the rest
            body = json.dumps({"unreadable": str(trouble)})
        return Arrival(
            id=row.id,
            source=row.source,
            reference=row.reference,
            body=body,
            received_at=row.received_at,
            state=row.state,
            note=row.note,
            attempts=row.attempts,
        )


def _storable(text: str) -> str:
    """Text without lone surrogates (no UTF-8) and NULs (PostgreSQL refuses them)."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")

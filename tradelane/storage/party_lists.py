"""Tables `party_lists` and `listed_parties`: the newest state of each list of restricted parties."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select

from tradelane.domain.screening import ListedParty, ListState
from tradelane.storage.database import Database
from tradelane.storage.tables import listed_parties, party_lists
from tradelane.storage.upsert import put

AT_ONCE = 5_000
"""Rows of one statement."""


class SqlPartyLists:
    """The port `PartyLists` on SQL; the names are public, so nothing is sealed."""

    def __init__(self, database: Database, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._now = now

    def replace(self, state: ListState, entries: Sequence[ListedParty], actor: str) -> None:
        """Put a list in the place of the one before, in one transaction; nobody ever sees half of one.

        Raises:
            ValueError: one sentence, when the new one is older than the one there is.
        """
        rows = [
            {"source": state.source, "entry_id": entry.entry_id, "record": entry.model_dump_json()} for entry in entries
        ]
        with self._database.write() as connection:
            kept = connection.scalar(select(party_lists.c.dated).where(party_lists.c.source == state.source))
            if kept is not None and date.fromisoformat(kept) > state.dated:
                raise ValueError(
                    f"The list {state.source} of {state.dated} is older than the one there is, which is of {kept}."
                )
            connection.execute(delete(listed_parties).where(listed_parties.c.source == state.source))
            for start in range(0, len(rows), AT_ONCE):
                connection.execute(insert(listed_parties), rows[start : start + AT_ONCE])
            put(
                connection,
                party_lists,
                {
                    "source": state.source,
                    "dated": state.dated.isoformat(),
                    "sha256": state.sha256,
                    "entries": state.entries,
                    "imported_at": self._now(),
                    "actor": actor,
                },
            )

    def states(self) -> tuple[ListState, ...]:
        """Every list there is, by source."""
        asked = select(party_lists).order_by(party_lists.c.source)
        with self._database.read() as connection:
            return tuple(_state(row) for row in connection.execute(asked).all())

    def entries(self, source: str) -> tuple[ListedParty, ...]:
        """All entries of a list, by their numbers."""
        asked = (
            select(listed_parties.c.record).where(listed_parties.c.source == source).order_by(listed_parties.c.entry_id)
        )
        with self._database.read() as connection:
            return tuple(ListedParty.model_validate_json(record) for record in connection.scalars(asked).all())

    def entry(self, source: str, entry_id: str) -> ListedParty | None:
        """One entry."""
        asked = select(listed_parties.c.record).where(
            listed_parties.c.source == source, listed_parties.c.entry_id == entry_id
        )
        with self._database.read() as connection:
            record = connection.scalar(asked)
        return None if record is None else ListedParty.model_validate_json(record)


def _state(row: Row[Any]) -> ListState:
    return ListState(source=row.source, dated=date.fromisoformat(row.dated), sha256=row.sha256, entries=row.entries)

"""Table `journal`: the timeline of each order, append only, one hash chain an order."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from tradelane.domain.identifiers import OrderId
from tradelane.domain.timeline import FIRST, canonical, digest_of_line
from tradelane.ports import JournalEntry
from tradelane.storage.database import Database
from tradelane.storage.tables import journal


class SqlJournal:
    """The port `Journal` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(
        self,
        order_id: OrderId,
        *,
        once: str,
        at: datetime,
        kind: str,
        what: str,
        actor: str,
        evidence: Mapping[str, str],
    ) -> bool:
        """Append a line in one transaction; False when a line with the same `once` stands already."""
        order, moment, proof = str(order_id), at.astimezone(UTC), dict(evidence)
        with self._database.write() as connection:
            self._one_at_a_time(connection, order)
            mine = journal.c.order_id == order
            if connection.execute(select(journal.c.position).where(mine, journal.c.once == once)).first():
                return False
            last = connection.execute(
                select(journal.c.position, journal.c.digest).where(mine).order_by(journal.c.position.desc()).limit(1)
            ).one_or_none()
            position, previous = (last.position + 1, last.digest) if last else (1, FIRST)
            digest = digest_of_line(
                order_id=order,
                position=position,
                at=moment,
                kind=kind,
                what=what,
                actor=actor,
                evidence=proof,
                previous=previous,
            )
            connection.execute(
                insert(journal).values(
                    order_id=order,
                    position=position,
                    once=once,
                    at=moment,
                    kind=kind,
                    what=what,
                    actor=actor,
                    evidence=canonical(proof),
                    previous=previous,
                    digest=digest,
                )
            )
        return True

    def of_order(self, order_id: OrderId) -> tuple[JournalEntry, ...]:
        """The lines of an order as they stand, oldest first; whether they hold together is `timeline.verify`."""
        mine = select(journal).where(journal.c.order_id == str(order_id)).order_by(journal.c.position)
        with self._database.read() as connection:
            return tuple(_entry(row) for row in connection.execute(mine).all())

    def _one_at_a_time(self, connection: Connection, order: str) -> None:
        """Let no other writer of this chain come between reading its last line and adding the next.

        On SQLite a write transaction holds the only write lock from its beginning. PostgreSQL has no row to lock
        before the first line stands, so the chain is locked by name until the transaction ends.
        """
        if not self._database.embedded:
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"journal:{order}", 0))))


def _entry(row: Row[Any]) -> JournalEntry:
    return JournalEntry(
        order_id=row.order_id,
        position=row.position,
        at=row.at,
        kind=row.kind,
        what=row.what,
        actor=row.actor,
        evidence=json.loads(row.evidence),
        previous=row.previous,
        digest=row.digest,
    )

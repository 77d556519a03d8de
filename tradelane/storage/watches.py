"""Table `watches`: what the sweeps look at, so that cost grows with changes and not with orders times time."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import delete, select, update

from tradelane.ports import Watch
from tradelane.storage.database import Database
from tradelane.storage.tables import watches
from tradelane.storage.upsert import keep

AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""A new watch is due at once, whatever clock the sweeps go by."""


class SqlWatches:
    """The port `Watches` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, watch: Watch) -> None:
        """Insert or keep."""
        with self._database.write() as connection:
            keep(connection, watches, watch.model_dump() | {"next_check_at": AT_ONCE})

    def due(self, source: str, now: datetime, limit: int) -> tuple[Watch, ...]:
        """Watches to check, longest overdue first."""
        asked = (
            select(watches)
            .where(watches.c.source == source, watches.c.next_check_at <= now)
            .order_by(watches.c.next_check_at, watches.c.reference)
            .limit(limit)
        )
        with self._database.read() as connection:
            return tuple(Watch.model_validate(row, from_attributes=True) for row in connection.execute(asked).all())

    def seen(self, source: str, reference: str, digest: str, next_check_at: datetime) -> None:
        """Remember what was seen; a watch that was dropped meanwhile stays dropped."""
        with self._database.write() as connection:
            connection.execute(
                update(watches)
                .where(watches.c.source == source, watches.c.reference == reference)
                .values(last_digest=digest, next_check_at=next_check_at)
            )

    def get(self, source: str, reference: str) -> Watch | None:
        """One watch."""
        asked = select(watches).where(watches.c.source == source, watches.c.reference == reference)
        with self._database.read() as connection:
            row = connection.execute(asked).one_or_none()
        return Watch.model_validate(row, from_attributes=True) if row is not None else None

    def of_ucr(self, ucr: str) -> tuple[Watch, ...]:
        """Every watch of a consignment."""
        asked = select(watches).where(watches.c.ucr == ucr).order_by(watches.c.source, watches.c.reference)
        with self._database.read() as connection:
            return tuple(Watch.model_validate(row, from_attributes=True) for row in connection.execute(asked).all())

    def drop(self, source: str, reference: str) -> None:
        """Stop watching."""
        with self._database.write() as connection:
            connection.execute(delete(watches).where(watches.c.source == source, watches.c.reference == reference))

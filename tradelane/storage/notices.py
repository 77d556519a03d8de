"""Table `notices`: what was told to whom, so that nobody is told twice and nothing is forgotten.

Instants here are real time: leases and pauses belong to machines, not to trade.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from tradelane.ports import Notice
from tradelane.storage.database import Database
from tradelane.storage.tables import notices
from tradelane.storage.upsert import keep

LEASE = timedelta(minutes=5)
"""How long a worker has to tell a notice; longer than any notifier waits. After that it has died with it."""

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
_AT_ONCE = 500
"""Ids in one question: databases bound the values of a statement."""


class SqlNotices:
    """The port `Notices` on SQL. Column `at` is when it was told, or until when nobody else may take it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, notice: Notice, at: datetime) -> bool:
        """Take a notice for telling; one statement decides, so of two workers one gets it."""
        row = {"kind": notice.kind, "owner": notice.owner, "state": "telling", "attempts": 1, "at": at + LEASE}
        free = (notices.c.id == notice.id, notices.c.state != "told", notices.c.at <= at)
        with self._database.write() as connection:
            if keep(connection, notices, {"id": notice.id, **row}):
                return True
            taken = connection.execute(
                update(notices).where(*free).values(state="telling", attempts=notices.c.attempts + 1, at=at + LEASE)
            )
        return taken.rowcount == 1

    def told(self, notice_id: str, at: datetime) -> None:
        """It has gone."""
        with self._database.write() as connection:
            connection.execute(update(notices).where(notices.c.id == notice_id).values(state="told", at=at))

    def failed(self, notice_id: str, at: datetime) -> None:
        """Give it back; it may be taken again after half a minute, then after longer and longer, at most an hour."""
        with self._database.write() as connection:
            mine = notices.c.id == notice_id
            attempts = connection.execute(select(notices.c.attempts).where(mine)).scalar_one()
            pause = min(FIRST_PAUSE * 2 ** min(attempts - 1, 10), LONGEST_PAUSE)
            connection.execute(
                update(notices).where(mine, notices.c.state == "telling").values(state="failed", at=at + pause)
            )

    def settled(self, notice_ids: Sequence[str], at: datetime) -> frozenset[str]:
        """Those of them that were told, are being told, or wait for their next try."""
        found: set[str] = set()
        with self._database.read() as connection:
            for start in range(0, len(notice_ids), _AT_ONCE):
                some = notice_ids[start : start + _AT_ONCE]
                asked = select(notices.c.id).where(
                    notices.c.id.in_(some), (notices.c.state == "told") | (notices.c.at > at)
                )
                found.update(connection.execute(asked).scalars())
        return frozenset(found)

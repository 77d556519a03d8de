"""Tables `gates` and `quotas`: what may go to a counterparty now, and what was asked of it today."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from tradelane.ports import Gate
from tradelane.storage.database import Database
from tradelane.storage.tables import gates, quotas
from tradelane.storage.upsert import keep, put


class SqlGates:
    """The port `Gates` on SQL: the row is what shall hold, the engine follows it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[Gate, ...]:
        """Every gate that was ever set, by queue."""
        with self._database.read() as connection:
            rows = connection.execute(select(gates).order_by(gates.c.queue)).all()
        return tuple(Gate.model_validate(row, from_attributes=True) for row in rows)

    def get(self, queue: str) -> Gate | None:
        """The gate of one queue, or None when it was never set."""
        with self._database.read() as connection:
            row = connection.execute(select(gates).where(gates.c.queue == queue)).one_or_none()
        return Gate.model_validate(row, from_attributes=True) if row is not None else None

    def put(self, gate: Gate) -> None:
        """Insert or replace, whatever stood before: a person decides."""
        with self._database.write() as connection:
            put(connection, gates, gate.model_dump())

    def change(self, before: Gate | None, after: Gate) -> bool:
        """Set a gate only if it still stands as `before`; False when somebody else was first."""
        with self._database.write() as connection:
            if before is None:
                return keep(connection, gates, after.model_dump())
            unchanged = (
                gates.c.queue == before.queue,
                gates.c.state == before.state,
                gates.c.automatic == before.automatic,
                gates.c.actor == before.actor,
                gates.c.since == before.since,
            )
            return connection.execute(update(gates).where(*unchanged).values(after.model_dump())).rowcount == 1


class SqlQuotas:
    """The port `Quotas` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, party: str, day: str, most: int) -> bool:
        """Count one request by one conditional statement, so that two workers never share the last one."""
        with self._database.write() as connection:
            if _counted(connection, party, day, most):
                return True
            # the first request of the day finds no row; who loses the race to make it counts on the winner's
            keep(connection, quotas, {"party": party, "day": day, "used": 0})
            return _counted(connection, party, day, most)

    def used(self, party: str, day: str) -> int:
        """Requests spent so far."""
        asked = select(quotas.c.used).where(quotas.c.party == party, quotas.c.day == day)
        with self._database.read() as connection:
            return int(connection.scalar(asked) or 0)


def _counted(connection: Connection, party: str, day: str, most: int) -> bool:
    mine = (quotas.c.party == party, quotas.c.day == day, quotas.c.used < most)
    return connection.execute(update(quotas).where(*mine).values(used=quotas.c.used + 1)).rowcount == 1

"""Tables `replays` and `replay_orders`: replays of many orders, so that an interrupted one goes on where it stopped."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select, update

from tradelane.ports import ReplayBatch, ReplayOrder, ReplayState
from tradelane.storage.database import Database
from tradelane.storage.tables import replay_orders, replays

_OPEN = (ReplayState.PLANNED.value, ReplayState.APPLYING.value)


class SqlReplays:
    """The port `Replays` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def plan(self, batch: ReplayBatch, orders: Sequence[ReplayOrder]) -> None:
        """Write a plan down in one transaction."""
        with self._database.write() as connection:
            connection.execute(insert(replays).values(batch.model_dump()))
            if orders:
                rows = [{"replay_id": batch.id, **one.model_dump(), "state": one.state.value} for one in orders]
                connection.execute(insert(replay_orders), rows)

    def get(self, batch_id: str) -> ReplayBatch | None:
        """The plan under an id."""
        with self._database.read() as connection:
            row = connection.execute(select(replays).where(replays.c.id == batch_id)).one_or_none()
        return ReplayBatch.model_validate(row, from_attributes=True) if row is not None else None

    def orders(self, batch_id: str) -> tuple[ReplayOrder, ...]:
        """Its orders, by order and step."""
        asked = (
            select(replay_orders)
            .where(replay_orders.c.replay_id == batch_id)
            .order_by(replay_orders.c.order_id, replay_orders.c.step)
        )
        with self._database.read() as connection:
            rows = connection.execute(asked).all()
        return tuple(ReplayOrder.model_validate(row, from_attributes=True) for row in rows)

    def settle(self, batch_id: str, order_id: str, step: str, state: ReplayState, note: str = "") -> bool:
        """Write down how far one is; what was settled for good stays as it is."""
        mine = (
            (replay_orders.c.replay_id == batch_id)
            & (replay_orders.c.order_id == order_id)
            & (replay_orders.c.step == step)
            & replay_orders.c.state.in_(_OPEN)
        )
        with self._database.write() as connection:
            changed = connection.execute(update(replay_orders).where(mine).values(state=state.value, note=note))
            return changed.rowcount == 1

"""Table `effects`: our own books of what was done outside, apart from the counterparties'."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, or_, select, update

from tradelane.domain.identifiers import Ucr
from tradelane.ports import EffectRow
from tradelane.storage.database import Database
from tradelane.storage.tables import effects
from tradelane.storage.upsert import keep, put


class SqlEffects:
    """The port `Effects` on SQL; keys are `UCR[:declaration]:effect`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, key: str) -> EffectRow | None:
        """What our books say under a key."""
        with self._database.read() as connection:
            row = connection.execute(select(effects).where(effects.c.key == key)).one_or_none()
        return _effect(row) if row is not None else None

    def intend(self, key: str, step: str, at: datetime) -> None:
        """Insert or keep; never turns `done` back."""
        with self._database.write() as connection:
            keep(connection, effects, {"key": key, "step": step, "state": "intended", "intended_at": at})

    def begin(self, key: str, step: str, at: datetime, fence: timedelta, about: str | None = None) -> timedelta:
        """Begin a write unless another try of it may still be in flight; gives the wait that remains."""
        offered = {"key": key, "step": step, "state": "intended", "content": about, "intended_at": at}
        with self._database.write() as connection:
            row = connection.execute(select(effects).where(effects.c.key == key)).one_or_none()
            if row is not None and row.state == "intended" and at - row.intended_at < fence:
                begun: datetime = row.intended_at
                return fence - (at - begun)
            put(connection, effects, offered, when=lambda kept, _offered: kept.state != "done")
        return timedelta(0)

    def release(self, key: str, absent: bool = False) -> None:
        """A try has ended without result."""
        state = "absent" if absent else "released"
        with self._database.write() as connection:
            connection.execute(
                update(effects).where(effects.c.key == key, effects.c.state == "intended").values(state=state)
            )

    def done(self, key: str, content: str, at: datetime, step: str = "") -> None:
        """Write down that the effect exists; one found by its lookup twin was perhaps never intended here."""
        with self._database.write() as connection:
            # an intended row keeps its own step
            keep(
                connection,
                effects,
                {"key": key, "step": step or key.rpartition(":")[2], "state": "intended", "intended_at": at},
            )
            connection.execute(
                update(effects).where(effects.c.key == key).values(state="done", content=content, done_at=at)
            )

    def of_ucr(self, ucr: Ucr) -> tuple[EffectRow, ...]:
        """All effects of a consignment, oldest intention first."""
        mine = (
            select(effects)
            .where(or_(effects.c.key == str(ucr), effects.c.key.startswith(f"{ucr}:", autoescape=True)))
            .order_by(effects.c.intended_at, effects.c.key)
        )
        with self._database.read() as connection:
            return tuple(_effect(row) for row in connection.execute(mine).all())


def _effect(row: Row[Any]) -> EffectRow:
    return EffectRow.model_validate(row, from_attributes=True)

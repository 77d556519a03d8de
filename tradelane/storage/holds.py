"""Table `holds`: the board. Every hold of every order, so that a list is one query and not one question per run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select, update

from tradelane.domain.holds import Hold
from tradelane.domain.identifiers import OrderId
from tradelane.ports import BoardHold, BoardQuery
from tradelane.storage.database import Database
from tradelane.storage.tables import holds as board
from tradelane.storage.upsert import put


class SqlHoldBoard:
    """The port `HoldBoard` on SQL; all instants are trade time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def post(
        self, order_id: OrderId, seller_id: str, exporters: Sequence[str], holds: Sequence[Hold], at: datetime
    ) -> tuple[tuple[Hold, ...], tuple[Hold, ...]]:
        """Make the open holds of an order what its run says; gives the newly opened and the closed ones.

        One transaction. A hold is one by key and `since`: posted again it is brought up to date, and one that was
        closed in between stands open again without being new.
        """
        mine = board.c.order_id == str(order_id)
        wanted = {(hold.key, hold.since) for hold in holds}
        with self._database.write() as connection:
            rows = connection.execute(
                select(board.c.key, board.c.since, board.c.closed_at, board.c.record).where(mine)
            ).all()
            known = {(row.key, row.since) for row in rows}
            for hold in holds:
                put(connection, board, _row(order_id, seller_id, exporters, hold))
            gone = [row for row in rows if row.closed_at is None and (row.key, row.since) not in wanted]
            for row in gone:
                connection.execute(
                    update(board).where(mine, board.c.key == row.key, board.c.since == row.since).values(closed_at=at)
                )
        opened = tuple(hold for hold in holds if (hold.key, hold.since) not in known)
        return opened, tuple(Hold.model_validate_json(row.record) for row in gone)

    def open(self, query: BoardQuery, limit: int | None = None) -> tuple[BoardHold, ...]:
        """Open holds by due time, then order and key; every filter is part of the query."""
        asked = (
            select(board)
            .where(board.c.closed_at.is_(None), *_filters(query))
            .order_by(board.c.due, board.c.order_id, board.c.key)
        )
        with self._database.read() as connection:
            rows = connection.execute(asked if limit is None else asked.limit(limit)).all()
        return tuple(_board_hold(row) for row in rows)

    def of_order(self, order_id: OrderId) -> tuple[BoardHold, ...]:
        """Open and closed holds of one order, oldest first."""
        mine = select(board).where(board.c.order_id == str(order_id)).order_by(board.c.since, board.c.key)
        with self._database.read() as connection:
            return tuple(_board_hold(row) for row in connection.execute(mine).all())


def _filters(query: BoardQuery) -> list[ColumnElement[bool]]:
    same = (
        (board.c.order_id, query.order_id),
        (board.c.seller_id, query.seller),
        (board.c.stage, query.stage),
        (board.c.reason, query.reason),
    )
    found: list[ColumnElement[bool]] = [column == wanted for column, wanted in same if wanted is not None]
    if query.exporter is not None:
        # LIKE would not tell capitals apart on SQLite
        found.append(func.replace(board.c.exporters, json.dumps(query.exporter), "") != board.c.exporters)
    if query.step is not None:
        found.append(or_(board.c.key == query.step, board.c.step == query.step))
    if query.owner is not None:
        found.append(or_(board.c.owner == query.owner, board.c.assignee == query.owner))
    if query.due_before is not None:
        found.append(board.c.due < query.due_before)
    if query.snoozed_at is not None:
        found.append(or_(board.c.snoozed_until.is_(None), board.c.snoozed_until <= query.snoozed_at))
    return found


def _row(order_id: OrderId, seller_id: str, exporters: Sequence[str], hold: Hold) -> dict[str, Any]:
    return {
        "order_id": str(order_id),
        "key": hold.key,
        "since": hold.since,
        "due": hold.due,
        "stage": hold.stage,
        "step": hold.step,
        "reason": hold.reason,
        "fault": hold.fault.value,
        "owner": hold.owner,
        "assignee": hold.assignee,
        "snoozed_until": hold.snoozed_until,
        "seller_id": seller_id,
        # a list of JSON texts: each id stands in quotes, so none is found in another
        "exporters": json.dumps(list(exporters)),
        "record": hold.model_dump_json(),
        "closed_at": None,
    }


def _board_hold(row: Row[Any]) -> BoardHold:
    return BoardHold(
        order_id=row.order_id,
        seller_id=row.seller_id,
        exporters=tuple(json.loads(row.exporters)),
        hold=Hold.model_validate_json(row.record),
        closed_at=row.closed_at,
    )

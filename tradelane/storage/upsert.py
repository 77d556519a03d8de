"""Insert-or-keep and insert-or-replace: the only statements that differ by dialect."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.base import ReadOnlyColumnCollection

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

Condition = Callable[[ReadOnlyColumnCollection[str, Any], ReadOnlyColumnCollection[str, Any]], ColumnElement[bool]]
"""Of the columns kept and the columns offered: whether the offered row may replace the kept one."""


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # brings its drivers' dialects along: a tenth of a second

    return postgresql.insert(table)


def keep(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row, or keep the one that is there; True when it was inserted."""
    statement = _insert(connection, table).values(dict(row)).on_conflict_do_nothing()
    return connection.execute(statement).rowcount == 1


def put(connection: Connection, table: Table, row: Mapping[str, Any], *, when: Condition | None = None) -> bool:
    """Insert a row or replace the one with the same primary key; True when the row now stands as offered.

    With `when`, an existing row is replaced only where the condition holds (one statement, hence no race).
    """
    statement = _insert(connection, table).values(dict(row))
    key = [column.name for column in table.primary_key]
    statement = statement.on_conflict_do_update(
        index_elements=key,
        set_={name: statement.excluded[name] for name in row if name not in key},
        where=None if when is None else when(table.c, statement.excluded),
    )
    return connection.execute(statement).rowcount == 1


def put_all(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many rows of the same columns, or replace those with the same primary key, in one statement's batch."""
    if not rows:
        return
    statement = _insert(connection, table)
    key = [column.name for column in table.primary_key]
    replaced = {name: statement.excluded[name] for name in rows[0] if name not in key}
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=replaced), [dict(row) for row in rows])

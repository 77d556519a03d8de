"""Step 1 of the inbox: its table."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from tradelane.storage.columns import RowNumber, UtcInstant

TABLES = MetaData()

Table(
    "inbox",
    TABLES,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("source", String(40), nullable=False),
    Column("reference", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", UtcInstant, nullable=False),
    Column("state", String(20), nullable=False),
    Column("note", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", UtcInstant, nullable=False),
    Index("inbox_by_state", "state", "not_before"),
)


def up(connection: Connection) -> None:
    """Create the tables."""
    TABLES.create_all(connection, checkfirst=False)

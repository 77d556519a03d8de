"""Step 4 of the main database: standing clearances of parties that resemble a listed entry."""

from __future__ import annotations

from sqlalchemy import Column, Connection, Index, MetaData, String, Table, Text

TABLES = MetaData()

Table(
    "party_clearances",
    TABLES,
    Column("id", String(32), primary_key=True),
    Column("party", String(64), nullable=False),
    Column("record", Text, nullable=False),
    Index("party_clearances_of", "party"),
)


def up(connection: Connection) -> None:
    """Create the table."""
    TABLES.create_all(connection, checkfirst=False)

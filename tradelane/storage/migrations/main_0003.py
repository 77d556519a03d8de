"""Step 3 of the main database: declarations, published rates and lists of restricted parties."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Connection, Index, Integer, MetaData, String, Table, Text

from tradelane.storage.columns import UtcInstant

TABLES = MetaData()

Table(
    "declarations",
    TABLES,
    Column("order_no", String(50), primary_key=True),
    Column("ucr", String(35), nullable=False),
    Column("order_id", String(20), nullable=False),
    Column("exporter_id", String(100), nullable=False),
    Column("number", String(14)),
    Column("state", String(30), nullable=False),
    Column("load_before", String(10)),
    Column("loaded_on", String(10)),
    Column("loaded", Boolean, nullable=False),
    Column("record", Text, nullable=False),
    Index("declarations_by_ucr", "ucr"),
    Index("declarations_by_number", "number"),
    Index("declarations_to_load", "loaded", "load_before"),
    Index("declarations_loaded", "exporter_id", "loaded_on"),
)

Table(
    "published_rates",
    TABLES,
    Column("kind", String(20), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("krw_per_unit", String(30), nullable=False),
    Column("source", Text, nullable=False),
)

Table(
    "party_lists",
    TABLES,
    Column("source", String(20), primary_key=True),
    Column("dated", String(10), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("entries", Integer, nullable=False),
    Column("imported_at", UtcInstant, nullable=False),
    Column("actor", Text, nullable=False),
)

Table(
    "listed_parties",
    TABLES,
    Column("source", String(20), primary_key=True),
    Column("entry_id", String(100), primary_key=True),
    Column("record", Text, nullable=False),
)


def up(connection: Connection) -> None:
    """Create the tables."""
    TABLES.create_all(connection, checkfirst=False)

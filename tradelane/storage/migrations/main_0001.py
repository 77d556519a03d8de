"""Step 1 of the main database: the first tables."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from tradelane.storage.columns import RowNumber, UtcInstant

TABLES = MetaData()

Table(
    "consignments",
    TABLES,
    Column("ucr", String(35), primary_key=True),
    Column("shipment_id", String(20), nullable=False, unique=True),
    Column("seller_id", String(40), nullable=False),
    Column("carrying_order", String(20), nullable=False),
    Column("fixed", Boolean, nullable=False),
    Column("outcome", String(40)),
    Column("closed_at", UtcInstant),
    Column("claimed_at", UtcInstant, nullable=False),
)

Table(
    "consignment_orders",
    TABLES,
    Column("ucr", String(35), ForeignKey("consignments.ucr"), primary_key=True),
    Column("order_id", String(20), primary_key=True),
    Column("position", Integer, nullable=False),
    Index("consignment_orders_by_order", "order_id"),
)

Table(
    "decisions",
    TABLES,
    Column("number", RowNumber, primary_key=True, autoincrement=True),
    Column("id", String(200), nullable=False),
    Column("scope", String(20), nullable=False),
    Column("step", String(100), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", UtcInstant, nullable=False),
    UniqueConstraint("id", name="decisions_once"),
    Index("decisions_by_scope", "scope"),
)

Table(
    "effects",
    TABLES,
    Column("key", String(200), primary_key=True),
    Column("step", String(100), nullable=False),
    Column("state", String(20), nullable=False),
    Column("content", Text),
    Column("intended_at", UtcInstant, nullable=False),
    Column("done_at", UtcInstant),
)

Table(
    "watches",
    TABLES,
    Column("source", String(40), primary_key=True),
    Column("reference", String(200), primary_key=True),
    Column("ucr", String(35), nullable=False),
    Column("order_id", String(20), nullable=False),
    Column("exporter_id", String(100), nullable=False),
    Column("last_digest", String(64), nullable=False),
    Column("next_check_at", UtcInstant, nullable=False),
    Index("watches_due", "source", "next_check_at"),
)

Table(
    "catalogue",
    TABLES,
    Column("sku", String(200), primary_key=True),
    Column("record", Text, nullable=False),
)

Table(
    "exporters",
    TABLES,
    Column("id", String(100), primary_key=True),
    Column("record", Text, nullable=False),
)

Table(
    "sellers",
    TABLES,
    Column("id", String(40), primary_key=True),
    Column("record", Text, nullable=False),
)

Table(
    "seller_tokens",
    TABLES,
    Column("seller_id", String(40), primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

Table(
    "refresh_leases",
    TABLES,
    Column("seller_id", String(40), primary_key=True),
    Column("holder", String(200), nullable=False),
    Column("until", UtcInstant, nullable=False),
)

Table(
    "documents",
    TABLES,
    Column("ucr", String(35), primary_key=True),
    Column("kind", String(60), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("media_type", String(100), nullable=False),
    Column("size", Integer, nullable=False),
    Column("stored_at", UtcInstant, nullable=False),
)

Table(
    "data_keys",
    TABLES,
    Column("key_id", String(32), primary_key=True),
    Column("owner", String(200), nullable=False),
    Column("wrapped", LargeBinary),
    Column("created_at", UtcInstant, nullable=False),
    Column("destroyed_at", UtcInstant),
    Index(
        "data_keys_one_living",
        "owner",
        unique=True,
        sqlite_where=text("destroyed_at IS NULL"),
        postgresql_where=text("destroyed_at IS NULL"),
    ),
)


def up(connection: Connection) -> None:
    """Create the tables."""
    TABLES.create_all(connection, checkfirst=False)

"""Step 2 of the main database: the desk (holds, timeline, gates, quotas, notices, replays) and old values of decisions."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from tradelane.storage.columns import UtcInstant

TABLES = MetaData()

Table(
    "holds",
    TABLES,
    Column("order_id", String(20), primary_key=True),
    Column("key", String(100), primary_key=True),
    Column("since", UtcInstant, primary_key=True),
    Column("due", UtcInstant, nullable=False),
    Column("stage", String(40), nullable=False),
    Column("step", String(100), nullable=False),
    Column("reason", String(60), nullable=False),
    Column("fault", String(20), nullable=False),
    Column("owner", String(60), nullable=False),
    Column("assignee", String(100), nullable=False),
    Column("snoozed_until", UtcInstant),
    Column("seller_id", String(40), nullable=False),
    Column("exporters", Text, nullable=False),
    Column("record", Text, nullable=False),
    Column("closed_at", UtcInstant),
    Index("holds_open", "closed_at", "due"),
)

Table(
    "journal",
    TABLES,
    Column("order_id", String(20), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("once", String(300), nullable=False),
    Column("at", UtcInstant, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("what", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    UniqueConstraint("order_id", "once", name="journal_once"),
)

Table(
    "gates",
    TABLES,
    Column("queue", String(40), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("rate", Float),
    Column("automatic", Boolean, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("since", UtcInstant, nullable=False),
)

Table(
    "quotas",
    TABLES,
    Column("party", String(40), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("used", Integer, nullable=False),
)

Table(
    "notices",
    TABLES,
    Column("id", String(300), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("owner", String(100), nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("at", UtcInstant, nullable=False),
)

Table(
    "replays",
    TABLES,
    Column("id", String(32), primary_key=True),
    Column("chosen_by", Text, nullable=False),
    Column("step", String(100), nullable=False),
    Column("planned_at", UtcInstant, nullable=False),
)

Table(
    "replay_orders",
    TABLES,
    Column("replay_id", String(32), ForeignKey("replays.id"), primary_key=True),
    Column("order_id", String(20), primary_key=True),
    Column("step", String(100), primary_key=True),
    Column("version", String(64), nullable=False),
    Column("state", String(20), nullable=False),
    Column("note", Text, nullable=False),
)


def up(connection: Connection) -> None:
    """Create the tables; decisions gain what stood before."""
    TABLES.create_all(connection, checkfirst=False)
    kind = "BYTEA" if connection.dialect.name == "postgresql" else "BLOB"
    connection.execute(text(f"ALTER TABLE decisions ADD COLUMN before {kind}"))

"""The tables as the code uses them; `migrations` makes and changes them, a test holds both together.

`MAIN` is the house's database, `INBOX` the one door for facts: its own file on SQLite, its own table on PostgreSQL.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
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

MAIN = MetaData()
INBOX = MetaData()

consignments = Table(
    "consignments",
    MAIN,
    Column("ucr", String(35), primary_key=True),
    Column("shipment_id", String(20), nullable=False, unique=True),
    Column("seller_id", String(40), nullable=False),
    Column("carrying_order", String(20), nullable=False),
    Column("fixed", Boolean, nullable=False),
    Column("outcome", String(40)),
    Column("closed_at", UtcInstant),
    Column("claimed_at", UtcInstant, nullable=False),
)

consignment_orders = Table(
    "consignment_orders",
    MAIN,
    Column("ucr", String(35), ForeignKey("consignments.ucr"), primary_key=True),
    Column("order_id", String(20), primary_key=True),
    Column("position", Integer, nullable=False),
    Index("consignment_orders_by_order", "order_id"),
)

decisions = Table(
    "decisions",
    MAIN,
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

effects = Table(
    "effects",
    MAIN,
    Column("key", String(200), primary_key=True),
    Column("step", String(100), nullable=False),
    Column("state", String(20), nullable=False),
    Column("content", Text),
    Column("intended_at", UtcInstant, nullable=False),
    Column("done_at", UtcInstant),
)

watches = Table(
    "watches",
    MAIN,
    Column("source", String(40), primary_key=True),
    Column("reference", String(200), primary_key=True),
    Column("ucr", String(35), nullable=False),
    Column("order_id", String(20), nullable=False),
    Column("exporter_id", String(100), nullable=False),
    Column("last_digest", String(64), nullable=False),
    Column("next_check_at", UtcInstant, nullable=False),
    Index("watches_due", "source", "next_check_at"),
)

catalogue = Table(
    "catalogue",
    MAIN,
    Column("sku", String(200), primary_key=True),
    Column("record", Text, nullable=False),
)

exporters = Table(
    "exporters",
    MAIN,
    Column("id", String(100), primary_key=True),
    Column("record", Text, nullable=False),
)

sellers = Table(
    "sellers",
    MAIN,
    Column("id", String(40), primary_key=True),
    Column("record", Text, nullable=False),
)

seller_tokens = Table(
    "seller_tokens",
    MAIN,
    Column("seller_id", String(40), primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

refresh_leases = Table(
    "refresh_leases",
    MAIN,
    Column("seller_id", String(40), primary_key=True),
    Column("holder", String(200), nullable=False),
    Column("until", UtcInstant, nullable=False),
)

documents = Table(
    "documents",
    MAIN,
    Column("ucr", String(35), primary_key=True),
    Column("kind", String(60), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("media_type", String(100), nullable=False),
    Column("size", Integer, nullable=False),
    Column("stored_at", UtcInstant, nullable=False),
)

data_keys = Table(
    "data_keys",
    MAIN,
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

inbox = Table(
    "inbox",
    INBOX,
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

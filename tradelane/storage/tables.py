"""The tables as the code uses them; `migrations` makes and changes them, a test holds both together.

`MAIN` is the house's database, `INBOX` the one door for facts: its own file on SQLite, its own table on PostgreSQL.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
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
    Column("before", LargeBinary),
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

holds = Table(
    "holds",
    MAIN,
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

journal = Table(
    "journal",
    MAIN,
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

gates = Table(
    "gates",
    MAIN,
    Column("queue", String(40), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("rate", Float),
    Column("automatic", Boolean, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("since", UtcInstant, nullable=False),
)

quotas = Table(
    "quotas",
    MAIN,
    Column("party", String(40), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("used", Integer, nullable=False),
)

notices = Table(
    "notices",
    MAIN,
    Column("id", String(300), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("owner", String(100), nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("at", UtcInstant, nullable=False),
)

replays = Table(
    "replays",
    MAIN,
    Column("id", String(32), primary_key=True),
    Column("chosen_by", Text, nullable=False),
    Column("step", String(100), nullable=False),
    Column("planned_at", UtcInstant, nullable=False),
)

replay_orders = Table(
    "replay_orders",
    MAIN,
    Column("replay_id", String(32), ForeignKey("replays.id"), primary_key=True),
    Column("order_id", String(20), primary_key=True),
    Column("step", String(100), primary_key=True),
    Column("version", String(64), nullable=False),
    Column("state", String(20), nullable=False),
    Column("note", Text, nullable=False),
)

declarations = Table(
    "declarations",
    MAIN,
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

published_rates = Table(
    "published_rates",
    MAIN,
    Column("kind", String(20), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("krw_per_unit", String(30), nullable=False),
    Column("source", Text, nullable=False),
)

party_lists = Table(
    "party_lists",
    MAIN,
    Column("source", String(20), primary_key=True),
    Column("dated", String(10), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("entries", Integer, nullable=False),
    Column("imported_at", UtcInstant, nullable=False),
    Column("actor", Text, nullable=False),
)

listed_parties = Table(
    "listed_parties",
    MAIN,
    Column("source", String(20), primary_key=True),
    Column("entry_id", String(100), primary_key=True),
    Column("record", Text, nullable=False),
)

party_clearances = Table(
    "party_clearances",
    MAIN,
    Column("id", String(32), primary_key=True),
    Column("party", String(64), nullable=False),
    Column("record", Text, nullable=False),
    Index("party_clearances_of", "party"),
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

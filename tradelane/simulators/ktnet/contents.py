"""What declarations say: as filed, then as approved amendments left them."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from decimal import Decimal

from tradelane.simulators.clock import iso
from tradelane.simulators.ktnet.fields import Json, amount

SCHEMA = """
CREATE TABLE IF NOT EXISTS ktnet_contents (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    number TEXT NOT NULL,
    since TEXT NOT NULL,
    document TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS ktnet_contents_by_number ON ktnet_contents (number);
"""


def write(db: sqlite3.Connection, number: str, since: datetime, document: Json) -> None:
    """Lets a declaration say something from an instant on."""
    db.execute(
        "INSERT INTO ktnet_contents (number, since, document) VALUES (?, ?, ?)",
        (number, iso(since), json.dumps(document, ensure_ascii=False, default=str)),
    )


def read(db: sqlite3.Connection, number: str, now: datetime) -> Json | None:
    """What a declaration says at an instant; None when its content was never kept."""
    row = db.execute(
        "SELECT document FROM ktnet_contents WHERE number = ? AND since <= ? ORDER BY seq DESC LIMIT 1",
        (number, iso(now)),
    ).fetchone()
    return None if row is None else json.loads(row["document"])


def whole(document: Json, name: str) -> str:
    """A number of a document without decimals, as text."""
    return str(amount(document, name).quantize(Decimal(1)))

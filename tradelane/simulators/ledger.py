"""The ledger of effects: what really happened at the counterparties, row by row.

It has no unique key on purpose. Most of the real systems do the same thing twice when they are asked twice,
and only a ledger that lets them do so can show that somebody asked twice.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime

from tradelane.simulators.clock import iso

SCHEMA = """
CREATE TABLE IF NOT EXISTS ledger (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    counterparty TEXT NOT NULL,
    operation TEXT NOT NULL,
    reference TEXT NOT NULL,
    at TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS requests (
    counterparty TEXT NOT NULL,
    operation TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (counterparty, operation)
);
"""


def add_row(
    db: sqlite3.Connection,
    at: datetime,
    counterparty: str,
    operation: str,
    reference: str,
    detail: Mapping[str, object],
) -> None:
    """Writes one effect."""
    db.execute(
        "INSERT INTO ledger (counterparty, operation, reference, at, detail) VALUES (?, ?, ?, ?, ?)",
        (counterparty, operation, reference, iso(at), json.dumps(dict(detail), ensure_ascii=False)),
    )


def rows(db: sqlite3.Connection, counterparty: str | None, operation: str | None) -> list[dict[str, object]]:
    """The effects in the order they happened, of all counterparties and operations or of the ones named."""
    found = db.execute(
        "SELECT seq, counterparty, operation, reference, at, detail FROM ledger"
        " WHERE (:counterparty IS NULL OR counterparty = :counterparty)"
        " AND (:operation IS NULL OR operation = :operation) ORDER BY seq",
        {"counterparty": counterparty, "operation": operation},
    )
    return [{**dict(row), "detail": json.loads(row["detail"])} for row in found]


def count_request(db: sqlite3.Connection, counterparty: str, operation: str) -> None:
    """Counts one request, whether it acts or not."""
    db.execute(
        "INSERT INTO requests (counterparty, operation, count) VALUES (?, ?, 1)"
        " ON CONFLICT (counterparty, operation) DO UPDATE SET count = count + 1",
        (counterparty, operation),
    )


def request_counts(db: sqlite3.Connection, counterparty: str | None) -> dict[str, dict[str, int]]:
    """Requests so far: counterparty to operation to count."""
    counts: dict[str, dict[str, int]] = {}
    for row in db.execute(
        "SELECT counterparty, operation, count FROM requests"
        " WHERE :counterparty IS NULL OR counterparty = :counterparty ORDER BY counterparty, operation",
        {"counterparty": counterparty},
    ):
        counts.setdefault(row["counterparty"], {})[row["operation"]] = row["count"]
    return counts

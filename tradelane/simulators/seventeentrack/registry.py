"""The numbers a customer has registered, its key, its webhook and its quota."""

from __future__ import annotations

import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from tradelane.simulators.clock import instant, iso
from tradelane.simulators.stage import Stage

SCHEMA = """
CREATE TABLE IF NOT EXISTS st_account (
    key TEXT NOT NULL, webhook TEXT, quota INTEGER NOT NULL, a_second INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS st_numbers (
    number TEXT NOT NULL,
    carrier INTEGER NOT NULL,
    tag TEXT,
    order_no TEXT,
    registered_at TEXT NOT NULL,
    stopped_at TEXT,
    PRIMARY KEY (number, carrier)
);
CREATE TABLE IF NOT EXISTS st_pushes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    number TEXT NOT NULL,
    carrier INTEGER NOT NULL,
    event_seq INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    retry_at REAL NOT NULL DEFAULT 0,
    http_code INTEGER,
    pushed_at TEXT,
    UNIQUE (number, carrier, event_seq)
);
CREATE INDEX IF NOT EXISTS st_pushes_waiting ON st_pushes (pushed_at, retry_at);
"""

QUOTA = 100_000
A_SECOND = 3
"""Requests in a second of real time; the published limit."""


@dataclass(frozen=True)
class Registered:
    """One number with its carrier; `stopped_at` None while it is tracked."""

    number: str
    carrier: int
    tag: str | None
    order_no: str | None
    registered_at: datetime
    stopped_at: datetime | None


class Registry:
    """The customer's account. The real system refuses a number and carrier it knows, and so does this."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        db = stage.connection()
        db.executescript(SCHEMA)
        if db.execute("SELECT 1 FROM st_account").fetchone() is None:
            db.execute(
                "INSERT INTO st_account VALUES (?, NULL, ?, ?)", (secrets.token_hex(16).upper(), QUOTA, A_SECOND)
            )

    @property
    def db(self) -> sqlite3.Connection:
        """The books."""
        return self._stage.connection()

    def account(self) -> sqlite3.Row:
        """key, webhook, quota, a_second."""
        row: sqlite3.Row = self.db.execute("SELECT key, webhook, quota, a_second FROM st_account").fetchone()
        return row

    def used(self) -> int:
        """Credits spent: one for each number ever registered."""
        return int(self.db.execute("SELECT count(*) FROM st_numbers").fetchone()[0])

    def set_webhook(self, url: str | None) -> None:
        """Where pushes go; None keeps them waiting."""
        self.db.execute("UPDATE st_account SET webhook = ?", (url,))

    def set_limits(self, quota: int, a_second: int) -> None:
        """Changes quota and rate, for tests of what happens at their end."""
        self.db.execute("UPDATE st_account SET quota = ?, a_second = ?", (quota, a_second))

    def find(self, number: str, carrier: int | None) -> Registered | None:
        """A registered number; without a carrier, the first one registered under it."""
        row = self.db.execute(
            "SELECT * FROM st_numbers WHERE number = ? AND (? IS NULL OR carrier = ?) ORDER BY rowid",
            (number, carrier, carrier),
        ).fetchone()
        return None if row is None else _registered(row)

    def all(self) -> list[Registered]:
        """All numbers, newest registration first."""
        return [_registered(row) for row in self.db.execute("SELECT * FROM st_numbers ORDER BY rowid DESC")]

    def register(self, number: str, carrier: int, tag: str | None, order_no: str | None) -> None:
        """Begins to track a number and spends a credit."""
        self.db.execute(
            "INSERT INTO st_numbers VALUES (?, ?, ?, ?, ?, NULL)",
            (number, carrier, tag, order_no, iso(self._stage.now())),
        )
        self._stage.record("17track", "register", number, {"carrier": carrier, "order_no": order_no})

    def stop(self, number: str, carrier: int) -> None:
        """Ends the tracking of a number; a push says so."""
        self.db.execute(
            "UPDATE st_numbers SET stopped_at = ? WHERE number = ? AND carrier = ?",
            (iso(self._stage.now()), number, carrier),
        )
        self.db.execute("INSERT INTO st_pushes (number, carrier, event_seq) VALUES (?, ?, NULL)", (number, carrier))
        self._stage.record("17track", "stoptrack", number, {"carrier": carrier})


def _registered(row: sqlite3.Row) -> Registered:
    return Registered(
        number=row["number"],
        carrier=row["carrier"],
        tag=row["tag"],
        order_no=row["order_no"],
        registered_at=instant(row["registered_at"]),
        stopped_at=None if row["stopped_at"] is None else instant(row["stopped_at"]),
    )

"""DHL's own books: bookings, their references, and the papers that lie with them.

There is no key on any reference: a booking asked for twice is two parcels, as at DHL.
"""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tradelane.simulators import cargo
from tradelane.simulators.clock import instant, iso
from tradelane.simulators.mydhl import rules
from tradelane.simulators.mydhl.rules import Body

SCHEMA = """
CREATE TABLE IF NOT EXISTS mydhl_shipments (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    waybill TEXT,
    account TEXT NOT NULL,
    booked_at TEXT NOT NULL,
    planned_day TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS mydhl_shipments_by_waybill ON mydhl_shipments (waybill);
CREATE TABLE IF NOT EXISTS mydhl_references (
    waybill TEXT NOT NULL,
    value TEXT NOT NULL,
    type_code TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS mydhl_references_by_value ON mydhl_references (value);
CREATE TABLE IF NOT EXISTS mydhl_papers (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    waybill TEXT NOT NULL,
    type_code TEXT NOT NULL,
    format TEXT NOT NULL,
    content BLOB NOT NULL,
    stored_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS mydhl_papers_by_waybill ON mydhl_papers (waybill);
"""

FIRST_SERIAL = 421_337_000


@dataclass(frozen=True)
class Shipment:
    """One booking; `planned_day` is the date part of its planned shipping date, as written."""

    waybill: str
    account: str
    booked_at: datetime
    planned_day: str
    body: Body


@dataclass(frozen=True)
class Paper:
    """One paper of a shipment, by the type code of an upload (INV, DCL, …)."""

    type_code: str
    form: str
    content: bytes


class Books:
    """Reads and writes the tables. Every method runs inside the transaction of one request."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        for schema in (SCHEMA, cargo.SCHEMA):
            db.executescript(schema)

    def book(self, booking: Body, now: datetime) -> Shipment:
        """Writes a booking down under a waybill number never used before."""
        account, day = rules.account_of(booking), str(booking["plannedShippingDateAndTime"])[:10]
        row = self._db.execute(
            "INSERT INTO mydhl_shipments (account, booked_at, planned_day, body) VALUES (?, ?, ?, ?) RETURNING seq",
            (account, iso(now), day, json.dumps(booking, default=float, ensure_ascii=False)),
        ).fetchone()
        waybill = waybill_number(FIRST_SERIAL + int(row["seq"]))
        self._db.execute("UPDATE mydhl_shipments SET waybill = ? WHERE seq = ?", (waybill, row["seq"]))
        self._db.executemany(
            "INSERT INTO mydhl_references (waybill, value, type_code) VALUES (?, ?, ?)",
            [(waybill, value, kind) for value, kind in rules.references(booking)],
        )
        packages = rules.listed(rules.mapping(booking["content"])["packages"])
        weight = sum((rules.number(package["weight"]) for package in packages), Decimal(0))
        for number in sorted(rules.declaration_numbers(booking)):
            cargo.tie(self._db, waybill, number, len(packages), weight)
        self.store(waybill, rules.listed(booking.get("documentImages")), now)
        return Shipment(waybill, account, now, day, booking)

    def store(self, waybill: str, images: Iterable[Body], now: datetime) -> list[str]:
        """Puts papers to a shipment, whether or not such a paper lies there already; gives their type codes."""
        stored = []
        for image in images:
            kind = str(image.get("typeCode", "INV"))
            content = base64.b64decode(str(image["content"]), validate=True)
            self.add_paper(waybill, Paper(kind, str(image.get("imageFormat", "PDF")), content), now)
            stored.append(kind)
        return stored

    def add_paper(self, waybill: str, paper: Paper, now: datetime) -> None:
        """Puts one paper to a shipment."""
        self._db.execute(
            "INSERT INTO mydhl_papers (waybill, type_code, format, content, stored_at) VALUES (?, ?, ?, ?, ?)",
            (waybill, paper.type_code, paper.form, paper.content, iso(now)),
        )

    def papers(self, waybill: str) -> list[Paper]:
        """The papers of a shipment, oldest first."""
        found = self._db.execute(
            "SELECT type_code, format, content FROM mydhl_papers WHERE waybill = ? ORDER BY seq", (waybill,)
        )
        return [Paper(row["type_code"], row["format"], row["content"]) for row in found]

    def shipment(self, waybill: str) -> Shipment | None:
        """A booking by its waybill number."""
        found = self._shipments("WHERE waybill = ?", (waybill,))
        return found[0] if found else None

    def by_reference(self, value: str, kind: str | None, account: str) -> list[Shipment]:
        """All bookings of an account that carry a reference, oldest first."""
        return self._shipments(
            "WHERE account = ? AND waybill IN"
            " (SELECT waybill FROM mydhl_references WHERE value = ? AND (? IS NULL OR type_code = ?))",
            (account, value, kind, kind),
        )

    def _shipments(self, where: str, values: tuple[str | None, ...]) -> list[Shipment]:
        found = self._db.execute(
            f"SELECT waybill, account, booked_at, planned_day, body FROM mydhl_shipments {where} ORDER BY seq",  # noqa: S608 - `where` is ours
            values,
        )
        return [
            Shipment(
                row["waybill"],
                row["account"],
                instant(row["booked_at"]),
                row["planned_day"],
                json.loads(row["body"], parse_float=Decimal),
            )
            for row in found
        ]


def waybill_number(serial: int) -> str:
    """A waybill number: nine digits and their remainder by seven."""
    return f"{serial:09d}{serial % 7}"


def piece_number(waybill: str, piece: int) -> str:
    """The licence plate of one package."""
    return f"JD01460{waybill}{piece:03d}"

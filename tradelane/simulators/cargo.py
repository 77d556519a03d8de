"""What ties papers to parcels in the simulated world: who packed what under which declaration, and what carried it.

KTNET writes what a declaration cleared, MyDHL writes which parcel names which declaration, and UNI-PASS (and KTNET, for
its `Fulfillment`) read from both whether the goods have left Korea.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tradelane.simulators.clock import instant, iso

SCHEMA = """
CREATE TABLE IF NOT EXISTS declaration_cargo (
    number TEXT PRIMARY KEY,
    maker TEXT NOT NULL,
    packages TEXT NOT NULL,
    package_unit TEXT NOT NULL,
    weight_kg TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS parcel_declarations (
    waybill TEXT NOT NULL,
    number TEXT NOT NULL,
    packages INTEGER NOT NULL,
    weight_kg TEXT NOT NULL,
    PRIMARY KEY (waybill, number)
);
CREATE INDEX IF NOT EXISTS parcel_declarations_by_number ON parcel_declarations (number);
"""

DEPARTED = "DF"


@dataclass(frozen=True)
class Cargo:
    """What a declaration cleared: packages of a kind and gross kilograms, as written in it."""

    maker: str
    packages: str
    package_unit: str
    weight_kg: str


@dataclass(frozen=True)
class Carriage:
    """One departed parcel that carried goods of a declaration."""

    waybill: str
    departed_at: datetime
    packages: int
    weight_kg: Decimal


def clear(db: sqlite3.Connection, number: str, cargo: Cargo) -> None:
    """Notes what a declaration cleared."""
    db.execute(
        "INSERT INTO declaration_cargo (number, maker, packages, package_unit, weight_kg) VALUES (?, ?, ?, ?, ?)",
        (number, cargo.maker, cargo.packages, cargo.package_unit, cargo.weight_kg),
    )


def cargo_of(db: sqlite3.Connection, number: str) -> Cargo:
    """What a declaration cleared; empty texts when nobody noted it."""
    row = db.execute(
        "SELECT maker, packages, package_unit, weight_kg FROM declaration_cargo WHERE number = ?", (number,)
    ).fetchone()
    return Cargo("", "", "", "") if row is None else Cargo(**dict(row))


def tie(db: sqlite3.Connection, waybill: str, number: str, packages: int, weight_kg: Decimal) -> None:
    """Notes that a parcel was booked under a declaration number."""
    db.execute(
        "INSERT OR IGNORE INTO parcel_declarations (waybill, number, packages, weight_kg) VALUES (?, ?, ?, ?)",
        (waybill, number, packages, str(weight_kg)),
    )


def carriages(db: sqlite3.Connection, number: str, now: datetime) -> list[Carriage]:
    """The parcels of a declaration that have left by now, first departure first."""
    return [
        Carriage(row["waybill"], instant(row["departed"]), row["packages"], Decimal(row["weight_kg"]))
        for row in db.execute(
            "SELECT p.waybill, p.packages, p.weight_kg, min(e.due_at) AS departed FROM parcel_declarations p"
            " JOIN transport_events e ON e.waybill = p.waybill AND e.code = ? AND e.due_at <= ?"
            " WHERE p.number = ? GROUP BY p.waybill ORDER BY departed",
            (DEPARTED, iso(now), number),
        )
    ]


def loaded(db: sqlite3.Connection, number: str, now: datetime) -> bool:
    """Whether every package that was cleared has left by now; some of them is not loaded. Noted in the world."""
    wanted, left = packages_cleared(db, number), 0
    for gone in carriages(db, number, now):
        left += gone.packages
        if left >= wanted:
            db.execute(
                "UPDATE declarations SET state = 'loaded', loaded_at = ?"
                " WHERE number = ? AND state = 'accepted' AND accepted_at <= ?",
                (iso(gone.departed_at), number, iso(now)),
            )
            return True
    return False


def packages_cleared(db: sqlite3.Connection, number: str) -> int:
    """How many packages a declaration cleared; one where nobody noted it."""
    written = cargo_of(db, number).packages
    return int(written) if written.isdecimal() else 1

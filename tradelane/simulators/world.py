"""What the simulated counterparties share, as the real ones share the world: sales, declarations, parcels."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from tradelane.simulators.clock import instant, iso

SCHEMA = """
CREATE TABLE IF NOT EXISTS scenarios (
    order_id TEXT PRIMARY KEY,
    shipment_id TEXT NOT NULL,
    name TEXT NOT NULL,
    expects TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS scenarios_by_shipment ON scenarios (shipment_id);
CREATE TABLE IF NOT EXISTS declarations (
    number TEXT,
    order_no TEXT,
    exporter TEXT,
    accepted_at TEXT,
    load_before TEXT,
    state TEXT,
    loaded_at TEXT
);
CREATE INDEX IF NOT EXISTS declarations_by_number ON declarations (number);
CREATE TABLE IF NOT EXISTS transport_events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    waybill TEXT NOT NULL,
    due_at TEXT NOT NULL,
    code TEXT NOT NULL,
    description TEXT NOT NULL,
    location TEXT NOT NULL,
    "offset" TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS transport_events_by_waybill ON transport_events (waybill, due_at);
"""


@dataclass(frozen=True)
class Scenario:
    """The fate written for a sale: its name and the final state it should reach (delivered, cancelled)."""

    order_id: str
    shipment_id: str
    name: str
    expects: str


@dataclass(frozen=True)
class TransportEvent:
    """One event in the life of a parcel. `offset` is the zone of the place, such as +09:00."""

    seq: int
    waybill: str
    due_at: datetime
    code: str
    description: str
    location: str
    offset: str


def add_scenario(db: sqlite3.Connection, scenario: Scenario) -> None:
    """Writes the fate of one order."""
    db.execute(
        "INSERT INTO scenarios (order_id, shipment_id, name, expects) VALUES (?, ?, ?, ?)",
        (scenario.order_id, scenario.shipment_id, scenario.name, scenario.expects),
    )


def scenario_of(db: sqlite3.Connection, reference: str) -> Scenario | None:
    """The scenario of the sale whose shipment id stands in a reference, such as `6KRMLC45848383497-1~2`."""
    runs = re.findall(r"\d{6,}", reference)
    if not runs:
        return None
    row = db.execute(
        "SELECT order_id, shipment_id, name, expects FROM scenarios"
        " WHERE shipment_id IN (SELECT value FROM json_each(?)) ORDER BY order_id LIMIT 1",
        (json.dumps(runs),),
    ).fetchone()
    return None if row is None else Scenario(**dict(row))


def plan_event(
    db: sqlite3.Connection,
    waybill: str,
    due_at: datetime,
    code: str,
    description: str,
    location: str,
    offset: str,
) -> None:
    """Adds an event to a parcel's life; it becomes visible when the trade clock reaches `due_at`."""
    db.execute(
        'INSERT INTO transport_events (waybill, due_at, code, description, location, "offset")'
        " VALUES (?, ?, ?, ?, ?, ?)",
        (waybill, iso(due_at), code, description, location, offset),
    )


def events_until(db: sqlite3.Connection, waybill: str, now: datetime) -> list[TransportEvent]:
    """What has happened to a parcel so far, oldest first."""
    return [
        event_from(row)
        for row in db.execute(
            'SELECT seq, waybill, due_at, code, description, location, "offset" FROM transport_events'
            " WHERE waybill = ? AND due_at <= ? ORDER BY due_at, seq",
            (waybill, iso(now)),
        )
    ]


def event_from(row: sqlite3.Row) -> TransportEvent:
    """A row of `transport_events` as a value."""
    return TransportEvent(
        seq=row["seq"],
        waybill=row["waybill"],
        due_at=instant(row["due_at"]),
        code=row["code"],
        description=row["description"],
        location=row["location"],
        offset=row["offset"],
    )

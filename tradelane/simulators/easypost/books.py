"""EasyPost's own books: offers made, and what became of them. A reference is no key: it may lie on several."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from tradelane.simulators import cargo
from tradelane.simulators.clock import instant, iso

SCHEMA = """
CREATE TABLE IF NOT EXISTS easypost_shipments (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    reference TEXT,
    body TEXT NOT NULL,
    made_at TEXT NOT NULL,
    tracking_code TEXT,
    bought_at TEXT,
    rate TEXT,
    refund_status TEXT
);
CREATE INDEX IF NOT EXISTS easypost_shipments_by_reference ON easypost_shipments (reference);
CREATE INDEX IF NOT EXISTS easypost_shipments_by_code ON easypost_shipments (tracking_code);
"""
FIRST_SERIAL = 7_730_114_000


@dataclass(frozen=True)
class Shipment:
    """An offer, bought when it has a tracking code."""

    seq: int
    reference: str | None
    body: Mapping[str, Any]
    made_at: datetime
    tracking_code: str | None
    bought_at: datetime | None
    refund_status: str | None

    @property
    def id(self) -> str:
        return f"shp_{self.seq:032x}"

    @property
    def tracker_id(self) -> str:
        return f"trk_{self.seq:032x}"

    def rate_id(self, position: int) -> str:
        return f"rate_{self.seq * 100 + position:032x}"


class Books:
    """Reads and writes the table, within the transaction of one request."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        for schema in (SCHEMA, cargo.SCHEMA):
            db.executescript(schema)

    def offer(self, body: Mapping[str, Any], now: datetime) -> Shipment:
        """Write a new offer down, whatever lies under its reference already."""
        row = self._db.execute(
            "INSERT INTO easypost_shipments (reference, body, made_at) VALUES (?, ?, ?) RETURNING *",
            (body.get("reference"), json.dumps(body, default=float, ensure_ascii=False), iso(now)),
        ).fetchone()
        return _shipment(row)

    def buy(self, shipment: Shipment, rate: str, now: datetime) -> Shipment:
        """Give an offer its tracking code."""
        return self._changed(
            "SET tracking_code = ?, bought_at = ?, rate = ?",
            (str(FIRST_SERIAL + shipment.seq), iso(now), rate),
            shipment,
        )

    def refund(self, shipment: Shipment, status: str) -> Shipment:
        """Note the state of a refund."""
        return self._changed("SET refund_status = ?", (status,), shipment)

    def find(self, id_or_reference: str) -> Shipment | None:
        """By id, else the last one made under a reference."""
        id_ = id_or_reference.removeprefix("shp_")
        if id_ != id_or_reference and len(id_) == 32:
            try:
                return self._one("WHERE seq = ?", int(id_, 16))
            except ValueError:
                return None
        return self._one("WHERE reference = ? ORDER BY seq DESC LIMIT 1", id_or_reference)

    def tracked(self, code: str) -> list[Shipment]:
        """What was bought under a tracking code."""
        found = self._db.execute("SELECT * FROM easypost_shipments WHERE tracking_code = ?", (code,))
        return [_shipment(row) for row in found]

    def _one(self, where: str, value: int | str) -> Shipment | None:
        row = self._db.execute(f"SELECT * FROM easypost_shipments {where}", (value,)).fetchone()  # noqa: S608 - `where` is ours
        return _shipment(row) if row else None

    def _changed(self, change: str, values: tuple[str, ...], shipment: Shipment) -> Shipment:
        row = self._db.execute(
            f"UPDATE easypost_shipments {change} WHERE seq = ? RETURNING *",
            (*values, shipment.seq),
        ).fetchone()
        return _shipment(row)


def _shipment(row: sqlite3.Row) -> Shipment:
    return Shipment(
        row["seq"],
        row["reference"],
        json.loads(row["body"], parse_float=Decimal),
        instant(row["made_at"]),
        row["tracking_code"],
        instant(row["bought_at"]) if row["bought_at"] else None,
        row["refund_status"],
    )

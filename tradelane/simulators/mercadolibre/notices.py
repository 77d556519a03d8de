"""Notifications: several per change, out of order, some twice, in the variants the real ones come in.

Each is due at a trade instant and is repeated, with growing pauses of real time, until somebody answers
200 within 500 ms. They are rows, so a notifier that was killed goes on where it stopped.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random

import httpx

from tradelane.simulators.clock import iso, real_seconds
from tradelane.simulators.ending import to_its_end
from tradelane.simulators.mercadolibre.tokens import APPLICATION_ID
from tradelane.simulators.stage import Stage

SCHEMA = """
CREATE TABLE IF NOT EXISTS ml_notices (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    url TEXT NOT NULL,
    topic TEXT NOT NULL,
    user_id INTEGER NOT NULL,
    due_at TEXT NOT NULL,
    retry_at REAL NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    body TEXT NOT NULL,
    http_code INTEGER,
    acknowledged INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS ml_notices_waiting ON ml_notices (acknowledged, due_at);
CREATE TABLE IF NOT EXISTS ml_webhook (shipment_id INTEGER PRIMARY KEY, url TEXT NOT NULL);
"""

PATIENCE = 0.5
LONGEST_PAUSE = 30.0
AT_ONCE = 20
DISORDER = timedelta(minutes=45)
"""Notices of one change are scattered over this much trade time."""


def order_notices(db: sqlite3.Connection, rng: Random, url: str, order_id: int, user_id: int, at: datetime) -> None:
    """Writes the notices of one change of an order: three variants, one of them twice."""
    first = _body("marketplace_orders", f"/marketplace/orders/{order_id}", user_id, at, rng)
    bodies = [
        first,
        first,
        _body("orders_v2", f"/orders/{order_id}", user_id, at, rng),
        _body("marketplace_orders", f"marketplace/orders/{order_id}", str(user_id), at, rng),
    ]
    bodies[2]["actions"] = ["channel:marketplace", "site_id:mlc", "payments", "order_items"]
    bodies[3]["recieved"] = bodies[3].pop("received")
    del bodies[3]["_id"]
    _write(db, rng, url, user_id, at, bodies)


def shipment_notices(
    db: sqlite3.Connection, rng: Random, url: str, shipment_id: int, user_id: int, at: datetime
) -> None:
    """Writes the notices of one change of a shipment, in the two spellings seen."""
    local = _body("shipments", f"/shipments/{shipment_id}", user_id, at, rng)
    _write(
        db, rng, url, user_id, at,
        [_body("shipments", f"/marketplace/shipments/{shipment_id}", user_id, at, rng), local],
    )  # fmt: skip


def _body(topic: str, resource: str, user_id: int | str, at: datetime, rng: Random) -> dict[str, object]:
    moment = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "_id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "resource": resource,
        "user_id": user_id,
        "topic": topic,
        "application_id": APPLICATION_ID,
        "attempts": 1,
        "sent": moment,
        "received": moment,
    }


def _write(
    db: sqlite3.Connection,
    rng: Random,
    url: str,
    user_id: int,
    at: datetime,
    bodies: Iterable[dict[str, object]],
) -> None:
    for body in bodies:
        due = at + DISORDER * rng.random()
        db.execute(
            "INSERT INTO ml_notices (url, topic, user_id, due_at, body) VALUES (?, ?, ?, ?, ?)",
            (url, body["topic"], user_id, iso(due), json.dumps(body)),
        )


class Notifier:
    """Delivers the notices that are due."""

    def __init__(self, stage: Stage, client: httpx.AsyncClient | None = None) -> None:
        self._stage = stage
        self._client = client

    async def run(self) -> None:
        """Delivers for ever."""
        async with httpx.AsyncClient(trust_env=False) as client:
            self._client = self._client or client
            while True:
                delivered = await to_its_end(self.deliver())
                await asyncio.sleep(0 if delivered else 0.1)

    async def deliver(self) -> int:
        """Tries what is due now, at most a batch; answers how many were tried."""
        rows = (
            self._stage.connection()
            .execute(
                "SELECT seq, url, attempts, body FROM ml_notices"
                " WHERE acknowledged = 0 AND due_at <= ? AND retry_at <= ? ORDER BY due_at, seq LIMIT ?",
                (iso(self._stage.now()), real_seconds(), AT_ONCE),
            )
            .fetchall()
        )
        codes = await asyncio.gather(*(self._post(row) for row in rows))
        with self._stage.transaction() as db:
            for row, code in zip(rows, codes, strict=True):
                pause = min(LONGEST_PAUSE, 2.0 ** row["attempts"])
                db.execute(
                    "UPDATE ml_notices SET attempts = attempts + 1, http_code = ?, acknowledged = ?,"
                    " retry_at = ? WHERE seq = ?",
                    (code, code == 200, real_seconds() + pause, row["seq"]),
                )
        return len(rows)

    async def _post(self, row: sqlite3.Row) -> int | None:
        if self._client is None:
            self._client = httpx.AsyncClient(trust_env=False)
        body = json.loads(row["body"])
        body["attempts"] = row["attempts"] + 1
        body["sent"] = self._stage.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        try:
            answer = await self._client.post(row["url"], json=body, timeout=PATIENCE)
        except (httpx.HTTPError, httpx.InvalidURL):
            return None
        return answer.status_code


def missed(
    db: sqlite3.Connection, now: datetime, user_id: int, topic: str | None, offset: int, limit: int
) -> list[dict[str, object]]:
    """Notices of the last two trade days that were tried and never acknowledged, oldest first."""
    found = db.execute(
        "SELECT topic, url, attempts, http_code, body FROM ml_notices WHERE acknowledged = 0"
        " AND attempts > 0 AND user_id = :user AND due_at >= :since AND (:topic IS NULL OR topic = :topic)"
        " ORDER BY due_at, seq LIMIT :limit OFFSET :offset",
        {
            "user": user_id,
            "topic": topic,
            "since": iso(now - timedelta(days=2)),
            "limit": limit,
            "offset": offset,
        },
    )
    messages = []
    for row in found:
        body = {**json.loads(row["body"]), "attempts": row["attempts"]}
        messages.append(
            {
                **body,
                "request": {"url": row["url"], "headers": None, "data": json.dumps(body)},
                "response": {
                    "req_time": int(PATIENCE * 1000),
                    "http_code": row["http_code"],
                    "body": "",
                    "headers": None,
                },
            }
        )
    return messages

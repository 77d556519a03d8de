"""Pushes: each event of a registered number once, signed, repeated until somebody answers 200.

The signature is the documented one: header `sign` = hex(SHA-256(raw body + "/" + key)), not an HMAC.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3

import httpx

from tradelane.simulators.clock import iso, real_seconds
from tradelane.simulators.ending import to_its_end
from tradelane.simulators.seventeentrack.registry import Registry
from tradelane.simulators.seventeentrack.tracking import tracked
from tradelane.simulators.stage import Stage
from tradelane.simulators.world import events_until

PATIENCE = 5.0
LONGEST_PAUSE = 30.0
AT_ONCE = 20


def signature(body: bytes, key: str) -> str:
    """The value of the header `sign`."""
    return hashlib.sha256(body + b"/" + key.encode()).hexdigest()


class Pusher:
    """Finds events that have happened and sends them."""

    def __init__(self, stage: Stage, registry: Registry, client: httpx.AsyncClient | None = None) -> None:
        self._stage = stage
        self._registry = registry
        self._client = client

    async def run(self) -> None:
        """Pushes for ever."""
        async with httpx.AsyncClient(trust_env=False) as client:
            self._client = self._client or client
            while True:
                pushed = await to_its_end(self.push())
                await asyncio.sleep(0 if pushed else 0.1)

    async def push(self) -> int:
        """Sends what is due now, at most a batch; answers how many were tried."""
        self.collect()
        account = self._registry.account()
        if self._client is None or account["webhook"] is None:
            return 0
        rows = (
            self._stage.connection()
            .execute(
                # An event may have been taken out of a parcel's plan again: then there is nothing to push.
                "SELECT p.seq, p.number, p.carrier, p.event_seq, p.attempts FROM st_pushes p"
                " LEFT JOIN transport_events e ON e.seq = p.event_seq AND e.due_at <= ?"
                " WHERE p.pushed_at IS NULL AND p.retry_at <= ? AND (p.event_seq IS NULL OR e.seq IS NOT NULL)"
                " ORDER BY p.seq LIMIT ?",
                (iso(self._stage.now()), real_seconds(), AT_ONCE),
            )
            .fetchall()
        )
        codes = await asyncio.gather(*(self._send(row, account["webhook"], account["key"]) for row in rows))
        with self._stage.transaction() as db:
            for row, code in zip(rows, codes, strict=True):
                db.execute(
                    "UPDATE st_pushes SET attempts = attempts + 1, http_code = ?, pushed_at = ?, retry_at = ?"
                    " WHERE seq = ?",
                    (
                        code,
                        iso(self._stage.now()) if code == 200 else None,
                        real_seconds() + min(LONGEST_PAUSE, 2.0 ** row["attempts"]),
                        row["seq"],
                    ),
                )
        return len(rows)

    def collect(self) -> None:
        """Writes a push for each event that has happened to a tracked number and has none yet."""
        fresh = (
            self._stage.connection()
            .execute(
                "SELECT n.number, n.carrier, e.seq FROM st_numbers n"
                " JOIN transport_events e ON e.waybill = n.number AND e.due_at <= ?"
                " WHERE n.stopped_at IS NULL AND NOT EXISTS (SELECT 1 FROM st_pushes p"
                " WHERE p.number = n.number AND p.carrier = n.carrier AND p.event_seq = e.seq)"
                " ORDER BY e.due_at, e.seq",
                (iso(self._stage.now()),),
            )
            .fetchall()
        )
        if fresh:
            with self._stage.transaction() as db:
                db.executemany(
                    "INSERT INTO st_pushes (number, carrier, event_seq) VALUES (?, ?, ?)",
                    [tuple(row) for row in fresh],
                )

    def body(self, row: sqlite3.Row) -> bytes:
        """What a push says: the parcel as it was at its event, or that tracking stopped."""
        entry = self._registry.find(row["number"], row["carrier"])
        if entry is None:
            raise LookupError(f"push {row['seq']} is of a number nobody registered")
        if row["event_seq"] is None:
            said: dict[str, object] = {
                "event": "TRACKING_STOPPED",
                "data": {"number": entry.number, "carrier": entry.carrier, "param": None, "tag": entry.tag or ""},
            }
        else:
            known = events_until(self._stage.connection(), entry.number, self._stage.now())
            upto = next(i for i, event in enumerate(known) if event.seq == row["event_seq"])
            said = {
                "event": "TRACKING_UPDATED",
                "data": tracked(entry, known[: upto + 1], self._stage.now()),
            }
        return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()

    async def _send(self, row: sqlite3.Row, url: str, key: str) -> int | None:
        if self._client is None:
            return None
        body = self.body(row)
        headers = {"Content-Type": "application/json", "sign": signature(body, key)}
        try:
            answer = await self._client.post(url, content=body, headers=headers, timeout=PATIENCE)
        except (httpx.HTTPError, httpx.InvalidURL):
            return None
        return answer.status_code

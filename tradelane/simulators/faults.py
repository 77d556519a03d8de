"""Misbehaviour on demand: what a counterparty can do wrong, how often, and to which request."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import httpx
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

SCHEMA = """
CREATE TABLE IF NOT EXISTS faults (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    counterparty TEXT NOT NULL,
    operation TEXT NOT NULL,
    kind TEXT NOT NULL,
    times INTEGER NOT NULL,
    match TEXT,
    seconds REAL,
    status INTEGER
);
"""

BEFORE = frozenset({"unavailable", "too_many", "html", "slow", "refuse"})
AFTER = frozenset({"lose_reply", "kill"})
GARBAGE = "<!DOCTYPE html><html><head><title>Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"


@dataclass(frozen=True)
class Fault:
    """One use of a fault; `seconds` is real time (length of `slow`, Retry-After of `too_many`)."""

    kind: str
    seconds: float | None = None
    status: int | None = None

    def answer(self) -> Response | None:
        """The answer of the kinds that look the same at every counterparty, or None."""
        match self.kind:
            case "unavailable":
                return JSONResponse({"message": "Service Unavailable"}, status_code=503)
            case "too_many":
                wait = str(max(1, round(self.seconds if self.seconds is not None else 1)))
                return JSONResponse({"message": "Too Many Requests"}, status_code=429, headers={"Retry-After": wait})
            case "html":
                return HTMLResponse(GARBAGE, status_code=self.status or 200)
            case _:
                return None


def take(
    db: sqlite3.Connection, counterparty: str, operation: str, reference: str, kinds: Collection[str]
) -> Fault | None:
    """Uses up one time of the oldest fault that fits the request, if there is one."""
    for row in db.execute(
        "SELECT seq, kind, match, seconds, status FROM faults"
        " WHERE counterparty = ? AND operation = ? AND times > 0 ORDER BY seq",
        (counterparty, operation),
    ).fetchall():
        if row["kind"] in kinds and (row["match"] is None or row["match"] in reference):
            db.execute("UPDATE faults SET times = times - 1 WHERE seq = ?", (row["seq"],))
            return Fault(row["kind"], row["seconds"], row["status"])
    return None


class ReplyLost(httpx.RemoteProtocolError):
    """What a client that runs the application without a socket sees of a dropped connection."""

    def __init__(self) -> None:
        super().__init__("Server disconnected without sending a response.")


class DroppedReply(Response):
    """An answer that never leaves: the TCP connection is closed without one byte."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Closes the connection under the server; without a real socket, raises ReplyLost instead."""
        # uvicorn hands out the bound method of its request cycle, and only that object knows the socket.
        transport = getattr(getattr(receive, "__self__", None), "transport", None)
        if not isinstance(transport, asyncio.Transport):
            raise ReplyLost
        transport.abort()
        while (await receive())["type"] != "http.disconnect":
            continue


def kill_worker(pid_file: Path | None) -> None:
    """SIGKILL for the process whose id stands in the file; a process already gone is no error."""
    if pid_file is None or not pid_file.exists():
        return
    try:
        os.kill(int(pid_file.read_text(encoding="utf-8").strip()), signal.SIGKILL)
    except ProcessLookupError:
        return

"""Health: is the database there, does the inbox drain, does the engine answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse

from tradelane.storage.inbox import Backlog

PATIENCE: Final = 2.0
"""Real seconds one look may take."""


class Waiting(Protocol):
    """What health asks of the inbox."""

    def backlog(self) -> Backlog: ...


@dataclass(frozen=True)
class Probes:
    """How to look at what the service stands on."""

    database: Callable[[], None]
    """Raises `SQLAlchemyError` when the main database does not answer."""
    engine: Callable[[], Awaitable[bool]]
    """Whether the engine answers."""


def health_routes(inbox: Waiting, probes: Probes, relay_alive: Callable[[], bool]) -> APIRouter:
    """`GET /health`: 200 when everything answers, else 503. `GET /health/live`: 200 while notices can be taken.

    A load balancer asks `/health/live`: with the engine away we still must take notices, the relay catches up.
    """
    routes = APIRouter(include_in_schema=False)

    @routes.get("/health")
    async def health() -> JSONResponse:
        database, backlog, engine = await asyncio.gather(
            _database(probes.database), _backlog(inbox), _engine(probes.engine)
        )
        relay = relay_alive()
        well = database and backlog is not None and engine and relay
        report: dict[str, Any] = {
            "status": "ok" if well else "degraded",
            "database": "ok" if database else "unreachable",
            "inbox": {"status": "unreachable"} if backlog is None else _said(backlog),
            "engine": "ok" if engine else "unreachable",
            "relay": "ok" if relay else "stopped",
        }
        return JSONResponse(report, 200 if well else 503)

    @routes.get("/health/live")
    async def live() -> JSONResponse:
        taking = await _backlog(inbox) is not None
        return JSONResponse({"status": "ok" if taking else "unreachable"}, 200 if taking else 503)

    return routes


def _said(backlog: Backlog) -> dict[str, Any]:
    age = (datetime.now(UTC) - backlog.oldest).total_seconds() if backlog.oldest is not None else 0.0
    return {"status": "ok", "waiting": backlog.waiting, "oldest_seconds": round(max(age, 0.0), 1)}


async def _database(probe: Callable[[], None]) -> bool:
    try:
        await asyncio.wait_for(asyncio.to_thread(probe), PATIENCE)
    except (SQLAlchemyError, TimeoutError):
        return False
    return True


async def _backlog(inbox: Waiting) -> Backlog | None:
    try:
        return await asyncio.wait_for(asyncio.to_thread(inbox.backlog), PATIENCE)
    except (SQLAlchemyError, TimeoutError):
        return None


async def _engine(probe: Callable[[], Awaitable[bool]]) -> bool:
    try:
        return await asyncio.wait_for(probe(), PATIENCE)
    except TimeoutError:
        return False

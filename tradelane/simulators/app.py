"""The one application that hosts all simulators, each mounted at its own path, and the doors of the stage."""

from __future__ import annotations

import asyncio
import importlib
import json
import pkgutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from tradelane.simulators import faults, ledger
from tradelane.simulators.clock import iso
from tradelane.simulators.counterparty import Counterparty
from tradelane.simulators.stage import Stage

PACKAGES = tuple(found.name for found in pkgutil.iter_modules([str(Path(__file__).parent)]) if found.ispkg)
"""Every package beside this file is a counterparty."""


def create_app(stage: Stage, packages: Sequence[str] = PACKAGES) -> Starlette:
    """Builds the application; each package has a function `app.simulator(stage) -> Counterparty`."""
    parties = [
        cast(Counterparty, importlib.import_module(f"tradelane.simulators.{package}.app").simulator(stage))
        for package in packages
    ]
    doors = [*stage_routes(stage, parties), *(route for party in parties for route in party.stage_routes)]

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(party.background()) for party in parties if party.background]
            yield
            for task in tasks:
                task.cancel()

    routes: list[BaseRoute] = [Mount("/_stage", routes=doors)]
    routes += [Mount(f"/{party.name}", app=party.app) for party in parties]
    return Starlette(routes=routes, lifespan=lifespan)


def stage_routes(stage: Stage, parties: Sequence[Counterparty]) -> list[BaseRoute]:
    """Health, ledger, counts and faults."""
    by_name = {party.name: party for party in parties}

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok", "trade_now": iso(stage.now()), "counterparties": sorted(by_name)})

    async def show_ledger(request: Request) -> Response:
        asked = request.query_params
        return JSONResponse(
            {"rows": ledger.rows(stage.connection(), asked.get("counterparty"), asked.get("operation"))}
        )

    async def show_requests(request: Request) -> Response:
        return JSONResponse(ledger.request_counts(stage.connection(), request.query_params.get("counterparty")))

    async def show_faults(_: Request) -> Response:
        found = stage.connection().execute("SELECT * FROM faults WHERE times > 0 ORDER BY seq")
        return JSONResponse({"faults": [dict(row) for row in found]})

    async def set_fault(request: Request) -> Response:
        try:
            asked = json.loads(await request.body())
        except json.JSONDecodeError as problem:
            return complaint(f"not JSON: {problem}")
        if not isinstance(asked, dict):
            return complaint("a fault is one JSON object")
        party = by_name.get(asked.get("counterparty", ""))
        if party is None:
            return complaint(f"counterparty is one of {sorted(by_name)}")
        if asked.get("operation") not in party.operations:
            return complaint(f"operation of {party.name} is one of {sorted(party.operations)}")
        kinds = faults.BEFORE | faults.AFTER | party.fault_kinds
        if asked.get("kind") not in kinds:
            return complaint(f"kind at {party.name} is one of {sorted(kinds)}")
        if asked["kind"] == "kill" and stage.worker_pid_file is None:
            return complaint("kill needs --worker-pid-file")
        times = asked.get("times", 1)
        if not isinstance(times, int) or times < 1:
            return complaint("times is a whole number of at least 1")
        stage.connection().execute(
            "INSERT INTO faults (counterparty, operation, kind, times, match, seconds, status)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                party.name,
                asked["operation"],
                asked["kind"],
                times,
                asked.get("match"),
                asked.get("seconds"),
                asked.get("status"),
            ),
        )
        return JSONResponse({"set": asked}, status_code=201)

    async def clear_faults(_: Request) -> Response:
        stage.connection().execute("DELETE FROM faults")
        return Response(status_code=204)

    return [
        Route("/health", health),
        Route("/ledger", show_ledger),
        Route("/requests", show_requests),
        Route("/faults", show_faults, methods=["GET"]),
        Route("/faults", set_fault, methods=["POST"]),
        Route("/faults", clear_faults, methods=["DELETE"]),
    ]


def complaint(sentence: str) -> JSONResponse:
    """A request to the stage that cannot be done, in one sentence."""
    return JSONResponse({"error": sentence}, status_code=422)

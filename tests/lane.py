"""A whole installation inside one test process: real engine, real stores, real adapters, simulators behind HTTP.

Only process boundaries are missing (the kill tests add them): the engine is the real server, every counterparty is
reached over a socket, payloads are sealed. Trade time runs fast, so that weeks take seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import uvicorn
from pydantic import SecretStr
from temporalio.client import Client, WorkflowHandle, WorkflowHistory

import worker
from tradelane.contracts.journeys import order_workflow_id
from tradelane.contracts.messages import Progress
from tradelane.demo import load
from tradelane.demo.party_lists import AGELESS_DAYS, load_demo_lists
from tradelane.domain.trade_time import TradeClock, today_in_korea
from tradelane.processes import free_ports
from tradelane.resources import Resources, wired
from tradelane.service.__main__ import service
from tradelane.service.starter import TemporalStarter
from tradelane.settings import Settings
from tradelane.simulators.app import create_app
from tradelane.simulators.clock import FileClock as StageClock
from tradelane.simulators.stage import Stage
from tradelane.stores import open_stores

DAY = 86_400.0
EPOCH = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""The trade instant at which installations begin: ten in the morning of a Monday in Korea."""
SECRET = "a-path-that-nobody-guesses"
Value = TypeVar("Value")
KEPT_ALIVE = 60
"""Seconds until a server of a test closes an idle connection."""
PATIENCE = 180.0
"""Real seconds until something that must come is given up: no proof of speed, so no slow machine may overrun it."""


class QuietServer(uvicorn.Server):
    """A server inside a test: the test's own signal handlers stay."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield


@contextlib.asynccontextmanager
async def serving(app: Any, port: int) -> AsyncIterator[None]:
    """An ASGI application behind a real socket.

    It keeps idle connections for longer than our clients do (httpx: five seconds): who closes one in the moment in
    which the other uses it again breaks off an exchange, and a step that is told of once is tried twice.
    """
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, log_level="error", access_log=False, timeout_keep_alive=KEPT_ALIVE
    )
    server = QuietServer(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        if task.done():
            await task
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await task


async def eventually(what: Callable[[], Awaitable[Value]], every: float = 0.1) -> Value:
    """Wait until something holds; what it then gives."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while True:
        if found := await what():
            return found
        assert asyncio.get_running_loop().time() < deadline, f"it did not come to hold within {PATIENCE:g} s"
        await asyncio.sleep(every)


@dataclass
class Lane:
    """The running installation as a test sees it."""

    settings: Settings
    resources: Resources
    client: Client
    stage: httpx.AsyncClient

    # --- the outside ------------------------------------------------------------------------------------------

    async def sell(self, scenario: str = "plain", **wish: Any) -> list[dict[str, Any]]:
        """Let the simulated marketplace sell; notices go to the webhook."""
        body = {"scenario": scenario, "webhook_url": self.webhook_url, **wish}
        body = {name: value for name, value in body.items() if value is not None}
        answer = await self.stage.post("/mercadolibre/sell", json=body)
        assert answer.is_success, answer.text
        sold: list[dict[str, Any]] = answer.json()
        return sold

    async def fault(self, counterparty: str, operation: str, kind: str, times: int = 1, **more: Any) -> None:
        """Ask a counterparty to misbehave."""
        body = {"counterparty": counterparty, "operation": operation, "kind": kind, "times": times, **more}
        answer = await self.stage.post("/faults", json=body)
        assert answer.status_code < 300, answer.text

    async def effects(self) -> list[dict[str, Any]]:
        """What acted, by the counterparties' own books; token refreshes touch no order."""
        rows: list[dict[str, Any]] = (await self.stage.get("/ledger")).json()["rows"]
        return [row for row in rows if row["operation"] != "refresh_token"]

    async def acted(self, operation: str, times: int, within: float = PATIENCE) -> None:
        """Wait until a counterparty has acted so often, by its own ledger."""
        deadline = asyncio.get_running_loop().time() + within
        while (found := count(await self.effects(), operation)) < times:
            assert asyncio.get_running_loop().time() < deadline, f"{operation}: {found} of {times} within {within} s"
            await asyncio.sleep(0.1)

    @property
    def webhook_url(self) -> str:
        return f"http://127.0.0.1:{self.settings.service_port}/webhooks/mercadolibre/{SECRET}"

    # --- the runs ---------------------------------------------------------------------------------------------

    def run_of(self, order_id: str) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(order_workflow_id(order_id))

    async def progress(self, order_id: str) -> Progress | None:
        """The run's own account of itself, or None while there is no run."""
        from temporalio.service import RPCError

        try:
            return await self.run_of(order_id).query("progress", result_type=Progress)
        except RPCError:
            return None

    async def until(self, order_id: str, what: Any, within: float = PATIENCE) -> Progress:
        """Wait until a condition on the run's progress holds."""
        last: Progress | None = None
        deadline = asyncio.get_running_loop().time() + within
        while asyncio.get_running_loop().time() < deadline:
            last = await self.progress(order_id)
            if last is not None and what(last):
                return last
            await asyncio.sleep(0.1)
        raise AssertionError(f"order {order_id} did not get there within {within} s; it is {last}")

    async def held(self, order_id: str, step: str, within: float = PATIENCE) -> Progress:
        """Wait until a step of the run holds."""
        return await self.until(order_id, lambda p: any(h.key == step for h in p.holds), within)

    async def ended(self, order_id: str, within: float = PATIENCE) -> dict[str, Any]:
        """Wait for the run's result."""
        await self.until(order_id, lambda p: p.state != "running" or p.stage == "closing" or p.carried_by, within)
        outcome: dict[str, Any] = await asyncio.wait_for(self.run_of(order_id).result(), within)
        return outcome

    async def update(self, order_id: str, name: str, body: Mapping[str, Any]) -> str:
        answer = await self.run_of(order_id).execute_update(name, dict(body), result_type=dict)
        return str(answer["sentence"])

    async def history(self, order_id: str) -> WorkflowHistory:
        return await self.run_of(order_id).fetch_history()

    async def attempts(self, order_id: str) -> dict[str, int]:
        """Activity id -> the attempt that ended well, from the run's history."""
        scheduled: dict[int, str] = {}
        started: dict[int, int] = {}
        found: dict[str, int] = {}
        for event in (await self.history(order_id)).events:
            if event.HasField("activity_task_scheduled_event_attributes"):
                scheduled[event.event_id] = event.activity_task_scheduled_event_attributes.activity_id
            elif event.HasField("activity_task_started_event_attributes"):
                begun = event.activity_task_started_event_attributes
                started[begun.scheduled_event_id] = begun.attempt
            elif event.HasField("activity_task_completed_event_attributes"):
                at = event.activity_task_completed_event_attributes.scheduled_event_id
                found[scheduled[at]] = started[at]
        return found


def lane_settings(folder: Path, engine_port: int, pace: float, **more: Any) -> Settings:
    """Settings of an installation under a folder, on free ports; its invented lists of parties never get too old."""
    more = {"screening_max_age_days": AGELESS_DAYS, **more}
    service_port, simulators_port = free_ports("127.0.0.1", 2)
    return Settings(
        data_dir=folder,
        engine_port=engine_port,
        service_port=service_port,
        simulators_port=simulators_port,
        pace=pace,
        packing_by_estimate=True,
        webhook_secret=SecretStr(SECRET),
        **more,
    )


def write_clock(settings: Settings, epoch: datetime = EPOCH) -> TradeClock:
    """The one clock record of the installation, beginning now."""
    clock = TradeClock(trade_epoch=epoch, real_epoch=datetime.now(UTC), pace=settings.pace)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    settings.clock_file.write_text(clock.model_dump_json())
    return clock


async def introduce(stage: httpx.AsyncClient, settings: Settings) -> Settings:
    """Settings with the invented keys the simulators accept."""
    application = (await stage.get("/mercadolibre/tokens")).json()
    key = (await stage.get("/17track/account")).json()["key"]
    await stage.post("/17track/webhook", json={"url": f"http://127.0.0.1:{settings.service_port}/webhooks/17track"})
    await stage.post("/17track/limits", json={"a_second": 1000})
    return settings.model_copy(
        update={
            "mercadolibre_client_id": application["client_id"],
            "mercadolibre_client_secret": SecretStr(application["client_secret"]),
            "seventeentrack_token": SecretStr(key),
        }
    )


async def fill(stage: httpx.AsyncClient, stores: Any, go_live: datetime) -> None:
    """The invented brands, and a working token for the seller."""
    load.fill(
        load.brands(),
        go_live,
        catalogue=stores.catalogue,
        exporter_store=stores.exporters,
        seller_store=stores.sellers,
    )
    application = (await stage.get("/mercadolibre/tokens")).json()
    for seller in application["sellers"]:
        load.grant(stores.sellers, str(seller["user_id"]), seller["refresh_token"])
    load_demo_lists(stores, today_in_korea(stores.clock.read().trade_epoch) - timedelta(days=14))


@contextlib.asynccontextmanager
async def open_lane(
    folder: Path,
    target: str,
    *,
    namespace: str,
    pace: float = 2 * DAY,
    epoch: datetime = EPOCH,
    with_worker: bool = True,
    sweeps: bool = True,
    **more: Any,
) -> AsyncIterator[Lane]:
    """Open an installation against a running engine; everything is closed at the end."""
    settings = lane_settings(folder, int(target.rpartition(":")[2]), pace, namespace=namespace, **more)
    clock = write_clock(settings, epoch)
    async with contextlib.AsyncExitStack() as stack:
        clock_file = StageClock(settings.clock_file)
        app = create_app(Stage(settings.data_dir, clock_file, worker_pid_file=settings.worker_pid_file))
        await stack.enter_async_context(serving(app, settings.simulators_port))
        stage = await stack.enter_async_context(
            httpx.AsyncClient(base_url=f"{settings.simulators_url}/_stage", timeout=20)
        )
        settings = await introduce(stage, settings)
        stores = stack.enter_context(open_stores(settings))
        await fill(stage, stores, clock.trade_epoch - timedelta(days=30))
        http = await stack.enter_async_context(httpx.AsyncClient())
        resources = replace(wired(settings, stores, http), rates={})
        client = await Client.connect(target, namespace=namespace, data_converter=stores.converter)
        await stack.enter_async_context(serving(service(resources, TemporalStarter(client)), settings.service_port))
        if sweeps:
            await worker.ensure_schedules(client, resources)
            stack.push_async_callback(stop_schedules, client)
        if with_worker:
            await stack.enter_async_context(worker.running(client, resources))
        yield Lane(settings=settings, resources=resources, client=client, stage=stage)


async def stop_schedules(client: Client) -> None:
    """Delete the sweeps, so that they do not go on firing for the next test."""
    for schedule_id in [f"sweep/{source}" for source in worker.SWEEP_EVERY] + ["reconcile", "notices"]:
        await client.get_schedule_handle(schedule_id).delete()


def count(rows: Sequence[Mapping[str, Any]], operation: str, text: str = "") -> int:
    """Ledger rows of one operation whose reference holds a text."""
    return sum(1 for row in rows if row["operation"] == operation and text in row["reference"])

"""How quickly the desk answers, as whole commands in fresh processes, among many runs.

An installation with simulators is started; one order of it holds. Beside it the engine is told of many runs that nobody
works on, with the search attributes of orders, and the board of as many holds as one order in twenty has.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from tradelane.contracts.journeys import FULFIL_ORDER, order_workflow_id
from tradelane.contracts.search_attributes import DUE_AT, EXPORTER, HOLD, SELLER, STAGE
from tradelane.demo.opening import open_stage, webhook_address, with_webhook_secret
from tradelane.demo.stage import StageDoor
from tradelane.desk.orders import progress_of
from tradelane.desk.session import Desk
from tradelane.domain.holds import Fault, Hold, Resolution
from tradelane.domain.identifiers import OrderId
from tradelane.engine import connect
from tradelane.installation import keep_clock, settings_environment, start_inside, start_outside
from tradelane.processes import Processes, free_ports
from tradelane.settings import Settings
from tradelane.storage.database import open_database
from tradelane.storage.tables import holds
from tradelane.stores import open_stores

FIRST = 2_000_090_000_000_001
"""Order ids from here on are inert."""

HOLDING = 20
"""One order in so many holds."""

AT_ONCE = 100
"""Starts on their way to the engine."""

WHOLE, COMMAND, PLAN, HELP = 1.5, 0.3, 2.0, 0.3
"""Limits in seconds: a whole list command, the same after start-up, a replay plan, the help."""

SPANS = re.compile(r"start-up ([0-9.]+) s, command ([0-9.]+) s")


@dataclass(frozen=True)
class Figure:
    """One measured command: medians in seconds, and the limits it must keep."""

    command: str
    whole: float
    command_only: float | None
    whole_limit: float
    command_limit: float | None

    @property
    def kept(self) -> bool:
        """Whether every limit is kept."""
        slow = (
            self.command_limit is not None and self.command_only is not None and self.command_only > self.command_limit
        )
        return self.whole <= self.whole_limit and not slow

    def __str__(self) -> str:
        told = f"{self.command:<62} whole {self.whole:5.2f} s (limit {self.whole_limit})"
        if self.command_only is not None and self.command_limit is not None:
            told += f", command {self.command_only:5.3f} s (limit {self.command_limit})"
        return told + ("" if self.kept else "  TOO SLOW")


def measure(*, runs: int, times: int) -> int:
    """Set everything up, measure, print; 0 when every limit is kept."""
    with tempfile.TemporaryDirectory(prefix="tradelane-bench-") as folder, _installation(Path(folder)) as settings:
        order = _held_order(settings)
        begun = time.perf_counter()
        asyncio.run(_tell_engine(settings, runs))
        _fill_board(settings, runs)
        print(f"{runs} runs and {runs // HOLDING} holds told in {time.perf_counter() - begun:.0f} s", flush=True)
        lists: tuple[tuple[str, ...], ...] = (
            ("holds", "list"),
            ("holds", "list", "--owner", "customs desk", "--due", "24h"),
            ("orders", "list", "--limit", "50"),
            ("orders", "list", "--stage", "export", "--limit", "50"),
            ("orders", "show", order),
            ("holds", "show", order),
        )
        figures = [_timed(settings, words, times, WHOLE, COMMAND) for words in lists]
        plan = ("replay", order, "--step", "confirm_packing", "--plan")
        figures.append(_timed(settings, plan, times, PLAN, None))
        figures.append(_timed(settings, ("--help",), times, HELP, None))
        for figure in figures:
            print(figure)
        return 0 if all(figure.kept for figure in figures) else 1


@contextmanager
def _installation(folder: Path) -> Iterator[Settings]:
    ports = iter(free_ports("127.0.0.1", 5))
    settings = Settings(
        data_dir=folder,
        engine_port=next(ports),
        ui_port=next(ports),
        metrics_port=next(ports),
        service_port=next(ports),
        simulators_port=next(ports),
        pace=3600.0,
    )
    with Processes(lambda line: None) as processes:
        clock = keep_clock(settings)
        settings = with_webhook_secret(settings)
        start_outside(processes, settings, print)
        settings = open_stage(settings, go_live=clock.trade_epoch - timedelta(days=1))
        start_inside(processes, settings, print)
        yield settings


def _held_order(settings: Settings) -> str:
    """Sell one order, whose parcel waits for the bench."""
    with StageDoor(settings.simulators_url) as door:
        [sold] = door.seed(1, seed=7, spread_days=0, webhook_url=webhook_address(settings))
    return asyncio.run(_until_held(settings, sold.order_id))


async def _until_held(settings: Settings, order: str) -> str:
    with open_stores(settings) as stores:
        desk = Desk(settings, stores, await connect(settings, stores.converter, patience=30))
        for _ in range(300):
            if stores.consignments.of_order(OrderId(order)) and (await progress_of(desk, OrderId(order))).holds:
                return order
            await asyncio.sleep(0.1)
    raise RuntimeError(f"order {order} does not hold")


async def _tell_engine(settings: Settings, runs: int) -> None:
    with open_stores(settings) as stores:
        client = await connect(settings, stores.converter, patience=30)
    plain = await Client.connect(client.service_client.config.target_host, namespace=client.namespace)
    gate = asyncio.Semaphore(AT_ONCE)

    async def begin(number: int) -> None:
        async with gate:
            await plain.start_workflow(
                FULFIL_ORDER.name,
                id=order_workflow_id(str(FIRST + number)),
                task_queue="nobody",
                search_attributes=TypedSearchAttributes(_attributes(number)),
            )

    for start in range(0, runs, 1_000):
        await asyncio.gather(*(begin(number) for number in range(start, min(start + 1_000, runs))))


def _attributes(number: int) -> list[SearchAttributePair[Any]]:
    told: list[SearchAttributePair[Any]] = [
        SearchAttributePair(STAGE, ("intake", "export", "clearance", "delivery")[number % 4]),
        SearchAttributePair(SELLER, str(number % 3)),
        SearchAttributePair(EXPORTER, [f"brand-{number % 30}"]),
    ]
    if number % HOLDING == 0:
        told.append(SearchAttributePair(HOLD, ["reason=refused", "step=book_transport", "owner=forwarding desk"]))
        told.append(SearchAttributePair(DUE_AT, datetime.now(UTC)))
    return told


def _fill_board(settings: Settings, runs: int) -> None:
    """Every run has held once; one in twenty still does."""
    now = datetime.now(UTC)
    database = open_database(settings.main_database)
    try:
        for start in range(0, runs, 5_000):
            rows = [_row(number, now) for number in range(start, min(start + 5_000, runs))]
            with database.write() as connection:
                connection.execute(insert(holds), rows)
    finally:
        database.close()


def _row(number: int, now: datetime) -> dict[str, object]:
    reason, owner, fault = (
        ("refused", "forwarding desk", Fault.CARRIER)
        if number % 2
        else ("error_notice", "customs desk", Fault.AUTHORITY)
    )
    since = now - timedelta(minutes=number % 5_000)
    hold = Hold(
        key="book_transport",
        stage="handover",
        step="book_transport",
        reason=reason,
        fault=fault,
        words="invented words of a counterparty",
        owner=owner,
        since=since,
        due=since + timedelta(days=1),
        resolutions=(Resolution.RETRY, Resolution.CANCEL),
        commands=(f"tradelane holds resolve {FIRST + number} --step book_transport --action retry",),
    )
    return {
        "order_id": str(FIRST + number),
        "key": hold.key,
        "since": since,
        "due": hold.due,
        "stage": hold.stage,
        "step": hold.step,
        "reason": reason,
        "fault": fault.value,
        "owner": owner,
        "assignee": "",
        "snoozed_until": None,
        "seller_id": str(number % 3),
        "exporters": json.dumps([f"brand-{number % 30}"]),
        "record": hold.model_dump_json(),
        "closed_at": None if number % HOLDING == 0 else now,
    }


def _timed(
    settings: Settings, words: Sequence[str], times: int, whole_limit: float, command_limit: float | None
) -> Figure:
    """Run a command in fresh processes; medians."""
    environment = {**os.environ, **settings_environment(settings)}
    whole, inside = [], []
    for _ in range(times):
        begun = time.perf_counter()
        ended = subprocess.run(  # noqa: S603 - our own command line
            [sys.executable, "-m", "cli", "--timings", *words],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        whole.append(time.perf_counter() - begun)
        if ended.returncode not in (0, 3):
            raise RuntimeError(f"tradelane {' '.join(words)} ended with {ended.returncode}: {ended.stderr}")
        found = SPANS.search(ended.stderr)
        if found is not None:
            inside.append(float(found[2]))
    return Figure(
        command=f"tradelane {' '.join(words)}",
        whole=statistics.median(whole),
        command_only=statistics.median(inside) if inside else None,
        whole_limit=whole_limit,
        command_limit=command_limit,
    )

"""The demo from curtain to verdict: everything starts, orders are sold, an operator acts, the ledger is checked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import httpx
from temporalio.service import RPCError

from tradelane.contracts.messages import Progress
from tradelane.demo import load
from tradelane.demo.opening import open_stage, webhook_address
from tradelane.demo.operator import Operator
from tradelane.demo.stage import SoldOrder, StageDoor
from tradelane.demo.verdict import CARRIER, ledger_faults, misplaced
from tradelane.desk.complaints import Complaint, NotThere, WrongUsage
from tradelane.desk.documents import KeptPaper, papers_of
from tradelane.desk.holds import open_holds
from tradelane.desk.orders import OrderRow, listed, progress_of
from tradelane.desk.session import Desk, open_desk
from tradelane.domain.identifiers import OrderId
from tradelane.engine import external_engine
from tradelane.installation import keep_clock, settings_environment, start_inside, start_outside, uses_simulators
from tradelane.processes import Processes
from tradelane.settings import Settings

TRADE_EPOCH = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
"""A Monday, 09:00 in Korea: the same demo on whatever day it is played."""
LOOK_EVERY = 1.0
STRANGE_PATIENCE = 20.0
"""Seconds an order may stand at a hold the operator has no answer to, once nothing else is on its way."""


@dataclass(frozen=True)
class Wish:
    """What was asked for."""

    orders: int
    seed: int
    days_per_second: float
    restart_engine: bool
    time_limit: float
    """Real seconds from the first sale to the last delivery."""


def default_pace(orders: int) -> float:
    """Trade days per real second that two cores keep up with."""
    return 2.0 if orders <= 20 else 0.5


def default_limit(orders: int, days_per_second: float) -> float:
    """Real seconds: forty trade days, and a second and a half of work for each order, but at least a minute and a half."""
    return max(90.0, 40 / days_per_second + 1.5 * orders + 30)


@dataclass(frozen=True)
class Scene:
    """Where the orders stand at one moment."""

    elapsed: float
    trade_now: datetime
    stages: Mapping[str, int]
    """Stage or final state -> orders."""
    holding: int
    done: int
    orders: int


def papers_folder(settings: Settings, order: SoldOrder) -> Path:
    """Where the demo puts copies of an order's papers."""
    return settings.data_dir / "papers" / order.order_id


class Show(Protocol):
    """How the demo is told: lines, and a picture of the scene that is drawn anew."""

    def line(self, text: str) -> None: ...

    def scene(self, scene: Scene) -> None: ...


@dataclass(frozen=True)
class Ending:
    """How one order ended, for the table."""

    order: SoldOrder
    progress: Progress | None
    brands: tuple[str, ...]
    papers: tuple[KeptPaper, ...] = ()
    folder: str = ""
    """Where copies of the papers lie under readable names; empty for an order carried by another."""


@dataclass
class Result:
    """How the demo ended; `faults` is empty when everything is as it should be."""

    settings: Settings
    """Those that worker and service run with: the ones given, and what the stage has told us."""
    endings: list[Ending] = field(default_factory=list)
    effects: int = 0
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0


def play(settings: Settings, wish: Wish, show: Show, processes: Processes) -> Result:
    """Play the demo; all parts are left running in `processes`.

    Raises:
        PortBusy, PartFailed: a part cannot start.
        Complaint: the desk cannot be opened.
    """
    if not uses_simulators(settings):
        raise WrongUsage("The demo needs simulated counterparties; unset the TRADELANE_*_URL variables.")
    if settings.transport != CARRIER:
        raise WrongUsage("The demo counts what DHL was asked to do; unset TRADELANE_TRANSPORT.")
    if wish.restart_engine and external_engine() is not None:
        raise WrongUsage("--restart-engine restarts the embedded engine; unset TEMPORAL_ADDRESS and the profile.")
    clock = keep_clock(settings, TRADE_EPOCH)
    start_outside(processes, settings, show.line)
    settings = open_stage(settings, go_live=clock.trade_epoch - timedelta(days=1))
    start_inside(processes, settings, show.line)
    with StageDoor(settings.simulators_url) as door:
        sold = door.seed(wish.orders, wish.seed, 1.0, webhook_address(settings))
        parcels = len({order.shipment_id for order in sold})
        show.line(f"{len(sold)} orders are sold, {parcels} parcels; Mercado Libre notifies the webhook.")
        return asyncio.run(_Performance(settings, wish, show, processes, sold, door).run())


class _Performance:
    """The part of the demo between the first sale and the verdict."""

    def __init__(
        self,
        settings: Settings,
        wish: Wish,
        show: Show,
        processes: Processes,
        sold: Sequence[SoldOrder],
        door: StageDoor,
    ) -> None:
        self._settings = settings
        self._wish = wish
        self._show = show
        self._processes = processes
        self._sold = sold
        self._door = door
        content = load.brands()
        self._products = {product.sku: product for product in load.products(content)}
        self._operator = Operator(sold, content["correct_hsk"], settings_environment(settings), show.line)
        self._began = time.monotonic()

    async def run(self) -> Result:
        result = Result(self._settings)
        async with open_desk(self._settings) as desk:
            stopped = await self._watch(desk)
            result.seconds = time.monotonic() - self._began
            if stopped:
                result.faults.append(stopped)
            await self._judge(desk, result)
        return result

    async def _watch(self, desk: Desk) -> str:
        """Watch until every order has ended; a sentence when they have not."""
        restart_due = self._wish.restart_engine
        strange_since: float | None = None
        while True:
            self._processes.watch()
            rows = await self._rows(desk)
            scene = self._scene(desk, rows)
            self._show.scene(scene)
            if scene.done == scene.orders:
                return ""
            if scene.elapsed > self._wish.time_limit:
                return f"time is over: {scene.orders - scene.done} orders are still on their way after {scene.elapsed:.0f} s"
            await self._operate(desk)
            on_the_way = scene.orders - scene.done - len({order for order, _ in self._operator.strange})
            if self._operator.strange and on_the_way <= 0:
                strange_since = strange_since or time.monotonic()
                if time.monotonic() - strange_since > STRANGE_PATIENCE:
                    return "the orders that are left stand at holds the operator has no answer to"
            else:
                strange_since = None
            if restart_due and any(row.waybill for row in rows):
                restart_due = False
                self._show.line("The engine is restarted in the middle of everything.")
                self._processes.restart("engine")
            await asyncio.sleep(LOOK_EVERY)

    async def _rows(self, desk: Desk) -> list[OrderRow]:
        wanted = {order.order_id for order in self._sold}
        try:
            rows = await listed(desk, ended=True, limit=10_000)
        except RPCError as problem:
            self._show.line(f"The engine does not answer just now ({problem.status.name.lower()}).")
            return []
        return [row for row in rows if row.order_id in wanted]

    async def _operate(self, desk: Desk) -> None:
        try:
            await self._operator.look(await open_holds(desk))
        except (RPCError, NotThere) as problem:  # a worker or the engine is just being restarted
            self._show.line(f"The operator cannot see the holds just now: {problem}")

    def _scene(self, desk: Desk, rows: Sequence[OrderRow]) -> Scene:
        stages: dict[str, int] = {}
        for row in rows:
            name = (row.stage or "starting") if row.status == "running" else "ended"
            stages[name] = stages.get(name, 0) + 1
        if len(rows) < len(self._sold):
            stages["not notified yet"] = len(self._sold) - len(rows)
        return Scene(
            elapsed=time.monotonic() - self._began,
            trade_now=desk.stores.clock.read().at(datetime.now(UTC)),
            stages=stages,
            holding=sum(1 for row in rows if row.holds and row.status == "running"),
            done=sum(1 for row in rows if row.status != "running"),
            orders=len(self._sold),
        )

    async def _judge(self, desk: Desk, result: Result) -> None:
        journeys: dict[str, Progress] = {}
        for order in self._sold:
            progress = await self._progress(desk, order, result)
            papers: tuple[KeptPaper, ...] = ()
            if progress is not None:
                journeys[order.order_id] = progress
                if progress.ucr is not None and progress.carried_by is None:
                    folder = papers_folder(self._settings, order)
                    papers = papers_of(desk.stores, OrderId(order.order_id), folder)
            brands = dict.fromkeys(self._products[sku].brand_name or sku for sku in order.skus)
            folder_shown = str(papers_folder(self._settings, order)) if papers else ""
            result.endings.append(Ending(order, progress, tuple(brands), papers, folder_shown))
        result.faults += misplaced(self._sold, journeys)
        try:
            ledger = self._door.ledger()
        except httpx.HTTPError as problem:
            result.faults.append(f"the simulators' ledger cannot be read: {problem}")
            return
        exporter_of = {sku: product.exporter_id or "" for sku, product in self._products.items()}
        result.effects = len(ledger)
        result.faults += ledger_faults(self._sold, exporter_of, ledger)

    async def _progress(self, desk: Desk, order: SoldOrder, result: Result) -> Progress | None:
        try:
            return await progress_of(desk, OrderId(order.order_id))
        except Complaint as problem:
            result.faults.append(f"order {order.order_id} ({order.scenario}): {problem}")
            return None

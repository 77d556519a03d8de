"""Trouble of ours that no run can post: runs that are wedged, queues nobody works at, gates that are shut.

They are looked for when somebody asks, and shown among the holds: fault *ours*, for engineering.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict
from temporalio.client import Client, WorkflowExecution
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError

from tradelane.contracts.journeys import order_of_workflow_id
from tradelane.contracts.search_attributes import EXPORTER, SELLER, STAGE
from tradelane.desk.pollers import polled
from tradelane.domain.holds import OWNERS, Fault, Hold
from tradelane.domain.trade_time import TradeClock
from tradelane.engine import connect, engine_address
from tradelane.ports import Gate, GateState
from tradelane.settings import Settings
from tradelane.stores import Stores

LOOK = 2.0
"""Seconds the engine has for all of it; a list of holds must not wait longer."""

PROBLEMS = SearchAttributeKey.for_keyword_list("TemporalReportedProblems")
"""Set by the server once a run's workflow task has failed several times in a row; taken away when one succeeds."""

MOST_WEDGED = 500
"""A bad release may wedge everything: that is told by some hundred lines as well as by all."""


class OrderHold(BaseModel):
    """A hold with the order it belongs to; an empty order id stands for trouble that is no single order's."""

    model_config = ConfigDict(frozen=True)

    order_id: str
    hold: Hold
    seller_id: str = ""
    exporters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Troubles:
    """What was found, and one sentence about what could not be looked at."""

    found: tuple[OrderHold, ...]
    missing: str = ""


async def reached(settings: Settings, stores: Stores) -> Client | None:
    """The engine, or None when it does not answer: the board can be read without it."""
    try:
        async with asyncio.timeout(LOOK):
            return await connect(settings, stores.converter, patience=0)
    except (RuntimeError, RPCError, TimeoutError):
        return None


async def troubles(settings: Settings, stores: Stores, client: Client | None) -> Troubles:
    """Look at gates and engine; an engine that does not answer is said, not raised."""
    clock = stores.clock.read()
    shut = tuple(_shut(gate, clock) for gate in stores.gates.all() if gate.state is not GateState.OPEN)
    try:
        if client is None:
            raise TimeoutError
        async with asyncio.timeout(LOOK):
            return Troubles(shut + await of_engine(client, clock))
    except (RPCError, TimeoutError):
        words = f"The engine at {engine_address(settings)} does not answer; wedged runs and missing workers are not"
        return Troubles(shut, f"{words} shown. `tradelane doctor` looks at every part.")


async def of_engine(client: Client, clock: TradeClock) -> tuple[OrderHold, ...]:
    """Wedged runs and queues without worker, as one engine sees them.

    Raises:
        RPCError: the engine cannot tell.
    """
    now = clock.at(datetime.now(UTC))
    stuck, alive = await asyncio.gather(_wedged(client, now), polled(client))
    return (*(_nobody(queue, now) for queue, pollers in alive.items() if not pollers), *stuck)


async def _wedged(client: Client, now: datetime) -> list[OrderHold]:
    engine = f"--address {client.service_client.config.target_host} --namespace {client.namespace}"
    query = f"ExecutionStatus = 'Running' AND {PROBLEMS.name} IS NOT NULL"
    return [_stuck(run, now, engine) async for run in client.list_workflows(query, limit=MOST_WEDGED)]


def _stuck(run: WorkflowExecution, now: datetime, engine: str) -> OrderHold:
    attributes = run.typed_search_attributes
    said = dict(problem.partition("=")[::2] for problem in attributes.get(PROBLEMS) or ())
    cause = said.get("cause") or said.get("category") or "workflow task"
    hold = Hold(
        key=cause,
        stage=attributes.get(STAGE) or "",
        step=cause,
        reason="wedged",
        fault=Fault.OURS,
        words=f"{run.id}: {', '.join(attributes.get(PROBLEMS) or ())}",
        owner=OWNERS[Fault.OURS],
        since=now,
        due=now,
        resolutions=(),
        commands=(f"temporal workflow show {engine} --workflow-id {run.id}", "tradelane doctor"),
    )
    return OrderHold(
        order_id=order_of_workflow_id(run.id) or "",
        hold=hold,
        seller_id=attributes.get(SELLER) or "",
        exporters=tuple(attributes.get(EXPORTER) or ()),
    )


def _nobody(queue: str, now: datetime) -> OrderHold:
    hold = Hold(
        key=queue,
        stage="",
        step=queue,
        reason="no_worker",
        fault=Fault.OURS,
        words=f"nobody works at the queue {queue}",
        owner=OWNERS[Fault.OURS],
        since=now,
        due=now,
        resolutions=(),
        commands=("tradelane worker", "tradelane doctor"),
    )
    return OrderHold(order_id="", hold=hold)


def _shut(gate: Gate, clock: TradeClock) -> OrderHold:
    since = clock.at(gate.since)
    how = "closed" if gate.rate is None or gate.state is GateState.CLOSED else f"open at {gate.rate:g} steps a second"
    hold = Hold(
        key=gate.queue,
        stage="",
        step=gate.queue,
        reason="gate",
        fault=Fault.OURS,
        words=f"the gate is {how}, by {gate.actor}: {gate.reason}",
        owner=OWNERS[Fault.OURS],
        since=since,
        due=since,
        resolutions=(),
        commands=("tradelane gates list", f"tradelane gates open {gate.queue}"),
    )
    return OrderHold(order_id="", hold=hold)

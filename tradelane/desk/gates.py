"""Gates by hand: what goes to each counterparty, and stopping or slowing it.

The row is written first, the engine follows. Should we die between the two, every worker compares both within
seconds and makes the engine follow; without a worker `gates list` shows the difference, and closing or opening once
more mends it.
"""

from __future__ import annotations

import asyncio
import math
import re
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict
from temporalio.service import RPCError

from tradelane.contracts.journeys import QUEUES, RATES
from tradelane.desk.complaints import NotThere, RefusedByRule, WrongUsage
from tradelane.desk.queue_rates import QueueView, apply, settled
from tradelane.desk.session import Desk
from tradelane.domain.trade_time import Instant, today_in_korea
from tradelane.ports import Gate, GateState
from tradelane.settings import Channel, Settings

OURS = "house"
"""Our own books: a step that cannot write them down could not even hold."""

_SECONDS = {"s": 1, "min": 60, "h": 3600}


class GateRow(BaseModel):
    """One queue: its gate, what waits, and what the engine really does."""

    model_config = ConfigDict(frozen=True)

    queue: str
    state: GateState
    rate: float | None
    """Steps a second while draining."""
    backlog: int
    automatic: bool
    actor: str
    reason: str
    since: Instant | None
    """Real time; None when the gate was never set."""
    engine: str
    """Empty when the engine does what the gate says, else what it does instead."""
    quota_used: int | None
    """Requests spent today, where the counterparty has a limit by the day."""
    quota_limit: int | None


async def gates(desk: Desk) -> tuple[GateRow, ...]:
    """Every queue, in the order of the journey's contract.

    Raises:
        NotThere: the engine does not answer.
    """
    known = {gate.queue: gate for gate in desk.stores.gates.all()}
    try:
        views = await asyncio.gather(*(settled(desk.client, queue, known.get(queue)) for queue in QUEUES))
    except RPCError as silence:
        raise NotThere(f"The engine does not tell about its queues: {silence.message}.") from silence
    return tuple(_row(desk, queue, known.get(queue), view) for queue, view in zip(QUEUES, views, strict=True))


async def close(desk: Desk, queue: str, actor: str, reason: str) -> Gate:
    """Let nothing through: steps wait where they are, at the attempt they are at. Never opened automatically.

    Raises:
        WrongUsage: no such queue, or no reason.
        RefusedByRule: our own queue.
        NotThere: the engine did not take it; the row stands, and a worker makes the engine follow.
    """
    if not reason.strip():
        raise WrongUsage("Closing a gate wants a --reason.")
    return await _set(
        desk, Gate(queue=read_queue(queue), state=GateState.CLOSED, actor=actor, reason=reason, since=_now())
    )


async def open_(desk: Desk, queue: str, rate: float | None, actor: str, reason: str) -> Gate:
    """Let through at `rate` steps a second until opened without one, which gives the queue its own rate back.

    Raises:
        WrongUsage: no such queue.
        RefusedByRule: our own queue, or a rate above the one the counterparty bears.
        NotThere: the engine did not take it; the row stands, and a worker makes the engine follow.
    """
    named = read_queue(queue)
    if rate is not None and rate > RATES[named]:
        raise RefusedByRule(f"{named} bears {RATES[named]:g} a second at most; open it without --rate for that.")
    state = GateState.OPEN if rate is None else GateState.DRAINING
    return await _set(desk, Gate(queue=named, state=state, rate=rate, actor=actor, reason=reason, since=_now()))


def read_rate(text: str) -> float:
    """Steps a second from `2/s`, `30/min` or `100/h`.

    Raises:
        WrongUsage: anything else, or nothing at all a second.

    >>> read_rate("30/min")
    0.5
    """
    read = re.fullmatch(r"([0-9]{1,6}(?:\.[0-9]{1,6})?)/(s|min|h)", text.strip())
    if read is None:
        raise WrongUsage(f"{text!r} is no rate; write one such as 2/s, 30/min or 100/h.")
    rate = float(read.group(1)) / _SECONDS[read.group(2)]
    if math.isclose(rate, 0.0, abs_tol=1e-4):
        raise WrongUsage(f"{text!r} lets nothing through; that is `tradelane gates close`.")
    return rate


def read_queue(queue: str) -> str:
    """A queue whose gate may move.

    Raises:
        WrongUsage: no such queue.
        RefusedByRule: our own queue.
    """
    if queue == OURS:
        raise RefusedByRule("house is our own books; without them no step could even hold, so its gate stays open.")
    if queue not in QUEUES:
        raise WrongUsage(f"{queue!r} is no queue; write one of {', '.join(name for name in QUEUES if name != OURS)}.")
    return queue


async def _set(desk: Desk, gate: Gate) -> Gate:
    await asyncio.to_thread(desk.stores.gates.put, gate)
    try:
        await apply(desk.client, gate)
    except RPCError as silence:
        raise NotThere(
            f"{gate.queue} is written down as {gate.state}, but the engine did not take it ({silence.message}); "
            "a running worker makes it follow, or give the command again."
        ) from silence
    return gate


def _row(desk: Desk, queue: str, gate: Gate | None, view: QueueView) -> GateRow:
    used, limit = _quota(desk, queue)
    return GateRow(
        queue=queue,
        state=gate.state if gate else GateState.OPEN,
        rate=gate.rate if gate else None,
        backlog=view.backlog,
        automatic=gate.automatic if gate else False,
        actor=gate.actor if gate else "",
        reason=gate.reason if gate else "",
        since=gate.since if gate else None,
        engine="" if view.keeps(gate) else _instead(view),
        quota_used=used,
        quota_limit=limit,
    )


def _instead(view: QueueView) -> str:
    if view.limit is None:
        return "has no limit"
    return f"lets {view.limit:g}/s through" if view.limit else "lets nothing through"


def _quota(desk: Desk, queue: str) -> tuple[int | None, int | None]:
    party, most = _counted(desk.settings).get(queue, ("", 0))
    if not most:
        return None, None
    return desk.stores.quotas.used(party, today_in_korea(_now()).isoformat()), most


def _counted(settings: Settings) -> dict[str, tuple[str, int]]:
    """Queue -> counterparty and its requests a day, as `resources` wires them."""
    return {} if settings.filing is Channel.MANUAL else {"filing": ("ktnet", settings.ktnet_daily_calls)}


def _now() -> datetime:
    return datetime.now(UTC)

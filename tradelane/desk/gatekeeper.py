"""Gates by themselves: closed while a counterparty is away, tried, drained and opened when it is back.

Each worker runs one gatekeeper. It also makes the engine do what the rows say, whoever wrote them, so that a crash
between row and engine, or an engine that was set up anew, is mended within seconds. The row is the truth between
workers: every change is made only if the row still stands as it was read.

A gate that a person closed or slowed down is that person's; only gates that are open or were closed automatically
move here.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import Client
from temporalio.service import RPCError

from tradelane.contracts.journeys import QUEUES
from tradelane.desk.gates import OURS
from tradelane.desk.queue_rates import QueueView, apply, look_at
from tradelane.ports import Gate, Gates, GateState
from tradelane.settings import Settings

_log = structlog.get_logger("tradelane.gates")

ACTOR = "tradelane"
LONGEST_PAUSE = 5.0
SHORTEST_PAUSE = 0.2


@dataclass(frozen=True)
class Evidence:
    """What one worker saw of a counterparty since its gate was last set."""

    failures: int = 0
    """In a row, without an answer between them."""
    first: datetime | None = None
    last: datetime | None = None
    party: str = ""
    answered: bool = False


@dataclass
class Outcomes:
    """How the steps of this worker ended, by queue."""

    _seen: dict[str, Evidence] = field(default_factory=dict)
    _after: dict[str, datetime] = field(default_factory=dict)

    def failed(self, queue: str, party: str, started: datetime) -> None:
        """A step found its counterparty away."""
        if not self._counts(queue, started):
            return
        seen = self.of(queue)
        self._seen[queue] = replace(
            seen, failures=seen.failures + 1, first=seen.first or started, last=started, party=party
        )

    def answered(self, queue: str, started: datetime) -> None:
        """A step was answered, be it with a no."""
        if self._counts(queue, started):
            self._seen[queue] = Evidence(answered=True)

    def of(self, queue: str) -> Evidence:
        """The evidence on a queue."""
        return self._seen.get(queue, Evidence())

    def forget(self, queue: str, before: datetime) -> None:
        """A gate was set: steps that began before it prove nothing about it."""
        self._after[queue] = before
        self._seen.pop(queue, None)

    def _counts(self, queue: str, started: datetime) -> bool:
        after = self._after.get(queue)
        return after is None or started >= after


@dataclass(frozen=True)
class Rules:
    """When a gate moves by itself."""

    after_failures: int
    after: timedelta
    probe_after: timedelta
    probe_rate: float
    drain_rate: float

    @classmethod
    def of(cls, settings: Settings) -> Rules:
        return cls(
            after_failures=settings.gate_after_failures,
            after=timedelta(seconds=settings.gate_after_seconds),
            probe_after=timedelta(seconds=settings.gate_probe_seconds),
            probe_rate=settings.gate_probe_rate,
            drain_rate=settings.gate_drain_rate,
        )

    def within(self, own_rate: float | None) -> Rules:
        """The same, never above a queue's own rate."""
        if own_rate is None:
            return self
        return replace(self, probe_rate=min(self.probe_rate, own_rate), drain_rate=min(self.drain_rate, own_rate))

    def away(self, seen: Evidence) -> bool:
        """Whether a counterparty is away for good, not for a moment."""
        if seen.first is None or seen.last is None:
            return False
        return seen.failures >= self.after_failures and seen.last - seen.first >= self.after


def next_gate(queue: str, gate: Gate | None, seen: Evidence, backlog: int, now: datetime, rules: Rules) -> Gate | None:
    """The gate that should stand instead, or None to leave it."""

    def set_to(state: GateState, reason: str, rate: float | None = None) -> Gate:
        return Gate(queue=queue, state=state, rate=rate, automatic=True, actor=ACTOR, reason=reason, since=now)

    away = f"{seen.failures} failures in a row at {seen.party} since {seen.first:%H:%M} UTC" if seen.first else ""
    if gate is None or gate.state is GateState.OPEN:
        return set_to(GateState.CLOSED, away) if rules.away(seen) else None
    if not gate.automatic:
        return None
    if gate.state is GateState.CLOSED:
        due = now - gate.since >= rules.probe_after
        return set_to(GateState.DRAINING, gate.reason, rules.probe_rate) if due else None
    if gate.rate is not None and gate.rate <= rules.probe_rate:  # trying whether the counterparty is back
        if seen.answered and not backlog:
            return set_to(GateState.OPEN, "it answers again")
        if seen.answered and gate.rate < rules.drain_rate:
            return set_to(GateState.DRAINING, "it answers again; what waited is worked off", rules.drain_rate)
        return set_to(GateState.CLOSED, gate.reason) if seen.failures and not seen.answered else None
    if rules.away(seen):
        return set_to(GateState.CLOSED, away)
    return None if backlog else set_to(GateState.OPEN, "what waited is worked off")


class Gatekeeper:
    """Looks every few seconds; one for each worker process."""

    def __init__(
        self, client: Client, gates: Gates, outcomes: Outcomes, rules: Rules, rates: Mapping[str, float]
    ) -> None:
        self._client = client
        self._gates = gates
        self._outcomes = outcomes
        self._rules = rules
        self._rates = rates
        self._known: dict[str, Gate] = {}
        self._pause = min(LONGEST_PAUSE, max(SHORTEST_PAUSE, rules.probe_after.total_seconds() / 4))

    @contextlib.asynccontextmanager
    async def keeping(self) -> AsyncIterator[None]:
        """Look once before the block begins, so that no worker polls past a closed gate, then until it ends."""
        await self.look()
        task = asyncio.create_task(self._keep())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def look(self) -> None:
        """Move what should move and make the engine follow; trouble is logged and met again at the next look."""
        try:
            rows = {gate.queue: gate for gate in await asyncio.to_thread(self._gates.all)}
            for queue in QUEUES:
                if queue != OURS:
                    await self._one(queue, rows.get(queue))
        except RPCError as problem:
            _log.warning("gates.not_kept", problem=problem.message)
        except SQLAlchemyError as problem:
            _log.warning("gates.not_kept", problem=type(problem).__name__)

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(self._pause)
            await self.look()

    async def _one(self, queue: str, gate: Gate | None) -> None:
        self._saw(queue, gate)
        view = QueueView(limit=None, backlog=0)  # a queue that was never gated is not asked about
        if gate is not None:
            view = await look_at(self._client, queue)
        rules = self._rules.within(self._rates.get(queue))
        now = datetime.now(UTC)
        wanted = next_gate(queue, gate, self._outcomes.of(queue), view.backlog, now, rules)
        if wanted is not None:
            if not await asyncio.to_thread(self._gates.change, gate, wanted):
                return  # another worker or a person was first; the next look sees what they did
            self._saw(queue, wanted)
            await apply(self._client, wanted)
        elif gate is not None and not view.keeps(gate):
            await apply(self._client, gate)

    def _saw(self, queue: str, gate: Gate | None) -> None:
        if gate is None or self._known.get(queue) == gate:
            return
        self._known[queue] = gate
        self._outcomes.forget(queue, gate.since)
        told: dict[str, Any] = gate.model_dump(mode="json")
        _log.info("gate.set", **told)

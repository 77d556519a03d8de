"""Ports of the desk: the board of holds, the timeline, gates and quotas, and telling somebody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from tradelane.domain.holds import Hold
from tradelane.domain.identifiers import OrderId
from tradelane.domain.trade_time import Instant


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)


# --- holds -------------------------------------------------------------------------------------------------------


class BoardHold(_Record):
    """A hold on the board, with the order it belongs to. No personal data."""

    order_id: str
    seller_id: str = ""
    exporters: tuple[str, ...] = ()
    hold: Hold
    closed_at: Instant | None = None


class BoardQuery(_Record):
    """Which open holds are asked for; everything that is None stands for all."""

    order_id: str | None = None
    seller: str | None = None
    exporter: str | None = None
    stage: str | None = None
    reason: str | None = None
    step: str | None = None
    """A hold's key or its step."""
    owner: str | None = None
    """A desk, or the person a hold is assigned to."""
    due_before: Instant | None = None
    snoozed_at: Instant | None = None
    """Leave out holds that sleep at this instant of trade time."""


class HoldBoard(Protocol):
    """Table `holds`: every hold of every order, so that a list costs one query and not one question per run."""

    def post(
        self, order_id: OrderId, seller_id: str, exporters: Sequence[str], holds: Sequence[Hold], at: datetime
    ) -> tuple[tuple[Hold, ...], tuple[Hold, ...]]:
        """Make the open holds of an order what its run says they are; gives the newly opened and the closed ones.

        The same hold (key and since) posted again is brought up to date, never opened twice.
        """

    def open(self, query: BoardQuery, limit: int | None = None) -> tuple[BoardHold, ...]:
        """Open holds by due time, then order and key."""

    def of_order(self, order_id: OrderId) -> tuple[BoardHold, ...]:
        """Open and closed holds of one order, oldest first."""


# --- timeline ----------------------------------------------------------------------------------------------------


class JournalEntry(_Record):
    """One line of an order's timeline; its digest covers everything in it and the digest before. No personal data."""

    order_id: str
    position: int
    """1, 2, 3, ... without gaps."""
    at: Instant
    """Trade time."""
    kind: str
    """`decision`, `effect`, `paper`, `hold_opened`, `hold_closed`, `replay`, `outcome`."""
    what: str
    actor: str
    evidence: Mapping[str, str] = Field(default_factory=dict)
    previous: str
    """Digest of the entry before; 64 zeros for the first."""
    digest: str


class Journal(Protocol):
    """Table `journal`: append only, one hash chain for each order."""

    def append(
        self,
        order_id: OrderId,
        *,
        once: str,
        at: datetime,
        kind: str,
        what: str,
        actor: str,
        evidence: Mapping[str, str],
    ) -> bool:
        """Append a line; False when a line with the same `once` stands already (a retried step writes one line)."""

    def of_order(self, order_id: OrderId) -> tuple[JournalEntry, ...]: ...


# --- gates and quotas --------------------------------------------------------------------------------------------


class GateState(StrEnum):
    """A counterparty's queue: open, closed (rate 0: steps wait at attempt 1), or let through slowly."""

    OPEN = "open"
    CLOSED = "closed"
    DRAINING = "draining"
    """Open at a limited rate: trying whether the counterparty is back, or working off what waited."""


class Gate(_Record):
    """The gate of one queue, as it was last set."""

    queue: str
    state: GateState
    rate: float | None = None
    """Steps a second while draining."""
    automatic: bool = False
    actor: str
    reason: str
    since: Instant
    """Real time: gates belong to machines, not to trade."""


class Gates(Protocol):
    """Table `gates`."""

    def all(self) -> tuple[Gate, ...]: ...

    def get(self, queue: str) -> Gate | None: ...

    def put(self, gate: Gate) -> None: ...

    def change(self, before: Gate | None, after: Gate) -> bool:
        """Set a gate only if it still stands as `before` (None: was never set); False when somebody else was first."""


class Quotas(Protocol):
    """Table `quotas`: requests spent at a counterparty on one of its days."""

    def take(self, party: str, day: str, most: int) -> bool:
        """Spend one request; False, and nothing spent, when the day's quota is used up."""

    def used(self, party: str, day: str) -> int: ...


# --- notices -----------------------------------------------------------------------------------------------------


class Notice(_Record):
    """What somebody is told: once, short, without personal data beyond the order id."""

    id: str
    """What makes it one: `hold:ORDER:KEY:SINCE`, `due:ORDER:KEY:SINCE`, `digest:OWNER:DAY`."""
    kind: str
    """`hold`, `due` or `digest`."""
    owner: str
    title: str
    body: str


class Notifier(Protocol):
    """A way to tell somebody: a chat webhook, mail, or the log."""

    name: str

    async def tell(self, notice: Notice) -> None:
        """Raises `Unavailable` (try later) or `Refused` (this notice will never go)."""


class Notices(Protocol):
    """Table `notices`: what was told, so that a hold is told once."""

    def begin(self, notice: Notice, at: datetime) -> bool:
        """Take a notice for telling; False when it was told already or another worker is telling it."""

    def told(self, notice_id: str, at: datetime) -> None: ...

    def failed(self, notice_id: str, at: datetime) -> None:
        """Give it back; it is taken again later."""

    def settled(self, notice_ids: Sequence[str], at: datetime) -> frozenset[str]:
        """Those of them that need nobody now: told, being told, or waiting for their next try."""


# --- replays of many ----------------------------------------------------------------------------------------------


class ReplayState(StrEnum):
    """What became of one order of a replay of many."""

    PLANNED = "planned"
    APPLYING = "applying"
    """Begun; after an interruption it is finished first."""
    APPLIED = "applied"
    STALE = "stale"
    """The order had moved on since the plan."""
    REFUSED = "refused"
    """A rule said no; the note has its sentence."""


class ReplayBatch(_Record):
    """A replay of many orders, as it was planned."""

    id: str
    chosen_by: str
    """The condition its orders were chosen by."""
    step: str
    """The step to replay; empty for the one each order holds at."""
    planned_at: Instant
    """Trade time."""


class ReplayOrder(_Record):
    """One hold of one order in a replay of many."""

    order_id: str
    step: str
    """The step to replay."""
    version: str
    """Names the hold it was chosen for: gone or opened anew, the order has moved on."""
    state: ReplayState = ReplayState.PLANNED
    note: str = ""


class Replays(Protocol):
    """Tables `replays` and `replay_orders`: what was planned for many orders, and how far it is."""

    def plan(self, batch: ReplayBatch, orders: Sequence[ReplayOrder]) -> None:
        """Write a plan down, whole or not at all."""

    def get(self, batch_id: str) -> ReplayBatch | None: ...

    def orders(self, batch_id: str) -> tuple[ReplayOrder, ...]:
        """By order and step."""

    def settle(self, batch_id: str, order_id: str, step: str, state: ReplayState, note: str = "") -> bool:
        """Write down how far one is; False, and nothing changed, when it was settled for good before."""

"""The desk: decisions written down, and sweeps."""

from __future__ import annotations

from pydantic import Field

from tradelane.contracts.effect import NETWORK, QUICK, Effect
from tradelane.contracts.steps.wire import Nothing, Wire
from tradelane.domain.holds import Hold
from tradelane.domain.identifiers import OrderId, Ucr
from tradelane.domain.trade_time import Instant, Timetable


class DecisionRequest(Wire):
    """What a person decided, as it is written down; `id` makes a repetition harmless."""

    id: str
    order_id: OrderId
    step: str
    kind: str
    content: dict[str, str] = Field(default_factory=dict)
    before: dict[str, str] = Field(default_factory=dict)
    """What stood under the names of `content` when the decision was made."""
    actor: str
    reason: str
    timetable: Timetable


RECORD_DECISION = Effect("record_decision", DecisionRequest, Nothing, QUICK, "house", "Write down a person's decision")


class HoldsRequest(Wire):
    """The open holds of one order, for the board that all lists are made from."""

    order_id: OrderId
    seller_id: str
    exporters: tuple[str, ...]
    holds: tuple[Hold, ...]
    known: tuple[str, ...] = ()
    """Keys whose marks the run knows: what it says of them stands, for it also knows which went on and are awake."""
    timetable: Timetable


class HoldMark(Wire):
    """What people have written on a hold: who takes it, until when it sleeps."""

    assignee: str = ""
    snoozed_until: Instant | None = None


class HoldsReply(Wire):
    """Hold key -> marks that stand from earlier decisions, also those an earlier run of the order took."""

    marks: dict[str, HoldMark] = Field(default_factory=dict)


POST_HOLDS = Effect("post_holds", HoldsRequest, HoldsReply, QUICK, "house", "Bring the board of holds up to date")


class SurveyRequest(Wire):
    """A consignment whose effects are asked for."""

    ucr: Ucr


class KnownEffect(Wire):
    """One row of our books: key, step, `intended`, `released`, `absent` or `done`, and what it says."""

    key: str
    step: str
    state: str
    content: str | None = None


class Survey(Wire):
    """What our books say was begun or done outside for a consignment, by this run or an earlier one."""

    effects: tuple[KnownEffect, ...] = ()


SURVEY_EFFECTS = Effect("survey_effects", SurveyRequest, Survey, QUICK, "house", "What our books say was done outside")


class SweepRequest(Wire):
    """Which source to look at; empty means all."""

    source: str = ""


class SweepReply(Wire):
    """How many references were looked at, had changed, or could not be asked."""

    looked: int = 0
    changed: int = 0
    unavailable: int = 0


SWEEP_SOURCE = Effect("sweep_source", SweepRequest, SweepReply, QUICK, "house", "Look at every watched reference")
RECONCILE_SELLERS = Effect(
    "reconcile_sellers", SweepRequest, SweepReply, NETWORK, "marketplace", "Find orders no notice told of"
)
NOTIFY_DESK = Effect("notify_desk", SweepRequest, SweepReply, QUICK, "house", "Tell people what waits for them")

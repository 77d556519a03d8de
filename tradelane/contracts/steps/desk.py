"""The desk: decisions written down, and sweeps."""

from __future__ import annotations

from pydantic import Field

from tradelane.contracts.effect import NETWORK, QUICK, Effect
from tradelane.contracts.steps.wire import Nothing, Wire
from tradelane.domain.identifiers import OrderId
from tradelane.domain.trade_time import Timetable


class DecisionRequest(Wire):
    """What a person decided, as it is written down; `id` makes a repetition harmless."""

    id: str
    order_id: OrderId
    step: str
    kind: str
    content: dict[str, str] = Field(default_factory=dict)
    actor: str
    reason: str
    timetable: Timetable


RECORD_DECISION = Effect("record_decision", DecisionRequest, Nothing, QUICK, "house", "Write down a person's decision")


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

"""Replay of one step that holds: first a plan, then the same plan applied.

The plan says of every step whether it is kept, runs again, or is blocked because our books say that its effect
exists outside. A plan has a version made from what it was drawn up from, so that applying a plan that is no longer
true is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from tradelane.contracts.messages import Answer, Progress, ResolveHold
from tradelane.contracts.steps import RECORD_DECISION
from tradelane.desk.complaints import NotFound, RefusedByRule, StalePlan
from tradelane.desk.orders import progress_of, update
from tradelane.desk.session import Desk
from tradelane.domain.holds import Hold, Resolution
from tradelane.domain.identifiers import OrderId
from tradelane.ports import EffectRow

CANNOT_TELL = "cannot_tell"
"""Reason of a hold whose effect may exist outside: only the counterparty can say."""

ERROR_NOTICE = "error_notice"
"""Reason of a hold whose effect exists and is dead: customs ended it, only a new one under a new number can follow."""

LOOKS = "it looks before it writes"


class Verdict(StrEnum):
    """What a replay does with a step."""

    KEPT = "kept"
    RUN_AGAIN = "run again"
    BLOCKED = "blocked"


class PlannedStep(BaseModel):
    """One line of a plan."""

    model_config = ConfigDict(frozen=True)

    step: str
    verdict: Verdict
    why: str


class ReplayPlan(BaseModel):
    """What a replay would do, and the version that names exactly this state of affairs."""

    model_config = ConfigDict(frozen=True)

    order_id: str
    step: str
    version: str
    steps: tuple[PlannedStep, ...]

    @property
    def blocked(self) -> tuple[PlannedStep, ...]:
        """Lines that forbid applying the plan."""
        return tuple(step for step in self.steps if step.verdict is Verdict.BLOCKED)


def draw_up_plan(step: str, progress: Progress, effects: Sequence[EffectRow]) -> ReplayPlan:
    """The plan for a step that holds: pure, from the run's progress and our books of effects.

    `step` is the hold's key, or the step's name when only one of its holds is open.

    Raises:
        NotFound: no such hold is open; the sentence lists those that are.
        RefusedByRule: the name fits several holds.
    """
    keys = [hold.key for hold in progress.holds]
    fitting = [hold for hold in progress.holds if step in (hold.key, hold.step)]
    if not fitting:
        open_now = f"open holds: {', '.join(keys)}" if keys else "it has no open hold"
        raise NotFound(f"Order {progress.order_id} does not hold at {step}; {open_now}.")
    if len(fitting) > 1:
        raise RefusedByRule(f"{step} holds {len(fitting)} times; name one of {', '.join(h.key for h in fitting)}.")
    hold = fitting[0]
    ended = tuple(dict.fromkeys(name.partition("~")[0] for name in progress.steps if name != hold.key))
    kept = [PlannedStep(step=name, verdict=Verdict.KEPT, why=_why_kept(name)) for name in ended]
    plan = [*kept, _held_step(hold, effects)]
    seen = json.dumps(
        [
            progress.model_dump(mode="json", include={"order_id", "ucr", "stage", "holds", "steps", "declarations"}),
            [row.model_dump(mode="json") for row in effects],
        ],
        sort_keys=True,
    )
    version = hashlib.sha256(seen.encode()).hexdigest()[:12]
    return ReplayPlan(order_id=progress.order_id, step=hold.key, version=version, steps=tuple(plan))


def _why_kept(step: str) -> str:
    return "a person's decision stays" if step.partition(":")[0] == RECORD_DECISION.name else "ended well"


def _held_step(hold: Hold, effects: Sequence[EffectRow]) -> PlannedStep:
    rows = [row for row in effects if row.step == hold.key]
    done = [row for row in rows if row.state == "done"]
    begun = [row for row in rows if row.state != "done"]
    if done and hold.reason == ERROR_NOTICE:
        why = f"{done[-1].key} ended in an error notice, which frees its number: a new one is sent under the next"
        return PlannedStep(step=hold.key, verdict=Verdict.RUN_AGAIN, why=why)
    if done:
        why = f"the effect {done[-1].key} exists outside since {_minute(done[-1].done_at or done[-1].intended_at)}"
        return PlannedStep(step=hold.key, verdict=Verdict.BLOCKED, why=why)
    if hold.reason == CANNOT_TELL:
        why = f"nobody knows whether it was written outside: {LOOKS}, and holds again while the answer stays open"
        return PlannedStep(step=hold.key, verdict=Verdict.RUN_AGAIN, why=why)
    if begun and begun[-1].state == "intended":
        why = f"{begun[-1].key} was begun at {_minute(begun[-1].intended_at)} and its end is unknown: {LOOKS}"
        return PlannedStep(step=hold.key, verdict=Verdict.RUN_AGAIN, why=why)
    if begun:
        why = f"{begun[-1].key} was tried at {_minute(begun[-1].intended_at)} without success: {LOOKS}"
        return PlannedStep(step=hold.key, verdict=Verdict.RUN_AGAIN, why=why)
    return PlannedStep(step=hold.key, verdict=Verdict.RUN_AGAIN, why="nothing was written outside")


def _minute(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"


async def plan_replay(desk: Desk, order: OrderId, step: str) -> ReplayPlan:
    """Draw up the plan for an order as it stands now."""
    progress = await progress_of(desk, order)
    claim = desk.stores.consignments.of_order(order)
    effects = desk.stores.effects.of_ucr(claim.ucr) if claim else ()
    return draw_up_plan(step, progress, effects)


async def apply_replay(
    desk: Desk, order: OrderId, step: str, *, version: str | None, actor: str, reason: str
) -> tuple[ReplayPlan, Answer]:
    """Draw the plan up again and apply it.

    Raises:
        StalePlan: `version` was given and the order has moved on since.
        RefusedByRule: the plan has a blocked step, or the run refused the decision.
    """
    plan = await plan_replay(desk, order, step)
    if version is not None and version != plan.version:
        raise StalePlan(f"Plan {version} is stale, order {order} has moved on; the plan is now {plan.version}.")
    if plan.blocked:
        raise RefusedByRule(f"{plan.blocked[0].step} is blocked: {plan.blocked[0].why}.")
    decision = ResolveHold(step=plan.step, action=Resolution.RETRY.value, reason=reason, actor=actor)
    return plan, await update(desk, order, "resolve_hold", decision)

"""Replay of one named step: first a plan, then the same plan applied.

Works for open, failed, terminated and completed runs. What is decided is a row before it is done, and doing it twice
under one id is doing it once, so that an interrupted replay may simply be repeated.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict
from temporalio.service import RPCError, RPCStatusCode

from tradelane.contracts.journeys import order_workflow_id
from tradelane.desk.aim import Target, Way, aim, refuse_reviving
from tradelane.desk.complaints import NotFound, RefusedByRule, StalePlan
from tradelane.desk.history import Round, Story, Unreadable, read_story, request_of
from tradelane.desk.looks import Look, Lookups
from tradelane.desk.orders import ANSWER_TIME, progress_of
from tradelane.desk.plan import ReplayPlan, draw_up, draw_up_forgotten
from tradelane.desk.rerun import KIND, carry_out, decision_id, engine_silent, record, recorded
from tradelane.desk.session import Desk
from tradelane.domain.identifiers import OrderId
from tradelane.domain.outside import CannotTell
from tradelane.ports import Claim, Decision, EffectRow


class Applied(BaseModel):
    """What an applied replay did."""

    model_config = ConfigDict(frozen=True)

    plan: ReplayPlan | None = None
    """None where an interrupted replay was only finished."""
    decision: str
    run_id: str
    sentence: str


@dataclass(frozen=True)
class _Known:
    """What our own stores hold of an order."""

    claim: Claim | None
    effects: tuple[EffectRow, ...]
    decisions: tuple[Decision, ...]


async def plan_replay(
    desk: Desk, order: OrderId, step: str, lookups: Lookups | None, *, fresh: bool = False
) -> ReplayPlan:
    """Draw up the plan for an order as it stands now; changes nothing.

    With `lookups` None nobody is asked: the plan says of what is not in our books that the step will look.

    Raises:
        NotFound: no such order, or the step never ran; the sentence lists those that did.
        NotThere: engine or worker do not answer.
        RefusedByRule: a rule forbids the replay, or the name fits several parts.
    """
    known = await asyncio.to_thread(_known, desk, order)
    if known.claim is not None and known.claim.carrying_order != order:
        carrier = known.claim.carrying_order
        raise RefusedByRule(f"Order {order} travels in the parcel of order {carrier}: replay {carrier}, its run acts.")
    refuse_reviving(order, step, known.decisions, known.claim)
    story = await _story(desk, order)
    if story is None:
        if known.claim is None:
            raise NotFound(f"Neither the engine nor our books know order {order}; look at `tradelane orders list`.")
        return draw_up_forgotten(order, step, known.effects, known.decisions, known.claim)
    holds = (await progress_of(desk, order)).holds if story.open else ()
    target = aim(order, step, story, holds, fresh=fresh)
    looks = await _looked(desk, story, target, lookups) if lookups is not None else {}
    return draw_up(
        order, story, target, looks=looks, holds=holds, effects=known.effects, decisions=known.decisions
    )  # fmt: skip


async def apply_replay(
    desk: Desk,
    order: OrderId,
    step: str,
    lookups: Lookups | None,
    *,
    actor: str,
    reason: str,
    version: str | None = None,
    fresh: bool = False,
    once: str | None = None,
    held: bool = False,
) -> Applied:
    """Draw the plan up again and do it; `once` names a replay that may be tried again after an interruption.

    With `held` only a hold is told to go on: a run that has gone on by itself meanwhile is not taken back.

    Raises:
        StalePlan: `version` or `held` was given and the order has moved on since.
        RefusedByRule: a rule or the run refused it; a forgotten run wants `fresh`.
        NotFound, NotThere: as for the plan.
    """
    if once is not None and (begun := await asyncio.to_thread(recorded, desk, order, once)) is not None:
        run_id, sentence = await carry_out(desk, order, begun)
        return Applied(decision=begun.id, run_id=run_id, sentence=sentence)
    plan = await plan_replay(desk, order, step, lookups, fresh=fresh)
    if version is not None and version != plan.version:
        raise StalePlan(f"Plan {version} is stale, order {order} has moved on; the plan is now {plan.version}.")
    if held and plan.way is not Way.GO_ON:
        raise StalePlan(f"{plan.step} of order {order} holds no more: the order has moved on.")
    if plan.way is Way.FRESH and not fresh:
        raise RefusedByRule(
            f"The engine has forgotten the run of order {order}: nothing can be taken back. "
            "--fresh begins a new run, and every step of it looks before it writes."
        )
    decision = Decision(
        id=decision_id(once or f"{order}/{plan.version}"),
        scope=order,
        step=plan.step,
        kind=KIND,
        content={"way": plan.way.value, "run_id": plan.run_id, "event": str(plan.event), "version": plan.version},
        actor=actor,
        reason=reason,
        at=desk.stores.clock.read().at(datetime.now(UTC)),
    )
    if not await asyncio.to_thread(record, desk, order, decision):
        if once is None:
            raise StalePlan(f"Plan {plan.version} of order {order} was applied already.")
        first = await asyncio.to_thread(recorded, desk, order, once)
        decision = first if first is not None else decision
    run_id, sentence = await carry_out(desk, order, decision)
    return Applied(plan=plan, decision=decision.id, run_id=run_id, sentence=sentence)


# --- reading -------------------------------------------------------------------------------------------------------


def _known(desk: Desk, order: OrderId) -> _Known:
    claim = desk.stores.consignments.of_order(order)
    return _Known(
        claim=claim,
        effects=desk.stores.effects.of_ucr(claim.ucr) if claim is not None else (),
        decisions=desk.stores.decisions.of_orders([order]),
    )


async def _story(desk: Desk, order: OrderId) -> Story | None:
    """The newest run of an order, or None when the engine knows none."""
    workflow_id = order_workflow_id(order)
    try:
        described = await desk.client.get_workflow_handle(workflow_id).describe(rpc_timeout=ANSWER_TIME)
        status = described.status.name.lower() if described.status else "unknown"
        return await read_story(desk.client, workflow_id, described.run_id, status)
    except RPCError as problem:
        if problem.status is RPCStatusCode.NOT_FOUND:
            return None
        raise engine_silent(order, problem) from problem


async def _looked(desk: Desk, story: Story, target: Target, lookups: Lookups) -> dict[str, Look]:
    """Ask for every effect that would run again, side by side."""
    asked = [one for one in target.again if one.outside]
    found = await asyncio.gather(*(_look(desk, story, one, lookups) for one in asked))
    return {one.key: look for one, look in zip(asked, found, strict=True)}


async def _look(desk: Desk, story: Story, one: Round, lookups: Lookups) -> Look:
    lookup = lookups.get(one.effect)
    if lookup is None:
        return Look(CannotTell(f"nothing of this release looks for {one.effect}"))
    try:
        request = await request_of(one, story.workflow_id, desk.client.namespace, desk.stores.converter)
    except Unreadable as lost:
        return Look(CannotTell(str(lost)))
    return await lookup(request)

"""Carrying a replay out: the decision is a row and a line of the timeline first, then the engine is told.

Everything is told under an id made from the decision's, so that telling it twice is doing it once.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence

from pydantic import BaseModel
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import ResetReapplyExcludeType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from tradelane.contracts.journeys import FULFIL_ORDER, order_workflow_id
from tradelane.contracts.messages import Fact, FulfilOrderRequest, ResolveHold
from tradelane.contracts.steps import BOOK_TRANSPORT
from tradelane.desk.aim import Way
from tradelane.desk.complaints import NotThere, RefusedByRule
from tradelane.desk.orders import ANSWER_TIME, update
from tradelane.desk.session import Desk
from tradelane.domain import timeline
from tradelane.domain.holds import Resolution
from tradelane.domain.identifiers import OrderId
from tradelane.ports import Decision, EffectRow, Watch

KIND = "replay"
"""Kind of the decision that records a replay."""

SIGNAL = "fact"


class _Booked(BaseModel):
    """The part of a booking in our books that a watch is made from."""

    waybill: str = ""


def decision_id(once: str) -> str:
    """Id of the decision row of a replay."""
    return f"{KIND}/{once}"


def record(desk: Desk, order: OrderId, decision: Decision) -> bool:
    """Write the decision and its line of the timeline; False when it stands already."""
    new = desk.stores.decisions.record(decision)
    line = timeline.replay(decision.id, decision.step, decision.content["version"])
    timeline.append(desk.stores.journal, order, line, at=decision.at, actor=decision.actor)
    return new


def recorded(desk: Desk, order: OrderId, once: str) -> Decision | None:
    """The decision of a replay that was begun under this name, if there is one."""
    made = desk.stores.decisions.of_orders([order])
    return next((one for one in made if one.id == decision_id(once) and one.content), None)


async def carry_out(desk: Desk, order: OrderId, decision: Decision) -> tuple[str, str]:
    """Do what was decided; gives the run that works on it and a sentence for the person.

    Raises:
        RefusedByRule: the run or the engine refused it.
        NotFound, NotThere: the run is gone, or engine or worker do not answer.
    """
    match Way(decision.content["way"]):
        case Way.GO_ON:
            return decision.content["run_id"], await _go_on(desk, order, decision)
        case Way.RESET:
            await asyncio.to_thread(_reopen, desk, order)
            run_id = await _reset(desk, order, decision)
            sentence = f"Order {order} runs again from {decision.step}, in run {run_id}."
        case Way.FRESH:
            await asyncio.to_thread(_reopen, desk, order)
            run_id = await _start(desk, order)
            sentence = f"Order {order} begins again in run {run_id}; every step looks before it writes."
    await _nudge(desk, order)
    return run_id, sentence


async def _go_on(desk: Desk, order: OrderId, decision: Decision) -> str:
    told = ResolveHold(step=decision.step, action=Resolution.RETRY.value, reason=decision.reason, actor=decision.actor)
    return (await update(desk, order, "resolve_hold", told, update_id=_id(decision))).sentence


async def _reset(desk: Desk, order: OrderId, decision: Decision) -> str:
    """Take the run back; signals that came later are heard again, Updates are not: decisions are rows."""
    request = ResetWorkflowExecutionRequest(
        namespace=desk.client.namespace,
        workflow_execution=WorkflowExecution(workflow_id=order_workflow_id(order), run_id=decision.content["run_id"]),
        reason=f"replay of {decision.step}, decision {decision.id}",
        workflow_task_finish_event_id=int(decision.content["event"]),
        request_id=_id(decision),
        reset_reapply_exclude_types=[ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_UPDATE],
    )
    try:
        answer = await desk.client.workflow_service.reset_workflow_execution(request, timeout=ANSWER_TIME)
    except RPCError as problem:
        if problem.status is RPCStatusCode.INVALID_ARGUMENT:
            raise RefusedByRule(
                f"The engine cannot take order {order} back to {decision.step}: {problem.message}."
            ) from problem
        raise engine_silent(order, problem) from problem
    return answer.run_id


async def _start(desk: Desk, order: OrderId) -> str:
    """Begin a new run under the order's id; one that is open already was begun by the same decision."""
    claim = await asyncio.to_thread(desk.stores.consignments.of_order, order)
    try:
        handle = await desk.client.start_workflow(
            FULFIL_ORDER.name,
            FulfilOrderRequest(order_id=order, seller=claim.seller_id if claim is not None else None),
            id=order_workflow_id(order),
            task_queue=FULFIL_ORDER.queue,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            static_summary=f"Order {order}",
            rpc_timeout=ANSWER_TIME,
        )
    except WorkflowAlreadyStartedError as running:
        return running.run_id or ""
    except RPCError as problem:
        raise engine_silent(order, problem) from problem
    return handle.first_execution_run_id or handle.result_run_id or ""


def _reopen(desk: Desk, order: OrderId) -> None:
    """Make a closed consignment open again; closing it dropped the watches, so the parcel is watched anew."""
    stores = desk.stores
    claim = stores.consignments.of_order(order)
    if claim is None or claim.closed_at is None:
        return
    stores.consignments.reopen(claim.ucr)
    booked = stores.effects.find(f"{claim.ucr}:{BOOK_TRANSPORT.name}")
    waybill = _waybill(booked)
    if waybill:
        for source in ("carrier", "17track"):
            stores.watches.add(Watch(source=source, reference=waybill, ucr=claim.ucr, order_id=order))


def _waybill(booked: EffectRow | None) -> str:
    return _Booked.model_validate_json(booked.content).waybill if booked is not None and booked.content else ""


async def _nudge(desk: Desk, order: OrderId) -> None:
    """Let the new run look at everything that is watched: news that came while no run was open told nobody."""
    claim = await asyncio.to_thread(desk.stores.consignments.of_order, order)
    watches = await asyncio.to_thread(desk.stores.watches.of_ucr, claim.ucr) if claim is not None else ()
    handle = desk.client.get_workflow_handle(order_workflow_id(order))
    try:
        for fact in _facts(watches):
            await handle.signal(SIGNAL, fact, rpc_timeout=ANSWER_TIME)
    except RPCError as problem:
        if problem.status is not RPCStatusCode.NOT_FOUND:  # it has ended already: nothing is left to look at
            raise engine_silent(order, problem) from problem


def _facts(watches: Sequence[Watch]) -> list[Fact]:
    return [Fact(source=watch.source, reference=watch.reference) for watch in watches]


def _id(decision: Decision) -> str:
    """A decision's id as the engine takes it: one form for requests and Updates."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, decision.id))


def engine_silent(order: OrderId, problem: RPCError) -> NotThere:
    """The complaint about an engine that cannot answer."""
    return NotThere(f"The engine cannot answer about order {order}: {problem.message}.")

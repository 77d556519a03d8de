"""Orders: start, list, show, watch, and the Updates a person sends to a run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from temporalio.client import (
    WorkflowExecution,
    WorkflowExecutionStatus,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from tradelane.contracts import search_attributes as attributes
from tradelane.contracts.journeys import FULFIL_ORDER, order_of_workflow_id, order_workflow_id
from tradelane.contracts.messages import Answer, FulfilOrderRequest, Progress
from tradelane.desk.complaints import NotFound, NotThere, RefusedByRule, WrongUsage
from tradelane.desk.session import Desk
from tradelane.domain.identifiers import OrderId

ANSWER_TIME = timedelta(seconds=15)
"""How long a run has to answer a question or an Update before we say that no worker is there."""
PAGE = 1_000
"""Runs the engine gives at once."""

WATCH_EVERY = 1.0


UNDER_WAY = frozenset({"running", "cancelling"})
"""States of a journey that is not over."""

_CLOSED_WITHOUT_OUTCOME = {
    WorkflowExecutionStatus.TERMINATED: "was terminated",
    WorkflowExecutionStatus.FAILED: "failed",
    WorkflowExecutionStatus.TIMED_OUT: "timed out",
    WorkflowExecutionStatus.CANCELED: "was cancelled",
}


class OrderRow(BaseModel):
    """One order in a list: what visibility knows of its newest run. No personal data."""

    model_config = ConfigDict(frozen=True)

    order_id: str
    status: str
    stage: str | None
    seller: str | None
    exporters: tuple[str, ...]
    declarations: tuple[str, ...]
    waybill: str | None
    tracking_number: str | None
    holds: tuple[str, ...]
    due_at: datetime | None
    started_at: datetime


class Started(BaseModel):
    """What a start did."""

    model_config = ConfigDict(frozen=True)

    order_id: str
    workflow_id: str
    run_id: str
    sentence: str


STAGES = (
    "intake", "carried", "packing", "export", "handover", "clearance", "delivery", "closing", "cancelling",
)  # fmt: skip
"""What the search attribute `Stage` says, in the order of the journey."""


def read_order_id(text: str) -> OrderId:
    """An order id as a person types it.

    Raises:
        WrongUsage: it is not one.
    """
    try:
        return OrderId(text)
    except ValueError as wrong:
        raise WrongUsage(f"{text!r} is not an order id: it has 1 to 20 digits.") from wrong


async def start(desk: Desk, order: OrderId, seller: str | None) -> Started:
    """Start the one run of an order, or find it when it is already there.

    Raises:
        RefusedByRule: the order's journey has already ended.
    """
    workflow_id = order_workflow_id(order)
    claim = desk.stores.consignments.of_order(order)
    if claim is not None and claim.outcome is not None:
        raise RefusedByRule(f"Order {order} is closed ({claim.outcome}); a second journey is never begun.")
    running = await _is_running(desk, workflow_id)
    try:
        handle = await desk.client.start_workflow(
            FULFIL_ORDER.name,
            FulfilOrderRequest(order_id=order, seller=seller),
            id=workflow_id,
            task_queue=FULFIL_ORDER.queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
            static_summary=f"Order {order}",
        )
    except WorkflowAlreadyStartedError as ended:
        raise RefusedByRule(f"The journey of order {order} has ended; see `tradelane orders show {order}`.") from ended
    sentence = f"Order {order} was already on its way." if running else f"Order {order} is on its way."
    run_id = handle.first_execution_run_id or handle.result_run_id or ""
    return Started(order_id=order, workflow_id=workflow_id, run_id=run_id, sentence=sentence)


async def _is_running(desk: Desk, workflow_id: str) -> bool:
    try:
        described = await desk.client.get_workflow_handle(workflow_id).describe()
    except RPCError as problem:
        if problem.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return described.close_time is None


async def listed(
    desk: Desk, *, stage: str | None = None, seller: str | None = None, exporter: str | None = None,
    ended: bool = False, limit: int = 200,
) -> tuple[OrderRow, ...]:  # fmt: skip
    """Orders by their newest run: those that run, the youngest first, then with `ended` those that ended last.

    The engine gives them in this order, so that no more pages are read than `limit` asks for.

    Raises:
        WrongUsage: no order is ever in such a stage, or nothing is found and there is no such seller or exporter.
    """
    if stage is not None and stage not in STAGES:
        raise WrongUsage(f"{stage!r} is no stage; write one of {', '.join(STAGES)}.")
    query = f"WorkflowType = '{FULFIL_ORDER.name}'"
    if not ended:
        query += " AND ExecutionStatus = 'Running'"
    for attribute, wanted in ((attributes.STAGE, stage), (attributes.SELLER, seller), (attributes.EXPORTER, exporter)):
        if wanted is not None:
            query += f" AND {attribute.name} = {_quoted(wanted)}"
    newest: dict[str, OrderRow] = {}
    async for execution in desk.client.list_workflows(query, page_size=min(limit + 1, PAGE)):
        row = _row(execution)
        if row is not None:  # the first of an order is its newest run: dead ones come after it
            newest.setdefault(row.order_id, row)
        if len(newest) == limit:
            break
    if not newest:
        _known("seller", seller, [one.id for one in desk.stores.sellers.all()])
        _known("exporter", exporter, [one.id for one in desk.stores.exporters.all()])
    return tuple(newest.values())


def _known(what: str, wanted: str | None, there: Sequence[str]) -> None:
    """An empty list for a slip of the finger would look like a quiet night."""
    if wanted is not None and wanted not in there:
        raise WrongUsage(f"{wanted!r} is no {what}; write one of {', '.join(there) or '(none is registered)'}.")


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _row(execution: WorkflowExecution) -> OrderRow | None:
    order = order_of_workflow_id(execution.id)
    if order is None:
        return None
    found = execution.typed_search_attributes
    return OrderRow(
        order_id=order,
        status=execution.status.name.lower() if execution.status else "unknown",
        stage=found.get(attributes.STAGE),
        seller=found.get(attributes.SELLER),
        exporters=tuple(found.get(attributes.EXPORTER) or ()),
        declarations=tuple(found.get(attributes.DECLARATION_NUMBER) or ()),
        waybill=found.get(attributes.WAYBILL),
        tracking_number=found.get(attributes.TRACKING_NUMBER),
        holds=tuple(found.get(attributes.HOLD) or ()),
        due_at=found.get(attributes.DUE_AT),
        started_at=execution.start_time,
    )


async def progress_of(desk: Desk, order: OrderId) -> Progress:
    """Where an order's run stands, asked of the run itself; works for ended runs too.

    Raises:
        NotFound: the engine knows no run of this order.
        NotThere: no worker answers.
    """
    handle = desk.client.get_workflow_handle(order_workflow_id(order))
    try:
        told: Progress = await handle.query("progress", result_type=Progress, rpc_timeout=ANSWER_TIME)
    except RPCError as problem:
        raise _sorted(problem, order) from problem
    except (WorkflowQueryFailedError, WorkflowQueryRejectedError) as problem:
        raise NotThere(f"The run of order {order} cannot answer: {problem}.") from problem
    return told


async def watched(desk: Desk, order: OrderId) -> AsyncIterator[Progress]:
    """Progress of an order, each time it changes, until its run has ended."""
    handle = desk.client.get_workflow_handle(order_workflow_id(order))
    before: Progress | None = None
    while True:
        over = (await _described(handle.describe(rpc_timeout=ANSWER_TIME), order)).close_time is not None
        now = await progress_of(desk, order)
        if before is None or now.model_copy(update={"trade_now": None}) != before:
            yield now
        before = now.model_copy(update={"trade_now": None})
        if over:
            return
        await asyncio.sleep(WATCH_EVERY)


async def update(desk: Desk, order: OrderId, name: str, message: BaseModel, *, update_id: str | None = None) -> Answer:
    """Send an Update to the run of an order and give its answer; sent twice under one id it is done once.

    Raises:
        RefusedByRule: the run said no, with its sentence.
        NotFound: the engine knows no run of this order.
        NotThere: no worker answers.
    """
    handle = desk.client.get_workflow_handle(order_workflow_id(order))
    described = await _described(handle.describe(rpc_timeout=ANSWER_TIME), order)
    if described.close_time is not None:
        ended = f"The journey of order {order} has ended; nothing can be decided on it any more."
        raise RefusedByRule(_lost(described.status, order) or ended)
    try:
        answer: Answer = await handle.execute_update(
            name, message, id=update_id, result_type=Answer, rpc_timeout=ANSWER_TIME
        )
    except WorkflowUpdateFailedError as refused:
        raise RefusedByRule(_sentence(refused.cause)) from refused
    except WorkflowUpdateRPCTimeoutOrCancelledError as silence:
        raise NotThere(f"No worker answers for order {order}; start one with `tradelane worker`.") from silence
    except RPCError as problem:
        raise _sorted(problem, order) from problem
    return answer


async def lost_run(desk: Desk, order: OrderId) -> str:
    """One sentence when the order's newest run was closed without an outcome, as by *Terminate*; else empty.

    Such a run still answers questions, and says what was true when it was closed.
    """
    handle = desk.client.get_workflow_handle(order_workflow_id(order))
    return _lost((await _described(handle.describe(rpc_timeout=ANSWER_TIME), order)).status, order)


def _lost(status: WorkflowExecutionStatus | None, order: OrderId) -> str:
    how = _CLOSED_WITHOUT_OUTCOME.get(status) if status is not None else None
    if how is None:
        return ""
    return (
        f"The run of order {order} {how} without an outcome and does nothing any more; reconcile begins it again "
        f"within the hour and holds it as `reopened`; `tradelane orders start {order}` goes on at once."
    )


async def _described(asked: Any, order: OrderId) -> Any:
    try:
        return await asked
    except RPCError as problem:
        raise _sorted(problem, order) from problem


def _sentence(cause: BaseException | None) -> str:
    if isinstance(cause, ApplicationError):
        return cause.message
    if isinstance(cause, ValidationError):
        return "; ".join(str(error["msg"]) for error in cause.errors())
    return str(cause)


def _sorted(problem: RPCError, order: OrderId) -> NotFound | NotThere:
    match problem.status:
        case RPCStatusCode.NOT_FOUND:
            return NotFound(f"The engine knows no run of order {order}; `tradelane orders start {order}` begins one.")
        case RPCStatusCode.DEADLINE_EXCEEDED | RPCStatusCode.CANCELLED | RPCStatusCode.FAILED_PRECONDITION:
            return NotThere(f"No worker answers for order {order}; start one with `tradelane worker`.")
        case _:
            return NotThere(f"The engine cannot answer about order {order}: {problem.message}.")

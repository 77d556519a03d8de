"""The rate of a queue as the engine keeps it: the lever behind every gate.

A limit set here overrides the workers' own rate at once (the engine takes about a second); 0 stops the queue, no
limit gives it back to the workers. The engine keeps it in its database, over restarts.
"""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from datetime import timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import RateLimit, TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, UpdateTaskQueueConfigRequest
from temporalio.client import Client

from tradelane.ports import Gate, GateState

ANSWER_WITHIN = timedelta(seconds=5)
LONGEST_REASON = 200
MOMENT = 0.3
"""Real seconds after which the engine surely tells the limit it has taken (measured: tens of milliseconds)."""
_ACTIVITIES = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY


@dataclass(frozen=True)
class QueueView:
    """What the engine says of a queue."""

    limit: float | None
    """Steps a second; None: no limit but the workers' own."""
    backlog: int
    """Steps that wait, about; the engine's count may be five seconds old."""

    def keeps(self, gate: Gate | None) -> bool:
        """Whether the engine does what the gate's row says; a queue without a row has no limit."""
        wanted = limit_of(gate)
        if wanted is None or self.limit is None:
            return wanted is self.limit
        return math.isclose(wanted, self.limit, rel_tol=1e-5, abs_tol=1e-9)  # the engine keeps 32 bits


def limit_of(gate: Gate | None) -> float | None:
    """The limit a gate stands for, in steps a second; None for no limit."""
    if gate is None or gate.state is GateState.OPEN:
        return None
    return 0.0 if gate.state is GateState.CLOSED else gate.rate


async def look_at(client: Client, queue: str) -> QueueView:
    """Ask the engine for limit and backlog of an activity queue. Raises RPCError."""
    told = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=queue),
            task_queue_type=_ACTIVITIES,
            report_stats=True,
            report_config=True,
        ),
        timeout=ANSWER_WITHIN,
    )
    limited = told.config.queue_rate_limit
    return QueueView(
        limit=limited.rate_limit.requests_per_second if limited.HasField("rate_limit") else None,
        backlog=told.stats.approximate_backlog_count,
    )


async def settled(client: Client, queue: str, gate: Gate | None) -> QueueView:
    """Ask the engine, and once more where it differs: just after a change it may still give the limit before."""
    view = await look_at(client, queue)
    if not view.keeps(gate):
        await asyncio.sleep(MOMENT)
        view = await look_at(client, queue)
    return view


async def apply(client: Client, gate: Gate) -> None:
    """Make the engine do what a gate says. Raises RPCError."""
    limit = limit_of(gate)
    update = UpdateTaskQueueConfigRequest.RateLimitUpdate(
        rate_limit=None if limit is None else RateLimit(requests_per_second=limit),
        reason=gate.reason[:LONGEST_REASON],
    )
    await client.workflow_service.update_task_queue_config(
        UpdateTaskQueueConfigRequest(
            namespace=client.namespace,
            identity=gate.actor[:LONGEST_REASON],
            task_queue=gate.queue,
            task_queue_type=_ACTIVITIES,
            update_queue_rate_limit=update,
        ),
        timeout=ANSWER_WITHIN,
    )

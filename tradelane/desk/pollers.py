"""Who polls the queues: whether there is a worker for each."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from tradelane.contracts.journeys import ORDERS_QUEUE, QUEUES

LOOK = timedelta(seconds=5)
"""How long one look at a part may take."""

SILENT_AFTER = timedelta(minutes=2)
"""A poller not seen for longer is a worker that has gone; polls last up to a minute."""


async def polled(client: Client) -> dict[str, frozenset[str]]:
    """Queue -> who has polled it lately.

    Raises:
        RPCError: the engine cannot tell.
    """
    queues = {ORDERS_QUEUE: TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW}
    queues |= dict.fromkeys(QUEUES, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY)
    oldest = datetime.now(UTC) - SILENT_AFTER

    async def pollers_of(queue: str, kind: TaskQueueType.ValueType) -> frozenset[str]:
        told = await client.workflow_service.describe_task_queue(
            DescribeTaskQueueRequest(
                namespace=client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind
            ),
            timeout=LOOK,
        )
        return frozenset(p.identity for p in told.pollers if p.last_access_time.ToDatetime(UTC) > oldest)

    seen = await asyncio.gather(*(pollers_of(queue, kind) for queue, kind in queues.items()))
    return dict(zip(queues, seen, strict=True))

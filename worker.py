"""Composition root of the worker: `python worker.py` runs one against the embedded or the named engine."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
)
from temporalio.worker import Interceptor, Worker
from temporalio.worker.workflow_sandbox import (
    SandboxedWorkflowRunner,
    SandboxRestrictions,
)

from activities.gatekeeping import Gatekeeping
from activities.registry import implementations
from tradelane.contracts.journeys import NOTIFY, ORDERS_QUEUE, RECONCILE_ORDERS, SWEEP
from tradelane.contracts.steps import SweepRequest
from tradelane.desk.gatekeeper import Gatekeeper, Outcomes, Rules
from tradelane.engine import connect
from tradelane.resources import Resources, open_resources
from tradelane.settings import Settings
from tradelane.telemetry import configure_logging
from workflows.fulfil_order import FulfilOrder
from workflows.sweep import NotifyDesk, ReconcileOrders, Sweep

SANDBOX = SandboxedWorkflowRunner(
    restrictions=SandboxRestrictions.default.with_passthrough_modules(
        "tradelane.domain", "tradelane.contracts", "pycountry", "stdnum"
    )
)
"""The list is exact: a module that defines a workflow must never be on it, or its clock guard is silently off."""

WORKFLOWS = (FulfilOrder, Sweep, ReconcileOrders, NotifyDesk)

SWEEP_EVERY = {"ktnet": timedelta(minutes=15), "carrier": timedelta(minutes=30), "unipass": timedelta(hours=1)}
"""Trade time between firings of a sweep; each watch has its own spacing beyond that."""

RECONCILE_EVERY = timedelta(hours=1)
NOTIFY_EVERY = timedelta(minutes=5)
"""Trade time between two looks at what people are to be told; never under five real seconds."""
LEAST_INTERVAL = timedelta(seconds=1)


def workers(client: Client, resources: Resources, interceptors: Sequence[Interceptor] = ()) -> list[Worker]:
    """One worker for the workflows and one per counterparty's queue, each with the queue's rate."""
    settings = resources.settings
    grace = timedelta(seconds=10)
    activities = implementations(resources)
    orders = Worker(
        client,
        task_queue=ORDERS_QUEUE,
        workflows=list(WORKFLOWS),
        workflow_runner=SANDBOX,
        max_cached_workflows=settings.max_cached_workflows,
        # a dead worker's runs move to a living one after this long (default: 10 s)
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=2),
        graceful_shutdown_timeout=grace,
    )
    queues = [
        Worker(
            client,
            task_queue=queue,
            activities=methods,
            max_concurrent_activities=50,
            max_task_queue_activities_per_second=resources.rates.get(queue),
            graceful_shutdown_timeout=grace,
            interceptors=list(interceptors),
        )
        for queue, methods in sorted(activities.items())
    ]
    return [orders, *queues]


async def ensure_schedules(client: Client, resources: Resources) -> None:
    """Create the schedules of sweeps and notices once; an existing schedule is left as an operator may have changed it."""
    clock = resources.clock.read()
    wanted = [
        (f"sweep/{source}", SWEEP.name, source, every, LEAST_INTERVAL, f"Sweep {source}")
        for source, every in SWEEP_EVERY.items()
    ]
    wanted.append(("reconcile", RECONCILE_ORDERS.name, "", RECONCILE_EVERY, LEAST_INTERVAL * 10, "Reconcile orders"))
    wanted.append(("notices", NOTIFY.name, "", NOTIFY_EVERY, LEAST_INTERVAL * 5, "Tell people what waits for them"))
    for schedule_id, workflow, source, every, least, summary in wanted:
        schedule = Schedule(
            action=ScheduleActionStartWorkflow(
                workflow,
                SweepRequest(source=source),
                id=schedule_id,
                task_queue=ORDERS_QUEUE,
                static_summary=summary,
            ),
            spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=max(least, clock.real_span(every)))]),
            policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(minutes=1)),
        )
        with contextlib.suppress(ScheduleAlreadyRunningError):
            await client.create_schedule(schedule_id, schedule)


@contextlib.asynccontextmanager
async def running(client: Client, resources: Resources) -> AsyncIterator[None]:
    """All workers of this process and their gatekeeper, until the block ends."""
    outcomes = Outcomes()
    keeper = Gatekeeper(client, resources.gates, outcomes, Rules.of(resources.settings), resources.rates)
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(keeper.keeping())
        for worker in workers(client, resources, [Gatekeeping(outcomes)]):
            await stack.enter_async_context(worker)
        yield


async def serve(settings: Settings) -> None:
    """Run until SIGINT or SIGTERM."""
    configure_logging()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    settings.worker_pid_file.write_text(str(os.getpid()))
    async with open_resources(settings) as resources:
        client = await connect(settings, resources.converter, patience=60)
        await ensure_schedules(client, resources)
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        async with running(client, resources):
            print(f"worker {os.getpid()} polls {client.service_client.config.target_host}", flush=True)
            await stop.wait()


def main() -> None:
    """Console script `tradelane-worker`."""
    try:
        asyncio.run(serve(Settings()))
    except RuntimeError as failure:
        print(f"The worker cannot start: {failure}", file=sys.stderr)
        sys.exit(4)


if __name__ == "__main__":
    main()

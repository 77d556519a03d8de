"""Sweep: one look at everything watched at one source, or at what waits for people; a Schedule starts it."""

from __future__ import annotations

from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from pydantic import ValidationError

    from tradelane.contracts.effect import Effect
    from tradelane.contracts.steps import NOTIFY_DESK, RECONCILE_SELLERS, SWEEP_SOURCE, SweepReply, SweepRequest


async def look(effect: Effect[SweepRequest, SweepReply], source: str) -> SweepReply:
    """Run one sweep activity; a sweep that fails is not held, the next firing looks again."""
    reply: SweepReply = await workflow.execute_activity(
        effect.name,
        SweepRequest(source=source),
        result_type=effect.reply,
        task_queue=effect.queue,
        activity_id=effect.name,
        summary=f"{effect.summary}: {source}" if source else effect.summary,
        start_to_close_timeout=effect.patience.one_try * 4,
        retry_policy=RetryPolicy(maximum_attempts=2),
    )
    return reply


@workflow.defn(name="Sweep", failure_exception_types=[ValidationError])
class Sweep:
    """Look at every due watch of one source and put what changed into the inbox."""

    @workflow.run
    async def run(self, request: Any = None) -> SweepReply:
        """Takes `{"source": "ktnet|unipass|carrier"}`."""
        asked = SweepRequest.model_validate(request or {})
        return await look(SWEEP_SOURCE, asked.source)


@workflow.defn(name="ReconcileOrders", failure_exception_types=[ValidationError])
class ReconcileOrders:
    """Find orders that no notice told of."""

    @workflow.run
    async def run(self, request: Any = None) -> SweepReply:
        """Takes `{"source": "<seller>"}` or nothing for every seller."""
        asked = SweepRequest.model_validate(request or {})
        return await look(RECONCILE_SELLERS, asked.source)


@workflow.defn(name="NotifyDesk", failure_exception_types=[ValidationError])
class NotifyDesk:
    """Tell people what waits for them."""

    @workflow.run
    async def run(self, request: Any = None) -> SweepReply:
        """Takes nothing."""
        asked = SweepRequest.model_validate(request or {})
        return await look(NOTIFY_DESK, asked.source)

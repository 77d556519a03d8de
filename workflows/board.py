"""Keeping the board of holds: whenever the holds of a run have changed, the board is told once how they stand now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from workflows.journey import Journey

with workflow.unsafe.imports_passed_through():
    from tradelane.contracts.steps import POST_HOLDS, HoldsReply, HoldsRequest

FOR_EVER = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1))
"""The board is our own database: nothing a person decides would bring it back, so posting never holds."""


async def keep_board(j: Journey, over: Callable[[], bool]) -> None:
    """Post the holds after each change until the run is over and its last change is posted."""
    posted = rounds = 0

    def news() -> bool:
        return j.steps.board > posted

    while True:
        await workflow.wait_condition(lambda: news() or over())
        if not news():
            return
        posted, rounds = j.steps.board, rounds + 1
        reply: HoldsReply = await workflow.execute_activity(
            POST_HOLDS.name,
            HoldsRequest(
                order_id=j.order_id,
                seller_id=j.seller_id,
                exporters=j.exporters,
                holds=tuple(j.steps.holds[key] for key in sorted(j.steps.holds)),
                known=tuple(sorted(j.steps.marks)),
                timetable=j.steps.timetable,
            ),
            result_type=POST_HOLDS.reply,
            task_queue=POST_HOLDS.queue,
            activity_id=POST_HOLDS.name if rounds == 1 else f"{POST_HOLDS.name}~{rounds}",
            summary=POST_HOLDS.summary,
            start_to_close_timeout=POST_HOLDS.patience.one_try,
            retry_policy=FOR_EVER,
        )
        j.steps.mark(reply.marks, anew=False)

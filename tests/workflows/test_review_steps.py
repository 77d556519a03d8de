"""Steps on a real engine with one fake activity: one answer serves all who wait, and nothing spins."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from tests.lane import PATIENCE, eventually
from tradelane.contracts.effect import QUICK, Effect
from tradelane.contracts.messages import ResolveHold
from tradelane.contracts.steps import Nothing
from workflows.steps import MOST_RENEWALS, Abandoned, Failure, Steps, side_by_side

TRY = Effect("try_it", Nothing, Nothing, QUICK, "review", "Try it")


@workflow.defn(name="TwoAtOnce")
class TwoAtOnce:
    """Two tasks of a run perform the same step."""

    def __init__(self) -> None:
        self.steps = Steps(order_id="1")

    @workflow.run
    async def run(self) -> int:
        tasks = [asyncio.create_task(self.steps.perform(TRY, Nothing())) for _ in range(2)]
        await workflow.wait(tasks)
        return sum(task.exception() is None for task in tasks)

    @workflow.signal
    def answer(self, action: str) -> None:
        self.steps.answers["try_it"] = ResolveHold(step="try_it", action=action)

    @workflow.query
    def waiting(self) -> int:
        """How many tasks wait at the hold."""
        return sum(self.steps.waiting.values())


@workflow.defn(name="AlwaysStale")
class AlwaysStale(TwoAtOnce):
    """A request that stays stale however often it is drawn up anew."""

    @workflow.run
    async def run(self) -> int:
        renewals = 0

        async def renew(_: Failure) -> None:
            nonlocal renewals
            renewals += 1

        try:
            await self.steps.perform(TRY, Nothing(), renew=renew)
        except Abandoned:
            return renewals
        return -1


@workflow.defn(name="SideBySide")
class SideBySide:
    """One leg ends the journey for a reason, another waits."""

    @workflow.run
    async def run(self) -> str:
        async def waits() -> None:
            await workflow.wait_condition(lambda: False)

        async def ends() -> None:
            await workflow.sleep(0.01)
            raise Abandoned("a person said so")

        try:
            await side_by_side(waits(), ends())
        except Abandoned as end:
            return str(end)
        return ""


class Activities:
    """Fails the first tries in one way."""

    def __init__(self, kind: str, times: int) -> None:
        self.kind, self.left, self.asked = kind, times, 0

    @activity.defn(name="try_it")
    async def try_it(self, _: Nothing) -> Nothing:
        self.asked += 1
        self.left -= 1
        if self.left >= 0:
            raise ApplicationError("no", {"reason": "refused"}, type=self.kind, non_retryable=True)
        return Nothing()


@pytest.fixture
async def client(target: str, namespace: str) -> Client:
    return await Client.connect(target, namespace=namespace, data_converter=pydantic_data_converter)


async def played(
    client: Client, journey: Any, activities: Activities, answer: str | None = None, waiting: int = 1
) -> Any:
    """What a journey gives; it is answered once so many tasks wait at its hold."""
    flows = [TwoAtOnce, AlwaysStale, SideBySide]
    async with (
        Worker(client, task_queue="flows", workflows=flows, workflow_runner=UnsandboxedWorkflowRunner()),
        Worker(client, task_queue="review", activities=[activities.try_it]),
    ):
        handle = await client.start_workflow(journey.run, id=str(uuid4()), task_queue="flows")
        if answer:

            async def all_wait() -> bool:
                return await handle.query(TwoAtOnce.waiting) >= waiting

            await eventually(all_wait)
            await handle.signal(TwoAtOnce.answer, answer)
        return await asyncio.wait_for(handle.result(), PATIENCE)


async def test_one_answer_serves_both_tasks_that_wait_at_a_hold(client: Client) -> None:
    assert await played(client, TwoAtOnce, Activities("Refused", 2), "retry", waiting=2) == 2


async def test_a_request_that_stays_stale_is_held_for_a_person(client: Client) -> None:
    activities = Activities("Stale", 10_000)
    assert await played(client, AlwaysStale, activities, "cancel") == MOST_RENEWALS
    assert activities.asked == MOST_RENEWALS + 1


async def test_the_reason_comes_before_what_it_ended(client: Client) -> None:
    assert await played(client, SideBySide, Activities("Refused", 0)) == "a person said so"

"""Calling a step back on a real engine: what is under way lands, what waits is drawn up anew, and a cancel still cancels."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self
from uuid import uuid4

import pytest
from temporalio import activity, workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, Worker

from activities.implements import beating, landed
from tests.lane import PATIENCE, eventually
from tradelane.contracts.effect import OFFICE, Effect
from tradelane.contracts.messages import ResolveHold
from tradelane.contracts.steps import Nothing
from workflows.steps import Steps

KEY = "write_it"
MOST_TRIES = 100
"""More than any test makes."""
WRITE = Effect(KEY, Nothing, Nothing, OFFICE, "recalled", "Write it", outside=True)


@workflow.defn(name="CalledBack")
class CalledBack:
    """A journey of one step that writes outside."""

    def __init__(self) -> None:
        self.steps = Steps(order_id="1")
        self.drawn = 0
        self.travel: asyncio.Task[Nothing] | None = None

    @workflow.run
    async def run(self) -> str:
        def drawn_up() -> Nothing:
            self.drawn += 1
            return Nothing()

        async def refresh() -> None:
            await workflow.sleep(0.01)

        self.travel = asyncio.create_task(self.steps.perform(WRITE, drawn_up, refresh=refresh))
        await workflow.wait([self.travel])
        end = "cancelled" if self.travel.cancelled() else self.travel.exception() or "done"
        return f"{end}, drawn up {self.drawn} times, {'remembered' if KEY in self.steps.replies else 'unknown'}"

    @workflow.signal
    def recall(self) -> None:
        self.steps.recall(KEY)

    @workflow.signal
    def cancel(self) -> None:
        assert self.travel is not None
        self.steps.abandoned = "cancelled"
        self.travel.cancel()

    @workflow.signal
    def recall_and_cancel(self) -> None:
        self.recall()
        self.cancel()

    @workflow.signal
    def answer(self, action: str) -> None:
        self.steps.answers[KEY] = ResolveHold(step=KEY, action=action)

    @workflow.query
    def holds(self) -> list[str]:
        """Keys of the open holds."""
        return sorted(self.steps.holds)


class Office:
    """The activity; a test says how each try ends, and how many of them may end by now."""

    def __init__(self, *ends: str) -> None:
        self.ends = ends
        self.tries = 0
        self.gates = [asyncio.Event() for _ in range(MOST_TRIES)]

    @activity.defn(name=KEY)
    async def write_it(self, _: Nothing) -> Nothing:
        self.tries += 1
        async with beating():
            return await landed(asyncio.ensure_future(self._ended(self.tries)))

    def let(self, tries: int = MOST_TRIES) -> Self:
        """From now on so many tries may end."""
        for gate in self.gates[:tries]:
            gate.set()
        return self

    async def _ended(self, number: int) -> Nothing:
        await self.gates[number - 1].wait()
        end = self.ends[number - 1] if number <= len(self.ends) else "lands"
        if end != "lands":
            raise ApplicationError(end, {"reason": "refused"}, type="Refused", non_retryable=end == "refused")
        return Nothing()


@pytest.fixture
async def client(target: str, namespace: str) -> Client:
    return await Client.connect(target, namespace=namespace, data_converter=pydantic_data_converter)


@asynccontextmanager
async def flows(client: Client) -> AsyncIterator[None]:
    async with Worker(
        client, task_queue="callers", workflows=[CalledBack], workflow_runner=UnsandboxedWorkflowRunner()
    ):
        yield


def offices(client: Client, office: Office) -> Worker:
    return Worker(client, task_queue="recalled", activities=[office.write_it])


async def begun(client: Client) -> WorkflowHandle[Any, Any]:
    return await client.start_workflow(CalledBack.run, id=str(uuid4()), task_queue="callers")


async def ended(handle: WorkflowHandle[Any, Any]) -> str:
    """What the run says at its end; it is replayed, so that its commands are known to be the same again."""
    said: str = await asyncio.wait_for(handle.result(), PATIENCE)
    history = await handle.fetch_history()
    replayer = Replayer(
        workflows=[CalledBack],
        workflow_runner=UnsandboxedWorkflowRunner(),
        data_converter=pydantic_data_converter,
    )
    await replayer.replay_workflow(history)
    return said


async def tried(office: Office, times: int) -> None:
    async def so_often() -> bool:
        return office.tries >= times

    await eventually(so_often, every=0.02)


@pytest.mark.parametrize("times", [1, 3])
async def test_a_try_under_way_lands_however_often_it_is_called_back(client: Client, times: int) -> None:
    office = Office("lands")
    async with flows(client), offices(client, office):
        handle = await begun(client)
        await tried(office, 1)
        for _ in range(times):
            await handle.signal(CalledBack.recall)
            await handle.query(CalledBack.holds)
        office.let()
        assert await ended(handle) == "done, drawn up 1 times, remembered"
    assert office.tries == 1


async def test_a_try_that_fails_or_is_refused_after_it_was_called_back_is_drawn_up_anew(client: Client) -> None:
    """Whatever came of it was asked with what is no longer true: nobody is bothered with it."""
    office = Office("fails", "refused")
    async with flows(client), offices(client, office):
        handle = await begun(client)
        for number in (1, 2):
            await tried(office, number)
            await handle.signal(CalledBack.recall)
            await handle.query(CalledBack.holds)
            office.let(number)
        office.let()
        assert await ended(handle) == "done, drawn up 3 times, remembered"


async def test_a_try_that_was_never_begun_is_called_back_at_once(client: Client) -> None:
    office = Office()
    office.let()
    async with flows(client):
        handle = await begun(client)
        await eventually(lambda: _scheduled(handle))
        await handle.signal(CalledBack.recall)
        await handle.signal(CalledBack.recall)
        await handle.query(CalledBack.holds)  # both are heard before anybody could begin
        async with offices(client, office):
            assert await ended(handle) == "done, drawn up 2 times, remembered"
    assert office.tries == 1


async def _scheduled(handle: WorkflowHandle[Any, Any]) -> bool:
    return bool((await handle.describe()).raw_description.pending_activities)


async def test_a_step_that_waits_for_its_next_try_is_called_back_at_once(client: Client) -> None:
    office = Office("fails")
    office.let()
    async with flows(client), offices(client, office):
        handle = await begun(client)
        await tried(office, 1)
        await handle.signal(CalledBack.recall)
        said = await ended(handle)
    assert said in ("done, drawn up 2 times, remembered", "done, drawn up 1 times, remembered")


@pytest.mark.parametrize("signals", [("recall", "cancel"), ("cancel", "recall"), ("recall_and_cancel",)])
@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("lands", "cancelled, drawn up 1 times, remembered"),
        ("refused", "cancelled, drawn up 1 times, unknown"),
    ],
)
async def test_a_cancel_that_meets_a_recall_cancels(
    client: Client, signals: tuple[str, ...], end: str, said: str
) -> None:
    office = Office(end)
    async with flows(client), offices(client, office):
        handle = await begun(client)
        await tried(office, 1)
        for signal in signals:
            await handle.signal(signal)
            await handle.query(CalledBack.holds)
        office.let()
        assert await ended(handle) == said
    assert office.tries == 1


async def test_a_cancel_that_meets_a_recall_of_what_never_began_cancels(client: Client) -> None:
    async with flows(client):
        handle = await begun(client)
        await eventually(lambda: _scheduled(handle))
        await handle.signal(CalledBack.recall_and_cancel)
        said = await ended(handle)
    assert said.endswith("drawn up 1 times, unknown")


async def test_a_recall_of_a_step_that_holds_leaves_the_hold_to_its_person(client: Client) -> None:
    office = Office("refused")
    office.let()
    async with flows(client), offices(client, office):
        handle = await begun(client)

        async def held() -> bool:
            return bool(await handle.query(CalledBack.holds))

        await eventually(held)
        await handle.signal(CalledBack.recall)
        assert await handle.query(CalledBack.holds) == [KEY]
        await handle.signal(CalledBack.answer, "retry")
        assert await ended(handle) == "done, drawn up 2 times, remembered"

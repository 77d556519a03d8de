"""Starting and waking on a real engine: one run per order, and a closed one stays closed."""

from __future__ import annotations

import asyncio

from temporalio import workflow
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from tests.conftest import temporal_binary
from tradelane.contracts.journeys import FULFIL_ORDER, order_workflow_id
from tradelane.contracts.messages import Fact, FulfilOrderRequest
from tradelane.domain.identifiers import OrderId
from tradelane.service.starter import EngineUnavailable, TemporalStarter, Woken

ORDER = OrderId("2000013770481964")


@workflow.defn(name=FULFIL_ORDER.name)
class Journey:
    """Ends with the third fact it hears."""

    def __init__(self) -> None:
        self._heard: list[str] = []

    @workflow.run
    async def run(self, request: FulfilOrderRequest) -> list[str]:
        await workflow.wait_condition(lambda: len(self._heard) == 3)
        return [request.order_id, str(request.seller), *self._heard]

    @workflow.signal
    def fact(self, news: Fact) -> None:
        self._heard.append(news.source)


async def test_an_order_is_started_once_woken_while_it_runs_and_never_begun_again() -> None:
    env = await WorkflowEnvironment.start_local(
        dev_server_existing_path=temporal_binary(), data_converter=pydantic_data_converter
    )
    async with env:
        starter = TemporalStarter(env.client)
        assert await starter.reachable()
        assert await starter.wake(ORDER, Fact(source="ktnet", reference="x")) is Woken.OVER
        both = await asyncio.gather(
            *(starter.start_or_wake(ORDER, "1001", Fact(source="mercadolibre", reference=ORDER)) for _ in range(2))
        )
        assert both == [Woken.TOLD] * 2
        async with Worker(
            env.client,
            task_queue=FULFIL_ORDER.queue,
            workflows=[Journey],
            workflow_runner=UnsandboxedWorkflowRunner(),
        ):
            assert await starter.wake(ORDER, Fact(source="ktnet", reference="x")) is Woken.TOLD
            handle = env.client.get_workflow_handle(order_workflow_id(ORDER), result_type=list[str])
            assert await handle.result() == [ORDER, "1001", "mercadolibre", "mercadolibre", "ktnet"]
            late = Fact(source="mercadolibre", reference=ORDER)
            assert await starter.start_or_wake(ORDER, "1001", late) is Woken.OVER
            assert await starter.wake(ORDER, late) is Woken.OVER


async def test_an_engine_that_is_not_there_is_said_to_be_unavailable() -> None:
    client = await Client.connect("127.0.0.1:1", lazy=True, data_converter=pydantic_data_converter)
    starter = TemporalStarter(client)
    fact = Fact(source="ktnet", reference="x")
    said: list[str] = []
    for attempt in (starter.wake(ORDER, fact), starter.start_or_wake(ORDER, "1001", fact)):
        try:
            await attempt
        except EngineUnavailable as away:
            said.append(str(away))
    assert len(said) == 2
    assert all(words.startswith("engine: ") for words in said)
    assert not await starter.reachable()


async def test_an_order_whose_run_was_terminated_begins_again_as_a_hold() -> None:
    """A person ended the run in the engine: the next notice must not send the order on by itself."""
    env = await WorkflowEnvironment.start_local(
        dev_server_existing_path=temporal_binary(), data_converter=pydantic_data_converter
    )
    async with env:
        starter = TemporalStarter(env.client)
        fact = Fact(source="mercadolibre", reference=ORDER)
        assert await starter.start_or_wake(ORDER, "1001", fact) is Woken.TOLD
        handle = env.client.get_workflow_handle(order_workflow_id(ORDER))
        await handle.terminate("by mistake")
        assert await starter.start_or_wake(ORDER, "1001", fact) is Woken.TOLD
        first = (await handle.fetch_history()).events[0].workflow_execution_started_event_attributes
        [request] = await env.client.data_converter.decode(first.input.payloads, [FulfilOrderRequest])
        assert "terminated" in request.reopened

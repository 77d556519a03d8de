"""Gates by hand against the real engine: closed steps wait at attempt 1, others flow, what waited drains slowly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio import activity
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import RateLimit
from temporalio.api.workflowservice.v1 import UpdateTaskQueueConfigRequest
from temporalio.client import ActivityHandle, Client
from temporalio.worker import Worker

from tests.lane import PATIENCE, eventually
from tradelane.desk import gates
from tradelane.desk.complaints import RefusedByRule, WrongUsage
from tradelane.desk.gatekeeper import Gatekeeper, Outcomes, Rules
from tradelane.desk.queue_rates import settled
from tradelane.desk.session import Desk
from tradelane.domain.trade_time import today_in_korea
from tradelane.ports import Gate, GateState
from tradelane.settings import Channel, Settings
from tradelane.stores import open_stores


@dataclass
class Office:
    """A desk, and a worker whose steps do nothing but say when the engine gave them out and at which attempt."""

    desk: Desk
    began: list[tuple[datetime, int]] = field(default_factory=list)

    async def send(self, queue: str, name: str) -> ActivityHandle[None]:
        return await self.desk.client.start_activity(
            f"step_{queue}", id=name, task_queue=queue, start_to_close_timeout=timedelta(seconds=10)
        )

    async def row(self, queue: str) -> gates.GateRow:
        [found] = [row for row in await gates.gates(self.desk) if row.queue == queue]
        return found

    async def until(self, queue: str, wanted: Callable[[gates.GateRow], bool]) -> gates.GateRow:
        """The engine's count of what waits is a few seconds old."""

        async def come_to_that() -> list[gates.GateRow]:
            return [row for row in [await self.row(queue)] if wanted(row)]

        [row] = await eventually(come_to_that)
        return row


@pytest_asyncio.fixture(loop_scope="session")
async def office(target: str, namespace: str, tmp_path: Path) -> AsyncIterator[Office]:
    settings = Settings(data_dir=tmp_path, namespace=namespace)
    with open_stores(settings) as stores:
        client = await Client.connect(target, namespace=namespace, data_converter=stores.converter)
        office = Office(Desk(settings, stores, client))

        @activity.defn(name="step_carrier")
        async def carrier() -> None:
            office.began.append((activity.info().started_time, activity.info().attempt))

        @activity.defn(name="step_customs")
        async def customs() -> None: ...

        async with (
            Worker(client, task_queue="carrier", activities=[carrier]),
            Worker(client, task_queue="customs", activities=[customs]),
        ):
            yield office


async def set_behind_our_back(client: Client, queue: str, limit: float | None) -> None:
    """What a crash between row and engine, or another hand, leaves."""
    update = UpdateTaskQueueConfigRequest.RateLimitUpdate(
        rate_limit=None if limit is None else RateLimit(requests_per_second=limit)
    )
    request = UpdateTaskQueueConfigRequest(
        namespace=client.namespace,
        task_queue=queue,
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        update_queue_rate_limit=update,
    )
    await client.workflow_service.update_task_queue_config(request)


async def test_a_closed_gate_lets_steps_wait_at_attempt_1_and_others_flow(office: Office) -> None:
    await gates.close(office.desk, "carrier", "kim", "DHL maintenance")
    waiting = await office.send("carrier", "w1")
    flowing = await office.send("customs", "c1")
    await asyncio.wait_for(flowing.result(), PATIENCE)
    row = await office.until("carrier", lambda row: row.backlog == 1)
    assert office.began == []
    assert (row.state, row.actor, row.reason, row.engine) == (GateState.CLOSED, "kim", "DHL maintenance", "")
    await gates.open_(office.desk, "carrier", None, "kim", "")
    await asyncio.wait_for(waiting.result(), PATIENCE)
    assert [attempt for _, attempt in office.began] == [1]
    assert (await office.row("carrier")).state is GateState.OPEN


async def test_what_waited_drains_never_above_the_rate_until_opened_without_one(office: Office) -> None:
    rate, burst = 4.0, 2  # one that waited for the poll when the rate was set, and one in flight
    await gates.close(office.desk, "carrier", "kim", "maintenance")
    waiting = [await office.send("carrier", f"d{number}") for number in range(24)]
    await gates.open_(office.desk, "carrier", rate, "kim", "")
    opened = datetime.now(UTC)

    async def drained() -> bool:
        return len(office.began) > 15

    await eventually(drained)
    instants = sorted(at for at, _ in office.began)
    for first, at in enumerate(instants):
        for number, later in enumerate(instants[first:], start=1):
            assert number <= rate * (later - at).total_seconds() + burst, f"{number} steps from {at} to {later}"
    assert len(instants) <= rate * (instants[-1] - opened).total_seconds() + burst
    row = await office.row("carrier")
    assert (row.state, row.rate, row.engine) == (GateState.DRAINING, 4.0, "")
    await gates.open_(office.desk, "carrier", None, "kim", "")
    await asyncio.wait_for(asyncio.gather(*(one.result() for one in waiting)), PATIENCE)
    assert {attempt for _, attempt in office.began} == {1}
    assert (await settled(office.desk.client, "carrier", None)).limit is None, "the worker's own rate is back"


async def test_a_difference_between_row_and_engine_is_shown_and_mended(office: Office) -> None:
    client = office.desk.client
    closed = await gates.close(office.desk, "carrier", "kim", "maintenance")
    await set_behind_our_back(client, "carrier", None)
    await office.until("carrier", lambda row: row.engine == "has no limit")
    await set_behind_our_back(client, "carrier", 3)
    await office.until("carrier", lambda row: row.engine == "lets 3/s through")
    await gates.close(office.desk, "carrier", "kim", "maintenance")
    assert (await office.row("carrier")).engine == ""
    await gates.open_(office.desk, "carrier", None, "kim", "")
    await set_behind_our_back(client, "carrier", 0)
    await office.until("carrier", lambda row: row.engine == "lets nothing through")
    await gates.open_(office.desk, "carrier", None, "kim", "")
    assert (await settled(client, "carrier", None)).limit is None
    assert closed.since < (office.desk.stores.gates.all()[0]).since


async def test_a_starting_worker_makes_the_engine_follow_before_it_polls(office: Office) -> None:
    client, store = office.desk.client, office.desk.stores.gates
    store.put(Gate(queue="tracking", state=GateState.CLOSED, actor="kim", reason="x", since=datetime.now(UTC)))
    keeper = Gatekeeper(client, store, Outcomes(), Rules.of(office.desk.settings), {})
    async with keeper.keeping():
        assert (await settled(client, "tracking", store.get("tracking"))).limit == 0.0
    assert (await settled(client, "customs", None)).limit is None, "a queue nobody gated is left alone"


async def test_the_list_shows_requests_spent_today_where_they_are_counted(office: Office) -> None:
    day = today_in_korea(datetime.now(UTC)).isoformat()
    office.desk.stores.quotas.take("ktnet", day, 10_000)
    shown = {row.queue: (row.quota_used, row.quota_limit) for row in await gates.gates(office.desk)}
    assert shown.pop("filing") == (1, 10_000)
    assert set(shown.values()) == {(None, None)}
    by_hand = Desk(
        office.desk.settings.model_copy(update={"filing": Channel.MANUAL}), office.desk.stores, office.desk.client
    )
    assert {row.quota_limit for row in await gates.gates(by_hand)} == {None}


async def test_our_own_books_are_never_closed_and_no_rate_is_above_what_a_counterparty_bears(office: Office) -> None:
    for act in (gates.close(office.desk, "house", "kim", "x"), gates.open_(office.desk, "house", 1.0, "kim", "")):
        with pytest.raises(RefusedByRule, match="house is our own books"):
            await act
    with pytest.raises(RefusedByRule, match=r"tracking bears 1\.5 a second at most"):
        await gates.open_(office.desk, "tracking", 2.0, "kim", "")
    with pytest.raises(WrongUsage, match="'curier' is no queue; write one of marketplace, filing"):
        await gates.close(office.desk, "curier", "kim", "x")
    with pytest.raises(WrongUsage, match="wants a --reason"):
        await gates.close(office.desk, "carrier", "kim", "  ")
    assert office.desk.stores.gates.all() == ()


@pytest.mark.parametrize(
    ("text", "rate"), [("2/s", 2.0), (" 0.5/s ", 0.5), ("30/min", 0.5), ("1.5/s", 1.5), ("90/h", 0.025)]
)
def test_a_rate_is_read(text: str, rate: float) -> None:
    assert gates.read_rate(text) == rate


@pytest.mark.parametrize("text", ["", "2", "fast", "-1/s", "2/week", "1e9/s", "nan/s", "2 /s", "٢/s", "9999999/s"])
def test_nonsense_is_no_rate(text: str) -> None:
    with pytest.raises(WrongUsage, match="is no rate; write one such as 2/s"):
        gates.read_rate(text)


@pytest.mark.parametrize("text", ["0/s", "0.0/min", "0.000001/h"])
def test_nothing_a_second_is_a_closed_gate(text: str) -> None:
    with pytest.raises(WrongUsage, match="tradelane gates close"):
        gates.read_rate(text)

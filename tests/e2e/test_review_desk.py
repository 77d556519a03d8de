"""The desk on the real engine: cancels before the journey has begun, holds nobody saw, sleep that ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import WorkflowExecutionStatus, WorkflowUpdateFailedError, WorkflowUpdateStage
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from tests import world
from tests.lane import PATIENCE, Lane, count, eventually, open_lane
from tradelane.contracts.messages import FulfilOrderRequest, Progress
from tradelane.desk import replay_many
from tradelane.desk.orders import progress_of
from tradelane.desk.session import Desk
from tradelane.domain.holds import Hold
from tradelane.domain.identifiers import OrderId
from tradelane.domain.trade_time import Timetable
from tradelane.ports import BoardHold, BoardQuery, Decision, ReplayState
from tradelane.storage.decisions import SqlDecisions
from tradelane.storage.sellers import SqlSellers
from worker import SANDBOX, WORKFLOWS


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def lane(tmp_path_factory: pytest.TempPathFactory, target: str, module_namespace: str) -> AsyncIterator[Lane]:
    folder: Path = tmp_path_factory.mktemp("desk")
    async with open_lane(folder, target, namespace=module_namespace, pace=43_200.0, sweeps=False) as opened:
        world.deadlines_are_far(opened)
        yield opened


async def unsold(lane: Lane, sku: str = "HNG-TEE-01") -> tuple[str, str]:
    """A sale that no notice told of."""
    [sold] = await lane.sell("plain", orders=[{"items": [{"sku": sku}]}], webhook_url="")
    return sold["order_id"], sold["shipment_id"]


async def held(lane: Lane) -> str:
    """An order whose shipment the marketplace does not show."""
    order, shipment = await unsold(lane)
    await lane.fault("mercadolibre", "read_shipment", "refuse", times=50, match=shipment)
    await start(lane, order)
    await lane.held(order, "read_shipment")
    return order


async def on_the_board(lane: Lane, order: str) -> tuple[BoardHold, ...]:
    """What lists show of an order, as soon as its run has posted it."""

    async def posted() -> tuple[BoardHold, ...]:
        return lane.resources.holds.open(BoardQuery(order_id=order))

    return await eventually(posted)


async def start(lane: Lane, order: str, queue: str = "orders") -> None:
    await lane.client.start_workflow("FulfilOrder", {"order_id": order}, id=f"order/MLC/{order}", task_queue=queue)


async def cancelled(lane: Lane, order: str, shipment: str) -> None:
    """The run ended by our own road, the decision stands, and nothing was done outside."""
    outcome = await asyncio.wait_for(lane.run_of(order).result(), PATIENCE)
    assert outcome["state"] == "cancelled"
    described = await lane.run_of(order).describe()
    assert described.status is WorkflowExecutionStatus.COMPLETED
    assert [one.kind for one in lane.resources.decisions.of_orders([OrderId(order)])] == ["cancel"]
    assert count(await lane.effects(), "declare", shipment) == 0


async def test_the_engines_cancel_before_the_journey_has_begun_is_a_cancel(lane: Lane) -> None:
    """It comes in the first moments; it is written down, and no later notice begins the order again."""
    order, shipment = await unsold(lane)
    await start(lane, order)
    await lane.run_of(order).cancel()
    await cancelled(lane, order, shipment)


async def test_the_engines_cancel_while_no_worker_runs_is_a_cancel(lane: Lane) -> None:
    """Start and cancel reach the run together."""
    order, shipment = await unsold(lane)
    await start(lane, order, queue="later")
    await lane.run_of(order).cancel()
    async with Worker(lane.client, task_queue="later", workflows=list(WORKFLOWS), workflow_runner=SANDBOX):
        await cancelled(lane, order, shipment)


async def test_a_journey_that_cannot_be_opened_stands_on_the_board_and_can_be_cancelled(
    lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our own database was away for minutes; once it is back, its lists show what waits for a person."""
    away = {"is": True}
    whole = SqlSellers.all

    def all_(self: SqlSellers) -> Any:
        if away["is"]:
            raise ApplicationError("the database is away", non_retryable=True)
        return whole(self)

    monkeypatch.setattr(SqlSellers, "all", all_)
    order, shipment = await unsold(lane)
    await start(lane, order)
    await lane.held(order, "open_journey")
    with pytest.raises(WorkflowUpdateFailedError) as early:
        await lane.update(order, "cancel", {"reason": "sold out"})
    assert "open_journey" in str(early.value.cause)
    posted = await on_the_board(lane, order)
    assert [one.hold.key for one in posted] == ["open_journey"]
    away["is"] = False
    await lane.run_of(order).cancel()
    await cancelled(lane, order, shipment)
    assert lane.resources.holds.open(BoardQuery(order_id=order)) == ()


async def test_a_hold_that_went_on_by_an_amendment_is_awake_when_it_holds_again(lane: Lane) -> None:
    order = await held(lane)
    [first] = (await lane.held(order, "read_shipment")).holds
    await lane.update(order, "snooze_hold", {"step": "read_shipment", "hours": 48, "actor": "kim"})
    await lane.update(order, "amend", {"set": {"items.HNG-TEE-01.description_en": "Shirt of cotton"}})
    again = await lane.until(order, lambda p: any(hold.since > first.since for hold in p.holds))
    assert [hold.snoozed_until for hold in again.holds] == [None]

    async def on_board() -> list[Hold]:
        holds = [one.hold for one in lane.resources.holds.of_order(OrderId(order)) if one.closed_at is None]
        return holds if [hold.since for hold in holds] == [hold.since for hold in again.holds] else []

    posted = await eventually(on_board)
    assert [(hold.since, hold.snoozed_until) for hold in posted] == [(again.holds[0].since, None)]


async def test_an_update_with_an_id_as_long_as_the_engine_takes_wedges_nothing(lane: Lane) -> None:
    order = await held(lane)
    command = {"step": "read_shipment", "to": "lee", "actor": "kim"}
    answer = await asyncio.wait_for(
        lane.run_of(order).execute_update("assign_hold", command, id="x" * 1000, result_type=dict), PATIENCE
    )
    assert "lee" in answer["sentence"]


async def test_a_reason_longer_than_anybody_reads_is_refused(lane: Lane) -> None:
    order = await held(lane)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await asyncio.wait_for(
            lane.update(order, "assign_hold", {"step": "read_shipment", "to": "lee", "reason": "x" * 1_600_000}),
            PATIENCE,
        )
    assert "reason" in str(refused.value.cause)
    described = await lane.run_of(order).describe()
    assert described.status is WorkflowExecutionStatus.RUNNING


async def test_a_cancel_stands_although_its_hold_went_while_it_was_written_down(
    lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The parcel moved in that very moment; the person was told that the order is being cancelled."""
    order, _ = await unsold(lane)
    timetable = Timetable(clock=lane.resources.clock.read(), silence_patience=timedelta(hours=8))
    request = FulfilOrderRequest(order_id=order, timetable=timetable)
    await lane.client.start_workflow("FulfilOrder", request, id=f"order/MLC/{order}", task_queue="orders")
    await lane.held(order, "silence")
    whole = SqlDecisions.record

    def slow(self: SqlDecisions, decision: Decision) -> bool:
        deadline = time.monotonic() + PATIENCE
        while lane.resources.holds.open(BoardQuery(order_id=order)) and time.monotonic() < deadline:
            time.sleep(0.02)
        return whole(self, decision)

    monkeypatch.setattr(SqlDecisions, "record", slow)
    cancel = {"step": "silence", "action": "cancel", "reason": "sold out", "actor": "kim"}
    await lane.update(order, "resolve_hold", cancel)
    await lane.until(order, lambda p: p.stage == "cancelling")
    await lane.run_of(order).terminate("the test is over")


async def test_a_replay_of_many_takes_no_run_back_that_has_just_gone_on(
    lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody resolves the hold between the look at it and the replay: the replay is stale, not a reset."""
    order = await held(lane)
    desk = Desk(settings=lane.settings, client=lane.client, stores=lane.resources.stores)
    await on_the_board(lane, order)
    where = "reason = 'refused' AND step = 'read_shipment'"
    planned = await replay_many.plan_many(desk, where, "", None)
    whole = progress_of
    run_id = (await lane.run_of(order).describe()).run_id

    async def looked_at(of: Desk, which: OrderId) -> Progress:
        seen = await whole(of, which)
        if which == order:
            assert (await lane.stage.delete("/faults")).is_success
            await lane.update(order, "resolve_hold", {"step": "read_shipment", "action": "retry", "actor": "lee"})
            await lane.until(order, lambda p: "read_shipment~2" in p.steps)
        return seen

    monkeypatch.setattr(replay_many, "progress_of", looked_at)
    done = await replay_many.apply_many(desk, planned.batch.id, seconds_between=0.01, actor="kim", reason="it is back")
    [mine] = [one for one in done.orders if one.order_id == order]
    assert mine.state is ReplayState.STALE
    assert (await lane.run_of(order).describe()).run_id == run_id


async def test_a_cancel_at_a_hold_that_an_amendment_has_met_ends_the_order(lane: Lane) -> None:
    """The Update that amends waits at the plan while the journey itself is busy elsewhere."""
    await lane.fault("unipass", "rates", "unavailable", times=1000)
    order, _ = await unsold(lane, "DTR-NOTE-01")
    await start(lane, order)
    await lane.until(order, lambda p: "confirm_packing" in p.steps)
    contrary = {"set": {"items.DTR-NOTE-01.cl_tariff": "9608.1010"}}
    amend = await lane.run_of(order).start_update("amend", contrary, wait_for_stage=WorkflowUpdateStage.ACCEPTED)
    await lane.held(order, "plan_consignment")
    cancel = {"step": "plan_consignment", "action": "cancel", "reason": "sold out", "actor": "kim"}
    await lane.update(order, "resolve_hold", cancel)
    with pytest.raises(WorkflowUpdateFailedError):
        await amend.result()
    outcome = await asyncio.wait_for(lane.run_of(order).result(), PATIENCE)
    assert outcome["state"] == "cancelled"

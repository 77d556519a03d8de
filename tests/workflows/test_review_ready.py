"""What a booking waits for before it is asked for: amendments to be planned in, and nothing of a journey that is ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from tests.adapters import parcels
from tests.lane import PATIENCE
from tradelane.contracts.messages import ResolveHold
from tradelane.contracts.steps import FilingReply, LodgeRequest
from tradelane.domain.export_declaration import ExportDeclaration, Filing, FilingState
from tradelane.domain.holds import Fault, Hold, Resolution
from workflows.journey import Journey
from workflows.legs import export, handover, intake
from workflows.legs.drawing import CHOOSE_ROUTE
from workflows.steps import Abandoned, Steps

LOADING = "confirm_loading:d1"


def begun() -> Journey:
    """A journey with a plan of one parcel."""
    journey = Journey(order_id=parcels.ORDER, steps=Steps(order_id=str(parcels.ORDER)))
    journey.consignment = parcels.consignment()
    return journey


@workflow.defn(name="BeforeTheBooking")
class BeforeTheBooking:
    """The looks before a booking, of a journey whose steps cost nothing."""

    def __init__(self) -> None:
        self.journey = begun()
        self.journey.amending = 1

    @workflow.run
    async def run(self) -> str:
        try:
            await handover._ready(self.journey)
        except Abandoned as end:
            return str(end)
        return "ready"

    @workflow.signal
    def decided(self, action: str) -> None:
        """The amendment is written down; a hold that somebody answered has not taken it in yet."""
        self.journey.amending = 0
        self.journey.steps.answers[LOADING] = ResolveHold(step=LOADING, action=action)

    @workflow.signal
    def planned_in(self) -> None:
        self.journey.steps.answers.clear()

    @workflow.signal
    def ended(self) -> None:
        self.journey.steps.abandoned = "the buyer asked"

    @workflow.query
    def looking(self) -> bool:
        """Answered once every signal before it was heard."""
        return True


@pytest.fixture
def costless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading the sale, amending and screening end at once; once the journey is abandoned no step begins."""

    async def look(j: Journey, *_: Any) -> None:
        if j.steps.abandoned:
            raise Abandoned(j.steps.abandoned)

    for leg, step in ((intake, "reread"), (export, "bring_in_line"), (export, "screen")):
        monkeypatch.setattr(leg, step, look)


async def heard(handle: WorkflowHandle[Any, Any], *signals: str) -> bool:
    """Send signals; whether the run has ended a little after they were heard."""
    for signal in signals:
        await handle.signal(signal, *(["amend"] if signal == "decided" else []))
    await handle.query(BeforeTheBooking.looking)
    result = asyncio.ensure_future(handle.result())
    done, _ = await asyncio.wait([result], timeout=0.5)
    result.cancel()
    return bool(done)


@pytest.mark.usefixtures("costless")
async def test_nothing_is_booked_between_an_amendment_and_its_plan(target: str, namespace: str) -> None:
    client = await Client.connect(target, namespace=namespace, data_converter=pydantic_data_converter)
    runner = UnsandboxedWorkflowRunner()
    async with Worker(client, task_queue="ready", workflows=[BeforeTheBooking], workflow_runner=runner):
        handle = await client.start_workflow(BeforeTheBooking.run, id=str(uuid4()), task_queue="ready")
        assert not await heard(handle, "decided")
        assert await heard(handle, "planned_in")
        assert await asyncio.wait_for(handle.result(), PATIENCE) == "ready"


@pytest.mark.usefixtures("costless")
async def test_a_journey_that_is_ended_waits_for_no_amendment(target: str, namespace: str) -> None:
    """A cancel that meets a completion is swallowed by the SDK: only the reason says that the journey ends."""
    client = await Client.connect(target, namespace=namespace, data_converter=pydantic_data_converter)
    runner = UnsandboxedWorkflowRunner()
    async with Worker(client, task_queue="ready", workflows=[BeforeTheBooking], workflow_runner=runner):
        handle = await client.start_workflow(BeforeTheBooking.run, id=str(uuid4()), task_queue="ready")
        assert await heard(handle, "ended")
        assert await asyncio.wait_for(handle.result(), PATIENCE) == "the buyer asked"


def test_goods_that_no_route_takes_may_be_amended_though_an_earlier_run_sent_them() -> None:
    """What it holds for is an amendment; customs' answer is read only after it."""
    journey = begun()
    part = journey.plan.parts[0]
    path = f"items.{part.items[0].sku}.hsk"
    journey.rounds_filed[part.name] = 1
    journey.filings[part.name] = Filing(order_no=f"{parcels.UCR}-1", state=FilingState.SUBMITTED)
    assert export.fixed_by_customs(journey, [path])
    key = f"{CHOOSE_ROUTE}:{part.name}"
    journey.steps.holds[key] = Hold(
        key=key,
        stage="export",
        step="lodge_export_declaration",
        reason="route",
        fault=Fault.SELLER_DATA,
        words="no route takes these goods",
        owner="catalogue desk",
        since=parcels.NOW,
        due=parcels.NOW,
        resolutions=(Resolution.RETRY, Resolution.AMEND),
        commands=(),
    )
    assert export.fixed_by_customs(journey, [path]) is None


async def test_what_is_amended_while_an_earlier_filing_is_drawn_up_again_is_told_to_customs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The filing that was found is in line with what was asked, not with what was amended since."""
    journey = begun()
    [name] = [part.name for part in journey.plan.parts]
    asked = parcels.declaration(journey.plan)
    amended = asked.model_copy(update={"gross_weight_g": asked.gross_weight_g + 100})
    drawn = [asked, amended]
    then = parcels.RATE.model_copy(update={"krw_per_unit": Decimal("1300.00")})

    async def draw(*_: Any, **__: Any) -> ExportDeclaration:
        return drawn.pop(0)

    async def found(_: Any, request: Callable[[], Awaitable[LodgeRequest]], **__: Any) -> FilingReply:
        assert (await request()).declaration == asked
        filing = Filing(order_no=asked.order_no, state=FilingState.SUBMITTED)
        return FilingReply(filing=filing, in_line=True, rate=then, route=asked.route)

    monkeypatch.setattr(export, "drawn_up", draw)
    monkeypatch.setattr(journey.steps, "perform", found)
    await export._lodged(journey, name, 1)
    assert drawn == []
    assert name not in journey.declared


@pytest.mark.parametrize("step", ["confirm_loading:d1", "extend_loading_period:d1-20270120", "silence", "returning"])
def test_what_happens_to_a_parcel_is_not_answered_by_an_amendment(step: str) -> None:
    journey = begun()
    assert not export.concerns(journey, step, [f"items.{journey.plan.items[0].sku}.hsk"])
    assert export.concerns(journey, "book_transport", [f"items.{journey.plan.items[0].sku}.hsk"])

"""FulfilOrder: one order's journey from the sale to the delivered parcel; `doors` holds what others may tell it."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from workflows import planning
from workflows.admission import understood
from workflows.board import keep_board
from workflows.legs import clearance, closing, delivery, export, handover, intake, loading, unwinding
from workflows.order_doors import OrderDoors
from workflows.sight import Shown, details, search_attributes
from workflows.steps import Abandoned, side_by_side

with workflow.unsafe.imports_passed_through():
    from pydantic import ValidationError

    from tradelane.contracts.journeys import order_of_workflow_id, order_workflow_id
    from tradelane.contracts.messages import FulfilOrderOutcome, FulfilOrderRequest, ResolveHold
    from tradelane.contracts.steps import OPEN_JOURNEY, START_OR_FIND_RUN, FindRun, Opening
    from tradelane.domain.holds import Resolution
    from tradelane.domain.identifiers import OrderId
    from tradelane.domain.language import Language


A_LONG_TIME = timedelta(days=400)
"""Longer than any order lives: a wait that only news ends."""


CANCELLED_NATIVELY = "cancelled in the engine"
"""The reason of a cancel that came by the engine's own door, which takes none."""


CARRIED_LOOK = timedelta(days=10)
"""Trade time after which a carried order looks for itself; what the carrying order tells comes at once."""


@workflow.defn(name="FulfilOrder", failure_exception_types=[ValidationError])
class FulfilOrder(OrderDoors):
    """One order, from notification to delivery: the run stays open until it is delivered or cancelled."""

    def __init__(self) -> None:
        super().__init__()
        self.journey.steps.changed = self._changed
        self.journey.steps.replan = functools.partial(planning.replan, self.journey)
        self.over = False
        """The travel is over: nothing more is heard."""
        self.ended = False
        """Everything is done: the board is told a last time."""
        self.cancelled_natively = False
        self.begun_again = ""
        self.decided_before = ""
        """The reason of a cancel that an earlier run was told, or this one before its journey was opened."""
        self.opening: asyncio.Task[FulfilOrderOutcome | None] | None = None
        self._shown: Shown = {}

    @workflow.run
    async def run(self, request: Any = None, *_surplus: Any) -> FulfilOrderOutcome:
        """Travel the lane. Takes `{"order_id": "..."}`; `seller` and `timetable` are optional.

        Surplus arguments are left alone: refused by the SDK they would wedge the run.
        """
        asked = self._asked(request)
        if workflow.info().workflow_id != order_workflow_id(asked.order_id):
            return await self._moved(asked)
        board = asyncio.create_task(keep_board(self.journey, lambda: self.ended))
        self.opening = asyncio.create_task(self._opened(asked))
        await self._through(self.opening)
        outcome = self.opening.result() or await self._travelled()
        self.ended = True
        await self._through(board)
        return outcome

    async def _travelled(self) -> FulfilOrderOutcome:
        """The travel and what follows it."""
        self.travel = asyncio.create_task(self._travel())
        heed = asyncio.create_task(self._heed())
        await self._through(self.travel)
        self.over = True
        ending = asyncio.create_task(self._end(heed, self.travel))
        await self._through(ending)
        return ending.result()

    # --- the story --------------------------------------------------------------------------------------------

    async def _travel(self) -> str:
        j = self.journey
        if self.decided_before:
            raise Abandoned(self.decided_before)
        if self.begun_again:
            await intake.begun_again(j, self.begun_again)
        while True:
            j.carried_by = None
            await self._stage("intake")
            foreign = await intake.foreign_site(j)
            if foreign is not None:
                self.cancel_reason = foreign
                return "refused"
            await intake.wait_for_go_live(j)
            await intake.read_all(j)
            if not intake.own_order(j).live:
                raise Abandoned(f"order {intake.own_order(j).status_words} at Mercado Libre")
            await intake.claim(j)
            if j.carried_by is None and j.closed_outcome is None:
                if await self._prepared():
                    break
                await j.news("mercadolibre", "desk", within=timedelta(hours=1), summary="orders of the parcel")
            elif (outcome := await self._carried()) is not None:
                return outcome
        if not j.live:
            return "shadowed"  # render and decide, but file, book and publish nothing
        await export.declare(j)
        # the loading period runs from the acceptance on, also while the parcel waits for its carrier
        watches = loading.confirm_loading(j, until=lambda: j.booking is not None)
        await side_by_side(watches, self._handed_over_and_delivered())
        await self._stage("closing")
        await closing.keep_evidence(j)
        await closing.archive(j, self.state)
        return self.state

    async def _prepared(self) -> bool:
        """Plan and papers; False when meanwhile other orders travel in the parcel, and all is read again."""
        j = self.journey
        await self._stage("packing")
        await planning.make_plan(j, j.next_version)
        await self._stage("export")
        await export.prepare(j)
        return not j.live or await intake.settle(j)

    async def _handed_over_and_delivered(self) -> None:
        await self._stage("handover")
        await handover.hand_over(self.journey)
        # what the carrier's list was to clear may have been declared after all, and is watched from now on
        await side_by_side(loading.confirm_loading(self.journey), self._cleared_and_delivered())

    async def _cleared_and_delivered(self) -> None:
        await self._stage("clearance")
        await clearance.announce(self.journey)
        await clearance.release(self.journey)
        await self._stage("delivery")
        self.state = await delivery.deliver(self.journey)

    async def _carried(self) -> str | None:
        """Wait for the carrying order to end; None when it is time to look again whether this order carries itself."""
        j = self.journey
        if not j.live:
            return "shadowed"
        await self._stage("carried")
        with contextlib.suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: j.closed_outcome is not None or j.carry_on,
                timeout=j.steps.timetable.real_wait(CARRIED_LOOK),
                timeout_summary="the carrying order",
            )
        j.carry_on = False
        if j.closed_outcome == "cancelled":  # the carrying order's sale; this one may still want its goods
            await intake.left_behind(j)
        return j.closed_outcome

    # --- beginnings and ends ----------------------------------------------------------------------------------

    def _asked(self, request: Any) -> FulfilOrderRequest:
        asked: FulfilOrderRequest = understood(FulfilOrderRequest, request, "FulfilOrder")
        try:
            order_id = OrderId(asked.order_id)
        except ValueError as wrong:
            raise ApplicationError(
                f'FulfilOrder needs the Mercado Libre order, e.g. {{"order_id": "2000013770481964"}}: {wrong}',
                type="InvalidInput",
                non_retryable=True,
            ) from wrong
        own = order_of_workflow_id(workflow.info().workflow_id)
        if own is not None and own != order_id:
            raise ApplicationError(
                f"This run's id belongs to order {own}, its input names order {order_id}; start {order_id} under "
                f"{order_workflow_id(order_id)}.",
                type="InvalidInput",
                non_retryable=True,
            )
        self.journey.order_id = order_id
        self.journey.steps.order_id = str(order_id)
        if asked.timetable is not None:
            self.journey.steps.timetable = asked.timetable
        return asked

    async def _moved(self, asked: FulfilOrderRequest) -> FulfilOrderOutcome:
        """A run whose id is not the business id starts or finds the right one and ends naming it."""
        found = await self.journey.steps.perform(
            START_OR_FIND_RUN,
            FindRun(order_id=self.journey.order_id, seller=asked.seller, timetable=asked.timetable),
        )
        return FulfilOrderOutcome(
            order_id=str(self.journey.order_id), state="moved", sentence=found.sentence, run=found.workflow_id
        )

    async def _opened(self, asked: FulfilOrderRequest) -> FulfilOrderOutcome | None:
        """Fill in seller and timetable; an order that must not begin ends with a sentence."""
        j = self.journey
        opening: Opening | None = None
        while opening is None:
            try:
                opening = await j.steps.perform(OPEN_JOURNEY, j.opening_request(asked))
            except Abandoned as decided:  # about this step; our books must first say what there is to undo
                self.decided_before = str(decided)
        j.steps.timetable = opening.timetable
        j.seller_id, j.live, j.go_live = opening.seller_id, opening.live, opening.go_live
        j.steps.fairness = opening.seller_id
        j.language = Language(opening.language)
        j.channel = opening.channel
        j.versions_before, j.carried_before = opening.version, opening.ucr
        self.begun_again, self.decided_before = asked.reopened, opening.cancelled or self.decided_before
        if opening.go:
            return None
        return FulfilOrderOutcome(order_id=str(j.order_id), state=opening.state, sentence=opening.sentence)

    async def _through(self, task: asyncio.Task[Any]) -> None:
        """Wait for a task to its end. The engine's own Cancel is ours, and what is being ended it does not disturb."""
        while not task.done():
            try:
                await workflow.wait([task])
            except asyncio.CancelledError:
                self.cancelled_natively = self.abandon(CANCELLED_NATIVELY) or self.cancelled_natively

    async def _end(self, heed: asyncio.Task[None], travel: asyncio.Task[str]) -> FulfilOrderOutcome:
        """What follows the travel: undo what must be undone, wait for Updates under way, say how it ended."""
        await self._ended(heed)
        try:
            outcome = travel.result()
        except (Abandoned, asyncio.CancelledError) as end:
            self.cancel_reason = self.cancel_reason or str(end)
            outcome = await self._unwound(self.cancel_reason)
        self.state = outcome
        self._changed()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._outcome(outcome)

    async def _unwound(self, reason: str) -> str:
        j = self.journey
        self.state = "cancelling"
        j.steps.stage = "cancelling"
        j.steps.abandoned = ""
        for key in list(j.steps.holds):
            j.steps.close_hold(key)
        if self.cancelled_natively:  # a decision like that of the Update, and written down like it
            await self.record("*", Resolution.CANCEL, {}, "the engine", reason)
        await unwinding.unwind(j, reason)
        await closing.archive(j, "cancelled")
        return "cancelled"

    async def _heed(self) -> None:
        """Read the order again whenever the marketplace says that it changed; a cancelled sale ends the journey."""
        try:
            await self._heard()
        except Abandoned as decided:  # by a person, about a reading that could not go on
            self.abandon(str(decided))

    async def _heard(self) -> None:
        j = self.journey
        await workflow.wait_condition(lambda: j.ucr is not None)
        while True:
            await j.news("mercadolibre", within=A_LONG_TIME, summary="changes of the sale", or_else=lambda: self.over)
            if self.over:
                return
            await intake.read_own_order(j)
            order = intake.own_order(j)
            if not order.live and self.abandon(f"order {order.status_words} at Mercado Libre"):
                return

    async def _ended(self, task: asyncio.Task[None]) -> None:
        """End a task that only listens; what it was waiting for no longer matters."""
        task.cancel()
        if not task.done():
            await workflow.wait([task])
        if not task.cancelled() and isinstance(failure := task.exception(), BaseException):
            workflow.logger.info("listening ended with %s", type(failure).__name__)

    def abandon(self, reason: str) -> bool:
        """End the travel, once; False where nothing is left to end: what is delivered stays delivered.

        The reason stays, for a cancel that meets a completion is swallowed by the SDK (#1224). A second cancel would
        reach what waits for the effects under way to land.
        """
        if self.travel is None:
            return self._abandon_unopened(reason)
        if self.travel.done() or unwinding.situation(self.journey).delivered:
            return False
        if not self.journey.steps.abandoned:
            self.cancel_reason = self.journey.steps.abandoned = reason
            self.travel.cancel(reason)
        return True

    def _abandon_unopened(self, reason: str) -> bool:
        """A journey that is still being opened ends once our books have said what there is to undo."""
        steps = self.journey.steps
        if self.opening is None:
            return False
        self.decided_before = self.decided_before or reason
        if OPEN_JOURNEY.name in steps.holds and OPEN_JOURNEY.name not in steps.answers:
            steps.answers[OPEN_JOURNEY.name] = ResolveHold(step=OPEN_JOURNEY.name, action=Resolution.RETRY)
        return True

    def _outcome(self, state: str) -> FulfilOrderOutcome:
        j = self.journey
        return FulfilOrderOutcome(
            order_id=str(j.order_id),
            state=state,
            sentence=f"Order {j.order_id} is {state}" + (f" ({self.cancel_reason})." if self.cancel_reason else "."),
            ucr=str(j.ucr) if j.ucr else None,
            declarations=j.declaration_numbers(),
            waybill=str(j.booking.waybill) if j.booking else None,
        )

    async def _stage(self, stage: str) -> None:
        self.journey.steps.stage = stage
        self._changed()

    def _changed(self) -> None:
        """Show the change: search attributes for the desk's queries, details for the page of the run."""
        updates = search_attributes(self.journey, self._shown)
        if updates:
            workflow.upsert_search_attributes(updates)
        workflow.set_current_details(details(self.journey, self.state))

"""FulfilOrder: one order's journey from the sale to the delivered parcel, and the doors a person uses on the way."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from workflows.journey import Journey
from workflows.legs import clearance, closing, delivery, export, handover, intake
from workflows.sight import Shown, details, progress_of, search_attributes
from workflows.steps import Abandoned, Steps, side_by_side

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel, ValidationError

    from tradelane.contracts.handmade import checked_result
    from tradelane.contracts.journeys import order_of_workflow_id, order_workflow_id
    from tradelane.contracts.messages import (
        AmendOrder,
        Answer,
        CancelOrder,
        ConfirmPacking,
        Fact,
        FulfilOrderOutcome,
        FulfilOrderRequest,
        Progress,
        ResolveHold,
    )
    from tradelane.contracts.steps import (
        OPEN_JOURNEY,
        RECORD_DECISION,
        START_OR_FIND_RUN,
        DecisionRequest,
        FindRun,
    )
    from tradelane.domain.amendment import PACKAGE_FIELDS, checked
    from tradelane.domain.holds import Resolution
    from tradelane.domain.identifiers import OrderId


UNKNOWN = OrderId("1")
"""Stands in until the request of a run with another id is read."""


A_LONG_TIME = timedelta(days=400)
"""Longer than any order lives: a wait that only news ends."""


CARRIED_LOOK = timedelta(days=10)
"""Trade time after which a carried order looks for itself; what the carrying order tells comes at once."""


def understood(message: type[BaseModel], raw: Any, what: str) -> Any:
    """Read what a person or the UI sent; anything else is one sentence, never a wedged run."""
    if raw is None:
        raw = {}
    if not isinstance(raw, dict):
        raise ApplicationError(
            f'{what} takes one JSON object, such as {{"order_id": "2000013770481964"}}, not {type(raw).__name__}.',
            type="InvalidInput",
            non_retryable=True,
        )
    try:
        return message.model_validate(raw)
    except ValidationError as wrong:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in wrong.errors(include_input=False))
        raise ApplicationError(
            f"{what} was not understood: {faults}.", type="InvalidInput", non_retryable=True
        ) from wrong


def refused(sentence: str) -> ApplicationError:
    return ApplicationError(sentence, type="Refused", non_retryable=True)


@workflow.defn(name="FulfilOrder", failure_exception_types=[ValidationError])
class FulfilOrder:
    """One order, from notification to delivery: the run stays open until it is delivered or cancelled."""

    def __init__(self) -> None:
        order_id = order_of_workflow_id(workflow.info().workflow_id) or UNKNOWN
        self.journey = Journey(order_id=order_id, steps=Steps(order_id=str(order_id)))
        self.journey.steps.changed = self._changed
        self.journey.steps.replan = self.journey.replan
        self.state = "running"
        self.cancel_reason = ""
        self.over = False
        self.deciding: set[str] = set()
        self.travel: asyncio.Task[str] | None = None
        self._shown: Shown = {}

    @workflow.run
    async def run(self, request: Any = None, *_surplus: Any) -> FulfilOrderOutcome:
        """Travel the lane. Takes `{"order_id": "..."}`; `seller` and `timetable` are optional.

        Surplus arguments are left alone: refused by the SDK they would wedge the run.
        """
        asked = self._asked(request)
        if workflow.info().workflow_id != order_workflow_id(asked.order_id):
            return await self._moved(asked)
        ended = await self._opened(asked)
        if ended is not None:
            return ended
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
        await self._stage("handover")
        await handover.hand_over(j)
        await side_by_side(handover.confirm_loading(j), self._cleared_and_delivered())
        await self._stage("closing")
        await closing.keep_evidence(j)
        await closing.archive(j, self.state)
        return self.state

    async def _prepared(self) -> bool:
        """Plan and papers; False when meanwhile other orders travel in the parcel, and all is read again."""
        j = self.journey
        await self._stage("packing")
        await j.make_plan(j.consignment.version + 1 if j.consignment else 1)
        await self._stage("export")
        await export.prepare(j)
        return not j.live or await intake.settle(j)

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
        opening = await j.steps.perform(OPEN_JOURNEY, j.opening_request(asked))
        j.steps.timetable = opening.timetable
        j.seller_id, j.live, j.go_live = opening.seller_id, opening.live, opening.go_live
        j.steps.fairness = opening.seller_id
        if opening.go:
            return None
        return FulfilOrderOutcome(order_id=str(j.order_id), state=opening.state, sentence=opening.sentence)

    async def _through(self, task: asyncio.Task[Any]) -> None:
        """Wait for a task to its end. The engine's own Cancel is ours, and what is being ended it does not disturb."""
        while not task.done():
            try:
                await workflow.wait([task])
            except asyncio.CancelledError:
                self._abandon("cancelled in the engine")

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
        await closing.unwind(j, reason)
        await closing.archive(j, "cancelled")
        return "cancelled"

    async def _heed(self) -> None:
        """Read the order again whenever the marketplace says that it changed; a cancelled sale ends the journey."""
        try:
            await self._heard()
        except Abandoned as decided:  # by a person, about a reading that could not go on
            self._abandon(str(decided))

    async def _heard(self) -> None:
        j = self.journey
        await workflow.wait_condition(lambda: j.ucr is not None)
        while True:
            await j.news("mercadolibre", within=A_LONG_TIME, summary="changes of the sale", or_else=lambda: self.over)
            if self.over:
                return
            await intake.read_own_order(j)
            order = intake.own_order(j)
            if not order.live and self._abandon(f"order {order.status_words} at Mercado Libre"):
                return

    async def _ended(self, task: asyncio.Task[None]) -> None:
        """End a task that only listens; what it was waiting for no longer matters."""
        task.cancel()
        if not task.done():
            await workflow.wait([task])
        if not task.cancelled() and isinstance(failure := task.exception(), BaseException):
            workflow.logger.info("listening ended with %s", type(failure).__name__)

    def _abandon(self, reason: str) -> bool:
        """End the travel, once; False where nothing is left to end: what is delivered stays delivered.

        The reason stays, for a cancel that meets a completion is swallowed by the SDK (#1224). A second cancel would
        reach what waits for the effects under way to land.
        """
        if self.travel is None or self.travel.done() or closing.situation(self.journey).delivered:
            return False
        if not self.journey.steps.abandoned:
            self.cancel_reason = self.journey.steps.abandoned = reason
            self.travel.cancel(reason)
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

    # --- doors --------------------------------------------------------------------------------------------------

    @workflow.signal(description="A fact from outside: something changed and is read again.")
    def fact(self, news: Any = None, *_surplus: Any) -> None:
        """Take in a fact; a message nobody understands changes nothing."""
        try:
            self.journey.hear(Fact.model_validate(news))
        except ValidationError:
            workflow.logger.warning("a signal that is no fact was ignored")

    @workflow.query(description="Where the order stands, without personal data.")
    def progress(self) -> Progress:
        """Stage, holds, numbers and papers."""
        return progress_of(self.journey, self.state)

    @workflow.update(
        description='Resolve a hold: {"step": "...", "action": "retry|amend|complete|cancel", "set": {}, "result": {}, '
        '"reason": "...", "actor": "..."}'
    )
    async def resolve_hold(self, command: Any = None) -> Answer:
        """Record the decision, then let the step go on."""
        asked: ResolveHold = understood(ResolveHold, command, "resolve_hold")
        self.deciding.add(asked.step)
        content: dict[str, str] = {}
        if asked.action == Resolution.AMEND:
            content = {a.path: a.value for a in (checked(p, v) for p, v in asked.set.items())}
        elif asked.action == Resolution.COMPLETE:
            content = checked_result(asked.step, asked.result)
        try:
            await self._record(asked.step, asked.action, content, asked.actor, asked.reason)
            if asked.step in self.journey.steps.holds:
                self.journey.steps.answers[asked.step] = asked
        finally:
            self.deciding.discard(asked.step)
        return Answer(sentence=f"{asked.step}: {asked.action} is decided and written down.")

    @resolve_hold.validator
    def _may_resolve(self, command: Any = None) -> None:
        asked: ResolveHold = understood(ResolveHold, command, "resolve_hold")
        holds = self.journey.steps.holds
        if asked.step not in holds or asked.step in self.journey.steps.answers or asked.step in self.deciding:
            open_ = ", ".join(sorted(key for key in holds if key not in self.deciding)) or "none"
            raise refused(f"No open hold is called {asked.step or '(empty)'}; open holds: {open_}.")
        allowed = [way.value for way in holds[asked.step].resolutions]
        if asked.action not in allowed:
            raise refused(f"{asked.step} can be resolved by {', '.join(allowed)}, not by {asked.action or '(empty)'}.")
        try:
            if asked.action == Resolution.AMEND:
                if not asked.set:
                    raise ValueError('amend needs "set" with at least one path and value.')
                for path, value in asked.set.items():
                    checked(path, value)
            if asked.action == Resolution.COMPLETE:
                checked_result(asked.step, asked.result)
        except ValueError as wrong:
            raise refused(str(wrong)) from wrong

    @workflow.update(
        description='Change what the order says: {"set": {"items.<SKU>.hsk": "3304991000"}, "reason": "..."}'
    )
    async def amend(self, command: Any = None) -> Answer:
        """Record the amendment; steps that hold for data go on with it."""
        return await self._amended(understood(AmendOrder, command, "amend"))

    async def _amended(self, asked: AmendOrder) -> Answer:
        changes = {a.path: a.value for a in (checked(path, value) for path, value in asked.set.items())}
        steps = self.journey.steps
        self.journey.amending += 1
        try:
            await self._record("*", Resolution.AMEND, changes, asked.actor, asked.reason)
            woken = [key for key in steps.holds if self._is_mended_by(key, changes)]
            if not woken:
                await self.journey.replan()
            for key in woken:
                steps.answers[key] = ResolveHold(step=key, action=Resolution.AMEND, actor=asked.actor)
        finally:
            self.journey.amending -= 1
        return Answer(sentence=f"{', '.join(changes)} amended" + (f"; {', '.join(woken)} goes on." if woken else "."))

    @amend.validator
    def _may_amend(self, command: Any = None) -> None:
        asked: AmendOrder = understood(AmendOrder, command, "amend")
        if not asked.set:
            raise refused('amend needs {"set": {"items.<SKU>.<field>": "value"}} with at least one entry.')
        try:
            for path, value in asked.set.items():
                checked(path, value)
        except ValueError as wrong:
            raise refused(str(wrong)) from wrong
        if self.journey.carried_by is not None:
            carrier = self.journey.carried_by
            raise refused(
                f"This order travels in the parcel of order {carrier}: amend {carrier}, its run plans the parcel."
            )
        if self.journey.booking is not None:
            raise refused("Transport is booked: what travels is fixed; cancel, or ask the carrier to correct it.")
        if (fixed := export.fixed_by_customs(self.journey, asked.set)) is not None:
            raise refused(fixed)

    @workflow.update(
        description='What the bench measured: {"gross_weight_g": "640", "length_cm": "30", "width_cm": "20", "height_cm": "10"}'
    )
    async def confirm_packing(self, command: Any = None) -> Answer:
        """Record the measures; they replace any estimate."""
        asked: ConfirmPacking = understood(ConfirmPacking, command, "confirm_packing")
        changes = {f"package.{field}": str(getattr(asked, field)) for field in PACKAGE_FIELDS}
        return await self._amended(AmendOrder(set=changes, actor=asked.actor, reason="packing confirmed"))

    @confirm_packing.validator
    def _may_confirm(self, command: Any = None) -> None:
        asked: ConfirmPacking = understood(ConfirmPacking, command, "confirm_packing")
        self._may_amend({"set": {f"package.{field}": str(getattr(asked, field)) for field in PACKAGE_FIELDS}})

    @workflow.update(description='Cancel the order: {"reason": "...", "actor": "..."}; does what this stage allows.')
    async def cancel(self, command: Any = None) -> Answer:
        """Record the decision and unwind."""
        asked: CancelOrder = understood(CancelOrder, command, "cancel")
        await self._record("*", Resolution.CANCEL, {}, asked.actor, asked.reason)
        if not self._abandon(asked.reason):
            raise refused("The journey ended while the decision was written down; there is nothing to cancel any more.")
        return Answer(sentence=f"Order {self.journey.order_id} is being cancelled: {asked.reason}.")

    @cancel.validator
    def _may_cancel(self, command: Any = None) -> None:
        asked: CancelOrder = understood(CancelOrder, command, "cancel")
        if not asked.reason.strip():
            raise refused('cancel needs a reason: {"reason": "..."}.')
        if self.state != "running" or self.travel is None:
            raise refused(f"The order is {self.state}; there is nothing to cancel.")
        if closing.situation(self.journey).delivered:
            raise refused("The parcel is delivered; a return is another journey.")

    def _is_mended_by(self, key: str, paths: Iterable[str]) -> bool:
        """Whether a hold goes on with an amendment; an error notice only with one about its own goods."""
        steps = self.journey.steps
        if key in steps.answers or key in self.deciding or Resolution.AMEND not in steps.holds[key].resolutions:
            return False
        return export.concerns(self.journey, key, paths)

    # --- behind the doors ---------------------------------------------------------------------------------------

    async def _record(self, step: str, kind: str, content: dict[str, str], actor: str, reason: str) -> None:
        info = workflow.current_update_info()
        await self.journey.steps.perform(
            RECORD_DECISION,
            DecisionRequest(
                id=f"{workflow.info().workflow_id}/{info.id if info else workflow.uuid4()}",
                order_id=self.journey.order_id,
                step=step,
                kind=kind,
                content=content,
                actor=actor or "unnamed",
                reason=reason,
                timetable=self.journey.steps.timetable,
            ),
            part=info.id if info else "",
            regardless=True,
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

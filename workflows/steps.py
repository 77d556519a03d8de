"""Perform an effect, hold when it cannot go on, resume when a person has decided.

Each step retries by itself with its own patience. A step that cannot go on leaves the run open and waits; steps that
do not depend on it go on. Effects that write outside are shielded: a cancel lets them land before it unwinds.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.common import Priority, RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, TimeoutError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel

    from tradelane.contracts.effect import Effect
    from tradelane.contracts.handmade import shape_of
    from tradelane.contracts.messages import ResolveHold
    from tradelane.contracts.steps import HoldMark
    from tradelane.domain.holds import Fault, Hold, Resolution, owner_of
    from tradelane.domain.trade_time import Timetable

Request = TypeVar("Request", bound=BaseModel)
Reply = TypeVar("Reply", bound=BaseModel)

LONGEST_WAIT_IN_A_HURRY = timedelta(seconds=2)
"""Longest pause between tries when trade time runs faster than real time."""


HEARTBEAT = timedelta(seconds=12)
HEARTBEAT_IN_A_HURRY = timedelta(seconds=5)
"""How soon the loss of a worker is noticed."""


MOST_RENEWALS = 10
"""Times in a row that a stale request is drawn up anew; one that stays stale is a matter for a person."""


class Abandoned(ApplicationError):
    """A person or the buyer ended the journey; the run unwinds.

    An ApplicationError, so that an Update that was under way fails with the reason instead of failing the run's task.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason, non_retryable=True)


@dataclass(frozen=True)
class Failure:
    """Why a step could not go on, unwrapped from the engine's layers."""

    reason: str
    fault: Fault
    words: str
    commands: tuple[str, ...] = ()
    result_shape: str = ""
    about: str = ""
    """What something stale should be drawn up for."""


def failure_of(error: ActivityError) -> Failure:
    """Read the sorted failure out of an activity's error; `str(ActivityError)` says nothing."""
    cause = error.cause
    if isinstance(cause, ApplicationError):
        said = cause.details[0] if cause.details and isinstance(cause.details[0], dict) else {}
        return Failure(
            reason=str(said.get("reason", "unexpected")),
            fault=Fault(said.get("fault", Fault.OURS.value)),
            words=str(said.get("words", cause.message))[:500],
            commands=tuple(said.get("commands", ())),
            result_shape=str(said.get("result_shape", "")),
            about=str(said.get("about", "")),
        )
    if isinstance(cause, TimeoutError):
        return Failure(reason="timeout", fault=Fault.OURS, words="the step did not end in its time")
    return Failure(reason="unexpected", fault=Fault.OURS, words=type(cause).__name__)


def is_stale(error: ActivityError) -> bool:
    """Whether what we were about to send was no longer true and must be drawn up again."""
    return isinstance(error.cause, ApplicationError) and error.cause.type == "Stale"


def is_refused(error: ActivityError) -> bool:
    """Whether the answer was no, and nothing exists outside (unlike a look that could not tell, or found another)."""
    refused = isinstance(error.cause, ApplicationError) and error.cause.type == "Refused"
    return refused and failure_of(error).reason not in ("cannot_tell", "conflict")


async def side_by_side(*legs: Coroutine[Any, Any, None]) -> None:
    """Run legs side by side; when one ends the journey, the others let their effects land before it goes on."""
    if not legs:
        return
    tasks = [asyncio.create_task(leg) for leg in legs]
    try:
        await workflow.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    except asyncio.CancelledError:
        await _stopped(tasks)
        raise
    await _stopped(tasks)
    for task in sorted(tasks, key=asyncio.Task.cancelled):  # why it ended comes before what was ended by it
        task.result()


async def _stopped(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel what still runs and wait until its effects have landed, even if this wait is cancelled too."""
    for task in tasks:
        if not task.done():
            task.cancel()
    cancelled: asyncio.CancelledError | None = None
    while not all(task.done() for task in tasks):
        try:
            await workflow.wait(tasks)
        except asyncio.CancelledError as again:
            cancelled = again
    if cancelled is not None:
        raise cancelled


@dataclass
class Steps:
    """The steps of one run: rounds, open holds, answers and replies."""

    order_id: str
    timetable: Timetable = field(default_factory=Timetable)
    stage: str = "intake"
    fairness: str = ""
    holds: dict[str, Hold] = field(default_factory=dict)
    answers: dict[str, ResolveHold] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)
    """How many wait at a hold: two tasks of a run may meet the same trouble, and one answer serves both."""
    rounds: dict[str, int] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)
    started: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    """Steps whose last round ended in a plain no: nothing of them is outside."""
    replies: dict[str, BaseModel] = field(default_factory=dict)
    abandoned: str = ""
    """Why the journey is being ended, until unwinding begins."""
    marks: dict[str, HoldMark] = field(default_factory=dict)
    """What people wrote on holds, by key: who takes it, until when it sleeps. It stays when the step holds again."""
    board: int = 0
    """Grows with each change of the holds, so that the board is told once of many."""
    changed: Callable[[], None] = lambda: None
    replan: Callable[[], Awaitable[None]] | None = None
    under_way: dict[str, workflow.ActivityHandle[Any]] = field(default_factory=dict)
    """Steps that the engine has been asked to perform and that have not ended."""
    recalled: set[str] = field(default_factory=set)
    """Steps under way whose request is no longer true: no further try of it is made."""

    async def perform(
        self,
        effect: Effect[Request, Reply],
        request: Request | Callable[[], Request] | Callable[[], Awaitable[Request]],
        *,
        part: str = "",
        renew: Callable[[Failure], Awaitable[None]] | None = None,
        refresh: Callable[[], Awaitable[None]] | None = None,
        planned: bool = False,
        regardless: bool = False,
    ) -> Reply:
        """Perform a step until it ends well; hold for a person where it cannot go on.

        `request` is built anew for each round, so that an amendment reaches the step it was made for (it may itself
        wait for what it needs); `renew` brings
        up to date what was stale, `refresh` reads again what a person may have mended outside during a hold. What is
        asked may follow from the plan (`planned`): a retry plans again, for the record of the exporter or of a product
        may have been mended. Once the journey is abandoned no step begins, except `regardless`.
        """
        key = f"{effect.name}:{part}" if part else effect.name
        renewals = 0
        while True:
            if self.abandoned and not regardless:
                raise Abandoned(self.abandoned)
            asked = request if isinstance(request, BaseModel) else request()
            if not isinstance(asked, BaseModel):  # what is asked for must itself be made ready first
                asked = await asked
            try:
                return await self._round(effect, asked, key)
            except ActivityError as error:
                if key in self.recalled:  # whatever came of it, it was asked with what is no longer true
                    if refresh is not None:
                        await refresh()
                    continue
                if is_cancelled_exception(error):  # the step ended because its task was cancelled: so does the task
                    raise asyncio.CancelledError from error
                if is_stale(error) and renew is not None and renewals < MOST_RENEWALS:
                    renewals += 1
                    await renew(failure_of(error))
                    continue
                renewals = 0
                if is_refused(error):
                    self.refused.add(key)
                completable = effect.outside or effect.completable
                answer = await self.hold(key, effect.name, failure_of(error), outside=completable)
                if planned and answer.action == Resolution.RETRY and self.replan is not None:
                    await self.replan()
                if refresh is not None:
                    await refresh()

    def recall(self, key: str) -> None:
        """Have a step that waits for its next try drawn up anew; a try that is under way lands first."""
        handle = self.under_way.get(key)
        if handle is not None:
            self.recalled.add(key)
            handle.cancel()

    async def hold(self, key: str, step: str, failure: Failure, *, outside: bool = False) -> ResolveHold:
        """Hold a step until a person has decided; ends the journey when the decision is to cancel."""
        self.open_hold(key, step, failure, completable=outside)
        self.waiting[key] = self.waiting.get(key, 0) + 1
        try:
            await workflow.wait_condition(lambda: key in self.answers or key not in self.holds)
        finally:
            self.waiting[key] -= 1
        answer = self.answers.get(key)
        if not self.waiting[key]:
            self.close_hold(key)
        if answer is not None and answer.action == Resolution.AMEND and self.replan is not None:
            await self.replan()
        if answer is None or answer.action == Resolution.CANCEL:
            raise Abandoned(answer.reason if answer else "cancelled")
        return answer

    def open_hold(self, key: str, step: str, failure: Failure, *, completable: bool) -> None:
        """Put a hold on the desk without waiting for it."""
        now = self.timetable.clock.at(workflow.now())
        ways = [Resolution.RETRY, Resolution.AMEND]
        if completable:
            ways.append(Resolution.COMPLETE)
        ways.append(Resolution.CANCEL)
        example = failure.result_shape or (shape_of(key)[1] if completable else "")
        commands = failure.commands or (f"tradelane holds resolve {self.order_id} --step {key} --action retry",)
        commands = tuple(one.replace(" ORDER ", f" {self.order_id} ") for one in commands)  # some ports know no order
        mark = self.marks.get(key, HoldMark())
        self.holds[key] = Hold(
            key=key,
            stage=self.stage,
            step=step,
            reason=failure.reason,
            fault=failure.fault,
            words=failure.words,
            owner=owner_of(failure.reason, failure.fault),
            since=now,
            due=now + self.timetable.hold_due,
            resolutions=tuple(ways),
            commands=commands,
            result_shape=example,
            assignee=mark.assignee,
            snoozed_until=mark.snoozed_until,
        )
        self.board += 1
        self.changed()

    def close_hold(self, key: str) -> ResolveHold | None:
        """Take a hold off the desk, with its answer if there is one."""
        if self.holds.pop(key, None) is not None:
            self.board += 1
        answer = self.answers.pop(key, None)
        if answer is not None and key in self.marks:  # what holds again is awake; who has taken it stays
            self.marks[key] = self.marks[key].model_copy(update={"snoozed_until": None})
        self.changed()
        return answer

    def mark(self, marks: Mapping[str, HoldMark], *, anew: bool) -> None:
        """Write on holds what people decided about them; without `anew` what stands is kept."""
        for key, mark in marks.items():
            if key in self.marks and not anew:
                continue
            self.marks[key] = mark
            hold = self.holds.get(key)
            if hold is not None and (hold.assignee, hold.snoozed_until) != (mark.assignee, mark.snoozed_until):
                self.holds[key] = hold.model_copy(update=mark.model_dump())
                self.board += 1
        self.changed()

    async def _round(self, effect: Effect[Request, Reply], request: Request, key: str) -> Reply:
        number = self.rounds[key] = self.rounds.get(key, 0) + 1
        activity_id = key if number == 1 else f"{key}~{number}"
        self.started.add(key)
        self.refused.discard(key)
        self.recalled.discard(key)
        handle = workflow.start_activity(
            effect.name,
            request,
            result_type=effect.reply,
            task_queue=effect.queue,
            activity_id=activity_id,
            summary=effect.summary if number == 1 else f"{effect.summary} (round {number})",
            start_to_close_timeout=effect.patience.one_try,
            heartbeat_timeout=HEARTBEAT if self.timetable.clock.pace <= 1 else HEARTBEAT_IN_A_HURRY,
            retry_policy=self._retries(effect),
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED
            if effect.outside
            else workflow.ActivityCancellationType.TRY_CANCEL,
            priority=Priority(fairness_key=self.fairness[:64]) if self.fairness else Priority.default,
        )
        self.under_way[key] = handle
        try:
            reply: Reply = await (asyncio.shield(handle) if effect.outside else handle)
        except asyncio.CancelledError:
            if effect.outside:  # no further try; one that is under way lands and is remembered, then we unwind
                handle.cancel()
                with contextlib.suppress(ActivityError, asyncio.CancelledError):
                    self.replies[key] = await handle
            raise
        finally:
            self.under_way.pop(key, None)
        self.replies[key] = reply
        self.ended.append(activity_id)
        self.changed()
        return reply

    def _retries(self, effect: Effect[Request, Reply]) -> RetryPolicy:
        pace = self.timetable.clock.pace
        patience = effect.patience
        if pace <= 1:
            first, longest = patience.first_wait, patience.longest_wait
        else:
            first = max(timedelta(milliseconds=100), patience.first_wait / pace)
            longest = max(LONGEST_WAIT_IN_A_HURRY, patience.longest_wait / pace)
        return RetryPolicy(
            initial_interval=first,
            maximum_interval=longest,
            backoff_coefficient=patience.coefficient,
            maximum_attempts=patience.attempts,
        )

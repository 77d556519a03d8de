"""The doors of a run that concern facts and holds: what people and sweeps may tell it or ask it; `order_doors` has more."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from temporalio import workflow

from workflows import planning
from workflows.admission import amendments, at_the_door, refused, understood
from workflows.journey import Journey
from workflows.sight import progress_of
from workflows.steps import Abandoned, Steps

with workflow.unsafe.imports_passed_through():
    from pydantic import ValidationError

    from tradelane.contracts.handmade import checked_result
    from tradelane.contracts.journeys import order_of_workflow_id
    from tradelane.contracts.messages import (
        Answer,
        AssignHold,
        Fact,
        Progress,
        ResolveHold,
        SnoozeHold,
    )
    from tradelane.contracts.steps import BOOK_TRANSPORT, RECORD_DECISION, DecisionRequest, HoldMark
    from tradelane.domain.amendment import sku_of
    from tradelane.domain.decided import Decided, changes_of
    from tradelane.domain.holds import Hold, Resolution
    from tradelane.domain.identifiers import OrderId
    from tradelane.domain.standing import values_of


UNKNOWN = OrderId("1")
"""Stands in until the request of a run with another id is read."""

LONGEST_SNOOZE = Decimal(24 * 60)
"""Trade hours a hold may sleep: two months, as long as an order lives."""

LONGEST_NAME = 100
"""Characters of a person's or a desk's name on a hold."""

LONGEST_ID = 60
"""Characters of an Update's id that stand in a step's key; a key has a hundred."""


def _brief(update_id: str) -> str:
    """An Update's id as part of a step's: the engine takes ids of 1,000 characters, our tables fewer."""
    return update_id if len(update_id) <= LONGEST_ID else str(uuid.uuid5(uuid.NAMESPACE_URL, update_id))


class Doors:
    """Signal, query and Updates of an order's run; the story behind them is `FulfilOrder`."""

    def __init__(self) -> None:
        order_id = order_of_workflow_id(workflow.info().workflow_id) or UNKNOWN
        self.journey = Journey(order_id=order_id, steps=Steps(order_id=str(order_id)))
        self.state = "running"
        self.cancel_reason = ""
        self.deciding: set[str] = set()
        self.travel: asyncio.Task[str] | None = None

    def abandon(self, reason: str) -> bool:
        """End the travel, once; False where nothing is left to end."""
        raise NotImplementedError

    def why_fixed(self, paths: Iterable[str]) -> str | None:
        """Why an amendment of these paths is not possible now, in one sentence."""
        raise NotImplementedError

    async def called_back(self, paths: Iterable[str]) -> None:
        """A booking that waits for its carrier is called back, and drawn up anew with the amendment; one that lands stays."""
        steps = self.journey.steps
        if BOOK_TRANSPORT.name not in steps.under_way:
            return
        steps.recall(BOOK_TRANSPORT.name)
        await workflow.wait_condition(lambda: BOOK_TRANSPORT.name not in steps.under_way)
        if (fixed := self.why_fixed(paths)) is not None:
            raise refused(fixed)

    # --- facts and progress -----------------------------------------------------------------------------------

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

    # --- holds ------------------------------------------------------------------------------------------------

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
            content = amendments(asked.set)
        elif asked.action == Resolution.COMPLETE:
            content = checked_result(asked.step, asked.result)
        amending = int(asked.action == Resolution.AMEND)
        self.journey.amending += amending
        try:
            if amending:
                await self.called_back(content)
            await self.record(asked.step, asked.action, content, asked.actor, asked.reason)
            if asked.step in self.journey.steps.holds:
                self.journey.steps.answers[asked.step] = asked
            elif asked.action == Resolution.CANCEL and not self.abandon(asked.reason):
                # the hold went while it was written down; the decision stands as long as there is something to undo
                raise refused("The journey ended while the decision was written down; nothing is left to cancel.")
            elif amending:  # what is written down is planned in, also where the hold went by itself
                await self._planned_in()
        finally:
            self.journey.amending -= amending
            self.deciding.discard(asked.step)
        return Answer(sentence=f"{asked.step}: {asked.action} is decided and written down.")

    async def _planned_in(self) -> None:
        try:
            await planning.replan(self.journey)
        except Abandoned as decided:  # by a person, at a hold that only this Update had met
            self.abandon(str(decided))
            raise

    @resolve_hold.validator
    def _may_resolve(self, command: Any = None) -> None:
        asked: ResolveHold = at_the_door(ResolveHold, command, "resolve_hold")
        hold = self._open_hold(asked.step)
        allowed = [way.value for way in hold.resolutions]
        if asked.action not in allowed:
            raise refused(f"{asked.step} can be resolved by {', '.join(allowed)}, not by {asked.action or '(empty)'}.")
        try:
            if asked.action == Resolution.AMEND:
                if not asked.set:
                    raise ValueError('amend needs "set" with at least one path and value.')
                changes = amendments(asked.set)
                self._known_goods(changes)
                if (fixed := self.why_fixed(changes)) is not None:
                    raise refused(fixed)
            if asked.action == Resolution.COMPLETE:
                checked_result(asked.step, asked.result)
        except ValueError as wrong:
            raise refused(str(wrong)) from wrong

    @workflow.update(
        description='Say who takes a hold: {"step": "...", "to": "...", "actor": "..."}; an empty "to" gives it back.'
    )
    async def assign_hold(self, command: Any = None) -> Answer:
        """Record who takes the hold and show it."""
        asked: AssignHold = understood(AssignHold, command, "assign_hold")
        before = {"assignee": self.journey.steps.holds[asked.step].assignee}
        to = asked.to.strip()
        await self.record(asked.step, "assign", {"assignee": to}, asked.actor, asked.reason, before)
        self._marked(asked.step, HoldMark(assignee=to))
        return Answer(sentence=f"{asked.step} is {f'with {to}' if to else 'back at its desk'}.")

    @assign_hold.validator
    def _may_assign(self, command: Any = None) -> None:
        asked: AssignHold = at_the_door(AssignHold, command, "assign_hold")
        self._open_hold(asked.step)
        if len(asked.to.strip()) > LONGEST_NAME:
            raise refused(f'"to" is a name of at most {LONGEST_NAME} characters.')

    @workflow.update(
        description='Let a hold sleep: {"step": "...", "hours": "24", "reason": "...", "actor": "..."}; 0 wakes it.'
    )
    async def snooze_hold(self, command: Any = None) -> Answer:
        """Record until when lists and notices leave the hold out."""
        asked: SnoozeHold = understood(SnoozeHold, command, "snooze_hold")
        standing = self.journey.steps.holds[asked.step].snoozed_until
        hours = Decimal(asked.hours)
        until = self.journey.now() + timedelta(hours=float(hours))
        await self.record(
            asked.step,
            "snooze",
            {"snoozed_until": until.isoformat(timespec="minutes") if hours else ""},
            asked.actor,
            asked.reason,
            {"snoozed_until": standing.isoformat(timespec="minutes") if standing else ""},
        )
        self._marked(asked.step, HoldMark(snoozed_until=until if hours else None))
        return Answer(sentence=f"{asked.step} {f'sleeps until {until:%Y-%m-%d %H:%M} UTC' if hours else 'is awake'}.")

    @snooze_hold.validator
    def _may_snooze(self, command: Any = None) -> None:
        asked: SnoozeHold = at_the_door(SnoozeHold, command, "snooze_hold")
        self._open_hold(asked.step)
        try:
            hours = Decimal(asked.hours)
        except InvalidOperation as wrong:
            raise refused(f'"hours" is a number of trade hours such as 24, not {asked.hours or "(empty)"}.') from wrong
        if not hours.is_finite() or not 0 <= hours <= LONGEST_SNOOZE:
            raise refused(f'"hours" lies between 0 and {LONGEST_SNOOZE}, not {asked.hours}.')

    def _open_hold(self, step: str) -> Hold:
        steps = self.journey.steps
        if step not in steps.holds or step in steps.answers or step in self.deciding:
            open_ = ", ".join(sorted(key for key in steps.holds if key not in self.deciding)) or "none"
            raise refused(f"No open hold is called {step or '(empty)'}; open holds: {open_}.")
        return steps.holds[step]

    def _marked(self, step: str, mark: HoldMark) -> None:
        steps = self.journey.steps
        standing = steps.marks.get(step, HoldMark())
        steps.mark({step: standing.model_copy(update=mark.model_dump(exclude_unset=True))}, anew=True)

    def _known_goods(self, paths: Iterable[str]) -> None:
        """A SKU that is not in the parcel would be amended without effect, and nobody would notice."""
        skus = self.journey.skus
        strange = sorted({sku for path in paths if (sku := sku_of(path)) is not None and sku not in skus})
        if skus and strange:
            raise refused(f"No goods of this order have SKU {', '.join(strange)}; it has {', '.join(sorted(skus))}.")

    # --- behind the doors ---------------------------------------------------------------------------------------

    async def record(
        self,
        step: str,
        kind: str,
        content: dict[str, str],
        actor: str,
        reason: str,
        before: dict[str, str] | None = None,
    ) -> None:
        """Write a decision down, with what stood before it; only then is it applied."""
        info = workflow.current_update_info()
        update_id = _brief(info.id) if info else ""
        if before is None:
            before = values_of(self.journey.consignment, content) if kind == Resolution.AMEND else {}
        await self.journey.steps.perform(
            RECORD_DECISION,
            DecisionRequest(
                id=f"{workflow.info().workflow_id}/{update_id or workflow.uuid4()}",
                order_id=self.journey.order_id,
                step=step,
                kind=kind,
                content=content,
                before=before,
                actor=actor or "unnamed",
                reason=reason,
                timetable=self.journey.steps.timetable,
            ),
            part=update_id,
            regardless=True,
        )
        self.journey.decided.append(
            Decided(
                at=self.journey.now(),
                actor=actor or "unnamed",
                kind=kind,
                step=step,
                reason=reason,
                changes=changes_of(content, before),
            )
        )
        self.journey.steps.changed()

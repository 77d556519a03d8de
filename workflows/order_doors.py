"""The doors of a run that concern the order itself: amend, confirm the packing, extend the loading period, cancel."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from temporalio import workflow

from workflows import planning
from workflows.admission import amendments, at_the_door, refused, understood
from workflows.doors import Doors
from workflows.legs import export, extension, unwinding
from workflows.steps import Abandoned

with workflow.unsafe.imports_passed_through():
    from tradelane.contracts.messages import (
        AmendOrder,
        Answer,
        CancelOrder,
        ConfirmPacking,
        ExtendLoading,
        ResolveHold,
    )
    from tradelane.contracts.steps import EXTEND_LOADING_PERIOD
    from tradelane.domain.holds import Resolution


class OrderDoors(Doors):
    """Updates that change what the order says or whether it goes on."""

    @workflow.update(
        description='Change what the order says: {"set": {"items.<SKU>.hsk": "3304991000"}, "reason": "..."}'
    )
    async def amend(self, command: Any = None) -> Answer:
        """Record the amendment; steps that hold for data go on with it."""
        return await self._amended(understood(AmendOrder, command, "amend"))

    async def _amended(self, asked: AmendOrder) -> Answer:
        changes = amendments(asked.set)
        steps = self.journey.steps
        self.journey.amending += 1
        try:
            await self.called_back(asked.set)
            await self.record("*", Resolution.AMEND, changes, asked.actor, asked.reason)
            woken = [key for key in steps.holds if self._is_mended_by(key, changes)]
            if not woken:
                await planning.replan(self.journey)
            for key in woken:
                steps.answers[key] = ResolveHold(step=key, action=Resolution.AMEND, actor=asked.actor)
        except Abandoned as decided:  # by a person, at a hold that only this Update had met
            self.abandon(str(decided))
            raise
        finally:
            self.journey.amending -= 1
        return Answer(sentence=f"{', '.join(changes)} amended" + (f"; {', '.join(woken)} goes on." if woken else "."))

    @amend.validator
    def _may_amend(self, command: Any = None) -> None:
        asked: AmendOrder = at_the_door(AmendOrder, command, "amend")
        if not asked.set:
            raise refused('amend needs {"set": {"items.<SKU>.<field>": "value"}} with at least one entry.')
        try:
            amendments(asked.set)
        except ValueError as wrong:
            raise refused(str(wrong)) from wrong
        if self.journey.carried_by is not None:
            carrier = self.journey.carried_by
            raise refused(
                f"This order travels in the parcel of order {carrier}: amend {carrier}, its run plans the parcel."
            )
        self._known_goods(asked.set)
        if (fixed := self.why_fixed(asked.set)) is not None:
            raise refused(fixed)

    def why_fixed(self, paths: Iterable[str]) -> str | None:
        """Why an amendment is not possible now, in one sentence."""
        if self.state == "cancelling" or self.journey.steps.abandoned:
            return "The order is being ended: what it says is not changed any more."
        if self.journey.booking is not None and not export.to_be_declared(self.journey):
            return "Transport is booked: what travels is fixed; cancel, or ask the carrier to correct it."
        return export.fixed_by_customs(self.journey, list(paths))

    @workflow.update(
        description='What the bench measured: {"gross_weight_g": "640", "length_cm": "30", "width_cm": "20", '
        '"height_cm": "10", "lot": "..."}, or {"boxes": [{...}, {...}]} for several'
    )
    async def confirm_packing(self, command: Any = None) -> Answer:
        """Record the measures; they replace any estimate."""
        asked: ConfirmPacking = understood(ConfirmPacking, command, "confirm_packing")
        return await self._amended(AmendOrder(set=asked.changes(), actor=asked.actor, reason="packing confirmed"))

    @confirm_packing.validator
    def _may_confirm(self, command: Any = None) -> None:
        asked: ConfirmPacking = at_the_door(ConfirmPacking, command, "confirm_packing")
        try:
            changes = asked.changes()
        except ValueError as wrong:
            raise refused(str(wrong)) from wrong
        self._may_amend({"set": changes})

    @workflow.update(
        description='Ask customs for a later loading deadline: {"until": "2027-01-20", "declaration": "d1", "reason": "..."}'
    )
    async def extend_loading(self, command: Any = None) -> Answer:
        """Record the decision, then ask customs; its answer moves the date that is watched."""
        asked: ExtendLoading = understood(ExtendLoading, command, "extend_loading")
        name, until = self._extension(asked)
        key = f"{EXTEND_LOADING_PERIOD.name}:{name}"
        await self.record(key, "extend", {"until": until.isoformat()}, asked.actor, asked.reason)
        self._extension(asked)  # the declaration may have ended while the wish was written down
        state = await extension.extend(
            self.journey, name, until, asked.reason
        )  # given up, the order goes on without it
        return Answer(sentence=f"{self.journey.filings[name].number}: loading until {until} is {state}.")

    @extend_loading.validator
    def _may_extend(self, command: Any = None) -> None:
        asked: ExtendLoading = at_the_door(ExtendLoading, command, "extend_loading")
        if not asked.reason.strip():
            raise refused('extend_loading needs a reason: {"until": "...", "reason": "..."}.')
        if self.state != "running" or self.journey.steps.abandoned:
            raise refused("The order is being ended or has ended; its loading period is left as it is.")
        self._extension(asked)

    def _extension(self, asked: ExtendLoading) -> tuple[str, date]:
        """Declaration and day that an extension speaks of, or the refusal."""
        names = sorted(self.journey.filings)
        name = asked.declaration.strip() or (names[0] if len(names) == 1 else "")
        if name not in names:
            raise refused(f'"declaration" is one of {", ".join(names) or "none: nothing is filed"}.')
        try:
            until = date.fromisoformat(asked.until.strip())
        except ValueError as wrong:
            raise refused(f'"until" is a day such as 2027-01-20, not {asked.until or "(empty)"}.') from wrong
        if (why := extension.why_not_extended(self.journey, name, until)) is not None:
            raise refused(why)
        return name, until

    @workflow.update(description='Cancel the order: {"reason": "...", "actor": "..."}; does what this stage allows.')
    async def cancel(self, command: Any = None) -> Answer:
        """Record the decision and unwind."""
        asked: CancelOrder = understood(CancelOrder, command, "cancel")
        await self.record("*", Resolution.CANCEL, {}, asked.actor, asked.reason)
        if not self.abandon(asked.reason):
            raise refused("The journey ended while the decision was written down; there is nothing to cancel any more.")
        return Answer(sentence=f"Order {self.journey.order_id} is being cancelled: {asked.reason}.")

    @cancel.validator
    def _may_cancel(self, command: Any = None) -> None:
        asked: CancelOrder = at_the_door(CancelOrder, command, "cancel")
        if not asked.reason.strip():
            raise refused('cancel needs a reason: {"reason": "..."}.')
        if self.travel is None:
            raise refused("The journey is not opened yet; cancel it in a moment, or the hold of open_journey.")
        if self.state != "running":
            raise refused(f"The order is {self.state}; there is nothing to cancel.")
        if unwinding.situation(self.journey).delivered:
            raise refused("The parcel is delivered; a return is another journey.")

    def _is_mended_by(self, key: str, paths: Iterable[str]) -> bool:
        """Whether a hold goes on with an amendment; an error notice only with one about its own goods."""
        steps = self.journey.steps
        if key in steps.answers or key in self.deciding or Resolution.AMEND not in steps.holds[key].resolutions:
            return False
        return export.concerns(self.journey, key, paths)

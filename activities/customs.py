"""What customs tells: the week's rate, what goods need, and whether they are loaded; typed by a person where need be."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from activities.books import in_thread
from activities.by_a_person import mistyped
from activities.implements import implements
from activities.register import register_loading
from tradelane.adapters.errors import Refused
from tradelane.contracts.handmade import LoadedByHand, RequirementsByHand
from tradelane.contracts.steps import (
    CONFIRM_LOADING,
    READ_CUSTOMS_RATE,
    READ_EXPORT_REQUIREMENTS,
    LoadingRequest,
    RateRequest,
    RequirementsRequest,
)
from tradelane.domain.export_declaration import CustomsRate, Loading
from tradelane.domain.export_route import ExportRoute, GoodsFacts, HskFacts
from tradelane.domain.identifiers import OrderId
from tradelane.domain.loading_period import last_loading_day
from tradelane.domain.trade_time import Timetable, today_in_korea
from tradelane.ports import Decision
from tradelane.resources import Resources

NONE = "none"
"""What a person types where customs wants nothing."""


def trade_now(timetable: Timetable) -> Callable[[], datetime]:
    """The trade clock of a journey, read anew at each call."""
    return lambda: timetable.clock.at(datetime.now(UTC))


class CustomsActivities:
    """Readings of Korean customs; none of them writes outside."""

    def __init__(self, resources: Resources) -> None:
        self._r = resources

    @implements(READ_CUSTOMS_RATE)
    async def read_customs_rate(self, request: RateRequest) -> CustomsRate:
        """The export rate of the week in which we file: never the import rate, never the order day's."""
        day = request.day or today_in_korea(trade_now(request.timetable)())
        return await self._r.customs.export_rate(day, request.currency)

    @implements(READ_EXPORT_REQUIREMENTS)
    async def read_export_requirements(self, request: RequirementsRequest) -> GoodsFacts:
        """What goods under each code need for export; what a person looked up stands for the codes he was asked about."""
        now = trade_now(request.timetable)()
        day = today_in_korea(now)
        typed = await self._typed(request.orders, READ_EXPORT_REQUIREMENTS.name)
        if typed is not None and await in_thread(self._is_about, typed, request, now):
            said = RequirementsByHand.model_validate(dict(typed.content))
            confirmation = () if said.confirmation.lower() == NONE else (said.confirmation,)
            shortened = "" if said.shortened_loading.lower() == NONE else said.shortened_loading
            return GoodsFacts(
                day=day,
                facts=tuple(
                    HskFacts(hsk=hsk, confirmation=confirmation, shortened_loading=shortened) for hsk in request.codes
                ),
            )
        return GoodsFacts(day=day, facts=tuple([await self._r.customs.requirements(hsk, day) for hsk in request.codes]))

    def _is_about(self, typed: Decision, request: RequirementsRequest, now: datetime) -> bool:
        """Whether an answer typed by hand was about these codes; which ones it was about is kept at its first use.

        Goods that were given another code since are asked about again, never silently taken for free.
        """
        claim = self._r.consignments.of_order(request.orders[0])
        if claim is None:
            return True
        key = f"{claim.ucr}:{READ_EXPORT_REQUIREMENTS.name}"
        row = self._r.effects.find(key)
        kept = json.loads(row.content) if row is not None and row.content else {}
        if kept.get("decision") == typed.id:
            return set(request.codes) <= set(kept["codes"])
        content = json.dumps({"decision": typed.id, "codes": list(request.codes)})
        self._r.effects.done(key, content, now, READ_EXPORT_REQUIREMENTS.name)
        return True

    @implements(CONFIRM_LOADING)
    async def confirm_loading(self, request: LoadingRequest) -> Loading:
        """What customs knows of the loading, else what a person read there; a loaded declaration is watched no more."""
        typed = await self._typed(request.orders, f"{CONFIRM_LOADING.name}:{request.part}") if request.part else None
        if typed is not None and request.accepted_at is not None and typed.at < request.accepted_at:
            typed = None  # it was read of an earlier declaration of these goods, whose acceptance was cancelled
        record = await in_thread(self._r.declarations.by_number, request.number)
        converted = (record or request).route is ExportRoute.LIST_CONVERSION
        source = "UNI-PASS API051" if converted else "UNI-PASS API002"
        try:
            loading = await self._r.customs.loading(request.number, converted_list=converted)
        except Refused as refusal:
            if typed is None or refusal.reason != "manual_work":
                raise
            loading = Loading(number=request.number, found=True)
        if typed is not None and not loading.loaded:
            self._check_typed(request, loading, LoadedByHand.model_validate(dict(typed.content)))
            loading, source = _as_typed(loading, LoadedByHand.model_validate(dict(typed.content))), "by hand"
        loading = _with_deadline(loading, request)
        if loading.found or loading.computed:  # a counted deadline stands on the list of deadlines too
            seen_at = (await in_thread(self._r.clock.read)).at(datetime.now(UTC))
            register = functools.partial(register_loading, seen_at=seen_at, source=source)
            await in_thread(register, self._r.declarations, loading)
        if loading.loaded and not loading.partial:
            await in_thread(self._r.watches.drop, "unipass", request.number)
        return loading

    def _check_typed(self, request: LoadingRequest, loading: Loading, said: LoadedByHand) -> None:
        """A loading lies between the acceptance and today, and no more packages are loaded than were cleared."""
        today = today_in_korea(self._r.clock.read().at(datetime.now(UTC)))
        accepted_on = loading.accepted_on or (today_in_korea(request.accepted_at) if request.accepted_at else None)
        wrong = ""
        if said.loaded_on > today:
            wrong = f"{said.loaded_on} is still to come."
        elif accepted_on is not None and said.loaded_on < accepted_on:
            wrong = f"loaded on {said.loaded_on}, before it was accepted on {accepted_on}."
        elif loading.packages_cleared is not None and said.packages > loading.packages_cleared:
            wrong = f"{said.packages} packages, of which customs cleared {loading.packages_cleared}."
        if wrong:
            raise mistyped(f"{CONFIRM_LOADING.name}:{request.part}", str(min(request.orders, key=int)), wrong)

    async def _typed(self, orders: Sequence[OrderId], step: str) -> Decision | None:
        return await in_thread(self._r.decisions.completion, orders, step) if orders else None


def _as_typed(loading: Loading, said: LoadedByHand) -> Loading:
    """A loading as a person read it: the packages it names have left."""
    return loading.model_copy(
        update={
            "found": True,
            "loaded": True,
            "departed_on": said.loaded_on,
            "packages_loaded": said.packages,
            "packages_cleared": loading.packages_cleared or said.packages,
        }
    )


def _with_deadline(loading: Loading, request: LoadingRequest) -> Loading:
    """Count the deadline where nobody printed one; a shortened period cannot be counted."""
    if loading.load_before is not None or request.accepted_at is None or request.shortened:
        return loading
    accepted_on = loading.accepted_on or today_in_korea(request.accepted_at)
    return loading.model_copy(update={"load_before": last_loading_day(accepted_on), "computed": True})

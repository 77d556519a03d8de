"""The loading watch: every accepted declaration is loaded before its deadline, extended, or held for a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from temporalio import workflow

from workflows.journey import Journey
from workflows.legs import acceptance, export
from workflows.steps import Abandoned, Failure, side_by_side

with workflow.unsafe.imports_passed_through():
    from tradelane.contracts.steps import (
        CONFIRM_LOADING,
        EXTEND_LOADING_PERIOD,
        READ_EXPORT_ACCEPTANCE,
        ExtensionRequest,
        LoadingRequest,
    )
    from tradelane.domain.export_declaration import FilingState, Loading
    from tradelane.domain.holds import Fault, Resolution
    from tradelane.domain.loading_period import ANSWER_WINDOW, may_extend
    from tradelane.domain.trade_time import KOREA, today_in_korea
    from tradelane.domain.wording import say

LONGEST_WATCH = timedelta(days=45)
"""How long a loading is waited for when nobody knows a deadline yet."""


@dataclass
class _Watch:
    """What was said of one declaration's deadline so far."""

    leads: list[timedelta]
    until: date | None = None
    """The deadline the warnings belong to; an extension begins them anew."""
    late: bool = False
    seen: bool = False
    """Whether customs has shown the declaration at all: only then can it be gone."""
    asked: set[str] = field(default_factory=set)
    """Holds that a person answered for this deadline: they are not put again."""


async def confirm_loading(j: Journey) -> None:
    """Watch the loading of every declaration until customs has confirmed it, warning before the deadline."""
    await side_by_side(*(_loaded(j, name) for name, filing in sorted(j.filings.items()) if filing.number is not None))


async def extend(j: Journey, name: str, until: date, reason: str) -> str:
    """Ask customs for a later loading deadline; gives what came of it."""
    filing, loading = j.filings[name], j.loadings[name]
    assert loading.load_before is not None, "the door has seen the deadline"
    reply = await j.steps.perform(
        EXTEND_LOADING_PERIOD,
        ExtensionRequest(
            ucr=j.plan.ucr,
            part=name,
            exporter_id=export.part_of(j, name).exporter_id,
            filing=filing,
            load_before=loading.load_before,
            until=until,
            reason=reason,
            timetable=j.steps.timetable,
        ),
        part=f"{name}-{until:%Y%m%d}",
    )
    j.hear_of(f"unipass:{filing.number}")
    return reply.state


def why_not_extended(j: Journey, name: str, until: date) -> str | None:
    """Why an extension cannot be asked, in one sentence."""
    filing, loading = j.filings.get(name), j.loadings.get(name)
    if filing is None or filing.state is not FilingState.ACCEPTED or filing.accepted_at is None:
        return f"Declaration {name} is not accepted: there is no loading period to extend."
    if loading is None or loading.load_before is None:
        return f"The loading deadline of {filing.number} is not known yet; look at it again after the next sweep."
    if loading.loaded:
        return f"{filing.number} is loaded."
    try:
        may_extend(loading.load_before, until, today_in_korea(filing.accepted_at), today_in_korea(j.now()))
    except ValueError as wrong:
        return str(wrong)
    return None


async def _loaded(j: Journey, name: str) -> None:
    watch = _Watch(list(j.steps.timetable.loading_warnings))
    key = f"{CONFIRM_LOADING.name}:{name}"
    while True:
        number = j.filings[name].number
        loading = j.loadings.get(name)
        if loading is not None and loading.loaded and not loading.partial:
            j.steps.close_hold(key)
            return
        wait, lead = _next_wait(j, loading, watch)
        woken = await j.news(
            f"unipass:{number}", within=wait, summary=f"loading of {number}", or_else=lambda: key in j.steps.answers
        )
        await _answered(j, key, watch)
        if not woken:
            if lead is not None:
                watch.leads.remove(lead)
                j.warnings.append(say(j.language, "sentence.loading_due", number=str(number), days=lead.days))
                j.steps.changed()
            elif loading is not None and loading.load_before is not None:
                watch.late = True
        j.loadings[name] = loading = await j.steps.perform(CONFIRM_LOADING, lambda: _request(j, name), part=name)
        j.steps.changed()
        if watch.seen and not loading.found:
            await _gone(j, name)
            watch = _Watch(list(j.steps.timetable.loading_warnings))
            continue
        watch.seen = watch.seen or loading.found
        _warn(j, key, str(number), loading, watch)


def _request(j: Journey, name: str) -> LoadingRequest:
    filing = j.filings[name]
    assert filing.number is not None
    declared = j.declared.get(name)
    return LoadingRequest(
        number=filing.number,
        part=name,
        orders=j.claimed,
        **({"route": declared.route} if declared else {}),
        accepted_at=filing.accepted_at,
        shortened=export.shortened(j, name),
    )


def _warn(j: Journey, key: str, number: str, loading: Loading, watch: _Watch) -> None:
    """Put on the desk what a person must see to: a deadline that is near or has passed, packages left behind."""
    if key in j.steps.holds or (loading.loaded and not loading.partial):
        return
    end = loading.load_before
    last = min(j.steps.timetable.loading_warnings, default=timedelta(0))
    if watch.late and "late" not in watch.asked and end is not None:
        words = (
            f"{number} was to be loaded by {end} and customs has no loading; customs may announce that it cancels the "
            f"acceptance: explain the cause within {ANSWER_WINDOW.days} days of the notice, or withdraw"
        )
        _ask(j, key, Failure(reason="not_loaded", fault=Fault.CARRIER, words=words))
        watch.asked |= {"late", "due"}
    elif end is not None and not watch.late and last not in watch.leads and "due" not in watch.asked:
        counted = " (counted by us, nobody has printed a date)" if loading.computed else ""
        words = f"{number} is to be loaded by {end}{counted} and customs has no loading yet"
        command = f"tradelane orders extend {j.order_id} --until YYYY-MM-DD --reason WHY"
        _ask(j, key, Failure(reason="loading_due", fault=Fault.CARRIER, words=words, commands=(command,)))
        watch.asked.add("due")
    elif loading.partial and "partial" not in watch.asked:
        words = f"{loading.packages_loaded} of {loading.packages_cleared} packages of {number} have left"
        _ask(j, key, Failure(reason="partly_loaded", fault=Fault.CARRIER, words=words))
        watch.asked.add("partial")


def _ask(j: Journey, key: str, failure: Failure) -> None:
    j.steps.open_hold(key, CONFIRM_LOADING.name, failure, completable=True)


async def _answered(j: Journey, key: str, watch: _Watch) -> None:
    """Act on a person's answer to a hold that waits beside the watch: look again, or end the journey."""
    if key not in j.steps.answers or key not in j.steps.holds:
        return
    answer = j.steps.close_hold(key)
    if answer is not None and answer.action == Resolution.CANCEL:
        raise Abandoned(answer.reason)


async def _gone(j: Journey, name: str) -> None:
    """Customs no longer shows a declaration it showed: the acceptance was cancelled, and a person says what follows.

    After a retry the goods are declared anew where customs says that the acceptance is cancelled or withdrawn.
    """
    filing = j.filings[name]
    reply = await j.steps.perform(READ_EXPORT_ACCEPTANCE, acceptance.request(j, name, filing), part=name)
    if reply.filing.state in acceptance.ENDED:
        j.filings[name] = reply.filing
    await j.steps.hold(
        f"{CONFIRM_LOADING.name}:{name}",
        CONFIRM_LOADING.name,
        Failure(
            reason="acceptance_gone",
            fault=Fault.AUTHORITY,
            words=f"customs no longer shows {filing.number} (the filing channel says {reply.filing.state.value}): "
            "retry declares the goods anew where the acceptance is cancelled, and looks again where it is not",
        ),
    )
    if reply.filing.state in acceptance.ENDED:
        j.loadings.pop(name, None)
        await export.declare_anew(j, name)


def deadline(loading: Loading) -> datetime | None:
    """The instant the loading period ends: the end of the printed Korean day."""
    if loading.load_before is None:
        return None
    day = loading.load_before + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=KOREA)


def _next_wait(j: Journey, loading: Loading | None, watch: _Watch) -> tuple[timedelta, timedelta | None]:
    """How long nothing needs doing, and the warning that is due then."""
    end = deadline(loading) if loading else None
    if loading is None or end is None:
        return LONGEST_WATCH, None
    if watch.until != loading.load_before:  # the first date, or a later one after an extension
        watch.leads = list(j.steps.timetable.loading_warnings)
        watch.until, watch.late, watch.asked = loading.load_before, False, set()
    left = end - j.now()
    if left <= timedelta(0):
        watch.late = True
        return timedelta(days=1), None
    for lead in sorted(watch.leads, reverse=True):
        if left > lead:
            return left - lead, lead
        watch.leads.remove(lead)
    return left, None

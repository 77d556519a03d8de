"""The loading watch: every accepted declaration is loaded before its deadline, extended, or held for a person."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from temporalio import workflow

from workflows import planning
from workflows.journey import Journey
from workflows.legs import acceptance, drawing, export, extension
from workflows.steps import Abandoned, Failure, side_by_side

with workflow.unsafe.imports_passed_through():
    from tradelane.contracts.handmade import reports_done
    from tradelane.contracts.steps import (
        BOOK_TRANSPORT,
        CONFIRM_LOADING,
        READ_EXPORT_ACCEPTANCE,
        LoadingRequest,
    )
    from tradelane.domain.export_declaration import FilingState, Loading
    from tradelane.domain.holds import Fault, Resolution
    from tradelane.domain.loading_period import ANSWER_WINDOW
    from tradelane.domain.trade_time import KOREA
    from tradelane.domain.transport import TransportStatus
    from tradelane.domain.wording import say, step_name

FIRST_WATCH = timedelta(days=1)
"""How long nobody looks after the acceptance: customs shows most declarations by then, and the date of others is counted."""

LONGEST_WATCH = timedelta(days=5)
"""How long a loading is waited for when no deadline is known yet, or it has passed: the sweeps tell what changes."""


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


async def confirm_loading(j: Journey, *, until: Callable[[], bool] | None = None) -> None:
    """Watch the loading of every accepted declaration that nobody watches, until customs has confirmed it.

    With `until`, what is accepted later is watched too: goods may leave the carrier's list while their booking waits.
    """
    watches = [_watched(j, name) for name in _unwatched(j)]
    if until is not None:
        watches.append(_accepted_later(j, until))
    await side_by_side(*watches)


async def _accepted_later(j: Journey, until: Callable[[], bool]) -> None:
    await workflow.wait_condition(lambda: until() or bool(_unwatched(j)))
    if not until():
        await confirm_loading(j, until=until)


def _unwatched(j: Journey) -> list[str]:
    """Names of the accepted declarations whose loading is still to be confirmed, and which nobody watches."""
    accepted = {filing.order_no for filing in j.accepted()}
    return [
        name
        for name, filing in sorted(j.filings.items())
        if filing.order_no in accepted and name not in j.watched and not _is_loaded(j.loadings.get(name))
    ]


def _is_loaded(loading: Loading | None) -> bool:
    return loading is not None and loading.loaded and not loading.partial


def in_question(j: Journey) -> bool:
    """Whether a declaration of the parcel is over its deadline or gone: nothing is booked under it."""
    declared = {name: filing for name, filing in j.filings.items() if name not in j.carrier_clears}
    if j.questioned or any(filing.state is not FilingState.ACCEPTED for filing in declared.values()):
        return True
    known = (j.loadings[name] for name in declared if name in j.loadings)
    ends = (deadline(loading) for loading in known if not loading.loaded)
    return any(end is not None and end <= j.now() for end in ends)  # also while customs cannot be asked


def _question(j: Journey, name: str) -> None:
    """Let nothing travel under a declaration until it is settled; what still waits for its carrier is called back."""
    j.questioned.add(name)
    j.steps.recall(BOOK_TRANSPORT.name)


async def _watched(j: Journey, name: str) -> None:
    """Watch one declaration; of a parcel that was delivered a cancel ends the watch alone, there is nothing to unwind."""
    j.watched.add(name)
    try:
        await _loaded(j, name)
    except Abandoned as given_up:
        if j.progress.first(TransportStatus.DELIVERED) is None:
            raise
        what = step_name(j.language, f"{CONFIRM_LOADING.name}:{name}")
        j.warnings.append(say(j.language, "sentence.ended_by_hand", what=what, why=given_up))
        j.steps.changed()
    finally:
        j.watched.discard(name)


async def _loaded(j: Journey, name: str) -> None:
    watch = _Watch(list(j.steps.timetable.loading_warnings))
    key = f"{CONFIRM_LOADING.name}:{name}"
    while True:
        number = j.filings[name].number
        loading = j.loadings.get(name)
        if _is_loaded(loading):
            await _settled(j, key)
            extension.end_all(j, name)
            j.questioned.discard(name)
            return
        wait, lead = _next_wait(j, loading, watch)
        woken = await j.news(
            f"unipass:{number}", within=wait, summary=f"loading of {number}", or_else=lambda: key in j.steps.answers
        )
        if key in j.steps.answers:
            await _settled(j, key)
            if j.booking is None:  # nothing is booked under it: what is answered is asked again until it is settled
                watch.asked.discard("late")
        if not woken:
            if lead is not None:
                watch.leads.remove(lead)
                j.warnings.append(say(j.language, "sentence.loading_due", number=str(number), days=lead.days))
                j.steps.changed()
            elif loading is not None and loading.load_before is not None and not watch.late:
                watch.late = True
                _question(j, name)
        standing = key in j.steps.holds
        j.loadings[name] = loading = await j.steps.perform(CONFIRM_LOADING, lambda: _request(j, name), part=name)
        if standing and key not in j.steps.holds:  # the look held in its place: what was asked is asked again
            watch.asked.clear()
        j.steps.changed()
        if watch.seen and not loading.found:
            await _gone(j, name)
            if j.filings[name].state is not FilingState.ACCEPTED:
                return  # the goods go another way, on which nothing is watched
            watch = _Watch(list(j.steps.timetable.loading_warnings), seen=j.filings[name].number == number)
            continue
        watch.seen = watch.seen or loading.found
        await _dated(j, name, loading, watch)
        _warn(j, name, str(number), loading, watch)


def _request(j: Journey, name: str) -> LoadingRequest:
    filing = j.filings[name]
    assert filing.number is not None
    return LoadingRequest(
        number=filing.number,
        part=name,
        orders=j.claimed,
        route=j.routes[name],
        accepted_at=filing.accepted_at,
        shortened=drawing.shortened(j, name),
    )


def _warn(j: Journey, name: str, number: str, loading: Loading, watch: _Watch) -> None:
    """Put on the desk what a person must see to: a deadline that is near or has passed, packages left behind."""
    if loading.loaded and not loading.partial:
        return
    key = f"{CONFIRM_LOADING.name}:{name}"
    end = loading.load_before
    last = min(j.steps.timetable.loading_warnings, default=timedelta(0))
    if watch.late and "late" not in watch.asked and end is not None and key not in j.steps.answers:
        missing = "not the loading of every package" if loading.partial else "no loading"
        words = (
            f"{number} was to be loaded by {end} and customs has {missing}; customs may announce that it cancels the "
            f"acceptance: explain the cause within {ANSWER_WINDOW.days} days of the notice, or withdraw"
        )
        if j.booking is None:
            words += ". Nothing is booked under it; once customs has cancelled it, the goods are declared anew"
        # takes the place of what nobody answered
        retry = f"tradelane holds resolve {j.order_id} --step {key} --action retry"
        commands = (reports_done(str(j.order_id), key), retry)
        _ask(j, key, Failure(reason="not_loaded", fault=Fault.CARRIER, words=words, commands=commands))
        _question(j, name)
        watch.asked |= {"late", "due"}
    elif key in j.steps.holds:
        return
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


async def _settled(j: Journey, key: str) -> None:
    """Take a hold that waits beside the watch off the desk; a person who said so meanwhile amends or ends the journey."""
    if key not in j.steps.holds:
        return
    answer = j.steps.close_hold(key)
    if answer is not None and answer.action == Resolution.CANCEL:
        raise Abandoned(answer.reason)
    if answer is not None and answer.action == Resolution.AMEND:
        await planning.replan(j)


async def _gone(j: Journey, name: str) -> None:
    """Customs no longer shows a declaration it showed: a person says what became of it.

    The filing channel need not know that an acceptance was cancelled. Where it says so, or a person has read it and types
    it, the goods are declared anew; until then only the declaration itself ends the question by being shown again.
    """
    filing, key = j.filings[name], f"{READ_EXPORT_ACCEPTANCE.name}:{name}"
    await _settled(j, f"{CONFIRM_LOADING.name}:{name}")  # about a deadline that nobody keeps any more
    told = filing.state
    _question(j, name)
    while True:
        resolve = f"tradelane holds resolve {j.order_id} --step {key} --action"
        words = (
            f"customs no longer shows {filing.number} (the filing channel says {told.value}): ask the office. Where the "
            "acceptance is cancelled, complete with that, and the goods are declared anew; retry looks again"
        )
        ended = f"{resolve} complete --result state=cancelled --result number={filing.number}"
        await j.steps.hold(
            key,
            READ_EXPORT_ACCEPTANCE.name,
            Failure(
                reason="acceptance_gone",
                fault=Fault.AUTHORITY,
                words=words,
                commands=(ended, f"{resolve} retry"),
                result_shape=json.dumps({"state": "cancelled", "number": str(filing.number)}),
            ),
            outside=True,
        )
        reply = await j.steps.perform(READ_EXPORT_ACCEPTANCE, acceptance.request(j, name, filing), part=name)
        told = reply.filing.state
        if told in acceptance.ENDED:
            j.filings[name] = reply.filing
            export.not_amended(j, name)
            break
        j.loadings[name] = await j.steps.perform(CONFIRM_LOADING, lambda: _request(j, name), part=name)
        if j.loadings[name].found:
            j.hear_of(f"unipass:{filing.number}")  # its deadline may be near by now
            j.questioned.discard(name)
            return
    j.loadings.pop(name, None)
    extension.end_all(j, name)
    await export.declare_anew(j, name)
    j.questioned.discard(name)
    new = j.filings[name].number
    if new is not None:
        await j.make_papers()  # those that travel name the declaration
    if new is not None and j.booking is not None:
        j.warnings.append(say(j.language, "sentence.declared_anew", number=str(filing.number), new=str(new)))
        j.steps.changed()


def deadline(loading: Loading) -> datetime | None:
    """The instant the loading period ends: the end of the printed Korean day."""
    if loading.load_before is None:
        return None
    day = loading.load_before + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=KOREA)


async def _dated(j: Journey, name: str, loading: Loading, watch: _Watch) -> None:
    """Take note of the deadline and of the warnings whose time has passed: it may be learnt late, or be a short one."""
    end = deadline(loading)
    if end is None:
        return
    if watch.until != loading.load_before:  # the first date, or a later one after an extension
        if watch.until is not None:
            await _settled(j, f"{CONFIRM_LOADING.name}:{name}")  # what stands there is about the date before
            j.questioned.discard(name)
        watch.leads = list(j.steps.timetable.loading_warnings)
        watch.until, watch.late, watch.asked = loading.load_before, False, set()
    watch.leads = [lead for lead in watch.leads if end - j.now() > lead]
    watch.late = watch.late or end <= j.now()


def _next_wait(j: Journey, loading: Loading | None, watch: _Watch) -> tuple[timedelta, timedelta | None]:
    """How long nothing needs doing, and the warning that is due then."""
    end = deadline(loading) if loading else None
    if end is None:
        return FIRST_WATCH if loading is None else LONGEST_WATCH, None
    left = end - j.now()
    if left <= timedelta(0):
        watch.late = True
        return LONGEST_WATCH, None  # the sweeps tell at once what changes
    for lead in sorted(watch.leads, reverse=True):
        if left > lead:
            return left - lead, lead
        watch.leads.remove(lead)
    return left, None

"""Unwinding: what is done outside about a journey that was cancelled, by what our books say was done before."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from temporalio import workflow

from workflows.journey import Journey
from workflows.steps import Abandoned, Failure, side_by_side

with workflow.unsafe.imports_passed_through():
    from tradelane.contracts.handmade import reports_done
    from tradelane.contracts.messages import ResolveHold
    from tradelane.contracts.steps import (
        BOOK_TRANSPORT,
        CONFIRM_LOADING,
        FIND_BOOKING,
        LODGE_EXPORT_DECLARATION,
        READ_TRANSPORT_EVENTS,
        SURVEY_EFFECTS,
        VOID_BOOKING,
        WITHDRAW_EXPORT_DECLARATION,
        EventsRequest,
        KnownEffect,
        LoadingRequest,
        SurveyRequest,
        VoidRequest,
        WithdrawRequest,
    )
    from tradelane.domain.cancellation import ABROAD, LAST, Action, Interception, Situation, actions
    from tradelane.domain.export_declaration import Filing, FilingState, order_number
    from tradelane.domain.holds import Fault, Resolution
    from tradelane.domain.identifiers import Ucr, WaybillNumber
    from tradelane.domain.transport import Booking, TransportStatus
    from tradelane.domain.wording import say, step_name


@dataclass(frozen=True)
class Withdrawable:
    """One declaration that customs has, or may have."""

    part: str
    exporter_id: str
    filing: Filing


@dataclass(frozen=True)
class Standing:
    """What stands outside for a consignment."""

    ucr: Ucr | None = None
    filings: tuple[Withdrawable, ...] = ()
    booked: bool = False
    waybill: WaybillNumber | None = None
    booking: Booking | None = None
    surveyed: bool = False
    """Whether our books were read: a write is written down before it is begun, so what they lack never began."""


@dataclass
class Undone:
    """What the unwinding itself has brought about so far."""

    called_off: bool = False
    withdrawn: bool = False
    intercepted: Interception | None = None


def situation(j: Journey, known: Standing | None = None, undone: Undone | None = None) -> Situation:
    """Where the consignment stands, from what was started outside by this run and by earlier ones."""
    known, undone = known or Standing(), undone or Undone()
    filed = any(key.startswith(LODGE_EXPORT_DECLARATION.name) for key in j.steps.started)
    begun = not known.surveyed and BOOK_TRANSPORT.name in j.steps.started - j.steps.refused
    booked = j.booking is not None or begun
    seen = {event.status for event in j.progress.events}
    loaded = any(loading.loaded for loading in j.loadings.values()) or not seen.isdisjoint(ABROAD)
    returned = TransportStatus.RETURNED in seen
    return Situation(
        filed=(filed or bool(known.filings)) and not undone.withdrawn,
        booked=booked or known.booked,
        voidable=known.booking is not None and known.booking.voidable,
        called_off=undone.called_off,
        handed_over=j.progress.reached(TransportStatus.PICKED_UP),
        departed=TransportStatus.DEPARTED in seen,
        loaded=loaded,
        returned=returned,
        delivered=TransportStatus.DELIVERED in seen or (returned and loaded),
        intercepted=undone.intercepted,
    )


async def unwind(j: Journey, reason: str) -> None:
    """Do what the law and the carrier still allow at this stage, looking again after whatever took a person's time.

    Our books are asked first: a run that was reset or begun again does not remember what an earlier one did.
    """
    known, undone = await _standing(j), Undone()
    await _look(j, known, undone)
    while (action := actions(situation(j, known, undone))[0]) not in LAST:
        if action is Action.WITHDRAW_DECLARATION:
            await side_by_side(*(_withdraw(j, known.ucr, one, reason) for one in known.filings))
            undone.withdrawn = True
            continue
        if action is Action.INTERCEPT:
            words = f"cancelled after handover ({reason}): {_to_be_stopped(undone.intercepted)}"
            failure = Failure(reason="cancelled_after_handover", fault=Fault.BUYER_DATA, words=words)
            undone.intercepted = _what_came_of_it(await _by_a_person(j, "intercept", failure, completable=True))
        elif action is Action.VOID_BOOKING and known.booking is not None:
            await _void(j, known.ucr, known.booking)
            undone.called_off = True
        else:
            words = (
                f"cancelled after booking ({reason}): keep the parcel back and call off the pickup of waybill "
                f"{known.waybill or 'of unknown number'}"
            )
            if known.booking is not None and known.booking.call_off:
                words += f"; {known.booking.call_off}"
            failure = Failure(reason="cancelled_before_handover", fault=Fault.BUYER_DATA, words=words)
            await _by_a_person(j, "do_not_tender", failure)
            undone.called_off = True
        await _look(j, known, undone)


def _to_be_stopped(said: Interception | None) -> str:
    """What a person is asked to do about goods under way, the first time and when the answer leaves something open."""
    if said is Interception.UNTOLD:
        return (
            "nothing shows that the parcel has left Korea; say what came of it (complete), for the declaration of goods "
            "that stay must be withdrawn"
        )
    if said is Interception.STOPPED_IN_KOREA:
        return "the parcel is said to be stopped in Korea, but it has been loaded; look again and say what came of it"
    return "ask the carrier to intercept or return the parcel, and say what came of it"


def _what_came_of_it(answer: ResolveHold | None) -> Interception:
    if answer is None:
        return Interception.GIVEN_UP
    return Interception(answer.result["outcome"] if answer.action == Resolution.COMPLETE else Interception.UNTOLD)


async def _look(j: Journey, known: Standing, undone: Undone) -> None:
    """Ask where the parcel is: whether it has left decides what can still be done."""
    if known.ucr is None or known.waybill is None:
        return
    with _ended_by_hand(j, step_name(j.language, READ_TRANSPORT_EVENTS.name)):
        request = EventsRequest(ucr=known.ucr, waybill=known.waybill, orders=(j.order_id,), known=j.progress)
        j.progress = await j.steps.perform(READ_TRANSPORT_EVENTS, request)
    if undone.intercepted is Interception.STOPPED_IN_KOREA:
        for one in known.filings:
            with _ended_by_hand(j, step_name(j.language, CONFIRM_LOADING.name)):
                if one.filing.number is not None:
                    asked = LoadingRequest(
                        number=one.filing.number,
                        part=one.part,
                        orders=(j.order_id,),
                        accepted_at=one.filing.accepted_at,
                    )
                    j.loadings[one.part] = await j.steps.perform(CONFIRM_LOADING, asked, part=one.part)


async def _standing(j: Journey) -> Standing:
    """What was filed and booked for the consignment, by whatever run; a carried order has no say in it."""
    ucr = j.carried_before if j.ucr is None else j.ucr
    if ucr is None or j.carried_by is not None:
        return Standing()
    effects: tuple[KnownEffect, ...] | None = None
    with _ended_by_hand(j, step_name(j.language, SURVEY_EFFECTS.name)):
        effects = (await j.steps.perform(SURVEY_EFFECTS, SurveyRequest(ucr=ucr), regardless=True)).effects
    known = replace(standing(ucr, effects or (), j), surveyed=effects is not None)
    if not known.booked or known.waybill is not None or j.consignment is None or j.papers is None:
        return known
    # the cancel overtook a booking without an answer: whoever calls it off needs its number
    with _ended_by_hand(j, step_name(j.language, FIND_BOOKING.name)):
        found = await j.steps.perform(FIND_BOOKING, j.transport_request(), regardless=True)
        if found.booking is not None:
            known = replace(known, booking=found.booking, waybill=found.booking.waybill)
        elif found.absent:
            known = replace(known, booked=False)
    return known


def standing(ucr: Ucr, effects: Iterable[KnownEffect], j: Journey) -> Standing:
    """Our books' rows of a consignment, with what this run knows better laid over."""
    filings: dict[str, Withdrawable] = {}
    waybill = j.booking.waybill if j.booking else None
    booking = j.booking
    booked = j.booking is not None
    for row in effects:
        step, _, part = row.step.partition(":")
        if step not in (LODGE_EXPORT_DECLARATION.name, BOOK_TRANSPORT.name) or row.state == "absent":
            continue
        said = json.loads(row.content) if row.content else {}
        order_no = said.get("order_no", "")
        if step == LODGE_EXPORT_DECLARATION.name and order_no:
            # also after a try that ended without result: the withdrawal asks customs before it says anything
            filing = Filing.model_validate(said.get("filing") or {"order_no": order_no, "state": "submitted"})
            later = filings.get(part)
            if later is None or len(order_no) >= len(later.filing.order_no):  # a further round: `-1~2` after `-1`
                filings[part] = Withdrawable(part=part, exporter_id=said.get("exporter_id", ""), filing=filing)
        if step == BOOK_TRANSPORT.name:
            booked = True
            waybill = waybill or (WaybillNumber(said["waybill"]) if "waybill" in said else None)
            if booking is None and {"carrier", "waybill", "reference"} <= set(said):
                booking = Booking.model_validate(said)
    for own in j.consignment.parts if j.consignment else ():
        if own.name not in j.rounds_filed:
            continue
        order_no = order_number(ucr, own, j.rounds_filed[own.name])
        replied = j.steps.replies.get(f"{LODGE_EXPORT_DECLARATION.name}:{own.name}")
        told = (j.filings.get(own.name), getattr(replied, "filing", None))
        newest = next((one for one in told if one is not None and one.order_no == order_no), None)
        if newest is None:  # sent, never answered: the withdrawal looks it up
            newest = Filing(order_no=order_no, state=FilingState.SUBMITTED)
        filings[own.name] = Withdrawable(part=own.name, exporter_id=own.exporter_id, filing=newest)
    found = tuple(filings[name] for name in sorted(filings))
    return Standing(ucr=ucr, filings=found, booked=booked, waybill=waybill, booking=booking)


@contextlib.contextmanager
def _ended_by_hand(j: Journey, what: str) -> Iterator[None]:
    """A person who ends one part of the unwinding has done it; the others are still to do."""
    try:
        yield
    except Abandoned as end:
        j.warnings.append(say(j.language, "sentence.ended_by_hand", what=what, why=end))


async def _by_a_person(j: Journey, key: str, failure: Failure, *, completable: bool = False) -> ResolveHold | None:
    """What only a person can do, with the commands that say it is done; None when it was ended by hand instead."""
    resolve = f"tradelane holds resolve {j.order_id} --step {key} --action"
    commands = (reports_done(str(j.order_id), key),) if completable else (f"{resolve} retry --reason DONE",)
    with _ended_by_hand(j, step_name(j.language, key)):
        return await j.steps.hold(key, key, replace(failure, commands=commands), outside=completable)
    return None


async def _void(j: Journey, ucr: Ucr | None, booking: Booking) -> None:
    """Void a booking that its carrier can void; where it cannot any more, the step holds for a person."""
    assert ucr is not None, "nothing is booked without a consignment"
    request = VoidRequest(ucr=ucr, waybill=booking.waybill, carrier=booking.carrier, timetable=j.steps.timetable)
    with _ended_by_hand(j, step_name(j.language, VOID_BOOKING.name)):
        await j.steps.perform(VOID_BOOKING, request)


async def _withdraw(j: Journey, ucr: Ucr | None, one: Withdrawable, reason: str) -> None:
    assert ucr is not None, "nothing is filed without a consignment"
    with _ended_by_hand(j, say(j.language, "sentence.withdrawal", order_no=one.filing.order_no)):
        await j.steps.perform(
            WITHDRAW_EXPORT_DECLARATION,
            WithdrawRequest(
                ucr=ucr,
                part=one.part,
                exporter_id=one.exporter_id,
                filing=one.filing,
                reason=reason,
                timetable=j.steps.timetable,
            ),
            part=one.part,
        )

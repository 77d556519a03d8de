"""Unwinding: what is done outside about a journey that was cancelled, by what our books say was done before."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from temporalio import workflow

from workflows.journey import Journey
from workflows.steps import Abandoned, Failure

with workflow.unsafe.imports_passed_through():
    from tradelane.contracts.steps import (
        BOOK_TRANSPORT,
        LODGE_EXPORT_DECLARATION,
        READ_TRANSPORT_EVENTS,
        SURVEY_EFFECTS,
        WITHDRAW_EXPORT_DECLARATION,
        EventsRequest,
        KnownEffect,
        SurveyRequest,
        WithdrawRequest,
    )
    from tradelane.domain.cancellation import Action, Situation, actions
    from tradelane.domain.export_declaration import Filing, FilingState, order_number
    from tradelane.domain.holds import Fault
    from tradelane.domain.identifiers import Ucr, WaybillNumber
    from tradelane.domain.transport import TransportStatus


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


def situation(j: Journey, known: Standing | None = None) -> Situation:
    """Where the consignment stands, from what was started outside by this run and by earlier ones."""
    filed = any(key.startswith(LODGE_EXPORT_DECLARATION.name) for key in j.steps.started)
    booked = j.booking is not None or BOOK_TRANSPORT.name in j.steps.started - j.steps.refused
    return Situation(
        filed=filed or bool(known and known.filings),
        booked=booked or bool(known and known.booked),
        handed_over=j.progress.reached(TransportStatus.PICKED_UP),
        delivered=j.progress.reached(TransportStatus.DELIVERED),
    )


async def unwind(j: Journey, reason: str) -> None:
    """Do what the law and the carrier still allow at this stage.

    Our books are asked first: a run that was reset or begun again does not remember what an earlier one did.
    """
    known = await _standing(j)
    for action in actions(situation(j, known)):
        if action is Action.WITHDRAW_DECLARATION:
            for one in known.filings:
                await _withdraw(j, known.ucr, one, reason)
        elif action is Action.DO_NOT_TENDER:
            words = (
                f"cancelled after booking ({reason}): keep the parcel back and call off the pickup of waybill "
                f"{known.waybill or 'of unknown number'}; MyDHL has no call that voids a shipment"
            )
            failure = Failure(reason="cancelled_before_handover", fault=Fault.BUYER_DATA, words=words)
            await _by_a_person(j, "do_not_tender", failure)
        elif action is Action.INTERCEPT:
            words = f"cancelled after handover ({reason}): ask the carrier to intercept or return the parcel"
            failure = Failure(reason="cancelled_after_handover", fault=Fault.BUYER_DATA, words=words)
            await _by_a_person(j, "intercept", failure)


async def _standing(j: Journey) -> Standing:
    """What was filed and booked for the consignment, by whatever run; a carried order has no say in it."""
    ucr = j.carried_before if j.ucr is None else j.ucr
    if ucr is None or j.carried_by is not None:
        return Standing()
    survey = await j.steps.perform(SURVEY_EFFECTS, SurveyRequest(ucr=ucr), regardless=True)
    known = standing(ucr, survey.effects, j)
    if known.waybill is not None and j.booking is None and not j.progress.events:
        # booked by an earlier run: whether the parcel has left decides what can still be done
        j.progress = await j.steps.perform(
            READ_TRANSPORT_EVENTS, EventsRequest(ucr=ucr, waybill=known.waybill, orders=(j.order_id,))
        )
    return known


def standing(ucr: Ucr, effects: Iterable[KnownEffect], j: Journey) -> Standing:
    """Our books' rows of a consignment, with what this run knows better laid over."""
    filings: dict[str, Withdrawable] = {}
    waybill = j.booking.waybill if j.booking else None
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
    return Standing(ucr=ucr, filings=tuple(filings[name] for name in sorted(filings)), booked=booked, waybill=waybill)


@contextlib.contextmanager
def _ended_by_hand(j: Journey, what: str) -> Iterator[None]:
    """A person who ends one part of the unwinding has done it; the others are still to do."""
    try:
        yield
    except Abandoned as end:
        j.warnings.append(f"{what} was ended by hand: {end}")


async def _by_a_person(j: Journey, key: str, failure: Failure) -> None:
    """What only a person can do, with the command that says it is done."""
    command = f"tradelane holds resolve {j.order_id} --step {key} --action retry --reason DONE"
    with _ended_by_hand(j, key):
        await j.steps.hold(key, key, replace(failure, commands=(command,)))


async def _withdraw(j: Journey, ucr: Ucr | None, one: Withdrawable, reason: str) -> None:
    assert ucr is not None, "nothing is filed without a consignment"
    with _ended_by_hand(j, f"the withdrawal of {one.filing.order_no}"):
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

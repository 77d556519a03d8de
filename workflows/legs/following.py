"""Following a parcel: facts wake us, one reading says what happened, questions of authorities become holds."""

from __future__ import annotations

from temporalio import workflow

from workflows import planning
from workflows.journey import Journey
from workflows.steps import Abandoned, Failure

with workflow.unsafe.imports_passed_through():
    from tradelane.contracts.steps import (
        ANSWER_INFORMATION_REQUEST,
        READ_TRANSPORT_EVENTS,
        DocumentRequest,
        EventsRequest,
    )
    from tradelane.domain.holds import Fault, Resolution
    from tradelane.domain.transport import TransportEvent, TransportStatus
    from tradelane.domain.wording import say

ASKED = "await_release"
SILENT = "silence"
RETURNING = "returning"

CARRIER = "carrier"
"""Source of a carrier's facts, whichever it is."""

SILENT_LOOKS = 7
"""Looks without news before a hold: the silence patience is split into this many waits."""


async def follow_until(j: Journey, status: TransportStatus) -> None:
    """Follow the parcel until it has reached a status; nothing that arrives late or twice moves it back."""
    assert j.booking is not None
    sources = tuple(f"{source}:{j.booking.waybill}" for source in (CARRIER, "17track"))
    heard = j.now()
    while not j.progress.reached(status):
        _desk(j)
        holding = tuple(key for key in (ASKED, SILENT, RETURNING) if key in j.steps.holds)

        def decided(holding: tuple[str, ...] = holding) -> bool:
            return any(key in j.steps.answers for key in holding)

        patience = j.steps.timetable.silence_patience
        woken = await j.news(*sources, within=patience / SILENT_LOOKS, summary="news of the parcel", or_else=decided)
        for key in holding:
            await _answer(j, key)
        if await _read(j) or woken:
            heard = j.now()
        if j.now() - heard >= patience and SILENT not in j.steps.holds:
            words = f"no news of waybill {j.booking.waybill} within {patience.days} days"
            failure = Failure(reason="silence", fault=Fault.CARRIER, words=words)
            j.steps.open_hold(SILENT, READ_TRANSPORT_EVENTS.name, failure, completable=False)
    for key in (ASKED, SILENT, RETURNING):
        _settled(j, key)


def _settled(j: Journey, key: str) -> None:
    """Take a hold off the desk that the parcel itself has settled; a cancel that was decided meanwhile stands.

    Only of a parcel that was delivered meanwhile there is nothing left to cancel: the run's page says so.
    """
    answer = j.steps.close_hold(key)
    if answer is None or answer.action != Resolution.CANCEL:
        return
    if j.progress.first(TransportStatus.DELIVERED) is None:
        raise Abandoned(answer.reason)
    j.warnings.append(say(j.language, "sentence.cancelled_too_late", why=answer.reason))
    j.steps.changed()


async def _read(j: Journey) -> bool:
    """Read what happened to the parcel; whether there was anything new."""
    assert j.booking is not None
    known, before = j.progress, j.progress.furthest
    j.progress = await j.steps.perform(
        READ_TRANSPORT_EVENTS,
        lambda: EventsRequest(
            ucr=j.plan.ucr,
            waybill=j.booking.waybill,
            orders=j.claimed,
            known=j.progress,
        ),
    )
    for event in j.progress.not_understood:
        words = say(j.language, "sentence.not_mapped", source=event.source, code=event.code, words=event.words)
        if words not in j.warnings:
            j.warnings.append(words)
    if j.progress.furthest is not before:
        _settled(j, SILENT)
        j.steps.changed()
    return j.progress != known


def _desk(j: Journey) -> None:
    """Put what authorities and carriers ask on the desk, and take off what the outside has settled by itself."""
    request = j.progress.open_request
    if request is not None and ASKED not in j.steps.holds and not _is_answered(j, request):
        failure = Failure(
            reason="information_requested",
            fault=Fault.AUTHORITY,
            words=request.words,
            commands=(
                f"tradelane holds resolve {j.order_id} --step {ASKED} --action complete "
                "--result document=commercial_invoice",
            ),
        )
        j.steps.open_hold(ASKED, ANSWER_INFORMATION_REQUEST.name, failure, completable=True)
    if request is None:
        _settled(j, ASKED)
    going_back = j.progress.latest(TransportStatus.RETURNING)
    if going_back is not None and RETURNING not in j.steps.holds and going_back.identity not in j.acknowledged:
        failure = Failure(reason="returning", fault=Fault.CARRIER, words=going_back.words)
        j.steps.open_hold(RETURNING, READ_TRANSPORT_EVENTS.name, failure, completable=False)


def _is_answered(j: Journey, request: TransportEvent) -> bool:
    return f"{ANSWER_INFORMATION_REQUEST.name}:{_suffix(request)}" in j.steps.replies


def _suffix(request: TransportEvent) -> str:
    return request.occurred_at.strftime("%Y%m%dT%H%M%SZ")


async def _answer(j: Journey, key: str) -> None:
    """Act on a person's answer to one of our holds, if there is one."""
    if key not in j.steps.answers:
        return
    request = j.progress.open_request
    answer = j.steps.close_hold(key)
    assert answer is not None
    if answer.action == Resolution.CANCEL:
        raise Abandoned(answer.reason)
    if answer.action == Resolution.AMEND:
        await planning.replan(j)
    if key == RETURNING and (going_back := j.progress.latest(TransportStatus.RETURNING)) is not None:
        j.acknowledged.add(going_back.identity)
    if key == ASKED and answer.action == Resolution.COMPLETE and request is not None:
        kind = answer.result["document"]
        paper = next((p for p in j.current_papers.papers if p.kind == kind), None)
        if paper is None:  # not one of ours: the question stays open and holds again
            return
        assert j.booking is not None
        suffix = _suffix(request)
        await j.steps.perform(
            ANSWER_INFORMATION_REQUEST,
            DocumentRequest(
                ucr=j.plan.ucr,
                waybill=j.booking.waybill,
                document="customs_answer",
                sha256=paper.sha256,
                timetable=j.steps.timetable,
                suffix=suffix,
            ),
            part=suffix,
        )

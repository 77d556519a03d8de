"""Closing: keep the evidence, close the consignment, and unwind a journey that was cancelled."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

from temporalio import workflow

from workflows.journey import Journey
from workflows.steps import Abandoned, Failure

with workflow.unsafe.imports_passed_through():
    from tradelane.contracts.steps import (
        ARCHIVE_DOSSIER,
        FILE_EVIDENCE,
        LODGE_EXPORT_DECLARATION,
        WITHDRAW_EXPORT_DECLARATION,
        CloseRequest,
        EvidenceRequest,
        WithdrawRequest,
    )
    from tradelane.domain.cancellation import Action, Situation, actions
    from tradelane.domain.export_declaration import Filing, FilingState, order_number
    from tradelane.domain.holds import Fault
    from tradelane.domain.transport import TransportStatus


async def keep_evidence(j: Journey) -> None:
    """File what an auditor asks for: declarations, loading, waybill, amounts, papers."""
    await j.steps.perform(
        FILE_EVIDENCE,
        EvidenceRequest(
            ucr=j.plan.ucr,
            orders=j.claimed,
            filings=tuple(filing for _, filing in sorted(j.filings.items())),
            loadings=tuple(loading for _, loading in sorted(j.loadings.items())),
            booking=j.booking,
            progress=j.progress,
            assessment=j.assessment,
            papers=j.current_papers.papers,
            timetable=j.steps.timetable,
        ),
    )


async def archive(j: Journey, outcome: str) -> None:
    """Close the consignment and tell the runs it carried."""
    await j.steps.perform(
        ARCHIVE_DOSSIER,
        CloseRequest(ucr=j.ucr, order_id=j.order_id, outcome=outcome, timetable=j.steps.timetable),
    )


def situation(j: Journey) -> Situation:
    """Where the consignment stands, from what was started outside."""
    filed = any(key.startswith(LODGE_EXPORT_DECLARATION.name) for key in j.steps.started)
    return Situation(
        filed=filed,
        booked=j.booking is not None or "book_transport" in j.steps.started - j.steps.refused,
        handed_over=j.progress.reached(TransportStatus.PICKED_UP),
        delivered=j.progress.reached(TransportStatus.DELIVERED),
    )


async def unwind(j: Journey, reason: str) -> None:
    """Do what the law and the carrier still allow at this stage."""
    for action in actions(situation(j)):
        if action is Action.WITHDRAW_DECLARATION:
            await _withdraw(j, reason)
        elif action is Action.DO_NOT_TENDER:
            waybill = j.booking.waybill if j.booking else "of unknown number"
            words = (
                f"cancelled after booking ({reason}): keep the parcel back and call off the pickup of waybill {waybill}; "
                "MyDHL has no call that voids a shipment"
            )
            failure = Failure(reason="cancelled_before_handover", fault=Fault.BUYER_DATA, words=words)
            await _by_a_person(j, "do_not_tender", failure)
        elif action is Action.INTERCEPT:
            words = f"cancelled after handover ({reason}): ask the carrier to intercept or return the parcel"
            failure = Failure(reason="cancelled_after_handover", fault=Fault.BUYER_DATA, words=words)
            await _by_a_person(j, "intercept", failure)


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


async def _withdraw(j: Journey, reason: str) -> None:
    for part in j.plan.parts:
        key = f"{LODGE_EXPORT_DECLARATION.name}:{part.name}"
        if key not in j.steps.started:
            continue
        order_no = order_number(j.plan.ucr, part, j.rounds_filed.get(part.name, 1))
        known = (j.filings.get(part.name), getattr(j.steps.replies.get(key), "filing", None))
        filing = next((one for one in known if one is not None and one.order_no == order_no), None)
        if filing is None:  # sent, never answered: the withdrawal looks it up
            filing = Filing(order_no=order_no, state=FilingState.SUBMITTED)
        with _ended_by_hand(j, f"the withdrawal of {order_no}"):
            await j.steps.perform(
                WITHDRAW_EXPORT_DECLARATION,
                WithdrawRequest(ucr=j.plan.ucr, part=part, filing=filing, reason=reason, timetable=j.steps.timetable),
                part=part.name,
            )

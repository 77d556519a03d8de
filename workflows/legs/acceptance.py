"""Customs' answer to a declaration: selection, inspection, acceptance; by sweep, and by hand where nobody else tells."""

from __future__ import annotations

from temporalio import workflow

from workflows import planning
from workflows.journey import Journey
from workflows.steps import Abandoned, Failure

with workflow.unsafe.imports_passed_through():
    from tradelane.contracts.steps import READ_EXPORT_ACCEPTANCE, FilingRequest
    from tradelane.domain.export_declaration import SELECTED, Filing, FilingState
    from tradelane.domain.holds import Fault, Resolution

ENDED = (FilingState.REJECTED, FilingState.WITHDRAWN, FilingState.CANCELLED)
"""States after which a declaration may be sent anew."""

ANSWERED = (FilingState.ACCEPTED, *ENDED)
"""States in which customs has said its last word for now."""

LOOK_AGAIN_EVERY = 4
"""Looks without news before a hold: the acceptance patience is split into this many waits."""


def request(j: Journey, name: str, filing: Filing) -> FilingRequest:
    """What is asked about one declaration."""
    exporter_id = next(part.exporter_id for part in j.plan.parts if part.name == name)
    return FilingRequest(order_no=filing.order_no, exporter_id=exporter_id, orders=j.claimed, part=name)


async def news(j: Journey, name: str, filing: Filing) -> Filing:
    """Wait until customs says something new; too long a silence is a hold, a selection is one at once.

    A declaration that is looked at closer waits on the desk without a limit: goods may have to be shown.
    """
    key = f"{READ_EXPORT_ACCEPTANCE.name}:{name}"
    if filing.state in SELECTED:
        _show(j, key, filing)
    for _ in range(LOOK_AGAIN_EVERY):
        await j.news(
            f"ktnet:{filing.order_no}",
            within=j.steps.timetable.acceptance_patience / LOOK_AGAIN_EVERY,
            summary=f"customs' answer to {filing.order_no}",
            or_else=lambda: key in j.steps.answers,
        )
        await _answered(j, key)
        reply = await j.steps.perform(READ_EXPORT_ACCEPTANCE, request(j, name, filing), part=name)
        if reply.filing.state is not filing.state:
            j.filings[name] = reply.filing
            await _answered(j, key, settled=True)
            return reply.filing
        if filing.state in SELECTED:
            _show(j, key, filing)
    if filing.state in SELECTED:
        return filing
    await j.steps.hold(
        key,
        READ_EXPORT_ACCEPTANCE.name,
        Failure(
            reason="no_answer",
            fault=Fault.AUTHORITY,
            words=f"customs has not answered {filing.order_no} (state {filing.state.value})",
        ),
        outside=True,
    )
    j.hear_of(f"ktnet:{filing.order_no}")  # what a person has done about it is read at once
    return filing


def _show(j: Journey, key: str, filing: Filing) -> None:
    """Put a selection on the desk while the answer is waited for."""
    if key in j.steps.holds:
        return
    words = filing.words or f"customs looks closer at {filing.order_no}"
    if filing.state is FilingState.SELECTED_DOCUMENTS:
        failure = Failure(reason="selected_documents", fault=Fault.AUTHORITY, words=words)
    elif filing.state is FilingState.SELECTED_INSPECTION:
        failure = Failure(reason="selected_inspection", fault=Fault.AUTHORITY, words=words)
    else:
        failure = Failure(reason="selected", fault=Fault.AUTHORITY, words=words)
    j.steps.open_hold(key, READ_EXPORT_ACCEPTANCE.name, failure, completable=True)


async def _answered(j: Journey, key: str, *, settled: bool = False) -> None:
    """Act on a person's answer: look again at once, with what was typed or amended, or end the journey.

    Once customs has `settled` it the hold goes without an answer too; a cancel that was decided meanwhile stands.
    """
    if key not in j.steps.answers and not settled:
        return
    answer = j.steps.close_hold(key)
    if answer is None:
        return
    if answer.action == Resolution.CANCEL:
        raise Abandoned(answer.reason)
    if answer.action == Resolution.AMEND:  # of what customs is not looking at
        await planning.replan(j)

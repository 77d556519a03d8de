"""A later loading deadline (적재기간 연장): when it can be asked for, asking, and what no longer needs asking."""

from __future__ import annotations

from datetime import date

from temporalio import workflow

from workflows.journey import Journey
from workflows.legs import drawing

with workflow.unsafe.imports_passed_through():
    from tradelane.contracts.steps import EXTEND_LOADING_PERIOD, ExtensionRequest
    from tradelane.domain.export_declaration import FilingState
    from tradelane.domain.loading_period import may_extend
    from tradelane.domain.trade_time import today_in_korea


async def extend(j: Journey, name: str, until: date, reason: str) -> str:
    """Ask customs for a later loading deadline; gives what came of it.

    Raises:
        Abandoned: the wish was given up at a hold, or what it was for is over.
    """
    filing, loading = j.filings[name], j.loadings[name]
    assert loading.load_before is not None, "the door has seen the deadline"
    reply = await j.steps.perform(
        EXTEND_LOADING_PERIOD,
        ExtensionRequest(
            ucr=j.plan.ucr,
            part=name,
            exporter_id=drawing.part_of(j, name).exporter_id,
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


def end_all(j: Journey, name: str) -> None:
    """Nobody need decide any more about a later deadline: the goods have left, or their declaration is over."""
    for key in sorted(j.steps.holds):
        if key.startswith(f"{EXTEND_LOADING_PERIOD.name}:{name}-"):
            j.steps.close_hold(key)


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

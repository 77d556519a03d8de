"""Closing: keep the evidence and close the consignment."""

from __future__ import annotations

from temporalio import workflow

from workflows.journey import Journey

with workflow.unsafe.imports_passed_through():
    from tradelane.contracts.steps import ARCHIVE_DOSSIER, FILE_EVIDENCE, CloseRequest, EvidenceRequest


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
            declared=tuple(declared for _, declared in sorted(j.declared.items())),
            list_cleared=tuple(cleared for _, cleared in sorted(j.carrier_clears.items())),
            timetable=j.steps.timetable,
        ),
    )


async def archive(j: Journey, outcome: str) -> None:
    """Close the consignment and tell the runs it carried."""
    await j.steps.perform(
        ARCHIVE_DOSSIER,
        CloseRequest(ucr=j.ucr or j.carried_before, order_id=j.order_id, outcome=outcome, timetable=j.steps.timetable),
    )

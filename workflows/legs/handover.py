"""Handover: book transport, attach the papers, tell the marketplace; then the loading deadline."""

from __future__ import annotations

from datetime import datetime, timedelta

from temporalio import workflow

from workflows.journey import Journey
from workflows.legs import export, intake
from workflows.steps import Failure, side_by_side

with workflow.unsafe.imports_passed_through():
    from tradelane.contracts.steps import (
        ATTACH_DOCUMENTS,
        BOOK_TRANSPORT,
        CONFIRM_LOADING,
        PUBLISH_TRACKING,
        DocumentRequest,
        LoadingRequest,
        TrackingRequest,
    )
    from tradelane.domain.export_declaration import Loading
    from tradelane.domain.holds import Fault
    from tradelane.domain.identifiers import ExportDeclarationNumber
    from tradelane.domain.trade_time import KOREA
    from tradelane.domain.transport import CarrierDocument
    from tradelane.domain.wording import say

LONGEST_WATCH = timedelta(days=45)
"""How long a loading is waited for when the authority has printed no deadline yet."""


async def hand_over(j: Journey) -> None:
    """Book, attach the invoice, publish the tracking number."""
    await _ready(j)
    booked = await j.steps.perform(BOOK_TRANSPORT, j.transport_request, refresh=lambda: _ready(j))
    j.booking, j.tracking_url = booked.booking, booked.tracking_url
    j.steps.changed()
    invoice = next(paper for paper in j.current_papers.papers if paper.kind == CarrierDocument.COMMERCIAL_INVOICE)
    await j.steps.perform(
        ATTACH_DOCUMENTS,
        DocumentRequest(
            ucr=j.plan.ucr,
            waybill=booked.booking.waybill,
            document=CarrierDocument.COMMERCIAL_INVOICE.value,
            sha256=invoice.sha256,
            timetable=j.steps.timetable,
        ),
    )
    await j.steps.perform(
        PUBLISH_TRACKING,
        TrackingRequest(
            ucr=j.plan.ucr,
            seller_id=j.seller_id,
            shipment_id=j.plan.shipment_id,
            waybill=booked.booking.waybill,
            url=booked.tracking_url,
            carrier=booked.booking.carrier,
            timetable=j.steps.timetable,
            own_carrier=j.plan.own_carrier,
        ),
    )


async def _ready(j: Journey) -> None:
    """The sale still stands, and customs was told what will travel."""
    await intake.reread(j)
    await export.bring_in_line(j)
    while j.amending:  # somebody amends while we bring in line: once more
        await intake.reread(j)
        await export.bring_in_line(j)


async def confirm_loading(j: Journey) -> None:
    """Watch the loading of every declaration until customs has confirmed it, warning before the deadline."""
    numbers = {name: filing.number for name, filing in sorted(j.filings.items()) if filing.number is not None}
    await side_by_side(*(_loaded(j, name, number) for name, number in numbers.items()))


async def _loaded(j: Journey, name: str, number: ExportDeclarationNumber) -> None:
    source = f"unipass:{number}"
    leads = list(j.steps.timetable.loading_warnings)
    late = False
    while True:
        loading = j.loadings.get(name)
        if loading is not None and loading.loaded:
            return
        wait, lead = _next_wait(j, loading, leads)
        if not await j.news(source, within=wait, summary=f"loading of {number}"):
            if lead is not None:
                leads.remove(lead)
                j.warnings.append(say(j.language, "sentence.loading_due", number=number, days=lead.days))
                j.steps.changed()
            elif loading is not None and loading.load_before is not None:
                late = True
        j.loadings[name] = await j.steps.perform(CONFIRM_LOADING, LoadingRequest(number=number), part=name)
        j.steps.changed()
        if late and not j.loadings[name].loaded:
            await j.steps.hold(
                f"{CONFIRM_LOADING.name}:{name}",
                CONFIRM_LOADING.name,
                Failure(
                    reason="not_loaded",
                    fault=Fault.CARRIER,
                    words=f"{number} was to be loaded by {j.loadings[name].load_before} and customs has no loading",
                ),
            )


def deadline(loading: Loading) -> datetime | None:
    """The instant the loading period ends: the end of the printed Korean day."""
    if loading.load_before is None:
        return None
    day = loading.load_before + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=KOREA)


def _next_wait(j: Journey, loading: Loading | None, leads: list[timedelta]) -> tuple[timedelta, timedelta | None]:
    end = deadline(loading) if loading else None
    if end is None:
        return LONGEST_WATCH, None
    left = end - j.now()
    if left <= timedelta(0):
        return timedelta(days=1), None
    for lead in sorted(leads, reverse=True):
        if left > lead:
            return left - lead, lead
        leads.remove(lead)
    return left, None

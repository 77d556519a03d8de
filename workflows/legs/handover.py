"""Handover: look at the parties once more, book transport, attach the papers, tell the marketplace."""

from __future__ import annotations

from temporalio import workflow

from workflows.journey import Journey
from workflows.legs import export, intake, loading

with workflow.unsafe.imports_passed_through():
    from tradelane.contracts.steps import (
        ATTACH_DOCUMENTS,
        BOOK_TRANSPORT,
        PUBLISH_TRACKING,
        DocumentRequest,
        TrackingRequest,
    )
    from tradelane.domain.transport import CarrierDocument


async def hand_over(j: Journey) -> None:
    """Book, attach the invoice, publish the tracking number."""
    await _ready(j)
    booked = await j.steps.perform(
        BOOK_TRANSPORT, j.transport_request, renew=lambda _: _ready(j), refresh=lambda: _ready(j), planned=True
    )
    j.booking, j.tracking_url = booked.booking, booked.tracking_url
    j.steps.changed()
    await j.make_papers()  # the same version, now with the numbers of customs and of the carrier
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
    """The sale still stands, customs was told what will travel, and nobody concerned has been listed meanwhile.

    Goods whose declaration is in question, or is being amended, wait until it is settled; of a journey that is being
    ended nothing is waited for.
    """

    def settled() -> bool:
        return bool(j.steps.abandoned) or not (j.being_amended() or loading.in_question(j))

    while True:
        await workflow.wait_condition(settled)
        await intake.reread(j)
        await export.bring_in_line(j)
        await export.screen(j, "handover")
        if settled():
            return

"""Chilean customs: what to expect, what travels ahead, and what authorities ask on the way."""

from __future__ import annotations

from temporalio import workflow

from workflows.journey import Journey
from workflows.legs.following import follow_until

with workflow.unsafe.imports_passed_through():
    from tradelane.contracts.steps import (
        HAND_TO_BROKER,
        SEND_IMPORT_PREADVICE,
        WATCH_TRACKING,
        BrokerRequest,
        RegisterRequest,
    )
    from tradelane.domain.import_regime import assess
    from tradelane.domain.transport import TransportStatus


async def announce(j: Journey) -> None:
    """Assess duty and IVA, send the pre-advice with the accreditation, register the number for tracking."""
    assert j.booking is not None
    j.assessment = assess(j.plan)
    j.steps.changed()
    await j.steps.perform(SEND_IMPORT_PREADVICE, j.transport_request)
    if j.assessment.channel == "broker":
        await j.steps.perform(
            HAND_TO_BROKER,
            BrokerRequest(ucr=j.plan.ucr, timetable=j.steps.timetable, assessment=j.assessment),
        )
    await j.steps.perform(
        WATCH_TRACKING,
        RegisterRequest(ucr=j.plan.ucr, waybill=j.booking.waybill, order_id=j.order_id, timetable=j.steps.timetable),
    )


async def release(j: Journey) -> None:
    """Follow the parcel until Chilean customs has released it."""
    await follow_until(j, TransportStatus.CUSTOMS_RELEASED)

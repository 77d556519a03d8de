"""Delivery: follow the last mile and report the one final status, by proof and never by guess."""

from __future__ import annotations

from temporalio import workflow

from workflows.journey import Journey
from workflows.legs.following import follow_until

with workflow.unsafe.imports_passed_through():
    from tradelane.contracts.steps import PUBLISH_DELIVERY_STATUS, DeliveryRequest
    from tradelane.domain.transport import TransportStatus


async def deliver(j: Journey) -> str:
    """Follow until delivered (or returned) and tell the marketplace; answers the outcome."""
    await follow_until(j, TransportStatus.DELIVERED)
    assert j.booking is not None
    returned = j.progress.furthest is TransportStatus.RETURNED
    status = "not_delivered" if returned else "delivered"
    await j.steps.perform(
        PUBLISH_DELIVERY_STATUS,
        DeliveryRequest(
            ucr=j.plan.ucr,
            seller_id=j.seller_id,
            shipment_id=j.plan.shipment_id,
            waybill=j.booking.waybill,
            status=status,
            timetable=j.steps.timetable,
            own_carrier=j.plan.own_carrier,
        ),
    )
    return "returned" if returned else "delivered"

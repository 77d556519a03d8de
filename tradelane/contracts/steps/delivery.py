"""Delivery: registration for tracking and the reported delivery."""

from __future__ import annotations

from tradelane.contracts.effect import OFFICE, Effect
from tradelane.contracts.steps.wire import Nothing, Wire
from tradelane.domain.identifiers import OrderId, ShipmentId, Ucr, WaybillNumber
from tradelane.domain.trade_time import Timetable


class RegisterRequest(Wire):
    """A waybill to be registered for tracking pushes."""

    ucr: Ucr
    waybill: WaybillNumber
    order_id: OrderId
    timetable: Timetable


class DeliveryRequest(Wire):
    """A delivery to be told to the marketplace; `status` in its words."""

    ucr: Ucr
    seller_id: str
    shipment_id: ShipmentId
    waybill: WaybillNumber
    status: str
    timetable: Timetable
    own_carrier: bool = True


WATCH_TRACKING = Effect(
    "watch_tracking", RegisterRequest, Nothing, OFFICE, "tracking", "Register the waybill at 17TRACK", outside=True
)
PUBLISH_DELIVERY_STATUS = Effect(
    "publish_delivery_status",
    DeliveryRequest,
    Nothing,
    OFFICE,
    "marketplace",
    "Tell Mercado Libre it is delivered",
    outside=True,
)

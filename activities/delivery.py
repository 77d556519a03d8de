"""Delivery: what happens to the parcel, who is told of its number, and the final status."""

from __future__ import annotations

from activities.books import Books, in_thread
from activities.customs import trade_now
from activities.implements import implements
from tradelane.adapters.errors import OutsideFailure, Refused, Unavailable
from tradelane.contracts.steps import (
    PUBLISH_DELIVERY_STATUS,
    PUBLISH_TRACKING,
    READ_TRANSPORT_EVENTS,
    WATCH_TRACKING,
    DeliveryRequest,
    EventsRequest,
    Nothing,
    RegisterRequest,
    TrackingRequest,
)
from tradelane.domain.identifiers import OrderId, Ucr
from tradelane.domain.outside import Existing
from tradelane.domain.transport import TransportProgress
from tradelane.ports import Watch
from tradelane.resources import Resources


class DeliveryActivities:
    """Steps that follow the parcel and tell the marketplace."""

    def __init__(self, resources: Resources) -> None:
        self._r = resources
        self._books = Books(resources.effects, resources.decisions, resources.settings, resources.journal)

    @implements(PUBLISH_TRACKING)
    async def publish_tracking(self, request: TrackingRequest) -> Nothing:
        """Tell the marketplace the tracking number, where the seller ships by a carrier of its own."""
        if not request.own_carrier:
            return Nothing()  # me2: the marketplace's own carrier reports, a post would be refused

        async def find() -> Existing[str]:
            return await self._r.marketplace.find_tracking(request.seller_id, request.shipment_id)

        async def create() -> str:
            await self._r.marketplace.publish_tracking(
                request.seller_id, request.shipment_id, request.waybill, request.url, request.carrier
            )
            return str(request.waybill)

        await self._books.act(
            key=f"{request.ucr}:{PUBLISH_TRACKING.name}",
            step=PUBLISH_TRACKING.name,
            orders=await self._orders(request.ucr),
            at=trade_now(request.timetable),
            find=find,
            create=create,
            by_hand=lambda result: str(request.waybill),
            describe=lambda content: f'"{content}"',
            wanted=lambda published: published == request.waybill,
        )
        return Nothing()

    @implements(READ_TRANSPORT_EVENTS)
    async def read_transport_events(self, request: EventsRequest) -> TransportProgress:
        """What the carrier tells; the aggregator (3 requests a second) is asked where the carrier has no answer."""
        try:
            events = await self._r.carrier.events(request.waybill)
            if events:
                return request.known.heard(events)
        except (Unavailable, Refused) as failure:
            carrier_failed: OutsideFailure | None = failure
        else:
            carrier_failed = None
        try:
            return request.known.heard(await self._r.tracking.events(request.waybill))
        except (Unavailable, Refused) as failure:
            if carrier_failed is None and failure.code == "not_registered":
                return request.known  # cancelled between booking and registration: the carrier has said it all
            if carrier_failed is None:
                raise
            raise carrier_failed from failure

    @implements(WATCH_TRACKING)
    async def watch_tracking(self, request: RegisterRequest) -> Nothing:
        """Register the waybill with the aggregator, whose pushes then wake the run."""
        await in_thread(
            self._r.watches.add,
            Watch(source="17track", reference=request.waybill, ucr=request.ucr, order_id=request.order_id),
        )

        async def create() -> str:
            await self._r.tracking.register(request.waybill, request.ucr)
            return str(request.waybill)

        await self._books.act(
            key=f"{request.ucr}:{WATCH_TRACKING.name}",
            step=WATCH_TRACKING.name,
            orders=await self._orders(request.ucr),
            at=trade_now(request.timetable),
            find=lambda: self._r.tracking.find_registration(request.waybill),
            create=create,
            by_hand=lambda result: str(request.waybill),
            describe=lambda content: f'"{content}"',
        )
        return Nothing()

    @implements(PUBLISH_DELIVERY_STATUS)
    async def publish_delivery_status(self, request: DeliveryRequest) -> Nothing:
        """Report the final status: irreversible, so only after proof, and only once."""
        if not request.own_carrier:
            return Nothing()

        async def find() -> Existing[str]:
            return await self._r.marketplace.find_delivery(request.seller_id, request.shipment_id)

        async def create() -> str:
            await self._r.marketplace.publish_delivery(
                request.seller_id, request.shipment_id, request.waybill, request.status
            )
            return request.status

        await self._books.act(
            key=f"{request.ucr}:{PUBLISH_DELIVERY_STATUS.name}",
            step=PUBLISH_DELIVERY_STATUS.name,
            orders=await self._orders(request.ucr),
            at=trade_now(request.timetable),
            find=find,
            create=create,
            by_hand=lambda result: request.status,
            describe=lambda content: f'"{content}"',
            wanted=lambda reported: reported == request.status,
        )
        return Nothing()

    async def _orders(self, ucr: Ucr) -> tuple[OrderId, ...]:
        claim = await in_thread(self._r.consignments.of_ucr, ucr)
        return claim.orders if claim else ()

"""Ports to the outside world: marketplace, customs, carriers, tracking, broker."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from tradelane.domain.consignment import Consignment
from tradelane.domain.export_declaration import CustomsRate, ExportDeclaration, Filing, Loading
from tradelane.domain.export_route import HskFacts
from tradelane.domain.identifiers import ExportDeclarationNumber, Hsk, OrderId, PackId, ShipmentId, Ucr, WaybillNumber
from tradelane.domain.order import BuyerTaxId, Order, Pack, Shipment
from tradelane.domain.outside import Existing
from tradelane.domain.trade_time import Instant
from tradelane.domain.transport import Booking, CarrierDocument, TransportEvent


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)


class Marketplace(Protocol):
    """Mercado Libre, read and written as one seller (the token is found by `seller_id`)."""

    async def order(self, seller_id: str, order_id: OrderId) -> Order:
        """Read an order. `Refused` code `order_unknown` (404), `order_of_another_seller` (403)."""

    async def pack(self, seller_id: str, pack_id: PackId) -> Pack: ...

    async def shipment(self, seller_id: str, shipment_id: ShipmentId) -> Shipment:
        """Read a shipment with its consignee and the buyer's charge for carriage (`/costs`)."""

    async def shipment_orders(self, seller_id: str, shipment_id: ShipmentId) -> tuple[OrderId, ...]:
        """Orders of a shipment (for notices that name only the shipment)."""

    async def buyer_tax_id(self, seller_id: str, order_id: OrderId) -> BuyerTaxId | None:
        """The buyer's tax identity; None where the marketplace has none (404) or not yet."""

    async def orders_updated(self, seller_id: str, since: datetime, until: datetime) -> tuple[OrderId, ...]:
        """Ids of orders updated in a window (hour granularity: the caller overlaps)."""

    async def find_tracking(self, seller_id: str, shipment_id: ShipmentId) -> Existing[str]:
        """Whether a tracking number is published: content is that number."""

    async def publish_tracking(
        self, seller_id: str, shipment_id: ShipmentId, waybill: WaybillNumber, url: str, carrier: str
    ) -> None:
        """Report the tracking number; the marketplace has no idempotency key: look before you call."""

    async def find_delivery(self, seller_id: str, shipment_id: ShipmentId) -> Existing[str]:
        """Whether a final status is reported: content is `delivered` or `not_delivered`."""

    async def publish_delivery(
        self, seller_id: str, shipment_id: ShipmentId, waybill: WaybillNumber, status: str
    ) -> None:
        """Report `delivered` or `not_delivered`: final and irreversible."""


class ExportFiling(Protocol):
    """Filing of Korean export declarations (KTNET, a broker, or a person)."""

    async def find(self, declaration: ExportDeclaration) -> Existing[Filing]:
        """What the channel holds under the OrderNo. An error notice is `Done` with state REJECTED."""

    async def lodge(self, declaration: ExportDeclaration, day: date) -> None:
        """Send the declaration dated `day` (today in Korea). `Stale` when the channel refuses the day or rate."""

    async def status(self, order_no: str, exporter_id: str) -> Filing | None:
        """State of a filing, or None when the channel knows none."""

    async def find_withdrawal(self, filing: Filing, exporter_id: str) -> Existing[str]:
        """Whether the withdrawal (취하) of an accepted declaration was asked or approved: content is its state."""

    async def withdraw(self, filing: Filing, exporter_id: str, reason: str) -> None: ...

    async def find_amendment(self, declaration: ExportDeclaration, filing: Filing, version: int) -> Existing[str]:
        """Whether the amendment (정정) of this version was asked: content is `asked`, `approved` or `refused`.

        After `refused` come `: ` and the words of customs, where it gave any.
        """

    async def amend(
        self,
        declaration: ExportDeclaration,
        filing: Filing,
        version: int,
        reason: str,
        accepted: ExportDeclaration | None = None,
    ) -> None:
        """Ask that an accepted declaration says what `declaration` does, valued at the rate it was accepted with.

        `accepted` is what it says now, where that is known: then only what differs is restated.

        Raises:
            Unavailable: code `request_pending` while an earlier request for this declaration is not decided.
            Refused: reason `amendment_refused` in the channel's words, `manual_work` when a person must ask for it.
        """

    async def find_extension(self, filing: Filing, exporter_id: str, until: date) -> Existing[str]:
        """Whether a later loading deadline (적재기간 연장) was asked: content is `asked`, `approved` or `refused: words`."""

    async def extend(self, filing: Filing, exporter_id: str, load_before: date, until: date, reason: str) -> None:
        """Ask for a later loading deadline, before the present one has passed.

        Raises:
            Unavailable: code `request_pending` while an earlier request for this declaration is not decided.
            Refused: in the channel's words; reason `manual_work` when a person must ask for it.
        """


class CustomsInformation(Protocol):
    """UNI-PASS Open API (read only), or a person who looks things up in its web."""

    async def export_rate(self, day: date, currency: str) -> CustomsRate:
        """Weekly *export* rate in force on a Korean day. `Refused` code `no_rate` when none is published."""

    async def requirements(self, hsk: Hsk, day: date) -> HskFacts:
        """What goods under a code need for export (API029) and whether their loading period is shortened (API017).

        Raises:
            Refused: reason `manual_work` when a person must look it up.
        """

    async def loading(self, number: ExportDeclarationNumber, *, converted_list: bool = False) -> Loading:
        """Loading of one declaration; that of a converted list (`converted_list`) is asked of API051.

        No row means *unknown or not accepted yet*, never *refused*.
        """


class BookingRequest(_Record):
    """What a carrier must know to carry a parcel. Holds personal data."""

    consignment: Consignment
    declaration_numbers: tuple[ExportDeclarationNumber, ...]
    carrier_clears: bool = False
    """The carrier clears goods of the parcel by its list (목록통관): no declaration of the exporter covers them."""
    planned_at: Instant
    """When the goods are ready (trade time); never in the past when sent."""
    invoice_number: str
    invoice_date: date


class Carrier(Protocol):
    """A carrier of one parcel from Korea to a door in Chile.

    What an interface does not offer is mixed in from `tradelane.adapters.lacking`: then a person does it.
    """

    name: str
    """As buyers and the marketplace know it, such as `DHL Express`."""
    voids: bool
    """Whether a booking can be voided, its pickup with it, until the courier has the parcel."""
    postal: bool
    """Whether it is the post, so that a CN23 travels with the parcel."""
    call_off: str
    """How a person calls off a booking, or why no machine can: one clause for a hold."""

    def wrong_with(self, waybill: WaybillNumber) -> str:
        """Why a number that a person typed cannot be this carrier's, in one sentence; empty when it can."""

    async def find_booking(self, request: BookingRequest) -> Existing[Booking]:
        """Look for a booking under our UCR."""

    async def book(self, request: BookingRequest) -> Booking:
        """Book transport and pickup together; the carrier has no idempotency key: look before you call."""

    async def find_document(self, waybill: WaybillNumber, document: CarrierDocument) -> Existing[str]:
        """Whether a paper lies with the shipment: content is the paper's kind."""

    async def upload_document(self, waybill: WaybillNumber, document: CarrierDocument, pdf: bytes) -> None: ...

    async def find_preadvice(self, waybill: WaybillNumber, request: BookingRequest) -> Existing[str]:
        """Whether the import pre-advice (invoice data with the IVA accreditation) lies with the shipment."""

    async def send_preadvice(self, waybill: WaybillNumber, request: BookingRequest) -> None: ...

    async def find_void(self, waybill: WaybillNumber) -> Existing[str]:
        """Whether a booking is voided already: content is the carrier's word for it. A voided one is no booking."""

    async def void(self, waybill: WaybillNumber) -> None:
        """Void a booking and its pickup. `Refused` once the courier has the parcel."""

    async def events(self, waybill: WaybillNumber) -> tuple[TransportEvent, ...]:
        """What happened to the parcel, oldest first; none while the carrier knows none."""

    def tracking_url(self, waybill: WaybillNumber) -> str:
        """The page on which a buyer may follow the parcel."""


class TrackingAggregator(Protocol):
    """17TRACK: pushes what happens to a registered number."""

    async def find_registration(self, waybill: WaybillNumber) -> Existing[str]: ...

    async def register(self, waybill: WaybillNumber, reference: str) -> None:
        """Register a number (one credit); `already registered` is success."""

    async def events(self, waybill: WaybillNumber) -> tuple[TransportEvent, ...]: ...


class ImportBroker(Protocol):
    """A Chilean customs agent for parcels above the courier limit: a person by mail, behind a manual adapter."""

    async def find_handover(self, ucr: Ucr) -> Existing[str]: ...

    async def hand_over(self, ucr: Ucr) -> None: ...

"""The ports: what the house asks of the outside world and of its own stores.

Adapters raise only the failures of `tradelane.adapters.errors`. A method named `find_*` is the *lookup* twin of a
write: it answers `Done(content)`, `NotDone` or `CannotTell` and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from tradelane.domain.amendment import Amendment
from tradelane.domain.catalogue import Exporter, Product, Seller
from tradelane.domain.consignment import Consignment
from tradelane.domain.export_declaration import CustomsRate, ExportDeclaration, Filing, Loading
from tradelane.domain.identifiers import ExportDeclarationNumber, OrderId, PackId, ShipmentId, Ucr, WaybillNumber
from tradelane.domain.order import BuyerTaxId, Order, Pack, Shipment
from tradelane.domain.outside import Existing
from tradelane.domain.trade_time import Instant, TradeClock
from tradelane.domain.transport import Booking, CarrierDocument, TransportEvent


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)


# --- the outside -----------------------------------------------------------------------------------------------


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


class CustomsInformation(Protocol):
    """UNI-PASS Open API: read only."""

    async def export_rate(self, day: date, currency: str) -> CustomsRate:
        """Weekly *export* rate in force on a Korean day. `Refused` code `no_rate` when none is published."""

    async def loading(self, number: ExportDeclarationNumber) -> Loading: ...


class BookingRequest(_Record):
    """What a carrier must know to carry a parcel. Holds personal data."""

    consignment: Consignment
    declaration_numbers: tuple[ExportDeclarationNumber, ...]
    planned_at: Instant
    """When the goods are ready (trade time); never in the past when sent."""
    invoice_number: str
    invoice_date: date


class Carrier(Protocol):
    """An express carrier that also clears the goods in Chile."""

    name: str

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

    async def events(self, waybill: WaybillNumber) -> tuple[TransportEvent, ...]: ...

    def tracking_url(self, waybill: WaybillNumber) -> str: ...


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


# --- our own stores --------------------------------------------------------------------------------------------


class Claim(_Record):
    """A shipment claimed for one journey: insert-or-read, never overwritten by a later reader."""

    ucr: Ucr
    shipment_id: ShipmentId
    seller_id: str
    carrying_order: OrderId
    orders: tuple[OrderId, ...]
    fixed: bool = False
    """True from the first filing on: the carrying order no longer changes."""
    outcome: str | None = None
    closed_at: Instant | None = None


class Consignments(Protocol):
    """Table `consignments`: order -> shipment -> UCR -> carrying order, outcome."""

    def claim(
        self,
        ucr: Ucr,
        shipment_id: ShipmentId,
        seller_id: str,
        orders: Sequence[OrderId],
        carrying: OrderId,
        *,
        fix: bool = False,
    ) -> Claim:
        """Insert the claim or read it; until fixed, the carrying order and the order list follow the caller.

        With `fix` it is fixed as the caller says, unless another has claimed for orders the caller does not name.
        """

    def fix(self, ucr: Ucr) -> None: ...

    def of_order(self, order_id: OrderId) -> Claim | None: ...

    def of_ucr(self, ucr: Ucr) -> Claim | None: ...

    def close(self, ucr: Ucr, outcome: str, at: datetime) -> Claim: ...

    def unfinished(self) -> tuple[Claim, ...]: ...


class Decision(_Record):
    """What a person decided, a row before it is applied. `content` is JSON of the decision's kind."""

    id: str
    scope: str
    """The order id the decision belongs to; a consignment's decisions are those of all its orders."""
    step: str
    """The hold key it answers, or `*` for the whole order."""
    kind: str
    """`amend`, `complete`, `retry`, `cancel`."""
    content: Mapping[str, str]
    actor: str
    reason: str
    at: Instant


class Decisions(Protocol):
    """Table `decisions`; content is sealed at rest because amendments may be personal data."""

    def record(self, decision: Decision) -> bool:
        """Insert; False when the id is already there (a repeated Update is harmless)."""

    def of_orders(self, orders: Sequence[OrderId]) -> tuple[Decision, ...]:
        """In the order they were made."""

    def amendments(self, orders: Sequence[OrderId]) -> tuple[Amendment, ...]: ...

    def completion(self, orders: Sequence[OrderId], step: str) -> Decision | None:
        """The latest result typed by hand for a step."""


class EffectRow(_Record):
    """What our own books say of an effect: intended before the write, done after it."""

    key: str
    step: str
    state: str
    """`intended`, `released` (a try ended without result) or `done`."""
    content: str | None = None
    """JSON of the reply; no personal data."""
    intended_at: Instant
    done_at: Instant | None = None


class Effects(Protocol):
    """Table `effects`: our own books, apart from the counterparties'."""

    def find(self, key: str) -> EffectRow | None: ...

    def intend(self, key: str, step: str, at: datetime) -> None:
        """Insert or keep; never turns `done` back."""

    def begin(self, key: str, step: str, at: datetime, fence: timedelta) -> timedelta:
        """Begin a write, in real time; zero when it may go ahead.

        While another try of the same write may still be in flight (begun less than `fence` ago and neither done nor
        released) nothing is begun and the remaining wait is given.
        """

    def release(self, key: str) -> None:
        """Say that a try has ended without result: nothing of it is in flight any more."""

    def done(self, key: str, content: str, at: datetime) -> None: ...

    def of_ucr(self, ucr: Ucr) -> tuple[EffectRow, ...]: ...


class Arrival(_Record):
    """One row of the inbox: a fact from outside, kept before anything is done with it."""

    id: int
    source: str
    """`mercadolibre`, `17track`, `ktnet`, `mydhl`, `unipass`, `desk`."""
    reference: str
    """What it is about, in the source's words (resource path, waybill, OrderNo)."""
    body: str
    """JSON; sealed at rest."""
    received_at: Instant
    state: str
    """`waiting`, `relayed`, `ignored`, `refused`, `held`."""
    note: str = ""
    attempts: int = 0


class Inbox(Protocol):
    """The one door for facts: its own file or table; one insert, then 200."""

    def add(self, source: str, reference: str, body: str, *, state: str = "waiting", note: str = "") -> int: ...

    def waiting(self, limit: int) -> tuple[Arrival, ...]:
        """Oldest first, without rows put off into the future."""

    def settle(self, ids: Sequence[int], state: str, note: str = "") -> None: ...

    def put_off(self, ids: Sequence[int], seconds: float, note: str) -> None: ...

    def listed(self, state: str | None = None, limit: int = 100) -> tuple[Arrival, ...]: ...


class Watch(_Record):
    """One thing a sweep looks at; `last_digest` tells change from repetition."""

    source: str
    reference: str
    ucr: str
    order_id: str
    exporter_id: str = ""
    last_digest: str = ""


class Watches(Protocol):
    """Table `watches`: cost grows with changes, not with orders times time."""

    def add(self, watch: Watch) -> None:
        """Insert or keep."""

    def due(self, source: str, now: datetime, limit: int) -> tuple[Watch, ...]: ...

    def seen(self, source: str, reference: str, digest: str, next_check_at: datetime) -> None: ...

    def get(self, source: str, reference: str) -> Watch | None: ...

    def of_ucr(self, ucr: str) -> tuple[Watch, ...]: ...

    def drop(self, source: str, reference: str) -> None: ...


class Catalogue(Protocol):
    """Product master data, keyed by SELLER_SKU."""

    def products(self, skus: Sequence[str]) -> Mapping[str, Product]: ...

    def put(self, product: Product) -> None: ...

    def all(self) -> tuple[Product, ...]: ...


class Exporters(Protocol):
    def get(self, ids: Sequence[str]) -> Mapping[str, Exporter]: ...

    def put(self, exporter: Exporter) -> None: ...

    def all(self) -> tuple[Exporter, ...]: ...


class SellerToken(_Record):
    """OAuth state of a seller account; secret, sealed at rest, never printed."""

    access_token: str
    refresh_token: str
    expires_at: datetime
    generation: int


class Sellers(Protocol):
    """Seller accounts and their tokens. A refresh is a lease row with expiry: one refresher at a time."""

    def get(self, seller_id: str) -> Seller | None: ...

    def put(self, seller: Seller) -> None: ...

    def all(self) -> tuple[Seller, ...]: ...

    def token(self, seller_id: str) -> SellerToken | None: ...

    def save_token(self, seller_id: str, token: SellerToken) -> None: ...

    def lease_refresh(self, seller_id: str, holder: str, seconds: float) -> bool: ...

    def release_refresh(self, seller_id: str, holder: str) -> None: ...


class StoredDocument(_Record):
    """A paper in the store: its bytes are its identity."""

    sha256: str
    kind: str
    """`commercial_invoice`, `packing_list`, `transport_label`, ..."""
    ucr: Ucr
    version: int
    media_type: str
    size: int


class Documents(Protocol):
    """Documents by content hash, with an index by consignment."""

    def put(self, ucr: Ucr, kind: str, version: int, content: bytes, media_type: str) -> StoredDocument: ...

    def read(self, sha256: str) -> bytes: ...

    def of_ucr(self, ucr: Ucr) -> tuple[StoredDocument, ...]: ...

    def path(self, sha256: str) -> str: ...


class ClockRecord(Protocol):
    """The deployment's one clock record."""

    def read(self) -> TradeClock: ...

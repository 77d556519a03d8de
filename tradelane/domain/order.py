"""What the marketplace sold: orders, packs, shipments and the buyer's tax identity.

These are our words; Mercado Libre's stop at its mapper. Amounts are the order's currency (USD in Global Selling).
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from tradelane.domain.identifiers import CountryCode, OrderId, PackId, Rut, ShipmentId
from tradelane.domain.money import Money
from tradelane.domain.trade_time import Instant


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True)


class OrderStatus(StrEnum):
    """Where a sale stands; the marketplace's vocabulary is open, so unknown words are kept visible."""

    UNPAID = "unpaid"
    PAID = "paid"
    CANCELLED = "cancelled"
    NOT_UNDERSTOOD = "not_understood"


class OrderLine(_Fact):
    """One sold item; `unit_price` is per unit after discount, without shipping."""

    item_id: str
    sku: str | None
    title: str
    quantity: int
    unit_price: Money
    list_price: Money | None = None
    """Per unit without discount, where the marketplace says so."""
    sale_fee: Money | None = None
    """What the marketplace keeps, as it tells it: whether of the line or of one unit is not certain."""


class Order(_Fact):
    """One sale as the marketplace tells it now."""

    id: OrderId
    site: str
    seller_id: str
    status: OrderStatus
    status_words: str
    pack_id: PackId | None = None
    shipment_id: ShipmentId | None = None
    lines: tuple[OrderLine, ...]
    purchased_at: Instant
    last_updated: Instant
    do_not_ship: str | None = None
    """Why a paid order must not be shipped (fraud tag, refund, mediation), else None: `paid` does not mean *ship*."""

    @property
    def live(self) -> bool:
        """Whether the sale may still be shipped one day."""
        return self.status is not OrderStatus.CANCELLED

    @property
    def payable(self) -> bool:
        """Whether the sale is paid and nothing forbids shipping."""
        return self.status is OrderStatus.PAID and self.do_not_ship is None


class Pack(_Fact):
    """Orders that travel in one shipment."""

    id: PackId
    shipment_id: ShipmentId | None
    orders: tuple[OrderId, ...]
    status_words: str


class Address(_Fact):
    """A postal address; Chile has a comuna and no post code in practice."""

    lines: tuple[str, ...]
    comuna: str
    region: str
    """ISO 3166-2 code, such as CL-RM."""
    country: CountryCode
    postcode: str | None = None
    note: str | None = None


class Consignee(_Fact):
    """Who receives the parcel. Personal data: never in logs, search attributes or summaries."""

    name: str
    address: Address
    phone: str | None = None
    email: str | None = None
    rut: Rut | None = None
    is_company: bool = False


class Shipment(_Fact):
    """The marketplace's shipment: the stem of our consignment reference."""

    id: ShipmentId
    created_at: Instant
    status_words: str
    substatus_words: str | None
    mode: str
    logistic_type: str
    consignee: Consignee
    ship_by: Instant | None = None
    tracking_number: str | None = None
    shipping_charge: Money
    """What the buyer pays for carriage, beside the goods (zero when shipping is free)."""

    @property
    def own_carrier(self) -> bool:
        """Whether the seller chooses the carrier and reports the tracking number (me1/default)."""
        return (self.mode, self.logistic_type) == ("me1", "default")


class BuyerTaxId(_Fact):
    """The buyer's tax identity from the marketplace's billing information (RUT is personal data)."""

    rut: Rut | None
    name: str | None
    is_company: bool

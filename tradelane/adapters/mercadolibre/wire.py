"""Mercado Libre's messages in its own words (Global Selling, `/marketplace/...`, 2026).

Only what we use is named; everything else is let through. Ids are text whatever they come as (an id of billing has
18 digits, more than a JSON number holds), amounts are Decimal, instants must carry an offset.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Id = Annotated[str, BeforeValidator(_as_text)]


class _Wire(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class Reference(_Wire):
    """`{"id": ...}`, as shipment, seller and orders are named."""

    id: Id | None = None


class SoldItem(_Wire):
    id: Id
    title: str = ""
    seller_sku: str | None = None


class OrderItem(_Wire):
    item: SoldItem
    quantity: int = Field(gt=0)
    unit_price: Decimal
    currency_id: str | None = None
    full_unit_price: Decimal | None = None
    """Without discount; it appears or vanishes by order."""
    full_unit_price_currency_id: str | None = None
    sale_fee: Decimal | None = None


class Payment(_Wire):
    status: str | None = None
    transaction_amount_refunded: Decimal | None = None


class Context(_Wire):
    site: str | None = None


class OrderMessage(_Wire):
    """`GET /marketplace/orders/{id}`."""

    id: Id
    status: str
    status_detail: Any = None
    cancel_detail: Any = None
    date_created: AwareDatetime
    last_updated: AwareDatetime
    pack_id: Id | None = None
    shipping: Reference | None = None
    order_items: tuple[OrderItem, ...] = Field(min_length=1)
    currency_id: str
    payments: tuple[Payment, ...] | None = None
    tags: tuple[str, ...] | None = None
    context: Context | None = None


class PackMessage(_Wire):
    """`GET /marketplace/orders/pack/{id}`."""

    id: Id
    status: str = ""
    status_detail: Any = None
    shipment: Reference | None = None
    orders: tuple[Reference, ...] = ()


class Named(_Wire):
    id: str | None = None
    name: str | None = None


class ShippingAddress(_Wire):
    address_line: str | None = None
    street_name: str | None = None
    street_number: Id | None = None
    comment: str | None = None
    zip_code: Id | None = None
    city: Named | None = None
    state: Named | None = None
    country: Named | None = None
    receiver_name: str | None = None
    receiver_phone: str | None = None


class Identification(_Wire):
    type: str | None = None
    number: Id | None = None


class Destination(_Wire):
    receiver_name: str | None = None
    receiver_phone: str | None = None
    comments: str | None = None
    shipping_address: ShippingAddress | None = None
    receiver_identification: Identification | None = None


class Logistic(_Wire):
    mode: str = ""
    type: str = ""


class Dated(_Wire):
    date: AwareDatetime | None = None


class LeadTime(_Wire):
    estimated_handling_limit: Dated | None = None


class Source(_Wire):
    site_id: str | None = None


class ShipmentMessage(_Wire):
    """`GET /marketplace/shipments/{id}`: the new shape has `logistic`, the old one `logistic_type`."""

    id: Id
    status: str
    substatus: str | None = None
    date_created: AwareDatetime
    tracking_number: str | None = None
    currency_id: str | None = None
    logistic: Logistic | None = None
    destination: Destination | None = None
    lead_time: LeadTime | None = None
    source: Source | None = None
    order_id: Id | None = None
    mode: str | None = None
    logistic_type: str | None = None
    receiver_address: ShippingAddress | None = None
    site_id: str | None = None


class ReceiverCost(_Wire):
    cost: Decimal


class CostsMessage(_Wire):
    """`GET /marketplace/shipments/{id}/costs`: what the buyer pays is `receiver.cost`."""

    currency_id: str | None = None
    receiver: ReceiverCost


class ShipmentItem(_Wire):
    order_id: Id | None = None


class CustomerAttributes(_Wire):
    cust_type: str | None = None


class BillingParty(_Wire):
    name: str | None = None
    last_name: str | None = None
    identification: Identification | None = None
    attributes: CustomerAttributes | None = None


class BillingBuyer(_Wire):
    billing_info: BillingParty | None = None


class LegacyExtra(_Wire):
    type: str = ""
    value: Id | None = None


class LegacyBilling(_Wire):
    doc_type: str | None = None
    doc_number: Id | None = None
    additional_info: tuple[LegacyExtra, ...] | None = None


class BillingMessage(_Wire):
    """`GET /marketplace/orders/{id}/billing_info`, in the new shape (`buyer`) or the old (`billing_info`)."""

    buyer: BillingBuyer | None = None
    billing_info: LegacyBilling | None = None


class SearchRow(_Wire):
    """One row of a search: its own id is the pack for carts, the orders lie inside."""

    id: Id | None = None
    orders: tuple[Reference, ...] | None = None


class Paging(_Wire):
    total: int = 0
    offset: int = 0
    limit: int = 0


class SearchMessage(_Wire):
    """`GET /marketplace/orders/search`."""

    paging: Paging
    results: tuple[SearchRow, ...]


class TokenMessage(_Wire):
    """`POST /oauth/token`."""

    access_token: str = Field(min_length=1)
    refresh_token: str = Field(min_length=1)
    expires_in: int = Field(gt=0)

"""From Mercado Libre's words to ours: pure, total for every code, never guessing.

The rules come from the public Global Selling documentation (orders, packs, shipments, billing data; state of 2026).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tradelane.adapters.errors import Garbled
from tradelane.adapters.http import cut
from tradelane.adapters.mercadolibre import wire
from tradelane.domain.identifiers import CountryCode, OrderId, PackId, Rut, ShipmentId
from tradelane.domain.money import Money
from tradelane.domain.order import (
    Address,
    BuyerTaxId,
    Consignee,
    Order,
    OrderLine,
    OrderStatus,
    Pack,
    Shipment,
)
from tradelane.domain.outside import CannotTell, Done, Existing, NotDone

PARTY = "mercadolibre"

ORDER_STATUS: dict[str, OrderStatus] = {
    "confirmed": OrderStatus.UNPAID,
    "payment_required": OrderStatus.UNPAID,
    "payment_in_process": OrderStatus.UNPAID,
    "partially_paid": OrderStatus.UNPAID,
    "paid": OrderStatus.PAID,
    "partially_refunded": OrderStatus.PAID,
    "pending_cancel": OrderStatus.PAID,
    "cancelled": OrderStatus.CANCELLED,
    "invalid": OrderStatus.CANCELLED,
}
"""`partially_refunded` and `pending_cancel` are paid sales that must not be shipped (see `_do_not_ship`)."""

_STOPPING_STATUS = {
    "partially_refunded": "the sale is partly refunded",
    "pending_cancel": "a cancellation is pending",
}
_STOPPING_TAGS = {
    "fraud_risk_detected": "the marketplace sees a risk of fraud",
    "unfulfilled": "the sale is marked as not to be fulfilled",
}
_STOPPING_PAYMENTS = {
    "refunded": "a payment was refunded",
    "charged_back": "a payment was charged back",
    "in_mediation": "a payment is in mediation",
}

SHIPMENT_OPEN = frozenset({"pending", "handling", "ready_to_ship"})
SHIPMENT_SENT = frozenset({"shipped", "delivered", "not_delivered"})
SHIPMENT_FINAL = frozenset({"delivered", "not_delivered"})

SITE_COUNTRY: dict[str, str] = {
    "MLA": "AR",
    "MLB": "BR",
    "MLC": "CL",
    "MCO": "CO",
    "MLM": "MX",
    "MLU": "UY",
    "MPE": "PE",
}


def order(message: wire.OrderMessage, seller_id: str) -> Order:
    """An order as read by one seller account (a Global Selling order names the child account instead)."""
    site = message.context.site if message.context else None
    site = site or message.order_items[0].item.id[:3]
    return Order(
        id=OrderId(message.id),
        site=site,
        seller_id=seller_id,
        status=ORDER_STATUS.get(message.status, OrderStatus.NOT_UNDERSTOOD),
        status_words=_status_words(message),
        pack_id=PackId(message.pack_id) if message.pack_id else None,
        shipment_id=ShipmentId(message.shipping.id) if message.shipping and message.shipping.id else None,
        lines=tuple(_line(line, message.currency_id) for line in message.order_items),
        purchased_at=message.date_created,
        last_updated=message.last_updated,
        do_not_ship=_do_not_ship(message),
    )


def _line(line: wire.OrderItem, currency: str) -> OrderLine:
    priced_in = line.currency_id or currency
    return OrderLine(
        item_id=line.item.id,
        sku=line.item.seller_sku or None,
        title=line.item.title,
        quantity=line.quantity,
        unit_price=Money(amount=line.unit_price, currency=priced_in),
        list_price=_told(line.full_unit_price, line.full_unit_price_currency_id or priced_in),
        # of the line by one reading, of one unit by another: kept as it is told, and no part of any customs value
        sale_fee=_told(line.sale_fee, priced_in),
    )


def _told(amount: Decimal | None, currency: str) -> Money | None:
    """An amount beside the price; absent, or no more than nothing, it says nothing."""
    return Money(amount=amount, currency=currency) if amount is not None and amount > 0 else None


def _status_words(message: wire.OrderMessage) -> str:
    """Status with the code of its detail: `cancelled: pack_splitted` is a split, not a lost sale."""
    for detail in (message.cancel_detail, message.status_detail):
        code = detail.get("code") if isinstance(detail, dict) else detail
        if isinstance(code, str) and code:
            return cut(f"{message.status}: {code}")
    return cut(message.status)


def _do_not_ship(message: wire.OrderMessage) -> str | None:
    """Every reason why a paid order must not be shipped: `paid` does not mean *ship*."""
    reasons = [_STOPPING_STATUS[message.status]] if message.status in _STOPPING_STATUS else []
    tags = message.tags or ()
    reasons += [words for tag, words in _STOPPING_TAGS.items() if tag in tags]
    if "claim_opened" in tags and "claim_closed" not in tags:
        reasons.append("a claim is open")
    payments = message.payments or ()
    reasons += [words for state, words in _STOPPING_PAYMENTS.items() if any(p.status == state for p in payments)]
    if any((payment.transaction_amount_refunded or 0) > 0 for payment in payments):
        reasons.append("money was given back to the buyer")
    return "; ".join(reasons) or None


def pack(message: wire.PackMessage) -> Pack:
    """A pack; its status vocabulary is open, so the words are kept as they are."""
    detail = f": {message.status_detail}" if isinstance(message.status_detail, str) else ""
    shipment = message.shipment.id if message.shipment else None
    return Pack(
        id=PackId(message.id),
        shipment_id=ShipmentId(shipment) if shipment else None,
        orders=tuple(OrderId(order.id) for order in message.orders if order.id),
        status_words=cut(f"{message.status}{detail}"),
    )


def shipment(message: wire.ShipmentMessage, costs: wire.CostsMessage) -> Shipment:
    """A shipment of either shape, with what the buyer pays for carriage.

    Raises:
        Garbled: the charge has no currency, or the country of an unknown site is not given.
    """
    currency = costs.currency_id or message.currency_id
    if not currency:
        raise Garbled(PARTY, "no_currency", "The charge for carriage has no currency.")
    limit = message.lead_time.estimated_handling_limit if message.lead_time else None
    return Shipment(
        id=ShipmentId(message.id),
        created_at=message.date_created,
        status_words=message.status,
        substatus_words=message.substatus,
        mode=(message.logistic.mode if message.logistic else message.mode) or "",
        logistic_type=(message.logistic.type if message.logistic else message.logistic_type) or "",
        consignee=_consignee(message),
        ship_by=limit.date if limit else None,
        tracking_number=message.tracking_number or None,
        shipping_charge=Money(amount=costs.receiver.cost, currency=currency),
    )


def _consignee(message: wire.ShipmentMessage) -> Consignee:
    """Who receives. Before payment the marketplace shows nothing: then name and address are empty."""
    destination = message.destination or wire.Destination()
    address = destination.shipping_address or message.receiver_address or wire.ShippingAddress()
    return Consignee(
        name=_shown(destination.receiver_name) or _shown(address.receiver_name) or "",
        address=_address(message, address),
        phone=_shown(destination.receiver_phone) or _shown(address.receiver_phone),
        rut=_rut(destination.receiver_identification),
    )


def _address(message: wire.ShipmentMessage, address: wire.ShippingAddress) -> Address:
    street = " ".join(part for part in (_shown(address.street_name), _house(address.street_number)) if part)
    line = _shown(address.address_line) or street
    return Address(
        lines=(line,) if line else (),
        comuna=(address.city and address.city.name) or "",
        region=(address.state and address.state.id) or "",
        country=_country(message, address),
        postcode=_shown(address.zip_code),
        note=_shown(address.comment),
    )


def _country(message: wire.ShipmentMessage, address: wire.ShippingAddress) -> CountryCode:
    site = (message.source and message.source.site_id) or message.site_id or ""
    code = (address.country and address.country.id) or SITE_COUNTRY.get(site)
    try:
        return CountryCode(code or "")
    except ValueError as wrong:
        raise Garbled(PARTY, "no_country", "The country of delivery is not given.") from wrong


def _house(number: str | None) -> str | None:
    """`SN` (sin número) and nothing are the same."""
    shown = _shown(number)
    return None if shown is None or shown.upper() == "SN" else shown


def _shown(text: str | None) -> str | None:
    """Text, unless it is empty or masked with X as phones and origins are."""
    stripped = (text or "").strip()
    return None if not stripped.strip("Xx") else stripped


def _rut(identification: wire.Identification | None) -> Rut | None:
    if identification is None or (identification.type or "").upper() != "RUT":
        return None
    return _valid_rut(identification.number)


def _valid_rut(number: str | None) -> Rut | None:
    """A RUT that passes its check; a wrong one is treated as missing, so that a person is asked for it."""
    try:
        return Rut(number) if number else None
    except ValueError:
        return None


def buyer_tax_id(message: wire.BillingMessage) -> BuyerTaxId | None:
    """The buyer's tax identity from either shape; None where there is nothing in it yet."""
    if message.buyer and message.buyer.billing_info:
        party = message.buyer.billing_info
        name = " ".join(part for part in (_shown(party.name), _shown(party.last_name)) if part)
        kind = party.attributes.cust_type if party.attributes else None
        return BuyerTaxId(rut=_rut(party.identification), name=name or None, is_company=kind == "BU")
    if message.billing_info is None:
        return None
    extra = {row.type: row.value for row in message.billing_info.additional_info or ()}
    number = message.billing_info.doc_number or extra.get("DOC_NUMBER")
    kind = message.billing_info.doc_type or extra.get("DOC_TYPE") or ""
    names = (_shown(extra.get("FIRST_NAME")), _shown(extra.get("LAST_NAME")))
    company = _shown(extra.get("BUSINESS_NAME"))
    return BuyerTaxId(
        rut=_valid_rut(number) if kind.upper() == "RUT" else None,
        name=company or " ".join(part for part in names if part) or None,
        is_company=company is not None,
    )


def existing_tracking(shipment: wire.ShipmentMessage) -> Existing[str]:
    """Whether a tracking number is published, from the shipment as it stands."""
    status, number = cut(shipment.status), shipment.tracking_number
    if status in SHIPMENT_SENT:
        return Done(number) if number else CannotTell(f"The shipment is {status}, but without a tracking number.")
    if number:
        return CannotTell(f"A tracking number is there, but the shipment is {status}.")
    if status in SHIPMENT_OPEN:
        return NotDone(status)
    return CannotTell(f"The shipment is {status}.")


def existing_delivery(shipment: wire.ShipmentMessage) -> Existing[str]:
    """Whether a final status is reported; both finals are irreversible."""
    status = cut(shipment.status)
    if status in SHIPMENT_FINAL:
        return Done(status)
    if status in SHIPMENT_OPEN or status in SHIPMENT_SENT:
        return NotDone(status)
    return CannotTell(f"The shipment is {status}.")


def words_of(body: Any) -> tuple[str, str]:
    """Code and words of an error body; its five variants all come down to these."""
    if not isinstance(body, dict):
        return "", ""
    texts = {key: value for key, value in body.items() if isinstance(value, str) and value}
    code = texts.get("error_code") or texts.get("code") or texts.get("error") or ""
    words = texts.get("message") or texts.get("error_description") or code
    return code, cut(words)

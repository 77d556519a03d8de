"""Orders, packs, billing information and the order search, as they stand at an instant."""

from __future__ import annotations

import json
import sqlite3
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from tradelane.simulators.clock import instant
from tradelane.simulators.mercadolibre.brands import listings

ZONE = timezone(timedelta(hours=-4))
CLP_PER_USD = 951.4
UNPAID = frozenset({"payment_required", "payment_in_process", "partially_paid"})
EXPIRES_AFTER = timedelta(days=100)


@dataclass(frozen=True)
class Order:
    """A row of `ml_orders` as it is at one instant. Money in USD."""

    id: int
    pack_id: int | None
    shipment_id: int
    seller_id: int
    sold_at: datetime
    items: list[dict[str, str | int]]
    status: str
    cancel_detail: dict[str, str] | None
    changed_at: datetime
    buyer: dict[str, object]
    shipment_known_at: datetime

    @property
    def amount(self) -> Decimal:
        """Price of the goods, without shipping."""
        return sum((Decimal(str(i["unit_price"])) * int(i["quantity"]) for i in self.items), Decimal(0))

    @property
    def paid(self) -> bool:
        """Whether the buyer's payment is in."""
        return self.status not in UNPAID


SELECT = (
    "SELECT o.order_id, o.pack_id, o.shipment_id, o.seller_id, o.sold_at, o.items, o.life, s.buyer, s.known_at"
    " FROM ml_orders o JOIN ml_shipments s ON s.shipment_id = o.shipment_id"
)


def order_at(db: sqlite3.Connection, order_id: int, now: datetime) -> Order | None:
    """An order, or None if there is none yet."""
    row = db.execute(f"{SELECT} WHERE o.order_id = ?", (order_id,)).fetchone()
    return None if row is None else _order(row, now)


def orders_of(db: sqlite3.Connection, column: str, value: int, now: datetime) -> list[Order]:
    """The orders of a pack (`pack_id`), a shipment (`shipment_id`) or a seller (`seller_id`), by id."""
    where = {
        "pack_id": "o.pack_id = ?",
        "shipment_id": "o.shipment_id = ?",
        "seller_id": "o.seller_id = ?",
    }[column]
    rows = db.execute(f"{SELECT} WHERE {where} ORDER BY o.order_id", (value,))
    return [order for order in (_order(row, now) for row in rows) if order is not None]


def _order(row: sqlite3.Row, now: datetime) -> Order | None:
    past = [turn for turn in json.loads(row["life"]) if instant(turn["at"]) <= now]
    if not past:
        return None
    return Order(
        id=row["order_id"],
        pack_id=row["pack_id"],
        shipment_id=row["shipment_id"],
        seller_id=row["seller_id"],
        sold_at=instant(row["sold_at"]),
        items=json.loads(row["items"]),
        status=past[-1]["status"],
        cancel_detail=past[-1]["cancel_detail"],
        changed_at=instant(past[-1]["at"]),
        buyer=json.loads(row["buyer"]),
        shipment_known_at=instant(row["known_at"]),
    )


def order_json(order: Order, now: datetime) -> dict[str, object]:
    """`GET /marketplace/orders/{id}`."""
    amount = float(order.amount)
    tags = [order.status if order.status == "cancelled" else ("paid" if order.paid else "not_paid")]
    detail = order.cancel_detail
    return {
        "id": order.id,
        "date_created": stamp(order.sold_at),
        "date_closed": stamp(order.sold_at) if order.paid else None,
        "last_updated": stamp(order.changed_at),
        "manufacturing_ending_date": None,
        "feedback": {"sale": None, "purchase": None},
        "mediations": [],
        "comments": None,
        "pack_id": order.pack_id,
        "pickup_id": None,
        "order_request": {"return": None, "change": None},
        "fulfilled": None,
        "paid_amount": amount if order.paid else 0,
        "coupon": {"id": None, "amount": 0},
        "expiration_date": stamp(order.sold_at + EXPIRES_AFTER),
        "order_items": [item_json(item) for item in order.items],
        "currency_id": "USD",
        "payments": [payment_json(order, amount)],
        "shipping": {"id": order.shipment_id if order.shipment_known_at <= now else None},
        "status": order.status,
        "status_detail": {"code": "", "description": None},
        "cancel_detail": None if detail is None else {**detail, "date": stamp(order.changed_at)},
        "tags": [*tags, *(["pack_order"] if order.pack_id else []), "not_delivered"],
        "buyer": {key: order.buyer[key] for key in ("id", "nickname", "last_name", "first_name")},
        "seller": {"id": order.seller_id},
        "taxes": {"amount": 0, "currency_id": "USD"},
        "context": {
            "channel": "marketplace",
            "site": "MLC",
            "flows": ["cbt"],
            "application": "purchases-api",
        },
    }


def item_json(item: dict[str, str | int]) -> dict[str, object]:
    """An entry of `order_items`."""
    sku = str(item["sku"])
    price = float(str(item["unit_price"]))
    return {
        "item": {
            "id": item_id("MLC", sku),
            "title": listings()[sku].title,
            "category_id": "MLC437078",
            "variation_id": None,
            "seller_custom_field": None,
            "variation_attributes": [],
            "condition": "new",
            "seller_sku": sku,
            "parent_item_id": item_id("CBT", sku),
        },
        "quantity": item["quantity"],
        "unit_price": price,
        "full_unit_price": price,
        "currency_id": "USD",
        "manufacturing_days": None,
        "sale_fee": round(price * 0.17, 2),
        "base_exchange_rate": CLP_PER_USD,
    }


def item_id(prefix: str, sku: str) -> str:
    """A listing's id; stable for a SKU."""
    return f"{prefix}{1_000_000_000 + zlib.crc32(sku.encode()) % 1_000_000_000}"


def payment_json(order: Order, amount: float) -> dict[str, object]:
    """The one payment of an order."""
    approved = order.paid
    refunded = order.status == "cancelled"
    status, detail = ("approved", "accredited") if approved else ("in_process", "pending_review_manual")
    if refunded:
        status, detail = "refunded", "refunded"
    made = stamp(order.sold_at)
    return {
        "id": 90_000_000_000 + order.id % 10_000_000_000,
        "order_id": order.id,
        "payer_id": order.buyer["id"],
        "collector": {"id": order.seller_id},
        "card_id": None,
        "site_id": "MLC",
        "reason": listings()[str(order.items[0]["sku"])].title,
        "payment_method_id": "webpay",
        "currency_id": "USD",
        "installments": 1,
        "issuer_id": None,
        "atm_transfer_reference": {"company_id": None, "transaction_id": None},
        "coupon_id": None,
        "activation_uri": None,
        "operation_type": "regular_payment",
        "payment_type": "debit_card",
        "available_actions": ["refund"] if approved and not refunded else [],
        "status": status,
        "status_code": None,
        "status_detail": detail,
        "transaction_amount": amount,
        "transaction_amount_refunded": amount if refunded else 0,
        "taxes_amount": 0,
        "shipping_cost": 0,
        "coupon_amount": 0,
        "overpaid_amount": 0,
        "total_paid_amount": amount,
        "installment_amount": None,
        "deferred_period": None,
        "date_approved": made if approved else None,
        "authorization_code": None,
        "transaction_order_id": None,
        "date_created": made,
        "date_last_modified": stamp(order.changed_at),
    }


def pack_json(orders: list[Order]) -> dict[str, object]:
    """`GET /marketplace/orders/pack/{pack_id}`, of the orders of one pack."""
    first = orders[0]
    cancelled = all(order.status == "cancelled" for order in orders)
    paid = all(order.paid for order in orders)
    return {
        "id": first.pack_id,
        "status": "cancelled" if cancelled else ("released" if paid else "filling"),
        "status_detail": None,
        "date_created": pack_stamp(first.sold_at),
        "last_updated": pack_stamp(max(order.changed_at for order in orders)),
        "family_pack_id": None,
        "buyer": {"id": first.buyer["id"]},
        "shipment": {"id": first.shipment_id},
        "orders": [{"id": order.id} for order in orders],
    }


def billing_json(order: Order) -> dict[str, object]:
    """`GET /marketplace/orders/{id}/billing_info`: a person (`CO`) in Chile, new shape."""
    buyer = order.buyer
    return {
        "site_id": "MLC",
        "buyer": {
            "cust_id": buyer["id"],
            "billing_info": {
                "name": str(buyer["first_name"]).lower(),
                "last_name": str(buyer["last_name"]).lower(),
                "identification": {"type": "RUT", "number": buyer["rut"]},
                "address": {
                    "street_name": buyer["street"],
                    "street_number": buyer["number"],
                    "city_name": buyer["comuna"],
                    "comment": buyer["comment"],
                    "neighborhood": buyer["comuna"],
                    "state": {"name": buyer["state"]},
                    "country_id": "CL",
                },
                "attributes": {"is_normalized": True, "cust_type": "CO"},
            },
        },
        "seller": {"cust_id": order.seller_id},
    }


def stamp(value: datetime) -> str:
    """An instant as orders and shipments write it: milliseconds, -04:00 all year."""
    return value.astimezone(ZONE).isoformat(timespec="milliseconds")


def pack_stamp(value: datetime) -> str:
    """An instant as packs write it: the offset without a colon."""
    return value.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}-0400"

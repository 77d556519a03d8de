"""Shipments in the new shape, and the two reports a seller with own logistics may make about them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from starlette.responses import JSONResponse, Response

from tradelane.simulators.clock import instant, iso
from tradelane.simulators.mercadolibre import errors
from tradelane.simulators.mercadolibre.brands import listings
from tradelane.simulators.mercadolibre.orders import Order, item_id, orders_of, stamp
from tradelane.simulators.mercadolibre.people import shipping_address
from tradelane.simulators.stage import Stage

TRACKING_FIELDS = ("tracking_id", "tracking_url", "carrier")
FINAL = ("delivered", "not_delivered")
HANDLING_HOURS = 72
SHIPPING_HOURS = 480


@dataclass(frozen=True)
class Shipment:
    """A row of `ml_shipments` with its orders, as it is at one instant."""

    id: int
    seller_id: int
    sold_at: datetime
    mode: str
    type: str
    receiver_cost: Decimal
    buyer: dict[str, object]
    tracking: dict[str, str] | None
    final_status: str | None
    reported_at: datetime
    orders: list[Order]

    @property
    def own_logistics(self) -> bool:
        """Whether the seller carries the goods and so reports tracking."""
        return (self.mode, self.type) == ("me1", "default")

    @property
    def paid(self) -> bool:
        """Whether all its orders are paid for."""
        return all(order.paid for order in self.orders)

    @property
    def status(self) -> str:
        """pending, handling, shipped, delivered, not_delivered or cancelled."""
        if self.final_status is not None:
            return self.final_status
        if self.tracking is not None:
            return "shipped"
        if all(order.status == "cancelled" for order in self.orders):
            return "cancelled"
        return "handling" if self.paid else "pending"

    @property
    def changed_at(self) -> datetime:
        """The last change of it or of one of its orders."""
        return max(self.reported_at, *(order.changed_at for order in self.orders))


def shipment_at(db: sqlite3.Connection, shipment_id: int, now: datetime) -> Shipment | None:
    """A shipment, or None if there is none yet."""
    row = db.execute("SELECT * FROM ml_shipments WHERE shipment_id = ?", (shipment_id,)).fetchone()
    orders = [] if row is None else orders_of(db, "shipment_id", shipment_id, now)
    if not orders or instant(row["known_at"]) > now:
        return None
    return Shipment(
        id=row["shipment_id"],
        seller_id=row["seller_id"],
        sold_at=instant(row["sold_at"]),
        mode=row["mode"],
        type=row["type"],
        receiver_cost=Decimal(row["receiver_cost"]),
        buyer=json.loads(row["buyer"]),
        tracking=None if row["tracking"] is None else json.loads(row["tracking"]),
        final_status=row["final_status"],
        reported_at=instant(row["changed_at"]),
        orders=orders,
    )


def shipment_json(shipment: Shipment) -> dict[str, object]:
    """`GET /marketplace/shipments/{id}`."""
    tracking = shipment.tracking or {}
    pieces = [(listings()[str(i["sku"])], int(i["quantity"])) for o in shipment.orders for i in o.items]
    return {
        "id": shipment.id,
        "order_id": shipment.orders[0].id,
        "external_reference": None,
        "status": shipment.status,
        "substatus": "waiting_for_payment" if shipment.status == "pending" else None,
        "declared_value": float(sum((order.amount for order in shipment.orders), Decimal(0))),
        "currency_id": "USD",
        "date_created": stamp(shipment.sold_at),
        "last_updated": stamp(shipment.changed_at),
        "tracking_number": tracking.get("tracking_id"),
        "tracking_method": "CBT CustomShipping" if shipment.own_logistics else "CBT MA",
        "origin": {
            "type": "selling_address",
            "sender_id": shipment.seller_id,
            "shipping_address": {
                "address_line": "XXXXXXX",
                "street_name": "XXXXXXX",
                "street_number": "XXXXXXX",
                "zip_code": "XXXXXXX",
                "country": {"id": "KR", "name": "Corea del Sur"},
            },
        },
        "destination": destination_json(shipment) if shipment.paid else None,
        "dimensions": {
            "height": sum(item.height_cm * count for item, count in pieces),
            "length": max(item.length_cm for item, _ in pieces),
            "width": max(item.width_cm for item, _ in pieces),
            "weight": sum(item.gross_weight_g * count for item, count in pieces),
        },
        "lead_time": lead_time_json(shipment),
        "source": {"site_id": "MLC"},
        "logistic": {"mode": shipment.mode, "type": shipment.type, "direction": "forward"},
        "tags": [],
        "sender_id": shipment.seller_id,
    }


def destination_json(shipment: Shipment) -> dict[str, object]:
    """To whom it goes: the phone is masked and the tax number is not given here."""
    buyer = shipment.buyer
    return {
        "type": "buying_address",
        "receiver_id": buyer["id"],
        "receiver_name": f"{buyer['first_name']} {buyer['last_name']}",
        "receiver_phone": "XXXXXXX",
        "comments": "",
        "shipping_address": shipping_address(buyer),
        "receiver_identification": {"number": "", "type": ""},
    }


def lead_time_json(shipment: Shipment) -> dict[str, object]:
    """`GET /marketplace/shipments/{id}/lead_time`, also the node `lead_time` of the shipment."""
    cost = float(shipment.receiver_cost)
    promised = shipment.sold_at + timedelta(hours=HANDLING_HOURS + SHIPPING_HOURS)
    return {
        "option_id": 731_200_000 + shipment.id % 1000,
        "shipping_method": {
            "id": 501645,
            "name": "Envío internacional",
            "type": "standard",
            "deliver_to": "address",
        },
        "currency_id": "USD",
        "cost": cost,
        "list_cost": cost,
        "cost_type": "charged" if cost else "free",
        "service_id": 731,
        "delivery_type": "estimated",
        "estimated_schedule_limit": {"date": None},
        "buffering": {"date": None},
        "estimated_delivery_time": {
            "type": "known_frame",
            "date": stamp(promised),
            "unit": "hour",
            "offset": {"date": stamp(promised + timedelta(hours=120)), "shipping": 120},
            "time_frame": {"from": None, "to": None},
            "pay_before": stamp(shipment.sold_at + timedelta(days=1)),
            "shipping": SHIPPING_HOURS,
            "handling": HANDLING_HOURS,
            "schedule": None,
        },
        "estimated_delivery_limit": {"date": stamp(promised + timedelta(days=12)), "offset": 288},
        "estimated_delivery_final": {"date": stamp(promised + timedelta(days=80)), "offset": 1920},
        "estimated_delivery_extended": {"date": stamp(promised + timedelta(days=5)), "offset": 120},
        "delay": [],
    }


def items_json(shipment: Shipment) -> list[dict[str, object]]:
    """`GET /marketplace/shipments/{id}/items`: the order id is a string here."""
    return [
        {
            "item_id": item_id("MLC", str(item["sku"])),
            "variation_id": None,
            "description": listings()[str(item["sku"])].title,
            "quantity": item["quantity"],
            "dimensions": None,
            "order_id": str(order.id),
            "sender_id": shipment.seller_id,
        }
        for order in shipment.orders
        for item in order.items
    ]


def costs_json(shipment: Shipment) -> dict[str, object]:
    """`GET /marketplace/shipments/{id}/costs`: what the buyer paid for transport, in USD."""
    return {
        "gross_amount": float(shipment.receiver_cost),
        "currency_id": "USD",
        "receiver": {
            "user_id": shipment.buyer["id"],
            "cost": float(shipment.receiver_cost),
            "compensation": 0,
            "save": 0,
            "discounts": [],
            "cost_details": [],
            "compensations": [],
        },
        "senders": [
            {
                "user_id": shipment.seller_id,
                "cost": 0,
                "compensations": [],
                "save": 0,
                "discounts": [],
                "compensation": 0,
            }
        ],
    }


def report_tracking(stage: Stage, shipment: Shipment, body: Mapping[str, object]) -> Response:
    """`POST …/tracking`: the shipment becomes `shipped`. A second report acts again: nothing forbids it."""
    if not shipment.own_logistics:
        return errors.not_acceptable()
    wrong = [name for name in TRACKING_FIELDS if not isinstance(body.get(name), str) or not body[name]]
    if wrong:
        return errors.error(400, "bad_request", f"parse error: {', '.join(wrong)}")
    if shipment.status not in ("handling", "shipped"):
        return errors.error(400, "bad_request", f"shipment status {shipment.status} does not accept tracking")
    tracking = {name: str(body[name]) for name in TRACKING_FIELDS}
    stage.connection().execute(
        "UPDATE ml_shipments SET tracking = ?, changed_at = ? WHERE shipment_id = ?",
        (json.dumps(tracking, ensure_ascii=False), iso(stage.now()), shipment.id),
    )
    stage.record("mercadolibre", "publish_tracking", str(shipment.id), tracking)
    return JSONResponse({"status": "success"})


def report_status(stage: Stage, shipment: Shipment, body: Mapping[str, object]) -> Response:
    """`POST …/tracking/status`: final, whatever happens later."""
    if not shipment.own_logistics:
        return errors.not_acceptable()
    tracking_id, status = body.get("tracking_id"), body.get("status")
    if not isinstance(tracking_id, str) or not tracking_id:
        return errors.error(400, "bad_request", "parse error: tracking_id")
    if status not in FINAL:
        return errors.error(400, "bad_request", "parse error: status")
    if shipment.tracking is None or shipment.tracking["tracking_id"] != tracking_id:
        return errors.error(400, "bad_request", "tracking_id does not belong to the shipment")
    if shipment.final_status is not None:
        return errors.error(400, "bad_request", f"shipment status {shipment.final_status} is final")
    stage.connection().execute(
        "UPDATE ml_shipments SET final_status = ?, changed_at = ? WHERE shipment_id = ?",
        (status, iso(stage.now()), shipment.id),
    )
    stage.record(
        "mercadolibre", "publish_tracking_status", str(shipment.id),
        {"tracking_id": tracking_id, "status": status},
    )  # fmt: skip
    return JSONResponse({"status": "success"})

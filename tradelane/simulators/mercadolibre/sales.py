"""Selling: a sale writes the pack, its orders, their one shipment, and what will happen to them in time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from tradelane.simulators.clock import iso
from tradelane.simulators.mercadolibre import people
from tradelane.simulators.mercadolibre.brands import listings
from tradelane.simulators.stage import Stage
from tradelane.simulators.world import Scenario, add_scenario

SCHEMA = """
CREATE TABLE IF NOT EXISTS ml_shipments (
    shipment_id INTEGER PRIMARY KEY,
    seller_id INTEGER NOT NULL,
    sold_at TEXT NOT NULL,
    known_at TEXT NOT NULL,
    mode TEXT NOT NULL,
    type TEXT NOT NULL,
    receiver_cost TEXT NOT NULL,
    buyer TEXT NOT NULL,
    tracking TEXT,
    final_status TEXT,
    changed_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS ml_packs (
    pack_id INTEGER PRIMARY KEY,
    shipment_id INTEGER NOT NULL,
    seller_id INTEGER NOT NULL,
    sold_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS ml_orders (
    order_id INTEGER PRIMARY KEY,
    pack_id INTEGER,
    shipment_id INTEGER NOT NULL,
    seller_id INTEGER NOT NULL,
    sold_at TEXT NOT NULL,
    items TEXT NOT NULL,
    life TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS ml_orders_by_shipment ON ml_orders (shipment_id);
CREATE INDEX IF NOT EXISTS ml_orders_by_pack ON ml_orders (pack_id);
CREATE TABLE IF NOT EXISTS ml_seeds (seed TEXT PRIMARY KEY, asked TEXT NOT NULL, sold TEXT NOT NULL);
"""


@dataclass(frozen=True)
class Line:
    """One item of an order; `unit_price` in USD."""

    sku: str
    quantity: int
    unit_price: Decimal


@dataclass(frozen=True)
class Turn:
    """From `after` the sale on, an order has this status."""

    after: timedelta
    status: str
    cancel_detail: Mapping[str, str] | None = None


PAID = (Turn(timedelta(), "paid"),)


@dataclass(frozen=True)
class Sale:
    """What is sold in one go: one shipment, one order or a pack of several."""

    scenario: str
    expects: str
    seller_id: int
    orders: Sequence[Sequence[Line]]
    at: datetime
    life: Sequence[Turn] = PAID
    mode: str = "me1"
    type: str = "default"
    receiver_cost: Decimal = Decimal(0)
    shipment_after: timedelta = field(default_factory=timedelta)


@dataclass(frozen=True)
class Sold:
    """One order that came of a sale."""

    order_id: int
    shipment_id: int
    pack_id: int | None
    scenario: str
    expects: str
    skus: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """The answer of the doors `sell` and `seed`."""
        return {
            "order_id": str(self.order_id),
            "shipment_id": str(self.shipment_id),
            "pack_id": None if self.pack_id is None else str(self.pack_id),
            "scenario": self.scenario,
            "expects": self.expects,
            "skus": list(self.skus),
        }


def sell(stage: Stage, sale: Sale, rng: Random) -> list[Sold]:
    """Writes a sale; ids and the buyer come from `rng`. To be called in a transaction."""
    db = stage.connection()
    shipment_id = _free_id(db, rng, "ml_shipments", "shipment_id", 45_000_000_000, 47_999_999_999)
    pack_id = None
    if len(sale.orders) > 1:
        pack_id = _free_id(db, rng, "ml_packs", "pack_id", 2_000_020_000_000_000, 2_000_029_999_999_999)
        db.execute("INSERT INTO ml_packs VALUES (?, ?, ?, ?)", (pack_id, shipment_id, sale.seller_id, iso(sale.at)))
    db.execute(
        "INSERT INTO ml_shipments VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, ?)",
        (
            shipment_id,
            sale.seller_id,
            iso(sale.at),
            iso(sale.at + sale.shipment_after),
            sale.mode,
            sale.type,
            str(sale.receiver_cost),
            json.dumps(people.buyer(rng), ensure_ascii=False),
            iso(sale.at),
        ),
    )
    life = [
        {"at": iso(sale.at + turn.after), "status": turn.status, "cancel_detail": _detail(turn)} for turn in sale.life
    ]
    sold = []
    for lines in sale.orders:
        order_id = _free_id(db, rng, "ml_orders", "order_id", 2_000_010_000_000_000, 2_000_019_999_999_999)
        items = [{"sku": line.sku, "quantity": line.quantity, "unit_price": str(line.unit_price)} for line in lines]
        db.execute(
            "INSERT INTO ml_orders VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                order_id,
                pack_id,
                shipment_id,
                sale.seller_id,
                iso(sale.at),
                json.dumps(items),
                json.dumps(life),
            ),
        )
        add_scenario(db, Scenario(str(order_id), str(shipment_id), sale.scenario, sale.expects))
        skus = tuple(line.sku for line in lines)
        sold.append(Sold(order_id, shipment_id, pack_id, sale.scenario, sale.expects, skus))
    return sold


def read_sale(asked: Mapping[str, object], now: datetime, default_seller: int) -> Sale:
    """A sale from the JSON of the door `sell`.

    Raises:
        ValueError: a field is missing, unknown or not of its kind, in one sentence.
    """
    unknown = set(asked) - {
        "scenario", "expects", "seller", "orders", "life", "shipping", "after_days", "webhook_url", "seed",
    }  # fmt: skip
    if unknown:
        raise ValueError(f"unknown fields: {sorted(unknown)}")
    shipping = _mapping(asked.get("shipping", {}), "shipping")
    orders = [
        [_line(_mapping(item, "an item")) for item in _list(_mapping(order, "an order").get("items"), "items")]
        for order in _list(asked.get("orders"), "orders")
    ]
    turns = tuple(_turn(_mapping(turn, "a turn of life")) for turn in _list(asked.get("life", [{}]), "life"))
    if turns[0].after != timedelta():
        raise ValueError("the first turn of life is at the sale: after_days 0")
    scenario = str(asked.get("scenario", "plain"))
    return Sale(
        scenario=scenario,
        expects=str(asked.get("expects", "cancelled" if turns[-1].status == "cancelled" else "delivered")),
        seller_id=int(str(asked.get("seller", default_seller))),
        orders=orders,
        at=now + timedelta(days=float(str(asked.get("after_days", 0)))),
        life=turns,
        mode=str(shipping.get("mode", "me1")),
        type=str(shipping.get("type", "default")),
        receiver_cost=Decimal(str(shipping.get("cost", 0))),
        shipment_after=timedelta(days=float(str(shipping.get("after_days", 0)))),
    )


BUYER_REGRETS = {
    "group": "buyer",
    "code": "buyer_cancel_express",
    "description": "Buyer cancelled the purchase",
}


def _detail(turn: Turn) -> dict[str, str] | None:
    if turn.status != "cancelled":
        return None
    return {**BUYER_REGRETS, "requested_by": "buyer", **(turn.cancel_detail or {})}


def _turn(asked: Mapping[str, object]) -> Turn:
    detail = asked.get("cancel_detail")
    return Turn(
        after=timedelta(days=float(str(asked.get("after_days", 0)))),
        status=str(asked.get("status", "paid")),
        cancel_detail=None if detail is None else {k: str(v) for k, v in _mapping(detail, "cancel_detail").items()},
    )


def _line(asked: Mapping[str, object]) -> Line:
    sku = str(asked.get("sku"))
    if sku not in listings():
        raise ValueError(f"no product {sku!r} in brands.json")
    quantity = int(str(asked.get("quantity", 1)))
    price = Decimal(str(asked.get("unit_price", listings()[sku].price)))
    if quantity < 1 or price <= 0:
        raise ValueError("quantity and unit_price are above zero")
    return Line(sku, quantity, price)


def _mapping(value: object, name: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise ValueError(f"{name} is a JSON object")
    return value


def _list(value: object, name: str) -> list[object]:
    if not isinstance(value, list) or not value:
        raise ValueError(f"{name} is a list with at least one entry")
    return value


def _free_id(db: sqlite3.Connection, rng: Random, table: str, column: str, low: int, high: int) -> int:
    while True:
        found = rng.randint(low, high)
        if db.execute(f"SELECT 1 FROM {table} WHERE {column} = ?", (found,)).fetchone() is None:  # noqa: S608
            return found

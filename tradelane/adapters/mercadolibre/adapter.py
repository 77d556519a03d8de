"""The marketplace port over Mercado Libre's Global Selling interface."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TypeVar

import httpx

from tradelane.adapters.errors import Garbled, Refused
from tradelane.adapters.http import Answer, understood
from tradelane.adapters.mercadolibre import mapper, wire
from tradelane.adapters.mercadolibre.client import MercadoLibreAccess, MercadoLibreClient, real_now
from tradelane.adapters.mercadolibre.mapper import PARTY
from tradelane.domain.identifiers import OrderId, PackId, ShipmentId, WaybillNumber
from tradelane.domain.order import BuyerTaxId, Order, Pack, Shipment
from tradelane.domain.outside import Existing
from tradelane.ports import Sellers

Made = TypeVar("Made")

PAGE = 50
"""Rows asked for at once; one table of the documentation says 1000 are allowed, another 50."""
MOST_PAGES = 200


class MercadoLibreMarketplace:
    """Implements `tradelane.ports.Marketplace` for own-carrier (me1/default) Global Selling sales."""

    def __init__(
        self,
        access: MercadoLibreAccess,
        client: httpx.AsyncClient,
        sellers: Sellers,
        *,
        real_now: Callable[[], datetime] = real_now,
    ) -> None:
        self._calls = MercadoLibreClient(access, client, sellers, real_now=real_now)

    async def order(self, seller_id: str, order_id: OrderId) -> Order:
        """Read an order. `Refused` `order_unknown` (404) or `order_of_another_seller` (403)."""
        with _named("order"):
            answer = await self._calls.get(seller_id, "/marketplace/orders/{order}", {"order": order_id})
        message = answer.read(wire.OrderMessage)
        return _checked(lambda: mapper.order(message, seller_id))

    async def pack(self, seller_id: str, pack_id: PackId) -> Pack:
        with _named("pack"):
            answer = await self._calls.get(seller_id, "/marketplace/orders/pack/{pack}", {"pack": pack_id})
        message = answer.read(wire.PackMessage)
        return _checked(lambda: mapper.pack(message))

    async def shipment(self, seller_id: str, shipment_id: ShipmentId) -> Shipment:
        """Read a shipment and, from `/costs`, what the buyer pays for carriage."""
        message = await self._shipment(seller_id, shipment_id)
        costs = await self._of_shipment(seller_id, shipment_id, "/costs")
        return _checked(lambda: mapper.shipment(message, costs.read(wire.CostsMessage)))

    async def shipment_orders(self, seller_id: str, shipment_id: ShipmentId) -> tuple[OrderId, ...]:
        """Orders of a shipment, each once, lowest first."""
        answer = await self._of_shipment(seller_id, shipment_id, "/items")
        content = answer.json()
        if not isinstance(content, list):
            raise Garbled(PARTY, "unexpected_shape", "The items of a shipment are not a list.")
        rows = [understood(PARTY, wire.ShipmentItem, row) for row in content]
        return _checked(lambda: tuple(sorted({OrderId(row.order_id) for row in rows if row.order_id}, key=int)))

    async def buyer_tax_id(self, seller_id: str, order_id: OrderId) -> BuyerTaxId | None:
        """The buyer's tax identity, or None where the marketplace has none (404) or not yet."""
        path = "/marketplace/orders/{order}/billing_info"
        try:
            answer = await self._calls.get(seller_id, path, {"order": order_id})
        except Refused as refused:
            if refused.code == "unknown":
                return None
            raise
        return mapper.buyer_tax_id(answer.read(wire.BillingMessage))

    async def orders_updated(self, seller_id: str, since: datetime, until: datetime) -> tuple[OrderId, ...]:
        """Ids of orders updated in a window. Cancelled sales are listed only when asked for, so both are."""
        found: dict[OrderId, None] = {}
        for status in (None, "cancelled"):
            found.update(dict.fromkeys(await self._search(seller_id, since, until, status)))
        return tuple(found)

    async def _search(
        self, seller_id: str, since: datetime, until: datetime, status: str | None
    ) -> tuple[OrderId, ...]:
        query = {
            "last_updated.from": _written(since),
            "last_updated.to": _written(until),
            "sort": "date_asc",
            "limit": str(PAGE),
        }
        if status:
            query["order.status"] = status
        found: list[OrderId] = []
        offset = 0
        for _ in range(MOST_PAGES):
            answer = await self._calls.get(
                seller_id, "/marketplace/orders/search", {}, {**query, "offset": str(offset)}
            )
            page = answer.read(wire.SearchMessage)
            found += _orders_of(page)
            offset += len(page.results)
            if not page.results or offset >= page.paging.total:
                return tuple(found)
        raise Garbled(PARTY, "endless_search", f"A search gave more than {MOST_PAGES} pages; ask for less time.")

    async def find_tracking(self, seller_id: str, shipment_id: ShipmentId) -> Existing[str]:
        """`Done` when the shipment is sent and has a number."""
        return mapper.existing_tracking(await self._shipment(seller_id, shipment_id))

    async def publish_tracking(
        self, seller_id: str, shipment_id: ShipmentId, waybill: WaybillNumber, url: str, carrier: str
    ) -> None:
        """Report the number: the shipment becomes `shipped`. No correction is documented: look first."""
        body = {"tracking_id": str(waybill), "tracking_url": url, "carrier": carrier}
        await self._report(seller_id, shipment_id, "/tracking", body)

    async def find_delivery(self, seller_id: str, shipment_id: ShipmentId) -> Existing[str]:
        return mapper.existing_delivery(await self._shipment(seller_id, shipment_id))

    async def publish_delivery(
        self, seller_id: str, shipment_id: ShipmentId, waybill: WaybillNumber, status: str
    ) -> None:
        """Report `delivered` or `not_delivered`: final, irreversible, and `not_delivered` refunds the buyer."""
        if status not in mapper.SHIPMENT_FINAL:
            raise ValueError(f"A delivery is delivered or not_delivered, not {status!r}.")
        body = {"tracking_id": str(waybill), "status": status}
        await self._report(seller_id, shipment_id, "/tracking/status", body)

    async def _shipment(self, seller_id: str, shipment_id: ShipmentId) -> wire.ShipmentMessage:
        return (await self._of_shipment(seller_id, shipment_id, "")).read(wire.ShipmentMessage)

    async def _of_shipment(self, seller_id: str, shipment_id: ShipmentId, part: str) -> Answer:
        path = "/marketplace/shipments/{shipment}" + part
        with _named("shipment"):
            return await self._calls.get(seller_id, path, {"shipment": shipment_id})

    async def _report(self, seller_id: str, shipment_id: ShipmentId, part: str, body: object) -> None:
        path = "/marketplace/shipments/{shipment}" + part
        with _named("shipment"):
            answer = await self._calls.post(seller_id, path, {"shipment": shipment_id}, body)
        content = answer.json()
        if not isinstance(content, dict) or str(content.get("status", "")).lower() not in ("success", "ok"):
            raise Garbled(PARTY, "unexpected_shape", "The report was answered without a word of success.")


@contextmanager
def _named(thing: str) -> Iterator[None]:
    """Name what was unknown or another seller's: `order_unknown`, `shipment_of_another_seller`."""
    try:
        yield
    except Refused as refused:
        if refused.code not in ("unknown", "of_another_seller"):
            raise
        raise Refused(PARTY, f"{thing}_{refused.code}", refused.words, fault=refused.fault) from refused


def _checked(make: Callable[[], Made]) -> Made:
    """What the mapper makes; a value that our own types refuse is a garbled answer."""
    try:
        return make()
    except ValueError as wrong:
        raise Garbled(PARTY, "unexpected_value", "An identifier or amount in the answer is not valid.") from wrong


def _orders_of(page: wire.SearchMessage) -> list[OrderId]:
    """The ids inside the rows: a row's own id is the pack for carts."""
    ids: list[str | None] = []
    for row in page.results:
        ids += [order.id for order in row.orders] if row.orders else [row.id]
    return _checked(lambda: [OrderId(order_id) for order_id in ids if order_id])


def _written(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000-00:00")

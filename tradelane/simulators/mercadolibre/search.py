"""`GET /marketplace/orders/search`: rows of ids, filtered by whole hours."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime

from starlette.responses import JSONResponse, Response

from tradelane.simulators.clock import instant
from tradelane.simulators.mercadolibre.errors import error, invalid_caller
from tradelane.simulators.mercadolibre.orders import Order, orders_of

LIMIT = 50
SORTS = ("date_asc", "date_desc")
DATES = ("date_created", "last_updated")


def search(db: sqlite3.Connection, asked: Mapping[str, str], seller_id: int, now: datetime) -> Response:
    """Answers one page. Filters it does not know are ignored in silence, as the real one does."""
    if asked.get("seller.id", str(seller_id)) != str(seller_id):
        return invalid_caller()
    try:
        offset, limit = int(asked.get("offset", "0")), min(int(asked.get("limit", str(LIMIT))), LIMIT)
        bounds = {name: (_hour(asked.get(f"{name}.from")), _hour(asked.get(f"{name}.to"))) for name in DATES}
    except ValueError as problem:
        return error(400, "bad_request", f"Invalid parameter: {problem}")
    if offset < 0 or limit < 1:
        return error(400, "bad_request", "Invalid parameter: offset and limit")
    sort = asked.get("sort", "date_asc")
    if sort not in SORTS:
        return error(400, "bad_request", f"Invalid sort: {sort}")

    rows = _rows([order for order in orders_of(db, "seller_id", seller_id, now) if _fits(order, asked, bounds)])
    rows.sort(key=lambda row: (row[0].sold_at, row[0].id), reverse=sort == "date_desc")
    return JSONResponse(
        {
            "query": "",
            "display": "complete",
            "paging": {"total": len(rows), "offset": offset, "limit": limit},
            "results": [_row_json(row) for row in rows[offset : offset + limit]],
            "sort": {"id": sort},
            "available_sorts": [{"id": name} for name in SORTS if name != sort],
            "filters": [],
            "available_filters": [],
        }
    )


def _fits(
    order: Order,
    asked: Mapping[str, str],
    bounds: Mapping[str, tuple[datetime | None, datetime | None]],
) -> bool:
    status = asked.get("order.status")
    if order.status != status if status else order.status == "cancelled":
        return False
    for name, value in (("date_created", order.sold_at), ("last_updated", order.changed_at)):
        lower, upper = bounds[name]
        if (lower is not None and value < lower) or (upper is not None and value > upper):
            return False
    return True


def _hour(text: str | None) -> datetime | None:
    """A bound of a date filter: minutes and seconds are dropped."""
    # A plus sign that was not escaped arrives as a blank; the real gateways accept it.
    if text is None:
        return None
    return instant(text.replace(" ", "+")).replace(minute=0, second=0, microsecond=0)


def _rows(orders: list[Order]) -> list[list[Order]]:
    """Orders of one pack share a row."""
    rows: dict[int, list[Order]] = {}
    for order in orders:
        rows.setdefault(order.pack_id or order.id, []).append(order)
    return list(rows.values())


def _row_json(row: list[Order]) -> dict[str, object]:
    first = row[0]
    return {
        "id": first.pack_id or first.id,
        "orders": [{"id": order.id} for order in row],
        "buyer": {"id": first.buyer["id"]},
        "seller": {"id": first.seller_id},
    }

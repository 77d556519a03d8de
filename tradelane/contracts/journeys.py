"""Workflows by name, their ids and their queues: written once, used by all doors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tradelane.domain.identifiers import OrderId

SITE = "MLC"
"""The one marketplace site of this lane; orders of other sites are listed, never started."""


@dataclass(frozen=True)
class Journey:
    """A workflow type on the server."""

    name: str
    queue: str


ORDERS_QUEUE = "orders"
FULFIL_ORDER = Journey("FulfilOrder", ORDERS_QUEUE)
SWEEP = Journey("Sweep", ORDERS_QUEUE)
RECONCILE_ORDERS = Journey("ReconcileOrders", ORDERS_QUEUE)
NOTIFY = Journey("NotifyDesk", ORDERS_QUEUE)

QUEUES = ("marketplace", "filing", "customs", "carrier", "tracking", "house")
"""Activity queues: one per counterparty, with the server's rate limit on it; `house` is our own work."""


RATES: Mapping[str, float] = {"marketplace": 30.0, "filing": 20.0, "customs": 20.0, "carrier": 30.0, "tracking": 1.5}
"""Activities per second and queue; a step that looks before it writes makes two calls.

17TRACK documents 3 requests a second, Mercado Libre 18,000 an hour, KTNET 10,000 a day.
"""


def order_workflow_id(order_id: OrderId | str) -> str:
    """The one id of an order's run.

    >>> order_workflow_id("2000013770481964")
    'order/MLC/2000013770481964'
    """
    return f"order/{SITE}/{OrderId(order_id)}"


def order_of_workflow_id(workflow_id: str) -> OrderId | None:
    """The order of a run id, or None when the id is not one of ours."""
    prefix = f"order/{SITE}/"
    tail = workflow_id.removeprefix(prefix)
    if not workflow_id.startswith(prefix) or not tail.isascii() or not tail.isdigit():
        return None
    try:
        return OrderId(tail)
    except ValueError:  # digits that are no order, typed into the UI
        return None

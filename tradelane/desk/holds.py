"""Open holds of all orders, and everything else that waits for a person."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from tradelane.contracts.journeys import FULFIL_ORDER, order_of_workflow_id
from tradelane.contracts.search_attributes import HOLD
from tradelane.desk.complaints import NotFound, RefusedByRule, WrongUsage
from tradelane.desk.orders import progress_of
from tradelane.desk.session import Desk
from tradelane.domain.holds import BENCH, OWNERS, Hold
from tradelane.domain.identifiers import OrderId

AT_ONCE = 10
"""Runs asked at the same time."""


class OrderHold(BaseModel):
    """A hold with the order it belongs to."""

    model_config = ConfigDict(frozen=True)

    order_id: str
    hold: Hold


class Task(BaseModel):
    """One thing a person should do, with the command that reports it done."""

    model_config = ConfigDict(frozen=True)

    due: datetime | None
    owner: str
    about: str
    what: str
    command: str


async def open_holds(desk: Desk) -> tuple[OrderHold, ...]:
    """All open holds, the most urgent first.

    Raises:
        NotThere: no worker answers for a run that holds.
    """
    query = f"WorkflowType = '{FULFIL_ORDER.name}' AND ExecutionStatus = 'Running' AND {HOLD.name} IS NOT NULL"
    orders = [order async for run in desk.client.list_workflows(query) if (order := order_of_workflow_id(run.id))]
    gate = asyncio.Semaphore(AT_ONCE)

    async def holds_of(order: OrderId) -> list[OrderHold]:
        async with gate:
            try:
                progress = await progress_of(desk, order)
            except NotFound:  # ended between the list and the question
                return []
        return [OrderHold(order_id=order, hold=hold) for hold in progress.holds]

    found = await asyncio.gather(*(holds_of(order) for order in dict.fromkeys(orders)))
    return by_urgency([one for holds in found for one in holds])


def by_urgency(holds: Sequence[OrderHold]) -> tuple[OrderHold, ...]:
    """Holds by due time; equal ones by order and step, so that a list never jumps."""
    return tuple(sorted(holds, key=lambda one: (one.hold.due, one.order_id, one.hold.key)))


def hold_of(holds: Sequence[Hold], order: OrderId, step: str | None) -> Hold:
    """The hold a person means: by its key or its step, or the only one.

    Raises:
        NotFound: there is none like that.
        RefusedByRule: several fit.
    """
    fitting = [hold for hold in holds if step is None or step in (hold.key, hold.step)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise RefusedByRule(
            f"Order {order} has several holds; name one with --step: {', '.join(hold.key for hold in fitting)}."
        )
    raise NotFound(f"Order {order} has no hold" + (f" at {step}." if step else "."))


async def todo(desk: Desk, owner: str | None) -> tuple[Task, ...]:
    """The worklist: open holds by due time, then facts in the inbox that nobody could place.

    Raises:
        WrongUsage: there is no such desk; an empty list for a slip of the finger would look like a quiet night.
    """
    desks = sorted({BENCH, *OWNERS.values()})
    if owner is not None and owner not in desks:
        raise WrongUsage(f"{owner!r} is no desk; write one of {', '.join(desks)}.")
    tasks = [
        Task(
            due=one.hold.due,
            owner=one.hold.owner,
            about=f"order {one.order_id}, {one.hold.key}",
            what=f"{one.hold.reason}: {one.hold.words}",
            command=one.hold.commands[0] if one.hold.commands else "",
        )
        for one in await open_holds(desk)
    ]
    tasks += [
        Task(
            due=None,
            owner="marketplace desk",
            about=f"inbox {arrival.id}, {arrival.source}",
            what=f"{arrival.reference}: {arrival.note}",
            command="tradelane inbox list --state held",
        )
        for arrival in desk.stores.inbox.listed("held")
    ]
    return tuple(task for task in tasks if owner is None or task.owner == owner)

"""Open holds of all orders, and everything else that waits for a person.

Lists come from the board, one query however many orders run; what no run can post is looked for beside it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from shlex import quote

from pydantic import BaseModel, ConfigDict
from temporalio.client import Client

from tradelane.contracts.journeys import QUEUES
from tradelane.desk.complaints import NotFound, RefusedByRule, WrongUsage
from tradelane.desk.durations import read_duration
from tradelane.desk.orders import STAGES, progress_of
from tradelane.desk.session import Desk, open_desk
from tradelane.desk.troubles import OrderHold, reached, troubles
from tradelane.desk.unfiled_certificates import Unfiled, in_words, unfiled_certificates
from tradelane.domain.addressees import DESKS
from tradelane.domain.holds import Hold
from tradelane.domain.identifiers import OrderId
from tradelane.domain.language import Language
from tradelane.domain.wording import keys
from tradelane.ports import BoardQuery
from tradelane.settings import Settings
from tradelane.stores import Stores, open_stores

__all__ = [
    "REASONS",
    "STEPS",
    "OrderHold",
    "Seen",
    "Task",
    "Worklist",
    "awake",
    "by_urgency",
    "chosen",
    "hold_of",
    "look",
    "open_hold",
    "open_holds",
    "todo",
]

REASONS = tuple(sorted(key.partition(".")[2] for key in keys(Language.ENGLISH) if key.startswith("reason.")))
"""Every reason the house has words for."""

STEPS = tuple(sorted(key.partition(".")[2] for key in keys(Language.ENGLISH) if key.startswith("step.")))
"""Every step and hold's key the house has words for, without its part and round."""


INBOX_DESK = "marketplace desk"
"""Who looks at facts of the inbox that nobody could place."""

PAPER_DESK = "customs desk"
"""Who fetches certificates from UNI-PASS."""


class Task(BaseModel):
    """One thing a person should do, with the command that reports it done."""

    model_config = ConfigDict(frozen=True)

    due: datetime | None
    owner: str
    about: str
    what: str
    command: str
    order_id: str = ""
    """Empty for what is no single order's."""
    step: str = ""
    """The hold's key; empty for what is no hold."""
    reason: str = ""
    words: str = ""
    assignee: str = ""


@dataclass(frozen=True)
class Seen:
    """Holds by due time; whether there are more; one sentence about what could not be looked at."""

    holds: tuple[OrderHold, ...]
    more: bool = False
    missing: str = ""


@dataclass(frozen=True)
class Worklist:
    """Tasks by due time, and one sentence about what could not be looked at."""

    tasks: tuple[Task, ...]
    missing: str = ""


async def open_holds(desk: Desk, query: BoardQuery = BoardQuery()) -> tuple[OrderHold, ...]:  # noqa: B008 - frozen
    """Open holds as the runs posted them, the most urgent first."""
    return on_board(desk.stores, query)


def on_board(stores: Stores, query: BoardQuery, limit: int | None = None) -> tuple[OrderHold, ...]:
    """Open holds of the board by due time, in one query."""
    return tuple(
        OrderHold(order_id=one.order_id, hold=one.hold, seller_id=one.seller_id, exporters=one.exporters)
        for one in stores.holds.open(query, limit)
    )


async def look(settings: Settings, ask: Callable[[Stores], BoardQuery], limit: int | None = None) -> Seen:
    """The board's holds, and trouble of ours that fits the same query; the board is listed without an engine, too."""
    with open_stores(settings) as stores:
        engine = await reached(settings, stores)
        query = ask(stores)
        seen = await _seen(settings, stores, engine, query, limit)
        if not seen.holds and query.step is not None:
            _known_step(query.step)
        return seen


async def _seen(
    settings: Settings, stores: Stores, engine: Client | None, query: BoardQuery, limit: int | None = None
) -> Seen:
    rows, beside = await asyncio.gather(
        asyncio.to_thread(on_board, stores, query, None if limit is None else limit + 1),
        troubles(settings, stores, engine),
    )
    found = by_urgency([*rows, *(one for one in beside.found if _fits(one, query))])
    return Seen(found[:limit], limit is not None and len(found) > limit, beside.missing)


def _fits(one: OrderHold, query: BoardQuery) -> bool:
    """What the board asks in SQL, for what is not on the board."""
    hold = one.hold
    same = (
        (query.order_id, (one.order_id,)),
        (query.seller, (one.seller_id,)),
        (query.exporter, one.exporters),
        (query.stage, (hold.stage,)),
        (query.reason, (hold.reason,)),
        (query.step, (hold.key, hold.step)),
        (query.owner, (hold.owner,)),
    )
    in_time = query.due_before is None or hold.due < query.due_before
    return in_time and all(wanted is None or wanted in values for wanted, values in same)


def chosen(
    stores: Stores, *, seller: str | None = None, exporter: str | None = None, stage: str | None = None,
    reason: str | None = None, step: str | None = None, owner: str | None = None, due: str | None = None,
    snoozed: bool = False,
) -> BoardQuery:  # fmt: skip
    """The query for what a person typed; `due` is a span of trade time from now, such as `24h`.

    Raises:
        WrongUsage: there is no such stage, reason, desk, seller, exporter or span: an empty list for a slip of the
            finger would look like a quiet night.
    """
    now = stores.clock.read().at(datetime.now(UTC))
    if stage is not None:
        _known(stores, BoardQuery(stage=stage), f"{stage!r} is no stage", STAGES)
    if reason is not None:
        _known(stores, BoardQuery(reason=reason), f"{reason!r} is no reason", REASONS)
    if owner is not None:
        _known(stores, BoardQuery(owner=owner), f"{owner!r} is no desk and nobody who has taken a hold", DESKS)
    if seller is not None:
        ids = tuple(one.id for one in stores.sellers.all())
        _known(stores, BoardQuery(seller=seller), f"{seller!r} is no seller", ids)
    if exporter is not None:
        ids = tuple(one.id for one in stores.exporters.all())
        _known(stores, BoardQuery(exporter=exporter), f"{exporter!r} is no exporter", ids)
    return BoardQuery(
        seller=seller,
        exporter=exporter,
        stage=stage,
        reason=reason,
        step=step,
        owner=owner,
        due_before=now + read_duration(due) if due is not None else None,
        snoozed_at=None if snoozed else now,
    )


def _known(stores: Stores, alone: BoardQuery, complaint: str, allowed: Sequence[str]) -> None:
    [given] = alone.model_dump(exclude_none=True).values()
    if given not in allowed and not stores.holds.open(alone, 1):
        raise WrongUsage(f"{complaint}; write one of {', '.join(allowed) or '(none is registered)'}.")


def _known_step(step: str) -> None:
    """An empty list for a step that does not exist would look like a quiet night."""
    name = step.partition(":")[0].partition("~")[0]
    if name not in STEPS and name not in QUEUES:
        raise WrongUsage(f"{step!r} is no step and no hold's key; write one of {', '.join(STEPS)}.")


def awake(hold: Hold, now: datetime) -> Hold:
    """The hold, without an instant of waking that has passed: it would read as if it slept."""
    if hold.snoozed_until is not None and hold.snoozed_until <= now:
        return hold.model_copy(update={"snoozed_until": None})
    return hold


def by_urgency(holds: Sequence[OrderHold]) -> tuple[OrderHold, ...]:
    """Holds by due time; equal ones by order and step, so that a list never jumps."""
    return tuple(sorted(holds, key=lambda one: (one.hold.due, one.order_id, one.hold.key)))


async def open_hold(settings: Settings, order: OrderId, step: str | None) -> Hold:
    """The hold a person means, from the board; from the run where the board has none of it.

    Raises:
        NotFound: there is none like that, or the engine knows no run of the order.
        RefusedByRule: several fit.
        NotThere: the board has none, and no engine or worker answers.
    """
    with open_stores(settings) as stores:
        now = stores.clock.read().at(datetime.now(UTC))
        posted = [awake(one.hold, now) for one in stores.holds.open(BoardQuery(order_id=order, step=step))]
    if posted:
        return hold_of(posted, order, step)
    async with open_desk(settings) as desk:
        return awake(hold_of((await progress_of(desk, order)).holds, order, step), now)


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


def _without_certificate(stores: Stores) -> dict[str, list[Unfiled]]:
    found: dict[str, list[Unfiled]] = {}
    for one in unfiled_certificates(stores):
        found.setdefault(one.exporter_id, []).append(one)
    return found


async def todo(settings: Settings, owner: str | None) -> Worklist:
    """The worklist of everybody, a desk or a person: holds that are awake by due time, then facts in the inbox nobody could place.

    Raises:
        WrongUsage: there is no such desk, and nobody of that name has taken a hold.
    """
    with open_stores(settings) as stores:
        seen = await _seen(settings, stores, await reached(settings, stores), chosen(stores, owner=owner))
        unplaced = stores.inbox.listed("held")
        without_certificate = _without_certificate(stores) if owner in (None, PAPER_DESK) else {}
    tasks = [
        Task(
            due=one.hold.due,
            owner=one.hold.owner,
            about=f"order {one.order_id}, {one.hold.key}" if one.order_id else one.hold.key,
            what=f"{one.hold.reason}: {one.hold.words}",
            command=one.hold.commands[0] if one.hold.commands else "",
            order_id=one.order_id,
            step=one.hold.key,
            reason=one.hold.reason,
            words=one.hold.words,
            assignee=one.hold.assignee,
        )
        for one in seen.holds
    ]
    tasks += [
        Task(
            due=None,
            owner=INBOX_DESK,
            about=f"inbox {arrival.id}, {arrival.source}",
            what=f"{arrival.reference}: {arrival.note}",
            command="tradelane inbox list --state held",
        )
        for arrival in (unplaced if owner in (None, INBOX_DESK) else ())
    ]
    tasks += [
        Task(
            due=None,
            owner=PAPER_DESK,
            about=f"exporter {exporter_id}",
            what=in_words(unfiled),
            command=f"tradelane evidence list --exporter {quote(exporter_id)}",
        )
        for exporter_id, unfiled in without_certificate.items()
    ]
    return Worklist(tuple(tasks), seen.missing)

"""Replay of many: a plan of the open holds that fit a condition, then each of them once, at a rate.

How far it is stands in our database after every order, so that an interrupted replay goes on with the rest. A kill
between an order's replay and its note leaves it `applying`: the same replay is then told again under the same id,
which does nothing a second time.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict

from tradelane.desk.complaints import NotFound, NotThere, RefusedByRule, StalePlan, WrongUsage
from tradelane.desk.looks import Lookups
from tradelane.desk.orders import progress_of
from tradelane.desk.plan import ReplayPlan
from tradelane.desk.replay import apply_replay, plan_replay
from tradelane.desk.replay_where import read_where
from tradelane.desk.rerun import recorded
from tradelane.desk.session import Desk
from tradelane.domain.holds import Hold
from tradelane.domain.identifiers import OrderId
from tradelane.ports import ReplayBatch, ReplayOrder, ReplayState
from tradelane.stores import Stores

SETTLED = (ReplayState.APPLIED, ReplayState.STALE, ReplayState.REFUSED)

_RATE = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?:/(?P<unit>s|m|h))?")
_SECONDS = {"s": 1, "m": 60, "h": 3600}


class ManyPlanned(BaseModel):
    """A replay of many as it stands: planned, under way or done."""

    model_config = ConfigDict(frozen=True)

    batch: ReplayBatch
    orders: tuple[ReplayOrder, ...]

    @property
    def counts(self) -> Mapping[ReplayState, int]:
        """How many are where, in the order of their states."""
        found = Counter(one.state for one in self.orders)
        return {state: found[state] for state in ReplayState if found[state]}


def read_rate(text: str) -> float:
    """Seconds between two replays, from `5/s`, `30/m`, `100/h` or a bare number a second.

    >>> read_rate("5/s"), read_rate("30/m")
    (0.2, 2.0)

    Raises:
        WrongUsage: it is no rate above zero.
    """
    read = _RATE.fullmatch(text.strip())
    number = float(read["number"]) if read is not None else 0.0
    if read is None or number <= 0:
        raise WrongUsage(f"--rate {text!r} is no rate; write e.g. 5/s, 30/m or 100/h.")
    return _SECONDS[read["unit"] or "s"] / number


async def plan_many(desk: Desk, where: str, step: str, lookups: Lookups | None) -> ManyPlanned:
    """Write down which open holds fit; with `lookups` each order's plan is drawn too, which asks counterparties.

    Raises:
        WrongUsage: the condition is not understood.
        NotFound: no open hold fits.
    """
    query = read_where(where)
    held = await asyncio.to_thread(desk.stores.holds.open, query)
    if not held:
        raise NotFound(f"No open hold fits {where!r}; `tradelane holds list` shows those there are.")
    chosen = {
        (one.order_id, step or one.hold.key): ReplayOrder(
            order_id=one.order_id, step=step or one.hold.key, version=mark(one.hold)
        )
        for one in held
    }
    rows = [await _with_note(desk, row, lookups) if lookups is not None else row for row in chosen.values()]
    batch = ReplayBatch(
        id=uuid.uuid4().hex[:12],
        chosen_by=where,
        step=step,
        planned_at=desk.stores.clock.read().at(datetime.now(UTC)),
    )
    await asyncio.to_thread(desk.stores.replays.plan, batch, rows)
    return many(desk.stores, batch.id)


async def _with_note(desk: Desk, row: ReplayOrder, lookups: Lookups) -> ReplayOrder:
    try:
        drawn = await plan_replay(desk, OrderId(row.order_id), row.step, lookups)
    except (NotFound, RefusedByRule) as no:
        return row.model_copy(update={"note": str(no)})
    return row.model_copy(update={"note": in_short(drawn)})


def in_short(plan: ReplayPlan) -> str:
    """A plan in one line: the named step's verdict, and how many other steps run again."""
    own = next((f"{line.verdict}: {line.why}" for line in plan.steps if line.step == plan.step), "")
    others = sum(1 for line in plan.steps if line.step != plan.step and line.verdict != "kept")
    return f"{own}; {others} more run again" if others else own


def many(stores: Stores, batch_id: str) -> ManyPlanned:
    """A replay of many as it stands now.

    Raises:
        NotFound: there is none under this id.
    """
    batch = stores.replays.get(batch_id)
    if batch is None:
        raise NotFound(f"No replay of many is called {batch_id}; `tradelane replay --where ... --plan` makes one.")
    return ManyPlanned(batch=batch, orders=stores.replays.orders(batch_id))


async def apply_many(
    desk: Desk,
    batch_id: str,
    *,
    seconds_between: float,
    actor: str,
    reason: str,
    told: Callable[[ReplayOrder], None] = lambda one: None,
) -> ManyPlanned:
    """Replay every order of a plan that is not settled yet; `told` hears of each.

    Nobody is asked beforehand: each step looks before it writes.

    Raises:
        NotFound: there is no such plan.
        NotThere: engine or worker do not answer; the rest stays planned.
    """
    rest = [one for one in many(desk.stores, batch_id).orders if one.state not in SETTLED]
    loop = asyncio.get_running_loop()
    due = loop.time()
    for row in rest:
        await asyncio.sleep(due - loop.time())
        due = max(due, loop.time()) + seconds_between
        told(await _apply_one(desk, batch_id, row, actor, reason))
    return many(desk.stores, batch_id)


async def _apply_one(desk: Desk, batch_id: str, row: ReplayOrder, actor: str, reason: str) -> ReplayOrder:
    replays, order = desk.stores.replays, OrderId(row.order_id)
    once = f"{batch_id}/{row.order_id}/{row.step}"

    async def settled(state: ReplayState, note: str) -> ReplayOrder:
        await asyncio.to_thread(replays.settle, batch_id, row.order_id, row.step, state, note)
        return row.model_copy(update={"state": state, "note": note})

    await settled(ReplayState.APPLYING, row.note)
    try:
        begun = await asyncio.to_thread(recorded, desk, order, once)
        hold = await _still_holding(desk, order, row.version) if begun is None else None
        if begun is None and hold is None:
            return await settled(ReplayState.STALE, "the hold it was planned for is gone: the order has moved on")
        held = hold is not None and hold.key == row.step
        applied = await apply_replay(desk, order, row.step, None, actor=actor, reason=reason, once=once, held=held)
    except (NotFound, StalePlan) as moved:
        return await settled(ReplayState.STALE, str(moved))
    except RefusedByRule as no:
        return await settled(ReplayState.REFUSED, str(no))
    except NotThere as silence:
        await settled(ReplayState.APPLYING, row.note)
        raise NotThere(f"{silence} The replay goes on with `tradelane replay --batch {batch_id} --apply`.") from silence
    return await settled(ReplayState.APPLIED, applied.sentence)


async def _still_holding(desk: Desk, order: OrderId, version: str) -> Hold | None:
    return next((hold for hold in (await progress_of(desk, order)).holds if mark(hold) == version), None)


def mark(hold: Hold) -> str:
    """Names one hold: the same step held again later is another."""
    return hashlib.sha256(f"{hold.key}@{hold.since.isoformat()}".encode()).hexdigest()[:16]

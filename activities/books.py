"""Acting outside exactly once: look, decide, write down the intention, act, write down the result."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from tradelane.adapters.errors import OutsideFailure, Refused, Unavailable
from tradelane.adapters.http import may_arrive_yet, surely_not_done
from tradelane.contracts.handmade import reports_done
from tradelane.domain import timeline
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import OrderId
from tradelane.domain.outside import CannotTell, Existing, Move, NotDone, decide
from tradelane.ports import Decisions, Effects, Journal
from tradelane.settings import Settings

Content = TypeVar("Content")
Result = TypeVar("Result")


FAULTS = {
    "lodge_export_declaration": Fault.AUTHORITY,
    "amend_export_declaration": Fault.AUTHORITY,
    "withdraw_export_declaration": Fault.AUTHORITY,
    "publish_tracking": Fault.MARKETPLACE,
    "publish_delivery_status": Fault.MARKETPLACE,
}
"""Whose answer leaves an effect open, by step; the others are the carrier's."""


async def in_thread(call: Callable[..., Result], *args: object) -> Result:
    """Run a store's synchronous call without stopping the worker's loop."""
    return await asyncio.to_thread(call, *args)


def _ways_out(step: str, orders: Sequence[OrderId]) -> tuple[str, ...]:
    """The commands that settle what nobody can tell; the order that carries is the lowest."""
    if not orders:
        return ()
    resolve = f"tradelane holds resolve {min(orders, key=int)} --step {step} --action"
    return (reports_done(min(orders, key=int), step), f"{resolve} retry")


class Books:
    """Our own books of effects, and the rule that every effect goes through."""

    def __init__(self, effects: Effects, decisions: Decisions, settings: Settings, journal: Journal) -> None:
        self._effects = effects
        self._decisions = decisions
        self._journal = journal
        self._look = settings.look_before_write
        self._fence = timedelta(seconds=settings.write_fence_seconds)

    async def act(
        self,
        *,
        key: str,
        step: str,
        orders: Sequence[OrderId],
        at: Callable[[], datetime],
        find: Callable[[], Awaitable[Existing[Content]]],
        create: Callable[[], Awaitable[Content]],
        by_hand: Callable[[dict[str, str]], Content],
        describe: Callable[[Content], str],
        wanted: Callable[[Content], bool] = lambda content: True,
        about: str | None = None,
        fits: Callable[[dict[str, str]], bool] = lambda typed: True,
    ) -> Content:
        """Do an effect unless it is done already; `step` is the hold key a person's result was given for.

        `about` is kept with the intention, so that our books say what was begun even if no answer ever comes; `fits`
        says whether a result typed by hand is one of this effect.

        Raises:
            Refused: `cannot_tell` when the counterparty leaves it open, `conflict` when something else exists.
        """
        typed = await in_thread(self._decisions.completion, orders, step)
        if typed is not None and fits(dict(typed.content)):
            content = by_hand(dict(typed.content))
            await in_thread(self._exists, key, step, describe(content), at(), orders, typed.actor)
            return content
        existing: Existing[Content] = await find() if self._look else NotDone("looking is switched off")
        move = decide(existing, wanted)
        if move is Move.CREATE:
            content = await self._written(key, step, about, create)
        elif move is Move.REUSE:
            assert not isinstance(existing, NotDone | CannotTell)
            content = existing.content
        elif move is Move.ASK:
            assert isinstance(existing, CannotTell)
            raise Refused(
                "desk",
                "cannot_tell",
                f"it is not known whether {step} happened: {existing.why.rstrip('.')}. Look at the counterparty; when "
                "it is there, complete by hand; retry only looks again.",
                fault=FAULTS.get(step.partition(":")[0], Fault.CARRIER),
                reason="cannot_tell",
                commands=_ways_out(step, orders),
            )
        else:
            raise Refused(
                "desk", "conflict", f"something else exists outside under {key}", fault=Fault.OURS, reason="conflict"
            )
        await in_thread(self._exists, key, step, describe(content), at(), orders, "tradelane")
        return content

    def _exists(self, key: str, step: str, content: str, at: datetime, orders: Sequence[OrderId], actor: str) -> None:
        """Write down that the effect exists, in our books and on the timeline of the order that carries."""
        self._effects.done(key, content, at, step)
        if orders:
            timeline.append(
                self._journal, min(orders, key=int), timeline.effect(key, step, content), at=at, actor=actor
            )

    async def _written(
        self, key: str, step: str, about: str | None, create: Callable[[], Awaitable[Content]]
    ) -> Content:
        """Write outside, unless an earlier try may still be in flight: its worker may live although it seems gone."""
        wait = await in_thread(self._effects.begin, key, step, datetime.now(UTC), self._fence, about)
        if wait:
            raise Unavailable("desk", "in_flight", "an earlier try may still be under way", wait=wait)
        try:
            return await create()
        except OutsideFailure as failure:
            # an unanswered or cancelled request may still arrive: then the fence stands, and the next try waits
            if not may_arrive_yet(failure):
                await in_thread(self._effects.release, key, surely_not_done(failure))
            raise

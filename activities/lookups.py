"""Looking without acting: for each step that writes outside, only the look it takes before it writes.

The very code of the step is run up to its look; the books it is given stop it there. So a plan of the desk and the
step itself can never disagree about how a counterparty is asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, NoReturn, TypeVar, cast

from pydantic import BaseModel

from activities.books import in_thread
from activities.implements import MARK
from activities.registry import OWNERS
from tradelane.adapters.errors import OutsideFailure
from tradelane.contracts.effect import Effect
from tradelane.desk.looks import Look, Lookup, Lookups
from tradelane.domain.identifiers import OrderId
from tradelane.domain.outside import CannotTell, Done, Existing, NotDone
from tradelane.ports import Decisions, Watches
from tradelane.resources import Resources

Content = TypeVar("Content")

LOOK_TIME = timedelta(seconds=10)
"""A counterparty that takes longer leaves the question open; a plan is made while a person waits."""

READS = frozenset(
    {
        "name", "tracking_url", "voids", "call_off", "wrong_with", "order", "pack", "shipment", "shipment_orders", "buyer_tax_id", "orders_updated",
        "status", "export_rate", "requirements", "loading", "events", "postal",
    }
)  # fmt: skip
"""What a look may call besides `find...`; every other method of a port counts as a write."""

PORTS = ("marketplace", "filing", "customs", "carrier", "tracking", "broker")


class WriteInALook(RuntimeError):
    """A step wrote before it looked: a fault of ours, stopped before anything left the house."""


class _Seen(Exception):
    """Carries what was found out of the step's code."""

    def __init__(self, key: str, existing: Existing[str]) -> None:
        super().__init__(key)
        self.key = key
        self.existing = existing


class _Lookout:
    """Takes the place of `Books`: looks as they do, and goes no further."""

    def __init__(self, decisions: Decisions) -> None:
        self._decisions = decisions

    async def act(
        self,
        *,
        key: str,
        step: str,
        orders: Sequence[OrderId],
        find: Callable[[], Awaitable[Existing[Content]]],
        wanted: Callable[[Content], bool] = lambda content: True,
        fits: Callable[[dict[str, str]], bool] = lambda typed: True,
        **_acting: object,
    ) -> NoReturn:
        """Raise what was found; a result typed by a person for this effect comes first, as in `Books`."""
        typed = await in_thread(self._decisions.completion, orders, step)
        if typed is not None and fits(dict(typed.content)):
            raise _Seen(key, Done("typed by a person"))
        existing = await find()
        if isinstance(existing, NotDone | CannotTell):
            raise _Seen(key, existing)
        if not wanted(existing.content):
            raise _Seen(key, CannotTell(f"something else exists outside under {key}"))
        raise _Seen(key, Done("found outside"))


class _Reading:
    """A port that can only be read."""

    def __init__(self, port: object) -> None:
        self._port = port

    def __getattr__(self, name: str) -> Any:
        if name in READS or name.startswith("find"):
            return getattr(self._port, name)
        raise WriteInALook(f"{type(self._port).__name__}.{name} was called while looking")


class _Unwatched:
    """Watches that stay as they are."""

    def __init__(self, watches: Watches) -> None:
        self._watches = watches

    def add(self, watch: object) -> None:
        """A look begins no watch."""

    def drop(self, source: str, reference: str) -> None:
        """A look ends no watch."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._watches, name)


def lookups(resources: Resources) -> Lookups:
    """The look of every step that writes outside, by the step's name."""
    harmless = _harmless(resources)
    found: dict[str, Lookup] = {}
    for owner in OWNERS:
        for name in dir(owner):
            method: Any = getattr(owner, name)
            effect = getattr(method, MARK, None)
            if isinstance(effect, Effect) and effect.outside:
                instance: Any = owner(harmless)
                instance._books = _Lookout(harmless.decisions)
                found[effect.name] = _look(instance, method.__wrapped__)
    return found


def _look(instance: object, step: Callable[[Any, Any], Awaitable[object]]) -> Lookup:
    async def look(request: BaseModel) -> Look:
        try:
            async with asyncio.timeout(LOOK_TIME.total_seconds()):
                await step(instance, request)
        except _Seen as seen:
            return Look(seen.existing, seen.key)
        except OutsideFailure as failure:
            return Look(CannotTell(f"{failure.party}: {failure.words}"))
        except TimeoutError:
            return Look(CannotTell(f"no answer within {LOOK_TIME.total_seconds():g} s"))
        return Look(NotDone("nothing of it is written outside for this order"))

    return look


def _harmless(resources: Resources) -> Resources:
    """The same stores and adapters, unable to write outside or to move a watch."""
    stores = replace(resources.stores, watches=cast(Watches, _Unwatched(resources.watches)))
    closed: dict[str, Any] = {port: _Reading(getattr(resources, port)) for port in PORTS}
    return replace(resources, stores=stores, **closed)

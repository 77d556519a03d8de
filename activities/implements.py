"""Binding a method to the effect it implements: the name comes from the contract, failures are translated once."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

from pydantic import BaseModel
from temporalio import activity

from activities.translate import translated
from tradelane.adapters.errors import OutsideFailure
from tradelane.contracts.effect import Effect

Owner = TypeVar("Owner")
Request = TypeVar("Request", bound=BaseModel)
Reply = TypeVar("Reply", bound=BaseModel)
Method = Callable[[Owner, Request], Awaitable[Reply]]

MARK = "__tradelane_effect__"
"""Attribute that says which effect a method keeps."""


@contextlib.asynccontextmanager
async def beating() -> AsyncIterator[None]:
    """Heartbeats while a step runs, so that the loss of its worker is noticed in seconds.

    Quick steps end before the first beat and cost none. A late beat at worst starts a second try, which waits until
    the first can no longer be in flight (`Books`).
    """
    within = activity.info().heartbeat_timeout
    beat = asyncio.create_task(_beat(within.total_seconds() / 3)) if within else None
    try:
        yield
    finally:
        if beat is not None:
            beat.cancel()


async def landed(work: asyncio.Future[Reply]) -> Reply:
    """Let a write land although the engine wants no further try of it: what acted outside must be written down."""
    while True:
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            if work.done():
                return work.result()


async def _beat(every: float) -> None:
    while True:
        await asyncio.sleep(every)
        activity.heartbeat()


def implements(
    effect: Effect[Request, Reply],
) -> Callable[[Callable[[Owner, Request], Awaitable[Reply]]], Callable[[Owner, Request], Awaitable[Reply]]]:
    """Make a method the one implementation of an effect."""

    def bind(method: Callable[[Owner, Request], Awaitable[Reply]]) -> Callable[[Owner, Request], Awaitable[Reply]]:
        @functools.wraps(method)
        async def kept(self: Owner, request: Request) -> Reply:
            async with beating():
                try:
                    if effect.outside:
                        return await landed(asyncio.ensure_future(method(self, request)))
                    return await method(self, request)
                except OutsideFailure as failure:
                    raise translated(failure) from failure

        # the SDK reads parameter types from annotations: give it the contract's own, not forward references
        kept.__annotations__ = {"request": effect.request, "return": effect.reply}
        bound: Any = activity.defn(name=effect.name)(kept)
        setattr(bound, MARK, effect)
        typed: Callable[[Owner, Request], Awaitable[Reply]] = bound
        return typed

    return bind

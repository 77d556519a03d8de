"""HTTP exchanges that may be cancelled at any moment and still leave every connection closed or in its pool."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import anyio

Answer = TypeVar("Answer")


async def whole(exchange: Coroutine[Any, Any, Answer]) -> Answer:
    """Await an exchange of an `httpx.AsyncClient`; a cancel ends it, and it has tidied up before the cancel goes on.

    httpx keeps its books in shields of anyio, which know anyio's cancels alone. A cancel of asyncio (a step is
    called off, a worker or a server stops) breaks into them: connections that had expired, taken out of the pool to
    be closed one after another, stay open until the garbage collector finds them, and places of the pool stay taken
    for ever. So the exchange runs in a task of its own, and a cancel of ours reaches it as one of anyio.
    """
    scope = anyio.CancelScope()

    async def within() -> Answer:
        with scope:
            return await exchange
        raise asyncio.CancelledError  # by us: nobody waits for the answer any more

    task = asyncio.create_task(within())
    task.add_done_callback(_looked_at)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        scope.cancel()
        await asyncio.wait([task])
        raise


def _looked_at(task: asyncio.Task[Any]) -> None:
    if not task.cancelled():
        task.exception()  # else a failure in the moment of a cancel is complained of as never seen

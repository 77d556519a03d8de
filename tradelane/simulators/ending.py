"""What a simulator is sending when it is stopped is sent first."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


async def to_its_end(sending: Coroutine[Any, Any, Result]) -> Result:
    """Awaits a sending; a cancel meanwhile goes on once the sending has ended, whatever came of it.

    Broken off by a cancel, httpx may leave connections open that it was about to close, and nobody knows of them.
    """
    task = asyncio.create_task(sending)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise

"""A cancel in the middle of an exchange leaves no connection open that nobody will ever close."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.lane import serving
from tradelane.adapters.http import Outside
from tradelane.exchanges import whole
from tradelane.processes import free_ports
from tradelane.simulators.clock import HeldClock
from tradelane.simulators.mercadolibre.notices import Notifier
from tradelane.simulators.seventeentrack.pushes import Pusher
from tradelane.simulators.seventeentrack.registry import Registry
from tradelane.simulators.stage import Stage

Exchange = Callable[[httpx.AsyncClient, str, Stage], Awaitable[object]]

CONNECTIONS = 6
TURNS = (3, 4, 5)
"""Turns of the event loop until an exchange is cancelled: it is still closing the six connections."""


async def by_itself(client: httpx.AsyncClient, url: str, _stage: Stage) -> object:
    return await whole(client.get(url))


async def by_an_adapter(client: httpx.AsyncClient, url: str, _stage: Stage) -> object:
    return await Outside(client, "dhl", url).send("GET", "/")


class Notices(Notifier):
    """A marketplace with one notice to tell, again and again."""

    url = ""

    async def deliver(self) -> int:
        row: Any = {"url": self.url, "body": "{}", "attempts": 0}
        return 1 if await self._post(row) else 0


class Pushes(Pusher):
    """An aggregator with one push to send, again and again."""

    url = ""

    async def push(self) -> int:
        row: Any = None
        return 1 if await self._send(row, self.url, "key") else 0

    def body(self, row: Any) -> bytes:
        return b"{}"


async def by_the_marketplace(client: httpx.AsyncClient, url: str, stage: Stage) -> object:
    sender = Notices(stage, client)
    sender.url = url
    return await sender.run()


async def by_17track(client: httpx.AsyncClient, url: str, stage: Stage) -> object:
    sender = Pushes(stage, Registry(stage), client)
    sender.url = url
    return await sender.run()


async def answered(_: Request) -> Response:
    """Late enough for every caller to have come on a connection of its own."""
    await asyncio.sleep(0.05)
    return JSONResponse({})


@pytest.mark.parametrize(
    "exchange", [by_itself, by_an_adapter, by_the_marketplace, by_17track], ids=lambda one: one.__name__
)
async def test_a_cancelled_exchange_closes_every_connection_it_took_out_of_the_pool(
    exchange: Exchange, tmp_path: Path
) -> None:
    """The server has gone, so the next exchange closes all idle connections first, and is cancelled meanwhile."""
    stage = Stage(tmp_path, HeldClock(datetime(2026, 11, 23, 3, 0, tzinfo=UTC)))
    with warnings.catch_warnings(record=True) as complaints:
        warnings.simplefilter("always", ResourceWarning)
        for turns in TURNS:
            [port] = free_ports("127.0.0.1", 1)
            url = f"http://127.0.0.1:{port}/"
            async with httpx.AsyncClient() as client:
                async with serving(Starlette(routes=[Route("/", answered)]), port):
                    told = await asyncio.gather(*(client.get(url) for _ in range(CONNECTIONS)))
                    assert all(one.is_success for one in told)
                cancelled = asyncio.ensure_future(exchange(client, url, stage))
                for _ in range(turns):
                    await asyncio.sleep(0)
                cancelled.cancel()
                await asyncio.wait([cancelled])
                assert cancelled.cancelled()
        gc.collect()
    stage.close()
    assert [str(one.message) for one in complaints if "unclosed" in str(one.message)] == []


async def test_a_cancel_reaches_what_is_exchanged_and_waits_until_it_has_tidied_up() -> None:
    seen: list[str] = []

    async def exchange() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            seen.append("tidied up")

    under_way = asyncio.create_task(whole(exchange()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    under_way.cancel()
    with pytest.raises(asyncio.CancelledError):
        await under_way
    assert seen == ["tidied up"]


async def test_answers_failures_and_time_limits_pass_through() -> None:
    async def answers() -> int:
        return 7

    async def fails() -> int:
        raise LookupError("nothing there")

    async def never() -> int:
        await asyncio.sleep(60)
        return 0

    assert await whole(answers()) == 7
    with pytest.raises(LookupError, match="nothing there"):
        await whole(fails())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await whole(never())

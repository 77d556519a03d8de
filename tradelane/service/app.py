"""The HTTP service: webhooks, relay, codec server, health. Everything it stands on is handed in."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI, Request, Response
from sqlalchemy.exc import SQLAlchemyError

from tradelane.service.codec_server import codec_server
from tradelane.service.health import Probes, health_routes
from tradelane.service.relay import Relay
from tradelane.service.webhooks import webhook_routes
from tradelane.storage.inbox import SqlInbox
from tradelane.storage.keys import KeyVault

UI_ORIGINS: Final = ("http://localhost:8233", "http://127.0.0.1:8233")
SHORTEST_SECRET: Final = 16
_WRITERS: Final = 2

log = logging.getLogger(__name__)


def create_app(
    *,
    inbox: SqlInbox,
    vault: KeyVault,
    probes: Probes,
    webhook_secret: str,
    seventeentrack_key: str = "",
    application_id: str = "",
    relay: Relay | None = None,
    ui_origins: Sequence[str] = UI_ORIGINS,
    codec_token: str = "",
) -> FastAPI:
    """Build the service.

    Args:
        inbox: where notices are kept; warmed up at start so that the first notice is answered as fast as the rest.
        vault: data keys, for the codec server.
        probes: how `/health` looks at database and engine.
        webhook_secret: last part of the path Mercado Libre posts to; it signs nothing, so nobody may guess it.
        seventeentrack_key: 17TRACK's API key, which signs its pushes; empty refuses all of them.
        application_id: ours at Mercado Libre; empty accepts any.
        relay: run beside the web server, or None where another process relays.
        ui_origins: origins of the Temporal UI, for the codec server.
        codec_token: bearer token of the codec server; empty answers only callers on this machine.

    Raises:
        ValueError: the webhook secret is short enough to be guessed.
    """
    if len(webhook_secret) < SHORTEST_SECRET:
        raise ValueError(f"The webhook secret needs at least {SHORTEST_SECRET} characters.")
    writers = ThreadPoolExecutor(max_workers=_WRITERS, thread_name_prefix="inbox")
    relaying: list[asyncio.Task[None]] = []

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(inbox.warm_up)
        if relay is not None:
            relaying.append(asyncio.create_task(relay.run(), name="relay"))
            relaying[0].add_done_callback(_say_why)
        try:
            yield
        finally:
            for task in relaying:
                task.cancel()
            await asyncio.gather(*relaying, return_exceptions=True)
            writers.shutdown()

    app = FastAPI(title="tradelane", lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(
        webhook_routes(
            inbox,
            writers,
            secret=webhook_secret,
            seventeentrack_key=seventeentrack_key,
            application_id=application_id,
        )
    )
    app.include_router(health_routes(inbox, probes, lambda: not any(task.done() for task in relaying)))
    app.mount("/codec", codec_server(vault, ui_origins=ui_origins, token=codec_token))

    @app.exception_handler(SQLAlchemyError)
    async def not_kept(_request: Request, failure: Exception) -> Response:
        # not 200: what we could not keep must be sent again
        log.error("a notice could not be kept: %s", type(failure).__name__)
        return Response(status_code=503)

    return app


def _say_why(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        log.critical("the relay stopped; notices are kept, nothing is relayed", exc_info=task.exception())

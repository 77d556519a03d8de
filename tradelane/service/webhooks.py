"""The doors for notices: judge, one insert, answer. Nothing else happens before the answer.

Mercado Libre wants 200 within 500 ms or switches the topic off, with no history of what was missed meanwhile; so
whatever arrives at the right path is answered 200, and what we make of it is a word in the row.
"""

from __future__ import annotations

import asyncio
import hmac
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from tradelane.ports import Inbox
from tradelane.service.notices import Judged, judge_mercadolibre, judge_seventeentrack, signed_by_seventeentrack

LONGEST_BODY: Final = 64 * 1024
"""Bytes; a notice has some hundreds."""

_DECLARED: Final = re.compile(r"[0-9]{1,15}")


class TooLong(Exception):
    """The body is longer than we are willing to read."""


async def read_body(request: Request, longest: int) -> bytes:
    """The body, read no further than `longest` bytes.

    Raises:
        TooLong: it is longer, or says so before it comes.
    """
    declared = request.headers.get("content-length")
    if declared is not None and (not _DECLARED.fullmatch(declared) or int(declared) > longest):
        raise TooLong
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > longest:
            raise TooLong
    return bytes(read)


def webhook_routes(
    inbox: Inbox, writers: ThreadPoolExecutor, *, secret: str, seventeentrack_key: str, application_id: str
) -> APIRouter:
    """Routes of the two webhooks.

    `writers` are threads for nothing but these inserts, so that no other work stands before them in a queue.
    """
    routes = APIRouter(prefix="/webhooks", include_in_schema=False)

    async def keep(source: str, judged: Judged) -> None:
        def insert() -> int:
            return inbox.add(source, judged.reference, judged.body, state=judged.state, note=judged.note)

        await asyncio.get_running_loop().run_in_executor(writers, insert)

    @routes.post("/mercadolibre/{path_secret}")
    async def mercadolibre(path_secret: str, request: Request) -> Response:
        if not hmac.compare_digest(path_secret.encode("utf-8", "replace"), secret.encode()):
            return Response(status_code=404)
        try:
            raw = await read_body(request, LONGEST_BODY)
        except TooLong:
            return Response(status_code=413, headers={"connection": "close"})
        except ClientDisconnect:
            return Response(status_code=400)
        await keep("mercadolibre", judge_mercadolibre(raw, application_id))
        return Response(status_code=200)

    @routes.post("/17track")
    async def seventeentrack(request: Request) -> Response:
        try:
            raw = await read_body(request, LONGEST_BODY)
        except TooLong:
            return Response(status_code=413, headers={"connection": "close"})
        except ClientDisconnect:
            return Response(status_code=400)
        # a row for a bad signature could stand in the way of the true retry
        if not signed_by_seventeentrack(raw, request.headers.get("sign", ""), seventeentrack_key):
            return Response(status_code=401)
        await keep("17track", judge_seventeentrack(raw))
        return Response(status_code=200)

    return routes

"""The codec server: the Temporal UI sends it sealed payloads to read, and what an operator typed to seal.

It opens everything, so without a token it answers only callers on this machine, and it answers pages only of the
UI's own origins.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Final

from google.protobuf.json_format import MessageToJson, Parse, ParseError
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp
from temporalio.api.common.v1 import Payload, Payloads

from tradelane.codec import SealingCodec
from tradelane.service.webhooks import TooLong, read_body
from tradelane.storage.keys import KeyTrouble, KeyVault

LONGEST_BODY: Final = 16 * 1024 * 1024
"""Bytes; the UI sends the payloads of one page of history at once."""


def codec_server(vault: KeyVault, *, ui_origins: Sequence[str], token: str) -> ASGIApp:
    """ASGI application with `POST /decode` and `/encode`, also below `/{namespace}`.

    `token` is what `Authorization: Bearer` must carry; empty means that only callers on this machine are answered.
    """
    codec = SealingCodec(vault)
    origins = frozenset(ui_origins)

    async def decode(request: Request) -> Response:
        return await _answer(request, origins, token, codec, opening=True)

    async def encode(request: Request) -> Response:
        return await _answer(request, origins, token, codec, opening=False)

    routes = Router(
        [
            Route("/decode", decode, methods=["POST"]),
            Route("/encode", encode, methods=["POST"]),
            Route("/{namespace}/decode", decode, methods=["POST"]),
            Route("/{namespace}/encode", encode, methods=["POST"]),
        ]
    )
    return CORSMiddleware(
        routes,
        allow_origins=list(origins),
        allow_methods=["POST"],
        allow_headers=["content-type", "x-namespace", "authorization"],
    )


async def _answer(
    request: Request, origins: frozenset[str], token: str, codec: SealingCodec, *, opening: bool
) -> Response:
    refusal = _refusal(request, origins, token)
    if refusal is not None:
        return refusal
    try:
        given = Parse(await read_body(request, LONGEST_BODY), Payloads())
    except TooLong:
        return PlainTextResponse("The body is too long.", 413)
    except ClientDisconnect:
        return Response(status_code=400)
    except (ParseError, ValueError, RecursionError):
        return PlainTextResponse("The body is not the proto JSON of temporal.api.common.v1.Payloads.", 400)
    payloads = [await _opened(codec, payload) for payload in given.payloads] if opening else None
    answer = Payloads(payloads=await codec.encode(given.payloads) if payloads is None else payloads)
    return Response(MessageToJson(answer, indent=None), media_type="application/json")


def _refusal(request: Request, origins: frozenset[str], token: str) -> Response | None:
    origin = request.headers.get("origin")
    if origin is not None and origin not in origins:
        return PlainTextResponse("This page may not read here.", 403)
    if token:
        offered = request.headers.get("authorization", "").encode("utf-8", "replace")
        if not hmac.compare_digest(offered, f"Bearer {token}".encode()):
            return PlainTextResponse("Authorization: Bearer with the codec token is needed.", 401)
        return None
    if request.client is None or not _on_this_machine(request.client.host):
        return PlainTextResponse("Without a codec token only callers on this machine are answered.", 403)
    return None


def _on_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


async def _opened(codec: SealingCodec, payload: Payload) -> Payload:
    """The payload opened, or as it came when it is not ours to open: one bad payload must not hide the others."""
    try:
        [plain] = await codec.decode([payload])
    except KeyTrouble:
        return payload
    return plain

"""17TRACK's calls: all are POST with a JSON body and the header `17token`."""

from __future__ import annotations

import hmac
import json
import re
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tradelane.simulators.clock import real_seconds
from tradelane.simulators.counterparty import Counterparty
from tradelane.simulators.seventeentrack import codes
from tradelane.simulators.seventeentrack.listing import page
from tradelane.simulators.seventeentrack.pushes import Pusher
from tradelane.simulators.seventeentrack.registry import Registry
from tradelane.simulators.seventeentrack.tracking import tracked
from tradelane.simulators.stage import Stage
from tradelane.simulators.world import events_until

NAME = "17track"
OPERATIONS = ("register", "gettracklist", "gettrackinfo", "getquota", "stoptrack")
NUMBERS_A_CALL = 40
NUMBER = re.compile(r"[0-9A-Za-z]{5,50}")

Json = dict[str, Any]
Outcome = Json | int
"""What one number of a call comes to: the accepted entry, or an error code."""


def simulator(stage: Stage) -> Counterparty:
    """17TRACK, with its doors on the stage and its pusher."""
    registry = Registry(stage)
    house = SeventeenTrack(stage, registry)
    calls: dict[str, Callable[[object], Response]] = {
        "register": house.register,
        "gettracklist": house.list_numbers,
        "gettrackinfo": house.info,
        "getquota": house.quota,
        "stoptrack": house.stop,
    }
    routes = [
        Route(f"/track/v2.4/{name}", house.endpoint(name, call), methods=["POST"]) for name, call in calls.items()
    ]
    return Counterparty(
        name=NAME,
        app=Starlette(routes=routes),
        operations=frozenset(OPERATIONS),
        stage_routes=doors(registry),
        background=Pusher(stage, registry).run,
    )


class SeventeenTrack:
    """The calls."""

    def __init__(self, stage: Stage, registry: Registry) -> None:
        self._stage = stage
        self._registry = registry
        self._recent: deque[float] = deque()

    def endpoint(self, operation: str, call: Callable[[object], Response]) -> Callable[[Request], Any]:
        """Wraps a call in what all calls share: key, rate, JSON."""

        async def serve(request: Request) -> Response:
            raw, key = await request.body(), request.headers.get("17token", "")

            def act() -> Response:
                account = self._registry.account()
                if not hmac.compare_digest(key.encode(), account["key"].encode()):
                    return failure(codes.BAD_KEY, 401)
                if self._too_fast(account["a_second"]):
                    return JSONResponse({"message": "Too Many Requests"}, status_code=429)
                try:
                    body = json.loads(raw or b"null")
                except ValueError:
                    return failure(codes.DATA)
                return call(body)

            reference = ",".join(re.findall(r'"number"\s*:\s*"([^"]*)"', raw.decode("utf-8", "replace")))
            return await self._stage.serve(NAME, operation, reference, act, refusal=lambda: failure(codes.DATA))

        return serve

    def register(self, body: object) -> Response:
        """`register`: one credit a number; a number and carrier already there is refused."""

        def one(number: str, item: Mapping[str, Any]) -> Outcome:
            carrier = item.get("carrier") or self._detect(number)
            if carrier is None:
                return codes.NOT_DETECTED
            if carrier < codes.SHORTEST_KEY:
                return codes.WRONG_CARRIER
            if self._registry.find(number, carrier) is not None:
                return codes.REGISTERED
            if self._registry.used() >= self._registry.account()["quota"]:
                return codes.QUOTA
            tag = item.get("tag")
            self._registry.register(number, carrier, tag, item.get("order_no"))
            origin = 1 if item.get("carrier") else 2
            return {
                "origin": origin, "number": number, "carrier": carrier, "email": None, "lang": None, "tag": tag,
            }  # fmt: skip

        return self._each(body, one)

    def info(self, body: object) -> Response:
        """`gettrackinfo`: the whole story of numbers that are registered."""

        def one(number: str, item: Mapping[str, Any]) -> Outcome:
            entry = self._registry.find(number, item.get("carrier") or None)
            if entry is None:
                return codes.NOT_REGISTERED
            now = self._stage.now()
            events = events_until(self._stage.connection(), number, now)
            return tracked(entry, events, now) if events else codes.NO_INFO

        return self._each(body, one)

    def stop(self, body: object) -> Response:
        """`stoptrack`: no more pushes for a number."""

        def one(number: str, item: Mapping[str, Any]) -> Outcome:
            entry = self._registry.find(number, item.get("carrier") or None)
            if entry is None:
                return codes.NOT_REGISTERED
            if entry.stopped_at is not None:
                return codes.NOT_TRACKING
            self._registry.stop(entry.number, entry.carrier)
            return {"number": entry.number, "carrier": entry.carrier}

        return self._each(body, one)

    def list_numbers(self, body: object) -> Response:
        """`gettracklist`: a page of forty registered numbers."""
        asked = {} if body is None else body
        if not isinstance(asked, dict) or not isinstance(asked.get("page_no", 1), int):
            return failure(codes.DATA)
        return JSONResponse(page(self._stage, self._registry, asked))

    def quota(self, _: object) -> Response:
        """`getquota`."""
        total, used = self._registry.account()["quota"], self._registry.used()
        return JSONResponse(
            {
                "code": 0,
                "data": {
                    "quota_total": total,
                    "quota_used": used,
                    "quota_remain": max(0, total - used),
                    "today_used": used,
                    "max_track_daily": 10_000_000,
                    "free_email_quota": 0,
                    "free_email_quotaused": 0,
                },
            }
        )

    def _each(self, body: object, one: Callable[[str, Mapping[str, Any]], Outcome]) -> Response:
        if not isinstance(body, list) or not body or not all(isinstance(item, dict) for item in body):
            return failure(codes.DATA)
        if len(body) > NUMBERS_A_CALL:
            return failure(codes.TOO_MANY)
        accepted: list[Json] = []
        rejected: list[Json] = []
        for item in body:
            number = item.get("number")
            if not isinstance(number, str) or not number:
                outcome: Outcome = codes.REQUIRED
            elif not NUMBER.fullmatch(number):
                outcome = codes.FORMAT
            elif not isinstance(item.get("carrier", 0), int):
                outcome = codes.WRONG_CARRIER
            else:
                outcome = one(number, item)
            if isinstance(outcome, int):
                text = codes.sentence(outcome, str(number))
                error = {"code": outcome, "message": text}
                rejected.append({"number": number, "carrier": item.get("carrier", 0), "error": error})
            else:
                accepted.append(outcome)
        return JSONResponse({"code": 0, "data": {"accepted": accepted, "rejected": rejected}})

    def _detect(self, number: str) -> int | None:
        return codes.DHL if re.fullmatch(r"\d{10}", number) else None

    def _too_fast(self, a_second: int) -> bool:
        now = real_seconds()
        while self._recent and self._recent[0] <= now - 1:
            self._recent.popleft()
        if len(self._recent) >= a_second:
            return True
        self._recent.append(now)
        return False


def failure(code: int, status: int = 200) -> Response:
    """A call that fails as a whole."""
    error = {"code": code, "message": codes.sentence(code, "")}
    return JSONResponse({"code": code, "data": {"errors": [error]}}, status_code=status)


def doors(registry: Registry) -> list[BaseRoute]:
    """The doors below `/_stage`: key, webhook, limits."""

    async def show_account(_: Request) -> Response:
        return JSONResponse(dict(registry.account()))

    async def set_webhook(request: Request) -> Response:
        asked = await _object(request)
        url = None if asked is None else asked.get("url")
        if asked is None or "url" not in asked or not (url is None or isinstance(url, str)):
            return JSONResponse({"error": "url is a text, or null to hold pushes back"}, status_code=422)
        registry.set_webhook(url)
        return JSONResponse({"url": url})

    async def set_limits(request: Request) -> Response:
        asked, account = await _object(request) or {}, registry.account()
        quota, rate = asked.get("quota", account["quota"]), asked.get("a_second", account["a_second"])
        if not isinstance(quota, int) or not isinstance(rate, int) or quota < 0 or rate < 1:
            return JSONResponse({"error": "quota and a_second are whole numbers"}, status_code=422)
        registry.set_limits(quota, rate)
        return JSONResponse({"quota": quota, "a_second": rate})

    return [
        Route("/17track/account", show_account),
        Route("/17track/webhook", set_webhook, methods=["POST"]),
        Route("/17track/limits", set_limits, methods=["POST"]),
    ]


async def _object(request: Request) -> Json | None:
    try:
        asked = json.loads(await request.body())
    except ValueError:
        return None
    return asked if isinstance(asked, dict) else None

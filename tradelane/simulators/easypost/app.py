"""The HTTP face of the simulated EasyPost API v2. Source: docs/counterparties/easypost.md."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from decimal import Decimal
from hmac import compare_digest
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tradelane.simulators import cargo, journey
from tradelane.simulators.counterparty import Counterparty
from tradelane.simulators.easypost import showing
from tradelane.simulators.easypost.books import Books, Shipment
from tradelane.simulators.easypost.shapes import Problem, check_shipment
from tradelane.simulators.stage import Stage
from tradelane.simulators.world import events_until, scenario_of

NAME = "easypost"
DEMO_KEY = "demo-key"  # opens nothing but this simulator
ACCOUNTS = frozenset({"ca_demo", "ca_brand"})
"""Carrier accounts of the demo user: the installation's, and one of a brand's own."""
OPERATIONS = frozenset({"create", "buy", "refund", "read", "track", "label"})
KILOGRAMS_PER_OUNCE = Decimal("0.028349523125")
DECLARATION = re.compile(r"\b[0-9A-Z]{14}\b")

Work = Callable[[Request, bytes], Response]


def simulator(stage: Stage) -> Counterparty:
    """The simulated EasyPost on a stage."""
    doors = Doors(stage, Books(stage.connection()))
    routes = [
        Route("/shipments", doors.door("create", doors.create), methods=["POST"]),
        Route("/shipments/{id}", doors.door("read", doors.read)),
        Route("/shipments/{id}/buy", doors.door("buy", doors.buy), methods=["POST"]),
        Route("/shipments/{id}/refund", doors.door("refund", doors.refund), methods=["POST"]),
        Route("/trackers", doors.door("track", doors.track)),
        Route("/files/{id}.pdf", doors.door("label", doors.label, with_key=False)),
    ]
    return Counterparty(name=NAME, app=Starlette(routes=routes), operations=OPERATIONS)


class Doors:
    """One endpoint for each call."""

    def __init__(self, stage: Stage, books: Books) -> None:
        self._stage = stage
        self._books = books

    def door(self, operation: str, work: Work, *, with_key: bool = True) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint of an operation: the key first, then the work."""

        async def endpoint(request: Request) -> Response:
            body = await request.body()

            def act() -> Response:
                try:
                    if with_key:
                        check_key(request)
                    return work(request, body)
                except Problem as problem:
                    return problem.response()

            def refusal() -> Response:
                words = "Nusta Perez Inventada cannot be served"  # real ones quote what was sent, too
                return Problem(422, "SHIPMENT.POSTAGE.FAILURE", words, "to_address.street1").response()

            return await self._stage.serve(NAME, operation, self._about(request, body), act, refusal=refusal)

        return endpoint

    def create(self, request: Request, body: bytes) -> Response:
        """`POST /shipments`: an offer; nothing happens in the world."""
        said = check_shipment(read(body).get("shipment"))
        if said["carrier_accounts"] not in ([account] for account in ACCOUNTS):
            raise Problem(422, "SHIPMENT.RATE.CARRIER_ACCOUNT_INVALID", "no such account", "carrier_accounts")
        return self._shown(request, self._books.offer(said, self._stage.now()), 201)

    def read(self, request: Request, _: bytes) -> Response:
        """`GET /shipments/{id or reference}`."""
        return self._shown(request, self._known(request))

    def buy(self, request: Request, body: bytes) -> Response:
        """`POST /shipments/{id}/buy`: once."""
        found, now = self._known(request), self._stage.now()
        rate = read(body).get("rate")
        wanted = rate.get("id") if isinstance(rate, dict) else None
        if wanted not in {found.rate_id(position) for position in range(len(showing.OFFERED))}:
            raise Problem(422, "SHIPMENT.MISSING_RATE", "no such rate", "rate")
        if found.tracking_code is not None:
            raise Problem(422, "SHIPMENT.POSTAGE.EXISTS", "postage already exists")
        bought = self._books.buy(found, str(wanted), now)
        numbers = self._plan(bought, now)
        self._stage.record(
            NAME, "buy", bought.reference or bought.id, {"waybill": bought.tracking_code, "declarations": numbers}
        )
        return self._shown(request, bought)

    def refund(self, request: Request, _: bytes) -> Response:
        """`POST /shipments/{id}/refund`: before the first scan, and as often as it is asked for."""
        found, now = self._known(request), self._stage.now()
        code = found.tracking_code
        if code is None:
            raise Problem(422, "SHIPMENT.REFUND.UNAVAILABLE", "nothing was bought")
        db = self._stage.connection()
        if events_until(db, code, now):
            raise Problem(422, "SHIPMENT.REFUND.FAILURE", "the label was scanned")
        refunded = self._books.refund(found, "submitted")
        journey.call_off(db, code, now)
        self._stage.record(NAME, "refund", f"{code}:refund", {"waybill": code})
        return self._shown(request, refunded)

    def track(self, request: Request, _: bytes) -> Response:
        """`GET /trackers?tracking_code=`."""
        found = self._books.tracked(request.query_params.get("tracking_code", ""))
        now, db = self._stage.now(), self._stage.connection()
        return JSONResponse({"trackers": [showing.tracker(db, one, now) for one in found], "has_more": False})

    def label(self, request: Request, _: bytes) -> Response:
        """`GET /files/{id}.pdf`: whoever knows the address may read it."""
        return Response(showing.label(self._known(request)), media_type="application/pdf")

    def _known(self, request: Request) -> Shipment:
        found = self._books.find(request.path_params["id"])
        if found is None:
            raise Problem(404, "NOT_FOUND", "The requested resource could not be found.")
        return found

    def _shown(self, request: Request, found: Shipment, status: int = 200) -> Response:
        here = request.url
        base = f"{here.scheme}://{here.netloc}{request.scope['root_path']}"  # base_url knows nothing of the mount
        shown = showing.shipment(self._stage.connection(), found, self._stage.now(), base)
        return JSONResponse(json.loads(json.dumps(shown, default=float)), status)

    def _plan(self, bought: Shipment, now: datetime) -> list[str]:
        """Tie the declarations named in the customs data, and plan the parcel's life."""
        assert bought.tracking_code is not None
        db, body = self._stage.connection(), bought.body
        weight = Decimal(body["parcel"]["weight"]) * KILOGRAMS_PER_OUNCE
        numbers = DECLARATION.findall(body["customs_info"].get("declaration", ""))
        for number in numbers:
            cargo.tie(db, bought.tracking_code, number, 1, weight)
        fate = scenario_of(db, bought.reference or "")
        origin = f"{body['from_address']['city'].upper()} - KOREA, REPUBLIC OF"
        stops = journey.plan(fate.name if fate else "", origin, f"{body['to_address']['city'].upper()} - CHILE")
        dated = body.get("options", {}).get("label_date")
        planned = datetime.fromisoformat(dated) if dated else now
        journey.write(db, bought.tracking_code, journey.begin(now, planned), stops)
        return sorted(numbers)

    def _about(self, request: Request, body: bytes) -> str:
        """What a fault is matched by: the body of an offer, else our reference and the number of what is named."""
        if "id" in request.path_params:
            found = self._books.find(request.path_params["id"])
            known = (found.reference, found.tracking_code) if found else ()
            return " ".join([request.path_params["id"], *(one for one in known if one)])
        return request.query_params.get("tracking_code") or body.decode("utf-8", "replace")


def check_key(request: Request) -> None:
    """Raises Problem 401 unless the key is the user of basic authentication, without password."""
    wanted = base64.b64encode(f"{DEMO_KEY}:".encode()).decode()
    if not compare_digest(request.headers.get("Authorization", "").encode(), f"Basic {wanted}".encode()):
        raise Problem(401, "UNAUTHORIZED", "Authentication is required and has failed.")


def read(body: bytes) -> dict[str, Any]:
    """A JSON object; raises Problem 400."""
    try:
        said = json.loads(body, parse_float=Decimal)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise Problem(400, "BAD_REQUEST", "The body is no JSON object.")
    return said

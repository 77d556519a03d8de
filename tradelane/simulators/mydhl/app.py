"""The HTTP face of the simulated MyDHL API: credentials, headers, bodies, and the errors of one shape.

Source: docs/counterparties/mydhl.md.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable
from decimal import Decimal
from hmac import compare_digest

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tradelane.simulators.counterparty import Counterparty
from tradelane.simulators.mydhl import rules, shapes, tracking
from tradelane.simulators.mydhl.answers import Problem, headers, problem_response
from tradelane.simulators.mydhl.booking import Desk
from tradelane.simulators.mydhl.books import Books
from tradelane.simulators.mydhl.schema import Shape
from tradelane.simulators.stage import Stage

NAME = "mydhl"
DEMO_USER, DEMO_PASSWORD = "demo-site", "demo-password"  # opens nothing but this simulator
OPERATIONS = frozenset({"book", "upload_image", "upload_invoice_data", "get_image", "tracking"})

Work = Callable[[Request, bytes], Response]


def simulator(stage: Stage) -> Counterparty:
    """The simulated MyDHL on a stage."""
    doors = Doors(stage, Desk(stage, Books(stage.connection()), NAME))
    waybill = "/shipments/{waybill}"
    routes = [
        Route("/shipments", doors.door("book", doors.book), methods=["POST"]),
        Route(f"{waybill}/upload-image", doors.door("upload_image", doors.upload_image), methods=["PATCH"]),
        Route(
            f"{waybill}/upload-invoice-data",
            doors.door("upload_invoice_data", doors.upload_invoice_data),
            methods=["PATCH"],
        ),
        Route(f"{waybill}/get-image", doors.door("get_image", doors.get_image)),
        Route(f"{waybill}/tracking", doors.door("tracking", doors.track_one)),
        Route("/tracking", doors.door("tracking", doors.track)),
    ]
    return Counterparty(name=NAME, app=Starlette(routes=routes), operations=OPERATIONS)


class Doors:
    """One endpoint per call."""

    def __init__(self, stage: Stage, desk: Desk) -> None:
        self._stage = stage
        self._desk = desk

    def door(self, operation: str, work: Work) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint of an operation: credentials and headers first, then the work."""

        async def endpoint(request: Request) -> Response:
            body = await request.body()

            def act() -> Response:
                try:
                    check_headers(request)
                    return work(request, body)
                except Problem as problem:
                    return problem_response(request, problem)

            def refusal() -> Response:
                return problem_response(request, Problem(400, rules.NOT_ALLOWED))

            reference = reference_of(request, body)
            return await self._stage.serve(NAME, operation, reference, act, refusal=refusal)

        return endpoint

    def book(self, request: Request, body: bytes) -> Response:
        """`POST /shipments`."""
        booking = read_body(body, shapes.BOOKING)
        problems = list(rules.booking_problems(booking, self._stage.now()))
        if problems:
            raise Problem(400, *problems)
        if request.query_params.get("validateDataOnly") == "true":
            return JSONResponse({"warnings": []}, 201, headers(request))
        base = str(request.base_url).rstrip("/")
        answer = self._desk.book(booking, base)
        place = {"Location": f"/shipments/{answer['shipmentTrackingNumber']}"}
        return JSONResponse(answer, 201, headers(request) | place)

    def upload_image(self, request: Request, body: bytes) -> Response:
        """`PATCH /shipments/{waybill}/upload-image`."""
        upload = read_body(body, shapes.IMAGE_UPLOAD)
        self._desk.upload_image(request.path_params["waybill"], upload)
        return JSONResponse({}, 200, headers(request))

    def upload_invoice_data(self, request: Request, body: bytes) -> Response:
        """`PATCH /shipments/{waybill}/upload-invoice-data`."""
        upload = read_body(body, shapes.INVOICE_UPLOAD)
        self._desk.upload_invoice_data(request.path_params["waybill"], upload)
        return JSONResponse({}, 200, headers(request))

    def get_image(self, request: Request, _: bytes) -> Response:
        """`GET /shipments/{waybill}/get-image`."""
        documents = self._desk.images(request.path_params["waybill"], request.query_params)
        return JSONResponse({"documents": documents}, 200, headers(request))

    def track_one(self, request: Request, _: bytes) -> Response:
        """`GET /shipments/{waybill}/tracking`."""
        query = request.query_params
        tracking.check(query)
        found = self._desk.books.shipment(request.path_params["waybill"])
        if found is None:
            raise Problem(404, "No data found", title=tracking.NOTHING, message=tracking.NOTHING)
        offsets = query.get("requestGMTOffsetPerEvent") == "true"
        shown = tracking.show(self._stage.connection(), found, self._stage.now(), query, offsets=offsets)
        return JSONResponse({"shipments": [shown]}, 200, headers(request))

    def track(self, request: Request, _: bytes) -> Response:
        """`GET /tracking`."""
        query = request.query_params
        tracking.check(query)
        found = tracking.find(self._desk.books, query)
        if not found:
            asked = query.get("shipmentReference")
            words = f"No Shipments Found for ReferenceID | {asked}" if asked else "No data found"
            raise Problem(404, words, title=tracking.NOTHING, message=tracking.NOTHING)
        now = self._stage.now()
        shown = [tracking.show(self._stage.connection(), one, now, query, offsets=False) for one in found]
        return JSONResponse({"shipments": shown}, 200, headers(request))


def check_headers(request: Request) -> None:
    """Raises Problem for wrong credentials, a missing version or a reference of a wrong length."""
    given = request.headers.get("Authorization", "")
    wanted = base64.b64encode(f"{DEMO_USER}:{DEMO_PASSWORD}".encode()).decode()
    if not compare_digest(given.encode(), f"Basic {wanted}".encode()):
        raise Problem(401, "Invalid credentials")
    if not request.headers.get("x-version"):
        raise Problem(400, "Missing mandatory parameters: x-version", title="Missing parameters")
    if len(request.headers.get("Message-Reference", "-")) not in range(1, 37):
        raise Problem(400, "Parameters not having correct format: Message-Reference (1 to 36)", title="Wrong format")


def read_body(body: bytes, shape: Shape) -> rules.Body:
    """The JSON body; raises Problem 422 with all that is wrong with its shape."""
    try:
        said = json.loads(body, parse_float=Decimal)
    except ValueError:
        raise Problem(422, "#: the request is not valid JSON") from None
    problems = list(shape.problems(said, "#"))
    if problems:
        raise Problem(422, *problems)
    return rules.mapping(said)


def reference_of(request: Request, body: bytes) -> str:
    """What a fault may be matched with: the waybill of the path, the reference asked for, or those of a booking."""
    if "waybill" in request.path_params:
        return str(request.path_params["waybill"])
    query = request.query_params
    if request.method == "GET":
        return query.get("shipmentReference") or ",".join(query.getlist("shipmentTrackingNumber"))
    return body.decode("utf-8", "replace")

"""The marketplace's calls, one route each; who calls is checked before anything is looked at."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tradelane.simulators.clock import real_seconds
from tradelane.simulators.counterparty import Counterparty
from tradelane.simulators.mercadolibre import errors, notices, orders, sales, search, shipments
from tradelane.simulators.mercadolibre.doors import doors, notify_report
from tradelane.simulators.mercadolibre.notices import Notifier
from tradelane.simulators.mercadolibre.tokens import APPLICATION_ID, Tokens
from tradelane.simulators.stage import Stage

NAME = "mercadolibre"
OPERATIONS = frozenset(
    {
        "refresh_token", "read_order", "read_pack", "search_orders", "read_billing_info", "read_shipment",
        "read_shipment_items", "read_shipment_costs", "read_lead_time", "read_missed_feeds",
        "publish_tracking", "publish_tracking_status",
    }
)  # fmt: skip
SEARCHES_A_MINUTE = 100
MISSING_WHEN_PARTIAL = ("buyer", "shipping")

Call = Callable[[int], Response]


def simulator(stage: Stage) -> Counterparty:
    """The marketplace, with its doors on the stage and its notifier."""
    stage.connection().executescript(sales.SCHEMA + notices.SCHEMA)
    tokens = Tokens(stage)
    house = Marketplace(stage, tokens)
    routes = [
        Route("/oauth/token", house.token, methods=["POST"]),
        Route("/marketplace/orders/search", house.search),
        Route("/marketplace/orders/pack/{pack_id}", house.pack),
        Route("/marketplace/orders/{order_id}", house.order),
        Route("/marketplace/orders/{order_id}/billing_info", house.billing_info),
        Route("/marketplace/shipments/{shipment_id}", house.shipment),
        Route("/marketplace/shipments/{shipment_id}/items", house.items),
        Route("/marketplace/shipments/{shipment_id}/costs", house.costs),
        Route("/marketplace/shipments/{shipment_id}/lead_time", house.lead_time),
        Route("/marketplace/shipments/{shipment_id}/tracking", house.tracking, methods=["POST"]),
        Route("/marketplace/shipments/{shipment_id}/tracking/status", house.tracking_status, methods=["POST"]),
        Route("/missed_feeds", house.missed_feeds),
    ]
    return Counterparty(
        name=NAME,
        app=Starlette(routes=routes),
        operations=OPERATIONS,
        stage_routes=doors(stage, tokens),
        background=Notifier(stage).run,
        fault_kinds=frozenset({"partial", "not_yet"}),
    )


class Marketplace:
    """The calls."""

    def __init__(self, stage: Stage, tokens: Tokens) -> None:
        self._stage = stage
        self._tokens = tokens
        self._searches: deque[float] = deque()

    async def token(self, request: Request) -> Response:
        """`POST /oauth/token`: the parameters come in a form body, never in the query."""
        body = (await request.body()).decode("utf-8", "replace")
        is_form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        form = dict(parse_qsl(body)) if is_form else {}
        reference = form.get("refresh_token", "")
        return await self._stage.serve(
            NAME, "refresh_token", reference, lambda: self._tokens.refresh(form), refusal=errors.invalid_grant
        )

    async def order(self, request: Request) -> Response:
        """`GET /marketplace/orders/{id}`."""
        order_id = request.path_params["order_id"]

        def full(caller: int) -> Response:
            found = self._order(order_id, caller)
            if isinstance(found, Response):
                return found
            return JSONResponse(orders.order_json(found, self._stage.now()))

        def partial(caller: int) -> Response:
            found = self._order(order_id, caller)
            if isinstance(found, Response):
                return found
            answer = orders.order_json(found, self._stage.now())
            for name in MISSING_WHEN_PARTIAL:
                del answer[name]
            return JSONResponse(answer, status_code=206, headers={"X-Content-Missing": ", ".join(MISSING_WHEN_PARTIAL)})

        return await self._read(
            request,
            "read_order",
            order_id,
            full,
            {"partial": partial, "not_yet": lambda _: errors.order_not_found()},
        )

    async def pack(self, request: Request) -> Response:
        """`GET /marketplace/orders/pack/{pack_id}`."""
        pack_id = request.path_params["pack_id"]

        def act(caller: int) -> Response:
            number = _number(pack_id)
            if number is None:
                return errors.error(400, "bad_request", f"Invalid pack id: {pack_id}")
            db, now = self._stage.connection(), self._stage.now()
            found = orders.orders_of(db, "pack_id", number, now)
            if not found:
                inside = orders.order_at(db, number, now)
                if inside is not None and inside.pack_id is not None:
                    return errors.error(400, "bad_request", f"{pack_id} is not a pack")
                return errors.error(404, "not_found", f"Pack {pack_id} not found")
            if found[0].seller_id != caller:
                return errors.error(403, "not_owned_order", "No orders found.")
            return JSONResponse(orders.pack_json(found))

        return await self._read(
            request,
            "read_pack",
            pack_id,
            act,
            {"not_yet": lambda _: errors.error(404, "not_found", f"Pack {pack_id} not found")},
        )

    async def search(self, request: Request) -> Response:
        """`GET /marketplace/orders/search`: 100 a minute of real time."""
        asked = dict(request.query_params)

        def act(caller: int) -> Response:
            now = real_seconds()
            while self._searches and self._searches[0] < now - 60:
                self._searches.popleft()
            if len(self._searches) >= SEARCHES_A_MINUTE:
                return errors.error(429, "local_rate_limited", "Too many requests")
            self._searches.append(now)
            return search.search(self._stage.connection(), asked, caller, self._stage.now())

        return await self._read(request, "search_orders", request.url.query, act)

    async def billing_info(self, request: Request) -> Response:
        """`GET /marketplace/orders/{id}/billing_info`."""
        order_id = request.path_params["order_id"]

        def act(caller: int) -> Response:
            found = self._order(order_id, caller)
            return found if isinstance(found, Response) else JSONResponse(orders.billing_json(found))

        return await self._read(
            request,
            "read_billing_info",
            order_id,
            act,
            {"not_yet": lambda _: errors.error(404, "not_found", "billing info not found")},
        )

    async def shipment(self, request: Request) -> Response:
        """`GET /marketplace/shipments/{id}`."""
        return await self._read_shipment(request, "read_shipment", shipments.shipment_json)

    async def items(self, request: Request) -> Response:
        """`GET /marketplace/shipments/{id}/items`."""
        return await self._read_shipment(request, "read_shipment_items", shipments.items_json)

    async def costs(self, request: Request) -> Response:
        """`GET /marketplace/shipments/{id}/costs`."""
        return await self._read_shipment(request, "read_shipment_costs", shipments.costs_json)

    async def lead_time(self, request: Request) -> Response:
        """`GET /marketplace/shipments/{id}/lead_time`."""
        return await self._read_shipment(request, "read_lead_time", shipments.lead_time_json)

    async def tracking(self, request: Request) -> Response:
        """`POST /marketplace/shipments/{id}/tracking`."""
        return await self._report(request, "publish_tracking", shipments.report_tracking)

    async def tracking_status(self, request: Request) -> Response:
        """`POST /marketplace/shipments/{id}/tracking/status`."""
        return await self._report(request, "publish_tracking_status", shipments.report_status)

    async def missed_feeds(self, request: Request) -> Response:
        """`GET /missed_feeds`: ten at a time, of the last two days of trade time."""
        asked = request.query_params

        def act(caller: int) -> Response:
            offset, limit = _number(asked.get("offset", "0")), _number(asked.get("limit", "10"))
            if asked.get("app_id") != str(APPLICATION_ID) or offset is None or limit is None:
                return errors.error(400, "bad_request", "app_id, offset or limit is invalid")
            found = notices.missed(
                self._stage.connection(), self._stage.now(), caller, asked.get("topic"), offset, limit
            )
            return JSONResponse({"messages": found})

        return await self._read(request, "read_missed_feeds", request.url.query, act)

    async def _read(
        self,
        request: Request,
        operation: str,
        reference: str,
        act: Call,
        variants: Mapping[str, Call] | None = None,
    ) -> Response:
        authorization = request.headers.get("authorization")

        def as_caller(call: Call) -> Callable[[], Response]:
            def answer() -> Response:
                caller = self._tokens.caller(authorization)
                return caller if isinstance(caller, Response) else call(caller)

            return answer

        return await self._stage.serve(
            NAME,
            operation,
            reference,
            as_caller(act),
            refusal=errors.not_acceptable if operation.startswith("publish") else errors.policy_refusal,
            variants={kind: as_caller(call) for kind, call in (variants or {}).items()},
        )

    async def _read_shipment(
        self, request: Request, operation: str, to_json: Callable[[shipments.Shipment], object]
    ) -> Response:
        shipment_id = request.path_params["shipment_id"]

        def act(caller: int) -> Response:
            found = self._shipment(shipment_id, caller)
            return found if isinstance(found, Response) else JSONResponse(to_json(found))

        return await self._read(
            request,
            operation,
            shipment_id,
            act,
            {"not_yet": lambda _: errors.shipment_not_found(shipment_id)},
        )

    async def _report(
        self,
        request: Request,
        operation: str,
        report: Callable[[Stage, shipments.Shipment, Mapping[str, object]], Response],
    ) -> Response:
        shipment_id, raw = request.path_params["shipment_id"], await request.body()

        def act(caller: int) -> Response:
            try:
                body = json.loads(raw)
            except ValueError:
                body = None
            if not isinstance(body, dict):
                return errors.error(400, "bad_request", "parse error: the body is not a JSON object")
            found = self._shipment(shipment_id, caller)
            if isinstance(found, Response):
                return found
            answer = report(self._stage, found, body)
            if answer.status_code < 400:
                notify_report(self._stage, found.id, found.seller_id)
            return answer

        return await self._read(request, operation, shipment_id, act)

    def _order(self, order_id: str, caller: int) -> orders.Order | Response:
        number = _number(order_id)
        if number is None:
            return errors.error(400, "invalid_order_id", f"Invalid order id: {order_id}")
        found = orders.order_at(self._stage.connection(), number, self._stage.now())
        if found is None:
            return errors.order_not_found()
        return found if found.seller_id == caller else errors.order_not_owned()

    def _shipment(self, shipment_id: str, caller: int) -> shipments.Shipment | Response:
        number = _number(shipment_id)
        if number is None:
            return errors.error(400, "bad_request", f"Invalid shipment id: {shipment_id}")
        found = shipments.shipment_at(self._stage.connection(), number, self._stage.now())
        if found is None:
            return errors.shipment_not_found(shipment_id)
        return found if found.seller_id == caller else errors.invalid_caller()


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None

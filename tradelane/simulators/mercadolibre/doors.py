"""The doors below `/_stage` that belong to the marketplace: selling, seeding, tokens, scenarios."""

from __future__ import annotations

import json
from collections.abc import Mapping
from random import Random

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tradelane.simulators.mercadolibre import notices
from tradelane.simulators.mercadolibre.brands import accounts
from tradelane.simulators.mercadolibre.sales import Sale, Sold, read_sale, sell
from tradelane.simulators.mercadolibre.scenarios import SCENARIOS, mixture
from tradelane.simulators.mercadolibre.tokens import APPLICATION_ID, EXPIRES_IN, Tokens
from tradelane.simulators.stage import Stage


def doors(stage: Stage, tokens: Tokens) -> list[BaseRoute]:
    """Routes, with paths as they stand below `/_stage`."""

    async def show_scenarios(_: Request) -> Response:
        return JSONResponse(
            {
                "scenarios": [
                    {"name": name, "expects": expects, "what": what} for name, (expects, what) in SCENARIOS.items()
                ],
                "sold": [
                    dict(row)
                    for row in stage.connection().execute(
                        "SELECT order_id, shipment_id, name, expects FROM scenarios ORDER BY rowid"
                    )
                ],
            }
        )

    async def show_tokens(_: Request) -> Response:
        client_id, client_secret = tokens.application()
        return JSONResponse(
            {
                "application_id": APPLICATION_ID,
                "client_id": client_id,
                "client_secret": client_secret,
                "sellers": [
                    {
                        "user_id": account.user_id,
                        "nickname": account.nickname,
                        "refresh_token": tokens.newest(account.user_id) or tokens.grant(account.user_id),
                    }
                    for account in accounts()
                ],
            }
        )

    async def grant_token(request: Request) -> Response:
        try:
            asked = _object(await request.body())
            user_id = int(str(asked.get("user_id", accounts()[0].user_id)))
            life = int(str(asked.get("expires_in", EXPIRES_IN)))
        except ValueError as problem:
            return _complaint(problem)
        return JSONResponse({"user_id": user_id, "refresh_token": tokens.grant(user_id, life)}, status_code=201)

    async def kill_tokens(_: Request) -> Response:
        tokens.kill_access_tokens()
        return Response(status_code=204)

    async def sell_one(request: Request) -> Response:
        try:
            asked = _object(await request.body())
            sale = read_sale(asked, stage.now(), accounts()[0].user_id)
        except (ValueError, ArithmeticError) as problem:
            return _complaint(problem)
        with stage.transaction() as db:
            count = db.execute("SELECT count(*) FROM ml_shipments").fetchone()[0]
            rng = Random(f"sell {asked.get('seed', count)}")  # noqa: S311
            sold = sell_and_notify(stage, sale, rng, asked.get("webhook_url"))
        return JSONResponse([one.as_json() for one in sold], status_code=201)

    async def seed(request: Request) -> Response:
        try:
            asked = _object(await request.body())
            orders, key = int(str(asked.get("orders"))), str(asked.get("seed", 1))
            spread = float(str(asked.get("spread_days", 0)))
            if orders < 1 or spread < 0:
                raise ValueError("orders is at least 1, spread_days at least 0")
        except ValueError as problem:
            return _complaint(problem)
        # What was asked, without the webhook: its port may differ when the same demo is started again.
        wish = json.dumps([orders, spread, bool(asked.get("permit_goods", False))])
        with stage.transaction() as db:
            known = db.execute("SELECT asked, sold FROM ml_seeds WHERE seed = ?", (key,)).fetchone()
            if known is not None:
                if known["asked"] != wish:
                    return JSONResponse({"error": f"seed {key} was sold with other wishes"}, status_code=409)
                return JSONResponse(json.loads(known["sold"]))
            rng = Random(f"seed {key}")  # noqa: S311
            sales = mixture(
                orders, rng, stage.now(), spread, accounts()[0].user_id,
                permit_goods=bool(asked.get("permit_goods", False)),
            )  # fmt: skip
            sold = [one for sale in sales for one in sell_and_notify(stage, sale, rng, asked.get("webhook_url"))]
            answer = [one.as_json() for one in sold]
            db.execute("INSERT INTO ml_seeds VALUES (?, ?, ?)", (key, wish, json.dumps(answer)))
        return JSONResponse(answer, status_code=201)

    return [
        Route("/scenarios", show_scenarios),
        Route("/mercadolibre/tokens", show_tokens, methods=["GET"]),
        Route("/mercadolibre/tokens", grant_token, methods=["POST"]),
        Route("/mercadolibre/tokens", kill_tokens, methods=["DELETE"]),
        Route("/mercadolibre/sell", sell_one, methods=["POST"]),
        Route("/mercadolibre/seed", seed, methods=["POST"]),
    ]


def sell_and_notify(stage: Stage, sale: Sale, rng: Random, webhook_url: object) -> list[Sold]:
    """Sells, and with a webhook plans the notices of everything that will happen by itself."""
    sold = sell(stage, sale, rng)
    if not webhook_url:
        return sold
    db, url = stage.connection(), str(webhook_url)
    db.execute("INSERT INTO ml_webhook VALUES (?, ?)", (sold[0].shipment_id, url))
    for turn in sale.life:
        for one in sold:
            notices.order_notices(db, rng, url, one.order_id, sale.seller_id, sale.at + turn.after)
        notices.shipment_notices(db, rng, url, sold[0].shipment_id, sale.seller_id, sale.at + turn.after)
    return sold


def notify_report(stage: Stage, shipment_id: int, seller_id: int) -> None:
    """Plans the notices of a shipment whose tracking or status the seller has just reported."""
    db = stage.connection()
    row = db.execute("SELECT url FROM ml_webhook WHERE shipment_id = ?", (shipment_id,)).fetchone()
    if row is not None:
        rng = Random(f"{shipment_id} {db.total_changes}")  # noqa: S311
        notices.shipment_notices(db, rng, row["url"], shipment_id, seller_id, stage.now())


def _object(body: bytes) -> Mapping[str, object]:
    asked = json.loads(body or b"{}")
    if not isinstance(asked, dict):
        raise ValueError("the body is one JSON object")
    return asked


def _complaint(problem: Exception) -> JSONResponse:
    return JSONResponse({"error": str(problem)}, status_code=422)

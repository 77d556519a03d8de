"""The simulated marketplace speaks the documented Global Selling protocol and refuses what the real one refuses."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tradelane.simulators.app import create_app
from tradelane.simulators.clock import HeldClock
from tradelane.simulators.mercadolibre.notices import Notifier
from tradelane.simulators.mercadolibre.people import rut
from tradelane.simulators.stage import Stage

NOON = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
BRANDS = json.loads((Path(__file__).parents[2] / "tradelane/demo/brands.json").read_text(encoding="utf-8"))
SELLER = BRANDS["sellers"][0]["user_id"]
EXPORTER_OF = {row["sku"]: row["exporter_id"] for row in BRANDS["products"]}
TRACKING = {"tracking_id": "1234567890", "tracking_url": "https://tracking.invalid/1", "carrier": "DHL"}
Json = dict[str, Any]


class House:
    """The application, a clock moved by hand, and a caller with a token."""

    def __init__(self, folder: Path, now: datetime = NOON) -> None:
        self.clock = HeldClock(now)
        self.stage = Stage(folder, self.clock)
        transport = httpx.ASGITransport(create_app(self.stage, ["mercadolibre"]))
        self.caller = httpx.AsyncClient(transport=transport, base_url="http://simulators")
        self.bearer: dict[str, str] = {}

    async def refresh(self, **change: str) -> httpx.Response:
        known = (await self.caller.get("/_stage/mercadolibre/tokens")).json()
        form = {
            "grant_type": "refresh_token",
            "client_id": known["client_id"],
            "client_secret": known["client_secret"],
            "refresh_token": known["sellers"][0]["refresh_token"],
            **change,
        }
        return await self.caller.post("/mercadolibre/oauth/token", data={k: v for k, v in form.items() if v})

    async def get(self, path: str, **params: str | int) -> httpx.Response:
        return await self.caller.get(f"/mercadolibre{path}", params=params, headers=self.bearer)

    async def post(self, path: str, body: object) -> httpx.Response:
        return await self.caller.post(f"/mercadolibre{path}", json=body, headers=self.bearer)

    async def sell(self, *skus: str, **spec: object) -> list[Json]:
        orders = [{"items": [{"sku": sku}]} for sku in skus]
        answer = await self.caller.post("/_stage/mercadolibre/sell", json={"orders": orders, **spec})
        assert answer.status_code == 201, answer.text
        rows: list[Json] = answer.json()
        return rows

    async def seed(self, **asked: object) -> list[Json]:
        answer = await self.caller.post("/_stage/mercadolibre/seed", json=asked)
        assert answer.status_code in (200, 201), answer.text
        rows: list[Json] = answer.json()
        return rows

    async def ledger(self, operation: str) -> list[Json]:
        rows: list[Json] = (await self.caller.get("/_stage/ledger", params={"operation": operation})).json()["rows"]
        return rows


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = House(tmp_path)
    made.bearer = {"Authorization": f"Bearer {(await made.refresh()).json()['access_token']}"}
    yield made
    await made.caller.aclose()
    made.stage.close()


# -- tokens


async def test_a_refresh_gives_a_token_pair(house: House) -> None:
    answer = await house.refresh()
    said = answer.json()
    assert answer.status_code == 200
    assert said["access_token"].startswith("APP_USR-")
    assert said["refresh_token"].startswith("TG-")
    assert (said["token_type"], said["user_id"]) == ("bearer", SELLER)
    assert said["scope"] == "offline_access read write"


async def test_a_refresh_token_works_once(house: House) -> None:
    known = (await house.caller.get("/_stage/mercadolibre/tokens")).json()["sellers"][0]["refresh_token"]
    assert (await house.refresh(refresh_token=known)).status_code == 200
    again = await house.refresh(refresh_token=known)
    assert again.status_code == 400
    assert again.json()["error"] == "invalid_grant"
    assert "already used" in again.json()["error_description"]


@pytest.mark.parametrize("field", ["grant_type", "client_id", "client_secret", "refresh_token"])
async def test_a_refresh_without_a_field_is_refused(house: House, field: str) -> None:
    answer = await house.refresh(**{field: ""})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_refresh_in_the_query_is_refused(house: House) -> None:
    answer = await house.caller.post("/mercadolibre/oauth/token", params={"grant_type": "refresh_token"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("change", "error"),
    [({"client_secret": "x"}, "invalid_client"), ({"grant_type": "password"}, "unsupported_grant_type")],
)
async def test_a_wrong_refresh_is_refused_by_name(house: House, change: dict[str, str], error: str) -> None:
    answer = await house.refresh(**change)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


@pytest.mark.parametrize(
    ("header", "status"),
    [({}, 401), ({"Authorization": "Bearer APP_USR-guessed"}, 401), ({"Authorization": "Bearer guessed"}, 400)],
)
async def test_nothing_is_read_without_a_living_token(house: House, header: dict[str, str], status: int) -> None:
    [order] = await house.sell("DTR-NOTE-01")
    house.bearer = header
    answer = await house.get(f"/marketplace/orders/{order['order_id']}")
    assert answer.status_code == status
    assert set(answer.json()) == {"message", "error", "status", "cause"}
    if status == 401:
        assert answer.json()["error"] == "invalid_token"


async def test_access_tokens_can_die_early_while_the_grant_lives(house: House) -> None:
    await house.caller.delete("/_stage/mercadolibre/tokens")
    assert (await house.get("/marketplace/orders/search")).status_code == 401
    assert (await house.refresh()).status_code == 200


async def test_an_access_token_ends_after_its_seconds(house: House) -> None:
    body = {"user_id": SELLER, "expires_in": 0}
    token = (await house.caller.post("/_stage/mercadolibre/tokens", json=body)).json()["refresh_token"]
    said = (await house.refresh(refresh_token=token)).json()
    assert said["expires_in"] == 0
    house.bearer = {"Authorization": f"Bearer {said['access_token']}"}
    assert (await house.get("/marketplace/orders/search")).status_code == 401


# -- orders


async def test_an_order_has_the_documented_shape(house: House) -> None:
    spec = {"orders": [{"items": [{"sku": "DTR-NOTE-01", "quantity": 2, "unit_price": "10.10"}]}]}
    [sold] = (await house.caller.post("/_stage/mercadolibre/sell", json=spec)).json()
    order = (await house.get(f"/marketplace/orders/{sold['order_id']}")).json()
    assert order["id"] == int(sold["order_id"])
    assert order["date_created"] == "2026-03-02T12:00:00.000-04:00"
    assert order["status"] == "paid"
    assert order["currency_id"] == "USD"
    assert order["paid_amount"] == 20.2
    assert order["pack_id"] is None
    assert order["shipping"] == {"id": int(sold["shipment_id"])}
    assert order["seller"] == {"id": SELLER}
    assert order["context"]["site"] == "MLC"
    assert order["context"]["flows"] == ["cbt"]
    [line] = order["order_items"]
    assert (line["item"]["seller_sku"], line["quantity"], line["unit_price"]) == ("DTR-NOTE-01", 2, 10.1)
    assert line["item"]["parent_item_id"].startswith("CBT")
    assert "rut" not in json.dumps(order)


async def test_another_sellers_order_is_forbidden(house: House) -> None:
    [order] = await house.sell("DTR-NOTE-01", seller=1890000099)
    for path in (f"/marketplace/orders/{order['order_id']}", f"/marketplace/orders/{order['order_id']}/billing_info"):
        answer = await house.get(path)
        assert (answer.status_code, answer.json()["error"]) == (403, "not_owned_order")
    answer = await house.get(f"/marketplace/shipments/{order['shipment_id']}")
    assert (answer.status_code, answer.json()["message"]) == (403, "Invalid caller.id")


async def test_unknown_ids_are_not_found(house: House) -> None:
    order = await house.get("/marketplace/orders/2000010000000000")
    assert (order.status_code, order.json()["error"]) == (404, "order_not_found")
    shipment = await house.get("/marketplace/shipments/45000000000")
    assert (shipment.status_code, shipment.json()["error"]) == (404, "not_found_shipping_id")
    assert (await house.get("/marketplace/orders/abc")).json()["error"] == "invalid_order_id"


async def test_an_order_sold_later_is_not_there_yet(house: House) -> None:
    [order] = await house.sell("DTR-NOTE-01", after_days=2)
    path = f"/marketplace/orders/{order['order_id']}"
    assert (await house.get(path)).status_code == 404
    house.clock.advance(timedelta(days=2))
    assert (await house.get(path)).status_code == 200


async def test_partial_content_leaves_nodes_out_and_says_which(house: House) -> None:
    [order] = await house.sell("DTR-NOTE-01")
    fault = {"counterparty": "mercadolibre", "operation": "read_order", "kind": "partial", "times": 1}
    await house.caller.post("/_stage/faults", json=fault)
    answer = await house.get(f"/marketplace/orders/{order['order_id']}")
    assert answer.status_code == 206
    assert answer.headers["X-Content-Missing"] == "buyer, shipping"
    assert not {"buyer", "shipping"} & set(answer.json())
    assert (await house.get(f"/marketplace/orders/{order['order_id']}")).status_code == 200


async def test_an_order_may_not_be_found_just_after_its_notice(house: House) -> None:
    [order] = await house.sell("DTR-NOTE-01")
    fault = {"counterparty": "mercadolibre", "operation": "read_order", "kind": "not_yet", "times": 2}
    await house.caller.post("/_stage/faults", json=fault)
    codes = [(await house.get(f"/marketplace/orders/{order['order_id']}")).status_code for _ in range(3)]
    assert codes == [404, 404, 200]


async def test_a_pack_shares_one_shipment_and_dates_have_no_colon(house: House) -> None:
    first, second = await house.sell("DTR-NOTE-01", "DTR-PENS-02")
    assert first["shipment_id"] == second["shipment_id"]
    pack = (await house.get(f"/marketplace/orders/pack/{first['pack_id']}")).json()
    assert {row["id"] for row in pack["orders"]} == {int(first["order_id"]), int(second["order_id"])}
    assert pack["shipment"] == {"id": int(first["shipment_id"])}
    assert pack["date_created"] == "2026-03-02T12:00:00.000-0400"
    assert pack["status"] == "released"


async def test_pack_ids_and_order_ids_are_not_interchangeable(house: House) -> None:
    inside, _ = await house.sell("DTR-NOTE-01", "DTR-PENS-02")
    [alone] = await house.sell("DTR-NOTE-01")
    assert (await house.get(f"/marketplace/orders/pack/{inside['order_id']}")).status_code == 400
    assert (await house.get(f"/marketplace/orders/pack/{alone['order_id']}")).status_code == 404
    assert (await house.get(f"/marketplace/orders/{inside['pack_id']}")).status_code == 404


async def test_billing_information_names_a_person_with_a_valid_rut(house: House) -> None:
    [order] = await house.sell("DTR-NOTE-01")
    said = (await house.get(f"/marketplace/orders/{order['order_id']}/billing_info")).json()
    info = said["buyer"]["billing_info"]
    number = info["identification"]["number"]
    assert info["identification"]["type"] == "RUT"
    assert number == rut(int(number[:-1]))
    assert info["attributes"]["cust_type"] == "CO"
    assert info["address"]["country_id"] == "CL"
    assert "zip_code" not in info["address"]


async def test_a_buyer_who_cancels_is_seen_before_payment_and_cancelled_days_later(house: House) -> None:
    life = [{"status": "payment_in_process"}, {"after_days": 3, "status": "cancelled"}]
    [order] = await house.sell("DTR-NOTE-01", scenario="buyer_cancels", life=life)
    assert order["expects"] == "cancelled"
    path = f"/marketplace/orders/{order['order_id']}"
    before = (await house.get(path)).json()
    assert (before["status"], before["paid_amount"], before["cancel_detail"]) == ("payment_in_process", 0, None)
    pending = (await house.get(f"/marketplace/shipments/{order['shipment_id']}")).json()
    assert (pending["status"], pending["destination"]) == ("pending", None)
    house.clock.advance(timedelta(days=3))
    after = (await house.get(path)).json()
    assert after["status"] == "cancelled"
    assert after["cancel_detail"]["group"] == "buyer"
    assert after["last_updated"] == "2026-03-05T12:00:00.000-04:00"
    assert (await house.get(f"/marketplace/shipments/{order['shipment_id']}")).json()["status"] == "cancelled"


# -- search


async def test_search_rows_are_packs_and_cancelled_orders_are_asked_for(house: House) -> None:
    pack = await house.sell("DTR-NOTE-01", "DTR-PENS-02")
    [alone] = await house.sell("DTR-NOTE-01")
    await house.sell("DTR-NOTE-01", life=[{"status": "cancelled"}])
    found = (await house.get("/marketplace/orders/search", **{"seller.id": SELLER})).json()
    rows = {row["id"]: {order["id"] for order in row["orders"]} for row in found["results"]}
    assert rows == {
        int(pack[0]["pack_id"]): {int(order["order_id"]) for order in pack},
        int(alone["order_id"]): {int(alone["order_id"])},
    }
    cancelled = (await house.get("/marketplace/orders/search", **{"order.status": "cancelled"})).json()
    assert cancelled["paging"] == {"total": 1, "offset": 0, "limit": 50}


async def test_date_filters_drop_the_minutes(house: House) -> None:
    house.clock.advance(timedelta(minutes=20))
    await house.sell("DTR-NOTE-01")

    async def total(**bounds: str) -> int:
        said = (await house.get("/marketplace/orders/search", **bounds)).json()
        count: int = said["paging"]["total"]
        return count

    assert await total(**{"last_updated.from": "2026-03-02T12:45:00.000-04:00"}) == 1
    assert await total(**{"last_updated.from": "2026-03-02T13:00:00.000-04:00"}) == 0
    assert await total(**{"last_updated.to": "2026-03-02T12:45:00.000-04:00"}) == 0
    assert await total(**{"last_updated.to": "2026-03-02T13:05:00.000-04:00"}) == 1
    assert await total(**{"order.date_last_updated.from": "2027-01-01T00:00:00.000-04:00"}) == 1


async def test_search_comes_in_pages(house: House) -> None:
    for _ in range(3):
        await house.sell("DTR-NOTE-01")
    first = (await house.get("/marketplace/orders/search", limit=2)).json()
    second = (await house.get("/marketplace/orders/search", limit=2, offset=2)).json()
    assert first["paging"]["total"] == 3
    assert len({row["id"] for row in first["results"] + second["results"]}) == 3


@pytest.mark.parametrize("wrong", [{"last_updated.from": "yesterday"}, {"limit": "many"}, {"sort": "up"}])
async def test_a_wrong_search_is_refused(house: House, wrong: dict[str, str]) -> None:
    assert (await house.get("/marketplace/orders/search", **wrong)).status_code == 400


async def test_search_allows_a_hundred_calls_a_minute(house: House) -> None:
    codes = [(await house.get("/marketplace/orders/search")).status_code for _ in range(101)]
    assert codes[:100] == [200] * 100
    assert codes[100] == 429


# -- shipments


async def test_a_shipment_has_the_new_shape_with_a_chilean_address(house: House) -> None:
    [order] = await house.sell("DTR-NOTE-01", shipping={"cost": "4.03"})
    path = f"/marketplace/shipments/{order['shipment_id']}"
    said = (await house.get(path)).json()
    assert said["logistic"] == {"mode": "me1", "type": "default", "direction": "forward"}
    assert (said["status"], said["tracking_number"]) == ("handling", None)
    assert (said["declared_value"], said["currency_id"]) == (9.9, "USD")
    address = said["destination"]["shipping_address"]
    assert address["zip_code"] is None
    assert address["state"]["id"].startswith("CL-")
    assert address["country"]["id"] == "CL"
    assert address["neighborhood"]["name"] == address["city"]["name"]
    assert said["destination"]["receiver_phone"] == "XXXXXXX"
    assert said["lead_time"]["cost"] == 4.03
    assert (await house.get(f"{path}/costs")).json()["receiver"]["cost"] == 4.03
    assert (await house.get(f"{path}/lead_time")).json()["cost_type"] == "charged"
    [item] = (await house.get(f"{path}/items")).json()
    assert item["order_id"] == order["order_id"]


async def test_an_order_may_be_without_its_shipment_for_a_while(house: House) -> None:
    [order] = await house.sell("DTR-NOTE-01", shipping={"after_days": 1})
    path = f"/marketplace/orders/{order['order_id']}"
    assert (await house.get(path)).json()["shipping"] == {"id": None}
    assert (await house.get(f"/marketplace/shipments/{order['shipment_id']}")).status_code == 404
    house.clock.advance(timedelta(days=1))
    assert (await house.get(path)).json()["shipping"] == {"id": int(order["shipment_id"])}


@pytest.mark.parametrize("field", ["tracking_id", "tracking_url", "carrier"])
async def test_tracking_without_a_field_is_refused(house: House, field: str) -> None:
    [order] = await house.sell("DTR-NOTE-01")
    body = {name: value for name, value in TRACKING.items() if name != field}
    answer = await house.post(f"/marketplace/shipments/{order['shipment_id']}/tracking", body)
    assert answer.status_code == 400
    assert field in answer.json()["message"]
    assert await house.ledger("publish_tracking") == []


async def test_tracking_of_another_logistic_is_not_acceptable(house: House) -> None:
    [order] = await house.sell("DTR-NOTE-01", shipping={"mode": "me2", "type": "drop_off"})
    path = f"/marketplace/shipments/{order['shipment_id']}/tracking"
    for answer in (
        await house.post(path, TRACKING),
        await house.post(f"{path}/status", {"tracking_id": "1234567890", "status": "delivered"}),
    ):
        assert (answer.status_code, answer.json()["error"]) == (406, "not_acceptable")


async def test_tracking_posted_twice_acts_twice(house: House) -> None:
    [order] = await house.sell("DTR-NOTE-01")
    path = f"/marketplace/shipments/{order['shipment_id']}"
    for _ in range(2):
        assert (await house.post(f"{path}/tracking", TRACKING)).json() == {"status": "success"}
    assert [row["reference"] for row in await house.ledger("publish_tracking")] == [order["shipment_id"]] * 2
    said = (await house.get(path)).json()
    assert (said["status"], said["tracking_number"]) == ("shipped", "1234567890")


async def test_the_final_status_is_final(house: House) -> None:
    [order] = await house.sell("DTR-NOTE-01")
    path = f"/marketplace/shipments/{order['shipment_id']}"
    final = {"tracking_id": "1234567890", "status": "delivered"}
    assert (await house.post(f"{path}/tracking/status", final)).status_code == 400
    await house.post(f"{path}/tracking", TRACKING)
    for wrong in (
        {"status": "delivered"},
        {"tracking_id": "1234567890"},
        {**final, "status": "shipped"},
        {**final, "tracking_id": "9"},
    ):
        assert (await house.post(f"{path}/tracking/status", wrong)).status_code == 400
    assert (await house.post(f"{path}/tracking/status", final)).json() == {"status": "success"}
    assert (await house.get(path)).json()["status"] == "delivered"
    for late in (final, {**final, "status": "not_delivered"}):
        assert (await house.post(f"{path}/tracking/status", late)).status_code == 400
    assert (await house.post(f"{path}/tracking", TRACKING)).status_code == 400
    assert len(await house.ledger("publish_tracking_status")) == 1


# -- selling


async def test_a_seed_sells_exactly_so_many_orders_with_every_scenario(house: House) -> None:
    sold = await house.seed(orders=12, seed=7)
    assert len(sold) == 12
    assert {row["scenario"] for row in sold} == {
        "plain", "pack", "two_brands", "over_500", "customs_document", "buyer_cancels", "hs_refused",
    }  # fmt: skip
    for row in sold:
        assert row["expects"] == ("cancelled" if row["scenario"] == "buyer_cancels" else "delivered")
    brands = [EXPORTER_OF[row["skus"][0]] for row in sold if row["scenario"] == "two_brands"]
    assert len(brands) == len(set(brands)) == 2
    [refused] = [row for row in sold if row["scenario"] == "hs_refused"]
    assert refused["skus"][0] in BRANDS["correct_hsk"]


@pytest.mark.parametrize("orders", [1, 2, 5, 13, 40])
async def test_a_pack_counts_as_two_orders(house: House, orders: int) -> None:
    sold = await house.seed(orders=orders, seed=orders)
    assert len({row["order_id"] for row in sold}) == orders


async def test_the_same_seed_sells_the_same_everywhere_and_only_once(house: House, tmp_path: Path) -> None:
    first = await house.seed(orders=14, seed=3)
    assert await house.seed(orders=14, seed=3) == first
    elsewhere = House(tmp_path / "elsewhere", NOON + timedelta(days=90))
    assert await elsewhere.seed(orders=14, seed=3) == first
    answer = await house.caller.post("/_stage/mercadolibre/seed", json={"orders": 15, "seed": 3})
    assert answer.status_code == 409
    other = await house.seed(orders=14, seed=4)
    assert not {row["order_id"] for row in other} & {row["order_id"] for row in first}
    elsewhere.stage.close()


async def test_sales_are_known_to_the_other_simulators(house: House) -> None:
    sold = await house.seed(orders=12, seed=1)
    said = (await house.caller.get("/_stage/scenarios")).json()
    assert {row["order_id"]: row["name"] for row in said["sold"]} == {row["order_id"]: row["scenario"] for row in sold}
    assert {row["name"] for row in said["scenarios"]} == {row["scenario"] for row in sold}


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"orders": []},
        {"orders": [{"items": [{"sku": "NONE"}]}]},
        {"orders": [{"items": [{"sku": "DTR-NOTE-01", "quantity": 0}]}]},
        {"orders": [{"items": [{"sku": "DTR-NOTE-01"}]}], "life": [{"after_days": 1}]},
        {"orders": [{"items": [{"sku": "DTR-NOTE-01", "unit_price": "cheap"}]}]},
        {"orders": [{"items": [{"sku": "DTR-NOTE-01"}]}], "colour": "red"},
    ],
)
async def test_a_sale_that_makes_no_sense_is_refused(house: House, wrong: Json) -> None:
    assert (await house.caller.post("/_stage/mercadolibre/sell", json=wrong)).status_code == 422


def test_the_wrong_code_is_wrong_and_its_correction_right() -> None:
    for row in BRANDS["products"]:
        assert (row["hsk"] in BRANDS["accepted_hsk"]) == (row["sku"] not in BRANDS["correct_hsk"])
    assert set(BRANDS["correct_hsk"].values()) <= set(BRANDS["accepted_hsk"])


# -- notifications


class Receiver:
    """Somebody with a webhook, who answers what the test says."""

    def __init__(self) -> None:
        self.bodies: list[Json] = []
        self.status = 200
        app = Starlette(routes=[Route("/hook", self.receive, methods=["POST"])])
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app))

    async def receive(self, request: Request) -> Response:
        self.bodies.append(await request.json())
        return Response(status_code=self.status)


async def deliver_all(house: House, receiver: Receiver) -> None:
    notifier = Notifier(house.stage, receiver.client)
    while await notifier.deliver():
        pass


async def test_an_order_is_announced_several_times_in_the_variants_of_the_real_one(house: House) -> None:
    receiver = Receiver()
    [order] = await house.sell("DTR-NOTE-01", webhook_url="http://us/hook")
    house.clock.advance(timedelta(hours=1))
    await deliver_all(house, receiver)
    about = [body for body in receiver.bodies if body["resource"].endswith(order["order_id"])]
    assert {body["topic"] for body in about} == {"marketplace_orders", "orders_v2"}
    assert len(about) == 4
    named = [body["_id"] for body in about if "_id" in body]
    assert len(named) == 3
    assert len(set(named)) == 2
    assert {type(body["user_id"]) for body in about} == {int, str}
    assert any(body["topic"] == "shipments" for body in receiver.bodies)
    assert all(body["sent"].endswith("Z") for body in receiver.bodies)


async def test_notices_are_repeated_until_somebody_answers_200(house: House) -> None:
    receiver = Receiver()
    receiver.status = 500
    await house.sell("DTR-NOTE-01", webhook_url="http://us/hook")
    house.clock.advance(timedelta(hours=1))
    await deliver_all(house, receiver)
    tried = len(receiver.bodies)
    missed = (await house.get("/missed_feeds", app_id=7312504418836201, topic="orders_v2")).json()["messages"]
    assert [message["response"]["http_code"] for message in missed] == [500]
    assert json.loads(missed[0]["request"]["data"])["topic"] == "orders_v2"
    house.stage.connection().execute("UPDATE ml_notices SET retry_at = 0")
    receiver.status = 200
    await deliver_all(house, receiver)
    assert len(receiver.bodies) == 2 * tried
    assert {body["attempts"] for body in receiver.bodies[tried:]} == {2}
    house.stage.connection().execute("UPDATE ml_notices SET retry_at = 0")
    await deliver_all(house, receiver)
    assert len(receiver.bodies) == 2 * tried
    assert (await house.get("/missed_feeds", app_id=7312504418836201)).json() == {"messages": []}


async def test_notices_outlive_the_process(house: House, tmp_path: Path) -> None:
    receiver = Receiver()
    await house.sell("DTR-NOTE-01", webhook_url="http://us/hook", after_days=5)
    await deliver_all(house, receiver)
    assert receiver.bodies == []
    again = House(tmp_path, NOON + timedelta(days=6))
    await deliver_all(again, receiver)
    assert len(receiver.bodies) == 6
    again.stage.close()


async def test_a_cancellation_and_a_tracking_report_are_announced(house: House) -> None:
    receiver = Receiver()
    life = [{"status": "paid"}, {"after_days": 2, "status": "cancelled"}]
    await house.sell("DTR-NOTE-01", webhook_url="http://us/hook", life=life)
    [shipped] = await house.sell("DTR-NOTE-01", webhook_url="http://us/hook")
    house.clock.advance(timedelta(hours=1))
    await deliver_all(house, receiver)
    assert len(receiver.bodies) == 12
    await house.post(f"/marketplace/shipments/{shipped['shipment_id']}/tracking", TRACKING)
    house.clock.advance(timedelta(days=2))
    await deliver_all(house, receiver)
    assert len(receiver.bodies) == 20


async def test_missed_feeds_needs_the_application(house: House) -> None:
    assert (await house.get("/missed_feeds")).status_code == 400

"""The simulated EasyPost: what it offers, sells, refunds and refuses."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tradelane.simulators.app import create_app
from tradelane.simulators.cargo import carriages
from tradelane.simulators.clock import HeldClock
from tradelane.simulators.stage import Stage
from tradelane.simulators.world import Scenario, add_scenario

NOON = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
SHIPMENT = "44000000017"
UCR = f"6KRMLC{SHIPMENT}"
NUMBER = "6N90426000001X"
KEY = ("demo-key", "")
Json = dict[str, Any]

ADDRESS = {"name": "Ga Na Da", "street1": "12 Yesi-ro", "city": "Seoul", "country": "KR"}
BODY: Json = {
    "reference": UCR,
    "from_address": ADDRESS,
    "to_address": {**ADDRESS, "name": "Inventada", "city": "Ñuñoa", "country": "CL"},
    "parcel": {"weight": 12.2, "length": 8.1, "width": 6, "height": 0.4},
    "customs_info": {
        "contents_type": "merchandise",
        "customs_certify": True,
        "customs_signer": "Ga Na Da",
        "declaration": f"KR export declaration {NUMBER}",
        "customs_items": [
            {"description": "Cream", "quantity": 2, "value": 25.8, "weight": 5.6, "origin_country": "KR"}
        ],
    },
    "carrier_accounts": ["ca_demo"],
    "options": {"label_date": "2026-03-02T03:00:00Z"},
}
REQUIRED = [
    *((name,) for name in ("from_address", "to_address", "parcel", "customs_info", "carrier_accounts")),
    *((party, name) for party in ("from_address", "to_address") for name in ("name", "street1", "city", "country")),
    *(("parcel", name) for name in ("weight", "length", "width", "height")),
    *(("customs_info", name) for name in ("contents_type", "customs_certify", "customs_signer", "customs_items")),
    *(
        ("customs_info", "customs_items", 0, name)
        for name in ("description", "quantity", "value", "weight", "origin_country")
    ),
]
OUT_OF_FORM: list[tuple[tuple[str | int, ...], object]] = [
    (("parcel", "weight"), 12.21),
    (("parcel", "weight"), "12.2"),
    (("parcel", "height"), 0),
    (("to_address", "country"), "Chile"),
    (("to_address", "email"), "nobody"),
    (("customs_info", "customs_certify"), False),
    (("customs_info", "customs_items", 0, "value"), 0),
    (("customs_info", "customs_items", 0, "hs_tariff_number"), "33049910"),
    (("options", "incoterm"), "DPU"),
    (("options", "label_date"), "2026-03-02"),
    (("carrier_accounts",), ["ca_another"]),
    (("carrier_accounts",), ["ca_demo", "ca_brand"]),
    (("carrier_accounts",), [{"id": "ca_demo"}]),
    (("pieces",), 1),
    (("to_address", "comuna"), "Ñuñoa"),
]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path, HeldClock(NOON))
    yield stage
    stage.close()


@pytest.fixture
async def client(stage: Stage) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(stage, ["easypost"]))
    async with httpx.AsyncClient(transport=transport, base_url="http://test", auth=KEY) as client:
        yield client


def advance(stage: Stage, days: float) -> None:
    assert isinstance(stage.clock, HeldClock)
    stage.clock.advance(timedelta(days=days))


async def offered(client: httpx.AsyncClient, body: Json = BODY) -> Json:
    answer = await client.post("/easypost/shipments", json={"shipment": body})
    assert answer.status_code == 201
    shown: Json = answer.json()
    return shown


async def sold(client: httpx.AsyncClient) -> Json:
    offer = await offered(client)
    answer = await client.post(f"/easypost/shipments/{offer['id']}/buy", json={"rate": {"id": offer["rates"][0]["id"]}})
    assert answer.status_code == 200
    shown: Json = answer.json()
    return shown


async def ledger(client: httpx.AsyncClient) -> list[Json]:
    rows: list[Json] = (await client.get("/_stage/ledger")).json()["rows"]
    return rows


def place(body: Json, path: tuple[str | int, ...]) -> Any:
    part: Any = body
    for step in path[:-1]:
        part = part[step]
    return part


async def test_a_purchase_leaves_one_row_with_our_reference_and_the_waybill(client: httpx.AsyncClient) -> None:
    shipment = await sold(client)
    [row] = await ledger(client)
    assert (row["operation"], row["reference"]) == ("buy", UCR)
    assert row["detail"] == {"waybill": shipment["tracking_code"], "declarations": [NUMBER]}
    assert shipment["postage_label"]["label_url"].startswith("http://test/easypost/files/shp_")
    label = await client.get(shipment["postage_label"]["label_url"], auth=None)
    assert label.content.startswith(b"%PDF")


async def test_an_offer_sells_nothing(client: httpx.AsyncClient) -> None:
    offer = await offered(client)
    assert (offer["tracking_code"], offer["postage_label"], await ledger(client)) == (None, None, [])


async def test_twice_bought_is_refused_and_twice_offered_is_two(client: httpx.AsyncClient) -> None:
    shipment = await sold(client)
    again = await client.post(
        f"/easypost/shipments/{shipment['id']}/buy", json={"rate": {"id": shipment["rates"][1]["id"]}}
    )
    assert (again.status_code, again.json()["error"]["code"]) == (422, "SHIPMENT.POSTAGE.EXISTS")
    other = await sold(client)
    assert other["tracking_code"] != shipment["tracking_code"]
    assert len(await ledger(client)) == 2
    assert (await client.get(f"/easypost/shipments/{UCR}")).json()["id"] == other["id"]


@pytest.mark.parametrize("path", REQUIRED, ids=lambda path: ".".join(map(str, path)))
async def test_what_is_required_is_asked_for(client: httpx.AsyncClient, path: tuple[str | int, ...]) -> None:
    body = copy.deepcopy(BODY)
    del place(body, path)[path[-1]]
    answer = await client.post("/easypost/shipments", json={"shipment": body})
    assert answer.status_code == 422
    assert answer.json()["error"]["errors"]
    assert (await client.get(f"/easypost/shipments/{UCR}")).status_code == 404


@pytest.mark.parametrize(("path", "value"), OUT_OF_FORM, ids=str)
async def test_what_is_out_of_form_is_refused(
    client: httpx.AsyncClient, path: tuple[str | int, ...], value: object
) -> None:
    body = copy.deepcopy(BODY)
    place(body, path)[path[-1]] = value
    assert (await client.post("/easypost/shipments", json={"shipment": body})).status_code == 422


@pytest.mark.parametrize("auth", [("", ""), ("demo-key", "word"), ("another", "")])
async def test_without_the_key_nothing_is_said(client: httpx.AsyncClient, auth: tuple[str, str]) -> None:
    assert (await client.post("/easypost/shipments", json={"shipment": BODY}, auth=auth)).status_code == 401


@pytest.mark.parametrize("body", [b"", b"[]", b"{"])
async def test_what_is_no_json_object_is_a_bad_request(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post("/easypost/shipments", content=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BAD_REQUEST")


async def test_a_rate_of_another_offer_sells_nothing(client: httpx.AsyncClient) -> None:
    one, other = await offered(client), await offered(client)
    answer = await client.post(f"/easypost/shipments/{one['id']}/buy", json={"rate": {"id": other["rates"][0]["id"]}})
    assert (answer.status_code, await ledger(client)) == (422, [])


@pytest.mark.parametrize("id_", ["shp_1", f"shp_{'0' * 31}9", f"shp_{'x' * 32}", "nobody"])
async def test_an_unknown_shipment_is_not_found(client: httpx.AsyncClient, id_: str) -> None:
    assert (await client.get(f"/easypost/shipments/{id_}")).status_code == 404
    assert (await client.post(f"/easypost/shipments/{id_}/refund")).status_code == 404


async def test_a_refund_takes_the_parcel_out_of_the_world_and_is_recorded_each_time(
    client: httpx.AsyncClient, stage: Stage
) -> None:
    shipment = await sold(client)
    for _ in range(2):
        answer = await client.post(f"/easypost/shipments/{shipment['id']}/refund")
        assert answer.json()["refund_status"] == "submitted"
    advance(stage, 20)
    [tracker] = (await client.get(f"/easypost/trackers?tracking_code={shipment['tracking_code']}")).json()["trackers"]
    assert tracker["status"] == "pre_transit"
    rows = [row["reference"] for row in await ledger(client) if row["operation"] == "refund"]
    assert rows == [f"{shipment['tracking_code']}:refund"] * 2


async def test_what_was_scanned_or_never_sold_is_not_refunded(client: httpx.AsyncClient, stage: Stage) -> None:
    offer, shipment = await offered(client), await sold(client)
    early = await client.post(f"/easypost/shipments/{offer['id']}/refund")
    assert early.json()["error"]["code"] == "SHIPMENT.REFUND.UNAVAILABLE"
    advance(stage, 1.1)
    late = await client.post(f"/easypost/shipments/{shipment['id']}/refund")
    assert late.json()["error"]["code"] == "SHIPMENT.REFUND.FAILURE"


async def test_a_parcel_is_loaded_under_its_declaration_and_scanned_to_the_door(
    client: httpx.AsyncClient, stage: Stage
) -> None:
    shipment = await sold(client)
    advance(stage, 20)
    [tracker] = (await client.get(f"/easypost/trackers?tracking_code={shipment['tracking_code']}")).json()["trackers"]
    details = tracker["tracking_details"]
    assert (tracker["status"], tracker["shipment_id"]) == ("delivered", shipment["id"])
    assert details[0]["status_detail"] == "label_created"
    assert details[1]["datetime"].endswith("+09:00")
    assert [detail["tracking_location"]["country"] for detail in details[3:5]] == ["KR", "CL"]
    [carried] = carriages(stage.connection(), NUMBER, stage.now())
    assert carried.waybill == shipment["tracking_code"]


async def test_a_parcel_that_customs_asks_about_stays_there(client: httpx.AsyncClient, stage: Stage) -> None:
    add_scenario(stage.connection(), Scenario("1", SHIPMENT, "customs_document", "delivered"))
    shipment = await sold(client)
    advance(stage, 40)
    [tracker] = (await client.get(f"/easypost/trackers?tracking_code={shipment['tracking_code']}")).json()["trackers"]
    assert tracker["status_detail"] == "awaiting_information"


async def test_another_number_has_no_tracker(client: httpx.AsyncClient) -> None:
    await sold(client)
    assert (await client.get("/easypost/trackers?tracking_code=1")).json()["trackers"] == []


async def test_everything_is_there_after_a_kill(client: httpx.AsyncClient, tmp_path: Path) -> None:
    shipment = await sold(client)
    reopened = Stage(tmp_path, HeldClock(NOON))
    transport = httpx.ASGITransport(create_app(reopened, ["easypost"]))
    async with httpx.AsyncClient(transport=transport, base_url="http://test", auth=KEY) as again:
        assert (await again.get(f"/easypost/shipments/{shipment['id']}")).json() == shipment
    reopened.close()

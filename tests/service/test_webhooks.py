"""The webhooks answer at once, keep what may matter, and never fetch what a notice tells them to."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tradelane.service.app import create_app
from tradelane.service.health import Probes
from tradelane.service.notices import judge_mercadolibre, judge_seventeentrack, read_resource
from tradelane.storage.database import Database, open_database
from tradelane.storage.inbox import SqlInbox
from tradelane.storage.keys import KeyVault, MasterKey
from tradelane.storage.migrations import migrate

SECRET = "a-path-that-nobody-guesses"
DOOR = f"/webhooks/mercadolibre/{SECRET}"
TRACKING_KEY = "0123456789abcdef"
ORDER = "2000013770481964"

Row = tuple[str, str, str, str]


class House:
    """The service on its own files."""

    def __init__(self, folder: Path) -> None:
        self.database: Database = open_database(f"sqlite:///{folder / 'main.sqlite'}")
        self.inbox_database: Database = open_database(f"sqlite:///{folder / 'inbox.sqlite'}", synchronous="FULL")
        migrate(self.database, "main")
        migrate(self.inbox_database, "inbox")
        self.vault = KeyVault(self.database, MasterKey(b"m" * 32))
        self.inbox = SqlInbox(self.inbox_database, self.vault)
        self.engine_answers = True

    def app(self, **more: Any) -> FastAPI:
        async def engine() -> bool:
            return self.engine_answers

        return create_app(
            inbox=self.inbox,
            vault=self.vault,
            probes=Probes(database=self.database.alive, engine=engine),
            webhook_secret=SECRET,
            seventeentrack_key=TRACKING_KEY,
            **more,
        )

    @asynccontextmanager
    async def caller(self, **more: Any) -> AsyncIterator[httpx.AsyncClient]:
        app = self.app(**more)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://house") as caller,
        ):
            yield caller

    def rows(self) -> list[Row]:
        return [(row.source, row.reference, row.state, row.note) for row in reversed(self.inbox.listed())]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.database.close()
    house.inbox_database.close()


def notice(**changes: Any) -> dict[str, Any]:
    said = {
        "_id": "0d1b1c7e-0000-4000-8000-000000000001",
        "resource": f"/orders/{ORDER}",
        "user_id": 1001,
        "topic": "orders_v2",
        "application_id": 4200000000000000,
        "attempts": 1,
        "sent": "2026-11-20T03:00:01.123Z",
        "received": "2026-11-20T03:00:01.000Z",
        "actions": ["payments", "order_items"],
        **changes,
    }
    return {name: value for name, value in said.items() if value is not ...}


# --- what is kept for the relay -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "reference"),
    [
        ({}, f"/orders/{ORDER}"),
        ({"topic": "marketplace_orders", "resource": f"/marketplace/orders/{ORDER}"}, f"/orders/{ORDER}"),
        ({"resource": f"marketplace/orders/{ORDER}"}, f"/orders/{ORDER}"),
        ({"topic": "marketplace_orders_on_site", "user_id": "1001"}, f"/orders/{ORDER}"),
        ({"topic": "shipments", "resource": "/marketplace/shipments/45848383497"}, "/shipments/45848383497"),
        ({"topic": ..., "user_id": ..., "_id": ...}, f"/orders/{ORDER}"),
        ({"topic": "orders_v3"}, f"/orders/{ORDER}"),
    ],
)
async def test_a_notice_of_an_order_or_shipment_waits_for_the_relay(
    house: House, changes: dict[str, Any], reference: str
) -> None:
    said = notice(**changes)
    async with house.caller() as caller:
        answer = await caller.post(DOOR, json=said)
    assert answer.status_code == 200
    assert house.rows() == [("mercadolibre", reference, "waiting", "")]
    assert json.loads(house.inbox.listed()[0].body) == said


async def test_each_repetition_is_one_more_row(house: House) -> None:
    async with house.caller() as caller:
        for attempt in range(3):
            await caller.post(DOOR, json=notice(attempts=attempt))
    assert house.rows() == [("mercadolibre", f"/orders/{ORDER}", "waiting", "")] * 3


# --- what is not for us ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff\xfe{\x00}\x00", "not JSON"),
        (b"[" * 60_000, "not JSON"),
        (b'{"n": ' + b"9" * 5000 + b"}", "not JSON"),
        (b"[]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b"{}", "no resource"),
        (b'{"resource": 7}', "no resource"),
        (b'{"resource": ""}', "no resource"),
        (json.dumps(notice(topic="items", resource="/items/MLC123")).encode(), "nothing to do for '/items/MLC123'"),
        (json.dumps(notice(topic="messages", resource="0a1b2c3d")).encode(), "nothing to do for '0a1b2c3d'"),
        (json.dumps(notice(topic="payments", resource="/collections/55")).encode(), "nothing to do"),
        (json.dumps(notice(resource=f"/orders/{ORDER}/feedback")).encode(), "nothing to do"),
        (json.dumps(notice(topic="weather")).encode(), "unknown topic 'weather'"),
        (json.dumps(notice(topic=["orders_v2"])).encode(), "topic is not text"),
        (json.dumps(notice(user_id={"id": 1})).encode(), "user_id is not a number"),
        (json.dumps(notice(user_id="1001; DROP TABLE inbox")).encode(), "user_id is not a number"),
    ],
)
async def test_what_is_not_for_us_is_answered_200_and_kept_with_the_reason(house: House, body: bytes, why: str) -> None:
    async with house.caller() as caller:
        answer = await caller.post(DOOR, content=body)
    assert answer.status_code == 200
    [(_, _, state, note)] = house.rows()
    assert state == "ignored"
    assert why in note
    json.loads(house.inbox.listed()[0].body)


@pytest.mark.parametrize(
    "resource",
    [
        f"https://evil.example/orders/{ORDER}",
        f"//evil.example/orders/{ORDER}",
        f"/orders/../orders/{ORDER}",
        f"/users//orders/{ORDER}",
        f"/orders/%2e%2e/orders/{ORDER}",
        f"/orders/{ORDER}?access_token=x",
        f"/orders/{ORDER}#x",
        f"/orders\\{ORDER}",
        f"/orders/{ORDER}/",
        f"/orders/{ORDER}\n",
        f" /orders/{ORDER}",
        "/orders/٢٠٠٠",
        "/orders/abc",
        "/orders/0123",
        "/orders/-1",
        "/orders/" + "9" * 21,
        "/orders",
    ],
)
async def test_a_resource_that_is_no_plain_path_with_a_number_is_refused(house: House, resource: str) -> None:
    async with house.caller() as caller:
        answer = await caller.post(DOOR, json=notice(resource=resource))
    assert answer.status_code == 200
    assert [state for _, _, state, _ in house.rows()] == ["refused"]
    assert house.inbox.waiting(10) == ()


async def test_a_claim_is_held_for_a_person(house: House) -> None:
    async with house.caller() as caller:
        await caller.post(DOOR, json=notice(topic="post_purchase", resource="post-purchase/v1/claims/5000000001"))
    [(_, _, state, note)] = house.rows()
    assert (state, note.startswith("claim")) == ("held", True)


async def test_a_notice_for_another_application_is_ignored_where_ours_is_known(house: House) -> None:
    async with house.caller(application_id="4200000000000001") as caller:
        await caller.post(DOOR, json=notice())
        await caller.post(DOOR, json=notice(application_id=4200000000000001))
        await caller.post(DOOR, json=notice(application_id=...))
    assert [state for _, _, state, _ in house.rows()] == ["ignored", "waiting", "waiting"]


async def test_a_wrong_path_is_not_found_and_leaves_no_row(house: House) -> None:
    async with house.caller() as caller:
        for path in ("wrong", SECRET + "x", SECRET[:-1], "é", "%00"):
            assert (await caller.post(f"/webhooks/mercadolibre/{path}", json=notice())).status_code == 404
        assert (await caller.get(DOOR)).status_code == 405
    assert house.rows() == []


async def test_a_long_body_is_refused_without_being_read(house: House) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 10_000_000:
            sent += 16_384
            yield b"x" * 16_384

    async with house.caller() as caller:
        declared = await caller.post(DOOR, content=b"x" * 65_537)
        streamed = await caller.post(DOOR, content=endless())
        fits = await caller.post(DOOR, content=b"x" * 65_536)
    assert (declared.status_code, streamed.status_code, fits.status_code) == (413, 413, 200)
    assert sent <= 65_536 + 2 * 16_384
    assert len(house.rows()) == 1


async def test_what_could_not_be_kept_is_not_acknowledged(house: House) -> None:
    async with house.caller() as caller:
        with house.inbox_database.write() as connection:
            connection.exec_driver_sql("DROP TABLE inbox")
        assert (await caller.post(DOOR, json=notice())).status_code == 503


def test_a_secret_that_could_be_guessed_is_refused(house: House) -> None:
    with pytest.raises(ValueError, match="at least 16"):
        create_app(
            inbox=house.inbox,
            vault=house.vault,
            probes=Probes(database=house.database.alive, engine=lambda: asyncio.sleep(0, result=True)),
            webhook_secret="hook",
        )


# --- 17TRACK --------------------------------------------------------------------------------------------------------


def signed(body: bytes, key: str = TRACKING_KEY) -> dict[str, str]:
    return {"sign": hashlib.sha256(body + f"/{key}".encode()).hexdigest()}


PUSH = b'{"event":"TRACKING_UPDATED", "data":{"number":"1234567891","carrier":100001,"tag":""}}'


async def test_a_signed_push_waits_under_its_number(house: House) -> None:
    async with house.caller() as caller:
        answer = await caller.post("/webhooks/17track", content=PUSH, headers=signed(PUSH))
    assert answer.status_code == 200
    assert house.rows() == [("17track", "1234567891", "waiting", "")]
    assert house.inbox.listed()[0].body == PUSH.decode()


@pytest.mark.parametrize(
    "headers",
    [{}, {"sign": ""}, {"sign": "0" * 64}, signed(PUSH, "another key"), signed(PUSH + b" "), {"sign": "ñ"}],
    ids=["none", "empty", "zeros", "other key", "other body", "not hex"],
)
async def test_a_bad_signature_leaves_no_row(house: House, headers: dict[str, str]) -> None:
    async with house.caller() as caller:
        raw = {name.encode(): value.encode() for name, value in headers.items()}
        answer = await caller.post("/webhooks/17track", content=PUSH, headers=raw)
    assert answer.status_code == 401
    assert house.rows() == []


async def test_without_a_key_no_push_is_believed(house: House) -> None:
    app = create_app(
        inbox=house.inbox,
        vault=house.vault,
        probes=Probes(database=house.database.alive, engine=lambda: asyncio.sleep(0, result=True)),
        webhook_secret=SECRET,
    )
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://house") as caller,
    ):
        answer = await caller.post("/webhooks/17track", content=PUSH, headers=signed(PUSH, ""))
    assert answer.status_code == 401


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"data": 1}', b'{"event":"NEW","data":{"number":"1"}}'])
async def test_a_signed_push_that_says_nothing_is_kept_as_ignored(house: House, body: bytes) -> None:
    async with house.caller() as caller:
        answer = await caller.post("/webhooks/17track", content=body, headers=signed(body))
    assert answer.status_code == 200
    assert [state for _, _, state, _ in house.rows()] == ["ignored"]


# --- anything at all ------------------------------------------------------------------------------------------------

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
ANY_NOTICE = st.fixed_dictionaries(
    {},
    optional={
        "resource": ANY_JSON | st.text() | st.from_regex(r"/(orders|shipments|claims)/[0-9a-z./%?-]*"),
        "topic": ANY_JSON,
        "user_id": ANY_JSON,
        "application_id": ANY_JSON,
    },
)


@given(body=st.binary(max_size=300) | (ANY_JSON | ANY_NOTICE).map(lambda value: json.dumps(value).encode()))
@settings(max_examples=200, deadline=timedelta(seconds=2))
def test_any_body_is_judged_and_only_a_plain_path_is_ever_relayed(body: bytes) -> None:
    for judged in (judge_mercadolibre(body, "42"), judge_seventeentrack(body)):
        assert judged.state in {"waiting", "ignored", "refused", "held"}
        assert (judged.note == "") == (judged.state == "waiting")
        json.loads(judged.body)
    judged = judge_mercadolibre(body)
    if judged.state == "waiting":
        resource = read_resource(judged.reference)
        assert resource is not None and resource.path == judged.reference
        assert resource.id.isascii() and resource.id.isdigit()


@given(resource=st.text() | st.from_regex(r"[/.%a-z0-9?#:]*(orders|shipments)[/.%a-z0-9?#:]*", fullmatch=True))
def test_a_resource_is_read_only_when_it_ends_with_noun_and_number(resource: str) -> None:
    read = read_resource(resource)
    if read is not None:
        assert resource.endswith(f"{read.noun}/{read.id}")
        assert not set(resource) & set("%?#:\\ ")
        assert ".." not in resource and "//" not in resource


@given(bodies=st.lists(st.binary(max_size=200) | ANY_NOTICE.map(lambda n: json.dumps(n).encode()), max_size=5))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_body_is_answered_200_and_kept(house: House, bodies: list[bytes]) -> None:
    before = len(house.inbox.listed(limit=10_000))

    async def post() -> list[int]:
        async with house.caller() as caller:
            return [(await caller.post(DOOR, content=body)).status_code for body in bodies]

    assert asyncio.run(post()) == [200] * len(bodies)
    assert len(house.inbox.listed(limit=10_000)) == before + len(bodies)


# --- speed and health -----------------------------------------------------------------------------------------------


async def test_a_notice_is_acknowledged_within_100_ms(house: House) -> None:
    """Of each hundred the slowest but one; the best of five hundreds, for a busy machine is no fault of the service."""
    slowest = []
    async with house.caller() as caller:
        for number in range(500):
            if number % 100 == 0:
                took: list[float] = []
            began = time.perf_counter()
            answer = await caller.post(DOOR, json=notice(resource=f"/orders/{2000000000000000 + number}"))
            took.append(time.perf_counter() - began)
            assert answer.status_code == 200
            if len(took) == 100:
                slowest.append(sorted(took)[98])
    assert min(slowest) < 0.1, f"p99 is {min(slowest) * 1000:.1f} ms"
    assert len(house.inbox.waiting(1_000)) == 500


async def test_health_names_what_is_wrong(house: House) -> None:
    async with house.caller() as caller:
        house.inbox.add("ktnet", "x", "{}")
        well = await caller.get("/health")
        house.engine_answers = False
        ill = await caller.get("/health")
        live = await caller.get("/health/live")
        house.engine_answers = True
        with house.inbox_database.write() as connection:
            connection.exec_driver_sql("DROP TABLE inbox")
        dead = await caller.get("/health")
        not_live = await caller.get("/health/live")
    assert well.status_code == 200
    assert well.json()["inbox"]["waiting"] == 1
    assert (ill.status_code, ill.json()["engine"], ill.json()["database"]) == (503, "unreachable", "ok")
    assert live.status_code == 200, "with the engine away notices are still taken"
    assert (dead.status_code, dead.json()["inbox"]["status"]) == (503, "unreachable")
    assert not_live.status_code == 503

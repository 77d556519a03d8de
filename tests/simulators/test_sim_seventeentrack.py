"""The simulated 17TRACK registers numbers once, tells a parcel's story and pushes it signed."""

from __future__ import annotations

import hashlib
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
from tradelane.simulators.seventeentrack.pushes import Pusher
from tradelane.simulators.seventeentrack.registry import Registry
from tradelane.simulators.stage import Stage
from tradelane.simulators.world import plan_event

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NUMBER = "1234567890"
DHL = 100001
Json = dict[str, Any]


class House:
    """The application, a clock moved by hand, a caller with the key, and a webhook."""

    def __init__(self, folder: Path) -> None:
        self.clock = HeldClock(NOON)
        self.stage = Stage(folder, self.clock)
        transport = httpx.ASGITransport(create_app(self.stage, ["seventeentrack"]))
        self.caller = httpx.AsyncClient(transport=transport, base_url="http://simulators")
        self.key = ""
        self.received: list[tuple[bytes, str]] = []
        self.status = 200
        hook = Starlette(routes=[Route("/hook", self._receive, methods=["POST"])])
        client = httpx.AsyncClient(transport=httpx.ASGITransport(hook))
        self.pusher = Pusher(self.stage, Registry(self.stage), client)

    async def open(self) -> None:
        self.key = (await self.caller.get("/_stage/17track/account")).json()["key"]
        # The limit has its own test; the others are no slower for it.
        await self.caller.post("/_stage/17track/limits", json={"a_second": 1000})
        await self.caller.post("/_stage/17track/webhook", json={"url": "http://us/hook"})

    async def call(self, name: str, body: object = None) -> httpx.Response:
        return await self.caller.post(f"/17track/track/v2.4/{name}", json=body, headers={"17token": self.key})

    async def data(self, name: str, body: object = None) -> Json:
        said = (await self.call(name, body)).json()
        assert said["code"] == 0
        data: Json = said["data"]
        return data

    def happens(self, days: float, code: str, location: str = "INCHEON - KOREA", offset: str = "+09:00") -> None:
        plan_event(
            self.stage.connection(), NUMBER, NOON + timedelta(days=days), code, f"Event {code}", location, offset
        )

    async def _receive(self, request: Request) -> Response:
        self.received.append((await request.body(), request.headers["sign"]))
        return Response(status_code=self.status)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = House(tmp_path)
    await made.open()
    yield made
    await made.caller.aclose()
    made.stage.close()


async def test_nothing_is_done_without_the_key(house: House) -> None:
    house.key = "guessed"
    answer = await house.call("register", [{"number": NUMBER, "carrier": DHL}])
    assert answer.status_code == 401
    assert answer.json()["code"] == -18010002
    assert Registry(house.stage).used() == 0


async def test_only_post_is_served(house: House) -> None:
    answer = await house.caller.get("/17track/track/v2.4/getquota", headers={"17token": house.key})
    assert answer.status_code == 405


async def test_a_number_is_registered_once(house: House) -> None:
    wanted = [{"number": NUMBER, "carrier": DHL, "order_no": "A-1", "tag": "t"}]
    first = await house.data("register", wanted)
    assert first["rejected"] == []
    [entry] = first["accepted"]
    assert (entry["number"], entry["carrier"], entry["tag"]) == (NUMBER, DHL, "t")
    second = await house.data("register", wanted)
    assert second["accepted"] == []
    assert second["rejected"][0]["error"]["code"] == -18019901
    rows = (await house.caller.get("/_stage/ledger", params={"counterparty": "17track"})).json()["rows"]
    assert [(row["operation"], row["reference"]) for row in rows] == [("register", NUMBER)]


@pytest.mark.parametrize(
    ("item", "code"),
    [
        ({"carrier": DHL}, -18010010),
        ({"number": "1234", "carrier": DHL}, -18010012),
        ({"number": "12 34-56", "carrier": DHL}, -18010012),
        ({"number": "EM000000005KR"}, -18019903),
        ({"number": NUMBER, "carrier": 7}, -18019910),
        ({"number": NUMBER, "carrier": "100001"}, -18019910),
    ],
)
async def test_a_number_that_cannot_be_tracked_is_rejected_by_code(house: House, item: Json, code: int) -> None:
    data = await house.data("register", [item])
    assert data["accepted"] == []
    assert data["rejected"][0]["error"]["code"] == code


async def test_accepted_and_rejected_come_in_one_answer(house: House) -> None:
    data = await house.data("register", [{"number": NUMBER}, {"number": "1"}])
    assert [row["number"] for row in data["accepted"]] == [NUMBER]
    assert [row["number"] for row in data["rejected"]] == ["1"]


@pytest.mark.parametrize(("body", "code"), [({"number": NUMBER}, -18010013), ([], -18010013), (None, -18010013)])
async def test_a_body_that_is_no_list_fails_as_a_whole(house: House, body: object, code: int) -> None:
    assert (await house.call("register", body)).json()["code"] == code


async def test_a_call_takes_forty_numbers(house: House) -> None:
    numbers = [{"number": f"{1_000_000_000 + i}", "carrier": DHL} for i in range(41)]
    assert (await house.call("register", numbers)).json()["code"] == -18010014
    assert len((await house.data("register", numbers[:40]))["accepted"]) == 40


async def test_three_calls_a_second_is_the_limit(house: House) -> None:
    await house.caller.post("/_stage/17track/limits", json={"a_second": 3})
    codes = [(await house.call("getquota")).status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]


async def test_the_quota_ends(house: House) -> None:
    await house.caller.post("/_stage/17track/limits", json={"quota": 1})
    data = await house.data("register", [{"number": NUMBER}, {"number": "1234567891"}])
    assert [row["error"]["code"] for row in data["rejected"]] == [-18019908]
    quota = await house.data("getquota")
    assert (quota["quota_total"], quota["quota_used"], quota["quota_remain"]) == (1, 1, 0)


async def test_info_is_refused_until_something_is_known(house: House) -> None:
    unknown = await house.data("gettrackinfo", [{"number": NUMBER}])
    assert unknown["rejected"][0]["error"]["code"] == -18019902
    await house.data("register", [{"number": NUMBER, "carrier": DHL}])
    silent = await house.data("gettrackinfo", [{"number": NUMBER, "carrier": DHL}])
    assert silent["rejected"][0]["error"]["code"] == -18019909


async def test_info_tells_the_story_newest_first_in_17track_words(house: House) -> None:
    house.happens(0, "PU", "SEOUL - KOREA")
    house.happens(1, "DF")
    house.happens(1.5, "AF", "CINCINNATI HUB - USA", "-05:00")
    house.happens(2, "AF", "SANTIAGO - CHILE", "-03:00")
    house.happens(3, "CD", "SANTIAGO - CHILE", "-03:00")
    house.happens(9, "OK", "SANTIAGO - CHILE", "-03:00")
    await house.data("register", [{"number": NUMBER, "carrier": DHL}])
    house.clock.advance(timedelta(days=4))
    [entry] = (await house.data("gettrackinfo", [{"number": NUMBER, "carrier": DHL}]))["accepted"]
    info = entry["track_info"]
    assert info["latest_status"]["status"] == "InTransit"
    assert info["latest_status"]["sub_status"] == "InTransit_CustomsRequiringInformation"
    events = info["tracking"]["providers"][0]["events"]
    assert [event["sub_status"] for event in events] == [
        "InTransit_CustomsRequiringInformation",
        "InTransit_Arrival",
        "InTransit_Other",
        "InTransit_Departure",
        "InTransit_PickedUp",
    ]
    assert events[-1]["time_iso"] == "2026-03-02T21:00:00+09:00"
    assert events[-1]["time_utc"] == "2026-03-02T12:00:00Z"
    reached = {row["key_stage"] for row in info["milestone"] if row["time_iso"] is not None}
    assert reached == {"PickedUp", "Departure", "Arrival"}


async def test_each_event_is_pushed_once_and_signed_over_the_raw_body(house: House) -> None:
    house.happens(0, "PU")
    house.happens(1, "OK", "NUNOA - CHILE", "-03:00")
    assert await house.pusher.push() == 0
    await house.data("register", [{"number": NUMBER, "carrier": DHL, "tag": "t"}])
    assert await house.pusher.push() == 1
    assert await house.pusher.push() == 0
    house.clock.advance(timedelta(days=1))
    assert await house.pusher.push() == 1
    for body, sign in house.received:
        assert sign == hashlib.sha256(body + b"/" + house.key.encode()).hexdigest()
    first, last = (json.loads(body) for body, _ in house.received)
    assert first["event"] == last["event"] == "TRACKING_UPDATED"
    assert (last["data"]["number"], last["data"]["carrier"], last["data"]["tag"]) == (NUMBER, DHL, "t")
    assert first["data"]["track_info"]["latest_status"]["status"] == "InTransit"
    delivered = last["data"]["track_info"]
    assert delivered["latest_status"]["sub_status"] == "Delivered_Other"
    assert delivered["latest_event"]["location"] == "NUNOA - CHILE"
    assert delivered["latest_event"]["time_iso"] == "2026-03-03T09:00:00-03:00"


async def test_a_push_is_repeated_until_200(house: House) -> None:
    house.happens(0, "PU")
    await house.data("register", [{"number": NUMBER}])
    house.status = 500
    assert await house.pusher.push() == 1
    assert await house.pusher.push() == 0
    house.stage.connection().execute("UPDATE st_pushes SET retry_at = 0")
    house.status = 200
    assert await house.pusher.push() == 1
    house.stage.connection().execute("UPDATE st_pushes SET retry_at = 0")
    assert await house.pusher.push() == 0
    assert house.received[0] == house.received[1]


async def test_pushes_wait_for_a_webhook(house: House) -> None:
    await house.caller.post("/_stage/17track/webhook", json={"url": None})
    house.happens(0, "PU")
    await house.data("register", [{"number": NUMBER}])
    assert await house.pusher.push() == 0
    await house.caller.post("/_stage/17track/webhook", json={"url": "http://us/hook"})
    assert await house.pusher.push() == 1


async def test_an_event_taken_out_of_the_plan_is_not_pushed(house: House) -> None:
    house.happens(0, "PU")
    await house.data("register", [{"number": NUMBER}])
    house.pusher.collect()
    house.stage.connection().execute("DELETE FROM transport_events")
    assert await house.pusher.push() == 0


async def test_a_stopped_number_is_pushed_no_more(house: House) -> None:
    await house.data("register", [{"number": NUMBER, "carrier": DHL}])
    wanted = [{"number": NUMBER, "carrier": DHL}]
    assert (await house.data("stoptrack", wanted))["accepted"] == wanted
    assert (await house.data("stoptrack", wanted))["rejected"][0]["error"]["code"] == -18019906
    house.happens(0, "PU")
    assert await house.pusher.push() == 1
    [(body, _)] = house.received
    assert json.loads(body) == {
        "event": "TRACKING_STOPPED",
        "data": {"number": NUMBER, "carrier": DHL, "param": None, "tag": ""},
    }
    unknown = await house.data("stoptrack", [{"number": "1234567891"}])
    assert unknown["rejected"][0]["error"]["code"] == -18019902


async def test_the_list_comes_in_pages_of_forty(house: House) -> None:
    for start in (0, 40):
        numbers = [{"number": f"{1_000_000_000 + start + i}"} for i in range(40 if start == 0 else 3)]
        await house.data("register", numbers)
    said = (await house.call("gettracklist", {"page_no": 2})).json()
    assert said["page"] == {"data_total": 43, "page_total": 2, "page_no": 2, "page_size": 40}
    assert len(said["data"]["accepted"]) == 3
    one = await house.data("gettracklist", {"number": "1000000041"})
    [row] = one["accepted"]
    assert (row["tracking_status"], row["package_status"], row["push_status"]) == (
        "Tracking",
        "NotFound",
        "NotPushed",
    )

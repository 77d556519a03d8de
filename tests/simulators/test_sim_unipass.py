"""The simulated UNI-PASS: weekly rates and the state of declarations, in XML that says its errors under HTTP 200."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pytest

from tradelane.simulators import cargo
from tradelane.simulators.app import create_app
from tradelane.simulators.cargo import Cargo
from tradelane.simulators.clock import HeldClock, iso
from tradelane.simulators.stage import Stage
from tradelane.simulators.world import plan_event

NOON = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)  # a Monday, noon in Seoul
RATES = "/unipass/ext/rest/trifFxrtInfoQry/retrieveTrifFxrtInfo"
STATE = "/unipass/ext/rest/expDclrNoPrExpFfmnBrkdQry/retrieveExpDclrNoPrExpFfmnBrkd"
RATES_KEY = {"crkyCn": "unipass-demo-key-012"}
STATE_KEY = {"crkyCn": "unipass-demo-key-002"}
NUMBER = "6N90426000001X"
MASTER, DETAIL = "expDclrNoPrExpFfmnBrkdQryRsltVo", "expDclrNoPrExpFfmnBrkdDtlQryRsltVo"


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock(NOON)


@pytest.fixture
def stage(tmp_path: Path, clock: HeldClock) -> Iterator[Stage]:
    made = Stage(tmp_path, clock)
    yield made
    made.close()


@pytest.fixture
async def caller(stage: Stage) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(stage, ["unipass"])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://simulators") as client:
        yield client


async def ask(caller: httpx.AsyncClient, path: str, query: dict[str, str]) -> ET.Element:
    answer = await caller.get(path, params=query)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/xml")
    return ET.fromstring(answer.content)


def text(element: ET.Element, name: str) -> str | None:
    found = element.find(name)
    assert found is not None, name
    return found.text


async def error(caller: httpx.AsyncClient, path: str, query: dict[str, str]) -> str:
    """The sentence of an error; fails when the answer is none."""
    root = await ask(caller, path, query)
    assert text(root, "tCnt") == "-1"
    assert [child.tag for child in root] == ["tCnt", "ntceInfo"]
    return text(root, "ntceInfo") or ""


async def rates(caller: httpx.AsyncClient, day: str, kind: str) -> dict[str, Decimal]:
    root = await ask(caller, RATES, RATES_KEY | {"qryYymmDd": day, "imexTp": kind})
    rows = root.findall("trifFxrtInfoQryRsltVo")
    assert text(root, "tCnt") == str(len(rows))
    assert {text(row, "imexTp") for row in rows} <= {kind}
    return {str(text(row, "currSgn")): Decimal(str(text(row, "fxrt"))) for row in rows}


async def test_dollars_and_pesos_are_published(caller: httpx.AsyncClient) -> None:
    found = await rates(caller, "20260302", "1")
    assert {"USD", "CLP", "EUR", "JPY"} <= found.keys()
    assert found["USD"] > 1000
    assert found["CLP"] < 10
    assert found["JPY"] < 100  # for one yen


async def test_export_and_import_rates_differ(caller: httpx.AsyncClient) -> None:
    exported, imported = await rates(caller, "20260302", "1"), await rates(caller, "20260302", "2")
    assert all(exported[currency] < imported[currency] for currency in exported)


async def test_a_week_is_sunday_to_saturday(caller: httpx.AsyncClient) -> None:
    week = [await rates(caller, f"202603{day:02d}", "1") for day in range(1, 8)]  # the 1st is a Sunday
    assert all(day == week[0] for day in week)
    assert await rates(caller, "20260228", "1") != week[0]
    root = await ask(caller, RATES, RATES_KEY | {"qryYymmDd": "20260307", "imexTp": "1"})
    assert {text(row, "aplyBgnDt") for row in root.findall("trifFxrtInfoQryRsltVo")} == {"20260301"}


async def test_the_name_of_a_currency_may_be_empty(caller: httpx.AsyncClient) -> None:
    root = await ask(caller, RATES, RATES_KEY | {"qryYymmDd": "20260302", "imexTp": "1"})
    rows = {text(row, "currSgn"): text(row, "mtryUtNm") for row in root.findall("trifFxrtInfoQryRsltVo")}
    assert rows["CLP"] is None
    assert rows["USD"] == "미국 달러"


async def test_a_week_not_yet_published_has_no_rows(caller: httpx.AsyncClient, clock: HeldClock) -> None:
    assert await rates(caller, "20260308", "1") == {}
    clock.advance(timedelta(days=3, hours=12))  # Friday 00:00 in Seoul
    assert await rates(caller, "20260308", "1") != {}


@pytest.mark.parametrize("name", ["crkyCn", "qryYymmDd", "imexTp"])
async def test_a_missing_parameter_of_rates_is_an_error(caller: httpx.AsyncClient, name: str) -> None:
    query = RATES_KEY | {"qryYymmDd": "20260302", "imexTp": "1"}
    del query[name]
    assert f"{name}" in await error(caller, RATES, query)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("crkyCn", "unipass-demo-key-999"),
        ("qryYymmDd", "2026-03-02"),
        ("qryYymmDd", "20260230"),
        ("imexTp", "E"),
    ],
)
async def test_a_wrong_parameter_of_rates_is_an_error(caller: httpx.AsyncClient, name: str, value: str) -> None:
    query = RATES_KEY | {"qryYymmDd": "20260302", "imexTp": "1"} | {name: value}
    assert name in await error(caller, RATES, query)


async def test_the_key_of_another_service_is_said_to_be_one(caller: httpx.AsyncClient) -> None:
    query = STATE_KEY | {"qryYymmDd": "20260302", "imexTp": "1"}
    assert await error(caller, RATES, query) == "인증키상의 API 불일치"


def declare(stage: Stage, *, accepted: datetime = NOON, state: str = "accepted") -> None:
    """A declaration stands in the world, accepted at an instant."""
    stage.connection().execute(
        "INSERT INTO declarations (number, order_no, exporter, accepted_at, load_before, state, loaded_at)"
        " VALUES (?, '6KRMLC44000000017-1', '옹기마을공방', ?, ?, ?, NULL)",
        (NUMBER, iso(accepted), "2026-04-01T14:59:59.000000+00:00", state),
    )
    cargo.clear(stage.connection(), NUMBER, Cargo("미상", "1", "CT", "1.400"))


def depart(stage: Stage, waybill: str, moment: datetime) -> None:
    """A parcel booked under the declaration leaves at an instant."""
    cargo.tie(stage.connection(), waybill, NUMBER, 1, Decimal("1.4"))
    plan_event(stage.connection(), waybill, moment, "DF", "Departed", "INCHEON", "+09:00")


async def state(caller: httpx.AsyncClient, **query: str) -> ET.Element:
    return await ask(caller, STATE, STATE_KEY | (query or {"expDclrNo": NUMBER}))


async def test_accepted_and_not_loaded_is_a_count_of_zero_with_a_row(caller: httpx.AsyncClient, stage: Stage) -> None:
    declare(stage)
    root = await state(caller)
    assert text(root, "tCnt") == "0"
    master = root.find(MASTER)
    assert master is not None
    said = {child.tag: child.text for child in master}
    assert said["expDclrNo"] == NUMBER
    assert (said["acptDt"], said["acptDttm"]) == ("20260302", "20260302120000")
    assert said["loadDtyTmlm"] == "20260401"
    assert said["shpmCmplYn"] == "N"
    assert (said["csclPckGcnt"], said["csclPckUt"], said["csclWght"]) == ("1", "CT", "1.400")
    assert (said["shpmPckGcnt"], said["shpmWght"]) == (None, None)
    assert (said["exppnConm"], said["mnurConm"]) == ("옹기마을공방", "미상")
    assert root.findall(DETAIL) == []


async def test_goods_are_loaded_once_their_parcel_has_left(
    caller: httpx.AsyncClient, stage: Stage, clock: HeldClock
) -> None:
    declare(stage)
    depart(stage, "4213370015", NOON + timedelta(days=2, hours=13))
    assert text(await state(caller), "tCnt") == "0"
    clock.advance(timedelta(days=3))
    root = await state(caller)
    assert text(root, "tCnt") == "1"
    master, (detail,) = root.find(MASTER), root.findall(DETAIL)
    assert master is not None
    assert text(master, "shpmCmplYn") == "Y"
    assert text(master, "shpmWght") == "1.4"
    assert (text(detail, "blNo"), text(detail, "tkofDt")) == ("4213370015", "20260305")  # a day later in Seoul


async def test_two_parcels_are_two_details(caller: httpx.AsyncClient, stage: Stage, clock: HeldClock) -> None:
    declare(stage)
    depart(stage, "4213370015", NOON)
    depart(stage, "4213370026", NOON)
    root = await state(caller)
    assert text(root, "tCnt") == "2"
    assert [text(detail, "blNo") for detail in root.findall(DETAIL)] == ["4213370015", "4213370026"]


async def test_a_declaration_is_unknown_before_its_acceptance(
    caller: httpx.AsyncClient, stage: Stage, clock: HeldClock
) -> None:
    declare(stage, accepted=NOON + timedelta(minutes=20))
    root = await state(caller)
    assert [child.tag for child in root] == ["tCnt", "ntceInfo"]
    clock.advance(timedelta(minutes=20))
    assert (await state(caller)).find(MASTER) is not None


async def test_a_withdrawn_declaration_is_gone(caller: httpx.AsyncClient, stage: Stage) -> None:
    declare(stage, state="withdrawn")
    root = await state(caller)
    assert (text(root, "tCnt"), root.find(MASTER)) == ("0", None)


async def test_declarations_are_found_by_waybill(caller: httpx.AsyncClient, stage: Stage) -> None:
    declare(stage)
    depart(stage, "4213370015", NOON)
    root = await state(caller, blNo="4213370015")
    row = root.find("expDclrNoPrExpFfmnBrkdBlNoQryRsltVo")
    assert row is not None
    assert (text(root, "tCnt"), text(row, "expDclrNo")) == ("1", NUMBER)
    assert text(await state(caller, blNo="1234567890"), "tCnt") == "0"


@pytest.mark.parametrize(
    "number",
    ["69042600000", "6N904260000012", "6N904-26-000001X", "6N90426000001x", "690426000001", "6N90426000001"],
)
async def test_a_number_that_is_not_14_places_with_a_final_x_is_an_error(
    caller: httpx.AsyncClient, stage: Stage, number: str
) -> None:
    declare(stage)
    assert "[expDclrNo]" in await error(caller, STATE, STATE_KEY | {"expDclrNo": number})


@pytest.mark.parametrize(
    "query",
    [
        {"expDclrNo": NUMBER},
        {"expDclrNo": NUMBER, "crkyCn": "unipass-demo-key-012"},
        STATE_KEY,
    ],
)
async def test_a_wrong_question_for_a_declaration_is_an_error(caller: httpx.AsyncClient, query: dict[str, str]) -> None:
    assert await error(caller, STATE, query)


async def test_the_refuse_fault_is_an_error_under_200(caller: httpx.AsyncClient, stage: Stage) -> None:
    declare(stage)
    fault = {"counterparty": "unipass", "operation": "export_declaration", "kind": "refuse", "match": NUMBER}
    assert (await caller.post("/_stage/faults", json=fault)).status_code == 201
    assert await error(caller, STATE, STATE_KEY | {"expDclrNo": NUMBER})
    assert (await state(caller)).find(MASTER) is not None


async def test_reading_leaves_no_trace_in_the_ledger(caller: httpx.AsyncClient, stage: Stage) -> None:
    declare(stage)
    await state(caller)
    await rates(caller, "20260302", "1")
    assert (await caller.get("/_stage/ledger")).json()["rows"] == []
    counted = (await caller.get("/_stage/requests")).json()
    assert counted == {"unipass": {"export_declaration": 1, "rates": 1}}

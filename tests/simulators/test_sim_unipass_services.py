"""The simulated UNI-PASS beyond rates and states: its tables, partial loading, cancelled acceptances, refusals."""

from __future__ import annotations

import json
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
from tradelane.simulators.unipass.app import all_doors
from tradelane.simulators.world import plan_event

NOON = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)  # a Monday, noon in Seoul
NUMBER = "6N90426000001X"
BRANDS = Path(__file__).parents[2] / "tradelane" / "demo" / "brands.json"


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


QUESTIONS: dict[str, dict[str, str]] = {
    "002": {"expDclrNo": NUMBER},
    "010": {"conmNm": "하늘결"},
    "011": {"cntySgn": "CL", "conm": "ANDES"},
    "012": {"qryYymmDd": "20260302", "imexTp": "1"},
    "013": {"lcaNm": "관세"},
    "014": {"lcaSgn": "6N904"},
    "015": {"baseDt": "20260302", "hsSgn": "3304991000"},
    "016": {"ecm": "하늘결**9261011"},
    "017": {"hsSgn": "7404000000"},
    "018": {"hsSgn": "3304", "koenTp": "1"},
    "019": {"statsSgnTp": "A04"},
    "029": {"hsSgn": "3002120000", "imexTp": "1"},
    "030": {"hsSgn": "3304991000"},
    "031": {"jrsdPsno": "04799"},
    "035": {
        "expDclrNo": NUMBER,
        "expDclrCrfnPblsNo": "1",
        "txprBrno": "9908611034",
        "orcyCntyCd": "KR",
        "prnm": "CUP",
        "ntwg": "1",
    },
    "051": {"elcmExpDclrNo": NUMBER},
    "052": {"dcshSbmtNo": NUMBER, "imexTpcd": "1", "mdfyRqstDgcnt": "1"},
    "053": {"expDclrNo": NUMBER},
}
"""A whole question for each service."""

OPTIONAL = {("015", "hsSgn")}


@pytest.fixture
def doors(stage: Stage) -> dict[str, tuple[str, str]]:
    """Path and root of each service."""
    return {door.number: (f"/unipass/ext/rest/{door.path}", door.root) for door in all_doors(stage)}


async def ask(
    caller: httpx.AsyncClient, doors: dict[str, tuple[str, str]], number: str, query: dict[str, str] | None = None
) -> ET.Element:
    path, root = doors[number]
    key = {"crkyCn": f"unipass-demo-key-{number}"}
    answer = await caller.get(path, params=key | (QUESTIONS[number] if query is None else query))
    assert answer.status_code == 200
    told = ET.fromstring(answer.content)
    assert told.tag == root
    return told


def said(told: ET.Element, name: str) -> str:
    return told.findtext(name) or ""


def rows(told: ET.Element) -> list[dict[str, str]]:
    return [{child.tag: child.text or "" for child in row} for row in told if len(row)]


async def test_every_service_is_there_and_answers_a_whole_question(
    caller: httpx.AsyncClient, doors: dict[str, tuple[str, str]]
) -> None:
    assert set(doors) == set(QUESTIONS)
    for number in doors:
        told = await ask(caller, doors, number)
        assert int(said(told, "tCnt")) >= 0, number
        if number not in ("002", "035", "051", "052", "053"):
            assert int(said(told, "tCnt")) == len(rows(told)) > 0, number


@pytest.mark.parametrize("number", QUESTIONS)
async def test_trap_16_no_service_opens_for_the_key_of_another(
    caller: httpx.AsyncClient, doors: dict[str, tuple[str, str]], number: str
) -> None:
    other = "012" if number != "012" else "002"
    for key in (f"unipass-demo-key-{other}", "wrong", ""):
        told = await ask(caller, doors, number, {**QUESTIONS[number], "crkyCn": key})
        assert said(told, "tCnt") == "-1" and "인증키" in said(told, "ntceInfo")


@pytest.mark.parametrize(
    ("number", "name"),
    [(number, name) for number, query in QUESTIONS.items() for name in query if (number, name) not in OPTIONAL],
)
async def test_a_question_without_any_one_of_its_parameters_is_refused_naming_it(
    caller: httpx.AsyncClient, doors: dict[str, tuple[str, str]], number: str, name: str
) -> None:
    lacking = {key: value for key, value in QUESTIONS[number].items() if key != name}
    told = await ask(caller, doors, number, lacking)
    assert said(told, "tCnt") == "-1" and name in said(told, "ntceInfo")


@pytest.mark.parametrize(
    ("number", "name", "value"),
    [
        ("029", "imexTp", "E"),
        ("029", "hsSgn", "3002"),
        ("017", "hsSgn", "3002.12-0000"),
        ("030", "hsSgn", "abc"),
        ("031", "jrsdPsno", "04-799"),
        ("011", "cntySgn", "Chile"),
        ("015", "baseDt", "2026-03-02"),
        ("051", "elcmExpDclrNo", "6N904260000012"),
        ("052", "imexTpcd", "3"),
        ("052", "dcshSbmtNo", "6N904-26-000001X"),
        ("053", "expDclrNo", "690426000001"),
        ("035", "expDclrNo", "69042600000123"),
    ],
)
async def test_a_malformed_parameter_is_refused_naming_it(
    caller: httpx.AsyncClient, doors: dict[str, tuple[str, str]], number: str, name: str, value: str
) -> None:
    told = await ask(caller, doors, number, QUESTIONS[number] | {name: value})
    assert said(told, "tCnt") == "-1" and f"[{name}]" in said(told, "ntceInfo")


# --- tables ----------------------------------------------------------------------------------------------------------


async def test_cosmetics_need_confirmation_for_import_only(
    caller: httpx.AsyncClient, doors: dict[str, tuple[str, str]]
) -> None:
    """korea-export.md, section 8: cosmetics hits are import-side."""
    imports = await ask(caller, doors, "029", {"hsSgn": "3304991000", "imexTp": "2"})
    exports = await ask(caller, doors, "029", {"hsSgn": "3304991000", "imexTp": "1"})
    assert (said(imports, "tCnt"), said(exports, "tCnt")) == ("1", "0")
    assert rows(imports)[0]["dcerCfrmLworNm"] == "화장품법"


async def test_one_law_and_two_and_none_in_both_directions(
    caller: httpx.AsyncClient, doors: dict[str, tuple[str, str]]
) -> None:
    counts = {
        (hsk, direction): said(await ask(caller, doors, "029", {"hsSgn": hsk, "imexTp": direction}), "tCnt")
        for hsk in ("3002120000", "9303200000", "6109101000")
        for direction in ("1", "2")
    }
    assert list(counts.values()) == ["2", "1", "1", "0", "0", "0"]


async def test_a_law_has_a_validity_and_another_follows_it(
    caller: httpx.AsyncClient, doors: dict[str, tuple[str, str]]
) -> None:
    told = await ask(caller, doors, "029", {"hsSgn": "0301991000", "imexTp": "1"})
    assert [(row["aplyStrtDt"], row["aplyEndDt"]) for row in rows(told)] == [
        ("20120722", "20261231"),
        ("20270101", "99991231"),
    ]


async def test_no_goods_of_the_demo_need_anything_for_export(
    caller: httpx.AsyncClient, doors: dict[str, tuple[str, str]]
) -> None:
    for hsk in json.loads(BRANDS.read_text(encoding="utf-8"))["accepted_hsk"]:
        for number, query in (("029", {"hsSgn": hsk, "imexTp": "1"}), ("017", {"hsSgn": hsk})):
            assert said(await ask(caller, doors, number, query), "tCnt") == "0", (number, hsk)


async def test_the_offices_of_the_demo_are_those_of_its_places(
    caller: httpx.AsyncClient, doors: dict[str, tuple[str, str]]
) -> None:
    """KTNET's simulator wants the office that this one tells."""
    for exporter in json.loads(BRANDS.read_text(encoding="utf-8"))["exporters"]:
        told = await ask(caller, doors, "031", {"jrsdPsno": exporter["goods_location_postcode"]})
        assert exporter["customs_office"] in {row["jrsdCstmSgn"] for row in rows(told)}, exporter["id"]


async def test_an_hs_code_is_found_by_digits_and_by_words(
    caller: httpx.AsyncClient, doors: dict[str, tuple[str, str]]
) -> None:
    by_code = rows(await ask(caller, doors, "018", {"hsSgn": "33049", "koenTp": "1"}))
    by_words = rows(await ask(caller, doors, "018", {"prnm": "티셔츠", "koenTp": "1"}))
    assert [row["hsSgn"] for row in by_code] == ["3304991000", "3304992000", "3304999000"]
    assert [row["hsSgn"] for row in by_words] == ["6109101000"]


# --- declarations ----------------------------------------------------------------------------------------------------


def declare(stage: Stage, *, packages: str = "1", state: str = "accepted", load_before: datetime | None = None) -> None:
    """A declaration stands in the world, accepted at noon."""
    end = load_before or datetime(2026, 4, 1, 14, 59, 59, tzinfo=UTC)
    stage.connection().execute(
        "INSERT INTO declarations (number, order_no, exporter, accepted_at, load_before, state, loaded_at)"
        " VALUES (?, '6KRMLC44000000017-1', '옹기마을공방', ?, ?, ?, NULL)",
        (NUMBER, iso(NOON), iso(end), state),
    )
    cargo.clear(stage.connection(), NUMBER, Cargo("미상", packages, "CT", "2.800"))


def depart(stage: Stage, waybill: str, moment: datetime, packages: int = 1) -> None:
    cargo.tie(stage.connection(), waybill, NUMBER, packages, Decimal("1.4"))
    plan_event(stage.connection(), waybill, moment, "DF", "Departed", "INCHEON", "+09:00")


async def test_trap_21_one_of_two_parcels_gone_is_not_loaded(
    caller: httpx.AsyncClient, doors: dict[str, tuple[str, str]], stage: Stage, clock: HeldClock
) -> None:
    declare(stage, packages="2")
    depart(stage, "4213370015", NOON)
    depart(stage, "4213370026", NOON + timedelta(days=2))
    first = rows(await ask(caller, doors, "002"))
    assert (first[0]["shpmCmplYn"], first[0]["shpmPckGcnt"], first[0]["csclPckGcnt"]) == ("N", "1", "2")
    assert [row["blNo"] for row in first[1:]] == ["4213370015"]
    assert rows(await ask(caller, doors, "051")) == [{"loadCmplYn": "N"}]
    clock.advance(timedelta(days=3))
    both = rows(await ask(caller, doors, "002"))
    assert (both[0]["shpmCmplYn"], both[0]["shpmPckGcnt"], both[0]["shpmWght"]) == ("Y", "2", "2.8")
    assert len(both) == 3
    assert rows(await ask(caller, doors, "051")) == [{"loadCmplYn": "Y"}]


@pytest.mark.parametrize("state", ["withdrawn", "cancelled"])
async def test_trap_17_a_withdrawn_or_cancelled_declaration_has_no_row_anywhere(
    caller: httpx.AsyncClient, doors: dict[str, tuple[str, str]], stage: Stage, state: str
) -> None:
    declare(stage, state=state)
    depart(stage, "4213370015", NOON)
    for number, query in (
        ("002", {"expDclrNo": NUMBER}),
        ("002", {"blNo": "4213370015"}),
        ("051", {"elcmExpDclrNo": NUMBER}),
        ("053", {"expDclrNo": NUMBER}),
    ):
        told = await ask(caller, doors, number, query)
        assert (said(told, "tCnt"), rows(told)) == ("0", []), (number, query)
    assert said(await ask(caller, doors, "035"), "vrfcRsltCn") == "일치하지 않음"


async def test_an_acceptance_whose_goods_stay_is_cancelled_fourteen_days_after_the_deadline(
    caller: httpx.AsyncClient, doors: dict[str, tuple[str, str]], stage: Stage, clock: HeldClock
) -> None:
    """korea-export.md, section 2: the cause must be explained within 14 days, else acceptance is cancelled."""
    declare(stage)  # to be loaded by 1 April in Seoul
    clock.advance(datetime(2026, 4, 15, 14, 59, 59, tzinfo=UTC) - NOON)
    assert len(rows(await ask(caller, doors, "002"))) == 1
    clock.advance(timedelta(minutes=1))
    assert rows(await ask(caller, doors, "002")) == []


async def test_the_printed_deadline_is_the_one_in_the_books(
    caller: httpx.AsyncClient, doors: dict[str, tuple[str, str]], stage: Stage
) -> None:
    """An extension moves it there; the last second of a Korean day is still that day."""
    declare(stage, load_before=datetime(2026, 5, 15, 14, 59, 59, tzinfo=UTC))
    [master] = rows(await ask(caller, doors, "002"))
    assert (master["acptDt"], master["loadDtyTmlm"]) == ("20260302", "20260515")


async def test_customs_can_select_goods_for_inspection_and_finish_it(
    caller: httpx.AsyncClient, doors: dict[str, tuple[str, str]], stage: Stage
) -> None:
    declare(stage)
    assert rows(await ask(caller, doors, "053")) == [{"expInscTrgtYn": "N", "expInscCmplYn": "N"}]
    for done, told in ((False, "N"), (True, "Y")):
        answer = await caller.post("/_stage/unipass/inspection", json={"number": NUMBER, "done": done})
        assert answer.status_code == 201
        assert rows(await ask(caller, doors, "053")) == [{"expInscTrgtYn": "Y", "expInscCmplYn": told}]
    assert rows(await ask(caller, doors, "002"))[0]["ldpInscTrgtYn"] == "Y"
    assert (await caller.post("/_stage/unipass/inspection", json={"number": "x"})).status_code == 400


async def test_a_request_to_amend_is_told_by_its_round(
    caller: httpx.AsyncClient, doors: dict[str, tuple[str, str]]
) -> None:
    wish = {"number": NUMBER, "round": 2, "code": "02", "words": "처리완료"}
    assert (await caller.post("/_stage/unipass/amendment", json=wish)).status_code == 201
    assert rows(await ask(caller, doors, "052")) == []
    second = await ask(caller, doors, "052", QUESTIONS["052"] | {"mdfyRqstDgcnt": "2"})
    assert rows(second) == [{"mdfyRqstPrcsStcd": "02", "mdfyRqstPrcsStcdNm": "처리완료"}]


async def test_a_fault_reaches_every_service(caller: httpx.AsyncClient, doors: dict[str, tuple[str, str]]) -> None:
    fault = {"counterparty": "unipass", "operation": "requirements", "kind": "refuse", "match": "3002120000"}
    assert (await caller.post("/_stage/faults", json=fault)).status_code == 201
    assert said(await ask(caller, doors, "029"), "tCnt") == "-1"
    assert said(await ask(caller, doors, "029"), "tCnt") == "2"

"""The simulated UNI-PASS says of a certificate whether it fits: number and what stands on it (API035)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pytest

from tests.simulators.ktnet_office import NOON, accepted
from tradelane.simulators.app import create_app
from tradelane.simulators.clock import HeldClock
from tradelane.simulators.stage import Stage

PATH = "/unipass/ext/rest/expDclrCrfnVrfcInfoQry/retrieveExpDclrCrfnVrfc"
RIGHT = {
    "crkyCn": "unipass-demo-key-035",
    "expDclrCrfnPblsNo": "1234-5678",
    "txprBrno": "9908644063",
    "orcyCntyCd": "KR",
    "prnm": "Stoneware bowl, glazed",
    "ntwg": "0.6",
}


@pytest.fixture
async def asked(tmp_path: Path) -> AsyncIterator[tuple[httpx.AsyncClient, dict[str, str]]]:
    """A declaration that KTNET filed and customs accepted, and a right question about its certificate."""
    clock = HeldClock(NOON)
    stage = Stage(tmp_path, clock)
    transport = httpx.ASGITransport(create_app(stage, ["ktnet", "unipass"]))
    async with httpx.AsyncClient(transport=transport, base_url="http://simulators") as caller:
        yield caller, {**RIGHT, "expDclrNo": await accepted(caller, clock)}
    stage.close()


async def verdict(caller: httpx.AsyncClient, query: dict[str, str]) -> str | None:
    answer = await caller.get(PATH, params=query)
    return ET.fromstring(answer.text).findtext("tCnt")


@pytest.mark.parametrize("weight", ["0.6", "0.600", "1.2"])
async def test_a_certificate_that_fits_is_genuine(asked: tuple[httpx.AsyncClient, dict[str, str]], weight: str) -> None:
    """Its net weight may be that of a line or of all of them."""
    caller, question = asked
    assert await verdict(caller, question | {"ntwg": weight}) == "1"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("expDclrNo", "6N90426999999X"),
        ("txprBrno", "9908611034"),
        ("orcyCntyCd", "CN"),
        ("prnm", "Silk scarf"),
        ("ntwg", "0.7"),
        ("ntwg", "heavy"),
    ],
)
async def test_a_certificate_with_one_thing_wrong_does_not_fit(
    asked: tuple[httpx.AsyncClient, dict[str, str]], name: str, value: str
) -> None:
    caller, question = asked
    assert await verdict(caller, question | {name: value}) == "0"


@pytest.mark.parametrize("name", ["expDclrCrfnPblsNo", "txprBrno", "orcyCntyCd", "prnm", "ntwg", "expDclrNo"])
async def test_a_question_without_one_of_its_six_parameters_has_no_verdict(
    asked: tuple[httpx.AsyncClient, dict[str, str]], name: str
) -> None:
    """korea-export section 4: expDclrCrfnPblsNo, expDclrNo, txprBrno, orcyCntyCd, prnm, ntwg."""
    caller, question = asked
    del question[name]
    assert await verdict(caller, question) == "-1"

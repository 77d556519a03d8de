"""UNI-PASS's tables (docs/counterparties/unipass.md) held against adapter and simulator, each alone."""

from __future__ import annotations

from datetime import date
from xml.etree import ElementTree

import pytest
from pydantic import SecretStr

from tests.adapters.contract import Field, day, faults, like, needed, one_of, without_each
from tests.adapters.counterparty import Counterparty
from tests.adapters.office import Office
from tradelane.adapters.errors import Garbled
from tradelane.adapters.unipass import UnipassAccess, UnipassCustoms
from tradelane.domain.identifiers import ExportDeclarationNumber

RATES_PATH = "trifFxrtInfoQry/retrieveTrifFxrtInfo"
STATE_PATH = "expDclrNoPrExpFfmnBrkdQry/retrieveExpDclrNoPrExpFfmnBrkd"
RATES: tuple[Field, ...] = (
    needed("crkyCn", one_of("key-012", "unipass-demo-key-012")),
    needed("qryYymmDd", day("%Y%m%d")),
    needed("imexTp", one_of("1")),
)
STATE: tuple[Field, ...] = (
    needed("crkyCn", one_of("key-002", "unipass-demo-key-002")),
    needed("expDclrNo", like(r"[0-9A-Z]{5}\d{2}\d{6}X")),
)
NUMBER = "6N00226000123X"


def customs(party: Counterparty) -> UnipassCustoms:
    keys = {"API012": SecretStr("key-012"), "API002": SecretStr("key-002")}
    return UnipassCustoms(UnipassAccess(base_url="https://u.example/ext/rest", keys=keys), party.client())


async def test_a_question_for_rates_has_every_parameter_in_its_form_and_the_key_of_its_service() -> None:
    party = Counterparty().answers(text="<html/>")
    with pytest.raises(Garbled):
        await customs(party).export_rate(date(2026, 11, 24), "USD")
    [request] = party.requests
    assert (request.method, request.url.path) == ("GET", f"/ext/rest/{RATES_PATH}")
    assert faults(party.query(), RATES) == []


@pytest.mark.parametrize("number", [NUMBER, "H1A0126000001X", "6n002-26-000123x"])
async def test_a_question_for_a_declaration_has_every_parameter_in_its_form_and_the_other_key(number: str) -> None:
    party = Counterparty().answers(text="<html/>")
    with pytest.raises(Garbled):
        await customs(party).loading(ExportDeclarationNumber(number))
    [request] = party.requests
    assert (request.method, request.url.path) == ("GET", f"/ext/rest/{STATE_PATH}")
    assert faults(party.query(), STATE) == []


# --- the simulator, apart from us ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "whole", "table"),
    [
        (RATES_PATH, {"crkyCn": "unipass-demo-key-012", "qryYymmDd": "20261123", "imexTp": "1"}, RATES),
        (STATE_PATH, {"crkyCn": "unipass-demo-key-002", "expDclrNo": NUMBER}, STATE),
    ],
    ids=["rates", "declaration"],
)
async def test_the_simulator_answers_no_question_without_any_one_required_parameter(
    office: Office, path: str, whole: dict[str, str], table: tuple[Field, ...]
) -> None:
    """Errors come as HTTP 200 with `tCnt` -1; the whole question is answered."""
    url = f"{office.settings.simulators_url}/unipass/ext/rest/{path}"

    async def told(query: dict[str, str]) -> tuple[int, str]:
        answer = await office.stage.get(url, params=query)
        assert answer.status_code == 200
        root = ElementTree.fromstring(answer.content)
        return int(root.findtext("tCnt", "")), root.findtext("ntceInfo", "")

    assert faults(whole, table) == []
    assert (await told(whole))[0] >= 0
    for field, lacking in without_each(whole, table):
        count, words = await told(lacking)
        assert count == -1, field
        assert field in words
    another = {"unipass-demo-key-012": "unipass-demo-key-002", "unipass-demo-key-002": "unipass-demo-key-012"}
    assert (await told({**whole, "crkyCn": another[whole["crkyCn"]]}))[0] == -1

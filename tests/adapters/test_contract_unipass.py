"""UNI-PASS's tables (docs/counterparties/unipass.md) held against adapter and simulator, each alone."""

from __future__ import annotations

from datetime import date
from xml.etree import ElementTree

import pytest

from tests.adapters.contract import Field, day, faults, like, needed, one_of, without_each
from tests.adapters.counterparty import Counterparty
from tests.adapters.office import Office
from tests.adapters.unipass_answers import customs, laws, master, shortened, state
from tradelane.adapters.errors import Garbled
from tradelane.domain.identifiers import ExportDeclarationNumber, Hsk

RATES_PATH = "trifFxrtInfoQry/retrieveTrifFxrtInfo"
STATE_PATH = "expDclrNoPrExpFfmnBrkdQry/retrieveExpDclrNoPrExpFfmnBrkd"
LAWS_PATH = "ccctLworCdQry/retrieveCcctLworCd"
PERIOD_PATH = "expFfmnPridShrtTrgtPrlstQry/retrieveExpFfmnPridShrtTrgtPrlst"
LIST_PATH = "elcmExpLoadInfoQry/retrieveElcmExpLoadInfo"
INSPECTION_PATH = "expLdpInscInfoQry/retrieveLdpInscInfo"
WHOLE_NUMBER = like(r"[0-9A-Z]{5}\d{2}\d{6}X")


def key(service: str) -> Field:
    return needed("crkyCn", one_of(f"key-of-{service}", f"unipass-demo-key-{service}"))


RATES: tuple[Field, ...] = (key("012"), needed("qryYymmDd", day("%Y%m%d")), needed("imexTp", one_of("1")))
STATE: tuple[Field, ...] = (key("002"), needed("expDclrNo", WHOLE_NUMBER))
LAWS: tuple[Field, ...] = (key("029"), needed("hsSgn", like(r"\d{10}")), needed("imexTp", one_of("1")))
PERIOD: tuple[Field, ...] = (key("017"), needed("hsSgn", like(r"\d{10}")))
LIST: tuple[Field, ...] = (key("051"), needed("elcmExpDclrNo", WHOLE_NUMBER))
INSPECTION: tuple[Field, ...] = (key("053"), needed("expDclrNo", WHOLE_NUMBER))
NUMBER = "6N00226000123X"


async def test_a_question_for_rates_has_every_parameter_in_its_form_and_the_key_of_its_service() -> None:
    party = Counterparty().answers(text="<html/>")
    with pytest.raises(Garbled):
        await customs(party).export_rate(date(2026, 11, 24), "USD")
    [request] = party.requests
    assert (request.method, request.url.path) == ("GET", f"/ext/rest/{RATES_PATH}")
    assert faults(party.query(), RATES) == []


@pytest.mark.parametrize("number", [NUMBER, "H1A0126000001X", "6n002-26-000123x"])
@pytest.mark.parametrize(("converted", "path", "table"), [(False, STATE_PATH, STATE), (True, LIST_PATH, LIST)])
async def test_a_question_for_a_loading_has_every_parameter_in_its_form_and_the_key_of_its_service(
    number: str, converted: bool, path: str, table: tuple[Field, ...]
) -> None:
    party = Counterparty().answers(text="<html/>")
    with pytest.raises(Garbled):
        await customs(party).loading(ExportDeclarationNumber(number), converted_list=converted)
    [request] = party.requests
    assert (request.method, request.url.path) == ("GET", f"/ext/rest/{path}")
    assert faults(party.query(), table) == []


async def test_a_question_for_an_inspection_has_every_parameter_in_its_form_and_the_key_of_its_service() -> None:
    party = Counterparty().answers(text=state(master(ldpInscTrgtYn="Y"))).answers(text="<html/>")
    await customs(party).loading(ExportDeclarationNumber(NUMBER))
    assert party.paths[1] == f"/ext/rest/{INSPECTION_PATH}"
    assert faults(party.query(), INSPECTION) == []


@pytest.mark.parametrize("code", ["3304991000", "3304.99-1000"])
async def test_questions_for_requirements_have_every_parameter_in_its_form_and_the_key_of_their_service(
    code: str,
) -> None:
    party = Counterparty().answers(text=laws()).answers(text=shortened())
    await customs(party).requirements(Hsk(code), date(2026, 11, 24))
    assert party.paths == [f"/ext/rest/{LAWS_PATH}", f"/ext/rest/{PERIOD_PATH}"]
    assert faults(party.query(0), LAWS) == []
    assert faults(party.query(1), PERIOD) == []


# --- the simulator, apart from us ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "whole", "table"),
    [
        (RATES_PATH, {"crkyCn": "unipass-demo-key-012", "qryYymmDd": "20261123", "imexTp": "1"}, RATES),
        (STATE_PATH, {"crkyCn": "unipass-demo-key-002", "expDclrNo": NUMBER}, STATE),
        (LAWS_PATH, {"crkyCn": "unipass-demo-key-029", "hsSgn": "3304991000", "imexTp": "1"}, LAWS),
        (PERIOD_PATH, {"crkyCn": "unipass-demo-key-017", "hsSgn": "3304991000"}, PERIOD),
        (LIST_PATH, {"crkyCn": "unipass-demo-key-051", "elcmExpDclrNo": NUMBER}, LIST),
        (INSPECTION_PATH, {"crkyCn": "unipass-demo-key-053", "expDclrNo": NUMBER}, INSPECTION),
    ],
    ids=["rates", "declaration", "laws", "period", "converted list", "inspection"],
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
    other = "002" if whole["crkyCn"] != "unipass-demo-key-002" else "012"
    assert (await told({**whole, "crkyCn": f"unipass-demo-key-{other}"}))[0] == -1

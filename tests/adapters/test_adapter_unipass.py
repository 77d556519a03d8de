"""UNI-PASS as the port sees it: weekly rates, requirements and loading."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import pytest

from tests.adapters.counterparty import Counterparty
from tests.adapters.unipass_answers import (
    NUMBER,
    answer,
    customs,
    detail,
    law,
    laws,
    library,
    master,
    rate,
    rates,
    row,
    short_goods,
    shortened,
    state,
)
from tradelane.adapters.errors import Garbled, Refused, Unavailable
from tradelane.adapters.unipass import Direction, UnipassCustoms, UnipassLibrary
from tradelane.adapters.unipass.services import SERVICES
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import Hsk
from tradelane.ports import PublishedRate, RateKind

DAY = date(2026, 11, 24)  # a Tuesday; its week is Sunday 22 to Saturday 28 November
BLOOD = Hsk("3002120000")


# --- rates -----------------------------------------------------------------------------------------------------------


async def test_trap_02_the_export_rate_is_asked_and_never_the_import_rate() -> None:
    """korea-export.md, section 4: `imexTp` 1 export, 2 import; trap 2: most public samples use 2."""
    party = Counterparty().answers(text=rates(rate("CLP", "1.4721"), rate(), rate(won="1416.39", kind="2")))
    found = await customs(party).export_rate(DAY, "USD")
    assert party.paths == ["/ext/rest/trifFxrtInfoQry/retrieveTrifFxrtInfo"]
    assert party.query() == {"crkyCn": "key-of-012", "qryYymmDd": "20261124", "imexTp": "1"}
    assert (found.krw_per_unit, found.kind) == (Decimal("1389.57"), "export")
    assert (found.valid_from, found.valid_to) == (date(2026, 11, 22), date(2026, 11, 28))


async def test_trap_16_one_row_is_read_like_many() -> None:
    found = await customs(Counterparty().answers(text=rates(rate()))).export_rate(DAY, "USD")
    assert found.krw_per_unit == Decimal("1389.57")


async def test_yen_is_won_for_one_yen() -> None:
    """korea-export.md, section 4, API012: JPY is per 1 yen (8.7...)."""
    found = await customs(Counterparty().answers(text=rates(rate("JPY", "8.7312")))).export_rate(DAY, "JPY")
    assert found.krw_per_unit == Decimal("8.7312")


@pytest.mark.parametrize(
    "text",
    [
        rates(),
        rates(notice="조회된 정보가 없습니다."),
        rates(rate("CLP")),
        rates(rate(kind="2")),
        rates(rate(first_day="20261115")),
        rates(rate(first_day="20261129")),
    ],
    ids=["no row", "no row, said so", "other currency", "import rate", "last week", "next week"],
)
async def test_no_export_rate_of_the_week_is_a_hold_of_its_own(text: str) -> None:
    with pytest.raises(Refused) as failure:
        await customs(Counterparty().answers(text=text)).export_rate(DAY, "USD")
    assert (failure.value.code, failure.value.reason) == ("no_rate", "no_rate")
    assert "2026-11-22" in failure.value.words


@pytest.mark.parametrize("won", ["", "-1", "0", "NaN", "many", "1E+999", "Infinity"])
async def test_a_rate_that_is_no_number_above_zero_is_garbled(won: str) -> None:
    with pytest.raises(Garbled):
        await customs(Counterparty().answers(text=rates(rate(won=won)))).export_rate(DAY, "USD")


async def test_a_rate_with_thousands_separators_is_read() -> None:
    found = await customs(Counterparty().answers(text=rates(rate(won="1,389.57")))).export_rate(DAY, "USD")
    assert found.krw_per_unit == Decimal("1389.57")


async def test_a_week_is_asked_for_once_and_the_next_one_anew() -> None:
    party = Counterparty().answers(text=rates(rate(), rate("CLP", "1.4721")))
    reader = customs(party)
    for day, currency in ((22, "USD"), (28, "USD"), (24, "CLP")):
        await reader.export_rate(date(2026, 11, day), currency)
    assert len(party.requests) == 1
    party.answers(text=rates(rate(won="1401.02", first_day="20261129")))
    assert (await reader.export_rate(date(2026, 11, 29), "USD")).krw_per_unit == Decimal("1401.02")
    assert len(party.requests) == 2


async def test_a_week_not_published_yet_is_asked_for_again() -> None:
    party = Counterparty().answers(text=rates()).answers(text=rates(rate()))
    reader = customs(party)
    with pytest.raises(Refused):
        await reader.export_rate(DAY, "USD")
    assert (await reader.export_rate(DAY, "USD")).krw_per_unit == Decimal("1389.57")


class Books:
    """Published rates in memory."""

    def __init__(self) -> None:
        self.rows: list[PublishedRate] = []

    def put(self, rates: Iterable[PublishedRate]) -> int:
        before = len(self.rows)
        self.rows += rates
        return len(self.rows) - before

    def find(self, kind: RateKind, currency: str, day: date) -> PublishedRate | None:
        return next((one for one in self.rows if (one.kind, one.currency, one.day) == (kind, currency, day)), None)

    def listed(self, kind: RateKind, first: date, last: date) -> tuple[PublishedRate, ...]:
        return tuple(one for one in self.rows if one.kind is kind and first <= one.day <= last)


async def test_a_rate_that_was_used_is_remembered_once_with_its_source() -> None:
    books = Books()
    reader = customs(Counterparty().answers(text=rates(rate(), rate("CLP", "1.4721"))), books=books)
    await reader.export_rate(DAY, "USD")
    await reader.export_rate(DAY, "USD")
    assert books.rows == [
        PublishedRate(
            kind=RateKind.CUSTOMS_EXPORT,
            currency="USD",
            day=date(2026, 11, 22),
            krw_per_unit=Decimal("1389.57"),
            source="UNI-PASS API012",
        )
    ]


# --- requirements ----------------------------------------------------------------------------------------------------


async def test_goods_that_nothing_is_said_of_need_nothing() -> None:
    party = Counterparty().answers(text=laws()).answers(text=shortened())
    facts = await customs(party).requirements(BLOOD, DAY)
    assert (facts.confirmation, facts.shortened_loading) == ((), "")
    assert party.paths == [
        "/ext/rest/ccctLworCdQry/retrieveCcctLworCd",
        "/ext/rest/expFfmnPridShrtTrgtPrlstQry/retrieveExpFfmnPridShrtTrgtPrlst",
    ]
    assert party.query(0) == {"crkyCn": "key-of-029", "hsSgn": "3002120000", "imexTp": "1"}
    assert party.query(1) == {"crkyCn": "key-of-017", "hsSgn": "3002120000"}


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([law()], ("혈액관리법: 수출허가서 (보건복지부)",)),
        (
            [law(), law(dcerCfrmLworNm="감염병법")],
            ("혈액관리법: 수출허가서 (보건복지부)", "감염병법: 수출허가서 (보건복지부)"),
        ),
        ([law(), law()], ("혈액관리법: 수출허가서 (보건복지부)",)),
        ([law(reqCfrmIstmNm="", reqApreIttNm="")], ("혈액관리법",)),
        ([law(dcerCfrmLworNm="", reqCfrmIstmNm="", reqApreIttNm="")], ("37",)),
        ([row("ccctLworCdQryRsltVo", hsSgn="3002120000")], ("a law that customs does not name",)),
    ],
    ids=["one", "two", "the same twice", "only a name", "only a code", "nothing but the goods"],
)
async def test_every_law_in_force_is_a_confirmation(rows: list[str], told: tuple[str, ...]) -> None:
    """korea-export.md, section 8: any hit means no simplified and no list route."""
    party = Counterparty().answers(text=laws(*rows)).answers(text=shortened())
    assert (await customs(party).requirements(BLOOD, DAY)).confirmation == told


@pytest.mark.parametrize(
    ("first", "last", "holds"),
    [
        ("20261124", "20261124", True),
        ("20261125", "99991231", False),
        ("20150101", "20261123", False),
        ("20150101", "", True),
        ("", "", True),
        ("00000000", "99999999", True),
    ],
)
async def test_only_laws_in_force_on_the_day_count(first: str, last: str, holds: bool) -> None:
    party = Counterparty().answers(text=laws(law(aplyStrtDt=first, aplyEndDt=last))).answers(text=shortened())
    assert bool((await customs(party).requirements(BLOOD, DAY)).confirmation) is holds


async def test_a_row_for_imports_is_no_requirement_of_an_export() -> None:
    """korea-export.md, section 8: cosmetics have hits on the import side only."""
    cosmetics = Hsk("3304999000")
    party = Counterparty().answers(text=laws(law(hsk="3304999000", imexTp="2"))).answers(text=shortened())
    assert (await customs(party).requirements(cosmetics, DAY)).confirmation == ()


async def test_an_answer_about_other_goods_is_garbled() -> None:
    with pytest.raises(Garbled):
        await customs(Counterparty().answers(text=laws(law(hsk="3304999000")))).requirements(BLOOD, DAY)


@pytest.mark.parametrize(
    ("elements", "told"),
    [
        (
            {"hsSgn": "7404000000", "prnm": "구리 스크랩", "stszNm": "", "ffmnTmlmDt": "20261201"},
            "구리 스크랩, 20261201",
        ),
        ({"somethingNew": "10일"}, "10일"),
    ],
)
async def test_trap_18_any_row_of_api017_means_a_shortened_period_in_customs_own_words(
    elements: dict[str, str], told: str
) -> None:
    """The paper does not list the answer's elements: whatever they are, thirty days must not be assumed."""
    party = Counterparty().answers(text=laws()).answers(text=shortened(short_goods(**elements)))
    assert (await customs(party).requirements(Hsk("7404000000"), DAY)).shortened_loading == told


async def test_requirements_are_asked_once_a_day_for_each_code() -> None:
    party = Counterparty().answers(text=laws()).answers(text=shortened())
    reader = customs(party)
    await reader.requirements(BLOOD, DAY)
    await reader.requirements(BLOOD, DAY)
    assert len(party.requests) == 2
    party.answers(text=laws(law())).answers(text=shortened())
    assert (await reader.requirements(BLOOD, date(2026, 11, 25))).confirmation, "a new day is asked for anew"


@pytest.mark.parametrize("lacking", ["API029", "API017"])
async def test_without_the_key_of_either_service_nothing_is_taken_for_granted(lacking: str) -> None:
    party = Counterparty().answers(text=laws())
    with pytest.raises(Refused) as failure:
        await customs(party, lacking).requirements(BLOOD, DAY)
    assert failure.value.code == "no_key" and f"TRADELANE_UNIPASS_KEYS__{lacking}" in failure.value.words


# --- loading ---------------------------------------------------------------------------------------------------------


async def test_the_loading_example_of_the_paper_is_read() -> None:
    """korea-export.md, section 4, minimal synthetic example, value by value."""
    text = (
        "<expDclrNoPrExpFfmnBrkdQryRtnVo><tCnt>1</tCnt><ntceInfo/>"
        "<expDclrNoPrExpFfmnBrkdQryRsltVo><expDclrNo>6N00226000123X</expDclrNo><exppnConm>예시상사</exppnConm>"
        "<mnurConm>미상</mnurConm><acptDt>20260302</acptDt><loadDtyTmlm>20260401</loadDtyTmlm>"
        "<shpmCmplYn>Y</shpmCmplYn><sanm>KE0000</sanm><csclPckGcnt>1</csclPckGcnt><csclPckUt>CT</csclPckUt>"
        "<csclWght>0.8</csclWght><shpmPckGcnt>1</shpmPckGcnt><shpmPckUt>CT</shpmPckUt><shpmWght>0.8</shpmWght>"
        "</expDclrNoPrExpFfmnBrkdQryRsltVo>"
        "<expDclrNoPrExpFfmnBrkdDtlQryRsltVo><blNo>HAWB0001</blNo><tkofDt>20260305</tkofDt>"
        "<shpmPckGcnt>1</shpmPckGcnt><shpmPckUt>CT</shpmPckUt><shpmWght>0.8</shpmWght>"
        "</expDclrNoPrExpFfmnBrkdDtlQryRsltVo></expDclrNoPrExpFfmnBrkdQryRtnVo>"
    )
    party = Counterparty().answers(text=text)
    found = await customs(party).loading(NUMBER)
    assert party.query() == {"crkyCn": "key-of-002", "expDclrNo": "6N00226000123X"}
    assert found.found and found.loaded and not found.partial
    assert (found.accepted_on, found.load_before, found.departed_on) == (
        date(2026, 3, 2), date(2026, 4, 1), date(2026, 3, 5),
    )  # fmt: skip
    assert (found.packages_cleared, found.packages_loaded) == (1, 1)
    assert (found.weight_cleared_kg, found.weight_loaded_kg) == (Decimal("0.8"), Decimal("0.8"))
    assert (found.waybills, found.inspection) == (("HAWB0001",), "")


async def test_trap_17_no_row_is_unknown_and_never_refused() -> None:
    """korea-export.md, section 4: not yet accepted or unknown yields no row; not found is not rejected."""
    found = await customs(Counterparty().answers(text=state())).loading(NUMBER)
    assert not found.found and not found.loaded and found.load_before is None


async def test_trap_17_no_detail_row_is_neither_refusal_nor_loading() -> None:
    found = await customs(Counterparty().answers(text=state(master(), count=0))).loading(NUMBER)
    assert found.found and not found.loaded and found.departed_on is None


@pytest.mark.parametrize(("flag", "loaded"), [("Y", True), ("N", False), ("", False)])
async def test_trap_17_a_converted_list_is_asked_of_api051(flag: str, loaded: bool) -> None:
    text = answer("elcmExpLoadInfoQryRtnVo", row("elcmExpLoadInfoQryRsltVo", loadCmplYn=flag, elcm="x"))
    party = Counterparty().answers(text=text)
    found = await customs(party).loading(NUMBER, converted_list=True)
    assert party.paths == ["/ext/rest/elcmExpLoadInfoQry/retrieveElcmExpLoadInfo"]
    assert party.query() == {"crkyCn": "key-of-051", "elcmExpDclrNo": "6N00226000123X"}
    assert found.found and found.loaded is loaded


async def test_trap_17_a_converted_list_without_row_is_unknown() -> None:
    party = Counterparty().answers(text=answer("elcmExpLoadInfoQryRtnVo"))
    assert not (await customs(party).loading(NUMBER, converted_list=True)).found


async def test_trap_18_the_printed_deadline_is_taken_as_it_stands() -> None:
    """It wins over any count of days: here neither 30 days nor a working day."""
    text = state(master(acptDt="20261124", loadDtyTmlm="20261213"))  # a Sunday, 19 days on
    found = await customs(Counterparty().answers(text=text)).loading(NUMBER)
    assert found.load_before == date(2026, 12, 13) and not found.computed


@pytest.mark.parametrize("name", ["loadDtyTmlm", "loadDtyTmIm"])
async def test_the_deadline_is_found_under_both_spellings(name: str) -> None:
    text = state(master(**{"loadDtyTmlm": "", name: "20261224"}))
    assert (await customs(Counterparty().answers(text=text)).loading(NUMBER)).load_before == date(2026, 12, 24)


async def test_an_empty_deadline_is_none() -> None:
    found = await customs(Counterparty().answers(text=state(master(loadDtyTmlm="")))).loading(NUMBER)
    assert found.found and found.load_before is None and not found.computed


async def test_the_day_of_acceptance_is_taken_from_the_instant_where_the_day_is_missing() -> None:
    text = state(master(acptDt="", acptDttm="20261125003000"))
    assert (await customs(Counterparty().answers(text=text)).loading(NUMBER)).accepted_on == date(2026, 11, 25)


@pytest.mark.parametrize("flag", ["Y", "N"])
async def test_trap_21_some_packages_gone_is_partial_and_not_loaded(flag: str) -> None:
    """korea-export.md, trap 21: `shpmPckGcnt` < `csclPckGcnt`, whatever the flag says."""
    text = state(
        master(shpmCmplYn=flag, csclPckGcnt="3", shpmPckGcnt="2", csclWght="4.5", shpmWght="3.0"),
        detail("20261126", "1234567891", shpmPckGcnt="1", shpmWght="1.5"),
        detail("20261127", "1234567902", shpmPckGcnt="1", shpmWght="1.5"),
        count=2,
    )
    found = await customs(Counterparty().answers(text=text)).loading(NUMBER)
    assert found.partial and not found.loaded
    assert (found.packages_loaded, found.packages_cleared) == (2, 3)
    assert (found.weight_loaded_kg, found.weight_cleared_kg) == (Decimal("3.0"), Decimal("4.5"))
    assert found.waybills == ("1234567891", "1234567902")


async def test_trap_21_several_parcels_that_are_all_gone_are_loaded_on_the_last_day() -> None:
    text = state(
        master(shpmCmplYn="Y", csclPckGcnt="2", shpmPckGcnt="", shpmWght=""),
        detail("20261127", "1234567902", shpmPckGcnt="1", shpmWght="0.7"),
        detail("20261126", "1234567891", shpmPckGcnt="1", shpmWght="0.8"),
        count=2,
    )
    found = await customs(Counterparty().answers(text=text)).loading(NUMBER)
    assert found.loaded and found.departed_on == date(2026, 11, 27)
    assert (found.packages_loaded, found.weight_loaded_kg) == (2, Decimal("1.5"))


async def test_packages_that_one_waybill_does_not_tell_are_not_guessed() -> None:
    text = state(master(csclPckGcnt="2"), detail(shpmPckGcnt="1"), detail(waybill="1234567902"), count=2)
    found = await customs(Counterparty().answers(text=text)).loading(NUMBER)
    assert found.packages_loaded is None and not found.partial


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            answer("expLdpInscInfoQryRtnVo", row("expLdpInscInfoQryRsltVo", expInscTrgtYn="Y", expInscCmplYn="N")),
            "wanted",
        ),
        (
            answer("expLdpInscInfoQryRtnVo", row("expLdpInscInfoQryRsltVo", expInscTrgtYn="Y", expInscCmplYn="Y")),
            "done",
        ),
        (answer("expLdpInscInfoQryRtnVo"), "wanted"),
        ("<html>maintenance</html>", "wanted"),
    ],
    ids=["not done", "done", "no row", "trouble of the least certain service"],
)
async def test_an_inspection_where_goods_are_loaded_is_told(text: str, told: str) -> None:
    party = Counterparty().answers(text=state(master(ldpInscTrgtYn="Y"))).answers(text=text)
    assert (await customs(party).loading(NUMBER)).inspection == told
    assert party.query() == {"crkyCn": "key-of-053", "expDclrNo": "6N00226000123X"}


async def test_an_inspection_is_told_without_the_key_of_its_service_too() -> None:
    party = Counterparty().answers(text=state(master(ldpInscTrgtYn="Y")))
    assert (await customs(party, "API053").loading(NUMBER)).inspection == "wanted"


@pytest.mark.parametrize(
    "text",
    [
        state(master(expDclrNo="6N00226000999X")),
        state(master(), detail(expDclrNo="6N00226000999X"), count=1),
        state(master(), master(expDclrNo="6N00226000999X"), count=1),
        state(detail(), count=1),
    ],
    ids=["master", "detail", "second master", "waybills without a declaration"],
)
async def test_an_answer_about_another_declaration_is_garbled(text: str) -> None:
    with pytest.raises(Garbled):
        await customs(Counterparty().answers(text=text)).loading(NUMBER)


@pytest.mark.parametrize("number", ["6N002-26-000123X", "6n00226000123x"])
async def test_the_number_is_known_again_as_it_is_printed(number: str) -> None:
    found = await customs(Counterparty().answers(text=state(master(expDclrNo=number)))).loading(NUMBER)
    assert found.found


# --- keys and verbs --------------------------------------------------------------------------------------------------


async def test_trap_16_a_missing_key_is_our_fault_names_its_variable_and_nothing_is_sent() -> None:
    party = Counterparty()
    with pytest.raises(Refused) as failure:
        await customs(party, "API012").export_rate(DAY, "USD")
    assert failure.value.fault is Fault.OURS and party.requests == []
    assert "TRADELANE_UNIPASS_KEYS__API012" in failure.value.words


@pytest.mark.parametrize("words", ["인증키(crkyCn)가 유효하지 않습니다.", "인증키상의 API 불일치"])
async def test_trap_16_the_key_of_another_service_is_our_fault_and_names_its_variable(words: str) -> None:
    with pytest.raises(Refused) as failure:
        await customs(Counterparty().answers(text=rates(count=-1, notice=words))).export_rate(DAY, "USD")
    assert (failure.value.code, failure.value.fault) == ("key", Fault.OURS)
    assert failure.value.words == f"{words} Check TRADELANE_UNIPASS_KEYS__API012."


@pytest.mark.parametrize(
    ("notice", "kind"),
    [
        ("필수 입력값이 없습니다. [qryYymmDd]", Refused),
        ("시스템 점검 중입니다.", Unavailable),
        ("", Unavailable),
        ("<resultCode>99</resultCode>점검", Unavailable),
        ("<resultCode>99</resultCode><resultMsg>점검</resultMsg>", Unavailable),
    ],
)
async def test_trap_16_minus_one_is_an_error_although_http_says_200(notice: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        await customs(Counterparty().answers(text=rates(count=-1, notice=notice))).export_rate(DAY, "USD")


def test_trap_15_unipass_reads_and_has_no_method_that_writes() -> None:
    """korea-export.md, section 0.2: the Open API is read only. Every service is one GET of `retrieve...` or `search...`."""
    assert all(one.path.rpartition("/")[2].startswith(("retrieve", "search")) for one in SERVICES)
    methods = {
        name
        for owner in (UnipassCustoms, UnipassLibrary)
        for name, _ in inspect.getmembers(owner, inspect.isfunction)
        if not name.startswith("_")
    }
    writing = ("lodge", "file", "submit", "send", "amend", "withdraw", "cancel", "extend", "put", "post", "publish")
    assert len(methods) > 15
    assert [name for name in methods if name.startswith(writing) and name != "amendment"] == []


async def test_trap_15_every_question_is_a_get() -> None:
    party = (
        Counterparty().answers(text=rates(rate())).answers(text=state()).answers(text=laws()).answers(text=shortened())
    )
    reader = customs(party)
    await reader.export_rate(DAY, "USD")
    await reader.loading(NUMBER)
    await reader.requirements(BLOOD, DAY)
    assert {request.method for request in party.requests} == {"GET"}
    assert all(not request.content for request in party.requests)


async def test_keys_are_in_no_failure() -> None:
    """Not in the words of ours, of theirs, or of a line that broke."""
    for text in (rates(count=-1, notice="점검"), "<html/>", rates(rate(won="x"))):
        with pytest.raises((Garbled, Refused, Unavailable)) as failure:
            await library(Counterparty().answers(text=text)).rate(DAY, "USD", Direction.EXPORT)
        assert "key-of-012" not in f"{failure.value}{failure.value.__cause__}"

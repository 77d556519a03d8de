"""UNI-PASS: weekly export rates and loading, from XML that answers 200 whatever happens."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from tests.adapters.counterparty import Counterparty
from tradelane.adapters.errors import Garbled, OutsideFailure, Refused, Unavailable
from tradelane.adapters.unipass import UnipassAccess, UnipassCustoms
from tradelane.adapters.unipass.wire import document
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import ExportDeclarationNumber

DAY = date(2026, 11, 24)
NUMBER = ExportDeclarationNumber("6N00226000123X")


def customs(party: Counterparty) -> UnipassCustoms:
    keys = {"API012": SecretStr("key-of-012"), "API002": SecretStr("key-of-002")}
    return UnipassCustoms(UnipassAccess(base_url="https://u.example/ext/rest", keys=keys), party.client())


def rate_row(currency: str = "USD", rate: str = "1389.57", first_day: str = "20261122", kind: str = "1") -> str:
    return (
        f"<trifFxrtInfoQryRsltVo><cntySgn>US</cntySgn><mtryUtNm/><fxrt>{rate}</fxrt><currSgn>{currency}</currSgn>"
        f"<aplyBgnDt>{first_day}</aplyBgnDt><imexTp>{kind}</imexTp><newThing>x</newThing></trifFxrtInfoQryRsltVo>"
    )


def rates(*rows: str, count: int | None = None) -> str:
    number = len(rows) if count is None else count
    return f"<trifFxrtInfoQryRtnVo><tCnt>{number}</tCnt><ntceInfo/>{''.join(rows)}</trifFxrtInfoQryRtnVo>"


async def test_the_export_rate_of_the_day_is_asked_with_the_key_of_its_service() -> None:
    party = Counterparty().answers(text=rates(rate_row("CLP", "1.4721"), rate_row()))
    rate = await customs(party).export_rate(DAY, "USD")
    assert party.paths == ["/ext/rest/trifFxrtInfoQry/retrieveTrifFxrtInfo"]
    assert party.query() == {"crkyCn": "key-of-012", "qryYymmDd": "20261124", "imexTp": "1"}
    assert (rate.krw_per_unit, rate.valid_from, rate.currency) == (Decimal("1389.57"), date(2026, 11, 22), "USD")
    assert rate.covers(DAY)


async def test_one_row_is_read_like_many() -> None:
    rate = await customs(Counterparty().answers(text=rates(rate_row()))).export_rate(DAY, "USD")
    assert rate.krw_per_unit == Decimal("1389.57")


@pytest.mark.parametrize(
    "answer",
    [
        rates(),
        rates(rate_row("CLP")),
        rates(rate_row(kind="2")),
        rates(rate_row(first_day="20261115")),
        rates(rate_row(first_day="20261129")),
        rates("<trifFxrtInfoQryRsltVo/>", count=1),
    ],
)
async def test_no_export_rate_of_the_week_is_no_rate(answer: str) -> None:
    with pytest.raises(Refused) as failure:
        await customs(Counterparty().answers(text=answer)).export_rate(DAY, "USD")
    assert failure.value.code == "no_rate"


@pytest.mark.parametrize("rate", ["", "-1", "0", "NaN", "many"])
async def test_a_rate_that_is_no_number_above_zero_is_garbled(rate: str) -> None:
    with pytest.raises(Garbled):
        await customs(Counterparty().answers(text=rates(rate_row(rate=rate)))).export_rate(DAY, "USD")


def loading(master: str, details: str = "", count: int = 0) -> str:
    root = "expDclrNoPrExpFfmnBrkdQryRtnVo"
    return f"<{root}><tCnt>{count}</tCnt><ntceInfo/>{master}{details}</{root}>"


def master(loaded: str = "N", deadline: str = "20261224", number: str = NUMBER) -> str:
    return (
        f"<expDclrNoPrExpFfmnBrkdQryRsltVo><expDclrNo>{number}</expDclrNo><mnurConm/><acptDt>20261124</acptDt>"
        f"<loadDtyTmlm>{deadline}</loadDtyTmlm><shpmCmplYn>{loaded}</shpmCmplYn><sanm/>"
        "</expDclrNoPrExpFfmnBrkdQryRsltVo>"
    )


def detail(day: str) -> str:
    return (
        f"<expDclrNoPrExpFfmnBrkdDtlQryRsltVo><blNo>1234567891</blNo><tkofDt>{day}</tkofDt>"
        "</expDclrNoPrExpFfmnBrkdDtlQryRsltVo>"
    )


async def test_a_declaration_is_asked_for_with_its_final_x_and_the_other_key() -> None:
    party = Counterparty().answers(text=loading(master()))
    found = await customs(party).loading(NUMBER)
    assert party.query() == {"crkyCn": "key-of-002", "expDclrNo": "6N00226000123X"}
    assert found.found and not found.loaded, "no detail row is no refusal and no loading"
    assert found.load_before == date(2026, 12, 24)
    assert found.departed_on is None


async def test_loaded_goods_tell_the_day_they_left() -> None:
    text = loading(master("Y"), detail("20261126") + detail("20261127"), count=2)
    found = await customs(Counterparty().answers(text=text)).loading(NUMBER)
    assert found.loaded and found.departed_on == date(2026, 11, 27)


async def test_partly_loaded_goods_are_not_loaded() -> None:
    text = loading(master("N"), detail("20261126"), count=1)
    assert not (await customs(Counterparty().answers(text=text)).loading(NUMBER)).loaded


async def test_no_row_is_unknown_not_refused() -> None:
    found = await customs(Counterparty().answers(text=loading(""))).loading(NUMBER)
    assert not found.found and not found.loaded and found.load_before is None


async def test_an_empty_deadline_is_none() -> None:
    found = await customs(Counterparty().answers(text=loading(master(deadline="")))).loading(NUMBER)
    assert found.found and found.load_before is None


async def test_an_answer_about_another_declaration_is_garbled() -> None:
    text = loading(master(number="6N00226000999X"))
    with pytest.raises(Garbled):
        await customs(Counterparty().answers(text=text)).loading(NUMBER)


@pytest.mark.parametrize(
    ("notice", "kind"),
    [
        ("인증키(crkyCn)가 유효하지 않습니다.", Refused),
        ("필수 입력값이 없습니다. [qryYymmDd]", Refused),
        ("시스템 점검 중입니다.", Unavailable),
        ("", Unavailable),
        ("<resultCode>99</resultCode>점검", Unavailable),
    ],
)
async def test_minus_one_is_an_error_although_http_says_200(notice: str, kind: type[OutsideFailure]) -> None:
    text = f"<trifFxrtInfoQryRtnVo><tCnt>-1</tCnt><ntceInfo>{notice}</ntceInfo></trifFxrtInfoQryRtnVo>"
    with pytest.raises(kind) as failure:
        await customs(Counterparty().answers(text=text)).export_rate(DAY, "USD")
    if isinstance(failure.value, Refused):
        assert failure.value.fault is Fault.OURS and failure.value.words == notice


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html><body>maintenance</body></html>",
        "<trifFxrtInfoQryRtnVo><tCnt>1</tCnt>",
        "<trifFxrtInfoQryRtnVo></trifFxrtInfoQryRtnVo>",
        "<trifFxrtInfoQryRtnVo><tCnt>many</tCnt></trifFxrtInfoQryRtnVo>",
        "<other><tCnt>0</tCnt></other>",
        '<!DOCTYPE a [<!ENTITY b "c">]><trifFxrtInfoQryRtnVo><tCnt>0</tCnt>&b;</trifFxrtInfoQryRtnVo>',
    ],
)
async def test_what_is_not_the_xml_asked_for_is_garbled(text: str) -> None:
    with pytest.raises(Garbled):
        await customs(Counterparty().answers(text=text)).export_rate(DAY, "USD")


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    with pytest.raises(Garbled):
        document(body, "trifFxrtInfoQryRtnVo")


async def test_a_missing_key_is_our_fault_and_nothing_is_sent() -> None:
    party = Counterparty()
    without = UnipassCustoms(UnipassAccess(base_url="https://u.example", keys={}), party.client())
    with pytest.raises(Refused) as failure:
        await without.export_rate(DAY, "USD")
    assert failure.value.fault is Fault.OURS and party.requests == []

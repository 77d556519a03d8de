"""Answers that UNI-PASS should not give and one day will: each is understood, or refused; none is read as *nothing*."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.counterparty import Counterparty
from tests.adapters.unipass_answers import (
    NUMBER,
    access,
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
    shortened,
    state,
)
from tradelane.adapters.errors import Garbled, OutsideFailure, Refused, Unavailable
from tradelane.adapters.unipass import UnipassCustoms
from tradelane.adapters.unipass.services import RATES, REQUIREMENTS
from tradelane.adapters.unipass.wire import LARGEST_ANSWER, document
from tradelane.domain.identifiers import Hsk

DAY = date(2026, 11, 24)
BLOOD = Hsk("3002120000")
ROOT = "trifFxrtInfoQryRtnVo"
BILLION_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>'
    f"<{ROOT}><tCnt>1</tCnt><ntceInfo>&d;</ntceInfo></{ROOT}>"
)
GARBLED: dict[str, str] = {
    "empty": "",
    "blanks": "   \n ",
    "web page": "<html><body>maintenance</body></html>",
    "web page with doctype": "<!DOCTYPE html><html><head><title>점검</title></head></html>",
    "web page cut off": "<html><body><p>gateway",
    "JSON": '{"tCnt": 1}',
    "a sentence": "Service Temporarily Unavailable",
    "cut off": f"<{ROOT}><tCnt>1</tCnt>",
    "cut off in a row": rates(rate())[:-60],
    "two roots": rates() + rates(),
    "other root": "<other><tCnt>0</tCnt></other>",
    "root of another service": laws(),
    "SOAP fault": "<Envelope><Body><Fault><faultstring>x</faultstring></Fault></Body></Envelope>",
    "gateway of the portal": "<OpenAPI_ServiceResponse><cmmMsgHeader><errMsg>x</errMsg></cmmMsgHeader></OpenAPI_ServiceResponse>",
    "no count": f"<{ROOT}></{ROOT}>",
    "empty count": f"<{ROOT}><tCnt/><ntceInfo/></{ROOT}>",
    "count in words": f"<{ROOT}><tCnt>many</tCnt></{ROOT}>",
    "count with a fraction": f"<{ROOT}><tCnt>1.5</tCnt></{ROOT}>",
    "count with two signs": f"<{ROOT}><tCnt>--1</tCnt></{ROOT}>",
    "count of a thousand digits": f"<{ROOT}><tCnt>{'9' * 1000}</tCnt></{ROOT}>",
    "count in digits of another script": f"<{ROOT}><tCnt>١</tCnt></{ROOT}>",
    "rows counted and none there": rates(count=3),
    "rows counted and empty": rates("<trifFxrtInfoQryRsltVo/>", count=1),
    "rows counted and named otherwise": rates("<newRow><fxrt>1389.57</fxrt></newRow>", count=1),
    "XML bomb": BILLION_LAUGHS,
    "entity": f'<!DOCTYPE a [<!ENTITY b "c">]><{ROOT}><tCnt>0</tCnt>&b;</{ROOT}>',
    "file of ours": f'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><{ROOT}><tCnt>0</tCnt>&b;</{ROOT}>',
    "DTD alone": f"<!DOCTYPE {ROOT}><{ROOT}><tCnt>0</tCnt></{ROOT}>",
    "DTD elsewhere": f'<!DOCTYPE a SYSTEM "http://evil.example/a.dtd"><{ROOT}><tCnt>0</tCnt></{ROOT}>',
    "undeclared entity": f"<{ROOT}><tCnt>0</tCnt><ntceInfo>&nbsp;</ntceInfo></{ROOT}>",
    "bare ampersand": f"<{ROOT}><tCnt>0</tCnt><ntceInfo>A & B</ntceInfo></{ROOT}>",
    "control character": f"<{ROOT}><tCnt>0</tCnt><ntceInfo>\x01</ntceInfo></{ROOT}>",
    "NUL": f"<{ROOT}><tCnt>0</tCnt></{ROOT}>\x00",
    "nested without end": "<a>" * 50_000,
    "row without currency": rates(row("trifFxrtInfoQryRsltVo", fxrt="1389.57", aplyBgnDt="20261122", imexTp="1")),
    "rate without a day": rates(rate(first_day="")),
    "day that is none": rates(rate(first_day="20261131")),
    "day with hyphens": rates(rate(first_day="2026-11-22")),
    "rate below zero": rates(rate(won="-1389.57")),
    "rate in words": rates(rate(won="천삼백")),
    "rate beyond reason": rates(rate(won="9" * 40)),
}


@pytest.mark.parametrize("text", GARBLED.values(), ids=GARBLED.keys())
async def test_what_is_not_the_answer_that_was_asked_for_is_garbled(text: str) -> None:
    with pytest.raises(Garbled) as failure:
        await customs(Counterparty().answers(text=text)).export_rate(DAY, "USD")
    assert len(failure.value.words) < 200 and "hostname" not in str(failure.value.__cause__)


UNDERSTOOD: dict[str, str] = {
    "one row": rates(rate()),
    "many rows": rates(rate("CLP", "1.4721"), rate("EUR", "1502.10"), rate()),
    "a declaration in front": f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{rates(rate())}',
    "a byte order mark": f"\ufeff{rates(rate())}",
    "EUC-KR declared and UTF-8 sent": f'<?xml version="1.0" encoding="EUC-KR"?>{rates(rate(), notice="안내")}',
    "an unknown encoding declared": f'<?xml version="1.0" encoding="KLINGON"?>{rates(rate())}',
    "a comment": rates("<!-- weekly -->", rate(), count=1),
    "a processing instruction": rates("<?php echo 1 ?>", rate(), count=1),
    "a namespace": rates(rate()).replace(f"<{ROOT}>", f'<{ROOT} xmlns="urn:kr:gov:kcs">'),
    "a prefix": rates(rate()).replace("<", "<n:").replace("<n:/", "</n:").replace(f"<n:{ROOT}>", f'<n:{ROOT} xmlns:n="urn:x">'),
    "blanks and lines": rates(rate(won="\n  1389.57\n ")),
    "CDATA": rates(rate(won="<![CDATA[1389.57]]>")),
    "empty rows between": rates("<trifFxrtInfoQryRsltVo/>", rate(), "<trifFxrtInfoQryRsltVo> </trifFxrtInfoQryRsltVo>"),
    "a count that is too small": rates(rate(), count=0),
    "a count that is too large": rates(rate(), count=99),
    "resultCode and no count": f"<{ROOT}><ntceInfo><resultCode>00</resultCode></ntceInfo>{rate()}</{ROOT}>",
    "resultCode and a count": rates(rate(), notice="<resultCode>00</resultCode><resultMsg>NORMAL</resultMsg>"),
    "a notice beside the rows": rates(rate(), notice="12월부터 주소가 바뀝니다."),
    "no notice at all": f"<{ROOT}><tCnt>1</tCnt>{rate()}</{ROOT}>",
    "the first letter of the root in capitals": rates(rate()).replace("trifFxrtInfoQryRtnVo", "TrifFxrtInfoQryRtnVo"),
    "no direction told": rates(rate(kind="")),
    "the currency in small letters": rates(rate(currency="usd")),
}  # fmt: skip


@pytest.mark.parametrize("text", UNDERSTOOD.values(), ids=UNDERSTOOD.keys())
async def test_what_means_the_same_is_understood(text: str) -> None:
    found = await customs(Counterparty().answers(text=text)).export_rate(DAY, "USD")
    assert found.krw_per_unit == Decimal("1389.57")


async def test_korean_bytes_are_read_where_their_encoding_is_named() -> None:
    text = '<?xml version="1.0" encoding="EUC-KR"?>' + rates(rate(), notice="안내").replace(
        "<cntySgn>US", "<cntySgn>미국"
    )

    def reply(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=text.encode("euc-kr"))

    reader = UnipassCustoms(access(), httpx.AsyncClient(transport=httpx.MockTransport(reply)))
    assert (await reader.export_rate(DAY, "USD")).krw_per_unit == Decimal("1389.57")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "euc-kr"])
async def test_bytes_of_an_encoding_that_is_not_named_are_garbled(encoding: str) -> None:
    body = rates(rate(), notice="안내").encode(encoding)
    with pytest.raises(Garbled):
        document(body, RATES)


def test_an_answer_beyond_reason_is_not_read() -> None:
    body = rates(rate(), notice="x" * LARGEST_ANSWER).encode()
    with pytest.raises(Garbled) as failure:
        document(body, RATES)
    assert failure.value.code == "too_large"


async def test_a_status_that_is_no_200_is_sorted_like_any_other() -> None:
    with pytest.raises(Unavailable):
        await customs(Counterparty().answers(text="<html/>", status=502)).export_rate(DAY, "USD")
    with pytest.raises(Refused):
        await customs(Counterparty().answers(text="<html/>", status=404)).export_rate(DAY, "USD")
    with pytest.raises(Garbled):
        await customs(Counterparty().answers(text="", status=302)).export_rate(DAY, "USD")


# --- never read as "nothing to confirm" ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (laws(count=0, notice="인증키 정보가 존재하지 않습니다."), Refused),
        (laws(count=0, notice="일일 트래픽을 초과하였습니다."), Unavailable),
        (laws(count=0, notice="필수 입력값 [imexTp]"), Refused),
        (laws(count=2), Garbled),
        (laws("<item><dcerCfrmLworNm>혈액관리법</dcerCfrmLworNm></item>", count=1), Garbled),
        (laws(notice="<resultCode>99</resultCode>"), Unavailable),
        (laws(law(aplyStrtDt="someday")), Garbled),
    ],
    ids=["key", "quota", "parameter", "rows missing", "rows named otherwise", "resultCode", "day"],
)
async def test_a_question_that_went_wrong_is_not_an_answer_that_nothing_needs_confirmation(
    text: str, kind: type[OutsideFailure]
) -> None:
    with pytest.raises(kind):
        await customs(Counterparty().answers(text=text)).requirements(BLOOD, DAY)


@pytest.mark.parametrize(
    "notice",
    [
        "",
        "조회된 정보가 없습니다.",
        "[N00] 조회결과가 존재하지 않습니다.",
        "검색 결과가 없습니다",
        "<resultCode>00</resultCode>",
    ],
)
async def test_words_that_say_nothing_was_found_are_believed(notice: str) -> None:
    party = Counterparty().answers(text=laws(count=0, notice=notice)).answers(text=shortened())
    assert (await customs(party).requirements(BLOOD, DAY)).confirmation == ()


async def test_a_shortened_period_that_cannot_be_read_is_not_an_ordinary_one() -> None:
    party = Counterparty().answers(text=laws()).answers(text=shortened(count=1))
    with pytest.raises(Garbled):
        await customs(party).requirements(BLOOD, DAY)


@pytest.mark.parametrize(
    "text",
    [
        state(master(csclPckGcnt="1.5")),
        state(master(csclPckGcnt="-1")),
        state(master(csclWght="heavy")),
        state(master(loadDtyTmlm="20261332")),
        state(master(acptDt="soon")),
        state(master(), detail(day="20260230"), count=1),
        state(master(shpmWght="1E+400")),
        state(count=2),
    ],
)
async def test_a_declaration_that_cannot_be_read_is_garbled(text: str) -> None:
    with pytest.raises(Garbled):
        await customs(Counterparty().answers(text=text)).loading(NUMBER)


async def test_a_row_of_people_that_cannot_be_read_is_garbled() -> None:
    text = answer("trrtQryRtnVo", row("trrtQryRsltVo", hsSgn="3304991000", trrt="eight"))
    with pytest.raises(Garbled):
        await library(Counterparty().answers(text=text)).duty_rates(Hsk("3304991000"))


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    with pytest.raises(Garbled):
        document(body, REQUIREMENTS)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.sampled_from(["-1", "0", "1", "", "x"]))
def test_no_words_of_theirs_break_the_reader(words: str, count: str) -> None:
    """Whatever a notice says, the answer is rows, a refusal, or a failure of ours that names itself."""
    escaped = words.replace("&", "&amp;").replace("<", "&lt;")
    try:
        told = document(laws(count=count, notice=escaped).encode(), REQUIREMENTS)
    except OutsideFailure as failure:
        assert len(failure.words) <= 300
    else:
        assert told.rows() == ()

"""People's questions to UNI-PASS: what is asked of which service, and what is read of its answer."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.adapters.counterparty import Counterparty
from tests.adapters.unipass_answers import (
    NUMBER,
    answer,
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
from tradelane.adapters.errors import Refused, Unavailable
from tradelane.adapters.unipass import Direction
from tradelane.adapters.unipass.answers import Certificate
from tradelane.domain.identifiers import CustomsClearanceCode, Hsk, WaybillNumber

DAY = date(2026, 11, 24)
CREAM = Hsk("3304991000")


async def test_a_declaration_is_shown_with_one_question() -> None:
    party = Counterparty().answers(text=state(master(sanm="KE0000", mnurConm="미상"), detail(), count=1))
    seen = await library(party).declaration(NUMBER)
    assert (seen.exporter, seen.maker, seen.transport) == ("예시상사", "미상", "KE0000")
    assert seen.loading.waybills == ("1234567891",) and len(party.requests) == 1


async def test_a_waybill_tells_its_declarations() -> None:
    told = row(
        "expDclrNoPrExpFfmnBrkdBlNoQryRsltVo",
        exppnConm="예시상사",
        shpmAirptPortNm="인천공항",
        tkofDt="20261126",
        expDclrNo=str(NUMBER),
    )
    party = Counterparty().answers(text=state(told, count=1))
    [seen] = await library(party).by_waybill(WaybillNumber("1234567891"))
    assert party.query() == {"crkyCn": "key-of-002", "blNo": "1234567891"}
    assert (seen.declaration, seen.airport, seen.departed_on) == (str(NUMBER), "인천공항", date(2026, 11, 26))


async def test_both_directions_of_a_rate_can_be_asked_and_are_kept_apart() -> None:
    party = Counterparty().answers(text=rates(rate())).answers(text=rates(rate(won="1416.39", kind="2")))
    asked = library(party)
    assert (await asked.rate(DAY, "USD", Direction.EXPORT)).krw_per_unit == Decimal("1389.57")
    imports = await asked.rate(DAY, "USD", Direction.IMPORT)
    assert (imports.krw_per_unit, imports.kind) == (Decimal("1416.39"), "import")
    assert [party.query(n)["imexTp"] for n in (0, 1)] == ["1", "2"]


async def test_requirements_are_read_as_the_journeys_read_them() -> None:
    party = Counterparty().answers(text=laws(law())).answers(text=shortened())
    assert (await library(party).requirements(Hsk("3002120000"), DAY)).confirmation


async def test_a_company_is_shown_without_its_people() -> None:
    """The answer names representative, address and telephone; nobody needs them here."""
    told = row(
        "ecmQryRsltVo",
        ecm="하늘결**9261011",
        conmNm="주식회사 하늘결",
        bsnsNo="9908611034",
        rppnNm="홍길동",
        bslcBscsAddr="서울특별시 없는구",
        rprsTelno="02-0000-0000",
        useYn="Y",
    )
    party = Counterparty().answers(text=answer("ecmQryRtnVo", told))
    [company] = await library(party).clearance_codes("하늘결")
    assert party.query() == {"crkyCn": "key-of-010", "conmNm": "하늘결"}
    assert company.model_dump() == {
        "code": "하늘결**9261011",
        "company": "주식회사 하늘결",
        "business_number": "9908611034",
        "in_use": True,
    }


CASES = [
    (
        "foreign_parties",
        ("CL", "ANDES"),
        answer("ovrsSplrSgnQryRtnVo", row("ovrsSplrSgnQryRsltVo", ovrsSplrSgn="CLANDESB0001A", splrConm="ANDES SPA")),
        {"crkyCn": "key-of-011", "cntySgn": "CL", "conm": "ANDES"},
        {"code": "CLANDESB0001A", "name": "ANDES SPA"},
    ),
    (
        "brokers",
        ("나라",),
        answer(
            "lcaLstInfoQryRtnVo",
            row("lcaLstInfoQryRsltVo", lcaSgn="6N904", lcaNm="나라", cstmSgn="010", cstmNm="서울세관"),
        ),
        {"crkyCn": "key-of-013", "lcaNm": "나라"},
        {"code": "6N904", "name": "나라", "office_code": "010", "office": "서울세관"},
    ),
    (
        "broker",
        ("6N904",),
        answer(
            "lcaBrkdQryRtnVo", row("lcaBrkdQryRsltVo", lcaSgn="6N904", lcaConm="나라관세법인", jrsdCstmNm="서울세관")
        ),
        {"crkyCn": "key-of-014", "lcaSgn": "6N904"},
        {"code": "6N904", "firm": "나라관세법인", "office": "서울세관"},
    ),
    (
        "drawback_rates",
        (CREAM, DAY),
        answer(
            "simlXamrttXtrnUserQryRtnVo",
            row(
                "simlXamrttXtrnUserQryRsltVo",
                prutDrwbWncrAmt="30",
                stsz="",
                drwbAmtBaseTpcd="2",
                aplyDd="20260101",
                ceseDt="20261231",
                hs10="3304991000",
            ),
        ),
        {"crkyCn": "key-of-015", "baseDt": "20261124", "hsSgn": "3304991000"},
        {
            "hsk": "3304991000",
            "goods": "",
            "won": Decimal(30),
            "per": "2",
            "first_day": date(2026, 1, 1),
            "last_day": date(2026, 12, 31),
        },
    ),
    (
        "drawback_company",
        (CustomsClearanceCode("하늘결**9261011"),),
        answer(
            "simlFxamtAplyNnaplyEntsQryRtnVo",
            row("simlFxamtAplyNnaplyEntsQryRsltVo", conm="하늘결", simlFxamtAplyApreDt="20240102", rgsrCstmNm=""),
        ),
        {"crkyCn": "key-of-016", "ecm": "하늘결**9261011"},
        {
            "company": "하늘결",
            "office": "",
            "applied_on": date(2024, 1, 2),
            "excluded_on": None,
            "excluded_why": "",
        },
    ),
    (
        "code_list",
        ("A04",),
        answer("statsSgnQryRtnVo", row("statsSgnQryVo", statsSgn="CL", koreAbrt="칠레", englAbrt="CHILE", koreBrkd="")),
        {"crkyCn": "key-of-019", "statsSgnTp": "A04"},
        {"code": "CL", "name_ko": "칠레", "name_en": "CHILE", "description_ko": ""},
    ),
    (
        "code_list",
        ("A04", "칠레"),
        answer("statsSgnQryRtnVo", row("statsSgnQryVo", statsSgn="CL")),
        {"crkyCn": "key-of-019", "statsSgnTp": "A04", "cdValtValNm": "칠레"},
        {"code": "CL", "name_ko": "", "name_en": "", "description_ko": ""},
    ),
    (
        "duty_rates",
        (CREAM,),
        answer("trrtQryRtnVo", row("trrtQryRsltVo", hsSgn="3304991000", trrtTpcd="A", trrtTpNm="기본세율", trrt="6.5")),
        {"crkyCn": "key-of-030", "hsSgn": "3304991000"},
        {
            "hsk": "3304991000",
            "kind": "A",
            "name": "기본세율",
            "percent": Decimal("6.5"),
            "first_day": None,
            "last_day": None,
        },
    ),
    (
        "customs_offices",
        ("04799",),
        answer(
            "psnoPrJrsdCstmQryRtnVo", row("psnoPrJrsdCstmQryRsltVoList", jrsdCstmSgn="010", jrsdCstmSgnNm="서울세관")
        ),
        {"crkyCn": "key-of-031", "jrsdPsno": "04799"},
        {"code": "010", "name": "서울세관"},
    ),
    (
        "amendment",
        (NUMBER, 2),
        answer(
            "mdfyPrcsSttsBrkdQryRtnVo",
            row("mdfyPrcsSttsBrkdQryRsltVoLst", mdfyRqstPrcsStcd="02", mdfyRqstPrcsStcdNm="처리완료"),
        ),
        {"crkyCn": "key-of-052", "dcshSbmtNo": "6N00226000123X", "imexTpcd": "1", "mdfyRqstDgcnt": "2"},
        {"code": "02", "words": "처리완료"},
    ),
    (
        "inspection",
        (NUMBER,),
        answer("expLdpInscInfoQryRtnVo", row("expLdpInscInfoQryRsltVo", expInscTrgtYn="Y", expInscCmplYn="N")),
        {"crkyCn": "key-of-053", "expDclrNo": "6N00226000123X"},
        {"wanted": True, "done": False},
    ),
]


@pytest.mark.parametrize(("method", "given", "text", "asked", "told"), CASES, ids=[case[0] for case in CASES])
async def test_each_question_is_asked_of_its_service_and_answered_in_our_words(
    method: str, given: tuple[object, ...], text: str, asked: dict[str, str], told: dict[str, object]
) -> None:
    party = Counterparty().answers(text=text)
    [found] = await getattr(library(party), method)(*given)
    assert party.query() == asked
    assert found.model_dump() == told


@pytest.mark.parametrize(("method", "given"), [(case[0], case[1]) for case in CASES], ids=[case[0] for case in CASES])
async def test_nothing_found_is_empty(method: str, given: tuple[object, ...]) -> None:
    """Whichever service, `tCnt` 0 with or without a sentence."""
    root = next(case[2] for case in CASES if case[0] == method).partition(">")[0].removeprefix("<")
    party = Counterparty().answers(text=answer(root)).answers(text=answer(root, notice="조회된 정보가 없습니다."))
    asked = library(party)
    assert await getattr(asked, method)(*given) == ()
    assert await getattr(asked, method)(*given) == ()


@pytest.mark.parametrize(
    ("given", "asked"),
    [({"code": "3304"}, {"hsSgn": "3304"}), ({"words": "화장"}, {"prnm": "화장"})],
)
async def test_hs_codes_are_found_by_digits_or_by_words(given: dict[str, str], asked: dict[str, str]) -> None:
    text = answer(
        "hsSgnSrchRtnVo",
        row(
            "hsSgnSrchRsltVo", hsSgn="3304991000", korePrnm="기초화장용", englPrnm="", wghtUt="KG", qtyUt="U", txrt="8"
        ),
    )
    party = Counterparty().answers(text=text)
    [found] = await library(party).hs_codes(**given)
    assert party.query() == {"crkyCn": "key-of-018", "koenTp": "1", **asked}
    assert (found.code, found.weight_unit, found.quantity_unit) == ("3304991000", "KG", "U")


CERTIFICATE = Certificate(
    issue_number="1234567890123",
    number="6N002-26-000123X",
    business_number="123-45-67891",
    origin="KR",
    goods="SHAMPOO",
    net_weight_kg=Decimal("250.5"),
)


@pytest.mark.parametrize(("count", "words", "genuine"), [("1", "일치함", True), ("0", "일치하지 않음", False)])
async def test_a_certificate_is_genuine_where_all_six_facts_fit(count: str, words: str, genuine: bool) -> None:
    """API035's `tCnt` is the verdict, not a number of rows."""
    root = "expDclrCrfnVrfcQryRsltVo"
    party = Counterparty().answers(
        text=f"<{root}><ntceInfo/><tCnt>{count}</tCnt><vrfcRsltCn>{words}</vrfcRsltCn></{root}>"
    )
    verdict = await library(party).verify(CERTIFICATE)
    assert (verdict.genuine, verdict.words) == (genuine, words)
    assert party.query() == {
        "crkyCn": "key-of-035",
        "expDclrCrfnPblsNo": "1234567890123",
        "expDclrNo": "6N00226000123X",
        "txprBrno": "1234567891",
        "orcyCntyCd": "KR",
        "prnm": "SHAMPOO",
        "ntwg": "250.5",
    }


@pytest.mark.parametrize("count", ["-1", "7"])
async def test_no_verdict_is_no_forgery(count: str) -> None:
    root = "expDclrCrfnVrfcQryRsltVo"
    text = f"<{root}><ntceInfo/><tCnt>{count}</tCnt><vrfcRsltCn>관세청 시스템 장애</vrfcRsltCn></{root}>"
    with pytest.raises(Unavailable):
        await library(Counterparty().answers(text=text)).verify(CERTIFICATE)


async def test_trap_16_each_service_wants_its_own_key() -> None:
    party = Counterparty()
    with pytest.raises(Refused) as failure:
        await library(party, "API031").customs_offices("04799")
    assert "TRADELANE_UNIPASS_KEYS__API031" in failure.value.words and party.requests == []

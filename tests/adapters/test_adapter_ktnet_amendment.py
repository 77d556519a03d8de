"""KTNET: an amendment (정정) box by box, and its look-up, in which one version is never taken for another."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from tests.adapters import parcels
from tests.adapters.books import MemoryExporters
from tests.adapters.counterparty import Counterparty
from tradelane.adapters.errors import Refused, Unavailable
from tradelane.adapters.ktnet import KtnetAccess, KtnetFiling, changes, wire
from tradelane.domain.catalogue import Drawback
from tradelane.domain.export_declaration import ExportDeclaration, Filing, FilingState
from tradelane.domain.holds import Fault
from tradelane.domain.money import Money
from tradelane.domain.outside import CannotTell, Done, NotDone

ACCESS = KtnetAccess(base_url="https://k.example", api_key=SecretStr("k-1"), mall_id="MALL-9")
ORDER_NO = "6KRMLC45848383497-1"
ACCEPTED = Filing(
    order_no=ORDER_NO,
    state=FilingState.ACCEPTED,
    number=parcels.NUMBER,
    accepted_at=datetime(2026, 11, 24, 1, 30, tzinfo=UTC),
    total_krw=Money(amount=Decimal(17925), currency="KRW"),
)
TAKEN = {"ResultList": [{"OrderNo": ORDER_NO, "ResultTypeCode": "SUCCESS", "RequestNo": "20261124103000_x"}]}


def channel(party: Counterparty) -> KtnetFiling:
    return KtnetFiling(ACCESS, party.client(), MemoryExporters())


def told(**result: Any) -> Counterparty:
    return Counterparty().answers({"ResultList": [{"OrderNo": ORDER_NO, **result}]})


async def sent(declaration: ExportDeclaration, filing: Filing = ACCEPTED, reason: str = "weighed again") -> Any:
    party = Counterparty().answers(TAKEN)
    await channel(party).amend(declaration, filing, 3, reason)
    assert party.paths == ["/api/export/amend.do"]
    [document] = party.body()["DocList"]
    return document


# --- the request -----------------------------------------------------------------------------------------------------


async def test_an_amendment_restates_the_boxes_under_the_same_order_and_number() -> None:
    assert await sent(parcels.declaration()) == {
        "MallId": "MALL-9",
        "SellerPartyId": "MALL-9",
        "SellerPartyRegistNo": "1234567891",
        "OrderNo": ORDER_NO,
        "RequestType": "S",
        "ApplicationType": "A",
        "AmendReasonCode": "99",
        "ReasonsAttributableCode": "1",
        "AmendReason": "[V3] weighed again",
        "ExportDeclarationNo": "6N00226000123X",
        "ExportPartyDeclarationId": "6N002",
        "AmendRequestTerms": "A401=>미상\n"
        "A501=>Nusta Perez Inventada\n"
        "TotalPackageQuantity=>1\n"
        "TotalPackageWeight=>0.345\n"
        "PaymentAmount=>25.80\n"
        "TotalDeclAmountKRW=17925>35850\n"
        "TotalRan=>1\n"
        "MakerCustomsId=>제조미상9999000\n"
        "ExportPartyTypeCode=>C\n"
        "CustomsTaxRefundRequest=>NO\n"
        "RefundCode=>\n"
        "ApplicationNotice=>\n"
        "001=>3304991000|KR|0.160|2|12.9|35850|Haneul Bada|Moisturising face cream, 50 ml, retail jar\n"
        "001.Component=>",
    }


async def test_a_total_that_is_not_known_has_no_before() -> None:
    document = await sent(parcels.declaration(), ACCEPTED.model_copy(update={"total_krw": None}))
    assert "TotalDeclAmountKRW=>35850\n" in document["AmendRequestTerms"]


async def test_amounts_stay_at_the_rate_of_the_declaration() -> None:
    """The rate is whatever the declaration bears: an amendment weeks later is valued as the acceptance was."""
    older = parcels.RATE.model_copy(update={"krw_per_unit": Decimal("1300.00")})
    lines = tuple(
        line.model_copy(update={"fob_krw": Money(amount=Decimal(33540), currency="KRW")})
        for line in parcels.declaration().lines
    )
    document = await sent(parcels.declaration().model_copy(update={"rate": older, "lines": lines}))
    assert "TotalDeclAmountKRW=17925>33540" in document["AmendRequestTerms"]


async def test_signs_of_our_own_grammar_are_taken_out_of_goods() -> None:
    odd = parcels.item(description_en="Cream | 50 ml > jar = one", brand_name="A|B")
    document = await sent(parcels.declaration(parcels.consignment(items=(odd,))))
    [line] = [row for row in document["AmendRequestTerms"].splitlines() if row.startswith("001=")]
    assert line.endswith("|A/B|Cream / 50 ml jar = one")


MAKER: dict[str, Any] = {"maker_name": "흙공장", "maker_customs_id": "흙공장**1991015"}


def declared(drawback: Drawback = Drawback.NONE, **goods: Any) -> ExportDeclaration:
    """The parcel's one declaration with other goods or another wish of its exporter."""
    exporters = (parcels.exporter(drawback=drawback), parcels.SECOND)
    return parcels.declaration(parcels.consignment(items=(parcels.item(**goods),), exporters=exporters))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            declared(composition="Cotton 100%"),
            declared(composition="Cotton 95%, elastane 5%"),
            "001.Component=Cotton 100%>Cotton 95%, elastane 5%",
        ),
        (declared(), declared(composition="Cotton 100%"), "001.Component=>Cotton 100%"),
        (declared(composition="Cotton 100%"), declared(), "001.Component=Cotton 100%>"),
        (
            declared(maker_name="흙공장"),
            declared(**MAKER),
            "MakerCustomsId=제조미상9999000>흙공장**1991015\nRefundCode=>1",
        ),
        (
            declared(**MAKER),
            declared(maker_name="흙공장"),
            "MakerCustomsId=흙공장**1991015>제조미상9999000\nRefundCode=1>",
        ),
        (
            declared(),
            declared(permits="수출허가서 제2026-1호"),
            "ApplicationNotice=>수출요건확인: 001 수출허가서 제2026-1호",
        ),
        (declared(permits="수출허가서 제2026-1호"), declared(), "ApplicationNotice=>"),
        (declared(**MAKER), declared(Drawback.SIMPLIFIED, **MAKER), "CustomsTaxRefundRequest=NO>AD"),
    ],
    ids=["composition", "new composition", "no composition", "maker", "no maker", "permits", "no permits", "drawback"],
)
async def test_what_changed_alone_is_told_and_its_box_is_named(
    before: ExportDeclaration, after: ExportDeclaration, said: str
) -> None:
    party = Counterparty().answers(TAKEN)
    filing = ACCEPTED.model_copy(update={"total_krw": before.fob})
    assert before.digest != after.digest, "the run would not know that customs must be told"
    await channel(party).amend(after, filing, 3, "the maker wrote again", before)
    [document] = party.body()["DocList"]
    assert document["AmendRequestTerms"] == said


@pytest.mark.parametrize(
    "after",
    [declared(composition=" Cotton 100%"), declared(composition="Cotton 100%", brand_name="Haneul  Bada")],
    ids=["a blank before", "two blanks for one"],
)
async def test_what_is_on_no_box_asks_nothing(after: ExportDeclaration) -> None:
    """Customs refuses an amendment that changes nothing, and nobody could mend that."""
    party = Counterparty()
    before = declared(composition="Cotton 100%")
    await channel(party).amend(after, ACCEPTED.model_copy(update={"total_krw": before.fob}), 3, "x", before)
    assert party.requests == []


@pytest.mark.parametrize(("reason", "said"), [("", "[V3] 정정"), ("  ", "[V3] 정정"), ("가" * 150, None)])
async def test_the_reason_is_cut_to_its_field_and_never_loses_the_version(reason: str, said: str | None) -> None:
    why = (await sent(parcels.declaration(), reason=reason))["AmendReason"]
    assert why.startswith("[V3] ") and len(why.encode("cp949")) <= 200
    assert said is None or why == said


async def test_what_is_longer_than_the_field_is_for_a_person_and_nothing_is_sent() -> None:
    """A text cut at its end would leave goods out of the declaration."""
    party = Counterparty()
    many = parcels.consignment(items=tuple(parcels.item(sku=f"S-{number}") for number in range(9)))
    with pytest.raises(Refused) as failure:
        await channel(party).amend(parcels.declaration(many), ACCEPTED, 3, "x")
    assert (failure.value.code, failure.value.reason) == ("amendment_too_long", "manual_work")
    assert "6N002-26-000123X" in failure.value.words and "9 lines" in failure.value.words
    assert party.requests == []


@pytest.mark.parametrize(
    ("declaration", "filing", "reason"),
    [
        (parcels.declaration(), ACCEPTED.model_copy(update={"number": None}), "x"),
        (parcels.declaration(), ACCEPTED, "\u0e01"),
        (parcels.declaration(parcels.consignment(consignee=parcels.consignee(name="홍길동"))), ACCEPTED, "x"),
    ],
    ids=["no number", "a reason EUC-KR cannot write", "a buyer without Latin letters"],
)
async def test_what_cannot_be_said_is_refused_before_anything_is_sent(
    declaration: ExportDeclaration, filing: Filing, reason: str
) -> None:
    party = Counterparty()
    with pytest.raises(Refused) as failure:
        await channel(party).amend(declaration, filing, 3, reason)
    assert "홍" not in str(failure.value)
    assert party.requests == []


@pytest.mark.parametrize(
    "words", ["[AmendRequestTerms] 정정할 내용이 없습니다.", "환율이 다릅니다. (PaymentExchangeRate)", ""]
)
async def test_a_refused_amendment_is_a_hold_of_its_own_and_never_stale(words: str) -> None:
    """Drawing it up at another day's rate, as for a declaration, would be wrong."""
    party = told(ResultTypeCode="BUSINESS_ERROR", ErrorDescription=words)
    with pytest.raises(Refused) as failure:
        await channel(party).amend(parcels.declaration(), ACCEPTED, 3, "x")
    assert (failure.value.reason, failure.value.fault) == ("amendment_refused", Fault.AUTHORITY)
    assert words in failure.value.words


async def test_an_earlier_request_without_decision_is_waited_for() -> None:
    party = told(
        ResultTypeCode="BUSINESS_ERROR", ErrorDescription="[ApplicationType] 먼저 수신된 정정/취하 요청정보가 있습니다."
    )
    with pytest.raises(Unavailable) as failure:
        await channel(party).amend(parcels.declaration(), ACCEPTED, 3, "x")
    assert failure.value.code == "request_pending"


# --- the look-up -----------------------------------------------------------------------------------------------------

OURS = {"ApplicationType": "A", "AmendReason": "[V3] weighed again", "ExpDeclNo": "6N00226000123X"}


@pytest.mark.parametrize(
    ("status", "found"),
    [
        (OURS | {"Status": ""}, Done("asked")),
        (OURS | {"Status": "05"}, Done("approved")),
        (OURS | {"Status": "01", "ErrorDescription": "기한 경과"}, Done("refused: 기한 경과")),
        (OURS | {"Status": "01"}, Done("refused")),
        (OURS | {"AmendReason": "[V2] x", "Status": "05"}, NotDone("the newest amendment is version 2")),
        (OURS | {"AmendReason": "[V2] x", "Status": ""}, NotDone("the newest amendment is version 2")),
        ({"ResultTypeCode": "BUSINESS_ERROR", "ErrorDescription": "요청건이 없음"}, NotDone("요청건이 없음")),
    ],
)
async def test_an_amendment_is_looked_for_by_its_version(status: dict[str, str], found: object) -> None:
    party = told(**status)
    assert await channel(party).find_amendment(parcels.declaration(), ACCEPTED, 3) == found
    assert party.body()["DocList"] == [
        {"MallId": "MALL-9", "OrderNo": ORDER_NO, "DocumentTypeCode": "5AS", "SellerPartyId": "MALL-9"}
    ]


@pytest.mark.parametrize(
    "status",
    [
        OURS | {"Status": "44"},
        OURS | {"AmendReason": "[V4] x", "Status": "05"},
        OURS | {"AmendReason": "[V30] x", "Status": "05"},
        OURS | {"AmendReason": "by hand [V3]", "Status": "05"},
        OURS | {"AmendReason": "", "Status": "05"},
        OURS | {"ApplicationType": "B", "Status": "01"},
        OURS | {"ApplicationType": "", "Status": "05"},
        {"Status": "05", "ExpDeclNo": "6N00226000123X"},
        {"ResultTypeCode": "BUSINESS_ERROR", "ErrorDescription": "시스템 점검 중입니다."},
    ],
    ids=["new status", "later", "much later", "not our mark", "no reason", "withdrawal", "no kind", "bare", "error"],
)
async def test_an_answer_that_may_speak_of_another_request_cannot_be_told(status: dict[str, str]) -> None:
    found = await channel(told(**status)).find_amendment(parcels.declaration(), ACCEPTED, 3)
    assert isinstance(found, CannotTell) and found.why


@given(
    st.fixed_dictionaries(
        {name: st.text(max_size=12) for name in ("Status", "ApplicationType", "AmendReason", "ErrorDescription")}
    ),
    st.integers(min_value=1, max_value=999),
)
def test_only_our_own_mark_of_this_version_is_done(answer: dict[str, str], version: int) -> None:
    found = changes.amendment(wire.Result.model_validate({**answer, "ResultTypeCode": "SUCCESS"}), version)
    if isinstance(found, Done):
        assert answer["AmendReason"].strip().startswith(changes.version_mark(version))

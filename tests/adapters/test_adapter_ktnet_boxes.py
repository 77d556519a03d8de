"""KTNET: what the boxes of a declaration say, and what is refused before it is sent; the traps of filing by name."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from activities.translate import translated
from tests.adapters import parcels
from tests.adapters.books import MemoryExporters
from tests.adapters.counterparty import Counterparty
from tradelane.adapters.errors import OutsideFailure, Refused, Stale, Unavailable
from tradelane.adapters.ktnet import KtnetAccess, KtnetFiling
from tradelane.adapters.ktnet.declaration import document
from tradelane.adapters.quota import MonthlyQuota
from tradelane.domain.catalogue import Drawback
from tradelane.domain.export_declaration import ExportDeclaration, FilingState
from tradelane.domain.export_route import ExportRoute
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import CustomsClearanceCode
from tradelane.domain.money import Money
from tradelane.domain.trade_time import today_in_korea
from tradelane.settings import Settings

ACCESS = KtnetAccess(base_url="https://k.example", api_key=SecretStr("k-1"), mall_id="MALL-9")
ORDER_NO = "6KRMLC45848383497-1"
FACTORY = CustomsClearanceCode("공장하나1234567")
OTHER_FACTORY = CustomsClearanceCode("공장둘**1234567")


def declared(*items: Any, exporter: Any = None, **changes: Any) -> ExportDeclaration:
    """A declaration of some items of one exporter; `changes` are put over it as they stand."""
    of = parcels.consignment(items=items or (parcels.item(),), exporters=(exporter or parcels.exporter(),))
    return parcels.declaration(of).model_copy(update=changes)


def sent(declaration: ExportDeclaration, access: KtnetAccess = ACCESS) -> dict[str, Any]:
    return document(declaration, parcels.TODAY, access)


def refusal(declaration: ExportDeclaration) -> Refused:
    with pytest.raises(Refused) as failure:
        sent(declaration)
    return failure.value


def won(amount: int) -> Money:
    return Money(amount=Decimal(amount), currency="KRW")


# --- maker, drawback, preference -------------------------------------------------------------------------------------


@pytest.mark.parametrize("applicant", ["1", "2"])
def test_drawback_is_asked_with_its_applicant_where_customs_knows_the_maker(applicant: str) -> None:
    """환급신청인: 1 exporter side, 2 maker; 간이환급: AD (korea-export, section 1.6)."""
    wishing = parcels.exporter(drawback=Drawback.SIMPLIFIED, drawback_applicant=applicant)
    boxes = sent(declared(parcels.item(maker_name="공장하나", maker_customs_id=FACTORY), exporter=wishing))
    assert (boxes["CustomsTaxRefundRequest"], boxes["RefundCode"]) == ("AD", applicant)
    assert (boxes["MakerName"], boxes["MakerCustomsId"]) == ("공장하나", "공장하나1234567")
    assert boxes["ExportPartyTypeCode"] == "C"


def test_an_exporter_with_the_makers_own_code_is_the_maker() -> None:
    """수출자구분 A: set when both customs ids are equal (korea-export, section 1.6)."""
    own = parcels.exporter().customs_clearance_code
    boxes = sent(declared(parcels.item(maker_name="이름 다름", maker_customs_id=own)))
    assert boxes["ExportPartyTypeCode"] == "A"
    assert (boxes["MakerName"], boxes["MakerCustomsId"]) == (boxes["ExportPartyCompanyName"], own)


UNKNOWN_MAKERS: dict[str, tuple[Any, ...]] = {
    "nobody named": (parcels.item(),),
    "a name alone": (parcels.item(maker_name="공장하나"),),
    "the code for unknown": (
        parcels.item(maker_name="공장하나", maker_customs_id=CustomsClearanceCode("제조미상9999000")),
    ),
    "two makers": (
        parcels.item(sku="A", maker_name="공장하나", maker_customs_id=FACTORY),
        parcels.item(sku="B", maker_name="공장둘", maker_customs_id=OTHER_FACTORY),
    ),
    "one of two": (parcels.item(sku="A", maker_name="공장하나", maker_customs_id=FACTORY), parcels.item(sku="B")),
}


@pytest.mark.parametrize("items", UNKNOWN_MAKERS.values(), ids=list(UNKNOWN_MAKERS))
def test_trap_10_no_drawback_is_asked_for_goods_of_an_unknown_maker(items: tuple[Any, ...]) -> None:
    wishing = parcels.exporter(drawback=Drawback.SIMPLIFIED)
    no = refusal(declared(*items, exporter=wishing))
    assert (no.reason, no.fault) == ("missing_data", Fault.SELLER_DATA)
    assert "drawback" in no.words and "제조미상9999000" in no.words and "[MakerCustomsId]" in no.words


@pytest.mark.parametrize("items", UNKNOWN_MAKERS.values(), ids=list(UNKNOWN_MAKERS))
def test_trap_10_no_origin_is_claimed_for_goods_of_an_unknown_maker(items: tuple[Any, ...]) -> None:
    first, *rest = items
    claiming = first.model_copy(update={"preference": "B", "preference_basis": "tariff change, memo 3"})
    no = refusal(declared(claiming, *rest))
    assert f"preference for {first.sku}" in no.words
    assert sent(declared(*items))["MakerCustomsId"] == "제조미상9999000", "without a claim it may be unknown"


def test_a_claim_with_a_maker_that_customs_knows_is_declared() -> None:
    goods = parcels.item(maker_name="공장하나", maker_customs_id=FACTORY, preference="B", preference_basis="memo 3")
    assert sent(declared(goods))["MakerCustomsId"] == "공장하나1234567"


def test_a_maker_with_a_code_and_no_name_is_refused() -> None:
    no = refusal(declared(parcels.item(maker_customs_id=FACTORY)))
    assert "HB-CREAM-50" in no.words and "[MakerName]" in no.words


# --- charges ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terms", "freight", "insurance", "right"),
    [
        # korea-export, section 1.7: both > 0; freight > 0 and insurance 0; insurance > 0 and freight 0; no check
        ("CIF", 21_000, 900, True),
        ("CIP", 21_000, 0, False),
        ("DAP", 21_000, 900, True),
        ("DAP", 0, 900, False),
        ("DDP", None, None, False),
        ("DPU", 21_000, None, False),
        ("CPT", 21_000, None, True),
        ("CPT", 21_000, 900, False),
        ("CFR", 0, 0, False),
        ("CIN", None, 900, True),
        ("CIN", 21_000, 900, False),
        ("FCA", None, None, True),
        ("FOB", 0, 0, True),
    ],
)
def test_freight_and_insurance_agree_with_the_terms_of_delivery(
    terms: str, freight: int | None, insurance: int | None, *, right: bool
) -> None:
    charges = {
        "freight": None if freight is None else won(freight),
        "insurance": None if insurance is None else won(insurance),
    }
    declaration = declared(incoterm=terms, **charges)
    if not right:
        no = refusal(declaration)
        assert terms in no.words and "[DeliveryTermsCode]" in no.words and no.fault is Fault.OURS
        return
    boxes = sent(declaration)
    assert boxes.get("FreightAmount") == (str(freight) if freight else None)
    assert boxes.get("InsuranceAmount") == (str(insurance) if insurance else None)


def test_charges_of_part_of_a_won_are_refused() -> None:
    no = refusal(declared(incoterm="CPT", freight=Money(amount=Decimal("21000.5"), currency="KRW")))
    assert "[FreightAmount]" in no.words


# --- composition, permits, routes ------------------------------------------------------------------------------------


def test_the_composition_stands_in_its_box_and_a_korean_one_is_refused() -> None:
    row = sent(declared(parcels.item(composition="Cotton 80%, polyester 20%")))["RanList"][0]["ItemList"][0]
    assert row["Component"] == "Cotton 80%, polyester 20%"
    assert "Component" not in sent(declared())["RanList"][0]["ItemList"][0]
    assert "[Component]" in refusal(declared(parcels.item(composition="면 80%"))).words


def test_papers_for_korean_export_requirements_stand_in_the_remarks_by_line() -> None:
    goods = (
        parcels.item(sku="A", permits="농림축산검역본부 수출식물검역증 2026-11; 원산지확인서 7"),
        parcels.item(sku="B"),
        parcels.item(sku="C", permits="CITES 12"),
    )
    assert sent(declared(*goods))["ApplicationNotice"] == (
        "수출요건확인: 001 농림축산검역본부 수출식물검역증 2026-11; 원산지확인서 7; 003 CITES 12"
    )
    assert "ApplicationNotice" not in sent(declared())


def test_a_remark_that_does_not_fit_is_refused_and_never_cut() -> None:
    no = refusal(declared(parcels.item(permits="검역증 " * 100)))
    assert "longer than 500 bytes" in no.words and "[ApplicationNotice]" in no.words


@pytest.mark.parametrize(("route", "code"), [(ExportRoute.FORMAL, "11"), (ExportRoute.SIMPLIFIED, "15")])
def test_the_route_is_the_transaction_type(route: ExportRoute, code: str) -> None:
    assert sent(declared(route=route))["TransactionType"] == code


@pytest.mark.parametrize("route", [ExportRoute.LIST_CONVERSION, ExportRoute.LIST_CLEARANCE])
async def test_lists_have_no_public_interface_at_ktnet(route: ExportRoute) -> None:
    party = Counterparty()
    channel = KtnetFiling(ACCESS, party.client(), MemoryExporters())
    with pytest.raises(Refused, match=route.value.replace("_", " ")) as failure:
        await channel.lodge(declared(route=route), parcels.TODAY)
    assert failure.value.reason == "route" and party.requests == []


# --- selections ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codes", "remark", "state", "words"),
    [
        ({}, "GOVCBRR73//20261124101500//21//서류심사 대상", FilingState.SELECTED, "서류심사 대상"),
        ({"21": "documents"}, "GOVCBRR73//20261124101500//21//서류심사", FilingState.SELECTED_DOCUMENTS, "서류심사"),
        ({"31": "inspection"}, "GOVCBRR73//20261124101500//31//검사", FilingState.SELECTED_INSPECTION, "검사"),
        ({"11": "automatic"}, "GOVCBRR73//20261124101500//11//대상", FilingState.SUBMITTED, "대상"),
        ({"21": "documents"}, "GOVCBRR73//20261124101500//99//새 코드", FilingState.SELECTED, "새 코드"),
        ({}, "GOVCBRR73//20261124101500//11//자동수리 대상", FilingState.SUBMITTED, "자동수리 대상"),
        ({"21": "documents"}, "접수", FilingState.SUBMITTED, "접수"),
        ({}, "", FilingState.SUBMITTED, ""),
    ],
)
async def test_only_codes_that_were_given_say_which_look_customs_takes(
    codes: dict[str, Any], remark: str, state: FilingState, words: str
) -> None:
    """The codes are not published (korea-export, section 11): without a table customs' words are all there is."""
    answer = {"OrderNo": ORDER_NO, "Status": "02", "ExpDeclNo": "6N00226000123X", "Remark": remark}
    party = Counterparty().answers({"ResultList": [answer]})
    access = ACCESS.model_copy(update={"selection_codes": codes})
    found = await KtnetFiling(access, party.client(), MemoryExporters()).status(ORDER_NO, "haneul")
    assert found is not None
    assert (found.state, found.words) == (state, words)


def test_a_table_of_selections_is_read_from_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADELANE_KTNET_SELECTION_CODES", '{"21": "documents"}')
    assert Settings().ktnet_selection_codes == {"21": "documents"}
    monkeypatch.setenv("TRADELANE_KTNET_SELECTION_CODES", '{"21": "papers"}')
    with pytest.raises(ValidationError):
        Settings()


# --- the traps of filing, by their number ----------------------------------------------------------------------------


def test_trap_08_every_box_keeps_its_limit_in_euc_kr_bytes_and_ascii_where_it_must() -> None:
    long = parcels.exporter(name_ko="가나다라마바사아자차카타파하가나다", representative_ko="가나다라마바사")
    of = parcels.consignment(
        items=(parcels.item(description_en="Jabón <íntimo> & cía", brand_name="Ñandú"),),
        exporters=(long,),
        consignee=parcels.consignee(name="Ñusta Pérez"),
    )
    boxes = sent(parcels.declaration(of))
    assert len(boxes["ExportPartyCompanyName"].encode("euc-kr")) == 28
    assert len(boxes["ExportPartyCeoName"].encode("euc-kr")) == 12
    assert boxes["BuyerPartyEngName"] == "Nusta Perez"
    assert (boxes["RanList"][0]["GoodsDesc"], boxes["RanList"][0]["BrandName"]) == ("Jabon intimo cia", "Nandu")


def test_trap_09_the_place_of_the_goods_is_declared_and_not_the_business_address() -> None:
    """Which office belongs to the place is checked by `exporters check` (API031), and refused by KTNET."""
    exporter = parcels.exporter(
        address_ko="서울특별시 예시구 예시로 12", postcode="01234",
        goods_location_ko="경기도 이천시 가마로 9", goods_location_postcode="17399",
        customs_office="020", customs_division="20",
    )  # fmt: skip
    boxes = sent(declared(exporter=exporter))
    assert (boxes["GoodsLocAddress"], boxes["GoodsLocZipCode"]) == ("경기도 이천시 가마로 9", "17399")
    assert (boxes["CustomsCode"], boxes["CustomsDeptCode"]) == ("020", "20")
    assert (boxes["ExportPartyAddress"], boxes["ExportPartyZipCode"]) == ("서울특별시 예시구 예시로 12", "01234")


def test_trap_11_new_goods_are_never_declared_as_used() -> None:
    """`O` is *used*: a used excavator carries it (korea-export, section 1.6)."""
    assert sent(declared())["GoodsUsedCode"] == "N"


@pytest.mark.parametrize("kind", ["PK", "PT"])
def test_trap_12_transport_units_are_no_package_kinds(kind: str) -> None:
    no = refusal(declared(package_kind=kind))
    assert "2023-12-09" in no.words and "[TotalPackageUnitCode]" in no.words
    assert sent(declared(package_kind="BX"))["TotalPackageUnitCode"] == "BX"


def test_trap_13_sold_goods_are_paid_for() -> None:
    """GO is other *paid*, GN is free of charge (korea-export, section 1.6)."""
    assert sent(declared())["PaymentTypeCode"] == "GO"


@pytest.mark.parametrize(
    ("port", "kind", "means"), [("KRICN", "3", "40"), ("KRINC", "6", "10")], ids=["airport", "sea port"]
)
def test_trap_14_place_kind_and_means_of_transport_say_the_same(port: str, kind: str, means: str) -> None:
    """KRICN = Incheon airport, KRINC = Incheon sea port; 40 air, 10 sea (korea-export, section 1.6)."""
    boxes = sent(declared(), ACCESS.model_copy(update={"loading_port": port, "loading_port_type": kind}))
    said = (boxes["LoadingLocPortCode"], boxes["LoadingLocPortType"], boxes["TransportMeansCode"])
    assert said == (port, kind, means)


@pytest.mark.parametrize(
    ("port", "kind"), [("KRICN", "6"), ("KRINC", "3"), ("USLAX", "3"), ("ICN", "3"), ("KRPUS", "40")]
)
def test_trap_14_settings_that_swap_airport_and_sea_port_do_not_start(
    monkeypatch: pytest.MonkeyPatch, port: str, kind: str
) -> None:
    monkeypatch.setenv("TRADELANE_KTNET_LOADING_PORT", port)
    monkeypatch.setenv("TRADELANE_KTNET_LOADING_PORT_TYPE", kind)
    with pytest.raises(ValidationError):
        Settings()
    with pytest.raises(ValidationError):
        KtnetAccess(api_key=SecretStr("k"), mall_id="M", loading_port=port, loading_port_type=kind)


def test_trap_23_the_declaration_bears_the_korean_day_on_which_it_is_sent() -> None:
    """Ten minutes past midnight in Seoul is still the day before in UTC."""
    instant = datetime(2026, 11, 24, 15, 10, tzinfo=UTC)
    assert document(declared(), today_in_korea(instant), ACCESS)["DeclarationDate"] == "20261125"


@pytest.mark.parametrize(
    ("status", "body", "again"),
    [
        (200, {"ResultTypeCode": "BUSINESS_ERROR", "ErrorDescription": "HS부호 오류 [HSCode]"}, False),
        (200, {"ResultTypeCode": "BUSINESS_ERROR", "ErrorDescription": "합계가 다릅니다. [PaymentAmount]"}, False),
        (401, {"ErrorDescription": "키"}, False),
        (503, {}, True),
        (429, {}, True),
    ],
)
async def test_trap_24_a_business_rejection_is_not_tried_again_and_a_busy_line_is(
    status: int, body: dict[str, Any], *, again: bool
) -> None:
    told = {"ResultList": [{"OrderNo": ORDER_NO, **body}]} if status == 200 else body
    party = Counterparty().answers(told, status=status)
    with pytest.raises(OutsideFailure) as failure:
        await KtnetFiling(ACCESS, party.client(), MemoryExporters()).lodge(declared(), parcels.TODAY)
    assert isinstance(failure.value, Unavailable) is again
    assert translated(failure.value).non_retryable is not again


async def test_trap_24_a_stale_day_or_rate_is_drawn_up_anew_and_not_sent_again_as_it_is() -> None:
    no = {"ResultTypeCode": "BUSINESS_ERROR", "ErrorDescription": "신고일자가 오늘날짜가 아닙니다. [DeclarationDate]"}
    party = Counterparty().answers({"ResultList": [{"OrderNo": ORDER_NO, **no}]})
    with pytest.raises(Stale) as failure:
        await KtnetFiling(ACCESS, party.client(), MemoryExporters()).lodge(declared(), parcels.TODAY)
    assert translated(failure.value).non_retryable


# --- documents a month -----------------------------------------------------------------------------------------------


class Tally:
    """The port `Quotas`, in memory."""

    def __init__(self) -> None:
        self.spent: dict[tuple[str, str], int] = {}

    def take(self, party: str, day: str, most: int) -> bool:
        used = self.spent.get((party, day), 0)
        if used >= most:
            return False
        self.spent[(party, day)] = used + 1
        return True

    def used(self, party: str, day: str) -> int:
        return self.spent.get((party, day), 0)


async def test_documents_are_counted_by_the_month_in_korea_and_questions_are_free() -> None:
    tally = Tally()
    taken = {"ResultList": [{"OrderNo": ORDER_NO, "ResultTypeCode": "SUCCESS", "Status": ""}]}
    party = Counterparty().answers(taken).answers(taken)
    evening = datetime(2026, 11, 30, 14, 0, tzinfo=UTC)  # 23:00 of the last day of November in Seoul
    quota = MonthlyQuota(tally, "ktnet:documents", 1, lambda: evening)
    channel = KtnetFiling(ACCESS, party.client(), MemoryExporters(), documents=quota)
    await channel.lodge(declared(), parcels.TODAY)
    await channel.status(ORDER_NO, "haneul")
    with pytest.raises(Unavailable, match="documents to ktnet are used up") as failure:
        await channel.lodge(declared(), parcels.TODAY)
    assert (failure.value.code, failure.value.wait) == ("quota", timedelta(hours=1))
    assert len(party.requests) == 2
    assert tally.used("ktnet:documents", "2026-11") == 1


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        (datetime(2026, 12, 31, 14, 59, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2027, 1, 31, 3, 0, tzinfo=UTC), date(2027, 2, 1)),
        (datetime(2026, 11, 30, 15, 0, tzinfo=UTC), date(2027, 1, 1)),  # 1 December in Seoul
    ],
)
async def test_a_used_up_month_waits_for_the_first_of_the_next(now: datetime, begins: date) -> None:
    wait = await MonthlyQuota(Tally(), "ktnet:documents", 0, lambda: now)()
    assert wait is not None
    assert now + wait == datetime(begins.year, begins.month, 1, tzinfo=UTC) - timedelta(hours=9)

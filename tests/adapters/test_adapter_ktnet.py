"""KTNET: the declaration field by field, states and notices, refusals inside a 200, withdrawal."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from tests.adapters import parcels
from tests.adapters.books import MemoryExporters
from tests.adapters.counterparty import Counterparty
from tradelane.adapters.errors import Garbled, OutsideFailure, Refused, Stale, Unavailable
from tradelane.adapters.ktnet import KtnetAccess, KtnetFiling, mapper, wire
from tradelane.adapters.ktnet.declaration import document
from tradelane.domain.catalogue import Exporter
from tradelane.domain.export_declaration import ExportDeclaration, Filing, FilingState
from tradelane.domain.holds import Fault
from tradelane.domain.outside import CannotTell, Done, NotDone
from tradelane.domain.papers import Incoterm

ACCESS = KtnetAccess(base_url="https://k.example", api_key=SecretStr("k-1"), mall_id="MALL-9")
ORDER_NO = "6KRMLC45848383497-1"


def filing(party: Counterparty, *exporters: Exporter) -> KtnetFiling:
    return KtnetFiling(ACCESS, party.client(), MemoryExporters(*(exporters or (parcels.exporter(),))))


def results(**result: Any) -> dict[str, Any]:
    return {"TotalCount": 1, "ErrorCount": 0, "ResultList": [{"OrderNo": ORDER_NO, **result}]}


def refused(words: str) -> dict[str, Any]:
    return results(SellerPartyId="MALL-9", ResultTypeCode="BUSINESS_ERROR", ErrorDescription=words)


# --- the declaration -----------------------------------------------------------------------------------------------


async def test_the_declaration_is_sent_as_one_document_with_the_key_in_the_header_of_the_setting() -> None:
    party = Counterparty().answers(results(RequestNo="20261124100000_x", ResultTypeCode="SUCCESS"))
    access = ACCESS.model_copy(update={"key_header": "X-My-Key"})
    await KtnetFiling(access, party.client(), MemoryExporters()).lodge(parcels.declaration(), parcels.TODAY)
    assert (party.requests[0].method, party.paths) == ("POST", ["/api/export/declaration.do"])
    assert party.requests[0].headers["X-My-Key"] == "k-1"
    body = party.body()
    assert body["DocCount"] == 1
    assert body["DocList"] == [document(parcels.declaration(), parcels.TODAY, access)]


def test_every_field_of_a_declaration_is_as_documented() -> None:
    assert document(parcels.declaration(), date(2026, 11, 24), ACCESS) == {
        "SellerPartyId": "MALL-9",
        "OrderNo": ORDER_NO,
        "AutoDeclaration": "Y",
        "RequestType": "S",
        "ApplicationCompanyName": "하늘바다화장품 주식회사",
        "ApplicationId": "6N002",
        "ApplicationPartyCeoName": "가나다",
        "AgencyCompanyName": "하늘바다화장품 주식회사",
        "AgencyCustomsId": "하늘바다1991015",
        "ExportPartyCompanyName": "하늘바다화장품 주식회사",
        "ExportPartyCeoName": "가나다",
        "ExportPartyAddress": "서울특별시 예시구 예시로 12, 3층",
        "ExportPartyRegistNo": "1234567891",
        "ExportPartyCustomsId": "하늘바다1991015",
        "ExportPartyZipCode": "01234",
        "ExportPartyTypeCode": "C",
        "MakerName": "미상",
        "MakerCustomsId": "제조미상9999000",
        "MakerZipCode": "01234",
        "BuyerPartyEngName": "Nusta Perez Inventada",
        "CustomsCode": "040",
        "CustomsDeptCode": "10",
        "DeclarationDate": "20261124",
        "DeclarationType": "H",
        "TransactionType": "15",
        "ExportType": "A",
        "PaymentTypeCode": "GO",
        "DestinationCountryCode": "CL",
        "LoadingLocPortCode": "KRICN",
        "LoadingLocPortType": "3",
        "TransportMeansCode": "40",
        "TransportCaseCode": "ETC",
        "GoodsLocZipCode": "22345",
        "GoodsLocAddress": "인천광역시 예시구 물류로 7",
        "GoodsUsedCode": "N",
        "CustomsTaxRefundRequest": "NO",
        "ContainerIndicator": "N",
        "TotalPackageWeight": "0.345",
        "TotalPackageWeightUnitCode": "KG",
        "TotalPackageQuantity": "1",
        "TotalPackageUnitCode": "CT",
        "TotalDeclAmountKRW": "35850",
        "DeliveryTermsCode": "FCA",
        "PaymentCurrencyCode": "USD",
        "PaymentAmount": "25.80",
        "PaymentExchangeRate": "1389.5700",
        "USDExchangeRate": "1389.5700",
        "ResponseTypeCode": "AB",
        "FunctionCode": "9",
        "TotalRan": "1",
        "RanList": [
            {
                "RanNo": "001",
                "HSCode": "3304991000",
                "HSGoodsDesc": "Moisturising face cream, 50 ml, retail jar",
                "GoodsDesc": "Moisturising face cream, 50 ml, retail jar",
                "InvoiceNo": parcels.declaration().invoice_number,
                "BrandName": "Haneul Bada",
                "DeclAmount1": "35850",
                "NetWeight": "0.160",
                "NetWeightUnitCode": "KG",
                "OriginCountryCode": "KR",
                "AttachYN": "N",
                "ItemList": [
                    {
                        "ItemNo": "01",
                        "ItemCode": "HB-CREAM-50",
                        "GoodsName": "Moisturising face cream, 50 ml, retail jar",
                        "ItemQuantity": "2",
                        "ItemQuantityUnitCode": "EA",
                        "UnitPrice": "12.900000",
                        "Amount": "25.8000",
                    }
                ],
            }
        ],
    }


def test_totals_are_the_sums_that_ktnet_checks() -> None:
    lines = (
        parcels.item(sku="A", unit_price=parcels.usd("0.01"), quantity=1),
        parcels.item(sku="B", unit_price=parcels.usd("19.99"), quantity=3),
    )
    sent = document(parcels.declaration(parcels.consignment(items=lines)), parcels.TODAY, ACCESS)
    rate = Decimal(sent["PaymentExchangeRate"])
    rows = [row for line in sent["RanList"] for row in line["ItemList"]]
    assert [line["RanNo"] for line in sent["RanList"]] == ["001", "002"]
    assert sum(Decimal(row["ItemQuantity"]) * Decimal(row["UnitPrice"]) for row in rows) == Decimal(
        sent["PaymentAmount"]
    )
    for line in sent["RanList"]:
        amount = sum(Decimal(row["Amount"]) for row in line["ItemList"])
        assert int(line["DeclAmount1"]) == int(rate * amount), "floor of rate times amount, line by line"
    assert int(sent["TotalDeclAmountKRW"]) == sum(int(line["DeclAmount1"]) for line in sent["RanList"])


def test_a_maker_that_is_the_exporter_makes_kind_a() -> None:
    own = parcels.item(maker_name="Haneul Bada Cosmetics Co., Ltd.")
    sent = document(parcels.declaration(parcels.consignment(items=(own,))), parcels.TODAY, ACCESS)
    assert (sent["ExportPartyTypeCode"], sent["MakerCustomsId"]) == ("A", sent["ExportPartyCustomsId"])
    assert sent["RefundCode"] == "1"


def test_goods_of_two_makers_have_no_known_maker() -> None:
    items = (parcels.item(sku="A", maker_name="공장하나"), parcels.item(sku="B", maker_name="공장둘"))
    sent = document(parcels.declaration(parcels.consignment(items=items)), parcels.TODAY, ACCESS)
    assert (sent["MakerName"], sent["MakerCustomsId"]) == ("미상", "제조미상9999000")


def test_a_maker_without_a_customs_code_is_named_and_unknown_to_customs() -> None:
    items = (parcels.item(maker_name="공장하나"),)
    sent = document(parcels.declaration(parcels.consignment(items=items)), parcels.TODAY, ACCESS)
    assert (sent["MakerName"], sent["MakerCustomsId"]) == ("공장하나", "제조미상9999000")
    assert sent["ExportPartyTypeCode"] == "C" and "RefundCode" not in sent


def test_nobody_asks_a_drawback_where_the_maker_is_unknown() -> None:
    sent = document(parcels.declaration(parcels.consignment(items=(parcels.item(),))), parcels.TODAY, ACCESS)
    assert sent["MakerName"] == "미상" and "RefundCode" not in sent


def test_the_short_description_of_goods_ends_with_a_word() -> None:
    """Cut after fifty places it would end `set of 1`, which is another set; the row says it in full."""
    goods = parcels.item(description_en="Gel ink pens for writing and drawing, set of 12 colours")
    line = document(parcels.declaration(parcels.consignment(items=(goods,))), parcels.TODAY, ACCESS)["RanList"][0]
    assert line["GoodsDesc"] == line["HSGoodsDesc"] == "Gel ink pens for writing and drawing, set of 12"
    assert line["ItemList"][0]["GoodsName"] == goods.description_en


def test_names_are_cut_to_their_boxes_in_euc_kr_bytes() -> None:
    long = parcels.exporter(name_ko="가나다라마바사아자차카타파하가나다", representative_ko="가나다라마바사")
    of = parcels.consignment(exporters=(long,))
    sent = document(parcels.declaration(of), parcels.TODAY, ACCESS)
    assert sent["ExportPartyCompanyName"] == "가나다라마바사아자차카타파하"
    assert sent["ApplicationCompanyName"] == "가나다라마바사아자차카타파하가나다"
    assert sent["ExportPartyCeoName"] == "가나다라마바"


def test_goods_and_brand_are_ascii_without_markup() -> None:
    accented = parcels.item(description_en="Jabón <íntimo> & cía ™", brand_name="Ñandú®")
    line = document(parcels.declaration(parcels.consignment(items=(accented,))), parcels.TODAY, ACCESS)["RanList"][0]
    assert line["GoodsDesc"].startswith("Jabon intimo cia")
    assert line["BrandName"] == "Nandu"
    assert all(32 <= ord(c) < 127 and c not in "<>&" for c in line["GoodsDesc"])


def test_a_line_without_brand_says_no() -> None:
    bare = parcels.consignment(items=(parcels.item(brand_name=""),))
    assert document(parcels.declaration(bare), parcels.TODAY, ACCESS)["RanList"][0]["BrandName"] == "NO"


@pytest.mark.parametrize(
    ("name", "sent"), [("José O'Higgins 3º", "Jose O Higgins o"), ("Peña-Ruiz, M.", "Pena-Ruiz, M.")]
)
def test_a_buyers_name_keeps_only_letters_blanks_and_three_signs(name: str, sent: str) -> None:
    of = parcels.consignment(consignee=parcels.consignee(name=name))
    assert document(parcels.declaration(of), parcels.TODAY, ACCESS)["BuyerPartyEngName"] == sent


@pytest.mark.parametrize(
    ("change", "field", "fault"),
    [
        ({"consignee": parcels.consignee(name="홍길동")}, "BuyerPartyEngName", Fault.BUYER_DATA),
        ({"consignee": parcels.consignee(name="1234")}, "BuyerPartyEngName", Fault.BUYER_DATA),
        ({"items": (parcels.item(description_en="수분 크림"),)}, "GoodsDesc", Fault.SELLER_DATA),
        ({"items": (parcels.item(sku="S" * 51),)}, "ItemCode", Fault.SELLER_DATA),
        ({"exporters": (parcels.exporter(address_ko=" "),)}, "ExportPartyAddress", Fault.SELLER_DATA),
        ({"exporters": (parcels.exporter(name_ko="하늘\u0e01"),)}, "ExportPartyCompanyName", Fault.SELLER_DATA),
    ],
)
async def test_what_cannot_be_declared_is_refused_before_anything_is_sent(
    change: dict[str, Any], field: str, fault: Fault
) -> None:
    party = Counterparty()
    with pytest.raises(Refused) as failure:
        await filing(party).lodge(parcels.declaration(parcels.consignment(**change)), parcels.TODAY)
    assert f"[{field}]" in failure.value.words
    assert (failure.value.fault, failure.value.reason) == (fault, "missing_data")
    assert party.requests == []


async def test_terms_that_hold_carriage_are_refused_without_its_won() -> None:
    """A declaration that says DAP and nothing of freight and insurance is none of `draw_up`'s."""
    party = Counterparty()
    wrong = parcels.declaration().model_copy(update={"incoterm": Incoterm.DAP.value})
    with pytest.raises(Refused, match="DeliveryTermsCode") as failure:
        await filing(party).lodge(wrong, parcels.TODAY)
    assert (failure.value.fault, failure.value.reason) == (Fault.OURS, "missing_data")
    assert party.requests == []


def test_a_refused_buyer_is_not_quoted() -> None:
    of = parcels.consignment(consignee=parcels.consignee(name="홍길동"))
    with pytest.raises(Refused) as failure:
        document(parcels.declaration(of), parcels.TODAY, ACCESS)
    assert "홍" not in str(failure.value)


def test_pallet_like_package_kinds_are_refused() -> None:
    pallet = parcels.declaration().model_copy(update={"package_kind": "PT"})
    with pytest.raises(Refused, match="2023-12-09"):
        document(pallet, parcels.TODAY, ACCESS)


# --- refusals inside a 200 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "kind", "code", "fault"),
    [
        ("이미 신고(서 작성)된 주문건임", Refused, "already_declared", Fault.OURS),
        ("신고일자는 오늘이어야 합니다. [DeclarationDate]", Stale, "DeclarationDate", None),
        ("환율이 올바르지 않습니다. (PaymentExchangeRate)", Stale, "PaymentExchangeRate", None),
        ("적용환율이 다릅니다.", Stale, "day_or_rate", None),
        ("HS부호가 올바르지 않습니다. [HSCode]", Refused, "business_error", Fault.SELLER_DATA),
        ("영문만 가능합니다. [BuyerPartyEngName]", Refused, "business_error", Fault.BUYER_DATA),
        ("합계가 다릅니다. [PaymentAmount]", Refused, "business_error", Fault.AUTHORITY),
        ("", Refused, "business_error", Fault.AUTHORITY),
    ],
)
async def test_a_refused_document_is_sorted_by_what_it_names(
    words: str, kind: type[OutsideFailure], code: str, fault: Fault | None
) -> None:
    with pytest.raises(kind) as failure:
        await filing(Counterparty().answers(refused(words))).lodge(parcels.declaration(), parcels.TODAY)
    assert failure.value.code == code
    assert words in failure.value.words
    if isinstance(failure.value, Refused):
        assert failure.value.fault is fault


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, {"ResultTypeCode": "UNAUTHORIZED", "ErrorDescription": "키"}, Refused),
        (400, {"ResultTypeCode": "BAD_REQUEST", "ErrorDescription": "DocCount"}, Refused),
        (429, {}, Unavailable),
        (503, {}, Unavailable),
    ],
)
async def test_a_refused_call_is_our_fault_and_a_busy_one_is_waited_for(
    status: int, body: dict[str, Any], kind: type[OutsideFailure]
) -> None:
    with pytest.raises(kind) as failure:
        await filing(Counterparty().answers(body, status=status)).lodge(parcels.declaration(), parcels.TODAY)
    if isinstance(failure.value, Refused):
        assert failure.value.fault is Fault.OURS


@pytest.mark.parametrize(
    "content", [{"ResultList": []}, {}, {"ResultList": [{"OrderNo": "another"}]}, [], {"ResultList": "x"}]
)
async def test_an_answer_that_does_not_speak_of_our_document_is_garbled(content: object) -> None:
    with pytest.raises(Garbled):
        await filing(Counterparty().answers(content)).lodge(parcels.declaration(), parcels.TODAY)


async def test_html_for_json_is_garbled() -> None:
    with pytest.raises(Garbled):
        await filing(Counterparty().answers(text="<html>점검</html>")).lodge(parcels.declaration(), parcels.TODAY)


# --- status ----------------------------------------------------------------------------------------------------------


async def test_status_is_asked_under_the_mall_and_the_order_number() -> None:
    party = Counterparty().answers(results(Status="", ExpDeclNo="6N00226000123X"))
    found = await filing(party).status(ORDER_NO, "haneul")
    assert party.paths == ["/api/export/status.do"]
    assert party.body()["DocList"] == [
        {"MallId": "MALL-9", "OrderNo": ORDER_NO, "DocumentTypeCode": "830", "SellerPartyId": "MALL-9"}
    ]
    assert found is not None
    assert (found.state, found.number, found.accepted_at) == (FilingState.SUBMITTED, "6N00226000123X", None)


@pytest.mark.parametrize("status", ["03", "14"])
async def test_acceptance_has_number_instant_and_won(status: str) -> None:
    party = Counterparty().answers(
        results(
            Status=status,
            ExpDeclNo="6N00226000123X",
            ConfirmDateTime="20261124103000",
            TotalDeclAmount=35850,
            ExchangeRate="1389.57",
            SomethingNew={"x": 1},
        )
    )
    found = await filing(party).status(ORDER_NO, "haneul")
    assert found is not None and found.state is FilingState.ACCEPTED
    assert found.accepted_at == datetime(2026, 11, 24, 1, 30, tzinfo=UTC), "Korean time"
    assert str(found.total_krw) == "35850 KRW"


@pytest.mark.parametrize(
    "broken", [{"ExpDeclNo": ""}, {"ExpDeclNo": "123456789012345"}, {"ConfirmDateTime": ""}, {"ConfirmDateTime": "x"}]
)
async def test_an_acceptance_without_valid_number_or_instant_is_garbled(broken: dict[str, str]) -> None:
    told = {"Status": "03", "ExpDeclNo": "6N00226000123X", "ConfirmDateTime": "20261124103000", **broken}
    with pytest.raises(Garbled):
        await filing(Counterparty().answers(results(**told))).status(ORDER_NO, "haneul")


@pytest.mark.parametrize("status", ["02", "07", "08", "09", "10"])
async def test_a_selection_shows_its_text(status: str) -> None:
    told = {"Status": status, "ExpDeclNo": "6N00226000123X", "Remark": "GOVCBRR73//20261124101500//02//서류심사"}
    found = await filing(Counterparty().answers(results(**told))).status(ORDER_NO, "haneul")
    assert found is not None and (found.state, found.words) == (FilingState.SELECTED, "서류심사")


async def test_an_error_notice_names_the_field_in_our_words_with_the_sku() -> None:
    detail = '{"Errors":[{"Position":"RanList[001].HSCode","RanNo":"001","Value":"3304991000","Reason":"세번 오류"}]}'
    told = {"Status": "01", "ExpDeclNo": "6N00226000123X", "ErrorDescription": "오류통보", "ErrorDetail": detail}
    found = await filing(Counterparty().answers(results(**told))).find(parcels.declaration())
    assert isinstance(found, Done)
    assert found.content.state is FilingState.REJECTED
    assert found.content.field == "items.HB-CREAM-50.hsk"
    assert "오류통보" in found.content.words and "세번 오류" in found.content.words


@pytest.mark.parametrize(
    ("detail", "field"),
    [
        ({"Errors": [{"Position": "RanList[001].HSCode", "RanNo": "001", "Reason": "x"}]}, "line 1: hsk"),
        ({"Errors": [{"Position": "RanList[001].HSCode", "Reason": "x"}]}, "hsk"),
        ({"Errors": [{"Position": "BuyerPartyEngName", "Reason": "x"}]}, "consignee.name"),
        ({"Errors": [{"Position": "LoadingLocPortCode"}]}, "LoadingLocPortCode"),
        ({"Errors": "nothing"}, ""),
        ("not json [HSCode]", "hsk"),
        (None, ""),
        ([1, 2], ""),
    ],
)
async def test_an_error_notice_of_any_shape_is_read(detail: object, field: str) -> None:
    told = {"Status": "01", "ExpDeclNo": "6N00226000123X", "ErrorDetail": detail}
    found = await filing(Counterparty().answers(results(**told))).status(ORDER_NO, "haneul")
    assert found is not None and (found.state, found.field) == (FilingState.REJECTED, field)


UNKNOWN = refused("요청건이 없음")


async def test_an_unknown_number_is_not_done_and_no_refusal() -> None:
    assert isinstance(await filing(Counterparty().answers(UNKNOWN)).find(parcels.declaration()), NotDone)
    assert await filing(Counterparty().answers(UNKNOWN)).status(ORDER_NO, "haneul") is None


async def test_another_error_in_a_status_answer_cannot_be_told() -> None:
    odd = refused("MallId 길이 초과")
    assert isinstance(await filing(Counterparty().answers(odd)).find(parcels.declaration()), CannotTell)
    with pytest.raises(Refused):
        await filing(Counterparty().answers(odd)).status(ORDER_NO, "haneul")


async def test_a_new_state_is_said_to_be_new() -> None:
    told = {"Status": "77", "ExpDeclNo": "6N00226000123X", "Remark": "새로운 상태"}
    found = await filing(Counterparty().answers(results(**told))).status(ORDER_NO, "haneul")
    assert found is not None and found.state is FilingState.NOT_UNDERSTOOD
    assert "77" in found.words and "새로운 상태" in found.words


@given(
    st.fixed_dictionaries(
        {
            "Status": st.text(max_size=4).filter(lambda s: s.strip() not in ("03", "14")),
            "ExpDeclNo": st.text(max_size=16),
            "Remark": st.text(max_size=40),
            "ErrorDescription": st.text(max_size=40),
            "ErrorDetail": st.one_of(st.none(), st.text(max_size=40), st.dictionaries(st.text(), st.text())),
            "TotalDeclAmount": st.one_of(st.text(max_size=8), st.integers(), st.none()),
        }
    )
)
def test_no_state_or_notice_breaks_the_mapper(told: dict[str, Any]) -> None:
    result = wire.Result.model_validate(told)
    assert mapper.filing(result, ORDER_NO, parcels.declaration()).state in FilingState


# --- withdrawal ------------------------------------------------------------------------------------------------------


def accepted() -> Filing:
    return Filing(
        order_no=ORDER_NO,
        state=FilingState.ACCEPTED,
        number=parcels.NUMBER,
        accepted_at=datetime(2026, 11, 24, 1, 30, tzinfo=UTC),
    )


async def test_a_withdrawal_is_an_amendment_of_kind_b() -> None:
    party = Counterparty().answers(results(RequestNo="1"))
    await filing(party).withdraw(accepted(), "haneul", "주문 취소")
    assert party.paths == ["/api/export/amend.do"]
    assert party.body()["DocList"] == [
        {
            "MallId": "MALL-9",
            "SellerPartyId": "MALL-9",
            "SellerPartyRegistNo": "1234567891",
            "OrderNo": ORDER_NO,
            "RequestType": "S",
            "ApplicationType": "B",
            "AmendReasonCode": "99",
            "ReasonsAttributableCode": "1",
            "AmendReason": "주문 취소",
            "ExportDeclarationNo": "6N00226000123X",
        }
    ]


@pytest.mark.parametrize(
    ("status", "found"),
    [
        ({"ApplicationType": "B", "Status": "", "ExpDeclNo": "6N00226000123X"}, Done("requested")),
        ({"ApplicationType": "B", "Status": "05", "CancelApproveNo": "1"}, Done("approved")),
        ({"ApplicationType": "B", "Status": "01", "ErrorDescription": "적재됨"}, Done("refused")),
        ({"ApplicationType": "B", "Status": "44"}, CannotTell("The withdrawal has the unknown status 44.")),
        ({"ApplicationType": "A", "Status": "05"}, NotDone("the newest request is of kind A")),
        ({"ApplicationType": "C", "Status": "05"}, NotDone("the newest request is of kind C")),
        ({"Status": "05"}, CannotTell("KTNET does not say of what kind the request with the status '05' is.")),
        ({"ResultTypeCode": "BUSINESS_ERROR", "ErrorDescription": "요청건이 없음"}, NotDone("요청건이 없음")),
    ],
)
async def test_a_withdrawal_is_looked_for_by_its_own_kind(status: dict[str, str], found: object) -> None:
    party = Counterparty().answers(results(**status))
    assert await filing(party).find_withdrawal(accepted(), "haneul") == found
    assert party.body()["DocList"][0]["DocumentTypeCode"] == "5AS"


async def test_a_withdrawal_of_an_unknown_exporter_is_our_fault() -> None:
    party = Counterparty()
    with pytest.raises(Refused) as failure:
        await filing(party).withdraw(accepted(), "nobody", "x")
    assert failure.value.fault is Fault.OURS and party.requests == []


def test_the_formal_route_is_the_ordinary_transaction() -> None:
    dear: ExportDeclaration = parcels.declaration(
        parcels.consignment(items=(parcels.item(unit_price=parcels.usd("2000"), quantity=2),))
    )
    assert document(dear, parcels.TODAY, ACCESS)["TransactionType"] == "11"


def test_an_error_notice_that_says_a_reason_twice_is_told_once() -> None:
    reason = "세번부호가 존재하지 않습니다."
    detail = {"Errors": [{"Position": "RanList[001].HSCode", "RanNo": "001", "Value": "7616991090", "Reason": reason}]}
    said = wire.Result(Status="01", ErrorDescription=f"RanList[001].HSCode {reason}", ErrorDetail=detail)
    assert mapper.filing(said, "UCR-1").words == f"RanList[001].HSCode {reason}"

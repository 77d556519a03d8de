"""KTNET's tables (docs/counterparties/ktnet.md) held against our adapter and, apart from it, against the simulator."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from tests.adapters import parcels
from tests.adapters.books import MemoryExporters
from tests.adapters.contract import Field, day, euc_kr, faults, free, like, needed, number, one_of, rows, without_each
from tests.adapters.counterparty import Counterparty
from tests.adapters.office import Office, shown
from tests.adapters.parcels import drawn_up
from tradelane.adapters.errors import Refused
from tradelane.adapters.ktnet import KtnetAccess, KtnetFiling, amendment
from tradelane.adapters.ktnet import adapter as ktnet_adapter
from tradelane.domain.catalogue import Drawback
from tradelane.domain.export_declaration import ExportDeclaration, Filing, FilingState
from tradelane.domain.identifiers import CustomsClearanceCode
from tradelane.domain.money import Money
from tradelane.domain.outside import Done, NotDone

DECLARANT = like("[0-9A-Z]{5}")
BUSINESS_NUMBER = like("[0-9]{10}")
CLEARANCE_CODE = like(r"([가-힣]{2}\*{4}|[가-힣]{3}\*{2}|[가-힣]{4})[0-9A-Za-z]{7}")
POSTCODE = like("[0-9]{5}")
DECLARATION_NUMBER = like(r"[0-9A-Z]{5}\d{2}\d{6}X")
KIND_OF_PACKAGE = like("(?!PK|PT)[A-Z]{2,3}")


def plain(longest: int) -> Any:
    """Printable ASCII without `<`, `>` and `&`."""
    return like(rf"(?:(?![<>&])[ -~]){{1,{longest}}}")


DECLARATION: tuple[Field, ...] = (
    needed("SellerPartyId", euc_kr(35)),
    needed("OrderNo", euc_kr(50)),
    needed("AutoDeclaration", one_of("Y", "N")),
    needed("RequestType", one_of("S")),
    needed("ApplicationCompanyName", euc_kr(50)),
    needed("ApplicationId", DECLARANT),
    needed("ApplicationPartyCeoName", euc_kr(12)),
    needed("AgencyCompanyName", euc_kr(28)),
    free("AgencyCustomsId", CLEARANCE_CODE),
    needed("ExportPartyTypeCode", one_of("A", "B", "C")),
    needed("ExportPartyCompanyName", euc_kr(28)),
    needed("ExportPartyCeoName", euc_kr(12)),
    needed("ExportPartyAddress", euc_kr(150)),
    needed("ExportPartyRegistNo", BUSINESS_NUMBER),
    needed("ExportPartyCustomsId", CLEARANCE_CODE),
    needed("ExportPartyZipCode", POSTCODE),
    needed("MakerName", euc_kr(28)),
    free("MakerCustomsId", euc_kr(15)),
    needed("MakerZipCode", POSTCODE),
    needed("BuyerPartyEngName", like(r"[a-zA-Z.,\- ]{1,60}")),
    needed("CustomsCode", like("[0-9]{3}")),
    needed("CustomsDeptCode", like("[0-9]{2}")),
    needed("DeclarationDate", day("%Y%m%d")),
    needed("DeclarationType", one_of("H")),
    needed("TransactionType", one_of("15", "11")),
    free("ExportType", one_of("A")),
    needed("PaymentTypeCode", one_of(*["CD", "DA", "DP", "GN", "GO", "LH", "LS", "LU", "PT", "TT", "OA"])),
    needed("DestinationCountryCode", one_of("CL")),
    needed("LoadingLocPortCode", one_of("KRICN")),
    needed("LoadingLocPortType", one_of("3")),
    free("TransportMeansCode", one_of("40")),
    free("TransportCaseCode", one_of("ETC", "FC", "LC", "BU")),
    needed("GoodsLocZipCode", POSTCODE),
    needed("GoodsLocAddress", euc_kr(70)),
    free("GoodsUsedCode", one_of("N")),
    free("RefundCode", one_of("1", "2")),
    needed("CustomsTaxRefundRequest", one_of("NO", "AD")),
    free("ContainerIndicator", one_of("Y", "N")),
    needed("TotalPackageWeight", number(16, 3, least="0.001")),
    needed("TotalPackageWeightUnitCode", one_of("KG")),
    needed("TotalPackageQuantity", number(6, least="1")),
    needed("TotalPackageUnitCode", KIND_OF_PACKAGE),
    needed("TotalDeclAmountKRW", number(15)),
    free("FreightAmount", number(12, least="1")),
    free("InsuranceAmount", number(12, least="1")),
    needed("DeliveryTermsCode", like("[A-Z]{3}")),
    needed("PaymentCurrencyCode", like("[A-Z]{3}")),
    needed("PaymentAmount", number(15, 2)),
    needed("PaymentExchangeRate", number(9, 4, least="0.0001")),
    free("USDExchangeRate", number(9, 4, least="0.0001")),
    needed("ResponseTypeCode", one_of("AB")),
    free("FunctionCode", one_of("9")),
    needed("TotalRan", number(3, least="1")),
    free("ApplicationNotice", euc_kr(500)),
    needed("RanList", rows(999)),
    needed("RanList[].RanNo", like("[0-9]{3}")),
    needed("RanList[].HSCode", like("[0-9]{10}")),
    needed("RanList[].HSGoodsDesc", plain(50)),
    needed("RanList[].GoodsDesc", plain(50)),
    free("RanList[].InvoiceNo", euc_kr(17)),
    free("RanList[].BrandName", plain(30)),
    needed("RanList[].DeclAmount1", number(18)),
    needed("RanList[].NetWeight", number(16, 3)),
    needed("RanList[].NetWeightUnitCode", one_of("KG")),
    needed("RanList[].OriginCountryCode", like("[A-Z]{2}")),
    needed("RanList[].AttachYN", one_of("Y", "N")),
    needed("RanList[].ItemList", rows(99)),
    needed("RanList[].ItemList[].ItemNo", like("[0-9]{2}")),
    free("RanList[].ItemList[].ItemCode", euc_kr(50)),
    needed("RanList[].ItemList[].GoodsName", plain(300)),
    free("RanList[].ItemList[].Component", plain(70)),
    needed("RanList[].ItemList[].ItemQuantity", number(14, 4, least="0.0001")),
    free("RanList[].ItemList[].ItemQuantityUnitCode", one_of("EA", "U")),
    needed("RanList[].ItemList[].UnitPrice", number(18, 6)),
    needed("RanList[].ItemList[].Amount", number(16, 4)),
)
STATUS: tuple[Field, ...] = (
    needed("MallId", euc_kr(35)),
    needed("OrderNo", euc_kr(50)),
    needed("DocumentTypeCode", one_of("830", "5AS")),
    free("SellerPartyId", euc_kr(35)),
)
WITHDRAWAL: tuple[Field, ...] = (
    needed("MallId", euc_kr(35)),
    free("SellerPartyId", euc_kr(35)),
    needed("SellerPartyRegistNo", BUSINESS_NUMBER),
    needed("OrderNo", euc_kr(50)),
    needed("RequestType", one_of("S")),
    needed("ApplicationType", one_of("B")),
    needed("AmendReasonCode", euc_kr(2)),
    needed("ReasonsAttributableCode", euc_kr(1)),
    needed("AmendReason", euc_kr(200)),
    needed("ExportDeclarationNo", DECLARATION_NUMBER),
)
AMENDMENT: tuple[Field, ...] = (
    *(field for field in WITHDRAWAL if field.path != "ApplicationType"),
    needed("ApplicationType", one_of("A")),
    needed("ExportPartyDeclarationId", DECLARANT),
    needed("AmendRequestTerms", euc_kr(500)),
)
EXTENSION: tuple[Field, ...] = (
    *(field for field in WITHDRAWAL if field.path != "ApplicationType"),
    needed("ApplicationType", one_of("C")),
    needed("AmendRequestTerms", like("A608=[0-9]{8}>[0-9]{8}")),
)

ORDER_NO = "6KRMLC45848383497-1"
FILED = Filing(order_no=ORDER_NO, state=FilingState.ACCEPTED, number=parcels.NUMBER)


def adapter(party: Counterparty) -> KtnetFiling:
    access = KtnetAccess(base_url="https://k.example", api_key=SecretStr("k-1"), mall_id="MALL-9")
    return KtnetFiling(access, party.client(), MemoryExporters(parcels.exporter(), parcels.SECOND))


def sent(party: Counterparty, path: str) -> dict[str, Any]:
    """The one document that was sent, with method, path, headers and envelope looked at."""
    [request] = party.requests
    assert (request.method, request.url.path) == ("POST", path)
    assert request.headers["X-API-Key"] == "k-1"
    assert request.headers["Content-Type"] == "application/json"
    body = party.body()
    assert set(body) == {"DocCount", "DocList"}
    assert body["DocCount"] == len(body["DocList"]) == 1
    document: dict[str, Any] = body["DocList"][0]
    return document


LONG = "아주긴이름을가진무역회사한국지점주식회사"
DECLARED = {
    "plain": parcels.declaration(),
    "second round": parcels.declaration(round_=2),
    "second exporter": parcels.declaration(
        parcels.consignment(items=(parcels.item(), parcels.item(sku="BS-SOCK", exporter_id="bada"))), 1
    ),
    "several lines": parcels.declaration(
        parcels.consignment(items=(parcels.item(), parcels.item(sku="HB-MASK-10", quantity=1)))
    ),
    "own make": parcels.declaration(parcels.consignment(items=(parcels.item(maker_name=parcels.exporter().name_ko),))),
    "drawback": parcels.declaration(
        parcels.consignment(
            items=(
                parcels.item(
                    maker_name="공장하나",
                    maker_customs_id=CustomsClearanceCode("공장하나1234567"),
                    composition="Cotton 80 %, <polyester> & wool " * 5,
                    permits="검역증 7",
                ),
            ),
            exporters=(parcels.exporter(drawback=Drawback.SIMPLIFIED, drawback_applicant="2"),),
        )
    ),
    "charges": parcels.declaration().model_copy(
        update={
            "incoterm": "CIP",
            "freight": Money(amount=Decimal(9000), currency="KRW"),
            "insurance": Money(amount=Decimal(300), currency="KRW"),
        }
    ),
    "long names": parcels.declaration(
        parcels.consignment(
            items=(parcels.item(maker_name=LONG * 2, description_en="Cream, <very> long & rich, " * 20),),
            exporters=(
                parcels.exporter(
                    name_ko=LONG * 3, representative_ko="남궁하늘바다별", address_ko="서울특별시 예시구 예시로 " * 12
                ),
            ),
        )
    ),
}


@pytest.mark.parametrize("declaration", DECLARED.values(), ids=list(DECLARED))
async def test_a_declaration_has_every_field_in_its_form_and_no_other(declaration: ExportDeclaration) -> None:
    answer = {"ResultList": [{"OrderNo": declaration.order_no, "ResultTypeCode": "SUCCESS"}]}
    party = Counterparty().answers(answer)
    await adapter(party).lodge(declaration, parcels.TODAY)

    document = sent(party, "/api/export/declaration.do")

    assert faults(document, DECLARATION) == []
    assert len(document["ExportPartyCustomsId"].encode("euc-kr")) == 15
    assert document["TotalRan"] == str(len(document["RanList"]))


async def test_a_question_for_the_state_has_every_field_in_its_form() -> None:
    party = Counterparty().answers({"ResultList": [{"OrderNo": ORDER_NO, "Status": "02", "ExpDeclNo": parcels.NUMBER}]})
    await adapter(party).status(ORDER_NO, "haneul")
    assert faults(sent(party, "/api/export/status.do"), STATUS) == []


@pytest.mark.parametrize("reason", ["the buyer cancelled", "구매자 취소 " * 40, "", "  "])
async def test_a_withdrawal_has_every_field_in_its_form(reason: str) -> None:
    party = Counterparty().answers({"ResultList": [{"OrderNo": ORDER_NO}]})
    await adapter(party).withdraw(FILED, "haneul", reason)
    assert faults(sent(party, "/api/export/amend.do"), WITHDRAWAL) == []


@pytest.mark.parametrize("reason", ["the parcel was weighed again", "무게 정정 " * 40, "", "  "])
@pytest.mark.parametrize("name", ["plain", "second round", "own make", "several lines"])
async def test_an_amendment_has_every_field_in_its_form_and_no_other(name: str, reason: str) -> None:
    declaration = DECLARED[name]
    filed = FILED.model_copy(update={"order_no": declaration.order_no})
    party = Counterparty().answers({"ResultList": [{"OrderNo": declaration.order_no}]})
    await adapter(party).amend(declaration, filed, 2, reason)
    assert faults(sent(party, "/api/export/amend.do"), AMENDMENT) == []


@pytest.mark.parametrize("reason", ["the flight was cancelled", "항공편 결항 " * 40, "", "  "])
async def test_an_extension_has_every_field_in_its_form_and_no_other(reason: str) -> None:
    party = Counterparty().answers({"ResultList": [{"OrderNo": ORDER_NO}]})
    await adapter(party).extend(FILED, "haneul", date(2026, 12, 24), date(2027, 1, 22), reason)
    assert faults(sent(party, "/api/export/amend.do"), EXTENSION) == []


def account(office: Office) -> KtnetAccess:
    settings = office.settings
    return KtnetAccess(
        base_url=f"{settings.simulators_url}/ktnet",
        api_key=settings.ktnet_api_key,
        key_header=settings.ktnet_key_header,
        mall_id=settings.ktnet_mall_id,
    )


def ktnet(office: Office, http: httpx.AsyncClient) -> KtnetFiling:
    return KtnetFiling(account(office), http, office.resources.exporters)


@pytest_asyncio.fixture(loop_scope="session")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


async def test_the_simulator_refuses_an_amendment_without_any_one_required_field(
    office: Office, http: httpx.AsyncClient
) -> None:
    parcel = await office.parcel()
    filing = await parcel.accepted()
    heavier = parcel.declared.model_copy(update={"gross_weight_g": parcel.declared.gross_weight_g + 55})
    whole = amendment.amendment(heavier, filing, 2, "weighed again", account(office))
    request = [one for one in office.line.sent if one.url.path.endswith("/status.do")][-1]
    url = request.url.copy_with(path=request.url.path.replace("status.do", "amend.do"))
    taken: list[str] = []

    for field, lacking in without_each(whole, AMENDMENT):
        answer = await http.post(url, headers={"X-API-Key": request.headers["X-API-Key"]}, json=one_document(lacking))
        [result] = answer.json()["ResultList"]
        if result.get("ResultTypeCode") != "BUSINESS_ERROR" or field not in result["ErrorDescription"]:
            taken.append(field)

    assert taken == []
    assert await office.acted("amend", parcel.shipment) == 0


async def test_an_amendment_is_taken_approved_and_shown_in_the_total(office: Office, http: httpx.AsyncClient) -> None:
    """Two pieces more: what the simulator took apart is what the adapter meant."""
    parcel = await office.parcel()
    filing = await parcel.accepted()
    item = parcel.consignment.items[0]
    more = item.model_copy(update={"quantity": item.quantity + 2})
    heavier = parcel.consignment.packages[0].model_copy(update={"gross_weight_g": 9_000})
    plan = parcel.consignment.model_copy(update={"items": (more,), "packages": (heavier,)})
    rate = parcel.declared.rate
    wanted = drawn_up(plan, plan.parts[0], rate, rate.valid_from)
    channel = ktnet(office, http)
    exporter = wanted.exporter.id

    assert isinstance(await channel.find_amendment(wanted, filing, 2), NotDone)
    await channel.amend(wanted, filing, 2, "two pieces more")
    assert await channel.find_amendment(wanted, filing, 2) == Done("asked")
    assert (await channel.status(filing.order_no, exporter)) == filing
    office.later(minutes=31)

    assert await channel.find_amendment(wanted, filing, 2) == Done("approved")
    assert isinstance(await channel.find_amendment(wanted, filing, 3), NotDone)
    standing = await channel.status(filing.order_no, exporter)
    assert standing == filing.model_copy(update={"total_krw": wanted.fob})
    with pytest.raises(Refused, match="정정할 내용이 없습니다"):
        await channel.amend(wanted, standing, 3, "the same again")
    assert await office.acted("amend", parcel.shipment) == 1


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        ({"AmendRequestTerms": "ApplicationId=>6N999"}, "정정할 수 없는 항목"),
        ({"ExportPartyDeclarationId": "6N999"}, "신고인은 정정할 수 없습니다"),
        ({"AmendRequestTerms": "A501: Ana"}, "형식"),
    ],
    ids=["declarant as a box", "another declarant", "another grammar"],
)
async def test_an_adapter_that_asks_for_what_cannot_be_amended_is_refused(
    office: Office, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, spoilt: dict[str, str], words: str
) -> None:
    parcel = await office.parcel()
    filing = await parcel.accepted()
    real = amendment.amendment

    def wrong(*given: Any) -> dict[str, Any]:
        return {**real(*given), **spoilt}

    monkeypatch.setattr(ktnet_adapter, "amendment", wrong)
    heavier = parcel.declared.model_copy(update={"gross_weight_g": 9_000})
    with pytest.raises(Refused, match=words) as failure:
        await ktnet(office, http).amend(heavier, filing, 2, "x")
    assert failure.value.reason == "amendment_refused"
    assert await office.acted("amend", parcel.shipment) == 0


async def test_an_amendment_valued_at_another_weeks_rate_is_refused(office: Office, http: httpx.AsyncClient) -> None:
    """An amendment corrects the declaration of its day; today's rate is no part of it."""
    parcel = await office.parcel()
    filing = await parcel.accepted()
    dearer = parcel.declared.rate.model_copy(update={"krw_per_unit": parcel.declared.rate.krw_per_unit + 40})
    revalued = drawn_up(parcel.consignment, parcel.consignment.parts[0], dearer, dearer.valid_from)

    with pytest.raises(Refused, match="DeclAmount1"):
        await ktnet(office, http).amend(revalued, filing, 2, "x")
    assert await office.acted("amend", parcel.shipment) == 0


def one_document(content: Any) -> dict[str, Any]:
    return {"DocCount": 1, "DocList": [content]}


@pytest.mark.parametrize(
    ("path", "table", "operation"),
    [
        ("/api/export/declaration.do", DECLARATION, "declare"),
        ("/api/export/status.do", STATUS, "status"),
        ("/api/export/amend.do", WITHDRAWAL, "amend"),
    ],
    ids=["declaration", "status", "withdrawal"],
)
async def test_the_simulator_refuses_a_document_without_any_one_required_field(
    office: Office, path: str, table: tuple[Field, ...], operation: str
) -> None:
    """A whole document is taken, so what is refused is refused for the field that is missing."""
    parcel = await office.parcel()
    await parcel.accepted()
    await parcel.withdraw()
    request = [one for one in office.line.sent if one.url.path.endswith(path)][-1]
    [whole] = shown(request)["DocList"]
    acted = await office.acted(operation, parcel.shipment)
    taken: list[str] = []

    for field, lacking in without_each(whole, table):
        told = (await office.again(request, {"DocCount": 1, "DocList": [lacking]})).json()
        [result] = told["ResultList"]
        name = field.rpartition(".")[2].removesuffix("[]")
        if result.get("ResultTypeCode") != "BUSINESS_ERROR" or name not in result["ErrorDescription"]:
            taken.append(field)

    assert taken == []
    assert await office.acted(operation, parcel.shipment) == acted

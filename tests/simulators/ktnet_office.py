"""An invented brand's documents for the simulated KTNET, and how tests send them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Any

import httpx

from tradelane.simulators import cargo
from tradelane.simulators.clock import HeldClock
from tradelane.simulators.rates import Direction, rate
from tradelane.simulators.stage import Stage
from tradelane.simulators.world import plan_event

NOON = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)  # a Monday, noon in Seoul
KEY = {"X-API-Key": "ktnet-demo-key"}
ORDER = "6KRMLC44000000017-1"
Document = dict[str, Any]


def export_rate(currency: str = "USD", moment: datetime = NOON) -> Decimal:
    found = rate(currency, Direction.EXPORT, (moment + timedelta(hours=9)).date())
    assert found is not None
    return found


def won(amount: str, at: Decimal) -> str:
    return str((Decimal(amount) * at).quantize(Decimal(1), ROUND_FLOOR))


def declaration(moment: datetime = NOON, **changes: object) -> Document:
    """Two lines of tableware and stationery, 60.30 US dollars, handed over at the airport."""
    used = export_rate(moment=moment)
    first, second = won("35.80", used), won("24.50", used)
    document: Document = {
        "SellerPartyId": "hanryu-cl",
        "OrderNo": ORDER,
        "AutoDeclaration": "Y",
        "RequestType": "S",
        "ApplicationCompanyName": "옹기마을공방",
        "ApplicationId": "6N904",
        "ApplicationPartyCeoName": "옹달",
        "AgencyCompanyName": "옹기마을공방",
        "ExportPartyTypeCode": "C",
        "ExportPartyCompanyName": "옹기마을공방",
        "ExportPartyCeoName": "옹달",
        "ExportPartyAddress": "경기도 이천시 가마로 5",
        "ExportPartyRegistNo": "9908644063",
        "ExportPartyCustomsId": "옹기마을9264044",
        "ExportPartyZipCode": "17399",
        "MakerName": "미상",
        "MakerCustomsId": "제조미상9999000",
        "MakerZipCode": "17399",
        "BuyerPartyEngName": "Catalina Invented-Perez",
        "CustomsCode": "020",
        "CustomsDeptCode": "20",
        "DeclarationDate": (moment + timedelta(hours=9)).strftime("%Y%m%d"),
        "DeclarationType": "H",
        "TransactionType": "15",
        "ExportType": "A",
        "PaymentTypeCode": "TT",
        "DestinationCountryCode": "CL",
        "LoadingLocPortCode": "KRICN",
        "LoadingLocPortType": "3",
        "TransportMeansCode": "40",
        "TransportCaseCode": "ETC",
        "GoodsLocZipCode": "17399",
        "GoodsLocAddress": "경기도 이천시 가마로 9, 창고",
        "GoodsUsedCode": "N",
        "CustomsTaxRefundRequest": "NO",
        "TotalPackageWeight": "1.4",
        "TotalPackageWeightUnitCode": "KG",
        "TotalPackageQuantity": "1",
        "TotalPackageUnitCode": "CT",
        "TotalDeclAmountKRW": str(int(first) + int(second)),
        "DeliveryTermsCode": "FCA",
        "PaymentCurrencyCode": "USD",
        "PaymentAmount": "60.30",
        "PaymentExchangeRate": str(used),
        "ResponseTypeCode": "AB",
        "TotalRan": "2",
        "RanList": [
            line("001", "6912001000", "35.80", first, "Stoneware bowl, glazed", "2", "17.90"),
            line("002", "4820102000", "24.50", second, "Notebook, bound paper", "1", "24.50"),
        ],
    }
    return document | changes


def delivered(terms: str, freight: int, insurance: int, **changes: object) -> Document:
    """The same under terms whose price holds charges, which the second line bears."""
    document = declaration(DeliveryTermsCode=terms, FreightAmount=str(freight), InsuranceAmount=str(insurance))
    second = document["RanList"][1]
    second["DeclAmount1"] = str(int(second["DeclAmount1"]) - freight - insurance)
    document["TotalDeclAmountKRW"] = str(int(document["TotalDeclAmountKRW"]) - freight - insurance)
    return document | changes


def line(number: str, hsk: str, amount: str, krw: str, name: str, quantity: str, price: str) -> Document:
    item = {"ItemNo": "01", "ItemCode": "SKU-1", "GoodsName": name}
    item |= {"ItemQuantity": quantity, "ItemQuantityUnitCode": "EA", "UnitPrice": price, "Amount": amount}
    return {
        "RanNo": number,
        "HSCode": hsk,
        "HSGoodsDesc": name,
        "GoodsDesc": name,
        "BrandName": "NO",
        "DeclAmount1": krw,
        "NetWeight": "0.6",
        "NetWeightUnitCode": "KG",
        "PackageUnitCode": "CT",
        "OriginCountryCode": "KR",
        "AttachYN": "N",
        "ItemList": [item],
    }


async def send(caller: httpx.AsyncClient, call: str, *documents: Document) -> Document:
    answer = await caller.post(
        f"/ktnet/api/export/{call}.do",
        json={"DocCount": len(documents), "DocList": documents},
        headers=KEY,
    )
    assert answer.status_code == 200, answer.text
    body: Document = answer.json()
    return body


async def result(caller: httpx.AsyncClient, call: str, document: Document) -> Document:
    one: Document = (await send(caller, call, document))["ResultList"][0]
    return one


async def refusal(caller: httpx.AsyncClient, document: Document, call: str = "declaration") -> str:
    """The sentence a document is refused with; fails when it is taken or when anything was done."""
    answer = await send(caller, call, document)
    assert answer["ErrorCount"] == 1, answer
    assert answer["ResultList"][0]["ResultTypeCode"] == "BUSINESS_ERROR"
    acted = (await caller.get("/_stage/ledger")).json()["rows"]
    assert [row for row in acted if row["operation"] == {"declaration": "declare"}.get(call, call)] == []
    return str(answer["ResultList"][0]["ErrorDescription"])


async def status(caller: httpx.AsyncClient, order: str = ORDER, kind: str = "830") -> Document:
    return await result(caller, "status", {"MallId": "hanryu-cl", "OrderNo": order, "DocumentTypeCode": kind})


async def accepted(caller: httpx.AsyncClient, clock: HeldClock, **changes: object) -> str:
    """Files a declaration, waits for its acceptance and gives its number."""
    assert (await send(caller, "declaration", declaration(clock.now(), **changes)))["ErrorCount"] == 0
    clock.advance(timedelta(minutes=21))
    answer = await status(caller, str(changes.get("OrderNo", ORDER)))
    assert answer["Status"] == "03", answer
    return str(answer["ExpDeclNo"])


def change(kind: str, number: str, **changes: object) -> Document:
    return {
        "MallId": "hanryu-cl",
        "SellerPartyRegistNo": "9908644063",
        "OrderNo": ORDER,
        "RequestType": "S",
        "ApplicationType": kind,
        "AmendReasonCode": "01",
        "ReasonsAttributableCode": "A",
        "AmendReason": "Order was cancelled",
        "ExportDeclarationNo": number,
        **changes,
    }


async def depart(stage: Stage, number: str, waybill: str = "4213370015", packages: int = 1) -> None:
    """A parcel under the declaration leaves Korea now."""
    cargo.tie(stage.connection(), waybill, number, packages, Decimal("1.4"))
    plan_event(stage.connection(), waybill, stage.now(), "DF", "Departed", "INCHEON", "+09:00")

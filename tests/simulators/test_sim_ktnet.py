"""The simulated KTNET: what it takes, what it refuses and in which words, and what customs answers in the end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.simulators.ktnet_office import (
    KEY,
    NOON,
    ORDER,
    Document,
    accepted,
    change,
    declaration,
    delivered,
    depart,
    export_rate,
    line,
    refusal,
    result,
    send,
    status,
    won,
)
from tradelane.simulators import cargo
from tradelane.simulators.app import create_app
from tradelane.simulators.clock import HeldClock
from tradelane.simulators.rates import Direction, rate, week_start
from tradelane.simulators.stage import Stage

MANDATORY = [
    "SellerPartyId",
    "OrderNo",
    "AutoDeclaration",
    "RequestType",
    "ApplicationCompanyName",
    "ApplicationId",
    "ApplicationPartyCeoName",
    "AgencyCompanyName",
    "ExportPartyTypeCode",
    "ExportPartyCompanyName",
    "ExportPartyCeoName",
    "ExportPartyAddress",
    "ExportPartyRegistNo",
    "ExportPartyCustomsId",
    "ExportPartyZipCode",
    "MakerName",
    "MakerZipCode",
    "BuyerPartyEngName",
    "CustomsCode",
    "CustomsDeptCode",
    "DeclarationDate",
    "DeclarationType",
    "TransactionType",
    "PaymentTypeCode",
    "DestinationCountryCode",
    "LoadingLocPortCode",
    "LoadingLocPortType",
    "GoodsLocZipCode",
    "GoodsLocAddress",
    "CustomsTaxRefundRequest",
    "TotalPackageWeight",
    "TotalPackageWeightUnitCode",
    "TotalPackageQuantity",
    "TotalPackageUnitCode",
    "TotalDeclAmountKRW",
    "DeliveryTermsCode",
    "PaymentCurrencyCode",
    "PaymentAmount",
    "PaymentExchangeRate",
    "ResponseTypeCode",
    "TotalRan",
    "RanList",
]
MANDATORY_OF_LINE = [
    "RanNo",
    "HSCode",
    "HSGoodsDesc",
    "GoodsDesc",
    "DeclAmount1",
    "NetWeight",
    "NetWeightUnitCode",
    "OriginCountryCode",
    "AttachYN",
    "ItemList",
]
MANDATORY_OF_ITEM = ["ItemNo", "GoodsName", "ItemQuantity", "UnitPrice", "Amount"]
MANDATORY_OF_CHANGE = [
    "MallId",
    "SellerPartyRegistNo",
    "OrderNo",
    "RequestType",
    "ApplicationType",
    "AmendReasonCode",
    "ReasonsAttributableCode",
    "AmendReason",
    "ExportDeclarationNo",
]


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock(NOON)


@pytest.fixture
def stage(tmp_path: Path, clock: HeldClock) -> Iterator[Stage]:
    made = Stage(tmp_path, clock)
    yield made
    made.close()


@pytest.fixture
async def caller(stage: Stage) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(stage, ["ktnet"])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://simulators") as client:
        yield client


async def test_a_right_declaration_is_taken_and_later_accepted(caller: httpx.AsyncClient, clock: HeldClock) -> None:
    taken = await result(caller, "declaration", declaration())
    assert taken["SellerPartyId"] == "hanryu-cl"
    assert taken["RequestNo"] == f"20260302120000_{ORDER}"

    just_sent = await status(caller)
    assert (just_sent["Status"], just_sent["ExpDeclNo"]) == ("", "6N90426000001X")
    clock.advance(timedelta(minutes=3))
    assert (await status(caller))["Status"] == "02"
    assert (await status(caller))["Remark"].startswith("GOVCBRR73//20260302120000//")
    clock.advance(timedelta(minutes=20))
    final = await status(caller)
    assert final["Status"] == "03"
    assert final["ConfirmDateTime"] == "20260302122000"
    assert final["TotalDeclAmount"] == declaration()["TotalDeclAmountKRW"]
    assert final["ExchangeRate"] == str(export_rate())
    assert final["Fulfillment"] == []

    rows = (await caller.get("/_stage/ledger")).json()["rows"]
    assert [(row["operation"], row["reference"]) for row in rows] == [("declare", ORDER)]


async def test_numbers_may_be_json_numbers(caller: httpx.AsyncClient) -> None:
    document = declaration(TotalRan=2, PaymentAmount=60.3, TotalPackageQuantity=1, FreightAmount=0)
    assert (await send(caller, "declaration", document))["ErrorCount"] == 0


@pytest.mark.parametrize("name", MANDATORY)
async def test_a_missing_field_of_the_document_is_refused(caller: httpx.AsyncClient, name: str) -> None:
    document = declaration()
    del document[name]
    assert f"[{name}]" in await refusal(caller, document)


@pytest.mark.parametrize("name", MANDATORY_OF_LINE)
async def test_a_missing_field_of_a_line_is_refused(caller: httpx.AsyncClient, name: str) -> None:
    document = declaration()
    del document["RanList"][1][name]
    assert f"RanList[2].{name}" in await refusal(caller, document)


@pytest.mark.parametrize("name", MANDATORY_OF_ITEM)
async def test_a_missing_field_of_an_item_is_refused(caller: httpx.AsyncClient, name: str) -> None:
    document = declaration()
    document["RanList"][0]["ItemList"][0][name] = ""
    assert f"ItemList[1].{name}" in await refusal(caller, document)


WRONG = [
    ("ExportPartyRegistNo", "9908644064"),  # check digit
    ("ExportPartyCustomsId", "옹기9264044"),  # stem not padded
    ("ExportPartyCompanyName", "가" * 15),  # 30 EUC-KR bytes in a box of 28
    ("ApplicationPartyCeoName", "가나다라마바사"),  # 14 bytes in a box of 12
    ("ExportPartyCompanyName", "옹기 ñandú"),  # no such letter in EUC-KR
    ("BuyerPartyEngName", "Catalina Pérez"),
    ("BuyerPartyEngName", "Catalina & Co"),
    ("BuyerPartyEngName", "Casa 12"),
    ("CustomsCode", "010"),  # not the office of 17399
    ("CustomsDeptCode", "10"),
    ("GoodsLocZipCode", "99999"),
    ("DeclarationDate", "20260303"),
    ("GoodsUsedCode", "O"),  # used
    ("TotalPackageUnitCode", "PK"),
    ("TotalPackageUnitCode", "PT"),
    ("PaymentTypeCode", "XX"),
    ("ApplicationId", "12345678901234X"),
    ("PaymentAmount", "60.31"),
    ("TotalRan", "1"),
    ("TotalPackageWeight", "1.1"),  # less than the net weights
    ("USDExchangeRate", "1.0000"),
    ("ExportPartyTypeCode", "A"),  # exporter and maker have no code in common
    ("RefundCode", "1"),  # nobody gets duties back on materials of an unknown maker
    ("CustomsTaxRefundRequest", "AD"),
    ("LoadingLocPortType", "6"),  # KRICN is an airport
    ("TransportMeansCode", "10"),  # no ship loads there
]


@pytest.mark.parametrize(("name", "value"), WRONG)
async def test_a_wrong_field_is_refused_by_name(caller: httpx.AsyncClient, name: str, value: str) -> None:
    complaint = await refusal(caller, declaration() | {name: value})
    assert complaint.startswith(f"[{name}]")


WRONG_IN_LINE = [
    ("HSCode", "691200"),
    ("HSCode", "6912.00-1000"),
    ("GoodsDesc", "도자기 그릇"),
    ("HSGoodsDesc", "Bowl <glazed>"),
    ("BrandName", "Ong & Gi"),
    ("PackageUnitCode", "PK"),
    ("RanNo", "003"),
]


@pytest.mark.parametrize(("name", "value"), WRONG_IN_LINE)
async def test_a_wrong_field_of_a_line_is_refused(caller: httpx.AsyncClient, name: str, value: str) -> None:
    document = declaration()
    document["RanList"][0][name] = value
    assert name in await refusal(caller, document)


async def test_the_import_rate_is_refused(caller: httpx.AsyncClient) -> None:
    wrong = rate("USD", Direction.IMPORT, NOON.date())
    assert wrong is not None
    assert wrong != export_rate()
    document = declaration(PaymentExchangeRate=str(wrong))
    for row, amount in zip(document["RanList"], ("35.80", "24.50"), strict=True):
        row["DeclAmount1"] = won(amount, wrong)
    document["TotalDeclAmountKRW"] = str(sum(int(row["DeclAmount1"]) for row in document["RanList"]))
    assert "[PaymentExchangeRate]" in await refusal(caller, document)


async def test_the_rate_of_the_week_before_is_refused(caller: httpx.AsyncClient) -> None:
    before = export_rate(moment=NOON - timedelta(days=7))
    assert before != export_rate()
    assert "[PaymentExchangeRate]" in await refusal(caller, declaration(PaymentExchangeRate=str(before)))


async def test_the_day_in_utc_is_refused_when_it_is_tomorrow_in_seoul(
    caller: httpx.AsyncClient, clock: HeldClock
) -> None:
    clock.advance(timedelta(hours=13))  # 16:00 in UTC, 01:00 of the next day in Seoul
    in_utc = clock.now().strftime("%Y%m%d")
    assert "[DeclarationDate]" in await refusal(caller, declaration(clock.now(), DeclarationDate=in_utc))
    assert (await send(caller, "declaration", declaration(clock.now())))["ErrorCount"] == 0


async def test_the_total_is_the_sum_of_floored_lines_and_not_a_floored_total(
    caller: httpx.AsyncClient, clock: HeldClock
) -> None:
    moment = next(
        moment
        for moment in (NOON + timedelta(weeks=week) for week in range(40))
        if int(declaration(moment)["TotalDeclAmountKRW"]) != int(won("60.30", export_rate(moment=moment)))
    )
    clock.advance(moment - NOON)
    whole = won("60.30", export_rate(moment=moment))
    assert "[TotalDeclAmountKRW]" in await refusal(caller, declaration(moment, TotalDeclAmountKRW=whole))
    assert (await send(caller, "declaration", declaration(moment)))["ErrorCount"] == 0


def worth(amount: str, moment: datetime, kind: str) -> Document:
    krw = won(amount, export_rate(moment=moment))
    row = line("001", "8528622000", amount, krw, "Projector", "1", amount)
    return declaration(
        moment, TransactionType=kind, PaymentAmount=amount, TotalDeclAmountKRW=krw, TotalRan="1", RanList=[row]
    )


async def test_the_simplified_cap_is_four_million_won_and_only_for_type_15(caller: httpx.AsyncClient) -> None:
    assert "[PaymentAmount]" in await refusal(caller, worth("3100.00", NOON, "15"))
    assert (await send(caller, "declaration", worth("2500.00", NOON, "15")))["ErrorCount"] == 0
    other = worth("3100.00", NOON, "11") | {"OrderNo": "6KRMLC44000000018-1"}
    assert (await send(caller, "declaration", other))["ErrorCount"] == 0


@pytest.mark.parametrize(("day", "taken"), [("2024-07-31", False), ("2024-08-01", True)])
async def test_the_cap_was_two_million_won_before_august_2024(tmp_path: Path, day: str, *, taken: bool) -> None:
    moment = datetime.fromisoformat(f"{day}T12:00:00+09:00")
    stage = Stage(tmp_path, HeldClock(moment))
    transport = httpx.ASGITransport(create_app(stage, ["ktnet"]))
    async with httpx.AsyncClient(transport=transport, base_url="http://simulators") as caller:
        answer = await send(caller, "declaration", worth("1800.00", moment.astimezone(UTC), "15"))
    stage.close()
    assert (answer["ErrorCount"] == 0) is taken


@pytest.mark.parametrize(
    ("terms", "freight", "insurance", "taken"),
    [
        ("FCA", "0", "0", True),
        ("CPT", "21000", "0", True),
        ("CPT", "21000", "900", False),
        ("CIN", "0", "900", True),
        ("CIN", "21000", "900", False),
        ("CIF", "21000", "0", False),
        ("DDP", "21000", "900", True),
    ],
)
async def test_freight_and_insurance_agree_with_the_incoterm(
    caller: httpx.AsyncClient, terms: str, freight: str, insurance: str, *, taken: bool
) -> None:
    document = delivered(terms, int(freight), int(insurance))
    assert ((await send(caller, "declaration", document))["ErrorCount"] == 0) is taken


async def test_an_order_is_declared_once(caller: httpx.AsyncClient, clock: HeldClock) -> None:
    await accepted(caller, clock)
    again = await result(caller, "declaration", declaration(clock.now()))
    assert again["ResultTypeCode"] == "BUSINESS_ERROR"
    assert "이미 신고" in again["ErrorDescription"]
    assert len((await caller.get("/_stage/ledger")).json()["rows"]) == 1


async def test_a_second_sending_is_refused_even_before_customs_answered(caller: httpx.AsyncClient) -> None:
    await send(caller, "declaration", declaration())
    assert (await send(caller, "declaration", declaration()))["ErrorCount"] == 1


async def test_an_unknown_tariff_code_comes_back_as_an_error_notice_and_frees_the_order(
    caller: httpx.AsyncClient, clock: HeldClock
) -> None:
    wrong = declaration()
    wrong["RanList"][1]["HSCode"] = "8473300000"
    assert (await send(caller, "declaration", wrong))["ErrorCount"] == 0
    clock.advance(timedelta(minutes=5))
    notice = await status(caller)
    assert notice["Status"] == "01"
    assert notice["ErrorDescription"]
    (error,) = notice["ErrorDetail"]["Errors"]
    assert (error["Position"], error["Value"]) == ("RanList[002].HSCode", "8473300000")

    assert (await send(caller, "declaration", declaration()))["ErrorCount"] == 0
    clock.advance(timedelta(minutes=21))
    assert (await status(caller))["Status"] == "03"


async def test_one_refused_document_does_not_stop_the_others(caller: httpx.AsyncClient) -> None:
    answer = await send(
        caller, "declaration", declaration(CustomsCode="010"), declaration(OrderNo="6KRMLC44000000018-1")
    )
    assert (answer["TotalCount"], answer["ErrorCount"]) == (2, 1)
    assert [one["ResultTypeCode"] for one in answer["ResultList"]] == ["BUSINESS_ERROR", "SUCCESS"]


async def test_an_unknown_order_has_an_empty_status_and_no_number(caller: httpx.AsyncClient) -> None:
    answer = await status(caller, "6KRMLC99999999999-1")
    assert (answer["Status"], answer["ExpDeclNo"]) == ("", "")
    assert answer["ErrorDescription"] == "요청건이 없음"


async def test_numbers_run_on_per_declarant_and_year(caller: httpx.AsyncClient, clock: HeldClock) -> None:
    first = await accepted(caller, clock)
    second = await accepted(caller, clock, OrderNo="6KRMLC44000000018-1")
    other = await accepted(caller, clock, OrderNo="6KRMLC44000000019-1", ApplicationId="I6F06")
    assert [first, second, other] == ["6N90426000001X", "6N90426000002X", "I6F0626000001X"]


async def test_a_withdrawal_is_approved_and_the_declaration_is_gone(
    caller: httpx.AsyncClient, clock: HeldClock, stage: Stage
) -> None:
    number = await accepted(caller, clock)
    assert (await send(caller, "amend", change("B", number)))["ErrorCount"] == 0
    assert (await status(caller, kind="5AS"))["Status"] == ""
    clock.advance(timedelta(minutes=31))
    decided = await status(caller, kind="5AS")
    assert (decided["Status"], decided["ExpDeclNo"]) == ("05", number)
    assert decided["CancelApproveNo"].endswith("U")
    state = stage.connection().execute("SELECT state FROM declarations WHERE number = ?", (number,))
    assert state.fetchone()["state"] == "withdrawn"
    again = await result(caller, "amend", change("B", number))
    assert again["ResultTypeCode"] == "BUSINESS_ERROR"
    amended = [row for row in (await caller.get("/_stage/ledger")).json()["rows"] if row["operation"] == "amend"]
    assert [(row["reference"], row["detail"]["kind"]) for row in amended] == [(ORDER, "B")]


@pytest.mark.parametrize("name", MANDATORY_OF_CHANGE)
async def test_a_missing_field_of_a_change_is_refused(caller: httpx.AsyncClient, clock: HeldClock, name: str) -> None:
    asked = change("B", await accepted(caller, clock))
    del asked[name]
    assert f"[{name}]" in await refusal(caller, asked, "amend")


@pytest.mark.parametrize(
    "changes",
    [
        {"ExportDeclarationNo": "6N90426000009X"},
        {"ExportDeclarationNo": "690426000001"},  # only the digits
        {"SellerPartyRegistNo": "9908666086"},
        {"OrderNo": "6KRMLC44000000018-1"},
        {"ApplicationType": "A"},  # without saying what to amend
        {"ApplicationType": "C", "AmendRequestTerms": "soon"},
    ],
)
async def test_a_change_of_something_else_is_refused(
    caller: httpx.AsyncClient, clock: HeldClock, changes: Document
) -> None:
    number = await accepted(caller, clock)
    complaint = await refusal(caller, change("B", number) | changes, "amend")
    named = "AmendRequestTerms" if "ApplicationType" in changes else next(iter(changes))
    assert f"[{'ExportDeclarationNo' if named == 'OrderNo' else named}]" in complaint


async def test_a_declaration_not_yet_accepted_cannot_be_withdrawn(caller: httpx.AsyncClient, clock: HeldClock) -> None:
    await send(caller, "declaration", declaration())
    clock.advance(timedelta(minutes=3))
    assert "[ExportDeclarationNo]" in await refusal(caller, change("B", "6N90426000001X"), "amend")


def amend(number: str, terms: str, **changes: object) -> Document:
    asked = {"AmendReason": "[V2] weighed again", "ExportPartyDeclarationId": "6N904", "AmendRequestTerms": terms}
    return change("A", number, **asked | changes)


async def amendments(caller: httpx.AsyncClient) -> list[Document]:
    rows = (await caller.get("/_stage/ledger")).json()["rows"]
    return [row for row in rows if row["operation"] == "amend"]


async def test_an_amendment_is_asked_then_approved_and_one_effect(
    caller: httpx.AsyncClient, clock: HeldClock, stage: Stage
) -> None:
    number = await accepted(caller, clock)
    asked = amend(number, "TotalPackageWeight=1.4>1.9\nA501=>Ana Invented\nTotalPackageQuantity=>1")
    taken = await result(caller, "amend", asked)
    assert taken["ResultTypeCode"] == "SUCCESS" and taken["RequestNo"].endswith(ORDER)
    pending = await status(caller, kind="5AS")
    assert (pending["Status"], pending["ApplicationType"], pending["AmendReason"]) == ("", "A", "[V2] weighed again")

    clock.advance(timedelta(minutes=31))
    decided = await status(caller, kind="5AS")
    assert (decided["Status"], decided["ExpDeclNo"]) == ("05", number)
    assert (await status(caller))["Status"] == "03", "an amended declaration stays accepted"
    [row] = await amendments(caller)
    assert (row["reference"], row["detail"]["changed"]) == (ORDER, ["TotalPackageWeight", "A501"])
    assert cargo.cargo_of(stage.connection(), number).weight_kg == "1.9"


async def test_composition_maker_and_papers_are_boxes_that_an_amendment_fills_and_empties(
    caller: httpx.AsyncClient, clock: HeldClock
) -> None:
    number = await accepted(caller, clock)
    fill = (
        "A401=미상>흙공장\nMakerCustomsId=제조미상9999000>흙공장**1991015\nRefundCode=>2\n"
        "CustomsTaxRefundRequest=NO>AD\nApplicationNotice=>수출요건확인: 001 허가서\n001.Component=>Clay 100%"
    )
    empty = "ApplicationNotice=>\n001.Component=Clay 100%>"
    for terms in (fill, empty):
        assert (await send(caller, "amend", amend(number, terms)))["ErrorCount"] == 0
        clock.advance(timedelta(minutes=31))
        assert (await status(caller, kind="5AS"))["Status"] == "05"
    assert [row["detail"]["changed"] for row in await amendments(caller)] == [
        ["A401", "MakerCustomsId", "RefundCode", "CustomsTaxRefundRequest", "ApplicationNotice", "001.Component"],
        ["ApplicationNotice", "001.Component"],
    ]


async def test_an_amended_price_shows_in_the_total_once_it_is_approved(
    caller: httpx.AsyncClient, clock: HeldClock
) -> None:
    """The rate stays that of the day of the declaration, also in another week."""
    number = await accepted(caller, clock)
    before = (await status(caller))["TotalDeclAmount"]
    clock.advance(timedelta(days=9))
    second = won("12.25", export_rate())
    total = str(int(won("35.80", export_rate())) + int(second))
    line_two = f"002=>4820102000|KR|0.6|1|12.25|{second}|NO|Notebook, bound paper"
    terms = f"PaymentAmount=60.30>48.05\nTotalDeclAmountKRW={before}>{total}\n{line_two}"
    assert (await send(caller, "amend", amend(number, terms)))["ErrorCount"] == 0
    assert (await status(caller))["TotalDeclAmount"] == before
    clock.advance(timedelta(minutes=31))
    assert (await status(caller))["TotalDeclAmount"] == total


async def test_a_line_can_be_left_out_and_a_line_can_be_added(caller: httpx.AsyncClient, clock: HeldClock) -> None:
    number = await accepted(caller, clock)
    first = won("35.80", export_rate())
    fewer = f"TotalRan=2>1\nPaymentAmount=>35.80\nTotalDeclAmountKRW=>{first}"
    assert (await send(caller, "amend", amend(number, fewer)))["ErrorCount"] == 0
    clock.advance(timedelta(minutes=31))
    second = won("24.50", export_rate())
    total = int(first) + int(second)
    more = f"TotalRan=1>2\nPaymentAmount=>60.30\nTotalDeclAmountKRW=>{total}"
    row = f"002=>4820102000|KR|0.6|1|24.5|{second}|NO|Notebook, bound paper"
    assert (await send(caller, "amend", amend(number, f"{more}\n{row}")))["ErrorCount"] == 0
    assert [row["detail"]["changed"] for row in await amendments(caller)] == [
        ["TotalRan", "PaymentAmount", "TotalDeclAmountKRW"],
        ["TotalRan", "PaymentAmount", "TotalDeclAmountKRW", "002"],
    ]


BOWL = "Stoneware bowl, glazed"


@pytest.mark.parametrize(
    ("terms", "named"),
    [
        ("TotalPackageWeight=1.4>1.40\nTotalRan=2>2", "정정할 내용이 없습니다"),
        ("ExportDeclarationNo=>6N90426000002X", "정정할 수 없는 항목"),
        ("ApplicationId=6N904>6N905", "정정할 수 없는 항목"),
        ("ApplicationCompanyName=>Another", "정정할 수 없는 항목"),
        ("A608=>20260501", "정정할 수 없는 항목"),
        ("TotalPackageWeight=1.5>1.9", "정정전 내용"),
        ("please make it heavier", "형식"),
        ("A501=>Ana 3", "[BuyerPartyEngName]"),
        ("A401=>", "[MakerName]"),
        ("TotalPackageWeight=>0.1", "[TotalPackageWeight]"),
        ("PaymentAmount=>70.00", "[PaymentAmount]"),
        ("TotalRan=>3", "[TotalRan]"),
        (f"001=>6912001000|KR|0.6|2|17.90|1|NO|{BOWL}", "[RanList[001].DeclAmount1]"),
        (f"001=>6912|KR|0.6|2|17.90|1|NO|{BOWL}", "[RanList[001].HSCode]"),
        ("001=>6912001000|KR|0.6", "[AmendRequestTerms]"),
        (f"001=>6912001000|KR|0.6|2|17.90|1|NO|{BOWL}|more", "[AmendRequestTerms]"),
        ("001.Component=>", "정정할 내용이 없습니다"),
        ("001.Component=Wood>Clay", "정정전 내용"),
        ("003.Component=>Clay", "[AmendRequestTerms]"),
        ("001.Component=>도자기", "[RanList[001].Component]"),
        ("001.HSCode=>6912009000", "정정할 수 없는 항목"),
        ("RefundCode=>1", "[RefundCode]"),
        ("CustomsTaxRefundRequest=>AD", "[CustomsTaxRefundRequest]"),
        ("CustomsTaxRefundRequest=NO>", "[CustomsTaxRefundRequest]"),
        ("ExportPartyTypeCode=>A", "[ExportPartyTypeCode]"),
    ],
)
async def test_an_amendment_that_cannot_be_is_refused_and_changes_nothing(
    caller: httpx.AsyncClient, clock: HeldClock, terms: str, named: str
) -> None:
    number = await accepted(caller, clock)
    assert named in await refusal(caller, amend(number, terms), "amend")
    assert (await status(caller, kind="5AS"))["ErrorDescription"] == "요청건이 없음"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"OrderNo": "6KRMLC44000000018-1"}, "[ExportDeclarationNo]"),
        ({"ExportDeclarationNo": "6N90426000009X"}, "[ExportDeclarationNo]"),
        ({"ExportPartyDeclarationId": "6N905"}, "[ExportPartyDeclarationId]"),
        ({"ExportPartyDeclarationId": ""}, "[ExportPartyDeclarationId]"),
        ({"AmendRequestTerms": ""}, "[AmendRequestTerms]"),
    ],
)
async def test_an_amendment_of_another_declaration_or_by_another_declarant_is_refused(
    caller: httpx.AsyncClient, clock: HeldClock, changes: Document, named: str
) -> None:
    number = await accepted(caller, clock)
    assert named in await refusal(caller, amend(number, "TotalPackageWeight=>1.9", **changes), "amend")


async def test_only_an_accepted_declaration_is_amended(caller: httpx.AsyncClient, clock: HeldClock) -> None:
    asked = amend("6N90426000001X", "TotalPackageWeight=>1.9")
    await send(caller, "declaration", declaration())
    clock.advance(timedelta(minutes=3))
    assert "[ExportDeclarationNo]" in await refusal(caller, asked, "amend")
    clock.advance(timedelta(minutes=20))
    await send(caller, "amend", change("B", "6N90426000001X"))
    clock.advance(timedelta(minutes=31))
    withdrawn = await result(caller, "amend", asked)
    assert "[ExportDeclarationNo]" in withdrawn["ErrorDescription"]
    assert [row["detail"]["kind"] for row in await amendments(caller)] == ["B"]


async def test_a_declaration_that_ended_in_an_error_notice_is_not_amended(
    caller: httpx.AsyncClient, clock: HeldClock
) -> None:
    wrong = line("001", "9999999999", "60.30", won("60.30", export_rate()), "Thing", "1", "60.30")
    total = {"TotalRan": "1", "TotalDeclAmountKRW": wrong["DeclAmount1"]}
    await send(caller, "declaration", declaration(RanList=[wrong], **total))
    clock.advance(timedelta(hours=1))
    assert (await status(caller))["Status"] == "01"
    asked = amend("6N90426000001X", "TotalPackageWeight=>1.9")
    assert "[ExportDeclarationNo]" in await refusal(caller, asked, "amend")


async def test_a_second_request_waits_for_the_decision_of_the_first(
    caller: httpx.AsyncClient, clock: HeldClock
) -> None:
    number = await accepted(caller, clock)
    await send(caller, "amend", amend(number, "TotalPackageWeight=>1.9"))
    for another in (amend(number, "TotalPackageWeight=>2.0"), change("B", number)):
        assert "먼저 수신된" in (await result(caller, "amend", another))["ErrorDescription"]
    clock.advance(timedelta(minutes=31))
    assert (await send(caller, "amend", amend(number, "TotalPackageWeight=1.9>2.0")))["ErrorCount"] == 0
    assert len(await amendments(caller)) == 2


async def test_customs_refuses_an_unknown_tariff_code_and_the_declaration_stands(
    caller: httpx.AsyncClient, clock: HeldClock, stage: Stage
) -> None:
    number = await accepted(caller, clock)
    used = won("35.80", export_rate())
    terms = f"001=>9999999999|KR|0.6|2|17.90|{used}|NO|{BOWL}\nTotalPackageWeight=>1.9"
    assert (await send(caller, "amend", amend(number, terms)))["ErrorCount"] == 0
    clock.advance(timedelta(minutes=31))
    decided = await status(caller, kind="5AS")
    assert (decided["Status"], decided["ErrorDescription"]) == ("01", "란 001: 세번부호가 존재하지 않습니다.")
    assert cargo.cargo_of(stage.connection(), number).weight_kg == "1.4"
    assert (await send(caller, "amend", amend(number, "TotalPackageWeight=1.4>1.9")))["ErrorCount"] == 0


async def test_customs_refuses_a_new_price_after_sixty_days_but_not_a_new_weight(
    caller: httpx.AsyncClient, clock: HeldClock, stage: Stage
) -> None:
    """The goods have left: those that had not would have lost their acceptance by then."""
    number = await accepted(caller, clock)
    await depart(stage, number)
    clock.advance(timedelta(days=61))
    first = won("35.80", export_rate())
    fewer = f"TotalRan=2>1\nPaymentAmount=>35.80\nTotalDeclAmountKRW=>{first}"
    await send(caller, "amend", amend(number, fewer))
    clock.advance(timedelta(minutes=31))
    assert "60일" in (await status(caller, kind="5AS"))["ErrorDescription"]
    await send(caller, "amend", amend(number, "TotalPackageWeight=>1.9"))
    clock.advance(timedelta(minutes=31))
    assert (await status(caller, kind="5AS"))["Status"] == "05"


async def test_an_amendment_whose_reply_was_lost_shows_in_the_status(
    caller: httpx.AsyncClient, clock: HeldClock
) -> None:
    number = await accepted(caller, clock)
    fault = {"counterparty": "ktnet", "operation": "amend", "kind": "lose_reply", "times": 1, "match": ORDER}
    await caller.post("/_stage/faults", json=fault)
    with pytest.raises(httpx.RemoteProtocolError):
        await send(caller, "amend", amend(number, "TotalPackageWeight=>1.9"))
    assert (await status(caller, kind="5AS"))["AmendReason"] == "[V2] weighed again"
    assert len(await amendments(caller)) == 1


async def test_an_extension_moves_the_loading_deadline(
    caller: httpx.AsyncClient, clock: HeldClock, stage: Stage
) -> None:
    number = await accepted(caller, clock)
    find = "SELECT load_before FROM declarations WHERE number = ?"
    assert stage.connection().execute(find, (number,)).fetchone()[0].startswith("2026-04-01T14:59:59")
    asked = change("C", number, AmendRequestTerms="A608=20260401>20260501")
    assert (await send(caller, "amend", asked))["ErrorCount"] == 0
    clock.advance(timedelta(minutes=31))
    assert (await status(caller, kind="5AS"))["Status"] == "05"
    assert stage.connection().execute(find, (number,)).fetchone()[0].startswith("2026-05-01T14:59:59")


async def test_an_extension_after_the_deadline_is_refused_by_customs(
    caller: httpx.AsyncClient, clock: HeldClock
) -> None:
    number = await accepted(caller, clock)
    clock.advance(timedelta(days=31))
    await send(caller, "amend", change("C", number, AmendRequestTerms="A608=20260401>20260501"))
    clock.advance(timedelta(minutes=31))
    decided = await status(caller, kind="5AS")
    assert decided["Status"] == "01"
    assert decided["ErrorDescription"]


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (b'{"DocCount": 1, "DocList": [{}]}', {}, 401),
        (b'{"DocCount": 1, "DocList": [{}]}', {"X-API-Key": "another"}, 401),
        (b"not json", KEY, 400),
        (b'{"DocCount": 2, "DocList": [{}]}', KEY, 400),
        (b'{"DocCount": 0, "DocList": []}', KEY, 400),
    ],
)
async def test_a_broken_call_is_refused_as_a_whole(
    caller: httpx.AsyncClient, body: bytes, headers: dict[str, str], expected: int
) -> None:
    answer = await caller.post("/ktnet/api/export/declaration.do", content=body, headers=headers)
    assert answer.status_code == expected


async def test_a_thousand_documents_in_one_call_are_too_many(caller: httpx.AsyncClient) -> None:
    body = {"DocCount": 1000, "DocList": [{}] * 1000}
    answer = await caller.post("/ktnet/api/export/status.do", json=body, headers=KEY)
    assert answer.status_code == 400


async def test_the_quota_is_ten_thousand_calls_a_day_in_korea(
    caller: httpx.AsyncClient, clock: HeldClock, stage: Stage
) -> None:
    stage.connection().execute("INSERT INTO ktnet_calls (day, count) VALUES ('2026-03-02', 10000)")
    body = {"DocCount": 1, "DocList": [{"MallId": "a", "OrderNo": "b", "DocumentTypeCode": "830"}]}
    answer = await caller.post("/ktnet/api/export/status.do", json=body, headers=KEY)
    assert answer.status_code == 429
    clock.advance(timedelta(hours=12))  # midnight in Seoul
    answer = await caller.post("/ktnet/api/export/status.do", json=body, headers=KEY)
    assert answer.status_code == 200


async def test_a_lost_reply_has_acted_and_the_status_tells(caller: httpx.AsyncClient) -> None:
    fault = {"counterparty": "ktnet", "operation": "declare", "kind": "lose_reply", "times": 1, "match": ORDER}
    assert (await caller.post("/_stage/faults", json=fault)).status_code == 201
    with pytest.raises(httpx.RemoteProtocolError):
        await send(caller, "declaration", declaration())
    assert (await status(caller))["ExpDeclNo"] == "6N90426000001X"


async def test_the_refuse_fault_is_a_business_error_and_does_nothing(caller: httpx.AsyncClient) -> None:
    fault = {"counterparty": "ktnet", "operation": "declare", "kind": "refuse", "times": 1}
    await caller.post("/_stage/faults", json=fault)
    assert await refusal(caller, declaration())
    assert (await status(caller))["ExpDeclNo"] == ""


async def test_the_books_survive_the_process(tmp_path: Path, clock: HeldClock) -> None:
    for attempt in range(2):
        stage = Stage(tmp_path, clock)
        transport = httpx.ASGITransport(create_app(stage, ["ktnet"]))
        async with httpx.AsyncClient(transport=transport, base_url="http://simulators") as caller:
            if attempt == 0:
                await send(caller, "declaration", declaration())
                clock.advance(timedelta(hours=1))
            else:
                assert (await status(caller))["Status"] == "03"
        stage.close()


def test_a_rate_week_begins_on_sunday_in_korea() -> None:
    monday = NOON.date()
    assert week_start(monday).isoformat() == "2026-03-01"
    assert week_start(monday - timedelta(days=1)) == week_start(monday)
    assert week_start(monday - timedelta(days=2)).isoformat() == "2026-02-22"


async def test_loaded_goods_are_told_as_fulfilment_and_cannot_be_withdrawn(
    caller: httpx.AsyncClient, clock: HeldClock, stage: Stage
) -> None:
    number = await accepted(caller, clock)
    await depart(stage, number)
    assert (await status(caller))["Fulfillment"] == [{"BLNo": "4213370015", "DepartureDate": "20260302"}]
    assert (await send(caller, "amend", change("B", number)))["ErrorCount"] == 0
    clock.advance(timedelta(minutes=31))
    decided = await status(caller, kind="5AS")
    assert decided["Status"] == "01"
    assert decided["ErrorDescription"]
    state = stage.connection().execute("SELECT state, loaded_at FROM declarations").fetchone()
    assert (state["state"], bool(state["loaded_at"])) == ("loaded", True)

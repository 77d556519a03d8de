"""The simulated KTNET refuses by the figures of the paper (korea-export.md), typed from it and not read from any code."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.simulators.ktnet_office import Document, accepted, change, declaration, line, refusal, send, status, won
from tradelane.simulators.app import create_app
from tradelane.simulators.clock import HeldClock
from tradelane.simulators.ktnet import books, fields, rules
from tradelane.simulators.loading_deadline import latest_extension
from tradelane.simulators.stage import Stage

NOON = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock(NOON)


@pytest.fixture
def stage(tmp_path: Path, clock: HeldClock) -> Iterator[Stage]:
    opened = Stage(tmp_path, clock)
    yield opened
    opened.close()


@pytest.fixture
async def caller(stage: Stage) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(stage, ["ktnet"]))
    async with httpx.AsyncClient(transport=transport, base_url="http://simulators") as client:
        yield client


# --- section 5.1: lengths ------------------------------------------------------------------------------------------------

TEXTS = {
    "SellerPartyId": 35,
    "OrderNo": 50,
    "ApplicationCompanyName": 50,
    "ApplicationId": 5,
    "ApplicationPartyCeoName": 12,
    "AgencyCompanyName": 28,
    "BuyerPartyEngName": 60,
    "BuyerPartyId": 13,
    "DeclarationDate": 8,
    "DeclarationType": 1,
    "TransactionType": 3,
    "ExportType": 1,
    "PaymentTypeCode": 2,
    "DestinationCountryCode": 2,
    "LoadingLocPortCode": 5,
    "TransportMeansCode": 2,
    "TransportCaseCode": 3,
    "GoodsLocZipCode": 5,
    "GoodsLocAddress": 70,
    "GoodsUsedCode": 1,
    "RefundCode": 1,
    "CustomsTaxRefundRequest": 2,
    "CustomsCode": 3,
    "ManufactureLocCode": 3,
    "MakerName": 28,
    "MakerCustomsId": 15,
    "MakerZipCode": 5,
    "DeliveryTermsCode": 3,
    "PaymentCurrencyCode": 3,
    "CarrierCompanyId": 4,
    "CarrierName": 35,
    "FinalTransportPlaceCode": 8,
    "EstimatedDepartureDate": 8,
}
"""korea-export.md, section 5.1, "Create" and "Send": name and size."""

LINE_TEXTS = {
    "RanNo": 3,
    "HSCode": 10,
    "HSGoodsDesc": 50,
    "GoodsDesc": 50,
    "InvoiceNo": 17,
    "BrandName": 30,
    "PackageUnitCode": 2,
    "OriginCountryCode": 2,
}
ITEM_TEXTS = {"ItemNo": 2, "ItemCode": 50, "GoodsName": 300, "Component": 70}

NUMBERS = {
    "TotalPackageQuantity": (6, 0),
    "TotalPackageWeight": (16, 3),
    "PaymentAmount": (15, 2),
    "FreightAmount": (12, 0),
    "InsuranceAmount": (12, 0),
    "TotalDeclAmountKRW": (15, 0),
    "TotalDeclAmountUSD": (12, 0),
    "USDExchangeRate": (9, 4),
    "PaymentExchangeRate": (9, 4),
    "TotalRan": (3, 0),
}
LINE_NUMBERS = {"DeclAmount1": (18, 0), "NetWeight": (16, 3), "Quantity": (10, 0), "PackageQuantity": (10, 0)}
ITEM_NUMBERS = {"ItemQuantity": (14, 4), "UnitPrice": (18, 6), "Amount": (16, 4)}


def placed(name: str, value: str, level: str) -> Document:
    """A right document with one value of it replaced."""
    document = declaration()
    row: dict[str, Any] = document
    if level != "document":
        row = document["RanList"][0]
    if level == "item":
        row = row["ItemList"][0]
    row[name] = value
    return document


LEVELS = [("document", TEXTS, NUMBERS), ("line", LINE_TEXTS, LINE_NUMBERS), ("item", ITEM_TEXTS, ITEM_NUMBERS)]


@pytest.mark.parametrize(
    ("level", "name", "size"), [(level, name, size) for level, texts, _ in LEVELS for name, size in texts.items()]
)
async def test_a_text_one_byte_longer_than_its_field_is_refused_by_name(
    caller: httpx.AsyncClient, level: str, name: str, size: int
) -> None:
    assert name in await refusal(caller, placed(name, "A" * (size + 1), level))


@pytest.mark.parametrize(
    ("level", "name", "size"),
    [
        (level, name, size)
        for level, texts, _ in LEVELS
        for name, size in texts.items()
        if name
        in {"OrderNo", "SellerPartyId", "ItemCode", "InvoiceNo", "GoodsName", "BuyerPartyEngName", "CarrierName"}
    ],
)
async def test_a_text_as_long_as_its_field_is_taken(
    caller: httpx.AsyncClient, level: str, name: str, size: int
) -> None:
    assert (await send(caller, "declaration", placed(name, "A" * size, level)))["ErrorCount"] == 0


@pytest.mark.parametrize(
    ("level", "name", "size"),
    [(level, name, size) for level, _, numbers in LEVELS for name, size in numbers.items()],
)
async def test_a_number_beyond_its_digits_or_decimals_is_refused_by_name(
    caller: httpx.AsyncClient, level: str, name: str, size: tuple[int, int]
) -> None:
    digits, decimals = size
    wide, fine = "1" + "0" * (digits - decimals), "1." + "0" * decimals + "1"
    for value in (wide, fine):
        complaint = await refusal(caller, placed(name, value, level))
        assert f"{name}]" in complaint and f"({digits},{decimals})" in complaint


@pytest.mark.parametrize(("box", "letters"), [("AgencyCompanyName", 14), ("ApplicationPartyCeoName", 6)])
async def test_boxes_are_counted_in_euc_kr_bytes(caller: httpx.AsyncClient, box: str, letters: int) -> None:
    """Trap 8: a company name of 28 bytes holds 14 Hangul."""
    assert (await send(caller, "declaration", declaration() | {box: "가" * letters}))["ErrorCount"] == 0
    again = declaration(OrderNo="6KRMLC44000000018-1") | {box: "가" * (letters + 1)}
    assert box in (await send(caller, "declaration", again))["ResultList"][0]["ErrorDescription"]


def test_the_quotas_are_those_of_the_guide() -> None:
    """Section 5.1: 300,000 documents a month, 10,000 calls a day, 999 documents a call."""
    from tradelane.simulators.ktnet import app

    assert (app.DOCUMENTS_A_MONTH, app.CALLS_A_DAY, app.DOCUMENTS_A_CALL) == (300_000, 10_000, 999)


# --- sections 1.2 and 1.7: the cap ---------------------------------------------------------------------------------------


def at(amount: str, used: str, kind: str = "15") -> Document:
    """One projector at a price and a rate."""
    krw = won(amount, Decimal(used))
    row = line("001", "8528622000", amount, krw, "Projector", "1", amount)
    return declaration(
        TransactionType=kind,
        PaymentAmount=amount,
        PaymentExchangeRate=used,
        TotalDeclAmountKRW=krw,
        TotalRan="1",
        RanList=[row],
    )


@pytest.mark.parametrize(
    ("amount", "used", "taken"),
    [
        ("3200.00", "1250.00", True),  # 4,000,000 won
        ("3200.00", "1250.0001", True),  # 4,000,000.32 rounds to the cap
        ("3200.00", "1250.0002", False),  # 4,000,000.64 rounds to one won above it
        ("3200.01", "1250.00", False),  # 4,000,012.5
    ],
)
async def test_the_rounded_amount_may_be_the_cap_and_not_a_won_more(
    caller: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, amount: str, used: str, *, taken: bool
) -> None:
    """KTNET's own check: round(rate x PaymentAmount) > cap is refused; 4,000,000 won since 2024-08-01."""
    monkeypatch.setattr(rules, "rate", lambda *_: Decimal(used))
    assert ((await send(caller, "declaration", at(amount, used)))["ErrorCount"] == 0) is taken
    formal = at(amount, used, "11") | {"OrderNo": "6KRMLC44000000018-1"}
    assert (await send(caller, "declaration", formal))["ErrorCount"] == 0


# --- sections 1.3, 1.6, 1.7: values --------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["CD", "DA", "DP", "GN", "GO", "LH", "LS", "LU", "PT", "TT", "OA"])
async def test_every_way_of_payment_of_the_paper_is_taken(caller: httpx.AsyncClient, code: str) -> None:
    assert (await send(caller, "declaration", declaration(PaymentTypeCode=code)))["ErrorCount"] == 0


BOTH = ["CIF", "CIP", "DAF", "DDP", "DDU", "DEQ", "DES", "DAT", "DAP"]


@pytest.mark.parametrize("terms", BOTH)
@pytest.mark.parametrize("charges", [{}, {"FreightAmount": "9000"}, {"InsuranceAmount": "300"}])
async def test_terms_that_hold_both_charges_need_both(
    caller: httpx.AsyncClient, terms: str, charges: dict[str, str]
) -> None:
    assert "[DeliveryTermsCode]" in await refusal(caller, declaration() | {"DeliveryTermsCode": terms, **charges})


@pytest.mark.parametrize(
    ("terms", "charges"),
    [
        ("CIN", {}),
        ("CIN", {"FreightAmount": "9000"}),
        ("CIN", {"FreightAmount": "9000", "InsuranceAmount": "300"}),
        ("CFR", {}),
        ("CPT", {"InsuranceAmount": "300"}),
        ("CFR", {"FreightAmount": "9000", "InsuranceAmount": "300"}),
    ],
)
async def test_terms_that_hold_one_charge_need_that_one_alone(
    caller: httpx.AsyncClient, terms: str, charges: dict[str, str]
) -> None:
    assert "[DeliveryTermsCode]" in await refusal(caller, declaration() | {"DeliveryTermsCode": terms, **charges})


@pytest.mark.parametrize(
    ("terms", "taken"), [("EXW", True), ("FOB", True), ("FAS", True), ("XXX", False), ("fob", False)]
)
async def test_terms_that_nobody_knows_are_refused(caller: httpx.AsyncClient, terms: str, *, taken: bool) -> None:
    assert ((await send(caller, "declaration", declaration(DeliveryTermsCode=terms)))["ErrorCount"] == 0) is taken


@pytest.mark.parametrize("name", ["미상", "제조미상"])
async def test_nobody_gets_drawback_on_goods_of_a_maker_named_as_unknown(caller: httpx.AsyncClient, name: str) -> None:
    """Section 1.3: an unknown maker is named 미상 or 제조미상, whatever code stands beside it."""
    claim = {"MakerName": name, "MakerCustomsId": "흙공장**9261037", "RefundCode": "2", "CustomsTaxRefundRequest": "AD"}
    assert "[RefundCode]" in await refusal(caller, declaration() | claim)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TransportCaseCode", "AIR"),
        ("BuyerPartyId", "1KBOARAM0001A"),
        ("DeclarationType", "B"),
        ("TransactionType", "16"),
        ("LoadingLocPortType", "4"),
        ("ExportPartyTypeCode", "E"),
        ("RefundCode", "3"),
        ("CustomsTaxRefundRequest", "XX"),
        ("ExportPartyCustomsId", "옹기**9264044"),
        ("ExportPartyCustomsId", "옹기마을926404"),
        ("ExportPartyCustomsId", "ABCD9264044"),
    ],
)
async def test_a_value_that_is_none_of_its_field_is_refused(caller: httpx.AsyncClient, name: str, value: str) -> None:
    assert (await refusal(caller, declaration() | {name: value})).startswith(f"[{name}]")


@pytest.mark.parametrize("code", ["옹기****9264044", "옹기마**9264044", "옹기마을926404A"])
def test_a_customs_clearance_code_is_padded_to_eight_bytes_and_has_seven_more(code: str) -> None:
    [field] = [one for one in fields.DECLARATION if one.name == "ExportPartyCustomsId"]
    field.check(code, field.name)
    assert len(code.encode("euc-kr")) == 15


# --- section 2: periods --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted_on", "last"),
    [
        (date(2026, 3, 2), date(2027, 3, 2)),
        (date(2027, 11, 24), date(2028, 11, 24)),  # 29 February 2028 lies between: 366 days
        (date(2028, 2, 29), date(2029, 2, 28)),
    ],
)
def test_customs_extends_up_to_one_year_of_the_calendar(accepted_on: date, last: date) -> None:
    assert latest_extension(datetime(accepted_on.year, accepted_on.month, accepted_on.day, 3, 0, tzinfo=UTC)) == last


def test_the_year_counts_from_the_korean_day_of_acceptance() -> None:
    assert latest_extension(datetime(2026, 3, 1, 15, 0, tzinfo=UTC)) == date(2027, 3, 2)
    assert latest_extension(datetime(2026, 3, 1, 14, 59, tzinfo=UTC)) == date(2027, 3, 1)


# --- section 3: what frees a number --------------------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [0, 3, 21])
async def test_trap_22_nothing_but_an_error_notice_frees_a_number(
    caller: httpx.AsyncClient, clock: HeldClock, minutes: int
) -> None:
    """Without answer, received, accepted: refused each time."""
    assert (await send(caller, "declaration", declaration()))["ErrorCount"] == 0
    clock.advance(timedelta(minutes=minutes))
    again = (await send(caller, "declaration", declaration(clock.now())))["ResultList"][0]
    assert again["ErrorDescription"].startswith("[OrderNo] 이미 신고")


async def test_a_withdrawn_order_stays_declared(caller: httpx.AsyncClient, clock: HeldClock) -> None:
    number = await accepted(caller, clock)
    assert (await send(caller, "amend", change("B", number)))["ErrorCount"] == 0
    clock.advance(timedelta(minutes=31))
    assert (await status(caller, kind="5AS"))["Status"] == "05"
    again = (await send(caller, "declaration", declaration(clock.now())))["ResultList"][0]
    assert again["ErrorDescription"].startswith("[OrderNo] 이미 신고")


async def test_an_approval_number_is_declarant_year_serial_and_a_u(caller: httpx.AsyncClient, clock: HeldClock) -> None:
    """Section 1.3: declarant (5), year (2), serial (5), `U`."""
    number = await accepted(caller, clock)
    await send(caller, "amend", change("B", number))
    clock.advance(timedelta(minutes=31))
    approval = (await status(caller, kind="5AS"))["CancelApproveNo"]
    assert (len(approval), approval[:7], approval[-1]) == (13, "6N90426", "U") and approval[7:12].isdigit()


def test_an_acceptance_is_one_of_the_two_states_and_an_error_is_01() -> None:
    assert (books.ERROR, books.RECEIVED, books.ACCEPTED) == ("01", "02", "03")

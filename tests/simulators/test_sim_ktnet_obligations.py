"""The simulated KTNET after the filing: selections, later deadlines, cancelled acceptances, charges, makers, quotas."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
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
    refusal,
    result,
    send,
    status,
)
from tradelane.simulators import laws, loading_deadline
from tradelane.simulators.app import create_app
from tradelane.simulators.clock import HeldClock
from tradelane.simulators.rates import KST
from tradelane.simulators.stage import Stage
from tradelane.simulators.world import Scenario, add_scenario


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
    transport = httpx.ASGITransport(create_app(stage, ["ktnet"]))
    async with httpx.AsyncClient(transport=transport, base_url="http://simulators") as client:
        yield client


# --- closer looks ----------------------------------------------------------------------------------------------------


async def chosen(caller: httpx.AsyncClient, clock: HeldClock, kind: str) -> Document:
    """Files a declaration that customs looks closer at, and gives the status an hour later."""
    fault = {"counterparty": "ktnet", "operation": "declare", "kind": kind, "times": 1, "match": ORDER}
    assert (await caller.post("/_stage/faults", json=fault)).status_code == 201
    assert (await send(caller, "declaration", declaration(clock.now())))["ErrorCount"] == 0
    clock.advance(timedelta(hours=1))
    return await status(caller)


@pytest.mark.parametrize(
    ("kind", "seen", "remark", "hours"),
    [
        ("select_documents", "07", "//21//서류심사 대상", 4),
        ("select_inspection", "08", "//31//현품검사 대상", 26),
    ],
)
async def test_a_selected_declaration_is_told_as_such_and_accepted_later(
    caller: httpx.AsyncClient, clock: HeldClock, kind: str, seen: str, remark: str, hours: int
) -> None:
    now = await chosen(caller, clock, kind)
    assert now["Status"] == seen
    assert now["Remark"].startswith("GOVCBRR73//20260302120000") and now["Remark"].endswith(remark)
    clock.advance(timedelta(hours=hours))
    then = await status(caller)
    assert (then["Status"], then["Remark"]) == ("03", "")
    accepted_at = datetime(2026, 3, 2, 12, tzinfo=KST) + timedelta(hours=hours)
    assert then["ConfirmDateTime"] == accepted_at.strftime("%Y%m%d%H%M%S")


async def test_the_stage_ends_a_look_and_the_deadline_counts_from_then(
    caller: httpx.AsyncClient, clock: HeldClock, stage: Stage
) -> None:
    await chosen(caller, clock, "select_inspection")
    answer = await caller.post("/_stage/ktnet/decide", json={"order_no": ORDER, "accept": True})
    assert answer.json() == {"decided": ORDER, "accepted": True}
    now = await status(caller)
    assert (now["Status"], now["ConfirmDateTime"]) == ("03", "20260302130000")
    row = stage.connection().execute("SELECT load_before FROM declarations").fetchone()
    assert row["load_before"].startswith("2026-04-01T14:59:59")
    assert (await caller.post("/_stage/ktnet/decide", json={"order_no": ORDER})).status_code == 404


async def test_a_look_may_end_in_an_error_notice_which_frees_the_order(
    caller: httpx.AsyncClient, clock: HeldClock, stage: Stage
) -> None:
    await chosen(caller, clock, "select_documents")
    told = {"order_no": ORDER, "accept": False, "reason": "송품장을 보완하십시오."}
    await caller.post("/_stage/ktnet/decide", json=told)
    now = await status(caller)
    assert (now["Status"], now["ErrorDescription"]) == ("01", "송품장을 보완하십시오.")
    assert stage.connection().execute("SELECT count(*) FROM declarations").fetchone()[0] == 0
    assert (await send(caller, "declaration", declaration(clock.now())))["ErrorCount"] == 0


@pytest.mark.parametrize("body", [{}, [], {"order_no": "6KRMLC44000000099-1"}])
async def test_the_stage_ends_no_look_that_is_not_there(caller: httpx.AsyncClient, body: object) -> None:
    assert (await caller.post("/_stage/ktnet/decide", json=body)).status_code in (404, 422)


async def test_the_fate_of_a_sale_can_be_a_selection(caller: httpx.AsyncClient, clock: HeldClock, stage: Stage) -> None:
    add_scenario(stage.connection(), Scenario("2000000000000017", "44000000017", "selected_documents", "delivered"))
    await send(caller, "declaration", declaration())
    clock.advance(timedelta(hours=1))
    assert (await status(caller))["Status"] == "07"


# --- later deadlines and cancelled acceptances -----------------------------------------------------------------------


async def asked(caller: httpx.AsyncClient, clock: HeldClock, number: str, terms: str) -> Document:
    """Asks for a later deadline and gives the decision."""
    assert (await send(caller, "amend", change("C", number, AmendRequestTerms=terms)))["ErrorCount"] == 0
    clock.advance(timedelta(minutes=31))
    return await status(caller, kind="5AS")


@pytest.mark.parametrize(
    "terms", ["", "20260501", "A608=>20260501", "A608=20260402>20260501", "A608=20260401>20260231", "later, please"]
)
async def test_an_extension_that_does_not_say_from_where_to_where_is_not_taken(
    caller: httpx.AsyncClient, clock: HeldClock, terms: str
) -> None:
    number = await accepted(caller, clock)
    complaint = await refusal(caller, change("C", number, AmendRequestTerms=terms), "amend")
    assert complaint.startswith("[AmendRequestTerms]")


@pytest.mark.parametrize(
    ("until", "granted"), [("20260402", True), ("20260401", False), ("20270302", True), ("20270303", False)]
)
async def test_customs_extends_to_a_later_day_within_a_year_of_the_acceptance(
    caller: httpx.AsyncClient, clock: HeldClock, until: str, *, granted: bool
) -> None:
    """korea-export, section 2: granted within one year of acceptance; accepted here on 2 March 2026."""
    number = await accepted(caller, clock)
    decided = await asked(caller, clock, number, f"A608=20260401>{until}")
    assert decided["Status"] == ("05" if granted else "01")


async def test_an_extension_sent_twice_moves_the_deadline_once(
    caller: httpx.AsyncClient, clock: HeldClock, stage: Stage
) -> None:
    number = await accepted(caller, clock)
    terms = "A608=20260401>20260501"
    assert (await asked(caller, clock, number, terms))["Status"] == "05"
    again = await result(caller, "amend", change("C", number, AmendRequestTerms=terms))
    assert "정정전 내용" in again["ErrorDescription"]
    [row] = [row for row in (await caller.get("/_stage/ledger")).json()["rows"] if row["operation"] == "amend"]
    assert row["detail"]["kind"] == "C"
    deadline = stage.connection().execute("SELECT load_before FROM declarations").fetchone()["load_before"]
    assert deadline.startswith("2026-05-01T14:59:59")


async def test_goods_that_have_left_need_no_later_deadline(
    caller: httpx.AsyncClient, clock: HeldClock, stage: Stage
) -> None:
    number = await accepted(caller, clock)
    await depart(stage, number)
    decided = await asked(caller, clock, number, "A608=20260401>20260501")
    assert (decided["Status"], "적재가 완료된" in decided["ErrorDescription"]) == ("01", True)


@pytest.mark.parametrize(
    ("accepted_on", "last"),
    [
        (date(2026, 3, 2), date(2026, 4, 1)),  # a Wednesday
        (date(2026, 2, 26), date(2026, 3, 30)),  # the 30th day is a Saturday
        (date(2026, 4, 1), date(2026, 5, 4)),  # 1 May, then a weekend
        (date(2026, 1, 17), date(2026, 2, 19)),  # the holidays of the lunar new year, 16 to 18 February
    ],
)
def test_the_last_day_for_loading_rolls_past_days_off(accepted_on: date, last: date) -> None:
    noon = datetime(accepted_on.year, accepted_on.month, accepted_on.day, 12, tzinfo=KST)
    assert loading_deadline.last_day(noon) == last


def test_the_thirty_days_count_from_the_korean_day_of_acceptance() -> None:
    """16:00 in UTC on 1 March is 01:00 of the next day in Seoul."""
    assert loading_deadline.last_day(datetime(2026, 3, 1, 16, tzinfo=UTC)) == date(2026, 4, 1)


async def test_an_acceptance_whose_goods_never_left_is_cancelled_fourteen_days_after_the_deadline(
    caller: httpx.AsyncClient, clock: HeldClock, stage: Stage
) -> None:
    number = await accepted(caller, clock)
    clock.advance(datetime(2026, 4, 15, 14, 59, tzinfo=UTC) - clock.now())  # one minute before the 14 days are over
    assert loading_deadline.settle(stage.connection(), number, clock.now()) == "accepted"
    clock.advance(timedelta(minutes=2))
    assert loading_deadline.settle(stage.connection(), number, clock.now()) == "cancelled"
    assert "[ExportDeclarationNo]" in await refusal(caller, change("B", number), "amend")
    assert (await status(caller))["Status"] == "03", "no status of KTNET is known for it"


async def test_a_loading_after_the_cancellation_saves_nothing_and_one_before_it_does(
    caller: httpx.AsyncClient, clock: HeldClock, stage: Stage
) -> None:
    """Nobody looked meanwhile: the order of events decides, not the moment somebody asks."""
    other = "6KRMLC44000000018-1"
    late, early = await accepted(caller, clock), await accepted(caller, clock, OrderNo=other)
    clock.advance(timedelta(days=40))
    await depart(stage, early, "4213370015")
    clock.advance(timedelta(days=20))
    await depart(stage, late, "4213370026")
    clock.advance(timedelta(hours=1))
    db, now = stage.connection(), clock.now()
    loading_deadline.settle_all(db, now)
    assert [loading_deadline.settle(db, number, now) for number in (late, early)] == ["cancelled", "loaded"]


async def test_an_extension_and_a_withdrawal_keep_an_acceptance_from_being_cancelled(
    caller: httpx.AsyncClient, clock: HeldClock, stage: Stage
) -> None:
    other = "6KRMLC44000000018-1"
    extended, withdrawn = await accepted(caller, clock), await accepted(caller, clock, OrderNo=other)
    await asked(caller, clock, extended, "A608=20260401>20260601")
    await send(caller, "amend", change("B", withdrawn, OrderNo=other))
    clock.advance(timedelta(days=60))
    states = [loading_deadline.settle(stage.connection(), one, clock.now()) for one in (extended, withdrawn)]
    assert states == ["accepted", "withdrawn"]


async def test_trap_21_some_packages_gone_keep_no_acceptance_and_are_no_fulfilment(
    caller: httpx.AsyncClient, clock: HeldClock, stage: Stage
) -> None:
    """korea-export, traps 17 and 21: loaded packages may be fewer than cleared ones, and then nothing is settled."""
    other = "6KRMLC44000000018-1"
    half = await accepted(caller, clock, TotalPackageQuantity="2")
    whole = await accepted(caller, clock, TotalPackageQuantity="2", OrderNo=other)
    for number, waybill in ((half, "4213370015"), (whole, "4213370026")):
        await depart(stage, number, waybill)
    clock.advance(timedelta(hours=2))
    await depart(stage, whole, "4213370037")
    first, second = await status(caller), await status(caller, other)
    assert first["Fulfillment"] == []
    assert [row["BLNo"] for row in second["Fulfillment"]] == ["4213370026", "4213370037"]
    clock.advance(timedelta(days=60))
    db, now = stage.connection(), clock.now()
    assert [loading_deadline.settle(db, number, now) for number in (half, whole)] == ["cancelled", "loaded"]
    loaded_at = db.execute("SELECT loaded_at FROM declarations WHERE number = ?", (whole,)).fetchone()["loaded_at"]
    assert loaded_at.startswith("2026-03-02T05:"), "the last package, not the first"


async def test_a_later_deadline_may_be_asked_for_the_packages_that_are_still_here(
    caller: httpx.AsyncClient, clock: HeldClock, stage: Stage
) -> None:
    number = await accepted(caller, clock, TotalPackageQuantity="2")
    await depart(stage, number)
    assert (await asked(caller, clock, number, "A608=20260401>20260501"))["Status"] == "05"


# --- goods that the customs head confirms ----------------------------------------------------------------------------


def confirmed(moment: datetime = NOON, **changes: object) -> Document:
    """The second line is blood, which API029 lists for export."""
    document = declaration(moment, **changes)
    document["RanList"][1]["HSCode"] = "3002120000"
    return document


async def test_goods_that_api029_lists_for_export_are_no_simplified_declaration(
    caller: httpx.AsyncClient, clock: HeldClock
) -> None:
    """korea-export, sections 1.2 and 8: any hit of API029 with imexTp=1 excludes the simplified routes."""
    assert (await refusal(caller, confirmed())).startswith("[TransactionType]")
    formal = confirmed(TransactionType="11")
    assert (await result(caller, "declaration", formal))["ResultTypeCode"] == "SUCCESS"


async def test_goods_that_need_confirmation_for_import_alone_are_simplified(caller: httpx.AsyncClient) -> None:
    """Cosmetics: API029 lists them with imexTp=2 (korea-export, section 8)."""
    document = declaration()
    document["RanList"][1]["HSCode"] = "3304991000"
    assert (await send(caller, "declaration", document))["ErrorCount"] == 0


def test_a_law_counts_from_its_first_to_its_last_day() -> None:
    live = "9303200000"
    assert [laws.confirmed_for_export(live, date(*day)) for day in ((2009, 12, 31), (2010, 1, 1))] == [False, True]


async def test_an_amendment_makes_no_simplified_declaration_of_such_goods(
    caller: httpx.AsyncClient, clock: HeldClock
) -> None:
    number = await accepted(caller, clock)
    krw = declaration()["RanList"][1]["DeclAmount1"]
    terms = f"002=>3002120000|KR|0.6|1|24.50|{krw}|NO|Notebook, bound paper"
    asked_for = change("A", number, ExportPartyDeclarationId="6N904", AmendRequestTerms=terms)
    assert (await refusal(caller, asked_for, "amend")).startswith("[TransactionType]")


def test_what_was_never_declared_has_no_state(stage: Stage) -> None:
    assert loading_deadline.settle(stage.connection(), "6N90426000001X", NOON) == ""


# --- charges, makers, places -----------------------------------------------------------------------------------------


async def test_charges_are_taken_off_the_floored_lines(caller: httpx.AsyncClient) -> None:
    whole = int(declaration()["TotalDeclAmountKRW"])
    assert (await send(caller, "declaration", delivered("DAP", 21_000, 900)))["ErrorCount"] == 0
    untaken = declaration(DeliveryTermsCode="DAP", FreightAmount="21000", InsuranceAmount="900")
    other = untaken | {"OrderNo": "6KRMLC44000000018-1"}
    complaint = (await result(caller, "declaration", other))["ErrorDescription"]
    assert complaint.startswith("[DeclAmount1]") and f"[{whole - 21_900}]" in complaint


async def test_a_line_above_its_price_is_refused_although_the_sum_is_right(caller: httpx.AsyncClient) -> None:
    document = delivered("CPT", 21_000, 0)
    for line, shift in zip(document["RanList"], (1, -1), strict=True):
        line["DeclAmount1"] = str(int(line["DeclAmount1"]) + shift)
    assert "RanList[001].DeclAmount1" in await refusal(caller, document)


OWN = {"ExportPartyTypeCode": "A", "MakerName": "옹기마을공방", "MakerCustomsId": "옹기마을9264044"}
ANOTHER = {"ExportPartyTypeCode": "C", "MakerName": "흙공장", "MakerCustomsId": "흙공장**1991015"}


@pytest.mark.parametrize(
    ("maker", "named"),
    [
        (OWN | {"RefundCode": "1", "CustomsTaxRefundRequest": "AD"}, ""),
        (ANOTHER | {"RefundCode": "2", "CustomsTaxRefundRequest": "AD"}, ""),
        (ANOTHER | {"RefundCode": "1"}, ""),
        (OWN, "RefundCode"),
        (ANOTHER | {"CustomsTaxRefundRequest": "AD"}, "RefundCode"),
        (OWN | {"ExportPartyTypeCode": "C", "RefundCode": "1"}, "ExportPartyTypeCode"),
        (ANOTHER | {"MakerCustomsId": "제조미상9999000", "CustomsTaxRefundRequest": "AD"}, "CustomsTaxRefundRequest"),
        (ANOTHER | {"MakerCustomsId": "제조미상9999000", "RefundCode": "2"}, "RefundCode"),
    ],
)
async def test_kind_of_exporter_maker_and_drawback_agree(
    caller: httpx.AsyncClient, maker: dict[str, str], named: str
) -> None:
    if named:
        assert (await refusal(caller, declaration(**maker))).startswith(f"[{named}]")
    else:
        assert (await send(caller, "declaration", declaration(**maker)))["ErrorCount"] == 0


@pytest.mark.parametrize(
    ("code", "kind", "means", "taken"),
    [("KRICN", "3", "40", True), ("KRINC", "6", "10", True), ("KRINC", "3", "40", False), ("KRICN", "6", "10", False)],
)
async def test_trap_14_the_airport_and_the_sea_port_of_incheon_are_not_swapped(
    caller: httpx.AsyncClient, code: str, kind: str, means: str, *, taken: bool
) -> None:
    place = {"LoadingLocPortCode": code, "LoadingLocPortType": kind, "TransportMeansCode": means}
    assert ((await send(caller, "declaration", declaration(**place)))["ErrorCount"] == 0) is taken


# --- documents a month -----------------------------------------------------------------------------------------------


async def test_the_quota_is_three_hundred_thousand_documents_a_month_in_korea(
    caller: httpx.AsyncClient, clock: HeldClock, stage: Stage
) -> None:
    """Questions about a state are no documents that go on to customs."""
    stage.connection().execute("INSERT INTO ktnet_documents (month, count) VALUES ('2026-03', 299999)")
    assert (await send(caller, "declaration", declaration()))["ErrorCount"] == 0
    body = {"DocCount": 1, "DocList": [declaration(OrderNo="6KRMLC44000000018-1")]}
    answer = await caller.post("/ktnet/api/export/declaration.do", json=body, headers=KEY)
    assert answer.status_code == 429
    assert (await status(caller))["ExpDeclNo"], "asking is free"
    clock.advance(datetime(2026, 3, 31, 15, 1, tzinfo=UTC) - clock.now())  # 1 April in Seoul
    later = {"DocCount": 1, "DocList": [declaration(clock.now(), OrderNo="6KRMLC44000000018-1")]}
    answer = await caller.post("/ktnet/api/export/declaration.do", json=later, headers=KEY)
    assert answer.status_code == 200

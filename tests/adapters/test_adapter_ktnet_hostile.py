"""KTNET on a bad day: whatever comes back, no operation takes it for *done* or *not done* that does not say so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from tests.adapters import parcels
from tests.adapters.books import MemoryEffects, MemoryExporters
from tests.adapters.counterparty import Counterparty
from tests.adapters.ktnet_counter import open_counter
from tradelane.adapters.errors import Garbled, OutsideFailure, Refused, Unavailable
from tradelane.adapters.journal import Journal
from tradelane.adapters.ktnet import KtnetAccess, KtnetFiling
from tradelane.domain.export_declaration import Filing, FilingState
from tradelane.domain.holds import Fault
from tradelane.domain.outside import CannotTell, Done, NotDone

ORDER_NO = "6KRMLC45848383497-1"
ACCEPTED = Filing(
    order_no=ORDER_NO,
    state=FilingState.ACCEPTED,
    number=parcels.NUMBER,
    accepted_at=datetime(2026, 11, 24, 1, 30, tzinfo=UTC),
)
DEADLINE, UNTIL = date(2026, 12, 24), date(2027, 1, 22)
DECLARED = parcels.declaration()

Call = Callable[[KtnetFiling], Awaitable[Any]]

WRITES: dict[str, Call] = {
    "lodge": lambda channel: channel.lodge(DECLARED, parcels.TODAY),
    "withdraw": lambda channel: channel.withdraw(ACCEPTED, "haneul", "the buyer cancelled"),
    "amend": lambda channel: channel.amend(DECLARED, ACCEPTED, 3, "weighed again"),
    "extend": lambda channel: channel.extend(ACCEPTED, "haneul", DEADLINE, UNTIL, "no flight"),
}
LOOKS: dict[str, Call] = {
    "find": lambda channel: channel.find(DECLARED),
    "find_withdrawal": lambda channel: channel.find_withdrawal(ACCEPTED, "haneul"),
    "find_amendment": lambda channel: channel.find_amendment(DECLARED, ACCEPTED, 3),
    "find_extension": lambda channel: channel.find_extension(ACCEPTED, "haneul", UNTIL),
}
EVERY: dict[str, Call] = {**WRITES, **LOOKS, "status": lambda channel: channel.status(ORDER_NO, "haneul")}

each = pytest.mark.parametrize("call", [pytest.param(call, id=name) for name, call in EVERY.items()])
each_write = pytest.mark.parametrize("call", [pytest.param(call, id=name) for name, call in WRITES.items()])
each_look = pytest.mark.parametrize("call", [pytest.param(call, id=name) for name, call in LOOKS.items()])


def channel(party: Counterparty, effects: MemoryEffects | None = None) -> KtnetFiling:
    access = KtnetAccess(base_url="https://k.example", api_key=SecretStr("k-1"), mall_id="MALL-9")
    books = Journal(effects, lambda: parcels.NOW) if effects is not None else None
    return KtnetFiling(access, party.client(), MemoryExporters(parcels.exporter()), books=books)


def one(counts: dict[str, Any] | None = None, /, **result: Any) -> dict[str, Any]:
    return {**(counts or {}), "ResultList": [{"OrderNo": ORDER_NO, **result}]}


# --- the line ------------------------------------------------------------------------------------------------------------


@each
@pytest.mark.parametrize(
    "body",
    [
        "<html><body>시스템 점검 중입니다</body></html>",
        "",
        "OK",
        "[]",
        "{}",
        '{"ResultList": []}',
        '{"ResultList": null}',
    ],
)
async def test_an_answer_that_is_none_of_theirs_is_garbled(call: Call, body: str) -> None:
    with pytest.raises(Garbled):
        await call(channel(Counterparty().answers(text=body)))


@each
@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
async def test_a_broken_server_is_waited_for_and_nothing_is_concluded(call: Call, status: int) -> None:
    party = Counterparty().answers(text="<html>Internal Server Error</html>", status=status)
    with pytest.raises(Unavailable) as failure:
        await call(channel(party))
    assert failure.value.code == str(status) and len(party.requests) == 1, "an adapter never tries again by itself"


@each
@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (httpx.ReadTimeout("slow"), "timeout"),
        (httpx.ReadError("gone"), "interrupted"),
        (httpx.RemoteProtocolError("half an answer"), "interrupted"),
        (httpx.ConnectError("closed"), "not_connected"),
    ],
)
async def test_a_lost_reply_is_unavailable(call: Call, broken: Exception, code: str) -> None:
    with pytest.raises(Unavailable) as failure:
        await call(channel(Counterparty().fails(broken)))
    assert failure.value.code == code


@each
async def test_a_refused_key_is_our_fault_and_does_not_show_it(call: Call) -> None:
    answer = {"ResultTypeCode": "UNAUTHORIZED", "ErrorDescription": "인증키가 유효하지 않습니다."}
    with pytest.raises(Refused) as failure:
        await call(channel(Counterparty().answers(answer, status=401)))
    assert (failure.value.code, failure.value.fault) == ("unauthorized", Fault.OURS)
    assert "k-1" not in str(failure.value)


# --- an error inside a 200 -----------------------------------------------------------------------------------------------


@each_write
@pytest.mark.parametrize(
    "answer",
    [
        one({"TotalCount": 1, "ErrorCount": 1}, ErrorDescription="처리할 수 없습니다."),
        one({"TotalCount": "1", "ErrorCount": "1"}),
        one({"TotalCount": 1, "ErrorCount": 1}, ResultTypeCode="SUCCESS", RequestNo="20261124103000_x"),
        one(ErrorDescription="처리할 수 없습니다."),
        one(ResultTypeCode="BUSINESS_ERROR"),
        one(ResultTypeCode="SYSTEM_ERROR", ErrorDescription="DB"),
    ],
    ids=["counted", "counted as text", "counted against its word", "words alone", "no words", "a new kind"],
)
async def test_a_document_that_was_not_taken_is_never_taken_for_done(call: Call, answer: dict[str, Any]) -> None:
    """`ErrorCount` is seen in their guide, `ResultTypeCode` is a name we assume: either is enough."""
    with pytest.raises(Refused):
        await call(channel(Counterparty().answers(answer)))


@each_write
@pytest.mark.parametrize(
    "counts", [{"TotalCount": 1, "ErrorCount": 0}, {"ErrorCount": "0"}, {"ErrorCount": ""}, {"ErrorCount": None}, {}]
)
async def test_a_document_that_was_taken_needs_no_more_than_its_request_number(
    call: Call, counts: dict[str, Any]
) -> None:
    party = Counterparty().answers(one(counts, RequestNo="20261124103000_x"))
    await call(channel(party))
    assert len(party.requests) == 1


UNKNOWN: dict[str, Any] = {"ResultTypeCode": "BUSINESS_ERROR", "ErrorDescription": "요청건이 없음"}


@each_look
@pytest.mark.parametrize(
    "words", ["요청건이 없음", "요청건이 존재하지 않습니다.", "신고내역이 없습니다", "Order not found"]
)
async def test_an_unknown_number_is_not_done(call: Call, words: str) -> None:
    found = await call(channel(Counterparty().answers(one(**UNKNOWN | {"ErrorDescription": words}))))
    assert isinstance(found, NotDone)


@each_look
@pytest.mark.parametrize(
    "answer",
    [
        one(ResultTypeCode="BUSINESS_ERROR", ErrorDescription="조회 권한 없음"),
        one(ResultTypeCode="BUSINESS_ERROR", ErrorDescription="관세청 응답 없음"),
        one(ResultTypeCode="BUSINESS_ERROR", ErrorDescription="service not found"),
        one(ResultTypeCode="BUSINESS_ERROR", ErrorDescription="시스템 점검 중입니다."),
        one(ResultTypeCode="SYSTEM_ERROR"),
        one(ResultTypeCode="SYSTEM_ERROR", ErrorDescription="요청건이 없음"),
        one(ResultTypeCode="SUCCESS"),
    ],
    ids=["no right", "no answer", "no service", "maintenance", "no words", "not their code", "an empty success"],
)
async def test_an_answer_that_says_neither_is_for_a_person(call: Call, answer: dict[str, Any]) -> None:
    """Taken for *not done*, each of these would file or ask a second time."""
    assert isinstance(await call(channel(Counterparty().answers(answer))), CannotTell)


@pytest.mark.parametrize("known", [{"Status": "03"}, {"ExpDeclNo": "6N00226000123X"}])
async def test_words_of_nothing_beside_a_state_or_a_number_are_not_believed(known: dict[str, str]) -> None:
    answer = one(**UNKNOWN, **{"ExpDeclNo": "6N00226000123X", "ConfirmDateTime": "20261124103000"} | known)
    assert isinstance(await channel(Counterparty().answers(answer)).find(DECLARED), Done)


@pytest.mark.parametrize(
    "words", ["신고일자 조회 오류", "환율 조회 오류 (PaymentExchangeRate)", "이미 신고된 건의 조회 오류"]
)
@pytest.mark.parametrize("name", ["status", "withdraw"])
async def test_words_of_days_and_rates_draw_nothing_up_anew_where_nothing_is_declared(name: str, words: str) -> None:
    """Only a declaration can be stale: a question and a withdrawal are refused as they are."""
    answer = one(ResultTypeCode="BUSINESS_ERROR", ErrorDescription=words)
    with pytest.raises(Refused) as failure:
        await EVERY[name](channel(Counterparty().answers(answer)))
    assert (failure.value.code, failure.value.fault) == ("business_error", Fault.AUTHORITY)


async def test_a_withdrawal_waits_for_an_earlier_request() -> None:
    answer = one(ResultTypeCode="BUSINESS_ERROR", ErrorDescription="먼저 수신된 정정/취하 요청정보가 있습니다.")
    with pytest.raises(Unavailable) as failure:
        await WRITES["withdraw"](channel(Counterparty().answers(answer)))
    assert failure.value.code == "request_pending"


@pytest.mark.parametrize("remark", ["GOVCBRR60//20261124103000//31//자동보완", "메모 // 1 // 31 // 현품검사 대상"])
async def test_a_remark_that_is_no_selection_result_selects_nothing(remark: str) -> None:
    """korea-export section 3: GOVCBRR73 is the selection; GOVCBRR60 is the automatic supplement."""
    answer = one(Status="02", ExpDeclNo="6N00226000123X", Remark=remark)
    filing = await channel(Counterparty().answers(answer)).status(ORDER_NO, "haneul")
    assert filing is not None and filing.state is FilingState.SUBMITTED


async def test_an_extension_behind_a_refused_withdrawal_was_not_asked() -> None:
    answer = one(ApplicationType="B", Status="01", AmendReason="the buyer cancelled")
    assert isinstance(await channel(Counterparty().answers(answer)).find_extension(ACCEPTED, "haneul", UNTIL), NotDone)


# --- quotas --------------------------------------------------------------------------------------------------------------


@each
@pytest.mark.parametrize("which", ["calls", "documents"])
async def test_a_used_up_quota_sends_nothing_and_waits_a_day_at_most(call: Call, which: str) -> None:
    """10,000 calls a day and 300,000 documents a month; a month's wait is looked at again each day."""

    async def used_up() -> timedelta:
        return timedelta(days=20)

    async def free() -> None:
        return None

    party = Counterparty().answers(one(**UNKNOWN))
    access = KtnetAccess(base_url="https://k.example", api_key=SecretStr("k-1"), mall_id="MALL-9")
    quotas: dict[str, Any] = {"quota": used_up} if which == "calls" else {"quota": free, "documents": used_up}
    counted = KtnetFiling(access, party.client(), MemoryExporters(parcels.exporter()), **quotas)
    if which == "documents" and call not in WRITES.values():
        await call(counted)
        assert len(party.requests) == 1, "questions are no documents"
        return
    with pytest.raises(Unavailable) as failure:
        await call(counted)
    assert (failure.value.code, failure.value.wait) == ("quota", timedelta(days=1))
    assert party.requests == []


@pytest.mark.parametrize("call", [pytest.param(call, id=name) for name, call in WRITES.items() if name != "lodge"])
async def test_a_request_that_was_never_sent_is_not_believed_to_be_asked(call: Call) -> None:
    effects = MemoryEffects()
    with pytest.raises(OutsideFailure):
        await call(channel(Counterparty().fails(httpx.ConnectError("closed")), effects))
    [row] = effects.rows.values()
    assert row.content == '{"asked": "not_taken"}'


# --- days and boxes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted_at", "last", "too_late"),
    [
        (datetime(2026, 11, 23, 16, 0, tzinfo=UTC), date(2027, 11, 24), date(2027, 11, 25)),  # the 24th in Seoul
        (datetime(2028, 2, 29, 3, 0, tzinfo=UTC), date(2029, 2, 28), date(2029, 3, 1)),
    ],
)
async def test_the_year_of_an_extension_is_counted_in_korean_days(
    accepted_at: datetime, last: date, too_late: date
) -> None:
    filing = ACCEPTED.model_copy(update={"accepted_at": accepted_at})
    party = Counterparty().answers(one(RequestNo="1"))
    asking = channel(party)
    with pytest.raises(Refused, match=f"up to {last}"):
        await asking.extend(filing, "haneul", DEADLINE, too_late, "x")
    await asking.extend(filing, "haneul", DEADLINE, last, "x")
    assert len(party.requests) == 1


async def test_a_buyers_name_has_sixty_places_at_most_and_is_taken_so(tmp_path: Path) -> None:
    """korea-export 5.1: BuyerPartyEngName (60) of a full declaration."""
    async with open_counter(tmp_path) as counter:
        declared = counter.declaration().model_copy(update={"buyer_name": "Maria Antonieta del Carmen " * 4})
        await counter.channel.lodge(declared, counter.today)
        assert len(await counter.acted("declare")) == 1


async def test_a_declaration_sent_after_midnight_in_seoul_bears_the_new_day_wherever_the_machine_is(
    tmp_path: Path,
) -> None:
    """23:59 and 00:01 in Seoul are 14:59 and 15:01 of one day in UTC."""
    async with open_counter(tmp_path) as counter:
        counter.clock.advance(datetime(2026, 11, 24, 14, 59, tzinfo=UTC) - counter.clock.now())
        declared, before = counter.declaration(), counter.today
        counter.later(minutes=2)
        with pytest.raises(OutsideFailure, match="DeclarationDate"):
            await counter.channel.lodge(declared, before)
        await counter.channel.lodge(declared, counter.today)
        assert (before, counter.today) == (date(2026, 11, 24), date(2026, 11, 25))
        assert len(await counter.acted("declare")) == 1


# --- every write after a lost reply --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(WRITES))
async def test_a_write_whose_reply_was_lost_is_found_and_stands_once(tmp_path: Path, name: str) -> None:
    async with open_counter(tmp_path) as counter:
        declared, filing = counter.declaration(), None
        if name != "lodge":
            filing = await counter.accepted(declared)
        there = filing or ACCEPTED
        heavier = declared.model_copy(update={"gross_weight_g": declared.gross_weight_g + 55})
        writes: dict[str, Call] = {
            "lodge": lambda channel: channel.lodge(declared, counter.today),
            "withdraw": lambda channel: channel.withdraw(there, "haneul", "x"),
            "amend": lambda channel: channel.amend(heavier, there, 2, "x", declared),
            "extend": lambda channel: channel.extend(there, "haneul", DEADLINE, UNTIL, "x"),
        }
        looks: dict[str, Call] = {
            "lodge": lambda channel: channel.find(declared),
            "withdraw": lambda channel: channel.find_withdrawal(there, "haneul"),
            "amend": lambda channel: channel.find_amendment(heavier, there, 2),
            "extend": lambda channel: channel.find_extension(there, "haneul", UNTIL),
        }
        assert isinstance(await looks[name](counter.channel), NotDone)
        await counter.fault("declare" if name == "lodge" else "amend", "lose_reply")
        with pytest.raises(Unavailable):
            await writes[name](counter.channel)
        assert isinstance(await looks[name](counter.channel), Done)
        another_worker = counter.channel_with(MemoryEffects())
        assert isinstance(await looks[name](another_worker), Done), "and by who knows nothing of the first try"
        with pytest.raises(OutsideFailure):  # a naive repetition is turned away
            await writes[name](counter.channel)
        assert len(await counter.acted("declare" if name == "lodge" else "amend")) == 1


@pytest.mark.parametrize(
    ("told", "won"),
    [("1234567", 1_234_567), ("1,234,567", 1_234_567), ("1234567.00", 1_234_567), ("0", 0), (3_999_999, 3_999_999)],
)
async def test_the_declared_won_are_read_whole(told: object, won: int) -> None:
    answer = one(Status="03", ExpDeclNo="6N00226000123X", ConfirmDateTime="20261124103000", TotalDeclAmount=told)
    filing = await channel(Counterparty().answers(answer)).status(ORDER_NO, "haneul")
    assert filing is not None and filing.total_krw is not None and filing.total_krw.amount == won


@pytest.mark.parametrize("told", ["", "-5", "12.5", "many", "1e9", None])
async def test_an_amount_that_is_no_won_is_none(told: object) -> None:
    answer = one(Status="03", ExpDeclNo="6N00226000123X", ConfirmDateTime="20261124103000", TotalDeclAmount=told)
    filing = await channel(Counterparty().answers(answer)).status(ORDER_NO, "haneul")
    assert filing is not None and filing.total_krw is None

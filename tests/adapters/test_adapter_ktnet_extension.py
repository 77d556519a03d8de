"""KTNET: a later loading deadline asked exactly once, and what customs says to it, in our words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr

from tests.adapters import parcels
from tests.adapters.books import MemoryExporters
from tests.adapters.counterparty import Counterparty
from tests.adapters.ktnet_counter import Counter, exporter, open_counter
from tradelane.adapters.errors import Refused, Unavailable
from tradelane.adapters.ktnet import KtnetAccess, KtnetFiling
from tradelane.domain.export_declaration import Filing, FilingState
from tradelane.domain.outside import CannotTell, Done, NotDone

ORDER_NO = "6KRMLC45848383497-1"
DEADLINE, UNTIL = date(2026, 12, 24), date(2027, 1, 22)
FILED = Filing(
    order_no=ORDER_NO,
    state=FilingState.ACCEPTED,
    number=parcels.NUMBER,
    accepted_at=datetime(2026, 11, 24, 1, 30, tzinfo=UTC),
)


@pytest_asyncio.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with open_counter(tmp_path) as opened:
        yield opened


def channel(party: Counterparty) -> KtnetFiling:
    access = KtnetAccess(base_url="https://k.example", api_key=SecretStr("k-1"), mall_id="MALL-9")
    return KtnetFiling(access, party.client(), MemoryExporters(exporter()))


async def test_an_extension_is_a_request_of_kind_c_for_item_a608_with_our_reference_first() -> None:
    party = Counterparty().answers({"ResultList": [{"OrderNo": ORDER_NO, "RequestNo": "1"}]})
    await channel(party).extend(FILED, "haneul", DEADLINE, UNTIL, "the flight was cancelled")
    assert party.paths == ["/api/export/amend.do"]
    assert party.body()["DocList"] == [
        {
            "MallId": "MALL-9",
            "SellerPartyId": "MALL-9",
            "SellerPartyRegistNo": "1234567891",
            "OrderNo": ORDER_NO,
            "RequestType": "S",
            "ApplicationType": "C",
            "AmendReasonCode": "99",
            "ReasonsAttributableCode": "1",
            "AmendReason": "[E20270122] the flight was cancelled",
            "ExportDeclarationNo": "6N00226000123X",
            "AmendRequestTerms": "A608=20261224>20270122",
        }
    ]


async def test_a_long_reason_is_cut_to_two_hundred_bytes_of_euc_kr() -> None:
    party = Counterparty().answers({"ResultList": [{"OrderNo": ORDER_NO}]})
    await channel(party).extend(FILED, "haneul", DEADLINE, UNTIL, "항공편 결항 " * 40)
    reason = party.body()["DocList"][0]["AmendReason"]
    assert reason.startswith("[E20270122] 항공편")
    assert len(reason.encode("euc-kr")) <= 200


@pytest.mark.parametrize(
    ("filing", "until", "said"),
    [
        (FILED.model_copy(update={"number": None}), UNTIL, "number is not known"),
        (FILED, DEADLINE, "no later day"),
        (FILED, date(2026, 12, 1), "no later day"),
        (FILED, date(2027, 11, 25), "within one year of the acceptance, up to 2027-11-24"),
    ],
)
async def test_what_customs_would_never_grant_is_refused_before_anything_is_sent(
    filing: Filing, until: date, said: str
) -> None:
    """korea-export, section 2: granted within 1 year of acceptance; accepted here on 24 November 2026."""
    party = Counterparty()
    with pytest.raises(Refused, match=said) as failure:
        await channel(party).extend(filing, "haneul", DEADLINE, until, "x")
    assert failure.value.reason == "extension_refused" and party.requests == []


async def test_the_last_day_of_the_year_after_the_acceptance_can_be_asked_for() -> None:
    party = Counterparty().answers({"ResultList": [{"OrderNo": ORDER_NO}]})
    await channel(party).extend(FILED, "haneul", DEADLINE, date(2027, 11, 24), "x")
    assert len(party.requests) == 1


async def test_an_exporter_that_is_not_known_cannot_ask() -> None:
    party = Counterparty()
    with pytest.raises(Refused, match="exporter is not known"):
        await channel(party).extend(FILED, "nobody", DEADLINE, UNTIL, "x")
    assert party.requests == []


OURS = {"ApplicationType": "C", "AmendReason": "[E20270122] the flight was cancelled"}


@pytest.mark.parametrize(
    ("status", "found"),
    [
        ({**OURS, "Status": ""}, Done("asked")),
        ({**OURS, "Status": "05"}, Done("approved")),
        ({**OURS, "Status": "01", "ErrorDescription": "적재기한 경과"}, Done("refused: 적재기한 경과")),
        ({**OURS, "Status": "01"}, Done("refused")),
        ({**OURS, "Status": "44"}, CannotTell("The extension to 2027-01-22 has the unknown status 44.")),
        ({"ApplicationType": "A", "Status": "05", "AmendReason": "[V2] x"}, NotDone("the newest request is of kind A")),
        ({"ApplicationType": "B", "Status": "01"}, NotDone("the newest request is of kind B")),
        (
            {"ApplicationType": "C", "Status": "05", "AmendReason": "[E20270110] x"},
            NotDone("the newest extension asked for is to 20270110"),
        ),
        (
            {"ApplicationType": "C", "Status": "01", "AmendReason": "[E20270301] x"},
            NotDone("the newest extension asked for is to 20270301"),
        ),
        ({"ResultTypeCode": "BUSINESS_ERROR", "ErrorDescription": "요청건이 없음"}, NotDone("요청건이 없음")),
    ],
)
async def test_an_extension_is_looked_for_by_the_day_it_asks_for(status: dict[str, str], found: object) -> None:
    party = Counterparty().answers({"ResultList": [{"OrderNo": ORDER_NO, **status}]})
    assert await channel(party).find_extension(FILED, "haneul", UNTIL) == found
    assert party.body()["DocList"][0]["DocumentTypeCode"] == "5AS"


@pytest.mark.parametrize(
    "status",
    [
        {"ApplicationType": "C", "Status": "05", "AmendReason": "[E20270301] x"},
        {"ApplicationType": "C", "Status": "05", "AmendReason": "asked in the portal"},
        {"Status": "05", "AmendReason": "[E20270122] x"},
        {"ResultTypeCode": "BUSINESS_ERROR", "ErrorDescription": "시스템 점검 중입니다."},
    ],
)
async def test_a_request_that_may_hide_ours_is_for_a_person(status: dict[str, str]) -> None:
    party = Counterparty().answers({"ResultList": [{"OrderNo": ORDER_NO, **status}]})
    assert isinstance(await channel(party).find_extension(FILED, "haneul", UNTIL), CannotTell)


async def test_a_refusal_holds_in_ktnets_words_and_an_undecided_request_is_waited_for() -> None:
    no = {"OrderNo": ORDER_NO, "ResultTypeCode": "BUSINESS_ERROR", "ErrorDescription": "연장할 수 없습니다."}
    with pytest.raises(Refused, match="연장할 수 없습니다") as failure:
        await channel(Counterparty().answers({"ResultList": [no]})).extend(FILED, "haneul", DEADLINE, UNTIL, "x")
    assert failure.value.reason == "extension_refused"
    later = {**no, "ErrorDescription": "먼저 수신된 정정/취하 요청정보가 있습니다."}
    with pytest.raises(Unavailable) as waiting:
        await channel(Counterparty().answers({"ResultList": [later]})).extend(FILED, "haneul", DEADLINE, UNTIL, "x")
    assert waiting.value.code == "request_pending"


# --- against the simulator -------------------------------------------------------------------------------------------


async def test_an_extension_is_asked_then_approved_and_moves_the_deadline(counter: Counter) -> None:
    """Accepted on Tuesday 24 November 2026; 30 days later is Thursday 24 December."""
    filing = await counter.accepted()
    assert isinstance(await counter.channel.find_extension(filing, "haneul", UNTIL), NotDone)
    await counter.channel.extend(filing, "haneul", DEADLINE, UNTIL, "the flight was cancelled")
    assert await counter.channel.find_extension(filing, "haneul", UNTIL) == Done("asked")
    counter.later(minutes=31)
    assert await counter.channel.find_extension(filing, "haneul", UNTIL) == Done("approved")
    row = counter.stage.connection().execute("SELECT load_before FROM declarations").fetchone()
    assert row["load_before"].startswith("2027-01-22T14:59:59")


async def test_an_extension_whose_reply_was_lost_is_found_and_stands_once_in_the_ledger(counter: Counter) -> None:
    filing = await counter.accepted()
    await counter.fault("amend", "lose_reply")
    with pytest.raises(Unavailable):
        await counter.channel.extend(filing, "haneul", DEADLINE, UNTIL, "x")
    assert await counter.channel.find_extension(filing, "haneul", UNTIL) == Done("asked")
    [row] = await counter.acted("amend")
    assert (row["reference"], row["detail"]["kind"]) == (filing.order_no, "C")


async def test_an_extension_sent_again_behind_our_back_moves_nothing(counter: Counter) -> None:
    """The request names the day it starts from, so that a granted one is refused the second time."""
    filing = await counter.accepted()
    await counter.channel.extend(filing, "haneul", DEADLINE, UNTIL, "x")
    with pytest.raises(Unavailable, match="먼저 수신된"):
        await counter.channel.extend(filing, "haneul", DEADLINE, UNTIL, "x")
    counter.later(minutes=31)
    with pytest.raises(Refused, match="정정전 내용"):
        await counter.channel.extend(filing, "haneul", DEADLINE, UNTIL, "x")
    assert len(await counter.acted("amend")) == 1


async def test_an_extension_after_the_deadline_is_refused_in_the_words_of_customs(counter: Counter) -> None:
    filing = await counter.accepted()
    counter.later(days=31)
    await counter.channel.extend(filing, "haneul", DEADLINE, UNTIL, "x")
    counter.later(minutes=31)
    found = await counter.channel.find_extension(filing, "haneul", UNTIL)
    assert found == Done("refused: 적재기한이 경과하여 연장할 수 없습니다.")


async def test_a_second_extension_is_another_one_and_an_amendment_between_them_hides_nothing(counter: Counter) -> None:
    declaration = counter.declaration()
    filing = await counter.accepted(declaration)
    await counter.channel.extend(filing, "haneul", DEADLINE, UNTIL, "x")
    counter.later(minutes=31)
    heavier = declaration.model_copy(update={"gross_weight_g": declaration.gross_weight_g + 55})
    await counter.channel.amend(heavier, filing, 2, "weighed again")
    counter.later(minutes=31)
    further = date(2027, 2, 12)
    assert isinstance(await counter.channel.find_extension(filing, "haneul", further), NotDone)
    await counter.channel.extend(filing, "haneul", UNTIL, further, "x")
    counter.later(minutes=31)
    assert await counter.channel.find_extension(filing, "haneul", further) == Done("approved")
    assert [row["detail"]["kind"] for row in await counter.acted("amend")] == ["C", "A", "C"]

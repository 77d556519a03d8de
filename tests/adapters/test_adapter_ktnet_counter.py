"""Our KTNET adapter and the simulated KTNET together: filed once, looked at closer, refused where the adapter is wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.adapters import parcels
from tests.adapters.ktnet_counter import Counter, exporter, open_counter
from tradelane.adapters.errors import Refused, Stale, Unavailable
from tradelane.adapters.ktnet import adapter as ktnet_adapter
from tradelane.adapters.ktnet.declaration import document
from tradelane.domain.catalogue import Drawback
from tradelane.domain.export_declaration import ExportDeclaration, FilingState
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import CustomsClearanceCode, Hsk
from tradelane.domain.money import Money
from tradelane.domain.outside import Done, NotDone
from tradelane.simulators import cargo
from tradelane.simulators.world import plan_event

CODES = {"21": "documents", "31": "inspection"}


@pytest_asyncio.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with open_counter(tmp_path, selection_codes=CODES) as opened:
        yield opened


# --- filed once ------------------------------------------------------------------------------------------------------


async def test_trap_22_after_a_lost_answer_the_status_is_asked_and_nothing_is_filed_again(counter: Counter) -> None:
    declared = counter.declaration()
    assert isinstance(await counter.channel.find(declared), NotDone)
    await counter.fault("declare", "lose_reply")
    with pytest.raises(Unavailable):
        await counter.channel.lodge(declared, counter.today)
    found = await counter.channel.find(declared)
    assert isinstance(found, Done) and found.content.state is FilingState.SUBMITTED
    assert len(await counter.acted("declare")) == 1


async def test_trap_22_a_reference_that_was_filed_is_refused_a_second_time(counter: Counter) -> None:
    declared = counter.declaration()
    await counter.accepted(declared)
    with pytest.raises(Refused) as failure:
        await counter.channel.lodge(declared, counter.today)
    assert (failure.value.code, failure.value.fault) == ("already_declared", Fault.OURS)
    assert len(await counter.acted("declare")) == 1


async def test_trap_22_only_an_error_notice_frees_the_reference(counter: Counter) -> None:
    wrong = counter.declaration(hsk=Hsk("9503000000"))
    await counter.channel.lodge(wrong, counter.today)
    with pytest.raises(Refused, match="이미 신고"):
        await counter.channel.lodge(wrong, counter.today)
    counter.later(minutes=3)
    found = await counter.channel.find(wrong)
    assert isinstance(found, Done)
    assert (found.content.state, found.content.field) == (FilingState.REJECTED, "items.HB-CREAM-50.hsk")
    await counter.channel.lodge(counter.declaration(), counter.today)
    assert [row["reference"] for row in await counter.acted("declare")] == [wrong.order_no] * 2


async def test_trap_23_what_was_drawn_up_before_midnight_is_sent_with_the_day_after_it(counter: Counter) -> None:
    """Midnight in Seoul is 15:00 in UTC: the day is that of the sending, not of the drawing up."""
    counter.clock.advance(datetime(2026, 11, 24, 14, 55, tzinfo=UTC) - counter.clock.now())
    declared, before = counter.declaration(), counter.today
    counter.later(minutes=10)
    with pytest.raises(Stale, match="DeclarationDate"):
        await counter.channel.lodge(declared, before)
    assert await counter.acted("declare") == []
    await counter.channel.lodge(declared, counter.today)
    assert len(await counter.acted("declare")) == 1


async def test_trap_24_what_ktnet_refuses_is_refused_for_good(counter: Counter) -> None:
    await counter.fault("declare", "refuse")
    with pytest.raises(Refused) as failure:
        await counter.channel.lodge(counter.declaration(), counter.today)
    assert not isinstance(failure.value, Unavailable) and "권한" in failure.value.words


async def test_trap_25_a_price_is_amended_up_to_sixty_days_and_not_after(counter: Counter) -> None:
    """korea-export, section 2: provisional price may be corrected within 60 days."""
    declared = counter.declaration()
    filing = await counter.accepted(declared)
    assert filing.number is not None
    cargo.tie(counter.stage.connection(), "4213370015", filing.number, 1, Decimal("0.345"))
    plan_event(counter.stage.connection(), "4213370015", counter.clock.now(), "DF", "Departed", "INCHEON", "+09:00")

    def cheaper(price: str) -> ExportDeclaration:
        parcel = parcels.consignment(
            items=(declared.lines[0].item.model_copy(update={"unit_price": parcels.usd(price)}),),
            exporters=(exporter(),),
        )
        return parcels.drawn_up(parcel, parcel.parts[0], declared.rate, declared.rate.valid_from)

    counter.later(days=59)
    await counter.channel.amend(cheaper("12.00"), filing, 2, "refund for a scratch")
    counter.later(minutes=31)
    assert await counter.channel.find_amendment(cheaper("12.00"), filing, 2) == Done("approved")
    counter.later(days=2)
    standing = await counter.channel.status(filing.order_no, "haneul")
    assert standing is not None
    await counter.channel.amend(cheaper("11.00"), standing, 3, "another refund")
    counter.later(minutes=31)
    refused = await counter.channel.find_amendment(cheaper("11.00"), filing, 3)
    assert refused == Done("refused: 가격정정 기한(60일)이 경과하여 정정할 수 없습니다.")


async def test_trap_25_a_cancelled_order_is_withdrawn_at_customs_and_its_reference_stays_used(counter: Counter) -> None:
    declared = counter.declaration()
    filing = await counter.accepted(declared)
    await counter.channel.withdraw(filing, "haneul", "the buyer cancelled")
    counter.later(minutes=31)
    assert await counter.channel.find_withdrawal(filing, "haneul") == Done("approved")
    with pytest.raises(Refused, match="이미 신고"):
        await counter.channel.lodge(declared, counter.today)


# --- closer looks ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "state", "hours"),
    [
        ("select_documents", FilingState.SELECTED_DOCUMENTS, 4),
        ("select_inspection", FilingState.SELECTED_INSPECTION, 26),
    ],
)
async def test_a_selection_is_seen_as_the_look_it_is_and_ends_in_acceptance(
    counter: Counter, kind: str, state: FilingState, hours: int
) -> None:
    declared = counter.declaration()
    await counter.fault("declare", kind)
    await counter.channel.lodge(declared, counter.today)
    counter.later(hours=1)
    now = await counter.channel.status(declared.order_no, "haneul")
    assert now is not None and now.state is state and now.words
    counter.later(hours=hours)
    then = await counter.channel.status(declared.order_no, "haneul")
    assert then is not None and then.state is FilingState.ACCEPTED


async def test_an_ordinary_declaration_on_its_way_to_automatic_acceptance_is_no_selection(counter: Counter) -> None:
    declared = counter.declaration()
    await counter.channel.lodge(declared, counter.today)
    counter.later(minutes=5)
    now = await counter.channel.status(declared.order_no, "haneul")
    assert now is not None and (now.state, now.words) == (FilingState.SUBMITTED, "자동수리 대상")


# --- what the simulator takes from a right adapter, and refuses from a wrong one --------------------------------------

MADE_BY_ANOTHER: dict[str, Any] = {"maker_name": "흙공장", "maker_customs_id": CustomsClearanceCode("흙공장**1991015")}


async def test_drawback_permits_and_composition_are_taken(counter: Counter) -> None:
    wishing = exporter(drawback=Drawback.SIMPLIFIED, drawback_applicant="2")
    goods = {**MADE_BY_ANOTHER, "permits": "검역증 7", "composition": "Stoneware, glazed"}
    await counter.channel.lodge(counter.declaration(wishing, **goods), counter.today)
    assert len(await counter.acted("declare")) == 1


def charged(declared: ExportDeclaration, freight: int, insurance: int) -> ExportDeclaration:
    """The same under CIP: won of freight and insurance inside the price, taken off its one line."""
    [line] = declared.lines
    bare = Money(amount=line.fob_krw.amount - freight - insurance, currency="KRW")
    return declared.model_copy(
        update={
            "incoterm": "CIP",
            "lines": (line.model_copy(update={"fob_krw": bare}),),
            "freight": Money(amount=Decimal(freight), currency="KRW"),
            "insurance": Money(amount=Decimal(insurance), currency="KRW"),
        }
    )


async def test_charges_inside_the_price_are_taken_and_amended(counter: Counter) -> None:
    declared = charged(counter.declaration(), 9_000, 300)
    filing = await counter.accepted(declared)
    assert filing.total_krw == declared.fob
    dearer = charged(counter.declaration(), 11_000, 300)
    await counter.channel.amend(dearer, filing, 2, "the forwarder's bill", declared)
    counter.later(minutes=31)
    standing = await counter.channel.status(filing.order_no, "haneul")
    assert standing is not None and standing.total_krw == dearer.fob


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        ({"GoodsUsedCode": "O"}, "GoodsUsedCode"),
        ({"TotalPackageUnitCode": "PT"}, "TotalPackageUnitCode"),
        ({"LoadingLocPortCode": "KRINC"}, "LoadingLocPortType"),
        ({"LoadingLocPortCode": "KRINC", "LoadingLocPortType": "6"}, "TransportMeansCode"),
        ({"RefundCode": "1"}, "RefundCode"),
        ({"CustomsTaxRefundRequest": "AD"}, "CustomsTaxRefundRequest"),
        ({"ExportPartyTypeCode": "A"}, "ExportPartyTypeCode"),
        ({"CustomsCode": "010"}, "CustomsCode"),
        ({"GoodsLocZipCode": "01234"}, "GoodsLocZipCode"),
        ({"FreightAmount": "9000"}, "DeclAmount1"),
        ({"DeliveryTermsCode": "DAP"}, "DeliveryTermsCode"),
        ({"TransactionType": "16"}, "TransactionType"),
        ({"ExportPartyCompanyName": "가" * 15}, "ExportPartyCompanyName"),
        ({"BuyerPartyEngName": "Ñusta Pérez"}, "BuyerPartyEngName"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
async def test_a_wrong_adapter_is_refused_by_the_field_and_files_nothing(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, spoilt: dict[str, str], words: str
) -> None:
    def wrong(*given: Any) -> dict[str, Any]:
        return {**document(*given), **spoilt}

    with monkeypatch.context() as mistake:
        mistake.setattr(ktnet_adapter, "document", wrong)
        with pytest.raises(Refused, match=words):
            await counter.channel.lodge(counter.declaration(), counter.today)
    assert await counter.acted("declare") == []
    await counter.channel.lodge(counter.declaration(), counter.today)
    assert len(await counter.acted("declare")) == 1, "the right adapter is the control"


async def test_a_price_above_the_cap_is_refused_as_simplified_and_taken_as_formal(counter: Counter) -> None:
    """korea-export, section 1.2: 4,000,000 won since 2024-08-01 for the simplified route, no cap for the formal one."""
    dear = counter.declaration(unit_price=parcels.usd("1900.00"), quantity=2)
    simplified = dear.model_copy(update={"route": type(dear.route)("simplified")})
    with pytest.raises(Refused, match="4000000"):
        await counter.channel.lodge(simplified, counter.today)
    await counter.channel.lodge(dear, counter.today)
    assert dear.route.value == "formal"


async def test_a_declaration_without_loading_is_cancelled_and_ktnet_tells_no_status_for_it(counter: Counter) -> None:
    """What is known of a cancelled acceptance comes from UNI-PASS; asked for a change, KTNET says it is not accepted."""
    filing = await counter.accepted()
    counter.later(days=30 + 14 + 1)
    standing = await counter.channel.status(filing.order_no, "haneul")
    assert standing is not None and standing.state is FilingState.ACCEPTED
    with pytest.raises(Refused, match="수리 상태가 아니므로"):
        await counter.channel.withdraw(filing, "haneul", "x")
    assert await counter.acted("amend") == []

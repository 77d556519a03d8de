"""Filing by a person, by a broker, by nobody because the carrier clears, and the choice between them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from tests.adapters import parcels
from tests.adapters.books import MemoryConsignments, MemoryExporters
from tests.adapters.counterparty import Counterparty
from tradelane.adapters.errors import Refused, Unavailable
from tradelane.adapters.manual import BrokerFiling, CarrierFiling, ManualFiling
from tradelane.adapters.manual.broker_filing import wrong_with
from tradelane.adapters.routed import RoutedFiling
from tradelane.contracts.handmade import checked_result
from tradelane.domain.amendment import Amendment
from tradelane.domain.catalogue import Broker, Exporter, FilingChannel
from tradelane.domain.export_declaration import ExportDeclaration, Filing, FilingState
from tradelane.domain.export_route import ExportRoute
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import DeclarantCode, ExportDeclarationNumber, OrderId
from tradelane.domain.money import Money
from tradelane.domain.outside import Done, NotDone
from tradelane.ports import Decision, DeclarationRecord
from tradelane.resources import wired
from tradelane.settings import Settings
from tradelane.stores import open_stores

ORDER_NO = "6KRMLC45848383497-1"
LODGE, READ = "lodge_export_declaration:d1", "read_export_acceptance:d1"
FILED = {"number": str(parcels.NUMBER), "accepted_at": "2026-11-24T10:30:00+09:00"}
BROKER = Broker(
    name="예시관세법인", declarant_code=DeclarantCode("6N002"), email="filing@broker.invalid", contact="담당자"
)


class Story:
    """Results typed by hand, one after the other."""

    def __init__(self) -> None:
        self.typed: list[Decision] = []

    def tells(self, step: str, **content: str) -> None:
        """What the command line would have checked and written down."""
        self.keeps(step, checked_result(step, content))

    def keeps(self, step: str, content: dict[str, str]) -> None:
        at = datetime(2026, 11, 24, tzinfo=UTC) + timedelta(minutes=len(self.typed))
        self.typed.append(
            Decision(
                id=uuid4().hex, scope=parcels.ORDER, step=step, kind="complete", content=content,
                actor="kim", reason="done outside", at=at,
            )
        )  # fmt: skip

    def record(self, decision: Decision) -> bool:
        raise AssertionError("adapters record no decisions")

    def of_orders(self, orders: Sequence[OrderId]) -> tuple[Decision, ...]:
        return tuple(one for one in self.typed if one.scope in orders)

    def amendments(self, orders: Sequence[OrderId]) -> tuple[Amendment, ...]:
        return ()

    def completion(self, orders: Sequence[OrderId], step: str) -> Decision | None:
        return next((one for one in reversed(self.typed) if one.step == step and one.scope in orders), None)


@pytest.fixture
def story() -> Story:
    return Story()


def consignments() -> MemoryConsignments:
    return MemoryConsignments(parcels.claim())


@pytest.fixture
def by_hand(story: Story) -> ManualFiling:
    return ManualFiling(story, consignments())


async def stands(channel: ManualFiling, order_no: str = ORDER_NO) -> FilingState | None:
    filing = await channel.status(order_no, "haneul")
    return filing.state if filing else None


# --- by a person -----------------------------------------------------------------------------------------------------


async def test_a_later_reading_carries_the_filing_on_and_keeps_number_and_instant(
    story: Story, by_hand: ManualFiling
) -> None:
    story.tells(LODGE, **FILED)
    story.tells(READ, state="cancelled", words="not loaded in time")
    filing = await by_hand.status(ORDER_NO, "haneul")
    assert filing is not None
    assert (filing.state, filing.number, filing.words) == (
        FilingState.CANCELLED, parcels.NUMBER, "not loaded in time",
    )  # fmt: skip
    assert filing.accepted_at == datetime(2026, 11, 24, 1, 30, tzinfo=UTC)


async def test_a_selection_is_a_filing_before_its_acceptance_is_typed(story: Story, by_hand: ManualFiling) -> None:
    """A broker tells that customs reads the papers: the declaration is there, and must not be asked for again."""
    story.tells(READ, state="selected_documents", words="서류심사")
    found = await by_hand.find(parcels.declaration())
    assert isinstance(found, Done) and found.content.state is FilingState.SELECTED_DOCUMENTS
    story.tells(READ, state="selected_inspection")
    assert await stands(by_hand) is FilingState.SELECTED_INSPECTION
    story.tells(READ, state="accepted", **FILED)
    filing = await by_hand.status(ORDER_NO, "haneul")
    assert filing is not None and (filing.state, filing.number) == (FilingState.ACCEPTED, parcels.NUMBER)


async def test_a_filing_without_an_instant_is_one_that_customs_has_not_answered(
    story: Story, by_hand: ManualFiling
) -> None:
    story.tells(LODGE, number=str(parcels.NUMBER))
    filing = await by_hand.status(ORDER_NO, "haneul")
    assert filing is not None
    assert (filing.state, filing.number, filing.accepted_at) == (FilingState.SUBMITTED, parcels.NUMBER, None)
    story.tells(READ, state="accepted", **FILED)
    assert await stands(by_hand) is FilingState.ACCEPTED
    story.tells(LODGE, number=str(parcels.NUMBER))
    assert await stands(by_hand) is FilingState.ACCEPTED, "a state never goes back"


@pytest.mark.parametrize("earlier", ["selected_documents", "selected_inspection", "rejected"])
async def test_a_state_never_goes_back(story: Story, by_hand: ManualFiling, earlier: str) -> None:
    story.tells(LODGE, **FILED)
    story.tells(READ, state=earlier)
    assert await stands(by_hand) is FilingState.ACCEPTED
    story.tells(READ, state="withdrawn")
    story.tells(READ, state="accepted", **FILED)
    assert await stands(by_hand) is FilingState.WITHDRAWN


async def test_an_error_notice_ends_its_round_and_the_next_is_a_filing_of_its_own(
    story: Story, by_hand: ManualFiling
) -> None:
    story.tells(READ, state="selected_documents")
    story.tells(READ, state="rejected", words="세번 오류")
    assert await stands(by_hand) is FilingState.REJECTED
    assert await stands(by_hand, f"{ORDER_NO}~2") is None, "the second round is not filed yet"
    story.tells(LODGE, **FILED)
    assert await stands(by_hand, f"{ORDER_NO}~2") is FilingState.ACCEPTED
    assert await stands(by_hand) is FilingState.REJECTED, "what was true of the first round stays true of it"


@pytest.mark.parametrize("ending", ["cancelled", "withdrawn"])
async def test_an_acceptance_that_ended_frees_the_next_round_and_its_number_counts_no_more(
    story: Story, by_hand: ManualFiling, ending: str
) -> None:
    """Goods that were not loaded in time are declared anew: only a new number is a filing of the new round."""
    story.tells(LODGE, **FILED)
    story.tells(READ, state=ending, number=FILED["number"])
    story.tells(READ, state=ending)
    story.tells(LODGE, **FILED)
    assert await stands(by_hand, f"{ORDER_NO}~2") is None, "told twice, or of the old number: still not filed anew"
    story.tells(LODGE, number="6N00226000124X", accepted_at="2027-01-11T11:00:00+09:00")
    filing = await by_hand.status(f"{ORDER_NO}~2", "haneul")
    assert filing is not None
    assert (filing.state, filing.number) == (FilingState.ACCEPTED, "6N00226000124X")
    assert await stands(by_hand) is FilingState(ending)


async def test_of_two_acceptances_the_later_counts(story: Story, by_hand: ManualFiling) -> None:
    story.tells(LODGE, **FILED)
    story.tells(READ, state="accepted", number="6N00226000124X", accepted_at="2026-11-24T11:00:00+09:00")
    filing = await by_hand.status(ORDER_NO, "haneul")
    assert filing is not None and filing.number == "6N00226000124X"


async def test_a_wrong_reading_is_asked_for_again_and_counts_no_more_once_it_is_mended(
    story: Story, by_hand: ManualFiling
) -> None:
    story.tells(LODGE, **FILED)
    story.keeps(READ, {"state": "accepted"})
    with pytest.raises(Refused) as failure:
        await by_hand.status(ORDER_NO, "haneul")
    assert failure.value.reason == "manual_work" and f"--step {READ} " in failure.value.commands[0]
    story.tells(READ, state="withdrawn")
    assert await stands(by_hand) is FilingState.WITHDRAWN


async def test_a_later_deadline_is_asked_of_a_person_for_each_day(story: Story, by_hand: ManualFiling) -> None:
    filing = Filing(order_no=ORDER_NO, state=FilingState.ACCEPTED, number=parcels.NUMBER)
    until = date(2027, 1, 22)
    assert await by_hand.find_extension(filing, "haneul", until) == NotDone()
    with pytest.raises(Refused) as failure:
        await by_hand.extend(filing, "haneul", date(2026, 12, 24), until, "the flight was cancelled.")
    asked = failure.value
    assert asked.reason == "manual_work"
    assert "6N002-26-000123X from 2026-12-24 to 2027-01-22" in asked.words
    step = "extend_loading_period:d1-20270122"
    assert f"--step {step} --action complete --result evidence=" in asked.commands[0]
    story.tells(step, evidence="approval of customs, 2026-12-20")
    assert await by_hand.find_extension(filing, "haneul", until) == Done("approved")
    assert await by_hand.find_extension(filing, "haneul", date(2027, 2, 12)) == NotDone()


# --- by a broker -----------------------------------------------------------------------------------------------------


def through_broker(story: Story, exporter: Exporter) -> BrokerFiling:
    return BrokerFiling(story, consignments(), MemoryExporters(exporter))


def declared(exporter: Exporter) -> ExportDeclaration:
    return parcels.declaration(parcels.consignment(exporters=(exporter,)))


async def test_who_files_by_hand_is_pointed_to_the_worksheet(story: Story) -> None:
    exporter = parcels.exporter()
    with pytest.raises(Refused) as failure:
        await ManualFiling(story, consignments()).lodge(declared(exporter), parcels.TODAY)
    fetch, report = failure.value.commands
    assert fetch == f"tradelane documents get {parcels.ORDER} --kind declaration_worksheet -o {ORDER_NO}.pdf"
    assert f"--step {LODGE} --action complete --result number=" in report
    assert " 1 lines" not in failure.value.words


async def test_the_second_exporter_of_a_parcel_has_a_broker_file_of_its_own(story: Story) -> None:
    second = parcels.exporter(broker=BROKER)
    goods = (parcels.item(exporter_id=parcels.SECOND.id, sku="FIRST-1"), parcels.item())
    both = parcels.consignment(items=goods, exporters=(parcels.SECOND, second))
    declaration = parcels.declaration(both, part=1)
    assert (declaration.exporter.id, declaration.part.name) == (second.id, "d2")
    with pytest.raises(Refused) as failure:
        await through_broker(story, second).lodge(declaration, parcels.TODAY)
    assert " --kind broker_handoff_xlsx_d2 -o " in failure.value.commands[0]


async def test_a_broker_is_named_with_its_code_and_the_file_that_is_ready(story: Story) -> None:
    exporter = parcels.exporter(broker=BROKER)
    with pytest.raises(Refused) as failure:
        await through_broker(story, exporter).lodge(declared(exporter), parcels.TODAY)
    asked = failure.value
    assert (asked.reason, asked.fault) == ("manual_work", Fault.AUTHORITY)
    assert "예시관세법인 (declarant code 6N002)" in asked.words and "2026-11-24" in asked.words
    fetch, report = asked.commands
    assert fetch == f"tradelane documents get {parcels.ORDER} --kind broker_handoff_xlsx -o {ORDER_NO}.xlsx"
    assert report.startswith(
        f"tradelane holds resolve {parcels.ORDER} --step {LODGE} --action complete --result number="
    )


async def test_no_mail_address_and_no_buyer_stand_in_the_words_of_a_hold(story: Story) -> None:
    exporter = parcels.exporter(broker=BROKER)
    with pytest.raises(Refused) as failure:
        await through_broker(story, exporter).lodge(declared(exporter), parcels.TODAY)
    told = " ".join((failure.value.words, *failure.value.commands))
    assert "@" not in told and "담당자" not in told and "Inventada" not in told


async def test_an_exporter_without_a_broker_is_told_to_have_one(story: Story) -> None:
    exporter = parcels.exporter()
    with pytest.raises(Refused, match="none is set") as failure:
        await through_broker(story, exporter).lodge(declared(exporter), parcels.TODAY)
    assert (failure.value.fault, failure.value.reason) == (Fault.SELLER_DATA, "missing_data")


async def test_what_the_broker_reports_is_the_filing(story: Story) -> None:
    exporter = parcels.exporter(broker=BROKER)
    channel = through_broker(story, exporter)
    assert await channel.find(declared(exporter)) == NotDone()
    story.tells(LODGE, **FILED)
    found = await channel.find(declared(exporter))
    assert isinstance(found, Done) and found.content.number == parcels.NUMBER
    assert await channel.status(ORDER_NO, "haneul") == found.content


async def test_a_number_that_is_not_the_brokers_is_asked_for_again(story: Story) -> None:
    exporter = parcels.exporter(broker=BROKER)
    channel = through_broker(story, exporter)
    story.tells(LODGE, number=str(parcels.SECOND_NUMBER), accepted_at="2026-11-24T10:30:00+09:00")
    for look in (lambda: channel.find(declared(exporter)), lambda: channel.status(ORDER_NO, "haneul")):
        with pytest.raises(Refused, match="must begin with that code") as failure:
            await look()
        assert (failure.value.reason, failure.value.fault) == ("manual_work", Fault.OURS)
        assert f"--step {LODGE} " in failure.value.commands[0]
    story.tells(LODGE, **FILED)
    assert await stands(channel) is FilingState.ACCEPTED


def test_a_declaration_number_begins_with_the_code_of_who_filed_it() -> None:
    exporter = parcels.exporter(broker=BROKER)
    assert wrong_with(ExportDeclarationNumber("6N00226000123X"), exporter) == ""
    assert "7P113-26-000045X" in wrong_with(ExportDeclarationNumber("7P11326000045X"), exporter)
    assert wrong_with(ExportDeclarationNumber("7P11326000045X"), parcels.exporter()) == ""


# --- by the carrier's list -------------------------------------------------------------------------------------------


async def test_where_the_carrier_clears_there_is_nothing_to_file_find_or_change() -> None:
    channel, declaration = CarrierFiling(), parcels.declaration()
    filing = Filing(order_no=ORDER_NO, state=FilingState.DRAFT)
    assert await channel.find(declaration) == NotDone()
    assert await channel.status(ORDER_NO, "haneul") is None
    assert await channel.find_withdrawal(filing, "haneul") == NotDone()
    assert await channel.find_amendment(declaration, filing, 2) == NotDone()
    assert await channel.find_extension(filing, "haneul", parcels.TODAY) == NotDone()
    for refused in (
        lambda: channel.lodge(declaration, parcels.TODAY),
        lambda: channel.withdraw(filing, "haneul", "x"),
        lambda: channel.amend(declaration, filing, 2, "x"),
        lambda: channel.extend(filing, "haneul", parcels.TODAY, parcels.TODAY, "x"),
    ):
        with pytest.raises(Refused) as failure:
            await refused()
        assert failure.value.reason == "route" and len(failure.value.words) > 40


# --- the choice ------------------------------------------------------------------------------------------------------


class Spy:
    """A channel that notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        async def call(*given: Any) -> None:
            self.asked.append(name)

        return call


class MemoryRegister:
    """The port `Declarations`, as far as a channel is looked up."""

    def __init__(self, *records: DeclarationRecord) -> None:
        self._records = {record.order_no: record for record in records}

    def find(self, order_no: str) -> DeclarationRecord | None:
        return self._records.get(order_no)


def filed_through(channel: FilingChannel, order_no: str = ORDER_NO) -> DeclarationRecord:
    return DeclarationRecord.model_validate(
        {
            "order_no": order_no,
            "ucr": parcels.UCR,
            "order_id": parcels.ORDER,
            "exporter_id": "haneul",
            "channel": channel,
            "route": ExportRoute.SIMPLIFIED,
            "why": "within the cap",
            "state": FilingState.SUBMITTED,
            "payment": parcels.usd("25.80"),
            "incoterm": "FCA",
            "rate": "1389.57",
            "fob_krw": Money.model_validate({"amount": "35850", "currency": "KRW"}),
            "invoice_number": "MLC45848383497",
        }
    )


def choice(
    exporter: Exporter, *records: DeclarationRecord, default: FilingChannel = FilingChannel.KTNET
) -> tuple[RoutedFiling, dict[FilingChannel, Spy]]:
    spies = {channel: Spy() for channel in FilingChannel}
    register: Any = MemoryRegister(*records)
    channels: Any = spies
    return RoutedFiling(channels, default, MemoryExporters(exporter), register), spies


@pytest.mark.parametrize("channel", list(FilingChannel))
async def test_every_call_goes_to_the_exporters_own_channel(channel: FilingChannel) -> None:
    exporter = parcels.exporter(channel=channel)
    routed, spies = choice(exporter)
    declaration, day = declared(exporter), parcels.TODAY
    filing = Filing(order_no=ORDER_NO, state=FilingState.ACCEPTED, number=parcels.NUMBER)
    await routed.find(declaration)
    await routed.lodge(declaration, day)
    await routed.status(ORDER_NO, "haneul")
    await routed.find_withdrawal(filing, "haneul")
    await routed.withdraw(filing, "haneul", "x")
    await routed.find_amendment(declaration, filing, 2)
    await routed.amend(declaration, filing, 2, "x")
    await routed.find_extension(filing, "haneul", day)
    await routed.extend(filing, "haneul", day, day, "x")
    assert {one: len(spy.asked) for one, spy in spies.items()} == {one: 9 * (one is channel) for one in FilingChannel}
    assert len(set(spies[channel].asked)) == 9


@pytest.mark.parametrize("default", list(FilingChannel))
async def test_an_exporter_without_a_way_of_its_own_goes_the_installations(default: FilingChannel) -> None:
    routed, spies = choice(parcels.exporter(), default=default)
    assert routed.channel_of(parcels.exporter()) is default
    await routed.status(ORDER_NO, "haneul")
    await routed.status(ORDER_NO, "nobody")
    assert spies[default].asked == ["status", "status"]


async def test_what_was_filed_through_a_channel_is_asked_there_whatever_the_exporter_is_set_to_since() -> None:
    moved = parcels.exporter(channel=FilingChannel.BROKER)
    routed, spies = choice(moved, filed_through(FilingChannel.KTNET))
    await routed.find(declared(moved))
    await routed.status(ORDER_NO, "haneul")
    assert spies[FilingChannel.KTNET].asked == ["find", "status"]
    await routed.status(f"{ORDER_NO}~2", "haneul")
    assert spies[FilingChannel.BROKER].asked == ["status"], "a new round goes the new way"


# --- the setting -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "channel"),
    [
        ("protocol", FilingChannel.KTNET),
        ("ktnet", FilingChannel.KTNET),
        ("broker", FilingChannel.BROKER),
        ("carrier", FilingChannel.CARRIER),
        ("manual", FilingChannel.MANUAL),
    ],
)
def test_the_installations_channel_is_a_setting(
    monkeypatch: pytest.MonkeyPatch, given: str, channel: FilingChannel
) -> None:
    monkeypatch.setenv("TRADELANE_FILING", given)
    assert Settings().filing_channel is channel


@pytest.mark.parametrize(("name", "value"), [("TRADELANE_FILING", "mail"), ("TRADELANE_CUSTOMS", "broker")])
def test_a_channel_that_does_not_exist_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError):
        Settings()


# --- the wiring ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("most", "code"), [(1, "quota"), (0, "503")])
async def test_an_installation_counts_its_documents_of_the_month(tmp_path: Path, most: int, code: str) -> None:
    """The same for all its processes, in the table of the quotas; 0 counts nothing."""
    settings = Settings(data_dir=tmp_path, ktnet_monthly_documents=most)
    party = Counterparty().answers({}, status=503).answers({}, status=503)
    with open_stores(settings) as stores:
        stores.exporters.put(parcels.exporter())
        filing = wired(settings, stores, party.client()).filing
        for expected in ("503", code):
            with pytest.raises(Unavailable) as failure:
                await filing.lodge(declared(parcels.exporter()), parcels.TODAY)
            assert failure.value.code == expected


async def test_an_installation_hands_each_exporter_to_its_channel(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    party = Counterparty()
    with open_stores(settings) as stores:
        filing = wired(settings, stores, party.client()).filing
        for channel, said in (("manual", "by hand"), ("broker", "its broker 예시관세법인"), ("carrier", "by list")):
            exporter = parcels.exporter(channel=FilingChannel(channel), broker=BROKER)
            with pytest.raises(Refused, match=said):
                await filing.lodge(declared(exporter), parcels.TODAY)
    assert party.requests == []

"""A declaration that an earlier run filed keeps its rate and its route; what was read of one number says nothing of the next."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

import pytest
import pytest_asyncio
from temporalio.exceptions import ApplicationError

from tests.adapters.office import Office, Parcel, open_office
from tradelane.contracts.steps import LoadingRequest
from tradelane.domain.catalogue import FilingChannel
from tradelane.domain.export_declaration import Loading
from tradelane.domain.export_route import ExportRoute
from tradelane.domain.trade_time import KOREA

LOADED = {"loaded_on": "2026-11-25", "packages": "1", "evidence": "UNI-PASS, printed"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    async with open_office(tmp_path_factory.mktemp("before")) as opened:
        yield opened


async def loading(parcel: Parcel, *, accepted_days_ago: int) -> Loading:
    """What the step says of the loading of the parcel's declaration."""
    assert parcel.filing is not None and parcel.filing.number is not None
    request = LoadingRequest(
        number=parcel.filing.number,
        part="d1",
        orders=parcel.consignment.orders,
        accepted_at=parcel.office.now() - timedelta(days=accepted_days_ago),
    )
    answer: Loading = await parcel.office.step(parcel.office.customs.confirm_loading, request)
    return answer


async def test_a_loading_that_was_read_before_the_acceptance_is_of_another_declaration(office: Office) -> None:
    """Customs cancelled the first acceptance; the goods were declared anew and have not left under the new number."""
    parcel = await office.parcel()
    await parcel.accepted()
    parcel.typed_by_hand("confirm_loading:d1", **LOADED)
    office.later(days=2)
    assert not (await loading(parcel, accepted_days_ago=1)).loaded
    assert (await loading(parcel, accepted_days_ago=3)).loaded


async def test_the_route_of_a_filing_is_that_by_which_it_was_sent(office: Office) -> None:
    """Today another route would be chosen: what customs has is told, for it is amended and watched as what it is."""
    parcel = await office.parcel()
    await parcel.drawn_up()
    sent = await parcel.lodge()
    assert sent.route is parcel.declared.route is ExportRoute.SIMPLIFIED
    parcel.declaration = parcel.declared.model_copy(update={"route": ExportRoute.FORMAL})
    found = await parcel.lodge()
    assert await office.acted("declare", parcel.shipment) == 1
    assert found.route is ExportRoute.SIMPLIFIED


# --- the week that counts --------------------------------------------------------------------------------------------


SATURDAY = datetime(2026, 12, 5, 9, 0, tzinfo=KOREA)
"""The last day of a rate week; 2026-12-07 is the Monday of the next."""


async def test_a_filing_refused_on_saturday_is_kept_at_the_rate_of_the_monday_it_was_sent(office: Office) -> None:
    """Customs receives the Monday's day and rate; the books for the tax office say the same."""
    office.set_clock(SATURDAY)
    parcel = await office.parcel()
    first = await parcel.drawn_up()
    await office.fault("ktnet", "declare", "refuse", match=parcel.shipment)
    with pytest.raises(ApplicationError):
        await parcel.lodge()
    office.later(days=2)
    second = await parcel.drawn_up()
    await parcel.lodge()
    record = office.resources.declarations.find(second.order_no)
    assert record is not None and second.rate != first.rate
    assert (record.declared_on, record.rate) == (date(2026, 12, 7), second.rate.krw_per_unit)
    assert (record.fob_krw, record.why) == (second.fob, second.why)


async def by_broker(office: Office) -> Parcel:
    """A parcel handed out to a person on a Saturday."""
    office.set_clock(SATURDAY)
    parcel = await office.parcel()
    drawn = await parcel.drawn_up()
    parcel.declaration = drawn.model_copy(
        update={"exporter": drawn.exporter.model_copy(update={"channel": FilingChannel.MANUAL})}
    )
    with pytest.raises(ApplicationError, match="by hand"):
        await parcel.lodge(FilingChannel.MANUAL)
    return parcel


async def test_a_person_who_declared_it_in_the_next_week_says_so_and_that_weeks_won_are_kept(office: Office) -> None:
    parcel = await by_broker(office)
    office.set_clock(SATURDAY + timedelta(days=9))
    accepted = {"number": "H1A0126000555X", "accepted_at": (SATURDAY + timedelta(days=4)).isoformat()}
    parcel.typed_by_hand("lodge_export_declaration:d1", **accepted)
    with pytest.raises(ApplicationError, match="say with declared_on on which day"):
        await parcel.lodge(FilingChannel.MANUAL)

    parcel.typed_by_hand("lodge_export_declaration:d1", **accepted, declared_on="2026-12-08")
    with pytest.raises(ApplicationError) as stale:
        await parcel.lodge(FilingChannel.MANUAL)
    assert (stale.value.type, stale.value.details[0]["about"]) == ("Stale", "2026-12-08")

    handed_out = parcel.declared
    again = await parcel.drawn_up(date(2026, 12, 8))
    parcel.declaration = again.model_copy(update={"exporter": handed_out.exporter})
    reply = await parcel.lodge(FilingChannel.MANUAL)
    assert reply.rate == again.rate != handed_out.rate
    record = office.resources.declarations.find(again.order_no)
    assert record is not None
    assert (record.declared_on, record.rate, record.fob_krw) == (
        date(2026, 12, 8),
        again.rate.krw_per_unit,
        again.fob,
    )


@pytest.mark.parametrize(
    ("accepted_at", "words"),
    [
        ("2026-12-05T08:59:00+09:00", ""),
        ("2026-12-05T23:00:00+09:00", "still to come"),
        ("2026-12-01T09:00:00+09:00", "nothing to accept"),
    ],
)
async def test_an_acceptance_that_cannot_be_is_typed_again(office: Office, accepted_at: str, words: str) -> None:
    office.set_clock(SATURDAY - timedelta(hours=2))
    parcel = await office.parcel()
    await parcel.drawn_up()
    await parcel.rendered()
    office.set_clock(SATURDAY)
    parcel.typed_by_hand("lodge_export_declaration:d1", number="H1A0126000556X", accepted_at=accepted_at)
    if not words:
        assert (await parcel.lodge(FilingChannel.MANUAL)).filing.number == "H1A0126000556X"
        return
    with pytest.raises(ApplicationError, match=words):
        await parcel.lodge(FilingChannel.MANUAL)


@pytest.mark.parametrize("loaded_on", ["1999-01-01", "2099-01-01"])
async def test_a_loading_before_its_acceptance_or_after_today_is_typed_again(office: Office, loaded_on: str) -> None:
    parcel = await office.parcel()
    await parcel.accepted()
    parcel.typed_by_hand("confirm_loading:d1", **{**LOADED, "loaded_on": loaded_on})
    with pytest.raises(ApplicationError, match="cannot be"):
        await loading(parcel, accepted_days_ago=1)

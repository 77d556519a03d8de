"""The figures kept for the tax office are those of what customs really has, whichever try it got them from."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from temporalio.exceptions import ApplicationError

from tests.adapters.office import Office, open_office
from tradelane.domain.catalogue import FilingChannel
from tradelane.domain.export_declaration import ExportDeclaration, FilingState
from tradelane.domain.outside import NotDone
from tradelane.domain.trade_time import KOREA

SATURDAY = datetime(2026, 12, 5, 9, 0, tzinfo=KOREA)
"""The last day of a rate week."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    async with open_office(tmp_path_factory.mktemp("figures")) as opened:
        yield opened


async def test_a_filing_that_arrived_late_is_kept_as_it_was_sent(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its reply was lost, customs did not show it yet, and what was sent next was refused as declared already."""
    office.set_clock(SATURDAY)
    parcel = await office.parcel()
    sent = await parcel.drawn_up()
    await office.fault("ktnet", "declare", "lose_reply", match=parcel.shipment)
    with pytest.raises(ApplicationError):
        await parcel.lodge()
    assert await office.acted("declare", parcel.shipment) == 1

    async def not_yet(_: ExportDeclaration) -> NotDone:
        return NotDone("not there yet")

    office.later(days=2)
    again = await parcel.drawn_up()
    parcel.declaration = again.model_copy(update={"gross_weight_g": again.gross_weight_g + 100})
    with monkeypatch.context() as late:
        late.setattr(office.export._books, "_fence", timedelta(0))  # it was waited for long enough, we thought
        late.setattr(office.resources.filing, "find", not_yet)
        with pytest.raises(ApplicationError) as declared_already:
            await parcel.lodge()
    assert "already_declared" in str(declared_already.value.details)
    reply = await parcel.lodge()

    assert await office.acted("declare", parcel.shipment) == 1
    assert (reply.in_line, reply.rate) == (False, sent.rate)
    record = office.resources.declarations.find(sent.order_no)
    assert record is not None and sent.rate != again.rate
    assert (record.declared_on, record.rate, record.digest) == (
        date(2026, 12, 5),
        sent.rate.krw_per_unit,
        sent.digest,
    )


async def test_what_was_typed_is_registered_though_a_worker_died_before_it_was(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our books had the filing, the register not yet: the next try writes the typed day and its week's won."""
    office.set_clock(SATURDAY)
    parcel = await office.parcel()
    handed_out = await parcel.drawn_up()
    by_hand = handed_out.exporter.model_copy(update={"channel": FilingChannel.MANUAL})
    parcel.declaration = handed_out.model_copy(update={"exporter": by_hand})
    with pytest.raises(ApplicationError, match="by hand"):
        await parcel.lodge(FilingChannel.MANUAL)

    office.set_clock(SATURDAY + timedelta(days=9))
    parcel.typed_by_hand("lodge_export_declaration:d1", number="H1A0126000557X", declared_on="2026-12-08")
    again = await parcel.drawn_up(date(2026, 12, 8))
    parcel.declaration = again.model_copy(update={"exporter": by_hand})

    def dies(*_: Any) -> None:
        raise RuntimeError("the worker was killed")

    with monkeypatch.context() as killed:
        killed.setattr(office.export, "_register", dies)
        with pytest.raises(RuntimeError):
            await parcel.lodge(FilingChannel.MANUAL)
    await parcel.lodge(FilingChannel.MANUAL)

    record = office.resources.declarations.find(again.order_no)
    assert record is not None and again.rate != handed_out.rate
    assert (record.state, record.declared_on, record.rate, record.fob_krw) == (
        FilingState.SUBMITTED,
        date(2026, 12, 8),
        again.rate.krw_per_unit,
        again.fob,
    )

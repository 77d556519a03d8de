"""Our own books under bad luck: writes that may still arrive, claims that cross, references that never answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from temporalio.testing import ActivityEnvironment

from activities.books import Books
from activities.closing import ClosingActivities
from activities.sweeps import SweepActivities
from tests.lane import lane_settings, write_clock
from tradelane.adapters.errors import OutsideFailure, Refused, Unavailable
from tradelane.contracts.steps import CloseRequest, SweepRequest
from tradelane.domain.catalogue import Seller
from tradelane.domain.export_declaration import Filing, FilingState
from tradelane.domain.identifiers import OrderId, ShipmentId, Ucr
from tradelane.domain.outside import NotDone, digest_of
from tradelane.domain.trade_time import Timetable
from tradelane.ports import ExportFiling, Marketplace, Watch
from tradelane.resources import Resources, wired
from tradelane.stores import open_stores

LOW, HIGH = OrderId("2000013770481964"), OrderId("2000013770481965")
SHIPMENT = ShipmentId("45848383497")
UCR = Ucr("6KRMLC45848383497")
NOW = datetime.now(UTC)


@pytest.fixture
def resources(tmp_path: Path) -> Iterator[Resources]:
    """Stores on disk; nobody outside is asked."""
    settings = lane_settings(tmp_path, 1, 1.0)
    write_clock(settings)
    with open_stores(settings) as stores:
        yield wired(settings, stores, httpx.AsyncClient())


async def written(resources: Resources, create: Any) -> str:
    books = Books(resources.effects, resources.decisions, resources.settings, resources.journal)

    async def find() -> NotDone:
        return NotDone()

    return await books.act(
        key=f"{UCR}:x", step="x", orders=(LOW,), at=lambda: NOW, find=find, create=create,
        by_hand=lambda result: "", describe=lambda content: f'"{content}"',
    )  # fmt: skip


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        (Unavailable("mydhl", "timeout", "no answer"), "intended"),
        (Unavailable("mydhl", "interrupted", "broken off"), "intended"),
        (Unavailable("mydhl", "503", "busy"), "absent"),
        (Refused("mydhl", "1001", "no"), "absent"),
        (asyncio.CancelledError(), "intended"),
    ],
    ids=["timeout", "interrupted", "busy", "refused", "worker stopped"],
)
async def test_only_an_answered_write_frees_the_way_for_the_next(
    resources: Resources, failure: BaseException, state: str
) -> None:
    async def create() -> str:
        raise failure

    with pytest.raises((OutsideFailure, asyncio.CancelledError)):
        await written(resources, create)
    row = resources.effects.find(f"{UCR}:x")
    assert row is not None
    assert row.state == state


def test_a_claim_is_fixed_only_for_orders_that_its_run_knows(resources: Resources) -> None:
    """The other order joined the pack after this one's run had read it."""
    store = resources.consignments
    store.claim(UCR, SHIPMENT, "1001", [LOW, HIGH], LOW)
    late = store.claim(UCR, SHIPMENT, "1001", [LOW], LOW, fix=True)
    assert (late.fixed, late.orders) == (False, (LOW, HIGH))
    known = store.claim(UCR, SHIPMENT, "1001", [LOW, HIGH], LOW, fix=True)
    assert (known.fixed, known.orders) == (True, (LOW, HIGH))


async def test_an_order_that_ends_before_it_claimed_hands_the_parcel_on(resources: Resources) -> None:
    """Another order of the pack had claimed for it, and waits to be carried by it."""
    resources.consignments.claim(UCR, SHIPMENT, "1001", [LOW, HIGH], LOW)
    request = CloseRequest(ucr=None, order_id=LOW, outcome="cancelled", timetable=Timetable())
    await ActivityEnvironment().run(ClosingActivities(resources).archive_dossier, request)
    [note] = resources.inbox.waiting(10)
    assert (note.source, note.reference) == ("desk", HIGH)
    assert '"carry_on"' in note.body
    claim = resources.consignments.of_ucr(UCR)
    assert claim is not None
    assert claim.outcome is None


class SilentAboutOne:
    """A filing channel that never answers about one reference."""

    async def status(self, order_no: str, exporter_id: str) -> Filing:
        if order_no == "silent":
            raise Unavailable("ktnet", "timeout", "no answer")
        return Filing(order_no=order_no, state=FilingState.SUBMITTED)


async def test_a_reference_that_never_answers_does_not_stay_first_in_line(resources: Resources) -> None:
    resources = replace(resources, filing=cast(ExportFiling, SilentAboutOne()))
    resources.watches.add(Watch(source="ktnet", reference="silent", ucr=UCR, order_id=LOW, last_digest="kept"))
    reply = await ActivityEnvironment().run(SweepActivities(resources).sweep_source, SweepRequest(source="ktnet"))
    assert (reply.looked, reply.unavailable) == (1, 1)
    assert resources.watches.due("ktnet", datetime.now(UTC), 10) == ()
    watch = resources.watches.get("ktnet", "silent")
    assert watch is not None
    assert watch.last_digest == "kept"


class Updated:
    """A marketplace that lists two orders as updated."""

    async def orders_updated(self, seller_id: str, since: datetime, until: datetime) -> tuple[OrderId, ...]:
        return (LOW, HIGH)


async def test_an_order_not_read_for_a_day_is_read_again_when_it_was_updated(resources: Resources) -> None:
    """Its notice may have been lost, and with it a cancellation."""
    go_live = NOW - timedelta(days=9000)
    resources.sellers.put(Seller(id="1001", site="MLC", nickname="INVENTED", go_live=go_live))
    resources = replace(resources, marketplace=cast(Marketplace, Updated()))
    for order, looked_again in ((LOW, NOW - timedelta(minutes=1)), (HIGH, NOW + timedelta(days=1))):
        resources.watches.add(Watch(source="mercadolibre", reference=order, ucr="", order_id=order))
        resources.watches.seen("mercadolibre", order, digest_of("x"), looked_again)
    reply = await ActivityEnvironment().run(SweepActivities(resources).reconcile_sellers, SweepRequest(source="1001"))
    assert (reply.looked, reply.changed) == (2, 1)
    assert [row.reference for row in resources.inbox.waiting(10)] == [f"/marketplace/orders/{LOW}"]

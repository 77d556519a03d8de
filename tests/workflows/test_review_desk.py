"""The desk under bad luck: writes still in flight at a cancel, plans that must not lie, sleep that must end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.board import BoardActivities
from activities.lookups import _Lookout, _Seen
from activities.retracting import RetractingActivities
from activities.sweeps import SweepActivities
from tests.lane import lane_settings, write_clock
from tradelane.adapters.errors import Refused
from tradelane.contracts.steps import HoldsRequest, SweepRequest, WithdrawRequest
from tradelane.domain.catalogue import Seller
from tradelane.domain.export_declaration import Filing, FilingState
from tradelane.domain.holds import Fault, Hold, Resolution
from tradelane.domain.identifiers import OrderId, Ucr
from tradelane.domain.outside import Done, NotDone
from tradelane.domain.trade_time import Timetable
from tradelane.ports import Decision, ExportFiling, Marketplace
from tradelane.resources import Resources, wired
from tradelane.stores import open_stores

ORDER, OTHER = OrderId("2000013770481964"), OrderId("2000013770481965")
UCR = Ucr("6KRMLC45848383497")
NOW = datetime.now(UTC)


@pytest.fixture
def resources(tmp_path: Path) -> Iterator[Resources]:
    """Stores on disk; nobody outside is asked."""
    settings = lane_settings(tmp_path, 1, 1.0)
    write_clock(settings)
    with open_stores(settings) as stores:
        yield wired(settings, stores, httpx.AsyncClient())


# --- a write that is still in flight ----------------------------------------------------------------------------------


class KnowsNothing:
    """A filing channel that has not (yet) got the declaration."""

    async def status(self, order_no: str, exporter_id: str) -> Filing | None:
        return None


def withdrawal() -> WithdrawRequest:
    return WithdrawRequest(
        ucr=UCR,
        part="d1",
        exporter_id="hangang",
        filing=Filing(order_no=f"{UCR}-1", state=FilingState.SUBMITTED),
        reason="sold out",
        timetable=Timetable(),
    )


async def test_a_declaration_that_may_still_arrive_is_not_taken_for_never_sent(resources: Resources) -> None:
    """Else the cancel ends, the request lands, and a live declaration stands without a shipment."""
    step = "lodge_export_declaration"
    resources.effects.begin(f"{UCR}:1:{step}", f"{step}:d1", datetime.now(UTC), timedelta(0), "{}")
    activities = RetractingActivities(replace(resources, filing=cast(ExportFiling, KnowsNothing())))
    with pytest.raises(ApplicationError) as waiting:
        await ActivityEnvironment().run(activities.withdraw_export_declaration, withdrawal())
    assert waiting.value.type == "Unavailable"
    assert waiting.value.next_retry_delay is not None
    assert timedelta(0) < waiting.value.next_retry_delay <= timedelta(seconds=resources.settings.write_fence_seconds)


@pytest.mark.parametrize("ended", [True, False], ids=["the try ended", "the fence has passed"])
async def test_a_declaration_that_cannot_arrive_any_more_needs_no_withdrawal(resources: Resources, ended: bool) -> None:
    step = "lodge_export_declaration"
    key = f"{UCR}:1:{step}"
    long_ago = datetime.now(UTC) - timedelta(seconds=resources.settings.write_fence_seconds + 1)
    resources.effects.begin(key, f"{step}:d1", datetime.now(UTC) if ended else long_ago, timedelta(0), "{}")
    if ended:
        resources.effects.release(key)
    activities = RetractingActivities(replace(resources, filing=cast(ExportFiling, KnowsNothing())))
    await ActivityEnvironment().run(activities.withdraw_export_declaration, withdrawal())


# --- a look is what the step itself does ------------------------------------------------------------------------------


@pytest.mark.parametrize(("typed", "existing"), [("3", Done("typed by a person")), ("2", NotDone())])
async def test_a_result_typed_for_another_version_is_not_taken_for_this_one(
    resources: Resources, typed: str, existing: object
) -> None:
    """The step would ask customs and write; a plan that says the effect exists would lie."""
    resources.decisions.record(
        Decision(
            id="d",
            scope=ORDER,
            step="amend_export_declaration:d1",
            kind="complete",
            actor="kim",
            reason="",
            at=NOW,
            content={"version": typed, "evidence": "approval of customs"},
        )
    )

    async def find() -> NotDone:
        return NotDone()

    with pytest.raises(_Seen) as seen:
        await _Lookout(resources.decisions).act(
            key="k",
            step="amend_export_declaration:d1",
            orders=(ORDER,),
            find=find,
            fits=lambda result: result.get("version") == "3",
        )
    assert seen.value.existing == existing


# --- the board --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("known", "asleep"), [((), True), (("plan_consignment",), False)])
async def test_the_board_believes_a_run_that_knows_who_sleeps(
    resources: Resources, known: tuple[str, ...], asleep: bool
) -> None:
    """A hold that went on by an amendment of the order is awake when it holds again; only its run knows that."""
    until = NOW + timedelta(days=2)
    written = (
        ("plan_consignment", "snooze", {"snoozed_until": until.isoformat()}),
        ("*", "amend", {"package.lot": "L1"}),
    )
    for number, (step, kind, content) in enumerate(written):
        at = NOW + timedelta(minutes=number)
        decision = Decision(
            id=str(number), scope=ORDER, step=step, kind=kind, content=content, actor="kim", reason="", at=at
        )
        resources.decisions.record(decision)
    hold = Hold(
        key="plan_consignment",
        stage="packing",
        step="plan_consignment",
        reason="missing_data",
        fault=Fault.SELLER_DATA,
        words="no HS code",
        owner="seller desk",
        since=NOW + timedelta(minutes=4),
        due=NOW + timedelta(days=1),
        resolutions=(Resolution.RETRY,),
        commands=(),
    )
    request = HoldsRequest(
        order_id=ORDER, seller_id="1001", exporters=(), holds=(hold,), known=known, timetable=Timetable()
    )
    await ActivityEnvironment().run(BoardActivities(resources).post_holds, request)
    [posted] = resources.holds.of_order(ORDER)
    assert posted.hold.snoozed_until == (until if asleep else None)


# --- reconcile --------------------------------------------------------------------------------------------------------


class RefusesOne:
    """A marketplace that has withdrawn one seller's access."""

    async def orders_updated(self, seller_id: str, since: datetime, until: datetime) -> tuple[OrderId, ...]:
        if seller_id == "1001":
            raise Refused("mercadolibre", "invalid_grant", "the token was revoked")
        return (OTHER,)


async def test_a_seller_whose_access_is_gone_stops_no_other_sellers_orders_from_being_found(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_live = NOW - timedelta(days=9000)
    for seller in ("1001", "1002"):
        resources.sellers.put(Seller(id=seller, site="MLC", nickname=f"INVENTED{seller}", go_live=go_live))
    activities = SweepActivities(replace(resources, marketplace=cast(Marketplace, RefusesOne())))

    async def nothing(*_given: Any) -> int:
        return 0

    monkeypatch.setattr("activities.sweeps.Reopening.run", nothing)
    monkeypatch.setattr(SweepActivities, "_tidy", nothing)
    monkeypatch.setattr("activities.sweeps.activity.client", lambda: None)
    reply = await ActivityEnvironment().run(activities.reconcile_sellers, SweepRequest())
    assert (reply.changed, reply.unavailable) == (1, 1)
    assert [row.reference for row in resources.inbox.waiting(10)] == [f"/marketplace/orders/{OTHER}"]

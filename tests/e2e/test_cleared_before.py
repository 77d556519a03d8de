"""A buyer who shares a listed name and was compared with the entry goes through by a standing clearance alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests import world
from tests.e2e.test_screening import AT_FILING, AT_HANDOVER, LIST, Sale, lists
from tests.lane import DAY, open_lane
from tradelane.desk import party_clearances
from tradelane.domain.identifiers import OrderId
from tradelane.domain.trade_time import today_in_korea


async def test_an_order_goes_on_by_a_standing_clearance_and_its_handover_asks_nobody(
    tmp_path: Path, target: str, namespace: str
) -> None:
    async with open_lane(tmp_path, target, namespace=namespace, pace=2 * DAY, sweeps=False) as lane:
        sale = await Sale.made(lane)
        lists(lane, sale.consignee)
        await sale.begins()
        hold = await sale.held_for(AT_FILING, "party_hit")
        [entry] = {one.removeprefix("tradelane parties show ") for one in hold.commands if " show " in one}
        assert entry.startswith(f"{LIST}:E2E.")
        until = today_in_korea(world.world_now(lane)) + timedelta(days=300)
        party_clearances.clear(
            lane.resources.stores, entry, sale.order, until=until, reason="other birth date, memo 12", actor="k.park"
        )
        assert await sale.did("declare") == 0, "a clearance sends nothing by itself"
        await sale.retries(AT_FILING)
        await sale.acted("book")
        progress = await lane.progress(sale.order)
        assert progress is not None
        assert {AT_FILING + "~2", AT_HANDOVER} <= set(progress.steps)
        assert [one.kind for one in lane.resources.decisions.of_orders([OrderId(sale.order)])] == ["retry"]

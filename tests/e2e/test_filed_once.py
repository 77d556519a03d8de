"""However often we ask and whatever gets lost: of each exporter's goods exactly one declaration lives at customs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from temporalio.common import WorkflowIDConflictPolicy

from tests import world
from tests.lane import DAY, Lane, count, open_lane
from tradelane.contracts.journeys import FULFIL_ORDER, order_workflow_id
from tradelane.contracts.messages import FulfilOrderRequest, Progress
from tradelane.domain.catalogue import FilingChannel
from tradelane.domain.export_declaration import FilingState
from tradelane.domain.holds import Hold
from tradelane.domain.identifiers import ExportDeclarationNumber, OrderId

FILING, ACCEPTANCE = "lodge_export_declaration:d1", "read_export_acceptance:d1"


async def sold(lane: Lane, scenario: str, *orders: Sequence[str]) -> tuple[str, str]:
    """Sell; gives the order that carries and the shipment."""
    made = await lane.sell(scenario, orders=[{"items": [{"sku": sku} for sku in skus]} for skus in orders])
    return min((str(one["order_id"]) for one in made), key=int), str(made[0]["shipment_id"])


async def held(lane: Lane, order: str, key: str, why: str) -> Hold:
    def hold(progress: Progress) -> Hold | None:
        return next((one for one in progress.holds if (one.key, one.reason) == (key, why)), None)

    found = hold(await lane.until(order, lambda p: hold(p) is not None))
    assert found is not None
    return found


async def resolve(lane: Lane, order: str, key: str, action: str, **result: str) -> None:
    told: dict[str, Any] = {"step": key, "action": action, "result": result, "reason": "done", "actor": "kim"}
    await lane.update(order, "resolve_hold", told)


async def filed(lane: Lane, order: str, declarations: int) -> tuple[str, ...]:
    progress = await lane.until(order, lambda p: len(p.declarations) == declarations)
    return progress.declarations


async def notices_and_starts_again_and_again(lane: Lane) -> None:
    """The reply is lost, KTNET is away, every notice comes five times and two people start the order by hand."""
    [made] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-TEE-01"}]}], webhook_url=None)
    order, shipment = str(made["order_id"]), str(made["shipment_id"])
    await lane.fault("ktnet", "declare", "lose_reply", match=shipment)
    await lane.fault("ktnet", "status", "unavailable", times=2, match=shipment)
    [seller] = lane.resources.sellers.all()
    notice = {"resource": f"/orders/{order}", "user_id": int(seller.id), "topic": "marketplace_orders"}

    async def told(times: int) -> None:
        async with httpx.AsyncClient() as marketplace:
            for number in range(times):
                answer = await marketplace.post(lane.webhook_url, json={**notice, "_id": f"n-{number}", "attempts": 1})
                assert answer.is_success

    async def started() -> None:
        await lane.client.start_workflow(
            FULFIL_ORDER.name,
            FulfilOrderRequest(order_id=OrderId(order)),
            id=order_workflow_id(OrderId(order)),
            task_queue=FULFIL_ORDER.queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )

    await asyncio.gather(told(5), started(), started())
    [number] = await filed(lane, order, 1)
    assert count(await lane.effects(), "declare", shipment) == 1
    assert world.live_declarations(lane, shipment) == [number]


async def an_error_notice_and_a_lost_reply(lane: Lane) -> None:
    """Only the error notice frees the reference: the second filing, whose reply is lost, is the one that lives."""
    order, shipment = await sold(lane, "hs_refused", ["BJK-STND-05"])
    await held(lane, order, FILING, "error_notice")
    assert world.live_declarations(lane, shipment) == []
    await lane.fault("ktnet", "declare", "lose_reply", match=shipment)
    await lane.update(
        order, "amend", {"set": {"items.BJK-STND-05.hsk": "7616.99-9090"}, "reason": "advice", "actor": "lee"}
    )
    [number] = await filed(lane, order, 1)
    declared = [row for row in await lane.effects() if row["operation"] == "declare" and shipment in row["reference"]]
    assert [row["reference"].rpartition("-")[2] for row in declared] == ["1", "1~2"]
    assert world.live_declarations(lane, shipment) == [number] == [declared[1]["detail"]["number"]]


async def two_exporters(lane: Lane) -> None:
    """Both replies are lost, and one exporter's goods are refused first: one declaration each."""
    order, shipment = await sold(lane, "two_brands", ["HNG-TEE-01"], ["DTR-NOTE-01"])
    await lane.fault("ktnet", "declare", "refuse", match=f"{shipment}-2")
    await lane.fault("ktnet", "declare", "lose_reply", times=2, match=shipment)
    second = FILING.replace("d1", "d2")
    await lane.held(order, second)
    await resolve(lane, order, second, "retry")
    numbers = await filed(lane, order, 2)
    assert sorted(world.live_declarations(lane, shipment)) == sorted(numbers)
    assert count(await lane.effects(), "declare", shipment) == 2
    with world.books(lane) as db:
        rows = db.execute(
            "SELECT registration FROM ktnet_filings WHERE order_no LIKE ?", (f"%{shipment}-%",)
        ).fetchall()
    assert len({row["registration"] for row in rows}) == 2, "one for each exporter"


async def typed_by_hand(lane: Lane) -> None:
    """A person files, customs answers with an error notice: the number is typed anew, and the last one lives."""
    order, shipment = await sold(lane, "plain", ["ONG-BOWL-01"])
    numbers = [f"H1A012600070{n}X" for n in range(3)]
    await held(lane, order, FILING, "manual_work")
    await resolve(lane, order, FILING, "complete", number=numbers[0])
    await held(lane, order, ACCEPTANCE, "manual_work")
    await resolve(lane, order, ACCEPTANCE, "complete", state="rejected", words="란 1: 세번부호")
    await held(lane, order, FILING, "error_notice")
    await resolve(lane, order, FILING, "retry")
    again = await held(lane, order, FILING, "manual_work")
    assert again.result_shape, "the number of the first filing is not taken for the second"
    accepted = (await lane.until(order, lambda p: p.trade_now is not None)).trade_now
    assert isinstance(accepted, datetime)
    await resolve(lane, order, FILING, "complete", number=numbers[1])
    await held(lane, order, ACCEPTANCE, "manual_work")
    await resolve(
        lane, order, ACCEPTANCE, "complete", state="accepted", number=numbers[1], accepted_at=accepted.isoformat()
    )
    assert await filed(lane, order, 1) == (numbers[1],)
    states = {
        str(one.number): one.state
        for one in (lane.resources.declarations.by_number(ExportDeclarationNumber(n)) for n in numbers[:2])
        if one is not None
    }
    assert states == {numbers[0]: FilingState.REJECTED, numbers[1]: FilingState.ACCEPTED}
    assert count(await lane.effects(), "declare", shipment) == 0, "nothing was sent to KTNET"


async def test_exactly_one_declaration_lives_for_each_exporter_and_consignment(
    tmp_path: Path, target: str, namespace: str
) -> None:
    async with open_lane(tmp_path, target, namespace=namespace, pace=2 * DAY, write_fence_seconds=2.0) as lane:
        onggi = lane.resources.exporters.get(["onggi"])["onggi"]
        lane.resources.exporters.put(onggi.model_copy(update={"channel": FilingChannel.MANUAL}))
        async with asyncio.TaskGroup() as stories:
            for story in (
                notices_and_starts_again_and_again,
                an_error_notice_and_a_lost_reply,
                two_exporters,
                typed_by_hand,
            ):
                stories.create_task(story(lane))

"""Each step retries by itself: its counterparty fails it three times, and only that step shows it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

import worker
from tests import world
from tests.conftest import fresh_namespace
from tests.lane import DAY, Lane, open_lane
from tradelane.contracts import steps
from tradelane.contracts.effect import Effect
from tradelane.contracts.journeys import FULFIL_ORDER, order_workflow_id

AT_ONCE = {
    "read_order": [("mercadolibre", "read_order")],
    "read_pack": [("mercadolibre", "read_pack")],
    "read_shipment": [("mercadolibre", "read_shipment")],
    "read_buyer_tax_id": [("mercadolibre", "read_billing_info")],
    "read_customs_rate": [("unipass", "rates")],
    "read_export_requirements": [("unipass", "requirements")],
    "lodge_export_declaration": [("ktnet", "declare")],
    "book_transport": [("mydhl", "book")],
    "attach_documents": [("mydhl", "upload_image")],
    "publish_tracking": [("mercadolibre", "publish_tracking")],
    "send_import_preadvice": [("mydhl", "upload_invoice_data")],
    "watch_tracking": [("17track", "register")],
    "confirm_loading": [("unipass", "export_declaration")],
    "publish_delivery_status": [("mercadolibre", "publish_tracking_status")],
}
"""Step -> what fails it, three times from the start of the order on."""

AFTER = {
    "read_export_acceptance": ("filing", [("ktnet", "status")]),
    "read_transport_events": ("carrier", [("mydhl", "tracking"), ("17track", "gettrackinfo")]),
}
"""Steps that share a call with an earlier step's look: the faults come once that one has written, by this port."""

WRITES = {"filing": "lodge", "carrier": "book"}

EFFECTS = Counter(
    declare=1,
    book=1,
    upload_image=1,
    publish_tracking=1,
    upload_invoice_data=1,
    register=1,
    publish_tracking_status=1,
)


async def nudge(lane: Lane, order: str) -> None:
    """What sweeps would tell, told all the time: this installation runs without them, so that no look is theirs."""
    handle = lane.run_of(order)
    while True:
        progress = await lane.progress(order)
        if progress is not None:
            news = [("unipass", number) for number in progress.declarations]
            news += [("carrier", progress.waybill)] if progress.waybill else []
            for source, reference in news:
                await handle.signal("fact", {"source": source, "reference": reference})
        await asyncio.sleep(0.4)


class Then:
    """A port as it is; when a call has been answered, something happens before anybody hears of it."""

    def __init__(self, port: object, call: str) -> None:
        self._port, self._call = port, call
        self.happens: list[Callable[[], Awaitable[None]]] = []

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if name != self._call:
            return found

        async def call(*given: Any, **named: Any) -> Any:
            answer = await found(*given, **named)
            while self.happens:
                await self.happens.pop()()
            return answer

        return call


async def travel(lane: Lane, ports: Mapping[str, Then], step: str) -> None:
    """One order whose `step` is failed three times; checks its attempts and the ledger."""
    before = Counter(row["operation"] for row in await lane.effects())
    orders = [{"items": [{"sku": "HNG-TEE-01"}]}] * (2 if step == "read_pack" else 1)
    sold = await lane.sell("plain", orders=orders, webhook_url=None)
    order = min((one["order_id"] for one in sold), key=int)
    for counterparty, operation in AT_ONCE.get(step, []):
        await lane.fault(counterparty, operation, "unavailable", times=3)
    port, faults = AFTER.get(step, ("filing", []))
    ports[port].happens += [partial(lane.fault, *fault, "unavailable", times=3) for fault in faults]
    await lane.client.start_workflow(
        FULFIL_ORDER.name, {"order_id": order}, id=order_workflow_id(order), task_queue=FULFIL_ORDER.queue
    )
    nudging = asyncio.create_task(nudge(lane, order))
    try:
        outcome = await lane.ended(order)
    finally:
        nudging.cancel()

    assert outcome["state"] == "delivered"
    if f"{step}:d1~2" in await lane.attempts(order):  # the week of the rate ended meanwhile: drawn up anew
        await travel(lane, ports, step)
        return
    retried = {key: attempt for key, attempt in (await lane.attempts(order)).items() if attempt > 1}
    assert [key.partition("~")[0].partition(":")[0] for key in retried] == [step], (step, retried)
    assert list(retried.values()) == [4], (step, retried)
    assert Counter(row["operation"] for row in await lane.effects()) - before == EFFECTS


LANES: tuple[tuple[float, tuple[str, ...]], ...] = (
    # slow enough that three retries of a filing seldom cross into the next week of customs rates
    (0.6 * DAY, ("lodge_export_declaration",)),
    (4 * DAY, ("read_transport_events", "read_pack", "read_shipment", "publish_tracking", "read_order")),
    (
        4 * DAY,
        # first in its lane, for a week's rate is asked for once
        ("read_customs_rate", "book_transport", "watch_tracking", "read_export_acceptance"),
    ),
    (
        4 * DAY,
        (
            "read_export_requirements",  # first too: what was answered about a code is known for some time
            "confirm_loading",
            "read_buyer_tax_id",
            "attach_documents",
            "send_import_preadvice",
            "publish_delivery_status",
        ),
    ),
)
"""Trade seconds a second, and the steps tried one after another at that pace."""


def test_every_step_that_meets_a_counterparty_is_tried() -> None:
    """A new step outside our own house must be added here."""
    tried = [step for _, steps in LANES for step in steps]
    outside = {effect.name for effect in vars(steps).values() if isinstance(effect, Effect) and effect.queue != "house"}
    elsewhere = {"withdraw_export_declaration", "answer_information_request", "reconcile_sellers"}
    elsewhere |= {"void_booking", "find_booking", "amend_export_declaration", "extend_loading_period"}

    assert sorted(tried) == sorted(outside - elsewhere) == sorted([*AT_ONCE, *AFTER])


@pytest.mark.timeout(150)
async def test_every_step_retries_by_itself(engine: WorkflowEnvironment, target: str, tmp_path: Path) -> None:
    """Attempt 4 at the step that was failed, attempt 1 at every other, and no effect repeated.

    Installations side by side, each with one order at a time, so that a fault meets nobody else.
    """

    async def installation(number: int) -> None:
        pace, mine = LANES[number]
        namespace = await fresh_namespace(engine.client)
        folder = tmp_path / str(number)
        async with open_lane(folder, target, namespace=namespace, pace=pace, sweeps=False, with_worker=False) as lane:
            world.deadlines_are_far(lane)
            ports = {port: Then(getattr(lane.resources, port), call) for port, call in WRITES.items()}
            changes: dict[str, Any] = dict(ports)
            async with worker.running(lane.client, replace(lane.resources, **changes)):
                for step in mine:
                    await travel(lane, ports, step)

    async with asyncio.TaskGroup() as side_by_side:
        for number in range(len(LANES)):
            side_by_side.create_task(installation(number))

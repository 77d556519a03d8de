"""The worker dies by SIGKILL at the very moment a counterparty has acted; nothing may happen twice."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

from tests import world
from tests.lane import Lane, count, open_lane
from tradelane.installation import settings_environment

WORKER = Path(__file__).resolve().parents[2] / "worker.py"


@contextlib.asynccontextmanager
async def supervised(lane: Lane) -> AsyncIterator[list[int]]:
    """A worker process that is started again whenever it dies; yields the exit codes so far."""
    deaths: list[int] = []
    environment = {**os.environ, **settings_environment(lane.settings)}
    log = lane.settings.data_dir / "worker.log"

    async def supervise() -> None:
        while True:
            with log.open("ab") as out:
                child = await asyncio.create_subprocess_exec(
                    sys.executable, str(WORKER), env=environment, stdout=out, stderr=out
                )
                try:
                    deaths.append(await child.wait())
                except asyncio.CancelledError:
                    child.terminate()
                    await child.wait()
                    raise

    task = asyncio.create_task(supervise())
    try:
        yield deaths
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


KILLS = (
    ("ktnet", "declare"),
    ("mydhl", "book"),
    ("mydhl", "upload_image"),
    ("mercadolibre", "publish_tracking"),
    ("mydhl", "upload_invoice_data"),
    ("17track", "register"),
    ("mercadolibre", "publish_tracking_status"),
)


async def test_a_worker_killed_at_every_effect_of_an_order_doubles_none(
    tmp_path: Path, target: str, namespace: str
) -> None:
    """One order, seven kills: each effect stands once in the ledger, and the order ends delivered.

    MyDHL cannot be asked whether invoice data arrived: that step holds, and a person who has looked completes it.
    """
    async with open_lane(tmp_path, target, namespace=namespace, with_worker=False) as lane:
        world.deadlines_are_far(lane)
        for counterparty, operation in KILLS:
            await lane.fault(counterparty, operation, "kill")
        [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-TEE-01"}]}])
        order = sold["order_id"]

        async with supervised(lane) as deaths:
            held = await lane.held(order, "send_import_preadvice", within=80)
            assert held.holds[0].reason == "cannot_tell"
            await lane.update(
                order,
                "resolve_hold",
                {
                    "step": "send_import_preadvice",
                    "action": "complete",
                    "result": {"evidence": "seen in the carrier's portal"},
                    "actor": "park",
                },
            )
            outcome = await lane.ended(order, within=80)

        assert outcome["state"] == "delivered"
        assert deaths[: len(KILLS)] == [-9] * len(KILLS)
        rows = await lane.effects()
        for _, operation in KILLS:
            assert count(rows, operation) == 1, operation


async def test_the_same_kills_double_effects_when_nobody_looks(tmp_path: Path, target: str, namespace: str) -> None:
    """The proof that the look is what saves us: with it switched off the very same kills book and report twice."""
    unsafe = {"look_before_write": False, "write_fence_seconds": 0.2}
    async with open_lane(tmp_path, target, namespace=namespace, with_worker=False, **unsafe) as lane:
        world.deadlines_are_far(lane)
        kills = (("mydhl", "book"), ("mercadolibre", "publish_tracking"))
        for counterparty, operation in kills:
            await lane.fault(counterparty, operation, "kill")
        [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-TEE-01"}]}])

        async with supervised(lane) as deaths:
            await lane.until(sold["order_id"], lambda p: "publish_tracking" in p.steps, within=60)

        assert deaths[:2] == [-9, -9]
        rows = await lane.effects()
        assert [count(rows, operation) for _, operation in kills] == [2, 2]


async def _answers_customs(lane: Lane) -> None:
    """Customs asks for a paper; the worker dies when the carrier has taken it."""
    [sold] = await lane.sell("customs_document", orders=[{"items": [{"sku": "SBS-CD-01"}]}])
    order = sold["order_id"]
    await lane.held(order, "await_release", within=80)
    await lane.fault("mydhl", "upload_image", "kill")
    answer = {"step": "await_release", "action": "complete", "result": {"document": "commercial_invoice"}}
    await lane.update(order, "resolve_hold", answer)
    outcome = await lane.ended(order, within=80)

    assert outcome["state"] == "delivered"
    assert count(await lane.effects(), "upload_image", outcome["waybill"]) == 2  # the invoice, and the answer


async def _withdraws(lane: Lane) -> None:
    """An accepted declaration is withdrawn; the worker dies when the filing channel has taken the request."""
    [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-TEE-01"}]}])
    order = sold["order_id"]
    await lane.fault("mydhl", "book", "refuse", times=50, match=sold["shipment_id"])
    await lane.held(order, "book_transport", within=80)
    await lane.fault("ktnet", "amend", "kill")
    await lane.update(order, "cancel", {"reason": "out of stock", "actor": "kim"})
    outcome = await asyncio.wait_for(lane.run_of(order).result(), 80)

    assert outcome["state"] == "cancelled"
    assert count(await lane.effects(), "amend") == 1


async def _extends(lane: Lane) -> None:
    """A later loading deadline is asked for; the worker dies when customs has granted it, and the Update goes on."""
    world.parcels_stay(lane)
    [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-TEE-01"}]}])
    order, shipment = sold["order_id"], str(sold["shipment_id"])
    booked = await lane.until(order, lambda p: p.load_before is not None, within=80)
    [number] = booked.declarations
    until = world.printed_deadline(lane, number) + timedelta(days=28)
    await lane.fault("ktnet", "amend", "kill", match=shipment)
    asked = {"until": until.isoformat(), "reason": "flight cancelled", "actor": "kim"}
    answer = await asyncio.wait_for(lane.update(order, "extend_loading", asked), 80)

    assert f"loading until {until} is " in answer
    assert world.printed_deadline(lane, number) == until
    assert len(world.asked_of_customs(await lane.effects(), shipment, "C")) == 1


async def test_a_worker_killed_while_answering_customs_withdrawing_or_extending_doubles_none(
    tmp_path: Path, target: str, namespace: str
) -> None:
    """The effects that only some orders need, killed at the moment they acted."""
    async with (
        open_lane(tmp_path, target, namespace=namespace, with_worker=False) as lane,
        supervised(lane) as deaths,
    ):
        await _answers_customs(lane)
        await _withdraws(lane)
        await _extends(lane)

        assert deaths[:3] == [-9, -9, -9]

"""The stage the simulators share: ledger, faults, clock, and what is left after a kill."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import uvicorn

from tradelane.processes import free_ports
from tradelane.simulators.app import create_app
from tradelane.simulators.clock import FileClock, HeldClock, TradeClock
from tradelane.simulators.stage import Stage
from tradelane.simulators.world import Scenario, add_scenario, events_until, plan_event, scenario_of

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SKU = "DTR-NOTE-01"


def caller_of(stage: Stage) -> httpx.AsyncClient:
    app = create_app(stage, ["mercadolibre"])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://simulators")


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    made = Stage(tmp_path, HeldClock(NOON), worker_pid_file=tmp_path / "worker.pid")
    yield made
    made.close()


@pytest.fixture
async def caller(stage: Stage) -> AsyncIterator[httpx.AsyncClient]:
    async with caller_of(stage) as client:
        yield client


async def signed_in(caller: httpx.AsyncClient) -> dict[str, str]:
    known = (await caller.get("/_stage/mercadolibre/tokens")).json()
    answer = await caller.post(
        "/mercadolibre/oauth/token",
        data={
            "grant_type": "refresh_token",
            "client_id": known["client_id"],
            "client_secret": known["client_secret"],
            "refresh_token": known["sellers"][0]["refresh_token"],
        },
    )
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def sold(caller: httpx.AsyncClient) -> dict[str, str]:
    answer = await caller.post("/_stage/mercadolibre/sell", json={"orders": [{"items": [{"sku": SKU}]}]})
    assert answer.status_code == 201, answer.text
    one: dict[str, str] = answer.json()[0]
    return one


def tracking_of(shipment: str) -> tuple[str, dict[str, str]]:
    body = {"tracking_id": "1234567890", "tracking_url": "https://tracking.invalid/1", "carrier": "DHL"}
    return f"/mercadolibre/marketplace/shipments/{shipment}/tracking", body


async def set_fault(caller: httpx.AsyncClient, **fault: object) -> None:
    answer = await caller.post("/_stage/faults", json={"counterparty": "mercadolibre", "times": 1, **fault})
    assert answer.status_code == 201, answer.text


async def ledger(caller: httpx.AsyncClient, operation: str) -> list[dict[str, object]]:
    answer = await caller.get("/_stage/ledger", params={"counterparty": "mercadolibre", "operation": operation})
    rows: list[dict[str, object]] = answer.json()["rows"]
    return rows


async def test_health_tells_the_trade_time(caller: httpx.AsyncClient) -> None:
    answer = (await caller.get("/_stage/health")).json()
    assert answer["status"] == "ok"
    assert datetime.fromisoformat(answer["trade_now"]) == NOON


async def test_the_ledger_shows_an_effect_and_no_read(caller: httpx.AsyncClient) -> None:
    bearer, order = await signed_in(caller), await sold(caller)
    await caller.get(f"/mercadolibre/marketplace/shipments/{order['shipment_id']}", headers=bearer)
    path, body = tracking_of(order["shipment_id"])
    await caller.post(path, json=body, headers=bearer)
    [row] = await ledger(caller, "publish_tracking")
    assert row["reference"] == order["shipment_id"]
    assert row["detail"] == body
    assert datetime.fromisoformat(str(row["at"])) == NOON
    assert await ledger(caller, "read_shipment") == []
    counts = (await caller.get("/_stage/requests", params={"counterparty": "mercadolibre"})).json()
    assert counts["mercadolibre"]["read_shipment"] == 1
    assert counts["mercadolibre"]["publish_tracking"] == 1


@pytest.mark.parametrize(
    ("kind", "status", "extra"),
    [("unavailable", 503, {}), ("too_many", 429, {"seconds": 7}), ("refuse", 406, {})],
)
async def test_faults_before_the_act_leave_no_effect(
    caller: httpx.AsyncClient, kind: str, status: int, extra: dict[str, object]
) -> None:
    bearer, order = await signed_in(caller), await sold(caller)
    path, body = tracking_of(order["shipment_id"])
    await set_fault(caller, operation="publish_tracking", kind=kind, **extra)
    first = await caller.post(path, json=body, headers=bearer)
    assert first.status_code == status
    if kind == "too_many":
        assert first.headers["Retry-After"] == "7"
    assert await ledger(caller, "publish_tracking") == []
    second = await caller.post(path, json=body, headers=bearer)
    assert second.json() == {"status": "success"}


@pytest.mark.parametrize("status", [200, 502])
async def test_html_comes_in_place_of_json(caller: httpx.AsyncClient, status: int) -> None:
    bearer, order = await signed_in(caller), await sold(caller)
    await set_fault(caller, operation="read_order", kind="html", status=status)
    answer = await caller.get(f"/mercadolibre/marketplace/orders/{order['order_id']}", headers=bearer)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")


async def test_a_slow_answer_is_right_but_late(caller: httpx.AsyncClient) -> None:
    bearer, order = await signed_in(caller), await sold(caller)
    await set_fault(caller, operation="read_order", kind="slow", seconds=0.3)
    begin = asyncio.get_running_loop().time()
    answer = await caller.get(f"/mercadolibre/marketplace/orders/{order['order_id']}", headers=bearer)
    assert answer.json()["id"] == int(order["order_id"])
    assert asyncio.get_running_loop().time() - begin >= 0.3


async def test_a_fault_hits_only_the_reference_it_names_and_only_so_often(caller: httpx.AsyncClient) -> None:
    bearer = await signed_in(caller)
    hit, spared = await sold(caller), await sold(caller)
    await set_fault(caller, operation="read_order", kind="unavailable", times=2, match=hit["order_id"])
    path = "/mercadolibre/marketplace/orders/"
    assert (await caller.get(path + spared["order_id"], headers=bearer)).status_code == 200
    codes = [(await caller.get(path + hit["order_id"], headers=bearer)).status_code for _ in range(3)]
    assert codes == [503, 503, 200]


async def test_faults_outlive_the_process_until_they_are_cleared(tmp_path: Path) -> None:
    first = Stage(tmp_path, HeldClock(NOON))
    async with caller_of(first) as caller:
        await set_fault(caller, operation="read_order", kind="unavailable", times=5)
    first.close()
    second = Stage(tmp_path, HeldClock(NOON))
    async with caller_of(second) as caller:
        [fault] = (await caller.get("/_stage/faults")).json()["faults"]
        assert fault["times"] == 5
        assert (await caller.delete("/_stage/faults")).status_code == 204
        assert (await caller.get("/_stage/faults")).json() == {"faults": []}
    second.close()


@pytest.mark.parametrize(
    "wrong",
    [
        {"counterparty": "nobody"},
        {"operation": "sing"},
        {"kind": "explode"},
        {"times": 0},
        {"times": "often"},
    ],
)
async def test_a_fault_nobody_could_meet_is_refused(caller: httpx.AsyncClient, wrong: dict[str, object]) -> None:
    fault = {"counterparty": "mercadolibre", "operation": "read_order", "kind": "slow", "times": 1, **wrong}
    assert (await caller.post("/_stage/faults", json=fault)).status_code == 422


async def test_kill_needs_to_know_whom(tmp_path: Path) -> None:
    stage = Stage(tmp_path, HeldClock(NOON))
    async with caller_of(stage) as caller:
        answer = await caller.post(
            "/_stage/faults",
            json={"counterparty": "mercadolibre", "operation": "publish_tracking", "kind": "kill", "times": 1},
        )
    assert answer.status_code == 422
    stage.close()


async def test_kill_ends_the_worker_after_the_effect(stage: Stage, caller: httpx.AsyncClient) -> None:
    bearer, order = await signed_in(caller), await sold(caller)
    path, body = tracking_of(order["shipment_id"])
    worker = await asyncio.create_subprocess_exec(sys.executable, "-c", "import time; time.sleep(60)")
    assert stage.worker_pid_file is not None
    stage.worker_pid_file.write_text(str(worker.pid))
    await set_fault(caller, operation="publish_tracking", kind="kill")
    with pytest.raises(httpx.RemoteProtocolError):
        await caller.post(path, json=body, headers=bearer)
    assert await asyncio.wait_for(worker.wait(), 10) == -signal.SIGKILL
    assert len(await ledger(caller, "publish_tracking")) == 1


@asynccontextmanager
async def listening(stage: Stage) -> AsyncIterator[str]:
    [port] = free_ports("127.0.0.1", 1)
    server = uvicorn.Server(
        uvicorn.Config(create_app(stage, ["mercadolibre"]), port=port, log_level="error", lifespan="on")
    )
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has a flag, no event
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await running


async def test_a_lost_reply_acts_and_closes_the_connection_without_one_byte(stage: Stage) -> None:
    async with listening(stage) as url, httpx.AsyncClient(base_url=url, trust_env=False) as caller:
        bearer, order = await signed_in(caller), await sold(caller)
        path, body = tracking_of(order["shipment_id"])
        await set_fault(caller, operation="publish_tracking", kind="lose_reply")
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            await caller.post(path, json=body, headers=bearer)
        assert len(await ledger(caller, "publish_tracking")) == 1
        seen = await caller.get(f"/mercadolibre/marketplace/shipments/{order['shipment_id']}", headers=bearer)
        assert seen.json()["status"] == "shipped"
        assert (await caller.post(path, json=body, headers=bearer)).status_code == 200
        assert len(await ledger(caller, "publish_tracking")) == 2


async def test_a_lost_reply_waits_for_a_request_that_acts(caller: httpx.AsyncClient) -> None:
    bearer, order = await signed_in(caller), await sold(caller)
    path, body = tracking_of(order["shipment_id"])
    await set_fault(caller, operation="publish_tracking", kind="lose_reply")
    refused = await caller.post(path, json={**body, "carrier": ""}, headers=bearer)
    assert refused.status_code == 400
    with pytest.raises(httpx.RemoteProtocolError):
        await caller.post(path, json=body, headers=bearer)


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    stage = Stage(tmp_path, HeldClock(NOON))
    with pytest.raises(RuntimeError), stage.transaction():
        stage.record("mercadolibre", "publish_tracking", "1", {})
        raise RuntimeError("power cut")
    assert stage.connection().execute("SELECT count(*) FROM ledger").fetchone()[0] == 0
    stage.close()


def test_trade_time_runs_at_its_pace() -> None:
    clock = TradeClock(trade_epoch=NOON, real_epoch=datetime(2026, 1, 1, tzinfo=UTC), pace=172_800)
    assert clock.at(datetime(2026, 1, 1, 0, 0, 3, tzinfo=UTC)) == NOON + timedelta(days=6)


def test_the_clock_record_is_read_again_when_it_changes(tmp_path: Path) -> None:
    record = tmp_path / "clock.json"
    record.write_text(
        json.dumps({"trade_epoch": NOON.isoformat(), "real_epoch": "2026-01-01T00:00:00+00:00", "pace": 0})
    )
    clock = FileClock(record)
    assert clock.now() == NOON
    later = NOON + timedelta(days=400)
    record.write_text(
        json.dumps({"trade_epoch": later.isoformat(), "real_epoch": "2026-01-01T00:00:00+00:00", "pace": 0})
    )
    assert clock.now() == later


def test_an_instant_without_a_zone_is_no_epoch(tmp_path: Path) -> None:
    record = tmp_path / "clock.json"
    record.write_text(json.dumps({"trade_epoch": "2026-01-01T00:00:00", "real_epoch": "2026-01-01", "pace": 1}))
    with pytest.raises(ValueError, match="no time zone"):
        FileClock(record)


def test_the_scenario_is_found_by_the_shipment_inside_a_reference(tmp_path: Path) -> None:
    stage = Stage(tmp_path, HeldClock(NOON))
    db = stage.connection()
    wanted = Scenario("2000010000000001", "45848383497", "hs_refused", "delivered")
    add_scenario(db, wanted)
    for reference in ("6KRMLC45848383497", "6KRMLC45848383497-1", "6KRMLC45848383497-2~3"):
        assert scenario_of(db, reference) == wanted
    assert scenario_of(db, "6KRMLC4584838349") is None
    assert scenario_of(db, "none") is None
    stage.close()


def test_an_event_is_not_seen_before_it_is_due(tmp_path: Path) -> None:
    stage = Stage(tmp_path, HeldClock(NOON))
    db = stage.connection()
    plan_event(db, "1234567890", NOON + timedelta(hours=1), "DF", "Departed", "INCHEON - KOREA", "+09:00")
    plan_event(db, "1234567890", NOON, "PU", "Picked up", "SEOUL - KOREA", "+09:00")
    assert [event.code for event in events_until(db, "1234567890", NOON)] == ["PU"]
    assert [e.code for e in events_until(db, "1234567890", NOON + timedelta(hours=1))] == ["PU", "DF"]
    stage.close()

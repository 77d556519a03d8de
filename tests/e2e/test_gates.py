"""Gates in a whole installation: closed by hand and by themselves, no order lost, no attempt spent, nothing twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.lane import DAY, Lane, count, eventually, open_lane
from tradelane.desk import gates
from tradelane.desk.session import Desk
from tradelane.ports import Gate, GateState
from tradelane.storage.gates import SqlGates

ONE = [{"items": [{"sku": "HNG-TEE-01"}]}]


async def sold(lane: Lane) -> str:
    """One plain order."""
    [order] = await lane.sell("plain", orders=ONE)
    return str(order["order_id"])


def desk(lane: Lane) -> Desk:
    return Desk(lane.settings, lane.resources.stores, lane.client)


@pytest.mark.timeout(120)
async def test_a_closed_filing_gate_costs_no_attempt_and_the_other_queues_flow(
    target: str, namespace: str, tmp_path: Path
) -> None:
    async with open_lane(tmp_path, target, namespace=namespace, pace=0.5 * DAY, sweeps=False) as lane:
        await gates.close(desk(lane), "filing", "kim", "KTNET maintenance")
        order = await sold(lane)
        before = await lane.until(order, lambda p: p.stage == "export")
        assert any(key.startswith("read_order") for key in before.steps), "marketplace flows"

        async def waits_at_the_gate() -> list[gates.GateRow]:
            return [row for row in await gates.gates(desk(lane)) if row.queue == "filing" and row.backlog]

        [filing] = await eventually(waits_at_the_gate)
        assert (filing.backlog, filing.state, filing.engine) == (1, GateState.CLOSED, "")
        assert count(await lane.effects(), "declare") == 0
        await gates.open_(desk(lane), "filing", 2.0, "kim", "")
        await lane.until(order, lambda p: any(key.startswith("lodge_export_declaration") for key in p.steps))
        attempts = await lane.attempts(order)
        assert {attempts[key] for key in attempts if key.startswith("lodge_export_declaration")} == {1}
        assert count(await lane.effects(), "declare") == 1


@pytest.mark.timeout(120)
async def test_a_counterparty_that_stays_away_closes_its_gate_and_an_answer_opens_it(
    target: str, namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Gate] = []
    whole = SqlGates.change

    def change(self: SqlGates, before: Gate | None, after: Gate) -> bool:
        changed = whole(self, before, after)
        if changed:
            seen.append(after)
        return changed

    monkeypatch.setattr(SqlGates, "change", change)
    quick: dict[str, Any] = {
        "gate_after_failures": 3,
        "gate_after_seconds": 0.2,
        "gate_probe_seconds": 0.8,
        "gate_probe_rate": 2.0,
    }
    async with open_lane(tmp_path, target, namespace=namespace, pace=0.5 * DAY, sweeps=False, **quick) as lane:
        await lane.fault("mydhl", "book", "unavailable", times=7)
        order = await sold(lane)
        await lane.until(order, lambda p: any(key.startswith("book_transport") for key in p.steps))

        async def opened() -> bool:
            return bool(seen) and seen[-1].state is GateState.OPEN

        await eventually(opened)
        states = [gate.state for gate in seen]
        assert states[:3] == [GateState.CLOSED, GateState.DRAINING, GateState.CLOSED], "tried once, and in vain"
        assert states[-1] is GateState.OPEN
        assert all(gate.automatic for gate in seen)
        assert "failures in a row at mydhl since" in seen[0].reason
        assert seen[1].rate == 2.0
        assert count(await lane.effects(), "book") == 1
        assert {gate.queue for gate in lane.resources.gates.all()} == {"carrier"}, "nobody else was away"
        assert not (await lane.until(order, lambda _: True)).holds

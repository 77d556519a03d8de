"""When a gate moves by itself, and that two workers and a person never fight over one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
import structlog
from temporalio.client import Client

from tradelane.desk.gatekeeper import Evidence, Gatekeeper, Outcomes, Rules, next_gate
from tradelane.desk.queue_rates import look_at
from tradelane.ports import Gate, Gates, GateState
from tradelane.settings import Settings
from tradelane.stores import open_stores

NOW = datetime(2026, 11, 20, 10, 31, tzinfo=UTC)
RULES = Rules.of(Settings())
OPEN, CLOSED, DRAINING = GateState.OPEN, GateState.CLOSED, GateState.DRAINING
FAILING = Evidence(failures=10, first=NOW, last=NOW + timedelta(seconds=120), party="mydhl")


def gate(state: GateState, rate: float | None = None, *, automatic: bool = True, why: str = "why") -> Gate:
    return Gate(queue="carrier", state=state, rate=rate, automatic=automatic, actor="a", reason=why, since=NOW)


def moved(
    before: Gate | None, seen: Evidence, *, backlog: int = 0, seconds: float = 1
) -> tuple[GateState, float | None]:
    after = next_gate("carrier", before, seen, backlog, NOW + timedelta(seconds=seconds), RULES)
    assert after is not None
    assert after.automatic
    assert after.since == NOW + timedelta(seconds=seconds)
    return after.state, after.rate


def stays(before: Gate | None, seen: Evidence, *, backlog: int = 0, seconds: float = 1) -> bool:
    return next_gate("carrier", before, seen, backlog, NOW + timedelta(seconds=seconds), RULES) is None


@pytest.mark.parametrize("before", [None, gate(OPEN), gate(OPEN, automatic=False)])
def test_an_open_gate_closes_after_many_failures_over_some_time(before: Gate | None) -> None:
    closed = next_gate("carrier", before, FAILING, 0, NOW, RULES)
    assert closed is not None
    assert (closed.state, closed.reason) == (CLOSED, "10 failures in a row at mydhl since 10:31 UTC")


@pytest.mark.parametrize(
    "seen",
    [
        Evidence(),
        Evidence(answered=True),
        Evidence(failures=9, first=NOW, last=NOW + timedelta(hours=1), party="mydhl"),
        Evidence(failures=500, first=NOW, last=NOW + timedelta(seconds=119), party="mydhl"),
    ],
)
def test_few_failures_or_a_short_trouble_close_nothing(seen: Evidence) -> None:
    assert stays(None, seen)


def test_a_gate_set_by_hand_is_left_to_people() -> None:
    for by_hand in (gate(CLOSED, automatic=False), gate(DRAINING, 2.0, automatic=False)):
        for seen in (FAILING, Evidence(answered=True)):
            assert stays(by_hand, seen, seconds=100_000)


def test_a_gate_closed_by_itself_tries_after_a_while_and_keeps_its_reason() -> None:
    assert stays(gate(CLOSED), Evidence(), seconds=59)
    assert moved(gate(CLOSED), Evidence(), seconds=60) == (DRAINING, 0.5)
    trying = next_gate("carrier", gate(CLOSED, why="10 failures"), Evidence(), 3, NOW + timedelta(seconds=60), RULES)
    assert trying is not None
    assert trying.reason == "10 failures"


def test_one_failure_while_trying_closes_again_and_one_answer_opens() -> None:
    trying = gate(DRAINING, 0.5)
    failed = Evidence(failures=1, first=NOW, last=NOW, party="mydhl")
    assert stays(trying, Evidence()), "nothing has been tried yet"
    assert moved(trying, failed) == (CLOSED, None)
    assert moved(trying, Evidence(answered=True), backlog=7) == (DRAINING, 5.0)
    assert moved(trying, Evidence(answered=True)) == (OPEN, None)
    poisoned = Evidence(failures=1, first=NOW, last=NOW, party="mydhl", answered=True)
    assert moved(trying, poisoned, backlog=7) == (DRAINING, 5.0), "it is there, although one order fails"


def test_a_draining_gate_opens_when_nothing_waits_and_closes_when_the_trouble_is_back() -> None:
    draining = gate(DRAINING, 5.0)
    assert stays(draining, Evidence(answered=True), backlog=1)
    assert moved(draining, Evidence()) == (OPEN, None)
    assert moved(draining, FAILING, backlog=1) == (CLOSED, None)


def test_a_slow_queue_is_never_drained_above_its_own_rate() -> None:
    slow = RULES.within(1.5)
    after = next_gate("tracking", gate(DRAINING, 0.5), Evidence(answered=True), 9, NOW, slow)
    assert after is not None
    assert after.rate == 1.5
    assert RULES.within(0.2).probe_rate == 0.2


def test_what_began_before_a_gate_was_set_proves_nothing_about_it() -> None:
    outcomes = Outcomes()
    outcomes.failed("carrier", "mydhl", NOW)
    outcomes.forget("carrier", NOW + timedelta(seconds=5))
    assert outcomes.of("carrier") == Evidence()
    outcomes.failed("carrier", "mydhl", NOW + timedelta(seconds=4))
    outcomes.answered("carrier", NOW + timedelta(seconds=4))
    assert outcomes.of("carrier") == Evidence(), "it ended later, but began before"
    outcomes.failed("carrier", "mydhl", NOW + timedelta(seconds=5))
    outcomes.failed("carrier", "17track", NOW + timedelta(seconds=9))
    seen = outcomes.of("carrier")
    assert (seen.failures, seen.party) == (2, "17track")
    assert (seen.first, seen.last) == (NOW + timedelta(seconds=5), NOW + timedelta(seconds=9))
    outcomes.answered("carrier", NOW + timedelta(seconds=10))
    assert outcomes.of("carrier") == Evidence(answered=True), "an answer ends the row"


# --- against the engine -------------------------------------------------------------------------------------------


@dataclass
class House:
    client: Client
    gates: Gates

    def keeper(self) -> tuple[Gatekeeper, Outcomes]:
        outcomes = Outcomes()
        rules = Rules(1, timedelta(0), timedelta(seconds=0.3), 0.5, 5.0)
        return Gatekeeper(self.client, self.gates, outcomes, rules, {}), outcomes

    async def limit_is(self, wanted: float | None) -> bool:
        """Just after a change the engine may still tell the limit before."""
        for _ in range(200):
            if (await look_at(self.client, "carrier")).limit == wanted:
                return True
            await asyncio.sleep(0.05)
        return False


@pytest_asyncio.fixture(loop_scope="session")
async def house(target: str, namespace: str, tmp_path: Path) -> AsyncIterator[House]:
    with open_stores(Settings(data_dir=tmp_path)) as stores:
        yield House(await Client.connect(target, namespace=namespace), stores.gates)


def now() -> datetime:
    return datetime.now(UTC)


async def test_row_and_engine_go_from_open_over_closed_and_trying_to_open(house: House) -> None:
    keeper, outcomes = house.keeper()
    with structlog.testing.capture_logs() as lines:
        outcomes.failed("carrier", "mydhl", now())
        await keeper.look()
        assert await house.limit_is(0.0)
        await keeper.look()
        await asyncio.sleep(0.3)
        await keeper.look()
        assert await house.limit_is(0.5)
        outcomes.failed("carrier", "mydhl", now())
        await keeper.look()
        assert await house.limit_is(0.0)
        await asyncio.sleep(0.3)
        await keeper.look()
        outcomes.answered("carrier", now())
        await keeper.look()
        assert await house.limit_is(None)
    changes = [(line["state"], line["rate"]) for line in lines if line["event"] == "gate.set"]
    tried = [("closed", None), ("draining", 0.5)]
    assert changes == [*tried, *tried, ("open", None)], "one line for each change, none for looking"


async def test_workers_that_see_the_same_trouble_close_a_gate_once(house: House) -> None:
    keepers = [house.keeper() for _ in range(3)]
    with structlog.testing.capture_logs() as lines:
        for _, outcomes in keepers:
            outcomes.failed("carrier", "mydhl", now())
        await asyncio.gather(*(keeper.look() for keeper, _ in keepers))
        [first] = house.gates.all()
        await asyncio.gather(*(keeper.look() for keeper, _ in keepers))
    assert house.gates.all() == (first,)
    assert {line["since"] for line in lines if line["event"] == "gate.set"} == {
        first.since.isoformat().replace("+00:00", "Z")
    }, "what the others log is what the first did"


async def test_a_person_who_closes_while_a_worker_tries_wins(house: House) -> None:
    keeper, outcomes = house.keeper()
    outcomes.failed("carrier", "mydhl", now())
    await keeper.look()
    await asyncio.sleep(0.3)
    by_hand = Gate(queue="carrier", state=CLOSED, actor="kim", reason="maintenance", since=now())
    house.gates.put(by_hand)
    for _ in range(3):
        outcomes.answered("carrier", now())
        await keeper.look()
    assert house.gates.get("carrier") == by_hand
    assert await house.limit_is(0.0)


async def test_an_engine_that_is_away_is_a_log_line_and_not_the_end(house: House, tmp_path: Path) -> None:
    closed = Gate(queue="carrier", state=CLOSED, actor="kim", reason="maintenance", since=now())
    house.gates.put(closed)
    lost = await Client.connect(
        house.client.service_client.config.target_host, namespace="no-such-namespace", lazy=True
    )
    keeper = Gatekeeper(lost, house.gates, Outcomes(), RULES, {})
    with structlog.testing.capture_logs() as lines:
        await keeper.look()
    assert [line["event"] for line in lines] == ["gate.set", "gates.not_kept"]

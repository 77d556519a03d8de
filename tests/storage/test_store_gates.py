"""Gates and quotas on a real SQLite file: a change is made once, and the last request of a day is spent once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tradelane import ports
from tradelane.ports import Gate, GateState
from tradelane.storage.database import Database, open_database
from tradelane.storage.gates import SqlGates, SqlQuotas
from tradelane.storage.migrations import migrate

START = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
DAY = "2026-11-20"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path / 'main.sqlite'}")
    migrate(database, "main")
    yield database
    database.close()


def gate(state: GateState = GateState.CLOSED, seconds: float = 0, **more: object) -> Gate:
    given = {"queue": "carrier", "state": state, "actor": "kim", "reason": "maintenance", **more}
    return Gate.model_validate({"since": START + timedelta(seconds=seconds), **given})


def test_a_gate_is_kept_as_it_was_last_set(database: Database) -> None:
    store: ports.Gates = SqlGates(database)
    assert store.get("carrier") is None
    store.put(gate())
    later = gate(GateState.DRAINING, 60, rate=2.5, automatic=True)
    store.put(later)
    store.put(gate(queue="filing"))
    assert store.get("carrier") == later
    assert [one.queue for one in store.all()] == ["carrier", "filing"]


def test_a_gate_that_somebody_set_meanwhile_is_not_changed(database: Database) -> None:
    store = SqlGates(database)
    assert store.change(None, gate(automatic=True))
    assert not store.change(None, gate(GateState.OPEN, 1)), "it was set for the first time already"
    by_hand = gate(seconds=2)
    store.put(by_hand)
    assert not store.change(gate(automatic=True), gate(GateState.OPEN, 3)), "a person closed it since"
    assert store.get("carrier") == by_hand


@pytest.mark.parametrize("before", [None, gate()])
def test_of_many_workers_that_change_a_gate_one_does(database: Database, before: Gate | None) -> None:
    store = SqlGates(database)
    if before is not None:
        store.put(before)
    offered = [gate(GateState.OPEN, seconds + 1) for seconds in range(8)]
    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(lambda after: store.change(before, after), offered))
    assert done.count(True) == 1
    assert store.get("carrier") == offered[done.index(True)]


def test_of_many_threads_as_many_get_a_request_as_there_are(database: Database) -> None:
    store: ports.Quotas = SqlQuotas(database)
    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda _: store.take("ktnet", DAY, 25), range(40)))
    assert taken.count(True) == 25
    assert store.used("ktnet", DAY) == 25


def test_each_day_and_each_counterparty_counts_for_itself(database: Database) -> None:
    store = SqlQuotas(database)
    assert [store.take("ktnet", DAY, 1), store.take("ktnet", DAY, 1)] == [True, False]
    assert store.take("ktnet", "2026-11-21", 1)
    assert store.take("mydhl", DAY, 1)
    assert not store.take("17track", DAY, 0), "a quota of nothing gives nothing"
    assert (store.used("ktnet", DAY), store.used("17track", DAY)) == (1, 0)
    assert store.take("ktnet", DAY, 2), "a quota that was raised gives more"

"""Replays of many are kept as they were planned, and each order is settled once; a closed consignment opens again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from tradelane import ports
from tradelane.domain.identifiers import OrderId, ShipmentId, Ucr
from tradelane.ports import ReplayBatch, ReplayOrder, ReplayState
from tradelane.storage.consignments import SqlConsignments
from tradelane.storage.database import Database, NotRecorded, open_database
from tradelane.storage.migrations import migrate
from tradelane.storage.replays import SqlReplays

AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
BATCH = ReplayBatch(id="b1", chosen_by="reason = 'refused'", step="", planned_at=AT)
LOW, HIGH = "2000013770481964", "2000013770481965"
UCR = Ucr("6KRMLC45848383497")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path / 'main.sqlite'}")
    migrate(database, "main")
    yield database
    database.close()


def one(order: str, step: str = "book_transport") -> ReplayOrder:
    return ReplayOrder(order_id=order, step=step, version="v")


def test_a_plan_is_read_as_it_was_written_in_the_order_of_its_orders(database: Database) -> None:
    replays: ports.Replays = SqlReplays(database)
    replays.plan(BATCH, [one(HIGH), one(LOW, "watch_tracking"), one(LOW)])
    assert replays.get("b1") == BATCH
    assert replays.orders("b1") == (one(LOW), one(LOW, "watch_tracking"), one(HIGH))
    assert replays.get("b2") is None
    assert replays.orders("b2") == ()


def test_a_plan_with_the_same_order_and_step_twice_is_not_written_at_all(database: Database) -> None:
    replays = SqlReplays(database)
    with pytest.raises(IntegrityError):
        replays.plan(BATCH, [one(LOW), one(LOW)])
    assert replays.get("b1") is None


def test_an_order_is_settled_once_and_for_good(database: Database) -> None:
    replays = SqlReplays(database)
    replays.plan(BATCH, [one(LOW), one(HIGH)])
    assert replays.settle("b1", LOW, "book_transport", ReplayState.APPLYING)
    assert replays.settle("b1", LOW, "book_transport", ReplayState.APPLYING), "begun again after an interruption"
    assert replays.settle("b1", LOW, "book_transport", ReplayState.REFUSED, "it is booked")
    assert not replays.settle("b1", LOW, "book_transport", ReplayState.APPLIED)
    assert not replays.settle("b1", LOW, "another_step", ReplayState.APPLIED)
    settled = [(row.order_id, row.state, row.note) for row in replays.orders("b1")]
    assert settled == [(LOW, ReplayState.REFUSED, "it is booked"), (HIGH, ReplayState.PLANNED, "")]


def test_a_closed_consignment_is_opened_again_and_closed_anew(database: Database) -> None:
    consignments: ports.Consignments = SqlConsignments(database)
    order = OrderId(LOW)
    consignments.claim(UCR, ShipmentId("45848383497"), "7001", [order], order)
    consignments.close(UCR, "delivered", AT)
    reopened = consignments.reopen(UCR)
    assert (reopened.outcome, reopened.closed_at) == (None, None)
    assert consignments.unfinished() == (reopened,)
    assert consignments.close(UCR, "returned", AT).outcome == "returned"
    with pytest.raises(NotRecorded):
        consignments.reopen(Ucr("6KRMLC45848383498"))

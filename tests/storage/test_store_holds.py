"""The board of holds and the books of notices, on a real SQLite file."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tradelane import ports
from tradelane.domain.holds import Fault, Hold, Resolution
from tradelane.domain.identifiers import OrderId
from tradelane.ports import BoardQuery, Notice
from tradelane.storage.database import Database, open_database
from tradelane.storage.holds import SqlHoldBoard
from tradelane.storage.migrations import migrate
from tradelane.storage.notices import FIRST_PAUSE, LEASE, LONGEST_PAUSE, SqlNotices

ORDER, OTHER = OrderId("2000013770481964"), OrderId("2000013770481965")
NOW = datetime(2026, 11, 23, 3, 0, 0, 250_000, tzinfo=UTC)
HOUR = timedelta(hours=1)


def hold(key: str = "book_transport", *, due: int = 24, **more: Any) -> Hold:
    told: dict[str, Any] = {
        "key": key, "stage": "handover", "step": key.partition(":")[0], "reason": "refused", "fault": Fault.CARRIER,
        "words": "no", "owner": "forwarding desk", "since": NOW, "due": NOW + due * HOUR,
        "resolutions": (Resolution.RETRY,), "commands": ("tradelane holds resolve",),
    }  # fmt: skip
    return Hold(**(told | more))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path / 'main.sqlite'}")
    migrate(database, "main")
    yield database
    database.close()


@pytest.fixture
def board(database: Database) -> SqlHoldBoard:
    return SqlHoldBoard(database)


@pytest.fixture
def books(database: Database) -> SqlNotices:
    return SqlNotices(database)


def test_the_stores_are_the_ports(board: SqlHoldBoard, books: SqlNotices) -> None:
    # the type checker proves the assignments; running them proves that the constructors agree
    holds: ports.HoldBoard = board
    notices: ports.Notices = books
    assert holds and notices


# --- the board -------------------------------------------------------------------------------------------------------


def keys(found: tuple[ports.BoardHold, ...]) -> list[str]:
    return [one.hold.key for one in found]


def test_a_hold_is_opened_once_brought_up_to_date_and_closed(board: SqlHoldBoard) -> None:
    first, second = hold("a"), hold("b")
    assert board.post(ORDER, "1", ["haneul"], [first, second], NOW) == ((first, second), ())
    changed = first.model_copy(update={"assignee": "kim"})
    assert board.post(ORDER, "1", ["haneul"], [changed, second], NOW) == ((), ())
    assert board.open(BoardQuery(owner="kim"))[0].hold == changed
    assert board.post(ORDER, "1", ["haneul"], [second], NOW + HOUR) == ((), (changed,))
    assert keys(board.open(BoardQuery())) == ["b"]
    assert [(one.hold.key, one.closed_at) for one in board.of_order(ORDER)] == [("a", NOW + HOUR), ("b", None)]


def test_the_same_step_holding_anew_is_a_hold_of_its_own(board: SqlHoldBoard) -> None:
    board.post(ORDER, "1", [], [hold("a")], NOW)
    again = hold("a", since=NOW + HOUR)
    opened, closed = board.post(ORDER, "1", [], [again], NOW + HOUR)
    assert (opened, closed) == ((again,), (hold("a"),))
    assert [one.hold.since for one in board.of_order(ORDER)] == [NOW, NOW + HOUR]


def test_a_late_post_of_a_closed_hold_opens_it_again_without_calling_it_new(board: SqlHoldBoard) -> None:
    board.post(ORDER, "1", [], [hold("a")], NOW)
    board.post(ORDER, "1", [], [], NOW)
    assert board.post(ORDER, "1", [], [hold("a")], NOW) == ((), ())
    assert keys(board.open(BoardQuery())) == ["a"]


def test_posting_for_one_order_leaves_the_others_alone(board: SqlHoldBoard) -> None:
    board.post(ORDER, "1", [], [hold("a")], NOW)
    board.post(OTHER, "1", [], [], NOW)
    assert [one.order_id for one in board.open(BoardQuery())] == [ORDER]


def test_open_holds_come_by_due_time_then_order_then_key(board: SqlHoldBoard) -> None:
    board.post(OTHER, "1", [], [hold("b", due=1), hold("a", due=1), hold("c", due=0)], NOW)
    board.post(ORDER, "1", [], [hold("z", due=1)], NOW)
    assert [(one.order_id, one.hold.key) for one in board.open(BoardQuery())] == [
        (OTHER, "c"), (ORDER, "z"), (OTHER, "a"), (OTHER, "b"),
    ]  # fmt: skip
    assert keys(board.open(BoardQuery(), limit=2)) == ["c", "z"]


@pytest.fixture
def full(board: SqlHoldBoard) -> SqlHoldBoard:
    """Two orders of two sellers with three holds."""
    lodge = hold(
        "lodge_export_declaration:d1", due=2, stage="export", reason="error_notice", owner="catalogue desk",
        assignee="kim", fault=Fault.SELLER_DATA,
    )  # fmt: skip
    board.post(ORDER, "1", ["haneul", "bajirak"], [lodge, hold("book_transport")], NOW)
    board.post(OTHER, "2", ["haneul-plus"], [hold("silence", due=48, snoozed_until=NOW + 10 * HOUR)], NOW)
    return board


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["lodge_export_declaration:d1", "book_transport", "silence"]),
        ({"order_id": OTHER}, ["silence"]),
        ({"seller": "2"}, ["silence"]),
        ({"seller": "3"}, []),
        ({"exporter": "haneul"}, ["lodge_export_declaration:d1", "book_transport"]),
        ({"exporter": "haneul-plus"}, ["silence"]),
        ({"exporter": "Haneul"}, []),
        ({"exporter": "%"}, []),
        ({"stage": "export"}, ["lodge_export_declaration:d1"]),
        ({"reason": "refused"}, ["book_transport", "silence"]),
        ({"step": "lodge_export_declaration"}, ["lodge_export_declaration:d1"]),
        ({"step": "lodge_export_declaration:d1"}, ["lodge_export_declaration:d1"]),
        ({"owner": "forwarding desk"}, ["book_transport", "silence"]),
        ({"owner": "kim"}, ["lodge_export_declaration:d1"]),
        ({"due_before": NOW + 24 * HOUR}, ["lodge_export_declaration:d1"]),
        ({"snoozed_at": NOW}, ["lodge_export_declaration:d1", "book_transport"]),
        ({"snoozed_at": NOW + 10 * HOUR}, ["lodge_export_declaration:d1", "book_transport", "silence"]),
        ({"owner": "forwarding desk", "exporter": "haneul", "due_before": NOW + 36 * HOUR}, ["book_transport"]),
    ],
    ids=str,
)
def test_a_query_finds_what_it_asks_for_and_nothing_else(
    full: SqlHoldBoard, query: dict[str, Any], found: list[str]
) -> None:
    assert keys(full.open(BoardQuery(**query))) == found


def test_what_is_shown_is_what_was_posted(full: SqlHoldBoard) -> None:
    [one] = full.open(BoardQuery(owner="kim"))
    assert (one.order_id, one.seller_id, one.exporters, one.closed_at) == (ORDER, "1", ("haneul", "bajirak"), None)
    assert one.hold.fault is Fault.SELLER_DATA and one.hold.since == NOW


def test_the_list_goes_by_an_index(full: SqlHoldBoard, database: Database) -> None:
    """Closed holds of years are never read."""
    with database.read() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT * FROM holds WHERE closed_at IS NULL ORDER BY due, order_id, key LIMIT 200"
        ).all()
    assert "USING INDEX holds_open" in str(plan)


# --- notices ---------------------------------------------------------------------------------------------------------


def notice(number: int = 1) -> Notice:
    return Notice(id=f"hold:{ORDER}:a:{number}", kind="hold", owner="customs desk", title="t", body="b")


def test_a_notice_that_was_told_is_never_taken_again(books: SqlNotices) -> None:
    assert books.begin(notice(), NOW)
    books.told(notice().id, NOW)
    assert not books.begin(notice(), NOW + timedelta(days=400))
    assert books.begin(notice(2), NOW)


def test_two_workers_do_not_take_the_same_notice(books: SqlNotices) -> None:
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: books.begin(notice(), NOW), range(8)))
    assert taken.count(True) == 1


def test_a_notice_whose_worker_died_is_given_back_after_its_lease(books: SqlNotices) -> None:
    books.begin(notice(), NOW)
    assert not books.begin(notice(), NOW + LEASE - timedelta(seconds=1))
    assert books.begin(notice(), NOW + LEASE)
    assert not books.begin(notice(), NOW + LEASE)


def test_a_notice_that_failed_is_tried_again_later_and_later_at_most_an_hour(books: SqlNotices) -> None:
    now, pauses = NOW, []
    for _ in range(10):
        assert books.begin(notice(), now)
        books.failed(notice().id, now)
        again = next(
            pause
            for pause in itertools.accumulate(itertools.repeat(timedelta(seconds=30)))
            if books.settled([notice().id], now + pause) == frozenset()
        )
        pauses.append(again)
        now += again
    assert pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert pauses[-1] == LONGEST_PAUSE == max(pauses)


def test_many_are_asked_about_at_once(books: SqlNotices) -> None:
    """More than a statement takes values."""
    for number in (1, 700, 1_400):
        books.begin(notice(number), NOW)
    books.told(notice(1).id, NOW)
    books.failed(notice(700).id, NOW)
    ids = [notice(number).id for number in range(1_500)]
    assert books.settled(ids, NOW) == {notice(1).id, notice(700).id, notice(1_400).id}
    assert books.settled(ids, NOW + FIRST_PAUSE) == {notice(1).id, notice(1_400).id}
    assert books.settled([], NOW) == frozenset()

"""The journal appends one line at a time, whoever writes, and gives them back as they were written."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from tradelane import ports
from tradelane.domain import timeline
from tradelane.domain.identifiers import OrderId
from tradelane.storage.database import Database, open_database
from tradelane.storage.journal import SqlJournal
from tradelane.storage.migrations import migrate
from tradelane.storage.tables import journal

LOW, HIGH = OrderId("2000013770481964"), OrderId("2000013770481965")
AT = datetime(2026, 11, 20, 12, 0, 0, 123_456, tzinfo=ZoneInfo("Asia/Seoul"))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path / 'main.sqlite'}")
    migrate(database, "main")
    yield database
    database.close()


def paper(store: ports.Journal, number: int, order: OrderId = LOW) -> bool:
    return timeline.append(store, order, timeline.paper("invoice", number, "ab" * 32), at=AT, actor="m.kim")


def test_lines_are_chained_for_each_order_and_read_as_they_were_written(database: Database) -> None:
    store: ports.Journal = SqlJournal(database)
    assert paper(store, 1)
    assert paper(store, 1, HIGH)
    assert paper(store, 2)
    entries = store.of_order(LOW)
    assert [(entry.position, entry.what, entry.at) for entry in entries] == [
        (1, "invoice v1", AT),
        (2, "invoice v2", AT),
    ]
    assert entries[0].previous == timeline.FIRST
    assert entries[1].previous == entries[0].digest
    assert entries[0].digest != store.of_order(HIGH)[0].digest, "the order is part of the digest"
    assert timeline.verify(entries) is None
    assert timeline.verify(store.of_order(HIGH)) is None
    assert store.of_order(OrderId("1")) == ()


def test_what_stands_is_not_written_again(database: Database) -> None:
    store = SqlJournal(database)
    assert paper(store, 1)
    assert not paper(store, 1)
    assert len(store.of_order(LOW)) == 1


def test_many_writers_at_once_make_one_chain_without_gaps(database: Database) -> None:
    store = SqlJournal(database)
    with ThreadPoolExecutor(8) as threads:
        written = list(threads.map(lambda number: paper(store, number % 20), range(60)))
    entries = store.of_order(LOW)
    assert written.count(True) == 20 == len(entries)
    assert [entry.position for entry in entries] == list(range(1, 21))
    assert timeline.verify(entries) is None


@pytest.mark.parametrize("column", ["what", "actor", "kind", "digest", "previous"])
def test_a_letter_changed_in_the_table_breaks_the_chain(database: Database, column: str) -> None:
    store = SqlJournal(database)
    for number in (1, 2, 3):
        paper(store, number)
    kept: str = getattr(store.of_order(LOW)[1], column)
    with database.write() as connection:
        connection.execute(
            update(journal).where(journal.c.position == 2).values({column: chr(ord(kept[0]) ^ 1) + kept[1:]})
        )
    broken = timeline.verify(store.of_order(LOW))
    assert broken is not None
    assert broken.position == 2

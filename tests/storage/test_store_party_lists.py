"""The store of party lists: one list replaced whole, quickly, and never by an older one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tradelane import ports
from tradelane.domain.screening import ListedParty, ListState
from tradelane.storage.database import Database, open_database
from tradelane.storage.migrations import migrate
from tradelane.storage.party_lists import SqlPartyLists
from tradelane.storage.tables import party_lists

DAY = date(2026, 11, 20)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'main.sqlite'}")
    migrate(opened, "main")
    yield opened
    opened.close()


@pytest.fixture
def store(database: Database) -> ports.PartyLists:
    return SqlPartyLists(database)


def state(source: str = "UN", entries: int = 2, dated: date = DAY) -> ListState:
    return ListState(source=source, dated=dated, sha256="ab" * 32, entries=entries)


def party(number: int, source: str = "UN") -> ListedParty:
    return ListedParty(
        source=source,
        entry_id=f"QDi.{number:05}",
        kind="person",
        names=(f"Quimera Número {number}", "신기루"),
        countries=("Utopia",),
        programme="INVENTED",
    )


def test_a_list_is_read_back_as_it_was_put(store: ports.PartyLists) -> None:
    store.replace(state(), [party(2), party(1)], "k.park")
    assert store.states() == (state(),)
    assert store.entries("UN") == (party(1), party(2))
    assert store.entry("UN", "QDi.00002") == party(2)
    assert store.entry("UN", "QDi.00003") is None
    assert store.entry("EU", "QDi.00002") is None


def test_a_new_list_takes_the_place_of_the_old_one_and_of_no_other(store: ports.PartyLists) -> None:
    store.replace(state(), [party(1), party(2)], "k.park")
    store.replace(state("EU", 1), [party(1, "EU")], "k.park")
    store.replace(state(entries=1, dated=date(2026, 11, 21)), [party(3)], "k.park")
    assert [entry.entry_id for entry in store.entries("UN")] == ["QDi.00003"]
    assert store.entries("EU") == (party(1, "EU"),)
    assert [kept.source for kept in store.states()] == ["EU", "UN"]


def test_an_older_list_is_refused_and_the_one_there_is_stays(store: ports.PartyLists) -> None:
    store.replace(state(), [party(1), party(2)], "k.park")
    with pytest.raises(ValueError, match="2026-11-19 is older than the one there is, which is of 2026-11-20"):
        store.replace(state(entries=1, dated=date(2026, 11, 19)), [party(3)], "k.park")
    assert store.states() == (state(),)
    assert len(store.entries("UN")) == 2


def test_a_list_that_cannot_be_put_whole_is_not_put_at_all(store: ports.PartyLists) -> None:
    store.replace(state(), [party(1), party(2)], "k.park")
    with pytest.raises(IntegrityError):
        store.replace(state(entries=2), [party(5), party(5)], "k.park")
    assert store.entries("UN") == (party(1), party(2))


def test_who_imported_it_is_kept(store: ports.PartyLists, database: Database) -> None:
    store.replace(state(), [party(1), party(2)], "k.park")
    with database.read() as connection:
        row = connection.execute(select(party_lists)).one()
    assert row.actor == "k.park"
    assert row.imported_at.tzinfo is not None


def test_twenty_thousand_entries_are_put_and_read_in_seconds(store: ports.PartyLists) -> None:
    entries = [party(number) for number in range(20_000)]
    began = time.process_time()
    store.replace(state(entries=20_000), entries, "k.park")
    store.replace(state(entries=20_000), entries, "k.park")
    assert len(store.entries("UN")) == 20_000
    assert time.process_time() - began < 15, "a few seconds of the processor"

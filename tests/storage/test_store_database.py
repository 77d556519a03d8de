"""Opening and migrating a database: several processes may start at once, and the tables are what the code says."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import MetaData, insert, inspect, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import StatementError
from sqlalchemy.schema import CreateTable

from tradelane.storage.database import Database, open_database
from tradelane.storage.migrations import SERIES, migrate, schema_version
from tradelane.storage.tables import INBOX, MAIN, effects
from tradelane.storage.upsert import keep, put

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def opened(path: Path, series: str = "main") -> Database:
    database = open_database(f"sqlite:///{path}")
    migrate(database, series)
    return database


def _start(path: str) -> int:
    database = opened(Path(path))
    with database.write() as connection:
        keep(connection, effects, {"key": "k", "step": "s", "state": "intended", "intended_at": NOW})
    database.close()
    return 1


def test_several_processes_may_start_at_once(tmp_path: Path) -> None:
    path = tmp_path / "main.sqlite"
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        assert sum(pool.map(_start, [str(path)] * 8)) == 8
    with opened(path).read() as connection:
        assert connection.execute(select(schema_version)).all() == [("main", len(SERIES["main"]))]


def test_migrating_again_changes_nothing(tmp_path: Path) -> None:
    database = opened(tmp_path / "main.sqlite")
    with database.write() as connection:
        keep(connection, effects, {"key": "k", "step": "s", "state": "intended", "intended_at": NOW})
    assert migrate(database, "main") == len(SERIES["main"])
    with database.read() as connection:
        assert connection.execute(select(effects.c.key)).scalars().all() == ["k"]


def test_a_database_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    database = opened(tmp_path / "main.sqlite")
    with database.write() as connection:
        connection.execute(update(schema_version).values(version=99))
    with pytest.raises(RuntimeError, match="newer release"):
        migrate(database, "main")


def test_both_series_may_live_in_one_database(tmp_path: Path) -> None:
    database = opened(tmp_path / "one.sqlite")
    migrate(database, "inbox")
    assert {*MAIN.tables, *INBOX.tables} <= set(inspect(database.engine).get_table_names())


def _shape(database: Database, tables: MetaData) -> dict[str, object]:
    """Tables as the database has them: columns, keys, indexes; a column added later stands last, so order is none."""
    found = inspect(database.engine)
    return {
        name: (
            {(c["name"], str(c["type"]), c["nullable"]) for c in found.get_columns(name)},
            found.get_pk_constraint(name)["constrained_columns"],
            sorted((str(i["name"]), tuple(i["column_names"]), bool(i["unique"])) for i in found.get_indexes(name)),
            sorted(tuple(u["column_names"]) for u in found.get_unique_constraints(name)),
            sorted((tuple(f["constrained_columns"]), f["referred_table"]) for f in found.get_foreign_keys(name)),
        )
        for name in tables.tables
    }


@pytest.mark.parametrize(("series", "tables"), [("main", MAIN), ("inbox", INBOX)])
def test_the_migrations_make_the_tables_the_code_uses(tmp_path: Path, series: str, tables: MetaData) -> None:
    migrated = opened(tmp_path / "migrated.sqlite", series)
    plain = open_database(f"sqlite:///{tmp_path / 'plain.sqlite'}")
    tables.create_all(plain.engine)
    assert _shape(migrated, tables) == _shape(plain, tables)


@pytest.mark.parametrize("tables", [MAIN, INBOX])
def test_postgresql_can_be_told_to_make_the_tables(tables: MetaData) -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    assert all("CREATE TABLE" in str(CreateTable(one).compile(dialect=dialect)) for one in tables.tables.values())


@pytest.mark.parametrize(("synchronous", "number"), [("NORMAL", 1), ("FULL", 2)])
def test_sqlite_runs_with_a_write_ahead_log_and_the_asked_durability(
    tmp_path: Path, synchronous: str, number: int
) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'new' / 'd.sqlite'}", synchronous=synchronous)
    with database.read() as connection:
        said = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys", "secure_delete")
        }
    assert said == {
        "journal_mode": "wal",
        "synchronous": number,
        "busy_timeout": 5000,
        "foreign_keys": 1,
        "secure_delete": 1,
    }


def test_a_database_in_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="name a file"):
        open_database("sqlite:///:memory:")


def test_writers_wait_for_one_another_and_lose_nothing(tmp_path: Path) -> None:
    database = opened(tmp_path / "main.sqlite")

    def grow(_: int) -> None:
        for _turn in range(10):
            with database.write() as connection:
                row = connection.execute(select(effects).where(effects.c.key == "k")).one_or_none()
                count = int(row.content or 0) if row is not None else 0
                put(
                    connection,
                    effects,
                    {"key": "k", "step": "s", "state": "done", "content": str(count + 1), "intended_at": NOW},
                )

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(grow, range(4)))
    with database.read() as connection:
        assert connection.scalar(select(effects.c.content)) == "40"


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    database = opened(tmp_path / "main.sqlite")
    with pytest.raises(ZeroDivisionError), database.write() as connection:
        keep(connection, effects, {"key": "k", "step": "s", "state": "intended", "intended_at": NOW})
        _ = 1 / 0
    with database.read() as connection:
        assert connection.execute(select(effects)).all() == []


def test_instants_come_back_aware_and_in_utc_and_naive_ones_are_refused(tmp_path: Path) -> None:
    database = opened(tmp_path / "main.sqlite")
    in_seoul = NOW.astimezone(timezone(timedelta(hours=9)))
    with database.write() as connection:
        keep(connection, effects, {"key": "k", "step": "s", "state": "intended", "intended_at": in_seoul})
    with database.read() as connection:
        kept = connection.scalar(select(effects.c.intended_at))
    assert kept == NOW
    assert kept is not None and kept.utcoffset() == timedelta(0)
    with pytest.raises(StatementError, match="no zone"), database.write() as connection:
        connection.execute(
            insert(effects).values(key="n", step="s", state="intended", intended_at=NOW.replace(tzinfo=None))
        )


def test_keep_keeps_and_put_replaces_where_the_condition_holds(tmp_path: Path) -> None:
    database = opened(tmp_path / "main.sqlite")
    row = {"key": "k", "step": "first", "state": "intended", "intended_at": NOW}
    with database.write() as connection:
        assert keep(connection, effects, row)
        assert not keep(connection, effects, row | {"step": "second"})
        assert not put(connection, effects, row | {"step": "third"}, when=lambda kept, _new: kept["state"] == "done")
        assert connection.scalar(select(effects.c.step)) == "first"
        assert put(connection, effects, row | {"step": "fourth"})
        assert connection.scalar(select(effects.c.step)) == "fourth"

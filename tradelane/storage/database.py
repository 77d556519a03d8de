"""Opening a database: SQLite embedded, PostgreSQL in production, the same Core statements on both.

Every write is one short transaction and none spans an HTTP call: an insert that waits behind a long writer would
cost Mercado Libre's 500 ms and with them the topic.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from sqlite3 import OperationalError as SqliteBusy
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text

BUSY_TIMEOUT_MS = 5_000
"""How long a writer waits for another one before it gives up with an `OperationalError`."""

_WRITES = "tradelane_writes"


class NotRecorded(LookupError):
    """A row that must be there is not; the message is one sentence."""


@dataclass(frozen=True)
class Database:
    """One database file or server, used by the stores through `read` and `write`."""

    engine: Engine

    @property
    def embedded(self) -> bool:
        """Whether this is SQLite."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading: sees one state, never waits for writers."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One write transaction: commits on leaving, rolls back on an exception.

        On SQLite it takes the write lock at once (a reader that becomes a writer half-way cannot wait for it).
        """
        with self.engine.execution_options(**{_WRITES: True}).begin() as connection:
            yield connection

    def scrub(self) -> None:
        """Make deleted bytes unreadable: on SQLite empty the write-ahead log (freed pages are zeroed already)."""
        if self.embedded:
            with self.engine.connect() as connection:
                connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def alive(self) -> None:
        """Ask the database for a sign of life; raises `sqlalchemy.exc.SQLAlchemyError` without one."""
        with self.read() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def open_database(url: str, *, synchronous: str = "NORMAL") -> Database:
    """Open a database by SQLAlchemy URL without looking at its tables (see `migrations.migrate`).

    `synchronous` is SQLite's: NORMAL survives a killed process, FULL (the inbox) also a power cut.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return Database(create_engine(parsed, pool_pre_ping=True))
    if not parsed.database or parsed.database == ":memory:":
        raise ValueError("A database in memory would be a different one for each thread; name a file.")
    Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})

    @event.listens_for(engine, "connect")
    def prepare(connection: SqliteConnection, _record: Any) -> None:
        # The driver would open transactions when it thinks fit; we say BEGIN ourselves.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        _write_ahead(connection)
        connection.execute(f"PRAGMA synchronous={synchronous}")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return Database(engine)


def _write_ahead(connection: SqliteConnection) -> None:
    """Switch to WAL; SQLite does not wait by itself while another process switches, so we do."""
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                connection.execute("PRAGMA journal_mode=WAL")
        except SqliteBusy:
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.02)
        else:
            return

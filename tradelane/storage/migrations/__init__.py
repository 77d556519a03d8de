"""Numbered schema steps, run under a lock, so that several processes may start at once.

A step is never changed after a release; a change of `tables` is a new step. Each step holds its own definitions, for
`tables` moves on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, insert, select, text, update

from tradelane.storage.database import Database
from tradelane.storage.migrations import inbox_0001, main_0001, main_0002, main_0003, main_0004

Step = Callable[[Connection], None]

MAIN_STEPS: Final[tuple[Step, ...]] = (main_0001.up, main_0002.up, main_0003.up, main_0004.up)
INBOX_STEPS: Final[tuple[Step, ...]] = (inbox_0001.up,)
SERIES: Final[dict[str, tuple[Step, ...]]] = {"main": MAIN_STEPS, "inbox": INBOX_STEPS}

_LOCK = 0x7472616465  # any number that is ours alone among the advisory locks of the server

schema_version = Table(
    "schema_version",
    MetaData(),
    Column("series", String(20), primary_key=True),
    Column("version", Integer, nullable=False),
)


def migrate(database: Database, series: str) -> int:
    """Bring a series (`main` or `inbox`) up to date; gives its version.

    Raises:
        RuntimeError: the database was written by a newer release.
    """
    steps = SERIES[series]
    with database.write() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        schema_version.create(connection, checkfirst=True)
        version = connection.scalar(select(schema_version.c.version).where(schema_version.c.series == series))
        if version is None:
            version = 0
            connection.execute(insert(schema_version).values(series=series, version=0))
        if version > len(steps):
            raise RuntimeError(
                f"The {series} database is at schema {version}, this release knows {len(steps)}: use the newer release."
            )
        for step in steps[version:]:
            step(connection)
        connection.execute(update(schema_version).where(schema_version.c.series == series).values(version=len(steps)))
    return len(steps)

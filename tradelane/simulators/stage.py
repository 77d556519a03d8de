"""The stage: one file of books, one trade clock and one set of faults for all simulators of a process.

Every request of every simulator goes through :meth:`Stage.serve`, so that each is counted, can be
made to fail, and has its effect on disk before anything is answered. All state is in one SQLite file
and survives `kill -9`.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

from starlette.responses import Response

from tradelane.simulators import faults, ledger, world
from tradelane.simulators.clock import Clock
from tradelane.simulators.faults import AFTER, BEFORE, DroppedReply, Fault

Answer = Callable[[], Response]
NO_VARIANTS: Mapping[str, Answer] = {}


class Stage:
    """What the simulators of one process share.

    It is used from one event loop. Nothing may be awaited inside a transaction: the connection is one, and
    another request would write into the same transaction.
    """

    def __init__(self, data_dir: Path, clock: Clock, *, worker_pid_file: Path | None = None) -> None:
        self.clock = clock
        self.worker_pid_file = worker_pid_file
        data_dir.mkdir(parents=True, exist_ok=True)
        # isolation_level=None: a single statement is on disk at once, transaction() opens the longer ones.
        self._db = sqlite3.connect(
            data_dir / "simulators.sqlite", isolation_level=None, check_same_thread=False, timeout=10
        )
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        for schema in (ledger.SCHEMA, faults.SCHEMA, world.SCHEMA):
            self._db.executescript(schema)
        self._depth = 0

    def now(self) -> datetime:
        """The trade instant of this moment, in UTC."""
        return self.clock.now()

    def connection(self) -> sqlite3.Connection:
        """The one connection (rows by name). A simulator makes its own tables beside the shared ones."""
        return self._db

    def close(self) -> None:
        """Closes the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, on disk when left. An inner one joins the outer one."""
        if self._depth == 0:
            self._db.execute("BEGIN IMMEDIATE")
        self._depth += 1
        try:
            yield self._db
        except BaseException:
            if self._depth == 1:
                self._db.execute("ROLLBACK")
            raise
        else:
            if self._depth == 1:
                self._db.execute("COMMIT")
        finally:
            self._depth -= 1

    def record(self, counterparty: str, operation: str, reference: str, detail: Mapping[str, object]) -> None:
        """Writes a ledger row. Only for a request that really acted."""
        ledger.add_row(self._db, self.now(), counterparty, operation, reference, detail)

    async def fault(
        self,
        counterparty: str,
        operation: str,
        reference: str,
        when: Literal["before", "after"],
        variants: Mapping[str, Answer] = NO_VARIANTS,
    ) -> Fault | None:
        """Uses up one fault that fits the request; sleeps if it is `slow`, kills the worker if `kill`."""
        kinds = BEFORE | set(variants) if when == "before" else AFTER
        with self.transaction() as db:
            found = faults.take(db, counterparty, operation, reference, kinds)
        if found is not None and found.kind == "slow":
            await asyncio.sleep(found.seconds if found.seconds is not None else 1.0)
        if found is not None and found.kind == "kill":
            faults.kill_worker(self.worker_pid_file)
        return found

    async def serve(
        self,
        counterparty: str,
        operation: str,
        reference: str,
        act: Answer,
        *,
        refusal: Answer,
        variants: Mapping[str, Answer] = NO_VARIANTS,
    ) -> Response:
        """Answers one request of a simulator.

        `act` checks the request, acts, calls :meth:`record` if it acted, and gives the answer; it runs
        in one transaction that is committed before the answer leaves. `refusal` gives the
        counterparty's own business refusal, for the fault `refuse`. `variants` are further faults that
        only this operation knows, by kind: called instead of `act`. A lost reply is the loss of a
        success: answers of 400 and more are delivered and use no fault up.
        """
        with self.transaction() as db:
            ledger.count_request(db, counterparty, operation)
        found = await self.fault(counterparty, operation, reference, "before", variants)
        if found is not None:
            answer = found.answer()
            if answer is not None:
                return answer
            instead = refusal if found.kind == "refuse" else variants.get(found.kind)
            if instead is not None:
                return instead()
        with self.transaction():
            answer = act()
        if answer.status_code < 400:
            lost = await self.fault(counterparty, operation, reference, "after")
            if lost is not None:
                return DroppedReply()
        return answer

"""Our own books of requests to change a declaration: what KTNET's status hides once a newer request stands before it.

The status speaks of the newest request alone. So each request of ours is written down before it is sent, and what
customs decided on it whenever a look shows it; a look comes before every request, and a new one is taken only after the
earlier one was decided. One row for each request, named by the declaration's OrderNo and our mark (`V3`, `E20270122`, and
`B` for the withdrawal, which needs none).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum

from tradelane.adapters.errors import OutsideFailure, Unavailable
from tradelane.adapters.http import surely_not_done
from tradelane.adapters.journal import Journal
from tradelane.adapters.ktnet import wire
from tradelane.adapters.ktnet.changes import AMENDMENT, REFUSED, mark_of
from tradelane.adapters.ktnet.mapper import REQUEST_PENDING
from tradelane.domain.outside import CannotTell, Done, Existing, NotDone

WITHDRAWAL_MARK = "B"
_STEP = "ask"


class Asked(StrEnum):
    """What our books say of a request."""

    NEVER = ""
    OPEN = "open"
    """Sent, and no answer: it may have arrived or not."""
    TAKEN = "asked"
    NOT_TAKEN = "not_taken"
    APPROVED = "approved"
    REFUSED = "refused"


_AFTER = {"asked": Asked.TAKEN, "approved": Asked.APPROVED, "refused": Asked.REFUSED}
_STANDS = frozenset({Asked.OPEN, Asked.TAKEN, Asked.APPROVED, Asked.REFUSED})


class Requests:
    """The rows of all declarations; without a journal nothing is known and nothing is kept."""

    def __init__(self, journal: Journal | None) -> None:
        self._journal = journal

    @asynccontextmanager
    async def asking(self, order_no: str, mark: str) -> AsyncIterator[None]:
        """Write a request down before it is sent, and after it whether KTNET took it."""
        before = await self.told(order_no, mark)
        await self._put(order_no, mark, Asked.OPEN)
        try:
            yield
        except OutsideFailure as failure:
            if _turned_away(failure):  # nothing is known any more than before it
                await self._put(order_no, mark, before or Asked.NOT_TAKEN)
            raise
        await self._put(order_no, mark, Asked.TAKEN)

    async def told(self, order_no: str, mark: str) -> Asked:
        """What is known of one request."""
        if self._journal is None:
            return Asked.NEVER
        return Asked((await self._journal.noted(_key(order_no, mark))).get("asked", ""))

    async def seen(self, order_no: str, result: wire.Result) -> None:
        """Keep what a look says of the newest request, where it is an amendment or one that is written down here."""
        kind, mark = mark_of(result)
        state = _AFTER.get(AMENDMENT.get(result.Status.strip(), ""))
        if not mark or state is None:
            return
        before = await self.told(order_no, mark)
        if before is not state and (before or kind == "A"):
            await self._put(order_no, mark, state)

    async def behind(self, order_no: str, result: wire.Result, mark: str) -> Existing[str] | None:
        """A request that the newest one hides; None where our books cannot speak for the time before the newest one.

        They can where they hold the newest one itself: then they would hold an earlier one, too. A withdrawal that is not
        refused is left to a person, for nothing else should be asked then.
        """
        kind, newest = mark_of(result)
        if kind == "B" and result.Status.strip() == REFUSED:
            newest = WITHDRAWAL_MARK
        if kind not in ("B", "C") or not newest or await self.told(order_no, newest) not in _STANDS:
            return None
        asked = await self.told(order_no, mark)
        if asked in (Asked.NEVER, Asked.NOT_TAKEN):
            return NotDone(f"the newest request is ours, of kind {kind}, and our books know of no request {mark}")
        if asked is Asked.OPEN:
            return CannotTell(f"request {mark} was sent and its answer lost, and a newer one hides it")
        return Done(asked.value)

    async def _put(self, order_no: str, mark: str, asked: Asked) -> None:
        if self._journal is not None:
            await self._journal.note(_key(order_no, mark), _STEP, {"asked": asked.value})


def _turned_away(failure: OutsideFailure) -> bool:
    """Whether a request certainly was not taken: refused, never sent, or told to wait for an earlier one."""
    waits = isinstance(failure, Unavailable) and failure.code == REQUEST_PENDING
    return waits or surely_not_done(failure)


def _key(order_no: str, mark: str) -> str:
    return f"ktnet:5as:{order_no}:{mark}"

"""The relay: takes facts from the inbox to the runs they concern. A background task of the service.

Nothing is lost: a row leaves `waiting` only when it was told to a run, or when a note says why not. What is not there
yet, and what is away, is put off; nothing that goes wrong with one row stops the others.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from tradelane.adapters.errors import Garbled, OutsideFailure, Refused, Unavailable
from tradelane.ports import Arrival, Inbox
from tradelane.service.notices import HELD, read_resource
from tradelane.service.routing import MERCADOLIBRE, NotYet, Router, Settled
from tradelane.service.starter import EngineUnavailable

log = logging.getLogger(__name__)

_ABOUT_THE_ORDER: Final = (
    "order_of_another_seller",
    "shipment_of_another_seller",
    "not_own_carrier",
    "legal_block",
)
"""Refusals that waiting does not mend; every other refusal is about our access and ends when somebody repairs it."""

_TRIES: Final = re.compile(r"(?P<reason>[a-z_]+), try (?P<tries>[0-9]+)")


@dataclass(frozen=True)
class Pace:
    """Real seconds and counts of the relay."""

    batch: int = 500
    at_once: int = 8
    """Groups of one source treated at the same time; the marketplace's quota is per application."""
    least_idle: float = 0.05
    most_idle: float = 0.3
    first_wait: float = 5.0
    longest_wait: float = 60.0
    """Between tries of what is not there yet."""
    unknown_tries: int = 7
    """Five minutes in all: Mercado Libre sometimes tells of an order before it can be read."""
    away_wait: float = 2.0
    longest_away: float = 300.0
    """Between tries while a counterparty is away."""
    longest_engine: float = 15.0
    repair_wait: float = 600.0
    """Longest wait while our access to the marketplace is broken."""


@dataclass(frozen=True)
class PutOff:
    """Try again later."""

    seconds: float
    note: str


class Relay:
    """Moves rows until it is cancelled; `turn` moves one batch."""

    def __init__(self, inbox: Inbox, router: Router, pace: Pace | None = None) -> None:
        self._inbox = inbox
        self._router = router
        self._pace = pace or Pace()
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._under_way: dict[tuple[str, str], asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Work for ever; idle waits grow a little while nothing comes, and a database that is away is waited for."""
        idle = self._pace.least_idle
        try:
            while True:
                try:
                    moved = await self.turn(patience=self._pace.most_idle)
                except SQLAlchemyError as wrong:
                    log.error("the relay cannot reach its tables: %s", type(wrong).__name__)
                    await asyncio.sleep(self._pace.away_wait)
                    continue
                idle = self._pace.least_idle if moved else min(idle * 1.5, self._pace.most_idle)
                await asyncio.sleep(idle)
        finally:
            for task in self._under_way.values():
                task.cancel()
            await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    async def turn(self, patience: float | None = None) -> int:
        """Treat the rows that are due, oldest first and grouped by what they speak of; gives how many were taken up.

        With `patience` (real seconds) slow groups go on behind, so that a counterparty that answers slowly does not
        keep the others' facts waiting; without it everything is awaited.

        Raises:
            SQLAlchemyError: our tables did not answer; rows stay as they are.
        """
        arrivals = await asyncio.to_thread(self._inbox.waiting, self._pace.batch)
        groups: dict[tuple[str, str], list[Arrival]] = {}
        for arrival in arrivals:
            subject = _subject(arrival)
            if subject not in self._under_way:
                groups.setdefault(subject, []).append(arrival)
        for subject, group in groups.items():
            self._under_way[subject] = asyncio.create_task(self._treat(group))
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=patience)
        ended = [subject for subject, task in self._under_way.items() if task.done()]
        failures = [failure for subject in ended if (failure := self._under_way.pop(subject).exception())]
        for failure in failures:
            raise failure
        return sum(len(group) for group in groups.values())

    async def _treat(self, group: Sequence[Arrival]) -> None:
        slots = self._slots.setdefault(group[0].source, asyncio.Semaphore(self._pace.at_once))
        async with slots:
            [verdict] = await asyncio.gather(self._verdict(group), return_exceptions=True)
        if isinstance(verdict, SQLAlchemyError):
            raise verdict
        if isinstance(verdict, BaseException):
            # a fault of ours with one row: say so, try again a little, never stop the others
            log.error("inbox rows %s failed", [row.id for row in group], exc_info=verdict)
            verdict = self._patiently(group, "our_fault", type(verdict).__name__)
        await self._apply(group, verdict)

    async def _verdict(self, group: Sequence[Arrival]) -> Settled | PutOff:
        tries = max(arrival.attempts for arrival in group)
        try:
            return await self._router.route(group)
        except NotYet as not_yet:
            return self._patiently(group, not_yet.reason)
        except EngineUnavailable as away:
            return PutOff(_backoff(self._pace.away_wait, tries, self._pace.longest_engine), str(away))
        except Unavailable as away:
            wait = away.wait.total_seconds() if away.wait is not None else 0.0
            return PutOff(max(wait, _backoff(self._pace.away_wait, tries, self._pace.longest_away)), _said(away))
        except Garbled as garbled:
            return self._patiently(group, "garbled", _said(garbled))
        except Refused as refused:
            if refused.code.endswith("_unknown"):
                return self._patiently(group, refused.code)
            if refused.code in _ABOUT_THE_ORDER:
                return Settled(HELD, refused.code)
            return PutOff(_backoff(self._pace.first_wait, tries, self._pace.repair_wait), _said(refused))
        except OutsideFailure as failure:
            return self._patiently(group, "failed", _said(failure))

    def _patiently(self, group: Sequence[Arrival], reason: str, said: str = "") -> Settled | PutOff:
        """Some tries for a reason, then a person. Tries are counted per reason, in the note."""
        notes = [_TRIES.match(arrival.note) for arrival in group]
        tries = 1 + max((int(note["tries"]) for note in notes if note and note["reason"] == reason), default=0)
        words = f": {said}" if said else ""
        if tries >= self._pace.unknown_tries:
            return Settled(HELD, f"{reason}{words}")
        wait = _backoff(self._pace.first_wait, tries - 1, self._pace.longest_wait)
        return PutOff(wait, f"{reason}, try {tries}{words}")

    async def _apply(self, group: Sequence[Arrival], verdict: Settled | PutOff) -> None:
        ids = [arrival.id for arrival in group]
        if isinstance(verdict, PutOff):
            await asyncio.to_thread(self._inbox.put_off, ids, verdict.seconds, verdict.note)
            return
        await asyncio.to_thread(self._inbox.settle, ids, verdict.state, verdict.note)
        if verdict.state == HELD:
            log.warning("inbox rows %s are held: %s", ids, verdict.note)


def _subject(arrival: Arrival) -> tuple[str, str]:
    """What a row speaks of: `/orders/1` and `/marketplace/orders/1` are one order."""
    resource = read_resource(arrival.reference) if arrival.source == MERCADOLIBRE else None
    return arrival.source, resource.path if resource is not None else arrival.reference


def _backoff(first: float, tries: int, longest: float) -> float:
    return min(first * 2.0 ** min(tries, 30), longest)


def _said(failure: OutsideFailure) -> str:
    return f"{failure.party} {failure.code}"

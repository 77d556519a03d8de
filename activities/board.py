"""The board of holds: brought up to date by each run, and read to tell people what waits for them."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from activities.books import in_thread
from activities.customs import trade_now
from activities.implements import implements
from tradelane.adapters.errors import OutsideFailure, Unavailable
from tradelane.contracts.steps import (
    NOTIFY_DESK,
    POST_HOLDS,
    HoldMark,
    HoldsReply,
    HoldsRequest,
    SweepReply,
    SweepRequest,
)
from tradelane.desk.notices import digest_notice, due_notice, hold_notice
from tradelane.domain import timeline
from tradelane.domain.identifiers import OrderId
from tradelane.domain.language import Language
from tradelane.domain.trade_time import KOREA
from tradelane.ports import BoardHold, BoardQuery, Decision, Notice, Notifier
from tradelane.resources import Resources

HOUSE = "tradelane"
"""Who opens and closes holds, in the timeline: the run itself."""

TELLING = 30.0
"""Real seconds of one firing spent on telling; what is left is told by the next."""

MOST_SILENCES = 3
"""Failures in a row after which a notifier is left alone until the next firing."""

_log = structlog.get_logger("tradelane.notice")


class BoardActivities:
    """Posting holds and telling people of them."""

    def __init__(self, resources: Resources) -> None:
        self._r = resources

    @implements(POST_HOLDS)
    async def post_holds(self, request: HoldsRequest) -> HoldsReply:
        """Make the board say what the run says, and give back what people wrote on the order's holds."""
        written = marks_of(await in_thread(self._r.decisions.of_orders, (request.order_id,)))
        lost = {key: mark for key, mark in written.items() if key not in request.known}
        held = tuple(hold.model_copy(update=dict(lost.get(hold.key, {}))) for hold in request.holds)
        now = trade_now(request.timetable)()
        await in_thread(self._r.holds.post, request.order_id, request.seller_id, request.exporters, held, now)
        await in_thread(self._journal, request.order_id)
        marks = {key: HoldMark.model_validate(mark) for key, mark in written.items()}
        return HoldsReply(marks={key: mark for key, mark in marks.items() if mark != HoldMark()})

    def _journal(self, order_id: OrderId) -> None:
        """Write the lines of the timeline that are missing: also those a lost try of this step left out."""
        there = {(line.kind, line.evidence.get("hold"), line.at) for line in self._r.journal.of_order(order_id)}
        for one in self._r.holds.of_order(order_id):
            lines = [(timeline.hold_opened(one.hold), one.hold.since)]
            if one.closed_at is not None:
                lines.append((timeline.hold_closed(one.hold), one.closed_at))
            for line, at in lines:
                if (line.kind, one.hold.key, at) not in there:
                    timeline.append(self._r.journal, order_id, line, at=at, actor=HOUSE)

    @implements(NOTIFY_DESK)
    async def notify_desk(self, request: SweepRequest) -> SweepReply:
        """Tell of each hold once, once more when it is overdue, and each desk its list of the day."""
        clock = await in_thread(self._r.clock.read)
        settings = self._r.settings
        now = clock.at(datetime.now(UTC))
        waiting = await in_thread(self._r.holds.open, BoardQuery(snoozed_at=now))
        notices = notices_of(waiting, now, settings.notify_digest_hour, settings.language)
        counts = await asyncio.gather(*(self._tell(notifier, notices) for notifier in self._r.notifiers))
        told, failed = (sum(count) for count in zip(*counts, strict=True)) if counts else (0, 0)
        return SweepReply(looked=len(waiting), changed=told, unavailable=failed)

    async def _tell(self, notifier: Notifier, notices: Sequence[Notice]) -> tuple[int, int]:
        """Tell by one notifier what it has not told yet; gives how many went and how many did not."""
        books = self._r.notices
        rows = {row_of(notice, notifier): notice for notice in notices}
        settled = await in_thread(books.settled, list(rows), datetime.now(UTC))
        told = failed = in_a_row = 0
        until = time.monotonic() + TELLING
        for row, notice in rows.items():
            if row in settled:
                continue
            if in_a_row >= MOST_SILENCES or time.monotonic() > until:
                break
            if not await in_thread(books.begin, notice.model_copy(update={"id": row}), datetime.now(UTC)):
                continue
            try:
                await notifier.tell(notice)
            except OutsideFailure as failure:
                failed, in_a_row = failed + 1, in_a_row + 1
                _log.warning("notice.failed", id=notice.id, by=notifier.name, code=failure.code, words=failure.words)
                wait = (failure.wait if isinstance(failure, Unavailable) else None) or timedelta(0)
                await in_thread(books.failed, row, datetime.now(UTC) + wait)
            else:
                told, in_a_row = told + 1, 0
                await in_thread(books.told, row, datetime.now(UTC))
        return told, failed


def row_of(notice: Notice, notifier: Notifier) -> str:
    """The id under which the books know that a notice went one way: each way tells once."""
    return f"{notice.id}@{notifier.name}"


def marks_of(decisions: Sequence[Decision]) -> dict[str, dict[str, Any]]:
    """What people wrote on each hold, by key: the latest of each kind stands.

    A decision that answers the hold ends its sleep: when the step holds again, that is news. Who takes it stays.
    """
    marks: dict[str, dict[str, Any]] = {}
    for decision in decisions:
        content: Mapping[str, str] = decision.content
        mark = marks.setdefault(decision.step, {})
        if decision.kind == "assign":
            mark["assignee"] = content.get("assignee", "")
        elif decision.kind == "snooze":
            until = content.get("snoozed_until", "")
            mark["snoozed_until"] = datetime.fromisoformat(until) if until else None
        elif "snoozed_until" in mark:
            mark["snoozed_until"] = None
    return {key: mark for key, mark in marks.items() if mark}


def notices_of(waiting: Sequence[BoardHold], now: datetime, digest_hour: int, language: Language) -> list[Notice]:
    """Everything that is to be told at an instant of trade time, whether it was told already or not.

    What is overdue comes first: one firing may not tell everything.
    """
    overdue = [due_notice(one, language) for one in waiting if one.hold.due <= now]
    here = now.astimezone(KOREA)
    digests = []
    if here.hour >= digest_hour:
        by_owner = sorted(waiting, key=lambda one: one.hold.owner)  # stable: by due time within each desk
        for owner, theirs in itertools.groupby(by_owner, key=lambda one: one.hold.owner):
            digests.append(digest_notice(owner, here.date(), tuple(theirs), language))
    return [*overdue, *digests, *(hold_notice(one, language) for one in waiting)]

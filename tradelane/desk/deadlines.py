"""Loading deadlines (적재의무기한): accepted declarations whose goods customs has not seen leave, the nearest first.

The printed date is what counts; one counted by us is marked. An extension is asked before the deadline; after it only
an answer to customs' notice helps, within 14 days of it (수출 고시, certainty M). One query, no engine.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from pydantic import BaseModel, ConfigDict

from tradelane.desk.evidence.gathering import exporter_of
from tradelane.domain.holds import Fault, owner_of
from tradelane.domain.loading_period import ANSWER_WINDOW, answer_by
from tradelane.domain.trade_time import today_in_korea
from tradelane.ports.export import DeclarationRecord
from tradelane.stores import Stores

_KOREA_POST = re.compile(r"[A-Z]{2}[0-9]{9}KR", re.ASCII)


class Deadline(BaseModel):
    """One declaration that waits for its loading; days are Korean calendar days of the trade clock."""

    model_config = ConfigDict(frozen=True)

    load_before: date | None
    """The last day, inclusive; None while nobody has printed or counted one."""
    counted_by_us: bool
    days_left: int | None
    """0 on the last day, below it when the day has passed."""
    order_id: str
    number: str
    exporter_id: str
    packages: str
    """`1 of 2` when some have left; empty otherwise."""
    owner: str
    words: str
    command: str

    @property
    def overdue(self) -> bool:
        """Whether the last day has passed."""
        return self.days_left is not None and self.days_left < 0


def deadlines_within(
    stores: Stores,
    within: timedelta,
    exporter_id: str | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> tuple[Deadline, ...]:
    """Declarations to be loaded within a span of trade time, overdue ones first and those without a date last.

    Raises:
        NotFound: no such exporter.
    """
    if exporter_id is not None:
        exporter_of(stores, exporter_id)
    trade = stores.clock.read().at(now())
    today = today_in_korea(trade)
    rows = stores.declarations.to_be_loaded(today_in_korea(trade + within), undated=True)
    return tuple(_deadline(row, today) for row in rows if exporter_id in (None, row.exporter_id))


def _deadline(row: DeclarationRecord, today: date) -> Deadline:
    left = (row.load_before - today).days if row.load_before is not None else None
    order = str(row.order_id)
    words, command = _what_to_do(order, row.load_before, today)
    if row.waybill is not None and _KOREA_POST.fullmatch(row.waybill):
        words += "; goods by post count as loaded only after the dispatch confirmation (발송확인)"
    if row.partial:
        words = f"{row.packages_loaded} of {row.packages_cleared} packages have left; " + words
    return Deadline(
        load_before=row.load_before,
        counted_by_us=row.load_before_computed,
        days_left=left,
        order_id=order,
        number=row.number.printed if row.number is not None else "",
        exporter_id=row.exporter_id,
        packages=f"{row.packages_loaded} of {row.packages_cleared}" if row.partial else "",
        owner=owner_of("loading_due", Fault.CARRIER),
        words=words,
        command=command,
    )


def _what_to_do(order: str, last_day: date | None, today: date) -> tuple[str, str]:
    if last_day is None:
        return (
            "nobody has printed a deadline yet; the period may be shorter than 30 days",
            f"tradelane orders show {order}",
        )
    if today > last_day:
        return _too_late(last_day, today), f"tradelane holds show {order}"
    return (
        "load it, or ask for a later day before this one ends",
        f"tradelane orders extend {order} --until DATE --reason WHY",
    )


def _too_late(last_day: date, today: date) -> str:
    """What is left once the last day has passed, and by when as far as it is known.

    Nobody tells us the day of customs' notice; it is later than the last day, so that the window cannot end sooner than
    it would after a notice of the next day.
    """
    soonest = answer_by(last_day + timedelta(days=1))
    when = (
        f"an answer by {soonest} is in time whenever it came"
        if today <= soonest
        else f"had it come at once, the days ended on {soonest}: look for it today"
    )
    return (
        "too late for an extension: load at once, or explain the cause within "
        f"{ANSWER_WINDOW.days} days of customs' notice that it will cancel the acceptance (취소예정통보); the day of the "
        f"notice is not known here, {when}"
    )

"""Until when cleared goods must be loaded in the simulated world, and what becomes of those that are not.

KTNET writes declarations and moves their deadlines, UNI-PASS prints them; both let this module settle a declaration
before they speak of it. The rule is the authority's (관세법 제251조, 제8조③): 30 days from the acceptance, a last day
that is a Saturday, Sunday, public holiday or 1 May rolls on; an acceptance whose goods have not left, every
package of them, 14 days after the deadline is cancelled. Nothing is decided by a running clock: the state is a function of the books and the trade time.
"""

from __future__ import annotations

import sqlite3
from datetime import date, datetime, timedelta

from tradelane.simulators import cargo
from tradelane.simulators.clock import instant, iso
from tradelane.simulators.days_off import is_day_off
from tradelane.simulators.rates import KST

LOADING_DAYS = 30
ANSWER_DAYS = timedelta(days=14)
"""After the deadline customs announces the cancellation, and the cause must be explained within 14 days."""


CANCELLED = "cancelled"


def last_day(accepted_at: datetime) -> date:
    """The last day for loading of a declaration accepted at an instant, rolled past days off."""
    day = accepted_at.astimezone(KST).date() + timedelta(days=LOADING_DAYS)
    while is_day_off(day):
        day += timedelta(days=1)
    return day


def latest_extension(accepted_at: datetime) -> date:
    """The last day to which customs extends: within one year of the acceptance, counted by the calendar."""
    day = accepted_at.astimezone(KST).date()
    leap_day = (day.month, day.day) == (2, 29)
    return date(day.year + 1, day.month, 28 if leap_day else day.day)


def end_of(day: date) -> datetime:
    """The last second of a Korean day: the deadline day belongs to the period."""
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=KST)


def settle(db: sqlite3.Connection, number: str, now: datetime) -> str:
    """The state of a declaration in the world, cancelled first where its goods have not left in time.

    `accepted`, `loaded`, `withdrawn` or `cancelled`; empty when there is none or its acceptance lies ahead. A request
    for a later deadline that was granted has moved `load_before`, a withdrawal has changed the state: nothing else
    keeps an acceptance.
    """
    row = _row(db, number, now)
    if row is None:
        return ""
    cancelled_at = instant(row["load_before"]) + ANSWER_DAYS
    if row["state"] == "accepted" and now > cancelled_at and not cargo.loaded(db, number, cancelled_at):
        db.execute("UPDATE declarations SET state = ? WHERE number = ?", (CANCELLED, number))
        return CANCELLED
    cargo.loaded(db, number, now)
    settled = _row(db, number, now)
    return "" if settled is None else str(settled["state"])


def settle_all(db: sqlite3.Connection, now: datetime) -> None:
    """Settle every declaration whose time is over: for answers that look declarations up by something else."""
    overdue = db.execute(
        "SELECT number FROM declarations WHERE state = 'accepted' AND load_before < ?", (iso(now - ANSWER_DAYS),)
    ).fetchall()
    for row in overdue:
        settle(db, str(row["number"]), now)


def _row(db: sqlite3.Connection, number: str, now: datetime) -> sqlite3.Row | None:
    found: sqlite3.Row | None = db.execute(
        "SELECT state, load_before FROM declarations WHERE number = ? AND accepted_at <= ?", (number, iso(now))
    ).fetchone()
    return found

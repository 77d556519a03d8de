"""Declarations that customs looks closer at (선별): which look, until when, and how a person on the stage ends it.

A declaration is chosen by the fate of its sale (scenario `selected_documents` or `selected_inspection`) or by a fault of
the same effect set on `declare`. Customs then accepts after a while, or when the stage says so; it may also refuse. The
codes of a selection result are not published: those here are invented, as an adapter must be told which means what.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tradelane.simulators import world
from tradelane.simulators.clock import instant, iso
from tradelane.simulators.loading_deadline import end_of, last_day

SCHEMA = """
CREATE TABLE IF NOT EXISTS ktnet_selections (
    number TEXT PRIMARY KEY,
    look TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    refusal TEXT NOT NULL
);
"""


@dataclass(frozen=True)
class Look:
    """One way to look closer: KTNET's status, code and text of the result (GOVCBRR73), and how long customs takes."""

    status: str
    code: str
    text: str
    takes: timedelta


LOOKS: Mapping[str, Look] = {
    "select_documents": Look("07", "21", "서류심사 대상", timedelta(hours=4)),
    "select_inspection": Look("08", "31", "현품검사 대상", timedelta(hours=26)),
}
"""Kind of fault -> what customs does."""

SCENARIOS = {"selected_documents": "select_documents", "selected_inspection": "select_inspection"}
"""Name of a sale's scenario -> kind of look."""


@dataclass(frozen=True)
class Selection:
    """A look that was taken: `refusal` is empty when customs accepts at `decided_at`."""

    look: Look
    decided_at: datetime
    refusal: str


def look_for(db: sqlite3.Connection, order_no: str) -> str:
    """The look that the fate of a sale asks for; empty when none, and for every round after the first."""
    scenario = world.scenario_of(db, order_no)
    return "" if scenario is None or "~" in order_no else SCENARIOS.get(scenario.name, "")


def choose(db: sqlite3.Connection, number: str, kind: str, filed_at: datetime) -> Selection:
    """Let customs look closer at a declaration."""
    look = LOOKS[kind]
    db.execute(
        "INSERT INTO ktnet_selections (number, look, decided_at, refusal) VALUES (?, ?, ?, '')",
        (number, kind, iso(filed_at + look.takes)),
    )
    return Selection(look, filed_at + look.takes, "")


def selection_of(db: sqlite3.Connection, number: str) -> Selection | None:
    """The look at a declaration, if there was one."""
    row = db.execute("SELECT look, decided_at, refusal FROM ktnet_selections WHERE number = ?", (number,)).fetchone()
    return None if row is None else Selection(LOOKS[row["look"]], instant(row["decided_at"]), row["refusal"])


def decide(db: sqlite3.Connection, number: str, now: datetime, refusal: str) -> bool:
    """End a look now: accepted, or ended with an error notice. False when there is none that is still open."""
    found = selection_of(db, number)
    if found is None or found.decided_at <= now:
        return False
    db.execute("UPDATE ktnet_selections SET decided_at = ?, refusal = ? WHERE number = ?", (iso(now), refusal, number))
    if refusal:
        db.execute("DELETE FROM declarations WHERE number = ?", (number,))
        db.execute("DELETE FROM declaration_cargo WHERE number = ?", (number,))
    else:
        db.execute(
            "UPDATE declarations SET accepted_at = ?, load_before = ? WHERE number = ?",
            (iso(now), iso(end_of(last_day(now))), number),
        )
    return True

"""The simulated world from behind: what customs has in its own books, and parcels that stay or travel as a test says."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from typing import Any

from tests.lane import Lane
from tradelane.simulators import cargo, journey
from tradelane.simulators.clock import FileClock, instant, iso
from tradelane.simulators.rates import KST
from tradelane.simulators.world import plan_event

STAYING = "parcels_stay"
FAR = datetime(2035, 12, 31, 14, 59, 59, tzinfo=UTC)
"""The end of a Korean day that no test reaches."""
STAY = (
    f"CREATE TRIGGER {STAYING} AFTER INSERT ON transport_events WHEN NEW.code NOT IN ('PU', 'PL')"
    " BEGIN DELETE FROM transport_events WHERE seq = NEW.seq; END"
)


@contextmanager
def books(lane: Lane) -> Iterator[sqlite3.Connection]:
    """The simulators' database, in one transaction."""
    with closing(sqlite3.connect(lane.settings.data_dir / "simulators.sqlite", timeout=20)) as db, db:
        db.row_factory = sqlite3.Row
        yield db


def world_now(lane: Lane) -> datetime:
    """The trade instant of the simulators."""
    return FileClock(lane.settings.clock_file).now()


# --- customs ---------------------------------------------------------------------------------------------------------


def live_declarations(lane: Lane, shipment: str) -> list[str]:
    """Numbers that customs has accepted, or is going to, for a consignment and that were neither withdrawn nor cancelled."""
    with books(lane) as db:
        rows = db.execute(
            "SELECT number FROM declarations WHERE order_no LIKE ? AND state NOT IN ('withdrawn', 'cancelled')"
            " ORDER BY order_no",
            (f"%{shipment}-%",),
        ).fetchall()
    return [str(row["number"]) for row in rows]


def printed_deadline(lane: Lane, number: str) -> date:
    """The last day of loading that customs prints."""
    with books(lane) as db:
        row = db.execute("SELECT load_before FROM declarations WHERE number = ?", (number,)).fetchone()
    return instant(row["load_before"]).astimezone(KST).date()


def deadlines_are_far(lane: Lane) -> None:
    """Customs prints a late last day of loading from now on: thirty trade days pass in seconds while a test looks at holds."""
    with books(lane) as db:
        db.execute(
            "CREATE TRIGGER far_deadlines AFTER INSERT ON declarations"
            f" BEGIN UPDATE declarations SET load_before = '{iso(FAR)}' WHERE number = NEW.number; END"
        )


def clears_packages(lane: Lane, number: str, packages: int) -> None:
    """Let a declaration have cleared so many packages."""
    with books(lane) as db:
        db.execute("UPDATE declaration_cargo SET packages = ? WHERE number = ?", (str(packages), number))


# --- parcels ---------------------------------------------------------------------------------------------------------


def parcels_stay(lane: Lane) -> None:
    """From now on no parcel leaves the gateway that is booked."""
    with books(lane) as db:
        db.execute(STAY)


def parcels_move(lane: Lane) -> None:
    """What is booked from now on travels again."""
    with books(lane) as db:
        db.execute(f"DROP TRIGGER {STAYING}")


def uplifts(lane: Lane, waybill: str) -> None:
    """One parcel of those that stay leaves Korea all the same, and is seen no more."""
    now = world_now(lane)
    with books(lane) as db:
        db.execute("BEGIN IMMEDIATE")
        db.execute(f"DROP TRIGGER {STAYING}")
        plan_event(db, waybill, now, cargo.DEPARTED, "Departed from a facility", "INCHEON", "+09:00")
        db.execute(STAY)


def leaves(lane: Lane, waybill: str, number: str) -> None:
    """One package of a declaration leaves Korea under a waybill."""
    now = world_now(lane)
    with books(lane) as db:
        carries(db, waybill, number)
        plan_event(db, waybill, now, cargo.DEPARTED, "Departed from a facility", "INCHEON", "+09:00")


def travels(lane: Lane, waybill: str, number: str = "") -> None:
    """A parcel travels from now on to the door, under another declaration where one is named."""
    now = world_now(lane)
    with books(lane) as db:
        if number:
            carries(db, waybill, number)
        journey.write(db, waybill, now, journey.plan("plain", "SEOUL", "SANTIAGO"))


def carries(db: sqlite3.Connection, waybill: str, number: str) -> None:
    """Note that a waybill carries one package of a declaration."""
    db.execute(
        "INSERT OR IGNORE INTO parcel_declarations (waybill, number, packages, weight_kg) VALUES (?, ?, 1, '0.5')",
        (waybill, number),
    )


def asked_of_customs(rows: list[dict[str, Any]], shipment: str, kind: str) -> list[dict[str, Any]]:
    """Requests of a kind (A amend, B withdraw, C extend) in the ledger."""
    return [
        row
        for row in rows
        if row["operation"] == "amend" and shipment in row["reference"] and row["detail"]["kind"] == kind
    ]

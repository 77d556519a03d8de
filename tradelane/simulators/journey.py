"""The life of a parcel, planned at booking in trade time: what its carrier will do with it, day by day.

The codes are those of the simulated world, which are DHL's; another carrier's simulator shows its own for them.

Days are counted from the booking; a pickup is not before the planned shipping date, and everything else moves with it.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tradelane.simulators.clock import iso
from tradelane.simulators.world import plan_event

SEOUL, SANTIAGO = ZoneInfo("Asia/Seoul"), ZoneInfo("America/Santiago")
INCHEON_HUB, SANTIAGO_HUB = "INCHEON - KOREA, REPUBLIC OF", "SANTIAGO - CHILE"


@dataclass(frozen=True)
class Stop:
    """One event of a plan: `day` in trade days, code, words, place and its zone."""

    day: float
    code: str
    words: str
    place: str
    zone: ZoneInfo


def to_clearance(origin: str) -> list[Stop]:
    """From the seller's door to the Chilean customs."""
    return [
        Stop(1.0, "PU", "Picked up from the shipper", origin, SEOUL),
        Stop(1.3, "PL", "Processed at the gateway", INCHEON_HUB, SEOUL),
        Stop(2.0, "DF", "Departed from a facility", INCHEON_HUB, SEOUL),
        Stop(4.0, "AF", "Arrived at a facility", SANTIAGO_HUB, SANTIAGO),
        Stop(4.5, "IC", "Customs clearance is under way", SANTIAGO_HUB, SANTIAGO),
    ]


def from_release(release: float, city: str) -> list[Stop]:
    """From the release of customs to the receiver's door; `release` is the day of the release."""
    return [
        Stop(release, "CR", "Released by customs", SANTIAGO_HUB, SANTIAGO),
        Stop(release + 0.5, "AR", "Arrived at the delivery facility", city, SANTIAGO),
        Stop(release + 1.5, "WC", "With the courier for delivery", city, SANTIAGO),
        Stop(release + 2.0, "OK", "Delivered", city, SANTIAGO),
    ]


def plan(scenario: str, origin: str, city: str) -> list[Stop]:
    """The whole life of a parcel. A customs document that is asked for stops it: the rest comes with the paper."""
    match scenario:
        case "over_500":
            paid = Stop(6.0, "PY", "Duties and taxes have been paid", SANTIAGO_HUB, SANTIAGO)
            return [*to_clearance(origin), paid, *from_release(6.5, city)]
        case "customs_document":
            asked = Stop(5.0, "UD", "Clearance delay: customs asks for a document", SANTIAGO_HUB, SANTIAGO)
            return [*to_clearance(origin), asked]
        case _:
            return [*to_clearance(origin), *from_release(5.5, city)]


def begin(booked: datetime, planned: datetime) -> datetime:
    """The instant the days of a plan count from: the booking, or as much later as the pickup has to wait."""
    return max(booked, planned - timedelta(days=1))


def write(db: sqlite3.Connection, waybill: str, begun: datetime, stops: list[Stop]) -> None:
    """Puts a plan into the world."""
    for stop in stops:
        due = begun + timedelta(days=stop.day)
        plan_event(db, waybill, due, stop.code, stop.words, stop.place, offset_at(due, stop.zone))


def is_stopped(db: sqlite3.Connection, waybill: str, now: datetime) -> bool:
    """Whether customs has asked for a document by now and nothing is planned after it."""
    last = db.execute(
        "SELECT code, due_at FROM transport_events WHERE waybill = ? ORDER BY due_at DESC, seq DESC LIMIT 1", (waybill,)
    ).fetchone()
    return last is not None and last["code"] == "UD" and last["due_at"] <= iso(now)


def offset_at(moment: datetime, zone: ZoneInfo) -> str:
    """The offset of a place at an instant, such as +09:00; Chile changes its with the seasons."""
    text = moment.astimezone(zone).strftime("%z")
    return f"{text[:3]}:{text[3:]}"


def call_off(db: sqlite3.Connection, waybill: str, now: datetime) -> None:
    """Takes what is still to come out of the world: a booking that was voided is never fetched."""
    db.execute("DELETE FROM transport_events WHERE waybill = ? AND due_at > ?", (waybill, iso(now)))

"""The life of a parcel in the simulated world, whoever carries it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tradelane.simulators import journey
from tradelane.simulators.stage import Stage
from tradelane.simulators.world import events_until

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Standing:
    """A clock that stands."""

    def now(self) -> datetime:
        return NOON


def test_what_was_called_off_has_no_future_and_keeps_its_past(tmp_path: Path) -> None:
    stage = Stage(tmp_path, Standing())
    db, later = stage.connection(), NOON + timedelta(days=30)
    for waybill in ("AB123456", "AB123457"):
        journey.write(db, waybill, NOON, journey.plan("plain", "SEOUL - KOREA, REPUBLIC OF", "SANTIAGO - CHILE"))
    journey.call_off(db, "AB123456", NOON + timedelta(days=1.1))

    assert [event.code for event in events_until(db, "AB123456", later)] == ["PU"]
    assert [event.code for event in events_until(db, "AB123457", later)][-1] == "OK"
    stage.close()

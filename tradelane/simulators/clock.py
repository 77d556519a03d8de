"""Trade time of the simulators: real time, moved and sped up as one small file says."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Whatever tells the trade time."""

    def now(self) -> datetime:
        """The trade instant, aware, in UTC."""


@dataclass(frozen=True)
class TradeClock:
    """trade now = trade epoch + (real now - real epoch) x pace."""

    trade_epoch: datetime
    real_epoch: datetime
    pace: float = 1.0

    def at(self, real: datetime) -> datetime:
        """The trade instant that belongs to a real instant."""
        return (self.trade_epoch + (real - self.real_epoch) * self.pace).astimezone(UTC)

    def now(self) -> datetime:
        """The trade instant of this moment, in UTC."""
        return self.at(datetime.now(UTC))


class FileClock:
    """The trade clock of a deployment, read from its record and read again when the record changes.

    The file is JSON: ``{"trade_epoch": ISO instant, "real_epoch": ISO instant, "pace": number}``.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = -1
        self._clock = self._read()

    def now(self) -> datetime:
        """The trade instant of this moment, in UTC."""
        if self._path.stat().st_mtime_ns != self._stamp:
            self._clock = self._read()
        return self._clock.now()

    def _read(self) -> TradeClock:
        self._stamp = self._path.stat().st_mtime_ns
        said = json.loads(self._path.read_text(encoding="utf-8"))
        return TradeClock(
            trade_epoch=instant(said["trade_epoch"]),
            real_epoch=instant(said["real_epoch"]),
            pace=float(said["pace"]),
        )


class HeldClock:
    """A clock that stands still until it is moved by hand: for tests."""

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        """The instant it was last moved to."""
        return self._now

    def advance(self, step: timedelta) -> None:
        """Moves the clock forward."""
        self._now += step


def instant(text: str) -> datetime:
    """Reads an ISO instant; one without a zone is refused with ValueError."""
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return value.astimezone(UTC)


def iso(value: datetime) -> str:
    """Writes an instant the way all tables of the stage keep it: UTC, microseconds, sortable as text."""
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def real_seconds() -> float:
    """Seconds of real time, for what no pace speeds up: retries, sockets, lives of access tokens."""
    return time.time()

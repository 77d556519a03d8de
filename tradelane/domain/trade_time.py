"""Trade time: one pure function from real instants to the instants that matter to trade.

`trade = trade_epoch + (real - real_epoch) * pace`. In production the pace is 1 and both epochs are equal; a demo
runs weeks in seconds with the same code. "Today in Korea", weekly customs rates, purchase instants and deadlines
are trade time; every process reads the same record of both epochs.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

KOREA = ZoneInfo("Asia/Seoul")
CHILE = ZoneInfo("America/Santiago")


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"The instant {value.isoformat()} has no zone; write it with an offset, such as +09:00.")
    return value.astimezone(UTC)


Instant = Annotated[datetime, AfterValidator(_aware)]
"""An instant: always aware, kept in UTC."""


class TradeClock(BaseModel):
    """The deployment's one clock record; `pace` is trade seconds per real second (1 in production)."""

    model_config = ConfigDict(frozen=True)

    trade_epoch: Instant
    real_epoch: Instant
    pace: float = Field(default=1.0, gt=0, le=10_000_000, allow_inf_nan=False)

    def at(self, real: datetime) -> datetime:
        """Trade instant that belongs to a real instant."""
        return self.trade_epoch + (_aware(real) - self.real_epoch) * self.pace

    def real(self, trade: datetime) -> datetime:
        """Real instant at which the trade clock shows `trade`."""
        return self.real_epoch + (_aware(trade) - self.trade_epoch) / self.pace

    def real_span(self, span: timedelta) -> timedelta:
        """Real length of a span of trade time."""
        return span / self.pace


PRODUCTION_CLOCK = TradeClock(
    trade_epoch=datetime(2026, 1, 1, tzinfo=UTC), real_epoch=datetime(2026, 1, 1, tzinfo=UTC), pace=1.0
)


class Timetable(BaseModel):
    """Waits and leads of one journey, as data: the same workflow runs in weeks or in seconds."""

    model_config = ConfigDict(frozen=True)

    clock: TradeClock = PRODUCTION_CLOCK
    loading_warnings: tuple[timedelta, ...] = (timedelta(days=10), timedelta(days=5), timedelta(days=1))
    payment_patience: timedelta = timedelta(days=15)
    acceptance_patience: timedelta = timedelta(days=5)
    silence_patience: timedelta = timedelta(days=21)
    hold_due: timedelta = timedelta(days=1)

    def real_wait(self, span: timedelta, *, least: timedelta = timedelta(milliseconds=100)) -> timedelta:
        """Real length to wait for a span of trade time, never below `least`."""
        return max(least, self.clock.real_span(span))


def today_in_korea(now: datetime) -> date:
    """The Korean calendar date at an instant (KST has no summer time)."""
    return _aware(now).astimezone(KOREA).date()

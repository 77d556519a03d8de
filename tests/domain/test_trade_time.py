"""Trade time: one clock record, two directions; Korean days; no instant without a zone."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from tradelane.domain.trade_time import PRODUCTION_CLOCK, Instant, Timetable, TradeClock, today_in_korea

EPOCH = datetime(2026, 11, 23, tzinfo=UTC)
STARTED = datetime(2026, 8, 3, 9, 30, tzinfo=UTC)
PACES = st.floats(min_value=0.01, max_value=200_000, allow_nan=False)
INSTANTS = st.timedeltas(timedelta(days=-3), timedelta(days=10)).map(lambda since: STARTED + since)
MICROSECOND = timedelta(microseconds=1)


def clock(pace: float) -> TradeClock:
    return TradeClock(trade_epoch=EPOCH, real_epoch=STARTED, pace=pace)


def test_in_production_trade_time_is_real_time() -> None:
    now = datetime(2031, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC)
    assert PRODUCTION_CLOCK.at(now) == now
    assert PRODUCTION_CLOCK.real(now) == now


def test_at_two_days_a_second_a_week_takes_three_and_a_half_seconds() -> None:
    fast = clock(172_800)
    assert fast.at(STARTED + timedelta(seconds=3.5)) == EPOCH + timedelta(days=7)
    assert fast.real(EPOCH + timedelta(days=7)) == STARTED + timedelta(seconds=3.5)
    assert fast.real_span(timedelta(days=30)) == timedelta(seconds=15)


@given(PACES, INSTANTS)
def test_there_and_back_is_the_same_instant(pace: float, real: datetime) -> None:
    """To the microsecond that an instant can show, at a slow clock to what one of its steps is worth."""
    there_and_back = clock(pace).real(clock(pace).at(real))
    assert abs(there_and_back - real) <= MICROSECOND * (1 + 0.5 / pace)


@given(PACES, INSTANTS, INSTANTS)
def test_what_is_later_in_one_time_is_not_earlier_in_the_other(pace: float, one: datetime, other: datetime) -> None:
    early, late = sorted((one, other))
    assert clock(pace).at(early) <= clock(pace).at(late)


@given(PACES, INSTANTS)
def test_the_zone_an_instant_is_written_in_changes_nothing(pace: float, real: datetime) -> None:
    korean = real.astimezone(timezone(timedelta(hours=9)))
    assert clock(pace).at(korean) == clock(pace).at(real)


@pytest.mark.parametrize("pace", [0, -1, float("inf"), float("nan")])
def test_a_clock_that_stands_or_runs_backwards_is_refused(pace: float) -> None:
    with pytest.raises(ValidationError):
        clock(pace)


def test_an_instant_without_a_zone_is_refused_in_words() -> None:
    class Noted(BaseModel):
        at: Instant

    with pytest.raises(ValidationError, match=r"has no zone; write it with an offset, such as \+09:00"):
        Noted.model_validate({"at": "2026-11-23T10:00:00"})
    noted = Noted.model_validate({"at": "2026-11-23T10:00:00+09:00"})
    assert noted.at == datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    assert noted.model_dump_json() == '{"at":"2026-11-23T01:00:00Z"}'


@pytest.mark.parametrize(
    ("utc", "day"),
    [("2026-08-03T14:59:59.999999Z", date(2026, 8, 3)), ("2026-08-03T15:00:00Z", date(2026, 8, 4))],
)
def test_today_in_korea_changes_at_three_in_the_afternoon_of_utc(utc: str, day: date) -> None:
    """A declaration dated by UTC is refused: the date must be today in KST (trap 23)."""
    assert today_in_korea(datetime.fromisoformat(utc)) == day


def test_today_is_not_asked_of_an_instant_without_a_zone() -> None:
    with pytest.raises(ValueError, match="has no zone"):
        today_in_korea(datetime(2026, 8, 3))  # noqa: DTZ001


def test_no_wait_is_shorter_than_its_least() -> None:
    timetable = Timetable(clock=clock(172_800))
    assert timetable.real_wait(timedelta(days=2)) == timedelta(seconds=1)
    assert timetable.real_wait(timedelta(minutes=1)) == timedelta(milliseconds=100)
    assert Timetable().real_wait(timedelta(days=2)) == timedelta(days=2)


def test_a_timetable_comes_back_from_json_unchanged() -> None:
    timetable = Timetable(clock=clock(86_400.5), hold_due=timedelta(hours=3))
    assert Timetable.model_validate_json(timetable.model_dump_json()) == timetable

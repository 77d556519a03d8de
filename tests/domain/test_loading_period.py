"""The loading period counted as a fallback. Days are reasoned from the calendar, never taken from our code.

Holidays: 관공서의 공휴일에 관한 규정 제2조 and 제3조 (a national day on a Saturday or Sunday gives the next working day;
Chuseok only where it meets a Sunday). Rolling: 관세법 제8조③. In 2026 the 22nd of November is a Sunday.
"""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradelane.domain.loading_period import a_year_after, answer_by, is_day_off, last_loading_day, may_extend
from tradelane.domain.trade_time import today_in_korea

ACCEPTED = date(2026, 3, 2)
DEADLINE = date(2026, 4, 1)
"""The example of the paper, section 4: acptDt 20260302, loadDtyTmlm 20260401."""


@pytest.mark.parametrize(
    ("accepted_on", "last"),
    [
        (ACCEPTED, DEADLINE),
        # 14 November 2026 is a Saturday, the 15th a Sunday
        (date(2026, 10, 15), date(2026, 11, 16)),
        # Chuseok, the 15th day of the 8th month, is Friday 25 September 2026: off from Thursday to Saturday, then Sunday
        (date(2026, 8, 25), date(2026, 9, 28)),
        # National Foundation Day, 3 October 2026, is a Saturday: Monday the 5th is its substitute
        (date(2026, 9, 3), date(2026, 10, 6)),
        (date(2026, 9, 5), date(2026, 10, 6)),
        # Friday 1 May 2026, Labour Day, then the weekend; Children's Day is Tuesday
        (date(2026, 4, 1), date(2026, 5, 4)),
        # Thursday 1 May 2025: no public holiday yet, and named by the customs act all the same
        (date(2025, 4, 1), date(2025, 5, 2)),
        # New Year's Day 2027 is a Friday: the period ends in another year than it began
        (date(2026, 12, 2), date(2027, 1, 4)),
        # Korean New Year 2027 is Sunday 7 February: Saturday to Monday, and Tuesday the 9th for the Sunday
        (date(2027, 1, 7), date(2027, 2, 10)),
    ],
)
def test_trap_18_the_last_day_rolls_over_days_off(accepted_on: date, last: date) -> None:
    """30 days from acceptance; a Saturday, Sunday, holiday, substitute holiday or 1 May moves it (paper 2)."""
    assert last_loading_day(accepted_on) == last


def test_trap_18_a_shortened_period_is_not_counted() -> None:
    """API017 says that it is shorter, not by how much: only a printed date counts."""
    assert last_loading_day(ACCEPTED, shortened=True) is None


def test_trap_18_the_day_of_acceptance_is_that_of_korea() -> None:
    """Half past midnight of 2 March in Seoul is still 1 March in UTC."""
    accepted_at = datetime(2026, 3, 1, 15, 30, tzinfo=UTC)
    assert last_loading_day(today_in_korea(accepted_at)) == DEADLINE
    assert last_loading_day(today_in_korea(accepted_at - timedelta(hours=1))) == date(2026, 3, 31)


@given(st.dates(date(2024, 1, 1), date(2030, 12, 31)))
def test_the_last_day_is_a_working_day_and_never_before_the_thirtieth(accepted_on: date) -> None:
    last = last_loading_day(accepted_on)
    assert last is not None
    assert not is_day_off(last)
    assert all(is_day_off(accepted_on + timedelta(days=30 + n)) for n in range((last - accepted_on).days - 30))
    assert timedelta(days=30) <= last - accepted_on < timedelta(days=45)


# --- extension ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("today", [ACCEPTED, date(2026, 3, 31), DEADLINE])
def test_an_extension_is_asked_before_the_period_ends(today: date) -> None:
    may_extend(DEADLINE, date(2026, 5, 1), ACCEPTED, today)


def test_trap_19_after_the_deadline_it_is_too_late_to_ask() -> None:
    with pytest.raises(
        ValueError, match=r"ended on 2026-04-01 and today is 2026-04-02: an extension is asked for before"
    ):
        may_extend(DEADLINE, date(2026, 5, 1), ACCEPTED, date(2026, 4, 2))


def test_trap_19_an_extension_ends_within_a_year_of_acceptance() -> None:
    """Granted within 1 year of acceptance (paper 2: easylaw)."""
    may_extend(DEADLINE, date(2027, 3, 2), ACCEPTED, date(2026, 3, 20))
    with pytest.raises(ValueError, match="ask for 2027-03-02 or earlier, not 2027-03-03"):
        may_extend(DEADLINE, date(2027, 3, 3), ACCEPTED, date(2026, 3, 20))


def test_an_extension_asks_for_a_later_day() -> None:
    with pytest.raises(ValueError, match="already runs until 2026-04-01; ask for a later day than 2026-04-01"):
        may_extend(DEADLINE, DEADLINE, ACCEPTED, date(2026, 3, 20))


def test_a_year_from_a_leap_day_ends_with_february() -> None:
    assert a_year_after(date(2028, 2, 29)) == date(2029, 2, 28)


def test_trap_19_the_cause_is_explained_within_fourteen_days_of_the_notice() -> None:
    """The cause must be explained within 14 days (paper 2: sinocus.kr)."""
    assert answer_by(date(2026, 12, 1)) == date(2026, 12, 15)


# --- the calendar's library --------------------------------------------------------------------------------------------


def test_the_calendar_is_loaded_only_when_a_day_is_counted() -> None:
    """Workflow code that comes near this module must not load the library."""
    script = "import sys, tradelane.domain.loading_period; print('holidays' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.strip() == "False"

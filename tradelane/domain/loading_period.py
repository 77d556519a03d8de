"""The loading period (적재의무기간) of accepted goods: its last day where nobody printed one, and what may be asked.

Source: 관세법 제251조 (30 days from acceptance; extension on request before the end, within one year of acceptance) and
제8조③ (a last day on a Saturday, Sunday, public or substitute holiday or 1 May moves to the next day). The date that
customs prints is authoritative: what is counted here is a fallback. Days are Korean calendar days.

The calendar comes from the library `holidays`, which workflow code must not load: steps call this module.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

from tradelane.domain.trade_time import today_in_korea

PERIOD = timedelta(days=30)
"""From the day after acceptance, that day being the first."""

ANSWER_WINDOW = timedelta(days=14)
"""In which the cause must be explained after customs' notice that it will cancel the acceptance."""

LABOUR_DAY = (5, 1)
"""근로자의 날: no public holiday before 2026, but named by 관세법 제8조③."""

SATURDAY = 5


def last_loading_day(accepted_on: date, *, shortened: bool = False) -> date | None:
    """The last day of loading, inclusive, counted from the *Korean* day of acceptance (see `today_in_korea`).

    None for goods whose period customs shortens (적재기간 단축 대상, API017): by how much is not public, so that only a
    printed date counts.

    >>> last_loading_day(date(2026, 3, 2)).isoformat()
    '2026-04-01'
    """
    return None if shortened else _working(accepted_on + PERIOD)


def is_day_off(day: date) -> bool:
    """Whether a period of the customs act cannot end on a Korean day."""
    return day.weekday() >= SATURDAY or (day.month, day.day) == LABOUR_DAY or day in _holidays(day.year)


def may_extend(load_before: date, until: date, accepted_on: date, today: date) -> None:
    """Check a wish for a later last day of loading; all are Korean days.

    On the last day itself the period still runs, so that customs may be asked.

    Raises:
        ValueError: one sentence, when the wish comes too late or asks for a day that cannot be granted.
    """
    latest = a_year_after(accepted_on)
    if today > load_before:
        raise ValueError(
            f"The loading period ended on {load_before} and today is {today}: an extension is asked for before it ends. "
            "Answer customs' notice of cancellation instead, or declare anew."
        )
    if until <= load_before:
        raise ValueError(f"The loading period already runs until {load_before}; ask for a later day than {until}.")
    if until > latest:
        raise ValueError(
            f"Customs grants an extension within one year of acceptance ({accepted_on}): ask for {latest} or earlier, "
            f"not {until}."
        )


def a_year_after(accepted_on: date) -> date:
    """The last day of the year that begins with acceptance; of 29 February the 28th.

    >>> a_year_after(date(2028, 2, 29)).isoformat()
    '2029-02-28'
    """
    try:
        return accepted_on.replace(year=accepted_on.year + 1)
    except ValueError:
        return date(accepted_on.year + 1, 2, 28)


def last_day_before(end: datetime) -> date:
    """The last Korean day of a period that ends at an instant, which is the first that is too late.

    >>> midnight = datetime.fromisoformat("2026-12-29T00:00+09:00")
    >>> last_day_before(midnight).isoformat()
    '2026-12-28'
    """
    return today_in_korea(end - timedelta(microseconds=1))


def answer_by(noticed_on: date) -> date:
    """The last day on which the cause can be explained after the notice of planned cancellation (취소예정통보).

    A day off does not move it: an early answer harms nobody, a late one loses the acceptance.

    >>> answer_by(date(2026, 12, 1)).isoformat()
    '2026-12-15'
    """
    return noticed_on + ANSWER_WINDOW


def _working(day: date) -> date:
    while is_day_off(day):
        day += timedelta(days=1)
    return day


@lru_cache(maxsize=32)
def _holidays(year: int) -> frozenset[date]:
    from holidays import country_holidays  # slow to load, and no business of workflow code

    return frozenset(country_holidays("KR", years=year))

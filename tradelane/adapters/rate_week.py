"""The week of a customs rate: Sunday 00:00 to Saturday 24:00 in Korea (관세평가 운영 고시 제3조)."""

from __future__ import annotations

from datetime import date, timedelta


def sunday_of(day: date) -> date:
    """The Sunday with which the rate week of a Korean day begins.

    >>> str(sunday_of(date(2026, 11, 28))), str(sunday_of(date(2026, 11, 29)))
    ('2026-11-22', '2026-11-29')
    """
    return day - timedelta(days=day.isoweekday() % 7)

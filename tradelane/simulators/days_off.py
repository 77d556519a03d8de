"""Days off in Korea as customs counts them in the simulated world: typed by hand, year by year.

Deadlines of the simulators rest on this table and on nothing that our own code counts with. Sources: 공휴일에 관한 법률 (in
the wording of 2026, which brought Constitution Day back and made 1 May a public holiday) and 관공서의 공휴일에 관한 규정;
lunar days from the published calendars of these years. Substitute holidays (대체공휴일): the next working day after the
lunar new year or Chuseok where one of their three days is a Sunday (a Saturday does not count); after 1 and 5 May,
Buddha's birthday, Christmas and the five national days where they are a Saturday or a Sunday; never for 1 January and
6 June. That the rule holds for 1 May and 17 July too was read from 2026 calendars [M].
"""

from __future__ import annotations

from datetime import date

YEARS: dict[int, tuple[tuple[int, int], ...]] = {
    2024: (
        (1, 1),
        (2, 9), (2, 10), (2, 11), (2, 12),  # lunar new year, Friday to Sunday, so Monday
        (3, 1),
        (4, 10),  # elections of the National Assembly
        (5, 5), (5, 6),  # a Sunday, so Monday
        (5, 15),
        (6, 6),
        (8, 15),
        (9, 16), (9, 17), (9, 18),
        (10, 1),  # by decision of the government, for this year
        (10, 3),
        (10, 9),
        (12, 25),
    ),
    2025: (
        (1, 1),
        (1, 27), (1, 28), (1, 29), (1, 30),  # lunar new year, and by decision of the government the day before
        (3, 1), (3, 3),  # a Saturday, so Monday
        (5, 5), (5, 6),  # two holidays on one day, so one more
        (6, 3),  # election of the president
        (6, 6),
        (8, 15),
        (10, 3),
        (10, 5), (10, 6), (10, 7), (10, 8),  # Chuseok, Sunday to Tuesday, so Wednesday
        (10, 9),
        (12, 25),
    ),
    2026: (
        (1, 1),
        (2, 16), (2, 17), (2, 18),  # lunar new year, Monday to Wednesday
        (3, 1), (3, 2),  # a Sunday, so Monday
        (5, 1),
        (5, 5),
        (5, 24), (5, 25),  # Buddha's birthday, a Sunday, so Monday
        (6, 3),  # local elections
        (6, 6),  # a Saturday, without substitute
        (7, 17),
        (8, 15), (8, 17),  # a Saturday, so Monday
        (9, 24), (9, 25), (9, 26),  # Chuseok, Thursday to Saturday, without substitute
        (10, 3), (10, 5),  # a Saturday, so Monday
        (10, 9),
        (12, 25),
    ),
    2027: (
        (1, 1),
        (2, 6), (2, 7), (2, 8), (2, 9),  # lunar new year, Saturday to Monday with a Sunday in it, so Tuesday
        (3, 1),
        (5, 1), (5, 3),  # a Saturday, so Monday
        (5, 5),
        (5, 13),
        (6, 6),  # a Sunday, without substitute
        (7, 17), (7, 19),  # a Saturday, so Monday
        (8, 15), (8, 16),  # a Sunday, so Monday
        (9, 14), (9, 15), (9, 16),
        (10, 3), (10, 4),  # a Sunday, so Monday
        (10, 9), (10, 11),  # a Saturday, so Monday
        (12, 25), (12, 27),  # a Saturday, so Monday
    ),
    2028: (
        (1, 1),  # a Saturday, without substitute
        (1, 26), (1, 27), (1, 28),  # lunar new year, which falls a day later in Korea than in China
        (3, 1),
        (4, 12),  # elections of the National Assembly
        (5, 1),
        (5, 2),
        (5, 5),
        (6, 6),
        (7, 17),
        (8, 15),
        (10, 2), (10, 3), (10, 4), (10, 5),  # Chuseok on the national day of 3 October, so one day more
        (10, 9),
        (12, 25),
    ),
}  # fmt: skip
"""Year -> (month, day) of each public and substitute holiday."""

LABOUR_DAY = (5, 1)
SATURDAY = 5


def is_day_off(day: date) -> bool:
    """Whether no period of the customs act (관세법 제8조③) ends on a day.

    Raises LookupError for a year that nobody has typed yet.
    """
    holidays = YEARS.get(day.year)
    if holidays is None:
        raise LookupError(f"tradelane/simulators/days_off.py has no Korean holidays of {day.year}: type them in.")
    return day.weekday() >= SATURDAY or (day.month, day.day) in (LABOUR_DAY, *holidays)

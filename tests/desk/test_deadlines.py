"""What must be loaded soon, by the printed date, in Korean days of the trade clock."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.register import register_loading
from tests.desk.export_year import number, open_books, record
from tradelane.desk.complaints import NotFound
from tradelane.desk.deadlines import Deadline, deadlines_within
from tradelane.domain.export_declaration import FilingState, Loading
from tradelane.domain.export_route import ExportRoute
from tradelane.settings import Settings
from tradelane.stores import Stores, open_stores

WEEK = timedelta(days=7)


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    with open_stores(Settings(data_dir=tmp_path / "data")) as stores:
        open_books(stores)
        yield stores


def waiting(stores: Stores, serial: int, load_before: date | None, **other: Any) -> None:
    unloaded = {"loaded": False, "loaded_on": None, "packages_loaded": None}
    stores.declarations.put(record(serial, load_before=load_before, **(unloaded | other)))


def seen(stores: Stores, moment: datetime, within: timedelta = WEEK, exporter: str | None = None) -> list[Deadline]:
    clock = stores.clock.read()
    return list(deadlines_within(stores, within, exporter, now=lambda: clock.real(moment)))


AFTERNOON = datetime(2026, 12, 16, 5, 0, tzinfo=UTC)
"""16 December 2026, 14:00 in Korea."""


def test_deadlines_come_overdue_first_with_the_days_left(stores: Stores) -> None:
    waiting(stores, 1, date(2026, 12, 23))
    waiting(stores, 2, date(2026, 12, 24))
    waiting(stores, 3, date(2026, 12, 16))
    waiting(stores, 4, date(2026, 12, 14))
    stores.declarations.put(record(5, load_before=date(2026, 12, 17)))
    waiting(stores, 6, date(2026, 12, 17), state=FilingState.WITHDRAWN)
    waiting(stores, 7, None)
    waiting(stores, 8, None, number=None, route=ExportRoute.LIST_CLEARANCE)
    found = seen(stores, AFTERNOON)
    assert [(one.number, one.days_left, one.overdue) for one in found] == [
        ("6N002-26-000004X", -2, True),
        ("6N002-26-000003X", 0, False),
        ("6N002-26-000001X", 7, False),
        ("6N002-26-000007X", None, False),
    ]
    assert {one.owner for one in found} == {"forwarding desk"}
    assert found[2].command == "tradelane orders extend 2000013770481964 --until DATE --reason WHY"


def test_trap_18_the_printed_date_counts_and_a_counted_one_is_marked(stores: Stores) -> None:
    waiting(stores, 1, date(2026, 12, 23), load_before_computed=True)
    assert [one.counted_by_us for one in seen(stores, AFTERNOON)] == [True]
    waiting(stores, 1, date(2026, 12, 20))
    assert [(one.load_before, one.counted_by_us) for one in seen(stores, AFTERNOON)] == [(date(2026, 12, 20), False)]


def test_trap_18_a_deadline_that_was_counted_stands_on_the_list_before_customs_shows_the_declaration(
    stores: Stores,
) -> None:
    # a broker's declaration may not be seen in UNI-PASS for weeks; accepted 23 November, 30 days end 23 December
    waiting(stores, 1, None, loading_seen_at=None, loading_source="")
    counted = Loading(number=number(1), found=False, load_before=date(2026, 12, 23), computed=True)
    register_loading(stores.declarations, counted, seen_at=AFTERNOON, source="UNI-PASS API002")
    [one] = seen(stores, AFTERNOON)
    assert (one.load_before, one.counted_by_us, one.days_left) == (date(2026, 12, 23), True, 7)
    kept = stores.declarations.by_number(number(1))
    assert kept is not None and (kept.loading_seen_at, kept.loading_source) == (None, "")


def test_trap_18_days_are_korean_days_and_not_those_of_utc(stores: Stores) -> None:
    waiting(stores, 1, date(2026, 12, 23))
    # 22 December 15:00Z is midnight of the 23rd in Korea
    last_evening, last_day = datetime(2026, 12, 22, 14, 59, tzinfo=UTC), datetime(2026, 12, 22, 15, 0, tzinfo=UTC)
    assert [one.days_left for one in seen(stores, last_evening)] == [1]
    assert [one.days_left for one in seen(stores, last_day)] == [0]
    assert [one.days_left for one in seen(stores, datetime(2026, 12, 23, 15, 0, tzinfo=UTC))] == [-1]


def test_trap_19_after_the_deadline_no_extension_is_offered_but_the_answer_within_14_days(stores: Stores) -> None:
    # korea-export.md section 2: apply before the deadline; the cause is explained within 14 days
    waiting(stores, 1, date(2026, 12, 15))
    [late] = seen(stores, AFTERNOON)
    assert "extend" not in late.command
    assert "explain the cause within 14 days of customs' notice" in late.words


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (date(2026, 12, 16), "an answer by 2026-12-30 is in time whenever it came"),
        (date(2026, 12, 30), "an answer by 2026-12-30 is in time whenever it came"),
        (date(2026, 12, 31), "had it come at once, the days ended on 2026-12-30: look for it today"),
    ],
)
def test_trap_19_the_notice_is_not_known_to_us_but_the_first_day_on_which_its_window_may_end_is(
    stores: Stores, today: date, words: str
) -> None:
    # korea-export.md section 2: not loaded by the 15th, a notice comes on the 16th at the soonest; 16 + 14 days = the 30th
    waiting(stores, 1, date(2026, 12, 15))
    [late] = seen(stores, datetime(today.year, today.month, today.day, 5, 0, tzinfo=UTC), within=timedelta(days=30))
    assert "the day of the notice is not known here" in late.words and words in late.words


def test_trap_20_goods_by_post_wait_for_their_dispatch_confirmation(stores: Stores) -> None:
    # korea-export.md section 2, "Postal goods": without 발송확인 the declaration stays "not loaded"
    waiting(stores, 1, date(2026, 12, 20), waybill="EM000000005KR")
    waiting(stores, 2, date(2026, 12, 21), waybill="1234567891")
    post, courier = seen(stores, AFTERNOON)
    assert "발송확인" in post.words
    assert "발송확인" not in courier.words


def test_trap_21_partial_loading_is_shown_and_still_waits(stores: Stores) -> None:
    waiting(stores, 1, date(2026, 12, 20), packages_cleared=3, packages_loaded=2)
    [one] = seen(stores, AFTERNOON)
    assert one.packages == "2 of 3"
    assert one.words.startswith("2 of 3 packages have left")


def test_one_exporters_deadlines_are_its_own(stores: Stores) -> None:
    waiting(stores, 1, date(2026, 12, 20))
    waiting(stores, 2, date(2026, 12, 20), exporter_id="dotori")
    assert [one.exporter_id for one in seen(stores, AFTERNOON, exporter="dotori")] == ["dotori"]
    assert seen(stores, AFTERNOON, exporter="isul") == []
    with pytest.raises(NotFound, match="no exporter 'nobody'"):
        seen(stores, AFTERNOON, exporter="nobody")


def test_a_list_of_many_deadlines_is_there_at_once(stores: Stores) -> None:
    from sqlalchemy import insert

    from tradelane.storage.database import open_database
    from tradelane.storage.declarations import _row
    from tradelane.storage.tables import declarations

    waiting(stores, 1, date(2026, 12, 20))
    model = _row(record(1, loaded=False, loaded_on=None))
    rows = []
    for serial in range(2, 50_002):
        open_ = serial % 50 == 0
        day = date(2026, 11, 20) + timedelta(days=serial % 40)
        rows.append(
            model
            | {"order_no": f"x-{serial}", "loaded": not open_, "load_before": day.isoformat(), "number": str(serial)}
        )
    folder = next(Path(path).parent for path in [stores.documents.path("0" * 64)]).parents[1]
    database = open_database(f"sqlite:///{folder / 'tradelane.sqlite'}")
    with database.write() as connection:
        connection.execute(insert(declarations), rows)
    database.close()
    took = []
    for _ in range(5):  # the best counts: a busy machine is no fault of the query
        begun = time.perf_counter()
        found = seen(stores, AFTERNOON)
        took.append(time.perf_counter() - begun)
    assert min(took) < 0.3
    assert len(found) > 500

"""The register of declarations: what customs decided and what was learnt of the loading is never taken back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from tradelane import ports
from tradelane.domain.catalogue import FilingChannel
from tradelane.domain.export_declaration import FilingState
from tradelane.domain.export_route import ExportRoute
from tradelane.domain.identifiers import ExportDeclarationNumber, OrderId, Ucr
from tradelane.domain.money import Money
from tradelane.ports.export import DeclarationRecord
from tradelane.storage.database import Database, open_database
from tradelane.storage.declarations import SqlDeclarations, _row
from tradelane.storage.migrations import migrate
from tradelane.storage.tables import declarations as table

UCR = Ucr("6KRMLC45848383497")
NUMBER = ExportDeclarationNumber("6N002-26-000123X")
ACCEPTED_AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


def record(**other: Any) -> DeclarationRecord:
    """An accepted declaration that waits for its loading, with what a test says otherwise."""
    standing: dict[str, Any] = {
        "order_no": f"{UCR}-1",
        "ucr": UCR,
        "order_id": OrderId("2000013770481964"),
        "exporter_id": "haneul",
        "channel": FilingChannel.KTNET,
        "route": ExportRoute.SIMPLIFIED,
        "why": "FOB 17925 KRW is within the cap of 4000000 KRW on 2026-11-23",
        "state": FilingState.ACCEPTED,
        "number": NUMBER,
        "declared_on": date(2026, 11, 23),
        "accepted_at": ACCEPTED_AT,
        "payment": Money(amount=Decimal("12.90"), currency="USD"),
        "incoterm": "FCA",
        "rate": Decimal("1389.57"),
        "fob_krw": Money(amount=Decimal(17925), currency="KRW"),
        "invoice_number": "MLC45848383497",
        "load_before": date(2026, 12, 23),
    }
    return DeclarationRecord.model_validate(standing | other)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path / 'main.sqlite'}")
    migrate(database, "main")
    yield database
    database.close()


@pytest.fixture
def store(database: Database) -> ports.Declarations:
    return SqlDeclarations(database)


def found(store: ports.Declarations, order_no: str = f"{UCR}-1") -> DeclarationRecord:
    kept = store.find(order_no)
    assert kept is not None
    return kept


def test_a_declaration_is_found_by_reference_number_and_consignment(store: ports.Declarations) -> None:
    first, second = record(), record(order_no=f"{UCR}-2", exporter_id="dasom", number=None, state=FilingState.SUBMITTED)
    store.put(second)
    store.put(first)
    assert store.find(first.order_no) == first
    assert store.by_number(NUMBER) == first
    assert store.of_ucr(UCR) == (first, second)
    assert store.find("nothing") is None
    assert store.by_number(ExportDeclarationNumber("6N002-26-999999X")) is None
    assert store.of_ucr(Ucr("6KRMLC45848383498")) == ()


def test_of_two_rounds_under_one_number_the_accepted_one_is_found(store: ports.Declarations) -> None:
    # an error notice frees the number for the next round (korea-export.md, section 3, GOVCBRR20)
    store.put(record())
    store.put(record(order_no=f"{UCR}-1~2", state=FilingState.REJECTED))
    again = store.by_number(NUMBER)
    assert again is not None and again.order_no == f"{UCR}-1"


@pytest.mark.parametrize("earlier", [FilingState.DRAFT, FilingState.SUBMITTED, FilingState.SELECTED_DOCUMENTS])
def test_an_accepted_declaration_never_goes_back(store: ports.Declarations, earlier: FilingState) -> None:
    store.put(record())
    store.put(record(state=earlier, number=None, accepted_at=None, payment=Money(amount=Decimal(1), currency="USD")))
    assert found(store) == record()


@pytest.mark.parametrize("end", [FilingState.WITHDRAWN, FilingState.CANCELLED])
@pytest.mark.parametrize("later", list(FilingState))
def test_a_withdrawn_or_cancelled_declaration_stays_so(
    store: ports.Declarations, end: FilingState, later: FilingState
) -> None:
    store.put(record())
    store.put(record(state=end))
    store.put(record(state=later))
    assert found(store).state is end


def test_a_late_writer_adds_the_loading_and_takes_nothing_back(store: ports.Declarations) -> None:
    store.put(record())
    store.put(
        record(
            state=FilingState.SUBMITTED, number=None, accepted_at=None, load_before=None,
            loaded=True, loaded_on=date(2026, 11, 25), packages_cleared=1, packages_loaded=1, waybill="1234567891",
        )
    )  # fmt: skip
    loaded = record(
        loaded=True, loaded_on=date(2026, 11, 25), packages_cleared=1, packages_loaded=1, waybill="1234567891"
    )
    assert found(store) == loaded
    store.put(record())
    assert found(store) == loaded, "and who does not know of the loading does not undo it"


def test_who_said_so_and_where_to_is_never_forgotten(store: ports.Declarations) -> None:
    told = record(
        destination="CL", loaded=True, loaded_on=date(2026, 11, 25), loading_source="UNI-PASS API002",
        loading_seen_at=datetime(2026, 11, 26, tzinfo=UTC),
    )  # fmt: skip
    store.put(told)
    store.put(record())
    assert found(store) == told


def test_an_amendment_replaces_what_was_declared(store: ports.Declarations) -> None:
    store.put(record(loaded=True, loaded_on=date(2026, 11, 25)))
    amended = record(payment=Money(amount=Decimal("10.00"), currency="USD"), digest="new")
    store.put(amended)
    assert found(store) == amended.model_copy(update={"loaded": True, "loaded_on": date(2026, 11, 25)})


def test_a_printed_deadline_is_not_replaced_by_a_counted_one_but_by_a_later_printed_one(
    store: ports.Declarations,
) -> None:
    store.put(record(load_before=date(2026, 12, 23), load_before_computed=True))
    store.put(record(load_before=date(2026, 12, 24)))
    store.put(record(load_before=date(2026, 12, 23), load_before_computed=True))
    assert (found(store).load_before, found(store).load_before_computed) == (date(2026, 12, 24), False)
    store.put(record(load_before=date(2027, 1, 22)))
    assert found(store).load_before == date(2027, 1, 22), "an extension is printed anew"


def test_many_writers_at_once_lose_nothing(store: ports.Declarations) -> None:
    knowledge = [
        record(state=FilingState.DRAFT, number=None, accepted_at=None, load_before=None),
        record(state=FilingState.SUBMITTED, accepted_at=None, load_before=None),
        record(load_before=None),
        record(state=FilingState.SUBMITTED, waybill="1234567891", load_before=None),
        record(state=FilingState.SUBMITTED, loaded=True, loaded_on=date(2026, 11, 25), load_before=None),
        record(state=FilingState.SUBMITTED, packages_cleared=2, packages_loaded=2),
    ]
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(store.put, knowledge * 4))
    assert found(store) == record(
        waybill="1234567891", loaded=True, loaded_on=date(2026, 11, 25), packages_cleared=2, packages_loaded=2
    )


def test_what_must_be_loaded_soon_comes_nearest_first(store: ports.Declarations) -> None:
    def put(serial: int, **other: Any) -> str:
        order_no = f"{UCR}-{serial}"
        store.put(record(order_no=order_no, number=f"6N002-26-{serial:06}X", **other))
        return order_no

    late = put(1, load_before=date(2026, 11, 20))
    last = put(2, load_before=date(2026, 11, 30))
    near = put(3, load_before=date(2026, 11, 25))
    put(4, load_before=date(2026, 12, 1))
    put(5, load_before=date(2026, 11, 25), loaded=True, loaded_on=date(2026, 11, 24))
    put(6, load_before=date(2026, 11, 25), state=FilingState.WITHDRAWN)
    put(7, load_before=date(2026, 11, 25), state=FilingState.CANCELLED)
    undated = put(8, load_before=None)
    store.put(record(order_no=f"{UCR}-9", number=None, route=ExportRoute.LIST_CLEARANCE, load_before=None))

    def listed(**asked: Any) -> list[str]:
        return [one.order_no for one in store.to_be_loaded(date(2026, 11, 30), **asked)]

    assert listed() == [late, near, last]
    assert listed(undated=True) == [late, near, last, undated], "a parcel on the carrier's list has no deadline"


def test_the_day_of_loading_decides_the_period(store: ports.Declarations) -> None:
    for serial, (exporter, day) in enumerate(
        [
            ("haneul", date(2026, 9, 30)),
            ("haneul", date(2026, 10, 1)),
            ("haneul", date(2026, 12, 31)),
            ("haneul", date(2027, 1, 1)),
            ("dasom", date(2026, 11, 11)),
            ("haneul", None),
        ],
        start=1,
    ):
        store.put(record(order_no=f"{UCR}-{serial}", exporter_id=exporter, loaded=True, loaded_on=day))
    store.put(record(order_no=f"{UCR}-7", loaded_on=date(2026, 11, 11)))  # part of it has left
    quarter = store.loaded_between("haneul", date(2026, 10, 1), date(2026, 12, 31))
    assert [one.order_no for one in quarter] == [f"{UCR}-2", f"{UCR}-3"]
    assert [one.order_no for one in store.loaded_undated("haneul")] == [f"{UCR}-6"]


def test_open_declarations_of_an_exporter_are_those_that_customs_still_waits_for(store: ports.Declarations) -> None:
    for serial, state in enumerate(FilingState, start=1):
        store.put(record(order_no=f"{UCR}-{serial:02}", state=state))
    store.put(record(order_no=f"{UCR}-90", loaded=True, loaded_on=date(2026, 11, 25)))
    store.put(record(order_no=f"{UCR}-91", exporter_id="dasom"))
    assert {one.state for one in store.open_of("haneul")} == {
        FilingState.SUBMITTED,
        FilingState.SELECTED,
        FilingState.SELECTED_DOCUMENTS,
        FilingState.SELECTED_INSPECTION,
        FilingState.ACCEPTED,
    }
    assert len(store.open_of("haneul")) == 5


def test_fifty_thousand_declarations_do_not_slow_the_next_deadlines(
    database: Database, store: ports.Declarations
) -> None:
    def rows(first: int) -> list[dict[str, Any]]:
        made = []
        for serial in range(first, first + 5_000):
            waiting = serial % 100 == 0
            day = date(2026, 11, 1) + timedelta(days=serial % 30)
            one = record(
                order_no=f"{UCR}-{serial}", number=f"6N002-26-{serial:06}X", load_before=day,
                loaded=not waiting, loaded_on=None if waiting else day,
            )  # fmt: skip
            made.append(_row(one))
        return made

    with database.write() as connection:
        for first in range(0, 50_000, 5_000):
            connection.execute(insert(table), rows(first))
    took = []
    for _ in range(5):  # the best counts: a busy machine is no fault of the query
        begun = time.perf_counter()
        soon = store.to_be_loaded(date(2026, 11, 30), undated=True)
        took.append(time.perf_counter() - begun)
    assert len(soon) == 500
    assert min(took) < 0.3

"""A price that is changed late is told so when it is typed: customs corrects it within 60 days of acceptance."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.desk.export_year import ORDER, open_books, record
from tradelane.desk.price_change import price_notes
from tradelane.domain.export_declaration import FilingState
from tradelane.domain.identifiers import OrderId, ShipmentId
from tradelane.settings import Settings
from tradelane.stores import Stores, open_stores

PRICE = "items.HNG-TEE-01.unit_price"


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    with open_stores(Settings(data_dir=tmp_path / "data")) as stores:
        open_books(stores)
        row = record(1)
        stores.consignments.claim(row.ucr, ShipmentId(row.ucr[6:]), "1001", [ORDER], ORDER)
        stores.declarations.put(row)
        yield stores


def notes(stores: Stores, *paths: str, on: datetime) -> tuple[str, ...]:
    clock = stores.clock.read()
    return price_notes(stores, ORDER, paths, now=lambda: clock.real(on))


@pytest.mark.parametrize(
    ("on", "end"),
    [
        (datetime(2026, 11, 24, 3, 0, tzinfo=UTC), "until 2027-01-22."),
        (datetime(2027, 1, 22, 14, 59, tzinfo=UTC), "until 2027-01-22."),
        (
            datetime(2027, 1, 22, 15, 0, tzinfo=UTC),
            "which ended on 2027-01-22: an amendment of its price is refused.",
        ),
    ],
    ids=["the next day", "the last minute of the sixtieth day in Seoul", "the day after"],
)
def test_trap_25_a_price_is_told_until_when_customs_corrects_it(stores: Stores, on: datetime, end: str) -> None:
    """korea-export.md, section 2: within 60 days; accepted on 23 November, 60 days end on 22 January."""
    [note] = notes(stores, PRICE, on=on)
    assert note == (
        "declaration 6N002-26-000001X was accepted on 2026-11-23; customs corrects a price within 60 days, " + end
    )


def test_nothing_is_said_of_other_fields_of_open_declarations_and_of_strange_orders(stores: Stores) -> None:
    now = datetime(2027, 3, 1, tzinfo=UTC)
    assert notes(stores, "items.HNG-TEE-01.hsk", "consignee.name", on=now) == ()
    assert price_notes(stores, OrderId("2000000000000001"), [PRICE]) == ()
    stores.declarations.put(record(1, state=FilingState.WITHDRAWN))
    assert notes(stores, PRICE, on=now) == ()

"""Customs read by a person: rates from our books, everything else put on the worklist with its shape."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tradelane import ports
from tradelane.adapters.errors import Refused
from tradelane.adapters.manual import ManualCustoms
from tradelane.contracts.handmade import checked_result
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import ExportDeclarationNumber, Hsk
from tradelane.ports import PublishedRate, RateKind
from tradelane.storage.database import open_database
from tradelane.storage.migrations import migrate
from tradelane.storage.published_rates import SqlPublishedRates

NUMBER = ExportDeclarationNumber("6N00226000123X")
SUNDAY = date(2026, 11, 22)


@pytest.fixture
def books(tmp_path: Path) -> Iterator[SqlPublishedRates]:
    database = open_database(f"sqlite:///{tmp_path / 'main.sqlite'}")
    migrate(database, "main")
    yield SqlPublishedRates(database)
    database.close()


def published(kind: RateKind = RateKind.CUSTOMS_EXPORT, day: date = SUNDAY) -> PublishedRate:
    return PublishedRate(kind=kind, currency="USD", day=day, krw_per_unit=Decimal("1389.57"), source="UNI-PASS web")


@pytest.mark.parametrize("day", [22, 25, 28])
async def test_the_rate_of_the_week_is_what_a_person_wrote_down(books: SqlPublishedRates, day: int) -> None:
    """korea-export.md, section 1.7: valid Sunday 00:00 to Saturday 24:00."""
    books.put([published()])
    reader: ports.CustomsInformation = ManualCustoms(books)
    rate = await reader.export_rate(date(2026, 11, day), "USD")
    assert (rate.krw_per_unit, rate.valid_from) == (Decimal("1389.57"), SUNDAY)
    assert rate.covers(date(2026, 11, day))


@pytest.mark.parametrize(
    ("known", "day"),
    [
        ([], date(2026, 11, 24)),
        ([published()], date(2026, 11, 29)),
        ([published()], date(2026, 11, 21)),
        ([published(RateKind.CUSTOMS_IMPORT)], date(2026, 11, 24)),
        ([published(RateKind.BASE)], date(2026, 11, 24)),
    ],
    ids=["none", "next week", "last week", "trap 2: the import rate", "the base rate"],
)
async def test_no_rate_of_the_week_holds_with_the_commands_that_mend_it(
    books: SqlPublishedRates, known: list[PublishedRate], day: date
) -> None:
    books.put(known)
    with pytest.raises(Refused) as failure:
        await ManualCustoms(books).export_rate(day, "USD")
    assert (failure.value.code, failure.value.reason, failure.value.fault) == ("no_rate", "no_rate", Fault.AUTHORITY)
    write_down, go_on = failure.value.commands
    assert write_down.startswith("tradelane customs rate set USD WON_FOR_ONE --week 2026-11-")
    assert go_on == "tradelane holds resolve ORDER --step read_customs_rate --action retry"


@pytest.mark.parametrize("converted", [False, True])
async def test_a_loading_is_a_persons_work_with_its_shape(books: SqlPublishedRates, converted: bool) -> None:
    with pytest.raises(Refused) as failure:
        await ManualCustoms(books).loading(NUMBER, converted_list=converted)
    assert failure.value.reason == "manual_work" and NUMBER.printed in failure.value.words
    assert ("converted lists" in failure.value.words) is converted
    [command] = failure.value.commands
    assert command.startswith("tradelane holds resolve ORDER --step confirm_loading --action complete --result ")
    assert failure.value.result_shape


async def test_requirements_are_a_persons_work_with_their_shape(books: SqlPublishedRates) -> None:
    with pytest.raises(Refused) as failure:
        await ManualCustoms(books).requirements(Hsk("3304991000"), date(2026, 11, 24))
    assert failure.value.reason == "manual_work" and "3304.99-1000" in failure.value.words
    [command] = failure.value.commands
    given = dict(part.split("=", 1) for part in command.split(" --result ")[1:])
    assert set(given) == {"confirmation", "shortened_loading"}
    with pytest.raises(ValueError, match="confirmation: put what you know"):
        checked_result("read_export_requirements", {name: value.strip("'") for name, value in given.items()})

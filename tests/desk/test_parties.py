"""Lists of restricted parties by hand: what an import refuses, and what the desk sees of the lists there are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.lane import lane_settings, write_clock
from tradelane.demo.party_lists import load_demo_lists
from tradelane.desk import parties
from tradelane.desk.complaints import NotFound, RefusedByRule, WrongUsage
from tradelane.settings import Settings
from tradelane.stores import Stores, open_stores

DEMO = Path(__file__).parents[2] / "tradelane" / "demo" / "party_lists"
TODAY = date(2026, 11, 23)
"""Where the clock of the tests begins."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = lane_settings(tmp_path / "data", 1, 1.0, screening_max_age_days=30)
    write_clock(made)
    return made


@pytest.fixture
def stores(settings: Settings) -> Iterator[Stores]:
    with open_stores(settings) as opened:
        yield opened


def house(folder: Path, entries: int) -> Path:
    file = folder / "house.csv"
    file.write_text("name,id\n" + "".join(f"Quimera {number},H-{number}\n" for number in range(entries)))
    return file


def imported(
    stores: Stores, file: Path, *, dated: date | None = TODAY, source: str = "HOUSE", force: bool = False
) -> parties.Imported:
    return parties.import_list(stores, file, actor="k.park", source=source, dated=dated, force=force)


def test_an_import_says_what_came_and_what_went(stores: Stores, tmp_path: Path) -> None:
    first = imported(stores, house(tmp_path, 10), dated=date(2026, 11, 20))
    assert (first.before, first.added, first.removed) == (None, 10, 0)
    file = tmp_path / "other.csv"
    file.write_text(house(tmp_path, 8).read_text() + "Nadie,H-99\n")
    second = imported(stores, file)
    assert (second.added, second.removed, second.state.entries) == (1, 2, 9)
    assert second.before == first.state


def test_a_list_with_less_than_half_of_its_entries_is_refused_unless_forced(stores: Stores, tmp_path: Path) -> None:
    imported(stores, house(tmp_path, 11))
    with pytest.raises(RefusedByRule, match=r"has 5 entries and the list HOUSE of 2026-11-23 has 11.*--force"):
        imported(stores, house(tmp_path, 5))
    assert imported(stores, house(tmp_path, 6)).state.entries == 6, "six of eleven are more than half"
    assert imported(stores, house(tmp_path, 2), force=True).state.entries == 2


def test_the_first_import_of_a_known_list_may_not_be_a_part_of_it(stores: Stores) -> None:
    """The non-SDN list of OFAC has the same form, and would clear everybody on the SDN list."""
    file = DEMO / "ofac.xml"
    with pytest.raises(RefusedByRule, match=r"has had more than 5000 for years.*--list"):
        parties.import_list(stores, file, actor="k.park")
    assert stores.party_lists.states() == ()
    assert parties.import_list(stores, file, actor="k.park", source="ofac-cons").state.source == "OFAC-CONS"
    assert parties.import_list(stores, file, actor="k.park", force=True).state.source == "OFAC"


def test_an_older_list_and_one_of_a_day_to_come_are_refused_even_when_forced(stores: Stores, tmp_path: Path) -> None:
    imported(stores, house(tmp_path, 2))
    with pytest.raises(RefusedByRule, match="older than the one there is, which is of 2026-11-23; it stays"):
        imported(stores, house(tmp_path, 2), dated=date(2026, 11, 22), force=True)
    with pytest.raises(RefusedByRule, match="never grow old"):
        imported(stores, house(tmp_path, 2), dated=date(2026, 11, 25), force=True)


@pytest.mark.parametrize("name", ["", "A B", "X" * 21, "목록", "../UN"])
def test_a_list_has_a_short_plain_name(stores: Stores, tmp_path: Path, name: str) -> None:
    with pytest.raises(WrongUsage, match="up to 20 letters"):
        imported(stores, house(tmp_path, 1), source=name)


def test_a_file_that_is_not_there_is_one_sentence(stores: Stores, tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match=r"nothing\.xml cannot be read"):
        imported(stores, tmp_path / "nothing.xml")
    with pytest.raises(WrongUsage, match="cannot be read"):
        imported(stores, tmp_path)


def test_a_refused_file_changes_nothing(stores: Stores, tmp_path: Path) -> None:
    kept = imported(stores, house(tmp_path, 3)).state
    broken = tmp_path / "broken.csv"
    broken.write_text("name,id\nQuimera,H-1\nNadie\n")
    with pytest.raises(WrongUsage, match=r"broken\.csv cannot be imported: line 3"):
        imported(stores, broken)
    assert stores.party_lists.states() == (kept,)


def test_the_desk_sees_what_is_good_old_missing_and_what_need_not_be_there(
    stores: Stores, settings: Settings, tmp_path: Path
) -> None:
    load_demo_lists(stores, date(2026, 11, 1))
    imported(stores, house(tmp_path, 1), dated=date(2020, 1, 1))
    strict = settings.model_copy(update={"screening_lists": "UN,HOUSE,FR"})
    rows = {row.source: row for row in parties.lists(stores, strict)}
    assert {name: row.condition for name, row in rows.items()} == {
        "UN": "good", "HOUSE": "old", "FR": "missing", "OFAC": "also", "EU": "also", "KR": "also",
    }  # fmt: skip
    assert (rows["UN"].age_days, rows["UN"].entries, len(rows["UN"].sha256)) == (22, 3, 64)
    assert list(rows)[:3] == ["UN", "HOUSE", "FR"]


def test_an_entry_is_shown_by_the_name_a_hold_gives_it(stores: Stores) -> None:
    load_demo_lists(stores, TODAY)
    assert parties.show(stores, "un:XXi.001").names[0] == "ZAFRAN QUIMERA INEXISTENTE"
    with pytest.raises(NotFound, match=r"list UN of 2026-11-23 has no entry XXi\.999"):
        parties.show(stores, "UN:XXi.999")
    with pytest.raises(NotFound, match="no list FR; there are EU, KR, OFAC, UN"):
        parties.show(stores, "FR:1")
    with pytest.raises(WrongUsage, match="SOURCE:ENTRY"):
        parties.show(stores, "XXi.001")


def test_a_name_is_compared_with_every_list_and_nothing_is_kept(stores: Stores, settings: Settings) -> None:
    with pytest.raises(NotFound, match="parties import FILE"):
        parties.check(stores, settings, "Zafran Quimera")
    load_demo_lists(stores, TODAY)
    [found] = parties.check(stores, settings, "Inexistente Safran Kimera")
    assert (found.source, found.entry_id, found.name) == ("UN", "XXi.001", "ZAFRAN QUIMERA INEXISTENTE")
    assert Decimal(88) <= found.score < 100
    assert parties.check(stores, settings, "Ana Lenga") == ()
    for threshold in (Decimal(74), Decimal(101)):
        with pytest.raises(WrongUsage, match="between 75 and 100"):
            parties.check(stores, settings, "Ana Lenga", threshold)
    with pytest.raises(WrongUsage, match="letters"):
        parties.check(stores, settings, " - ")


def test_invented_lists_give_way_to_real_ones_and_are_renewed(stores: Stores, tmp_path: Path) -> None:
    load_demo_lists(stores, date(2026, 11, 1))
    korean = tmp_path / "kr.csv"
    korean.write_text("명칭,관리번호\n허무맹,1\n")
    parties.import_list(stores, korean, actor="k.park", dated=date(2026, 11, 2))
    load_demo_lists(stores, date(2026, 11, 20))
    dated = {state.source: state.dated for state in stores.party_lists.states()}
    assert dated == {name: date(2026, 11, 20) for name in ("UN", "OFAC", "EU")} | {"KR": date(2026, 11, 2)}
    load_demo_lists(stores, date(2026, 11, 10))
    assert {state.source: state.dated for state in stores.party_lists.states()} == dated

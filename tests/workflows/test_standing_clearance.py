"""A standing clearance: what was looked at once is not asked again, and anything else is."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.screening import ScreeningActivities
from cli.frame import run
from cli.main import app
from tests.domain.parcel import ORDER, UCR, consignee, consignment, exporter, item
from tests.lane import lane_settings, write_clock
from tradelane.contracts.handmade import checked_result
from tradelane.contracts.steps import ScreeningRequest
from tradelane.demo.party_lists import load_demo_lists
from tradelane.desk import party_clearances
from tradelane.desk.complaints import NotFound, RefusedByRule, WrongUsage
from tradelane.domain.chilean_identifiers import Rut
from tradelane.domain.consignment import Consignment
from tradelane.domain.identifiers import OrderId, ShipmentId, Ucr
from tradelane.domain.party_clearance import Clearance
from tradelane.domain.screening import ListedParty, ListState
from tradelane.domain.trade_time import Timetable, TradeClock
from tradelane.ports import Decision
from tradelane.resources import Resources, wired
from tradelane.stores import open_stores

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
LISTED = "Zafrán Quimera Inexistente"
"""Resembles `UN:XXi.001` of the invented lists."""
ENTRY = "UN:XXi.001"
WHY = "other birth date, memo 12"
UNTIL = date(2027, 5, 31)
RUT, OTHER_RUT = Rut("12.345.678-5"), Rut("11.111.111-1")
"""Invented, with valid check digits."""


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def resources(data_dir: Path) -> Iterator[Resources]:
    """Stores on disk with the invented lists of 20 November; the trade clock stands at 23 November."""
    settings = lane_settings(data_dir, 1, 1.0, screening_max_age_days=500)
    write_clock(settings)
    standing = TradeClock(trade_epoch=NOW, real_epoch=datetime.now(UTC), pace=0.000001)
    settings.clock_file.write_text(standing.model_dump_json())
    with open_stores(settings) as stores:
        load_demo_lists(stores, date(2026, 11, 20))
        stores.consignments.claim(Ucr(UCR), ShipmentId("40000000001"), "1", [OrderId(ORDER)], OrderId(ORDER), fix=True)
        yield wired(settings, stores, httpx.AsyncClient())


def suspect(name: str = LISTED, rut: Rut | None = RUT) -> Consignment:
    return consignment(consignee=consignee(name=name, rut=rut))


async def verdict(
    resources: Resources, parcel: Consignment, *, buyer: str | None = None, at: datetime = NOW, moment: str = "filing"
) -> str:
    """What comes of a screening, as it stands in the books."""
    clock = TradeClock(trade_epoch=at, real_epoch=datetime.now(UTC), pace=1.0)
    request = ScreeningRequest(consignment=parcel, moment=moment, timetable=Timetable(clock=clock), buyer=buyer)
    try:
        await ActivityEnvironment().run(ScreeningActivities(resources).screen_parties, request)
    except ApplicationError as held:
        assert held.details[0]["reason"] in ("party_hit", "party_confirmed")
    return str(books(resources, moment)["verdict"])


def books(resources: Resources, moment: str = "filing") -> dict[str, Any]:
    row = resources.effects.find(f"{UCR}:{moment}:screen_parties")
    assert row is not None
    said: dict[str, Any] = json.loads(row.content or "{}")
    return said


def clear(resources: Resources, entry: str = ENTRY, *, until: date = UNTIL, reason: str = WHY) -> Clearance:
    return party_clearances.clear(resources.stores, entry, ORDER, until=until, reason=reason, actor="k.park")


def import_un(resources: Resources, *entries: ListedParty) -> None:
    state = ListState(source="UN", dated=date(2026, 11, 22), sha256="cd" * 32, entries=len(entries))
    resources.party_lists.replace(state, entries, "x")


async def test_a_cleared_party_passes_and_the_books_say_on_whose_word(resources: Resources) -> None:
    assert await verdict(resources, suspect()) == "asked"
    given = clear(resources)
    for moment in ("filing", "handover"):
        assert await verdict(resources, suspect(), moment=moment) == "standing"
    [used] = books(resources)["clearances"]
    assert (used["id"], used["by"], used["entry"], used["reason"]) == (given.id, "k.park", ENTRY, WHY)
    line = resources.journal.of_order(OrderId(ORDER))[-1]
    assert (line.evidence["verdict"], line.evidence["hits"]) == ("standing", "1")


async def test_the_same_person_written_differently_is_the_same_party(resources: Resources) -> None:
    await verdict(resources, suspect())
    clear(resources)
    assert await verdict(resources, suspect("INEXISTENTE, Zafran Quimera")) == "standing"


async def test_a_namesake_with_another_rut_is_asked_about(resources: Resources) -> None:
    await verdict(resources, suspect())
    clear(resources)
    assert await verdict(resources, suspect(rut=OTHER_RUT)) == "asked"
    assert await verdict(resources, suspect(rut=None)) == "asked"


async def test_another_entry_beside_the_cleared_one_asks_about_all(resources: Resources) -> None:
    await verdict(resources, suspect())
    clear(resources)
    state = ListState(source="HOUSE", dated=date(2026, 11, 22), sha256="ef" * 32, entries=1)
    entry = ListedParty(source="HOUSE", entry_id="H-1", kind="person", names=(LISTED,))
    resources.party_lists.replace(state, [entry], "x")
    assert await verdict(resources, suspect()) == "asked"


async def test_a_new_version_of_the_entry_asks_again_and_a_new_list_with_the_same_entry_does_not(
    resources: Resources,
) -> None:
    await verdict(resources, suspect())
    clear(resources)
    kept = resources.party_lists.entry("UN", "XXi.001")
    assert kept is not None
    import_un(resources, kept)
    assert await verdict(resources, suspect()) == "standing"
    import_un(resources, kept.model_copy(update={"countries": ("Chile",)}))
    assert await verdict(resources, suspect()) == "asked"
    [row] = party_clearances.clearances(resources.stores, every=True)
    assert row.condition == "entry changed"
    assert party_clearances.clearances(resources.stores) == ()


async def test_a_higher_score_asks_again(resources: Resources) -> None:
    await verdict(resources, suspect())
    given = clear(resources)
    resources.party_clearances.add(given.model_copy(update={"id": "lower", "score": given.score - 1}))
    assert await verdict(resources, suspect()) == "asked"


async def test_it_counts_on_its_last_korean_day_and_not_on_the_next(resources: Resources) -> None:
    await verdict(resources, suspect())
    clear(resources)
    # 31 May 2027 in Korea ends at 15:00 UTC
    assert await verdict(resources, suspect(), at=datetime(2027, 5, 31, 14, 50, tzinfo=UTC)) == "standing"
    assert await verdict(resources, suspect(), at=datetime(2027, 5, 31, 15, 10, tzinfo=UTC)) == "asked"


async def test_a_revoked_one_asks_again_and_stays_in_the_book(resources: Resources) -> None:
    await verdict(resources, suspect())
    given = clear(resources)
    ended = party_clearances.revoke(resources.stores, given.id, reason="the bank called", actor="j.lee")
    assert (ended.revoked_by, ended.revoked_reason) == ("j.lee", "the bank called")
    assert await verdict(resources, suspect()) == "asked"
    [row] = party_clearances.clearances(resources.stores, every=True)
    assert (row.condition, row.revoked) == ("revoked", "j.lee: the bank called")
    with pytest.raises(RefusedByRule, match="was revoked on 2026-11-23"):
        party_clearances.revoke(resources.stores, given.id, reason="again", actor="j.lee")
    with pytest.raises(NotFound):
        party_clearances.revoke(resources.stores, "nothing", reason="again", actor="j.lee")


async def test_a_decision_about_the_order_goes_before_and_a_confirmation_ends_the_clearance(
    resources: Resources,
) -> None:
    await verdict(resources, suspect())
    clear(resources)
    step = "screen_parties:filing"
    typed = {"hits": "", "verdict": "confirmed", "evidence": "the bank called"}
    typed["hits"] = books(resources)["mark"]
    resources.decisions.record(
        Decision(
            id="confirmed",
            scope=ORDER,
            step=step,
            kind="complete",
            content=checked_result(step, typed),
            actor="j.lee",
            reason="compared",
            at=NOW,
        )
    )
    assert await verdict(resources, suspect()) == "confirmed"
    [row] = party_clearances.clearances(resources.stores, every=True)
    assert row.condition == "revoked" and row.revoked.startswith("j.lee")
    with pytest.raises(RefusedByRule, match="confirmed is not cleared"):
        clear(resources)


async def test_a_party_without_a_number_of_its_own_is_not_cleared(resources: Resources) -> None:
    assert await verdict(resources, suspect(rut=None)) == "asked"
    with pytest.raises(RefusedByRule, match="needs a RUT"):
        clear(resources)
    assert await verdict(resources, consignment(consignee=consignee(rut=RUT)), buyer=LISTED) == "asked"
    with pytest.raises(RefusedByRule, match=r"buyer of order .* cannot be told from a namesake"):
        clear(resources)
    assert await verdict(resources, suspect(), buyer="Ana Lenga") == "asked", "whose RUT it is cannot be told"
    with pytest.raises(RefusedByRule, match=r"consignee of order .* cannot be told from a namesake"):
        clear(resources)


async def test_an_exporter_is_cleared_by_its_business_number_and_all_its_names(resources: Resources) -> None:
    head = {"representative_ko": "허무맹"}
    parcel = consignment(item(exporter_id="quimera"), exporters=(exporter("quimera", **head),))
    assert await verdict(resources, parcel) == "asked"
    clear(resources, "KR:KR-9002")
    assert await verdict(resources, parcel) == "standing"
    renamed = exporter("quimera", name_en="Another House Co., Ltd.", **head)
    assert await verdict(resources, consignment(item(exporter_id="quimera"), exporters=(renamed,))) == "asked"


async def test_it_is_given_for_a_hit_that_was_found_never_ahead_of_one(resources: Resources) -> None:
    with pytest.raises(NotFound, match="not been screened"):
        clear(resources)
    await verdict(resources, consignment())
    with pytest.raises(NotFound, match="never ahead of one"):
        clear(resources)
    await verdict(resources, suspect())
    with pytest.raises(NotFound, match="has no entry"):
        clear(resources, "UN:nothing")
    with pytest.raises(WrongUsage, match="is no order id"):
        party_clearances.clear(resources.stores, ENTRY, "many", until=UNTIL, reason=WHY, actor="k.park")


async def test_a_list_imported_after_the_look_must_be_looked_at_first(resources: Resources) -> None:
    await verdict(resources, suspect())
    kept = resources.party_lists.entry("UN", "XXi.001")
    assert kept is not None
    import_un(resources, kept)
    with pytest.raises(RefusedByRule, match="was imported since"):
        clear(resources)


@pytest.mark.parametrize("until", [date(2026, 11, 23), date(2027, 11, 24)])
async def test_it_ends_after_today_and_within_365_days(resources: Resources, until: date) -> None:
    await verdict(resources, suspect())
    with pytest.raises(WrongUsage, match="from 2026-11-24 to 2027-11-23"):
        clear(resources, until=until)
    clear(resources, until=date(2027, 11, 23))


async def test_a_reason_of_two_letters_is_none(resources: Resources) -> None:
    await verdict(resources, suspect())
    with pytest.raises(WrongUsage, match="rests on"):
        clear(resources, reason=" ok ")


async def test_neither_name_nor_number_of_the_party_is_anywhere(
    resources: Resources, data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await verdict(resources, suspect())
    monkeypatch.setenv("TRADELANE_DATA_DIR", str(resources.settings.data_dir))
    asked = ["parties", "clear", ENTRY, "--order", ORDER, "--until", "2027-05-31", "--reason", WHY, "--by", "k.park"]
    assert run(app, asked) == 0
    assert run(app, ["parties", "clearances"]) == 0
    assert run(app, ["parties", "clearances", "--all", "--json"]) == 0
    told = capsys.readouterr().out
    assert ENTRY in told and "k.park" in told
    with sqlite3.connect(resources.settings.data_dir / "tradelane.sqlite") as database:
        rows = "".join(map(str, database.execute("SELECT * FROM party_clearances").fetchall()))
        rows += "".join(map(str, database.execute("SELECT * FROM effects").fetchall()))
    assert ORDER in rows
    for part in ("quimera", "inexistente", "12345678"):
        assert part not in (told + rows).casefold()


async def test_the_digest_needs_the_key_of_the_installation(resources: Resources, tmp_path: Path) -> None:
    settings = lane_settings(tmp_path / "other", 1, 1.0)
    with open_stores(settings) as other:
        assert other.party_clearances.digest("rut\n1") != resources.party_clearances.digest("rut\n1")
    assert resources.party_clearances.digest("rut\n1") == resources.party_clearances.digest("rut\n1")


async def test_a_second_clearance_takes_the_place_of_the_first(resources: Resources) -> None:
    await verdict(resources, suspect())
    first, second = clear(resources), clear(resources, until=date(2027, 6, 30))
    rows = {row.id: row.condition for row in party_clearances.clearances(resources.stores, every=True)}
    assert rows == {first.id: "revoked", second.id: "stands"}

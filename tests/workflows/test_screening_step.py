"""The step that screens the parties: fit lists or a hold, a hit or none, and decisions about exactly these hits."""

from __future__ import annotations

import json
import logging
import shlex
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.screening import ScreeningActivities, parties_of
from tests.domain.parcel import ORDER, UCR, consignee, consignment, exporter, item
from tests.lane import lane_settings, write_clock
from tradelane.contracts.handmade import checked_result
from tradelane.contracts.steps import ScreeningRequest
from tradelane.demo import load
from tradelane.demo.party_lists import load_demo_lists
from tradelane.domain.consignment import Consignment
from tradelane.domain.holds import COMPLIANCE, Fault, owner_of
from tradelane.domain.identifiers import OrderId
from tradelane.domain.screening import ListedParty, ListState, Screening
from tradelane.domain.trade_time import Timetable, TradeClock
from tradelane.ports import Decision
from tradelane.resources import Resources, wired
from tradelane.stores import open_stores

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""10:00 on 23 November in Korea."""

LISTED = "Zafrán Quimera Inexistente"
"""Resembles `UN:XXi.001` of the invented lists."""


@pytest.fixture
def resources(tmp_path: Path) -> Iterator[Resources]:
    """Stores on disk with the invented lists of 20 November, and the default of thirty days."""
    settings = lane_settings(tmp_path, 1, 1.0, screening_max_age_days=30)
    write_clock(settings)
    with open_stores(settings) as stores:
        load_demo_lists(stores, date(2026, 11, 20))
        yield wired(settings, stores, httpx.AsyncClient())


def timetable(at: datetime = NOW) -> Timetable:
    """A journey whose trade clock shows an instant now, and goes as time goes."""
    return Timetable(clock=TradeClock(trade_epoch=at, real_epoch=datetime.now(UTC), pace=1.0))


async def screened(
    step: ScreeningActivities,
    parcel: Consignment | None = None,
    *,
    moment: str = "filing",
    at: datetime = NOW,
    buyer: str | None = None,
) -> Screening:
    request = ScreeningRequest(consignment=parcel or consignment(), moment=moment, timetable=timetable(at), buyer=buyer)
    reply: Screening = await ActivityEnvironment().run(step.screen_parties, request)
    return reply


async def held(step: ScreeningActivities, parcel: Consignment | None = None, **asked: Any) -> dict[str, Any]:
    """What the hold says."""
    with pytest.raises(ApplicationError) as refused:
        await screened(step, parcel, **asked)
    assert refused.value.non_retryable
    said: dict[str, Any] = refused.value.details[0]
    return said


def suspect(name: str = LISTED) -> Consignment:
    return consignment(consignee=consignee(name=name))


def decide(resources: Resources, mark: str, verdict: str = "cleared", moment: str = "filing", day: int = 23) -> None:
    """Type a decision in, as the command of the hold does."""
    step = f"screen_parties:{moment}"
    content = checked_result(step, {"hits": mark, "verdict": verdict, "evidence": "other birth date, memo 12"})
    resources.decisions.record(
        Decision(
            id=f"{moment}-{mark}-{verdict}-{day}",
            scope=ORDER,
            step=step,
            kind="complete",
            content=content,
            actor="k.park",
            reason="compared",
            at=datetime(2026, 11, day, 5, 0, tzinfo=UTC),
        )
    )


def books(resources: Resources, moment: str = "filing") -> dict[str, Any]:
    row = resources.effects.find(f"{UCR}:{moment}:screen_parties")
    assert row is not None
    assert (row.state, row.step) == ("done", "screen_parties")
    said: dict[str, Any] = json.loads(row.content or "{}")
    return said


# --- nobody is on a list -----------------------------------------------------------------------------------------------


async def test_parties_that_resemble_nobody_pass_and_it_is_kept_with_which_lists(resources: Resources) -> None:
    screening = await screened(ScreeningActivities(resources))
    assert screening.hits == ()
    assert screening.threshold == 88
    kept = books(resources)
    assert kept["verdict"] == "clear"
    assert {one["source"]: one["dated"] for one in kept["lists"]} == dict.fromkeys(
        ("UN", "OFAC", "EU", "KR"), "2026-11-20"
    )
    assert all(len(one["sha256"]) == 64 for one in kept["lists"])
    [line] = resources.journal.of_order(OrderId(ORDER))
    assert (line.kind, line.evidence["hits"], line.evidence["moment"]) == ("screening", "0", "filing")
    assert "UN 2026-11-20" in line.evidence["lists"]


async def test_a_repetition_writes_no_second_line_and_the_handover_one_of_its_own(resources: Resources) -> None:
    step = ScreeningActivities(resources)
    for moment in ("filing", "filing", "handover"):
        await screened(step, moment=moment)
    assert [line.evidence["moment"] for line in resources.journal.of_order(OrderId(ORDER))] == ["filing", "handover"]


def test_no_invented_brand_or_buyer_resembles_an_invented_entry(resources: Resources) -> None:
    """Otherwise the demo would hold."""
    from tradelane.domain.party_index import PartyIndex, compare
    from tradelane.simulators.mercadolibre.people import FIRST, LAST

    brands = parties_of(consignment().model_copy(update={"exporters": load.exporters(load.brands())}))
    people = {f"{first} {last}": (f"{first} {last} {LAST[n - 1]}",) for first in FIRST for n, last in enumerate(LAST)}
    indexes = {
        state.source: PartyIndex(resources.party_lists.entries(state.source))
        for state in resources.party_lists.states()
    }
    assert compare({**brands, **people}, indexes, resources.settings.screening_threshold) == ()


# --- the lists themselves ----------------------------------------------------------------------------------------------


async def test_a_missing_list_is_a_hold_that_names_it_and_how_to_import_it(resources: Resources) -> None:
    settings = resources.settings.model_copy(update={"screening_lists": "UN, OFAC, HOUSE"})
    said = await held(ScreeningActivities(replace(resources, settings=settings)))
    assert (said["reason"], said["fault"]) == ("party_lists_missing", Fault.OURS.value)
    assert "HOUSE" in said["words"] and "OFAC" not in said["words"]
    assert said["commands"] == [
        "tradelane parties import FILE",
        f"tradelane holds resolve {ORDER} --step screen_parties:filing --action retry",
    ]


async def test_an_empty_list_counts_as_missing(resources: Resources) -> None:
    resources.party_lists.replace(ListState(source="EU", dated=date(2026, 11, 22), sha256="ef", entries=0), (), "x")
    assert (await held(ScreeningActivities(resources)))["reason"] == "party_lists_missing"


async def test_a_list_is_good_on_its_thirtieth_day_and_old_on_the_next(resources: Resources) -> None:
    """20 November and thirty days are 20 December, in Korea: there the next day begins at 15:00 UTC."""
    step = ScreeningActivities(resources)
    last = datetime(2026, 12, 20, 14, 50, tzinfo=UTC)
    await screened(step, at=last)
    said = await held(step, at=last + timedelta(minutes=20))
    assert said["reason"] == "party_lists_old"
    assert "UN of 2026-11-20" in said["words"]
    assert said["commands"][0] == "tradelane parties import FILE"


async def test_a_list_that_need_not_be_there_may_be_old_and_is_compared_all_the_same(resources: Resources) -> None:
    entry = ListedParty(source="HOUSE", entry_id="H-1", kind="person", names=("Nadie Nunca Ninguno",))
    resources.party_lists.replace(
        ListState(source="HOUSE", dated=date(2020, 1, 1), sha256="ab", entries=1), [entry], "x"
    )
    said = await held(ScreeningActivities(resources), suspect("Ninguno Nadie Nunca"))
    assert "HOUSE entry H-1" in said["words"]


async def test_an_imported_list_counts_at_once(resources: Resources) -> None:
    """The index of a process is made anew when the file's hash has changed."""
    step = ScreeningActivities(resources)
    await screened(step, suspect("Nadie Nunca Ninguno"))
    entry = ListedParty(source="UN", entry_id="XXi.009", kind="person", names=("Nadie Nunca Ninguno",))
    resources.party_lists.replace(
        ListState(source="UN", dated=date(2026, 11, 23), sha256="cd", entries=1), [entry], "x"
    )
    assert "UN entry XXi.009" in (await held(step, suspect("Nadie Nunca Ninguno")))["words"]
    assert (await screened(step, suspect())).hits == (), "its old entries are gone"


# --- a hit -------------------------------------------------------------------------------------------------------------


async def test_a_hit_holds_for_the_compliance_desk_without_our_partys_name(
    resources: Resources, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        said = await held(ScreeningActivities(resources), suspect())
    assert (said["reason"], said["fault"]) == ("party_hit", Fault.BUYER_DATA.value)
    assert owner_of(said["reason"], Fault(said["fault"])) == COMPLIANCE
    assert "consignee resembles UN entry XXi.001 (score 100.00 of 100)" in said["words"]
    kept = resources.journal.of_order(OrderId(ORDER))
    written = json.dumps([said, books(resources), [line.model_dump(mode="json") for line in kept]], ensure_ascii=False)
    for part in (*LISTED.split(), "Ñuñoa", "Haneul"):
        assert part.casefold() not in (written + caplog.text).casefold(), part
    assert (books(resources)["verdict"], kept[-1].evidence["hits"]) == ("asked", "1")


async def test_the_command_of_the_hold_is_the_decision_it_asks_for(resources: Resources) -> None:
    step = ScreeningActivities(resources)
    said = await held(step, suspect())
    words = shlex.split(said["commands"][0])
    assert words[:8] == [
        "tradelane",
        "holds",
        "resolve",
        ORDER,
        "--step",
        "screen_parties:filing",
        "--action",
        "complete",
    ]
    typed = dict(pair.split("=", 1) for pair in words[9::2])
    assert json.loads(said["result_shape"]) == typed
    with pytest.raises(
        ValueError, match="verdict: put what you know"
    ):  # a hit is never cleared by pasting what it says
        checked_result("screen_parties:filing", typed)
    typed |= {"verdict": "cleared", "evidence": "another birth date"}
    assert checked_result("screen_parties:filing", typed) == typed
    assert said["commands"][1] == "tradelane parties show UN:XXi.001"
    decide(resources, typed["hits"])
    assert (await screened(step, suspect())).mark == typed["hits"]


async def test_every_party_is_looked_at(resources: Resources) -> None:
    step = ScreeningActivities(resources)
    brand = exporter("quimera", name_en="Mirage Nowhere Trading Co., Ltd.")
    goods = (item(exporter_id="quimera"),)
    said = await held(step, consignment(*goods, exporters=(brand,)))
    assert "exporter:quimera resembles KR entry KR-9001" in said["words"]
    assert said["fault"] == Fault.SELLER_DATA.value
    head = exporter("quimera", representative_ko="허무맹")
    assert "KR entry KR-9002" in (await held(step, consignment(*goods, exporters=(head,))))["words"]
    said = await held(step, buyer="Ottokar Nebelhorn")
    assert "buyer resembles EU entry EU.99991.1" in said["words"]


def test_a_buyer_who_is_the_consignee_is_no_party_of_its_own() -> None:
    assert set(parties_of(consignment(), "Pérez, María Ñuñoa")) == {"consignee", "exporter:haneul"}
    assert set(parties_of(consignment(), "Ana Lenga")) == {"consignee", "buyer", "exporter:haneul"}
    assert set(parties_of(consignment(), None)) == {"consignee", "exporter:haneul"}


async def test_many_hits_are_counted_and_the_words_are_whole(resources: Resources) -> None:
    entries = [
        ListedParty(source="UN", entry_id=f"XXi.{number:03}", kind="person", names=("Nadie Nunca Ninguno",))
        for number in range(30)
    ]
    resources.party_lists.replace(
        ListState(source="UN", dated=date(2026, 11, 23), sha256="cd", entries=30), entries, "x"
    )
    said = await held(ScreeningActivities(resources), suspect("Nadie Nunca Ninguno"))
    assert "and 26 more" in said["words"]
    assert said["words"].endswith("what it rests on")


# --- a decision --------------------------------------------------------------------------------------------------------


async def mark_of(step: ScreeningActivities, parcel: Consignment) -> str:
    return str(json.loads((await held(step, parcel))["result_shape"])["hits"])


async def test_a_clearance_at_filing_holds_for_the_handover(resources: Resources) -> None:
    step = ScreeningActivities(resources)
    mark = await mark_of(step, suspect())
    decide(resources, mark)
    for moment in ("filing", "handover"):
        assert len((await screened(step, suspect(), moment=moment)).hits) == 1
        kept = books(resources, moment)
        assert (kept["verdict"], kept["mark"], kept["decided_by"]) == ("cleared", mark, "k.park")


async def test_a_hit_is_asked_about_again_when_another_joins_it(resources: Resources) -> None:
    step = ScreeningActivities(resources)
    decide(resources, await mark_of(step, suspect()))
    await screened(step, suspect())
    entries = [
        *resources.party_lists.entries("EU"),
        ListedParty(source="EU", entry_id="EU.1.1", kind="person", names=(LISTED,)),
    ]
    resources.party_lists.replace(
        ListState(source="EU", dated=date(2026, 11, 23), sha256="cd", entries=3), entries, "x"
    )
    said = await held(step, suspect(), moment="handover")
    assert "EU entry EU.1.1" in said["words"] and "UN entry XXi.001" in said["words"]


async def test_a_decision_about_one_party_says_nothing_of_another(resources: Resources) -> None:
    step = ScreeningActivities(resources)
    decide(resources, await mark_of(step, suspect()))
    said = await held(step, consignment(), buyer=LISTED)
    assert said["reason"] == "party_hit"


async def test_a_confirmed_hit_holds_until_the_order_is_cancelled(resources: Resources) -> None:
    step = ScreeningActivities(resources)
    mark = await mark_of(step, suspect())
    decide(resources, mark, "confirmed")
    for moment in ("filing", "handover"):
        said = await held(step, suspect(), moment=moment)
        assert said["reason"] == "party_confirmed"
        assert said["commands"] == [f"tradelane orders cancel {ORDER} --reason 'restricted party'"]
        assert "cancel the order" in said["words"]
        assert books(resources, moment)["verdict"] == "confirmed"


async def test_of_two_decisions_about_the_same_hits_the_later_counts(resources: Resources) -> None:
    step = ScreeningActivities(resources)
    mark = await mark_of(step, suspect())
    decide(resources, mark, "cleared", "filing", day=23)
    decide(resources, mark, "confirmed", "handover", day=24)
    assert (await held(step, suspect()))["reason"] == "party_confirmed"
    decide(resources, mark, "cleared", "filing", day=25)
    assert (await screened(step, suspect(), moment="handover")).mark == mark

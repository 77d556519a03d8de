"""An amendment by hand: a person asks customs, and what is typed for one version is no evidence of another."""

from __future__ import annotations

import json

import pytest

from tests.adapters import parcels
from tests.adapters.books import MemoryConsignments, MemoryDecisions
from tradelane.adapters.errors import Refused
from tradelane.adapters.manual import ManualFiling
from tradelane.contracts.handmade import checked_result
from tradelane.domain.export_declaration import Filing, FilingState
from tradelane.domain.holds import Fault
from tradelane.domain.outside import Done, NotDone

STEP = "amend_export_declaration:d1"
FILING = Filing(order_no="6KRMLC45848383497-1", state=FilingState.ACCEPTED, number=parcels.NUMBER)


@pytest.fixture
def decisions() -> MemoryDecisions:
    return MemoryDecisions()


@pytest.fixture
def channel(decisions: MemoryDecisions) -> ManualFiling:
    return ManualFiling(decisions, MemoryConsignments(parcels.claim()))


async def test_an_amendment_is_asked_of_a_person_with_number_version_and_figures(channel: ManualFiling) -> None:
    with pytest.raises(Refused) as failure:
        await channel.amend(parcels.declaration(), FILING, 3, "weighed again.")
    asked = failure.value
    assert (asked.code, asked.reason, asked.fault) == ("manual_work", "manual_work", Fault.AUTHORITY)
    assert "6N002-26-000123X by hand to version 3: weighed again. It is to say 1 line, " in asked.words
    assert "35850 KRW" in asked.words and "Inventada" not in asked.words
    [command] = asked.commands
    assert command.startswith(
        f"tradelane holds resolve {parcels.ORDER} --step {STEP} --action complete --result version=3 --result evidence="
    )
    shown = json.loads(asked.result_shape)
    assert checked_result(STEP, {**shown, "evidence": "approval of 24 November"})["version"] == "3"


async def test_evidence_counts_for_the_version_it_names(channel: ManualFiling, decisions: MemoryDecisions) -> None:
    assert await channel.find_amendment(parcels.declaration(), FILING, 2) == NotDone()
    decisions.type(parcels.ORDER, STEP, version="2", evidence="approval of 24 November")
    assert await channel.find_amendment(parcels.declaration(), FILING, 2) == Done("approved")
    assert await channel.find_amendment(parcels.declaration(), FILING, 3) == NotDone()


@pytest.mark.parametrize("content", [{"evidence": "mail"}, {"version": "0", "evidence": "mail"}, {"version": "two"}])
async def test_evidence_without_a_version_is_asked_for_again(
    channel: ManualFiling, decisions: MemoryDecisions, content: dict[str, str]
) -> None:
    decisions.type(parcels.ORDER, STEP, **content)
    with pytest.raises(Refused) as failure:
        await channel.find_amendment(parcels.declaration(), FILING, 2)
    assert (failure.value.reason, failure.value.fault) == ("manual_work", Fault.OURS)
    with pytest.raises(ValueError, match="version"):
        checked_result(STEP, content)

"""KTNET shows only its newest request: what lies behind it is known from our own books, or it is not known."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr

from tests.adapters.books import MemoryEffects
from tests.adapters.ktnet_counter import Counter, open_counter
from tests.adapters.office import Office
from tradelane.adapters.errors import Refused, Unavailable
from tradelane.adapters.ktnet import KtnetAccess
from tradelane.adapters.ktnet.extension import extension
from tradelane.domain.export_declaration import ExportDeclaration, Filing
from tradelane.domain.outside import CannotTell, Done, NotDone
from tradelane.domain.trade_time import KOREA

ACCESS = KtnetAccess(api_key=SecretStr("k-1"), mall_id="MALL-9")
DEADLINE, UNTIL, LATER = date(2026, 12, 24), date(2027, 1, 22), date(2027, 2, 12)
"""Accepted on Tuesday 24 November 2026; 30 days later is Thursday 24 December."""


@pytest_asyncio.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with open_counter(tmp_path) as opened:
        yield opened


def heavier(declared: ExportDeclaration, grams: int) -> ExportDeclaration:
    return declared.model_copy(update={"gross_weight_g": declared.gross_weight_g + grams})


async def extended(counter: Counter, filing: Filing, start: date = DEADLINE, until: date = UNTIL) -> None:
    """Looked for, asked and approved, as the step does."""
    await counter.channel.find_extension(filing, "haneul", until)
    await counter.channel.extend(filing, "haneul", start, until, "the flight was cancelled")
    counter.later(minutes=31)


async def amended(counter: Counter, declared: ExportDeclaration, filing: Filing, version: int) -> None:
    await counter.channel.amend(heavier(declared, version), filing, version, "weighed again")
    counter.later(minutes=31)


async def test_after_an_extension_an_amendment_that_was_never_asked_is_not_done_and_can_be_asked(
    counter: Counter,
) -> None:
    declared = counter.declaration()
    filing = await counter.accepted(declared)
    await extended(counter, filing)
    assert isinstance(await counter.channel.find_amendment(declared, filing, 2), NotDone)
    await amended(counter, declared, filing, 2)
    assert await counter.channel.find_amendment(declared, filing, 2) == Done("approved")
    assert [row["detail"]["kind"] for row in await counter.acted("amend")] == ["C", "A"]


@pytest.mark.parametrize(("grams", "hsk", "said"), [(2, None, "approved"), (2, "9999999999", "refused")])
async def test_how_an_amendment_ended_is_known_behind_a_later_extension(
    counter: Counter, grams: int, hsk: str | None, said: str
) -> None:
    """The look before the extension showed the decision; it is kept, without the words of customs."""
    declared = counter.declaration()
    filing = await counter.accepted(declared)
    wanted = heavier(declared, grams)
    if hsk:
        [line] = wanted.lines
        wanted = wanted.model_copy(
            update={"lines": (line.model_copy(update={"item": line.item.model_copy(update={"hsk": hsk})}),)}
        )
    await counter.channel.amend(wanted, filing, 2, "x")
    counter.later(minutes=31)
    await extended(counter, filing)
    assert await counter.channel.find_amendment(declared, filing, 2) == Done(said)
    assert isinstance(await counter.channel.find_amendment(declared, filing, 3), NotDone)


async def test_an_amendment_nobody_looked_at_again_was_asked_at_least(counter: Counter) -> None:
    """KTNET took it; that customs decided it before it took the extension is sure, how is not."""
    declared = counter.declaration()
    filing = await counter.accepted(declared)
    await amended(counter, declared, filing, 2)
    await counter.channel.extend(filing, "haneul", DEADLINE, UNTIL, "x")
    assert await counter.channel.find_amendment(declared, filing, 2) == Done("asked")


async def test_a_lost_answer_behind_an_extension_is_told_by_the_look_before_it(counter: Counter) -> None:
    declared = counter.declaration()
    filing = await counter.accepted(declared)
    await counter.fault("amend", "lose_reply")
    with pytest.raises(Unavailable):
        await counter.channel.amend(heavier(declared, 2), filing, 2, "x")
    counter.later(minutes=31)
    await extended(counter, filing)
    assert await counter.channel.find_amendment(declared, filing, 2) == Done("approved")


async def test_a_lost_answer_that_no_look_ever_showed_is_for_a_person(counter: Counter) -> None:
    declared = counter.declaration()
    filing = await counter.accepted(declared)
    await counter.fault("amend", "lose_reply")
    with pytest.raises(Unavailable):
        await counter.channel.amend(heavier(declared, 2), filing, 2, "x")
    counter.later(minutes=31)
    await counter.channel.extend(filing, "haneul", DEADLINE, UNTIL, "x")  # without the look that the step makes
    found = await counter.channel.find_amendment(declared, filing, 2)
    assert isinstance(found, CannotTell) and "V2" in found.why
    assert len(await counter.acted("amend")) == 2


async def test_an_amendment_that_had_to_wait_was_not_asked(counter: Counter) -> None:
    """`먼저 수신된`: KTNET takes none while another waits for its decision, so nothing of it is there afterwards."""
    declared = counter.declaration()
    filing = await counter.accepted(declared)
    await counter.channel.extend(filing, "haneul", DEADLINE, UNTIL, "x")
    for _ in range(3):
        with pytest.raises(Unavailable, match="먼저 수신된"):
            await counter.channel.amend(heavier(declared, 2), filing, 2, "x")
    counter.later(minutes=31)
    assert isinstance(await counter.channel.find_amendment(declared, filing, 2), NotDone)
    assert len([key for key in counter.effects.rows if key.endswith(":V2")]) == 1, "one row, however often it waits"


async def test_a_wait_after_a_lost_answer_does_not_forget_the_lost_one(counter: Counter) -> None:
    declared = counter.declaration()
    filing = await counter.accepted(declared)
    await counter.fault("amend", "lose_reply")
    with pytest.raises(Unavailable):
        await counter.channel.amend(heavier(declared, 2), filing, 2, "x")
    with pytest.raises(Unavailable, match="먼저 수신된"):
        await counter.channel.amend(heavier(declared, 2), filing, 2, "x")
    counter.later(minutes=31)
    await counter.channel.extend(filing, "haneul", DEADLINE, UNTIL, "x")
    assert isinstance(await counter.channel.find_amendment(declared, filing, 2), CannotTell)


async def test_an_amendment_that_ktnet_refused_at_once_was_not_asked(counter: Counter) -> None:
    declared = counter.declaration()
    filing = await counter.accepted(declared)
    with pytest.raises(Refused):  # an unknown *before*
        await counter.channel.amend(heavier(declared, 2), filing, 2, "x", heavier(declared, 9))
    await extended(counter, filing)
    assert isinstance(await counter.channel.find_amendment(declared, filing, 2), NotDone)


@pytest.mark.parametrize("books", ["none", "empty"])
async def test_books_that_do_not_hold_the_extension_say_nothing_of_what_came_before_it(
    counter: Counter, books: str
) -> None:
    """Books restored from an older copy, or another installation: a second amendment would be the price of a guess."""
    declared = counter.declaration()
    filing = await counter.accepted(declared)
    await extended(counter, filing)
    other = counter.channel_with(MemoryEffects() if books == "empty" else None)
    assert isinstance(await other.find_amendment(declared, filing, 2), CannotTell)
    assert isinstance(await other.find_amendment(declared, filing, 2), CannotTell), "looking teaches it nothing"


async def test_older_books_learn_of_an_amendment_before_they_hide_it(counter: Counter) -> None:
    declared = counter.declaration()
    filing = await counter.accepted(declared)
    await amended(counter, declared, filing, 2)
    restored = counter.channel_with(MemoryEffects())
    await restored.find_extension(filing, "haneul", UNTIL)
    await restored.extend(filing, "haneul", DEADLINE, UNTIL, "x")
    assert await restored.find_amendment(declared, filing, 2) == Done("approved")


async def test_behind_a_withdrawal_of_ours_that_customs_refused_an_amendment_is_known_too(counter: Counter) -> None:
    declared = counter.declaration()
    filing = await counter.accepted(declared)
    with counter.stage.transaction():
        counter.stage.connection().execute(
            "INSERT INTO ktnet_changes (seller, order_no, number, kind, reason, request_no, asked_at, refusal)"
            " VALUES ('MALL-9', ?, ?, 'B', 'x', '1', '2026-11-24T02:00:00+00:00', 'no')",
            (filing.order_no, str(filing.number)),
        )
    assert isinstance(await counter.channel.find_amendment(declared, filing, 2), CannotTell), (
        "a person's, in the portal"
    )
    await counter.channel.withdraw(filing, "haneul", "the buyer cancelled")
    for _ in ("undecided", "approved"):
        found = await counter.channel.find_amendment(declared, filing, 2)
        assert isinstance(found, CannotTell), "nothing should be asked of what is withdrawn"
        counter.later(minutes=31)
    with counter.stage.transaction():
        counter.stage.connection().execute("UPDATE ktnet_changes SET refusal = 'no' WHERE kind = 'B'")
    assert isinstance(await counter.channel.find_amendment(declared, filing, 2), NotDone)


async def test_an_approved_extension_is_known_behind_an_amendment_and_not_asked_again(counter: Counter) -> None:
    declared = counter.declaration()
    filing = await counter.accepted(declared)
    await extended(counter, filing)
    assert await counter.channel.find_extension(filing, "haneul", UNTIL) == Done("approved")
    await amended(counter, declared, filing, 2)
    assert await counter.channel.find_extension(filing, "haneul", UNTIL) == Done("approved")
    assert isinstance(await counter.channel.find_extension(filing, "haneul", LATER), NotDone)


async def test_a_refused_extension_behind_an_amendment_may_be_asked_again(counter: Counter) -> None:
    declared = counter.declaration()
    filing = await counter.accepted(declared)
    beyond = filing.model_copy(update={"accepted_at": None})  # nobody can check the year: customs does
    far = date(2028, 1, 3)
    await counter.channel.extend(beyond, "haneul", DEADLINE, far, "x")
    counter.later(minutes=31)
    found = await counter.channel.find_extension(filing, "haneul", far)
    assert isinstance(found, Done) and found.content.startswith("refused: ")
    await amended(counter, declared, filing, 2)
    assert isinstance(await counter.channel.find_extension(filing, "haneul", far), NotDone)


async def test_the_books_hold_no_words_of_anybody(counter: Counter) -> None:
    declared = counter.declaration()
    filing = await counter.accepted(declared)
    await amended(counter, declared, filing, 2)
    await extended(counter, filing)
    kept: list[Any] = [(key, row.step, row.content) for key, row in sorted(counter.effects.rows.items())]
    stem = f"ktnet:5as:{filing.order_no}"
    assert kept == [(f"{stem}:E20270122", "ask", '{"asked": "asked"}'), (f"{stem}:V2", "ask", '{"asked": "approved"}')]


async def test_an_installation_knows_after_an_extension_that_no_amendment_was_asked(office: Office) -> None:
    parcel = await office.parcel()
    filing = await parcel.accepted()
    channel, exporter = office.resources.filing, parcel.declared.exporter.id
    assert filing.accepted_at is not None
    start = filing.accepted_at.astimezone(KOREA).date() + timedelta(days=30)
    until = start + timedelta(days=20)
    asked = extension(filing, parcel.declared.exporter, start, until, "x", ACCESS)
    with office.line.answering("/amend.do", {"ResultList": [{"OrderNo": filing.order_no}]}, said='"C"'):
        await channel.extend(filing, exporter, start, until, "x")
    newest = {"OrderNo": filing.order_no, "ApplicationType": "C", "AmendReason": asked["AmendReason"], "Status": "05"}
    with office.line.answering("/status.do", {"ResultList": [newest]}, said="5AS"):
        assert isinstance(await channel.find_amendment(parcel.declared, filing, 2), NotDone)


async def test_what_ktnet_does_not_know_at_all_is_not_done_whatever_our_books_say(counter: Counter) -> None:
    """Our books speak only of what a newer request hides; here KTNET says that there is none."""
    filing = await counter.accepted()
    key = f"ktnet:5as:{filing.order_no}:E20270122"
    counter.effects.intend(key, "ask", counter.clock.now())
    counter.effects.done(key, '{"asked": "approved"}', counter.clock.now())
    assert isinstance(await counter.channel.find_extension(filing, "haneul", UNTIL), NotDone)

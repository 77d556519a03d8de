"""People are told once of each hold, once more when it is overdue, and once a day of all; nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from structlog.testing import capture_logs
from temporalio.testing import ActivityEnvironment

from activities import board
from activities.board import BoardActivities, marks_of, notices_of
from tradelane.adapters.errors import Garbled, OutsideFailure, Refused, Unavailable
from tradelane.contracts.steps import HoldMark, HoldsReply, HoldsRequest, SweepReply, SweepRequest
from tradelane.desk.notices import LONGEST_DIGEST, digest_notice, due_notice, hold_notice
from tradelane.domain.holds import Fault, Hold, Resolution
from tradelane.domain.identifiers import OrderId
from tradelane.domain.language import Language
from tradelane.domain.trade_time import Timetable, TradeClock
from tradelane.domain.wording import desk_name
from tradelane.ports import BoardHold, Decision, Notice, Notifier
from tradelane.resources import Resources, wired
from tradelane.settings import Settings
from tradelane.stores import open_stores

ORDER, OTHER = OrderId("2000013770481964"), OrderId("2000013770481965")
MORNING = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
"""Half past nine in Korea: trade time when these tests begin."""
CLOCK = TradeClock(trade_epoch=MORNING, real_epoch=datetime.now(UTC), pace=1.0)
PERSONAL = "María González, RUT 12.345.678-5, asks for her parcel"


def hold(key: str = "book_transport", *, since: datetime = MORNING, due: float = 24, **more: Any) -> Hold:
    told: dict[str, Any] = {
        "key": key, "stage": "handover", "step": key.partition(":")[0], "reason": "refused", "fault": Fault.CARRIER,
        "words": PERSONAL, "owner": "forwarding desk", "since": since, "due": since + timedelta(hours=due),
        "resolutions": (Resolution.RETRY,), "commands": (f"tradelane orders amend {ORDER} --set consignee.name=González",),
    }  # fmt: skip
    return Hold(**(told | more))


def on_board(one: Hold, order: str = ORDER) -> BoardHold:
    return BoardHold(order_id=order, hold=one)


@dataclass
class Postbox:
    """A notifier that keeps what it is told, and fails as its script says."""

    name: str = "box"
    told: list[Notice] = field(default_factory=list)
    failures: list[OutsideFailure] = field(default_factory=list)
    slow: float = 0.0
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def tell(self, notice: Notice) -> None:
        self.begun.set()
        await asyncio.sleep(self.slow)
        if self.failures:
            raise self.failures.pop(0)
        self.told.append(notice)

    @property
    def kinds(self) -> list[str]:
        return [notice.kind for notice in self.told]


# --- words -----------------------------------------------------------------------------------------------------------


def test_a_hold_is_told_with_order_step_reason_desk_due_time_and_command() -> None:
    notice = hold_notice(on_board(hold("lodge_export_declaration:d1", since=MORNING)), Language.ENGLISH)
    assert notice.id == f"hold:{ORDER}:lodge_export_declaration:d1:2026-11-23T00:30:00+00:00"
    assert notice.title == f"Order {ORDER} waits at Filing the export declaration (d1) for the forwarding desk"
    assert notice.body.splitlines() == [
        "Step: lodge_export_declaration:d1",
        "Reason: Refused (refused)",
        "Due: 2026-11-24 09:30 KST",
        f"tradelane holds show {ORDER} --step lodge_export_declaration:d1",
    ]
    assert due_notice(on_board(hold()), Language.ENGLISH).title.startswith("Overdue: ")


def test_korean_is_told_in_korean_with_the_keys_that_commands_take() -> None:
    notice = hold_notice(on_board(hold("lodge_export_declaration:d1")), Language.KOREAN)
    desk = desk_name(Language.KOREAN, "forwarding desk")
    assert notice.title == f"주문 {ORDER} 보류: 수출신고 (d1) (담당: {desk})"
    assert desk != "forwarding desk"
    assert "(refused)" in notice.body and "기한: " in notice.body
    assert notice.owner == "forwarding desk", "who gets it is found by the desk's own name"


def test_a_digest_lists_by_due_time_and_says_how_many_more_there_are() -> None:
    day = MORNING.date()
    few = digest_notice("customs desk", day, [on_board(hold(since=MORNING))], Language.ENGLISH)
    assert (few.id, few.title) == (f"digest:customs desk:{day}", f"customs desk, {day}: open holds: 1")
    assert few.body.splitlines() == [
        f"2026-11-24 09:30  {ORDER}  book_transport  refused",
        'All of them: tradelane holds list --owner "customs desk"',
    ]
    many = digest_notice("customs desk", day, [on_board(hold())] * (LONGEST_DIGEST + 3), Language.KOREAN)
    assert len(many.body.splitlines()) == LONGEST_DIGEST + 1
    assert "그 외 3건" in many.body
    assert len(many.body) < 2_000, "some chats take no more"


@pytest.mark.parametrize("language", Language)
def test_a_notice_never_quotes_words_commands_or_names(language: Language) -> None:
    """They may speak of a buyer, and a notice leaves the house."""
    one = on_board(hold(assignee="Kim Minji", result_shape='{"name": "González"}'))
    for notice in (
        hold_notice(one, language), due_notice(one, language), digest_notice("x", MORNING.date(), [one], language),
    ):  # fmt: skip
        told = notice.model_dump_json()
        for private in ("María", "González", "12.345.678-5", "Kim Minji", "consignee"):
            assert private not in told


# --- when ------------------------------------------------------------------------------------------------------------


def kinds(waiting: Sequence[BoardHold], now: datetime, hour: int = 9) -> list[tuple[str, str]]:
    return [(one.kind, one.owner) for one in notices_of(waiting, now, hour, Language.ENGLISH)]


def test_what_is_overdue_comes_first_then_the_lists_then_every_hold() -> None:
    late = on_board(hold("a", since=MORNING - timedelta(days=2)))
    early = on_board(hold("b", since=MORNING, owner="customs desk"))
    assert kinds([late, early], MORNING) == [
        ("due", "forwarding desk"),
        ("digest", "customs desk"),
        ("digest", "forwarding desk"),
        ("hold", "forwarding desk"),
        ("hold", "customs desk"),
    ]


def test_the_lists_of_the_day_begin_at_their_hour_in_korea() -> None:
    waiting = [on_board(hold(since=MORNING))]
    assert kinds(waiting, MORNING - timedelta(minutes=31)) == [("hold", "forwarding desk")]
    assert ("digest", "forwarding desk") in kinds(waiting, MORNING - timedelta(minutes=30))
    assert ("digest", "forwarding desk") not in kinds(waiting, MORNING, hour=10)
    # 23:30 in Korea is still the same day, half an hour later it is the next one before its hour
    evening = MORNING + timedelta(hours=14)
    assert f":{MORNING.date()}" in notices_of(waiting, evening, 9, Language.ENGLISH)[0].id
    assert kinds(waiting, evening + timedelta(minutes=30)) == [("hold", "forwarding desk")]


# --- telling ---------------------------------------------------------------------------------------------------------


@pytest_asyncio.fixture
async def resources(tmp_path: Path) -> AsyncIterator[Resources]:
    settings = Settings(data_dir=tmp_path)
    settings.clock_file.write_text(CLOCK.model_dump_json())
    with open_stores(settings) as stores:
        async with httpx.AsyncClient() as http:
            yield wired(settings, stores, http)


async def fire(resources: Resources, *boxes: Notifier) -> SweepReply:
    """One firing of the schedule, as the worker runs it."""
    activities = BoardActivities(replace(resources, notifiers=boxes))
    with capture_logs():
        reply: SweepReply = await ActivityEnvironment().run(activities.notify_desk, SweepRequest())
    return reply


async def post(resources: Resources, *holds: Hold, order: OrderId = ORDER) -> HoldsReply:
    """What a run posts."""
    request = HoldsRequest(
        order_id=order, seller_id="1", exporters=("haneul",), holds=holds,
        timetable=Timetable(clock=CLOCK),
    )  # fmt: skip
    reply: HoldsReply = await ActivityEnvironment().run(BoardActivities(resources).post_holds, request)
    return reply


async def test_each_hold_is_told_once_and_each_desk_gets_its_list_once_a_day(resources: Resources) -> None:
    box = Postbox()
    await post(resources, hold("a"), hold("b", owner="customs desk"))
    assert await fire(resources, box) == SweepReply(looked=2, changed=4)
    assert sorted(box.kinds) == ["digest", "digest", "hold", "hold"]
    assert await fire(resources, box) == SweepReply(looked=2, changed=0)
    await post(resources, hold("a"), hold("b", owner="customs desk", assignee="kim"), hold("c"))
    await fire(resources, box)
    assert box.kinds.count("hold") == 3
    assert box.kinds.count("digest") == 2


async def test_a_step_that_holds_anew_is_told_anew(resources: Resources) -> None:
    box = Postbox()
    await post(resources, hold("a"))
    await fire(resources, box)
    await post(resources)
    await post(resources, hold("a", since=MORNING + timedelta(seconds=5)))
    await fire(resources, box)
    assert box.kinds.count("hold") == 2


async def test_what_is_overdue_is_told_once_more(resources: Resources) -> None:
    box = Postbox()
    await post(resources, hold("a", since=MORNING - timedelta(days=2)))
    for _ in range(3):
        await fire(resources, box)
    assert sorted(box.kinds) == ["digest", "due", "hold"]


async def test_nobody_is_woken_for_a_hold_that_sleeps(resources: Resources) -> None:
    box = Postbox()
    await post(resources, hold("a", since=MORNING - timedelta(days=2), snoozed_until=MORNING + timedelta(hours=1)))
    await fire(resources, box)
    assert box.told == []
    await post(resources, hold("a", since=MORNING - timedelta(days=2), snoozed_until=MORNING))
    await fire(resources, box)
    assert sorted(box.kinds) == ["digest", "due", "hold"]


async def test_a_hold_that_closed_before_its_turn_is_not_told(resources: Resources) -> None:
    box = Postbox()
    await post(resources, hold("a"))
    await post(resources)
    assert await fire(resources, box) == SweepReply(looked=0)
    assert box.told == []


async def test_a_failure_delays_one_notice_of_one_notifier_and_loses_none(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = Postbox("away", failures=[Unavailable("chat", "503", "chat answered 503.")])
    there = Postbox("there")
    await post(resources, hold("a"), hold("b"))
    assert await fire(resources, away, there) == SweepReply(looked=2, changed=5, unavailable=1)
    assert (len(away.told), len(there.told)) == (2, 3)
    await fire(resources, away, there)
    assert len(away.told) == 2, "it waits half a minute"
    later(monkeypatch, timedelta(seconds=31))
    await fire(resources, away, there)
    assert (len(away.told), len(there.told)) == (3, 3)
    assert {notice.id for notice in away.told} == {notice.id for notice in there.told}


@pytest.mark.parametrize(
    "failure", [Refused("mail", "no_address", "nobody"), Garbled("chat", "302", "chat answered 302")], ids=str
)
async def test_a_notifier_that_says_no_is_asked_again_once_somebody_may_have_mended_it(
    resources: Resources, failure: OutsideFailure, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = Postbox(failures=[failure] * 2)
    await post(resources, hold("a"))
    await fire(resources, box)
    assert box.told == []
    later(monkeypatch, timedelta(hours=1))
    await fire(resources, box)
    assert sorted(box.kinds) == ["digest", "hold"]


async def test_a_chat_that_asks_for_a_pause_gets_it(resources: Resources, monkeypatch: pytest.MonkeyPatch) -> None:
    busy = Unavailable("chat", "429", "chat answered 429.", timedelta(minutes=10))
    box = Postbox(failures=[busy, busy])
    await post(resources, hold("a"))
    await fire(resources, box)
    later(monkeypatch, timedelta(minutes=9))
    await fire(resources, box)
    assert box.told == []
    later(monkeypatch, timedelta(minutes=11))
    await fire(resources, box)
    assert len(box.told) == 2


async def test_a_notifier_that_is_down_is_left_alone_until_the_next_firing(resources: Resources) -> None:
    box = Postbox(failures=[Unavailable("chat", "503", "down")] * 20)
    await post(resources, *(hold(f"step_{number}") for number in range(20)))
    reply = await fire(resources, box)
    assert reply.unavailable == board.MOST_SILENCES
    assert len(box.failures) == 20 - board.MOST_SILENCES


async def test_one_firing_does_not_go_on_for_ever(resources: Resources, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left is told by the next one."""
    monkeypatch.setattr(board, "TELLING", 0.05)
    box = Postbox(slow=0.03)
    await post(resources, *(hold(f"step_{number}") for number in range(10)))
    await fire(resources, box)
    first = len(box.told)
    assert 0 < first < 10
    monkeypatch.setattr(board, "TELLING", 30.0)
    await fire(resources, box)
    assert len(box.told) == 11 == len({notice.id for notice in box.told})


async def test_two_workers_at_once_tell_nobody_twice(resources: Resources) -> None:
    box = Postbox(slow=0.002)
    await post(resources, *(hold(f"step_{number}") for number in range(10)))
    replies = await asyncio.gather(*(fire(resources, box) for _ in range(4)))
    assert sum(reply.changed for reply in replies) == 11
    assert len({notice.id for notice in box.told}) == len(box.told) == 11


async def test_a_worker_that_died_while_telling_is_replaced(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    dying, living = Postbox(slow=30), Postbox()
    await post(resources, hold("a"))
    task = asyncio.create_task(fire(resources, dying))
    await dying.begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await fire(resources, living)
    assert len(living.told) == 1, "what the other one had taken is not told yet"
    later(monkeypatch, timedelta(minutes=6))
    await fire(resources, living)
    assert sorted(living.kinds) == ["digest", "hold"]


def later(monkeypatch: pytest.MonkeyPatch, span: timedelta) -> None:
    """Let the machine's clock show an instant so much after now."""
    shown = datetime.now(UTC) + span

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return shown

    monkeypatch.setattr(board, "datetime", Later)


# --- posting ---------------------------------------------------------------------------------------------------------


def decide(resources: Resources, number: int, kind: str, content: dict[str, str], step: str = "a") -> None:
    resources.decisions.record(
        Decision(
            id=f"{ORDER}:{number}",
            scope=ORDER,
            step=step,
            kind=kind,
            content=content,
            actor="kim",
            reason="",
            at=MORNING,
        )
    )


async def test_what_people_wrote_on_a_hold_comes_back_and_stands_on_the_board(resources: Resources) -> None:
    """A run that was reset has forgotten it; the rows have not."""
    until = MORNING + timedelta(days=1)
    decide(resources, 1, "assign", {"assignee": "lee"})
    decide(resources, 2, "snooze", {"snoozed_until": until.isoformat()})
    decide(resources, 3, "assign", {"assignee": "kim"})
    reply = await post(resources, hold("a"), hold("b"))
    assert reply == HoldsReply(marks={"a": HoldMark(assignee="kim", snoozed_until=until)})
    found = {one.hold.key: one.hold for one in resources.holds.of_order(ORDER)}
    assert (found["a"].assignee, found["a"].snoozed_until) == ("kim", until)
    assert found["b"].assignee == ""


async def test_a_hold_that_was_given_back_and_woken_has_no_mark(resources: Resources) -> None:
    decide(resources, 1, "assign", {"assignee": "lee"})
    decide(resources, 2, "assign", {"assignee": ""})
    decide(resources, 3, "snooze", {"snoozed_until": MORNING.isoformat()})
    decide(resources, 4, "snooze", {"snoozed_until": ""})
    assert await post(resources, hold("a", assignee="lee")) == HoldsReply()
    assert resources.holds.of_order(ORDER)[0].hold.assignee == ""


def test_an_answer_ends_the_sleep_of_its_hold_and_no_other() -> None:
    """When the step holds again, that is news; who takes it stays."""

    def made(kind: str, step: str, **content: str) -> Decision:
        return Decision(
            id=f"{kind}{step}", scope=ORDER, step=step, kind=kind, content=content, actor="kim", reason="", at=MORNING
        )

    until = {"snoozed_until": MORNING.isoformat()}
    marks = marks_of(
        [
            made("assign", "a", assignee="kim"),
            made("snooze", "a", **until),
            made("snooze", "b", **until),
            made("retry", "a"),
            made("amend", "*"),
        ]
    )
    assert marks == {"a": {"assignee": "kim", "snoozed_until": None}, "b": {"snoozed_until": MORNING}}


async def test_opening_and_closing_stand_in_the_timeline_once_without_words(resources: Resources) -> None:
    first = hold("a", since=MORNING - timedelta(hours=2))
    for _ in range(2):
        await post(resources, first)
    for _ in range(2):
        await post(resources)
    lines = resources.journal.of_order(ORDER)
    assert [(line.kind, line.actor, line.evidence["hold"]) for line in lines] == [
        ("hold_opened", "tradelane", "a"), ("hold_closed", "tradelane", "a"),
    ]  # fmt: skip
    assert lines[0].at == first.since
    assert "González" not in "".join(line.model_dump_json() for line in lines)


async def test_a_line_that_a_lost_try_left_out_is_written_by_the_next_post(resources: Resources) -> None:
    """The worker died between board and timeline."""
    resources.holds.post(ORDER, "1", (), (hold("a"),), MORNING)
    resources.holds.post(ORDER, "1", (), (), MORNING)
    await post(resources, hold("b"))
    assert [(line.kind, line.evidence["hold"]) for line in resources.journal.of_order(ORDER)] == [
        ("hold_opened", "a"), ("hold_closed", "a"), ("hold_opened", "b"),
    ]  # fmt: skip

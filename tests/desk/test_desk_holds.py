"""What is listed as waiting for a person: holds of the board, and trouble of ours that no run can post."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from tests.conftest import FLAGS, fresh_namespace, temporal_binary
from tradelane.contracts.journeys import ORDERS_QUEUE, QUEUES, order_workflow_id
from tradelane.contracts.search_attributes import EXPORTER, SELLER, STAGE
from tradelane.desk.complaints import NotFound, NotThere, RefusedByRule, WrongUsage
from tradelane.desk.durations import in_hours, read_duration
from tradelane.desk.holds import OrderHold, by_urgency, chosen, hold_of, look, on_board, open_hold, open_holds, todo
from tradelane.desk.session import open_desk
from tradelane.desk.troubles import PROBLEMS, of_engine
from tradelane.domain.catalogue import Seller
from tradelane.domain.holds import Fault, Hold, Resolution
from tradelane.domain.identifiers import OrderId
from tradelane.ports import BoardQuery, Gate, GateState
from tradelane.processes import free_ports
from tradelane.settings import Settings
from tradelane.stores import Stores, open_stores

ORDER, OTHER = OrderId("2000013770481964"), OrderId("2000013770481965")
NOW = datetime.now(UTC)
"""Trade time of these installations is real time."""


def hold(key: str, due: float = 1, **more: Any) -> Hold:
    told: dict[str, Any] = {
        "key": key, "stage": "export", "step": key.partition(":")[0], "reason": "refused", "fault": Fault.OURS,
        "words": "no", "owner": "engineering", "since": NOW, "due": NOW + timedelta(days=due),
        "resolutions": (Resolution.RETRY,), "commands": (f"tradelane holds resolve {ORDER} --step {key}",),
    }  # fmt: skip
    return Hold(**(told | more))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation whose engine does not answer."""
    [port] = free_ports("127.0.0.1", 1)
    return Settings(data_dir=tmp_path, engine_port=port)


def everything(stores: Stores) -> BoardQuery:
    return BoardQuery()


def keys(found: tuple[OrderHold, ...]) -> list[str]:
    return [one.hold.key for one in found]


# --- which hold a person means ---------------------------------------------------------------------------------------


def test_the_only_hold_needs_no_name() -> None:
    assert hold_of([hold("book_transport")], ORDER, None).key == "book_transport"


def test_one_of_several_is_found_by_key_or_by_step() -> None:
    holds = [hold("book_transport"), hold("lodge_export_declaration:d1")]
    assert hold_of(holds, ORDER, "lodge_export_declaration").key == "lodge_export_declaration:d1"
    assert hold_of(holds, ORDER, "book_transport").key == "book_transport"


def test_several_without_a_name_are_listed() -> None:
    with pytest.raises(RefusedByRule, match="name one with --step: a, b"):
        hold_of([hold("a"), hold("b")], ORDER, None)


def test_none_is_said() -> None:
    with pytest.raises(NotFound, match=f"Order {ORDER} has no hold at x"):
        hold_of([hold("a")], ORDER, "x")


def test_the_most_urgent_comes_first_and_equals_never_jump() -> None:
    def one(order: str, key: str, due: int) -> OrderHold:
        return OrderHold(order_id=order, hold=hold(key, due))

    holds = [one("2", "b", 1), one("2", "a", 1), one("1", "z", 1), one("3", "a", 0)]
    listed = [(found.order_id, found.hold.key) for found in by_urgency(holds)]
    assert listed == [("3", "a"), ("1", "z"), ("2", "a"), ("2", "b")]
    assert by_urgency(list(reversed(holds))) == by_urgency(holds)


async def test_a_hold_is_shown_from_the_board_without_any_engine(settings: Settings) -> None:
    with open_stores(settings) as stores:
        stores.holds.post(ORDER, "1", [], [hold("a"), hold("b:d1")], NOW)
    assert (await open_hold(settings, ORDER, "b")).key == "b:d1"
    with pytest.raises(RefusedByRule, match="a, b:d1"):
        await open_hold(settings, ORDER, None)


async def test_a_hold_the_board_does_not_know_is_asked_of_the_run(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tradelane.desk.session.PATIENCE", 0.0)
    with pytest.raises(NotThere, match="does not answer"):
        await open_hold(settings, ORDER, None)


# --- what a person asks for ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"stage": "exports"}, "'exports' is no stage; write one of intake, carried"),
        ({"reason": "because"}, "'because' is no reason; write one of .*error_notice"),
        ({"owner": "packing bank"}, "'packing bank' is no desk and nobody .*; write one of catalogue desk, .*bench"),
        ({"seller": "9"}, "'9' is no seller; write one of 1"),
        ({"exporter": "nobody"}, "'nobody' is no exporter; write one of .none is registered"),
        ({"due": "tomorrow"}, "'tomorrow' is no span of time .* 90m, 24h or 2d"),
        ({"due": "0h"}, "'0h' is no span of time"),
        ({"due": "999d"}, "'999d' is no span of time"),
    ],
    ids=str,
)
def test_a_slip_of_the_finger_is_no_quiet_night(settings: Settings, asked: dict[str, Any], says: str) -> None:
    with open_stores(settings) as stores:
        stores.sellers.put(Seller(id="1", nickname="Invented", site="CBT", go_live=NOW))
        with pytest.raises(WrongUsage, match=says):
            chosen(stores, **asked)


def test_who_or_what_stands_on_the_board_is_known(settings: Settings) -> None:
    with open_stores(settings) as stores:
        stores.holds.post(ORDER, "7", ["gone"], [hold("a", assignee="kim", reason="of_tomorrow")], NOW)
        every: tuple[dict[str, Any], ...] = (
            {"owner": "kim"},
            {"seller": "7"},
            {"exporter": "gone"},
            {"reason": "of_tomorrow"},
        )
        for asked in every:
            assert keys(on_board(stores, chosen(stores, **asked))) == ["a"], asked


def test_due_counts_from_now_in_trade_time_and_what_sleeps_is_left_out(settings: Settings) -> None:
    asleep = hold("c", due=0.1, snoozed_until=NOW + timedelta(hours=2))
    with open_stores(settings) as stores:
        stores.holds.post(ORDER, "1", [], [hold("a", due=0.9), hold("b", due=1.1), asleep], NOW)
        assert keys(on_board(stores, chosen(stores, due="24h"))) == ["a"]
        assert keys(on_board(stores, chosen(stores, due="2d"))) == ["a", "b"]
        assert keys(on_board(stores, chosen(stores, due="90m", snoozed=True))) == []
        assert keys(on_board(stores, chosen(stores, snoozed=True))) == ["c", "a", "b"]


def test_spans_are_read_and_said_in_hours() -> None:
    assert [in_hours(read_duration(text)) for text in ("90m", " 24H ", "2d", "1m")] == ["1.5", "24", "48", "0.0167"]


# --- beside the board ------------------------------------------------------------------------------------------------


async def test_without_an_engine_the_board_is_listed_and_one_sentence_says_what_is_missing(settings: Settings) -> None:
    with open_stores(settings) as stores:
        stores.holds.post(ORDER, "1", ["haneul"], [hold("a"), hold("b"), hold("c")], NOW)
    seen = await look(settings, everything)
    assert seen.holds[0] == OrderHold(order_id=ORDER, hold=hold("a"), seller_id="1", exporters=("haneul",))
    assert not seen.more
    assert f"127.0.0.1:{settings.engine_port} does not answer" in seen.missing
    cut = await look(settings, everything, 2)
    assert (keys(cut.holds), cut.more) == (["a", "b"], True)


def _just(query: BoardQuery, _stores: Stores) -> BoardQuery:
    return query


async def test_a_gate_that_is_shut_is_listed_for_engineering(settings: Settings) -> None:
    with open_stores(settings) as stores:
        shut = {"queue": "filing", "state": GateState.CLOSED, "actor": "kim", "reason": "KTNET is down", "since": NOW}
        stores.gates.put(Gate(**shut))
        stores.gates.put(Gate(**(shut | {"queue": "carrier", "state": GateState.DRAINING, "rate": 0.5})))
        stores.gates.put(Gate(**(shut | {"queue": "customs", "state": GateState.OPEN})))
    seen = await look(settings, everything)
    assert [(one.order_id, one.hold.key, one.hold.reason, one.hold.owner) for one in seen.holds] == [
        ("", "carrier", "gate", "engineering"), ("", "filing", "gate", "engineering"),
    ]  # fmt: skip
    assert "open at 0.5 steps a second, by kim: KTNET is down" in seen.holds[0].hold.words
    for asked in (BoardQuery(owner="customs desk"), BoardQuery(seller="1"), BoardQuery(due_before=NOW)):
        assert (await look(settings, functools.partial(_just, asked))).holds == ()
    assert keys((await look(settings, lambda _: BoardQuery(step="filing", reason="gate"))).holds) == ["filing"]


async def test_the_worklist_has_holds_by_due_time_then_what_nobody_could_place(settings: Settings) -> None:
    with open_stores(settings) as stores:
        asleep = hold("asleep", snoozed_until=NOW + timedelta(days=1))
        stores.holds.post(ORDER, "1", [], [hold("late"), hold("soon", due=0), asleep], NOW)
        stores.inbox.add("17track", "1234567890", "{}", state="held", note="reference_unknown")
    work = await todo(settings, None)
    assert [task.about.rpartition(" ")[2] for task in work.tasks] == ["soon", "late", "17track"]
    assert work.tasks[0].command.startswith(f"tradelane holds resolve {ORDER}")
    assert "does not answer" in work.missing
    assert [task.owner for task in (await todo(settings, "marketplace desk")).tasks] == ["marketplace desk"]


async def test_a_desk_that_does_not_exist_is_no_quiet_night(settings: Settings) -> None:
    """A slip of the finger must not be answered with an empty list."""
    with pytest.raises(
        WrongUsage, match=r"'packing bank' is no desk and nobody .*; write one of catalogue desk, .*packing bench"
    ):
        await todo(settings, "packing bank")


# --- what the engine knows -------------------------------------------------------------------------------------------


@workflow.defn(name="FulfilOrder", sandboxed=False)
class Wedged:
    """A run whose code fails: the server tries its task again and again."""

    @workflow.run
    async def run(self) -> None:
        raise RuntimeError("a mistake of ours")


@activity.defn
async def nothing() -> None:
    """Keeps a queue polled."""


@pytest_asyncio.fixture(loop_scope="session")
async def watchful() -> AsyncIterator[Client]:
    """An engine that reports a wedged run at its second failure; usually it takes five, which is a minute."""
    flags = {**FLAGS, "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute": "2"}
    extra = [part for name, value in flags.items() for part in ("--dynamic-config-value", f"{name}={value}")]
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=temporal_binary(), dev_server_extra_args=extra, dev_server_log_level="error"
    ) as environment:
        target = environment.client.service_client.config.target_host
        yield await Client.connect(target, namespace=await fresh_namespace(environment.client))


async def until(found: Callable[[], Any], within: float = 90.0) -> Any:
    """Wait until an asynchronous look finds something."""
    deadline = asyncio.get_running_loop().time() + within
    while not (seen := await found()):
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.2)
    return seen


async def test_a_wedged_run_and_missing_workers_are_ours(watchful: Client, tmp_path: Path) -> None:
    target = watchful.service_client.config.target_host
    settings = Settings(data_dir=tmp_path, engine_port=int(target.rpartition(":")[2]), namespace=watchful.namespace)
    with open_stores(settings) as stores:
        clock = stores.clock.read()
    nobody = await of_engine(watchful, clock)
    assert {one.hold.key for one in nobody} == {ORDERS_QUEUE, *QUEUES}

    attributes = TypedSearchAttributes(
        [
            SearchAttributePair(STAGE, "export"),
            SearchAttributePair(SELLER, "1"),
            SearchAttributePair(EXPORTER, ["haneul"]),
        ]
    )
    async with Worker(watchful, task_queue=ORDERS_QUEUE, workflows=[Wedged], activities=[nothing]):
        await watchful.start_workflow(
            "FulfilOrder", id=order_workflow_id(ORDER), task_queue=ORDERS_QUEUE, search_attributes=attributes
        )

        async def stuck() -> list[OrderHold]:
            return [one for one in await of_engine(watchful, clock) if one.hold.reason == "wedged"]

        [found] = await until(stuck)
        seen = await look(settings, lambda _: BoardQuery(exporter="haneul"))
        ours = await look(settings, lambda _: BoardQuery(owner="engineering", reason="no_worker"))
    assert (found.order_id, found.seller_id, found.exporters) == (ORDER, "1", ("haneul",))
    assert (found.hold.fault, found.hold.owner, found.hold.stage) == (Fault.OURS, "engineering", "export")
    assert "WorkflowTaskFailed" in found.hold.words and order_workflow_id(ORDER) in found.hold.words
    assert found.hold.step == "WorkflowTaskFailedCauseWorkflowWorkerUnhandledFailure"
    engine = f"--address {watchful.service_client.config.target_host} --namespace {watchful.namespace}"
    assert found.hold.commands[0] == f"temporal workflow show {engine} --workflow-id {order_workflow_id(ORDER)}"
    assert [one.order_id for one in seen.holds] == [ORDER]
    assert seen.missing == ""
    assert sorted(keys(ours.holds)) == sorted(QUEUES), "the orders queue has its worker again"
    assert PROBLEMS.name == "TemporalReportedProblems"


async def test_the_holds_of_an_open_desk_are_those_of_the_board(tmp_path: Path, target: str, namespace: str) -> None:
    settings = Settings(data_dir=tmp_path, engine_port=int(target.rpartition(":")[2]), namespace=namespace)
    async with open_desk(settings) as desk:
        desk.stores.holds.post(ORDER, "1", [], [hold("late", due=2)], NOW)
        desk.stores.holds.post(OTHER, "2", [], [hold("soon", due=1)], NOW)
        assert keys(await open_holds(desk)) == ["soon", "late"]
        assert keys(await open_holds(desk, BoardQuery(seller="1"))) == ["late"]

"""A day at the command line: real engine, real worker, simulated counterparties; every command as a person types it."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from cli.frame import run
from cli.main import app
from tests.lane import Lane, eventually, open_lane
from tradelane.demo.operator import program
from tradelane.installation import settings_environment

LODGE = "lodge_export_declaration:d1"


@dataclass(frozen=True)
class Told:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Day:
    """What was typed and answered, by a name for the moment."""

    lane: Lane
    order: str = ""
    told: dict[str, Told] = field(default_factory=dict)

    async def type(self, moment: str, *words: str) -> Told:
        """Type a command; it runs on a thread, since it brings an event loop of its own."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = await asyncio.to_thread(run, app, words)
        self.told[moment] = Told(code, out.getvalue(), err.getvalue())
        return self.told[moment]

    async def fresh_shell(self, moment: str, *words: str) -> Told:
        """Type a command in a shell of its own."""
        process = await asyncio.create_subprocess_exec(
            *program(), *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        out, err = await process.communicate()
        self.told[moment] = Told(process.returncode or 0, out.decode(), err.decode())
        return self.told[moment]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def day(tmp_path_factory: pytest.TempPathFactory, target: str, module_namespace: str) -> AsyncIterator[Day]:
    """The whole day, typed once."""
    folder = tmp_path_factory.mktemp("cli")
    # the worker in this very process would log into the answers of the commands
    with pytest.MonkeyPatch.context() as patch, capture_logs():
        async with open_lane(folder, target, namespace=module_namespace) as lane:
            patch.setattr("tradelane.desk.orders.WATCH_EVERY", 0.1)
            for name, value in settings_environment(lane.settings).items():
                patch.setenv(name, value)
            day = Day(lane)
            await _morning(day)
            await _noon(day, folder)
            await _evening(day, folder)
            yield day


async def _morning(day: Day) -> None:
    """An order nobody was notified of is started by hand, and its filing is refused by customs."""
    sold = await day.lane.sell("hs_refused", orders=[{"items": [{"sku": "BJK-STND-05"}]}], webhook_url=None)
    day.order = order = str(sold[0]["order_id"])
    await day.type("nothing held yet", "holds", "list")
    await day.type("show before start", "orders", "show", order)
    await day.type("start", "orders", "start", order)
    await day.type("start again", "orders", "start", order, "--json")
    await day.lane.held(order, LODGE)
    await _until_listed(day)
    await day.type("list", "orders", "list")
    await day.type("list of another brand", "orders", "list", "--exporter", "haneul")
    await day.type("list of a stage", "orders", "list", "--stage", "export", "--json")
    await day.type("holds", "holds", "list", "--json")
    await day.type("holds for people", "holds", "list")
    await day.type("hold", "holds", "show", order)
    await day.type("todo", "todo")
    await day.type("todo of another desk", "todo", "--owner", "forwarding desk")
    await day.type("show", "orders", "show", order)
    await day.type("doctor", "doctor", "--json")


async def _until_listed(day: Day) -> None:
    async def listed() -> Any:  # visibility is eventually consistent
        return (await day.type("holds", "holds", "list", "--json")).json

    await eventually(listed)


async def _noon(day: Day, folder: Path) -> None:
    """Wrong decisions are refused, a replay is planned and applied, the right code is given."""
    order = day.order
    await day.type("resolve with a wrong action", "holds", "resolve", order, "--action", "sing")
    await day.type("resolve another step", "holds", "resolve", order, "--step", "book_transport", "--action", "retry")
    await day.type("complete without a result", "holds", "resolve", order, "--action", "complete")
    await day.type("amend an unknown path", "orders", "amend", order, "--set", "items.BJK-STND-05.colour=red")
    await day.type("amend a wrong value", "orders", "amend", order, "--set", "items.BJK-STND-05.hsk=12")
    await day.type("plan for a step that does not hold", "replay", order, "--step", "book_transport", "--plan")
    planned = await day.fresh_shell("plan", "replay", order, "--step", "lodge_export_declaration", "--plan", "--json")
    version = planned.json["version"]
    await day.type(
        "plan of many", "replay", "--where", "reason = 'error_notice' AND stage = 'export'", "--plan", "--json"
    )
    batch = day.told["plan of many"].json["batch"]["id"]
    await day.type("many as planned", "replay", "--batch", batch, "--plan")
    await day.type("plan of none", "replay", "--where", "owner = 'nobody'", "--plan")
    apply = ("replay", order, "--step", LODGE, "--apply", "--reason", "look again", "--actor", "kim")
    await day.fresh_shell("apply", *apply, "--version", version)
    await day.lane.until(order, lambda p: "read_export_acceptance:d1~2" in p.steps and p.holds)
    await day.type("apply a stale plan", *apply, "--version", version)
    await day.type("papers", "documents", "show", order, "--open", str(folder / "papers"), "--json")
    await day.type("papers for people", "documents", "show", order)
    amended = ("--set", "items.BJK-STND-05.hsk=7616999090", "--reason", "broker", "--actor", "lee")
    await day.type("amend", "orders", "amend", order, *amended)


async def _evening(day: Day, folder: Path) -> None:
    """The parcel travels, and nothing can be decided any more."""
    order = day.order
    await day.type("watch", "orders", "watch", order, "--json")
    await day.type("show at the end", "orders", "show", order, "--json")
    await day.type("amend at the end", "orders", "amend", order, "--set", "consignee.phone=+56 2 0000 0000")
    await day.type("cancel at the end", "orders", "cancel", order, "--reason", "too late")
    await day.type("start at the end", "orders", "start", order)
    await day.fresh_shell("replay at the end", "replay", order, "--step", LODGE, "--plan")
    await day.type("replay of a step that never ran", "replay", order, "--step", "hand_to_broker", "--plan")
    await day.type("unknown order", "orders", "cancel", "2000099999999999")


def test_an_order_without_a_run_is_not_found_and_the_line_says_how_to_start_it(day: Day) -> None:
    assert day.told["show before start"].code == 5
    assert f"tradelane orders start {day.order}" in day.told["show before start"].err
    assert day.told["unknown order"].code == 5
    assert day.order not in day.told["nothing held yet"].out


def test_a_start_is_done_once_and_finds_the_run_the_second_time(day: Day) -> None:
    assert day.told["start"].out == f"Order {day.order} is on its way. Run order/MLC/{day.order}.\n"
    again = day.told["start again"].json
    assert again["sentence"] == f"Order {day.order} was already on its way."
    assert again["workflow_id"] == f"order/MLC/{day.order}"


def test_orders_are_listed_with_their_holds_and_found_by_brand_and_stage(day: Day) -> None:
    row = next(line for line in day.told["list"].out.splitlines() if day.order in line)
    assert "export" in row
    assert "step=lodge_export_declaration" in row
    assert day.told["list of another brand"].out == "No orders.\n"
    assert [order["order_id"] for order in day.told["list of a stage"].json] == [day.order]


def test_a_hold_says_why_and_names_the_command_that_resolves_it(day: Day) -> None:
    held = day.told["holds"].json
    assert [(one["order_id"], one["hold"]["key"]) for one in held] == [(day.order, LODGE)]
    assert held[0]["hold"]["words"] in day.told["hold"].out
    assert f"tradelane orders amend {day.order}" in day.told["hold"].out
    assert "error_notice" in day.told["holds for people"].out
    assert held[0]["hold"]["commands"][0] in day.told["todo"].out
    assert day.told["todo of another desk"].out == "Nothing to do.\n"
    assert f"({LODGE})" in day.told["show"].out


def test_the_doctor_finds_every_part(day: Day) -> None:
    found = {finding["part"]: finding["well"] for finding in day.told["doctor"].json}
    assert found.pop("service") is True
    assert {"database", "clock", "engine", "search attributes", "worker", "mercadolibre", "ktnet"} <= set(found)
    assert all(found.values()), day.told["doctor"].out
    assert day.told["doctor"].code == 0


@pytest.mark.parametrize(
    ("moment", "says"),
    [
        ("resolve with a wrong action", "can be resolved by retry, amend, complete, cancel"),
        ("resolve another step", f"open holds: {LODGE}"),
        ("complete without a result", "fill in"),
        ("amend an unknown path", "items.<SKU>.<field>"),
        ("amend a wrong value", "items.BJK-STND-05.hsk"),
        ("amend at the end", "has ended"),
        ("cancel at the end", "has ended"),
        ("start at the end", "is closed (delivered)"),
    ],
)
def test_what_a_rule_refuses_is_one_line_and_code_3(day: Day, moment: str, says: str) -> None:
    told = day.told[moment]
    assert told.code == 3
    assert told.out == ""
    assert says in told.err
    assert told.err.count("\n") == 1


def test_a_plan_keeps_what_ended_well_and_runs_the_held_step_again(day: Day) -> None:
    plan = day.told["plan"].json
    verdicts = {step["step"]: step["verdict"] for step in plan["steps"]}
    assert verdicts.pop(LODGE) == "run again"
    assert set(verdicts.values()) == {"kept"}
    assert {"read_order", "claim_consignment", "render_documents"} <= set(verdicts)
    assert day.told["plan for a step that does not hold"].code == 5
    never = day.told["replay of a step that never ran"]
    assert never.code == 5
    assert "never ran hand_to_broker; steps that did: open_journey, " in never.err


def test_a_completed_order_can_be_planned_and_the_code_says_that_the_effect_exists(day: Day) -> None:
    told = day.told["replay at the end"]
    assert told.code == 3, told.err
    assert "completed: reset" in told.out
    row = next(line for line in told.out.splitlines() if line.split()[:2] == [LODGE, "blocked"])
    assert "taken over, not written again" in row
    assert "items.BJK-STND-05.hsk=7616999090" in told.out
    assert f"tradelane replay {day.order} --step {LODGE} --apply --version" in told.out


def test_many_are_chosen_from_the_board_and_shown_as_planned(day: Day) -> None:
    planned = day.told["plan of many"]
    assert [(one["order_id"], one["step"], one["state"]) for one in planned.json["orders"]] == [
        (day.order, LODGE, "planned")
    ]
    row = next(line for line in day.told["many as planned"].out.splitlines() if day.order in line)
    assert row.split() == [day.order, LODGE, "planned"]
    assert day.told["plan of none"].code == 5
    assert "No open hold fits" in day.told["plan of none"].err


def test_an_applied_plan_is_done_once(day: Day) -> None:
    assert day.told["apply"].code == 0, day.told["apply"].err
    assert "retry is decided" in day.told["apply"].out
    assert day.told["apply a stale plan"].code == 6
    assert "is stale" in day.told["apply a stale plan"].err


def test_a_replay_is_a_decision_with_actor_and_reason(day: Day) -> None:
    claim = day.lane.resources.consignments.of_order(day.order)  # type: ignore[arg-type]
    assert claim is not None
    decided = [(one.kind, one.actor, one.reason) for one in day.lane.resources.decisions.of_orders(claim.orders)]
    assert ("replay", "kim", "look again") in decided
    assert ("retry", "kim", "look again") in decided
    assert ("amend", "lee", "broker") in decided


def test_papers_are_copied_under_names_a_person_can_read(day: Day) -> None:
    papers = day.told["papers"].json
    names = {Path(paper["file"]).name.partition("_")[2] for paper in papers}
    assert {"commercial_invoice_v1.pdf", "packing_list_v1.pdf"} <= names
    assert all(Path(paper["file"]).stat().st_size == paper["size"] for paper in papers)
    assert "commercial_invoice" in day.told["papers for people"].out


def test_an_amended_order_is_watched_until_it_is_delivered(day: Day) -> None:
    assert day.told["amend"].code == 0, day.told["amend"].err
    assert "goes on" in day.told["amend"].out
    lines = [json.loads(line) for line in day.told["watch"].out.splitlines()]
    assert day.told["watch"].code == 0
    assert lines[-1]["state"] == "delivered"
    assert [line["steps"] for line in lines] == sorted((line["steps"] for line in lines), key=len)
    assert day.told["show at the end"].json["state"] == "delivered"


async def test_a_run_nobody_works_on_is_one_line_and_code_4(
    tmp_path: Path, target: str, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tradelane.desk.orders.ANSWER_TIME", timedelta(seconds=1))
    quiet = open_lane(tmp_path, target, namespace=namespace, with_worker=False, sweeps=False)
    async with quiet as lane:
        for name, value in settings_environment(lane.settings).items():
            monkeypatch.setenv(name, value)
        day = Day(lane)
        await day.type("start", "orders", "start", "2000013770481964")
        shown = await day.type("show", "orders", "show", "2000013770481964")
        cancelled = await day.type("cancel", "orders", "cancel", "2000013770481964")
        doctor = await day.type("doctor", "doctor")
    assert day.told["start"].code == 0
    for told in (shown, cancelled):
        assert told.code == 4
        assert "No worker answers" in told.err
        assert told.err.count("\n") == 1
    assert doctor.code == 4
    assert "nobody polls" in doctor.out

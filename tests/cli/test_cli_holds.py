"""`tradelane holds` as a person types it: lists from the board, and what people write on a hold."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from cli.frame import run
from cli.main import app
from tests.lane import Lane, eventually, open_lane
from tradelane.domain.holds import Fault, Hold, Resolution
from tradelane.domain.identifiers import OrderId
from tradelane.domain.trade_time import KOREA
from tradelane.installation import settings_environment
from tradelane.processes import free_ports
from tradelane.settings import Settings
from tradelane.stores import open_stores

ORDER, OTHER = "2000013770481964", "2000013770481965"
NOW = datetime.now(UTC)
Told = pytest.CaptureFixture[str]


def hold(key: str, hours: float, **more: Any) -> Hold:
    told: dict[str, Any] = {
        "key": key, "stage": "export", "step": key.partition(":")[0], "reason": "error_notice",
        "fault": Fault.AUTHORITY, "words": "품목번호 오류", "owner": "customs desk", "since": NOW,
        "due": NOW + timedelta(hours=hours), "resolutions": (Resolution.RETRY,), "commands": ("tradelane do it",),
    }  # fmt: skip
    return Hold(**(told | more))


# --- without an engine -----------------------------------------------------------------------------------------------


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Three holds of two orders on the board, and no engine."""
    [port] = free_ports("127.0.0.1", 1)
    monkeypatch.setattr("tradelane.desk.session.PATIENCE", 0.0)
    monkeypatch.delenv("TEMPORAL_ADDRESS", raising=False)
    settings = Settings(data_dir=tmp_path / "data", engine_port=port)
    for name, value in settings_environment(settings).items():
        monkeypatch.setenv(name, value)
    with open_stores(settings) as stores:
        first = hold("lodge_export_declaration:d1", 2, assignee="kim")
        asleep = hold("silence", 1, snoozed_until=NOW + timedelta(hours=5))
        stores.holds.post(OrderId(ORDER), "1", ["haneul"], [first, asleep], NOW)
        late = hold("book_transport", 48, stage="handover", reason="refused", owner="forwarding desk")
        stores.holds.post(OrderId(OTHER), "2", ["bajirak"], [late], NOW)
    return settings


def listed(capsys: Told, *words: str) -> list[str]:
    """Keys of the holds a command lists."""
    assert run(app, ["holds", "list", "--json", *words]) == 0
    return [one["hold"]["key"] for one in json.loads(capsys.readouterr().out)]


LODGE = "lodge_export_declaration:d1"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ((), [LODGE, "book_transport"]),
        (("--snoozed",), ["silence", LODGE, "book_transport"]),
        (("--due", "24h"), [LODGE]),
        (("--due", "90m", "--snoozed"), ["silence"]),
        (("--owner", "forwarding desk"), ["book_transport"]),
        (("--owner", "kim"), [LODGE]),
        (("--seller", "2"), ["book_transport"]),
        (("--exporter", "haneul"), [LODGE]),
        (("--stage", "handover"), ["book_transport"]),
        (("--reason", "refused"), ["book_transport"]),
        (("--step", "lodge_export_declaration"), [LODGE]),
        (("--limit", "1"), [LODGE]),
        (("--owner", "packing bench"), []),
    ],
    ids=" ".join,
)
def test_a_list_is_what_was_asked_for(
    installed: Settings, capsys: Told, words: tuple[str, ...], found: list[str]
) -> None:
    assert listed(capsys, *words) == found


def test_the_table_says_due_order_step_reason_fault_words_and_who(installed: Settings, capsys: Told) -> None:
    assert run(app, ["holds", "list"]) == 0
    told = capsys.readouterr()
    line = next(line for line in told.out.splitlines() if ORDER in line)
    due = (NOW + timedelta(hours=2)).astimezone(KOREA)
    cells = (f"{due:%Y-%m-%d %H:%M} KST", LODGE, "error_notice", "authority", "품목번호 오류")
    for cell in (*cells, "customs desk: kim"):
        assert cell in line
    assert told.err.count("\n") == 1 and "wedged runs and missing workers are not shown" in told.err


def test_a_list_that_was_cut_says_so_beside_the_answer(installed: Settings, capsys: Told) -> None:
    assert run(app, ["holds", "list", "--limit", "1", "--json"]) == 0
    told = capsys.readouterr()
    assert len(json.loads(told.out)) == 1
    assert "There are more than 1; --limit shows them." in told.err


def test_json_gives_the_exact_commands(installed: Settings, capsys: Told) -> None:
    assert run(app, ["holds", "list", "--json"]) == 0
    [first, _] = json.loads(capsys.readouterr().out)
    assert first["hold"]["commands"] == ["tradelane do it"]
    assert (first["order_id"], first["seller_id"], first["exporters"]) == (ORDER, "1", ["haneul"])


def test_a_hold_is_shown_from_the_board(installed: Settings, capsys: Told) -> None:
    assert run(app, ["holds", "show", ORDER, "--step", "silence"]) == 0
    told = capsys.readouterr().out
    assert "What was said: 품목번호 오류" in told
    assert "Asleep until" in told and "  tradelane do it" in told
    assert run(app, ["holds", "show", ORDER, "--step", LODGE, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["assignee"] == "kim"
    assert run(app, ["holds", "show", ORDER]) == 3
    assert "name one with --step" in capsys.readouterr().err


def test_the_worklist_works_without_an_engine(installed: Settings, capsys: Told) -> None:
    assert run(app, ["todo", "--owner", "customs desk"]) == 0
    told = capsys.readouterr()
    assert LODGE in told.out and "silence" not in told.out and "book_transport" not in told.out
    assert "does not answer" in told.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("list", "--stage", "exports"), "'exports' is no stage; write one of intake, "),
        (("list", "--reason", "because"), "'because' is no reason; write one of "),
        (("list", "--owner", "customs"), "write one of catalogue desk, compliance desk, customer desk, customs desk, "),
        (("list", "--seller", "9"), "'9' is no seller"),
        (("list", "--exporter", "x"), "'x' is no exporter"),
        (("list", "--due", "soon"), "write it like 90m, 24h or 2d"),
        (("list", "--limit", "0"), "--limit"),
        (("snooze", ORDER), "Give either --for, such as --for 24h, or --wake."),
        (("snooze", ORDER, "--for", "24h", "--wake"), "Give either --for"),
        (("snooze", ORDER, "--for", "a day"), "write it like 90m, 24h or 2d"),
        (("assign", ORDER), "Missing option '--to'"),
        (("assign", "12ab", "--to", "kim"), "'12ab' is not an order id"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_one_sentence_with_what_is_allowed(
    installed: Settings, capsys: Told, words: tuple[str, ...], says: str
) -> None:
    assert run(app, ["holds", *words]) == 2
    told = capsys.readouterr()
    assert says in told.err and told.err.count("\n") == 1 and told.out == ""


def test_a_list_of_many_is_quick(installed: Settings) -> None:
    """Processor time of the whole command, so that a busy machine does not fail it; bench/ measures the clock."""
    with open_stores(installed) as stores:
        many = [hold(f"silence:{number}", 3) for number in range(300)]
        stores.holds.post(OrderId("2000013000000000"), "1", ["haneul"], many, NOW)
    script = "import resource, sys; from cli.main import app; from cli.frame import run; code = run(app, sys.argv[1:]);"
    script += "used = resource.getrusage(resource.RUSAGE_SELF); print(code, used.ru_utime + used.ru_stime)"
    told = subprocess.run([sys.executable, "-c", script, "holds", "list"], capture_output=True, text=True, check=True)
    code, used = told.stdout.splitlines()[-1].split()
    assert (code, float(used) < 3.0) == ("0", True)
    assert told.stdout.count("silence") == 99


# --- with engine and worker ------------------------------------------------------------------------------------------


@dataclass
class Day:
    """What was typed and answered."""

    lane: Lane
    order: str = ""
    told: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)

    async def type(self, moment: str, *words: str) -> tuple[int, str, str]:
        """Type a command; it runs on a thread, since it brings an event loop of its own."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = await asyncio.to_thread(run, app, words)
        self.told[moment] = (code, out.getvalue(), err.getvalue())
        return self.told[moment]

    async def board(self, *words: str) -> list[dict[str, Any]]:
        """The holds of our order, once the run has posted what it last did."""
        code, out, _ = await self.type("list", "holds", "list", "--json", *words)
        if code:  # nobody by that name has taken a hold yet
            return []
        return [one["hold"] for one in json.loads(out) if one["order_id"] == self.order]

    async def until(self, what: Any, *words: str) -> dict[str, Any]:
        async def there() -> list[dict[str, Any]]:
            return [one for one in (await self.board(*words))[:1] if what(one)]

        [found] = await eventually(there)
        return found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def day(tmp_path_factory: pytest.TempPathFactory, target: str, module_namespace: str) -> AsyncIterator[Day]:
    """An order that customs refuses is listed, taken, put to sleep, woken and mended."""
    folder = tmp_path_factory.mktemp("holds")
    # the worker in this very process would log into the answers of the commands
    with pytest.MonkeyPatch.context() as patch, capture_logs() as logs:
        async with open_lane(folder, target, namespace=module_namespace) as lane:
            for name, value in settings_environment(lane.settings).items():
                patch.setenv(name, value)
            day = Day(lane)
            sold = await lane.sell("hs_refused", orders=[{"items": [{"sku": "BJK-STND-05"}]}])
            day.order = order = str(sold[0]["order_id"])
            await lane.held(order, LODGE)
            await day.until(lambda one: one["key"] == LODGE)
            await day.type("missing", "holds", "list", "--reason", "no_worker", "--json")
            await day.type("assign another step", "holds", "assign", order, "--step", "silence", "--to", "kim")
            await day.type("assign", "holds", "assign", order, "--step", "lodge_export_declaration", "--to", "kim")
            await day.until(lambda one: one["assignee"] == "kim", "--owner", "kim")
            await day.type("show", "holds", "show", order)
            await day.type("snooze", "holds", "snooze", order, "--for", "60d", "--reason", "the broker looks at it")
            await day.until(lambda one: one["snoozed_until"], "--snoozed")
            await day.type("asleep", "holds", "list")
            await day.type("wake", "holds", "snooze", order, "--wake")
            await day.until(lambda one: True)
            hold_id = f"hold:{order}:{LODGE}:"

            async def told() -> bool:
                day.notices = [log["id"] for log in logs if log["event"] == "notice.told"]
                return any(one.startswith(hold_id) for one in day.notices)

            await eventually(told)
            await lane.update(order, "amend", {"set": {"items.BJK-STND-05.hsk": "7616999090"}})
            await lane.ended(order)
            await day.type("at the end", "holds", "list")
            yield day


def test_a_hold_is_taken_and_everybody_sees_by_whom(day: Day) -> None:
    assert day.told["assign"][0] == 0, day.told["assign"]
    assert "kim" in day.told["assign"][1]
    assert "desk: kim" in day.told["show"][1]


def test_a_step_that_does_not_hold_cannot_be_taken(day: Day) -> None:
    code, out, err = day.told["assign another step"]
    assert (code, out) == (5, "") and "has no hold at silence" in err


def test_a_hold_that_sleeps_is_on_no_list_until_it_is_woken(day: Day) -> None:
    assert day.told["snooze"][0] == day.told["wake"][0] == 0, day.told["snooze"]
    assert day.told["asleep"][1] == "No open holds.\n"
    kinds = {one.kind for one in day.lane.resources.decisions.of_orders((OrderId(day.order),))}
    assert {"assign", "snooze", "amend"} <= kinds


def test_the_desk_was_told_once(day: Day) -> None:
    mine = [one for one in day.notices if one.startswith(f"hold:{day.order}:{LODGE}:")]
    assert len(mine) == 1


def test_every_queue_has_its_worker_and_nothing_waits_at_the_end(day: Day) -> None:
    assert day.told["missing"] == (0, "[]\n", "")
    assert day.told["at the end"][1] == "No open holds.\n"
    closed = day.lane.resources.holds.of_order(OrderId(day.order))
    assert closed and all(one.closed_at for one in closed)

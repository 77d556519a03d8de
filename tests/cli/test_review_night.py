"""A night at the desk: what a list, a worklist and an order say must be true and readable at three in the morning."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import socket
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
from tests.lane import Lane, open_lane
from tradelane.domain.holds import Fault, Hold, Resolution
from tradelane.domain.identifiers import OrderId
from tradelane.installation import settings_environment
from tradelane.processes import free_ports
from tradelane.settings import Settings
from tradelane.stores import open_stores

ORDER = "2000013770481964"
NOW = datetime.now(UTC)
LATE = datetime(2030, 11, 26, 20, 4, tzinfo=UTC)
LATE_IN_SEOUL = "2030-11-27 05:04"
Told = pytest.CaptureFixture[str]


def hold(key: str, **more: Any) -> Hold:
    told: dict[str, Any] = {
        "key": key, "stage": "export", "step": key.partition(":")[0], "reason": "error_notice",
        "fault": Fault.AUTHORITY, "words": "세번부호 오류", "owner": "customs desk", "since": NOW, "due": LATE,
        "resolutions": (Resolution.RETRY,), "commands": ("tradelane do it",),
    }  # fmt: skip
    return Hold(**(told | more))


# --- without an engine -----------------------------------------------------------------------------------------------


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Three holds on the board: one taken, one that has slept and is awake, one of the bench; no engine."""
    [port] = free_ports("127.0.0.1", 1)
    monkeypatch.setattr("tradelane.desk.session.PATIENCE", 0.0)
    monkeypatch.delenv("TEMPORAL_ADDRESS", raising=False)
    settings = Settings(data_dir=tmp_path / "data", engine_port=port)
    for name, value in settings_environment(settings).items():
        monkeypatch.setenv(name, value)
    taken = hold("lodge_export_declaration:d1", assignee="kim")
    awake = hold("silence", snoozed_until=NOW - timedelta(hours=1))
    bench = hold("confirm_packing", reason="packing", owner="packing bench")
    with open_stores(settings) as stores:
        stores.holds.post(OrderId(ORDER), "1", ["haneul"], [taken, awake, bench], NOW)
    return settings


@pytest.mark.parametrize("words", [("holds", "list"), ("todo",), ("packing", "list")], ids=" ".join)
def test_lists_say_korean_time_as_notices_do(installed: Settings, capsys: Told, words: tuple[str, ...]) -> None:
    """A notice that says 05:04 and a list that says 20:04 of the day before are two clocks for one deadline."""
    assert run(app, list(words)) == 0
    out = capsys.readouterr().out
    assert LATE_IN_SEOUL in out
    assert "KST" in out
    assert "UTC" not in out


def test_json_keeps_instants_in_utc(installed: Settings, capsys: Told) -> None:
    assert run(app, ["holds", "list", "--json"]) == 0
    assert {one["hold"]["due"] for one in json.loads(capsys.readouterr().out)} == {"2030-11-26T20:04:00Z"}


def test_the_worklist_says_who_has_taken_what(installed: Settings, capsys: Told) -> None:
    assert run(app, ["todo"]) == 0
    lines = capsys.readouterr().out.splitlines()
    head = f"{LATE_IN_SEOUL} KST  customs desk (kim): order {ORDER}, lodge_export_declaration:d1"
    assert lines[lines.index(head) + 1 : lines.index(head) + 3] == [
        "  error_notice: 세번부호 오류", "  tradelane do it",
    ]  # fmt: skip
    assert run(app, ["todo", "--owner", "kim", "--json"]) == 0
    [task] = json.loads(capsys.readouterr().out)
    assert (task["order_id"], task["step"], task["assignee"]) == (ORDER, "lodge_export_declaration:d1", "kim")
    assert run(app, ["todo", "--owner", "kimm"]) == 2
    assert "'kimm' is no desk and nobody who has taken a hold" in capsys.readouterr().err


def test_the_worklist_speaks_korean(installed: Settings, capsys: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADELANE_LANGUAGE", "ko")
    assert run(app, ["todo", "--owner", "kim"]) == 0
    out = capsys.readouterr().out
    assert f"통관팀 (kim): 주문 {ORDER}, " in out
    assert "세관 오류통보 (error_notice): 세번부호 오류" in out


def test_a_step_that_does_not_exist_is_no_quiet_night(installed: Settings, capsys: Told) -> None:
    assert run(app, ["holds", "list", "--step", "book_transprot"]) == 2
    assert "'book_transprot' is no step and no hold's key; write one of " in capsys.readouterr().err
    for known in ("book_transport", "read_export_acceptance:d1", "carrier"):
        assert run(app, ["holds", "list", "--step", known]) == 0, known
        assert capsys.readouterr().out == "No open holds.\n"


def test_a_hold_that_woke_does_not_read_as_if_it_slept(installed: Settings, capsys: Told) -> None:
    assert run(app, ["holds", "show", ORDER, "--step", "silence"]) == 0
    assert "Asleep" not in capsys.readouterr().out


def test_a_pace_that_does_not_count_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Told) -> None:
    """The clock record of a folder stays; `up` with another pace would else run in real time without a word."""
    monkeypatch.delenv("TEMPORAL_ADDRESS", raising=False)
    data = tmp_path / "data"
    with open_stores(Settings(data_dir=data)) as stores:
        assert stores.clock.read().pace == 1
    with socket.socket() as taken:  # up must not get further than this
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert run(app, ["up", "--data-dir", str(data), "--engine-port", port, "--days-per-second", "0.5"]) == 4
    assert "clock.json says pace 1 (trade seconds a second) and stays" in capsys.readouterr().out


# --- with everything -------------------------------------------------------------------------------------------------


@dataclass
class Night:
    """What was typed and answered."""

    order: str = ""
    lost: str = ""
    told: dict[str, tuple[int, str, str]] = field(default_factory=dict)

    async def type(self, moment: str, *words: str) -> None:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = await asyncio.to_thread(run, app, words)
        self.told[moment] = (code, out.getvalue(), err.getvalue())


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def night(tmp_path_factory: pytest.TempPathFactory, target: str, module_namespace: str) -> AsyncIterator[Night]:
    """One order is delivered; the run of another is terminated in the UI."""
    folder = tmp_path_factory.mktemp("night")
    with pytest.MonkeyPatch.context() as patch, capture_logs():
        async with open_lane(folder, target, namespace=module_namespace, sweeps=False) as lane:
            for name, value in settings_environment(lane.settings).items():
                patch.setenv(name, value)
            patch.delenv("TRADELANE_SEVENTEENTRACK_TOKEN", raising=False)  # a fresh shell knows nothing of simulators
            night = Night()
            await _deliver(night, lane)
            await _terminate(night, lane)
            await night.type("nobody's orders", "orders", "list", "--exporter", "hanul")
            yield night


async def _deliver(night: Night, lane: Lane) -> None:
    sold = await lane.sell("hs_refused", orders=[{"items": [{"sku": "BJK-STND-05"}]}])
    night.order = str(sold[0]["order_id"])
    await lane.held(night.order, "lodge_export_declaration:d1")
    await lane.update(night.order, "amend", {"set": {"items.BJK-STND-05.hsk": "7616999090"}, "actor": "kim"})
    await lane.until(night.order, lambda p: "watch_tracking" in p.steps)
    await night.type("show", "orders", "show", night.order)
    await night.type("plan", "replay", night.order, "--step", "watch_tracking", "--plan")


async def _terminate(night: Night, lane: Lane) -> None:
    sold = await lane.sell("hs_refused", orders=[{"items": [{"sku": "BJK-STND-05"}]}])
    night.lost = str(sold[0]["order_id"])
    await lane.held(night.lost, "lodge_export_declaration:d1")
    await lane.run_of(night.lost).terminate("by mistake")
    await night.type("show lost", "orders", "show", night.lost)
    await night.type("amend lost", "orders", "amend", night.lost, "--set", "items.BJK-STND-05.hsk=7616999090")


def test_a_fresh_shell_can_ask_a_simulated_counterparty(night: Night) -> None:
    """The keys that simulators make up are in no environment; without them every plan would say `nobody can tell`."""
    code, out, err = night.told["plan"]
    assert code == 3, (out, err)
    [line] = [line for line in out.splitlines() if line.strip().startswith("watch_tracking")]
    assert "blocked" in line


def test_the_steps_of_an_order_are_no_list_of_decision_numbers(night: Night) -> None:
    code, out, _ = night.told["show"]
    assert code == 0
    assert "lodge_export_declaration:d1" in out
    assert "record_decision" not in out
    assert "kim: amend; items.BJK-STND-05.hsk" in out


@pytest.mark.parametrize(("moment", "code"), [("show lost", 0), ("amend lost", 3)])
def test_a_terminated_run_is_not_shown_as_one_that_runs_or_has_ended(night: Night, moment: str, code: int) -> None:
    said = night.told[moment]
    assert said[0] == code
    assert f"The run of order {night.lost} was terminated without an outcome" in said[2]
    assert f"`tradelane orders start {night.lost}` goes on at once" in said[2]


def test_an_exporter_that_does_not_exist_has_no_quiet_night(night: Night) -> None:
    code, out, err = night.told["nobody's orders"]
    assert (code, out) == (2, "")
    assert "'hanul' is no exporter; write one of banjjak, " in err

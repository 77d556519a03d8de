"""`tradelane gates` as typed: what is wrong is one line, what is done is one sentence, the list shows both."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.frame import run
from cli.main import app
from tradelane.processes import free_ports

Told = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of our own and an engine that is not there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tradelane.desk.session.PATIENCE", 0.0)
    monkeypatch.delenv("TEMPORAL_ADDRESS", raising=False)
    monkeypatch.setenv("TRADELANE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TRADELANE_ENGINE_PORT", str(free_ports("127.0.0.1", 1)[0]))


@pytest.fixture
def with_engine(target: str, namespace: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine of the session."""
    monkeypatch.setattr("tradelane.desk.session.PATIENCE", 5.0)
    monkeypatch.setenv("TRADELANE_ENGINE_PORT", target.rpartition(":")[2])
    monkeypatch.setenv("TRADELANE_NAMESPACE", namespace)


def complaint(told: Told) -> str:
    """The one line on stderr."""
    said = told.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1, said.err
    assert "Traceback" not in said.err
    return said.err


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["close", "carrier"], 2, "Missing option '--reason'"),
        (["close", "curier", "--reason", "x"], 2, "'curier' is no queue; write one of marketplace, filing, customs"),
        (["close", "orders", "--reason", "x"], 2, "'orders' is no queue"),
        (["close", "house", "--reason", "x"], 3, "house is our own books"),
        (["open", ""], 2, "'' is no queue"),
        (["open", "carrier", "--rate", "fast"], 2, "'fast' is no rate; write one such as 2/s, 30/min or 100/h."),
        (["open", "carrier", "--rate", "2"], 2, "'2' is no rate"),
        (["open", "carrier", "--rate", "-2/s"], 2, "'-2/s' is no rate"),
        (["open", "carrier", "--rate", "0/s"], 2, "that is `tradelane gates close`"),
        (["list"], 4, "does not answer"),
        (["close", "carrier", "--reason", "x"], 4, "does not answer"),
        (["open", "carrier"], 4, "does not answer"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else None,
)
def test_what_cannot_be_done_is_one_line(words: list[str], code: int, says: str, capsys: Told) -> None:
    assert run(app, ["gates", *words]) == code
    assert says in complaint(capsys)


@pytest.mark.usefixtures("with_engine")
def test_a_gate_is_closed_listed_and_opened(capsys: Told) -> None:
    assert run(app, ["gates", "close", "carrier", "--reason", "DHL maintenance", "--actor", "kim"]) == 0
    assert capsys.readouterr().out == "carrier is closed; open it with `tradelane gates open carrier`.\n"
    assert run(app, ["gates", "list"]) == 0
    [carrier] = [line for line in capsys.readouterr().out.splitlines() if line.strip().startswith("carrier")]
    assert "closed" in carrier
    assert "kim" in carrier
    assert "DHL maintenance" in carrier
    assert run(app, ["gates", "open", "carrier", "--rate", "30/min", "--json"]) == 0
    opened = json.loads(capsys.readouterr().out)
    assert (opened["state"], opened["rate"], opened["automatic"]) == ("draining", 0.5, False)
    assert run(app, ["gates", "list", "--json"]) == 0
    rows = {row["queue"]: row for row in json.loads(capsys.readouterr().out)}
    assert list(rows) == ["marketplace", "filing", "customs", "carrier", "tracking", "house"]
    assert (rows["carrier"]["state"], rows["carrier"]["engine"]) == ("draining", "")
    assert (rows["filing"]["quota_used"], rows["filing"]["quota_limit"]) == (0, 10000)
    assert run(app, ["gates", "open", "carrier"]) == 0
    assert capsys.readouterr().out == "carrier is open.\n"


@pytest.mark.usefixtures("with_engine")
def test_a_rule_or_an_empty_reason_changes_nothing(capsys: Told) -> None:
    assert run(app, ["gates", "open", "tracking", "--rate", "3/s"]) == 3
    assert "tracking bears 1.5 a second at most" in complaint(capsys)
    assert run(app, ["gates", "close", "tracking", "--reason", " "]) == 2
    assert "wants a --reason" in complaint(capsys)
    assert run(app, ["gates", "list", "--json"]) == 0
    assert {row["since"] for row in json.loads(capsys.readouterr().out)} == {None}

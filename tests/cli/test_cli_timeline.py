"""Timelines at the command line: shown, exported, verified, with exit codes for scripts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.frame import run
from cli.main import app
from tradelane.domain import timeline
from tradelane.domain.identifiers import OrderId
from tradelane.settings import Settings
from tradelane.stores import open_stores

ORDER = OrderId("2000013770481964")
AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
Told = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation with one timeline of two lines."""
    monkeypatch.setenv("TRADELANE_DATA_DIR", str(tmp_path / "data"))
    with open_stores(Settings()) as stores:
        for line in (timeline.paper("commercial_invoice", 1, "ab" * 32), timeline.outcome("delivered")):
            timeline.append(stores.journal, ORDER, line, at=AT, actor="m.kim")


def test_an_order_alone_is_shown(capsys: Told) -> None:
    assert run(app, ["timeline", ORDER]) == 0
    short = capsys.readouterr().out
    assert run(app, ["timeline", "show", ORDER]) == 0
    assert capsys.readouterr().out == short
    assert "outcome: delivered" in short
    assert "m.kim" in short
    assert run(app, ["timeline", ORDER, "--json"]) == 0
    assert [line["position"] for line in json.loads(capsys.readouterr().out)] == [1, 2]


def test_a_file_is_exported_and_verified_until_a_byte_is_flipped(tmp_path: Path, capsys: Told) -> None:
    file = tmp_path / "timeline.json"
    assert run(app, ["timeline", "export", ORDER, "-o", str(file), "--json"]) == 0
    head = json.loads(capsys.readouterr().out)["head"]
    assert run(app, ["timeline", "verify", str(file), "--head", head]) == 0
    assert head in capsys.readouterr().out
    content = bytearray(file.read_bytes())
    content[content.index(b"delivered")] ^= 1
    file.write_bytes(content)
    assert run(app, ["timeline", "verify", str(file)]) == 3
    told = capsys.readouterr().err
    assert told == "Line 2 was changed: its digest does not fit what it says.\n"


def test_the_database_is_verified_with_and_without_a_head(capsys: Told) -> None:
    assert run(app, ["timeline", "verify", "--order", ORDER, "--json"]) == 0
    head = json.loads(capsys.readouterr().out)["head"]
    assert run(app, ["timeline", "verify", "--order", ORDER, "--head", head]) == 0
    assert run(app, ["timeline", "verify", "--order", ORDER, "--head", "0" * 64]) == 3
    assert "cut off" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["timeline", "verify"], 2),
        (["timeline", "verify", "a.json", "--order", ORDER], 2),
        (["timeline", "verify", "absent.json"], 2),
        (["timeline", "show", "abc"], 2),
        (["timeline", "abc"], 2),
        (["timeline", "2000013770481999"], 5),
        (["timeline", "export", "2000013770481999", "-o", "never.json"], 5),
        (["timeline", "verify", "--order", "2000013770481999"], 5),
    ],
)
def test_what_cannot_be_done_is_one_line_with_a_code(words: list[str], code: int, capsys: Told) -> None:
    assert run(app, words) == code
    assert capsys.readouterr().err.count("\n") == 1

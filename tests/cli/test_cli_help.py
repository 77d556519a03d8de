"""Help, reference and exit codes: what a person reads before typing anything."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from cli.frame import run
from cli.main import app
from cli.reference import Entry, entries, page
from tradelane.desk.complaints import EXIT_CODES

ROOT = Path(__file__).parents[2]
HEAVY = ("temporalio", "sqlalchemy", "httpx", "pydantic", "fastapi", "reportlab")
COMMANDS = list(entries())


def asked(*words: str) -> subprocess.CompletedProcess[str]:
    """A command typed in a fresh shell."""
    return subprocess.run([sys.executable, "-m", "cli", *words], capture_output=True, text=True, cwd=ROOT, check=False)


def test_the_help_imports_nothing_heavy() -> None:
    """`tradelane --help` must answer at once, so commands import what they need inside."""
    script = (
        "import sys; from cli.main import app; from cli.frame import run; code = run(app, ['--help']);"
        f"print(code, [name for name in {HEAVY!r} if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    assert told.stdout.splitlines()[-1] == "0 []"


def test_the_help_costs_less_than_three_tenths_of_a_second() -> None:
    """Processor time, so that a busy machine does not fail it."""

    def cost() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    took = []
    for _ in range(3):
        before = cost()
        assert asked("--help").returncode == 0
        took.append(cost() - before)
    assert min(took) < 0.3


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda entry: entry.path)
def test_every_command_has_an_example_of_itself_and_prints_json(entry: Entry) -> None:
    assert entry.help, "a command says what it does"
    assert entry.example.startswith(f"tradelane {entry.path}")
    assert any(name == "--json" for name, _ in entry.options)


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda entry: entry.path)
def test_every_command_prints_its_example_in_its_help(entry: Entry, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(app, [*entry.path.split(), "--help"]) == 0
    told = " ".join(capsys.readouterr().out.replace("-\n  ", "-").split())
    assert f"Example: {entry.example}" in told


def test_the_page_in_docs_is_made_from_the_commands() -> None:
    """Renew it with `python -m cli.reference > docs/cli.md`."""
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda entry: entry.path)
def test_every_command_stands_in_docs_with_its_example(entry: Entry) -> None:
    told = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert f"### `tradelane {entry.path}" in told
    assert f"```sh\n{entry.example}\n```" in told


def test_the_table_of_exit_codes_can_be_read_by_a_script(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(app, ["exit-codes", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {str(code): meaning for code, meaning in EXIT_CODES.items()}
    assert list(told) == ["0", "1", "2", "3", "4", "5", "6"]


def test_the_console_script_ends_with_the_code_of_the_command() -> None:
    script = Path(sys.executable).with_name("tradelane")
    told = subprocess.run(
        [script, "orders", "start"], capture_output=True, text=True, check=False, env=dict(os.environ)
    )
    assert told.returncode == 2
    assert told.stderr.count("\n") == 1

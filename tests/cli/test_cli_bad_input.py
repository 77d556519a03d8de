"""Bad input: one clear line on stderr, the documented code, never a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cli.frame import pairs, run
from cli.main import app
from tradelane.desk.complaints import WrongUsage
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


def complaint(told: Told) -> str:
    """The one line on stderr."""
    said = told.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1, said.err
    assert "Traceback" not in said.err
    return said.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nothing-like-this"], "No such command 'nothing-like-this'"),
        (["orders", "start"], "Missing argument 'ORDER'"),
        (["orders", "start", "12ab"], "'12ab' is not an order id"),
        (["orders", "show", ""], "'' is not an order id"),
        (["orders", "list", "--limit", "none"], "--limit"),
        (["orders", "list", "--limit", "0"], "--limit"),
        (["orders", "amend", "2000013770481964"], "Missing option '--set'"),
        (["orders", "amend", "2000013770481964", "--set", "hsk"], "--set wants name=value, not 'hsk'"),
        (["holds", "resolve", "2000013770481964"], "Missing option '--action'"),
        (["holds", "resolve", "2000013770481964", "--action", "retry", "--result", "=x"], "--result wants name=value"),
        (["replay", "2000013770481964", "--step", "book_transport"], "either --plan or --apply"),
        (["replay", "2000013770481964", "--step", "book_transport", "--apply"], "--apply wants a --reason"),
        (["replay", "2000013770481964", "--plan"], "Name the step with --step"),
        (["replay", "--step", "book_transport", "--plan"], "Name one order, or many"),
        (["replay", "--where", "reason = refused", "--plan"], "is no condition; write e.g."),
        (["replay", "--where", "reason = 'refused'", "--apply", "--reason", "x"], "Many are planned first"),
        (["replay", "--batch", "b1", "--apply", "--reason", "x", "--rate", "fast"], "'fast' is no rate"),
        (["inbox", "list", "--state", "lost"], "'lost' is no state of the inbox"),
        (["catalogue", "set", "SKU-1", "colour=red"], "A product has no field colour"),
        (["catalogue", "set", "SKU-1", "hsk=12"], "hsk"),
        (["catalogue", "set", "SKU-1", "exporter_id=nobody"], "There is no exporter nobody"),
        (["catalogue", "import", "missing.json"], "missing.json cannot be read"),
        (["sellers", "set", "1", "--nickname", "A", "--go-live", "2026-12-01T00:00:00"], "has no zone"),
        (["sellers", "set", "1", "--nickname", "A"], "A new account wants --go-live."),
        (["catalogue", "set", "SKU-1", "origin=XX"], "such as CL or KR.\n"),
        (["orders", "show", "12ab"], "'12ab' is not an order id: it has 1 to 20 digits.\n"),
        (["demo", "--orders", "0"], "--orders"),
        (["up", "--engine-port", "99999"], "'--engine-port'"),
        (["todo", "--bogus"], "No such option: --bogus. Try `tradelane todo --help`.\n"),
        (["doctor", "extra"], "Try `tradelane doctor --help`.\n"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_one_line_and_code_2(words: list[str], says: str, capsys: Told) -> None:
    assert run(app, words) == 2
    assert says in complaint(capsys)


@pytest.mark.parametrize(
    "content", ["not json", "[1, 2]", '{"products": 3}', '{"products": [{"sku": "A-1", "hsk": "12"}]}']
)
def test_a_file_that_does_not_fit_changes_nothing(content: str, tmp_path: Path, capsys: Told) -> None:
    good = '{"sku": "A-0", "brand_name": "Invented"}, '
    (tmp_path / "brands.json").write_text(content.replace('[{"sku": "A-1"', f'[{good}{{"sku": "A-1"'))
    assert run(app, ["catalogue", "import", "brands.json"]) == 2
    assert "brands.json does not fit" in complaint(capsys)
    assert run(app, ["catalogue", "show", "A-0"]) == 5


def test_a_setting_that_does_not_fit_is_named(monkeypatch: pytest.MonkeyPatch, capsys: Told) -> None:
    monkeypatch.setenv("TRADELANE_SERVICE_PORT", "eighty")
    assert run(app, ["doctor"]) == 2
    assert "TRADELANE_SERVICE_PORT" in complaint(capsys)


@pytest.mark.parametrize(
    "words",
    [
        ["orders", "list"],
        ["orders", "start", "2000013770481964"],
        ["orders", "show", "2000013770481964"],
        ["orders", "watch", "2000013770481964"],
        ["orders", "cancel", "2000013770481964"],
        ["orders", "amend", "2000013770481964", "--set", "consignee.phone=1"],
        ["holds", "show", "2000013770481964"],
        ["holds", "assign", "2000013770481964", "--to", "kim"],
        ["holds", "snooze", "2000013770481964", "--for", "24h"],
        ["holds", "resolve", "2000013770481964", "--step", "book_transport", "--action", "retry"],
        ["replay", "2000013770481964", "--step", "book_transport", "--plan"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_an_engine_that_is_not_there_is_one_line_and_code_4(words: list[str], capsys: Told) -> None:
    assert run(app, words) == 4
    said = complaint(capsys)
    assert "does not answer" in said
    assert "tradelane up" in said


def test_what_is_not_known_is_code_5(capsys: Told) -> None:
    assert run(app, ["catalogue", "show", "NO-SUCH"]) == 5
    assert "There is no product NO-SUCH" in complaint(capsys)
    assert run(app, ["exporters", "show", "nobody"]) == 5
    assert "There is no exporter nobody" in complaint(capsys)
    assert run(app, ["sellers", "show", "1"]) == 5
    assert "There is no seller 1" in complaint(capsys)
    assert run(app, ["documents", "show", "2000013770481964"]) == 5
    assert "No consignment holds order 2000013770481964" in complaint(capsys)


def test_a_database_that_cannot_be_opened_is_code_4(monkeypatch: pytest.MonkeyPatch, capsys: Told) -> None:
    monkeypatch.setenv("TRADELANE_DATABASE_URL", "sqlite:////proc/no/such/folder.sqlite")
    assert run(app, ["catalogue", "show"]) == 4
    assert "/proc/no" in complaint(capsys)


def test_a_fault_of_ours_is_one_line_and_code_1(tmp_path: Path) -> None:
    """The whole way out, as the console script takes it."""
    script = (
        "import sys; import cli.main; sys.argv = ['tradelane', 'exit-codes'];"
        "cli.main.run = lambda *_: 1 / 0; cli.main.main()"
    )
    root = Path(__file__).parents[2]
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=root, check=False)
    assert told.returncode == 1
    assert told.stderr == "Our fault, ZeroDivisionError: division by zero. TRADELANE_DEBUG=1 shows where.\n"


@pytest.mark.parametrize(
    ("accredited", "says"),
    [
        (["--regime", "foreign_operator"], "foreign_operator wants --operator-name and --operator-id."),
        (["--regime", "domiciled_operator", "--operator-name", "Invented SpA", "--operator-id", "76.543.210-4"], "RUT"),
    ],
)
def test_an_accreditation_that_accredits_nothing_is_refused(accredited: list[str], says: str, capsys: Told) -> None:
    words = ["sellers", "set", "1", "--nickname", "A", "--go-live", "2026-12-01T00:00:00+09:00", *accredited]
    assert run(app, words) == 2
    assert says in complaint(capsys)
    assert run(app, ["sellers", "show", "1"]) == 5


def test_pairs_keep_what_stands_behind_the_first_equals_sign() -> None:
    assert pairs(["consignee.address=Calle 1 = esquina"], "--set") == {"consignee.address": "Calle 1 = esquina"}
    with pytest.raises(WrongUsage):
        pairs(["consignee.address"], "--set")

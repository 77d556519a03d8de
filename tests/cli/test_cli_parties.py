"""`tradelane parties` as typed: what is done is one sentence, what is wrong is one line and an exit code."""

from __future__ import annotations

import contextlib
import getpass
import json
import sqlite3
from pathlib import Path

import pytest

from cli.frame import run
from cli.main import app
from tradelane.settings import Settings

DEMO = Path(__file__).parents[2] / "tradelane" / "demo" / "party_lists"
CLOCK = '{"trade_epoch": "2026-11-23T01:00:00Z", "real_epoch": "2026-11-23T01:00:00Z", "pace": 0.000001}'
"""A clock that stands, as good as: today is the 23rd of November."""

Told = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "clock.json").write_text(CLOCK)
    monkeypatch.setenv("TRADELANE_DATA_DIR", str(data))


def told(capsys: Told, *words: str) -> str:
    """What a command prints that ends well."""
    assert run(app, ["parties", *words]) == 0
    return capsys.readouterr().out


def complaint(capsys: Told, code: int, *words: str) -> str:
    """The one line on stderr of a command that does not."""
    assert run(app, ["parties", *words]) == code
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "Traceback" not in said
    return said


def import_all(capsys: Told) -> None:
    for name in ("un.xml", "ofac.xml", "eu.xml"):
        told(capsys, "import", str(DEMO / name), "--force")
    told(capsys, "import", str(DEMO / "kr.csv"), "--dated", "2026-11-20", "--by", "k.park")


def test_an_import_is_one_sentence_with_figures(capsys: Told) -> None:
    said = told(capsys, "import", str(DEMO / "kr.csv"), "--dated", "2026-11-20")
    assert said == "KR of 2026-11-20: 2 entries, 2 new, 0 gone.\n"
    said = told(capsys, "import", str(DEMO / "kr.csv"), "--dated", "2026-11-21", "--json")
    assert json.loads(said)["state"]["dated"] == "2026-11-21"
    assert json.loads(said)["before"]["dated"] == "2026-11-20"


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["import", str(DEMO / "kr.csv")], 2, "--dated YYYY-MM-DD"),
        (["import", str(DEMO / "kr.csv"), "--dated", "20.11.2026"], 2, "a day as YYYY-MM-DD, not '20.11.2026'"),
        (["import", str(DEMO / "un.xml")], 3, "--force takes it as it is"),
        (["import", str(DEMO / "un.xml"), "--list", "EU", "--force"], 2, "the list of UN, not that of EU"),
        (["import", str(DEMO / "__init__.py")], 2, "cannot be imported"),
        (["import", "nothing.xml"], 2, "nothing.xml cannot be read"),
        (["show", "XXi.001"], 2, "SOURCE:ENTRY"),
        (["show", "UN:XXi.001"], 5, "There is no list UN"),
        (["check", "Ana Lenga"], 5, "no list of restricted parties yet"),
        (["check", "Ana Lenga", "--threshold", "many"], 2, "75 to 100"),
        (["check", "Ana Lenga", "--threshold", "NaN"], 2, "75 to 100"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_an_exit_code(capsys: Told, words: list[str], code: int, says: str) -> None:
    assert says in complaint(capsys, code, *words)


def test_the_table_of_lists_ends_with_3_while_one_is_missing_or_old(
    capsys: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "UN is missing, OFAC is missing, EU is missing, KR is missing" in complaint(capsys, 3, "lists")
    import_all(capsys)
    assert "UN is old, OFAC is old, EU is old;" in complaint(capsys, 3, "lists"), "they are of January"
    monkeypatch.setenv("TRADELANE_SCREENING_LISTS", "KR")
    assert "good" in told(capsys, "lists")
    rows = json.loads(told(capsys, "lists", "--json"))
    assert {row["source"]: row["condition"] for row in rows} == {
        "KR": "good",
        "EU": "also",
        "OFAC": "also",
        "UN": "also",
    }
    assert rows[0]["age_days"] == 3


def test_who_imported_a_list_is_kept(capsys: Told) -> None:
    import_all(capsys)
    with contextlib.closing(sqlite3.connect(Settings().data_dir / "tradelane.sqlite")) as books:
        actors = dict(books.execute("SELECT source, actor FROM party_lists"))
    assert actors["KR"] == "k.park"
    assert actors["UN"] == getpass.getuser()


def test_an_entry_is_shown_with_all_its_names(capsys: Told) -> None:
    import_all(capsys)
    shown = told(capsys, "show", "KR:KR-9001")
    assert "신기루무역" in shown and "Mirage Nowhere Trading" in shown
    assert json.loads(told(capsys, "show", "OFAC:990002", "--json"))["kind"] == "person"


def test_a_check_prints_hits_or_says_that_there_are_none(capsys: Told) -> None:
    import_all(capsys)
    assert "UN:XXi.001" in told(capsys, "check", "Quimera Inexistente, Zafrán")
    assert told(capsys, "check", "Ana Lenga").strip() == "No entry resembles it."
    hits = json.loads(told(capsys, "check", "Ottokar Nebelhorn", "--json", "--threshold", "75"))
    assert [(hit["source"], hit["entry_id"], hit["score"]) for hit in hits] == [("EU", "EU.99991.1", "100.00")]


@pytest.mark.parametrize("unfit", [" , ", "UN,,EU"])
def test_a_setting_that_names_no_list_is_refused(capsys: Told, monkeypatch: pytest.MonkeyPatch, unfit: str) -> None:
    monkeypatch.setenv("TRADELANE_SCREENING_LISTS", unfit)
    assert "TRADELANE_SCREENING_LISTS does not fit" in complaint(capsys, 2, "lists")

"""Evidence, deadlines and papers at the command line: exit codes, one line for what cannot be done, JSON for scripts."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from cli.frame import run
from cli.main import app
from tests.desk.export_year import ORDER, open_books, pdf, put_export, record
from tradelane.domain.trade_time import TradeClock
from tradelane.settings import Settings
from tradelane.stores import open_stores

Told = pytest.CaptureFixture[str]
PACK = ["evidence", "pack", "--exporter", "haneul", "--period", "2026Q4", "-o"]


@pytest.fixture(autouse=True)
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two exports of November 2026, on 1 December; the second waits for its loading."""
    monkeypatch.chdir(tmp_path)
    settings = Settings(data_dir=tmp_path / "data")
    now = datetime.now(UTC)
    clock = TradeClock(trade_epoch=datetime(2026, 12, 18, 1, 0, tzinfo=UTC), real_epoch=now)
    settings.data_dir.mkdir()
    settings.clock_file.write_text(clock.model_dump_json())
    with open_stores(settings) as stores:
        open_books(stores)
        put_export(stores, record(1))
        put_export(stores, record(2, loaded=False, loaded_on=None, packages_loaded=None))
    monkeypatch.setenv("TRADELANE_DATA_DIR", str(settings.data_dir))
    return tmp_path


def complaint(told: Told) -> str:
    said = told.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1, said.err
    return said.err


def test_a_pack_is_made_and_verified(capsys: Told) -> None:
    assert run(app, [*PACK, "pack.zip"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("pack.zip: haneul, 2026Q4, 1 declarations, ")
    assert "12.90 USD: 17925 KRW; FOB 17946 KRW" in said.out
    assert "2026Q4 is not over: what is loaded until 2026-12-31 is not in this pack." in said.err
    assert "no export declaration certificate" in said.err
    chain = said.out.split("chain ")[1].split()[0]
    assert run(app, ["evidence", "verify", "pack.zip", "--chain", chain]) == 0
    assert "stand as they were written" in capsys.readouterr().out
    assert run(app, ["evidence", "verify", "pack.zip", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["chain"] == chain
    with zipfile.ZipFile("pack.zip") as archive:
        assert archive.testzip() is None


def test_exit_codes_of_verify_are_0_3_and_5(capsys: Told) -> None:
    assert run(app, [*PACK, "pack.zip"]) == 0
    capsys.readouterr()
    assert run(app, ["evidence", "verify", "nothing.zip"]) == 5
    assert "There is no file nothing.zip" in complaint(capsys)
    bad = bytearray(Path("pack.zip").read_bytes())
    bad[len(bad) // 3] ^= 1
    Path("bad.zip").write_bytes(bad)
    assert run(app, ["evidence", "verify", "bad.zip"]) == 3
    assert "bad.zip" in complaint(capsys)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ([*PACK, "data"], 2, "data is there already"),
        ([*PACK, "nowhere/pack.zip"], 2, "nowhere/pack.zip cannot be written: No such file or directory"),
        (["evidence", "pack", "--exporter", "haneul", "--period", "2026Q5", "-o", "x.zip"], 2, "is no period"),
        (["evidence", "pack", "--exporter", "nobody", "--period", "2026Q4", "-o", "x.zip"], 5, "no exporter 'nobody'"),
        (["evidence", "pack", "--exporter", "haneul", "--period", "2025", "-o", "x.zip"], 5, "Nothing of haneul was"),
        (["evidence", "pack", "--exporter", "haneul", "--period", "2026"], 2, "Missing option '-o'"),
        (["evidence", "list"], 2, "Missing option '--exporter'"),
        (["evidence", "list", "--exporter", "nobody"], 5, "no exporter 'nobody'"),
        (["deadlines", "--within", "soon"], 2, "is no span of time"),
        (["deadlines", "--exporter", "nobody"], 5, "no exporter 'nobody'"),
        (["documents", "add", "12ab", "x.pdf", "--kind", "other"], 2, "'12ab' is not an order id"),
        (["documents", "add", ORDER, "x.pdf", "--kind", "other"], 2, "x.pdf cannot be read"),
        (["documents", "add", ORDER, "x.pdf", "--kind", "poem"], 2, "'poem' is no kind of paper"),
        (["documents", "get", ORDER, "--kind", "broker_mail", "-o", "x"], 5, "has no paper broker_mail"),
        (["documents", "get", "1000000000000009", "--kind", "cn23", "-o", "x"], 5, "No consignment holds order"),
    ],
    ids=lambda value: " ".join(value[:4]) if isinstance(value, list) else "",
)
def test_what_cannot_be_done_is_one_line(capsys: Told, words: list[str], code: int, says: str) -> None:
    assert run(app, words) == code
    assert says in complaint(capsys)
    assert not Path("x.zip").exists()


def test_a_pack_with_a_gap_is_refused_and_made_when_asked(installation: Path, capsys: Told) -> None:
    with open_stores(Settings(data_dir=installation / "data")) as stores:
        put_export(stores, record(3, loaded_on=date(2026, 11, 28)))
    assert run(app, [*PACK, "pack.zip"]) == 3
    assert "no base rate" in complaint(capsys)
    assert not Path("pack.zip").exists()
    assert run(app, [*PACK, "pack.zip", "--partial", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["partial"] is True


def test_deadlines_are_listed_with_what_to_do(capsys: Told) -> None:
    assert run(app, ["deadlines", "--within", "7d"]) == 0
    said = capsys.readouterr().out
    assert "2026-12-23" in said
    assert "tradelane orders extend 2000013770481965 --until DATE --reason WHY" in said
    assert run(app, ["deadlines", "--within", "7d", "--json"]) == 0
    [one] = json.loads(capsys.readouterr().out)
    assert (one["number"], one["days_left"]) == ("6N002-26-000002X", 5)
    assert run(app, ["deadlines", "--within", "4d"]) == 0
    assert capsys.readouterr().out == "Nothing is to be loaded within 4d.\n"


def test_quarters_are_listed(capsys: Told) -> None:
    assert run(app, ["evidence", "list", "--exporter", "haneul"]) == 0
    said = capsys.readouterr().out
    assert "2026Q4" in said
    assert "17,925" in said
    assert run(app, ["evidence", "list", "--exporter", "isul"]) == 0
    assert capsys.readouterr().out == "Nothing of isul is loaded yet.\n"


def test_a_certificate_is_handed_in_and_got_back(installation: Path, capsys: Told) -> None:
    Path("c.pdf").write_bytes(pdf("수출신고필증", "신고번호 6N002-26-000001X", "전자문서", "발행번호 2026-00000123456"))
    assert run(app, ["documents", "add", ORDER, "c.pdf", "--kind", "export_certificate", "--actor", "kim"]) == 0
    assert "6N002-26-000001X, electronic" in capsys.readouterr().out
    assert run(app, ["documents", "get", ORDER, "--kind", "export_certificate", "-o", "again.pdf"]) == 0
    assert Path("again.pdf").read_bytes() == Path("c.pdf").read_bytes()
    capsys.readouterr()
    Path("d.pdf").write_bytes(pdf("견본 (수출)", "수출신고필증", "신고번호 6N002-26-000001X", "전자문서 발행번호"))
    assert run(app, ["documents", "add", ORDER, "d.pdf", "--kind", "export_certificate"]) == 3
    assert "is a draft" in complaint(capsys)


def test_lists_wait_for_no_heavy_library() -> None:
    code = (
        "import sys; from cli.frame import run; from cli.main import app;"
        "run(app, ['deadlines']); run(app, ['evidence', 'list', '--exporter', 'haneul']);"
        "print([n for n in ('openpyxl', 'pypdf', 'reportlab', 'rapidfuzz') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]"

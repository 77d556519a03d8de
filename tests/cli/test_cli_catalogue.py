"""Catalogue and exporters through the command line: what is printed, and with which code each command ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.frame import run
from cli.main import app

BRANDS = Path(__file__).parents[2] / "tradelane" / "demo" / "brands.json"
SKU = "BJK-STND-05"
Told = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Told) -> Path:
    monkeypatch.setenv("TRADELANE_DATA_DIR", str(tmp_path / "data"))
    assert run(app, ["exporters", "import", str(BRANDS)]) == 0
    assert run(app, ["catalogue", "import", str(BRANDS)]) == 0
    capsys.readouterr()
    return tmp_path


def told(capsys: Told, *words: str, code: int = 0) -> tuple[str, str]:
    assert run(app, list(words)) == code
    said = capsys.readouterr()
    return said.out, said.err


def told_json(capsys: Told, *words: str, code: int = 0) -> Any:
    return json.loads(told(capsys, *words, "--json", code=code)[0])


def test_an_export_is_imported_again_without_change(filled: Path, capsys: Told) -> None:
    for ending in ("csv", "xlsx"):
        path = str(filled / f"products.{ending}")
        assert told(capsys, "catalogue", "export", path)[0] == f"{path}: 25 products.\n"
        assert told(capsys, "catalogue", "import", path)[0] == (
            "25 products of the file: 0 new, 0 changed, 25 unchanged.\n"
        )
    assert told_json(capsys, "catalogue", "import", path)["unchanged"] == 25


def test_bad_rows_are_a_table_and_a_sentence_and_nothing_is_taken(filled: Path, capsys: Told) -> None:
    path = filled / "products.csv"
    path.write_text('sku,net_weight_g\nA,100\nB,0\nC,"1,200"\n', encoding="utf-8")
    out, err = told(capsys, "catalogue", "import", str(path), code=2)
    assert "net_weight_g" in out and "1,200 can mean 1200 or 1.200; write 1200" in out
    assert (
        err
        == f"{path} does not fit: line 3, net_weight_g: is 0; it must be above zero, and 1 more. Nothing was taken from it.\n"
    )
    assert [one["line"] for one in told_json(capsys, "catalogue", "import", str(path), code=2)["problems"]] == [3, 4]
    assert len(told_json(capsys, "catalogue", "show")) == 25


def test_partial_takes_what_fits_and_ends_with_3(filled: Path, capsys: Told) -> None:
    path = filled / "products.csv"
    path.write_text("sku,net_weight_g\nA,100\nB,0\n", encoding="utf-8")
    out, err = told(capsys, "catalogue", "import", str(path), "--partial", code=3)
    assert "1 product of the file: 1 new" in out and "it must be above zero" in out
    assert err == "1 problems: their rows were left out.\n"
    assert len(told_json(capsys, "catalogue", "show")) == 26


def test_a_file_in_another_encoding_says_how_to_save_it(filled: Path, capsys: Told) -> None:
    path = filled / "products.csv"
    path.write_bytes("sku,description_ko\nA,면 티셔츠\n".encode("cp949"))
    _, err = told(capsys, "catalogue", "import", str(path), code=2)
    assert "is MS949, not UTF-8 (line 2); save it as CSV UTF-8" in err
    told(capsys, "catalogue", "import", str(path), "--encoding", "cp949")
    assert told_json(capsys, "catalogue", "show", "A")[0]["description_ko"] == "면 티셔츠"


def test_who_imports_may_approve(filled: Path, capsys: Told) -> None:
    path = filled / "products.csv"
    path.write_text("sku,hsk,cl_tariff\nA,6109101000,61091010\n", encoding="utf-8")
    told(capsys, "catalogue", "import", str(path), "--by", "kim", code=2)
    told(capsys, "catalogue", "import", str(path), "--by", "kim", "--reason", "rulings 26-7")
    [product] = told_json(capsys, "catalogue", "show", "A")
    assert (product["hsk_approval"]["by"], product["cl_tariff_approval"]["reason"]) == ("kim", "rulings 26-7")


def test_a_code_that_is_set_is_approved_by_nobody_until_somebody_does(capsys: Told) -> None:
    assert told(capsys, "catalogue", "check")[0] == "No product would hold an order.\n"
    out, err = told(capsys, "catalogue", "set", SKU, "hsk=7616.99-9090")
    assert out == f"{SKU}: hsk set.\n"
    assert f"nobody has approved it now; `tradelane catalogue approve {SKU} --code hsk" in err
    [trouble] = told_json(capsys, "catalogue", "check", SKU, code=3)
    assert (trouble["step"], trouble["reason"]) == ("plan_consignment", "missing_data")
    command = trouble["command"].replace("NAME", "kim").replace("WHY", "ruling").split()[1:]
    out, _ = told(capsys, *command)
    assert f"{SKU}: hsk 7616999090 approved by kim on " in out
    assert told_json(capsys, "catalogue", "check") == []
    assert "7616999090 by kim on" in told(capsys, "catalogue", "show", SKU)[0]


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("approve", SKU), 2, "An approval wants --by NAME and --reason WHY."),
        (("approve", "NONE", "--by", "kim", "--reason", "x"), 5, "There is no product NONE"),
        (("approve", SKU, "--code", "hs", "--by", "kim", "--reason", "x"), 2, "--code is hsk, cl_tariff or both"),
        (("set", SKU, "hsk"), 2, "catalogue set wants name=value"),
        (("set", SKU, "hsk_approval=kim"), 2, "a code is approved by `tradelane catalogue approve`"),
        (("show", "NONE"), 5, "There is no product NONE"),
        (("check", "NONE"), 5, "There is no product NONE"),
        (("check", "--exporter", "nobody"), 5, "There is no exporter nobody"),
        (("export", "products.ods"), 2, "the name ends with .csv or .xlsx"),
        (("import", "none.csv"), 2, "cannot be read: No such file"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_its_code(
    capsys: Told, words: tuple[str, ...], code: int, sentence: str
) -> None:
    out, err = told(capsys, "catalogue", *words, code=code)
    assert out == "" and sentence in err and err.count("\n") == 1


def test_exporters_are_set_checked_and_shown(capsys: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """Customs is read by a person here, so that nobody compares the offices: that is said, and no silent pass."""
    monkeypatch.setenv("TRADELANE_CUSTOMS", "manual")
    offices = told_json(capsys, "exporters", "check")
    assert len(offices) == 6 and {one["effect"] for one in offices} == {"unchecked"}
    assert "https://unipass.customs.go.kr" in offices[0]["what"]
    out, err = told(capsys, "exporters", "set", "haneul", "channel=broker", "representative_ko=한가람솔빛나라")
    assert out == "haneul: channel, representative_ko set.\n"
    assert err.startswith("note: representative_ko: it has 14 EUC-KR bytes")
    found = told_json(capsys, "exporters", "check", "haneul", code=3)
    assert [(one["effect"], one["holds"], one["step"]) for one in found] == [
        ("holds", True, "lodge_export_declaration"),
        ("cut", False, "lodge_export_declaration"),
        ("unchecked", False, "lodge_export_declaration"),
    ]
    broker = ("broker.name=관세법인 예시", "broker.declarant_code=6N002", "broker.email=desk@broker.example")
    told(capsys, "exporters", "set", "haneul", *broker)
    assert "cut" in told(capsys, "exporters", "check", "haneul")[0], "what is only cut holds nothing"
    assert told_json(capsys, "exporters", "show", "haneul")[0]["broker"]["email"] == "desk@broker.example"
    assert "broker" in told(capsys, "exporters", "show")[0]


def test_wrong_exporters_are_a_table_and_a_sentence(filled: Path, capsys: Told) -> None:
    path = filled / "exporters.csv"
    path.write_text("id,postcode\nhaneul,4799\n", encoding="utf-8")
    out, err = told(capsys, "exporters", "import", str(path), code=2)
    assert out == "" and "line 2, postcode" in err and "a spreadsheet drops leading zeros" in err
    path.write_text("id,city_en\nhaneul,Busan\n", encoding="utf-8")
    assert told(capsys, "exporters", "import", str(path))[0] == "1 exporter stands as the file says.\n"
    assert told_json(capsys, "exporters", "show", "haneul")[0]["city_en"] == "Busan"

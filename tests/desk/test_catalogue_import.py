"""A sheet of products is taken whole or not at all, and what is wrong with it is named by line, column and reason."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tradelane.demo import load
from tradelane.desk.catalogue import approver, export_products, products, set_product
from tradelane.desk.catalogue_import import ImportReport, import_products
from tradelane.desk.complaints import WrongUsage
from tradelane.desk.sheet import BadRows
from tradelane.domain.catalogue import Battery, approved
from tradelane.settings import Settings
from tradelane.stores import Stores, open_stores

ROW = {
    "sku": "HN-1",
    "exporter_id": "haneul",
    "brand_name": "Haneulgyeol",
    "description_ko": "면 반팔 티셔츠",
    "description_en": "Knitted cotton T-shirt",
    "hsk": "6109.10-1000",
    "cl_tariff": "6109.1010",
    "origin": "KR",
    "net_weight_g": "220",
    "length_cm": "30.5",
    "needs_permit": "no",
    "alcohol_percent": "0",
    "battery": "none",
    "aerosol": "no",
    "magnet": "no",
}
"""A row that fits."""


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    with open_stores(Settings(data_dir=tmp_path / "data")) as opened:
        for exporter in load.exporters(load.brands()):
            opened.exporters.put(exporter)
        yield opened


def text_of(*rows: dict[str, str]) -> str:
    target = io.StringIO(newline="")
    writer = csv.DictWriter(target, list(dict.fromkeys(name for row in rows for name in row)), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue()


def file_of(folder: Path, content: str | bytes, name: str = "products.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def taken(stores: Stores, folder: Path, *rows: dict[str, str], partial: bool = False) -> ImportReport:
    return import_products(stores, file_of(folder, text_of(*rows)), partial=partial)


def problems(stores: Stores, path: Path) -> list[tuple[int, str, str]]:
    with pytest.raises(BadRows) as refused:
        import_products(stores, path)
    assert stores.catalogue.all() == (), "all or nothing"
    return [(one.line, one.column, one.reason) for one in refused.value.problems]


def test_a_row_that_fits_becomes_a_product(stores: Stores, tmp_path: Path) -> None:
    report = taken(stores, tmp_path, ROW)
    [product] = stores.catalogue.all()
    assert (report.written, report.new, report.unchanged) == (1, 1, 0)
    assert (product.hsk, product.cl_tariff, product.net_weight_g) == ("6109101000", "61091010", 220)
    assert (str(product.length_cm), product.needs_permit, product.battery) == ("30.5", False, Battery.NONE)
    assert product.hsk_approval is None and product.magnet is False


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("net_weight_g", "1,200", "1,200 can mean 1200 or 1.200; write 1200"),
        ("net_weight_g", "1 200", "1 200 has separators; write 1200"),
        ("net_weight_g", "1\u00a0200", "has separators; write 1200"),
        ("net_weight_g", "1'200", "write 1200"),
        ("gross_weight_g", "12,345,678", "12,345,678 has separators; write 12345678"),
        ("net_weight_g", "1.200", "1.200 is not in whole grams"),
        ("net_weight_g", "0", "is 0; it must be above zero"),
        ("net_weight_g", "-220", "is -220; it must be above zero"),
        ("net_weight_g", "0.22", "0.22 is not in whole grams; no separators, no kilograms"),
        ("net_weight_g", "220g", "220g names a unit; write the number alone (whole grams)"),
        ("net_weight_g", "0.22 kg", "names a unit"),
        ("net_weight_g", "1E+999999", "may have rounded"),
        ("net_weight_g", "NaN", "is no number anybody ships"),
        ("net_weight_g", "2000000", "less than or equal to 1000000"),
        ("net_weight_g", "heavy", "'heavy' is no number (whole grams)"),
        ("length_cm", "30,5", "30,5 is no number; write it with a point, such as 30.5"),
        ("length_cm", "0", "must be above zero"),
        ("length_cm", "Infinity", "is no number anybody ships"),
        ("width_cm", "30cm", "write the number alone (centimetres)"),
        ("height_cm", "0.00001", "decimal places"),
        ("alcohol_percent", "70%", "70% names a unit"),
        ("alcohol_percent", "101", "less than or equal to 100"),
        ("alcohol_percent", "-1", "greater than or equal to 0"),
        ("hsk", "6.10910E+09", "is a number a spreadsheet has rounded"),
        ("hsk", "304991000", "a spreadsheet drops leading zeros: format the column as text, such as 0304991000"),
        ("hsk", "610910", "it has 10 digits"),
        ("hsk", "6109101000.0", "it has 10 digits"),
        ("hsk", "7700000000", "chapters 01 to 97, without 77"),
        ("hsk", "see broker", "it has 10 digits"),
        ("cl_tariff", "3049910", "a spreadsheet drops leading zeros: format the column as text, such as 03049910"),
        ("origin", "Korea", "two letters"),
        ("origin", "ZZ", "is on the list"),
        ("battery", "lithium", "'none', 'in_equipment'"),
        ("aerosol", "maybe", "valid boolean"),
        ("maker_customs_id", "한빛차-1-99", "is no customs clearance code"),
        ("exporter_id", "nobody", "there is no exporter nobody; known: banjjak, dotori"),
        ("brand_name", '=HYPERLINK("http://example.com")', "holds the formula =HYPERLINK("),
        ("description_en", "=A1", "holds the formula =A1; put its result as a value"),
        ("description_en", "x" * 5000, "at most 500 fit on a paper"),
        ("description_en", "Knitted\nT-shirt", "has a line break or control character (U+000A)"),
        ("description_en", "면 티셔츠", "No ASCII form exists for '면', '티', '셔', '츠'; write it in English"),
        ("description_ko", "면 티셔츠 \N{GRINNING FACE}", "no glyph for '\N{GRINNING FACE}' (U+1F600)"),
        ("description_es", "Polera \U000e0041", "no glyph"),
        ("description_es", "Camisa \u200b nueva", "(U+200B)"),
        ("composition", "cotton, " * 20, "and the box of the declaration 70; write it shorter"),
        ("sku", "", "is empty"),
        ("sku", "S" * 51, "and the box of the declaration 50"),
        ("hsk_approved_on", "2026-13-01", "is no day; write it as YYYY-MM-DD"),
        ("hsk_approved_on", "46000", "is no day"),
    ],
)
def test_a_hostile_cell_is_named_with_line_column_and_reason(
    stores: Stores, tmp_path: Path, column: str, cell: str, reason: str
) -> None:
    good = {**ROW, "sku": "HN-0"}
    found = problems(stores, file_of(tmp_path, text_of(good, {**ROW, column: cell})))
    assert [(line, name) for line, name, _ in found][:1] == [(3, column)]
    assert any(reason in why for _, _, why in found), found


def test_a_cell_may_begin_like_a_formula_when_it_is_text(stores: Stores, tmp_path: Path) -> None:
    taken(stores, tmp_path, {**ROW, "brand_name": "'=Haneul", "origin_basis": "@maker, -1 +1"})
    [product] = stores.catalogue.all()
    assert (product.brand_name, product.origin_basis) == ("=Haneul", "@maker, -1 +1")
    export_products(stores, tmp_path / "out.csv")
    written = (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    assert "'=Haneul" in written and "'@maker" in written, "no spreadsheet runs what we export"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty; its first line names the columns sku"),
        (b"\xef\xbb\xbf\r\n \r\n", "is empty"),
        (b"sku,net_weight_g\r\n", "has a header and no rows"),
        (b"net_weight_g\r\n220\r\n", "lacks the column sku"),
        (b"sku,colour,colour2\r\nA,red,\r\n", "has an unknown column colour, colour2; the columns are sku,"),
        (b"sku,hsk,HSK\r\nA,1,2\r\n", "has twice the column hsk"),
        (b"sku,,hsk\r\nA,,\r\n", "has an unknown column (empty)"),
        (b"sku;hsk\r\nA;6109101000\r\n", "has semicolons between its columns"),
        (b"sku\thsk\r\nA\t6109101000\r\n", "has tabs between its columns"),
        ("sku,description_ko\r\nA,면 티셔츠\r\n".encode("cp949"), "is MS949, not UTF-8 (line 2); save it as CSV UTF-8"),
        ("sku,description_ko\r\nA,면 티셔츠\r\n".encode("cp949"), "or give --encoding cp949"),
        ("sku,description_es\r\nA,algod\xf3n\r\n".encode("latin-1"), "is not UTF-8 (line 2); save it as CSV UTF-8"),
        ("sku,hsk\r\nA,1\r\n".encode("utf-16"), "is UTF-16 or no text at all"),
        (b"sku,hsk\r\nA,\x00\r\n", "is UTF-16 or no text at all"),
        (b"<html><table><tr><td>sku</td></tr></table>", "is a web page or XML, not CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "is an old workbook (.xls) or has a password"),
        (b'sku,hsk\r\nA,"61', "cannot be read from line 2 on: a quotation mark opens a cell"),
        (b'"sku";"hsk"\r\n"A";"6109101000"\r\n', "has semicolons between its columns"),
        (b"sku,brand_name\r\nA," + b"x" * 200_000, "cannot be read from line 2 on: a cell has more than"),
        (b"[1, 2]", 'it is one JSON object with a list "products"'),
        (b'{"products": {}}', 'it is one JSON object with a list "products"'),
        (b'{"products": [}', "does not fit: it is no JSON"),
        (b'{"products": [{"sku": "A", "sku": "B"}]}', "an object has twice sku"),
        (b'{"products": ' + b"[" * 100_000, "does not fit: it is no JSON"),
        (b"{\xff}", "it is not UTF-8"),
    ],
)
def test_a_file_that_is_no_sheet_of_products_is_told_what_to_do(
    stores: Stores, tmp_path: Path, content: bytes, words: str
) -> None:
    with pytest.raises(WrongUsage) as refused:
        import_products(stores, file_of(tmp_path, content))
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)
    assert stores.catalogue.all() == ()


def test_what_is_called_a_workbook_and_is_none_is_said_so(stores: Stores, tmp_path: Path) -> None:
    (tmp_path / "products.xlsx").write_bytes(b"%PDF-1.4\x00 no sheet")
    with pytest.raises(WrongUsage, match="is called a workbook and is none"):
        import_products(stores, tmp_path / "products.xlsx")


def test_a_file_that_is_not_there_is_said_so(stores: Stores, tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="cannot be read: No such file"):
        import_products(stores, tmp_path / "none.csv")


def test_utf_8_with_and_without_its_mark_says_the_same(stores: Stores, tmp_path: Path) -> None:
    plain = text_of(ROW).encode()
    import_products(stores, file_of(tmp_path, plain))
    report = import_products(stores, file_of(tmp_path, b"\xef\xbb\xbf" + plain))
    assert (report.new, report.unchanged) == (0, 1)


def test_ms949_is_read_when_it_is_named_and_never_guessed(stores: Stores, tmp_path: Path) -> None:
    path = file_of(tmp_path, text_of(ROW).encode("cp949"))
    import_products(stores, path, encoding="cp949")
    assert products(stores, "HN-1")[0].description_ko == "면 반팔 티셔츠"
    with pytest.raises(WrongUsage, match="is UTF-8; leave --encoding cp949 out"):
        import_products(stores, file_of(tmp_path, text_of(ROW)), encoding="cp949")
    with pytest.raises(WrongUsage, match="--encoding is utf-8 or cp949, not latin-1"):
        import_products(stores, path, encoding="latin-1")


def test_an_unquoted_thousands_separator_is_noticed_by_its_extra_cell(stores: Stores, tmp_path: Path) -> None:
    [(line, column, reason)] = problems(stores, file_of(tmp_path, "sku,net_weight_g\nA,1,200\n"))
    assert (line, column) == (2, "row")
    assert "has 3 cells and the header 2; write 1200, not 1,200" in reason


def test_an_sku_twice_names_both_lines(stores: Stores, tmp_path: Path) -> None:
    other = {**ROW, "sku": "HN-2"}
    found = problems(stores, file_of(tmp_path, text_of(ROW, other, ROW)))
    assert found == [
        (2, "sku", "HN-1 stands again in line 4; keep one"),
        (4, "sku", "HN-1 stands in line 2 and in line 4; keep one"),
    ]


def test_a_row_that_is_cut_short_wipes_nothing(stores: Stores, tmp_path: Path) -> None:
    """An empty cell means that a value is not known; a cell that is not there means that the row is broken."""
    [(line, column, reason)] = problems(stores, file_of(tmp_path, "sku,brand_name,net_weight_g\nA,Bada\n"))
    assert (line, column) == (2, "row")
    assert "has 2 cells and the header 3" in reason


def test_blank_rows_are_passed_over_and_lines_still_counted(stores: Stores, tmp_path: Path) -> None:
    text = 'sku,brand_name,net_weight_g\n\n"A","one\n",\n,,\n   \nB,two,x\n'
    found = problems(stores, file_of(tmp_path, text))
    assert [(line, column) for line, column, _ in found] == [(3, "brand_name"), (7, "net_weight_g")]


def test_every_bad_cell_is_named_at_once(stores: Stores, tmp_path: Path) -> None:
    bad = {**ROW, "net_weight_g": "0", "hsk": "1", "origin": "Korea"}
    found = problems(stores, file_of(tmp_path, text_of(bad, {**bad, "sku": "HN-2"})))
    assert [(line, column) for line, column, _ in found] == [
        (line, column) for line in (2, 3) for column in ("hsk", "origin", "net_weight_g")
    ]


def test_with_partial_the_rows_that_fit_are_taken(stores: Stores, tmp_path: Path) -> None:
    report = taken(stores, tmp_path, ROW, {**ROW, "sku": "HN-2", "net_weight_g": "0"}, partial=True)
    assert [product.sku for product in stores.catalogue.all()] == ["HN-1"]
    assert (report.written, [one.line for one in report.problems]) == (1, [3])
    with pytest.raises(BadRows):
        taken(stores, tmp_path, {**ROW, "sku": "HN-3", "net_weight_g": "0"}, partial=True)


def test_of_an_sku_that_is_there_twice_partial_takes_neither(stores: Stores, tmp_path: Path) -> None:
    report = taken(stores, tmp_path, ROW, {**ROW, "sku": "HN-2"}, {**ROW, "net_weight_g": "250"}, partial=True)
    assert [product.sku for product in stores.catalogue.all()] == ["HN-2"]
    assert len(report.problems) == 2


def test_a_column_that_is_left_out_stays_and_an_empty_cell_clears(stores: Stores, tmp_path: Path) -> None:
    taken(stores, tmp_path, ROW)
    taken(stores, tmp_path, {"sku": "HN-1", "battery": "in_equipment", "brand_name": ""})
    [product] = stores.catalogue.all()
    assert (product.battery, product.brand_name, product.net_weight_g) == (Battery.IN_EQUIPMENT, None, 220)


# --- approvals -------------------------------------------------------------------------------------------------------

APPROVED = {
    "hsk_approved_code": "6109101000",
    "hsk_approved_by": "kim",
    "hsk_approved_on": "2026-03-02",
    "hsk_approval_reason": "ruling 26-7",
}


def test_an_approval_comes_with_code_name_day_and_reason(stores: Stores, tmp_path: Path) -> None:
    taken(stores, tmp_path, {**ROW, **APPROVED})
    [product] = stores.catalogue.all()
    assert approved(product, "hsk") and not approved(product, "cl_tariff")
    assert product.hsk_approval is not None and product.hsk_approval.on == date(2026, 3, 2)


@pytest.mark.parametrize("column", APPROVED)
def test_a_part_of_an_approval_is_none(stores: Stores, tmp_path: Path, column: str) -> None:
    found = problems(stores, file_of(tmp_path, text_of({**ROW, **APPROVED, column: ""})))
    assert [(line, name) for line, name, _ in found] == [(2, column)]


def test_an_approval_never_slips_to_a_code_that_was_corrected(stores: Stores, tmp_path: Path) -> None:
    """The common way: export, correct the code, import; the columns beside it still name the old one."""
    report = taken(stores, tmp_path, {**ROW, **APPROVED, "hsk": "6109102000"})
    [product] = stores.catalogue.all()
    assert product.hsk_approval is None
    assert [(one.column, one.reason) for one in report.warnings] == [
        ("hsk", "kim approved 6109101000, not this one: nobody has approved it now")
    ]


def test_a_code_that_changes_by_import_loses_the_approval_that_was_stored(stores: Stores, tmp_path: Path) -> None:
    taken(stores, tmp_path, {**ROW, **APPROVED})
    taken(stores, tmp_path, {"sku": "HN-1", "hsk": "6109102000"})
    assert stores.catalogue.all()[0].hsk_approval is None


def test_who_imports_may_approve_what_nobody_has(stores: Stores, tmp_path: Path) -> None:
    path = file_of(tmp_path, text_of({**ROW, **APPROVED}, {**ROW, "sku": "HN-2"}))
    import_products(stores, path, approver=approver(stores, "lee", "checked against rulings"))
    first, second = stores.catalogue.all()
    assert first.hsk_approval is not None and second.hsk_approval is not None
    assert (first.hsk_approval.by, second.hsk_approval.by) == ("kim", "lee"), "an approval that stands is kept"
    assert approved(first, "cl_tariff") and approved(second, "cl_tariff")
    for by, reason in (("lee", ""), ("", "why"), ("lee\n", "a\nb")):
        with pytest.raises(WrongUsage):
            approver(stores, by, reason)


# --- JSON and back -----------------------------------------------------------------------------------------------------


def test_the_old_json_is_still_taken(stores: Stores, tmp_path: Path) -> None:
    report = import_products(stores, file_of(tmp_path, json.dumps(load.brands(), ensure_ascii=False), "brands.json"))
    assert report.written == 25
    assert {one.sku: one for one in stores.catalogue.all()} == {one.sku: one for one in load.products(load.brands())}


@pytest.mark.parametrize(
    ("entry", "column"),
    [
        ('{"sku": "A", "net_weight_g": 0}', "net_weight_g"),
        ('{"sku": "A", "net_weight_g": 1e999}', "net_weight_g"),
        ('{"sku": "A", "hsk": 304991000}', "hsk"),
        ('{"sku": "A", "brand_name": ["x"]}', "brand_name"),
        ('{"sku": "A", "hsk_approval": {"code": "6109101000", "by": "kim"}}', "hsk_approved_on"),
        ('{"sku": null}', "sku"),
        ("7", "entry"),
    ],
)
def test_a_wrong_entry_of_json_is_named(stores: Stores, tmp_path: Path, entry: str, column: str) -> None:
    found = problems(stores, file_of(tmp_path, f'{{"products": [{{"sku": "OK"}}, {entry}]}}'))
    assert (2, column) in [(line, name) for line, name, _ in found]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_an_export_goes_through_import_byte_for_byte(stores: Stores, tmp_path: Path, ending: str) -> None:
    import_products(stores, file_of(tmp_path, json.dumps(load.brands(), ensure_ascii=False), "brands.json"))
    odd = {**ROW, "sku": "'=ODD", "brand_name": "'@home", "length_cm": "30.50", "origin_basis": 'said, "so"; 100 %'}
    taken(stores, tmp_path, odd, {"sku": "EMPTY"})
    before, first, second = stores.catalogue.all(), tmp_path / f"a.{ending}", tmp_path / f"b.{ending}"
    assert export_products(stores, first) == 27
    report = import_products(stores, first)
    assert (report.written, report.new, report.unchanged) == (27, 0, 27)
    export_products(stores, second)
    assert stores.catalogue.all() == before
    assert first.read_bytes() == second.read_bytes()


def test_another_ending_is_refused(stores: Stores, tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match=r"the name ends with \.csv or \.xlsx"):
        export_products(stores, tmp_path / "products.ods")


@pytest.mark.parametrize("other", ["hn-1", "HN -1", "ＨＮ-1", "HN-1\u3000x"])
def test_a_sku_that_differs_in_capitals_blanks_or_width_alone_is_asked_about(
    stores: Stores, tmp_path: Path, other: str
) -> None:
    stored = "HN-1x" if "x" in other else "HN-1"
    rows = [ROW | {"sku": stored}, ROW | {"sku": other}]
    with pytest.raises(BadRows) as refused:
        import_products(stores, file_of(tmp_path, text_of(*rows)))
    [problem] = refused.value.problems
    assert (problem.line, problem.column) == (3, "sku")
    assert f"differs from {stored} in line 2" in problem.reason
    assert products(stores, None) == ()
    import_products(stores, file_of(tmp_path, text_of(rows[0])))
    with pytest.raises(BadRows, match=f"differs from {stored} in the catalogue"):
        import_products(stores, file_of(tmp_path, text_of(rows[1])))


def test_two_products_whose_skus_differ_in_capitals_are_made_by_hand_first(stores: Stores, tmp_path: Path) -> None:
    set_product(stores, "hn-1", {"brand_name": "Haneulgyeol"})
    import_products(stores, file_of(tmp_path, text_of(ROW | {"sku": "hn-1"})))
    set_product(stores, "HN-1", {"brand_name": "Haneulgyeol"})
    report = import_products(stores, file_of(tmp_path, text_of(ROW, ROW | {"sku": "hn-1"})))
    assert (report.written, report.new) == (2, 0)


@pytest.mark.parametrize("text", ["Ventilador el?ctrico", "Caf?", "?rbol", "a?o nuevo"])
def test_accents_that_ms949_lost_are_not_taken_for_question_marks(stores: Stores, tmp_path: Path, text: str) -> None:
    """Excel in Korea saves `Ventilador eléctrico` as MS949 with a question mark and says nothing."""
    content = text_of(ROW | {"description_es": text}).encode("cp949")
    with pytest.raises(BadRows, match=r"line 2, description_es: has a . beside a letter"):
        import_products(stores, file_of(tmp_path, content), encoding="cp949")
    assert products(stores, None) == ()


def test_a_question_mark_of_a_utf_8_file_is_one(stores: Stores, tmp_path: Path) -> None:
    import_products(stores, file_of(tmp_path, text_of(ROW | {"origin_basis": "maker's word? file 3"})))
    assert products(stores, "HN-1")[0].origin_basis == "maker's word? file 3"


@pytest.mark.parametrize("typed", ["1.2E+03", "1e3", "1.23E3", "1_200"])
def test_a_weight_that_a_spreadsheet_rounded_is_not_taken(stores: Stores, tmp_path: Path, typed: str) -> None:
    with pytest.raises(BadRows, match=r"line 2, net_weight_g: .*number"):
        import_products(stores, file_of(tmp_path, text_of(ROW | {"net_weight_g": typed})))


def test_a_folder_and_a_pipe_are_no_catalogue_and_nobody_waits_for_them(stores: Stores, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(WrongUsage, match="is a pipe or a device"):
        import_products(stores, tmp_path / "pipe.csv")
    with pytest.raises(WrongUsage, match="is a folder"):
        import_products(stores, tmp_path)


def test_a_day_that_cannot_be_read_is_told_once(stores: Stores, tmp_path: Path) -> None:
    """45992 is how Excel keeps 1 December 2025."""
    row = ROW | {"hsk_approved_code": ROW["hsk"], "hsk_approved_by": "kim", "hsk_approval_reason": "file 12"}
    with pytest.raises(BadRows) as refused:
        import_products(stores, file_of(tmp_path, text_of(row | {"hsk_approved_on": "45992"})))
    assert [(one.column, one.reason) for one in refused.value.problems] == [
        ("hsk_approved_on", "45992 is no day; write it as YYYY-MM-DD")
    ]


@pytest.mark.parametrize("name", ["products.csv", "products.xlsx"])
def test_an_export_replaces_a_file_whole_and_waits_for_no_pipe(
    stores: Stores, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_products(stores, file_of(tmp_path, text_of(ROW), "in.csv"))
    target = tmp_path / name
    target.write_bytes(b"the catalogue of yesterday")
    target.chmod(0o640)
    written = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        written(path, content[:10])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", full)
        with pytest.raises(WrongUsage, match="No space left on device"):
            export_products(stores, target)
    assert target.read_bytes() == b"the catalogue of yesterday"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["data", "in.csv", name]
    assert export_products(stores, target) == 1
    assert target.read_bytes() != b"the catalogue of yesterday" and target.stat().st_mode & 0o777 == 0o640
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(WrongUsage, match="is a pipe or a device"):
        export_products(stores, tmp_path / "pipe.csv")

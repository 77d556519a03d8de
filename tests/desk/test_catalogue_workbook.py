"""Workbooks with surprises: what a person does not see on the page is never taken for a value."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tradelane.demo import load
from tradelane.desk.catalogue_import import import_products
from tradelane.desk.complaints import WrongUsage
from tradelane.desk.sheet import BadRows
from tradelane.desk.workbook import MOST_UNPACKED
from tradelane.domain.catalogue import Product
from tradelane.settings import Settings
from tradelane.stores import Stores, open_stores

HEADER = ("sku", "hsk", "net_weight_g", "alcohol_percent", "brand_name", "needs_permit")
GOOD = ("HN-1", "6109101000", 220, 0, "Haneul", True)


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    with open_stores(Settings(data_dir=tmp_path / "data")) as opened:
        for exporter in load.exporters(load.brands()):
            opened.exporters.put(exporter)
        yield opened


def book_of(*rows: tuple[Any, ...], change: Callable[[Worksheet], object] | None = None) -> bytes:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Products"
    for row in (HEADER, *rows):
        sheet.append(row)
    if change is not None:
        change(sheet)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def changed(content: bytes, member: str, edit: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one of its parts edited."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w") as written:
        for name in source.namelist():
            found = source.read(name)
            written.writestr(name, edit(found) if name == member else found)
    return target.getvalue()


def taken(stores: Stores, folder: Path, content: bytes) -> Product:
    path = folder / "products.xlsx"
    path.write_bytes(content)
    import_products(stores, path)
    return stores.catalogue.products(["HN-1"])["HN-1"]


def refused(stores: Stores, folder: Path, content: bytes) -> WrongUsage:
    path = folder / "products.xlsx"
    path.write_bytes(content)
    with pytest.raises(WrongUsage) as said:
        import_products(stores, path)
    assert stores.catalogue.all() == ()
    assert "\n" not in str(said.value)
    return said.value


def set_cell(place: str, value: Any, shown: str | None = None) -> Callable[[Worksheet], object]:
    def edit(sheet: Worksheet) -> None:
        sheet[place].value = value
        if shown is not None:
            sheet[place].number_format = shown

    return edit


def test_a_plain_workbook_is_read(stores: Stores, tmp_path: Path) -> None:
    product = taken(stores, tmp_path, book_of(GOOD))
    assert (product.hsk, product.net_weight_g, product.needs_permit) == ("6109101000", 220, True)


@pytest.mark.parametrize(
    ("place", "value", "shown", "column", "reason"),
    [
        ("C3", "=220*2", None, "net_weight_g (C)", "holds the formula =220*2; put its result as a value"),
        ("E3", "#N/A", None, "brand_name (E)", "holds the error #N/A; put a value"),
        ("B3", 304991000, None, "hsk", "a spreadsheet drops leading zeros"),
        ("B3", 6.10910e13, None, "hsk", "it has 10 digits"),
        ("B3", 1e300, None, "hsk", "is a number a spreadsheet has rounded"),
        ("B3", date(2026, 3, 4), None, "hsk", "is a date (2026-03-04): a spreadsheet took it for one"),
        ("E3", datetime.fromisoformat("2026-03-04T10:30:00"), None, "brand_name", "is a date (2026-03-04 10:30:00)"),
        ("C3", 220.5, None, "net_weight_g", "220.5 is not in whole grams"),
        ("C3", 0, None, "net_weight_g", "must be above zero"),
        ("C3", "1,200", None, "net_weight_g", "1,200 can mean 1200 or 1.200; write 1200"),
        ("D3", 0.7, "0%", "alcohol_percent", "is formatted as a percentage, so 0.7 is shown as another number"),
        ("E3", "two\nlines", None, "brand_name", "has a line break"),
        ("F3", "perhaps", None, "needs_permit", "valid boolean"),
        ("A3", 1e20, None, "sku", "is a number a spreadsheet has rounded"),
        ("H3", "note", None, "H", "has content beyond the last column needs_permit"),
    ],
)
def test_a_hostile_cell_is_named_with_sheet_row_and_column(
    stores: Stores, tmp_path: Path, place: str, value: Any, shown: str | None, column: str, reason: str
) -> None:
    content = book_of(GOOD, ("HN-2", *GOOD[1:]), change=set_cell(place, value, shown))
    said = refused(stores, tmp_path, content)
    assert isinstance(said, BadRows)
    [problem] = said.problems
    assert (problem.sheet, problem.line, problem.column) == ("Products", 3, column)
    assert reason in problem.reason
    assert "sheet Products, row 3" in str(said)


def test_zeros_that_are_shown_are_read(stores: Stores, tmp_path: Path) -> None:
    """The cell holds 304991000 and shows 0304991000: the person saw ten digits."""
    product = taken(stores, tmp_path, book_of(GOOD, change=set_cell("B2", 304991000, "0000000000")))
    assert product.hsk == "0304991000"


def test_thousands_that_are_only_shown_change_nothing(stores: Stores, tmp_path: Path) -> None:
    product = taken(stores, tmp_path, book_of(GOOD, change=set_cell("C2", 1200, "#,##0")))
    assert product.net_weight_g == 1200


def test_a_date_cell_is_a_day_where_a_day_is_asked(stores: Stores, tmp_path: Path) -> None:
    def approve(sheet: Worksheet) -> None:
        parts = ("hsk_approved_code", "6109101000"), ("hsk_approved_by", "kim"), ("hsk_approved_on", date(2026, 3, 2))
        for number, (name, value) in enumerate((*parts, ("hsk_approval_reason", "ruling")), start=len(HEADER) + 1):
            sheet.cell(1, number, name)
            sheet.cell(2, number, value)

    approval = taken(stores, tmp_path, book_of(GOOD, change=approve)).hsk_approval
    assert approval is not None and approval.on == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda sheet: sheet.merge_cells("A2:A3"), "A2:A3: these cells are merged; unmerge them and fill each"),
        (lambda sheet: setattr(sheet.row_dimensions[3], "hidden", True), "row: is hidden (perhaps by a filter)"),
        (lambda sheet: sheet.merge_cells("B1:C1"), "row 1: cells B1:C1 of the header are merged"),
        (lambda sheet: setattr(sheet.column_dimensions["C"], "hidden", True), "column net_weight_g (C) is hidden"),
        (lambda sheet: setattr(sheet.row_dimensions[1], "hidden", True), "row 1: the header is hidden"),
        (lambda sheet: sheet.cell(1, 3, "weight"), "has an unknown column weight"),
        (lambda sheet: sheet.cell(1, 3, "hsk"), "has twice the column hsk"),
        (lambda sheet: sheet.insert_rows(1) or sheet.cell(1, 1, "Our products"), "unknown column our products"),
        (lambda sheet: sheet.parent.create_sheet("Old").append(["x"]), "several sheets with content: Products, Old"),
        (lambda sheet: sheet.cell(900_000, 1, "far below"), "goes beyond row 200000"),
        (lambda sheet: sheet.delete_rows(1, 9), "is empty; its first row names the columns sku"),
        (lambda sheet: sheet.delete_rows(2, 9), "has a header and no rows"),
    ],
)
def test_what_a_person_does_not_see_or_mean_is_refused(
    stores: Stores, tmp_path: Path, change: Callable[[Worksheet], object], words: str
) -> None:
    said = refused(stores, tmp_path, book_of(GOOD, ("HN-2", *GOOD[1:]), change=change))
    assert words in str(said)


def test_a_hidden_sheet_with_content_is_named_as_hidden(stores: Stores, tmp_path: Path) -> None:
    def hide(sheet: Worksheet) -> None:
        book = sheet.parent
        assert book is not None
        other = book.create_sheet("Prices")
        other.append(["x"])
        other.sheet_state = "hidden"

    assert "Prices (hidden)" in str(refused(stores, tmp_path, book_of(GOOD, change=hide)))


def test_empty_sheets_beside_are_no_matter(stores: Stores, tmp_path: Path) -> None:
    assert (
        taken(stores, tmp_path, book_of(GOOD, change=lambda sheet: sheet.parent.create_sheet("Sheet2"))).sku == "HN-1"
    )


def test_an_xml_bomb_is_refused_before_it_is_parsed(stores: Stores, tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    content = changed(book_of(GOOD), "xl/worksheets/sheet1.xml", lambda xml: bomb + xml[xml.index(b"<worksheet") :])
    assert "has a document type, as no workbook has" in str(refused(stores, tmp_path, content))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(stores: Stores, tmp_path: Path) -> None:
    target = io.BytesIO(book_of(GOOD))
    with (
        zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/media/image.bin", "w", force_zip64=True) as member,
    ):
        for _ in range(MOST_UNPACKED // 10_000_000 + 1):
            member.write(bytes(10_000_000))
    assert "unpacks to more than 300 MB" in str(refused(stores, tmp_path, target.getvalue()))


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 and then nothing",
        changed(book_of(GOOD), "xl/workbook.xml", lambda xml: b""),
        changed(book_of(GOOD), "xl/workbook.xml", lambda xml: xml[: len(xml) // 2]),
        changed(book_of(GOOD), "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'r="A2"', b'r="2A"')),
        changed(book_of(GOOD), "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<v>220</v>", b"<v>a lot</v>")),
        changed(book_of(GOOD), "xl/worksheets/sheet1.xml", lambda xml: xml.decode().encode("utf-16")),
        changed(book_of(GOOD), "xl/_rels/workbook.xml.rels", lambda xml: xml.replace(b"sheet1", b"sheet7")),
        book_of(GOOD)[:-200],
    ],
)
def test_a_damaged_workbook_is_one_sentence(stores: Stores, tmp_path: Path, content: bytes) -> None:
    assert "is no workbook that can be read" in str(refused(stores, tmp_path, content))


def test_strings_of_excel_are_shared_and_may_have_several_runs(stores: Stores, tmp_path: Path) -> None:
    """openpyxl writes each text where it stands, Excel keeps them in a part of their own, with readings beside."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    shared = (
        f'<sst xmlns="{main}"><si><r><t>Han</t></r><r><rPr/><t>eul</t></r><rPh sb="0" eb="1"><t>no</t></rPh></si></sst>'
    ).encode()

    def point(xml: bytes) -> bytes:
        return re.sub(rb'<c r="E2"[^>]*>.*?</c>', b'<c r="E2" t="s"><v>0</v></c>', xml)

    target = io.BytesIO(changed(book_of(GOOD), "xl/worksheets/sheet1.xml", point))
    with zipfile.ZipFile(io.BytesIO(target.getvalue())) as archive:
        there = "xl/sharedStrings.xml" in archive.namelist()
    if there:
        content = changed(target.getvalue(), "xl/sharedStrings.xml", lambda xml: shared)
    else:
        with zipfile.ZipFile(target, "a") as archive:
            archive.writestr("xl/sharedStrings.xml", shared)
        content = target.getvalue()
    assert taken(stores, tmp_path, content).brand_name == "Haneul"

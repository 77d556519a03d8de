"""A workbook (XLSX) read as a sheet: values only, and nothing that a person does not see on the page.

Formulas, merged cells, hidden rows and columns, error values and further sheets with content are named with sheet, row
and column. openpyxl reads the values; what its quick reader does not tell is looked up in the sheet's own XML.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from tradelane.desk.complaints import WrongUsage
from tradelane.desk.sheet import (
    MOST_ROWS,
    Columns,
    DateCell,
    NumberCell,
    Problem,
    Row,
    Sheet,
    check_header,
    finished,
    formula,
)

MOST_UNPACKED = 500_000_000
"""Bytes a workbook may grow to when it is unpacked; more is a bomb."""

_TAG = re.compile(rb"<(?:\w+:)?(mergeCell|row|col)\b([^<>]*)>")
_ATTRIBUTE = re.compile(rb'\b(\w+)="([^"]*)"')
_RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})(?::[A-Z]{1,3}([0-9]{1,7}))?")
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    LookupError,
    RuntimeError,  # members with a password or packed in a way we do not know
    SyntaxError,  # XML that is none
    TypeError,
    ValueError,
)
"""What zipfile and openpyxl raise at a file that only looks like a workbook."""


class _Hidden:
    """What a sheet hides or joins: rows and columns by number, merged ranges by the rows they cover."""

    def __init__(self) -> None:
        self.rows: set[int] = set()
        self.columns: list[tuple[int, int]] = []
        self.merged: list[tuple[str, str, int, int]] = []


def read_workbook(path: Path, content: bytes, columns: Columns) -> Sheet:
    """The one sheet of a workbook that has content.

    Raises:
        WrongUsage: it cannot be read as a sheet at all, with what to do.
    """
    from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # extensions of Excel that openpyxl does not know change no value
            if sum(member.file_size for member in archive.infolist()) > MOST_UNPACKED:
                raise WrongUsage(f"{path} unpacks to more than {MOST_UNPACKED // 1_000_000} MB; split it.")
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
            try:
                return _sheet(path, archive, book, columns)
            finally:
                book.close()
    except (DefusedXmlException, InvalidFileException, *_UNREADABLE) as wrong:
        told = " ".join(str(wrong).split())[:120] or type(wrong).__name__
        raise WrongUsage(f"{path} is no workbook that can be read ({told}); open it and save it as .xlsx.") from wrong


def _sheet(path: Path, archive: zipfile.ZipFile, book: Any, columns: Columns) -> Sheet:
    filled = []
    for one in book.worksheets:
        one.reset_dimensions()
        if any(True for _ in _rows(path, one)):
            filled.append(one)
    if not filled:
        raise WrongUsage(f"{path} is empty; its first row names the columns {columns.told}.")
    if len(filled) > 1:
        named = ", ".join(f"{one.title} (hidden)" if one.sheet_state != "visible" else one.title for one in filled)
        raise WrongUsage(f"{path} has several sheets with content: {named}; keep one, and save the others elsewhere.")
    [sheet] = filled
    place = f"{path}, sheet {sheet.title}"
    hidden = _hidden(archive, sheet.title)
    rows = _rows(path, sheet)
    top, first = next(rows)
    header = check_header(place, [str(_value(cell) or "").strip().lower() for cell in first], columns)
    _check_seen(place, header, top, hidden)
    read, problems = [], []
    for line, cells in rows:
        found: dict[str, str] = dict.fromkeys(header, "")
        wrong = _wrong_row(line, hidden)
        if any(cell.value not in (None, "") for cell in cells[len(header) :]):
            wrong.append(("row", f"has content beyond the last column {header[-1]}"))
        for number, (name, cell) in enumerate(zip(header, cells, strict=False), start=1):
            if cell.data_type == "f":
                wrong.append((_column(name, number), formula(_formula(cell.value))))
            elif cell.data_type == "e":
                wrong.append((_column(name, number), f"holds the error {cell.value}; put a value"))
            else:
                found[name] = _value(cell)
        problems += [Problem(line=line, column=column, reason=why, sheet=sheet.title) for column, why in wrong]
        if not wrong:
            read.append(Row(line=line, cells=found))
    return finished(place, sheet.title, header, read, problems)


def _rows(path: Path, sheet: Any) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Rows with content, each with its number."""
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if number > MOST_ROWS:
            raise WrongUsage(
                f"{path}, sheet {sheet.title} goes beyond row {MOST_ROWS}; delete what is below, or split it."
            )
        if any(cell.value is not None and str(cell.value).strip() for cell in cells):
            yield number, cells


def _value(cell: Any) -> str:
    """The text of a cell; numbers in plain digits, dates as YYYY-MM-DD."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip(" \u00a0\u3000")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return DateCell(value.date().isoformat() if value.time() == value.time().min else value.isoformat(" "))
    if isinstance(value, date):
        return DateCell(value.isoformat())
    if isinstance(value, int | float):
        whole = float(value).is_integer() and abs(value) < 10**15
        text = str(int(value)) if whole else f"{value:.15g}"
        shown = str(cell.number_format or "")
        if shown and not shown.strip("0"):  # 0000000000 shows the zeros that the number has lost
            text = text.zfill(len(shown))
        return NumberCell.of(text, shown)
    return DateCell(value)  # a time of day, or a span


def _formula(value: object) -> str:
    text = str(getattr(value, "text", value) or "")
    return text if text.startswith("=") else f"={text}"


def _column(name: str, number: int) -> str:
    from openpyxl.utils import get_column_letter

    return f"{name} ({get_column_letter(number)})"


def _wrong_row(line: int, hidden: _Hidden) -> list[tuple[str, str]]:
    wrong = []
    if line in hidden.rows:
        wrong.append(("row", "is hidden (perhaps by a filter); show all rows, or delete it"))
    for span, letter, first, last in hidden.merged:
        if first <= line <= last:
            wrong.append((letter, f"cells {span} are merged; unmerge them and fill each"))
    return wrong


def _check_seen(place: str, header: tuple[str, ...], top: int, hidden: _Hidden) -> None:
    """A header must be seen as it is read."""
    for span, _, first, last in hidden.merged:
        if first <= top <= last:
            raise WrongUsage(f"{place}, row {top}: cells {span} of the header are merged; unmerge them.")
    for number, name in enumerate(header, start=1):
        if any(first <= number <= last for first, last in hidden.columns):
            raise WrongUsage(f"{place}: column {_column(name, number)} is hidden; show it, or delete it.")


def _hidden(archive: zipfile.ZipFile, title: str) -> _Hidden:
    """Merged cells, hidden rows and hidden columns: tags of the sheet's XML that the quick reader leaves out."""
    found, row = _Hidden(), 0
    for tag in _TAG.finditer(archive.read(_part(archive, title))):
        said = {name.decode(): value.decode() for name, value in _ATTRIBUTE.findall(tag[2])}
        unseen = said.get("hidden", "0") in ("1", "true")
        if tag[1] == b"row":
            row = int(said.get("r", row + 1))  # a row without its number follows the one before
            if unseen:
                found.rows.add(row)
        elif tag[1] == b"col" and unseen:
            found.columns.append((int(said["min"]), int(said["max"])))
        elif tag[1] == b"mergeCell" and (span := _RANGE.fullmatch(said["ref"])):
            found.merged.append((said["ref"], span[1], int(span[2]), int(span[3] or span[2])))
    return found


def _part(archive: zipfile.ZipFile, title: str) -> str:
    """Name of the archive's member that holds a sheet."""
    from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

    relations: Mapping[str, str] = {
        one.attrib["Id"]: one.attrib["Target"] for one in fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    }
    for one in fromstring(archive.read("xl/workbook.xml")).iter():
        if one.tag.endswith("}sheet") and one.attrib["name"] == title:
            target = relations[one.attrib[_RELATIONS]]
            return target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
    raise KeyError(title)

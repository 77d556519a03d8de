"""A workbook (XLSX) read as a sheet: values only, and nothing that a person does not see on the page.

Formulas, merged cells, hidden rows and columns, error values and further sheets with content are named with sheet, row
and column.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

from tradelane.desk.complaints import WrongUsage
from tradelane.desk.sheet import MOST_ROWS, Columns, Problem, Row, Sheet, check_header, finished
from tradelane.desk.workbook_parts import Book, Content, Unusable

MOST_UNPACKED = 300_000_000
"""Bytes a workbook may grow to when it is unpacked; more is a bomb."""

_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    LookupError,
    OverflowError,
    RuntimeError,  # members with a password, or packed in a way we do not know
    SyntaxError,  # XML that is none
    ValueError,
)
"""What a file raises that only looks like a workbook."""


def read_workbook(path: Path, content: bytes, columns: Columns) -> Sheet:
    """The one sheet of a workbook that has content.

    Raises:
        WrongUsage: it cannot be read as a sheet at all, with what to do.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MOST_UNPACKED:
                raise WrongUsage(f"{path} unpacks to more than {MOST_UNPACKED // 1_000_000} MB; split it.")
            book = Book(archive)
            read = [(named, book.content(named, MOST_ROWS)) for named in book.sheets]
    except _UNREADABLE as wrong:
        told = " ".join(str(wrong).split())[:120] or type(wrong).__name__
        raise WrongUsage(f"{path} is no workbook that can be read ({told}); open it and save it as .xlsx.") from wrong
    filled = [(named, found) for named, found in read if found.rows]
    if not filled:
        raise WrongUsage(f"{path} is empty; its first row names the columns {columns.told}.")
    if len(filled) > 1:
        titles = ", ".join(named.title if named.visible else f"{named.title} (hidden)" for named, _ in filled)
        raise WrongUsage(f"{path} has several sheets with content: {titles}; keep one, and save the others elsewhere.")
    [(named, found)] = filled
    return _sheet(f"{path}, sheet {named.title}", named.title, found, columns)


def _sheet(place: str, title: str, found: Content, columns: Columns) -> Sheet:
    if found.rows[-1][0] > MOST_ROWS:
        raise WrongUsage(f"{place} goes beyond row {MOST_ROWS}; delete what is below, or split it.")
    top, first = found.rows[0]
    _check_top(place, top, found)
    header = check_header(
        place, [_clean(first.get(number, "")).lower() for number in range(1, max(first) + 1)], columns
    )
    _check_columns(place, header, found)
    read, problems = [], []
    for line, cells in found.rows[1:]:
        wrong = _wrong_row(line, found)
        values: dict[str, str] = dict.fromkeys(header, "")
        for number, value in cells.items():
            if number > len(header):
                wrong.append((_letters(number), f"has content beyond the last column {header[-1]}"))
            elif isinstance(value, Unusable):
                wrong.append((f"{header[number - 1]} ({_letters(number)})", str(value)))
            else:
                values[header[number - 1]] = _clean(value)
        problems += [Problem(line=line, column=column, reason=why, sheet=title, unit="row") for column, why in wrong]
        if not wrong:
            read.append(Row(line=line, cells=values))
    return finished(place, title, header, read, problems, unit="row")


def _clean(value: str) -> str:
    """Text without blanks around it; numbers and dates have none, and stay what they are."""
    return value.strip(" \u00a0\u3000") if type(value) is str else value


def _wrong_row(line: int, found: Content) -> list[tuple[str, str]]:
    wrong = []
    if line in found.hidden_rows:
        wrong.append(("row", "is hidden (perhaps by a filter); show all rows, or delete it"))
    for span, first, last in found.merged:
        if first <= line <= last:
            wrong.append((span, "these cells are merged; unmerge them and fill each"))
    return wrong


def _check_top(place: str, top: int, found: Content) -> None:
    """A header must be seen as it is read."""
    for span, first, last in found.merged:
        if first <= top <= last:
            raise WrongUsage(f"{place}, row {top}: cells {span} of the header are merged; unmerge them.")
    if top in found.hidden_rows:
        raise WrongUsage(f"{place}, row {top}: the header is hidden; show it.")


def _check_columns(place: str, header: tuple[str, ...], found: Content) -> None:
    for number, name in enumerate(header, start=1):
        if any(first <= number <= last for first, last in found.hidden_columns):
            raise WrongUsage(f"{place}: column {name} ({_letters(number)}) is hidden; show it, or delete it.")


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters

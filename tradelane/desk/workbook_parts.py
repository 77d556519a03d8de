"""The parts of a workbook (XLSX, ECMA-376) that matter for its values: sheets, strings, number formats, rows.

Read here and not by openpyxl, whose quick reader tells nothing of merged cells and hidden rows, and takes half a minute
for 20,000 products. Formats and dates are openpyxl's. A part with a document type is refused before it is parsed: no
workbook has one, and entities are how a small file becomes a large one.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import PurePosixPath
from typing import Any
from xml.etree.ElementTree import Element, iterparse

from tradelane.desk.sheet import DateCell, NumberCell, formula

_RELATION = re.compile(r"\{.*/relationships\}id")
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})(?::[A-Z]{1,3}([0-9]{1,7}))?")
_TRUE = ("1", "true")


class Unreadable(ValueError):
    """A part that is not what a workbook has there."""


class Unusable(str):
    """Stands for a cell without a value of its own; the text says why."""

    __slots__ = ()


@dataclass(frozen=True)
class Named:
    """A sheet as the workbook lists it, and the member of the archive that holds it."""

    title: str
    visible: bool
    member: str


@dataclass
class Content:
    """What one sheet holds, hides and joins."""

    rows: list[tuple[int, dict[int, str]]] = field(default_factory=list)
    """Number of the row, and its cells that are not empty by number of the column."""
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[tuple[str, int, int]] = field(default_factory=list)
    """Range, its first and its last row."""


class Book:
    """A workbook's archive, opened.

    Raises:
        Unreadable: a part is missing or has what no workbook has.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        book = self._tree("xl/workbook.xml")
        targets = {one.attrib["Id"]: one.attrib["Target"] for one in self._tree("xl/_rels/workbook.xml.rels")}
        properties = _below(book, "workbookPr")
        self._mac = bool(properties) and properties[0].attrib.get("date1904") in _TRUE
        self.sheets = tuple(_named(one, targets) for one in _below(book, "sheet"))
        self._strings = self._shared_strings()
        self._formats = self._number_formats()

    def content(self, sheet: Named, most_rows: int) -> Content:
        """Everything on a sheet; it ends with the first row beyond `most_rows`."""
        found, number = Content(), 0
        for element in self._elements(sheet.member):
            tag = _local(element)
            if tag == "row":
                number = int(element.attrib.get("r", number + 1))  # a row without its number follows the one before
                if element.attrib.get("hidden") in _TRUE:
                    found.hidden_rows.add(number)
                cells = self._cells(element)
                if cells:
                    found.rows.append((number, cells))
                element.clear()
                if number > most_rows:
                    break
            elif tag == "col" and element.attrib.get("hidden") in _TRUE:
                found.hidden_columns.append((int(element.attrib["min"]), int(element.attrib["max"])))
            elif tag == "mergeCell" and (span := _RANGE.fullmatch(element.attrib["ref"])):
                found.merged.append((span[0], int(span[2]), int(span[3] or span[2])))
        return found

    def _cells(self, row: Element) -> dict[int, str]:
        cells: dict[int, str] = {}
        place = 0
        for cell in row:
            reference = cell.attrib.get("r")
            place = _column_number(reference) if reference else place + 1
            value = self._value(cell)
            if value.strip():
                cells[place] = value
        return cells

    def _value(self, cell: Element) -> str:
        """The text of a cell; numbers in plain digits, dates as YYYY-MM-DD."""
        kind, raw = cell.attrib.get("t", "n"), ""
        for part in cell:
            tag = _local(part)
            if tag == "f":
                return Unusable(formula(f"={part.text or '…'}"))
            if tag == "v":
                raw = part.text or ""
            elif tag == "is":
                raw = _text(part)
        if kind == "n":
            return self._number(raw, int(cell.attrib.get("s", "0"))) if raw.strip() else ""
        if kind == "s":
            return self._strings[int(raw)] if raw else ""
        if kind == "e":
            return Unusable(f"holds the error {raw}; put a value")
        if kind == "b":
            return "true" if raw == "1" else "false"
        return DateCell(raw) if kind == "d" else raw

    def _number(self, raw: str, style: int) -> str:
        shown = self._formats[style] if style < len(self._formats) else "General"
        value = float(raw)
        if _is_date(shown):
            return _date(value, self._mac)
        whole = value.is_integer() and abs(value) < 10**15
        text = str(int(value)) if whole else f"{value:.15g}"
        if not shown.strip("0"):  # 0000000000 shows the zeros that the number has lost
            text = text.zfill(len(shown))
        return NumberCell.of(text, shown)

    def _shared_strings(self) -> Sequence[str]:
        if "xl/sharedStrings.xml" not in self._archive.namelist():
            return ()
        found = []
        for element in self._elements("xl/sharedStrings.xml"):
            if _local(element) == "si":
                found.append(_text(element))
                element.clear()
        return found

    def _number_formats(self) -> Sequence[str]:
        """The format of each style, by the style's number."""
        from openpyxl.styles.numbers import BUILTIN_FORMATS

        if "xl/styles.xml" not in self._archive.namelist():
            return ()
        tree = self._tree("xl/styles.xml")
        own = {int(one.attrib["numFmtId"]): one.attrib["formatCode"] for one in _below(tree, "numFmt")}
        styles = [one for group in _below(tree, "cellXfs") for one in group]
        ids = [int(one.attrib.get("numFmtId", "0")) for one in styles]
        return [
            own.get(id_) or BUILTIN_FORMATS.get(id_) or ("yyyy-mm-dd" if _eastern(id_) else "General") for id_ in ids
        ]

    def _tree(self, member: str) -> Element:
        *_, root = self._elements(member)  # the last that ends
        return root

    def _elements(self, member: str) -> Iterator[Element]:
        # the defused reader is written in Python and takes 20,000 rows past their limit: `_content` refuses what it would
        for _, element in iterparse(io.BytesIO(self._content(member))):  # noqa: S314
            yield element

    def _content(self, member: str) -> bytes:
        content = self._archive.read(member)
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            raise Unreadable(f"{member} has a document type, as no workbook has")
        if b"\x00" in content[:200]:
            raise Unreadable(f"{member} is not UTF-8")
        return content


def _named(sheet: Element, targets: dict[str, str]) -> Named:
    relation = next(value for name, value in sheet.attrib.items() if _RELATION.fullmatch(name))
    target = targets[relation]
    member = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
    return Named(sheet.attrib["name"], sheet.attrib.get("state", "visible") == "visible", member)


def _below(root: Element, tag: str) -> list[Element]:
    return [one for one in root.iter() if _local(one) == tag]


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _text(element: Element) -> str:
    """A string in one or several runs, without its phonetic reading."""
    runs = []
    for part in element:
        tag = _local(part)
        if tag == "t":
            runs.append(part.text or "")
        elif tag == "r":
            runs += [one.text or "" for one in part if _local(one) == "t"]
    return "".join(runs)


@cache
def _is_date(shown: str) -> bool:
    from openpyxl.styles.numbers import is_date_format

    return bool(is_date_format(shown))


def _eastern(id_: int) -> bool:
    """Formats without a code of their own that show dates in Korean, Japanese and Chinese editions."""
    return 27 <= id_ <= 36 or 50 <= id_ <= 58


def _date(value: float, mac: bool) -> str:
    from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

    found: Any = from_excel(value, MAC_EPOCH if mac else WINDOWS_EPOCH)
    if isinstance(found, datetime):
        midnight = found.time() == datetime.min.time()
        return DateCell(found.date().isoformat() if midnight else found.isoformat(" "))
    return DateCell(found.isoformat() if isinstance(found, date) else found)  # else a time of day, or a span


def _column_number(reference: str) -> int:
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise Unreadable(f"there is no cell {reference}")
    return _letters(found[1])


@cache
def _letters(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number

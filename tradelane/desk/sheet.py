"""A sheet as a person hands it in: CSV or a workbook, read whole, with every cell known by line and column.

What a spreadsheet does behind a person's back (numbers for text, dates for numbers, formulas, another encoding) is told,
never guessed away.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from tradelane.desk.complaints import WrongUsage
from tradelane.desk.file_bytes import file_bytes

MOST_BYTES = 50_000_000
"""A catalogue of some hundred thousand products; a larger file is none."""

MOST_ROWS = 200_000

ENCODINGS: Mapping[str, str] = {"utf-8": "utf-8-sig", "cp949": "cp949"}
"""What `--encoding` takes, and Python's name for it (the mark Excel puts first is no part of the first column)."""

SAVE_AS = (
    "save it as CSV UTF-8 (Excel: CSV UTF-8, comma delimited; 엑셀: CSV UTF-8(쉼표로 분리)) or as a workbook (.xlsx)"
)

RISKY = "=+-@\t\r"
"""With what a cell begins that a spreadsheet would run as a formula."""

_LOST = re.compile(r"\?(?=[^\W\d_])|(?<=[^\W\d_])\?")
_LETTERS_LOST = (
    "has a ? beside a letter: MS949 has no á, é, í, ó, ú, ñ, and Excel saves ? for them; write it anew and save the file "
    "as CSV UTF-8 or .xlsx"
)
_OTHER_ENCODINGS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"


class NumberCell(str):
    """A number of a workbook, in plain digits; `shown` is the format it is shown in."""

    __slots__ = ("shown",)
    shown: str

    @classmethod
    def of(cls, text: str, shown: str) -> NumberCell:
        """A number with its format."""
        made = cls(text)
        made.shown = shown
        return made


class DateCell(str):
    """A date of a workbook, as YYYY-MM-DD, with the time where it has one."""

    __slots__ = ()


class Problem(BaseModel):
    """What is to be mended in one cell, or in a row as a whole; `sheet` is empty for CSV."""

    model_config = ConfigDict(frozen=True)

    line: int
    column: str
    reason: str
    sheet: str = ""
    unit: str = "line"
    """What is counted: lines of CSV, rows of a workbook, entries of JSON."""

    def __str__(self) -> str:
        where = f"sheet {self.sheet}, {self.unit}" if self.sheet else self.unit
        return f"{where} {self.line}, {self.column}: {self.reason}"


class BadRows(WrongUsage):
    """A file of which nothing was taken; `problems` names every cell to be mended."""

    def __init__(self, path: Path, problems: Sequence[Problem]) -> None:
        more = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
        super().__init__(f"{path} does not fit: {str(problems[0]).removesuffix('.')}{more}. Nothing was taken from it.")
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Row:
    """One row: its line in the file, and the text of each column of the header."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Sheet:
    """Rows that could be read, and what could not."""

    name: str
    """Of the workbook's sheet; empty for CSV."""
    unit: str
    """What `Row.line` counts."""
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]

    def problem(self, line: int, column: str, reason: str) -> Problem:
        """Something to be mended on this sheet."""
        return Problem(line=line, column=column, reason=reason, sheet=self.name, unit=self.unit)


@dataclass(frozen=True)
class Columns:
    """Which columns a sheet may have, and which it must."""

    known: Callable[[str], bool]
    told: str
    """The known ones in words, for an error."""
    needed: tuple[str, ...]

    @classmethod
    def listed(cls, names: Sequence[str], needed: tuple[str, ...]) -> Columns:
        """A closed list."""
        return cls(known=frozenset(names).__contains__, told=", ".join(names), needed=needed)


def read_bytes(path: Path) -> bytes:
    """The file's content.

    Raises:
        WrongUsage: it cannot be read, or is no sheet by its size or its first bytes.
    """
    content = file_bytes(path, MOST_BYTES)
    if content.startswith(_OLE):
        raise WrongUsage(f"{path} is an old workbook (.xls) or has a password; save it as .xlsx without one.")
    return content


def is_workbook(content: bytes) -> bool:
    """Whether the first bytes are those of an XLSX file."""
    return content.startswith(_ZIP)


def read_csv(path: Path, content: bytes, columns: Columns, encoding: str = "utf-8") -> Sheet:
    """A CSV file.

    Raises:
        WrongUsage: it cannot be read as a sheet at all, with how to save it.
    """
    numbered = list(_records(path, _text(path, content, encoding)))
    if not numbered:
        raise WrongUsage(f"{path} is empty; its first line names the columns {columns.told}.")
    header = tuple(name.strip().lower() for name in numbered[0][1])
    for mark, name in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and mark in header[0]:
            raise WrongUsage(f"{path} has {name} between its columns; {SAVE_AS}.")
    header = check_header(str(path), header, columns)
    rows, problems = [], []
    for line, cells in numbered[1:]:
        if any(cell.strip() for cell in cells[len(header) :]):
            why = f"has {len(cells)} cells and the header {len(header)}; write 1200, not 1,200, and quote text with commas"
            problems.append(Problem(line=line, column="row", reason=why))
            continue
        if len(cells) < len(header):  # an empty cell means *not known*: a row cut short would wipe what is stored
            why = (
                f"has {len(cells)} cells and the header {len(header)}; write every cell, empty ones between commas too"
            )
            problems.append(Problem(line=line, column="row", reason=why))
            continue
        found = dict.fromkeys(header, "")
        for name, cell in zip(header, cells, strict=False):
            text = cell.strip(" \u00a0\u3000")
            if text.startswith("="):
                problems.append(Problem(line=line, column=name, reason=formula(text)))
            if encoding == "cp949" and _LOST.search(text):
                problems.append(Problem(line=line, column=name, reason=_LETTERS_LOST))
            found[name] = text
        rows.append(Row(line=line, cells=found))
    bad = {problem.line for problem in problems}
    return finished(str(path), "", header, [row for row in rows if row.line not in bad], problems)


def finished(
    place: str, name: str, header: tuple[str, ...], rows: Iterable[Row], problems: Sequence[Problem], unit: str = "line"
) -> Sheet:
    """A sheet that has rows, else WrongUsage."""
    kept = tuple(rows)
    if not kept and not problems:
        raise WrongUsage(f"{place} has a header and no rows.")
    return Sheet(name=name, unit=unit, columns=header, rows=kept, problems=tuple(problems))


def check_header(place: str, header: Sequence[str], columns: Columns) -> tuple[str, ...]:
    """The header without empty columns at its end; lower case.

    Raises:
        WrongUsage: a column is unknown, there twice, without a name, or missing.
    """
    names = list(header)
    while names and not names[-1]:
        names.pop()
    missing = [name for name in columns.needed if name not in names]
    unknown = [name or "(empty)" for name in names if not columns.known(name)]
    twice = sorted({name for name in names if names.count(name) > 1})
    for wrong, what in (
        (twice, "has twice the column"),
        (unknown, "has an unknown column"),
        (missing, "lacks the column"),
    ):
        if wrong:
            raise WrongUsage(f"{place} {what} {', '.join(wrong)}; the columns are {columns.told}.")
    return tuple(names)


def formula(text: str) -> str:
    """Why a formula is no value."""
    shown = text if len(text) <= 30 else text[:29] + "…"
    return f"holds the formula {shown}; put its result as a value (copy, paste values), or, where it is meant as text, put an apostrophe before it"


def neutral(text: str) -> str:
    """Text that no spreadsheet runs as a formula: an apostrophe before what begins like one. `literal` undoes it.

    >>> neutral("=1+1"), neutral("'=1"), neutral("plain")
    ("'=1+1", "''=1", 'plain')
    """
    return f"'{text}" if text.lstrip("'")[:1] in tuple(RISKY) else text


def literal(text: str) -> str:
    """What `neutral` was given.

    >>> literal("'=1+1"), literal("''=1"), literal("'tis")
    ('=1+1', "'=1", "'tis")
    """
    return text[1:] if text.startswith("'") and text.lstrip("'")[:1] in tuple(RISKY) else text


def _text(path: Path, content: bytes, encoding: str) -> str:
    if encoding not in ENCODINGS:
        raise WrongUsage(f"--encoding is {' or '.join(ENCODINGS)}, not {encoding}.")
    if path.suffix.lower() == ".xlsx":
        raise WrongUsage(
            f"{path} is called a workbook and is none; save it anew as a workbook (.xlsx), or as CSV UTF-8."
        )
    if content.startswith(_OTHER_ENCODINGS) or b"\x00" in content:
        raise WrongUsage(f"{path} is UTF-16 or no text at all; {SAVE_AS}.")
    if content.lstrip()[:1] == b"<":
        raise WrongUsage(f"{path} is a web page or XML, not CSV; {SAVE_AS}.")
    if encoding != "utf-8" and not content.isascii() and _decodes(content, "utf-8"):
        raise WrongUsage(f"{path} is UTF-8; leave --encoding {encoding} out.")
    try:
        return content.decode(ENCODINGS[encoding])
    except UnicodeDecodeError as wrong:
        line = content[: wrong.start].count(b"\n") + 1
        if encoding == "utf-8" and _decodes(content, "cp949"):
            how = f"{SAVE_AS}, or give --encoding cp949"
            raise WrongUsage(f"{path} is MS949, not UTF-8 (line {line}); {how}.") from wrong
        raise WrongUsage(f"{path} is not {encoding.upper()} (line {line}); {SAVE_AS}.") from wrong


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _records(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line they begin on; blank ones are left out."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line, told = 1, 0
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                told += 1
                if told > MOST_ROWS:
                    raise WrongUsage(f"{path} has more than {MOST_ROWS} rows; split it.")
                yield line, row
            line = reader.line_num + 1
    except csv.Error as wrong:
        begins = text.partition("\n")[0]
        if told == 0 and ";" in begins and "," not in begins:
            raise WrongUsage(f"{path} has semicolons between its columns; {SAVE_AS}.") from wrong
        if "larger than field limit" in str(wrong):
            why = f"a cell has more than {csv.field_size_limit()} characters"
        else:
            why = 'a quotation mark opens a cell and does not close it well (inside a cell it is written twice, "")'
        how = "mend that line, or save the file as a workbook (.xlsx)"
        raise WrongUsage(f"{path} cannot be read from line {line} on: {why}; {how}.") from wrong

"""The bench's sheet: a CSV file of boxes, one row each, read whole or not at all.

Every row that does not fit is named with line, column and reason, so that a sheet is mended once.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from tradelane.contracts.messages import ConfirmPacking, PackedBox
from tradelane.desk.complaints import WrongUsage
from tradelane.desk.file_bytes import file_bytes
from tradelane.domain.amendment import PACKAGE_FIELDS, PARCEL_LOT, checked
from tradelane.domain.identifiers import OrderId

COLUMNS = ("order_id", *PACKAGE_FIELDS)
LOT = "lot"
"""The one column that may be left out."""

MOST_BYTES = 5_000_000
"""Some hundred thousand boxes; a larger file is not a packing sheet."""

_SAVE_AS = "save it as CSV UTF-8 (Excel: CSV UTF-8, comma delimited; 엑셀: CSV UTF-8(쉼표로 분리))"
_OTHER_ENCODINGS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_SPREAD = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[eE]\+?[0-9]+)?")


class Problem(BaseModel):
    """What is wrong with one cell, or with a row as a whole."""

    model_config = ConfigDict(frozen=True)

    line: int
    column: str
    reason: str


class BadSheet(WrongUsage):
    """A sheet of which nothing was sent; `problems` names every cell to be mended."""

    def __init__(self, path: Path, problems: Sequence[Problem]) -> None:
        first = problems[0]
        more = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
        super().__init__(
            f"{path}, line {first.line}, {first.column}: {first.reason.removesuffix('.')}{more}. Nothing was sent."
        )
        self.problems = tuple(problems)


class Parcel(BaseModel):
    """What a sheet says of one order, and the line where it first does."""

    model_config = ConfigDict(frozen=True)

    order_id: OrderId
    line: int
    message: ConfirmPacking


def read_sheet(path: Path, actor: str = "") -> tuple[Parcel, ...]:
    """The parcels of a sheet in the order of their first rows; rows of one order are its boxes.

    Raises:
        BadSheet: rows that do not fit, all of them named.
        WrongUsage: the file cannot be read as a sheet at all.
    """
    lines, header, rows = _table(path)
    problems: list[Problem] = []
    boxes: dict[OrderId, list[PackedBox]] = {}
    first: dict[OrderId, int] = {}
    lots: dict[OrderId, tuple[int, str]] = {}
    for line, row in zip(lines, rows, strict=True):
        if len(row) > len(header):
            why = f"has {len(row)} cells and the header {len(header)}; write 1200, not 1,200, and 30.5, not 30,5"
            problems.append(Problem(line=line, column="row", reason=why))
            continue
        cells = dict(zip(header, [*(cell.strip() for cell in row), *[""] * len(header)], strict=False))
        wrong = [Problem(line=line, column=name, reason=why) for name in header if (why := _wrong(name, cells[name]))]
        problems += wrong
        if wrong:
            continue
        order = OrderId(cells["order_id"])
        first.setdefault(order, line)
        boxes.setdefault(order, []).append(PackedBox(**{name: cells[name] for name in PACKAGE_FIELDS}))
        if lot := cells.get(LOT, ""):
            told_at, told = lots.setdefault(order, (line, lot))
            if told != lot:
                why = (
                    f"line {told_at} says {told} of the same order; where lots differ, use "
                    f"`tradelane packing confirm {order} --lot SKU=LOT`"
                )
                problems.append(Problem(line=line, column=LOT, reason=why))
    parcels = []
    for order, packed in boxes.items():
        message = ConfirmPacking(boxes=tuple(packed), lot=lots.get(order, (0, ""))[1], actor=actor)
        try:
            message.changes()
        except ValueError as wrong_parcel:
            problems.append(Problem(line=first[order], column="order_id", reason=str(wrong_parcel)))
        parcels.append(Parcel(order_id=order, line=first[order], message=message))
    if problems:
        raise BadSheet(path, sorted(problems, key=lambda problem: problem.line))
    return tuple(parcels)


def _table(path: Path) -> tuple[list[int], list[str], list[list[str]]]:
    """Line numbers, header and rows; empty rows are left out."""
    numbered = list(_records(path, _text(path)))
    if not numbered:
        raise WrongUsage(f"{path} is empty; its first line names the columns {', '.join((*COLUMNS, LOT))}.")
    header = [name.strip().lower() for name in numbered[0][1]]
    for mark, name in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and mark in header[0]:
            raise WrongUsage(f"{path} has {name} between its columns; {_SAVE_AS}.")
    missing = [name for name in COLUMNS if name not in header]
    unknown = [name or "(empty)" for name in header if name not in (*COLUMNS, LOT)]
    twice = sorted({name for name in header if header.count(name) > 1})
    for names, what in ((missing, "lacks the column"), (unknown, "has an unknown column"), (twice, "has twice")):
        if names:
            raise WrongUsage(f"{path} {what} {', '.join(names)}; the columns are {', '.join((*COLUMNS, LOT))}.")
    if len(numbered) == 1:
        raise WrongUsage(f"{path} has a header and no rows.")
    return [line for line, _ in numbered[1:]], header, [row for _, row in numbered[1:]]


def _text(path: Path) -> str:
    content = file_bytes(path, MOST_BYTES, "a packing sheet is not")
    if content.startswith(b"PK\x03\x04"):
        raise WrongUsage(f"{path} is a workbook, not CSV; {_SAVE_AS}.")
    if content.startswith(_OTHER_ENCODINGS) or b"\x00" in content:
        raise WrongUsage(f"{path} is not UTF-8 text; {_SAVE_AS}.")
    try:
        return content.decode("utf-8-sig")  # the mark that Excel puts first is no part of the first column's name
    except UnicodeDecodeError as wrong:
        line = content[: wrong.start].count(b"\n") + 1
        raise WrongUsage(f"{path} is not UTF-8 (line {line}); {_SAVE_AS}.") from wrong


def _records(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield line, row
            line = reader.line_num + 1
    except csv.Error as wrong:
        raise WrongUsage(f"{path} cannot be read from line {line} on: {wrong}.") from wrong


def _wrong(column: str, value: str) -> str:
    """Why a cell does not fit, or an empty text."""
    if column == LOT and not value:
        return ""
    if not value:
        return "is empty"
    if column == "order_id":
        return _wrong_order(value)
    if column in PACKAGE_FIELDS and "," in value:
        if _THOUSANDS.fullmatch(value):
            return f"write {value.replace(',', '')} without thousands separators, not {value}"
        return f"write {value.replace(',', '.')} with a point, not {value}"
    path = PARCEL_LOT if column == LOT else f"package.{column}"
    try:
        checked(path, value)
    except ValueError as wrong:
        return str(wrong).removeprefix(path).removeprefix(":").strip()
    return ""


def _wrong_order(value: str) -> str:
    try:
        OrderId(value)
    except ValueError:
        if not value.isdigit() and _SPREAD.fullmatch(value):
            return f"{value} is a number a spreadsheet has rounded; format the column as text and write all digits"
        return f"{value!r} is not an order id: it has 1 to 20 digits"
    return ""

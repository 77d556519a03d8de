"""Lists that are a table: one of one's own, and that of Korea's strategic-goods system Yestrade (우려거래자).

No public stable format of the Korean list is known, so its columns are found by their headers, Korean or English; the
header may stand below a few title lines, and columns that are not listed here are left alone.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from tradelane.adapters.party_lists.head import NotAList
from tradelane.domain.screening import ListedParty

KOREAN_SOURCE = "KR"

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": (
        "name",
        "full name",
        "이름",
        "성명",
        "명칭",
        "상호",
        "기관명",
        "한글명",
        "국문명",
        "우려거래자",
        "우려거래자명",
    ),
    "english": ("english name", "name_en", "영문명", "영문이름", "영문성명", "영문명칭"),
    "aliases": ("aliases", "alias", "aka", "별칭", "이명", "다른이름"),
    "country": ("country", "nationality", "국가", "국적", "소재국"),
    "id": ("id", "관리번호", "고유번호"),
    "programme": ("programme", "program", "source", "출처", "근거", "제재근거"),
    "kind": ("kind", "type", "구분", "유형"),
}
"""Part of an entry -> headers it may stand under, without regard to case and spaces."""

KINDS = {
    "person": "person", "individual": "person", "개인": "person",
    "organisation": "organisation", "organization": "organisation", "entity": "organisation", "company": "organisation",
    "단체": "organisation", "기관": "organisation", "법인": "organisation", "기업": "organisation",
    "vessel": "vessel", "선박": "vessel", "aircraft": "aircraft", "항공기": "aircraft",
}  # fmt: skip

TITLE_LINES = 10
"""Rows that may stand above the header."""

LARGEST_SHEET = 200 * 1024 * 1024
"""Bytes that a workbook may hold unpacked."""

Row = tuple[int, Sequence[str]]
"""The number of a line, and its cells."""

_MANY = re.compile(r"[;|\n]")
_PLACES = re.compile(r"[;|,/\n]")
_HANGUL = re.compile(r"[가-힣]")


def rows_of_csv(lines: Sequence[str]) -> Iterator[Row]:
    """The rows of a text, separated by the sign its header uses most: comma, semicolon or tabulator."""
    head = "\n".join(lines[: TITLE_LINES + 1])
    sign = max(",;\t", key=head.count)
    reader = csv.reader(lines, delimiter=sign)
    for row in reader:
        yield reader.line_num, row


def rows_of_workbook(path: Path) -> Iterator[Row]:
    """The rows of the first sheet of an XLSX file; a formula counts as what was last computed of it.

    Raises:
        NotAList: it is damaged, or would be larger unpacked than any list.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with path.open("rb") as file:  # not by its name: openpyxl would look at how that ends
            with ZipFile(file) as packed:
                if sum(part.file_size for part in packed.infolist()) > LARGEST_SHEET:
                    raise NotAList(f"it unpacks to more than {LARGEST_SHEET // 1024**2} MB, which no list does")
            book = load_workbook(file, read_only=True, data_only=True)
            width = 0
            for line, row in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
                width = max(width, len(row))  # a row ends at its last cell with content
                yield line, tuple("" if cell is None else str(cell) for cell in (*row, *[None] * (width - len(row))))
            book.close()
    except NotAList:
        raise
    except (BadZipFile, InvalidFileException, ParseError, KeyError, IndexError, ValueError, EOFError, OSError) as wrong:
        raise NotAList("it is no whole XLSX workbook; save it again as .xlsx or CSV") from wrong


@dataclass(frozen=True)
class Header:
    """The line of the header, how many cells it has, and where each part of an entry stands."""

    line: int
    width: int
    places: Mapping[str, int]
    korean: bool


def find_header(rows: Iterable[Row]) -> Header:
    """The header among the first rows.

    Raises:
        NotAList: none of them has a column for the name.
    """
    for line, cells in islice(rows, TITLE_LINES + 1):
        headers = [_plain(cell) for cell in cells]
        places = {
            part: headers.index(name)
            for part, names in COLUMNS.items()
            for name in [next((_plain(one) for one in names if _plain(one) in headers), "")]
            if name
        }
        if "name" in places or "english" in places:
            korean = any(_HANGUL.search(headers[place]) for place in places.values())
            return Header(line, len(cells), places, korean)
    raise NotAList(
        "it is no list that is known here: neither XML of the UN, OFAC or the EU, nor CSV of OFAC or the EU, nor a table "
        "with a header; a list of your own has the header name,aliases,country,id,programme"
    )


def parties(rows: Iterable[Row], header: Header, source: str) -> Iterator[ListedParty]:
    """The entries below the header; one without an id gets one from its name, so that it keeps it in the next edition.

    Raises:
        NotAList: a row has no name or a formula for one, or not as many cells as the header.
    """
    for line, cells in rows:
        if line <= header.line or not any(cell.strip() for cell in cells):
            continue
        if len(cells) < header.width or any(cell.strip() for cell in cells[header.width :]):
            raise NotAList(
                f"line {line} has {len(cells)} cells and the header {header.width}; text that holds commas stands in "
                "quotation marks"
            )
        part = {name: cells[place].strip() for name, place in header.places.items()}
        told = (part.get("name", ""), part.get("english", ""))
        if not any(told):
            raise NotAList(f"line {line} has no name")
        if any(name.startswith("=") for name in told):
            raise NotAList(f"line {line} holds a formula in the place of a name; save the values")
        every = (" ".join(name.split()) for name in (*told, *_MANY.split(part.get("aliases", ""))))
        names = tuple(dict.fromkeys(filter(None, every)))
        yield ListedParty(
            source=source,
            entry_id=part.get("id") or hashlib.sha256(names[0].encode()).hexdigest()[:12],
            kind=KINDS.get(part.get("kind", "").casefold(), ""),
            names=names,
            countries=tuple(place.strip() for place in _PLACES.split(part.get("country", "")) if place.strip()),
            programme=" ".join(part.get("programme", "").split()),
        )


def _plain(header: str) -> str:
    return "".join(header.split()).casefold()

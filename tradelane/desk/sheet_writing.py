"""A sheet written for a person: CSV that Excel opens in Korean, or a workbook. Same content, same bytes."""

from __future__ import annotations

import csv
import io
import re
import secrets
import stat
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from tradelane.desk.complaints import WrongUsage

_FIXED = (1980, 1, 1, 0, 0, 0)
"""The time of every member of a workbook: the earliest a ZIP file can say."""

_MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</)")


def write_sheet(path: Path, title: str, header: Sequence[str], rows: Iterable[Sequence[str | int]]) -> None:
    """Write rows under a header, as the file's ending says; text is written as text, whole numbers as numbers.

    Raises:
        WrongUsage: the ending is neither `.csv` nor `.xlsx`, or the file cannot be written.
    """
    writers = {".csv": lambda: _csv(header, rows), ".xlsx": lambda: _workbook(title, header, rows)}
    write = writers.get(path.suffix.lower())
    if write is None:
        raise WrongUsage(f"{path}: the name ends with {' or '.join(writers)}.")
    if path.exists() and not path.is_file():
        what = "a folder" if path.is_dir() else "a pipe or a device"
        raise WrongUsage(f"{path} cannot be written: it is {what}; name a file.")
    _put(path.resolve(), write())


def _put(path: Path, content: bytes) -> None:
    """Put a file in the place of the one before, whole: a disk that fills up leaves the old one as it was."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        try:
            draft.write_bytes(content)
            if path.exists():
                draft.chmod(stat.S_IMODE(path.stat().st_mode))
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as problem:
        raise WrongUsage(f"{path} cannot be written: {problem.strerror}.") from problem


def _csv(header: Sequence[str], rows: Iterable[Sequence[str | int]]) -> bytes:
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(header)
    writer.writerows(rows)
    return target.getvalue().encode("utf-8-sig")  # without the mark Excel takes Korean for MS949


def _workbook(title: str, header: Sequence[str], rows: Iterable[Sequence[str | int]]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "B2"
    heading = []
    for name in header:
        cell = WriteOnlyCell(sheet, value=name)
        cell.font = Font(bold=True)
        heading.append(cell)
    sheet.append(heading)
    for row in rows:
        line: list[object] = []
        for value in row:
            if isinstance(value, str) and value:
                cell = WriteOnlyCell(sheet, value=value)
                cell.data_type = "s"  # never a formula, whatever it begins with
                cell.number_format = "@"
                line.append(cell)
            else:
                line.append(value if value != "" else None)
        sheet.append(line)
    packed = io.BytesIO()
    book.save(packed)
    return _timeless(packed.getvalue())


def _timeless(packed: bytes) -> bytes:
    """The same workbook without the minute it was saved in."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(packed)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written,
    ):
        for member in sorted(source.namelist()):
            content = source.read(member)
            if member == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>1980-01-01T00:00:00Z\g<3>", content)
            written.writestr(zipfile.ZipInfo(member, _FIXED), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()

"""Records of a JSON file as rows of a sheet, so that they are checked like those of a spreadsheet.

The file is one object with a list for each kind of record, in the shape of `tradelane/demo/brands.json`. Names that are
no fields are left alone, as the demo's file has more than the house asks for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from tradelane.desk.complaints import WrongUsage
from tradelane.desk.sheet import Problem, Row, Sheet, finished, neutral

Flatten = Callable[[str, Any], Mapping[str, Any] | None]
"""Of a field and its value: the columns it makes; None where it is a field of its own."""


def is_json(path: Path, content: bytes) -> bool:
    """Whether a file says that it is JSON, or begins like it."""
    return path.suffix.lower() == ".json" or content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def read_json(path: Path, content: bytes, list_name: str, known: Callable[[str], bool], flatten: Flatten) -> Sheet:
    """The entries of one list; a row's line is the number of its entry.

    Raises:
        WrongUsage: it is no JSON object with that list.
    """
    try:
        read = json.loads(content.decode("utf-8-sig"), parse_float=Decimal, object_pairs_hook=_once)
    except UnicodeDecodeError as wrong:
        raise WrongUsage(f"{path} does not fit: it is not UTF-8.") from wrong
    except (ValueError, RecursionError) as wrong:
        raise WrongUsage(f"{path} does not fit: it is no JSON: {str(wrong).removesuffix('.')}.") from wrong
    entries = read.get(list_name) if isinstance(read, dict) else None
    if not isinstance(entries, list):
        raise WrongUsage(f'{path} does not fit: it is one JSON object with a list "{list_name}".')
    rows, problems, columns = [], [], dict[str, None]()
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict):
            problems.append(Problem(line=number, column="entry", reason="is no JSON object", unit="entry"))
            continue
        cells: dict[str, str] = {}
        for name, value in entry.items():
            for column, one in (flatten(name, value) or {name: value}).items():
                if known(column):
                    try:
                        cells[column] = _cell(one)
                    except TypeError:
                        why = f"is {type(one).__name__}, not one value"
                        problems.append(Problem(line=number, column=column, reason=why, unit="entry"))
        columns |= dict.fromkeys(cells)
        rows.append(Row(line=number, cells=cells))
    bad = {problem.line for problem in problems}
    return finished(str(path), "", tuple(columns), [row for row in rows if row.line not in bad], problems, "entry")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names are there once: of two, JSON would silently keep the last."""
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"an object has twice {', '.join(twice)}")
    return dict(pairs)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return neutral(value.strip())
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value:f}" if value.is_finite() and abs(value.adjusted()) < 30 else str(value)
    if isinstance(value, int):
        return str(value)
    raise TypeError

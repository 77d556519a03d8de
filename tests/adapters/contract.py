"""A counterparty's table of fields as data: what is required, in which form, and nothing that is not in it.

Tables are typed from docs/counterparties, not from our adapters: the same table judges what an adapter sends and what
a simulator takes, each without the other.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

Check = Callable[[Any], bool]


@dataclass(frozen=True)
class Form:
    """A form in words and as a check."""

    words: str
    holds: Check


def text(longest: int, shortest: int = 1) -> Form:
    """Text of so many characters."""
    return Form(f"text {shortest}..{longest}", lambda v: isinstance(v, str) and shortest <= len(v) <= longest)


def euc_kr(longest: int) -> Form:
    """Text of so many EUC-KR bytes, at least one."""

    def holds(value: Any) -> bool:
        try:
            return isinstance(value, str) and 1 <= len(value.encode("euc-kr")) <= longest
        except UnicodeEncodeError:
            return False

    return Form(f"1..{longest} EUC-KR bytes", holds)


def like(pattern: str) -> Form:
    """Text that is a pattern from its first sign to its last."""
    return Form(f"like {pattern}", lambda v: isinstance(v, str) and re.fullmatch(pattern, v) is not None)


def one_of(*words: object) -> Form:
    return Form(f"one of {words}", lambda v: v in words)


def number(digits: int, decimals: int = 0, *, least: str = "0", texts: bool = True) -> Form:
    """A number of so many places before and at most `decimals` behind the point: as text, or as a JSON number."""
    kinds: tuple[type, ...] = (str,) if texts else (int, float)

    def holds(value: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, kinds):
            return False
        try:
            told = Decimal(str(value))
        except InvalidOperation:
            return False
        exponent = told.as_tuple().exponent
        assert isinstance(exponent, int)
        return told >= Decimal(least) and -exponent <= decimals and len(str(int(abs(told)))) <= digits

    return Form(f"number {digits},{decimals} from {least}", holds)


def day(form: str) -> Form:
    """A calendar day written as `strptime` says."""

    def holds(value: Any) -> bool:
        try:
            return isinstance(value, str) and datetime.strptime(value, form).strftime(form) == value  # noqa: DTZ007
        except ValueError:
            return False

    return Form(f"day {form}", holds)


FLAG = Form("boolean", lambda v: isinstance(v, bool))
OBJECT = Form("object", lambda v: isinstance(v, dict) and bool(v))


def rows(most: int) -> Form:
    return Form(f"list of 1..{most}", lambda v: isinstance(v, list) and 1 <= len(v) <= most)


@dataclass(frozen=True)
class Field:
    """One row of a table: a path such as `RanList[].HSCode`, its form, and whether its parent cannot do without it."""

    path: str
    form: Form
    required: bool = True


def needed(path: str, form: Form) -> Field:
    return Field(path, form)


def free(path: str, form: Form) -> Field:
    return Field(path, form, required=False)


def places(body: Any, path: str) -> Iterator[tuple[Any, str]]:
    """Every object a path leads to, with the key in it: one for each row of a list on the way."""
    head, _, rest = path.partition(".")
    name = head.removesuffix("[]")
    if not isinstance(body, dict):
        return
    if not rest:
        yield body, name
        return
    inner = body.get(name)
    for part in inner if isinstance(inner, list) and head.endswith("[]") else [inner]:
        yield from places(part, rest)


def faults(body: Any, table: Sequence[Field]) -> list[str]:
    """What is wrong with a body by a table: missing, out of form, or not in the table at all."""
    found: list[str] = []
    for field in table:
        for place, name in places(body, field.path):
            if name not in place:
                found += [f"{field.path} is missing"] if field.required else []
            elif not field.form.holds(place[name]):
                found.append(f"{field.path} is {place[name]!r}, not {field.form.words}")
    known = {field.path.replace("[]", "") for field in table}
    return found + [f"{path} is in no table" for path in sorted(set(paths(body)) - known)]


def paths(body: Any, prefix: str = "") -> Iterator[str]:
    """Every path of a body, rows of lists taken together."""
    if isinstance(body, list):
        for row in body:
            yield from paths(row, prefix)
    elif isinstance(body, dict):
        for name, inner in body.items():
            path = f"{prefix}.{name}" if prefix else name
            yield path
            yield from paths(inner, path)


def without_each(body: Any, table: Sequence[Field]) -> Iterator[tuple[str, Any]]:
    """The body once for each required field, without it."""
    for field in table:
        if field.required:
            lacking = copy.deepcopy(body)
            for place, name in places(lacking, field.path):
                place.pop(name, None)
            yield field.path, lacking

"""A small checker of JSON shapes in the manner of the MyDHL description: bounds, enums, required and closed objects.

It lists every problem as the text DHL puts into `detail` and `additionalDetails` of a 422, with a `#/path` to the place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

THOUSANDTH = Decimal("0.001")


class Shape(Protocol):
    """Anything that can list what is wrong with a value."""

    def problems(self, value: object, path: str) -> Iterator[str]:
        """What is wrong with `value` at `path`."""


@dataclass(frozen=True)
class Anything:
    """A value we do not look into."""

    def problems(self, value: object, path: str) -> Iterator[str]:
        """Nothing ever is."""
        yield from ()


@dataclass(frozen=True)
class Flag:
    """True or false."""

    def problems(self, value: object, path: str) -> Iterator[str]:
        """Another type."""
        if not isinstance(value, bool):
            yield f"{path}: expected type: Boolean, found: {kind(value)}"


@dataclass(frozen=True)
class Text:
    """A text of `least` to `most` characters, one of `choices`, of form `pattern`, where these are given."""

    least: int = 0
    most: int | None = None
    choices: frozenset[str] = frozenset()
    pattern: re.Pattern[str] | None = None

    def problems(self, value: object, path: str) -> Iterator[str]:
        """Another type, a wrong length, a value not in the list, another form."""
        if not isinstance(value, str):
            yield f"{path}: expected type: String, found: {kind(value)}"
            return
        if len(value) < self.least:
            yield f"{path}: expected minLength: {self.least}, actual: {len(value)}"
        if self.most is not None and len(value) > self.most:
            yield f"{path}: expected maxLength: {self.most}, actual: {len(value)}"
        if self.choices and value not in self.choices:
            yield f"{path}: {value} is not a valid enum value"
        if self.pattern is not None and not self.pattern.search(value):
            yield f"{path}: string [{value}] does not match pattern {self.pattern.pattern}"


@dataclass(frozen=True)
class Number:
    """A number of at least `least` and at most `most`, in whole steps of `step` where one is given."""

    least: Decimal = Decimal(0)
    most: Decimal = Decimal(999_999_999_999_999)
    step: Decimal | None = THOUSANDTH
    whole: bool = False

    def problems(self, value: object, path: str) -> Iterator[str]:
        """Another type, out of bounds, too many decimals."""
        wanted = int if self.whole else int | Decimal
        if isinstance(value, bool) or not isinstance(value, wanted):
            yield f"{path}: expected type: {'Integer' if self.whole else 'Number'}, found: {kind(value)}"
            return
        if not isinstance(value, int | Decimal):
            return
        if value < self.least:
            yield f"{path}: {value} is not greater or equal to {self.least}"
        if value > self.most:
            yield f"{path}: {value} is not less or equal to {self.most}"
        if self.step is not None and Decimal(value) % self.step:
            yield f"{path}: {value} is not a multiple of {self.step}"


@dataclass(frozen=True)
class List:
    """A list of `least` to `most` values of one shape."""

    of: Shape
    least: int = 0
    most: int = 999

    def problems(self, value: object, path: str) -> Iterator[str]:
        """Another type, too few or too many, and the problems of the members."""
        if not isinstance(value, list):
            yield f"{path}: expected type: JSONArray, found: {kind(value)}"
            return
        if len(value) < self.least:
            yield f"{path}: expected minimum item count: {self.least}, found: {len(value)}"
        if len(value) > self.most:
            yield f"{path}: expected maximum item count: {self.most}, found: {len(value)}"
        for place, member in enumerate(value):
            yield from self.of.problems(member, f"{path}/{place}")


@dataclass(frozen=True)
class Object:
    """An object with these keys and no others."""

    required: Mapping[str, Shape] = field(default_factory=dict)
    optional: Mapping[str, Shape] = field(default_factory=dict)

    def problems(self, value: object, path: str) -> Iterator[str]:
        """Another type, missing keys, extra keys, and the problems of the values."""
        if not isinstance(value, dict):
            yield f"{path}: expected type: JSONObject, found: {kind(value)}"
            return
        for key in self.required:
            if key not in value:
                yield f"{path}: required key [{key}] not found"
        shapes = {**self.optional, **self.required}
        for key, inner in value.items():
            if key in shapes:
                yield from shapes[key].problems(inner, f"{path}/{key}")
            else:
                yield f"{path}: extraneous key [{key}] is not permitted"


def one_of(words: str) -> Text:
    """A text that is one of these words."""
    return Text(choices=frozenset(words.split()))


def kind(value: object) -> str:
    """The JSON type of a value, in the words of the error texts."""
    match value:
        case None:
            return "Null"
        case bool():
            return "Boolean"
        case int():
            return "Integer"
        case Decimal():
            return "BigDecimal"
        case str():
            return "String"
        case list():
            return "JSONArray"
        case _:
            return "JSONObject"

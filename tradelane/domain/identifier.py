"""What every identifier has in common: a str that was checked once and is compact ever after.

Identifiers arrive typed by people and pasted from spreadsheets, so they are cleaned as python-stdnum does it
(any dash is a dash, any digit a digit) and then checked; what is left is one canonical value, flat in JSON.
``printed`` gives the form people read.
"""

from __future__ import annotations

import re
import unicodedata
from string import ascii_lowercase
from typing import Any, ClassVar, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema
from stdnum.util import clean

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_CAPITALS = {ord(letter): ord(letter) - 32 for letter in ascii_lowercase}


class Identifier(str):
    """A checked identifier: constructor and pydantic raise ValueError with one sentence when it is wrong."""

    __slots__ = ()

    #: What the identifier is called in the sentence of an error.
    label: ClassVar[str] = "identifier"
    #: Characters people put between the parts, dropped from the canonical value.
    separators: ClassVar[str] = " -"
    #: Numbers in JSON lose leading zeros, so they are taken only where there cannot be any.
    takes_int: ClassVar[bool] = False
    #: False where the value is personal data and must not be repeated in errors and logs.
    may_be_quoted: ClassVar[bool] = True

    def __new__(cls, value: str | int) -> Self:
        if type(value) is cls:
            return value
        if isinstance(value, int) and not isinstance(value, bool) and cls.takes_int:
            value = str(value)
        if not isinstance(value, str):
            raise ValueError(f"A {cls.label} is text, not {type(value).__name__}.")
        return super().__new__(cls, cls.checked(tidy(value, cls.separators)))

    @classmethod
    def checked(cls, text: str) -> str:
        """The canonical value of the cleaned text, or ValueError."""
        raise NotImplementedError

    @classmethod
    def wrong(cls, text: str, rule: str) -> ValueError:
        """The error to raise: what was given, what it is not, and the rule."""
        if not cls.may_be_quoted:
            return ValueError(f"This is no {cls.label}: {rule}.")
        return ValueError(f"{_shortened(text)!r} is no {cls.label}: {rule}.")

    @property
    def printed(self) -> str:
        """The form people read on papers."""
        return str(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        plain: CoreSchema = core_schema.str_schema()
        given = core_schema.union_schema([plain, core_schema.int_schema()]) if cls.takes_int else plain
        return core_schema.no_info_plain_validator_function(
            cls,
            json_schema_input_schema=given,
            serialization=core_schema.to_string_ser_schema(when_used="json"),
        )


class Digits(Identifier):
    """An identifier made of ASCII digits, of a fixed length or a range of lengths."""

    __slots__ = ()

    shortest: ClassVar[int] = 1
    longest: ClassVar[int] = 20

    @classmethod
    def checked(cls, text: str) -> str:
        if not re.fullmatch(r"[0-9]+", text) or not cls.shortest <= len(text) <= cls.longest:
            length = f"{cls.shortest}" if cls.shortest == cls.longest else f"{cls.shortest} to {cls.longest}"
            raise cls.wrong(text, f"it has {length} digits")
        cls.check_digits(text)
        return text

    @classmethod
    def check_digits(cls, digits: str) -> None:
        """Further rules on the digits; raises ValueError."""


def tidy(text: str, separators: str = " -") -> str:
    """Fold full-width and look-alike characters; drop separators, spaces and invisible characters.

    >>> tidy("\\uff11\\uff12\\u2013\\u00a03\\u200b4")
    '1234'
    """
    composed = unicodedata.normalize("NFC", text).translate(_FULL_WIDTH)
    visible = "".join(
        " " if character.isspace() else character for character in composed if unicodedata.category(character) != "Cf"
    )
    return clean(visible, separators + " ")


def capitals(text: str) -> str:
    """a-z to A-Z and nothing else: ``str.upper`` turns "ß" into the valid country code SS.

    >>> capitals("aß")
    'Aß'
    """
    return text.translate(_CAPITALS)


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"

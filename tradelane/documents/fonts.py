"""The two fonts of the papers: NanumGothic Regular and Bold, as TrueType files that are embedded.

They have all 11,172 Hangul syllables and the accents of Spanish. ReportLab's built-in Korean fonts are not
embedded, so a viewer may replace them; and ReportLab draws a character its font lacks as an empty box and
says nothing. Hence the check before drawing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from tradelane.documents.embedding import prepare

_WHEEL = "koreanize_matplotlib"
_REGULAR = ("NanumGothic.ttf", "NanumGothic-Regular.ttf")
_BOLD = ("NanumGothicBold.ttf", "NanumGothic-Bold.ttf")

#: A parsed font keeps its reading position, so only one paper at a time is drawn in a process.
DRAWING = threading.Lock()


class FontsNotFound(LookupError):
    """The fonts of the papers are not where they were looked for."""


class MissingGlyph(ValueError):
    """A text holds characters that the font cannot draw; ``characters`` lists them once each, in order.

    ``fields`` are the boxes and columns they stand in; the text itself is never repeated, for it may be a name.
    """

    def __init__(self, characters: str, fields: tuple[str, ...] = ()) -> None:
        super().__init__(characters, fields)
        self.characters = characters
        self.fields = fields

    def __str__(self) -> str:
        named = ", ".join(f"{character!r} (U+{ord(character):04X})" for character in self.characters)
        where = f" in {'; '.join(self.fields)}" if self.fields else ""
        return f"The font of the papers has no glyph for {named}{where}."


@dataclass(frozen=True)
class FontSource:
    """Where the two font files are."""

    regular: Path
    bold: Path

    @classmethod
    def in_folder(cls, folder: Path) -> FontSource:
        """The files in a folder, under the names of either distribution. Raises FontsNotFound."""
        return cls(_first(folder, _REGULAR), _first(folder, _BOLD))

    @classmethod
    @lru_cache(maxsize=1)
    def installed(cls) -> FontSource:
        """The files of the installed font wheel, found without importing it (that imports matplotlib)."""
        spec = find_spec(_WHEEL)
        if spec is None or spec.origin is None:
            raise FontsNotFound(f"The font wheel {_WHEEL} is not installed and no font folder is set.")
        return cls.in_folder(Path(spec.origin).parent / "fonts")


class _Widths(dict[str, float]):
    """Widths of characters at size 1000; those the font lacks have its default width."""

    default = 0.0

    def __missing__(self, character: str) -> float:
        return self.default


class Font:
    """One parsed font: its name for ReportLab, widths, and which characters it has."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        parsed: Any = TTFont(name, str(path))
        pdfmetrics.registerFont(parsed)
        prepare(parsed)
        face = parsed.face
        self.parsed: Any = parsed
        """ReportLab's font object, which splits a text into its embedded subsets."""
        self._drawable: frozenset[str] = frozenset(c for c in map(chr, face.charToGlyph) if c.isprintable())
        self._widths = _Widths({chr(code): width for code, width in face.charWidths.items()})
        self._widths.default = face.defaultWidth

    def width(self, text: str, size: float) -> float:
        """Width of the text in points."""
        return sum(map(self._widths.__getitem__, text)) * size / 1000

    def lacks(self, text: str) -> list[str]:
        """Characters of the text without a glyph; control characters never have one."""
        if self._drawable.issuperset(text):
            return []
        return [c for c in dict.fromkeys(text) if c not in self._drawable]


@dataclass(frozen=True)
class Fonts:
    """Both weights, parsed."""

    regular: Font
    bold: Font

    def check(self, texts: Iterable[tuple[str, bool, str]]) -> None:
        """Raise MissingGlyph if a (text, bold, field) holds a character its weight cannot draw."""
        texts = list(texts)
        whole = {bold: "".join([text for text, strong, _ in texts if strong is bold]) for bold in (False, True)}
        if not self.regular.lacks(whole[False]) and not self.bold.lacks(whole[True]):
            return
        missing: dict[str, None] = {}
        fields: dict[str, None] = {}
        for text, bold, field in texts:
            lacking = (self.bold if bold else self.regular).lacks(text)
            missing.update(dict.fromkeys(lacking))
            fields.update(dict.fromkeys([field] if lacking and field else []))
        if missing:
            raise MissingGlyph("".join(missing), tuple(fields))


def load(source: FontSource | None = None) -> Fonts:
    """Parse the fonts once per process; without a source, those of the installed wheel."""
    with DRAWING:
        return _parsed(source or FontSource.installed())


@lru_cache(maxsize=4)
def _parsed(source: FontSource) -> Fonts:
    number = _parsed.cache_info().misses
    return Fonts(Font(f"Paper{number}", source.regular), Font(f"Paper{number}Bold", source.bold))


def _first(folder: Path, names: tuple[str, ...]) -> Path:
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise FontsNotFound(f"No font file {' or '.join(names)} in {folder}.")

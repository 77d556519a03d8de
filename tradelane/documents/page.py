"""A4 pages: everything is placed first, checked for glyphs, and only then drawn, so "page x of y" is known.

Measures are points from the top left corner. ReportLab's invariant mode leaves out the clock and random ids:
the same placements give the same bytes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any, Literal

from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from tradelane.documents.embedding import begin
from tradelane.documents.fonts import DRAWING, Font, Fonts
from tradelane.documents.ink import Ink

WIDTH: float = A4[0]
HEIGHT: float = A4[1]
LEADING = 1.28

Align = Literal["left", "right", "centre"]

rl_config.useA85 = 0  # binary streams: a fifth smaller and quicker than text, and every viewer reads them


@dataclass(frozen=True)
class Style:
    """How a text looks; ``grey`` is 0 for black to 1 for white."""

    size: float = 8
    bold: bool = False
    grey: float = 0

    @property
    def leading(self) -> float:
        """From one line to the next."""
        return self.size * LEADING


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text as it was placed."""

    x: float
    y: float
    text: str
    style: Style
    align: Align
    field: str
    label: bool = False
    """Whether the form itself says it, the same on every paper of its kind."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float
    fill: float | None
    stroke: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    thickness: float


@dataclass(frozen=True, slots=True)
class Barcode:
    """A Code 128 barcode."""

    x: float
    y: float
    width: float
    height: float
    value: str


@dataclass
class Sheet:
    """One page with what was placed on it."""

    placed: list[Text | Box | Rule | Barcode] = field(default_factory=list)
    field: str = ""
    """What the next texts belong to; named when one of them cannot be drawn."""

    def text(self, x: float, y: float, text: str, style: Style, align: Align = "left") -> None:
        """One line of text whose top is at ``y``; ``x`` is its left end, right end or middle."""
        self.placed.append(Text(x, y, text, style, align, self.field))

    def label(self, x: float, y: float, text: str, style: Style, align: Align = "left") -> None:
        """The same for what the form itself says: its characters are embedded once for all papers of a kind."""
        self.placed.append(Text(x, y, text, style, align, self.field, label=True))

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: float | None = None,
        stroke: bool = True,
    ) -> None:
        """A rectangle; ``fill`` is a grey from 0 to 1."""
        self.placed.append(Box(x, y, width, height, fill, stroke))

    def rule(self, x1: float, y1: float, x2: float, y2: float, thickness: float = 0.5) -> None:
        """A straight line."""
        self.placed.append(Rule(x1, y1, x2, y2, thickness))

    def barcode(self, x: float, y: float, width: float, height: float, value: str) -> None:
        """A Code 128 barcode as wide as ``width``, quiet zones included."""
        self.placed.append(Barcode(x, y, width, height, value))


class Pad:
    """The sheets of one paper and the fonts they are measured with."""

    def __init__(self, fonts: Fonts, title: str, language: str = "en") -> None:
        self.fonts = fonts
        self.title = title
        self.language = language
        self.sheets: list[Sheet] = []

    def sheet(self) -> Sheet:
        """A new empty page."""
        self.sheets.append(Sheet())
        return self.sheets[-1]

    def width(self, text: str, style: Style) -> float:
        """Width of a line in points."""
        return self._font(style).width(text, style.size)

    def wrapped(self, text: str, style: Style, width: float) -> list[str]:
        """Lines no wider than ``width``: broken at spaces, and inside a word that alone is too wide.

        Texts are composed first (NFC): the fonts have "ñ", but no marks to put over an "n".
        """
        font, size = self._font(style), style.size
        composed = " ".join(unicodedata.normalize("NFC", text).split())
        if font.width(composed, size) <= width:
            return [composed] if composed else []
        lines: list[str] = []
        used, space = 0.0, font.width(" ", size)
        for word in composed.split():
            wide = font.width(word, size)
            if lines and used + space + wide <= width:
                lines[-1] += f" {word}"
                used += space + wide
                continue
            lines.extend(_pieces(word, font, size, width) if wide > width else [word])
            used = font.width(lines[-1], size)
        return lines

    def fitted(self, text: str, style: Style, width: float) -> Style:
        """The style, made smaller where the text would be wider than ``width`` (figures are never broken)."""
        wide = self.width(text, style)
        return style if wide <= width else replace(style, size=style.size * width / wide)

    def finish(self) -> bytes:
        """Check every text for glyphs, then draw. Raises MissingGlyph."""
        texts = [item for sheet in self.sheets for item in sheet.placed if isinstance(item, Text)]
        self.fonts.check((item.text, item.style.bold, item.field) for item in texts)
        out = BytesIO()
        with DRAWING:
            canvas: Any = Canvas(out, pagesize=A4, invariant=1, pageCompression=1, lang=self.language)
            canvas.setTitle(self.title)
            codes = {font.name: self._begin(font, texts, canvas._doc) for font in (self.fonts.regular, self.fonts.bold)}
            for sheet in self.sheets:
                ink = Ink(canvas, HEIGHT, codes)
                for item in sheet.placed:
                    self._draw(ink, item)
                ink.dry()
                canvas.showPage()
            canvas.save()
        return out.getvalue()

    def _begin(self, font: Font, texts: Sequence[Text], document: Any) -> Mapping[int, int]:
        drawn = [item for item in texts if self._font(item.style) is font]
        return begin(font.parsed, [item.text for item in drawn if item.label], [item.text for item in drawn], document)

    def _draw(self, ink: Ink, item: Text | Box | Rule | Barcode) -> None:
        match item:
            case Text(x, y, text, style, align):
                font = self._font(style)
                shift = 0.0 if align == "left" else font.width(text, style.size) * (1 if align == "right" else 0.5)
                ink.text(font, style.size, style.grey, x - shift, y + style.size * 0.92, text)
            case Box(x, y, width, height, fill, stroke):
                ink.box(x, y, width, height, fill, stroke)
            case Rule(x1, y1, x2, y2, thickness):
                ink.rule(x1, y1, x2, y2, thickness)
            case Barcode(x, y, width, height, value):
                ink.barcode(x, y, width, height, value)

    def _font(self, style: Style) -> Font:
        return self.fonts.bold if style.bold else self.fonts.regular


def _pieces(word: str, font: Font, size: float, width: float) -> list[str]:
    pieces = [""]
    used = 0.0
    for character in word:
        wide = font.width(character, size)
        if pieces[-1] and used + wide > width:
            pieces.append("")
            used = 0.0
        pieces[-1] += character
        used += wide
    return pieces

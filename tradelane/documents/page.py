"""A4 pages: everything is placed first, checked for glyphs, and only then drawn, so "page x of y" is known.

Measures are points from the top left corner. ReportLab's invariant mode leaves out the clock and random ids:
the same placements give the same bytes.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any, Literal

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from tradelane.documents.fonts import DRAWING, Font, Fonts

WIDTH: float = A4[0]
HEIGHT: float = A4[1]
LEADING = 1.28

Align = Literal["left", "right", "centre"]


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


@dataclass(frozen=True)
class _Text:
    x: float
    y: float
    text: str
    style: Style
    align: Align


@dataclass(frozen=True)
class _Box:
    x: float
    y: float
    width: float
    height: float
    fill: float | None
    stroke: bool


@dataclass(frozen=True)
class _Rule:
    x1: float
    y1: float
    x2: float
    y2: float
    thickness: float


@dataclass(frozen=True)
class _Barcode:
    x: float
    y: float
    width: float
    height: float
    value: str


@dataclass
class Sheet:
    """One page with what was placed on it."""

    placed: list[_Text | _Box | _Rule | _Barcode] = field(default_factory=list)

    def text(self, x: float, y: float, text: str, style: Style, align: Align = "left") -> None:
        """One line of text whose top is at ``y``; ``x`` is its left end, right end or middle."""
        self.placed.append(_Text(x, y, text, style, align))

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
        self.placed.append(_Box(x, y, width, height, fill, stroke))

    def rule(self, x1: float, y1: float, x2: float, y2: float, thickness: float = 0.5) -> None:
        """A straight line."""
        self.placed.append(_Rule(x1, y1, x2, y2, thickness))

    def barcode(self, x: float, y: float, width: float, height: float, value: str) -> None:
        """A Code 128 barcode as wide as ``width``, quiet zones included."""
        self.placed.append(_Barcode(x, y, width, height, value))


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

    def wrapped(self, text: str, style: Style, width: float) -> list[str]:
        """Lines no wider than ``width``: broken at spaces, and inside a word that alone is too wide.

        Texts are composed first (NFC): the fonts have "ñ", but no marks to put over an "n".
        """
        font = self.fonts.bold if style.bold else self.fonts.regular
        lines: list[str] = []
        for word in unicodedata.normalize("NFC", text).split():
            joined = f"{lines[-1]} {word}" if lines else word
            if lines and font.width(joined, style.size) <= width:
                lines[-1] = joined
                continue
            pieces = _pieces(word, font, style.size, width)
            lines.extend(pieces)
        return lines

    def fitted(self, text: str, style: Style, width: float) -> Style:
        """The style, made smaller where the text would be wider than ``width`` (figures are never broken)."""
        wide = (self.fonts.bold if style.bold else self.fonts.regular).width(text, style.size)
        return style if wide <= width else replace(style, size=style.size * width / wide)

    def finish(self) -> bytes:
        """Check every text for glyphs, then draw. Raises MissingGlyph."""
        self.fonts.check(
            (item.text, item.style.bold) for sheet in self.sheets for item in sheet.placed if isinstance(item, _Text)
        )
        out = BytesIO()
        with DRAWING:
            canvas: Any = Canvas(out, pagesize=A4, invariant=1, pageCompression=1, lang=self.language)
            canvas.setTitle(self.title)
            for sheet in self.sheets:
                for item in sheet.placed:
                    self._draw(canvas, item)
                canvas.showPage()
            canvas.save()
        return out.getvalue()

    def _draw(self, canvas: Any, item: _Text | _Box | _Rule | _Barcode) -> None:
        match item:
            case _Text(x, y, text, style, align):
                font = self.fonts.bold if style.bold else self.fonts.regular
                canvas.setFont(font.name, style.size)
                canvas.setFillGray(style.grey)
                shift = {"left": 0.0, "right": 1.0, "centre": 0.5}[align] * font.width(text, style.size)
                canvas.drawString(x - shift, HEIGHT - y - style.size * 0.92, text)
            case _Box(x, y, width, height, fill, stroke):
                canvas.setLineWidth(0.6)
                canvas.setFillGray(1 if fill is None else fill)
                canvas.rect(x, HEIGHT - y - height, width, height, stroke=stroke, fill=fill is not None)
            case _Rule(x1, y1, x2, y2, thickness):
                canvas.setLineWidth(thickness)
                canvas.line(x1, HEIGHT - y1, x2, HEIGHT - y2)
            case _Barcode(x, y, width, height, value):
                narrow = Code128(value, barHeight=height, barWidth=1, quiet=1, lquiet=10, rquiet=10)
                bars = width / narrow.width
                code = Code128(value, barHeight=height, barWidth=bars, lquiet=10 * bars, rquiet=10 * bars)
                canvas.setFillGray(0)
                code.drawOn(canvas, x, HEIGHT - y - height)


def _pieces(word: str, font: Font, size: float, width: float) -> list[str]:
    if font.width(word, size) <= width:
        return [word]
    pieces = [""]
    for character in word:
        if pieces[-1] and font.width(pieces[-1] + character, size) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces

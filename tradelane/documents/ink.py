"""Drawing on one page: PDF operators written directly, because ReportLab's own calls cost ten times as much.

Only operators of the PDF reference (ISO 32000-1, annex A) are written, through the canvas' `addLiteral`; fonts, their
subsets, pages and the file itself stay ReportLab's. `y` is measured from the top of the page, as everywhere here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import groupby
from typing import Any

from reportlab.graphics.barcode.code128 import Code128

from tradelane.documents.embedding import SUBSET
from tradelane.documents.fonts import Font

QUIET = 10
"""Modules of white on both sides of a Code 128 barcode (ISO/IEC 15417)."""


class Ink:
    """The operators of one page, collected and written at once.

    ``codes`` are, for each font by its name, the codes of all characters of the file (`embedding.begin`).
    """

    def __init__(self, canvas: Any, height: float, codes: Mapping[str, Mapping[int, int]]) -> None:
        self._canvas = canvas
        self._height = height
        self._codes = codes
        self._names: dict[tuple[str, int], str] = {}
        self._written: list[str] = []
        self._grey: float | None = None
        self._line: float | None = None

    def text(self, font: Font, size: float, grey: float, x: float, base: float, text: str) -> None:
        """One line whose base line is at ``base``."""
        self._fill(grey)
        shown = " ".join(f"{name} {size:.3f} Tf <{codes}> Tj" for name, codes in self._runs(font, text))
        self._written.append(f"BT 1 0 0 1 {x:.2f} {self._height - base:.2f} Tm {shown} ET")

    def _runs(self, font: Font, text: str) -> list[tuple[str, str]]:
        """The text as codes of the font's subsets in hexadecimal, each run with the name of its subset in the file.

        Most lines are in the first subset alone: then each code is one byte.
        """
        placed = text.translate(self._codes[font.name])
        try:
            return [(self._named(font, 0), placed.encode("latin-1").hex())]
        except UnicodeEncodeError:
            runs = [
                (subset, bytes(code % SUBSET for code in run)) for subset, run in groupby(map(ord, placed), _subset)
            ]
            return [(self._named(font, subset), run.hex()) for subset, run in runs]

    def _named(self, font: Font, subset: int) -> str:
        name = self._names.get((font.name, subset))
        if name is None:
            name = self._names[font.name, subset] = font.parsed.getSubsetInternalName(subset, self._canvas._doc)
        return name

    def box(self, x: float, y: float, width: float, height: float, fill: float | None, stroke: bool) -> None:
        """A rectangle, filled with a grey, stroked, or both."""
        if fill is not None:
            self._fill(fill)
        if stroke:
            self._stroke(0.6)
        paint = {(True, True): "B", (True, False): "f", (False, True): "S", (False, False): "n"}
        area = f"{x:.2f} {self._height - y - height:.2f} {width:.2f} {height:.2f} re"
        self._written.append(f"{area} {paint[fill is not None, stroke]}")

    def rule(self, x1: float, y1: float, x2: float, y2: float, thickness: float) -> None:
        """A straight line."""
        self._stroke(thickness)
        self._written.append(f"{x1:.2f} {self._height - y1:.2f} m {x2:.2f} {self._height - y2:.2f} l S")

    def barcode(self, x: float, y: float, width: float, height: float, value: str) -> None:
        """A Code 128 barcode as wide as ``width``, quiet zones included."""
        bars, modules = _bars(value)
        module = width / (modules + 2 * QUIET)
        self._fill(0)
        bottom = self._height - y - height
        drawn = (
            f"{x + (QUIET + at) * module:.3f} {bottom:.2f} {wide * module:.3f} {height:.2f} re" for at, wide in bars
        )
        self._written.append(" ".join(drawn) + " f")

    def dry(self) -> None:
        """Give everything to the canvas."""
        self._canvas.addLiteral("\n".join(self._written))

    def _fill(self, grey: float) -> None:
        if grey != self._grey:
            self._grey = grey
            self._written.append(f"{grey:.2f} g")

    def _stroke(self, thickness: float) -> None:
        if thickness != self._line:
            self._line = thickness
            self._written.append(f"{thickness:.2f} w")


def _subset(code: int) -> int:
    return code // SUBSET


@lru_cache(maxsize=8)  # the papers of one parcel bear the same numbers
def _bars(value: str) -> tuple[tuple[tuple[int, int], ...], int]:
    """Where each black bar begins and how wide it is, in modules, and the width of all."""
    code = Code128(value, quiet=0)
    code.validate()
    code.encode()
    code.decompose()
    bars: list[tuple[int, int]] = []
    at = 0
    for mark in code.decomposed:  # a capital is a bar, a small letter a space; A and a are one module wide
        wide = ord(mark.lower()) - ord("a") + 1
        if mark.isupper():
            bars.append((at, wide))
        at += wide
    return tuple(bars), at

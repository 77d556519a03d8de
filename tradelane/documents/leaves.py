"""The leaves of a paper: heading on the first, a short one on the others, and at the foot what paper it is and which page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tradelane.documents.boxes import BODY, FINE, Styled
from tradelane.documents.page import HEIGHT, WIDTH, Align, Pad, Sheet, Style
from tradelane.domain.papers import PaperHeader

LEFT = 36.0
RIGHT = WIDTH - 36.0
TOP = 34.0
BOTTOM = HEIGHT - 46.0
INSIDE = 4.0


@dataclass(frozen=True)
class Running:
    """What stands at the foot of every page, and at the top of each but the first."""

    foot: str
    over: str
    pages: str = "Page {number} of {count}"


def running(header: PaperHeader) -> Running:
    """The running texts of a paper for customs."""
    return Running(foot=f"{header.number}  ·  UCR {header.ucr}", over=f"No. {header.number}  ·  {header.date:%Y-%m-%d}")


class Leaves:
    """Pages that are filled from top to bottom; the title comes in the paper's language and in others.

    ``corner`` is a barcode with its text at the right of the title, ``mark`` a word in large letters there instead,
    ``over`` up to three lines at its left.
    """

    def __init__(
        self, pad: Pad, title: str, other: str, running: Running, *, corner: str = "", mark: str = "", over: str = ""
    ) -> None:
        self.pad = pad
        self._title = title
        self._other = other
        self._running = running
        self.sheet: Sheet = pad.sheet()
        self.y = TOP
        self._first_heading(corner, mark, over)

    def need(self, height: float) -> None:
        """Go to a new page unless this height is left on the present one."""
        if self.y + height > BOTTOM:
            self._next_sheet()

    def finish(self) -> bytes:
        """Number the pages and draw."""
        count = len(self.pad.sheets)
        foot = HEIGHT - 38
        for number, sheet in enumerate(self.pad.sheets, 1):
            sheet.field = "the foot of the page"
            sheet.rule(LEFT, foot, RIGHT, foot, 0.4)
            of = self._running.pages.format(number=number, count=count)
            text = f"{self._title}  {self._running.foot}"
            sheet.text(LEFT, foot + 4, text, self.pad.fitted(text, FINE, RIGHT - LEFT - 70))
            sheet.text(RIGHT, foot + 4, of, FINE, "right")
        return self.pad.finish()

    def _wrapped(self, texts: Sequence[Styled], width: float) -> list[Styled]:
        return [(line, style) for text, style in texts for line in self.pad.wrapped(text, style, width)]

    def _texts(
        self, lines: Sequence[Styled], x: float, y: float, width: float, align: Align, *, label: bool = False
    ) -> None:
        at = {"left": x + INSIDE, "right": x + width - INSIDE, "centre": x + width / 2}[align]
        place = self.sheet.label if label else self.sheet.text
        for text, style in lines:
            place(at, y, text, style, align)
            y += style.leading

    def _first_heading(self, corner: str, mark: str, over: str) -> None:
        middle = (LEFT + RIGHT) / 2
        self.sheet.field = "the heading"
        self.sheet.label(middle, self.y, self._title, Style(16, bold=True), "centre")
        self.sheet.label(middle, self.y + 20, self._other, self.pad.fitted(self._other, Style(9), 230), "centre")
        if corner:
            self.sheet.barcode(RIGHT - 160, self.y - 2, 168, 20, corner)
            self.sheet.text(RIGHT, self.y + 20, corner, FINE, "right")
        if mark:
            self.sheet.text(RIGHT, self.y, mark, Style(16, bold=True), "right")
        for at, line in enumerate(over.split("\n") if over else ()):
            self.sheet.label(LEFT, self.y + 1 + at * 9, line, self.pad.fitted(line, FINE, 140))
        self.y += 38

    def _next_sheet(self) -> None:
        self.sheet = self.pad.sheet()
        self.sheet.field = "the heading"
        self.y = TOP
        title = f"{self._title}  {self._other}"
        bold = Style(9, bold=True)
        self.sheet.text(LEFT, self.y, title, bold)
        used = self.pad.width(title, bold) + 12
        shown = self.pad.fitted(self._running.over, BODY, RIGHT - LEFT - used)
        self.sheet.text(RIGHT, self.y + 1, self._running.over, shown, "right")
        self.y += 18

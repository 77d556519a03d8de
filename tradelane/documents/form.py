"""The form all papers share: title, header boxes, a ruled table, the signature.

Boxes carry an English and a Korean label and grow with their text; both columns of the header end at the same
height. The table goes over as many pages as it needs and repeats its headings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from tradelane.documents.boxes import BODY, FINE, HEADING, LABEL, SMALL, STRONG, Cell, Styled
from tradelane.documents.page import HEIGHT, WIDTH, Align, Pad, Sheet, Style
from tradelane.domain.papers import PaperHeader

LEFT = 36.0
RIGHT = WIDTH - 36.0
TOP = 34.0
BOTTOM = HEIGHT - 46.0
INSIDE = 4.0


@dataclass(frozen=True)
class Column:
    """A column of the table; ``width`` in points. Figures (right aligned) are made smaller, never broken."""

    label: str
    korean: str
    """Under the label; empty where the paper is in one language."""
    width: float
    align: Align = "left"


@dataclass(frozen=True)
class _Placed:
    cell: Cell
    x: float
    y: float
    width: float
    lines: list[Styled]
    height: float


@dataclass(frozen=True)
class Running:
    """What stands at the foot of every page, and at the top of each but the first."""

    foot: str
    over: str
    pages: str = "Page {number} of {count}"


def running(header: PaperHeader) -> Running:
    """The running texts of a paper for customs."""
    return Running(foot=f"{header.number}  ·  UCR {header.ucr}", over=f"No. {header.number}  ·  {header.date:%Y-%m-%d}")


class Form:
    """One paper being filled from top to bottom; the title comes in the paper's language and in another."""

    def __init__(self, pad: Pad, title: str, other: str, running: Running) -> None:
        self.pad = pad
        self._title = title
        self._other = other
        self._running = running
        self._columns: Sequence[Column] = ()
        self._table_top = 0.0
        self.sheet: Sheet = pad.sheet()
        self.y = TOP
        self._first_heading()

    def boxes(self, left: Sequence[Sequence[Cell]], right: Sequence[Sequence[Cell]]) -> None:
        """Two columns of rows of cells side by side; the last row of the shorter column is stretched.

        Texts that would run off the page are set smaller, so that even the longest allowed names have room.
        """
        half = (RIGHT - LEFT) / 2
        for scale in (1.0, 0.85, 0.7, 0.5):
            columns = [self._stacked(left, LEFT, half, scale), self._stacked(right, LEFT + half, half, scale)]
            end = max(row[0].y + row[0].height for rows in columns for row in rows)
            if end <= BOTTOM:
                break
        for rows in columns:
            for at, row in enumerate(rows):
                bottom = end if at == len(rows) - 1 else row[0].y + row[0].height
                for placed in row:
                    self._draw_cell(placed, bottom - placed.y)
        self.y = end

    def begin_table(self, columns: Sequence[Column]) -> None:
        """Draw the headings, on a new page if there is no room for them and a line."""
        self._columns = columns
        if self.y + 60 > BOTTOM:
            self._next_sheet()
        self._headings()

    def row(self, cells: Sequence[Sequence[Styled]], *, fill: float | None = None, least: float = 0) -> None:
        """One row at least so high; each cell is a list of texts, wrapped to its column."""
        fitted: list[list[Styled]] = []
        for column, texts in zip(self._columns, cells, strict=True):
            room = column.width - 2 * INSIDE + 2
            if column.align == "right":
                fitted.append([(text, self.pad.fitted(text, style, room)) for text, style in texts])
            else:
                fitted.append(self._wrapped(texts, room))
        height = max(least, max(sum(style.leading for _, style in lines) for lines in fitted) + 5)
        if self.y + height > BOTTOM:
            self._end_page_of_table()
            self._next_sheet()
            self._headings()
        if fill is not None:
            self.sheet.box(LEFT, self.y, RIGHT - LEFT, height, fill=fill, stroke=False)
            self.sheet.rule(LEFT, self.y, RIGHT, self.y, 0.25)  # the fill covers the rule of the row above
        for column, left_edge, lines in zip(self._columns, self._edges(), fitted, strict=False):
            self._texts(lines, left_edge, self.y + 2.5, column.width, column.align)
        self.y += height
        self.sheet.rule(LEFT, self.y, RIGHT, self.y, 0.25)

    def end_table(self) -> None:
        """Close the ruled area."""
        self._end_page_of_table()

    def need(self, height: float) -> None:
        """Go to a new page unless this height is left on the present one."""
        if self.y + height > BOTTOM:
            self._next_sheet()

    def figures(self, entries: Sequence[tuple[str, str, str, bool]], x: float, width: float) -> float:
        """A column of (label, Korean label, value, strong) between rules; returns its height."""
        y = self.y
        for label, korean, value, strong in entries:
            style = Style(9, bold=True) if strong else BODY
            high = 17.0 if strong else 14.0
            if strong:
                self.sheet.box(x, y, width, high, fill=0.92, stroke=False)
            self.sheet.text(x + INSIDE, y + 3, label, Style(7.5, bold=strong))
            used = self.pad.fonts.bold.width(label, 7.5) + 8
            self.sheet.text(x + INSIDE + used, y + 3.8, korean, LABEL)
            room = width - used - self.pad.fonts.regular.width(korean, LABEL.size) - 3 * INSIDE
            shown = self.pad.fitted(value, style, room)
            self.sheet.text(x + width - INSIDE, y + 2.5, value, shown, "right")
            y += high
            self.sheet.rule(x, y, x + width, y, 0.25)
        self.sheet.box(x, self.y, width, y - self.y)
        return y - self.y

    def note(self, label: str, text: str) -> None:
        """A shaded box over the whole width that nobody can overlook."""
        lines = self.pad.wrapped(f"{label}: {text}", STRONG, RIGHT - LEFT - 2 * INSIDE)
        height = len(lines) * STRONG.leading + 6
        self.need(height + 4)
        self.sheet.box(LEFT, self.y, RIGHT - LEFT, height, fill=0.9)
        self._texts([(line, STRONG) for line in lines], LEFT, self.y + 3, RIGHT - LEFT, "left")
        self.y += height

    def signature(self, header: PaperHeader, statement: str, korean: str) -> None:
        """The statement on the left and the box to sign in on the right."""
        half = (RIGHT - LEFT) / 2
        room = half - 2 * INSIDE
        left = self._wrapped(((statement, SMALL), (korean, SMALL)), room)
        right = self._wrapped(((header.exporter.name, SMALL), (header.signatory, STRONG)), room)
        height = max(12 + sum(style.leading for _, style in left), 46 + sum(style.leading for _, style in right))
        self.need(height + 6)
        for x, label in ((LEFT, "Declaration  신고문"), (LEFT + half, "Signed by  서명")):
            self.sheet.box(x, self.y, half, height)
            self.sheet.text(x + INSIDE, self.y + 3, label, LABEL)
        self._texts(left, LEFT, self.y + 12, half, "left")
        names = sum(style.leading for _, style in right)
        self._texts(right, LEFT + half, self.y + height - names - 4, half, "left")
        line = self.y + height - names - 8
        self.sheet.rule(LEFT + half + INSIDE, line, RIGHT - INSIDE, line, 0.4)
        self.sheet.text(RIGHT - INSIDE, self.y + 3, f"{header.date:%Y-%m-%d}", SMALL, "right")
        self.y += height

    def finish(self) -> bytes:
        """Number the pages and draw."""
        count = len(self.pad.sheets)
        foot = HEIGHT - 38
        for number, sheet in enumerate(self.pad.sheets, 1):
            sheet.rule(LEFT, foot, RIGHT, foot, 0.4)
            of = self._running.pages.format(number=number, count=count)
            text = f"{self._title}  {self._running.foot}"
            room = RIGHT - LEFT - 70
            sheet.text(LEFT, foot + 4, text, self.pad.fitted(text, FINE, room))
            sheet.text(RIGHT, foot + 4, of, FINE, "right")
        return self.pad.finish()

    def _first_heading(self) -> None:
        middle = (LEFT + RIGHT) / 2
        self.sheet.text(middle, self.y, self._title, Style(16, bold=True), "centre")
        self.sheet.text(middle, self.y + 20, self._other, Style(9), "centre")
        self.y += 38

    def _next_sheet(self) -> None:
        self.sheet = self.pad.sheet()
        self.y = TOP
        title = f"{self._title}  {self._other}"
        self.sheet.text(LEFT, self.y, title, Style(9, bold=True))
        used = self.pad.fonts.bold.width(title, 9) + 12
        shown = self.pad.fitted(self._running.over, BODY, RIGHT - LEFT - used)
        self.sheet.text(RIGHT, self.y + 1, self._running.over, shown, "right")
        self.y += 18

    def _stacked(self, rows: Sequence[Sequence[Cell]], x: float, width: float, scale: float) -> list[list[_Placed]]:
        stacked: list[list[_Placed]] = []
        y = self.y
        for cells in rows:
            each = width / len(cells)
            row: list[_Placed] = []
            contents = [self._wrapped(_scaled(cell.texts, scale), each - 2 * INSIDE) for cell in cells]
            height = max(
                14.0 + sum(style.leading for _, style in lines) + (28 if cell.barcode else 0)
                for cell, lines in zip(cells, contents, strict=True)
            )
            for at, (cell, lines) in enumerate(zip(cells, contents, strict=True)):
                row.append(_Placed(cell, x + at * each, y, each, lines, height))
            stacked.append(row)
            y += height
        return stacked

    def _draw_cell(self, placed: _Placed, height: float) -> None:
        cell, sheet = placed.cell, self.sheet
        sheet.box(placed.x, placed.y, placed.width, height)
        sheet.text(placed.x + INSIDE, placed.y + 2.5, f"{cell.label}  {cell.korean}".strip(), LABEL)
        self._texts(placed.lines, placed.x, placed.y + 11.5, placed.width, "left")
        if cell.barcode is not None:
            under = placed.y + 12.5 + sum(style.leading for _, style in placed.lines)
            sheet.barcode(placed.x + INSIDE, under, placed.width - 2 * INSIDE, 24, cell.barcode)

    def _wrapped(self, texts: Sequence[Styled], width: float) -> list[Styled]:
        return [(line, style) for text, style in texts for line in self.pad.wrapped(text, style, width)]

    def _texts(self, lines: Sequence[Styled], x: float, y: float, width: float, align: Align) -> None:
        at = {"left": x + INSIDE, "right": x + width - INSIDE, "centre": x + width / 2}[align]
        for text, style in lines:
            self.sheet.text(at, y, text, style, align)
            y += style.leading

    def _edges(self) -> list[float]:
        return list(accumulate((column.width for column in self._columns), initial=LEFT))

    def _headings(self) -> None:
        self._table_top = self.y
        labels = [self.pad.wrapped(c.label, HEADING, c.width - 4) for c in self._columns]
        height = max(len(lines) for lines in labels) * HEADING.leading + LABEL.leading + 5
        self.sheet.box(LEFT, self.y, RIGHT - LEFT, height, fill=0.92)
        for column, edge, lines in zip(self._columns, self._edges(), labels, strict=False):
            texts = [(line, HEADING) for line in lines] + [(column.korean, LABEL)] * bool(column.korean)
            self._texts(texts, edge, self.y + 2.5, column.width, "centre")
        self.y += height

    def _end_page_of_table(self) -> None:
        self.sheet.box(LEFT, self._table_top, RIGHT - LEFT, self.y - self._table_top)
        for edge in self._edges()[1:-1]:
            self.sheet.rule(edge, self._table_top, edge, self.y, 0.4)


def _scaled(texts: Sequence[Styled], scale: float) -> list[Styled]:
    return [(text, replace(style, size=style.size * scale)) for text, style in texts]

"""The form all papers share: title, boxes, a ruled table, the signature.

Boxes carry a label in up to three languages and grow with their text; both columns of the header end at the same
height. The table goes over as many pages as it needs and repeats its headings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from tradelane.documents.boxes import BODY, FINE, HEADING, LABEL, SMALL, STRONG, Cell, Styled
from tradelane.documents.leaves import BOTTOM, INSIDE, LEFT, RIGHT, TOP, Leaves, Running, running
from tradelane.documents.page import Align, Pad, Style

__all__ = ["BARCODE", "LEFT", "RIGHT", "Column", "Form", "Running", "running"]

STRIP = 13.0
"""Height of a strip of one line, rounded up."""

BARCODE = 22.0
"""Height of a barcode in points, so that a hand scanner reads it in one sweep."""


@dataclass(frozen=True)
class Column:
    """A column of the table; ``width`` in points. Figures (right aligned) are made smaller, never broken."""

    label: str
    korean: str
    """Under the label; empty where the paper is in one language."""
    width: float
    align: Align = "left"
    spanish: str = ""


@dataclass(frozen=True)
class _Placed:
    cell: Cell
    x: float
    y: float
    width: float
    lines: list[Styled]
    height: float


class Form(Leaves):
    """One paper being filled from top to bottom with boxes, a table, figures and a signature."""

    def __init__(
        self, pad: Pad, title: str, other: str, running: Running, *, corner: str = "", mark: str = "", over: str = ""
    ) -> None:
        super().__init__(pad, title, other, running, corner=corner, mark=mark, over=over)
        self._columns: Sequence[Column] = ()
        self._table_top = 0.0

    def boxes(self, left: Sequence[Sequence[Cell]], right: Sequence[Sequence[Cell]], share: float = 0.5) -> None:
        """Two columns of rows of cells side by side; the last row of the shorter column is stretched.

        Texts that would run off the page are set smaller, so that even the longest allowed names have room.
        """
        whole = RIGHT - LEFT
        for scale in (1.0, 0.85, 0.7, 0.5, 0.4):
            columns = [
                self._stacked(left, LEFT, whole * share, scale),
                self._stacked(right, LEFT + whole * share, whole * (1 - share), scale),
            ]
            end = max(row[0].y + row[0].height for rows in columns for row in rows)
            if end <= BOTTOM:
                break
        for rows in columns:
            for at, row in enumerate(rows):
                bottom = end if at == len(rows) - 1 else row[0].y + row[0].height
                for placed in row:
                    self._draw_cell(placed, bottom - placed.y)
        self.y = end

    def band(self, cells: Sequence[Cell], *, least: float = 0) -> None:
        """One row of cells over the whole width, shared by their weights; on a new page where there is no room."""
        for scale in (1.0, 0.85, 0.7, 0.5, 0.4):
            [row] = self._stacked([cells], LEFT, RIGHT - LEFT, scale)
            height = max(least, row[0].height)
            if TOP + 20 + height <= BOTTOM:
                break
        if self.y + height > BOTTOM:
            self._next_sheet()
            [row] = self._stacked([cells], LEFT, RIGHT - LEFT, scale)
        for placed in row:
            self._draw_cell(placed, height)
        self.y += height

    def block(self, rows: Sequence[Sequence[Cell]], heading: str = "") -> None:
        """Bands under a strip, all on one page: on a new one where the present one has no room for them."""
        high = sum(row[0].height for row in self._stacked(rows, LEFT, RIGHT - LEFT, 1.0)) + (STRIP if heading else 0)
        if TOP + 20 + high <= BOTTOM:
            self.need(high)
        if heading:
            self.strip(heading)
        for cells in rows:
            self.band(cells)

    def strip(self, text: str) -> None:
        """A shaded line over the whole width that heads what follows."""
        lines = self.pad.wrapped(text, HEADING, RIGHT - LEFT - 2 * INSIDE)
        height = len(lines) * HEADING.leading + 4
        self.need(height + 40)
        self.sheet.box(LEFT, self.y, RIGHT - LEFT, height, fill=0.9)
        self._texts([(line, HEADING) for line in lines], LEFT, self.y + 2, RIGHT - LEFT, "left")
        self.y += height

    def begin_table(self, columns: Sequence[Column]) -> None:
        """Draw the headings, on a new page if there is no room for them and a line."""
        self._columns = columns
        if self.y + 66 > BOTTOM:
            self._next_sheet()
        self._headings()

    def row(self, cells: Sequence[Sequence[Styled]], *, fill: float | None = None, least: float = 0) -> None:
        """One row at least so high; each cell is a list of texts, wrapped to its column.

        A row that is higher than a page is set smaller until it fits.
        """
        for scale in (1.0, 0.8, 0.6, 0.45):
            fitted = self._fitted(cells, scale)
            height = max(least, max(sum(style.leading for _, style in lines) for lines in fitted) + 5)
            if height <= BOTTOM - TOP - 60:
                break
        if self.y + height > BOTTOM:
            self._end_page_of_table()
            self._next_sheet()
            self._headings()
        if fill is not None:
            self.sheet.box(LEFT, self.y, RIGHT - LEFT, height, fill=fill, stroke=False)
            self.sheet.rule(LEFT, self.y, RIGHT, self.y, 0.25)  # the fill covers the rule of the row above
        for column, left_edge, lines in zip(self._columns, self._edges(), fitted, strict=False):
            self.sheet.field = column.label
            self._texts(lines, left_edge, self.y + 2.5, column.width, column.align)
        self.y += height
        self.sheet.rule(LEFT, self.y, RIGHT, self.y, 0.25)

    def end_table(self) -> None:
        """Close the ruled area."""
        self._end_page_of_table()

    def figures(self, entries: Sequence[tuple[str, str, str, bool]], x: float, width: float) -> float:
        """A column of (label, label in other languages, value, strong) between rules; returns its height."""
        y = self.y
        for label, other, value, strong in entries:
            self.sheet.field = label
            style = Style(9, bold=True) if strong else BODY
            high = 17.0 if strong else 14.0
            if strong:
                self.sheet.box(x, y, width, high, fill=0.92, stroke=False)
            name = Style(7.5, bold=strong)
            self.sheet.label(x + INSIDE, y + 3, label, name)
            used = self.pad.width(label, name) + 6
            room = width - used - 3 * INSIDE
            shown = self.pad.fitted(value, style, room * 0.75)
            beside = self.pad.fitted(other, LABEL, max(room - self.pad.width(value, shown), 20))
            self.sheet.label(x + INSIDE + used, y + 3.8, other, beside)
            self.sheet.text(x + width - INSIDE, y + 2.5, value, shown, "right")
            y += high
            self.sheet.rule(x, y, x + width, y, 0.25)
        self.sheet.box(x, self.y, width, y - self.y)
        return y - self.y

    def note(self, label: str, text: str) -> None:
        """A shaded box over the whole width that nobody can overlook."""
        self.sheet.field = label
        lines = self.pad.wrapped(f"{label}: {text}", STRONG, RIGHT - LEFT - 2 * INSIDE)
        height = len(lines) * STRONG.leading + 6
        self.need(height + 4)
        self.sheet.box(LEFT, self.y, RIGHT - LEFT, height, fill=0.9)
        self._texts([(line, STRONG) for line in lines], LEFT, self.y + 3, RIGHT - LEFT, "left")
        self.y += height

    def small_print(self, text: str) -> None:
        """A paragraph in small letters over the whole width."""
        lines = [(line, FINE) for line in self.pad.wrapped(text, FINE, RIGHT - LEFT)]
        self.need(len(lines) * FINE.leading)
        self._texts(lines, LEFT - INSIDE, self.y, RIGHT - LEFT, "left")
        self.y += len(lines) * FINE.leading

    def ticks(self, label: str, options: Sequence[tuple[str, bool]], columns: int) -> None:
        """A box with things to tick; what applies is crossed."""
        self.sheet.field = label
        rows = -(-len(options) // columns)
        height = 13 + rows * 12.0
        self.need(height)
        self.sheet.box(LEFT, self.y, RIGHT - LEFT, height)
        self.sheet.label(LEFT + INSIDE, self.y + 2.5, label, LABEL)
        each = (RIGHT - LEFT - 2 * INSIDE) / columns
        for at, (name, applies) in enumerate(options):
            x, y = LEFT + INSIDE + at % columns * each, self.y + 12.5 + at // columns * 12
            self.sheet.box(x, y, 7.5, 7.5)
            if applies:
                self.sheet.rule(x + 1, y + 1, x + 6.5, y + 6.5, 1)
                self.sheet.rule(x + 1, y + 6.5, x + 6.5, y + 1, 1)
            style = self.pad.fitted(name, Style(7, bold=applies), each - 18)
            self.sheet.label(x + 11, y - 0.5, name, style)
        self.y += height

    def signature(self, who: Sequence[Styled], day: str, statements: Sequence[str], label: str = "") -> None:
        """The statement on the left and the box to sign in on the right."""
        half = (RIGHT - LEFT) / 2
        room = half - 2 * INSIDE
        left = self._wrapped([(statement, SMALL) for statement in statements], room)
        right = self._wrapped(who, room)
        height = max(14 + sum(style.leading for _, style in left), 46 + sum(style.leading for _, style in right))
        self.need(height + 6)
        titles = (
            label or "Declaration  신고문  Declaración",
            "Signature, name, date  서명·성명·일자  Firma, nombre, fecha",
        )
        for x, title in ((LEFT, titles[0]), (LEFT + half, titles[1])):
            self.sheet.field = title
            self.sheet.box(x, self.y, half, height)
            self.sheet.label(x + INSIDE, self.y + 2.5, title, LABEL)
        self._texts(left, LEFT, self.y + 11.5, half, "left", label=True)
        names = sum(style.leading for _, style in right)
        self._texts(right, LEFT + half, self.y + height - names - 4, half, "left")
        line = self.y + height - names - 8
        self.sheet.rule(LEFT + half + INSIDE, line, RIGHT - INSIDE, line, 0.4)
        self.sheet.text(RIGHT - INSIDE, self.y + height - SMALL.leading - 4, day, SMALL, "right")
        self.y += height

    def _stacked(self, rows: Sequence[Sequence[Cell]], x: float, width: float, scale: float) -> list[list[_Placed]]:
        stacked: list[list[_Placed]] = []
        y = self.y
        for cells in rows:
            shares = [width * cell.share / sum(one.share for one in cells) for cell in cells]
            contents = [
                self._wrapped(_scaled(cell.texts, scale), each - 2 * INSIDE)
                for cell, each in zip(cells, shares, strict=True)
            ]
            height = max(
                14.0 + sum(style.leading for _, style in lines) + (BARCODE + 4 if cell.barcode else 0)
                for cell, lines in zip(cells, contents, strict=True)
            )
            edges = accumulate(shares, initial=x)
            stacked.append(
                [
                    _Placed(cell, edge, y, each, lines, height)
                    for cell, edge, each, lines in zip(cells, edges, shares, contents, strict=False)
                ]
            )
            y += height
        return stacked

    def _draw_cell(self, placed: _Placed, height: float) -> None:
        cell, sheet = placed.cell, self.sheet
        sheet.field = cell.label
        sheet.box(placed.x, placed.y, placed.width, height, fill=0.96 if cell.shaded else None)
        label = "  ".join(part for part in (cell.label, cell.korean, cell.spanish) if part)
        sheet.label(placed.x + INSIDE, placed.y + 2.5, label, self.pad.fitted(label, LABEL, placed.width - 2 * INSIDE))
        self._texts(placed.lines, placed.x, placed.y + 11.5, placed.width, "left")
        if cell.barcode is not None:
            under = placed.y + 13.0 + sum(style.leading for _, style in placed.lines)
            sheet.barcode(placed.x, under, min(placed.width, 230.0), BARCODE, cell.barcode)

    def _fitted(self, cells: Sequence[Sequence[Styled]], scale: float) -> list[list[Styled]]:
        fitted: list[list[Styled]] = []
        for column, texts in zip(self._columns, cells, strict=True):
            room = column.width - 2 * INSIDE + 2
            if column.align == "right":
                fitted.append([(text, self.pad.fitted(text, style, room)) for text, style in texts])
            else:
                fitted.append(self._wrapped(_scaled(texts, scale), room))
        return fitted

    def _edges(self) -> list[float]:
        return list(accumulate((column.width for column in self._columns), initial=LEFT))

    def _headings(self) -> None:
        self._table_top = self.y
        texts = [
            [(line, HEADING) for line in self.pad.wrapped(column.label, HEADING, column.width - 4)]
            + [
                (other, self.pad.fitted(other, LABEL, column.width - 4))
                for other in (column.korean, column.spanish)
                if other
            ]
            for column in self._columns
        ]
        height = max(sum(style.leading for _, style in lines) for lines in texts) + 5
        self.sheet.box(LEFT, self.y, RIGHT - LEFT, height, fill=0.92)
        for column, edge, lines in zip(self._columns, self._edges(), texts, strict=False):
            self.sheet.field = column.label
            self._texts(lines, edge, self.y + 2.5, column.width, "centre", label=True)
        self.y += height

    def _end_page_of_table(self) -> None:
        self.sheet.box(LEFT, self._table_top, RIGHT - LEFT, self.y - self._table_top)
        for edge in self._edges()[1:-1]:
            self.sheet.rule(edge, self._table_top, edge, self.y, 0.4)


def _scaled(texts: Sequence[Styled], scale: float) -> Sequence[Styled]:
    if scale == 1:
        return texts
    return [(text, replace(style, size=style.size * scale)) for text, style in texts]

"""The declaration worksheet (수출신고서 작성표) as PDF: the boxes of the printed form, in its order and nearly its place.

It is for somebody who keys a declaration by hand. It is marked as a draft on every page: a draft is no evidence.
"""

from __future__ import annotations

from collections.abc import Sequence

from tradelane.documents.boxes import BODY, STRONG, Cell
from tradelane.documents.fonts import FontSource, load
from tradelane.documents.form import Form, Running
from tradelane.documents.page import Pad
from tradelane.domain.declaration_boxes import BOXES
from tradelane.domain.papers import LEFT_EMPTY, NOT_CONFIRMED, Entry, Worksheet

STRONG_BOXES = frozenset({7, 10, 35, 38, 44, 45, 46, 49})
LEFT_ROWS = ((1,), (2,), (3,), (4,), (13, 14), (15, 16), (22, 23))
RIGHT_ROWS = ((5,), (6, 7), (8, 9), (10, 11), (12,), (17, 18), (19, 20), (21,), (24, 25), (26,))
LINE_ROWS = ((27, 28, 29), (30, 31), (32, 33, 34, 35, 36), (37, 38, 39, 40), (41, 42, 43))
FOOT_ROWS = ((44, 45, 46), (47, 48, 49), (50, 51), (52, 53), (54, 55, 56, 57))
SHARES = {27: 1.4, 28: 1.4, 29: 0.8, 30: 1.3, 38: 1.5, 41: 1.7, 43: 2.0, 49: 1.4, 10: 1.2}


def render(worksheet: Worksheet, fonts: FontSource | None = None) -> bytes:
    """The worksheet as PDF; the same declaration and day give the same bytes. Raises MissingGlyph before drawing."""
    form = Form(
        Pad(load(fonts), f"Declaration worksheet {worksheet.order_no}", "ko"),
        "수출신고서 작성표",
        "EXPORT DECLARATION WORKSHEET",
        Running(
            foot=f"{worksheet.order_no}  ·  작성용 초안, 증빙 아님 / draft, no evidence",
            over=f"{worksheet.order_no}  ·  {worksheet.date:%Y-%m-%d}",
        ),
        corner=worksheet.order_no.partition("~")[0],
        over=f"{worksheet.route}\n작성용 초안 · 증빙 아님\nDraft, not evidence",
    )
    head = {entry.box: entry for entry in worksheet.head}
    form.boxes(_rows(LEFT_ROWS, head), _rows(RIGHT_ROWS, head))
    for line in worksheet.lines:
        form.y += 3
        rows = _rows(LINE_ROWS, {entry.box: entry for entry in line.entries})
        form.block(rows, f"란번호/총란수 (line)  {line.number:03d}/{len(worksheet.lines):03d}")
    form.y += 3
    form.block(_rows(FOOT_ROWS, {entry.box: entry for entry in worksheet.foot}))
    form.y += 5
    for remark in worksheet.remarks:
        form.note("참고 Remark", remark)
        form.y += 3
    form.small_print(
        f"{LEFT_EMPTY} / Empty boxes are filled by the declaring program or by customs (the standard name follows from the "
        "HSK), or do not apply."
    )
    form.small_print(f"{NOT_CONFIRMED} / Code not confirmed: compare it with the code lists of customs before keying.")
    if worksheet.why:
        form.small_print(f"Route: {worksheet.why}")
    return form.finish()


def _rows(rows: Sequence[Sequence[int]], entries: dict[int, Entry]) -> list[list[Cell]]:
    return [[_cell(entries[box]) for box in boxes] for boxes in rows]


def _cell(entry: Entry) -> Cell:
    korean, english = BOXES[entry.box]
    style = STRONG if entry.box in STRONG_BOXES else BODY
    return Cell(
        f"({entry.box}) {korean}",
        english,
        tuple((text, style) for text in entry.marked),
        share=SHARES.get(entry.box, 1),
        shaded=not entry.texts,
    )

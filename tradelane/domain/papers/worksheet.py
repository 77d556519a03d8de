"""The declaration worksheet: every box of the printed 수출신고필증 in its order, for somebody who keys by hand.

Source of numbers and names: korea-export 1.4 (1 to 30, 35, 44, 45 and 57 confirmed, the order of the others from memory).
"""

from __future__ import annotations

import datetime
from typing import Self

from pydantic import Field, model_validator

from tradelane.domain.papers.base import Line, Paper

HEAD = range(1, 27)
OF_LINE = range(27, 44)
FOOT = range(44, 58)


UNCERTAIN = "※"
"""Stands before what no source confirms."""

NOT_CONFIRMED = f"{UNCERTAIN} 코드값 확인 필요: 관세청 코드표와 대조한 후 입력하십시오."
LEFT_EMPTY = "빈칸은 신고프로그램이나 세관이 채우거나(품명은 세번부호의 표준품명) 해당이 없습니다."


class Entry(Paper):
    """What one box says; several lines of text where the form has several, none where it stays empty."""

    box: int = Field(ge=1, le=57)
    texts: tuple[str, ...] = ()
    uncertain: bool = False
    """The code is not confirmed by a source: whoever keys it looks first."""
    uncertain_at: int = 0
    """Which of the texts holds that code."""

    @property
    def marked(self) -> tuple[str, ...]:
        """The texts, with a mark before a code that is not confirmed."""
        here = self.uncertain_at if self.uncertain else None
        return tuple(f"{UNCERTAIN} {text}" if at == here else text for at, text in enumerate(self.texts))


class WorksheetLine(Paper):
    """One 란 with its one row of 모델·규격: boxes 27 to 43 (why one row: `tradelane.domain.paperwork.worksheet`)."""

    number: int
    entries: tuple[Entry, ...]

    def entry(self, box: int) -> Entry:
        """What a box of the line says."""
        return next(entry for entry in self.entries if entry.box == box)


class Worksheet(Paper):
    """One declaration as it is keyed; it is a draft and never evidence (견본)."""

    order_no: Line
    date: datetime.date
    route: Line
    why: str
    remarks: tuple[str, ...] = ()
    """What whoever keys must know beside the boxes, in Korean."""
    head: tuple[Entry, ...]
    lines: tuple[WorksheetLine, ...] = Field(min_length=1, max_length=999)
    foot: tuple[Entry, ...]

    def entry(self, box: int) -> Entry:
        """What a box says that stands once on the form."""
        return next(entry for entry in (*self.head, *self.foot) if entry.box == box)

    @model_validator(mode="after")
    def _every_box_once(self) -> Self:
        for what, entries, boxes in (
            ("head", self.head, HEAD),
            ("foot", self.foot, FOOT),
            *((f"line {line.number}", line.entries, OF_LINE) for line in self.lines),
        ):
            if [entry.box for entry in entries] != list(boxes):
                raise ValueError(f"The {what} of the worksheet lacks boxes or has them out of order.")
        return self

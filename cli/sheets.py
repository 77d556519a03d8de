"""What commands that read a sheet have in common: its encoding, and how bad rows are told."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli.frame import print_json, print_table

if TYPE_CHECKING:
    from tradelane.desk.sheet import Problem

Encoding = Annotated[str, typer.Option("--encoding", help="Of a CSV file: utf-8, or cp949 (MS949, Excel in Korea).")]

MOST_TOLD = 20
"""Warnings that are printed; the others are counted."""


def tell_refusal(problems: Sequence[Problem], as_json: bool) -> None:
    """Name every cell to be mended; one alone stands in the sentence that the command ends with."""
    if as_json:
        print_json({"problems": problems})
    elif len(problems) > 1:
        tell_problems(problems)


def tell_problems(problems: Sequence[Problem]) -> None:
    """A table of cells to be mended."""
    if problems:
        print_table(("line", "column", "reason"), [(one.line, one.column, one.reason) for one in problems], "")


def tell_warnings(warnings: Sequence[Problem]) -> None:
    """What was taken and is worth a look, on stderr."""
    for one in warnings[:MOST_TOLD]:
        print(f"note: {one}", file=sys.stderr)
    if len(warnings) > MOST_TOLD:
        print(f"note: and {len(warnings) - MOST_TOLD} more; --json lists all", file=sys.stderr)

"""`tradelane deadlines`: what must be loaded soon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.frame import Json, print_json, print_table, with_stores

if TYPE_CHECKING:
    from tradelane.desk.deadlines import Deadline


def deadlines(
    within: Annotated[str, typer.Option("--within", metavar="SPAN", help="How far ahead: 24h, 7d, 30d.")] = "7d",
    exporter: Annotated[str | None, typer.Option(help="Only of this exporter, by id.")] = None,
    as_json: Json = False,
) -> None:
    """List accepted declarations that are not loaded, by loading deadline, the overdue ones first."""
    from tradelane.desk.deadlines import deadlines_within
    from tradelane.desk.durations import read_duration

    span = read_duration(within)
    found = with_stores(lambda stores: deadlines_within(stores, span, exporter))
    if as_json:
        print_json(found)
        return
    print_table(
        ("load by", "days left", "order", "declaration", "exporter", "owner", "what to do"),
        [_line(one) for one in found],
        f"Nothing is to be loaded within {within}.",
    )


def _line(one: Deadline) -> tuple[object, ...]:
    mark = " (counted)" if one.counted_by_us and one.load_before else ""
    left = "unknown" if one.days_left is None else f"{-one.days_left} over" if one.overdue else one.days_left
    return (
        f"{one.load_before or 'unknown'}{mark}",
        left,
        one.order_id,
        one.number,
        one.exporter_id,
        one.owner,
        f"{one.words}\n{one.command}",
    )

"""`tradelane customs rate`: weekly customs rates, and the rates in our books."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from typer.core import TyperGroup

from cli.frame import Json, current_settings, example, filled_or_none, print_json, print_table, with_stores

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from tradelane.ports import PublishedRate

Reply = TypeVar("Reply")


def asked(question: Coroutine[Any, Any, Reply]) -> Reply:
    """Wait for an answer; standard output is the command's own, so calls are not told there."""
    import asyncio
    import logging

    from tradelane.telemetry import configure_logging

    configure_logging(logging.WARNING)
    return asyncio.run(question)


class CurrencyFirst(TyperGroup):
    """`rate USD` is `rate show USD`: what is no command is a currency."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Give the command that the words name."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            args = ["show", *args]
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=CurrencyFirst,
    help="Customs exchange rates; `rate USD` shows this week's.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)

Kind = Annotated[str, typer.Option("--kind", help="customs_export, customs_import or base (기준환율).")]
Insist = Annotated[
    str | None,
    typer.Option(
        "--insist",
        callback=filled_or_none,
        metavar="WHY",
        help="Take what is more than 20% off the known rates, or not what UNI-PASS said; kept with it.",
    ),
]
Source = Annotated[str, typer.Option("--source", help="Who published it and where it was read; kept with the rate.")]


@app.command("show", epilog=example("customs rate show USD --day 2026-11-23"))
def show(
    currency: Annotated[str, typer.Argument(metavar="CURRENCY", help="ISO 4217, such as USD.")],
    day: Annotated[str | None, typer.Option("--day", help="Any Korean day of the week; today unless given.")] = None,
    imports: Annotated[
        bool, typer.Option("--import", help="The import rate, which no export declaration uses.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show the customs rate of a week, as published (API012), or from our books where customs is read by hand."""
    from tradelane.desk import published_rates

    settings = current_settings()
    on = published_rates.day_or_today(settings, day)
    rate = asked(published_rates.of_week(settings, currency, on, imports=imports))
    _print([rate], as_json)


@app.command(
    "set", epilog=example('customs rate set USD 1389.57 --week 2026-11-22 --source "UNI-PASS web, 2026-11-20"')
)
def set_(
    currency: Annotated[str, typer.Argument(metavar="CURRENCY", help="ISO 4217, such as USD.")],
    won: Annotated[str, typer.Argument(metavar="WON", help="Won for one unit, also of yen, such as 1389.57.")],
    week: Annotated[str, typer.Option("--week", help="The Sunday it begins with; for --kind base its day.")],
    source: Source,
    kind: Kind = "customs_export",
    insist: Insist = None,
    as_json: Json = False,
) -> None:
    """Write down a rate that a person read; one far from the known rates, or against UNI-PASS, is refused."""
    from tradelane.desk import published_rates

    of_kind = published_rates.read_kind(kind)
    noted = with_stores(
        lambda stores: published_rates.note(
            stores, kind=of_kind, currency=currency, day=week, won=won, source=source, insist=insist
        )
    )
    if as_json:
        print_json(noted)
        return
    rate, before = noted.rate, noted.before
    print(f"{rate.currency} {rate.krw_per_unit} ({rate.kind.value}, {rate.day}) is written down.")
    if before is not None:
        print(f"It replaced {before.krw_per_unit} of {before.source}.")
    if noted.first:
        print(f"It is the first rate of {rate.currency} here, so nothing was there to hold it against: check it.")


@app.command("import", epilog=example("customs rate import rates.csv --kind base --source 'Seoul Money Brokerage'"))
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, UTF-8, with currency, day, krw_per_unit.")],
    source: Source,
    kind: Kind = "base",
    insist: Insist = None,
    as_json: Json = False,
) -> None:
    """Write down every rate of a file; all of them, or none."""
    from tradelane.desk import published_rates

    of_kind = published_rates.read_kind(kind)
    taken = with_stores(lambda stores: published_rates.take_file(stores, file, of_kind, source, insist))
    print_json(taken) if as_json else print(f"{len(taken)} rates ({of_kind.value}) are written down.")


@app.command("list", epilog=example("customs rate list --kind base --first 2026-10-01 --last 2026-12-31"))
def list_(
    first: Annotated[str, typer.Option("--first", help="First day.")],
    last: Annotated[str, typer.Option("--last", help="Last day.")],
    kind: Kind = "customs_export",
    as_json: Json = False,
) -> None:
    """List rates in our books: those that were used, and those that were written down."""
    from tradelane.desk import published_rates as rates

    of_kind, between = rates.read_kind(kind), (rates.read_day(first), rates.read_day(last))
    _print(with_stores(lambda stores: rates.listed(stores, of_kind, *between)), as_json)


def _print(rates: Sequence[PublishedRate], as_json: bool) -> None:
    if as_json:
        print_json(rates)
        return
    print_table(
        ("currency", "won for one", "from", "kind", "source"),
        [(rate.currency, rate.krw_per_unit, rate.day, rate.kind.value, rate.source) for rate in rates],
        "No rates.",
    )

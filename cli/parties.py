"""`tradelane parties`: the lists of restricted parties with which buyer, consignee and exporter are compared."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from cli.frame import Json, actor_or_login, current_settings, example, group, print_json, print_table, with_stores
from tradelane.desk.complaints import RefusedByRule, WrongUsage

app = group("Lists of restricted parties.")


@app.command("import", epilog=example("parties import consolidated.xml"))
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="XML, CSV or XLSX, as it was published.")],
    source: Annotated[
        str | None, typer.Option("--list", metavar="NAME", help="UN, OFAC, EU, KR or a name of your own.")
    ] = None,
    dated: Annotated[
        str | None, typer.Option("--dated", metavar="DATE", help="The list's own date, where the file does not say it.")
    ] = None,
    aliases: Annotated[
        Path | None, typer.Option("--aliases", help="OFAC's ALT.CSV, where it does not lie beside SDN.CSV.")
    ] = None,
    by: Annotated[str, typer.Option("--by", help="Who imports it; your login name unless given.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Take it although it has far too few entries.")] = False,
    as_json: Json = False,
) -> None:
    """Put a list in the place of the one before; what it is shows in its content."""
    from tradelane.desk import parties

    day = _day(dated)
    told = with_stores(
        lambda stores: parties.import_list(
            stores, file, actor=actor_or_login(by), source=source, dated=day, aliases=aliases, force=force
        )
    )
    if as_json:
        print_json(told)
        return
    state = told.state
    print(f"{state.source} of {state.dated}: {state.entries} entries, {told.added} new, {told.removed} gone.")
    if told.nameless:
        print(f"{told.nameless} entries have no name and were left out: nobody can be compared with them.")


@app.command(epilog=example("parties lists"))
def lists(as_json: Json = False) -> None:
    """List what there is and what is missing; ends with 3 when a list that must be there is missing or too old."""
    from tradelane.desk import parties

    settings = current_settings()
    rows = with_stores(lambda stores: parties.lists(stores, settings))
    if as_json:
        print_json(rows)
    else:
        print_table(
            ("list", "condition", "dated", "age (days)", "entries", "file (SHA-256)"),
            [(row.source, row.condition, row.dated, row.age_days, row.entries, row.sha256[:16]) for row in rows],
            "",
        )
    unfit = [f"{row.source} is {row.condition}" for row in rows if row.condition in ("missing", "old")]
    if unfit:
        raise RefusedByRule(f"Nobody can be screened: {', '.join(unfit)}; `tradelane parties import FILE` mends it.")


@app.command(epilog=example("parties show UN:QDi.001"))
def show(
    entry: Annotated[str, typer.Argument(metavar="SOURCE:ENTRY", help="As a hold names it.")], as_json: Json = False
) -> None:
    """Show one entry of a list."""
    from tradelane.desk import parties

    found = with_stores(lambda stores: parties.show(stores, entry))
    if as_json:
        print_json(found)
        return
    rows = [
        ("kind", found.kind),
        *(("name" if place == 0 else "also", name) for place, name in enumerate(found.names)),
        ("countries", found.countries),
        ("programme", found.programme),
    ]
    print_table(("", f"{found.source}:{found.entry_id}"), rows, "")


@app.command(epilog=example('parties check "Comercial Inventada SpA"'))
def check(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    threshold: Annotated[
        str | None, typer.Option("--threshold", help="Least score, 75 to 100; that of the settings unless given.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Compare one name with all lists; nothing is kept."""
    from tradelane.desk import parties

    settings, least = current_settings(), _score(threshold)
    found = with_stores(lambda stores: parties.check(stores, settings, name, least))
    if as_json:
        print_json(found)
        return
    print_table(
        ("score", "entry", "name", "kind", "countries", "programme"),
        [
            (one.score, f"{one.source}:{one.entry_id}", one.name, one.kind, one.countries, one.programme)
            for one in found
        ],
        "No entry resembles it.",
    )


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as wrong:
        raise WrongUsage(f"--dated wants a day as YYYY-MM-DD, not {text!r}.") from wrong


def _score(text: str | None) -> Decimal | None:
    try:
        score = None if text is None else Decimal(text)
    except InvalidOperation as wrong:
        raise WrongUsage(f"--threshold wants a number from 75 to 100, not {text!r}.") from wrong
    if score is not None and not score.is_finite():
        raise WrongUsage(f"--threshold wants a number from 75 to 100, not {text!r}.")
    return score

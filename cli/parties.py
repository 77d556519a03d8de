"""`tradelane parties`: lists with which buyer, consignee and exporter are compared, and who was cleared until when."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from cli.frame import (
    Json,
    actor_or_login,
    current_settings,
    example,
    filled,
    group,
    print_json,
    print_table,
    with_stores,
)
from tradelane.desk.complaints import RefusedByRule, WrongUsage

app = group("Lists of restricted parties, and standing clearances.")


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
    by: Annotated[
        str, typer.Option("--by", callback=filled, help="Who imports it; your login name unless given.")
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="Take it although it has far too few entries.")] = False,
    as_json: Json = False,
) -> None:
    """Put a list in the place of the one before; what it is shows in its content."""
    from tradelane.desk import parties

    day = None if dated is None else _day(dated, "--dated")
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


@app.command(
    epilog=example(
        "parties clear UN:QDi.001 --order 2000013770481964 --until 2027-05-31 --reason 'other birth date, memo 12'"
    )
)
def clear(
    entry: Annotated[str, typer.Argument(metavar="SOURCE:ENTRY", help="As the hold names it.")],
    order: Annotated[str, typer.Option("--order", help="The order whose hit you looked at.")],
    until: Annotated[str, typer.Option("--until", metavar="DATE", help="Last day it counts; within a year.")],
    reason: Annotated[
        str, typer.Option("--reason", callback=filled, help="What it rests on; kept, and without names.")
    ],
    role: Annotated[
        str | None, typer.Option("--role", help="consignee or exporter:ID, where several parties were hit.")
    ] = None,
    by: Annotated[str, typer.Option("--by", callback=filled, help="Who decides; your login name unless given.")] = "",
    as_json: Json = False,
) -> None:
    """Let one party pass as not being one listed entry, until a day; a changed entry or a higher score asks again."""
    from tradelane.desk import party_clearances

    day = _day(until, "--until")
    given = with_stores(
        lambda stores: party_clearances.clear(
            stores, entry, order, until=day, reason=reason, actor=actor_or_login(by), role=role
        )
    )
    if as_json:
        print_json(given)
        return
    print(
        f"Clearance {given.id}: the {given.role} of order {given.order_id} is not {given.source}:{given.entry_id} "
        f"(score {given.score}, list of {given.list_dated}), until {given.until}. An order that holds for it: retry."
    )


@app.command(epilog=example("parties clearances"))
def clearances(
    every: Annotated[bool, typer.Option("--all", help="Also those that no longer stand.")] = False,
    as_json: Json = False,
) -> None:
    """List standing clearances; a party is shown by a keyed digest, never by name."""
    from tradelane.desk import party_clearances

    rows = with_stores(lambda stores: party_clearances.clearances(stores, every=every))
    if as_json:
        print_json(rows)
        return
    print_table(
        ("id", "condition", "entry", "role", "party", "score", "list", "until", "by", "on", "order", "reason"),
        [
            (
                row.id,
                f"{row.condition} ({row.revoked})" if row.revoked else row.condition,
                row.entry,
                row.role,
                row.party,
                row.score,
                row.list_dated,
                row.until,
                row.by,
                row.on,
                row.order_id,
                row.reason,
            )
            for row in rows
        ],
        "No clearance stands.",
    )


@app.command(epilog=example("parties revoke 0123456789ab --reason 'new information of the bank'"))
def revoke(
    clearance: Annotated[str, typer.Argument(metavar="ID", help="As `parties clearances` shows it.")],
    reason: Annotated[str, typer.Option("--reason", callback=filled, help="Why; kept.")],
    by: Annotated[str, typer.Option("--by", callback=filled, help="Who decides; your login name unless given.")] = "",
    as_json: Json = False,
) -> None:
    """End a standing clearance; the party is asked about at its next screening."""
    from tradelane.desk import party_clearances

    ended = with_stores(
        lambda stores: party_clearances.revoke(stores, clearance, reason=reason, actor=actor_or_login(by))
    )
    if as_json:
        print_json(ended)
        return
    print(f"Clearance {ended.id} ({ended.source}:{ended.entry_id}) is revoked; the next screening asks again.")


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise WrongUsage(f"{option} wants a day as YYYY-MM-DD, not {text!r}.") from wrong


def _score(text: str | None) -> Decimal | None:
    try:
        score = None if text is None else Decimal(text)
    except InvalidOperation as wrong:
        raise WrongUsage(f"--threshold wants a number from 75 to 100, not {text!r}.") from wrong
    if score is not None and not score.is_finite():
        raise WrongUsage(f"--threshold wants a number from 75 to 100, not {text!r}.")
    return score

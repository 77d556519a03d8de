"""`tradelane evidence`: what the tax office asks for, as one file for each exporter and period."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.frame import Json, example, group, print_json, print_table, with_stores

if TYPE_CHECKING:
    from tradelane.desk.evidence import Quarter

app = group("Evidence of exports for VAT, drawback and audits.")

Exporter = Annotated[str, typer.Option("--exporter", help="Exporter, by id.")]

SHOWN = 20
"""Lines of what is missing that are printed; the sheet in the pack has them all."""


@app.command(epilog=example("evidence pack --exporter haneul --period 2026Q4 -o haneul-2026Q4.zip"))
def pack(
    exporter: Exporter,
    period: Annotated[str, typer.Option("--period", help="Korean days of loading: 2026-11, 2026Q4, 2026H2 or 2026.")],
    target: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The zip to write; never replaced.")],
    partial: Annotated[
        bool, typer.Option("--partial", help="Write it although something is missing; unknown cells stay empty.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write declarations, proofs of loading, papers and amounts of a period to one file, with a manifest of hashes."""
    from tradelane.desk import evidence

    span = evidence.read_period(period)
    made = with_stores(lambda stores: evidence.make_pack(stores, exporter, span, target, partial=partial))
    if as_json:
        print_json(made)
        return
    print(f"{made.file}: {made.exporter_id}, {made.period}, {made.declarations} declarations, {made.files} files.")
    if made.list_parcels:
        print(f"{made.list_parcels} parcels on the carrier's list stand apart: they have no declaration.")
    for total in made.totals:
        lacking = f" ({total.unvalued} without a rate are not in it)" if total.unvalued else ""
        print(f"{total.payment}: {total.krw}{lacking}; FOB {total.fob_krw}")
    print(f"chain {made.chain}")
    print("Papers in it name buyers: keep it where only those read it who must.")
    if made.still_open:
        _aside(f"{made.period} is not over: what is loaded until {span.last} is not in this pack.")
    for line in made.missing[:SHOWN]:
        _aside(f"missing: {line}")
    if len(made.missing) > SHOWN:
        _aside(f"missing: and {len(made.missing) - SHOWN} more; the summary has them all.")


@app.command(epilog=example("evidence verify haneul-2026Q4.zip"))
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A pack, as it came back.")],
    chain: Annotated[
        str | None, typer.Option("--chain", help="The chain that was noted when the pack was made.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Hold every file of a pack against its manifest; needs no installation and unpacks nothing."""
    from tradelane.desk import evidence

    found = evidence.verify_pack(file, chain)
    print_json(found) if as_json else print(found.sentence)


@app.command("list", epilog=example("evidence list --exporter haneul"))
def list_(exporter: Exporter, as_json: Json = False) -> None:
    """List the quarters in which goods of an exporter were loaded: how many, how much, and what is missing.

    Below it stand accepted declarations, loaded or not, whose certificate (수출신고필증) nobody has filed yet.
    """
    from tradelane.desk import evidence

    found = with_stores(lambda stores: evidence.quarters_of(stores, exporter))
    if as_json:
        print_json(found)
        return
    print_table(
        ("period", "declarations", "by list", "contract", "KRW", "FOB KRW", "missing"),
        [_line(quarter) for quarter in found.quarters],
        f"Nothing of {exporter} is loaded yet.",
    )
    if found.unfiled:
        print(f"{evidence.in_words(found.unfiled)}.")
        for one in found.unfiled[:SHOWN]:
            print(f"  {one.number}: {one.command}")
        if len(found.unfiled) > SHOWN:
            _aside(f"and {len(found.unfiled) - SHOWN} more; --json has them all.")
    if found.undated:
        _aside(f"{found.undated} loadings have no day and belong to no period yet.")


def _line(quarter: Quarter) -> tuple[object, ...]:
    return (
        quarter.period,
        quarter.declarations,
        quarter.list_parcels or "",
        "\n".join(str(total.payment) for total in quarter.totals),
        "\n".join(f"{total.krw.amount:,}" + (" (incomplete)" if total.unvalued else "") for total in quarter.totals),
        "\n".join(f"{total.fob_krw.amount:,}" for total in quarter.totals),
        "\n".join(quarter.missing),
    )


def _aside(sentence: str) -> None:
    """Something beside the answer, where no script reads it as part of it."""
    print(sentence, file=sys.stderr)

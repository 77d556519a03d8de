"""`tradelane doctor`: is everything there that a journey needs."""

from __future__ import annotations

import typer

from cli.frame import Json, current_settings, print_json, print_table


def doctor(as_json: Json = False) -> None:
    """Look at engine, worker, database, clock, service and counterparties; exit code 4 when one is missing."""
    import asyncio

    from tradelane.desk.doctor import examine

    findings = asyncio.run(examine(current_settings()))
    if as_json:
        print_json(findings)
    else:
        print_table(("", "part", "what it says"), [("ok" if f.well else "--", f.part, f.words) for f in findings], "")
    if not all(finding.well for finding in findings):
        raise typer.Exit(4)

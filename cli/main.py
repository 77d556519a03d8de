"""The command line: every door a person uses, one line each."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Annotated

import typer

from cli import (
    catalogue,
    customs,
    deadlines,
    demo,
    doctor,
    documents,
    evidence,
    exporters,
    gates,
    holds,
    inbox,
    orders,
    packing,
    parties,
    parts,
    replay,
    sellers,
    timeline,
)
from cli.frame import Json, example, print_json, print_table, run, tell_our_fault
from cli.timings import watch
from tradelane.desk.complaints import EXIT_CODES

app = typer.Typer(
    name="tradelane",
    help="Runs every Mercado Libre order from Korea to Chile as one durable Temporal workflow.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)


@app.callback()
def options(
    timings: Annotated[
        bool, typer.Option("--timings", help="Say on stderr how long start-up and the command itself took.")
    ] = False,
) -> None:
    """Options of every command, given before its name."""
    watch.asked = timings


parts.register(app)
app.command("demo", epilog=example("demo --orders 12 --seed 7 --days-per-second 2"))(demo.demo)
app.add_typer(orders.app, name="orders")
app.add_typer(holds.app, name="holds")
app.command("todo", epilog=example('todo --owner "customs desk"'))(holds.todo)
app.command("replay", epilog=example("replay 2000013770481964 --step lodge_export_declaration --plan"))(replay.replay)
app.add_typer(gates.app, name="gates")
app.add_typer(packing.app, name="packing")
app.add_typer(documents.app, name="documents")
app.command("deadlines", epilog=example("deadlines --within 7d --exporter haneul"))(deadlines.deadlines)
app.add_typer(evidence.app, name="evidence")
app.add_typer(timeline.app, name="timeline")
app.add_typer(catalogue.app, name="catalogue")
app.add_typer(exporters.app, name="exporters")
app.add_typer(sellers.app, name="sellers")
app.add_typer(customs.app, name="customs")
app.add_typer(parties.app, name="parties")
app.add_typer(inbox.app, name="inbox")
app.command("doctor", epilog=example("doctor --json"))(doctor.doctor)


@app.command("exit-codes", epilog=example("exit-codes --json"))
def exit_codes(as_json: Json = False) -> None:
    """Print the table of exit codes."""
    if as_json:
        print_json({str(code): meaning for code, meaning in EXIT_CODES.items()})
    else:
        print_table(("code", "meaning"), EXIT_CODES.items(), "")


def main() -> None:
    """Run, flush, leave at once: threads of the SDK may abort a slow goodbye after the right answer was printed."""
    code = 1
    try:
        code = run(app, sys.argv[1:])
    finally:
        fault = sys.exc_info()[1]
        if fault is not None:
            code = tell_our_fault(fault)
        watch.tell()
        with contextlib.suppress(BrokenPipeError):  # the reader of our output has seen enough
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)

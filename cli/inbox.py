"""`tradelane inbox`: facts that came in."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.frame import Json, example, group, print_json, print_table, with_stores
from cli.said import seoul
from tradelane.desk.complaints import WrongUsage

app = group("Facts from outside.")
STATES = ("waiting", "relayed", "ignored", "refused", "held")


@app.command("list", epilog=example("inbox list --state refused"))
def list_(
    state: Annotated[str | None, typer.Option(help=f"One of {', '.join(STATES)}.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    as_json: Json = False,
) -> None:
    """List what came in, with what became of it."""
    if state is not None and state not in STATES:
        raise WrongUsage(f"{state!r} is no state of the inbox; write one of {', '.join(STATES)}.")
    arrivals = with_stores(lambda stores: stores.inbox.listed(state, limit))
    if as_json:  # bodies may hold personal data and stay sealed
        print_json([arrival.model_dump(mode="json", exclude={"body"}) for arrival in arrivals])
        return
    print_table(
        ("id", "received (KST)", "source", "reference", "state", "note"),
        [(a.id, seoul(a.received_at, seconds=True), a.source, a.reference, a.state, a.note) for a in arrivals],
        "Nothing there.",
    )

"""`tradelane gates`: stop, slow down and let through what goes to a counterparty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.frame import Actor, Json, Reason, actor_or_login, at_desk, example, filled, group, print_json, print_table
from cli.said import seoul

if TYPE_CHECKING:
    from tradelane.desk.gates import GateRow
    from tradelane.ports import Gate

app = group("Gates: what goes to each counterparty, and how fast.")

Queue = Annotated[str, typer.Argument(metavar="QUEUE", help="marketplace, filing, customs, carrier or tracking.")]


@app.command("list", epilog=example("gates list --json"))
def list_(as_json: Json = False) -> None:
    """List every queue: open, closed or draining, what waits, and today's requests where they are counted."""
    from tradelane.desk import gates

    rows = at_desk(gates.gates)
    if as_json:
        print_json(rows)
        return
    print_table(
        ("queue", "gate", "waiting", "requests today", "since (KST)", "by", "reason", "engine"),
        [
            (
                row.queue,
                _gate(row),
                row.backlog,
                "" if row.quota_limit is None else f"{row.quota_used} of {row.quota_limit}",
                seoul(row.since),
                f"{row.actor} (automatic)" if row.automatic else row.actor,
                row.reason,
                row.engine and f"{row.engine}; give the command again",
            )
            for row in rows
        ],
        "No queues.",
    )


@app.command("close", epilog=example("gates close carrier --reason 'DHL maintenance until 06:00'"))
def close(
    queue: Queue,
    reason: Annotated[str, typer.Option("--reason", callback=filled, help="Why; shown on the list.")],
    actor: Actor = "",
    as_json: Json = False,
) -> None:
    """Let nothing through: steps wait and lose no attempt, everything else goes on."""
    from tradelane.desk import gates

    named = gates.read_queue(queue)
    gate = at_desk(lambda desk: gates.close(desk, named, actor_or_login(actor), reason))
    _told(gate, as_json, f"{gate.queue} is closed; open it with `tradelane gates open {gate.queue}`.")


@app.command("open", epilog=example("gates open carrier --rate 2/s"))
def open_(
    queue: Queue,
    rate: Annotated[
        str | None, typer.Option("--rate", help="Work off what waits no faster: 2/s, 30/min, 100/h.")
    ] = None,
    reason: Reason = "",
    actor: Actor = "",
    as_json: Json = False,
) -> None:
    """Let through again: at a rate until opened without one, else as fast as the counterparty bears."""
    from tradelane.desk import gates

    named = gates.read_queue(queue)
    limit = None if rate is None else gates.read_rate(rate)
    gate = at_desk(lambda desk: gates.open_(desk, named, limit, actor_or_login(actor), reason))
    slowly = f"{gate.queue} lets {gate.rate or 0:g}/s through until you open it without --rate."
    _told(gate, as_json, f"{gate.queue} is open." if gate.rate is None else slowly)


def _told(gate: Gate, as_json: bool, sentence: str) -> None:
    print_json(gate) if as_json else print(sentence)


def _gate(row: GateRow) -> str:
    return f"{row.state} {row.rate:g}/s" if row.rate is not None else str(row.state)

"""`tradelane holds` and `tradelane todo`: what waits for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.frame import (
    Actor,
    Json,
    Order,
    Reason,
    actor_or_login,
    at_desk,
    example,
    group,
    pairs,
    print_json,
    print_table,
)  # fmt: skip

if TYPE_CHECKING:
    from datetime import datetime

    from tradelane.contracts.messages import Answer
    from tradelane.desk.session import Desk

app = group("Steps that wait for a person.")

Step = Annotated[str | None, typer.Option("--step", help="The hold's key or step; needed when there are several.")]


@app.command("list", epilog=example("holds list --json"))
def list_(as_json: Json = False) -> None:
    """List open holds, the most urgent first."""
    from tradelane.desk import holds

    found = at_desk(holds.open_holds)
    if as_json:
        print_json(found)
        return
    print_table(
        ("due (UTC)", "order", "step", "reason", "words", "owner"),
        [
            (
                f"{one.hold.due:%Y-%m-%d %H:%M}",
                one.order_id,
                one.hold.key,
                one.hold.reason,
                one.hold.words,
                one.hold.owner,
            )
            for one in found
        ],
        "No open holds.",
    )


@app.command(epilog=example("holds show 2000013770481964 --step lodge_export_declaration:d1"))
def show(order: Order, step: Step = None, as_json: Json = False) -> None:
    """Show one hold: why, whose fault, by when, and the commands that resolve it."""
    from tradelane.desk import holds, orders

    order_id = orders.read_order_id(order)
    progress = at_desk(lambda desk: orders.progress_of(desk, order_id))
    hold = holds.hold_of(progress.holds, order_id, step)
    if as_json:
        print_json(hold)
        return
    print(f"Order {order_id} holds at {hold.key} since {_minute(hold.since)}, due {_minute(hold.due)}.")
    print(f"{hold.reason} ({hold.fault}, {hold.owner}): {hold.words}")
    print(f"Ways out: {', '.join(hold.resolutions)}")
    if hold.result_shape:
        print(f"Result expected by --action complete: {hold.result_shape}")
    for command in hold.commands:
        print(f"  {command}")


@app.command(
    epilog=example(
        "holds resolve 2000013770481964 --step await_release --action complete --result document=commercial_invoice"
    )
)
def resolve(
    order: Order,
    action: Annotated[str, typer.Option("--action", help="retry, amend, complete or cancel.")],
    step: Step = None,
    changes: Annotated[
        list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="With amend; repeatable.")
    ] = None,
    result: Annotated[
        list[str] | None,
        typer.Option("--result", metavar="NAME=VALUE", help="With complete: what was done by hand; repeatable."),
    ] = None,
    reason: Reason = "",
    actor: Actor = "",
    as_json: Json = False,
) -> None:
    """Decide what becomes of a hold."""
    from tradelane.contracts.messages import ResolveHold
    from tradelane.desk import holds, orders

    order_id = orders.read_order_id(order)
    amended, done = pairs(changes or (), "--set"), pairs(result or (), "--result")
    who = actor_or_login(actor)

    async def decide(desk: Desk) -> Answer:
        key = step or holds.hold_of((await orders.progress_of(desk, order_id)).holds, order_id, step).key
        decision = ResolveHold(step=key, action=action, set=dict(amended), result=dict(done), reason=reason, actor=who)
        return await orders.update(desk, order_id, "resolve_hold", decision)

    answer = at_desk(decide)
    print_json(answer) if as_json else print(answer.sentence)


def _minute(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def todo(
    owner: Annotated[str | None, typer.Option(help="Only the work of one desk.")] = None, as_json: Json = False
) -> None:
    """The worklist: everything that waits for a person, with the command that reports it done."""
    from tradelane.desk import holds

    tasks = at_desk(lambda desk: holds.todo(desk, owner))
    if as_json:
        print_json(tasks)
        return
    if not tasks:
        print("Nothing to do.")
    for task in tasks:
        due = f"due {_minute(task.due)}" if task.due else "no due time"
        print(f"{task.owner}, {due}: {task.about}\n  {task.what}\n  {task.command}")

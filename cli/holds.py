"""`tradelane holds` and `tradelane todo`: what waits for a person."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from cli.frame import (
    Actor,
    Json,
    Order,
    Reason,
    actor_or_login,
    at_desk,
    current_settings,
    example,
    group,
    pairs,
    print_json,
    print_table,
)  # fmt: skip
from cli.said import hold_lines, minute, reason_cell
from cli.timings import ready
from tradelane.desk.complaints import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from pydantic import BaseModel

    from tradelane.contracts.messages import Answer
    from tradelane.desk.holds import Task
    from tradelane.desk.session import Desk
    from tradelane.desk.troubles import OrderHold
    from tradelane.domain.language import Language

Reply = TypeVar("Reply")

app = group("Steps that wait for a person.")

Step = Annotated[str | None, typer.Option("--step", help="The hold's key or step; needed when there are several.")]


@app.command("list", epilog=example('holds list --owner "customs desk" --due 24h'))
def list_(
    seller: Annotated[str | None, typer.Option(help="Only of this Mercado Libre account.")] = None,
    exporter: Annotated[str | None, typer.Option(help="Only of this exporter, by id.")] = None,
    stage: Annotated[str | None, typer.Option(help="Only in this stage.")] = None,
    reason: Annotated[str | None, typer.Option(help="Only with this reason.")] = None,
    step: Annotated[str | None, typer.Option(help="Only at this step, or with this key.")] = None,
    owner: Annotated[str | None, typer.Option(help="Only of this desk, or taken by this person.")] = None,
    due: Annotated[str | None, typer.Option(help="Only what is due within this trade time: 90m, 24h, 2d.")] = None,
    snoozed: Annotated[bool, typer.Option("--snoozed", help="Also what sleeps.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="Lines at most.")] = 100,
    as_json: Json = False,
) -> None:
    """List open holds, the most urgent first; trouble of ours that is no single order's has no order number."""
    from tradelane.desk import holds
    from tradelane.domain import wording

    settings = current_settings()
    seen = _answer(
        holds.look(
            settings,
            ready(
                lambda stores: holds.chosen(
                    stores, seller=seller, exporter=exporter, stage=stage, reason=reason, step=step, owner=owner,
                    due=due, snoozed=snoozed,
                )
            ),
            limit,
        )
    )  # fmt: skip
    if as_json:
        print_json(seen.holds)
    else:
        language = settings.language
        columns = ("due", "order", "step", "reason", "fault", "words", "owner")
        print_table(
            [wording.label(language, column) for column in columns],
            (_line(one, language) for one in seen.holds),
            wording.say(language, "sentence.no_holds"),
        )
    if seen.more:
        _aside(f"There are more than {limit}; --limit shows them.")
    _aside(seen.missing)


def _line(one: OrderHold, language: Language) -> tuple[str, ...]:
    from tradelane.domain import wording

    hold = one.hold
    owner = wording.desk_name(language, hold.owner)
    return (
        minute(hold.due),
        one.order_id,
        hold.key,
        reason_cell(hold.reason, language),
        wording.fault_name(language, hold.fault),
        hold.words,
        f"{owner}: {hold.assignee}" if hold.assignee else owner,
    )


def _answer(asked: Coroutine[Any, Any, Reply]) -> Reply:
    import asyncio

    return asyncio.run(asked)


def _aside(sentence: str) -> None:
    """Something beside the answer, where no script reads it as part of it."""
    if sentence:
        print(sentence, file=sys.stderr)


@app.command(epilog=example("holds show 2000013770481964 --step lodge_export_declaration:d1"))
def show(order: Order, step: Step = None, as_json: Json = False) -> None:
    """Show one hold: why, whose fault, by when, and the commands that resolve it."""
    from tradelane.desk import holds, orders

    order_id = orders.read_order_id(order)
    settings = current_settings()
    hold = _answer(holds.open_hold(settings, order_id, step))
    if as_json:
        print_json(hold)
        return
    print("\n".join([order_id, *hold_lines(hold, settings.language)]))


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


@app.command(epilog=example("holds assign 2000013770481964 --step book_transport --to kim"))
def assign(
    order: Order,
    to: Annotated[str, typer.Option("--to", help="Who takes it; empty gives it back to its desk.")],
    step: Step = None,
    reason: Reason = "",
    actor: Actor = "",
    as_json: Json = False,
) -> None:
    """Say who takes a hold."""
    from tradelane.contracts.messages import AssignHold

    who = actor_or_login(actor)
    _write_on(order, step, "assign_hold", lambda key: AssignHold(step=key, to=to, reason=reason, actor=who), as_json)


@app.command(epilog=example("holds snooze 2000013770481964 --step silence --for 24h --reason 'carrier traces it'"))
def snooze(
    order: Order,
    span: Annotated[str | None, typer.Option("--for", help="How long in trade time: 90m, 24h, 2d.")] = None,
    wake: Annotated[bool, typer.Option("--wake", help="End its sleep now.")] = False,
    step: Step = None,
    reason: Reason = "",
    actor: Actor = "",
    as_json: Json = False,
) -> None:
    """Leave a hold out of lists and notices for a while."""
    from tradelane.contracts.messages import SnoozeHold
    from tradelane.desk.durations import in_hours, read_duration

    if (span is None) is not wake:
        raise WrongUsage("Give either --for, such as --for 24h, or --wake.")
    hours = "0" if span is None else in_hours(read_duration(span))
    who = actor_or_login(actor)
    _write_on(
        order, step, "snooze_hold", lambda key: SnoozeHold(step=key, hours=hours, reason=reason, actor=who), as_json
    )


def _write_on(order: str, step: str | None, update: str, message: Callable[[str], BaseModel], as_json: bool) -> None:
    """Send an Update about one hold; a step that was not named is asked of the run."""
    from tradelane.desk import holds, orders

    order_id = orders.read_order_id(order)

    async def send(desk: Desk) -> Answer:
        key = holds.hold_of((await orders.progress_of(desk, order_id)).holds, order_id, step).key
        return await orders.update(desk, order_id, update, message(key))

    answer = at_desk(send)
    print_json(answer) if as_json else print(answer.sentence)


def todo(
    owner: Annotated[str | None, typer.Option(help="Only the work of one desk, or of who has taken it.")] = None,
    as_json: Json = False,
) -> None:
    """The worklist: everything that waits for a person, with the command that reports it done."""
    from tradelane.desk import holds
    from tradelane.domain import wording

    settings = current_settings()
    work = _answer(holds.todo(settings, owner))
    _aside(work.missing)
    if as_json:
        print_json(work.tasks)
        return
    if not work.tasks:
        print(wording.say(settings.language, "sentence.nothing_to_do"))
    for task in work.tasks:
        owner_name = wording.desk_name(settings.language, task.owner)
        who = f"{owner_name} ({task.assignee})" if task.assignee else owner_name
        print(f"{minute(task.due)}  {who}: {_about(task, settings.language)}".lstrip())
        print(f"  {_what(task, settings.language)}\n  {task.command}")


def _about(task: Task, language: Language) -> str:
    """What a task is about: an order and its step, or what the task says of itself."""
    from tradelane.domain import wording

    if not task.order_id:
        return task.about
    return f"{wording.label(language, 'order').lower()} {task.order_id}, {task.step}"


def _what(task: Task, language: Language) -> str:
    return f"{reason_cell(task.reason, language)}: {task.words}" if task.reason else task.what

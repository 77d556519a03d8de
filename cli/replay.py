"""`tradelane replay`: run one step of one order again, plan first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.frame import Actor, Json, Order, Reason, actor_or_login, at_desk, print_json, print_table
from tradelane.desk.complaints import WrongUsage

if TYPE_CHECKING:
    from tradelane.desk.replay import ReplayPlan


def replay(
    order: Order,
    step: Annotated[str, typer.Option("--step", help="The step to run again, as `holds list` names it.")],
    plan: Annotated[bool, typer.Option("--plan", help="Only say what would happen.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Do it.")] = False,
    version: Annotated[
        str | None, typer.Option("--version", help="With --apply: the plan you have read; refused when stale.")
    ] = None,
    reason: Reason = "",
    actor: Actor = "",
    as_json: Json = False,
) -> None:
    """Run one step that holds again: kept, run again, or blocked because its effect exists."""
    if plan == apply:
        raise WrongUsage("Say either --plan or --apply.")
    if apply and not reason:
        raise WrongUsage("--apply wants a --reason.")
    from tradelane.desk import orders, replay

    order_id = orders.read_order_id(order)
    if plan:
        drawn = at_desk(lambda desk: replay.plan_replay(desk, order_id, step))
        print_json(drawn) if as_json else _print_plan(drawn)
        return
    who = actor_or_login(actor)
    applied, answer = at_desk(
        lambda desk: replay.apply_replay(desk, order_id, step, version=version, actor=who, reason=reason)
    )
    print_json({"plan": applied, "answer": answer}) if as_json else print(answer.sentence)


def _print_plan(plan: ReplayPlan) -> None:
    print_table(("step", "verdict", "why"), [(one.step, one.verdict, one.why) for one in plan.steps], "")
    if plan.blocked:
        print("Blocked: this plan cannot be applied.")
    else:
        print(f"tradelane replay {plan.order_id} --step {plan.step} --apply --version {plan.version} --reason '...'")

"""`tradelane replay`: run one step of one order again, or the held steps of many; plan first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from cli.frame import Actor, Json, Reason, actor_or_login, at_desk, print_json, print_table, with_stores
from cli.said import seoul
from tradelane.desk.complaints import RefusedByRule, WrongUsage

if TYPE_CHECKING:
    from tradelane.desk.looks import Lookups
    from tradelane.desk.plan import ReplayPlan
    from tradelane.desk.replay_many import ManyPlanned
    from tradelane.desk.session import Desk
    from tradelane.ports import ReplayOrder
    from tradelane.settings import Settings

Reply = TypeVar("Reply")


def replay(
    order: Annotated[str, typer.Argument(metavar="ORDER", help="Mercado Libre order id.", show_default=False)] = "",
    step: Annotated[str, typer.Option("--step", help="The step, as `orders show` and `holds list` name it.")] = "",
    plan: Annotated[bool, typer.Option("--plan", help="Only say what would happen.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Do it.")] = False,
    version: Annotated[
        str | None, typer.Option("--version", help="With --apply: the plan you have read; refused when stale.")
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="A new run from the beginning, when the engine has forgotten the old one.")
    ] = False,
    where: Annotated[
        str, typer.Option("--where", help="Many: open holds by reason, step, owner, stage, seller, exporter.")
    ] = "",
    look: Annotated[bool, typer.Option("--look", help="With --where: ask the counterparties for each order.")] = False,
    batch: Annotated[str, typer.Option("--batch", help="Many: the plan that --where has made.")] = "",
    rate: Annotated[str, typer.Option("--rate", help="Many: how fast, such as 5/s or 30/m.")] = "5/s",
    reason: Reason = "",
    actor: Actor = "",
    as_json: Json = False,
) -> int:
    """Run a step again: kept, run again, or blocked because its effect exists and is taken over."""
    if plan == apply:
        raise WrongUsage("Say either --plan or --apply.")
    if apply and not reason:
        raise WrongUsage("--apply wants a --reason.")
    if sum(map(bool, (order, where, batch))) != 1:
        raise WrongUsage("Name one order, or many with --where (to plan) or --batch (to apply).")
    if order:
        return _one(order, step, version, fresh, actor_or_login(actor) if apply else "", reason, as_json)
    if where:
        if apply:
            raise WrongUsage("Many are planned first: --where with --plan, then --batch with --apply.")
        return _plan_many(where, step, look, as_json)
    return _apply_many(batch, rate, actor_or_login(actor), reason, as_json) if apply else _show_many(batch, as_json)


def _one(order: str, step: str, version: str | None, fresh: bool, actor: str, reason: str, as_json: bool) -> int:
    if not step:
        raise WrongUsage("Name the step with --step.")
    from tradelane.desk import orders, replay

    order_id = orders.read_order_id(order)
    if not actor:
        drawn = _looking(lambda desk, lookups: replay.plan_replay(desk, order_id, step, lookups, fresh=fresh))
        print_json(drawn) if as_json else _print_plan(drawn)
        return RefusedByRule.code if drawn.exists else 0
    applied = _looking(
        lambda desk, lookups: replay.apply_replay(
            desk, order_id, step, lookups, version=version, actor=actor, reason=reason, fresh=fresh
        )
    )
    print_json(applied) if as_json else print(applied.sentence)
    return 0


def _plan_many(where: str, step: str, look: bool, as_json: bool) -> int:
    from tradelane.desk import replay_many
    from tradelane.desk.replay_where import read_where

    read_where(where)  # a slip of the finger is told before anybody is asked
    planned = _looking(lambda desk, lookups: replay_many.plan_many(desk, where, step, lookups if look else None))
    print_json(planned) if as_json else _print_many(planned)
    return 0


def _apply_many(batch: str, rate: str, actor: str, reason: str, as_json: bool) -> int:
    from tradelane.desk import replay_many

    seconds = replay_many.read_rate(rate)

    def told(one: ReplayOrder) -> None:
        if not as_json:
            print(f"{one.order_id} {one.step}: {one.state}. {one.note}", flush=True)

    done = at_desk(
        lambda desk: replay_many.apply_many(desk, batch, seconds_between=seconds, actor=actor, reason=reason, told=told)
    )
    if as_json:
        print_json(done)
    else:
        print_table(("state", "orders"), list(done.counts.items()), "")
    return RefusedByRule.code if "refused" in done.counts else 0


def _show_many(batch: str, as_json: bool) -> int:
    """How far a replay of many is; needs no engine."""
    from tradelane.desk import replay_many

    standing = with_stores(lambda stores: replay_many.many(stores, batch))
    if as_json:
        print_json(standing)
    else:
        rows = [(one.order_id, one.step, one.state, one.note) for one in standing.orders]
        print_table(("order", "step", "state", "note"), rows, "")
    return 0


def _looking(call: Callable[[Desk, Lookups], Awaitable[Reply]]) -> Reply:
    """At the desk, with adapters that can look at the counterparties and write nothing there."""

    def known(settings: Settings) -> Settings:
        """With the keys that simulators made up for this installation; without simulators the settings have them."""
        import httpx

        from tradelane.demo.stage import StageDoor, introduced
        from tradelane.installation import uses_simulators

        if not uses_simulators(settings):
            return settings
        try:
            with StageDoor(settings.simulators_url) as door:
                return introduced(settings, door)
        except httpx.HTTPError:  # the look itself says that the counterparty does not answer
            return settings

    async def visit(desk: Desk) -> Reply:
        import logging

        from activities.lookups import lookups
        from tradelane.resources import open_http, wired
        from tradelane.telemetry import configure_logging

        configure_logging(logging.WARNING)  # standard output is the command's answer
        async with open_http(desk.settings) as http:
            return await call(desk, lookups(wired(known(desk.settings), desk.stores, http)))

    return at_desk(visit)


def _print_plan(plan: ReplayPlan) -> None:
    print(f"Order {plan.order_id}, run {plan.run_id or '(none)'} {plan.status}: {plan.way}. {plan.note}".rstrip())
    print_table(("step", "verdict", "why"), [(one.step, one.verdict, one.why) for one in plan.steps], "No steps.")
    if plan.decisions:
        rows = [
            (seoul(one.at), one.actor, one.kind, one.step, one.changed, one.reason, "stays") for one in plan.decisions
        ]
        print_table(("decided (KST)", "by", "what", "step", "changed", "reason", ""), rows, "")
    command = f"tradelane replay {plan.order_id} --step {plan.step} --apply --version {plan.version}"
    print(f"{command}{' --fresh' if plan.way == 'fresh run' else ''} --reason '...'")


def _print_many(planned: ManyPlanned) -> None:
    if any(one.note for one in planned.orders):
        rows = [(one.order_id, one.step, one.note) for one in planned.orders]
        print_table(("order", "step", "plan"), rows, "")
    else:  # nobody was asked: there is nothing to say of one order that is not true of all
        print_table(("order", "step"), [(one.order_id, one.step) for one in planned.orders], "")
    print(f"{len(planned.orders)} planned as {planned.batch.id}.")
    print(f"tradelane replay --batch {planned.batch.id} --apply --rate 5/s --reason '...'")

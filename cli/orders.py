"""`tradelane orders`: start, list, show, watch, amend, cancel."""

from __future__ import annotations

import sys
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
    with_stores,
)  # fmt: skip
from cli.said import hold_lines, minute

if TYPE_CHECKING:
    from tradelane.contracts.messages import Progress
    from tradelane.desk.session import Desk
    from tradelane.domain.decided import Decided
    from tradelane.domain.language import Language

app = group("Orders and their runs.")

DECIDED = "record_decision:"
"""Steps that only write a decision down; decisions are listed by themselves, with who and why."""


@app.command(epilog=example("orders start 2000013770481964"))
def start(
    order: Order,
    seller: Annotated[str | None, typer.Option(help="Seller's user id; found by itself where possible.")] = None,
    as_json: Json = False,
) -> None:
    """Start the run of an order, or find it when it is already there."""
    from tradelane.desk import orders

    order_id = orders.read_order_id(order)
    started = at_desk(lambda desk: orders.start(desk, order_id, seller))
    print_json(started) if as_json else print(f"{started.sentence} Run {started.workflow_id}.")


@app.command("list", epilog=example("orders list --stage clearance"))
def list_(
    stage: Annotated[str | None, typer.Option(help="Only orders in this stage.")] = None,
    seller: Annotated[str | None, typer.Option(help="Only orders of this seller account.")] = None,
    exporter: Annotated[str | None, typer.Option(help="Only orders with goods of this exporter.")] = None,
    ended: Annotated[bool, typer.Option("--all", help="Ended orders too.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the youngest first.")] = 200,
    as_json: Json = False,
) -> None:
    """List orders by their newest run."""
    from tradelane.desk import orders

    rows = at_desk(
        lambda desk: orders.listed(desk, stage=stage, seller=seller, exporter=exporter, ended=ended, limit=limit)
    )
    if as_json:
        print_json(rows)
        return
    print_table(
        ("order", "state", "stage", "exporter", "declaration", "waybill", "holds", "due"),
        [
            (r.order_id, r.status, r.stage, r.exporters, r.declarations, r.waybill, r.holds, minute(r.due_at))
            for r in rows
        ],
        "No orders.",
    )


@app.command(epilog=example("orders show 2000013770481964"))
def show(order: Order, as_json: Json = False) -> None:
    """Show where an order stands, and what people decided about it."""
    from tradelane.desk import decisions, orders

    order_id = orders.read_order_id(order)

    async def ask(desk: Desk) -> tuple[Progress, tuple[Decided, ...], Language, str]:
        progress = await orders.progress_of(desk, order_id)
        lost = await orders.lost_run(desk, order_id) if progress.state in orders.UNDER_WAY else ""
        return progress, decisions.decisions_of(desk.stores, order_id), desk.settings.language, lost

    progress, decided, language, lost = at_desk(ask)
    if lost:
        print(lost, file=sys.stderr)
    if as_json:
        print_json({**progress.model_dump(mode="json"), "decisions": decided})
        return
    _print_progress(progress, language)
    _print_decisions(decided, language)


def _print_progress(progress: Progress, language: Language) -> None:
    from tradelane.desk.holds import awake
    from tradelane.domain import wording
    from tradelane.domain.loading_period import last_day_before

    lines = [
        ("order", progress.order_id), ("seller", progress.seller),
        ("stage", wording.stage_name(language, progress.stage)),
        ("state", wording.state_name(language, progress.state)), ("ucr", progress.ucr), ("orders", progress.orders),
        ("brands", progress.brands), ("declarations", progress.declarations),
        ("load_before", progress.load_before and last_day_before(progress.load_before)), ("waybill", progress.waybill),
        ("transport", progress.transport_status and wording.transport_name(language, progress.transport_status)),
        ("regime", progress.import_regime and wording.regime_name(language, progress.import_regime)),
        ("duty", progress.duty), ("iva", progress.iva), ("delivered_at", minute(progress.delivered_at)),
        ("carried_by", progress.carried_by), ("warnings", progress.warnings),
        ("steps", [step for step in progress.steps if not step.startswith(DECIDED)]),
    ]  # fmt: skip
    shown = [(wording.label(language, name), value) for name, value in lines if value]
    print_table(("", progress.order_id), shown, "")
    for hold in progress.holds:
        shown_hold = hold if progress.trade_now is None else awake(hold, progress.trade_now)
        print("\n".join(hold_lines(shown_hold, language)))


def _print_decisions(decided: tuple[Decided, ...], language: Language) -> None:
    from tradelane.domain import wording

    if decided:
        print(f"{wording.label(language, 'decisions')}:")
    for one in decided:
        what = one.kind if one.step == "*" else f"{one.kind} {one.step}"
        changes = "".join(f"; {change}" for change in one.changes)
        print(f"  {minute(one.at)} {one.actor}: {what}{changes}" + (f" ({one.reason})" if one.reason else ""))


@app.command(epilog=example("orders watch 2000013770481964"))
def watch(order: Order, as_json: Json = False) -> None:
    """Print a line each time something changes, until the run ends."""
    from tradelane.desk import orders

    order_id = orders.read_order_id(order)

    async def follow(desk: Desk) -> None:
        async for progress in orders.watched(desk, order_id):
            if as_json:
                print(progress.model_dump_json(), flush=True)
                continue
            holds = "; ".join(f"holds at {hold.key}: {hold.words}" for hold in progress.holds)
            last = progress.steps[-1] if progress.steps else ""
            told = [progress.state, progress.stage, last, progress.transport_status or "", holds]
            print(f"{minute(progress.trade_now)}  {'  '.join(word for word in told if word)}", flush=True)

    at_desk(follow)


@app.command(epilog=example("orders amend 2000013770481964 --set items.BJK-STND-05.hsk=7616999090 --reason 'broker'"))
def amend(
    order: Order,
    changes: Annotated[
        list[str],
        typer.Option(
            "--set", metavar="PATH=VALUE", help="items.SKU.field, consignee.field or package.field; repeatable."
        ),
    ],
    reason: Reason = "",
    actor: Actor = "",
    as_json: Json = False,
) -> None:
    """Change an order's data; every later reading sees the change.

    A price is told until when customs corrects it: 60 days after the declaration was accepted.
    """
    from tradelane.contracts.messages import AmendOrder
    from tradelane.desk import orders, price_change

    order_id = orders.read_order_id(order)
    message = AmendOrder(set=dict(pairs(changes, "--set")), reason=reason, actor=actor_or_login(actor))
    for note in with_stores(lambda stores: price_change.price_notes(stores, order_id, message.set)):
        print(f"note: {note}", file=sys.stderr)
    answer = at_desk(lambda desk: orders.update(desk, order_id, "amend", message))
    print_json(answer) if as_json else print(answer.sentence)


@app.command(epilog=example("orders extend 2000013770481964 --until 2027-01-20 --reason 'flight cancelled'"))
def extend(
    order: Order,
    until: Annotated[str, typer.Option(help="The last day asked for, YYYY-MM-DD, in Korea.")],
    declaration: Annotated[str, typer.Option(help="d1, d2 ...; needed where there are several.")] = "",
    reason: Reason = "",
    actor: Actor = "",
    as_json: Json = False,
) -> None:
    """Ask customs for a later loading deadline (적재기간 연장), before the present one has passed."""
    from tradelane.contracts.messages import ExtendLoading
    from tradelane.desk import orders

    order_id = orders.read_order_id(order)
    message = ExtendLoading(until=until, declaration=declaration, reason=reason, actor=actor_or_login(actor))
    answer = at_desk(lambda desk: orders.update(desk, order_id, "extend_loading", message))
    print_json(answer) if as_json else print(answer.sentence)


@app.command(epilog=example("orders cancel 2000013770481964 --reason 'buyer asked by phone'"))
def cancel(order: Order, reason: Reason = "", actor: Actor = "", as_json: Json = False) -> None:
    """Cancel an order as far as its stage allows."""
    from tradelane.contracts.messages import CancelOrder
    from tradelane.desk import orders

    order_id = orders.read_order_id(order)
    message = CancelOrder(reason=reason, actor=actor_or_login(actor))
    answer = at_desk(lambda desk: orders.update(desk, order_id, "cancel", message))
    print_json(answer) if as_json else print(answer.sentence)

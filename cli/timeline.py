"""`tradelane timeline`: who did what and when, and the proof that nobody changed it since."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from cli.frame import Json, Order, example, print_json, print_table, with_stores
from cli.said import seoul
from tradelane.desk.complaints import WrongUsage


class _ShowsByDefault(TyperGroup):
    """`timeline ORDER` is `timeline show ORDER`; an order id is the only word here that is all digits."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0].isdigit():
            args = ["show", *args]
        return list(super().parse_args(ctx, args))


app = typer.Typer(
    cls=_ShowsByDefault,
    help="Who did what and when; `timeline ORDER` shows it.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)

Head = Annotated[
    str | None, typer.Option("--head", help="A head printed earlier: proves that nothing was cut off since.")
]


@app.command(epilog=example("timeline show 2000013770481964"))
def show(order: Order, as_json: Json = False) -> None:
    """List the lines of an order's timeline; instants are trade time."""
    from tradelane.desk import orders, timeline

    order_id = orders.read_order_id(order)
    entries = with_stores(lambda stores: timeline.timeline_of(stores, order_id))
    if as_json:
        print_json(entries)
        return
    print_table(
        ("", "at (KST)", "what", "who", "evidence", "digest"),
        [
            (
                entry.position,
                seoul(entry.at, seconds=True),
                f"{entry.kind}: {entry.what}",
                entry.actor,
                "; ".join(f"{name} {_short(value)}" for name, value in entry.evidence.items()),
                entry.digest[:12],
            )
            for entry in entries
        ],
        "",
    )
    print(f"Head: {entries[-1].digest}")


@app.command(epilog=example("timeline export 2000013770481964 -o timeline.json"))
def export(
    order: Order,
    file: Annotated[Path, typer.Option("-o", "--output", help="The file to write.")],
    as_json: Json = False,
) -> None:
    """Write an order's timeline into a file that carries its own proof."""
    from tradelane.desk import orders, timeline

    order_id = orders.read_order_id(order)
    written = with_stores(lambda stores: timeline.export(stores, order_id, file))
    print_json(written) if as_json else print(f"{written.file}: {written.count} lines, head {written.head}")


@app.command(epilog=example("timeline verify timeline.json"))
def verify(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="An exported file.")] = None,
    order: Annotated[str | None, typer.Option("--order", help="Or an order: what the database holds of it.")] = None,
    head: Head = None,
    as_json: Json = False,
) -> None:
    """Check that every line stands as it was written; ends with 3 and the place of the first fault."""
    if (file is None) == (order is None):
        raise WrongUsage("Name either a FILE or an --order.")
    from tradelane.desk import orders, timeline

    if file is not None:
        verified = timeline.verify_file(file, head)
    else:
        order_id = orders.read_order_id(order or "")
        verified = with_stores(lambda stores: timeline.verify_order(stores, order_id, head))
    print_json(verified) if as_json else print(f"{verified.sentence} Head: {verified.head}")


def _short(value: str) -> str:
    """Digests cut to what one compares by eye."""
    return value[:12] if len(value) == 64 and value.isalnum() else value

"""`tradelane packing`: the bench."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.frame import (
    Actor,
    Json,
    Order,
    actor_or_login,
    at_desk,
    example,
    group,
    print_json,
    print_table,
    with_stores,
)  # fmt: skip
from cli.said import seoul

app = group("Boxes, weights and lots from the packing bench.")


@app.command("list", epilog=example("packing list --json"))
def list_(as_json: Json = False) -> None:
    """List the parcels that wait for the bench, the most urgent first."""
    from tradelane.desk import packing

    found = with_stores(lambda stores: packing.waiting(stores.holds))
    if as_json:
        print_json(found)
        return
    print_table(
        ("due (KST)", "order", "seller", "exporters", "assignee", "words"),
        [
            (
                seoul(one.hold.due),
                one.order_id,
                one.seller_id,
                one.exporters,
                one.hold.assignee,
                one.hold.words,
            )
            for one in found
        ],
        "Nothing waits for packing.",
    )


@app.command(epilog=example("packing confirm 2000013770481964 --box 640g:30x20x10 --box 420g:20x15x10 --lot 2607A"))
def confirm(
    order: Annotated[str, typer.Argument(metavar="ORDER", help="Mercado Libre order id; left out with --csv.")] = "",
    boxes: Annotated[
        list[str] | None,
        typer.Option("--box", metavar="GRAMSg:LxWxH", help="A box: grams and centimetres; repeat for all of them."),
    ] = None,
    lots: Annotated[
        list[str] | None,
        typer.Option("--lot", metavar="LOT", help="The maker's lot of the parcel, or SKU=LOT; repeatable."),
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option(
            "--csv",
            metavar="FILE",
            help="A row for each box: order_id, gross_weight_g, length_cm, width_cm, height_cm, lot. "
            "One wrong row, and nothing is sent.",
        ),
    ] = None,
    actor: Actor = "",
    as_json: Json = False,
) -> None:
    """Tell what was measured; boxes of an earlier confirmation are forgotten, an estimate is replaced."""
    from tradelane.desk import orders, packing
    from tradelane.desk.complaints import WrongUsage

    if sheet is not None:
        if order or boxes or lots:
            raise WrongUsage("--csv comes alone: orders, boxes and lots are in the file.")
        _confirm_sheet(sheet, actor_or_login(actor), as_json)
        return
    if not order or not boxes:
        raise WrongUsage("Give an ORDER with its --box, or --csv FILE.")
    order_id = orders.read_order_id(order)
    message = packing.measured(boxes, lots or (), actor_or_login(actor))
    answer = at_desk(lambda desk: packing.confirm(desk, order_id, message))
    print_json(answer) if as_json else print(answer.sentence)


def _confirm_sheet(path: Path, actor: str, as_json: bool) -> None:
    from tradelane.desk import packing
    from tradelane.desk.packing_sheet import BadSheet, read_sheet

    try:
        parcels = read_sheet(path, actor)
        outcomes = at_desk(lambda desk: packing.confirm_sheet(desk, path, parcels))
    except BadSheet as wrong:
        if as_json:
            print_json({"problems": wrong.problems})
        else:
            rows = [(problem.line, problem.column, problem.reason) for problem in wrong.problems]
            print_table(("line", "column", "reason"), rows, "")
        raise
    if as_json:
        print_json(outcomes)
    else:
        print_table(
            ("order", "boxes", "", "answer"), [(o.order_id, o.boxes, o.state, o.sentence) for o in outcomes], ""
        )
    packing.check_outcomes(outcomes)


@app.command("pick-list", epilog=example("packing pick-list 2000013770481964 -o pick-list.pdf"))
def pick_list(
    order: Order,
    target: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="Where the PDF is written.")],
    as_json: Json = False,
) -> None:
    """Write the newest pick list of an order's parcel to a file."""
    from tradelane.desk import orders, packing

    order_id = orders.read_order_id(order)
    paper = with_stores(lambda stores: packing.take_pick_list(stores, order_id, target))
    print_json(paper) if as_json else print(f"{paper.file}: pick list, version {paper.version}.")

"""`tradelane documents`: the papers of an order."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.frame import Json, Order, example, group, print_json, print_table, with_stores

app = group("Papers of an order.")


@app.command(epilog=example("documents show 2000013770481964 --open papers/"))
def show(
    order: Order,
    open_in: Annotated[
        Path | None, typer.Option("--open", help="Copy the papers into this folder under readable names.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the papers of an order and where they lie."""
    from tradelane.desk import documents, orders

    order_id = orders.read_order_id(order)
    papers = with_stores(lambda stores: documents.papers_of(stores, order_id, open_in))
    if as_json:
        print_json(papers)
        return
    print_table(
        ("paper", "version", "bytes", "sha256", "file"),
        [(paper.kind, paper.version, paper.size, paper.sha256[:12], paper.file) for paper in papers],
        f"Order {order_id} has no papers yet.",
    )

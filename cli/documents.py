"""`tradelane documents`: the papers of an order."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.frame import Actor, Json, Order, actor_or_login, example, group, print_json, print_table, with_stores

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
        ("paper", "version", "bytes", "sha256", "file", "note"),
        [(paper.kind, paper.version, paper.size, paper.sha256[:12], paper.file, paper.note) for paper in papers],
        f"Order {order_id} has no papers yet.",
    )


@app.command(epilog=example("documents get 2000013770481964 --kind broker_handoff_xlsx -o handoff.xlsx"))
def get(
    order: Order,
    kind: Annotated[str, typer.Option("--kind", help="Which paper, as `documents show` names it.")],
    target: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="Where to write it.")],
    version: Annotated[int | None, typer.Option("--version", min=1, help="Not the newest, but this version.")] = None,
    as_json: Json = False,
) -> None:
    """Write one paper of an order to a file."""
    from tradelane.desk import document_intake, orders

    order_id = orders.read_order_id(order)
    paper = with_stores(lambda stores: document_intake.get_paper(stores, order_id, kind, target, version))
    print_json(paper) if as_json else print(f"{paper.file}: {paper.kind}, version {paper.version}.")


@app.command(epilog=example("documents add 2000013770481964 certificate.pdf --kind export_certificate"))
def add(
    order: Order,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="PDF, or PNG and JPEG where no certificate is meant.")],
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            help="export_certificate, dispatch_confirmation, origin_statement_signed, carrier_paper or other.",
        ),
    ],
    unread: Annotated[
        bool, typer.Option("--unread", help="Take a scanned certificate that only a person has read; it is marked so.")
    ] = False,
    number: Annotated[
        str,
        typer.Option(
            "--number", help="Of which declaration a certificate is, or with which a signed origin statement goes."
        ),
    ] = "",
    actor: Actor = "",
    as_json: Json = False,
) -> None:
    """Keep a paper that came from outside; a certificate is read first, and a draft is refused."""
    from tradelane.desk import document_intake, orders

    order_id = orders.read_order_id(order)
    paper = with_stores(
        lambda stores: document_intake.add_paper(
            stores, order_id, file, kind, actor=actor_or_login(actor), unread=unread, number=number
        )
    )
    if as_json:
        print_json(paper)
        return
    note = f": {paper.note}" if paper.note else ""
    print(f"Order {order_id}: {paper.kind}, version {paper.version}, is kept{note}.")

"""`tradelane sellers`: the Mercado Libre accounts."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.frame import Json, example, group, print_json, print_table, with_stores

app = group("Mercado Libre accounts.")


@app.command("set", epilog=example("sellers set 1890000017 --nickname AGENCIA --go-live 2026-12-01T00:00:00+09:00"))
def set_seller(
    seller: Annotated[str, typer.Argument(metavar="USER_ID", help="The account's user id.")],
    nickname: Annotated[str | None, typer.Option(help="The account's name.")] = None,
    go_live: Annotated[str | None, typer.Option(help="Instant with offset; older orders are never started.")] = None,
    regime: Annotated[
        str | None, typer.Option(help="IVA: not_accredited, foreign_operator, domiciled_operator.")
    ] = None,
    operator_name: Annotated[str | None, typer.Option(help="Who accredits the IVA.")] = None,
    operator_id: Annotated[
        str | None, typer.Option(help="SII user of a foreign operator, RUT of a domiciled one.")
    ] = None,
    refresh_token_file: Annotated[Path | None, typer.Option(help="File with the account's refresh token.")] = None,
    as_json: Json = False,
) -> None:
    """Make or change a seller account; what is not given stays."""
    from tradelane.desk import sellers

    changes: dict[str, str | datetime | None] = {"nickname": nickname, "go_live": go_live}
    accreditation = {"regime": regime, "operator_name": operator_name, "operator_id": operator_id}
    made = with_stores(
        lambda stores: sellers.set_seller(
            stores, seller, changes=changes, accreditation=accreditation, refresh_token_file=refresh_token_file
        )
    )
    print_json(made) if as_json else print(f"Seller {made.id} ({made.nickname}) is live from {made.go_live}.")


@app.command("show", epilog=example("sellers show"))
def show_sellers(
    seller: Annotated[str | None, typer.Argument(metavar="[USER_ID]")] = None, as_json: Json = False
) -> None:
    """Show one seller account, or all of them."""
    from tradelane.desk import sellers

    found = with_stores(lambda stores: sellers.sellers(stores, seller))
    if as_json:
        print_json(found)
        return
    print_table(
        ("user id", "site", "nickname", "go-live", "IVA", "accredited by"),
        [(s.id, s.site, s.nickname, s.go_live, s.accreditation.regime, s.accreditation.operator_name) for s in found],
        "No sellers.",
    )

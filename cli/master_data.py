"""`tradelane catalogue`, `exporters`, `sellers`: what customs asks for and the marketplace does not know."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.frame import Json, example, group, pairs, print_json, print_table, with_stores

catalogue = group("Products by SKU.")
exporters = group("Exporters: the brands that own the declarations.")
sellers = group("Mercado Libre accounts.")

File = Annotated[Path, typer.Argument(metavar="FILE", help="JSON in the shape of tradelane/demo/brands.json.")]


@catalogue.command("import", epilog=example("catalogue import brands.json"))
def import_products(file: File, as_json: Json = False) -> None:
    """Put the products of a file into the catalogue."""
    from tradelane.desk import master_data

    read = with_stores(lambda stores: master_data.import_products(stores, file))
    print_json(read) if as_json else print(f"{len(read)} products are in the catalogue.")


@catalogue.command("set", epilog=example("catalogue set BJK-STND-05 hsk=7616999090 origin=KR"))
def set_product(
    sku: Annotated[str, typer.Argument(metavar="SKU")],
    fields: Annotated[list[str], typer.Argument(metavar="FIELD=VALUE...")],
    as_json: Json = False,
) -> None:
    """Change fields of one product; orders that hold for them go on after `orders amend` or a retry."""
    from tradelane.desk import master_data

    changes = pairs(fields, "catalogue set")
    product = with_stores(lambda stores: master_data.set_product(stores, sku, changes))
    print_json(product) if as_json else print(f"{sku}: {', '.join(changes)} set.")


@catalogue.command("show", epilog=example("catalogue show BJK-STND-05"))
def show_products(sku: Annotated[str | None, typer.Argument(metavar="[SKU]")] = None, as_json: Json = False) -> None:
    """Show one product, or all of them with what each still lacks."""
    from tradelane.desk import master_data
    from tradelane.domain.catalogue import missing_fields

    found = with_stores(lambda stores: master_data.products(stores, sku))
    if as_json:
        print_json(found)
    elif sku is not None:
        print_table(("field", sku), found[0].model_dump(exclude={"sku"}).items(), "")
    else:
        print_table(
            ("SKU", "exporter", "goods", "HSK", "Chilean tariff", "net g", "lacks"),
            [
                (p.sku, p.exporter_id, p.description_en, p.hsk, p.cl_tariff, p.net_weight_g, missing_fields(p))
                for p in found
            ],
            "The catalogue is empty.",
        )


@exporters.command("import", epilog=example("exporters import brands.json"))
def import_exporters(file: File, as_json: Json = False) -> None:
    """Put the exporters of a file into the store."""
    from tradelane.desk import master_data

    read = with_stores(lambda stores: master_data.import_exporters(stores, file))
    print_json(read) if as_json else print(f"{len(read)} exporters are known.")


@exporters.command("show", epilog=example("exporters show haneul"))
def show_exporters(
    exporter: Annotated[str | None, typer.Argument(metavar="[ID]")] = None, as_json: Json = False
) -> None:
    """Show one exporter, or all of them."""
    from tradelane.desk import master_data

    found = with_stores(lambda stores: master_data.exporters(stores, exporter))
    if as_json:
        print_json(found)
    elif exporter is not None:
        print_table(("field", exporter), found[0].model_dump(exclude={"id"}).items(), "")
    else:
        print_table(
            ("id", "name", "business registration", "customs clearance code", "declarant", "customs"),
            [
                (
                    e.id, e.name_en, e.business_registration_number, e.customs_clearance_code, e.declarant_code,
                    f"{e.customs_office}-{e.customs_division}",
                )
                for e in found
            ],
            "No exporters.",
        )  # fmt: skip


@sellers.command("set", epilog=example("sellers set 1890000017 --nickname AGENCIA --go-live 2026-12-01T00:00:00+09:00"))
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
    from tradelane.desk import master_data

    changes: dict[str, str | datetime | None] = {"nickname": nickname, "go_live": go_live}
    accreditation = {"regime": regime, "operator_name": operator_name, "operator_id": operator_id}
    made = with_stores(
        lambda stores: master_data.set_seller(
            stores, seller, changes=changes, accreditation=accreditation, refresh_token_file=refresh_token_file
        )
    )
    print_json(made) if as_json else print(f"Seller {made.id} ({made.nickname}) is live from {made.go_live}.")


@sellers.command("show", epilog=example("sellers show"))
def show_sellers(
    seller: Annotated[str | None, typer.Argument(metavar="[USER_ID]")] = None, as_json: Json = False
) -> None:
    """Show one seller account, or all of them."""
    from tradelane.desk import master_data

    found = with_stores(lambda stores: master_data.sellers(stores, seller))
    if as_json:
        print_json(found)
        return
    print_table(
        ("user id", "site", "nickname", "go-live", "IVA", "accredited by"),
        [(s.id, s.site, s.nickname, s.go_live, s.accreditation.regime, s.accreditation.operator_name) for s in found],
        "No sellers.",
    )

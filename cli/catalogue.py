"""`tradelane catalogue`: what customs asks of each product and the marketplace does not know."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.frame import Json, current_settings, example, filled, group, pairs, print_json, print_table, with_stores
from cli.sheets import Encoding, tell_problems, tell_refusal, tell_warnings

if TYPE_CHECKING:
    from tradelane.desk.catalogue_import import ImportReport
    from tradelane.stores import Stores

app = group("Products by SKU.")

SOME = 3
"""Exit code when something was left out, or would hold."""

Sku = Annotated[str, typer.Argument(metavar="SKU")]
By = Annotated[str, typer.Option("--by", callback=filled, metavar="NAME", help="Who approves.")]
Why = Annotated[
    str, typer.Option("--reason", callback=filled, metavar="WHY", help="On what the approval rests; kept with it.")
]


@app.command("import", epilog=example("catalogue import products.xlsx"))
def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV, workbook (.xlsx), or JSON like tradelane/demo/brands.json.")
    ],
    partial: Annotated[bool, typer.Option("--partial", help="Take the rows that fit, and end with 3.")] = False,
    encoding: Encoding = "utf-8",
    by: By = "",
    reason: Why = "",
    as_json: Json = False,
) -> None:
    """Put products into the catalogue: all rows, or none when one is wrong.

    The columns are those of `catalogue export`; one that is left out stays as it is, an empty cell means *not known*.
    With --by and --reason, every code nobody has approved yet is approved by that person.
    """
    from tradelane.desk import catalogue, catalogue_import
    from tradelane.desk.sheet import BadRows

    def take(stores: Stores) -> ImportReport:
        approver = catalogue.approver(stores, by, reason)
        return catalogue_import.import_products(stores, file, encoding=encoding, partial=partial, approver=approver)

    try:
        report = with_stores(take)
    except BadRows as wrong:
        tell_refusal(wrong.problems, as_json)
        raise
    if as_json:
        print_json(report)
    else:
        tell_problems(report.problems)
        tell_warnings(report.warnings)
        changed = report.written - report.new - report.unchanged
        print(
            f"{report.written} product{'' if report.written == 1 else 's'} of the file: "
            f"{report.new} new, {changed} changed, {report.unchanged} unchanged."
        )
    if report.problems:
        print(f"{len(report.problems)} problems: their rows were left out.", file=sys.stderr)
        raise typer.Exit(SOME)


@app.command(epilog=example("catalogue export products.xlsx"))
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Ends with .csv or .xlsx; it is replaced.")],
    as_json: Json = False,
) -> None:
    """Write the catalogue to a sheet; importing it again changes nothing."""
    from tradelane.desk import catalogue

    written = with_stores(lambda stores: catalogue.export_products(stores, file))
    print_json({"file": file, "products": written}) if as_json else print(f"{file}: {written} products.")


@app.command(epilog=example("catalogue show BJK-STND-05"))
def show(sku: Annotated[str | None, typer.Argument(metavar="[SKU]")] = None, as_json: Json = False) -> None:
    """Show one product, or all of them with what each still lacks."""
    from tradelane.desk import catalogue
    from tradelane.domain.catalogue import missing_fields

    found = with_stores(lambda stores: catalogue.products(stores, sku))
    if as_json:
        print_json(found)
    elif sku is not None:
        fields = found[0].model_dump(exclude={"sku", "hsk_approval", "cl_tariff_approval"})
        for name, approval in (("hsk", found[0].hsk_approval), ("cl_tariff", found[0].cl_tariff_approval)):
            told = f"{approval.code} by {approval.by} on {approval.on}: {approval.reason}" if approval else "nobody's"
            fields[f"{name}_approval"] = told
        shown = {
            name: ("yes" if value else "no") if isinstance(value, bool) else value for name, value in fields.items()
        }
        print_table(("field", sku), shown.items(), "")
    else:
        print_table(
            ("SKU", "exporter", "goods", "HSK", "Chilean tariff", "net g", "lacks"),
            [
                (p.sku, p.exporter_id, p.description_en, p.hsk, p.cl_tariff, p.net_weight_g, missing_fields(p))
                for p in found
            ],
            "The catalogue is empty.",
        )


@app.command("set", epilog=example("catalogue set BJK-STND-05 hsk=7616.99-9090 battery=none"))
def set_(
    sku: Sku, fields: Annotated[list[str], typer.Argument(metavar="FIELD=VALUE...")], as_json: Json = False
) -> None:
    """Change fields of one product; an empty value means *not known*.

    A code that changes loses its approval. Orders that hold for the product go on after a retry of their plan.
    """
    from tradelane.desk import catalogue

    changes = pairs(fields, "catalogue set")
    report = with_stores(lambda stores: catalogue.set_product(stores, sku, changes))
    print_json(report.product) if as_json else print(f"{sku}: {', '.join(changes)} set.")
    for note in report.notes:
        print(note, file=sys.stderr)


@app.command(epilog=example("catalogue approve BJK-STND-05 --by kim --reason 'ruling of the broker, file 26-7'"))
def approve(
    sku: Sku,
    by: By = "",
    reason: Why = "",
    code: Annotated[
        str, typer.Option("--code", help="hsk, cl_tariff, or both: each that nobody has approved yet.")
    ] = "both",
    as_json: Json = False,
) -> None:
    """Approve the tariff codes of a product as they stand; nothing is filed with a code that nobody has approved."""
    from tradelane.desk import catalogue

    product = with_stores(lambda stores: catalogue.approve(stores, sku, code, by=by, reason=reason))
    if as_json:
        print_json(product)
        return
    for name, one in (("hsk", product.hsk_approval), ("cl_tariff", product.cl_tariff_approval)):
        if one is not None:
            print(f"{sku}: {name} {one.code} approved by {one.by} on {one.on}.")


@app.command(epilog=example("catalogue check --exporter haneul"))
def check(
    sku: Annotated[str | None, typer.Argument(metavar="[SKU]")] = None,
    exporter: Annotated[str | None, typer.Option(help="Only the goods of this exporter.")] = None,
    as_json: Json = False,
) -> None:
    """List each product that would hold an order: at which step, why, and what mends it; ends with 3 when there is one."""
    from tradelane.desk import catalogue_check

    by_estimate = current_settings().packing_by_estimate
    found = with_stores(
        lambda stores: catalogue_check.check(stores, sku, exporter_id=exporter, by_estimate=by_estimate)
    )
    if as_json:
        print_json(found)
    else:
        print_table(
            ("SKU", "step", "reason", "what", "command"),
            [(one.sku, one.step, one.reason, one.what, one.command) for one in found],
            "No product would hold an order.",
        )
    if found:
        raise typer.Exit(SOME)

"""`tradelane exporters`: the brands that own the declarations."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.customs_rates import asked
from cli.frame import Json, current_settings, example, group, pairs, print_json, print_table, with_stores
from cli.sheets import Encoding, tell_refusal, tell_warnings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradelane.desk.goods_place import Offices

app = group("Exporters: the brands that own the declarations.")

SOME = 3
"""Exit code when something would hold."""


@app.command("import", epilog=example("exporters import brands.json"))
def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="JSON like tradelane/demo/brands.json, CSV or a workbook (.xlsx).")
    ],
    encoding: Encoding = "utf-8",
    as_json: Json = False,
) -> None:
    """Put exporters into the store: all, or none when one is wrong.

    The columns of a sheet are the names that `exporters set` takes; one that is left out stays as it is. Customs is not
    asked about their offices here: `exporters check` does so.
    """
    from tradelane.desk import exporters
    from tradelane.desk.sheet import BadRows

    try:
        report = with_stores(lambda stores: exporters.import_exporters(stores, file, encoding=encoding))
    except BadRows as wrong:
        tell_refusal(wrong.problems, as_json)
        raise
    if as_json:
        print_json(report)
        return
    tell_warnings(report.warnings)
    count = len(report.exporters)
    print(f"{count} exporter{'' if count == 1 else 's'} stand{'s' if count == 1 else ''} as the file says.")


@app.command("set", epilog=example("exporters set haneul origin_signer.name='Han Garam' origin_signer.title=Director"))
def set_(
    exporter: Annotated[str, typer.Argument(metavar="ID")],
    fields: Annotated[list[str], typer.Argument(metavar="FIELD=VALUE...")],
    as_json: Json = False,
) -> None:
    """Change fields of one exporter: address_en=LINE|LINE, broker.name=, origin_signer.name=, carrier_accounts.mydhl=.

    When its way to customs (channel) changes, open declarations stay where they were filed. Customs is asked whether a
    new customs_office or goods_location_postcode fits the other (API031), and what it says against them is a note.
    """
    from tradelane.desk import exporters

    changes = pairs(fields, "exporters set")
    report = with_stores(lambda stores: exporters.set_exporter(stores, exporter, changes, _offices))
    print_json(report.exporter) if as_json else print(f"{exporter}: {', '.join(changes)} set.")
    for note in report.notes:
        print(f"note: {note}", file=sys.stderr)


@app.command(epilog=example("exporters show haneul"))
def show(exporter: Annotated[str | None, typer.Argument(metavar="[ID]")] = None, as_json: Json = False) -> None:
    """Show one exporter, or all of them."""
    from tradelane.desk import exporters

    found = with_stores(lambda stores: exporters.exporters(stores, exporter))
    if as_json:
        print_json(found)
    elif exporter is not None:
        print_table(("field", exporter), exporters.shown(found[0]).items(), "")
    else:
        print_table(
            ("id", "name", "business registration", "customs clearance code", "declarant", "customs", "channel"),
            [
                (
                    e.id, e.name_en, e.business_registration_number, e.customs_clearance_code, e.declarant_code,
                    f"{e.customs_office}-{e.customs_division}", e.channel or "default",
                )
                for e in found
            ],
            "No exporters.",
        )  # fmt: skip


@app.command(epilog=example("exporters check haneul"))
def check(exporter: Annotated[str | None, typer.Argument(metavar="[ID]")] = None, as_json: Json = False) -> None:
    """List what would hold an exporter's orders, and texts its declarations cut; ends with 3 when something holds.

    Customs is asked whether each customs office looks after the place of the goods (API031); without an answer the
    office is listed as unchecked.
    """
    from tradelane.desk import exporter_check

    found = with_stores(lambda stores: exporter_check.check(stores, exporter, _offices))
    if as_json:
        print_json(found)
    else:
        print_table(
            ("exporter", "", "step", "what", "command"),
            [(one.exporter_id, one.effect.value, one.step, one.what, one.command) for one in found],
            "Nothing would hold an exporter's orders.",
        )
    if any(one.holds for one in found):
        raise typer.Exit(SOME)


def _offices(postcodes: Sequence[str]) -> Offices:
    from tradelane.desk.goods_place import offices_in_charge

    return asked(offices_in_charge(current_settings(), postcodes))

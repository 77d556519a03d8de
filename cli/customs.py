"""`tradelane customs`: people's questions to Korean customs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli import customs_rates
from cli.customs_rates import asked
from cli.frame import Json, current_settings, example, group, print_json, print_table

if TYPE_CHECKING:
    from pydantic import BaseModel

    from tradelane.domain.export_declaration import Loading

app = group("Ask Korean customs (UNI-PASS): rates, codes, requirements, declarations. Read only.")
app.add_typer(customs_rates.app, name="rate")

DOES_NOT_FIT = 3
"""Exit code when customs does not confirm a certificate."""

Day = Annotated[str | None, typer.Option("--day", help="Korean day such as 2026-11-23; today unless given.")]
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="Export declaration number, 14 places ending in X.")]
HskCode = Annotated[str, typer.Argument(metavar="HSK", help="Ten digits, with or without dots.")]


def _table(rows: Sequence[BaseModel], as_json: bool, empty: str) -> None:
    """Rows of one kind: a column for each field."""
    if as_json:
        print_json(rows)
        return
    columns = list(type(rows[0]).model_fields) if rows else []
    print_table(
        [name.replace("_", " ") for name in columns], ([getattr(row, name) for name in columns] for row in rows), empty
    )


def _found(rows: Sequence[BaseModel], as_json: bool, missing: str) -> None:
    """The table of what one number or postcode stands for; NotFound where customs has nothing under it."""
    from tradelane.desk.complaints import NotFound

    if not rows:
        raise NotFound(missing)
    _table(rows, as_json, "")


@app.command("hs", epilog=example("customs hs 3304.99"))
def hs(
    query: Annotated[str, typer.Argument(metavar="CODE|WORDS", help="First digits of a code, or Korean words.")],
    as_json: Json = False,
) -> None:
    """Find HS codes with their units, by code or by words (API018)."""
    from tradelane.desk import customs

    _table(asked(customs.hs_codes(current_settings(), query)), as_json, "No such code.")


@app.command("requirements", epilog=example("customs requirements 3304.99-9000 --day 2026-11-23"))
def requirements(hsk: HskCode, day: Day = None, as_json: Json = False) -> None:
    """Show what goods under a code need for export, and whether they must be loaded sooner (API029, API017)."""
    from tradelane.desk import customs
    from tradelane.desk.published_rates import day_or_today

    settings = current_settings()
    on = day_or_today(settings, day)
    facts = asked(customs.requirements(settings, hsk, on))
    if as_json:
        print_json(facts)
        return
    print(f"HSK {facts.hsk.printed} on {on}, for export:")
    for law in facts.confirmation or ("nothing to be confirmed by the customs head",):
        print(f"  {law}")
    print(f"  loading period: {facts.shortened_loading or 'the ordinary one'}")


@app.command("code-lists", epilog=example("customs code-lists A04 --name 칠레"))
def code_lists(
    kind: Annotated[str, typer.Argument(metavar="TYPE", help="Customs' name of the list (statsSgnTp).")],
    name: Annotated[str, typer.Option(help="Only rows with this Korean name.")] = "",
    as_json: Json = False,
) -> None:
    """Print a code list of customs (API019)."""
    from tradelane.desk import customs

    _table(asked(customs.code_list(current_settings(), kind, name)), as_json, "No such list, or no such row.")


@app.command("office", epilog=example("customs office 04799"))
def office(
    postcode: Annotated[str, typer.Argument(metavar="POSTCODE", help="Of the place where the goods are.")],
    as_json: Json = False,
) -> None:
    """Show which customs office is in charge of goods at a postcode (API031)."""
    from tradelane.desk import customs

    found = asked(customs.office_of(current_settings(), postcode))
    _found(found, as_json, f"Customs knows no office for the postcode {postcode}.")


@app.command("clearance-code", epilog=example("customs clearance-code 하늘결"))
def clearance_code(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Words of the company's name.")], as_json: Json = False
) -> None:
    """Find the customs clearance code of a company (API010)."""
    from tradelane.desk import customs

    _table(asked(customs.clearance_codes(current_settings(), name)), as_json, "No such company.")


@app.command("foreign-party", epilog=example('customs foreign-party CL "ANDES BELLEZA"'))
def foreign_party(
    country: Annotated[str, typer.Argument(metavar="COUNTRY", help="Two letters, such as CL.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="Words of its name.")],
    as_json: Json = False,
) -> None:
    """Find customs' code of a foreign buyer or supplier (API011)."""
    from tradelane.desk import customs

    _table(asked(customs.foreign_parties(current_settings(), country, name)), as_json, "No such party.")


@app.command("brokers", epilog=example("customs brokers 나라"))
def brokers(
    query: Annotated[str, typer.Argument(metavar="NAME|CODE", help="Words of a name, or a declarant code.")],
    as_json: Json = False,
) -> None:
    """Find customs brokers by name, or the firm of one by its code (API013, API014)."""
    from tradelane.desk import customs

    _table(asked(customs.brokers(current_settings(), query)), as_json, "No such broker.")


@app.command("drawback", epilog=example("customs drawback 3304.99-1000"))
def drawback(
    query: Annotated[str, typer.Argument(metavar="HSK|CLEARANCE_CODE", help="A code of goods, or of a company.")],
    day: Day = None,
    as_json: Json = False,
) -> None:
    """Show simplified drawback of goods, or whether a company uses it (API015, API016)."""
    from tradelane.desk import customs
    from tradelane.desk.published_rates import day_or_today

    settings = current_settings()
    found = asked(customs.drawback(settings, query, day_or_today(settings, day)))
    _table(found, as_json, "Customs lists no simplified drawback for it.")


@app.command("duty", epilog=example("customs duty 3304.99-1000"))
def duty(hsk: HskCode, as_json: Json = False) -> None:
    """Show Korean duty rates of a code (API030)."""
    from tradelane.desk import customs

    _table(asked(customs.duty_rates(current_settings(), hsk)), as_json, "No duty rates are listed.")


@app.command("declaration", epilog=example("customs declaration 6N002-26-000123X"))
def declaration(number: Number, as_json: Json = False) -> None:
    """Show how far a declaration has come: acceptance, loading deadline, what has left (API002, API053)."""
    from tradelane.desk import customs

    seen = asked(customs.declaration(current_settings(), number))
    if as_json:
        print_json(seen)
        return
    loading = seen.loading
    rows = [
        ("exporter", seen.exporter),
        ("accepted on", loading.accepted_on),
        ("to be loaded by", loading.load_before),
        ("loaded", _loaded(loading)),
        ("packages", _of(loading.packages_loaded, loading.packages_cleared)),
        ("gross kg", _of(loading.weight_loaded_kg, loading.weight_cleared_kg)),
        ("left Korea on", loading.departed_on),
        ("waybills", loading.waybills),
        ("transport", seen.transport),
        ("inspection where loaded", loading.inspection or "none"),
    ]
    print_table(("", loading.number.printed), rows, "")


def _loaded(loading: Loading) -> str:
    if loading.loaded:
        return "yes"
    return "in part" if loading.partial else "no"


def _of(gone: object, cleared: object) -> str:
    """What has left of what was cleared, as far as either is told."""
    return f"{'?' if gone is None else gone} of {'?' if cleared is None else cleared}"


@app.command("waybill", epilog=example("customs waybill 1234567891"))
def waybill(
    number: Annotated[str, typer.Argument(metavar="WAYBILL", help="The carrier's number.")], as_json: Json = False
) -> None:
    """List declarations whose goods left under a waybill (API002 by B/L)."""
    from tradelane.desk import customs

    found = asked(customs.waybill(current_settings(), number))
    _table(found, as_json, "Customs knows no departed goods under it.")


@app.command("amendment", epilog=example("customs amendment 6N002-26-000123X 1"))
def amendment(
    number: Number,
    round_: Annotated[int, typer.Argument(metavar="ROUND", min=1, help="Which request: 1 is the first.")],
    as_json: Json = False,
) -> None:
    """Show where a request to amend a declaration stands (API052)."""
    from tradelane.desk import customs

    found = asked(customs.amendment(current_settings(), number, round_))
    _found(found, as_json, f"Customs knows no request {round_} to amend {number}.")


@app.command("inspection", epilog=example("customs inspection 6N002-26-000123X"))
def inspection(number: Number, as_json: Json = False) -> None:
    """Show whether goods are inspected where they are loaded (API053)."""
    from tradelane.desk import customs

    found = asked(customs.inspection(current_settings(), number))
    _found(found, as_json, f"Customs shows no inspection of {number}: it is unknown, or not accepted yet.")


@app.command(
    "verify",
    epilog=example(
        "customs verify 6N002-26-000123X --issue 1234567890123 --business 123-45-67891 --origin KR --goods SHAMPOO --net 250"
    ),
)
def verify(
    number: Number,
    issue: Annotated[str, typer.Option("--issue", help="Issue number printed on the certificate.")],
    business: Annotated[str, typer.Option("--business", help="The exporter's business registration number.")],
    origin: Annotated[str, typer.Option("--origin", help="Country of origin, two letters.")],
    goods: Annotated[str, typer.Option("--goods", help="Name of the goods as on the certificate.")],
    net: Annotated[str, typer.Option("--net", help="Net weight in kilograms.")],
    as_json: Json = False,
) -> None:
    """Ask whether a declaration certificate is genuine: all six facts must fit (API035); ends with 3 when they do not."""
    from tradelane.desk import customs

    verdict = asked(
        customs.verify(
            current_settings(),
            issue_number=issue,
            number=number,
            business_number=business,
            origin=origin,
            goods=goods,
            net_kg=net,
        )
    )
    if as_json:
        print_json(verdict)
    else:
        print(("The certificate fits." if verdict.genuine else "The certificate does not fit.") + f" {verdict.words}")
    if not verdict.genuine:
        raise typer.Exit(DOES_NOT_FIT)

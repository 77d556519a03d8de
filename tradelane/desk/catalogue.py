"""Products by hand: show, set, approve and export. Needs no engine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from shlex import quote

from pydantic import BaseModel, ConfigDict

from tradelane.desk.catalogue_import import Approver, approver_of, with_valid_approvals
from tradelane.desk.complaints import NotFound, RefusedByRule, WrongUsage
from tradelane.desk.product_columns import COLUMN_NAMES, FIELDS, cells_of, read_cell
from tradelane.desk.product_texts import text_faults
from tradelane.desk.sheet import neutral
from tradelane.desk.sheet_writing import write_sheet
from tradelane.domain.catalogue import TARIFF_CODES, Approval, Product, approved, weight_fault
from tradelane.domain.text_limits import Effect
from tradelane.domain.trade_time import today_in_korea
from tradelane.stores import Stores

BOTH = "both"
SHEET_NAME = "catalogue"


class SetReport(BaseModel):
    """A changed product, and what the change brought with it."""

    model_config = ConfigDict(frozen=True)

    product: Product
    notes: tuple[str, ...] = ()


def products(stores: Stores, sku: str | None) -> tuple[Product, ...]:
    """One product, or all of them."""
    if sku is None:
        return stores.catalogue.all()
    return (_product(stores, sku),)


def _product(stores: Stores, sku: str) -> Product:
    found = stores.catalogue.products([sku])
    if sku not in found:
        raise NotFound(f"There is no product {sku}; `tradelane catalogue set {quote(sku)} FIELD=VALUE` makes one.")
    return found[sku]


def set_product(stores: Stores, sku: str, changes: Mapping[str, str]) -> SetReport:
    """Change fields of one product; an unknown SKU becomes a new product, an empty value means *not known*.

    A code that changes loses its approval, which the notes say.

    Raises:
        WrongUsage: no change given, an unknown field, or a value that does not fit.
    """
    if not changes:
        raise WrongUsage(f"Give at least one FIELD=VALUE; the fields are {', '.join(FIELDS)}.")
    unknown = sorted(set(changes) - set(FIELDS))
    if unknown:
        hint = (
            "; a code is approved by `tradelane catalogue approve`" if any("appr" in name for name in unknown) else ""
        )
        raise WrongUsage(f"A product has no field {', '.join(unknown)}; the fields are {', '.join(FIELDS)}{hint}.")
    named = _read("sku", neutral(sku.strip()))
    if not isinstance(named, str) or not named:
        raise WrongUsage("A product has a SKU; this one is empty.")
    sku = named
    stated = {name: _read(name, neutral(value)) for name, value in changes.items()}
    known = stores.catalogue.products([sku]).get(sku)
    product, void = with_valid_approvals((known or Product(sku=sku)).model_copy(update=stated))
    exporter_id = product.exporter_id
    if exporter_id and exporter_id not in stores.exporters.get([exporter_id]):
        known_ids = ", ".join(exporter.id for exporter in stores.exporters.all()) or "none"
        raise WrongUsage(f"There is no exporter {exporter_id}; known: {known_ids}.")
    faults = text_faults(product)
    refused = [f"{one.field}: {one.words}" for one in faults if one.effect is Effect.REFUSED]
    if {"net_weight_g", "gross_weight_g"} & changes.keys() and (words := weight_fault(product)):
        refused.append(f"gross_weight_g: {words}; set both at once")
    if refused:
        raise WrongUsage(f"{'; '.join(refused)}.")
    stores.catalogue.put(product)
    notes = [f"{code}: {words}; `{_approve_command(sku, code)}`" for code, words in void]
    notes += [f"{one.field}: {one.words}" for one in faults if one.field in changes]
    return SetReport(product=product, notes=tuple(notes))


def _read(field: str, value: str) -> object:
    try:
        return read_cell(field, value)
    except ValueError as wrong:
        raise WrongUsage(f"{field}: {str(wrong).removesuffix('.')}.") from wrong


def _approve_command(sku: str, code: str) -> str:
    return f"tradelane catalogue approve {quote(sku)} --code {code} --by NAME --reason WHY"


def approve(stores: Stores, sku: str, code: str, *, by: str, reason: str) -> Product:
    """Approve tariff codes of a product as they stand now, on today's Korean day.

    `both` approves those that nobody has approved yet; a code that is named is approved anew.

    Raises:
        WrongUsage: the code's name, who or why is missing.
        NotFound: there is no such product.
        RefusedByRule: it has no code to approve, or its two codes contradict one another.
    """
    if code not in (*TARIFF_CODES, BOTH):
        raise WrongUsage(f"--code is {', '.join(TARIFF_CODES)} or {BOTH}, not {code}.")
    who = approver_of(by, reason, _today(stores))
    product = _product(stores, sku)
    wanted = TARIFF_CODES if code == BOTH else (code,)
    lacking = [name for name in wanted if getattr(product, name) is None]
    if lacking:
        command = f"tradelane catalogue set {quote(sku)} {lacking[0]}=VALUE"
        raise RefusedByRule(f"{sku} has no {' and no '.join(lacking)} to approve; `{command}`.")
    if product.hsk and product.cl_tariff and product.hsk.hs6 != product.cl_tariff.hs6:
        raise RefusedByRule(
            f"{sku}: {product.hsk.printed} and {product.cl_tariff.printed} do not begin with the same six digits; "
            "correct one of them before it is approved."
        )
    found = {
        f"{name}_approval": Approval(code=str(getattr(product, name)), by=who.by, on=who.on, reason=who.reason)
        for name in wanted
        if code != BOTH or not approved(product, name)
    }
    product = product.model_copy(update=found)
    stores.catalogue.put(product)
    return product


def approver(stores: Stores, by: str, reason: str) -> Approver | None:
    """Who approves the codes of an import; None when nobody was named.

    Raises:
        WrongUsage: only who, or only why.
    """
    if not by and not reason:
        return None
    return approver_of(by, reason, _today(stores))


def _today(stores: Stores) -> date:
    return today_in_korea(stores.clock.read().at(datetime.now(UTC)))


def export_products(stores: Stores, path: Path) -> int:
    """Write the catalogue as CSV or XLSX, by the file's ending; importing it again changes nothing.

    Raises:
        WrongUsage: another ending, or the file cannot be written.
    """
    found = stores.catalogue.all()
    write_sheet(path, SHEET_NAME, COLUMN_NAMES, (cells_of(product) for product in found))
    return len(found)

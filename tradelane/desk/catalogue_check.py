"""`catalogue check`: each product that would hold an order, at which step, why, and the command that mends it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from shlex import quote

from pydantic import BaseModel, ConfigDict

from tradelane.desk.complaints import NotFound
from tradelane.desk.product_texts import glyph_faults
from tradelane.domain.catalogue import Exporter, Product, weight_fault
from tradelane.domain.exporter_rules import way_faults
from tradelane.domain.lacks import Lack, Remedy, lacks
from tradelane.domain.text_limits import Effect, product_faults
from tradelane.stores import Stores

PLAN, PACKING, PAPERS, FILING = "plan_consignment", "confirm_packing", "render_documents", "lodge_export_declaration"


class Trouble(BaseModel):
    """One reason why an order of a product would hold."""

    model_config = ConfigDict(frozen=True)

    sku: str
    exporter_id: str
    step: str
    reason: str
    """As a hold would give it."""
    what: str
    command: str


def check(
    stores: Stores, sku: str | None = None, *, exporter_id: str | None = None, by_estimate: bool = False
) -> tuple[Trouble, ...]:
    """What would hold orders, by SKU and in the order of the steps; empty when nothing would.

    `by_estimate` says that parcels are packed without the bench, so that measures must be known.

    Raises:
        NotFound: there is no such product or exporter.
    """
    exporters = {exporter.id: exporter for exporter in stores.exporters.all()}
    if exporter_id is not None and exporter_id not in exporters:
        raise NotFound(f"There is no exporter {exporter_id}.")
    if sku is None:
        found = stores.catalogue.all()
    else:
        found = tuple(stores.catalogue.products([sku]).values())
        if not found:
            raise NotFound(f"There is no product {sku}.")
    chosen = [product for product in found if exporter_id is None or product.exporter_id == exporter_id]
    return tuple(one for product in chosen for one in _troubles(product, exporters, by_estimate))


def _troubles(product: Product, exporters: Mapping[str, Exporter], by_estimate: bool) -> Iterator[Trouble]:
    sku = quote(product.sku)

    def trouble(step: str, reason: str, what: str, command: str) -> Trouble:
        return Trouble(
            sku=product.sku, exporter_id=product.exporter_id or "", step=step, reason=reason, what=what, command=command
        )

    for lack in lacks(product, exporters):
        yield trouble(PLAN, "missing_data", lack.what, command_of(lack))
    unmeasured = [name for name in ("length_cm", "width_cm", "height_cm") if getattr(product, name) is None]
    if by_estimate and unmeasured:
        command = f"tradelane catalogue set {sku} {' '.join(f'{name}=VALUE' for name in unmeasured)}"
        yield trouble(PACKING, "packing", f"SKU {product.sku}: {', '.join(unmeasured)} missing", command)
    if words := weight_fault(product):
        command = f"tradelane catalogue set {sku} net_weight_g=VALUE gross_weight_g=VALUE"
        yield trouble(PACKING, "packing", f"SKU {product.sku}: gross_weight_g {words}", command)
    for fault in glyph_faults(product):
        command = f"tradelane catalogue set {sku} {fault.field}=VALUE"
        yield trouble(PAPERS, "papers", f"SKU {product.sku}, {fault.field}: {fault.words}", command)
    for fault in product_faults(product):
        if fault.effect is Effect.REFUSED:
            command = f"tradelane catalogue set {sku} {fault.field}=VALUE"
            if fault.field == "sku":
                command = "write another SELLER_SKU in the listing, and import the product under it"
            yield trouble(FILING, "missing_data", f"SKU {product.sku}, {fault.field}: {fault.words}", command)
    exporter = exporters.get(product.exporter_id or "")
    for one in way_faults(exporter) if exporter is not None else ():
        what = f"exporter {product.exporter_id}, {one.field}: {one.words}"
        yield trouble(FILING, "missing_data", what, one.command)


def command_of(lack: Lack) -> str:
    """What closes a lack for all orders to come."""
    sku = quote(lack.sku)
    match lack.remedy:
        case Remedy.FIELD:
            return f"tradelane catalogue set {sku} {lack.field}=VALUE"
        case Remedy.APPROVAL:
            code = "" if lack.field == "both" else f" --code {lack.field}"
            return f"tradelane catalogue approve {sku}{code} --by NAME --reason WHY"
        case Remedy.SIGNER:
            names = "origin_signer.name=NAME origin_signer.title=TITLE"
            return f"tradelane exporters set {quote(lack.exporter_id)} {names}"
        case Remedy.EXPORTER:
            return "tradelane exporters import FILE"

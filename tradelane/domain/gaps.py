"""What keeps a consignment from being planned: each gap with the command that closes it."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping

from pydantic import BaseModel, ConfigDict

from tradelane.domain.catalogue import Exporter, Product
from tradelane.domain.identifiers import OrderId
from tradelane.domain.lacks import Lack, Remedy, lacks
from tradelane.domain.money import Money
from tradelane.domain.order import Consignee, OrderLine, Shipment

CURRENCY = "USD"
"""Global Selling prices in US dollars, and Chilean customs values in them."""


class Gap(BaseModel):
    """One thing that is not known yet, with the command that supplies it."""

    model_config = ConfigDict(frozen=True)

    what: str
    command: str


def mend_at_marketplace(order_id: OrderId, what: str) -> Gap:
    """A gap that only the marketplace can close."""
    return Gap(what=what, command=f"correct the sale or the listing in Mercado Libre, then: {_retry(order_id)}")


def sale_gaps(order_id: OrderId, line: OrderLine) -> list[Gap]:
    """What is wrong with the sale itself: nobody can declare goods without a code of ours, a number and a value."""
    faults = []
    if not (line.sku or "").strip():
        faults.append(f"listing {line.item_id} has no SELLER_SKU")
    if line.quantity < 1:
        faults.append(f"listing {line.item_id}: the quantity is {line.quantity}")
    if line.unit_price.amount <= 0 and not line.sku:
        faults.append(f"listing {line.item_id}: the price is {line.unit_price}; customs wants a value")
    if line.unit_price.currency != CURRENCY:
        faults.append(f"listing {line.item_id}: the price is in {line.unit_price.currency}, not in {CURRENCY}")
    gaps = [mend_at_marketplace(order_id, fault) for fault in faults]
    if line.sku and line.unit_price.amount <= 0:
        words = f"listing {line.item_id}: the price is {line.unit_price}; customs wants a value"
        command = f"tradelane orders amend {order_id} --set {shlex.quote(f'items.{line.sku.strip()}.unit_price=USD')}"
        gaps.append(Gap(what=words, command=command))
    return gaps


def carriage_gaps(order_id: OrderId, shipment: Shipment) -> list[Gap]:
    """Why this lane cannot carry a shipment: with me2 the marketplace's carrier does, and it wants its own label."""
    if shipment.own_carrier:
        return []
    how = f"{shipment.mode}/{shipment.logistic_type}"
    return [
        Gap(
            what=f"the shipment travels by Mercado Libre's own carrier ({how}); this lane books a carrier of its own",
            command=f"ship it with the label of Mercado Libre, then: tradelane orders cancel {order_id} --reason {how}",
        )
    ]


def product_gaps(
    order_id: OrderId, product: Product, exporters: Mapping[str, Exporter], amended: Collection[str] = ()
) -> list[Gap]:
    """What keeps a product from being declared; `amended` are its fields that a person has amended for the order."""
    return [Gap(what=lack.what, command=_command(order_id, lack)) for lack in lacks(product, exporters, amended)]


def _command(order_id: OrderId, lack: Lack) -> str:
    sku = shlex.quote(lack.sku)
    match lack.remedy:
        case Remedy.FIELD:
            return _amend(order_id, f"items.{lack.sku}.{lack.field}=VALUE")
        case Remedy.APPROVAL:
            code = "" if lack.field == "both" else f" --code {lack.field}"
            mend = f"tradelane catalogue approve {sku}{code} --by NAME --reason WHY"
        case Remedy.SIGNER:
            signer = "origin_signer.name=NAME origin_signer.title=TITLE"
            mend = f"tradelane exporters set {shlex.quote(lack.exporter_id)} {signer}"
        case Remedy.EXPORTER:
            mend = "tradelane exporters import FILE"
    return f"{mend}, then: {_retry(order_id)}"


def consignee_gaps(order_id: OrderId, consignee: Consignee, *, rut_required: bool) -> list[Gap]:
    """What carrier and customs must know of who receives the parcel, and do not yet."""
    gaps = []
    if not consignee.name.strip():
        gaps.append(_by_amendment(order_id, "consignee.name=NAME", "the consignee's name is not visible yet"))
    if rut_required and consignee.rut is None:
        what = "the consignee's RUT is missing (carriers ask for it on waybill and invoice)"
        gaps.append(_by_amendment(order_id, "consignee.rut=RUT", what))
    if not any(line.strip() for line in consignee.address.lines):
        what = "the delivery address is not visible yet"
        gaps.append(_by_amendment(order_id, "consignee.address=LINE 1|LINE 2", what))
    if not consignee.address.comuna.strip():
        gaps.append(_by_amendment(order_id, "consignee.comuna=COMUNA", "the comuna of delivery is not visible yet"))
    return gaps


def charge_gaps(order_id: OrderId, charge: Money) -> list[Gap]:
    """What is wrong with what the buyer pays for carriage."""
    if charge.currency == CURRENCY and charge.amount >= 0:
        return []
    return [mend_at_marketplace(order_id, f"the charge for carriage is {charge}; it is {CURRENCY}, not below 0")]


def _by_amendment(order_id: OrderId, assignment: str, what: str) -> Gap:
    """A gap that one amendment closes; what a person copies into a shell is quoted."""
    return Gap(what=what, command=_amend(order_id, assignment))


def _amend(order_id: OrderId, assignment: str) -> str:
    return f"tradelane orders amend {order_id} --set {shlex.quote(assignment)}"


def _retry(order_id: OrderId) -> str:
    return f"tradelane holds resolve {order_id} --step plan_consignment --action retry"

"""From what was sold to a consignment that can be declared: pure, with everything missing named at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_CEILING, Decimal

from pydantic import BaseModel, ConfigDict

from tradelane.domain.amendment import (
    Amendment,
    amended_consignee,
    amended_fields,
    amended_price,
    amended_product,
)
from tradelane.domain.carriage import CarriageCosts
from tradelane.domain.catalogue import Exporter, Product, Seller, missing_fields
from tradelane.domain.consignment import Consignment, ConsignmentItem, Package
from tradelane.domain.gaps import (
    Gap,
    carriage_gaps,
    charge_gaps,
    consignee_gaps,
    mend_at_marketplace,
    product_gaps,
    sale_gaps,
)
from tradelane.domain.identifiers import OrderId, Ucr
from tradelane.domain.order import BuyerTaxId, Consignee, Order, OrderLine, Shipment
from tradelane.domain.papers import Incoterm

LONGEST_SIDE_CM = Decimal(1000)
HEAVIEST_G = 1_000_000


class LaneTerms(BaseModel):
    """What the lane's contracts say; configuration, not law.

    FCA (seller hands over to the carrier in Korea) suits sales where the buyer pays carriage apart; sea terms such
    as FOB and CIF are not for air.
    """

    model_config = ConfigDict(frozen=True)

    incoterm: Incoterm = Incoterm.FCA
    place: str = "Incheon Airport, Korea"
    packing_by_estimate: bool = False
    packing_tare_g: int = 150
    rut_required: bool = True
    carriage_costs: CarriageCosts = CarriageCosts()
    """By the contract with the forwarder; needed for terms whose price holds carriage (groups C and D)."""


class Unplannable(Exception):
    """The consignment cannot be planned yet; `gaps` lists everything missing at once."""

    def __init__(self, gaps: tuple[Gap, ...]) -> None:
        super().__init__("; ".join(gap.what for gap in gaps))
        self.gaps = gaps


def plan(
    *,
    ucr: Ucr,
    orders: tuple[Order, ...],
    shipment: Shipment,
    buyer: BuyerTaxId | None,
    seller: Seller,
    products: Mapping[str, Product],
    exporters: Mapping[str, Exporter],
    amendments: Iterable[Amendment],
    terms: LaneTerms,
    version: int = 1,
) -> Consignment:
    """Plan the consignment of all live orders of a shipment; its packages are an estimate or none (see `packing`).

    Raises:
        Unplannable: with every gap found, so that a person is asked once.
    """
    overlay = tuple(amendments)
    order_id = min(orders, key=lambda order: int(order.id)).id
    gaps: list[Gap] = []
    items: list[ConsignmentItem] = []
    parcels: list[tuple[Product, int]] = []
    for order in sorted(orders, key=lambda order: int(order.id)):
        if not order.lines:
            gaps.append(mend_at_marketplace(order_id, f"order {order.id} has no items"))
        for line in order.lines:
            sku = (line.sku or "").strip()
            price = amended_price(sku, line.unit_price, overlay) if sku else line.unit_price
            gaps.extend(sale_gaps(order_id, line.model_copy(update={"unit_price": price})))
            if not sku:
                continue
            product = amended_product(products.get(sku, Product(sku=sku)), overlay)
            gaps.extend(product_gaps(order_id, product, exporters, amended_fields(sku, overlay)))
            if missing_fields(product):
                continue
            parcels.append((product, line.quantity))
            items.append(_item(order, sku, line, price, product))
    consignee = amended_consignee(_with_tax_id(shipment.consignee, buyer), overlay)
    gaps.extend(consignee_gaps(order_id, consignee, rut_required=terms.rut_required))
    gaps.extend(carriage_gaps(order_id, shipment))
    gaps.extend(charge_gaps(order_id, shipment.shipping_charge))
    gaps.extend(_cost_gaps(order_id, terms))
    if gaps:
        raise Unplannable(tuple(dict.fromkeys(gaps)))
    estimate = _estimate(parcels, terms) if terms.packing_by_estimate else None
    return Consignment(
        ucr=ucr,
        shipment_id=shipment.id,
        site=orders[0].site,
        seller_id=seller.id,
        orders=tuple(order.id for order in sorted(orders, key=lambda order: int(order.id))),
        purchased_at=min(order.purchased_at for order in orders),
        consignee=consignee,
        items=tuple(items),
        exporters=tuple(exporters[exporter_id] for exporter_id in sorted({item.exporter_id for item in items})),
        packages=(estimate,) if estimate else (),
        incoterm=terms.incoterm,
        incoterm_place=terms.place,
        shipping_charge=shipment.shipping_charge,
        carriage_costs=terms.carriage_costs,
        accreditation=seller.accreditation,
        own_carrier=shipment.own_carrier,
        version=version,
    )


def _cost_gaps(order_id: OrderId, terms: LaneTerms) -> list[Gap]:
    """What carriage costs, where the price holds it and customs wants it told apart (boxes 47 and 48)."""
    return [
        Gap(
            what=f"a {terms.incoterm.value} price holds what carriage costs, and {setting} is not set",
            command=f"set {setting} for the workers and start them anew, then: "
            f"tradelane holds resolve {order_id} --step plan_consignment --action retry",
        )
        for setting in terms.carriage_costs.unknown(terms.incoterm)
    ]


def _item(order: Order, sku: str, line: OrderLine, unit_price: object, product: Product) -> ConsignmentItem:
    return ConsignmentItem.model_validate(
        {
            "order_id": order.id,
            "sku": sku,
            "exporter_id": product.exporter_id,
            "brand_name": product.brand_name or "",
            "description_en": product.description_en,
            "description_ko": product.description_ko,
            "description_es": product.description_es or product.description_en,
            "hsk": product.hsk,
            "cl_tariff": product.cl_tariff,
            "origin": product.origin,
            "maker_name": product.maker_name,
            "quantity": line.quantity,
            "unit_price": unit_price,
            "net_weight_g": product.net_weight_g,
            "needs_permit": product.needs_permit,
            "composition": product.composition or "",
            "maker_customs_id": product.maker_customs_id,
            "origin_basis": product.origin_basis or "",
            "permits": product.permits or "",
            "preference": product.preference or "",
            "preference_basis": product.preference_basis or "",
            "list_price": line.list_price,
            "sale_fee": line.sale_fee,
        }
    )


def _with_tax_id(consignee: Consignee, buyer: BuyerTaxId | None) -> Consignee:
    if buyer is None:
        return consignee
    return consignee.model_copy(update={"rut": consignee.rut or buyer.rut, "is_company": buyer.is_company})


def _estimate(parcels: list[tuple[Product, int]], terms: LaneTerms) -> Package | None:
    """Packing by estimate: units stacked on their shortest side, tare added; marked as estimated."""
    if any(
        None in (product.length_cm, product.width_cm, product.height_cm, product.net_weight_g) for product, _ in parcels
    ):
        return None
    sides = [
        (
            sorted(
                (
                    product.length_cm or Decimal(1),
                    product.width_cm or Decimal(1),
                    product.height_cm or Decimal(1),
                )
            ),
            n,
        )
        for product, n in parcels
    ]
    gross = sum((product.gross_weight_g or product.net_weight_g or 0) * n for product, n in parcels)
    length = _up(max(side[2] for side, _ in sides))
    width = _up(max(side[1] for side, _ in sides))
    height = _up(sum((side[0] * n for side, n in sides), Decimal(0)))
    if height > LONGEST_SIDE_CM or gross + terms.packing_tare_g > HEAVIEST_G:
        return None  # no such box: the bench says how it is packed
    return Package(
        gross_weight_g=gross + terms.packing_tare_g,
        length_cm=length,
        width_cm=width,
        height_cm=height,
        estimated=True,
    )


def _up(side: Decimal) -> Decimal:
    """To the millimetre that papers print, never smaller than the goods."""
    return side.quantize(Decimal("0.1"), rounding=ROUND_CEILING)

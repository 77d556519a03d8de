"""The consignment: one parcel, one marketplace shipment, followed by one UCR.

A consignment holds one export declaration per exporter (declaration and parcel are n:m in law), so goods of two
brands in one parcel are two declarations.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from tradelane.domain.carriage import CarriageCosts
from tradelane.domain.catalogue import Centimetres, Exporter, Grams, IvaAccreditation
from tradelane.domain.identifiers import (
    ChileanTariffCode,
    CountryCode,
    CustomsClearanceCode,
    Hsk,
    OrderId,
    ShipmentId,
    Ucr,
)
from tradelane.domain.money import Money, total
from tradelane.domain.order import Consignee
from tradelane.domain.papers import Incoterm
from tradelane.domain.trade_time import Instant


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class ConsignmentItem(_Value):
    """One sold line with what customs must know of it; weights are grams per unit."""

    order_id: OrderId
    sku: str
    exporter_id: str
    brand_name: str
    description_en: str
    description_ko: str
    description_es: str
    hsk: Hsk
    cl_tariff: ChileanTariffCode
    origin: CountryCode
    maker_name: str | None
    quantity: int
    unit_price: Money
    net_weight_g: int
    needs_permit: bool
    composition: str = ""
    maker_customs_id: CustomsClearanceCode | None = None
    origin_basis: str = ""
    permits: str = ""
    preference: str = ""
    """Criterion letter of the Korea-Chile agreement; empty where no preference is claimed."""
    preference_basis: str = ""
    list_price: Money | None = None
    """What one unit costs without discount, where the marketplace says so; the price paid is `unit_price`."""
    sale_fee: Money | None = None
    """What the marketplace keeps, as it tells it (of the line or of one unit); no part of any customs value."""

    @property
    def amount(self) -> Money:
        """Price of all units, without shipping."""
        return self.unit_price * self.quantity

    @property
    def net_weight_total_g(self) -> int:
        return self.net_weight_g * self.quantity


class Package(_Value):
    """One piece one can lift; `estimated` says that no bench has measured it."""

    kind: str = "CT"
    gross_weight_g: Grams
    length_cm: Centimetres
    width_cm: Centimetres
    height_cm: Centimetres
    estimated: bool = False


class DeclarationPart(_Value):
    """The goods of one exporter in the consignment: what one export declaration covers."""

    index: int
    exporter_id: str
    items: tuple[ConsignmentItem, ...]

    @property
    def name(self) -> str:
        """Suffix of keys and activity ids that belong to this declaration."""
        return f"d{self.index}"

    @property
    def amount(self) -> Money:
        return total((item.amount for item in self.items), self.items[0].unit_price.currency)

    @property
    def net_weight_g(self) -> int:
        return sum(item.net_weight_total_g for item in self.items)


class Consignment(_Value):
    """Everything a leg needs to know of one parcel. Holds personal data (the consignee)."""

    ucr: Ucr
    shipment_id: ShipmentId
    site: str
    seller_id: str
    orders: tuple[OrderId, ...]
    purchased_at: Instant
    consignee: Consignee
    items: tuple[ConsignmentItem, ...]
    exporters: tuple[Exporter, ...]
    packages: tuple[Package, ...]
    lots: dict[str, str] = Field(default_factory=dict)
    """SKU -> the maker's lot, where the bench wrote it down; papers show it, no declaration says it."""
    incoterm: Incoterm
    incoterm_place: str
    shipping_charge: Money
    carriage_costs: CarriageCosts = CarriageCosts()
    """What carriage costs the seller; needed where the terms of delivery put it into the price."""
    accreditation: IvaAccreditation
    own_carrier: bool
    version: int = 1
    """Grows with each amendment; papers of a later version replace those of an earlier one."""

    @property
    def parts(self) -> tuple[DeclarationPart, ...]:
        """One part per exporter, in the order of the exporters' ids, so that numbering never depends on chance."""
        by_exporter: dict[str, list[ConsignmentItem]] = {}
        for item in self.items:
            by_exporter.setdefault(item.exporter_id, []).append(item)
        return tuple(
            DeclarationPart(index=number, exporter_id=exporter_id, items=tuple(by_exporter[exporter_id]))
            for number, exporter_id in enumerate(sorted(by_exporter), start=1)
        )

    def exporter(self, exporter_id: str) -> Exporter:
        """The exporter of a part; the plan has put every one of them in."""
        return next(exporter for exporter in self.exporters if exporter.id == exporter_id)

    @property
    def goods_value(self) -> Money:
        return total((item.amount for item in self.items), self.items[0].unit_price.currency)

    @property
    def net_weight_g(self) -> int:
        return sum(item.net_weight_total_g for item in self.items)

    @property
    def gross_weight_g(self) -> int:
        return sum(package.gross_weight_g for package in self.packages)

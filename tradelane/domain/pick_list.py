"""The pick list: what the bench takes from the shelf and packs into one parcel. No personal data of the consignee."""

from __future__ import annotations

from pydantic import Field, PositiveInt

from tradelane.domain.consignment import Consignment
from tradelane.domain.identifiers import OrderId, Ucr
from tradelane.domain.language import Language
from tradelane.domain.papers import Description, Line, Name, Paper

PICK_LIST = "pick_list"
"""Kind of the paper in the documents store."""


class PickLine(Paper):
    """Goods of one sold line; weights are grams of the whole quantity."""

    number: PositiveInt
    order_id: OrderId
    sku: Name
    description_en: Description
    description_ko: Description
    brand: Name
    exporter: Name
    """Who declares these goods; a parcel may hold goods of several."""
    quantity: PositiveInt
    net_weight_g: PositiveInt
    lot: Line | None = None


class PickList(Paper):
    """피킹 리스트 of one parcel in the language of the bench."""

    language: Language
    ucr: Ucr
    orders: tuple[OrderId, ...] = Field(min_length=1)
    shipment: Line
    version: PositiveInt
    """Of the plan it was made from; a later one replaces it."""
    lines: tuple[PickLine, ...] = Field(min_length=1, max_length=999)

    @property
    def carrying_order(self) -> OrderId:
        """The order that the bench answers for: its run plans the parcel."""
        return self.orders[0]

    @property
    def quantity(self) -> int:
        """Pieces to be picked."""
        return sum(line.quantity for line in self.lines)

    @property
    def net_weight_g(self) -> int:
        """What the goods weigh without box and filling; the scale must show more."""
        return sum(line.net_weight_g for line in self.lines)


def pick_list_of(consignment: Consignment, language: Language) -> PickList:
    """The pick list of a planned parcel; boxes need not be known yet.

    Raises:
        ValueError: a text is longer than the paper takes, in pydantic's words.
    """
    return PickList(
        language=language,
        ucr=consignment.ucr,
        orders=consignment.orders,
        shipment=str(consignment.shipment_id),
        version=consignment.version,
        lines=tuple(
            PickLine(
                number=number,
                order_id=item.order_id,
                sku=item.sku,
                description_en=item.description_en,
                description_ko=item.description_ko,
                brand=item.brand_name or consignment.exporter(item.exporter_id).name_en,
                exporter=(
                    consignment.exporter(item.exporter_id).name_ko
                    if language is Language.KOREAN
                    else consignment.exporter(item.exporter_id).name_en
                ),
                quantity=item.quantity,
                net_weight_g=item.net_weight_total_g,
                lot=consignment.lots.get(item.sku),
            )
            for number, item in enumerate(consignment.items, start=1)
        ),
    )

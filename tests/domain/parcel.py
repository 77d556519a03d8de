"""Invented sales and parcels: what the tests of the domain have in common. No figure here is an expected result."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from tradelane.domain.catalogue import (
    Approval,
    Exporter,
    FilingChannel,
    IvaAccreditation,
    IvaRegime,
    Product,
    Seller,
)
from tradelane.domain.consignment import Consignment, ConsignmentItem, DeclarationPart, Package
from tradelane.domain.export_declaration import CustomsRate, ExportDeclaration, draw_up
from tradelane.domain.export_route import GoodsFacts, HskFacts
from tradelane.domain.identifiers import OrderId, Ucr
from tradelane.domain.money import Money
from tradelane.domain.order import Address, Consignee, Order, OrderLine, OrderStatus, Shipment
from tradelane.domain.papers import Incoterm

RUT = "12.345.678-5"
COMPANY_RUT = "76.543.210-3"
BOUGHT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ORDER = "2000013770481964"
SHIPMENT = "45848383497"
UCR = Ucr("6KRMLC45848383497")
ACCREDITED = IvaAccreditation(
    regime=IvaRegime.DOMICILED_OPERATOR, operator_name="Plataforma Inventada", operator_id=COMPANY_RUT
)


def usd(amount: str | int | Decimal) -> Money:
    """US dollars."""
    return Money(amount=Decimal(amount), currency="USD")


def exporter(id_: str = "haneul", **changes: Any) -> Exporter:
    """A brand that exports."""
    fields: dict[str, Any] = {
        "id": id_,
        "name_ko": "하늘상점",
        "name_en": "Haneul Store",
        "business_registration_number": "123-45-67891",
        "customs_clearance_code": "한빛차-1-99-1-01-5",
        "declarant_code": "6N002",
        "representative_ko": "한가람",
        "representative_en": "Han Garam",
        "address_ko": "서울특별시 바람길 12",
        "address_en": ("12 Baram-gil",),
        "city_en": "Seoul",
        "postcode": "04799",
        "goods_location_ko": "서울특별시 바람길 14",
        "goods_location_postcode": "04799",
        "customs_office": "010",
        "customs_division": "10",
        "phone": "+82-70-0000-1101",
    }
    return Exporter.model_validate({**fields, **changes})


def consignee(**changes: Any) -> Consignee:
    """A person in Santiago."""
    fields: dict[str, Any] = {
        "name": "María Ñuñoa Pérez",
        "address": Address.model_validate(
            {"lines": ("Avenida Inventada 1234",), "comuna": "Providencia", "region": "CL-RM", "country": "CL"}
        ),
        "phone": "+56 9 5555 0101",
        "rut": RUT,
    }
    return Consignee.model_validate({**fields, **changes})


def item(price: str | Money = "10.00", **changes: Any) -> ConsignmentItem:
    """One sold line that lacks nothing."""
    fields: dict[str, Any] = {
        "order_id": ORDER,
        "sku": "HN-1",
        "exporter_id": "haneul",
        "brand_name": "Haneul",
        "description_en": "Cotton T-shirt",
        "description_ko": "면 티셔츠",
        "description_es": "Polera de algodón",
        "hsk": "6109101000",
        "cl_tariff": "61091010",
        "origin": "KR",
        "maker_name": None,
        "quantity": 1,
        "unit_price": price if isinstance(price, Money) else usd(price),
        "net_weight_g": 220,
        "needs_permit": False,
    }
    return ConsignmentItem.model_validate({**fields, **changes})


def part(*items: ConsignmentItem, index: int = 1) -> DeclarationPart:
    """The goods of one exporter."""
    return DeclarationPart(index=index, exporter_id=items[0].exporter_id, items=items)


def facts(*items: ConsignmentItem, **changes: Any) -> GoodsFacts:
    """What customs says of goods: nothing, unless `confirmation` or `shortened_loading` says otherwise for all of them."""
    codes = dict.fromkeys(one.hsk for one in items)
    return GoodsFacts(day=BOUGHT.date(), facts=tuple(HskFacts(hsk=code, **changes) for code in codes))


def drawn_up(
    of: Consignment, one: DeclarationPart, rate: CustomsRate, day: date, round_: int = 1, **given: Any
) -> ExportDeclaration:
    """A declaration through KTNET of goods of which customs says nothing."""
    return draw_up(of, one, rate, day, round_, **{"facts": facts(*of.items), "channel": FilingChannel.KTNET, **given})


def package(**changes: Any) -> Package:
    """One carton."""
    fields: dict[str, Any] = {"gross_weight_g": 5000, "length_cm": "30", "width_cm": "20", "height_cm": "10"}
    return Package.model_validate({**fields, **changes})


def consignment(*items: ConsignmentItem, **changes: Any) -> Consignment:
    """A planned parcel with its exporters, accredited IVA and no charge for carriage."""
    goods = items or (item(),)
    fields: dict[str, Any] = {
        "ucr": UCR,
        "shipment_id": SHIPMENT,
        "site": "MLC",
        "seller_id": "1890000017",
        "orders": (ORDER,),
        "purchased_at": BOUGHT,
        "consignee": consignee(),
        "items": goods,
        "exporters": tuple(exporter(id_) for id_ in sorted({one.exporter_id for one in goods})),
        "packages": (package(),),
        "incoterm": Incoterm.FCA,
        "incoterm_place": "Incheon Airport, Korea",
        "shipping_charge": usd(0),
        "accreditation": ACCREDITED,
        "own_carrier": True,
    }
    return Consignment.model_validate({**fields, **changes})


def product(sku: str = "HN-1", **changes: Any) -> Product:
    """A product customs can be told of."""
    fields: dict[str, Any] = {
        "sku": sku,
        "exporter_id": "haneul",
        "brand_name": "Haneul",
        "description_ko": "면 티셔츠",
        "description_en": "Cotton T-shirt",
        "hsk": "6109101000",
        "cl_tariff": "61091010",
        "origin": "KR",
        "net_weight_g": 220,
        "gross_weight_g": 260,
        "length_cm": "30",
        "width_cm": "20",
        "height_cm": "3",
        "needs_permit": False,
        "alcohol_percent": "0",
        "battery": "none",
        "aerosol": False,
        "magnet": False,
    }
    made = Product.model_validate({**fields, **changes})
    codes = {name: getattr(made, name) for name in ("hsk", "cl_tariff")}
    approvals = {f"{name}_approval": approval(code) for name, code in codes.items() if code is not None}
    return made.model_copy(update={name: one for name, one in approvals.items() if name not in changes})


def approval(code: str) -> Approval:
    """A broker's approval of a tariff code."""
    return Approval(code=str(code), by="kim", on=date(2026, 3, 2), reason="ruling of the broker")


def sold(sku: str | None = "HN-1", price: str | Money = "10.00", quantity: int = 1) -> OrderLine:
    """One line of a sale."""
    amount = price if isinstance(price, Money) else usd(price)
    return OrderLine(item_id="MLC1001", sku=sku, title="Polera", quantity=quantity, unit_price=amount)


def order(*lines: OrderLine, id_: str = ORDER, **changes: Any) -> Order:
    """A paid sale."""
    fields: dict[str, Any] = {
        "id": OrderId(id_),
        "site": "MLC",
        "seller_id": "1890000017",
        "status": OrderStatus.PAID,
        "status_words": "paid",
        "shipment_id": SHIPMENT,
        "lines": lines,
        "purchased_at": BOUGHT,
        "last_updated": BOUGHT,
    }
    return Order.model_validate({**fields, **changes})


def shipment(**changes: Any) -> Shipment:
    """The marketplace's shipment of a parcel."""
    fields: dict[str, Any] = {
        "id": SHIPMENT,
        "created_at": BOUGHT,
        "status_words": "ready_to_ship",
        "substatus_words": None,
        "mode": "me1",
        "logistic_type": "default",
        "consignee": consignee(),
        "shipping_charge": usd("6.90"),
    }
    return Shipment.model_validate({**fields, **changes})


def seller() -> Seller:
    """An agency's account."""
    return Seller(
        id="1890000017",
        site="MLC",
        nickname="INVENTADA_CL",
        go_live=datetime(2026, 1, 1, tzinfo=UTC),
        accreditation=ACCREDITED,
    )

"""An invented parcel of two Korean brands to Santiago: what adapters are given to send."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from tradelane.domain.catalogue import Exporter, FilingChannel, IvaAccreditation, IvaRegime
from tradelane.domain.consignment import Consignment, ConsignmentItem, DeclarationPart, Package
from tradelane.domain.export_declaration import CustomsRate, ExportDeclaration, draw_up
from tradelane.domain.export_route import GoodsFacts, HskFacts
from tradelane.domain.identifiers import (
    BusinessRegistrationNumber,
    ChileanTariffCode,
    CountryCode,
    CustomsClearanceCode,
    DeclarantCode,
    ExportDeclarationNumber,
    Hsk,
    OrderId,
    Rut,
    ShipmentId,
    Ucr,
)
from tradelane.domain.money import Money
from tradelane.domain.order import Address, Consignee
from tradelane.domain.papers import Incoterm
from tradelane.ports import BookingRequest, Claim

UCR = Ucr("6KRMLC45848383497")
ORDER = OrderId("2000003508419013")
NUMBER = ExportDeclarationNumber("6N00226000123X")
SECOND_NUMBER = ExportDeclarationNumber("7P11326000045X")
TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
RATE = CustomsRate(currency="USD", krw_per_unit=Decimal("1389.57"), valid_from=date(2026, 11, 22))


def usd(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


def exporter(**changes: Any) -> Exporter:
    data: dict[str, Any] = {
        "id": "haneul",
        "name_ko": "하늘바다화장품 주식회사",
        "name_en": "Haneul Bada Cosmetics Co., Ltd.",
        "business_registration_number": BusinessRegistrationNumber("123-45-67891"),
        "customs_clearance_code": CustomsClearanceCode("하늘바다1991015"),
        "declarant_code": DeclarantCode("6N002"),
        "representative_ko": "가나다",
        "representative_en": "Ga Na Da",
        "address_ko": "서울특별시 예시구 예시로 12, 3층",
        "address_en": ("3F, 12 Yesi-ro", "Yesi-gu"),
        "city_en": "Seoul",
        "postcode": "01234",
        "goods_location_ko": "인천광역시 예시구 물류로 7",
        "goods_location_postcode": "22345",
        "customs_office": "040",
        "customs_division": "10",
        "phone": "+82-2-0000-0000",
    }
    return Exporter.model_validate({**data, **changes})


SECOND = exporter(
    id="bada",
    name_ko="바다양말",
    name_en="Bada Socks",
    business_registration_number=BusinessRegistrationNumber("2234567890"),
    declarant_code=DeclarantCode("7P113"),
)


def item(**changes: Any) -> ConsignmentItem:
    data: dict[str, Any] = {
        "order_id": ORDER,
        "sku": "HB-CREAM-50",
        "exporter_id": "haneul",
        "brand_name": "Haneul Bada",
        "description_en": "Moisturising face cream, 50 ml, retail jar",
        "description_ko": "수분 크림",
        "description_es": "Crema facial hidratante",
        "hsk": Hsk("3304991000"),
        "cl_tariff": ChileanTariffCode("33049910"),
        "origin": CountryCode("KR"),
        "maker_name": None,
        "quantity": 2,
        "unit_price": usd("12.90"),
        "net_weight_g": 80,
        "needs_permit": False,
    }
    return ConsignmentItem.model_validate({**data, **changes})


def consignee(**changes: Any) -> Consignee:
    data: dict[str, Any] = {
        "name": "Ñusta Pérez Inventada",
        "address": Address(
            lines=("Avenida Ejemplo 1234",),
            comuna="Ñuñoa",
            region="CL-RM",
            country=CountryCode("CL"),
            note="Depto. 206",
        ),
        "rut": Rut("12.345.678-5"),
    }
    return Consignee.model_validate({**data, **changes})


def consignment(**changes: Any) -> Consignment:
    data: dict[str, Any] = {
        "ucr": UCR,
        "shipment_id": ShipmentId("45848383497"),
        "site": "MLC",
        "seller_id": "7001",
        "orders": (ORDER,),
        "purchased_at": datetime(2026, 11, 20, 15, 0, tzinfo=UTC),
        "consignee": consignee(),
        "items": (item(),),
        "exporters": (exporter(), SECOND),
        "packages": (
            Package(gross_weight_g=345, length_cm=Decimal("20.5"), width_cm=Decimal(15), height_cm=Decimal("0.8")),
        ),
        "incoterm": Incoterm.FCA,
        "incoterm_place": "Incheon Airport, Korea",
        "shipping_charge": usd("4.03"),
        "accreditation": IvaAccreditation(
            regime=IvaRegime.DOMICILED_OPERATOR, operator_name="Plataforma Inventada SpA", operator_id="76543210-3"
        ),
        "own_carrier": True,
    }
    return Consignment.model_validate({**data, **changes})


def drawn_up(
    of: Consignment, part: DeclarationPart, rate: CustomsRate, day: date, round_: int = 1, **given: Any
) -> ExportDeclaration:
    """A declaration through KTNET of goods of which customs says nothing."""
    codes = dict.fromkeys(one.hsk for one in of.items)
    facts = GoodsFacts(day=day, facts=tuple(HskFacts(hsk=code) for code in codes))
    return draw_up(of, part, rate, day, round_, **{"facts": facts, "channel": FilingChannel.KTNET, **given})


def declaration(of: Consignment | None = None, part: int = 0, round_: int = 1) -> ExportDeclaration:
    of = of or consignment()
    return drawn_up(of, of.parts[part], RATE, TODAY, round_)


def booking_request(of: Consignment | None = None, **changes: Any) -> BookingRequest:
    data: dict[str, Any] = {
        "consignment": of or consignment(),
        "declaration_numbers": (NUMBER,),
        "planned_at": datetime(2026, 11, 24, 6, 30, tzinfo=UTC),
        "invoice_number": "MLC45848383497",
        "invoice_date": TODAY,
    }
    return BookingRequest.model_validate({**data, **changes})


def claim() -> Claim:
    return Claim(
        ucr=UCR,
        shipment_id=ShipmentId("45848383497"),
        seller_id="7001",
        carrying_order=ORDER,
        orders=(ORDER,),
    )

"""The golden set: every paper of one invented parcel, as bytes and as pictures.

    python -m tests.documents.golden docs/papers

draws the first page of each paper anew as PNG, and all of a paper that has several. Look at them after every change.
"""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from tradelane.documents import cn23, commercial_invoice, declaration_worksheet, origin_statement, packing_list
from tradelane.domain import paperwork
from tradelane.domain.catalogue import Exporter, FilingChannel, IvaAccreditation
from tradelane.domain.consignment import Consignment, ConsignmentItem, Package
from tradelane.domain.export_declaration import CustomsRate, ExportDeclaration, draw_up
from tradelane.domain.export_route import GoodsFacts, HskFacts
from tradelane.domain.identifiers import ExportDeclarationNumber, Ucr, WaybillNumber
from tradelane.domain.money import Money
from tradelane.domain.order import Address, Consignee
from tradelane.domain.papers import Incoterm

DPI = 100
DAY = date(2026, 11, 23)
RATE = CustomsRate(currency="USD", krw_per_unit=Decimal("1389.57"), valid_from=date(2026, 11, 22))
NUMBERS = (ExportDeclarationNumber("6N00226001234X"), ExportDeclarationNumber("7K10126000871X"))
WAYBILL = WaybillNumber("1234567891")
POSTAL = WaybillNumber("EM473124829KR")
"""47312482 has the check digit 9 (wiki S10, korea-export 6.3)."""


def usd(amount: str) -> Money:
    """US dollars."""
    return Money(amount=Decimal(amount), currency="USD")


def exporters() -> tuple[Exporter, Exporter]:
    """Two brands, one of which signs origin statements."""
    common = {"customs_office": "010", "customs_division": "10"}
    cream = {
        "id": "bomnal",
        "name_ko": "주식회사 봄날화장품",
        "name_en": "Bomnal Cosmetics Co., Ltd.",
        "business_registration_number": "123-45-67891",
        "customs_clearance_code": "봄날화-1-99-1-01-5",
        "declarant_code": "6N002",
        "representative_ko": "한가람",
        "representative_en": "Han Garam",
        "address_ko": "서울특별시 성동구 바람길 12, 3층",
        "address_en": ("3F, 12 Baram-gil, Seongdong-gu",),
        "city_en": "Seoul",
        "postcode": "04799",
        "goods_location_ko": "인천광역시 중구 구름로 271, 2물류동",
        "goods_location_postcode": "22382",
        "phone": "+82-70-0000-1101",
        "drawback": "simplified",
        "origin_signer": {
            "name": "Han Garam",
            "title": "Representative Director",
            "authority": "Signatory register no. 2026-014, 2 March 2026",
        },
        "broker": {
            "name": "가온관세사무소",
            "declarant_code": "12A34",
            "email": "export@gaon.example",
            "contact": "윤서진 관세사",
        },
        **common,
    }
    paper = {
        "id": "dotori",
        "name_ko": "도토리문구",
        "name_en": "Dotori Stationery",
        "business_registration_number": "990-86-22040",
        "customs_clearance_code": "도토리-9-26-2-02-2",
        "declarant_code": "7K101",
        "representative_ko": "도세움",
        "representative_en": "Do Seum",
        "address_ko": "서울특별시 마포구 연필로 7, 2층",
        "address_en": ("2F, 7 Yeonpil-ro, Mapo-gu",),
        "city_en": "Seoul",
        "postcode": "04099",
        "goods_location_ko": "경기도 파주시 종이길 31",
        "goods_location_postcode": "10899",
        "phone": "+82-70-0000-1102",
        **common,
    }
    return Exporter.model_validate(cream), Exporter.model_validate(paper)


def goods() -> tuple[ConsignmentItem, ...]:
    """Five lines of two brands, in three languages."""
    made = {"maker_name": "주식회사 봄날화장품", "maker_customs_id": "봄날화-1-99-1-01-5", "origin_basis": "국내 제조"}
    claim = {"preference": "B", "preference_basis": "Change of heading; maker's declaration of 2 March 2026", **made}
    rows: tuple[dict[str, Any], ...] = (
        {
            "sku": "BN-CRM-050",
            "exporter_id": "bomnal",
            "brand_name": "Bomnal",
            "description_en": "Moisturising face cream, 50 ml jar",
            "description_ko": "보습 페이스 크림 50 ml",
            "description_es": "Crema facial hidratante, frasco de 50 ml",
            "composition": "Water, glycerin, shea butter, niacinamide",
            "hsk": "3304991000",
            "cl_tariff": "33049910",
            "quantity": 3,
            "unit_price": usd("12.90"),
            "list_price": usd("14.50"),
            "net_weight_g": 70,
            **claim,
        },
        {
            "sku": "BN-MSK-010",
            "exporter_id": "bomnal",
            "brand_name": "Bomnal",
            "description_en": "Sheet face masks, pack of 10",
            "description_ko": "마스크팩 10매입",
            "description_es": "Mascarillas faciales de tela, paquete de 10",
            "composition": "Lyocell 100 %, hyaluronic essence",
            "hsk": "3304992000",
            "cl_tariff": "33049990",
            "quantity": 2,
            "unit_price": usd("18.00"),
            "net_weight_g": 260,
            **claim,
        },
        {
            "sku": "BN-TWL-001",
            "exporter_id": "bomnal",
            "brand_name": "Bomnal",
            "description_en": "Cotton terry face towel 30 x 30 cm",
            "description_ko": "면 테리 세안타월",
            "description_es": "Toalla facial de algodón, 30 x 30 cm",
            "composition": "Cotton 100 %",
            "hsk": "6302600000",
            "cl_tariff": "63026000",
            "quantity": 1,
            "unit_price": usd("6.40"),
            "net_weight_g": 95,
            **made,
        },
        {
            "sku": "DT-NTB-A5",
            "exporter_id": "dotori",
            "brand_name": "Dotori",
            "description_en": "Sewn notebook A5, 96 sheets, hard cover",
            "description_ko": "양장 노트 A5",
            "description_es": "Cuaderno cosido A5, 96 hojas, tapa dura",
            "composition": "Paper 92 %, board 8 %",
            "hsk": "4820102000",
            "cl_tariff": "48201010",
            "quantity": 4,
            "unit_price": usd("7.25"),
            "net_weight_g": 240,
        },
        {
            "sku": "DT-PEN-12",
            "exporter_id": "dotori",
            "brand_name": "Dotori",
            "description_en": "Gel ink pens, set of 12 colours",
            "description_ko": "젤 펜 12색 세트",
            "description_es": "Bolígrafos de gel, juego de 12 colores",
            "hsk": "9608109000",
            "cl_tariff": "96081000",
            "quantity": 1,
            "unit_price": usd("15.80"),
            "net_weight_g": 130,
        },
    )
    common = {"order_id": "2000013770481964", "origin": "KR", "maker_name": None, "needs_permit": False}
    return tuple(ConsignmentItem.model_validate({**common, **row}) for row in rows)


def parcel(**changes: Any) -> Consignment:
    """One parcel of two brands for a person in Santiago."""
    fields: dict[str, Any] = {
        "ucr": Ucr("6KRMLC45848383497"),
        "shipment_id": "45848383497",
        "site": "MLC",
        "seller_id": "1890000017",
        "orders": ("2000013770481964",),
        "purchased_at": datetime(2026, 11, 20, 12, 0, tzinfo=UTC),
        "consignee": Consignee(
            name="María José Ñuñoa Pérez",
            address=Address.model_validate(
                {
                    "lines": ("Avenida Inventada 1234, Depto. 56",),
                    "comuna": "Providencia",
                    "region": "CL-RM",
                    "country": "CL",
                    "note": "Dejar en conserjería",
                }
            ),
            phone="+56 9 5555 0101",
            email="mj.nunoa@correo.example",
            rut="12.345.678-5",
        ),
        "items": goods(),
        "exporters": exporters(),
        "packages": (
            Package.model_validate(
                {"gross_weight_g": 2480, "length_cm": "32.5", "width_cm": "24", "height_cm": "14.5"}
            ),
        ),
        "lots": {"BN-CRM-050": "2607A"},
        "incoterm": Incoterm.FCA,
        "incoterm_place": "Incheon Airport, Korea",
        "shipping_charge": usd("9.80"),
        "accreditation": IvaAccreditation(),
        "own_carrier": True,
    }
    return Consignment.model_validate({**fields, **changes})


def declared(consignment: Consignment) -> tuple[ExportDeclaration, ...]:
    """The declarations of a parcel, of whose goods customs says nothing."""
    codes = dict.fromkeys(item.hsk for item in consignment.items)
    facts = GoodsFacts(day=DAY, facts=tuple(HskFacts(hsk=code) for code in codes))
    return tuple(
        draw_up(consignment, part, RATE, DAY, 1, facts=facts, channel=FilingChannel.KTNET) for part in consignment.parts
    )


def papers(consignment: Consignment) -> dict[str, bytes]:
    """Every paper of a parcel by its name: what an order costs to draw."""
    invoice = paperwork.commercial_invoice(
        consignment, DAY, declarations=NUMBERS, waybill=WAYBILL, carrier="DHL Express"
    )
    packing = paperwork.packing_list(consignment, DAY, declarations=NUMBERS, waybill=WAYBILL, carrier="DHL Express")
    postal = paperwork.cn23(consignment, DAY, NUMBERS, POSTAL)
    declarations = declared(consignment)
    paperwork.agree(invoice, packing, declarations, postal)
    statement = paperwork.origin_statement(consignment, consignment.parts[0], DAY, declarations=NUMBERS[:1])
    assert statement is not None, "the first brand claims preference"
    return {
        "commercial-invoice": commercial_invoice.render(invoice),
        "packing-list": packing_list.render(packing),
        "cn23": cn23.render(postal),
        "origin-statement": origin_statement.render(statement),
        "declaration-worksheet": declaration_worksheet.render(paperwork.worksheet(declarations[0], DAY)),
    }


def pictures(folder: Path) -> list[Path]:
    """Draw every page of the golden set into a folder, in few colours so that the files stay small."""
    import pypdfium2

    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for name, pdf in papers(parcel()).items():
        document = pypdfium2.PdfDocument(pdf)
        for number in range(len(document)):
            stem = name if len(document) == 1 else f"{name}-{number + 1}"
            # drawn at twice the size and made smaller: at this size the viewer rounds letters to whole dots
            page = document[number].render(scale=2 * DPI / 72, grayscale=True).to_pil()
            page.reduce(2).quantize(16).save(folder / f"{stem}.png", optimize=True)
            drawn.append(folder / f"{stem}.png")
        document.close()
    return drawn


if __name__ == "__main__":
    sys.stdout.writelines(f"{path}\n" for path in pictures(Path(sys.argv[1])))

"""The commercial invoice and the packing list of a consignment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from tradelane.domain.consignment import Consignment, ConsignmentItem
from tradelane.domain.export_declaration import invoice_number
from tradelane.domain.identifiers import ExportDeclarationNumber, WaybillNumber
from tradelane.domain.money import Money
from tradelane.domain.papers import CommercialInvoice, PackedLine, PackingList, PaperLine, PaperPackage
from tradelane.domain.paperwork.parties import consignee_party, exporter_party
from tradelane.domain.place_names import country

REASON = "Sale of goods by e-commerce / Venta por comercio electrónico (전자상거래 판매)"
PAYMENT = "Paid in advance through Mercado Libre / Pago anticipado (선지급)"
PACKAGE_KINDS = {"CT": "CARTON", "BX": "BOX", "BG": "BAG", "EN": "ENVELOPE"}
"""Package kinds of UN/ECE Recommendation 21 by the words papers use; another is printed by its code."""


def commercial_invoice(
    consignment: Consignment,
    day: date,
    *,
    declarations: Sequence[ExportDeclarationNumber] = (),
    waybill: WaybillNumber | None = None,
    carrier: str = "",
) -> CommercialInvoice:
    """The commercial invoice of a consignment, dated a Korean day; the total is what the buyer paid.

    Lines say the prices paid; a discount of the marketplace is in them already and is shown beside them.

    Raises:
        ValueError: figures or codes that disagree, in one sentence.
    """
    currency = consignment.goods_value.currency
    zero = Money.zero(currency)
    return CommercialInvoice(
        **_header(consignment, day, declarations, waybill, carrier),
        payment_terms=PAYMENT,
        currency=currency,
        lines=tuple(_line(number, item) for number, item in enumerate(consignment.items, start=1)),
        freight=consignment.shipping_charge,
        insurance=zero,
        discount=zero,
        total=consignment.goods_value + consignment.shipping_charge,
        packages=len(consignment.packages),
        net_weight_g=consignment.net_weight_g,
        gross_weight_g=consignment.gross_weight_g,
    )


def packing_list(
    consignment: Consignment,
    day: date,
    *,
    declarations: Sequence[ExportDeclarationNumber] = (),
    waybill: WaybillNumber | None = None,
    carrier: str = "",
) -> PackingList:
    """The packing list: the same goods in the boxes of the consignment.

    In one box its content is known; over several the goods stand together, for the bench measures boxes and does
    not say what is in which.
    """
    packed = tuple(
        PackedLine(
            number=number,
            marks=item.brand_name,
            description_en=item.description_en,
            description_ko=item.description_ko,
            description_es=_spanish(item),
            hs_code=item.hsk.hs6,
            origin=item.origin,
            quantity=item.quantity,
            net_weight_g=item.net_weight_total_g,
            lot=consignment.lots.get(item.sku),
        )
        for number, item in enumerate(consignment.items, start=1)
    )
    alone = len(consignment.packages) == 1
    return PackingList(
        **_header(consignment, day, declarations, waybill, carrier),
        packages=tuple(
            PaperPackage(
                number=number,
                kind=PACKAGE_KINDS.get(package.kind, package.kind),
                length_cm=package.length_cm,
                width_cm=package.width_cm,
                height_cm=package.height_cm,
                net_weight_g=consignment.net_weight_g if alone else None,
                gross_weight_g=package.gross_weight_g,
                lines=packed if alone else (),
            )
            for number, package in enumerate(consignment.packages, start=1)
        ),
        lines=() if alone else packed,
        net_weight_g=consignment.net_weight_g,
        gross_weight_g=consignment.gross_weight_g,
    )


def _header(
    consignment: Consignment,
    day: date,
    declarations: Sequence[ExportDeclarationNumber],
    waybill: WaybillNumber | None,
    carrier: str,
) -> dict[str, Any]:
    exporter = consignment.exporters[0]
    address = consignment.consignee.address
    return {
        "number": invoice_number(consignment.ucr),
        "date": day,
        "order_references": tuple(f"Mercado Libre {order}" for order in consignment.orders),
        "ucr": consignment.ucr,
        "exporter": exporter_party(exporter),
        "further_exporters": tuple(exporter_party(other) for other in consignment.exporters[1:]),
        "consignee": consignee_party(consignment.consignee),
        "incoterm": consignment.incoterm,
        "incoterm_place": consignment.incoterm_place,
        "shipped_from": f"{exporter.city_en}, {country('KR')}",
        "shipped_to": f"{address.comuna}, {country(address.country)}" if address.comuna else country(address.country),
        "carrier": carrier or None,
        "declarations": tuple(declarations),
        "waybill": waybill,
        "reason_for_export": REASON,
        "signatory": f"{exporter.representative_en}, {exporter.name_en}",
        "estimate_note": _estimate(consignment),
    }


def _line(number: int, item: ConsignmentItem) -> PaperLine:
    discounted = item.list_price is not None and item.list_price > item.unit_price
    return PaperLine(
        number=number,
        marks=item.brand_name,
        description_en=item.description_en,
        description_ko=item.description_ko,
        description_es=_spanish(item),
        composition=item.composition or None,
        hs_code=item.hsk.hs6,
        hsk=item.hsk,
        importer_code=item.cl_tariff,
        origin=item.origin,
        quantity=item.quantity,
        unit_price=item.unit_price,
        amount=item.amount,
        net_weight_g=item.net_weight_total_g,
        list_price=item.list_price if discounted else None,
    )


def _spanish(item: ConsignmentItem) -> str | None:
    """The Spanish description; one that nobody has written repeats the English and is left out."""
    return item.description_es if item.description_es not in ("", item.description_en) else None


def _estimate(consignment: Consignment) -> str | None:
    numbers = [number for number, package in enumerate(consignment.packages, start=1) if package.estimated]
    if not numbers:
        return None
    which = "" if len(numbers) == len(consignment.packages) else f" of package {', '.join(map(str, numbers))}"
    return f"Gross weight and dimensions{which} are estimates (총중량·용적 추정값)."

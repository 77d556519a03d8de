"""From a consignment to its two papers: pure, so that the same plan always makes the same bytes."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

import pycountry

from tradelane.domain.catalogue import Exporter
from tradelane.domain.consignment import Consignment, ConsignmentItem
from tradelane.domain.export_declaration import invoice_number
from tradelane.domain.money import Money
from tradelane.domain.order import Consignee
from tradelane.domain.papers import (
    CommercialInvoice,
    PackedLine,
    PackingList,
    PaperLine,
    PaperPackage,
    PaperParty,
)

LINE = 100
"""Characters of one line in a box; longer ones are wrapped at words, never cut."""

REASON = "Sale of goods to a consumer (전자상거래 판매)"


def commercial_invoice(consignment: Consignment, day: date) -> CommercialInvoice:
    """The commercial invoice of a consignment, dated a Korean day; the total is what the buyer paid.

    Raises:
        ValueError: figures or codes that disagree, in one sentence.
    """
    currency = consignment.goods_value.currency
    zero = Money.zero(currency)
    exporter = consignment.exporters[0]
    return CommercialInvoice(
        number=invoice_number(consignment.ucr),
        date=day,
        order_references=tuple(f"Mercado Libre {order}" for order in consignment.orders),
        ucr=consignment.ucr,
        exporter=_exporter(exporter),
        further_exporters=tuple(_exporter(other) for other in consignment.exporters[1:]),
        consignee=_consignee(consignment.consignee),
        incoterm=consignment.incoterm,
        incoterm_place=consignment.incoterm_place,
        reason_for_export=REASON,
        signatory=f"{exporter.representative_en}, {exporter.name_en}",
        estimate_note=_estimate(consignment),
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


def packing_list(consignment: Consignment, day: date) -> PackingList:
    """The packing list: the same goods in the boxes of the consignment.

    In one box its content is known; over several the goods stand together, for the bench measures boxes and does
    not say what is in which.
    """
    exporter = consignment.exporters[0]
    packed = tuple(
        PackedLine(
            number=number,
            marks=consignment.ucr,
            description_en=item.description_en,
            description_ko=item.description_ko,
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
        number=invoice_number(consignment.ucr),
        date=day,
        order_references=tuple(f"Mercado Libre {order}" for order in consignment.orders),
        ucr=consignment.ucr,
        exporter=_exporter(exporter),
        further_exporters=tuple(_exporter(other) for other in consignment.exporters[1:]),
        consignee=_consignee(consignment.consignee),
        incoterm=consignment.incoterm,
        incoterm_place=consignment.incoterm_place,
        reason_for_export=REASON,
        signatory=f"{exporter.representative_en}, {exporter.name_en}",
        estimate_note=_estimate(consignment),
        packages=tuple(
            PaperPackage(
                number=number,
                kind="CARTON",
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


def _line(number: int, item: ConsignmentItem) -> PaperLine:
    return PaperLine(
        number=number,
        marks=item.brand_name,
        description_en=item.description_en,
        description_ko=item.description_ko,
        hs_code=item.hsk.hs6,
        hsk=item.hsk,
        importer_code=item.cl_tariff,
        origin=item.origin,
        quantity=item.quantity,
        unit_price=item.unit_price,
        amount=item.amount,
        net_weight_g=item.net_weight_total_g,
    )


def _exporter(exporter: Exporter) -> PaperParty:
    return PaperParty.model_validate(
        {
            "name": f"{exporter.name_en} ({exporter.name_ko})",
            "lines": (*exporter.address_en, f"{exporter.city_en} {exporter.postcode}"),
            "country": "KR",
            "tax_id_label": "Business registration no. (사업자등록번호)",
            "tax_id": exporter.business_registration_number.printed,
            "phone": exporter.phone,
        }
    )


def _consignee(consignee: Consignee) -> PaperParty:
    address = consignee.address
    place = ", ".join(part for part in (address.comuna, _region(address.region)) if part)
    return PaperParty.model_validate(
        {
            "name": consignee.name,
            "lines": _wrapped((*address.lines, address.note or "", place)),
            "country": address.country,
            "tax_id_label": "RUT" if consignee.rut else None,
            "tax_id": consignee.rut.printed if consignee.rut else None,
            "phone": consignee.phone,
            "email": consignee.email,
        }
    )


def _region(code: str) -> str:
    """A region as people and officers know it, `Coquimbo (CL-CO)`; what is no code of ISO 3166-2 stays as it is."""
    name = _region_names().get(code)
    return f"{name} ({code})" if name else code


@lru_cache(maxsize=1)
def _region_names() -> dict[str, str]:
    return {str(region.code): str(region.name) for region in pycountry.subdivisions if region.country_code == "CL"}


def _wrapped(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(piece for line in lines for piece in textwrap.wrap(line, LINE))


def _estimate(consignment: Consignment) -> str | None:
    numbers = [number for number, package in enumerate(consignment.packages, start=1) if package.estimated]
    if not numbers:
        return None
    which = "" if len(numbers) == len(consignment.packages) else f" of package {', '.join(map(str, numbers))}"
    return f"Gross weight and dimensions{which} are estimates (총중량·용적 추정값)."

"""The CN 23 of a consignment that goes by post."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tradelane.domain.consignment import Consignment
from tradelane.domain.export_declaration import invoice_number
from tradelane.domain.identifiers import ExportDeclarationNumber, WaybillNumber
from tradelane.domain.money import Money
from tradelane.domain.papers import Cn23, Cn23Line
from tradelane.domain.paperwork.parties import consignee_party, exporter_party


def cn23(
    consignment: Consignment,
    day: date,
    declarations: Sequence[ExportDeclarationNumber] = (),
    waybill: WaybillNumber | None = None,
    *,
    postage: Money | None = None,
    certificates: Sequence[str] = (),
) -> Cn23:
    """The CN 23: what is in the parcel and what it was sold for, carriage apart.

    Raises:
        ValueError: several packages, for each postal item has a CN 23 of its own and nobody said what is in which;
            contents the post refuses; figures that disagree.
    """
    if len(consignment.packages) != 1:
        raise ValueError(
            f"A CN 23 belongs to one postal item, and this consignment has {len(consignment.packages)} packages: "
            "pack it in one, or send it by a carrier that takes several pieces under one waybill."
        )
    exporter = consignment.exporters[0]
    permits = dict.fromkeys(permit.strip() for item in consignment.items for permit in item.permits.split(";"))
    return Cn23(
        date=day,
        ucr=consignment.ucr,
        sender=exporter_party(exporter),
        sender_references=tuple(declarations),
        addressee=consignee_party(consignment.consignee),
        item_number=waybill,
        lines=tuple(
            Cn23Line(
                description=item.description_en,
                description_es=item.description_es if item.description_es != item.description_en else None,
                quantity=item.quantity,
                net_weight_g=item.net_weight_total_g,
                value=item.amount,
                hs_code=item.hsk.hs6,
                origin=item.origin,
            )
            for item in consignment.items
        ),
        currency=consignment.goods_value.currency,
        total_value=consignment.goods_value,
        net_weight_g=consignment.net_weight_g,
        gross_weight_g=consignment.gross_weight_g,
        postage=postage,
        licences=tuple(permit for permit in permits if permit),
        certificates=tuple(certificates),
        invoice_number=invoice_number(consignment.ucr),
        signatory=f"{exporter.representative_en}, {exporter.name_en}",
    )

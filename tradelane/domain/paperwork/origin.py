"""The origin statement of one exporter's goods, and what must be kept of it.

Sources: korea-export 6.2 (the exporter signs, no authority issues; valid two years from signature; a maker declared as
unknown undermines the claim). Periods and letters come from ``origin_rules``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tradelane.domain.catalogue import UNKNOWN_MAKER, UNKNOWN_MAKER_NAMES, Exporter
from tradelane.domain.consignment import Consignment, ConsignmentItem, DeclarationPart
from tradelane.domain.export_declaration import invoice_number
from tradelane.domain.identifiers import ExportDeclarationNumber
from tradelane.domain.origin_rules import origin_rules
from tradelane.domain.papers import OriginLine, OriginRecord, OriginRecordLine, OriginStatement
from tradelane.domain.paperwork.parties import consignee_party, exporter_party


def origin_statement(
    consignment: Consignment,
    part: DeclarationPart,
    day: date,
    *,
    declarations: Sequence[ExportDeclarationNumber] = (),
) -> OriginStatement | None:
    """The statement of one exporter for what it claims preference for, to be signed on a Korean day; None for nothing.

    Raises:
        ValueError: a claim that cannot stand (letter, maker, basis, origin) or nobody to sign, in one sentence that
            names the SKU or the exporter.
    """
    claimed = [item for item in part.items if item.preference]
    if not claimed:
        return None
    rules = origin_rules()
    exporter = consignment.exporter(part.exporter_id)
    signer = exporter.origin_signer
    if signer is None:
        raise ValueError(
            f"Goods of exporter {exporter.id} claim Korea-Chile preference and nobody is named to sign the origin "
            f"statement: name a signer with `tradelane exporters set`, or take the claim off the goods."
        )
    return OriginStatement(
        number=f"{invoice_number(consignment.ucr)}-OS{part.index}",
        ucr=consignment.ucr,
        exporter_id=exporter.id,
        exporter=exporter_party(exporter),
        importer=consignee_party(consignment.consignee),
        invoice_number=invoice_number(consignment.ucr),
        declarations=tuple(declarations),
        lines=tuple(_line(number, item, exporter) for number, item in enumerate(claimed, start=1)),
        signer_name=signer.name,
        signer_title=signer.title,
        signer_authority=signer.authority,
        signed_on=day,
        valid_until=years_after(day, rules.valid_years.value),
        keep_until=years_after(day, rules.kept_years.value),
        data_version=rules.version,
    )


def kept(statement: OriginStatement) -> OriginRecord:
    """What the exporter keeps of a statement for the years of the law: signer, basis, goods; nothing of the importer."""
    return OriginRecord(
        number=statement.number,
        ucr=statement.ucr,
        exporter_id=statement.exporter_id,
        signer_name=statement.signer_name,
        signer_title=statement.signer_title,
        signer_authority=statement.signer_authority,
        signed_on=statement.signed_on,
        valid_until=statement.valid_until,
        keep_until=statement.keep_until,
        data_version=statement.data_version,
        invoice_number=statement.invoice_number,
        declarations=statement.declarations,
        lines=tuple(
            OriginRecordLine(
                sku=line.sku,
                hs_code=line.hs_code,
                criterion=line.criterion,
                producer=line.producer,
                producer_customs_id=line.producer_customs_id,
                basis=line.basis,
                origin_basis=line.origin_basis,
            )
            for line in statement.lines
        ),
    )


def years_after(day: date, years: int) -> date:
    """The same day some years later; 29 February becomes the 28th.

    >>> years_after(date(2028, 2, 29), 2)
    datetime.date(2030, 2, 28)
    """
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + years, day=28) if leap else day.replace(year=day.year + years)


def _line(number: int, item: ConsignmentItem, exporter: Exporter) -> OriginLine:
    criterion = origin_rules().criterion(item.preference).letter
    maker, maker_id = item.maker_name, item.maker_customs_id
    if not maker or maker.strip() in UNKNOWN_MAKER_NAMES or maker_id is None or maker_id == UNKNOWN_MAKER:
        raise ValueError(
            f"SKU {item.sku} claims Korea-Chile preference while its maker is declared unknown: give maker_name and "
            "maker_customs_id, or take the claim off."
        )
    if item.origin != "KR":
        raise ValueError(f"SKU {item.sku} claims Korea-Chile preference, but its origin is {item.origin.printed}.")
    if not item.preference_basis.strip():
        raise ValueError(
            f"SKU {item.sku} claims Korea-Chile preference without a basis: say the rule and the papers that show it "
            "in preference_basis."
        )
    return OriginLine(
        number=number,
        sku=item.sku,
        description=item.description_en,
        hs_code=item.hsk.hs6,
        quantity=item.quantity,
        criterion=criterion,
        producer=maker,
        exporter_produces=maker_id == exporter.customs_clearance_code,
        origin=item.origin,
        producer_customs_id=maker_id,
        basis=item.preference_basis,
        origin_basis=item.origin_basis,
    )

"""The labelled boxes of a paper's header, in English and Korean, and the styles they are set in."""

from __future__ import annotations

from dataclasses import dataclass

from tradelane.documents.page import Style
from tradelane.domain.papers import PaperHeader, PaperParty

LABEL = Style(6, grey=0.3)
BODY = Style(8)
STRONG = Style(8, bold=True)
SMALL = Style(7)
FINE = Style(6.5, grey=0.2)
HEADING = Style(6.5, bold=True)

Styled = tuple[str, Style]


@dataclass(frozen=True)
class Cell:
    """One labelled box of the header; ``barcode`` is printed under its texts."""

    label: str
    korean: str
    texts: tuple[Styled, ...]
    barcode: str | None = None


def party_cell(label: str, korean: str, party: PaperParty) -> Cell:
    """Name, address, country, then how to identify and reach the party."""
    texts: list[Styled] = [(party.name, STRONG)]
    texts += [(line, BODY) for line in party.lines]
    texts.append((f"{party.country.printed} ({party.country})", BODY))
    if party.tax_id is not None:
        texts.append((f"{party.tax_id_label}: {party.tax_id}", STRONG))
    if party.phone is not None:
        texts.append((f"Tel. {party.phone}", SMALL))
    if party.email is not None:
        texts.append((f"E-mail {party.email}", SMALL))
    return Cell(label, korean, tuple(texts))


def party_cells(header: PaperHeader) -> list[list[Cell]]:
    """The left column: exporters, consignee, and the buyer where it is somebody else."""
    cells = [[party_cell("Seller / Exporter", "수출자", header.exporter)]]
    cells += [[party_cell("Further exporter", "추가 수출자", party)] for party in header.further_exporters]
    cells.append([party_cell("Consignee", "수하인", header.consignee)])
    if header.buyer is not None:
        cells.append([party_cell("Buyer (if other than consignee)", "구매자", header.buyer)])
    return cells


def reference_cells(header: PaperHeader, number_label: str, number_korean: str) -> list[list[Cell]]:
    """The right column: numbers and dates, the UCR as text and barcode, transport and terms of delivery."""
    declaration = header.export_declaration.printed if header.export_declaration else "—"
    waybill = header.waybill.printed if header.waybill else "—"
    terms = f"{header.incoterm} {header.incoterm_place}, Incoterms® 2020"
    return [
        [
            Cell(number_label, number_korean, ((header.number, STRONG),)),
            Cell("Date", "일자", ((f"{header.date:%Y-%m-%d}", BODY),)),
        ],
        [Cell("Order No.", "주문번호", ((", ".join(header.order_references), BODY),))],
        [Cell("UCR", "화물고유참조번호", ((str(header.ucr), STRONG),), barcode=str(header.ucr))],
        [
            Cell("Export declaration No.", "수출신고번호", ((declaration, BODY),)),
            Cell("Waybill No.", "운송장번호", ((waybill, BODY),)),
        ],
        [
            Cell("Country of export", "수출국", ((header.exporter.country.printed, BODY),)),
            Cell("Country of destination", "목적국", ((header.consignee.country.printed, BODY),)),
        ],
        [Cell("Terms of delivery", "인도조건", ((terms, STRONG),))],
        [Cell("Reason for export", "수출사유", ((header.reason_for_export, BODY),))],
    ]


def kilograms(grams: int) -> str:
    """Grams printed as kilograms with three decimals."""
    return f"{grams // 1000:,}.{grams % 1000:03d}"

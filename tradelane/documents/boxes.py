"""The labelled boxes of a paper, in English, Korean and Spanish, and the styles they are set in."""

from __future__ import annotations

from dataclasses import dataclass

from tradelane.documents.page import Style
from tradelane.domain.papers import PaperHeader, PaperParty
from tradelane.domain.place_names import country

LABEL = Style(6, grey=0.3)
BODY = Style(8)
STRONG = Style(8, bold=True)
SMALL = Style(7)
FINE = Style(6.5, grey=0.2)
HEADING = Style(6.5, bold=True)

UNKNOWN = "\N{EM DASH}"
"""Stands in a box that nobody fills in."""

Styled = tuple[str, Style]


@dataclass(frozen=True)
class Cell:
    """One labelled box; ``barcode`` is printed under its texts, ``share`` is its weight in the width of its row."""

    label: str
    korean: str
    texts: tuple[Styled, ...]
    barcode: str | None = None
    spanish: str = ""
    share: float = 1
    shaded: bool = False


def cell(label: str, korean: str, spanish: str, *texts: str, strong: bool = False, share: float = 1) -> Cell:
    """A box of plain texts, or of a dash where there is nothing to say."""
    said = [text for text in texts if text] or [UNKNOWN]
    return Cell(label, korean, tuple((text, STRONG if strong else BODY) for text in said), spanish=spanish, share=share)


def blank(label: str, korean: str, spanish: str, *texts: str) -> Cell:
    """A box of plain texts, left empty where they are written by hand."""
    return Cell(label, korean, tuple((text, BODY) for text in texts if text), spanish=spanish)


def party_cell(label: str, korean: str, spanish: str, party: PaperParty) -> Cell:
    """Name, address, country, then how to identify and reach the party."""
    texts: list[Styled] = [(party.name, STRONG)]
    texts += [(line, BODY) for line in party.lines]
    texts.append((f"{party.country.printed} ({party.country})", BODY))
    if party.tax_id is not None:
        texts.append((f"{party.tax_id_label}: {party.tax_id}", STRONG))
    reached = [f"Tel. {party.phone}"] if party.phone is not None else []
    reached += [f"E-mail {party.email}"] if party.email is not None else []
    texts += [(line, SMALL) for line in reached]
    return Cell(label, korean, tuple(texts), spanish=spanish)


def party_cells(header: PaperHeader) -> list[list[Cell]]:
    """The left column: exporters, consignee, the buyer where it is somebody else, and who is told of the arrival."""
    cells = [[party_cell("Seller / Exporter", "수출자", "Vendedor / Exportador", header.exporter)]]
    cells += [
        [party_cell("Further exporter", "추가 수출자", "Otro exportador", party)] for party in header.further_exporters
    ]
    cells.append([party_cell("Consignee", "수하인", "Consignatario", header.consignee)])
    if header.buyer is not None:
        cells.append([party_cell("Buyer (if other than consignee)", "구매자", "Comprador", header.buyer)])
    if header.notify_party is not None:
        cells.append([party_cell("Notify party", "통지처", "Notificar a", header.notify_party)])
    else:
        cells.append([cell("Notify party", "통지처", "Notificar a", "Same as consignee / Igual al consignatario")])
    return cells


def reference_cells(header: PaperHeader, number: tuple[str, str, str]) -> list[list[Cell]]:
    """The right column: numbers and dates, the UCR as text and barcode, transport."""
    declarations = tuple(one.printed for one in header.declarations)
    waybill = header.waybill.printed if header.waybill else ""
    ucr = Cell(
        "UCR",
        "화물고유참조번호",
        ((str(header.ucr), STRONG),),
        barcode=str(header.ucr),
        spanish="Referencia única del envío",
    )
    return [
        [
            cell(*number, header.number, strong=True),
            cell("Date", "일자", "Fecha", f"{header.date:%Y-%m-%d}", share=0.75),
        ],
        [cell("Order No.", "주문번호", "N° de orden", ", ".join(header.order_references))],
        [ucr],
        [
            cell("Export declaration No.", "수출신고번호", "N° decl. export.", *declarations),
            cell("Waybill No.", "운송장번호", "Guía aérea", waybill, share=0.75),
        ],
        [
            cell("From", "출발지", "Desde", header.shipped_from),
            cell("To", "도착지", "Hasta", header.shipped_to),
        ],
        [
            cell("Carrier", "운송인", "Transportista", header.carrier or ""),
            cell("Departure", "출항일", "Salida", header.departure or ""),
        ],
        [
            cell("Country of export", "수출국", "País de exportación", _country(header.exporter)),
            cell("Country of destination", "목적국", "País de destino", _country(header.consignee)),
        ],
    ]


def header_columns(
    header: PaperHeader, number: tuple[str, str, str], terms: list[list[Cell]]
) -> tuple[list[list[Cell]], list[list[Cell]]]:
    """Both columns of the header; terms of delivery and what the paper adds go where there is room for them."""
    delivery = f"{header.incoterm} {header.incoterm_place}, Incoterms® 2020"
    further = [
        [cell("Terms of delivery", "인도조건", "Cláusula de venta", delivery, strong=True)],
        *terms,
        [cell("Reason for export", "수출사유", "Motivo de exportación", header.reason_for_export)],
    ]
    left, right = party_cells(header), reference_cells(header, number)
    left_high, right_high = _height(left), _height(right)
    for row in further:
        if left_high <= right_high:
            left.append(row)
            left_high += _height([row])
        else:
            right.append(row)
            right_high += _height([row])
    return left, right


def _height(rows: list[list[Cell]]) -> int:
    """About how high a column is, for comparing columns."""
    return sum(14 + max(10 * len(one.texts) + (26 if one.barcode else 0) for one in row) for row in rows)


def signatory(header: PaperHeader) -> list[Styled]:
    """Who signs a paper: the exporter's name over the person's."""
    return [(header.exporter.name, SMALL), (header.signatory, STRONG)]


def kilograms(grams: int) -> str:
    """Grams printed as kilograms with three decimals."""
    return f"{grams // 1000:,}.{grams % 1000:03d}"


def heading(code: str) -> str:
    """An HS subheading as tariffs print it, `6109.10`."""
    return f"{code[:4]}.{code[4:]}"


def _country(party: PaperParty) -> str:
    english, spanish = country(party.country), country(party.country, "es")
    return english if english == spanish else f"{english} / {spanish}"

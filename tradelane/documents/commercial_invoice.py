"""The commercial invoice (상업송장) as PDF: a pure function from the checked model to bytes."""

from __future__ import annotations

import pycountry

from tradelane.documents.boxes import BODY, FINE, SMALL, STRONG, Cell, Styled, kilograms, party_cells, reference_cells
from tradelane.documents.fonts import FontSource, load
from tradelane.documents.form import LEFT, RIGHT, Column, Form, running
from tradelane.documents.page import Pad
from tradelane.domain.money import Money
from tradelane.domain.papers import CommercialInvoice, PaperLine

_GOODS_COLUMNS = (
    Column("No.", "번호", 24, "centre"),
    Column("Marks & Nos.", "화인", 50),
    Column("Description of goods", "품명 및 규격", 153.28),
    Column("HS code", "품목번호", 70),
    Column("Origin", "원산지", 48),
    Column("Quantity", "수량", 40, "right"),
    Column("N.W. (kg)", "순중량", 40, "right"),
)


def render(invoice: CommercialInvoice, fonts: FontSource | None = None) -> bytes:
    """The invoice as PDF; the same invoice gives the same bytes. Raises MissingGlyph before drawing."""
    form = Form(
        Pad(load(fonts), f"Commercial invoice {invoice.number}"), "COMMERCIAL INVOICE", "상업송장", running(invoice)
    )
    currency = pycountry.currencies.get(alpha_3=invoice.currency)
    named = f"{invoice.currency} ({currency.name})" if currency is not None else invoice.currency
    references = reference_cells(invoice, "Invoice No.", "송장번호")
    references[-1].append(Cell("Currency", "통화", ((named, BODY),)))
    form.boxes(party_cells(invoice), references)
    form.y += 6
    form.begin_table(
        (
            *_GOODS_COLUMNS,
            Column(f"Unit price ({invoice.currency})", "단가", 46, "right"),
            Column(f"Amount ({invoice.currency})", "금액", 52, "right"),
        )
    )
    for line in invoice.lines:
        form.row(_cells(line))
    form.end_table()
    _totals(form, invoice)
    if invoice.estimate_note is not None:
        form.y += 6
        form.note("ESTIMATE 추정치", invoice.estimate_note)
    form.y += 6
    form.signature(
        invoice,
        "We declare that the information in this invoice is true and correct.",
        "당사는 이 송장의 기재사항이 사실과 다름없음을 신고합니다.",
    )
    return form.finish()


def _cells(line: PaperLine) -> list[list[Styled]]:
    description: list[Styled] = [(line.description_en, BODY)]
    if line.description_ko is not None:
        description.append((line.description_ko, FINE))
    codes: list[Styled] = [(f"HS {line.hs_code[:4]}.{line.hs_code[4:]}", SMALL)]
    if line.hsk is not None:
        codes.append((f"KR {line.hsk.printed}", FINE))
    if line.importer_code is not None:
        codes.append((f"CL {line.importer_code.printed}", FINE))
    return [
        [(str(line.number), BODY)],
        [(line.marks, SMALL)],
        description,
        codes,
        [(line.origin.printed, SMALL)],
        [(f"{line.quantity:,}", BODY), (line.unit, FINE)],
        [(kilograms(line.net_weight_g), SMALL)],
        [(_figure(line.unit_price), SMALL)],
        [(_figure(line.amount), STRONG)],
    ]


def _totals(form: Form, invoice: CommercialInvoice) -> None:
    width = (RIGHT - LEFT) * 0.44
    form.need(6 + 4 * 14 + 17)
    form.y += 6
    left = form.figures(
        [
            ("Packages", "포장개수", f"{invoice.packages:,}", False),
            ("Net weight", "순중량", f"{kilograms(invoice.net_weight_g)} kg", False),
            ("Gross weight", "총중량", f"{kilograms(invoice.gross_weight_g)} kg", False),
        ],
        LEFT,
        width,
    )
    right = form.figures(
        [
            (f"Goods {invoice.incoterm}", "물품금액", _figure(invoice.goods_total), False),
            ("Freight", "운임", _figure(invoice.freight), False),
            ("Insurance", "보험료", _figure(invoice.insurance), False),
            ("Discount", "할인", _figure(-invoice.discount), False),
            (
                "TOTAL INVOICED",
                "합계",
                f"{invoice.currency} {_figure(invoice.total)}",
                True,
            ),
        ],
        RIGHT - width,
        width,
    )
    form.y += max(left, right)


def _figure(money: Money) -> str:
    return f"{money.amount:,f}"

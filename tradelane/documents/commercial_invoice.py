"""The commercial invoice (상업송장) as PDF: a pure function from the checked model to bytes."""

from __future__ import annotations

from collections.abc import Collection

from tradelane.documents.boxes import (
    BODY,
    FINE,
    SMALL,
    STRONG,
    Cell,
    Styled,
    cell,
    header_columns,
    heading,
    kilograms,
    signatory,
)
from tradelane.documents.fonts import FontSource, load
from tradelane.documents.form import LEFT, RIGHT, Column, Form, running
from tradelane.documents.page import Pad
from tradelane.domain.carriage import HOLDS_BOTH, HOLDS_FREIGHT
from tradelane.domain.money import Money
from tradelane.domain.papers import CommercialInvoice, Incoterm, PaperLine
from tradelane.domain.place_names import country, currency

INCLUDED = "included / incluido"

_GOODS_COLUMNS = (
    Column("No.", "번호", 22, "centre", "N°"),
    Column("Marks & Nos.", "화인", 48, "left", "Marcas"),
    Column("Description of goods", "품명 및 규격", 165.28, "left", "Descripción de las mercancías"),
    Column("HS code", "품목번호", 66, "left", "Código SA"),
    Column("Origin", "원산지", 48, "left", "Origen"),
    Column("Quantity", "수량", 36, "right", "Cantidad"),
    Column("N.W. (kg)", "순중량", 38, "right", "Peso neto"),
)


def render(invoice: CommercialInvoice, fonts: FontSource | None = None) -> bytes:
    """The invoice as PDF; the same invoice gives the same bytes. Raises MissingGlyph before drawing."""
    form = Form(
        Pad(load(fonts), f"Commercial invoice {invoice.number}"),
        "COMMERCIAL INVOICE",
        "상업송장 · FACTURA COMERCIAL",
        running(invoice),
        corner=invoice.number,
    )
    form.boxes(*header_columns(invoice, ("Invoice No.", "송장번호", "N° factura"), _terms(invoice)))
    form.y += 6
    form.begin_table(
        (
            *_GOODS_COLUMNS,
            Column(f"Unit price ({invoice.currency})", "단가", 47, "right", "Precio unitario"),
            Column(f"Amount ({invoice.currency})", "금액", 53, "right", "Valor total"),
        )
    )
    for line in invoice.lines:
        form.row(_cells(line))
    form.end_table()
    _totals(form, invoice)
    if invoice.estimate_note is not None:
        form.y += 6
        form.note("ESTIMATE 추정치 ESTIMACIÓN", invoice.estimate_note)
    form.y += 6
    form.signature(
        signatory(invoice),
        f"{invoice.date:%Y-%m-%d}",
        (
            "We declare that the information in this invoice is true and correct.",
            "당사는 이 송장의 기재사항이 사실과 다름없음을 신고합니다.",
            "Declaramos que la información de esta factura es verdadera y correcta.",
        ),
    )
    return form.finish()


def _terms(invoice: CommercialInvoice) -> list[list[Cell]]:
    english, spanish = currency(invoice.currency), currency(invoice.currency, "es")
    return [
        [cell("Terms of payment", "결제조건", "Forma de pago", invoice.payment_terms)],
        [cell("Currency", "통화", "Moneda", f"{invoice.currency} ({english} / {spanish})")],
    ]


def _cells(line: PaperLine) -> list[list[Styled]]:
    description: list[Styled] = [(line.description_en, BODY)]
    description += [(text, FINE) for text in (line.description_ko, line.description_es) if text is not None]
    if line.composition is not None:
        description.append((f"Composition / Composición: {line.composition}", FINE))
    codes: list[Styled] = [(f"HS {heading(line.hs_code)}", SMALL)]
    if line.hsk is not None:
        codes.append((f"KR {line.hsk.printed}", FINE))
    if line.importer_code is not None:
        codes.append((f"CL {line.importer_code.printed}", FINE))
    prices: list[Styled] = [(_figure(line.unit_price), SMALL)]
    if line.list_price is not None:
        prices.append((f"list {_figure(line.list_price)}", FINE))
    return [
        [(str(line.number), BODY)],
        [(line.marks, SMALL)],
        description,
        codes,
        [(line.origin.printed, SMALL), (country(line.origin, "es"), FINE)],
        [(f"{line.quantity:,}", BODY), (line.unit, FINE)],
        [(kilograms(line.net_weight_g), SMALL)],
        prices,
        [(_figure(line.amount), STRONG)],
    ]


def _totals(form: Form, invoice: CommercialInvoice) -> None:
    width = (RIGHT - LEFT) * 0.46
    form.need(6 + 4 * 14 + 17)
    form.y += 6
    facts = [
        ("Packages", "포장개수 · Bultos", f"{invoice.packages:,}", False),
        ("Pieces", "수량 · Unidades", f"{invoice.quantity:,}", False),
        ("Net weight", "순중량 · Peso neto", f"{kilograms(invoice.net_weight_g)} kg", False),
        ("Gross weight", "총중량 · Peso bruto", f"{kilograms(invoice.gross_weight_g)} kg", False),
    ]
    if invoice.discount_in_prices:
        shown = f"{invoice.currency} {_figure(invoice.discount_in_prices)}"
        facts.append(("Deducted in prices", "단가에 반영된 할인 · Descuento incluido", shown, False))
    left = form.figures(facts, LEFT, width)
    right = form.figures(
        [
            ("Goods", "물품금액 · Mercancías", _figure(invoice.goods_total), False),
            ("Freight", "운임 · Flete", _charge(invoice, invoice.freight, HOLDS_FREIGHT), False),
            ("Insurance", "보험료 · Seguro", _charge(invoice, invoice.insurance, HOLDS_BOTH), False),
            ("Discount", "할인 · Descuento", _figure(-invoice.discount), False),
            (
                "TOTAL INVOICED",
                "합계 · Total facturado",
                f"{invoice.currency} {_figure(invoice.total)}",
                True,
            ),
        ],
        RIGHT - width,
        width,
    )
    form.y += max(left, right)


def _charge(invoice: CommercialInvoice, charge: Money, inside: Collection[Incoterm]) -> str:
    """What is charged apart; a term whose price holds such a cost never says that there is none."""
    return INCLUDED if not charge and invoice.incoterm in inside else _figure(charge)


def _figure(money: Money) -> str:
    return f"{money.amount:,f}"

"""The CN 23 of the Universal Postal Union as PDF, in English, Spanish and Korean.

Boxes, their numbers in brackets and their order are those of the form that posts publish; it is glued to the parcel in
a pouch. What is only known at the counter (postage, office and day of posting) is left to be filled in there.
"""

from __future__ import annotations

from tradelane.documents.boxes import (
    BODY,
    FINE,
    SMALL,
    STRONG,
    Cell,
    Styled,
    blank,
    cell,
    heading,
    kilograms,
    party_cell,
)
from tradelane.documents.fonts import FontSource, load
from tradelane.documents.form import Column, Form, Running
from tradelane.documents.page import Pad
from tradelane.domain.money import Money
from tradelane.domain.papers import Cn23, Cn23Line
from tradelane.domain.place_names import country

CATEGORIES = (
    "Gift / Regalo / 선물",
    "Documents / Documentos / 서류",
    "Sale of goods / Venta de mercancías / 판매물품",
    "Commercial sample / Muestra comercial / 상품견본",
    "Returned goods / Mercancías devueltas / 반송품",
    "Other / Otros / 기타",
)
SALE = CATEGORIES[2]


def render(declaration: Cn23, fonts: FontSource | None = None) -> bytes:
    """The CN 23 as PDF; the same declaration gives the same bytes. Raises MissingGlyph before drawing."""
    form = Form(
        Pad(load(fonts), f"CN 23 {declaration.invoice_number}"),
        "CUSTOMS DECLARATION",
        "DECLARACIÓN DE ADUANA · 세관신고서",
        Running(
            foot=f"CN 23  ·  {declaration.invoice_number}  ·  UCR {declaration.ucr}",
            over=f"CN 23  ·  {declaration.item_number or declaration.invoice_number}",
        ),
        mark="CN 23",
        over="May be opened officially\nPuede abrirse de oficio\n세관에서 개봉할 수 있음",
    )
    form.boxes(*_parties(declaration), share=0.58)
    form.begin_table(_columns(declaration.currency))
    for line in declaration.lines:
        form.row(_cells(line))
    form.end_table()
    _summary(form, declaration)
    form.ticks("(10) Category of item  Categoría del envío  우편물 종류", [(one, one == SALE) for one in CATEGORIES], 3)
    form.band(
        [
            blank(
                "(11) Comments (quarantine, sanitary or other restrictions)",
                "비고",
                "Observaciones",
                declaration.comments or "",
            )
        ],
        least=26,
    )
    form.band(
        [
            blank("(12) Licence No(s).", "허가서번호", "Licencia", ", ".join(declaration.licences)),
            blank("(13) Certificate No(s).", "증명서번호", "Certificado", ", ".join(declaration.certificates)),
            cell("(14) Invoice No.", "송장번호", "Factura", declaration.invoice_number, strong=True),
        ],
        least=26,
    )
    form.signature(
        [(declaration.sender.name, SMALL), (declaration.signatory, STRONG)],
        f"{declaration.date:%Y-%m-%d}",
        (
            "I certify that the particulars given in this customs declaration are correct and that this item does not "
            "contain any dangerous article or articles prohibited by legislation or by postal or customs regulations.",
            "Certifico que los datos de esta declaración son exactos y que el envío no contiene objetos peligrosos ni "
            "prohibidos por la legislación o la reglamentación postal o aduanera.",
            "이 신고서의 기재사항은 사실이며 위험물 또는 금지물품이 들어 있지 않음을 확인합니다.",
        ),
        label="(15) Sender's declaration  발송인 확인  Declaración del remitente",
    )
    return form.finish()


def _parties(declaration: Cn23) -> tuple[list[list[Cell]], list[list[Cell]]]:
    references = tuple(number.printed for number in declaration.sender_references)
    number = declaration.item_number
    item = Cell(
        "No. of item",
        "우편물번호",
        ((number.printed if number else "—", STRONG),),
        barcode=str(number) if number else None,
        spanish="N° del envío",
    )
    addressee = declaration.addressee
    taxed = f"{addressee.tax_id_label} {addressee.tax_id}" if addressee.tax_id else ""
    reach = [one for one in (addressee.phone, addressee.email) if one]
    left = [
        [party_cell("From (sender)", "발송인", "De (remitente)", declaration.sender)],
        [party_cell("To (addressee)", "수취인", "A (destinatario)", declaration.addressee)],
    ]
    right = [
        [item],
        [cell("Sender's customs reference", "수출신고번호", "Ref. aduanera del remitente", *references, strong=True)],
        [cell("Importer's reference (tax code)", "수입자 번호", "Ref. del importador (RUT)", taxed, strong=True)],
        [cell("Importer's telephone / e-mail", "수입자 연락처", "Teléfono / correo", *reach)],
        [blank("Office of origin / Date of posting", "접수국·접수일", "Oficina de origen / Fecha")],
    ]
    return left, right


def _columns(currency: str) -> tuple[Column, ...]:
    return (
        Column("(1) Detailed description of contents", "내용물 상세 설명", 213.28, "left", "Descripción detallada"),
        Column("(2) Quantity", "수량", 46, "right", "Cantidad"),
        Column("(3) Net weight (kg)", "순중량", 56, "right", "Peso neto"),
        Column(f"(5) Value ({currency})", "가격", 64, "right", "Valor"),
        Column("(7) HS tariff number", "HS 번호", 66, "centre", "N° SA"),
        Column("(8) Country of origin", "원산지", 78, "left", "País de origen"),
    )


def _cells(line: Cn23Line) -> list[list[Styled]]:
    described: list[Styled] = [(line.description, BODY)]
    if line.description_es is not None:
        described.append((line.description_es, FINE))
    return [
        described,
        [(f"{line.quantity:,}", BODY)],
        [(kilograms(line.net_weight_g), BODY)],
        [(_figure(line.value), BODY)],
        [(heading(line.hs_code), BODY)],
        [(line.origin.printed, SMALL), (country(line.origin, "es"), FINE)],
    ]


def _summary(form: Form, declaration: Cn23) -> None:
    postage = declaration.postage
    form.band(
        [
            cell("Net weight", "순중량 합계", "Peso neto", f"{kilograms(declaration.net_weight_g)} kg"),
            cell(
                "(4) Total gross weight",
                "총중량",
                "Peso bruto total",
                f"{kilograms(declaration.gross_weight_g)} kg",
                strong=True,
            ),
            cell(
                "(6) Total value",
                "총가격",
                "Valor total",
                f"{declaration.currency} {_figure(declaration.total_value)}",
                strong=True,
            ),
            blank(
                "(9) Postal charges / Fees",
                "우편요금",
                "Tasas postales",
                f"{postage.currency} {_figure(postage)}" if postage else "",
            ),
        ]
    )


def _figure(money: Money) -> str:
    return f"{money.amount:,f}"

"""The origin statement of the Korea-Chile agreement as PDF: titles, order and wording of the fields are data."""

from __future__ import annotations

from tradelane.documents.boxes import BODY, FINE, SMALL, STRONG, Cell, Styled, cell, heading, party_cell
from tradelane.documents.fonts import FontSource, load
from tradelane.documents.form import Column, Form, Running
from tradelane.documents.page import Align, Pad
from tradelane.domain.origin_rules import Field, OriginRules, origin_rules
from tradelane.domain.papers import OriginLine, OriginStatement
from tradelane.domain.place_names import country


def render(statement: OriginStatement, fonts: FontSource | None = None) -> bytes:
    """The statement as PDF, to be signed by hand; the same statement gives the same bytes. Raises MissingGlyph."""
    rules = origin_rules()
    form = Form(
        Pad(load(fonts), f"Origin statement {statement.number}"),
        "CERTIFICATE OF ORIGIN",
        "원산지증명서 · CERTIFICADO DE ORIGEN",
        Running(foot=f"{statement.number}  ·  {statement.data_version}", over=f"No. {statement.number}"),
        corner=statement.number,
        over="Korea–Chile FTA\nSelf-certified by the exporter\n수출자 자율발급",
    )
    form.boxes(*_parties(statement, rules))
    form.y += 6
    form.begin_table(_columns(rules))
    for line in statement.lines:
        form.row(_cells(line))
    form.end_table()
    form.y += 6
    for letter in dict.fromkeys(line.criterion for line in statement.lines):
        form.small_print(f"Criterion {letter}: {rules.criterion(letter).words}")
    form.y += 6
    title = rules.fields["certification"]
    form.signature(
        _signer(statement),
        f"{statement.signed_on:%Y-%m-%d}",
        rules.certification,
        label=f"{title.number}. {title.english}  {title.korean}  {title.spanish}",
    )
    form.band(
        [
            cell("Date of signature", "서명일자", "Fecha de firma", f"{statement.signed_on:%Y-%m-%d}"),
            cell("Valid until", "유효기간", "Válido hasta", f"{statement.valid_until:%Y-%m-%d}"),
            cell("Authority of the signer", "서명권한", "Facultad del firmante", statement.signer_authority, share=2),
        ]
    )
    return form.finish()


def _parties(statement: OriginStatement, rules: OriginRules) -> tuple[list[list[Cell]], list[list[Cell]]]:
    fields = rules.fields
    first, last = statement.blanket_from, statement.blanket_to
    period = (
        f"From {first:%Y-%m-%d} to {last:%Y-%m-%d}" if first and last else "Single shipment / Envío único (1회 선적)"
    )
    producers = dict.fromkeys(
        "Same as exporter / Igual al exportador" if line.exporter_produces else line.producer
        for line in statement.lines
    )
    left = [
        [party_cell(*_title(fields["exporter"]), statement.exporter)],
        [cell(*_title(fields["producer"]), *producers)],
    ]
    declared = ", ".join(number.printed for number in statement.declarations)
    right = [
        [cell(*_title(fields["blanket"]), period)],
        [party_cell(*_title(fields["importer"]), statement.importer)],
        [
            cell("Invoice No.", "송장번호", "N° factura", statement.invoice_number, share=0.75),
            cell("Export declaration No.", "수출신고번호", "N° decl. export.", declared),
        ],
    ]
    return left, right


def _columns(rules: OriginRules) -> tuple[Column, ...]:
    widths: tuple[tuple[str, float, Align], ...] = (
        ("description", 203.28, "left"),
        ("hs", 58, "centre"),
        ("criterion", 62, "centre"),
        ("is_producer", 58, "centre"),
        ("rvc", 68, "centre"),
        ("origin", 74, "left"),
    )
    columns = []
    for name, width, align in widths:
        title, korean, spanish = _title(rules.fields[name])
        columns.append(Column(title, korean, width, align, spanish))
    return tuple(columns)


def _cells(line: OriginLine) -> list[list[Styled]]:
    return [
        [(line.description, BODY), (f"{line.quantity:,} {line.unit}  ·  {line.sku}", FINE)],
        [(heading(line.hs_code), BODY)],
        [(line.criterion, STRONG)],
        [("YES" if line.exporter_produces else "NO", BODY)],
        [(line.regional_value or "—", BODY)],
        [(line.origin.printed, SMALL), (country(line.origin, "es"), FINE)],
    ]


def _signer(statement: OriginStatement) -> list[Styled]:
    return [(statement.exporter.name, SMALL), (f"{statement.signer_name}, {statement.signer_title}", STRONG)]


def _title(field: Field) -> tuple[str, str, str]:
    return (f"{field.number}. {field.english}", field.korean, field.spanish)

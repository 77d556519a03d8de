"""What a customs broker (관세사) gets who keys or loads our declarations: a spreadsheet, a flat file and a mail."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from tradelane.documents.broker_records import flat, printable
from tradelane.domain.catalogue import Broker
from tradelane.domain.declaration_boxes import BOXES
from tradelane.domain.export_declaration import ExportDeclaration
from tradelane.domain.papers import LEFT_EMPTY, NOT_CONFIRMED, Entry, Worksheet
from tradelane.domain.paperwork import worksheet
from tradelane.domain.paperwork.worksheet import ROUTES, kilograms, orders, settlement

__all__ = ["flat", "mail", "xlsx"]

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first instant a zip can name."""
_WRITTEN = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")


def xlsx(declarations: Sequence[ExportDeclaration], day: date) -> bytes:
    """A workbook: one sheet with a row for each declaration, one with a row for each line (란), one with remarks.

    It holds no formulas, and codes that no source confirms bear the mark they have on the worksheet. The same declarations and day give the same bytes. Columns carry the box numbers of the printed form.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    sheets = [worksheet(declaration, day) for declaration in declarations]
    book = Workbook()
    once = book.active
    assert once is not None
    once.title = "신고서"
    lines = book.create_sheet("란")
    tables = (
        (once, (*range(1, 27), *range(44, 58)), [(sheet, (*sheet.head, *sheet.foot), "") for sheet in sheets]),
        (
            lines,
            tuple(range(27, 44)),
            [(sheet, line.entries, f"{line.number:03d}") for sheet in sheets for line in sheet.lines],
        ),
    )
    for target, boxes, rows in tables:
        titles = ["참조번호", "란", *(f"{box} {BOXES[box][0]}" for box in boxes)]
        for row, texts in enumerate([titles, *(_row(*one) for one in rows)], start=1):
            for column, text in enumerate(texts, start=1):
                cell = target.cell(row, column, printable(text, f"column {titles[column - 1]}"))
                cell.data_type = "s"  # text, so that "=1+1" in a description is no formula
                cell.alignment = Alignment(vertical="top", wrap_text=True)
                if row == 1:
                    cell.font = Font(bold=True)
                    cell.fill = PatternFill("solid", start_color="E8E8E8")
        target.freeze_panes = "C2"
        for column in range(1, len(titles) + 1):
            target.column_dimensions[get_column_letter(column)].width = 12 if column == 2 else 22
    remarks = book.create_sheet("참고")
    general = [("", NOT_CONFIRMED), ("", LEFT_EMPTY)]
    for remark in (*general, *((sheet.order_no, text) for sheet in sheets for text in sheet.remarks)):
        remarks.append(remark)
    for letter, width in (("A", 22), ("B", 90)):
        remarks.column_dimensions[letter].width = width
    book.properties.creator = "tradelane"
    out = BytesIO()
    book.save(out)
    return _timeless(out.getvalue(), day)


ATTACHED: tuple[str, ...] = ("신고자료 (XLSX)", "신고자료 (MS949 텍스트)", "수출신고서 작성표 (PDF)")
"""What goes with the mail: the sheet, the flat file and the worksheet, which are drawn with it."""


def mail(declaration: ExportDeclaration, broker: Broker, day: date, *, attachments: Sequence[str] = ATTACHED) -> str:
    """A mail to the broker, ready to be sent: subject, empty line, body, in Korean.

    It holds what the declaration needs and no more of the buyer than the Latin name that stands in it.
    """
    sheet = worksheet(declaration, day)
    exporter = declaration.exporter
    facts = (
        ("참조번호", declaration.order_no),
        ("주문번호", ", ".join(orders(declaration))),
        ("신고방식", f"{sheet.route} (거래구분 {ROUTES[declaration.route][0]})"),
        ("신고희망일", f"{day:%Y-%m-%d} (당일 신고)"),
        ("수출화주", exporter.name_ko),
        ("사업자등록번호", exporter.business_registration_number.printed),
        ("통관고유부호", exporter.customs_clearance_code.printed),
        ("제조자", " / ".join(sheet.entry(3).texts)),
        ("구매자", sheet.entry(4).texts[0]),
        ("목적국", sheet.entry(13).texts[0]),
        ("물품소재지", sheet.entry(21).texts[0]),
        ("송품장부호", declaration.invoice_number),
        ("결제금액", settlement(declaration)),
        ("총신고가격(FOB)", f"₩{declaration.fob.amount:,f}"),
        ("운임 / 보험료", f"{_won(sheet, 47)} / {_won(sheet, 48)}"),
        (
            "총중량 / 총포장",
            f"{kilograms(declaration.gross_weight_g)} kg / {declaration.packages} {declaration.package_kind}",
        ),
        ("환급신청인/간이환급", sheet.entry(26).texts[0]),
    )
    goods = [
        f"  {line.number:03d}  {line.entry(35).texts[0]}  {line.entry(28).texts[0]}  {line.entry(32).texts[0]}  "
        f"{line.entry(34).texts[0]}"
        for line in sheet.lines
    ]
    attached = [f"첨부: {', '.join(attachments)}", ""] if attachments else []
    return "\n".join(
        [
            f"제목: [수출신고 의뢰] {exporter.name_ko} {declaration.order_no}",
            "",
            f"{broker.name} {broker.contact}".strip() + " 귀하",
            "",
            "아래 물품의 수출신고를 의뢰드립니다.",
            "",
            *(f"- {name}: {value}" for name, value in facts),
            "- 품목",
            *goods,
            "",
            *((*(f"※ {remark}" for remark in sheet.remarks), "") if sheet.remarks else ()),
            *attached,
            "수리 후 다음 사항을 회신해 주십시오.",
            "  1) 수출신고번호  2) 수리일시  3) 적재의무기한  4) 수출신고필증 PDF (견본이 아닌 정본)",
            "오류통보나 검사 선별 시에도 사유를 알려 주십시오.",
            "같은 참조번호로 두 번 신고되지 않도록 확인 부탁드립니다.",
            "",
            f"{exporter.name_ko} ({exporter.phone})",
            "",
        ]
    )


def _row(sheet: Worksheet, entries: Sequence[Entry], line: str) -> list[str]:
    return [sheet.order_no, line, *("\n".join(entry.marked) for entry in entries)]


def _won(sheet: Worksheet, box: int) -> str:
    texts = sheet.entry(box).texts
    return f"₩{texts[0]}" if texts else "-"


def _timeless(content: bytes, day: date) -> bytes:
    """The same workbook without the clock: members dated 1980, the book written on the declaration's day."""
    written = datetime(day.year, day.month, day.day, tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    out = BytesIO()
    with ZipFile(BytesIO(content)) as source, ZipFile(out, "w", ZIP_DEFLATED) as target:
        for name in sorted(source.namelist()):
            data = source.read(name)
            if name == "docProps/core.xml":
                data = _WRITTEN.sub(rb"\g<1>" + written + rb"\g<3>", data)
            member = ZipInfo(name, _EPOCH)
            member.compress_type = ZIP_DEFLATED
            target.writestr(member, data)
    return out.getvalue()

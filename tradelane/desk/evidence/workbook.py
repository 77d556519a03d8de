"""The summary an accountant works with: `summary.xlsx`, in the shape of the form 수출실적명세서, with values and no formulas.

The columns of the form come first, in its order (the form's numbering is not repeated: it changed over the years); what
helps to find the papers follows. No sheet names the buyer. The file is made anew to the same bytes each time.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any, cast

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from tradelane.desk.evidence.archive import CHUNK, STAMP
from tradelane.desk.evidence.gathering import Export, Gathered, Missing, Sum
from tradelane.domain.money import minor_digits

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

Value = str | int | Decimal | date | None

COLUMNS: tuple[tuple[str, str, int], ...] = (
    ("일련번호", "No.", 8),
    ("수출신고번호", "Export declaration no.", 20),
    ("선(기)적일자", "Loaded on", 13),
    ("통화코드", "Currency", 9),
    ("환율", "Base rate (KRW for 1)", 14),
    ("외화금액", "Foreign amount", 16),
    ("원화금액", "Amount in KRW", 16),
    ("주문번호", "Order", 19),
    ("목적국", "Buyer's country", 10),
    ("송품장부호", "Invoice", 20),
    ("운송장번호", "Waybill", 16),
    ("인도조건", "Terms", 9),
    ("신고가격(FOB)", "FOB customs value (KRW)", 18),
    ("관세환율", "Customs rate (KRW for 1)", 14),
    ("비고", "Remarks", 46),
)
IN_KOREAN: dict[str, str] = {
    "base_rate": "기준환율 없음",
    "certificate": "수출신고필증 없음",
    "certificate_unread": "수출신고필증 스캔본 (육안 확인만)",
    "paper": "서류 없음",
    "origin_record": "원산지 서명자·근거 기록 없음",
    "origin_unsigned": "서명된 원산지 서류 없음",
    "destination": "목적국 미상",
    "waybill": "운송장번호 미상",
    "not_evidence": "취하 또는 수리취소, 증빙 아님",
    "not_loaded": "수리 후 선적 미확인, 집계 제외",
    "partly_loaded": "일부만 선적, 집계 제외",
    "counted_once": "신고번호 중복, 한 번만 집계",
    "loading_day": "선적일 미상",
}
"""What a summary says in Korean of each kind of gap."""
EXPORTS, TOTALS, LISTED, MISSING = "수출실적명세서", "통화별 합계", "목록통관", "확인 필요"
_HEAD = PatternFill("solid", fgColor="DDE6EE")
_GAP = PatternFill("solid", fgColor="FFF2CC")
_LINE = Border(bottom=Side(style="thin", color="8A99A6"))
_WON, _DAY, _TEXT = "#,##0", "yyyy-mm-dd", "@"
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")


@dataclass
class _Added:
    """What the rows of the first sheet add up to, counted as they are written."""

    rows: int = 0
    won: Decimal = Decimal(0)
    fob: Decimal = Decimal(0)


class Summary:
    """The workbook being written, row by row; `finished` gives the file. Left before that, nothing of it stays."""

    def __init__(self, gathered: Gathered) -> None:
        self._gathered = gathered
        self._book = Workbook(write_only=True)
        self._exports = self._sheet(EXPORTS, [width for _, _, width in COLUMNS], frozen="C6")
        self._listed = self._sheet(LISTED, [width for _, _, width in COLUMNS], frozen="C6")
        self._title(self._exports, "수출실적명세서 Statement of exports")
        self._title(
            self._listed, "목록통관 수출 (수출신고번호 없음) Exports on the carrier's list, without a declaration"
        )
        self._head(self._exports)
        self._head(self._listed)
        self._counted = {True: _Added(), False: _Added()}

    def __enter__(self) -> Summary:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            return
        for sheet in self._book.worksheets:  # the rows so far lie in files of their own
            half: Any = sheet
            half.close()
            if half._writer is not None:
                half._writer.cleanup()

    def add(self, export: Export) -> None:
        """Write one export into the sheet it belongs to."""
        record, valued, count = export.record, export.valued, self._counted[export.declared]
        sheet = self._exports if export.declared else self._listed
        count.rows += 1
        count.won += valued.won.amount if valued.won is not None else 0
        count.fob += record.fob_krw.amount
        foreign = record.payment.currency != "KRW"
        lacks = "; ".join(_in_both(one) for one in export.missing)
        sheet.append(
            [
                self._cell(sheet, count.rows),
                self._cell(sheet, export.number),
                self._cell(sheet, record.loaded_on),
                self._cell(sheet, record.payment.currency),
                self._rate(sheet, valued.rate.krw_per_unit if valued.rate else None, gap=valued.missing_rate),
                self._amount(sheet, record.payment.amount, record.payment.currency) if foreign else None,
                self._cell(sheet, valued.won.amount if valued.won else None, form=_WON, gap=valued.missing_rate),
                self._cell(sheet, str(record.order_id)),
                self._cell(sheet, record.destination, gap=not record.destination),
                self._cell(sheet, record.invoice_number),
                self._cell(sheet, record.waybill or "", gap=record.waybill is None),
                self._cell(sheet, record.incoterm),
                self._cell(sheet, record.fob_krw.amount, form=_WON),
                self._rate(sheet, record.rate),
                self._cell(sheet, lacks, gap=bool(lacks)),
            ]
        )

    @contextmanager
    def finished(
        self, totals: Sequence[Sum], listed: Sequence[Sum], missing: Iterable[Missing]
    ) -> Iterator[Iterator[bytes]]:
        """Write what follows the rows, and give the file piece by piece; it is gone when this is left.

        Raises:
            ValueError: the totals are not those of the rows that were written.
        """
        self._foot(self._exports, self._counted[True])
        self._foot(self._listed, self._counted[False])
        self._check(self._counted[True], totals)
        self._check(self._counted[False], listed)
        self._totals(totals, listed)
        self._missing(missing)
        with tempfile.TemporaryFile() as written, tempfile.TemporaryFile() as settled:
            self._book.save(written)
            _settle(written, settled)
            settled.seek(0)
            yield iter(lambda: settled.read(CHUNK), b"")

    def _check(self, count: _Added, sums: Sequence[Sum]) -> None:
        rows = sum(one.count for one in sums)
        won, fob = sum((one.won.amount for one in sums), Decimal(0)), sum((one.fob.amount for one in sums), Decimal(0))
        if (rows, won, fob) != (count.rows, count.won, count.fob):
            raise ValueError(
                f"The rows of the summary make {count.rows} exports, {count.won} won and {count.fob} won FOB, "
                f"but the totals {rows}, {won} and {fob}."
            )

    def _sheet(self, title: str, widths: Sequence[int], frozen: str = "A2") -> WriteOnlyWorksheet:
        sheet: Any = self._book.create_sheet(title)  # its stubs leave out what both kinds of sheets inherit
        for place, width in enumerate(widths, start=1):
            sheet.column_dimensions[get_column_letter(place)].width = width
        sheet.freeze_panes = frozen
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        return cast("WriteOnlyWorksheet", sheet)

    def _title(self, sheet: WriteOnlyWorksheet, words: str) -> None:
        exporter, period = self._gathered.exporter, self._gathered.period
        number = exporter.business_registration_number.printed
        sheet.append([self._cell(sheet, words, bold=True)])
        sheet.append([self._cell(sheet, f"상호 Exporter: {exporter.name_ko} / {exporter.name_en}")])
        sheet.append(
            [
                self._cell(
                    sheet,
                    f"사업자등록번호 Business registration no.: {number}   "
                    f"거래기간 Period: {period.first} ~ {period.last} ({period.name})",
                )
            ]
        )

    def _head(self, sheet: WriteOnlyWorksheet) -> None:
        for language in (0, 1):
            sheet.append([self._cell(sheet, column[language], bold=True, head=True) for column in COLUMNS])

    def _foot(self, sheet: WriteOnlyWorksheet, count: _Added) -> None:
        row: list[object] = [None] * len(COLUMNS)
        row[1] = self._cell(sheet, f"합계 Total: {count.rows}", bold=True)
        row[6] = self._cell(sheet, count.won, form=_WON, bold=True)
        row[12] = self._cell(sheet, count.fob, form=_WON, bold=True)
        sheet.append(row)

    def _totals(self, totals: Sequence[Sum], listed: Sequence[Sum]) -> None:
        sheet = self._sheet(TOTALS, (30, 9, 8, 18, 18, 20, 24))
        heads = (
            ("구분", "Sheet"), ("통화코드", "Currency"), ("건수", "Count"), ("외화금액", "Foreign amount"),
            ("원화금액", "Amount in KRW"), ("신고가격(FOB)", "FOB (KRW)"), ("환율 없는 건수", "Rows without a rate"),
        )  # fmt: skip
        sheet.append([self._cell(sheet, f"{korean} {english}", bold=True, head=True) for korean, english in heads])
        for name, sums in ((EXPORTS, totals), (LISTED, listed)):
            for one in sums:
                currency = one.payment.currency
                sheet.append(
                    [
                        self._cell(sheet, name),
                        self._cell(sheet, currency),
                        self._cell(sheet, one.count),
                        self._amount(sheet, one.payment.amount, currency) if currency != "KRW" else None,
                        self._cell(sheet, one.won.amount, form=_WON, gap=bool(one.unvalued)),
                        self._cell(sheet, one.fob.amount, form=_WON),
                        self._cell(sheet, one.unvalued, gap=bool(one.unvalued)),
                    ]
                )

    def _missing(self, missing: Iterable[Missing]) -> None:
        sheet = self._sheet(MISSING, (20, 22, 20, 70, 60))
        heads = ("주문번호 Order", "수출신고번호 Declaration", "구분 Kind", "내용 What is missing", "조치 How to mend")
        sheet.append([self._cell(sheet, head, bold=True, head=True) for head in heads])
        for one in missing:
            values = (one.order_id, one.number, one.what, _in_both(one), one.mend)
            sheet.append([self._cell(sheet, value, gap=one.blocks) for value in values])

    def _amount(self, sheet: WriteOnlyWorksheet, amount: Decimal, currency: str) -> Cell:
        digits = max(minor_digits(currency), _decimals(amount))
        return self._cell(sheet, amount, form="#,##0" + ("." + "0" * digits if digits else ""))

    def _rate(self, sheet: WriteOnlyWorksheet, rate: Decimal | None, *, gap: bool = False) -> Cell:
        digits = max(2, _decimals(rate)) if rate is not None else 2
        return self._cell(sheet, rate, form="#,##0." + "0" * digits, gap=gap)

    @staticmethod
    def _cell(
        sheet: WriteOnlyWorksheet,
        value: Value,
        *,
        form: str = "",
        bold: bool = False,
        head: bool = False,
        gap: bool = False,
    ) -> Cell:
        text = isinstance(value, str)
        cell = WriteOnlyCell(sheet)
        cell.value = _UNPRINTABLE.sub("?", value) if isinstance(value, str) else value
        if text:
            cell.data_type = "s"  # a text that begins with = stays a text
        cell.number_format = form or (_DAY if isinstance(value, date) else _TEXT if text else "0")
        if bold:
            cell.font = Font(bold=True)
        if head:
            cell.fill, cell.border = _HEAD, _LINE
            cell.alignment = Alignment(wrap_text=True, vertical="center")
        elif gap:
            cell.fill = _GAP
        return cell


def _in_both(missing: Missing) -> str:
    """What is missing in Korean, for the accountant, then as the desk reads it."""
    korean = IN_KOREAN.get(missing.what)
    return f"{korean}: {missing.words}" if korean else missing.words


def _decimals(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _settle(written: IO[bytes], settled: IO[bytes]) -> None:
    """Copy a workbook without its instants: the same rows give the same bytes."""
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist(), key=lambda one: (one != "[Content_Types].xml", one)):
            info = zipfile.ZipInfo(name, STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o600 << 16
            with source.open(name) as member, target.open(info, "w") as copy:
                if name == "docProps/core.xml":
                    copy.write(_MODIFIED.sub(rb"\g<1>1980-01-01T00:00:00Z", member.read()))
                else:
                    while chunk := member.read(CHUNK):
                        copy.write(chunk)

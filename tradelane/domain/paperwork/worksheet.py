"""What each of the 57 boxes says, from a declaration that was drawn up.

Sources: korea-export 1.3 (identifiers), 1.4 (boxes), 1.6 (code values with how certain each is), 1.7 (money). Codes that
no source confirms are marked, so that whoever keys looks them up first.
"""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict

from tradelane.domain.catalogue import UNKNOWN_MAKER, UNKNOWN_MAKER_NAMES, Drawback, FilingChannel
from tradelane.domain.export_declaration import DeclarationLine, ExportDeclaration
from tradelane.domain.export_route import ExportRoute
from tradelane.domain.money import Money
from tradelane.domain.papers.worksheet import Entry, Worksheet, WorksheetLine
from tradelane.domain.place_names import country
from tradelane.domain.transliteration import to_ascii

ROUTES = {
    ExportRoute.FORMAL: ("11", "일반형태 수출", "정식 수출신고"),
    ExportRoute.SIMPLIFIED: ("15", "전자상거래 수출", "전자상거래 간이수출신고"),
    ExportRoute.LIST_CONVERSION: ("15", "전자상거래 수출", "수출목록 변환신고"),
}
"""Route -> code and words of 거래구분, and the name of the route."""


class WorksheetCodes(BaseModel):
    """Boxes that no order tells: how the lane is paid and leaves Korea."""

    model_config = ConfigDict(frozen=True)

    payment_type: str = "GO"
    """결제방법: GO is other *paid* (기타 유상); free of charge is GN."""
    loading_port: str = "KRICN"
    """UN/LOCODE: KRICN is Incheon airport, KRINC the sea port."""
    transport: str = "40-ETC"


def worksheet(declaration: ExportDeclaration, day: date, codes: WorksheetCodes | None = None) -> Worksheet:
    """The worksheet of one declaration, dated the Korean day it is to be filed on.

    Raises:
        ValueError: list clearance, which has no declaration to key, or a name that cannot be written in ASCII.
    """
    if declaration.route not in ROUTES:
        raise ValueError(f"Declaration {declaration.order_no} leaves by the carrier's list: there is nothing to key.")
    return Worksheet(
        order_no=declaration.order_no,
        date=day,
        route=ROUTES[declaration.route][2],
        why=declaration.why,
        head=_head(declaration, day, codes or WorksheetCodes()),
        lines=tuple(_line(line, declaration) for line in declaration.lines),
        foot=_foot(declaration),
    )


def latin(text: str, field: str) -> str:
    """A text in the letters that buyer and goods boxes take; ValueError names the field when it has other ones."""
    try:
        return to_ascii(text)
    except ValueError as wrong:
        raise ValueError(f"{field} takes Latin letters only: {wrong}") from wrong


def maker(declaration: ExportDeclaration) -> tuple[str, str, str, bool]:
    """Box 3 and 수출자구분: maker's name, customs id, kind of exporter, and whether the kind is only from memory.

    Goods of several makers, or of one that nobody knows, are declared as made by an unknown one.
    """
    makers = {(line.item.maker_name or "", line.item.maker_customs_id or "") for line in declaration.lines}
    name, code = makers.pop() if len(makers) == 1 else ("", "")
    if not name or name.strip() in UNKNOWN_MAKER_NAMES or not code or code == UNKNOWN_MAKER:
        return ("미상", UNKNOWN_MAKER, "C", True)
    if code == declaration.exporter.customs_clearance_code:
        return (name, code, "A", False)
    return (name, code, "C", True)


def declarant(declaration: ExportDeclaration) -> tuple[str, str]:
    """Box 1: who files and its code: the exporter's broker where it has given the work to one, else itself."""
    exporter = declaration.exporter
    if exporter.channel is FilingChannel.BROKER and exporter.broker is not None:
        return exporter.broker.name, str(exporter.broker.declarant_code)
    return exporter.name_ko, str(exporter.declarant_code)


def simplified_drawback(declaration: ExportDeclaration) -> bool:
    """Whether box 26 asks for the simplified drawback (AD): the exporter wants it and the maker is known."""
    return declaration.exporter.drawback is Drawback.SIMPLIFIED and maker(declaration)[1] != UNKNOWN_MAKER


def kilograms(grams: int) -> str:
    """Grams as kilograms, all three decimals."""
    return f"{grams // 1000}.{grams % 1000:03d}"


def settlement(declaration: ExportDeclaration) -> str:
    """Box 49: incoterm, currency and the amount of the contract."""
    return f"{declaration.incoterm}-{declaration.amount.currency}-{declaration.amount.amount:,f}"


def _head(declaration: ExportDeclaration, day: date, codes: WorksheetCodes) -> tuple[Entry, ...]:
    exporter = declaration.exporter
    filer, filer_code = declarant(declaration)
    maker_name, maker_code, kind, from_memory = maker(declaration)
    transaction, words, _ = ROUTES[declaration.route]
    drawback = simplified_drawback(declaration)
    applicant = f"{exporter.drawback_applicant} ({'수출화주' if exporter.drawback_applicant == '1' else '제조자'})"
    said: dict[int, Entry] = {
        1: _said(1, f"{filer} ({filer_code})"),
        2: _said(
            2,
            exporter.name_ko,
            f"통관고유부호 {exporter.customs_clearance_code} / 수출자구분 {kind}",
            f"주소 {exporter.address_ko} ({exporter.postcode})",
            f"대표자 {exporter.representative_ko} / 사업자등록번호 {exporter.business_registration_number.printed}",
            uncertain=from_memory,
        ),
        3: _said(3, maker_name, f"통관고유부호 {maker_code}"),
        4: _said(4, latin(declaration.buyer_name, "Buyer (구매자)"), "구매자부호 —"),
        6: _said(6, f"{exporter.customs_office}-{exporter.customs_division}"),
        7: _said(7, f"{day:%Y/%m/%d}"),
        8: _said(8, "H 일반P/L", uncertain=True),
        10: _said(10, f"{transaction} {words}"),
        11: _said(11, "A 일반수출", uncertain=True),
        12: _said(12, codes.payment_type, uncertain=True),
        13: _said(13, f"{declaration.destination} {country(declaration.destination, 'ko')}"),
        14: _said(14, codes.loading_port),
        19: _said(19, codes.transport, uncertain=True),
        21: _said(21, f"{exporter.goods_location_postcode} {exporter.goods_location_ko}"),
        23: _said(23, "N 신품", uncertain=True),
        26: _said(26, f"{applicant} / {'AD' if drawback else 'NO'}", uncertain=drawback),
    }
    return tuple(said.get(box, _said(box)) for box in range(1, 27))


def _line(line: DeclarationLine, declaration: ExportDeclaration) -> WorksheetLine:
    item = line.item
    name = latin(item.description_en, f"Goods of SKU {item.sku} (품명)")
    amount = item.amount.currency
    packages = f"{declaration.packages} {declaration.package_kind}"
    said: dict[int, Entry] = {
        27: _said(27, name),
        28: _said(28, name),
        29: _said(29, latin(item.brand_name, f"Brand of SKU {item.sku} (상표명)") if item.brand_name else "NO"),
        30: _said(30, f"NO.01 {name} ({item.sku})"),
        31: _said(31, item.composition),
        32: _said(32, f"{item.quantity:,} (EA)"),
        33: _said(33, f"{line.unit_payment.amount:,f} ({amount})"),
        34: _said(34, f"{line.payment.amount:,f} ({amount})"),
        35: _said(35, item.hsk.printed),
        36: _said(36, f"{kilograms(item.net_weight_total_g)} (KG)"),
        38: _said(38, f"₩{line.fob_krw.amount:,f}{_dollars(item.amount, declaration)}"),
        39: _said(39, declaration.invoice_number),
        41: _said(41, f"{item.origin}---", uncertain=True),
        42: _said(42, packages if line.number == 1 else ""),
        43: _said(43, *(permit.strip() for permit in item.permits.split(";") if permit.strip())),
    }
    return WorksheetLine(number=line.number, entries=tuple(said.get(box, _said(box)) for box in range(27, 44)))


def _foot(declaration: ExportDeclaration) -> tuple[Entry, ...]:
    freight, insurance = declaration.freight, declaration.insurance
    said: dict[int, Entry] = {
        44: _said(44, f"{kilograms(declaration.gross_weight_g)} (KG)"),
        45: _said(45, f"{declaration.packages} ({declaration.package_kind})"),
        46: _said(46, f"₩{declaration.fob.amount:,f}{_dollars(declaration.amount, declaration)}"),
        47: _said(47, f"{freight.amount:,f}" if freight is not None else ""),
        48: _said(48, f"{insurance.amount:,f}" if insurance is not None else ""),
        49: _said(49, settlement(declaration)),
        52: _said(
            52,
            f"주문번호 {declaration.order_no}",
            f"적용환율 {declaration.rate.krw_per_unit:f} {declaration.rate.currency} ({declaration.rate.valid_from:%Y/%m/%d}~)",
        ),
    }
    return tuple(said.get(box, _said(box)) for box in range(44, 58))


def _dollars(amount: Money, declaration: ExportDeclaration) -> str:
    """The same in dollars, where the sale was in dollars and the price holds no carriage."""
    return f"  /  ${amount.amount:,f}" if amount.currency == "USD" and declaration.freight is None else ""


def _said(box: int, *texts: str, uncertain: bool = False) -> Entry:
    return Entry(box=box, texts=tuple(text for text in texts if text), uncertain=uncertain)

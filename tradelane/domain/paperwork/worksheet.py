"""What each of the 57 boxes says, from a declaration that was drawn up.

Sources: korea-export 1.3 (identifiers), 1.4 (boxes), 1.6 (code values with how certain each is), 1.7 (money). Codes that
no source confirms are marked, so that whoever keys looks them up first.

Box 27 stays empty: the standard name is that of the HSK, which the declaring program writes; we have none, and the trade
name of box 28 is another thing.

Each item is a 란 of its own, also where items agree in HSK, trade name, brand and origin and could be rows of one. Won
are cut for each 란 (1.7), and a declaration's total is the sum of items that were cut one by one, as KTNET takes them. A
program cuts a 란 of several rows once, so its total could be a won more for each further row than what is kept, compared
with the acceptance and put in evidence. Whoever merges such 란 when keying reports the total that customs accepted.
"""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict

from tradelane.domain.catalogue import UNKNOWN_MAKER, UNKNOWN_MAKER_NAMES, Drawback, Exporter, FilingChannel
from tradelane.domain.consignment import ConsignmentItem
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


APPLICANTS = {"1": "1 (수출화주)", "2": "2 (제조자)", "": "—"}
"""환급신청인 by its code."""


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
        ValueError: list clearance, which has no declaration to key; a name that cannot be written in ASCII; a claim of
            preferential origin while the maker would be declared as unknown.
    """
    if declaration.route not in ROUTES:
        raise ValueError(f"Declaration {declaration.order_no} leaves by the carrier's list: there is nothing to key.")
    claimed = [line.item.sku for line in declaration.lines if line.item.preference]
    if claimed and maker(declaration)[1] == UNKNOWN_MAKER:
        raise ValueError(
            f"Declaration {declaration.order_no} would name an unknown maker ({UNKNOWN_MAKER}) while Korea-Chile "
            f"preference is claimed for SKU {', '.join(claimed[:5])}: give all its goods one maker with its customs "
            "clearance code, or take the claim off."
        )
    return Worksheet(
        order_no=declaration.order_no,
        date=day,
        route=ROUTES[declaration.route][2],
        why=declaration.why,
        remarks=_remarks(declaration),
        head=_head(declaration, day, codes or WorksheetCodes()),
        lines=tuple(_line(line, declaration) for line in declaration.lines),
        foot=_foot(declaration),
    )


def buyer(declaration: ExportDeclaration) -> str:
    """Box 4 in the letters it takes. Raises ValueError, which never repeats a letter of the name: it is a person's."""
    try:
        return to_ascii(declaration.buyer_name)
    except ValueError:
        words = "Buyer (구매자) takes Latin letters only: amend consignee.name."
    raise ValueError(words)


def latin(text: str, field: str) -> str:
    """A text in the letters that goods boxes take; ValueError names the field and the letters when it has other ones."""
    try:
        return to_ascii(text)
    except ValueError as wrong:
        raise ValueError(f"{field} takes Latin letters only: {wrong}") from wrong


def maker(declaration: ExportDeclaration) -> tuple[str, str, str, bool]:
    """Box 3 and 수출자구분: maker's name, customs id, kind of exporter, and whether the kind is only from memory.

    Goods of several makers, or of one that nobody knows, are declared as made by an unknown one. Goods that bear the
    exporter's own name as their maker, or its customs id, are its own.
    """
    makers = {_maker_of(line.item, declaration.exporter) for line in declaration.lines}
    name, code = makers.pop() if len(makers) == 1 else ("", "")
    if not name or name in UNKNOWN_MAKER_NAMES or not code or code == UNKNOWN_MAKER:
        return ("미상", UNKNOWN_MAKER, "C", True)
    if code == declaration.exporter.customs_clearance_code:
        return (name, code, "A", False)
    return (name, code, "C", True)


def _maker_of(item: ConsignmentItem, exporter: Exporter) -> tuple[str, str]:
    name, code = (item.maker_name or "").strip(), str(item.maker_customs_id or "")
    own = str(exporter.customs_clearance_code)
    if code == own or (not code and name in (exporter.name_ko, exporter.name_en)):
        return exporter.name_ko, own
    return name, code


def _made_at(declaration: ExportDeclaration) -> str:
    """The postcode of box 3: the exporter's for its own goods and an unknown maker's; of another maker nobody has told it."""
    own, code = declaration.exporter, maker(declaration)[1]
    return f"{own.postcode} (수출화주 주소)" if code in (own.customs_clearance_code, UNKNOWN_MAKER) else "—"


def declarant(declaration: ExportDeclaration) -> tuple[str, str]:
    """Box 1: who files and its code: the exporter's broker where it has given the work to one, else itself."""
    exporter = declaration.exporter
    if exporter.channel is FilingChannel.BROKER and exporter.broker is not None:
        return exporter.broker.name, str(exporter.broker.declarant_code)
    return exporter.name_ko, str(exporter.declarant_code)


def simplified_drawback(declaration: ExportDeclaration) -> bool:
    """Whether box 26 asks for the simplified drawback (AD): the exporter wants it and the maker is known."""
    return declaration.exporter.drawback is Drawback.SIMPLIFIED and maker(declaration)[1] != UNKNOWN_MAKER


def drawback_applicant(declaration: ExportDeclaration) -> str:
    """Box 26, 환급신청인: 1 the exporter, 2 the maker; empty where that is a maker nobody knows."""
    applicant = declaration.exporter.drawback_applicant
    return "" if applicant == "2" and maker(declaration)[1] == UNKNOWN_MAKER else applicant


def orders(declaration: ExportDeclaration) -> tuple[str, ...]:
    """The marketplace's orders (주문번호), each once; a converted list must name them (korea-export 1.2)."""
    return tuple(dict.fromkeys(str(line.item.order_id) for line in declaration.lines))


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
    applicant = APPLICANTS[drawback_applicant(declaration)]
    said: dict[int, Entry] = {
        1: _said(1, f"{filer} ({filer_code})"),
        2: _said(
            2,
            exporter.name_ko,
            f"통관고유부호 {exporter.customs_clearance_code}",
            f"수출자구분 {kind}",
            f"주소 {exporter.address_ko} ({exporter.postcode})",
            f"대표자 {exporter.representative_ko} / 사업자등록번호 {exporter.business_registration_number.printed}",
            uncertain=from_memory,
            at=2,
        ),
        3: _said(
            3,
            maker_name,
            f"통관고유부호 {maker_code}",
            f"제조장소 우편번호 {_made_at(declaration)} / 산업단지부호 —",
            uncertain=True,
            at=2,
        ),
        4: _said(4, buyer(declaration), "구매자부호 —"),
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
    agreement = f"한-칠레 FTA 원산지증명 자율발급 ({item.preference})" if item.preference else ""
    said: dict[int, Entry] = {
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
        41: _said(41, f"{item.origin}---", agreement, uncertain=True),
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
            f"참조번호 {declaration.order_no}",
            f"주문번호 {', '.join(orders(declaration))}",
            f"적용환율 {declaration.rate.krw_per_unit:f} {declaration.rate.currency} ({declaration.rate.valid_from:%Y/%m/%d}~)",
        ),
    }
    return tuple(said.get(box, _said(box)) for box in range(44, 58))


def _dollars(amount: Money, declaration: ExportDeclaration) -> str:
    """The same in dollars, where the sale was in dollars and the price holds no carriage."""
    return f"  /  ${amount.amount:,f}" if amount.currency == "USD" and declaration.freight is None else ""


def _remarks(declaration: ExportDeclaration) -> tuple[str, ...]:
    """What the boxes cannot say and whoever keys must know."""
    said = []
    if declaration.exporter.drawback is Drawback.SIMPLIFIED and not simplified_drawback(declaration):
        said.append(
            "수출화주는 간이환급을 희망하나 제조자가 미상이므로 간이환급을 NO로 적었습니다. 제조자를 확인하십시오."
        )
    if declaration.route is ExportRoute.LIST_CONVERSION:
        back = "신청" if simplified_drawback(declaration) else "미신청"
        said.append(
            f"수출목록 변환신고 필수항목: 특송업체부호는 특송업체에 확인, 자동간이정액환급은 {back}, 주문번호는 52번 칸."
        )
    return tuple(said)


def _said(box: int, *texts: str, uncertain: bool = False, at: int = 0) -> Entry:
    return Entry(box=box, texts=tuple(text for text in texts if text), uncertain=uncertain, uncertain_at=at)

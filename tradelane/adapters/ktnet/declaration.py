"""The full declaration request: from what an exporter declares to KTNET's document, field by field.

Text limits are EUC-KR bytes. Names of companies and places are cut to their box, as on the printed form; what would
change its meaning when cut (identifiers, codes) is refused before it is sent, with whose data is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from tradelane.adapters.errors import Refused
from tradelane.adapters.ktnet.client import PARTY, KtnetAccess
from tradelane.domain.export_declaration import DeclarationLine, ExportDeclaration
from tradelane.domain.export_route import ExportRoute
from tradelane.domain.holds import Fault
from tradelane.domain.transliteration import cut_at_word, cut_euc_kr, euc_kr_length, to_ascii

TRANSACTION_TYPE = {ExportRoute.SIMPLIFIED: "15", ExportRoute.FORMAL: "11"}
UNKNOWN_MAKER = ("미상", "제조미상9999000")

FREIGHT_NEEDED = frozenset({"CIF", "CIP", "CFR", "CPT", "DAP", "DAT", "DDP", "DDU", "DPU", "DAF", "DEQ", "DES"})
"""Terms whose KRW freight (and mostly insurance) boxes must be filled; this lane files terms without them."""

NO_PACKAGE_KINDS = frozenset({"PK", "PT"})
"""Transport units are not package kinds since 2023-12-09."""


def document(declaration: ExportDeclaration, day: date, access: KtnetAccess) -> dict[str, Any]:
    """One entry of `DocList`.

    Raises:
        Refused: the data cannot be declared as they stand; `fault` says whose data.
    """
    exporter = declaration.exporter
    if declaration.incoterm in FREIGHT_NEEDED:
        words = f"{declaration.incoterm} needs freight and insurance in won, which this declaration does not hold."
        raise _wrong("DeliveryTermsCode", words, Fault.OURS)
    if declaration.package_kind in NO_PACKAGE_KINDS:
        words = f"{declaration.package_kind} is not a package kind since 2023-12-09; use CT or BX."
        raise _wrong("TotalPackageUnitCode", words, Fault.SELLER_DATA)
    name = _boxed(exporter.name_ko, 28, "ExportPartyCompanyName")
    head = _boxed(exporter.representative_ko, 12, "ExportPartyCeoName")
    content: dict[str, Any] = {
        "SellerPartyId": access.mall_id,
        "OrderNo": declaration.order_no,
        "AutoDeclaration": "Y",
        "RequestType": "S",
        "ApplicationCompanyName": _boxed(exporter.name_ko, 50, "ApplicationCompanyName"),
        "ApplicationId": str(exporter.declarant_code),
        "ApplicationPartyCeoName": head,
        "AgencyCompanyName": name,
        "AgencyCustomsId": str(exporter.customs_clearance_code),
        "ExportPartyCompanyName": name,
        "ExportPartyCeoName": head,
        "ExportPartyAddress": _boxed(exporter.address_ko, 150, "ExportPartyAddress"),
        "ExportPartyRegistNo": str(exporter.business_registration_number),
        "ExportPartyCustomsId": str(exporter.customs_clearance_code),
        "ExportPartyZipCode": exporter.postcode,
        **_maker(declaration),
        "BuyerPartyEngName": _buyer(declaration.buyer_name),
        "CustomsCode": exporter.customs_office,
        "CustomsDeptCode": exporter.customs_division,
        "DeclarationDate": day.strftime("%Y%m%d"),
        "DeclarationType": "H",
        "TransactionType": TRANSACTION_TYPE[declaration.route],
        "ExportType": "A",
        "PaymentTypeCode": access.payment_type,
        "DestinationCountryCode": declaration.destination,
        "LoadingLocPortCode": access.loading_port,
        "LoadingLocPortType": access.loading_port_type,
        "TransportMeansCode": access.transport_means,
        "TransportCaseCode": access.transport_case,
        "GoodsLocZipCode": exporter.goods_location_postcode,
        "GoodsLocAddress": _boxed(exporter.goods_location_ko, 70, "GoodsLocAddress"),
        "GoodsUsedCode": "N",
        "CustomsTaxRefundRequest": "NO",
        "ContainerIndicator": "N",
        "TotalPackageWeight": kilograms(declaration.gross_weight_g),
        "TotalPackageWeightUnitCode": "KG",
        "TotalPackageQuantity": str(declaration.packages),
        "TotalPackageUnitCode": declaration.package_kind,
        "TotalDeclAmountKRW": whole(declaration.fob.amount),
        "DeliveryTermsCode": declaration.incoterm,
        "PaymentCurrencyCode": declaration.amount.currency,
        "PaymentAmount": places(declaration.amount.amount, 2, "PaymentAmount"),
        "PaymentExchangeRate": places(declaration.rate.krw_per_unit, 4, "PaymentExchangeRate"),
        "ResponseTypeCode": "AB",
        "FunctionCode": "9",
        "TotalRan": str(len(declaration.lines)),
        "RanList": [_line(line, declaration) for line in declaration.lines],
    }
    if declaration.rate.currency == "USD":
        content["USDExchangeRate"] = content["PaymentExchangeRate"]
    if euc_kr_length(declaration.order_no) > 50:
        raise _wrong("OrderNo", "The filing reference is longer than 50 places.", Fault.OURS)
    return content


def _maker(declaration: ExportDeclaration) -> dict[str, str]:
    """Maker boxes: one for the whole document, so goods of several makers have none that is known.

    A maker that is the exporter makes it kind `A`; anything else is kind `C`. A maker that is known brings the
    drawback applicant, who is the exporter here.
    """
    exporter = declaration.exporter
    makers = {line.item.maker_name or "" for line in declaration.lines}
    own = {exporter.name_ko, exporter.name_en}
    if makers and makers <= own:
        return {
            "ExportPartyTypeCode": "A",
            "MakerName": _boxed(exporter.name_ko, 28, "MakerName"),
            "MakerCustomsId": str(exporter.customs_clearance_code),
            "MakerZipCode": exporter.postcode,
            "RefundCode": "1",
        }
    if len(makers) == 1 and "" not in makers:
        name = _boxed(makers.pop(), 28, "MakerName")
        return {
            "ExportPartyTypeCode": "C",
            "MakerName": name,
            "MakerZipCode": exporter.postcode,
            "RefundCode": "1",
        }
    name, code = UNKNOWN_MAKER
    return {
        "ExportPartyTypeCode": "C",
        "MakerName": name,
        "MakerCustomsId": code,
        "MakerZipCode": exporter.postcode,
    }


def _line(line: DeclarationLine, declaration: ExportDeclaration) -> dict[str, Any]:
    """One 란 with its one 모델·규격 row."""
    item = line.item
    goods = _ascii(item.description_en, 50, "GoodsDesc", Fault.SELLER_DATA)
    return {
        "RanNo": f"{line.number:03d}",
        "HSCode": str(item.hsk),
        "HSGoodsDesc": goods,
        "GoodsDesc": goods,
        "InvoiceNo": _fitting(declaration.invoice_number, 17, "InvoiceNo", Fault.OURS),
        "BrandName": _ascii(item.brand_name, 30, "BrandName", Fault.SELLER_DATA) if item.brand_name else "NO",
        "DeclAmount1": whole(line.fob_krw.amount),
        "NetWeight": kilograms(item.net_weight_total_g),
        "NetWeightUnitCode": "KG",
        "OriginCountryCode": str(item.origin),
        "AttachYN": "N",
        "ItemList": [
            {
                "ItemNo": "01",
                "ItemCode": _fitting(item.sku, 50, "ItemCode", Fault.SELLER_DATA),
                "GoodsName": _ascii(item.description_en, 300, "GoodsName", Fault.SELLER_DATA),
                "ItemQuantity": str(item.quantity),
                "ItemQuantityUnitCode": "EA",
                "UnitPrice": places(item.unit_price.amount, 6, "UnitPrice"),
                "Amount": places(item.amount.amount, 4, "Amount"),
            }
        ],
    }


def _buyer(name: str) -> str:
    """The buyer in letters, blanks, `.`, `,` and `-` only; digits and everything else go."""
    plain = re.sub(r"[^A-Za-z.,\- ]+", " ", _ascii(name, None, "BuyerPartyEngName", Fault.BUYER_DATA))
    letters = " ".join(plain.split())[:60].strip()
    if not re.search(r"[A-Za-z]", letters):
        raise _wrong("BuyerPartyEngName", "The buyer's name has no Latin letter left.", Fault.BUYER_DATA)
    return letters


def _ascii(text: str, limit: int | None, field: str, fault: Fault) -> str:
    try:
        plain = to_ascii(text)
    except ValueError as wrong:
        # the sentence would quote the text: harmless for goods, personal for a buyer
        words = "The buyer's name cannot be written in ASCII." if fault is Fault.BUYER_DATA else str(wrong)
        raise _wrong(field, words, fault) from wrong
    if not plain:
        raise _wrong(field, "The text is empty.", fault)
    return plain if limit is None else cut_at_word(plain, limit)


def _boxed(text: str, limit: int, field: str) -> str:
    """Korean text cut to its box; refused when EUC-KR cannot write it or nothing is left."""
    return _checked(lambda: cut_euc_kr(text.strip(), limit), field, Fault.SELLER_DATA)


def _fitting(text: str, limit: int, field: str, fault: Fault) -> str:
    if _checked(lambda: str(euc_kr_length(text)), field, fault) and euc_kr_length(text) > limit:
        raise _wrong(field, f"The text is longer than {limit} bytes.", fault)
    return text


def _checked(make: Callable[[], str], field: str, fault: Fault) -> str:
    try:
        text = make()
    except ValueError as wrong:
        raise _wrong(field, str(wrong), fault) from wrong
    if not text:
        raise _wrong(field, "The text is empty.", fault)
    return text


def _wrong(field: str, words: str, fault: Fault) -> Refused:
    return Refused(PARTY, "cannot_be_declared", f"{words} [{field}]", fault=fault, reason="missing_data")


def kilograms(grams: int) -> str:
    """Grams as kilograms with three decimals.

    >>> kilograms(345)
    '0.345'
    """
    return f"{Decimal(grams) / 1000:.3f}"


def places(amount: Decimal, digits: int, field: str) -> str:
    """An amount with at most so many decimals, refused rather than rounded.

    >>> places(Decimal("12.90"), 2, "PaymentAmount")
    '12.90'
    """
    exact = amount.quantize(Decimal(1).scaleb(-digits))
    if exact != amount:
        raise _wrong(field, f"An amount has more than {digits} decimals.", Fault.OURS)
    return f"{exact:f}"


def whole(amount: Decimal) -> str:
    """Won, which have no decimals."""
    return places(amount, 0, "DeclAmount1")

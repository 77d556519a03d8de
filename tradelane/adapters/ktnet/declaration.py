"""The full declaration request: from what an exporter declares to KTNET's document, field by field.

Text limits are EUC-KR bytes. Names of companies and places are cut to their box, as on the printed form; what would
change its meaning when cut (identifiers, codes) is refused before it is sent, with whose data is wrong.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from tradelane.adapters.errors import Refused
from tradelane.adapters.ktnet.boxes import ascii_text, boxed, fitting, kilograms, places, whole, wrong_data
from tradelane.adapters.ktnet.charges import charge_boxes
from tradelane.adapters.ktnet.client import PARTY, KtnetAccess
from tradelane.adapters.ktnet.maker import maker_boxes
from tradelane.domain.export_declaration import DeclarationLine, ExportDeclaration
from tradelane.domain.export_route import ExportRoute
from tradelane.domain.holds import Fault
from tradelane.domain.transliteration import euc_kr_length

TRANSACTION_TYPE = {ExportRoute.SIMPLIFIED: "15", ExportRoute.FORMAL: "11"}
"""거래구분. Lists (목록 변환신고, 목록통관) have no public interface at KTNET."""

NEW_GOODS = "N"
"""물품상태: new. `O` is *used*, whatever copied samples say."""

LONGEST_NOTICE = 500
"""EUC-KR bytes of the declarant's remarks (신고인기재란)."""

NO_PACKAGE_KINDS = frozenset({"PK", "PT"})
"""Transport units are not package kinds since 2023-12-09."""


def document(declaration: ExportDeclaration, day: date, access: KtnetAccess) -> dict[str, Any]:
    """One entry of `DocList`.

    Raises:
        Refused: the data cannot be declared as they stand; `fault` says whose data.
    """
    exporter = declaration.exporter
    if declaration.route not in TRANSACTION_TYPE:
        words = (
            f"KTNET has no public interface for {declaration.route.value.replace('_', ' ')}: a list is handed in by the "
            "carrier or a broker; choose another channel for the exporter."
        )
        raise Refused(PARTY, "no_such_route", words, fault=Fault.OURS, reason="route")
    if declaration.package_kind in NO_PACKAGE_KINDS:
        words = f"{declaration.package_kind} is not a package kind since 2023-12-09; use CT or BX."
        raise wrong_data("TotalPackageUnitCode", words, Fault.SELLER_DATA)
    name = boxed(exporter.name_ko, 28, "ExportPartyCompanyName")
    head = boxed(exporter.representative_ko, 12, "ExportPartyCeoName")
    content: dict[str, Any] = {
        "SellerPartyId": access.mall_id,
        "OrderNo": declaration.order_no,
        "AutoDeclaration": "Y",
        "RequestType": "S",
        "ApplicationCompanyName": boxed(exporter.name_ko, 50, "ApplicationCompanyName"),
        "ApplicationId": str(exporter.declarant_code),
        "ApplicationPartyCeoName": head,
        "AgencyCompanyName": name,
        "AgencyCustomsId": str(exporter.customs_clearance_code),
        "ExportPartyCompanyName": name,
        "ExportPartyCeoName": head,
        "ExportPartyAddress": boxed(exporter.address_ko, 150, "ExportPartyAddress"),
        "ExportPartyRegistNo": str(exporter.business_registration_number),
        "ExportPartyCustomsId": str(exporter.customs_clearance_code),
        "ExportPartyZipCode": exporter.postcode,
        **maker_boxes(declaration),
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
        "GoodsLocAddress": boxed(exporter.goods_location_ko, 70, "GoodsLocAddress"),
        "GoodsUsedCode": NEW_GOODS,
        "ContainerIndicator": "N",
        "TotalPackageWeight": kilograms(declaration.gross_weight_g),
        "TotalPackageWeightUnitCode": "KG",
        "TotalPackageQuantity": str(declaration.packages),
        "TotalPackageUnitCode": declaration.package_kind,
        "TotalDeclAmountKRW": whole(declaration.fob.amount),
        "DeliveryTermsCode": declaration.incoterm,
        **charge_boxes(declaration),
        "PaymentCurrencyCode": declaration.amount.currency,
        "PaymentAmount": places(declaration.amount.amount, 2, "PaymentAmount"),
        "PaymentExchangeRate": places(declaration.rate.krw_per_unit, 4, "PaymentExchangeRate"),
        "ResponseTypeCode": "AB",
        "FunctionCode": "9",
        "TotalRan": str(len(declaration.lines)),
        **_notice(declaration),
        "RanList": [_line(line, declaration) for line in declaration.lines],
    }
    if declaration.rate.currency == "USD":
        content["USDExchangeRate"] = content["PaymentExchangeRate"]
    if euc_kr_length(declaration.order_no) > 50:
        raise wrong_data("OrderNo", "The filing reference is longer than 50 places.", Fault.OURS)
    return content


def _notice(declaration: ExportDeclaration) -> dict[str, str]:
    """Papers that answer Korean export requirements, in the declarant's remarks [assumed place]; none where none.

    A remark that does not fit is refused, never cut: a paper would be missing from it.
    """
    papers = [(line.number, line.item.permits.strip()) for line in declaration.lines if line.item.permits.strip()]
    if not papers:
        return {}
    told = "; ".join(f"{number:03d} {' '.join(permits.split())}" for number, permits in papers)
    text = fitting(f"수출요건확인: {told}", LONGEST_NOTICE, "ApplicationNotice", Fault.SELLER_DATA)
    return {"ApplicationNotice": text}


def _row(line: DeclarationLine) -> dict[str, str]:
    """The 모델·규격 row, at the contract's price; its composition (성분) where the catalogue has one."""
    item = line.item
    composition = (
        {"Component": ascii_text(item.composition, 70, "Component", Fault.SELLER_DATA)}
        if item.composition.strip()
        else {}
    )
    return {
        "ItemNo": "01",
        "ItemCode": fitting(item.sku, 50, "ItemCode", Fault.SELLER_DATA),
        "GoodsName": ascii_text(item.description_en, 300, "GoodsName", Fault.SELLER_DATA),
        **composition,
        "ItemQuantity": str(item.quantity),
        "ItemQuantityUnitCode": "EA",
        "UnitPrice": places(line.unit_payment.amount, 6, "UnitPrice"),
        "Amount": places(line.payment.amount, 4, "Amount"),
    }


def _line(line: DeclarationLine, declaration: ExportDeclaration) -> dict[str, Any]:
    """One 란 with its one 모델·규격 row."""
    item = line.item
    goods = ascii_text(item.description_en, 50, "GoodsDesc", Fault.SELLER_DATA)
    return {
        "RanNo": f"{line.number:03d}",
        "HSCode": str(item.hsk),
        "HSGoodsDesc": goods,
        "GoodsDesc": goods,
        "InvoiceNo": fitting(declaration.invoice_number, 17, "InvoiceNo", Fault.OURS),
        "BrandName": ascii_text(item.brand_name, 30, "BrandName", Fault.SELLER_DATA) if item.brand_name else "NO",
        "DeclAmount1": whole(line.fob_krw.amount),
        "NetWeight": kilograms(item.net_weight_total_g),
        "NetWeightUnitCode": "KG",
        "OriginCountryCode": str(item.origin),
        "AttachYN": "N",
        "ItemList": [_row(line)],
    }


def _buyer(name: str) -> str:
    """The buyer in letters, blanks, `.`, `,` and `-` only; digits and everything else go."""
    plain = re.sub(r"[^A-Za-z.,\- ]+", " ", ascii_text(name, None, "BuyerPartyEngName", Fault.BUYER_DATA))
    letters = " ".join(plain.split())[:60].strip()
    if not re.search(r"[A-Za-z]", letters):
        raise wrong_data("BuyerPartyEngName", "The buyer's name has no Latin letter left.", Fault.BUYER_DATA)
    return letters

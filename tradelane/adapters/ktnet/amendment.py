"""The request to amend (정정, 5AS kind A) an accepted declaration: its boxes restated as they shall be.

KTNET's guide has one text of 500 EUC-KR bytes for what is to change. We write one box a line, `code=before>after`: the
item code of customs where it is documented (A401 maker, A501 buyer), else the name of the field in the declaration, one
line for each 란, and one for its composition. Where a run no longer knows what was accepted, every box is restated
without its *before*. What leaves every box as it is asks nothing: customs refuses an empty amendment.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tradelane.adapters.errors import Refused
from tradelane.adapters.ktnet.changes import version_mark
from tradelane.adapters.ktnet.client import PARTY, KtnetAccess
from tradelane.adapters.ktnet.declaration import document
from tradelane.domain.export_declaration import ExportDeclaration, Filing
from tradelane.domain.holds import Fault
from tradelane.domain.transliteration import cut_euc_kr, euc_kr_length

LONGEST_TERMS = 500
"""EUC-KR bytes of `AmendRequestTerms`."""

LONGEST_REASON = 200
"""EUC-KR bytes of `AmendReason`."""

BOXES: tuple[tuple[str, str], ...] = (
    ("A401", "MakerName"),
    ("A501", "BuyerPartyEngName"),
    ("TotalPackageQuantity", "TotalPackageQuantity"),
    ("TotalPackageWeight", "TotalPackageWeight"),
    ("PaymentAmount", "PaymentAmount"),
    ("TotalDeclAmountKRW", "TotalDeclAmountKRW"),
    ("TotalRan", "TotalRan"),
    ("FreightAmount", "FreightAmount"),
    ("InsuranceAmount", "InsuranceAmount"),
    ("MakerCustomsId", "MakerCustomsId"),
    ("ExportPartyTypeCode", "ExportPartyTypeCode"),
    ("CustomsTaxRefundRequest", "CustomsTaxRefundRequest"),
)
"""Code -> field of the declaration. Declarant, exporter, numbers, days, route and rates are never restated: they stay. Freight and
insurance are boxes only of terms whose price contains them."""

NOTICE = "ApplicationNotice"
MAY_BE_EMPTY = ("RefundCode", NOTICE)
"""Fields that an amendment may also take away: who asks for drawback, papers of a requirement."""

COMPOSITION = "Component"
"""성분: a box of each line that may be empty too, written `001.Component`."""


def amendment(
    declaration: ExportDeclaration,
    filing: Filing,
    version: int,
    reason: str,
    access: KtnetAccess,
    accepted: ExportDeclaration | None = None,
) -> dict[str, Any] | None:
    """One entry of `DocList`; None when no box would change.

    Raises:
        Refused: the data cannot be declared as they stand (as for a declaration), the declaration has no number, or
            reason `manual_work`: what is to change is longer than its field, so the declarant must do it.
    """
    if filing.number is None:
        raise Refused(PARTY, "cannot_amend", "The declaration number is not known.", fault=Fault.OURS)
    exporter = declaration.exporter
    said = terms(declaration, filing, access, accepted)
    if not said:
        return None
    if euc_kr_length(said) > LONGEST_TERMS:
        words = (
            f"The amendment of {filing.number.printed} to version {version} is longer than the {LONGEST_TERMS} bytes "
            f"KTNET takes ({len(declaration.lines)} lines): let the declarant amend it in the portal."
        )
        raise Refused(PARTY, "amendment_too_long", words, reason="manual_work")
    try:
        why = cut_euc_kr(f"{version_mark(version)} {reason.strip() or '정정'}", LONGEST_REASON)
    except ValueError as wrong:
        raise Refused(PARTY, "cannot_amend", str(wrong), fault=Fault.OURS) from wrong
    return {
        "MallId": access.mall_id,
        "SellerPartyId": access.mall_id,
        "SellerPartyRegistNo": str(exporter.business_registration_number),
        "OrderNo": filing.order_no,
        "RequestType": "S",
        "ApplicationType": "A",
        "AmendReasonCode": access.amend_reason_code,
        "ReasonsAttributableCode": access.amend_fault_code,
        "AmendReason": why,
        "ExportDeclarationNo": str(filing.number),
        "ExportPartyDeclarationId": str(exporter.declarant_code),
        "AmendRequestTerms": said,
    }


def terms(
    declaration: ExportDeclaration, filing: Filing, access: KtnetAccess, accepted: ExportDeclaration | None = None
) -> str:
    """What the declaration shall say: checked and cut as in a declaration, so that both say the same.

    Where what was accepted is known, only the boxes that differ, each with its *before*; else every box.
    """
    wanted = _rows(declaration, access)
    before = _rows(accepted, access) if accepted is not None else {}
    if filing.total_krw is not None:
        before["TotalDeclAmountKRW"] = f"{filing.total_krw.amount:.0f}"
    told = [code for code, value in wanted.items() if accepted is None or before.get(code, "") != value]
    return "\n".join(f"{code}={_before(code, before)}>{wanted[code]}" for code in told)


def _before(code: str, before: Mapping[str, str]) -> str:
    """What a box says until then; left out of a 란 and of the remarks, whose length the text has no room for twice."""
    return "" if code.isdigit() or code == NOTICE else before.get(code, "")


def _rows(declaration: ExportDeclaration, access: KtnetAccess) -> dict[str, str]:
    boxes = document(declaration, declaration.rate.valid_from, access)  # the day is not restated
    return {
        **{code: str(boxes[field]) for code, field in BOXES if field in boxes},
        **{field: _plain(boxes.get(field, "")) for field in MAY_BE_EMPTY},
        **{code: value for line in boxes["RanList"] for code, value in _goods(line)},
    }


def _goods(line: dict[str, Any]) -> tuple[tuple[str, str], tuple[str, str]]:
    """What is told of one 란: its values, then its composition, which a line that is new needs after them."""
    [item] = line["ItemList"]
    number = line["RanNo"]
    return (number, _line(line)), (f"{number}.{COMPOSITION}", _plain(item.get(COMPOSITION, "")))


def _plain(text: str) -> str:
    """Text without the sign that parts before from after.

    >>> _plain("수출요건확인: 001 license > 5 kg")
    '수출요건확인: 001 license 5 kg'
    """
    return " ".join(text.replace(">", " ").split())


def _line(line: dict[str, Any]) -> str:
    """One 란: tariff code, origin, net kilograms, pieces, unit price, won, brand and goods.

    The sign between them is none of goods or brand: it is replaced there.
    """
    [item] = line["ItemList"]
    price = f"{Decimal(item['UnitPrice']).normalize():f}"
    texts = [str(text).replace("|", "/") for text in (line["BrandName"], item["GoodsName"])]
    figures = (line["HSCode"], line["OriginCountryCode"], line["NetWeight"], item["ItemQuantity"], price)
    return "|".join((*figures, line["DeclAmount1"], *texts))

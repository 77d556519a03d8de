"""The request to amend (정정, 5AS kind A) an accepted declaration: its boxes restated as they shall be.

KTNET's guide has one text of 500 EUC-KR bytes for what is to change. We write one box a line, `code=before>after`: the
item code of customs where it is documented (A401 maker, A501 buyer), else the name of the field in the declaration, and
one line for each 란. Only the total in won is known as accepted; other boxes have no *before*.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tradelane.adapters.errors import Refused
from tradelane.adapters.ktnet.client import PARTY, KtnetAccess
from tradelane.adapters.ktnet.declaration import document
from tradelane.adapters.ktnet.mapper import version_mark
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
)
"""Code -> field of the declaration. Declarant, exporter, numbers, days, route and rates are never restated: they stay."""


def amendment(
    declaration: ExportDeclaration, filing: Filing, version: int, reason: str, access: KtnetAccess
) -> dict[str, Any]:
    """One entry of `DocList`.

    Raises:
        Refused: the data cannot be declared as they stand (as for a declaration), the declaration has no number, or
            reason `manual_work`: what is to change is longer than its field, so the declarant must do it.
    """
    if filing.number is None:
        raise Refused(PARTY, "cannot_amend", "The declaration number is not known.", fault=Fault.OURS)
    exporter = declaration.exporter
    said = terms(declaration, filing, access)
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


def terms(declaration: ExportDeclaration, filing: Filing, access: KtnetAccess) -> str:
    """What the declaration shall say: checked and cut as in a declaration, so that both say the same."""
    boxes = document(declaration, declaration.rate.valid_from, access)  # the day is not restated
    before = {"TotalDeclAmountKRW": f"{filing.total_krw.amount:.0f}"} if filing.total_krw else {}
    rows = [f"{code}={before.get(code, '')}>{boxes[field]}" for code, field in BOXES]
    return "\n".join([*rows, *(f"{line['RanNo']}=>{_line(line)}" for line in boxes["RanList"])])


def _line(line: dict[str, Any]) -> str:
    """One 란: tariff code, origin, net kilograms, pieces, unit price, won, brand and goods.

    The sign between them is none of goods or brand: it is replaced there.
    """
    [item] = line["ItemList"]
    price = f"{Decimal(item['UnitPrice']).normalize():f}"
    texts = [str(text).replace("|", "/") for text in (line["BrandName"], item["GoodsName"])]
    figures = (line["HSCode"], line["OriginCountryCode"], line["NetWeight"], item["ItemQuantity"], price)
    return "|".join((*figures, line["DeclAmount1"], *texts))

"""The request for a later loading deadline (적재기간 연장, 5AS kind C): item A608 from one day to another.

Customs grants an extension only before the deadline and within one year of the acceptance (docs/counterparties/ktnet.md,
section 3). How KTNET wants the new deadline is not documented: we write it as every other box of an amendment, the item
code of customs with the value before and after [assumed], so that a request sent twice could not move the deadline twice.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from tradelane.adapters.errors import Refused
from tradelane.adapters.ktnet.amendment import LONGEST_REASON
from tradelane.adapters.ktnet.changes import extension_mark
from tradelane.adapters.ktnet.client import PARTY, KtnetAccess
from tradelane.domain.catalogue import Exporter
from tradelane.domain.export_declaration import Filing
from tradelane.domain.holds import Fault
from tradelane.domain.trade_time import KOREA
from tradelane.domain.transliteration import cut_euc_kr

LOADING_DEADLINE = "A608"
"""Item code of customs for the loading deadline (적재의무기한)."""


def extension(
    filing: Filing, exporter: Exporter, load_before: date, until: date, reason: str, access: KtnetAccess
) -> dict[str, Any]:
    """One entry of `DocList`.

    Raises:
        Refused: the declaration is not accepted, the day asked for is not after the one in force, or it lies more than a
            year after the acceptance.
    """
    if filing.number is None:
        raise _wrong("The declaration number is not known.")
    if until <= load_before:
        raise _wrong(f"The loading deadline is {load_before} already; {until} is no later day.")
    latest = last_day_of_all(filing)
    if latest is not None and until > latest:
        raise _wrong(f"Customs extends within one year of the acceptance, up to {latest}; {until} is later.")
    try:
        why = cut_euc_kr(f"{extension_mark(until)} {reason.strip() or '적재기간 연장'}", LONGEST_REASON)
    except ValueError as wrong:
        raise _wrong(str(wrong)) from wrong
    return {
        "MallId": access.mall_id,
        "SellerPartyId": access.mall_id,
        "SellerPartyRegistNo": str(exporter.business_registration_number),
        "OrderNo": filing.order_no,
        "RequestType": "S",
        "ApplicationType": "C",
        "AmendReasonCode": access.extend_reason_code,
        "ReasonsAttributableCode": access.extend_fault_code,
        "AmendReason": why,
        "ExportDeclarationNo": str(filing.number),
        "AmendRequestTerms": f"{LOADING_DEADLINE}={load_before:%Y%m%d}>{until:%Y%m%d}",
    }


def last_day_of_all(filing: Filing) -> date | None:
    """One year after the acceptance, a Korean day; None while the acceptance is not known."""
    if filing.accepted_at is None:
        return None
    accepted = filing.accepted_at.astimezone(KOREA).date()
    try:
        return accepted.replace(year=accepted.year + 1)
    except ValueError:  # 29 February
        return accepted.replace(year=accepted.year + 1, day=28)


def _wrong(words: str) -> Refused:
    return Refused(PARTY, "cannot_extend", words, fault=Fault.OURS, reason="extension_refused")

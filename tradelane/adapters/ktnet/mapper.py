"""From KTNET's words to ours: states, error notices, refusals. Total for every code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from tradelane.adapters.errors import Garbled, OutsideFailure, Refused, Stale, Unavailable
from tradelane.adapters.http import cut
from tradelane.adapters.ktnet import wire
from tradelane.adapters.ktnet.client import PARTY, Look
from tradelane.domain.export_declaration import ExportDeclaration, Filing, FilingState
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import ExportDeclarationNumber
from tradelane.domain.money import Money
from tradelane.domain.outside import CannotTell, Done, Existing, NotDone
from tradelane.domain.trade_time import KOREA

STATE: dict[str, FilingState] = {
    "": FilingState.SUBMITTED,
    "02": FilingState.SELECTED,
    "07": FilingState.SELECTED,
    "08": FilingState.SELECTED,
    "09": FilingState.SELECTED,
    "10": FilingState.SELECTED,
    "03": FilingState.ACCEPTED,
    "14": FilingState.ACCEPTED,
    "01": FilingState.REJECTED,
}

LOOK: dict[Look, FilingState] = {
    "automatic": FilingState.SUBMITTED,
    "documents": FilingState.SELECTED_DOCUMENTS,
    "inspection": FilingState.SELECTED_INSPECTION,
}

SELECTION_RESULT = "GOVCBRR73"
REQUEST_PENDING = "request_pending"
"""Code of a request that KTNET does not take while an earlier one waits for its decision."""
AUTOMATIC = "자동수리"
"""Customs' word for an acceptance without a look."""

OUR_FIELD: dict[str, str] = {
    "HSCode": "hsk",
    "HSGoodsDesc": "description_en",
    "GoodsDesc": "description_en",
    "GoodsName": "description_en",
    "BrandName": "brand_name",
    "Component": "composition",
    "NetWeight": "net_weight_g",
    "OriginCountryCode": "origin",
    "ItemCode": "sku",
    "BuyerPartyEngName": "consignee.name",
    "TotalPackageWeight": "package.gross_weight_g",
}
"""Their field -> the path a person amends; fields of lines get the SKU before them."""

_OF_LINES = frozenset(
    {
        "HSCode",
        "HSGoodsDesc",
        "GoodsDesc",
        "GoodsName",
        "BrandName",
        "Component",
        "NetWeight",
        "OriginCountryCode",
        "ItemCode",
    }
)
_DATED = frozenset({"DeclarationDate", "PaymentExchangeRate", "USDExchangeRate"})
_DATED_WORDS = ("신고일", "환율", "exchange rate", "declaration date")
_ALREADY = ("이미 신고", "기신고", "already declared")
_UNKNOWN = re.compile(
    r"(요청|신고|주문|정정|취하)\s?(건|내역|정보|자료)(이|가|은|는)?\s*(없|존재하지)|(order|request|declaration)\b.*\bnot found",
    re.IGNORECASE,
)
"""Words of *we hold nothing*; no permission, no answer and no service are none of them."""
_PENDING = ("먼저 수신된",)
_NAMED = re.compile(r"[\[(]\s*([A-Za-z][A-Za-z0-9]*)\s*[\])]")


def unknown(result: wire.Result) -> bool:
    """The answer *we hold nothing under this number*: a business error without state and without number."""
    silent = result.ResultTypeCode == wire.BUSINESS_ERROR and not result.Status and not result.ExpDeclNo
    said = result.ErrorDescription.strip()
    return silent and (not said or _UNKNOWN.search(said) is not None)


def field_named(words: str) -> str:
    """The field a sentence names, in the form `[Field]` or `(Field)`; empty where it names none.

    >>> field_named("HS부호가 올바르지 않습니다. [HSCode]")
    'HSCode'
    """
    found = _NAMED.search(words)
    return found.group(1) if found else ""


def refusal(result: wire.Result) -> OutsideFailure:
    """A document refused inside a 200, in their words and with whose data they blame."""
    words = cut(result.ErrorDescription or "KTNET refused the document without a reason.")
    field = field_named(words)
    if any(sign in words for sign in _ALREADY):
        return Refused(PARTY, "already_declared", words, fault=Fault.OURS)
    if pending(words):
        return Unavailable(PARTY, REQUEST_PENDING, words)
    if field in _DATED or (not field and any(sign in words.lower() for sign in _DATED_WORDS)):
        return Stale(PARTY, field or "day_or_rate", words)
    if field in _OF_LINES or field == "TotalPackageWeight":
        fault = Fault.SELLER_DATA
    elif field == "BuyerPartyEngName":
        fault = Fault.BUYER_DATA
    else:
        fault = Fault.AUTHORITY
    return Refused(PARTY, result.ResultTypeCode.lower(), words, fault=fault)


def not_told(result: wire.Result) -> Refused:
    """A question that KTNET did not answer: never a document to be drawn up anew, whatever the words speak of."""
    words = cut(result.ErrorDescription or "KTNET refused to answer and gave no reason.")
    return Refused(PARTY, result.ResultTypeCode.lower(), words)


def filing(
    result: wire.Result,
    order_no: str,
    declaration: ExportDeclaration | None = None,
    selections: Mapping[str, Look] = MappingProxyType({}),
) -> Filing:
    """The state of a declaration. With the declaration at hand, an error notice's line becomes its SKU.

    `selections` says what the codes of a selection result (GOVCBRR73) mean; a code that is not in it is a selection whose
    kind nobody said.

    Raises:
        Garbled: accepted without a valid number or instant.
    """
    state = STATE.get(result.Status.strip(), FilingState.NOT_UNDERSTOOD)
    if state is FilingState.SELECTED:
        state = _selected(result.Remark, selections)
    accepted = state is FilingState.ACCEPTED
    number = _number(result.ExpDeclNo)
    if accepted and number is None:
        raise Garbled(PARTY, "no_number", "An accepted declaration has no valid declaration number.")
    words, field = _notice(result, declaration) if state is FilingState.REJECTED else (_remark(result.Remark), "")
    if state is FilingState.NOT_UNDERSTOOD:
        words = cut(f"status {result.Status}: {words}")
    return Filing(
        order_no=order_no,
        state=state,
        number=number,
        accepted_at=_instant(result.ConfirmDateTime) if accepted else None,
        words=words,
        field=field,
        total_krw=_won(result.TotalDeclAmount),
    )


def existing(
    result: wire.Result, declaration: ExportDeclaration, selections: Mapping[str, Look] = MappingProxyType({})
) -> Existing[Filing]:
    """What the channel holds under the OrderNo."""
    if unknown(result):
        return NotDone(cut(result.ErrorDescription))
    if result.refused and not result.Status and not result.ExpDeclNo:
        return CannotTell(cut(result.ErrorDescription))
    if not result.Status and not result.ExpDeclNo:
        return CannotTell("KTNET shows neither a state nor a number, and what is filed has a number.")
    return Done(filing(result, declaration.order_no, declaration, selections))


def pending(words: str) -> bool:
    """Whether an earlier request (정정/취하) for the same declaration waits for its decision."""
    return any(sign in words for sign in _PENDING)


def _notice(result: wire.Result, declaration: ExportDeclaration | None) -> tuple[str, str]:
    """Words and field of an error notice (GOVCBRR20); its detail may be an object, text or absent."""
    errors = result.ErrorDetail.get("Errors") if isinstance(result.ErrorDetail, dict) else None
    rows = [row for row in errors if isinstance(row, dict)] if isinstance(errors, list) else []
    reasons = [str(row["Reason"]) for row in rows if row.get("Reason")]
    detail = result.ErrorDetail if isinstance(result.ErrorDetail, str) else "; ".join(dict.fromkeys(reasons))
    said = [result.ErrorDescription, detail if detail not in result.ErrorDescription else ""]
    words = cut(" ".join(part for part in said if part)) or "error notice"
    if rows:
        return words, _our_field(rows[0], declaration)
    field = field_named(words)
    return words, OUR_FIELD.get(field, field)


def _our_field(row: dict[str, Any], declaration: ExportDeclaration | None) -> str:
    position = str(row.get("Position") or "")
    theirs = position.rpartition(".")[2]
    ours = OUR_FIELD.get(theirs)
    if ours is None or theirs not in _OF_LINES:
        return ours or position
    ran = str(row.get("RanNo") or "")
    line = int(ran) if ran.isascii() and ran.isdigit() else 0
    lines = declaration.lines if declaration else ()
    sku = next((candidate.item.sku for candidate in lines if candidate.number == line), None)
    return f"items.{sku}.{ours}" if sku else (f"line {line}: {ours}" if line else ours)


def _remark(text: str) -> str:
    """`GOVCBRR73//<instant>//<code>//<text>` is a selection: its text is what a person reads."""
    parts = text.split("//", 3)
    return cut(parts[3] if len(parts) == 4 else text)


def _selected(remark: str, selections: Mapping[str, Look]) -> FilingState:
    """Which look a status of *received or selected* means: its remark tells, by code where we know it, else in words.

    Without a selection result nothing is selected, and neither is what customs' words call automatic acceptance.
    """
    parts = remark.split("//", 3)
    if len(parts) != 4 or parts[0].strip() != SELECTION_RESULT:
        return FilingState.SUBMITTED
    look = selections.get(parts[2].strip())
    if look is None and AUTOMATIC in parts[3]:
        look = "automatic"
    return LOOK[look] if look else FilingState.SELECTED


def _number(text: str) -> ExportDeclarationNumber | None:
    try:
        return ExportDeclarationNumber(text) if text.strip() else None
    except ValueError:
        return None


def _instant(text: str) -> datetime:
    """`yyyymmddhhmmss`, Korean time."""
    try:
        return datetime.strptime(text.strip(), "%Y%m%d%H%M%S").replace(tzinfo=KOREA)
    except ValueError as wrong:
        raise Garbled(PARTY, "no_instant", "An accepted declaration has no instant of acceptance.") from wrong


def _won(text: str) -> Money | None:
    plain = text.strip().replace(",", "")
    return Money(amount=Decimal(plain), currency="KRW") if re.fullmatch(r"[0-9]{1,15}(\.0+)?", plain) else None

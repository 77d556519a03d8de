"""Amendments (정정): what a request says is to change, and the declaration as it says after that.

`AmendRequestTerms` holds one box a line, `code=before>after`: an item code of customs, the name of a field, a 란 with its
values between `|`, or the composition of a 란. The grammar is ours (docs/counterparties/ktnet.md, section 3); the guide knows only a text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from tradelane.simulators.ktnet import fields
from tradelane.simulators.ktnet.fields import Json, Violation, amount, decimal, rows
from tradelane.simulators.ktnet.rules import check_amounts, check_charges, check_confirmation, check_lines, check_maker

WHERE = "AmendRequestTerms"
ROW = re.compile(r"([A-Za-z0-9.]+)=([^>\n]*)>([^>\n]*)")

AMENDABLE: Mapping[str, str] = {
    "A301": "ExportPartyCompanyName",
    "A303": "ExportPartyAddress",
    "A305": "ExportPartyZipCode",
    "A401": "MakerName",
    "A501": "BuyerPartyEngName",
    "TotalPackageQuantity": "TotalPackageQuantity",
    "TotalPackageWeight": "TotalPackageWeight",
    "PaymentAmount": "PaymentAmount",
    "TotalDeclAmountKRW": "TotalDeclAmountKRW",
    "TotalRan": "TotalRan",
    "FreightAmount": "FreightAmount",
    "InsuranceAmount": "InsuranceAmount",
    "MakerCustomsId": "MakerCustomsId",
    "ExportPartyTypeCode": "ExportPartyTypeCode",
    "CustomsTaxRefundRequest": "CustomsTaxRefundRequest",
    "RefundCode": "RefundCode",
    "ApplicationNotice": "ApplicationNotice",
}
"""Code of a box -> field of the declaration."""

LINE = re.compile(r"[0-9]{3}")
COMPOSITION = re.compile(r"([0-9]{3})\.Component")
MAY_GO = frozenset({"MakerCustomsId", "RefundCode", "ApplicationNotice"})
"""Fields that an amendment may leave empty."""

OF_LINE = (
    "HSCode",
    "OriginCountryCode",
    "NetWeight",
    "ItemQuantity",
    "UnitPrice",
    "DeclAmount1",
    "BrandName",
    "GoodsName",
)
OF_ITEM = frozenset({"ItemQuantity", "UnitPrice", "GoodsName"})
BOXES = {field.name: field for field in fields.DECLARATION}
LINE_BOXES = {field.name: field for field in (*fields.LINE, *fields.ITEM)}

PRICE_MAY_CHANGE = timedelta(days=60)
"""An e-commerce price is corrected within 60 days (since 2023-02-01)."""


@dataclass(frozen=True)
class Amended:
    """The declaration as it is to say, and the codes of what differs from before."""

    document: dict[str, object]
    changed: tuple[str, ...]


def amended(document: Json, terms: str) -> Amended:
    """Lays the terms over a declaration.

    Raises Violation when they cannot be read, name a box that is not amendable, say a wrong *before*, change nothing,
    or leave a declaration that breaks the rules; amounts are valued at the rate of the day it was declared.
    """
    after: dict[str, object] = dict(document)
    lines = {str(line["RanNo"]): line for line in rows(document, "RanList")}
    changed: list[str] = []
    for row in terms.splitlines():
        found = ROW.fullmatch(row)
        if found is None:
            raise Violation(WHERE, "정정항목은 '항목부호=정정전>정정후' 형식이어야 합니다.")
        code, before, wanted = found.groups()
        if LINE.fullmatch(code):
            line = line_after(code, lines.get(code), wanted)
            if line != lines.get(code):
                changed.append(code)
            lines[code] = line
            continue
        if composed := COMPOSITION.fullmatch(code):
            number = composed[1]
            line = composed_of(number, lines.get(number), before, wanted)
            if line != lines[number]:
                changed.append(code)
            lines[number] = line
            continue
        name = AMENDABLE.get(code)
        if name is None:
            raise Violation(WHERE, f"정정할 수 없는 항목입니다. ({code})")
        if before and not same(before, document.get(name)):
            raise Violation(WHERE, f"정정전 내용이 신고내용과 다릅니다. ({code})")
        if not wanted and name not in MAY_GO:
            raise Violation(name, "필수 입력 항목입니다.")
        if wanted:
            BOXES[name].check(wanted, name)
        if not same(wanted, document.get(name)):
            changed.append(code)
            after[name] = wanted
    last = int(amount(after, "TotalRan"))
    after["RanList"] = [line for number, line in sorted(lines.items()) if int(number) <= last]
    if not changed:
        raise Violation(WHERE, "정정할 내용이 없습니다.")
    day = datetime.strptime(str(after["DeclarationDate"]), "%Y%m%d").date()  # noqa: DTZ007 - a day
    check_maker(after)
    check_confirmation(after, day)
    check_lines(after)
    check_charges(after)
    check_amounts(after, day)
    return Amended(after, tuple(changed))


def line_after(number: str, line: Json | None, wanted: str) -> Json:
    """A 란 with other values, the same object when they are what it says already; a new 란 takes the rest as usual."""
    values = dict(zip(OF_LINE, wanted.split("|"), strict=False))
    if len(values) != len(OF_LINE) or wanted.count("|") >= len(OF_LINE):
        raise Violation(WHERE, f"란의 정정내용은 {len(OF_LINE)}개 항목이어야 합니다. ({number})")
    for name, value in values.items():
        LINE_BOXES[name].check(value, f"RanList[{number}].{name}")
    old = {} if line is None else line
    [item, *more] = rows(old, "ItemList") or [{"ItemNo": "01"}]
    if more:
        raise Violation(WHERE, f"규격이 여러 개인 란은 정정할 수 없습니다. ({number})")
    if all(same(value, (item if name in OF_ITEM else old).get(name)) for name, value in values.items()):
        return old
    product = amount(values, "ItemQuantity") * amount(values, "UnitPrice")
    row = {**item, **{name: values[name] for name in OF_ITEM}, "Amount": str(product.quantize(Decimal("0.0001")))}
    goods = values["GoodsName"][:50].rstrip()
    usual = {"NetWeightUnitCode": "KG", "AttachYN": "N", "HSGoodsDesc": goods}
    own = {name: value for name, value in values.items() if name not in OF_ITEM}
    return {**usual, **old, "RanNo": number, **own, "GoodsDesc": goods, "ItemList": [row]}


def composed_of(number: str, line: Json | None, before: str, wanted: str) -> Json:
    """A 란 with another composition of its one item; an empty one takes it away."""
    if line is None:
        raise Violation(WHERE, f"란이 존재하지 않습니다. ({number}.Component)")
    [item, *more] = rows(line, "ItemList")
    if more:
        raise Violation(WHERE, f"규격이 여러 개인 란은 정정할 수 없습니다. ({number})")
    stands = str(item.get("Component") or "")
    if before and before != stands:
        raise Violation(WHERE, f"정정전 내용이 신고내용과 다릅니다. ({number}.Component)")
    if wanted == stands:
        return line
    if wanted:
        LINE_BOXES["Component"].check(wanted, f"RanList[{number}].Component")
    return {**line, "ItemList": [{**item, "Component": wanted}]}


def same(said: str, stands: object) -> bool:
    """Whether two values are equal, as numbers where both are numbers."""
    one, other = decimal(said), decimal(stands)
    return one == other if one is not None and other is not None else said == str(stands or "")


def refusal_of(before: Json, after: Json, accepted_at: datetime, now: datetime, accepted_hsk: Collection[str]) -> str:
    """What customs answers to an amendment KTNET took: its reason to refuse, empty when it approves."""
    unknown = [line["RanNo"] for line in rows(after, "RanList") if line["HSCode"] not in accepted_hsk]
    if unknown:
        return f"란 {unknown[0]}: 세번부호가 존재하지 않습니다."
    priced = amount(before, "PaymentAmount") != amount(after, "PaymentAmount")
    if priced and now > accepted_at + PRICE_MAY_CHANGE:
        return "가격정정 기한(60일)이 경과하여 정정할 수 없습니다."
    return ""

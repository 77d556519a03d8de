"""What KTNET checks across the fields of a declaration before it sends it to customs.

Source: docs/counterparties/ktnet.md, "Rules across fields". The first violation ends the check.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from tradelane.simulators.ktnet.fields import Json, Violation, amount, rows
from tradelane.simulators.laws import confirmed_for_export
from tradelane.simulators.rates import Direction, rate, today

SIMPLIFIED = "15"
CAP_RAISED_ON = date(2024, 8, 1)
CAP_BEFORE, CAP_SINCE = Decimal(2_000_000), Decimal(4_000_000)

# DPU replaced DAT in Incoterms 2020 and is not in the public validator's list; it is delivered terms like DAP.
BOTH_CHARGES = frozenset({"CIF", "CIP", "DAF", "DDP", "DDU", "DEQ", "DES", "DAT", "DAP", "DPU"})
FREIGHT_ONLY = frozenset({"CFR", "CPT"})
INSURANCE_ONLY = frozenset({"CIN"})
TERMS = BOTH_CHARGES | FREIGHT_ONLY | INSURANCE_ONLY | {"EXW", "FCA", "FAS", "FOB"}
"""The eleven of Incoterms 2020 (별표 제1호) and the older ones that KTNET's validator still names."""
WON = Decimal(1)
CENT = Decimal("0.01")

UNKNOWN_NAMES, UNKNOWN_MAKER = frozenset({"미상", "제조미상"}), "제조미상9999000"

LOADING_PLACES = {"KRICN": "3", "KRINC": "6"}
MEANS = {"3": "40", "6": "10"}

REGISTRATION_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)


def check_declaration(document: Json, now: datetime, offices: Mapping[str, tuple[str, str]]) -> None:
    """Raises Violation for the first rule broken. `offices` maps a goods-location postcode to (customs office, division)."""
    check_office(document, offices)
    check_registration(str(document["ExportPartyRegistNo"]))
    check_maker(document)
    check_loading_place(document)
    day = today(now)
    check_confirmation(document, day)
    check_charges(document)
    check_amounts(document, day)
    check_lines(document)
    if document["DeclarationDate"] != day.strftime("%Y%m%d"):
        raise Violation("DeclarationDate", f"신고일자가 오늘날짜가 아닙니다. ({document['DeclarationDate']})")


def check_office(document: Json, offices: Mapping[str, tuple[str, str]]) -> None:
    """The customs office is the one in charge of the place where the goods lie."""
    office = offices.get(str(document["GoodsLocZipCode"]))
    if office is None:
        raise Violation("GoodsLocZipCode", "물품소재지 우편번호가 정확하지 않습니다.")
    for name, right in zip(("CustomsCode", "CustomsDeptCode"), office, strict=True):
        if document[name] != right:
            raise Violation(name, f"물품소재지 우편번호와 맞지 않습니다. [{right}] 으로 다시 요청하세요.")


def check_registration(number: str) -> None:
    """The last digit of a business registration number is a check digit."""
    digits = [int(digit) for digit in number]
    total = sum(weight * digit for weight, digit in zip(REGISTRATION_WEIGHTS, digits, strict=False))
    total += digits[8] * 5 // 10
    if (10 - total % 10) % 10 != digits[9]:
        raise Violation("ExportPartyRegistNo", "사업자등록번호의 검증번호가 맞지 않습니다.")


def check_amounts(document: Json, day: date) -> None:
    """Rates are the export rates of this week; a line is floored, the total is the sum of lines; the cap holds.

    What is declared is the FOB value: freight and insurance are taken off the floored lines, which bear them together.
    """
    currency = str(document["PaymentCurrencyCode"])
    used = rate(currency, Direction.EXPORT, day)
    if used is None:
        raise Violation("PaymentCurrencyCode", "환율정보가 없습니다.")
    if amount(document, "PaymentExchangeRate") != used:
        raise Violation("PaymentExchangeRate", f"해당 주의 수출환율이 아닙니다. [{currency} {used}]")
    dollars = rate("USD", Direction.EXPORT, day)
    if document.get("USDExchangeRate") not in (None, "") and amount(document, "USDExchangeRate") != dollars:
        raise Violation("USDExchangeRate", f"해당 주의 수출환율이 아닙니다. [USD {dollars}]")
    if document["TransactionType"] == SIMPLIFIED:
        cap = CAP_SINCE if day >= CAP_RAISED_ON else CAP_BEFORE
        expected = (used * amount(document, "PaymentAmount")).quantize(WON, ROUND_HALF_UP)
        if expected > cap:
            raise Violation("PaymentAmount", f"신고금액(원화)은 {cap}원을 초과할 수 없습니다. [{expected}]")
    total = whole = Decimal(0)
    charges = amount(document, "FreightAmount") + amount(document, "InsuranceAmount")
    for line in rows(document, "RanList"):
        goods = sum((amount(item, "Amount") for item in rows(line, "ItemList")), Decimal(0))
        right = (used * goods).quantize(WON, ROUND_FLOOR)
        said = amount(line, "DeclAmount1")
        # a line bears its share of the charges, however they were shared out
        if said != right and (not charges or said > right):
            raise Violation(f"RanList[{line['RanNo']}].DeclAmount1", f"신고가격(원화)이 맞지 않습니다. [{right}]")
        whole += right
        total += said
    if total != whole - charges:
        raise Violation("DeclAmount1", f"운임과 보험료를 공제한 신고가격의 합계와 다릅니다. [{whole - charges}]")
    if amount(document, "TotalDeclAmountKRW") != total:
        raise Violation("TotalDeclAmountKRW", f"란별 신고가격의 합계와 다릅니다. [{total}]")


def check_confirmation(document: Json, day: date) -> None:
    """Goods that the customs head confirms are declared formally, never simplified."""
    if document["TransactionType"] != SIMPLIFIED:
        return
    for line in rows(document, "RanList"):
        if confirmed_for_export(str(line["HSCode"]), day):
            sentence = (
                f"세관장확인대상 물품은 전자상거래 간이수출신고를 할 수 없습니다. [{line['RanNo']} {line['HSCode']}]"
            )
            raise Violation("TransactionType", sentence)


def check_maker(document: Json) -> None:
    """Kind of exporter, maker and drawback agree; nobody gets drawback for goods of a maker customs does not know."""
    exporter, maker = str(document["ExportPartyCustomsId"]), str(document.get("MakerCustomsId") or "")
    unknown = maker == UNKNOWN_MAKER or str(document["MakerName"]) in UNKNOWN_NAMES
    own = maker == exporter
    if (document["ExportPartyTypeCode"] == "A") != own:
        raise Violation("ExportPartyTypeCode", "수출자와 제조자의 통관고유부호가 같은 경우에만 A입니다.")
    if unknown and document.get("RefundCode"):
        raise Violation("RefundCode", "제조자가 미상인 경우 환급신청인을 지정할 수 없습니다.")
    if maker and not unknown and not document.get("RefundCode"):
        raise Violation("RefundCode", "제조자가 확인된 경우 환급신청인을 입력하세요.")
    if document["CustomsTaxRefundRequest"] != "NO" and (unknown or not maker):
        raise Violation("CustomsTaxRefundRequest", "제조자가 미상인 경우 간이환급을 신청할 수 없습니다.")


def check_loading_place(document: Json) -> None:
    """Port, its kind and the means of transport agree: KRICN is an airport, KRINC a sea port."""
    code, kind = str(document["LoadingLocPortCode"]), str(document["LoadingLocPortType"])
    right = LOADING_PLACES.get(code, kind)
    if kind != right:
        raise Violation("LoadingLocPortType", f"적재항 구분이 맞지 않습니다. [{code} {right}]")
    means = str(document.get("TransportMeansCode") or "")
    if means and means != MEANS[kind]:
        raise Violation("TransportMeansCode", f"운송수단이 적재항 구분과 맞지 않습니다. [{MEANS[kind]}]")


def check_lines(document: Json) -> None:
    """Lines and items are numbered without gaps, items multiply out, and their sum is what the buyer pays."""
    lines = rows(document, "RanList")
    if amount(document, "TotalRan") != len(lines):
        raise Violation("TotalRan", f"총란수가 맞지 않습니다. [{len(lines)}]")
    paid = net = Decimal(0)
    for place, line in enumerate(lines, 1):
        if line["RanNo"] != f"{place:03d}":
            raise Violation(f"RanList[{place}].RanNo", f"란번호는 순서대로여야 합니다. [{place:03d}]")
        net += amount(line, "NetWeight")
        for row, item in enumerate(rows(line, "ItemList"), 1):
            where = f"RanList[{place:03d}].ItemList[{row:02d}]"
            if item["ItemNo"] != f"{row:02d}":
                raise Violation(f"{where}.ItemNo", f"규격번호는 순서대로여야 합니다. [{row:02d}]")
            if amount(item, "ItemQuantity") <= 0:
                raise Violation(f"{where}.ItemQuantity", "수량은 0보다 커야 합니다.")
            product = amount(item, "ItemQuantity") * amount(item, "UnitPrice")
            if product.quantize(Decimal("0.0001"), ROUND_HALF_UP) != amount(item, "Amount"):
                raise Violation(f"{where}.Amount", "금액은 수량 * 단가와 같아야 합니다.")
            paid += product
    if paid.quantize(CENT, ROUND_HALF_UP) != amount(document, "PaymentAmount"):
        raise Violation(
            "PaymentAmount",
            f"합계(수량 * 단가)와 결제금액은 동일해야 합니다. [{paid.quantize(CENT, ROUND_HALF_UP)}]",
        )
    if amount(document, "TotalPackageQuantity") < 1 or amount(document, "TotalPackageWeight") <= 0:
        raise Violation("TotalPackageQuantity", "총포장갯수와 총중량은 0보다 커야 합니다.")
    if net > amount(document, "TotalPackageWeight"):
        raise Violation("TotalPackageWeight", "순중량의 합계가 총중량을 초과합니다.")


def check_charges(document: Json) -> None:
    """Freight and insurance boxes agree with the terms of delivery."""
    terms = str(document["DeliveryTermsCode"])
    freight, insurance = amount(document, "FreightAmount"), amount(document, "InsuranceAmount")
    if terms not in TERMS:
        raise Violation("DeliveryTermsCode", f"인도조건 부호가 올바르지 않습니다. ({terms})")
    if terms in BOTH_CHARGES and not (freight > 0 and insurance > 0):
        raise Violation("DeliveryTermsCode", f"인도조건 {terms}: 운임과 보험료를 모두 입력하세요.")
    if terms in FREIGHT_ONLY and not (freight > 0 and insurance == 0):
        raise Violation("DeliveryTermsCode", f"인도조건 {terms}: 운임만 입력하세요.")
    if terms in INSURANCE_ONLY and not (insurance > 0 and freight == 0):
        raise Violation("DeliveryTermsCode", f"인도조건 {terms}: 보험료만 입력하세요.")

"""A paper whose figures disagree is never made."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from tradelane.domain.money import Money
from tradelane.domain.papers import CommercialInvoice, Incoterm, PackingList


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


PARTY = {"name": "Hanbit", "lines": ["12F, 34 Gasang-ro"], "country": "KR"}
LINE = {
    "number": 1,
    "description_en": "Face cream",
    "hs_code": "330499",
    "origin": "KR",
    "quantity": 3,
    "unit_price": usd("12.90"),
    "amount": usd("38.70"),
    "net_weight_g": 210,
}
HEADER = {
    "number": "MLC1",
    "date": datetime.date(2026, 8, 3),
    "order_references": ["2000003508419013"],
    "ucr": "6KRMLC45848383497",
    "exporter": PARTY,
    "consignee": {**PARTY, "name": "María", "country": "CL"},
    "incoterm": "DAP",
    "incoterm_place": "Santiago",
    "shipped_from": "Seoul",
    "shipped_to": "Santiago",
    "reason_for_export": "Sale",
    "signatory": "Kim",
}
INVOICE: dict[str, Any] = {
    **HEADER,
    "currency": "USD",
    "payment_terms": "Paid",
    "lines": [LINE],
    "freight": usd("5"),
    "insurance": usd("1"),
    "discount": usd("2"),
    "total": usd("42.70"),
    "packages": 1,
    "net_weight_g": 210,
    "gross_weight_g": 300,
}
PACKED = {key: LINE[key] for key in ("number", "description_en", "hs_code", "origin", "quantity", "net_weight_g")}
PACKAGE = {
    "number": 1,
    "kind": "CARTON",
    "length_cm": "22.5",
    "width_cm": 15,
    "height_cm": 10,
    "net_weight_g": 210,
    "gross_weight_g": 300,
    "lines": [PACKED],
}
CLOSED = {**PACKAGE, "lines": [], "net_weight_g": None}
LIST: dict[str, Any] = {**HEADER, "packages": [PACKAGE], "net_weight_g": 210, "gross_weight_g": 300}


def test_an_invoice_that_agrees_comes_back_from_json() -> None:
    invoice = CommercialInvoice.model_validate(INVOICE)
    assert invoice.goods_total == Money(amount=Decimal("38.70"), currency="USD")
    assert CommercialInvoice.model_validate_json(invoice.model_dump_json()) == invoice


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"total": usd("42.71")}, "says 42.71 USD in total, but .* make 42.70 USD"),
        ({"lines": [{**LINE, "amount": usd("38.71")}]}, "3 times 12.90 USD is 38.70 USD"),
        ({"lines": [{**LINE, "number": 2}]}, "not numbered 1 to 1"),
        ({"net_weight_g": 211}, "stated as 211 g, but its lines weigh 210 g"),
        ({"gross_weight_g": 209}, "gross weight of 209 g, below its net weight of 210 g"),
        ({"currency": "KRW"}, "Line 1 is in USD, but the invoice is in KRW"),
        ({"freight": {"amount": "5", "currency": "CLP"}}, "freight is in CLP"),
        ({"discount": usd("-2"), "total": usd("46.70")}, "discount of the invoice is negative"),
        ({"lines": [{**LINE, "hsk": "3305991000"}]}, "3305.99-1000 is not part of it"),
        ({"lines": [{**LINE, "importer_code": "34011100"}]}, "3401.1100 is not part of it"),
        ({"exporter": {**PARTY, "tax_id": "123-45-67891"}}, "together or not at all"),
    ],
)
def test_an_invoice_that_disagrees_is_refused_in_one_sentence(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        CommercialInvoice.model_validate({**INVOICE, **changes})


def test_the_volume_printed_in_total_is_the_sum_of_the_packages() -> None:
    packages = [{**PACKAGE, "number": number} for number in (1, 2, 3)]
    packing_list = PackingList.model_validate(
        {**LIST, "packages": packages, "net_weight_g": 630, "gross_weight_g": 900}
    )
    assert [package.cbm for package in packing_list.packages] == [Decimal("0.0034")] * 3
    assert packing_list.cbm == Decimal("0.0102")
    assert packing_list.quantity == 9


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"gross_weight_g": 301}, "gross weight is stated as 301 g, but its packages weigh 300 g"),
        ({"net_weight_g": 209}, "net weight is stated as 209 g"),
        ({"packages": [{**PACKAGE, "net_weight_g": 200}]}, "net weight of package 1 is stated as 200 g"),
        ({"packages": [{**PACKAGE, "gross_weight_g": 200}]}, "Package 1 has a gross weight of 200 g"),
        ({"packages": [{**PACKAGE, "number": 7}]}, "packages are not numbered"),
        ({"packages": [{**PACKAGE, "lines": []}]}, "Package 1 has its goods and their net weight together"),
        ({"packages": [{**PACKAGE, "net_weight_g": None}]}, "Package 1 has its goods and their net weight together"),
        ({"packages": [CLOSED]}, "either in their packages or together"),
        ({"lines": [PACKED]}, "either in their packages or together"),
        ({"packages": [CLOSED], "lines": [{**PACKED, "net_weight_g": 209}]}, "net weight is stated as 210 g"),
        (
            {"packages": [{**CLOSED, "gross_weight_g": 209}], "lines": [PACKED], "gross_weight_g": 209},
            "packing list has a gross weight of 209 g, below",
        ),
    ],
)
def test_a_packing_list_that_disagrees_is_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        PackingList.model_validate({**LIST, **changes})


def test_there_are_eleven_incoterms_and_four_are_for_ships() -> None:
    assert len(Incoterm) == 11
    assert [term for term in Incoterm if term.for_sea_only] == ["FAS", "FOB", "CFR", "CIF"]

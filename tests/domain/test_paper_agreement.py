"""Papers of one parcel say the same, or one sentence says what differs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.documents.golden import DAY, NUMBERS, POSTAL, WAYBILL, declared, goods, parcel, usd
from tradelane.domain.papers import CommercialInvoice
from tradelane.domain.paperwork import PapersDisagree, agree, cn23, commercial_invoice, packing_list

PARCEL = parcel()
INVOICE = commercial_invoice(PARCEL, DAY, declarations=NUMBERS, waybill=WAYBILL)
PACKING = packing_list(PARCEL, DAY, declarations=NUMBERS, waybill=WAYBILL)
DECLARED = declared(PARCEL)
POST = cn23(PARCEL, DAY, NUMBERS, POSTAL)


def invoice_of(**first: Any) -> CommercialInvoice:
    """The invoice of a parcel that differs in its first line."""
    items = goods()
    return commercial_invoice(
        parcel(items=(items[0].model_copy(update=first), *items[1:])), DAY, declarations=NUMBERS, waybill=WAYBILL
    )


def test_papers_of_one_parcel_agree() -> None:
    agree(INVOICE, PACKING, DECLARED, POST)


def test_a_part_that_is_not_declared_yet_is_no_disagreement_when_told_so() -> None:
    agree(INVOICE, PACKING, DECLARED[:1], complete=False)
    with pytest.raises(PapersDisagree, match="2 lines of goods are on invoice MLC45848383497 and declared by nobody"):
        agree(INVOICE, PACKING, DECLARED[:1])


@pytest.mark.parametrize(
    ("first", "sentence"),
    [
        ({"quantity": 2, "net_weight_g": 105}, "The invoice says 10 as quantity, the packing list 11"),
        ({"net_weight_g": 71}, r"The invoice says 1918 as net weight \(g\), the packing list 1915"),
        (
            {"hsk": "3305100000", "cl_tariff": "33051000"},
            "One line of goods is on the packing list and not on the invoice",
        ),
    ],
)
def test_other_goods_on_the_packing_list_are_found(first: dict[str, Any], sentence: str) -> None:
    items = goods()
    of = type(items[0]).model_validate({**items[0].model_dump(), **first})
    changed = commercial_invoice(parcel(items=(of, *items[1:])), DAY, declarations=NUMBERS, waybill=WAYBILL)
    with pytest.raises(PapersDisagree, match=sentence):
        agree(changed, PACKING)


def test_another_price_on_the_declaration_is_found() -> None:
    dearer = invoice_of(unit_price=usd("13.00"), list_price=None)
    with pytest.raises(PapersDisagree, match="One line of goods is declared for export and not on invoice"):
        agree(dearer, PACKING, DECLARED)


def test_another_value_on_the_cn23_is_found() -> None:
    dearer = invoice_of(unit_price=usd("13.00"), list_price=None)
    with pytest.raises(PapersDisagree, match=r"says 126.20 USD as value of the goods, the CN 23 125.90 USD"):
        agree(dearer, PACKING, cn23=POST)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"incoterm": "DAP"}, "The invoice says FCA as incoterm, the declaration 6KRMLC45848383497-1 DAP"),
        ({"invoice_number": "MLC1"}, "as invoice number, the declaration 6KRMLC45848383497-1 MLC1"),
        ({"gross_weight_g": 1}, r"The invoice says 2480 as gross weight \(g\), the declarations together"),
        ({"destination": "PE"}, "The invoice says CL as destination, the declaration .* PE"),
        ({"packages": 2}, "The invoice says 1 as number of packages"),
    ],
)
def test_a_declaration_that_says_otherwise_is_found(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(PapersDisagree, match=sentence):
        agree(INVOICE, PACKING, (DECLARED[0].model_copy(update=change), DECLARED[1]))


def test_a_header_that_differs_is_found() -> None:
    with pytest.raises(PapersDisagree, match="do not say the same of the waybill"):
        agree(INVOICE, packing_list(PARCEL, DAY, declarations=NUMBERS))


def test_the_sentence_holds_nothing_personal() -> None:
    other = parcel(consignee=PARCEL.consignee.model_copy(update={"name": "Otra Persona"}))
    with pytest.raises(PapersDisagree) as told:
        agree(INVOICE, packing_list(other, DAY, declarations=NUMBERS, waybill=WAYBILL))
    assert str(told.value) == "Invoice and packing list do not say the same of the consignee."

"""Sixty items, the longest names, Hangul, accents and endless words: every paper stays readable."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.documents.golden import DAY, NUMBERS, POSTAL, declared, goods, papers, parcel, usd
from tests.documents.reading import clashes, dark_outside, pages, scanned, whole
from tradelane.documents import cn23, commercial_invoice, declaration_worksheet, origin_statement, packing_list
from tradelane.documents.commercial_invoice import INCLUDED
from tradelane.domain import paperwork
from tradelane.domain.consignment import Consignment, Package
from tradelane.domain.papers import Incoterm

LONG = ("보습 크림 Crème hidratante Ñandú " * 10)[:298] + "ñ한"
"""300 characters, Hangul and accents mixed."""

ENDLESS = "Wwwwwwwwww" * 30
MIXED = "가" * 100 + " " + "Ü" * 100 + " " + "jabón-de-olivo-" * 6


def sixty() -> Consignment:
    """Sixty lines of two brands with every text as long as a paper takes."""
    base = goods()
    items = tuple(
        base[at % 5].model_copy(
            update={
                "sku": f"LONG-SKU-{at:03d}",
                "brand_name": ("Ñandú 브랜드 " * 12)[:120],
                "description_ko": LONG,
                "description_es": MIXED,
                "composition": LONG,
            }
        )
        for at in range(60)
    )
    made = parcel(
        items=items, packages=(Package.model_validate({**parcel().packages[0].model_dump(), "gross_weight_g": 60_000}),)
    )
    person = made.consignee.model_copy(update={"name": ENDLESS})
    return made.model_copy(update={"consignee": person})


def drawings(of: Consignment) -> dict[str, Callable[[], bytes]]:
    """Each paper of a parcel; for the worksheet the names are those customs takes."""
    first = of.parts[0]
    statement = paperwork.origin_statement(of, first, DAY, declarations=NUMBERS[:1])
    assert statement is not None
    plain = of.model_copy(update={"items": tuple(item.model_copy(update={"brand_name": "Nandu"}) for item in of.items)})
    sheet = paperwork.worksheet(declared(plain)[0], DAY)
    return {
        "commercial invoice": lambda: commercial_invoice.render(paperwork.commercial_invoice(of, DAY)),
        "packing list": lambda: packing_list.render(paperwork.packing_list(of, DAY)),
        "cn23": lambda: cn23.render(paperwork.cn23(of, DAY, NUMBERS, POSTAL)),
        "origin statement": lambda: origin_statement.render(statement),
        "worksheet": lambda: declaration_worksheet.render(sheet),
    }


NAMES = ("commercial invoice", "packing list", "cn23", "origin statement", "worksheet")


@pytest.mark.parametrize("name", NAMES)
def test_sixty_items_with_the_longest_texts_overlap_nowhere_and_leave_no_page(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert clashes(drawings(sixty())[name], monkeypatch)[:5] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_usual_parcel_overlaps_nowhere(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert clashes(drawings(parcel())[name], monkeypatch)[:5] == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_drawn_outside_the_frame(name: str) -> None:
    assert dark_outside(drawings(sixty())[name]()) == 0


def test_texts_of_sixty_items_are_complete() -> None:
    text = whole(drawings(sixty())["commercial invoice"]()).replace(" ", "")
    assert text.count(LONG.replace(" ", "")) >= 100, "Korean description and composition of each line"
    assert ENDLESS in text


def test_a_scanner_reads_the_numbers_of_every_paper() -> None:
    read = {name: scanned(pdf) for name, pdf in papers(parcel()).items()}
    assert read == {
        "commercial-invoice": ["MLC45848383497", "6KRMLC45848383497"],
        "packing-list": ["MLC45848383497", "6KRMLC45848383497"],
        "cn23": ["EM473124829KR"],
        "origin-statement": ["MLC45848383497-OS1"],
        "declaration-worksheet": ["6KRMLC45848383497-1"],
    }


@pytest.mark.parametrize("of", [parcel, sixty])
def test_a_line_of_the_worksheet_is_never_parted_by_the_end_of_a_page(of: Callable[[], Consignment]) -> None:
    """Whoever keys reads boxes 27 to 43 of one 란 under its number."""
    for text in pages(drawings(of())["worksheet"]()):
        lines = text.count("란번호/총란수")
        assert [text.count(f"({box})") for box in (27, 33, 38, 43)] == [lines] * 4
        assert text.count("(44)") == text.count("(57)")


@pytest.mark.parametrize(("term", "freight", "insurance"), [("FCA", "0.00", "0.00"), ("DAP", INCLUDED, INCLUDED)])
def test_an_invoice_never_denies_a_cost_that_its_price_holds(term: str, freight: str, insurance: str) -> None:
    """With free carriage: under DAP both are in the price (korea-export 1.7), under FCA nobody charges them."""
    sold = parcel(incoterm=Incoterm(term), incoterm_place="Santiago, Chile", shipping_charge=usd("0"))
    text = whole(commercial_invoice.render(paperwork.commercial_invoice(sold, DAY)))
    assert f"Flete {freight}" in text
    assert f"Seguro {insurance}" in text
    assert "USD 125.90" in text


def test_the_same_parcel_gives_the_same_bytes() -> None:
    assert papers(parcel()) == papers(parcel())

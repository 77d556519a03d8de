"""The CN 23 says what is in the parcel and what it was sold for."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.documents.golden import DAY, NUMBERS, POSTAL, goods, parcel, usd
from tests.documents.reading import whole
from tradelane.documents import cn23 as paper
from tradelane.domain.papers import Cn23
from tradelane.domain.paperwork import cn23


def test_the_value_is_that_of_the_goods_without_carriage() -> None:
    """3 x 12.90 + 2 x 18.00 + 6.40 + 4 x 7.25 + 15.80 = 125.90; carriage of 9.80 stands on the invoice alone."""
    made = cn23(parcel(), DAY, NUMBERS, POSTAL)
    assert made.total_value == usd("125.90")
    assert (made.net_weight_g, made.gross_weight_g) == (1915, 2480)
    assert made.sender_references == NUMBERS


def test_everything_the_form_asks_for_reads_back() -> None:
    text = whole(
        paper.render(cn23(parcel(), DAY, NUMBERS, POSTAL, postage=usd("31.50"), certificates=("ISP 77/2026",)))
    )
    for expected in (
        "CN 23",
        "CUSTOMS DECLARATION",
        "DECLARACIÓN DE ADUANA",
        "세관신고서",
        "EM473124829KR",
        "6N002-26-001234X",
        "RUT 12.345.678-5",
        "mj.nunoa@correo.example",
        "Moisturising face cream, 50 ml jar",
        "Crema facial hidratante, frasco de 50 ml",
        "3304.99",
        "Corea del Sur",
        "2.480 kg",
        "USD 125.90",
        "USD 31.50",
        "Sale of goods / Venta de mercancías",
        "ISP 77/2026",
        "MLC45848383497",
        "Han Garam",
        "2026-11-23",
    ):
        assert expected in text


def test_only_sale_of_goods_is_crossed() -> None:
    lone = paper.render(cn23(parcel(), DAY))
    assert "Gift / Regalo" in whole(lone)
    assert paper.CATEGORIES.index(paper.SALE) == 2


def test_several_packages_have_no_common_cn23() -> None:
    boxes = parcel().packages * 2
    with pytest.raises(ValueError, match="belongs to one postal item, and this consignment has 2 packages"):
        cn23(parcel(packages=boxes), DAY)


def test_contents_that_say_nothing_are_refused() -> None:
    """korea-export 8: Korea Post refuses descriptions such as 'etc.'."""
    vague = goods()[0].model_copy(update={"description_en": "Cosmetics"})
    with pytest.raises(ValidationError, match="refused with the content 'Cosmetics'"):
        cn23(parcel(items=(vague, *goods()[1:])), DAY)


def test_a_total_that_is_not_the_sum_is_refused() -> None:
    made = cn23(parcel(), DAY)
    with pytest.raises(ValidationError, match=r"says 1.00 USD in total, but its articles are worth 125.90 USD"):
        Cn23.model_validate({**made.model_dump(), "total_value": usd("1.00")})


def test_permits_of_the_goods_stand_as_licences() -> None:
    items = goods()
    needing = items[0].model_copy(update={"permits": "KC 123; KC 456"})
    assert cn23(parcel(items=(needing, *items[1:])), DAY).licences == ("KC 123", "KC 456")

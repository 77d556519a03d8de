"""Texts and the boxes of the declaration: limits typed from KTNET's field table (korea-export.md, section 5.1)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.domain.parcel import exporter, product
from tradelane.domain.text_limits import Effect, exporter_faults, product_faults


def found(**texts: Any) -> list[tuple[str, Effect]]:
    return [(one.field, one.effect) for one in product_faults(product(**texts))]


@pytest.mark.parametrize(
    ("field", "fits", "longer", "effect"),
    [
        # BrandName(30), Component(70), ItemNo(50), GoodsName(300); MakerName(28) is 14 Hangul
        ("brand_name", "B" * 30, "B" * 31, Effect.CUT),
        ("composition", "c" * 70, "c" * 71, Effect.REFUSED),
        ("sku", "S" * 50, "S" * 51, Effect.REFUSED),
        ("maker_name", "가" * 14, "가" * 14 + "a", Effect.CUT),
    ],
)
def test_trap_08_limits_are_bytes(field: str, fits: str, longer: str, effect: Effect) -> None:
    """korea-export.md section 10, 8: Korean field limits are EUC-KR bytes; a 28-byte name is 14 Hangul."""
    if field == "sku":
        assert product_faults(product(fits)) == ()
        assert [one.effect for one in product_faults(product(longer))] == [effect]
        return
    assert found(**{field: fits}) == []
    assert found(**{field: longer}) == [(field, effect)]


def test_trap_08_goods_are_told_in_ascii() -> None:
    """Spanish accents are dropped on the declaration; Hangul has no ASCII form, so it is refused."""
    assert found(composition="algodón 100%", brand_name="Ñandú") == []
    assert found(composition="면 100%") == [("composition", Effect.REFUSED)]
    assert found(brand_name="하늘결") == [("brand_name", Effect.REFUSED)]
    assert found(description_en="면 T-shirt") == [("description_en", Effect.REFUSED)]


def test_a_description_is_headed_in_50_places_and_whole_in_300() -> None:
    """GoodsDesc(50) heads the line, GoodsName(300) says it all; what is longer would no longer classify the goods."""
    assert found(description_en="d" * 50) == []
    assert found(description_en="Knitted cotton T-shirt " * 3) == [("description_en", Effect.CUT)]
    assert ("description_en", Effect.REFUSED) in found(description_en="d" * 301)


def test_what_euc_kr_cannot_write_is_refused() -> None:
    assert found(maker_name="한빛 \N{GRINNING FACE}") == [("maker_name", Effect.REFUSED)]
    assert found(maker_name="똠방각하 펲시콜라") == [], "all 11,172 syllables are two bytes in the code page"


@pytest.mark.parametrize(
    ("field", "fits", "longer"),
    [
        # company 28 bytes, representative 12, address 150, goods location 70
        ("name_ko", "가" * 14, "가" * 15),
        ("representative_ko", "가" * 6, "가" * 7),
        ("address_ko", "가" * 75, "가" * 76),
        ("goods_location_ko", "가" * 35, "가" * 36),
    ],
)
def test_trap_08_names_and_places_of_an_exporter_are_cut_to_their_box(field: str, fits: str, longer: str) -> None:
    assert exporter_faults(exporter(**{field: fits})) == ()
    [fault] = exporter_faults(exporter(**{field: longer}))
    assert (fault.field, fault.effect) == (field, Effect.CUT)
    assert repr(fits) in fault.words

"""The bench's list: what to pick, boxes to fill in, a barcode that reads back, in the bench's language; no consignee."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from tests.documents.reading import scanned
from tests.domain.parcel import ORDER, UCR, consignee, consignment, exporter, item
from tradelane.documents.fonts import MissingGlyph
from tradelane.documents.pick_list import render
from tradelane.domain.language import Language
from tradelane.domain.pick_list import pick_list_of

SECOND = "2000013770481966"
GOODS = (
    item(quantity=3, net_weight_g=70),
    item(
        sku="BOM-CRM-50",
        order_id=SECOND,
        exporter_id="bom",
        brand_name="Bomnal",
        description_en="Face cream 50 ml",
        description_ko="보습 크림 50 ml",
        hsk="3304991000",
        cl_tariff="33049910",
        quantity=12,
        net_weight_g=140,
    ),
)
PARCEL = consignment(
    *GOODS,
    orders=(ORDER, SECOND),
    exporters=(exporter("bom", name_ko="봄날화장품", name_en="Bomnal Cosmetics"), exporter()),
    packages=(),
    lots={"BOM-CRM-50": "2607A"},
)
BOTH = pytest.mark.parametrize("language", list(Language))


def drawn(language: Language = Language.ENGLISH, **changes: Any) -> bytes:
    return render(pick_list_of(PARCEL.model_copy(update=changes), language))


def texts(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


@BOTH
def test_what_the_bench_needs_reads_back_with_goods_in_both_languages(language: Language) -> None:
    [text] = texts(drawn(language))
    for expected in (
        ORDER, SECOND, UCR, "HN-1", "BOM-CRM-50", "Cotton T-shirt", "면 티셔츠", "Face cream 50 ml", "보습 크림 50 ml",
        "Haneul", "Bomnal", "2607A", "0.210", "1.680", "1.890 kg", "15", f"tradelane packing confirm {ORDER} --box",
    ):  # fmt: skip
        assert expected in text, expected
    assert text.count("□") == len(GOODS) + 4, "a box to tick for each line and for each parcel box"


def test_labels_are_in_the_language_of_the_bench() -> None:
    [english], [korean] = texts(drawn(Language.ENGLISH)), texts(drawn(Language.KOREAN))
    for said, other in ((english, korean), (korean, english)):
        assert said != other
    for label in ("Gross weight (g)", "Lot", "Picked by", "Page 1 of 1", "Bomnal Cosmetics"):
        assert label in english
        assert label not in korean
    for label in ("총중량(g)", "제조번호", "피킹 담당", "1쪽 중 1쪽", "봄날화장품"):
        assert label in korean
        assert label not in english


@BOTH
def test_order_and_ucr_can_be_scanned(language: Language) -> None:
    assert sorted(scanned(drawn(language))) == [ORDER, UCR]


@BOTH
def test_nothing_of_the_consignee_stands_there(language: Language) -> None:
    person = consignee(name="Xóchitl Zzyzx", email="xochitl@correo.example")
    everything = "".join(texts(drawn(language, consignee=person)))
    for personal in ("Xóchitl", "Zzyzx", "12.345.678-5", "123456785", "5555 0101", "Inventada", "Providencia", "@"):
        assert personal not in everything
    assert drawn(language, consignee=person) == drawn(language)


@BOTH
def test_the_same_parcel_gives_the_same_bytes(language: Language) -> None:
    assert drawn(language) == drawn(language, lots=dict(PARCEL.lots))
    assert drawn(language) != drawn(language, lots={})


def test_sixty_lines_go_over_pages_and_the_boxes_stay_together() -> None:
    many = tuple(item(sku=f"HN-{number:03d}") for number in range(60))
    pages = texts(drawn(items=many))
    assert len(pages) > 1
    for number in range(60):
        assert sum(page.count(f"HN-{number:03d}") for page in pages) == 1
    assert "Sealed" in pages[-1]
    assert "Picked by" in pages[-1]
    assert f"Page {len(pages)} of {len(pages)}" in pages[-1]


def test_a_character_without_glyph_is_named_before_drawing() -> None:
    with pytest.raises(MissingGlyph, match="U\\+1F600"):
        drawn(items=(item(description_en="Shirt \N{GRINNING FACE}"),))

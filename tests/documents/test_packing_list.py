"""The packing list shows packages, weights and volume, and no prices."""

from collections.abc import Callable
from io import BytesIO

from pypdf import PdfReader

from tradelane.documents.packing_list import render
from tradelane.domain.papers import PackingList

MakePackingList = Callable[..., PackingList]


def read_back(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def test_packages_weights_and_volume_read_back(make_packing_list: MakePackingList) -> None:
    [text] = read_back(render(make_packing_list()))
    for expected in (
        "PACKING LIST",
        "포장명세서",
        "CARTON",
        "22.5 × 15 × 10",
        "0.0034",
        "0.0068 CBM",
        "0.560 kg",
        "0.920 kg",
        "6KRMLC45848383497",
        "Page 1 of 1",
    ):
        assert expected in text
    assert text.count("Face cream 50 ml") == 4


def test_there_are_no_prices(make_packing_list: MakePackingList) -> None:
    [text] = read_back(render(make_packing_list()))
    assert "USD" not in text
    assert "Amount" not in text


def test_the_same_list_gives_the_same_bytes(make_packing_list: MakePackingList) -> None:
    assert render(make_packing_list()) == render(make_packing_list())


def test_many_packages_go_over_numbered_pages(make_packing_list: MakePackingList) -> None:
    texts = read_back(render(make_packing_list(packages=10, lines=6)))
    assert len(texts) > 1
    assert sum(text.count("Face cream 50 ml") for text in texts) == 60
    assert f"Page {len(texts)} of {len(texts)}" in texts[-1]


def test_goods_of_all_packages_stand_under_one_heading(make_packing_list: MakePackingList) -> None:
    whole = make_packing_list()
    closed = [package.model_dump() | {"lines": (), "net_weight_g": None} for package in whole.packages]
    lines = [line.model_dump() | {"number": at} for at, line in enumerate(whole.goods, start=1)]
    [text] = read_back(render(PackingList.model_validate({**whole.model_dump(), "packages": closed, "lines": lines})))
    assert "Goods in all packages" in text
    assert "1\N{EN DASH}2" in text
    assert text.count("Face cream 50 ml") == 4
    assert text.count("22.5 × 15 × 10") == 2
    assert "0.920 kg" in text


def test_a_lot_is_printed_with_its_goods(make_packing_list: MakePackingList) -> None:
    whole = make_packing_list(packages=1, lines=1)
    [package] = whole.packages
    line = package.lines[0].model_copy(update={"lot": "2607A"})
    listed = whole.model_copy(update={"packages": (package.model_copy(update={"lines": (line,)}),)})
    assert "제조번호 2607A" in read_back(render(listed))[0]
    assert "제조번호" not in read_back(render(whole))[0]

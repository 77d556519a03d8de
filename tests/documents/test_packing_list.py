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

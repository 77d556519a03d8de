"""The golden set in docs/papers is what the code draws today; who changes a paper looks at it and draws it anew."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.documents.golden import papers, parcel
from tests.documents.reading import pages, whole
from tradelane.documents.fonts import FontSource, load

FOLDER = Path(__file__).parents[2] / "docs" / "papers"
DRAWN = papers(parcel())
TEXTS = {
    "commercial-invoice": (1, "b99a164fe48d3bec"),
    "packing-list": (1, "c474bb9e0bbbdf34"),
    "cn23": (1, "1a46e4e618eb4838"),
    "origin-statement": (1, "302f901d27d36124"),
    "declaration-worksheet": (2, "c58cc593dcf90821"),
}
"""Pages and the hash of the text of each paper; after looking at the pictures, take the new values from the failure."""


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_the_golden_papers_say_what_they_said(name: str) -> None:
    text = whole(DRAWN[name])
    assert (len(pages(DRAWN[name])), hashlib.sha256(text.encode()).hexdigest()[:16]) == TEXTS[name]


def test_every_page_of_the_golden_set_has_its_picture() -> None:
    counts = {name: len(pages(pdf)) for name, pdf in DRAWN.items()}
    wanted = {
        f"{name}.png" if count == 1 else f"{name}-{number}.png"
        for name, count in counts.items()
        for number in range(1, count + 1)
    }
    assert {path.name for path in FOLDER.glob("*.png")} == wanted
    assert [path.name for path in FOLDER.glob("*.png") if path.stat().st_size > 100_000] == []


def test_trap_32_papers_are_set_in_the_regular_and_bold_of_nanumgothic_and_embed_them() -> None:
    """korea-export 9: Light has no accented Latin and only 2,350 Hangul; built-in CID fonts are not embedded."""
    source = FontSource.installed()
    assert (source.regular.name, source.bold.name) == ("NanumGothic.ttf", "NanumGothicBold.ttf")
    hangul = "".join(chr(code) for code in range(0xAC00, 0xD7A4))
    assert len(hangul) == 11_172
    for bold in (False, True):
        load().check([(hangul + "áéíóúñü¿¡ºª€₩￦–—①②㎏ÑÁÉÍÓÚÜ", bold, "")])
    for name, pdf in DRAWN.items():
        assert pdf.count(b"/FontFile2") >= 2, name
        assert b"/CIDFontType0" not in pdf and b"HYSMyeongJo" not in pdf and b"Light" not in pdf, name


def test_trap_27_the_invoice_shows_the_korean_code_as_korean_and_the_chilean_as_chilean() -> None:
    """korea-export 10 (27): HSK is what Korea says going out, the Chilean code what Chile says coming in."""
    text = whole(DRAWN["commercial-invoice"])
    assert "KR 3304.99-1000" in text
    assert "CL 3304.9910" in text
    assert "KR 3304.9910" not in text and "CL 3304.99-1000" not in text
    assert "CL " not in whole(DRAWN["declaration-worksheet"]).replace("CL 칠레", "")


def test_trap_08_accents_stay_on_invoice_and_label_and_go_from_what_korea_is_told() -> None:
    """korea-export 10 (8): Korean messages take ASCII names; invoice and label keep the ñ."""
    for name in ("commercial-invoice", "packing-list", "cn23", "origin-statement"):
        assert "María José Ñuñoa Pérez" in whole(DRAWN[name])
    assert "Maria Jose Nunoa Perez" in whole(DRAWN["declaration-worksheet"])


def test_trap_26_a_worksheet_says_on_every_page_that_it_is_a_draft_and_no_evidence() -> None:
    """korea-export 1.4: a draft (견본) is not evidence."""
    for text in pages(DRAWN["declaration-worksheet"]):
        assert "증빙 아님" in text

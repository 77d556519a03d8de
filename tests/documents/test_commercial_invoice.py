"""The commercial invoice reads back as it was meant, and the same invoice is the same file."""

import hashlib
import re
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from tests.documents.reading import whole
from tradelane.documents.commercial_invoice import render
from tradelane.documents.fonts import MissingGlyph
from tradelane.domain.money import Money
from tradelane.domain.papers import CommercialInvoice, PaperLine, PaperParty

MakeInvoice = Callable[..., CommercialInvoice]


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def lowest_text(pdf: bytes) -> float:
    heights: list[float] = []
    for page in PdfReader(BytesIO(pdf)).pages:
        page.extract_text(visitor_text=lambda text, cm, tm, font, size: heights.append(tm[5]) if text.strip() else None)
    return min(heights)


def test_everything_a_customs_officer_needs_reads_back(make_invoice: MakeInvoice) -> None:
    [text] = pages(render(make_invoice(waybill="1234567891", estimate_note="Weight not yet on the scale.")))
    for expected in (
        "COMMERCIAL INVOICE",
        "상업송장",
        "Hanbit Cosmetics (한빛화장품)",
        "123-45-67891",
        "María Ñuñoa Pérez",
        "12.345.678-5",
        "South Korea (KR)",
        "Chile (CL)",
        "6KRMLC45848383497",
        "6N002-26-000123X",
        "12 3456 7891",
        "DAP Santiago, Chile, Incoterms® 2020",
        "USD (US Dollar / Dólar estadounidense)",
        "FACTURA COMERCIAL",
        "Corea del Sur",
        "Same as consignee",
        "Paid in advance",
        "보습 크림",
        "HS 3304.99",
        "KR 3304.99-1000",
        "CL 3304.9910",
        "Weight not yet on the scale.",
        "Kim Ha-neul",
        "Page 1 of 1",
    ):
        assert expected in text


def test_the_figures_printed_add_up(make_invoice: MakeInvoice) -> None:
    [text] = pages(render(make_invoice()))
    assert text.count("25.80") == 2
    for figure in ("51.60", "9.80", "0.70", "-1.50", "USD 60.60", "0.280 kg", "0.460 kg"):
        assert figure in text


def test_an_invoice_without_waybill_and_declaration_says_nothing_false(make_invoice: MakeInvoice) -> None:
    [text] = pages(render(make_invoice(declarations=())))
    assert "6N002" not in text
    assert "ESTIMATE" not in text
    assert "Buyer" not in text


def test_another_buyer_has_a_box(make_invoice: MakeInvoice, make_party: Callable[..., PaperParty]) -> None:
    [text] = pages(render(make_invoice(buyer=make_party(name="Comercial Inventada SpA"))))
    assert "Buyer (if other than consignee)" in text
    assert "Comercial Inventada SpA" in text


def test_the_same_invoice_gives_the_same_bytes_in_every_process(make_invoice: MakeInvoice) -> None:
    invoice = make_invoice(3)
    here = render(invoice)
    assert render(invoice) == here
    program = (
        "import sys, hashlib\n"
        "from tradelane.documents.commercial_invoice import render\n"
        "from tradelane.domain.papers import CommercialInvoice\n"
        "invoice = CommercialInvoice.model_validate_json(sys.stdin.read())\n"
        "print(hashlib.sha256(render(invoice)).hexdigest())\n"
    )
    there = subprocess.run(
        [sys.executable, "-c", program],
        input=invoice.model_dump_json().encode(),
        capture_output=True,
        check=True,
    )
    assert there.stdout.decode().strip() == hashlib.sha256(here).hexdigest()


def test_another_invoice_gives_other_bytes(make_invoice: MakeInvoice) -> None:
    assert render(make_invoice(2)) != render(make_invoice(3))


def test_sixty_lines_go_over_numbered_pages_with_headings(make_invoice: MakeInvoice) -> None:
    texts = pages(render(make_invoice(60)))
    assert len(texts) > 1
    for number, text in enumerate(texts, 1):
        assert f"Page {number} of {len(texts)}" in text
        assert "6KRMLC45848383497" in text
    marks = [mark for text in texts for mark in re.findall(r"HB-(\d{4})", text)]
    assert marks == [f"{number:04d}" for number in range(1, 61)]
    with_goods = [text for text in texts if "HB-" in text]
    assert all("Description of goods" in text for text in with_goods)
    assert len(with_goods) >= len(texts) - 1
    assert "TOTAL INVOICED" in texts[-1]
    assert not any("TOTAL INVOICED" in text for text in texts[:-1])


def test_a_name_of_300_characters_is_wrapped_and_complete(
    make_invoice: MakeInvoice, make_party: Callable[..., PaperParty]
) -> None:
    name = " ".join(f"nombre{number:03d}" for number in range(30)) + "x"
    assert len(name) == 300
    [text] = pages(render(make_invoice(consignee=make_party(name=name))))
    assert name in " ".join(text.split())


def test_the_widest_allowed_texts_stay_on_the_page(
    make_invoice: MakeInvoice, make_party: Callable[..., PaperParty], make_line: Callable[..., PaperLine]
) -> None:
    widest = make_party(name="W" * 300, lines=("W" * 100,) * 6, phone="W" * 100, email="W" * 100)
    line = make_line(1, description_en="W" * 500, description_ko="한" * 500, marks="W" * 120)
    pdf = render(
        make_invoice(
            lines=(line,),
            consignee=widest,
            buyer=widest,
            order_references=("W" * 100,) * 30,
            estimate_note="W" * 300,
            signatory="W" * 100,
        )
    )
    assert lowest_text(pdf) > 28
    assert "".join(pages(pdf)).count("한") >= 500


def test_a_character_without_glyph_is_refused_by_name_before_drawing(
    make_invoice: MakeInvoice, make_line: Callable[..., PaperLine]
) -> None:
    line = make_line(1, description_en="Cream \U0001f338 \U0001f338 \u0e01")
    with pytest.raises(MissingGlyph, match=r"U\+1F338.*U\+0E01.* in Description of goods\.$") as refusal:
        render(make_invoice(lines=(line,)))
    assert refusal.value.characters == "\U0001f338\u0e01"


def test_a_consignee_whose_name_cannot_be_drawn_is_named_by_the_box_and_not_by_the_name(
    make_invoice: MakeInvoice, make_party: Callable[..., PaperParty]
) -> None:
    with pytest.raises(MissingGlyph) as refusal:
        render(make_invoice(consignee=make_party(name="Ana \U0001f338 Inventada")))
    assert str(refusal.value) == "The font of the papers has no glyph for '\U0001f338' (U+1F338) in Consignee."


def test_a_price_of_nothing_and_a_discount_are_printed_as_they_are(
    make_invoice: MakeInvoice, make_line: Callable[..., PaperLine]
) -> None:
    free = make_line(1, unit_price=Money(amount=Decimal(0), currency="USD"))
    cheaper = make_line(2, list_price=Money(amount=Decimal("15.00"), currency="USD"))
    text = whole(render(make_invoice(lines=(free, cheaper))))
    assert "0.00" in text
    assert "list 15.00" in text
    assert "USD 4.20" in text, "2 x (15.00 - 12.90)"


def test_a_notify_party_has_a_box_of_its_own(make_invoice: MakeInvoice, make_party: Callable[..., PaperParty]) -> None:
    text = whole(render(make_invoice(notify_party=make_party(name="Agencia Inventada Ltda."))))
    assert "Agencia Inventada Ltda." in text
    assert "Same as consignee" not in text


def test_accents_written_as_separate_marks_are_drawn_composed(
    make_invoice: MakeInvoice, make_party: Callable[..., PaperParty]
) -> None:
    [text] = pages(render(make_invoice(consignee=make_party(name="Pen\u0303a"))))
    assert "Peña" in text


def test_the_fonts_are_embedded_subsets(make_invoice: MakeInvoice) -> None:
    pdf = render(make_invoice())
    fonts = [
        font.get_object()
        for page in PdfReader(BytesIO(pdf)).pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
        if "Nanum" in font.get_object()["/BaseFont"]
    ]
    assert len(fonts) >= 2
    assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)
    assert len(pdf) < 150_000

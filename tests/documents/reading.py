"""Reading papers back: text, barcodes from the rendered page, and where every line of text was placed."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from itertools import combinations

import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader

from tradelane.documents.form import LEFT, RIGHT
from tradelane.documents.page import HEIGHT, Pad, Text

MARGIN = 1.0
"""Points by which a line of text may leave its frame, for rounding."""


def pages(pdf: bytes) -> list[str]:
    """The text of every page."""
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def whole(pdf: bytes) -> str:
    """All text with single spaces, so that a wrapped line reads as one."""
    return " ".join(" ".join(pages(pdf)).split())


def scanned(pdf: bytes) -> list[str]:
    """What a scanner reads on the first page, scanned at 150 dots an inch, from the top."""
    document = pypdfium2.PdfDocument(pdf)
    picture = document[0].render(scale=150 / 72, grayscale=True).to_pil()
    document.close()
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.Code128)
    return [one.text for one in sorted(found, key=lambda one: one.position.top_left.y)]


def dark_outside(pdf: bytes) -> int:
    """Dots of any page that are drawn outside the frame that all papers keep."""
    document = pypdfium2.PdfDocument(pdf)
    count = 0
    for number in range(len(document)):
        picture = document[number].render(scale=1, grayscale=True).to_pil()
        width, height = picture.size
        left, right, top, bottom = int(LEFT) - 3, int(RIGHT) + 3, 28, height - 20
        frame = ((0, 0, left, height), (right, 0, width, height), (0, 0, width, top), (0, bottom, width, height))
        for box in frame:
            count += sum(picture.crop(box).histogram()[:200])
    document.close()
    return count


def clashes(draw: Callable[[], bytes], patch: pytest.MonkeyPatch) -> list[str]:
    """Lines of text that leave the frame or lie over one another, on all pages of what is drawn."""
    seen: list[Pad] = []
    finish = Pad.finish
    patch.setattr(Pad, "finish", lambda pad: (seen.append(pad), finish(pad))[1])
    draw()
    [pad] = seen
    found = []
    for page, sheet in enumerate(pad.sheets, 1):
        placed = [(item, _area(pad, item)) for item in sheet.placed if isinstance(item, Text) and item.text.strip()]
        for item, (left, top, right, bottom) in placed:
            if left < LEFT - MARGIN or right > RIGHT + MARGIN or top < 30 or bottom > HEIGHT - 24:
                found.append(f"page {page}: {item.field}: {item.text[:40]!r} leaves the page")
        for (one, a), (other, b) in combinations(placed, 2):
            if min(a[2], b[2]) - max(a[0], b[0]) > MARGIN and min(a[3], b[3]) - max(a[1], b[1]) > MARGIN:
                found.append(
                    f"page {page}: {one.field}: {one.text[:40]!r} lies over {other.field}: {other.text[:40]!r}"
                )
    return found


def _area(pad: Pad, item: Text) -> tuple[float, float, float, float]:
    width = pad.width(item.text, item.style)
    left = item.x - {"left": 0.0, "centre": 0.5, "right": 1.0}[item.align] * width
    return left, item.y + 0.1 * item.style.size, left + width, item.y + 1.1 * item.style.size

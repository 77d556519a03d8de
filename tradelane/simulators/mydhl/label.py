"""The papers DHL makes itself: label, waybill and invoice as small PDF files, the same bytes for the same parcel."""

from __future__ import annotations

import io

from reportlab.lib.pagesizes import A6
from reportlab.pdfgen.canvas import Canvas


def paper(title: str, lines: list[str]) -> bytes:
    """A one-page PDF. Characters outside Latin-1 are shown as `?`: DHL prints no Hangul."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A6, invariant=1)
    canvas.setFont("Helvetica-Bold", 14)
    canvas.drawString(20, 390, title)
    canvas.setFont("Helvetica", 9)
    for row, line in enumerate(lines):
        canvas.drawString(20, 365 - 14 * row, line.encode("latin-1", "replace").decode("latin-1"))
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()

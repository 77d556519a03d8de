"""Whether the texts of a product can be filed and printed: limits of the declaration, glyphs of the papers' fonts."""

from __future__ import annotations

from functools import cache

from tradelane.desk.complaints import NotThere
from tradelane.domain.catalogue import Product
from tradelane.domain.text_limits import Effect, TextFault, product_faults

PRINTED = ("brand_name", "description_ko", "description_en", "description_es", "maker_name", "composition")
"""Texts that stand on invoice, packing list or origin statement."""


def text_faults(product: Product) -> list[TextFault]:
    """What cannot be filed or printed as it stands."""
    return [*product_faults(product), *glyph_faults(product)]


def glyph_faults(product: Product) -> list[TextFault]:
    """Texts with a character that the fonts of the papers cannot draw."""
    found = []
    for field in PRINTED:
        text: str = getattr(product, field) or ""
        lacking = "" if text.isascii() and text.isprintable() else _lacking(text)
        if lacking:
            named = ", ".join(f"{character!r} (U+{ord(character):04X})" for character in lacking)
            words = f"the fonts of the papers have no glyph for {named}; write it without"
            found.append(TextFault(field=field, effect=Effect.REFUSED, words=words))
    return found


def _lacking(text: str) -> str:
    return "".join(character for character in dict.fromkeys(text) if not _drawn(character))


@cache
def _drawn(character: str) -> bool:
    from tradelane.documents import fonts  # parsing them takes a quarter of a second

    try:
        loaded = fonts.load()
    except fonts.FontsNotFound as missing:
        raise NotThere(str(missing)) from missing
    return not loaded.regular.lacks(character) and not loaded.bold.lacks(character)

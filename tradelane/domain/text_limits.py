"""How much of a text fits a box of the Korean declaration, before anything is sent.

Limits are those of KTNET's field table (EUC-KR bytes; one place for each ASCII letter). Names of companies, places and
brands are cut to their box, as on the printed form. What says another thing when it is cut (composition, an identifier,
a description that classifies the goods) is refused where it is typed.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from tradelane.domain.catalogue import Exporter, Product
from tradelane.domain.transliteration import cut_at_word, cut_euc_kr, euc_kr_length, to_ascii


class Effect(StrEnum):
    """What a fault does to a declaration."""

    REFUSED = "refused"
    """It cannot be filed like that."""
    CUT = "cut"
    """It is filed in a shorter or plainer form."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Limit(_Value):
    """What one field may hold: bytes of its box, in ASCII or in EUC-KR."""

    field: str
    length: int
    ascii: bool = False
    cut: bool = False


class TextFault(_Value):
    """A text that does not fit its box as it stands."""

    field: str
    effect: Effect
    words: str


PRODUCT_LIMITS: tuple[Limit, ...] = (
    Limit(field="sku", length=50),
    Limit(field="brand_name", length=30, ascii=True, cut=True),
    Limit(field="description_ko", length=300),
    Limit(field="description_en", length=300, ascii=True),
    Limit(field="maker_name", length=28, cut=True),
    Limit(field="composition", length=70, ascii=True),
    Limit(field="permits", length=480),
)
"""ItemCode, BrandName, the broker's sheet, GoodsName, MakerName, Component, and the declarant's remarks."""

HEADING = 50
"""Places of `GoodsDesc`, which heads a line; the whole description stands in `GoodsName` below it."""

EXPORTER_LIMITS: tuple[Limit, ...] = (
    Limit(field="name_ko", length=28, cut=True),
    Limit(field="representative_ko", length=12, cut=True),
    Limit(field="address_ko", length=150, cut=True),
    Limit(field="goods_location_ko", length=70, cut=True),
)
"""ExportPartyCompanyName, ExportPartyCeoName, ExportPartyAddress, GoodsLocAddress."""


def product_faults(product: Product) -> tuple[TextFault, ...]:
    """Texts of a product that do not fit the declaration as they stand.

    >>> [fault.words for fault in product_faults(Product(sku="A", composition="면 100%"))]
    ["No ASCII form exists for '면'; write it in English"]
    """
    found = list(_faults(product, PRODUCT_LIMITS))
    told = product.description_en or ""
    if told.isascii() and len(told) > HEADING:
        words = f"the line of the declaration is headed {cut_at_word(told, HEADING)!r}; the whole stands below it"
        found.append(TextFault(field="description_en", effect=Effect.CUT, words=words))
    return tuple(found)


def exporter_faults(exporter: Exporter) -> tuple[TextFault, ...]:
    """Texts of an exporter that do not fit the declaration as they stand."""
    return tuple(_faults(exporter, EXPORTER_LIMITS))


def _faults(record: BaseModel, limits: Iterable[Limit]) -> Iterable[TextFault]:
    for limit in limits:
        text = (getattr(record, limit.field) or "").strip()
        if text and (fault := _fault(limit, text)) is not None:
            yield fault


def _fault(limit: Limit, text: str) -> TextFault | None:
    try:
        plain = to_ascii(text) if limit.ascii else text
        length = len(plain) if limit.ascii else euc_kr_length(plain)
    except ValueError as wrong:
        mend = "write it in English" if limit.ascii else "Korean customs cannot read it"
        return TextFault(field=limit.field, effect=Effect.REFUSED, words=f"{str(wrong).removesuffix('.')}; {mend}")
    if length <= limit.length:
        return None
    unit = "letters" if limit.ascii else "EUC-KR bytes (a Hangul syllable is two)"
    words = f"it has {length} {unit}, and the box of the declaration {limit.length}"
    if not limit.cut:
        return TextFault(field=limit.field, effect=Effect.REFUSED, words=f"{words}; write it shorter")
    short = cut_at_word(plain, limit.length) if limit.ascii else cut_euc_kr(plain, limit.length)
    return TextFault(field=limit.field, effect=Effect.CUT, words=f"{words}: {short!r} is filed")

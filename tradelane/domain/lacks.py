"""What a product lacks before anything may be filed for it: named without an order, so that desk and plan say the same.

The command that supplies it depends on who asks: an order is amended, the catalogue is set.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from shlex import quote

from pydantic import BaseModel, ConfigDict

from tradelane.domain.catalogue import (
    NEEDED,
    TARIFF_CODES,
    Exporter,
    Product,
    approved,
    claims_preference,
    missing_fields,
)
from tradelane.domain.dangerous_goods import hazards, lacks_consent

PARTY = "KR"
"""Goods that originate elsewhere have no preference under the Korea-Chile agreement."""


class Remedy(StrEnum):
    """What closes a lack."""

    FIELD = "field"
    """The product's field is stated or corrected."""
    APPROVAL = "approval"
    """A person approves the tariff codes."""
    EXPORTER = "exporter"
    """The exporter is registered."""
    SIGNER = "signer"
    """The exporter names who signs its origin statements."""


class Lack(BaseModel):
    """One thing that keeps goods from being declared."""

    model_config = ConfigDict(frozen=True)

    sku: str
    what: str
    """A clause for a hold; it names the SKU."""
    remedy: Remedy
    field: str = ""
    """With FIELD: the field to state; with APPROVAL: `hsk`, `cl_tariff` or `both`."""
    exporter_id: str = ""


def lacks(product: Product, exporters: Mapping[str, Exporter], amended: Collection[str] = ()) -> tuple[Lack, ...]:
    """Everything a product lacks, at once.

    `amended` names fields that a person has amended for the order at hand: a tariff code among them is approved by
    that decision, which keeps who and why.
    """
    sku, named = product.sku, product.exporter_id or ""
    exporter = exporters.get(named)
    found = [
        Lack(sku=sku, what=f"SKU {sku}: {name} is missing{_why(name, product)}", remedy=Remedy.FIELD, field=name)
        for name in missing_fields(product, exporter)
    ]
    if named.strip() and exporter is None:
        what = f"SKU {sku}: exporter {named} is not registered"
        found.append(Lack(sku=sku, what=what, remedy=Remedy.EXPORTER, exporter_id=named))
    found += _codes(product, amended)
    if claims_preference(product):
        found += _preference(product, exporter)
    if lacks_consent(product):
        dangers = "; ".join(str(one) for one in hazards(product))
        what = f"SKU {sku} is dangerous by air ({dangers}); the carrier's consent is not written down"
        found.append(Lack(sku=sku, what=what, remedy=Remedy.FIELD, field="dangerous_goods_consent"))
    return tuple(found)


def _why(name: str, product: Product) -> str:
    if name in NEEDED:
        return ""
    return " (preference is claimed)" if claims_preference(product) else " (the exporter wants drawback)"


def _codes(product: Product, amended: Collection[str]) -> list[Lack]:
    """Codes that contradict one another, and codes that nobody has approved."""
    sku, found = product.sku, []
    if product.hsk and product.cl_tariff and product.hsk.hs6 != product.cl_tariff.hs6:
        what = (
            f"SKU {sku}: Korean code {product.hsk.printed} and Chilean code {product.cl_tariff.printed} "
            "do not begin with the same six digits; correct cl_tariff or hsk"
        )
        found.append(Lack(sku=sku, what=what, remedy=Remedy.FIELD, field="cl_tariff"))
    open_codes = [
        name
        for name in TARIFF_CODES
        if getattr(product, name) is not None and name not in amended and not approved(product, name)
    ]
    if open_codes:
        words = {"hsk": "Korean code", "cl_tariff": "Chilean code"}
        named = " and ".join(f"{words[name]} {getattr(product, name).printed}" for name in open_codes)
        verb = "are" if len(open_codes) > 1 else "is"
        both = "both" if len(open_codes) > 1 else open_codes[0]
        what = f"SKU {sku}: {named} {verb} approved by nobody"
        found.append(Lack(sku=sku, what=what, remedy=Remedy.APPROVAL, field=both))
    return found


def _preference(product: Product, exporter: Exporter | None) -> list[Lack]:
    sku, found = product.sku, []
    if product.origin is not None and product.origin != PARTY:
        what = (
            f"SKU {sku}: preference under the Korea-Chile agreement is claimed for goods from {product.origin}; "
            f"correct origin, or drop the claim with tradelane catalogue set {quote(sku)} preference="
        )
        found.append(Lack(sku=sku, what=what, remedy=Remedy.FIELD, field="origin"))
    if exporter is not None and exporter.origin_signer is None:
        what = f"SKU {sku}: preference is claimed, and exporter {exporter.id} names nobody who signs origin statements"
        found.append(Lack(sku=sku, what=what, remedy=Remedy.SIGNER, exporter_id=exporter.id))
    return found

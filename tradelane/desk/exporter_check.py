"""`exporters check`: what would hold the orders of an exporter, and what its declarations cut short."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from shlex import quote

from pydantic import BaseModel, ConfigDict

from tradelane.desk.catalogue_check import FILING, PLAN
from tradelane.desk.exporters import exporters
from tradelane.domain.catalogue import (
    NEEDED_FOR_DRAWBACK,
    Drawback,
    Exporter,
    Product,
    claims_preference,
    missing_fields,
)
from tradelane.domain.exporter_rules import shape_faults, way_faults
from tradelane.domain.text_limits import Effect, exporter_faults
from tradelane.stores import Stores

OfficeOf = Callable[[str], str | None]
"""The customs office (three digits) that looks after a postcode, by UNI-PASS API031; None where it does not say."""

MOST_NAMED = 5
"""SKUs named in one line; the others are counted."""


class Trouble(BaseModel):
    """One thing about an exporter: it holds its orders, or a text of it is filed cut short."""

    model_config = ConfigDict(frozen=True)

    exporter_id: str
    holds: bool
    step: str
    what: str
    command: str


def check(stores: Stores, exporter_id: str | None = None, *, office_of: OfficeOf | None = None) -> tuple[Trouble, ...]:
    """What would hold the orders of one exporter or of all; `office_of` asks customs who looks after a postcode.

    Raises:
        NotFound: there is no such exporter.
    """
    chosen = exporters(stores, exporter_id)
    sold: dict[str, list[Product]] = {}
    for product in stores.catalogue.all():
        sold.setdefault(product.exporter_id or "", []).append(product)
    return tuple(one for exporter in chosen for one in _troubles(exporter, sold.get(exporter.id, []), office_of))


def _troubles(exporter: Exporter, sold: Sequence[Product], office_of: OfficeOf | None) -> Iterator[Trouble]:
    set_it = f"tradelane exporters set {quote(exporter.id)}"

    def trouble(step: str, what: str, command: str, *, holds: bool = True) -> Trouble:
        return Trouble(exporter_id=exporter.id, holds=holds, step=step, what=what, command=command)

    claimed = [product.sku for product in sold if claims_preference(product)]
    if claimed and exporter.origin_signer is None:
        what = f"preference is claimed for {_named(claimed)}, and nobody is named who signs origin statements"
        yield trouble(PLAN, what, f"{set_it} origin_signer.name=NAME origin_signer.title=TITLE")
    unmade = [p.sku for p in sold if set(NEEDED_FOR_DRAWBACK) & set(missing_fields(p, exporter))]
    if exporter.drawback is not Drawback.NONE and unmade:
        what = f"drawback is wanted, and nobody has said who makes {_named(unmade)}"
        command = f"tradelane catalogue set {quote(unmade[0])} maker_name=NAME maker_customs_id=CODE"
        yield trouble(PLAN, what, command)
    for fault in (*shape_faults(exporter), *way_faults(exporter)):
        yield trouble(FILING, f"{fault.field}: {fault.words}", fault.command)
    for text in exporter_faults(exporter):
        command = f"{set_it} {text.field}=VALUE"
        yield trouble(FILING, f"{text.field}: {text.words}", command, holds=text.effect is Effect.REFUSED)
    right = office_of(exporter.goods_location_postcode) if office_of is not None else None
    if right is not None and right != exporter.customs_office:
        what = (
            f"customs_office: {exporter.customs_office} does not look after postcode "
            f"{exporter.goods_location_postcode}, where the goods are; {right} does"
        )
        yield trouble(FILING, what, f"{set_it} customs_office={right} customs_division=DIVISION")


def _named(skus: Sequence[str]) -> str:
    more = f" and {len(skus) - MOST_NAMED} more" if len(skus) > MOST_NAMED else ""
    return f"{', '.join(skus[:MOST_NAMED])}{more}"

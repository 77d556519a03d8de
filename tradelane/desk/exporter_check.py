"""`exporters check`: what would hold the orders of an exporter, and what its declarations cut short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from shlex import quote

from pydantic import BaseModel, ConfigDict, computed_field

from tradelane.desk.catalogue_check import FILING, PLAN
from tradelane.desk.exporters import exporters
from tradelane.desk.goods_place import Ask, PlaceDoubt, place_doubts
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

MOST_NAMED = 5
"""SKUs named in one line; the others are counted."""


class Consequence(StrEnum):
    """What a trouble does to the exporter's orders."""

    HOLDS = "holds"
    CUT = "cut"
    """A text is filed cut short."""
    UNCHECKED = "unchecked"
    """It may hold: customs has not been asked, or has not answered."""


class Trouble(BaseModel):
    """One thing about an exporter that holds its orders, cuts a text of its declarations, or could not be checked."""

    model_config = ConfigDict(frozen=True)

    exporter_id: str
    effect: Consequence
    step: str
    what: str
    command: str

    @computed_field  # type: ignore[prop-decorator]
    @property
    def holds(self) -> bool:
        """Whether it is certain to hold."""
        return self.effect is Consequence.HOLDS


def check(stores: Stores, exporter_id: str | None, ask: Ask) -> tuple[Trouble, ...]:
    """What would hold the orders of one exporter or of all; `ask` asks customs which office looks after a postcode.

    Raises:
        NotFound: there is no such exporter.
    """
    chosen = exporters(stores, exporter_id)
    sold: dict[str, list[Product]] = {}
    for product in stores.catalogue.all():
        sold.setdefault(product.exporter_id or "", []).append(product)
    doubts = place_doubts(chosen, ask)
    return tuple(
        one for exporter in chosen for one in _troubles(exporter, sold.get(exporter.id, []), doubts.get(exporter.id))
    )


def _troubles(exporter: Exporter, sold: Sequence[Product], place: PlaceDoubt | None) -> Iterator[Trouble]:
    set_it = f"tradelane exporters set {quote(exporter.id)}"

    def trouble(step: str, what: str, command: str, effect: Consequence = Consequence.HOLDS) -> Trouble:
        return Trouble(exporter_id=exporter.id, effect=effect, step=step, what=what, command=command)

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
        effect = Consequence.HOLDS if text.effect is Effect.REFUSED else Consequence.CUT
        yield trouble(FILING, f"{text.field}: {text.words}", command, effect)
    if place is not None:
        effect = Consequence.HOLDS if place.wrong else Consequence.UNCHECKED
        yield trouble(FILING, f"customs_office: {place.words}", place.command, effect)


def _named(skus: Sequence[str]) -> str:
    more = f" and {len(skus) - MOST_NAMED} more" if len(skus) > MOST_NAMED else ""
    return f"{', '.join(skus[:MOST_NAMED])}{more}"

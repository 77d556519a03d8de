"""What makes goods dangerous by air, and what a carrier wants before it takes them.

Rules of thumb of Korean forwarders and the post, not the regulations of IATA: each says how sure it is and who says so.
A carrier's contract may be stricter. Facts that nobody has stated are gaps of the catalogue, not rules of this module.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from tradelane.domain.catalogue import Battery, Product


class Certainty(StrEnum):
    """How sure a rule is."""

    PUBLISHED = "published"
    """Seen in a public source that is named."""
    REMEMBERED = "remembered"
    """Known in the trade; the paper itself was not seen."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Rule(_Value):
    """One reason why goods are dangerous by air."""

    name: str
    wants: str
    """What the carrier asks for, in words that stand in a hold."""
    certainty: Certainty
    source: str
    cargo_only: bool = False
    """True where no passenger aircraft takes them."""
    banned_by_post: bool = True
    """True where Korea Post takes none at all (its list: sprays, perfume, adhesives, lithium, magnets)."""


class Hazard(_Value):
    """A rule that goods fall under, with the fact that puts them there."""

    rule: Rule
    fact: str

    def __str__(self) -> str:
        return f"{self.fact}: {self.rule.wants}"


ALCOHOL_LIMIT_PERCENT = Decimal(24)
"""Alcohol by volume up to which goods travel as any others; some couriers take less (guide.poomgo.com)."""

ALCOHOL = Rule(
    name="alcohol",
    wants="the carrier's consent and the safety data sheet (MSDS)",
    certainty=Certainty.PUBLISHED,
    source="guide.poomgo.com: up to 24 % acceptable to some couriers, above it dangerous, MSDS required",
)
AEROSOL = Rule(
    name="aerosol",
    wants="the carrier's consent and the safety data sheet (MSDS)",
    certainty=Certainty.PUBLISHED,
    source="guide.poomgo.com; Korea Post's list of what it does not take",
)
BATTERIES_ALONE = Rule(
    name="batteries_alone",
    wants="the carrier's consent; cargo aircraft only (PI 965, 968)",
    certainty=Certainty.REMEMBERED,
    source="IATA packing instructions 965 and 968",
    cargo_only=True,
)
BATTERIES_WITH_EQUIPMENT = Rule(
    name="batteries_with_equipment",
    wants="a contract with the carrier for batteries packed with equipment (PI 966, 969)",
    certainty=Certainty.PUBLISHED,
    source="guide.poomgo.com; IATA packing instructions 966 and 969",
)
BATTERIES_IN_EQUIPMENT = Rule(
    name="batteries_in_equipment",
    wants="a contract with the carrier for batteries in equipment (PI 967, 970)",
    certainty=Certainty.PUBLISHED,
    source="guide.poomgo.com; IATA packing instructions 967 and 970",
)
MAGNET = Rule(
    name="magnet",
    wants="the carrier's consent for magnetised material",
    certainty=Certainty.PUBLISHED,
    source="guide.poomgo.com; Korea Post's list of what it does not take",
)

_TESTS: tuple[tuple[Rule, Callable[[Product], bool], str], ...] = (
    (ALCOHOL, lambda goods: (goods.alcohol_percent or Decimal(0)) > ALCOHOL_LIMIT_PERCENT, ""),
    (AEROSOL, lambda goods: goods.aerosol is True, "an aerosol"),
    (BATTERIES_ALONE, lambda goods: goods.battery is Battery.ALONE, "batteries alone"),
    (BATTERIES_WITH_EQUIPMENT, lambda goods: goods.battery is Battery.WITH_EQUIPMENT, "batteries with equipment"),
    (BATTERIES_IN_EQUIPMENT, lambda goods: goods.battery is Battery.IN_EQUIPMENT, "batteries in equipment"),
    (MAGNET, lambda goods: goods.magnet is True, "a magnet"),
)

RULES: tuple[Rule, ...] = tuple(rule for rule, _, _ in _TESTS)


def hazards(product: Product) -> tuple[Hazard, ...]:
    """Every rule that goods fall under; empty for what travels as any other parcel.

    >>> [str(one) for one in hazards(Product(sku="P-1", alcohol_percent=Decimal("75")))]
    ["75 % alcohol (limit 24 %): the carrier's consent and the safety data sheet (MSDS)"]
    """
    return tuple(Hazard(rule=rule, fact=fact or _alcohol(product)) for rule, holds, fact in _TESTS if holds(product))


def lacks_consent(product: Product) -> bool:
    """Whether goods are dangerous by air and nobody has written down that the carrier takes them."""
    return bool(hazards(product)) and not (product.dangerous_goods_consent or "").strip()


def _alcohol(product: Product) -> str:
    return f"{product.alcohol_percent:f} % alcohol (limit {ALCOHOL_LIMIT_PERCENT} %)"

"""Terms of delivery and what carriage costs: whether a price holds freight and insurance, and how much of them.

Sources: Incoterms 2020 (ICC); the list of KTNET's validator for the boxes 47 and 48 of the export declaration
(수출신고): CIF, CIP, DAF, DDP, DDU, DEQ, DES, DAT, DAP hold both, CFR and CPT hold freight alone. DPU, which took the
place of DAT in 2020, is not in that list and is read as DAT was.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from tradelane.domain.money import Money
from tradelane.domain.papers import Incoterm

HOLDS_BOTH = frozenset({Incoterm.CIF, Incoterm.CIP, Incoterm.DAP, Incoterm.DPU, Incoterm.DDP})
"""Terms whose price holds freight and insurance."""

HOLDS_FREIGHT = HOLDS_BOTH | {Incoterm.CFR, Incoterm.CPT}
"""Terms whose price holds freight; the others are priced at the place where the goods leave."""

Won = Annotated[Decimal, Field(ge=0, le=100_000_000)]
Permille = Annotated[Decimal, Field(ge=0, lt=1000)]


class CarriageCosts(BaseModel):
    """What carriage to the buyer costs the seller, by its contract with the forwarder; 0 is *not known*.

    A declaration is filed before the parcel is booked, so it takes these figures and not the waybill's.
    """

    model_config = ConfigDict(frozen=True)

    freight_base_krw: Won = Decimal(0)
    """Won for each parcel."""
    freight_per_kg_krw: Won = Decimal(0)
    """Won for each kilogram of gross weight, beside the base."""
    insurance_permille: Permille = Decimal(0)
    """Thousandths of the price."""

    def freight(self, gross_weight_g: int) -> Money:
        """Carriage of a parcel in won, rounded up.

        >>> str(CarriageCosts(freight_base_krw=Decimal(9000), freight_per_kg_krw=Decimal(12500)).freight(345))
        '13313 KRW'
        """
        return _up(self.freight_base_krw + self.freight_per_kg_krw * gross_weight_g / 1000)

    def insurance(self, price_krw: Money) -> Money:
        """Insurance of goods of a price in won, rounded up: what is insured is never insured for nothing."""
        return _up(price_krw.amount * self.insurance_permille / 1000)

    def unknown(self, term: Incoterm) -> tuple[str, ...]:
        """Settings that the terms of delivery need and that nobody has set."""
        unset = []
        if term in HOLDS_FREIGHT and not (self.freight_base_krw or self.freight_per_kg_krw):
            unset.append("TRADELANE_FREIGHT_BASE_KRW or TRADELANE_FREIGHT_PER_KG_KRW")
        if term in HOLDS_BOTH and not self.insurance_permille:
            unset.append("TRADELANE_INSURANCE_PERMILLE")
        return tuple(unset)


def _up(won: Decimal) -> Money:
    return Money(amount=won.quantize(Decimal(1), rounding=ROUND_CEILING), currency="KRW")


def unfit_for_air(term: Incoterm) -> str | None:
    """Why a term cannot stand on the papers of an air parcel of an exporter that declares itself; None when it can.

    >>> unfit_for_air(Incoterm.FCA) is None
    True
    """
    if term is Incoterm.EXW:
        return "EXW leaves the export declaration to the buyer, and here the exporter files it: use FCA"
    if term.for_sea_only:
        return f"{term.value} is a term for goods put on board a ship, and parcels fly: use FCA, CPT, CIP, DAP or DDP"
    return None

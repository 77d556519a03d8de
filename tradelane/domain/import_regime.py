"""Chilean import: which regime a parcel falls under and what duty and IVA to expect.

Chosen by the purchase instant, never by arrival (Ley 21.713 art. 3; Res. Ex. SII 84, 93, 103/SNA 3507, 141, 145).
Rates are effective-dated data. Amounts are USD cents, half up per amount, as on a real DIN
(CIF 687.71 -> IVA 130.66). What sources leave open is a field of `ImportPolicy`, not a guess in code.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from tradelane.domain.consignment import Consignment
from tradelane.domain.money import Money
from tradelane.domain.trade_time import CHILE


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


RULE_OF_2025 = datetime(2025, 10, 25, 0, 0, tzinfo=CHILE)
"""First purchase instant under the new rule; earlier purchases keep the old one whatever the arrival."""

IVA = Decimal("0.19")
AD_VALOREM = Decimal("0.06")


class ImportRegime(StrEnum):
    """The treatment at the border, named for the operator's table."""

    IVA_CHARGED_AT_SALE = "IVA at sale"
    GENERAL = "general 6%+19%"
    PERMIT = "permit goods 6%+19%"
    BEFORE_OCTOBER_2025 = "before 25-10-2025"
    IVA_CONTRIBUTOR = "buyer is IVA contributor"


class ImportPolicy(_Value):
    """What the law's sources leave open or what changes, with the value in force here."""

    low_value_usd: Decimal = Decimal(500)
    """Per item, price with every accessory charge (Res. 84 and a carrier notice); other summaries say FOB or CIF."""
    old_de_minimis_usd: Decimal = Decimal(41)
    courier_limit_usd: Decimal = Decimal(3000)
    """FOB limit of courier clearance without a customs agent (decree 9 of 18-01-2019)."""
    duty_without_accreditation: bool = True
    """Sources differ for low-value goods without accredited IVA; the carrier notice says duty and IVA."""
    theoretical_insurance: Decimal = Decimal("0.02")
    theoretical_freight: Decimal = Decimal("0.05")


class ImportAssessment(_Value):
    """What to expect at the border; a forecast, the authority's liquidation replaces it."""

    regime: ImportRegime
    channel: str
    """`courier` up to the limit, `broker` (agente de aduana, DIN) above."""
    cif: Money
    duty: Money
    iva: Money
    why: str

    @property
    def payable(self) -> Money:
        return self.duty + self.iva


def assess(consignment: Consignment, policy: ImportPolicy | None = None) -> ImportAssessment:
    """Choose the regime of a parcel and compute duty and IVA (USD, two decimals).

    A parcel with one item above the limit is assessed as a whole: how couriers split it is not published.

    Raises:
        ValueError: the consignment is not valued in USD.
    """
    policy = policy or ImportPolicy()
    fob = consignment.goods_value
    if fob.currency != "USD":
        raise ValueError(f"Chilean customs value is in USD; this consignment is in {fob.currency}.")
    cif = customs_value(fob, consignment.shipping_charge, policy)
    regime, why = _regime(consignment, fob, policy)
    duty_free = regime is ImportRegime.IVA_CHARGED_AT_SALE or (
        regime is ImportRegime.BEFORE_OCTOBER_2025 and fob.amount <= policy.old_de_minimis_usd
    )
    zero = Money.zero("USD")
    if duty_free:
        duty = iva = zero
    else:
        accredited_missing = regime is ImportRegime.GENERAL and not _above_limit(consignment, policy)
        duty = zero if accredited_missing and not policy.duty_without_accreditation else (cif * AD_VALOREM).rounded()
        iva = ((cif + duty) * IVA).rounded()
    channel = "courier" if fob.amount <= policy.courier_limit_usd else "broker"
    return ImportAssessment(regime=regime, channel=channel, cif=cif, duty=duty, iva=iva, why=why)


def customs_value(fob: Money, freight: Money, policy: ImportPolicy) -> Money:
    """CIF: FOB, freight (theoretical 5 % of FOB when undocumented) and theoretical insurance of 2 % of FOB."""
    carriage = freight if freight.amount > 0 else (fob * policy.theoretical_freight).rounded()
    insurance = (fob * policy.theoretical_insurance).rounded()
    return fob + carriage + insurance


def _above_limit(consignment: Consignment, policy: ImportPolicy) -> bool:
    charges = consignment.shipping_charge.split([item.amount.amount for item in consignment.items])
    return any(
        item.unit_price.amount + charge.amount / item.quantity > policy.low_value_usd
        for item, charge in zip(consignment.items, charges, strict=True)
    )


def _regime(consignment: Consignment, fob: Money, policy: ImportPolicy) -> tuple[ImportRegime, str]:
    if consignment.purchased_at < RULE_OF_2025:
        return ImportRegime.BEFORE_OCTOBER_2025, "bought before 25-10-2025 in Chile"
    if consignment.consignee.is_company:
        return ImportRegime.IVA_CONTRIBUTOR, "the buyer declares as an IVA contributor"
    if any(item.needs_permit for item in consignment.items):
        return ImportRegime.PERMIT, "goods that need a visto bueno leave the fast lane at any value"
    if _above_limit(consignment, policy):
        return ImportRegime.GENERAL, f"an item costs more than US${policy.low_value_usd} with its charges"
    if not consignment.accreditation.complete:
        return ImportRegime.GENERAL, "no IVA accreditation travels with the parcel"
    return ImportRegime.IVA_CHARGED_AT_SALE, "IVA charged at sale and accredited by the platform"

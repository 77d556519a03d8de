"""Freight and insurance in won (boxes 47 and 48): which terms of delivery need them, checked as KTNET does.

Source: KTNET's validator (docs/counterparties/ktnet.md, "Rules across fields"). `DPU` replaced DAT in Incoterms 2020 and
is not in the public validator's list: it is treated as DAP [assumed].
"""

from __future__ import annotations

from decimal import Decimal

from tradelane.adapters.errors import Refused
from tradelane.adapters.ktnet.boxes import whole, wrong_data
from tradelane.domain.export_declaration import ExportDeclaration
from tradelane.domain.holds import Fault

BOTH = frozenset({"CIF", "CIP", "DAF", "DAP", "DAT", "DDP", "DDU", "DEQ", "DES", "DPU"})
FREIGHT_ALONE = frozenset({"CFR", "CPT"})
INSURANCE_ALONE = frozenset({"CIN"})

FIELD = "DeliveryTermsCode"


def charge_boxes(declaration: ExportDeclaration) -> dict[str, str]:
    """`FreightAmount` and `InsuranceAmount` where the price contains them, in whole won.

    Raises:
        Refused: the terms of delivery need a charge that is not known, or exclude one that is there.
    """
    terms = declaration.incoterm
    freight = declaration.freight.amount if declaration.freight else Decimal(0)
    insurance = declaration.insurance.amount if declaration.insurance else Decimal(0)
    if terms in BOTH and not (freight > 0 and insurance > 0):
        raise _wrong(f"{terms} needs freight and insurance in won, and the declaration lacks one of them.")
    if terms in FREIGHT_ALONE and not (freight > 0 and insurance == 0):
        raise _wrong(f"{terms} needs freight in won and no insurance.")
    if terms in INSURANCE_ALONE and not (insurance > 0 and freight == 0):
        raise _wrong(f"{terms} needs insurance in won and no freight.")
    if freight < 0 or insurance < 0 or declaration.fob.amount < 0:
        raise _wrong("Freight and insurance cannot be below zero or above the price that contains them.")
    found = {"FreightAmount": freight, "InsuranceAmount": insurance}
    return {name: whole(amount, name) for name, amount in found.items() if amount}


def _wrong(words: str) -> Refused:
    return wrong_data(FIELD, words, Fault.OURS)

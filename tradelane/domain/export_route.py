"""Which way goods leave Korea: formal, simplified, list conversion or list clearance, with dated caps and the reason.

Sources: 수출 및 반송통관에 관한 고시 (routes; list clearance 제55조①8), taxtimes.co.kr no. 265254 (simplified cap of
KRW 4,000,000 from 2024-08-01). Article numbers are text here, never logic. Caps are data with the first day they apply.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from tradelane.domain.identifiers import Hsk
from tradelane.domain.money import Money


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class ExportRoute(StrEnum):
    """How goods are declared for export from Korea."""

    FORMAL = "formal"
    """정식 수출신고"""
    SIMPLIFIED = "simplified"
    """전자상거래 간이수출신고"""
    LIST_CONVERSION = "list_conversion"
    """수출목록 변환신고: a list that customs turns into a declaration (GOVCBRDJP); its loading is API051's."""
    LIST_CLEARANCE = "list_clearance"
    """목록통관: the carrier's list instead of a declaration; no certificate, no number, no drawback."""


class HskFacts(_Value):
    """What customs says of one HSK for exports."""

    hsk: Hsk
    confirmation: tuple[str, ...] = ()
    """세관장확인: the laws and papers that goods under it need (API029, imexTp 1); empty when none."""
    shortened_loading: str = ""
    """적재기간 단축 대상: customs' words when the loading period is shorter than 30 days (API017); empty when not."""


class GoodsFacts(_Value):
    """What customs says of all the tariff codes of a parcel on one Korean day."""

    day: date
    facts: tuple[HskFacts, ...] = ()

    def of(self, hsk: Hsk) -> HskFacts:
        """Of one code; a code that was not asked about is a KeyError, never a silent *nothing to confirm*."""
        for one in self.facts:
            if one.hsk == hsk:
                return one
        raise KeyError(hsk)


class RouteChoice(_Value):
    """The route with the reason an operator reads, and why each other route was not taken."""

    route: ExportRoute
    fob: Money
    why: str
    others: tuple[str, ...] = ()


SIMPLIFIED_CAPS: tuple[tuple[date, Decimal], ...] = (
    (date(2014, 7, 1), Decimal(2_000_000)),
    (date(2024, 8, 1), Decimal(4_000_000)),
)
"""FOB caps in KRW of the simplified route, each with the first day it applies (taxtimes.co.kr no. 265254)."""


def simplified_cap(day: date) -> Money | None:
    """The cap in force on a day, or None before the scheme existed."""
    caps = [cap for first_day, cap in SIMPLIFIED_CAPS if first_day <= day]
    return Money(amount=caps[-1], currency="KRW") if caps else None


def compared(fob: Money, whole: Money) -> Money:
    """What is compared with a cap: the greater of the sum of floored lines and the whole, rounded as KTNET does."""
    return max(fob, whole.rounded(ROUND_HALF_UP))

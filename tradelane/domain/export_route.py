"""Which ways goods may leave Korea: formal, simplified, list conversion or list clearance, with dated caps.

Sources: 수출 및 반송통관에 관한 고시 (routes; list clearance 제55조①8), taxtimes.co.kr no. 265254 (simplified cap of
KRW 4,000,000 from 2024-08-01). Article numbers are text here, never logic. Caps are data with the first day they apply.
The choice among them is made in `route_choice`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
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


class RouteRefused(ValueError):
    """No way to customs is open to these goods as they stand; the message says why and what to do."""


class Cap(_Value):
    """The highest FOB value in won that a route takes, with the first day it applies."""

    route: ExportRoute
    first_day: date
    most: Money
    source: str
    certain: bool
    """False where one public source says so and nobody has confirmed it."""


def _cap(route: ExportRoute, first_day: date, won: int, source: str, *, certain: bool) -> Cap:
    most = Money(amount=Decimal(won), currency="KRW")
    return Cap(route=route, first_day=first_day, most=most, source=source, certain=certain)


CAPS: tuple[Cap, ...] = (
    # an article of 2014-07-30 tells of the launch, of no day: the first of that month is a reading
    _cap(ExportRoute.SIMPLIFIED, date(2014, 7, 1), 2_000_000, "ajunews 2014-07-30", certain=False),
    _cap(ExportRoute.SIMPLIFIED, date(2024, 8, 1), 4_000_000, "taxtimes.co.kr no. 265254", certain=True),
    # the notice of 2020-10-14 said 2,000,000; that it follows the simplified cap is a reading
    _cap(ExportRoute.LIST_CONVERSION, date(2020, 10, 14), 2_000_000, "custra.com bbsNo 26137", certain=False),
    _cap(ExportRoute.LIST_CONVERSION, date(2024, 8, 1), 4_000_000, "as the simplified declaration", certain=False),
    # at every customs house since 2023-02-01; see `NOT_YET` for the time before
    _cap(ExportRoute.LIST_CLEARANCE, date(2023, 2, 1), 2_000_000, "shippingnewsnet 51957, 제55조①8", certain=False),
)
"""Each cap of each route, in the order of their days. The formal declaration has none."""

NOT_YET: Mapping[ExportRoute, str] = {
    ExportRoute.SIMPLIFIED: "it was launched in July 2014",
    ExportRoute.LIST_CONVERSION: "it was opened on 2020-10-14",
    ExportRoute.LIST_CLEARANCE: (
        "before 2023-02-01 three customs houses alone took a list, and which they were is not known here"
    ),
}
"""What is known of a route before its first cap."""


def cap_on(route: ExportRoute, day: date) -> Cap | None:
    """The cap of a route in force on a Korean day; None before the route was open everywhere (see `NOT_YET`).

    >>> str(cap_on(ExportRoute.SIMPLIFIED, date(2024, 7, 31)).most)
    '2000000 KRW'
    """
    caps = [cap for cap in CAPS if cap.route is route and cap.first_day <= day]
    return caps[-1] if caps else None

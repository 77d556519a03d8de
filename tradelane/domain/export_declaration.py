"""The Korean export declaration (수출신고): routes, valuation and what one declaration says.

Sources: 수출 및 반송통관에 관한 고시 (routes and caps), 관세평가 운영 고시 제3조 (weekly rates), the KTNET cross-border
filing guide (fields and rounding). Caps are data with effective dates, never constants in logic.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from tradelane.domain.catalogue import Exporter
from tradelane.domain.consignment import Consignment, ConsignmentItem, DeclarationPart
from tradelane.domain.export_route import ExportRoute, RouteChoice, compared, simplified_cap
from tradelane.domain.identifiers import ExportDeclarationNumber, Ucr
from tradelane.domain.money import Money, total
from tradelane.domain.outside import digest_of
from tradelane.domain.trade_time import Instant


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class CustomsRate(_Value):
    """A weekly customs rate for *exports* (UNI-PASS API012, imexTp 1); valid Sunday to Saturday, Korean days."""

    currency: str
    krw_per_unit: Decimal
    valid_from: date
    kind: str = "export"

    @property
    def valid_to(self) -> date:
        """The Saturday the rate ends with."""
        return self.valid_from + timedelta(days=6)

    def covers(self, day: date) -> bool:
        """Whether a Korean day lies in the rate's week."""
        return self.valid_from <= day <= self.valid_to


def fob_krw(amount: Money, rate: CustomsRate) -> Money:
    """Declared value of one line in won: floor(amount x rate); totals are sums of floored lines.

    >>> rate = CustomsRate(currency="USD", krw_per_unit=Decimal("1389.57"), valid_from=date(2026, 11, 22))
    >>> str(fob_krw(Money(amount=Decimal("12.90"), currency="USD"), rate))
    '17925 KRW'
    """
    if amount.currency != rate.currency:
        raise ValueError(f"A {rate.currency} rate cannot value an amount in {amount.currency}.")
    won = (amount.amount * rate.krw_per_unit).quantize(Decimal(1), rounding=ROUND_FLOOR)
    return Money(amount=won, currency="KRW")


def choose_route(
    part: DeclarationPart, rate: CustomsRate, day: date, *, confirmation_goods: bool = False
) -> RouteChoice:
    """Choose between simplified and formal declaration for one exporter's goods on one Korean day.

    `confirmation_goods` are 세관장확인대상 (UNI-PASS API029): they never take the simplified route.
    The declared FOB is a sum of floored lines; KTNET compares the cap with the whole amount, rounded. The greater
    counts, since a declaration of several lines can be within the cap by one and above it by the other.
    """
    fob = total((fob_krw(item.amount, rate) for item in part.items), "KRW")
    highest = compared(fob, part.amount.converted(rate.krw_per_unit, "KRW"))
    cap = simplified_cap(day)
    if confirmation_goods:
        return RouteChoice(route=ExportRoute.FORMAL, fob=fob, why="goods need confirmation by the customs head")
    if cap is None:
        return RouteChoice(route=ExportRoute.FORMAL, fob=fob, why=f"no simplified scheme on {day}")
    if highest > cap:
        return RouteChoice(route=ExportRoute.FORMAL, fob=fob, why=f"FOB {highest} is above the cap of {cap} on {day}")
    return RouteChoice(route=ExportRoute.SIMPLIFIED, fob=fob, why=f"FOB {fob} is within the cap of {cap} on {day}")


class DeclarationLine(_Value):
    """One 란: an item with its declared won."""

    number: int
    item: ConsignmentItem
    fob_krw: Money


class ExportDeclaration(_Value):
    """What one exporter declares of one consignment; the day is set when it is sent (today in Korea)."""

    ucr: Ucr
    part: DeclarationPart
    order_no: str
    """KTNET's OrderNo: UCR and declaration, kept through retries, renewed only after an error notice."""
    exporter: Exporter
    route: ExportRoute
    rate: CustomsRate
    lines: tuple[DeclarationLine, ...]
    buyer_name: str
    destination: str
    packages: int
    package_kind: str
    gross_weight_g: int
    incoterm: str
    invoice_number: str
    why: str = ""
    """Why this route, in words an operator reads."""
    freight: Money | None = None
    """Carriage in won that the price contains (boxes 47 and 48): part of the payment, not of the FOB."""
    insurance: Money | None = None

    @property
    def amount(self) -> Money:
        return self.part.amount

    @property
    def fob(self) -> Money:
        return total((line.fob_krw for line in self.lines), "KRW")

    @property
    def digest(self) -> str:
        """Of the boxes customs sees, without the week's rate and what follows from it: same goods, same digest."""
        lines = [
            (
                line.item.sku,
                line.item.hsk,
                line.item.origin,
                line.item.description_en,
                line.item.brand_name,
                line.item.maker_name,
                line.item.net_weight_total_g,
                line.item.quantity,
                line.item.unit_price.model_dump(mode="json"),
            )
            for line in self.lines
        ]
        parcel = (
            self.buyer_name,
            self.destination,
            self.packages,
            self.package_kind,
            self.gross_weight_g,
            self.incoterm,
        )
        return digest_of((parcel, lines))


def order_number(ucr: Ucr, part: DeclarationPart, round_: int) -> str:
    """The filing reference: `UCR-1`, after an error notice `UCR-1~2`.

    The round is given by the number of error notices, never by retries.
    """
    return f"{ucr}-{part.index}" + (f"~{round_}" if round_ > 1 else "")


def invoice_number(ucr: Ucr, part: DeclarationPart | None = None) -> str:
    """Number of the commercial invoice: the UCR without its country stem, at most 17 characters for box 39."""
    return f"{ucr[3:]}" + (f"-{part.index}" if part else "")


def draw_up(
    consignment: Consignment, part: DeclarationPart, rate: CustomsRate, day: date, round_: int
) -> ExportDeclaration:
    """Draw up the declaration of one part from the plan: pure, so that a retry says the same."""
    choice = choose_route(part, rate, day)
    lines = tuple(
        DeclarationLine(number=number, item=item, fob_krw=fob_krw(item.amount, rate))
        for number, item in enumerate(part.items, start=1)
    )
    return ExportDeclaration(
        ucr=consignment.ucr,
        part=part,
        order_no=order_number(consignment.ucr, part, round_),
        exporter=consignment.exporter(part.exporter_id),
        route=choice.route,
        rate=rate,
        lines=lines,
        buyer_name=consignment.consignee.name,
        destination=consignment.consignee.address.country,
        packages=len(consignment.packages),
        package_kind=consignment.packages[0].kind,
        gross_weight_g=_share_of_gross(consignment, part),
        incoterm=consignment.incoterm.value,
        invoice_number=invoice_number(consignment.ucr),
    )


def _share_of_gross(consignment: Consignment, part: DeclarationPart) -> int:
    """Gross grams of one part: the parcel's gross shared by net weight; the last part takes the rest."""
    gross = consignment.gross_weight_g
    shares = {p.index: gross * p.net_weight_g // consignment.net_weight_g for p in consignment.parts}
    shares[consignment.parts[-1].index] += gross - sum(shares.values())
    return shares[part.index]


class FilingState(StrEnum):
    """Where a declaration stands at customs; only forward (수리 = accepted, 오류 = error notice, 취하 = withdrawn)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SELECTED = "selected"
    """선별: chosen for a closer look, and nobody said which."""
    SELECTED_DOCUMENTS = "selected_documents"
    """서류심사: customs reads the papers."""
    SELECTED_INSPECTION = "selected_inspection"
    """검사: customs wants to see the goods before acceptance."""
    REJECTED = "rejected"
    ACCEPTED = "accepted"
    CANCELLED = "cancelled"
    """수리취소: the acceptance was taken back, because the goods were not loaded in time."""
    WITHDRAWN = "withdrawn"
    NOT_UNDERSTOOD = "not_understood"


SELECTED = frozenset({FilingState.SELECTED, FilingState.SELECTED_DOCUMENTS, FilingState.SELECTED_INSPECTION})
"""States in which customs looks closer before it answers."""


class Filing(_Value):
    """What the filing channel says of one OrderNo."""

    order_no: str
    state: FilingState
    number: ExportDeclarationNumber | None = None
    accepted_at: Instant | None = None
    words: str = ""
    """The authority's own words (error notice, selection)."""
    field: str = ""
    """The field an error notice names, in our words where known, else in theirs."""
    total_krw: Money | None = None


class Loading(_Value):
    """What customs knows of the loading of one declaration (UNI-PASS API002, API051 for a converted list)."""

    number: ExportDeclarationNumber
    found: bool
    load_before: date | None = None
    """적재의무기한: a Korean calendar day, inclusive. The authority's printed date where it gives one."""
    computed: bool = False
    """True when nobody printed the date and it was counted from the acceptance (30 days, holidays rolled)."""
    loaded: bool = False
    departed_on: date | None = None
    accepted_on: date | None = None
    packages_cleared: int | None = None
    packages_loaded: int | None = None
    weight_cleared_kg: Decimal | None = None
    weight_loaded_kg: Decimal | None = None
    waybills: tuple[str, ...] = ()
    inspection: str = ""
    """적재지검사: `wanted` while goods are to be shown where they are loaded, `done` after; empty when not chosen."""

    @property
    def partial(self) -> bool:
        """Whether some packages have left and others not: then nothing is settled yet."""
        cleared, gone = self.packages_cleared, self.packages_loaded
        return cleared is not None and gone is not None and 0 < gone < cleared

"""The Korean export declaration (수출신고): what one declaration says, and where it stands at customs.

Its values come from `valuation`, its route from `route_choice`. Sources: 수출 및 반송통관에 관한 고시 (boxes), the KTNET
cross-border filing guide (fields and rounding).
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from tradelane.domain.carriage import HOLDS_BOTH, HOLDS_FREIGHT
from tradelane.domain.catalogue import Drawback, Exporter, FilingChannel
from tradelane.domain.consignment import Consignment, ConsignmentItem, DeclarationPart
from tradelane.domain.customs_rate import CustomsRate as CustomsRate
from tradelane.domain.customs_rate import fob_krw as fob_krw
from tradelane.domain.export_route import ExportRoute as ExportRoute
from tradelane.domain.export_route import GoodsFacts, RouteRefused
from tradelane.domain.identifiers import ExportDeclarationNumber, Ucr
from tradelane.domain.money import Money, total
from tradelane.domain.outside import digest_of
from tradelane.domain.route_choice import choose_route, keep_route
from tradelane.domain.trade_time import Instant
from tradelane.domain.valuation import NotValued, Valuation, value


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class DeclarationLine(_Value):
    """One 란: an item with its declared won."""

    number: int
    item: ConsignmentItem
    fob_krw: Money
    carriage: Money | None = None
    """The line's share of the buyer's charge for carriage, where the terms of delivery put it into the price."""

    @property
    def payment(self) -> Money:
        """What the contract says of the line; all lines make box 49."""
        return self.item.amount + self.carriage if self.carriage else self.item.amount

    @property
    def unit_payment(self) -> Money:
        """The contract's price of one unit; with carriage in it, to the six decimals that a unit price may have."""
        if not self.carriage:
            return self.item.unit_price
        unit = (self.payment.amount / self.item.quantity).quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP)
        return Money(amount=unit, currency=self.payment.currency)


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
    """Carriage in won that the price contains (box 47): part of the payment, not of the FOB. None: the term holds none."""
    insurance: Money | None = None
    """Insurance in won that the price contains (box 48)."""
    insurance_permille: Decimal = Decimal(0)
    """By which thousandths of the price the insurance was counted."""

    @property
    def payment(self) -> Money:
        """Box 49: what the contract says under the terms of delivery."""
        return total((line.payment for line in self.lines), self.part.items[0].unit_price.currency)

    @property
    def amount(self) -> Money:
        """The same, as filing channels call it."""
        return self.payment

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
        told: tuple[object, ...] = (parcel, lines)
        if self.freight is not None:
            # won of insurance follow from the week's rate: what they are counted by does not
            charges = [line.payment.model_dump(mode="json") for line in self.lines]
            permille = str(self.insurance_permille.normalize())
            told = (*told, charges, self.freight.model_dump(mode="json"), permille)
        return digest_of((*told, *self._further_boxes()))

    def _further_boxes(self) -> tuple[object, ...]:
        """Boxes that most goods leave empty: composition, the maker's code, papers of a requirement, drawback.

        Nothing where all are empty, so that such a declaration keeps the digest it always had.
        """
        goods = [
            (line.item.composition.strip(), line.item.maker_customs_id or "", line.item.permits.strip())
            for line in self.lines
        ]
        wish = self.exporter.drawback
        told = wish is not Drawback.NONE or any(any(boxes) for boxes in goods)
        return (goods, (wish.value, self.exporter.drawback_applicant)) if told else ()


def order_number(ucr: Ucr, part: DeclarationPart, round_: int) -> str:
    """The filing reference: `UCR-1`, after an error notice `UCR-1~2`.

    The round is given by the number of error notices, never by retries.
    """
    return f"{ucr}-{part.index}" + (f"~{round_}" if round_ > 1 else "")


def invoice_number(ucr: Ucr, part: DeclarationPart | None = None) -> str:
    """Number of the commercial invoice: the UCR without its country stem, at most 17 characters for box 39."""
    return f"{ucr[3:]}" + (f"-{part.index}" if part else "")


def draw_up(
    consignment: Consignment,
    part: DeclarationPart,
    rate: CustomsRate,
    day: date,
    round_: int,
    *,
    facts: GoodsFacts,
    channel: FilingChannel,
    route: ExportRoute | None = None,
) -> ExportDeclaration:
    """Draw up the declaration of one part from the plan: pure, so that a retry says the same.

    `rate` is that of the week in which it is declared, `facts` what customs says of its goods, `channel` the exporter's
    way to customs; `route` is the one by which it was filed before, which is then not chosen again.

    Raises:
        RouteRefused: the goods have no customs value as they stand, or no way to customs is open to them.
    """
    exporter = consignment.exporter(part.exporter_id)
    kinds = sorted({package.kind for package in consignment.packages})
    if len(kinds) > 1:
        raise RouteRefused(
            f"A declaration names one kind of package (box 42), and these are {', '.join(kinds)}: confirm the packing "
            "again with one kind for all of them."
        )
    try:
        valuation = value(consignment, rate).of(part.exporter_id)
    except NotValued as wrong:
        raise RouteRefused(str(wrong)) from wrong
    if route is None:
        choice = choose_route(part, valuation, day, facts, exporter, channel)
    else:
        choice = keep_route(route, part, valuation, day, facts, channel)
    term, charged = valuation.incoterm, valuation.incoterm in HOLDS_FREIGHT
    return ExportDeclaration(
        ucr=consignment.ucr,
        part=part,
        order_no=order_number(consignment.ucr, part, round_),
        exporter=exporter,
        route=choice.route,
        rate=rate,
        lines=_lines(part, valuation, charged=charged),
        buyer_name=consignment.consignee.name,
        destination=consignment.consignee.address.country,
        packages=len(consignment.packages),
        package_kind=kinds[0],
        gross_weight_g=_share_of_gross(consignment, part),
        incoterm=term.value,
        invoice_number=invoice_number(consignment.ucr),
        why=choice.why,
        freight=valuation.freight_krw if charged else None,
        insurance=valuation.insurance_krw if term in HOLDS_BOTH else None,
        insurance_permille=consignment.carriage_costs.insurance_permille if term in HOLDS_BOTH else Decimal(0),
    )


def _lines(part: DeclarationPart, valuation: Valuation, *, charged: bool) -> tuple[DeclarationLine, ...]:
    return tuple(
        DeclarationLine(number=number, item=item, fob_krw=valued.fob_krw, carriage=valued.carriage if charged else None)
        for number, (item, valued) in enumerate(zip(part.items, valuation.lines, strict=True), start=1)
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

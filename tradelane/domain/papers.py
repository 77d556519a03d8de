"""What stands on the papers that travel with the goods, complete and checked before anything is drawn.

Fields follow what Korean customs, couriers and Chilean customs expect of a commercial invoice and a packing
list. Weights are whole grams, lengths centimetres, amounts exact ``Money`` in the invoice's one currency. A
disagreement between figures is a ValueError of one sentence: a paper is either right or not printed. Texts
are limited in length so that any valid model fits its page.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveInt,
    StringConstraints,
    model_validator,
)

from tradelane.domain.identifiers import (
    ChileanTariffCode,
    CountryCode,
    ExportDeclarationNumber,
    Hsk,
    Ucr,
    WaybillNumber,
)
from tradelane.domain.money import Money, total

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Description = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=12)]
Marks = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
Hs6 = Annotated[str, StringConstraints(pattern=r"^(0[1-9]|[1-9][0-9])[0-9]{4}$")]
Centimetres = Annotated[Decimal, Field(gt=0, le=1000, decimal_places=1)]


class Incoterm(StrEnum):
    """The eleven rules of Incoterms 2020 (International Chamber of Commerce)."""

    EXW = "EXW"
    FCA = "FCA"
    CPT = "CPT"
    CIP = "CIP"
    DAP = "DAP"
    DPU = "DPU"
    DDP = "DDP"
    FAS = "FAS"
    FOB = "FOB"
    CFR = "CFR"
    CIF = "CIF"

    @property
    def for_sea_only(self) -> bool:
        """FAS, FOB, CFR and CIF are rules for goods put on board a ship."""
        return self in (Incoterm.FAS, Incoterm.FOB, Incoterm.CFR, Incoterm.CIF)


class Paper(BaseModel):
    """A value printed on a paper."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PaperParty(Paper):
    """Who stands in a box: name, address lines, country, and how to reach and identify them."""

    name: Name
    lines: tuple[Line, ...] = Field(max_length=6)
    country: CountryCode
    tax_id_label: Line | None = None
    tax_id: Line | None = None
    phone: Line | None = None
    email: Line | None = None

    @model_validator(mode="after")
    def _labelled_tax_id(self) -> Self:
        if (self.tax_id is None) != (self.tax_id_label is None):
            raise ValueError(f"The tax id of {self.name} and its label come together or not at all.")
        return self


class PaperLine(Paper):
    """One line of goods. ``net_weight_g`` is of the whole line, ``importer_code`` the Chilean tariff code."""

    number: PositiveInt
    marks: Marks = ""
    description_en: Description
    description_ko: Description | None = None
    hs_code: Hs6
    hsk: Hsk | None = None
    importer_code: ChileanTariffCode | None = None
    origin: CountryCode
    quantity: PositiveInt
    unit: Word = "PCS"
    unit_price: Money
    amount: Money
    net_weight_g: PositiveInt

    @model_validator(mode="after")
    def _figures_agree(self) -> Self:
        if self.unit_price.amount < 0:
            raise ValueError(f"Line {self.number} has a negative unit price.")
        if self.unit_price * self.quantity != self.amount:
            raise ValueError(
                f"Line {self.number} says {self.amount}, but {self.quantity} times {self.unit_price} "
                f"is {self.unit_price * self.quantity}."
            )
        for code in (self.hsk, self.importer_code):
            if code is not None and code.hs6 != self.hs_code:
                raise ValueError(
                    f"Line {self.number} is under HS {self.hs_code}, but {code.printed} is not part of it."
                )
        return self


class PaperHeader(Paper):
    """What the invoice and the packing list of one consignment share.

    ``buyer`` stands on the paper only where it is somebody else than the consignee. ``estimate_note`` says in
    words which figures are estimates; absent, all are final.
    """

    number: Line
    date: datetime.date
    order_references: tuple[Line, ...] = Field(min_length=1, max_length=30)
    ucr: Ucr
    exporter: PaperParty
    further_exporters: tuple[PaperParty, ...] = Field(default=(), max_length=4)
    """Other brands whose goods travel in the parcel; each files a declaration of its own."""
    consignee: PaperParty
    buyer: PaperParty | None = None
    incoterm: Incoterm
    incoterm_place: Line
    waybill: WaybillNumber | None = None
    export_declaration: ExportDeclarationNumber | None = None
    reason_for_export: Line
    signatory: Line
    estimate_note: Name | None = None


class CommercialInvoice(PaperHeader):
    """상업송장. The total is the sum of the lines plus freight and insurance less discount."""

    currency: str
    lines: tuple[PaperLine, ...] = Field(min_length=1, max_length=999)
    freight: Money
    insurance: Money
    discount: Money
    total: Money
    packages: PositiveInt
    net_weight_g: PositiveInt
    gross_weight_g: PositiveInt

    @property
    def goods_total(self) -> Money:
        """The sum of the lines."""
        return total((line.amount for line in self.lines), self.currency)

    @model_validator(mode="after")
    def _figures_agree(self) -> Self:
        _check_numbering((line.number for line in self.lines), "lines of the invoice")
        for line in self.lines:
            if line.amount.currency != self.currency:
                raise ValueError(
                    f"Line {line.number} is in {line.amount.currency}, but the invoice is in {self.currency}."
                )
        for name, charge in (
            ("freight", self.freight),
            ("insurance", self.insurance),
            ("discount", self.discount),
            ("total", self.total),
        ):
            if charge.currency != self.currency:
                raise ValueError(f"The {name} is in {charge.currency}, but the invoice is in {self.currency}.")
            if charge.amount < 0:
                raise ValueError(f"The {name} of the invoice is negative ({charge}).")
        expected = self.goods_total + self.freight + self.insurance - self.discount
        if expected != self.total:
            raise ValueError(
                f"The invoice says {self.total} in total, but its lines, freight, insurance and discount "
                f"make {expected}."
            )
        _check_sum("net weight", self.net_weight_g, (line.net_weight_g for line in self.lines), "lines")
        _check_gross(self.gross_weight_g, self.net_weight_g, "The invoice")
        return self


class PackedLine(Paper):
    """Goods of one invoice line (``number``) in one package; ``net_weight_g`` is of the whole quantity."""

    number: PositiveInt
    marks: Marks = ""
    description_en: Description
    description_ko: Description | None = None
    hs_code: Hs6
    origin: CountryCode
    quantity: PositiveInt
    unit: Word = "PCS"
    net_weight_g: PositiveInt
    lot: Line | None = None


class PaperPackage(Paper):
    """One package: kind (such as CARTON), outer size in centimetres, weights in grams, and what is inside.

    Without lines nobody has said which goods are in this one; then its net weight is not known either.
    """

    number: PositiveInt
    kind: Word
    length_cm: Centimetres
    width_cm: Centimetres
    height_cm: Centimetres
    net_weight_g: PositiveInt | None = None
    gross_weight_g: PositiveInt
    lines: tuple[PackedLine, ...] = Field(default=(), max_length=999)

    @property
    def cbm(self) -> Decimal:
        """Outer volume in cubic metres to four decimals, half up."""
        cubic_metres = self.length_cm * self.width_cm * self.height_cm / 1_000_000
        return cubic_metres.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)

    @model_validator(mode="after")
    def _weights_agree(self) -> Self:
        if self.net_weight_g is None and not self.lines:
            return self
        if self.net_weight_g is None or not self.lines:
            raise ValueError(f"Package {self.number} has its goods and their net weight together or neither.")
        weights = (line.net_weight_g for line in self.lines)
        _check_sum(f"net weight of package {self.number}", self.net_weight_g, weights, "lines")
        _check_gross(self.gross_weight_g, self.net_weight_g, f"Package {self.number}")
        return self


class PackingList(PaperHeader):
    """포장명세서. The same header without prices; weights and volume add up over the packages.

    ``lines`` are goods spread over all packages, where the bench has not said which is in which; else each package
    has its own.
    """

    packages: tuple[PaperPackage, ...] = Field(min_length=1, max_length=999)
    lines: tuple[PackedLine, ...] = Field(default=(), max_length=999)
    net_weight_g: PositiveInt
    gross_weight_g: PositiveInt

    @property
    def cbm(self) -> Decimal:
        """Volume of all packages in cubic metres: the sum of what is printed for each."""
        return sum((package.cbm for package in self.packages), Decimal(0))

    @property
    def goods(self) -> tuple[PackedLine, ...]:
        """Everything packed."""
        return self.lines or tuple(line for package in self.packages for line in package.lines)

    @property
    def quantity(self) -> NonNegativeInt:
        """Pieces in all packages."""
        return sum(line.quantity for line in self.goods)

    @model_validator(mode="after")
    def _weights_agree(self) -> Self:
        _check_numbering((package.number for package in self.packages), "packages")
        if any(bool(package.lines) is bool(self.lines) for package in self.packages):
            raise ValueError("The goods stand either in their packages or together for all of them, never both.")
        _check_sum("net weight", self.net_weight_g, (line.net_weight_g for line in self.goods), "packages")
        grosses = (package.gross_weight_g for package in self.packages)
        _check_sum("gross weight", self.gross_weight_g, grosses, "packages")
        _check_gross(self.gross_weight_g, self.net_weight_g, "The packing list")
        return self


def _check_numbering(numbers: Iterable[int], what: str) -> None:
    found = list(numbers)
    if found != list(range(1, len(found) + 1)):
        raise ValueError(f"The {what} are not numbered 1 to {len(found)} in order.")


def _check_sum(what: str, stated_g: int, parts_g: Iterable[int], parts: str) -> None:
    summed = sum(parts_g)
    if summed != stated_g:
        raise ValueError(f"The {what} is stated as {stated_g} g, but its {parts} weigh {summed} g.")


def _check_gross(gross_g: int, net_g: int, whose: str) -> None:
    if gross_g < net_g:
        raise ValueError(f"{whose} has a gross weight of {gross_g} g, below its net weight of {net_g} g.")

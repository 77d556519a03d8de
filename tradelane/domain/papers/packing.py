"""The packing list (포장명세서): packages, what is inside, weights and volume; no prices."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Self

from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from tradelane.domain.identifiers import CountryCode
from tradelane.domain.papers.base import Centimetres, Description, Hs6, Line, Marks, Paper, Word
from tradelane.domain.papers.checks import check_gross, check_numbering, check_sum
from tradelane.domain.papers.commercial import PaperHeader


class PackedLine(Paper):
    """Goods of one invoice line (``number``) in one package; ``net_weight_g`` is of the whole quantity."""

    number: PositiveInt
    marks: Marks = ""
    description_en: Description
    description_ko: Description | None = None
    description_es: Description | None = None
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
        check_sum(f"net weight of package {self.number}", self.net_weight_g, weights, "lines")
        check_gross(self.gross_weight_g, self.net_weight_g, f"Package {self.number}")
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
        check_numbering((package.number for package in self.packages), "packages")
        if any(bool(package.lines) is bool(self.lines) for package in self.packages):
            raise ValueError("The goods stand either in their packages or together for all of them, never both.")
        check_sum("net weight", self.net_weight_g, (line.net_weight_g for line in self.goods), "packages")
        grosses = (package.gross_weight_g for package in self.packages)
        check_sum("gross weight", self.gross_weight_g, grosses, "packages")
        check_gross(self.gross_weight_g, self.net_weight_g, "The packing list")
        return self

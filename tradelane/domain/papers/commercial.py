"""The commercial invoice (상업송장), its lines, and the header it shares with the packing list."""

from __future__ import annotations

import datetime
from typing import Self

from pydantic import Field, PositiveInt, model_validator

from tradelane.domain.identifiers import (
    ChileanTariffCode,
    CountryCode,
    ExportDeclarationNumber,
    Hsk,
    Ucr,
    WaybillNumber,
)
from tradelane.domain.money import Money, total
from tradelane.domain.papers.base import Description, Hs6, Incoterm, Line, Marks, Name, Paper, PaperParty, Word
from tradelane.domain.papers.checks import check_gross, check_numbering, check_sum


class PaperLine(Paper):
    """One line of goods. ``net_weight_g`` is of the whole line, ``importer_code`` the Chilean tariff code."""

    number: PositiveInt
    marks: Marks = ""
    description_en: Description
    description_ko: Description | None = None
    description_es: Description | None = None
    composition: Description | None = None
    """Materials with their shares (성분)."""
    hs_code: Hs6
    hsk: Hsk | None = None
    importer_code: ChileanTariffCode | None = None
    origin: CountryCode
    quantity: PositiveInt
    unit: Word = "PCS"
    unit_price: Money
    """What is paid for one unit; a discount of the marketplace is taken off already."""
    amount: Money
    net_weight_g: PositiveInt
    list_price: Money | None = None
    """What one unit costs without that discount, where it was one."""

    @model_validator(mode="after")
    def _figures_agree(self) -> Self:
        if self.unit_price.amount < 0:
            raise ValueError(f"Line {self.number} has a negative unit price.")
        if self.unit_price * self.quantity != self.amount:
            raise ValueError(
                f"Line {self.number} says {self.amount}, but {self.quantity} times {self.unit_price} "
                f"is {self.unit_price * self.quantity}."
            )
        if self.list_price is not None and self.list_price < self.unit_price:
            raise ValueError(
                f"Line {self.number} has a price of {self.unit_price}, above its list price of {self.list_price}."
            )
        for code in (self.hsk, self.importer_code):
            if code is not None and code.hs6 != self.hs_code:
                raise ValueError(
                    f"Line {self.number} is under HS {self.hs_code}, but {code.printed} is not part of it."
                )
        return self

    @property
    def discount(self) -> Money:
        """What the line costs less than by its list price; it is in the amount already."""
        return (self.list_price - self.unit_price) * self.quantity if self.list_price is not None else self.amount * 0


class PaperHeader(Paper):
    """What the invoice and the packing list of one consignment share.

    ``buyer`` stands on the paper only where it is somebody else than the consignee, ``notify_party`` likewise.
    ``estimate_note`` says in words which figures are estimates; absent, all are final.
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
    notify_party: PaperParty | None = None
    incoterm: Incoterm
    incoterm_place: Line
    shipped_from: Line
    shipped_to: Line
    carrier: Line | None = None
    departure: Line | None = None
    """Flight and day, where somebody knows them."""
    waybill: WaybillNumber | None = None
    declarations: tuple[ExportDeclarationNumber, ...] = Field(default=(), max_length=5)
    """수출신고번호, one for each exporter that has filed."""
    reason_for_export: Line
    signatory: Line
    estimate_note: Name | None = None


class CommercialInvoice(PaperHeader):
    """상업송장. The total is the sum of the lines plus freight and insurance less discount."""

    currency: str
    payment_terms: Line
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

    @property
    def discount_in_prices(self) -> Money:
        """What the buyer paid less than the list prices: information, for the lines say what was paid."""
        return total((line.discount for line in self.lines), self.currency)

    @property
    def quantity(self) -> int:
        """Pieces of all lines."""
        return sum(line.quantity for line in self.lines)

    @model_validator(mode="after")
    def _figures_agree(self) -> Self:
        check_numbering((line.number for line in self.lines), "lines of the invoice")
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
        check_sum("net weight", self.net_weight_g, (line.net_weight_g for line in self.lines), "lines")
        check_gross(self.gross_weight_g, self.net_weight_g, "The invoice")
        return self

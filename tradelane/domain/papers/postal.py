"""The CN 23 of the Universal Postal Union: the customs declaration of one postal item.

Numbers in brackets are those of the form's own boxes. Source: the UPU form CN 23 as posts publish it; korea-export 6.3.
"""

from __future__ import annotations

import datetime
from typing import Self

from pydantic import Field, PositiveInt, model_validator

from tradelane.domain.identifiers import CountryCode, ExportDeclarationNumber, Ucr, WaybillNumber
from tradelane.domain.money import Money, total
from tradelane.domain.papers.base import Description, Hs6, Line, Paper, PaperParty
from tradelane.domain.papers.checks import check_gross, check_sum

VAGUE = frozenset(
    {
        "accessories", "clothes", "cosmetics", "etc", "food", "food products", "gift", "gifts", "goods", "items", "others",
        "parts", "product", "products", "sample", "samples", "spare parts", "stationery", "toys", "used things",
    }
)  # fmt: skip
"""Words that say nothing of the contents: the form's note 1 forbids them, and Korea Post refuses such parcels."""


class Cn23Line(Paper):
    """One kind of article: what (1), how many (2), net grams (3), value (5), HS heading (7) and origin (8)."""

    description: Description
    """In English; the Spanish name may stand under it."""
    description_es: Description | None = None
    quantity: PositiveInt
    net_weight_g: PositiveInt
    value: Money
    hs_code: Hs6
    origin: CountryCode

    @model_validator(mode="after")
    def _says_what_it_is(self) -> Self:
        if self.description.casefold().strip(" .") in VAGUE:
            raise ValueError(
                f"A postal parcel is refused with the content '{self.description}': "
                "say what the article is and what it is made of."
            )
        if self.value.amount < 0:
            raise ValueError("An article of a CN 23 has a negative value.")
        return self


class Cn23(Paper):
    """Sale of goods by post. ``postage`` (9) is filled in at the counter unless it is known."""

    date: datetime.date
    ucr: Ucr
    sender: PaperParty
    sender_references: tuple[ExportDeclarationNumber, ...] = Field(default=(), max_length=5)
    """Sender's customs reference: the Korean export declarations."""
    addressee: PaperParty
    item_number: WaybillNumber | None = None
    """No. of item: the post's S10 number."""
    lines: tuple[Cn23Line, ...] = Field(min_length=1, max_length=999)
    currency: str
    total_value: Money
    net_weight_g: PositiveInt
    gross_weight_g: PositiveInt
    postage: Money | None = None
    comments: Line | None = None
    licences: tuple[Line, ...] = Field(default=(), max_length=10)
    certificates: tuple[Line, ...] = Field(default=(), max_length=10)
    invoice_number: Line
    signatory: Line

    @model_validator(mode="after")
    def _figures_agree(self) -> Self:
        for line in self.lines:
            if line.value.currency != self.currency:
                raise ValueError(f"An article is valued in {line.value.currency}, but the CN 23 is in {self.currency}.")
        summed = total((line.value for line in self.lines), self.currency)
        if summed != self.total_value:
            raise ValueError(f"The CN 23 says {self.total_value} in total, but its articles are worth {summed}.")
        check_sum("net weight", self.net_weight_g, (line.net_weight_g for line in self.lines), "articles")
        check_gross(self.gross_weight_g, self.net_weight_g, "The CN 23")
        return self

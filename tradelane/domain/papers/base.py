"""What all papers have in common: limits of their texts, the terms of delivery, and who stands in a box."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from tradelane.domain.identifiers import CountryCode

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
    lines: tuple[Name, ...] = Field(max_length=8)
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

"""The origin statement of the Korea-Chile agreement: signed by the exporter, by nobody's leave and on his own risk.

The agreement has no issuing authority on the Korean side (자율발급): what stands here the signer answers for, with papers
kept for years. Letters and wording are data (see ``origin_rules``), never derived from the goods.
"""

from __future__ import annotations

import datetime
from typing import Self

from pydantic import Field, PositiveInt, model_validator

from tradelane.domain.identifiers import CountryCode, ExportDeclarationNumber, Ucr
from tradelane.domain.papers.base import Description, Hs6, Line, Name, Paper, PaperParty, Word
from tradelane.domain.papers.checks import check_numbering


class OriginLine(Paper):
    """Goods for which preference is claimed, with what the claim rests on (the last four are kept, not all printed)."""

    number: PositiveInt
    sku: Line
    description: Description
    hs_code: Hs6
    quantity: PositiveInt
    unit: Word = "PCS"
    criterion: Word
    producer: Name
    exporter_produces: bool
    """Field 8: whether the exporter is the producer."""
    regional_value: Line | None = None
    """Field 9, where the rule of the goods asks for it; in the signer's words."""
    origin: CountryCode
    producer_customs_id: Line
    basis: Name
    """Why the goods originate, and the papers that show it."""
    origin_basis: str = ""


class OriginStatement(Paper):
    """One exporter's statement for one consignment."""

    number: Line
    """Ours, for the register of statements; the form has no number."""
    ucr: Ucr
    exporter_id: Line
    exporter: PaperParty
    blanket_from: datetime.date | None = None
    blanket_to: datetime.date | None = None
    """Field 2 stays empty for one shipment."""
    importer: PaperParty
    invoice_number: Line
    declarations: tuple[ExportDeclarationNumber, ...] = Field(default=(), max_length=5)
    lines: tuple[OriginLine, ...] = Field(min_length=1, max_length=999)
    signer_name: Line
    signer_title: Line
    signer_authority: str = ""
    signed_on: datetime.date
    valid_until: datetime.date
    keep_until: datetime.date
    data_version: Line
    """Which edition of the form's data it was made from."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        check_numbering((line.number for line in self.lines), "lines of the origin statement")
        if (self.blanket_from is None) != (self.blanket_to is None):
            raise ValueError("A blanket period of an origin statement has both a first and a last day.")
        if not self.signed_on < self.valid_until <= self.keep_until:
            raise ValueError("An origin statement is signed, then valid, and kept at least as long.")
        return self


class OriginRecordLine(Paper):
    """What is kept of one line."""

    sku: str
    hs_code: str
    criterion: str
    producer: str
    producer_customs_id: str
    basis: str
    origin_basis: str


class OriginRecord(Paper):
    """What the exporter must keep of a statement: who signed, on what basis, until when. Nothing of the importer."""

    number: str
    ucr: Ucr
    exporter_id: str
    signer_name: str
    signer_title: str
    signer_authority: str
    signed_on: datetime.date
    valid_until: datetime.date
    keep_until: datetime.date
    data_version: str
    invoice_number: str
    declarations: tuple[ExportDeclarationNumber, ...]
    lines: tuple[OriginRecordLine, ...]

"""Accepted declarations whose certificate (수출신고필증) nobody has filed yet: VAT, drawback and audits want each of them.

No authority sends it: a person fetches the PDF from UNI-PASS. So that it is not left to memory, it is on the worklist
from the day of acceptance.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict

from tradelane.desk.certificates import KIND, certificates_of
from tradelane.domain.identifiers import ExportDeclarationNumber, Ucr
from tradelane.domain.trade_time import today_in_korea
from tradelane.ports.export import DeclarationRecord
from tradelane.stores import Stores


class Unfiled(BaseModel):
    """One accepted declaration without its certificate, and the command that files it."""

    model_config = ConfigDict(frozen=True)

    exporter_id: str
    order_id: str
    number: str
    accepted_on: date | None
    command: str


def unfiled_certificates(stores: Stores, exporter_id: str | None = None) -> tuple[Unfiled, ...]:
    """Accepted declarations without certificate of one exporter or of all, the oldest first.

    Parcels on a carrier's list have no number and no certificate, and are not among them.
    """
    filed: dict[Ucr, frozenset[ExportDeclarationNumber]] = {}
    found = [
        _unfiled(row)
        for row in stores.declarations.perhaps_without(KIND)
        if exporter_id in (None, row.exporter_id) and row.number not in _filed(stores, row.ucr, filed)
    ]
    return tuple(sorted(found, key=lambda one: (one.accepted_on or date.min, one.number)))


def in_words(unfiled: Sequence[Unfiled]) -> str:
    """How many there are, and since when the oldest waits."""
    oldest = next((f", the oldest since {one.accepted_on}" for one in unfiled if one.accepted_on), "")
    count = len(unfiled)
    return (
        f"{count} accepted declaration{'' if count == 1 else 's'} without certificate (수출신고필증){oldest}: fetch the PDF "
        "from UNI-PASS"
    )


def _filed(
    stores: Stores, ucr: Ucr, known: dict[Ucr, frozenset[ExportDeclarationNumber]]
) -> frozenset[ExportDeclarationNumber]:
    if ucr not in known:
        certificates = certificates_of(stores, ucr, stores.documents.of_ucr(ucr))
        known[ucr] = frozenset(one.number for one in certificates)
    return known[ucr]


def _unfiled(row: DeclarationRecord) -> Unfiled:
    assert row.number is not None, "only accepted declarations with a number are asked for"
    return Unfiled(
        exporter_id=row.exporter_id,
        order_id=str(row.order_id),
        number=row.number.printed,
        accepted_on=today_in_korea(row.accepted_at) if row.accepted_at is not None else None,
        command=f"tradelane documents add {row.order_id} FILE --kind {KIND} --number {row.number}",
    )

"""What evidence there is of an exporter, by quarter, and what is missing of it."""

from __future__ import annotations

from collections import Counter
from datetime import date

from pydantic import BaseModel, ConfigDict

from tradelane.desk.evidence.amounts import BaseRates
from tradelane.desk.evidence.gathering import exporter_of, exports, gather, sums
from tradelane.desk.evidence.pack import Total
from tradelane.desk.evidence.period import quarter_of
from tradelane.desk.unfiled_certificates import Unfiled, unfiled_certificates
from tradelane.stores import Stores


class Quarter(BaseModel):
    """One quarter of an exporter; rows without a rate are counted in `unvalued` of their total."""

    model_config = ConfigDict(frozen=True)

    period: str
    first: date
    last: date
    declarations: int
    list_parcels: int
    totals: tuple[Total, ...]
    missing: tuple[str, ...]
    """In words, with how often: `no base rate of USD on 2026-11-25 (3)`."""
    complete: bool
    """Whether a pack can be made without --partial."""


class Evidence(BaseModel):
    """All quarters of an exporter in which something was loaded, and what is still to be handed in or read."""

    model_config = ConfigDict(frozen=True)

    exporter_id: str
    quarters: tuple[Quarter, ...]
    undated: int
    unfiled: tuple[Unfiled, ...]
    """Accepted declarations whose certificate is not here, loaded or not."""


def quarters_of(stores: Stores, exporter_id: str) -> Evidence:
    """Periods with counts, amounts and gaps, the oldest first.

    Raises:
        NotFound: no such exporter.
    """
    exporter_of(stores, exporter_id)
    rows = stores.declarations.loaded_between(exporter_id, date.min, date.max)
    periods = sorted({quarter_of(row.loaded_on) for row in rows if row.loaded_on is not None})
    rates = BaseRates(stores.published_rates)
    found = []
    for period in periods:
        gathered = gather(stores, exporter_id, period)
        counted = tuple(exports(stores, gathered.counted, rates))
        listed = tuple(exports(stores, gathered.listed, rates))
        missing = [*gathered.besides, *(gap for export in (*counted, *listed) for gap in export.missing)]
        words = Counter(one.words for one in missing)
        found.append(
            Quarter(
                period=period.name,
                first=period.first,
                last=period.last,
                declarations=len(counted),
                list_parcels=len(listed),
                totals=tuple(Total.of(one) for one in sums(counted)),
                missing=tuple(f"{text} ({count})" for text, count in words.items()),
                complete=not any(one.blocks for one in missing),
            )
        )
    return Evidence(
        exporter_id=exporter_id,
        quarters=tuple(found),
        undated=len(stores.declarations.loaded_undated(exporter_id)),
        unfiled=unfiled_certificates(stores, exporter_id),
    )

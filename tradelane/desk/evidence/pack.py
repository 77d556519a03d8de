"""Making the evidence pack of one exporter and period."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from tradelane.desk.complaints import NotFound, RefusedByRule
from tradelane.desk.evidence import folder
from tradelane.desk.evidence.amounts import BaseRates
from tradelane.desk.evidence.archive import CHUNK, README, SHEET, PackFile, pack_file
from tradelane.desk.evidence.gathering import RATE_COMMAND, Export, Gathered, Missing, Sum, exports, gather, sums
from tradelane.desk.evidence.period import Period
from tradelane.desk.evidence.readme import readme
from tradelane.domain.money import Money
from tradelane.domain.trade_time import today_in_korea
from tradelane.storage.database import NotRecorded
from tradelane.stores import Stores

if TYPE_CHECKING:
    from tradelane.desk.evidence.workbook import Summary

NAMED = 5
"""How many missing things a refusal names before it counts."""


class Total(BaseModel):
    """Totals of one currency; `unvalued` rows have no rate and are not in `krw`."""

    model_config = ConfigDict(frozen=True)

    count: int
    payment: Money
    krw: Money
    fob_krw: Money
    unvalued: int = 0

    @classmethod
    def of(cls, one: Sum) -> Total:
        """The same figures as they are printed."""
        return cls(count=one.count, payment=one.payment, krw=one.won, fob_krw=one.fob, unvalued=one.unvalued)


class PackMade(BaseModel):
    """An evidence pack that was written."""

    model_config = ConfigDict(frozen=True)

    file: str
    exporter_id: str
    period: str
    declarations: int
    list_parcels: int
    totals: tuple[Total, ...]
    missing: tuple[str, ...]
    partial: bool
    files: int
    chain: str
    """One digest over all files; noted elsewhere, it shows later that this is the same pack."""
    sha256: str
    """Of the file itself; differs each time, for the instant of making is in it."""
    still_open: bool
    """Whether the period was not over yet: what is loaded until its end is not in this pack."""


def make_pack(
    stores: Stores,
    exporter_id: str,
    period: Period,
    target: Path,
    *,
    partial: bool = False,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> PackMade:
    """Write the evidence of a period to a file, readable by its owner only.

    Raises:
        NotFound: no such exporter, or nothing of it was loaded in the period.
        RefusedByRule: something is missing without which the sums would be wrong, and `partial` was not asked.
        WrongUsage: the file is there already or cannot be written.
    """
    gathered = gather(stores, exporter_id, period)
    if not gathered.counted and not gathered.listed:
        aside = f" {_sentence(gathered.besides)}" if gathered.besides else ""
        raise NotFound(
            f"Nothing of {exporter_id} was loaded from {period.first} to {period.last};"
            f"{aside} `tradelane evidence list --exporter {exporter_id}` shows every period."
        )
    rates = BaseRates(stores.published_rates)
    blocking = [one for one in (*gathered.besides, *_rates_missing(gathered, rates)) if one.blocks]
    if blocking and not partial:
        raise RefusedByRule(
            f"The evidence of {exporter_id} for {period.name} is not complete: {_sentence(blocking)} "
            "Mend it, or make the pack with --partial, where unknown cells stay empty."
        )
    made = now()
    trade = stores.clock.read().at(made)
    from tradelane.desk.evidence.workbook import Summary  # brings openpyxl, which no list command should wait for

    with pack_file(target) as pack, Summary(gathered) as summary:
        writing = _Writing(stores, pack, partial=partial)
        counted = writing.folders(summary, exports(stores, gathered.counted, rates))
        listed = writing.folders(summary, exports(stores, gathered.listed, rates))
        missing = [*gathered.besides, *writing.missing]
        incomplete = any(one.blocks for one in missing)
        with summary.finished(counted, listed, missing) as sheet:
            pack.stream(SHEET, sheet)
        pack.add(README, readme(gathered, partial=incomplete))
        head = _head(gathered, counted, listed, missing, made, trade)
        chain = pack.finish(head)
        files = len(pack.members)
    return PackMade(
        file=str(target),
        exporter_id=exporter_id,
        period=period.name,
        declarations=len(gathered.counted),
        list_parcels=len(gathered.listed),
        totals=tuple(Total.of(one) for one in counted),
        missing=tuple(_line(one) for one in missing),
        partial=incomplete,
        files=files,
        chain=chain,
        sha256=_sha256(target),
        still_open=today_in_korea(trade) <= period.last,
    )


class _Writing:
    """Folders being written; keeps what is missing and the totals, never the papers."""

    def __init__(self, stores: Stores, pack: PackFile, *, partial: bool) -> None:
        self._stores = stores
        self._pack = pack
        self._partial = partial
        self._papers: set[str] = set()
        self.missing: list[Missing] = []

    def folders(self, summary: Summary, rows: Iterable[Export]) -> tuple[Sum, ...]:
        """Write the folder and the line of each export; gives the totals."""

        def written() -> Iterator[Export]:
            for export in rows:
                self._folder(export)
                summary.add(export)
                self.missing.extend(export.missing)
                yield export

        return sums(written())

    def _folder(self, export: Export) -> None:
        for name, content in folder.records_of(self._stores, export):
            self._pack.add(name, content)
        for name, _, sha256 in folder.papers_of(export):
            if name in self._papers:  # two declarations of one consignment share its papers
                continue
            self._papers.add(name)
            paper = self._read(export, name, sha256)
            if paper is not None:
                self._pack.add(name, paper)

    def _read(self, export: Export, name: str, sha256: str) -> bytes | None:
        """The bytes of a paper; None when they are lost and the pack may be partial."""
        try:
            return self._stores.documents.read(sha256)
        except (NotRecorded, OSError) as lost:
            words = f"{name.rpartition('/')[2]} is in the register but not in the document store: {lost}"
            if not self._partial:
                raise RefusedByRule(f"Order {export.record.order_id}: {words} Restore it, or use --partial.") from lost
            self.missing.append(
                Missing(
                    "paper_lost", words, str(export.record.order_id), export.number, "restore a backup", blocks=True
                )
            )
            return None


def _rates_missing(gathered: Gathered, rates: BaseRates) -> Iterator[Missing]:
    """Each missing rate once, however many orders need it."""
    seen = set()
    for row in (*gathered.counted, *gathered.listed):
        assert row.loaded_on is not None
        valued = rates.value(row.payment, row.loaded_on)
        key = (valued.payment.currency, valued.day)
        if valued.missing_rate and key not in seen:
            seen.add(key)
            words = f"no base rate (기준환율) of {key[0]} on {key[1]}"
            yield Missing("base_rate", words, mend=RATE_COMMAND, blocks=True)


def _head(
    gathered: Gathered,
    counted: Iterable[Sum],
    listed: Iterable[Sum],
    missing: Iterable[Missing],
    made: datetime,
    trade: datetime,
) -> dict[str, Any]:
    exporter, period = gathered.exporter, gathered.period
    absent = list(missing)
    return {
        "exporter": {
            "id": exporter.id,
            "name_ko": exporter.name_ko,
            "name_en": exporter.name_en,
            "business_registration_number": exporter.business_registration_number.printed,
        },
        "period": {"name": period.name, "first": period.first.isoformat(), "last": period.last.isoformat()},
        "made_at": {"trade": trade.isoformat(), "real": made.isoformat()},
        "tool": {"name": "tradelane", "version": version("tradelane")},
        "declarations": len(gathered.counted),
        "list_parcels": len(gathered.listed),
        "totals": [Total.of(one).model_dump(mode="json") for one in counted],
        "list_totals": [Total.of(one).model_dump(mode="json") for one in listed],
        "partial": any(one.blocks for one in absent),
        "missing": [_line(one) for one in absent],
    }


def _line(one: Missing) -> str:
    about = " ".join(part for part in (one.order_id and f"order {one.order_id}", one.number) if part)
    return f"{about}: {one.words}" if about else one.words


def _sentence(missing: Sequence[Missing]) -> str:
    lines = [_line(one) for one in missing]
    ways = dict.fromkeys(one.mend for one in missing if one.mend)
    more = f"; and {len(lines) - NAMED} more" if len(lines) > NAMED else ""
    hint = f" ({', '.join(f'`{way}`' for way in ways)})" if ways else ""
    return "; ".join(lines[:NAMED]) + more + hint + "."


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while chunk := content.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()

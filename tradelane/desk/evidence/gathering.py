"""Which declarations belong to a period of one exporter, what they count, and what is missing of each.

Everything is read from our own tables and the document store, so a pack can be made long after the engine has forgotten
its runs. A declaration counts when customs has confirmed that all of it is loaded: what a carrier's tracking says proves
nothing, and a postal parcel counts only after its dispatch confirmation (발송확인) has reached customs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tradelane.desk.certificates import Certificate, certificates_of
from tradelane.desk.complaints import NotFound
from tradelane.desk.evidence.amounts import BaseRates, Valued
from tradelane.desk.evidence.period import Period
from tradelane.domain.catalogue import Exporter
from tradelane.domain.export_declaration import FilingState
from tradelane.domain.export_route import ExportRoute
from tradelane.domain.money import Money, total
from tradelane.domain.trade_time import today_in_korea
from tradelane.ports import StoredDocument
from tradelane.ports.export import DeclarationRecord
from tradelane.stores import Stores

LONGEST_LOADING = timedelta(days=400)
"""Nothing is loaded later after its acceptance: an extension ends within a year (korea-export, 적재기간 연장)."""

PAPERS: dict[str, str] = {
    "commercial_invoice": "commercial-invoice",
    "packing_list": "packing-list",
    "transport_label": "waybill",
    "waybill_document": "waybill-document",
    "cn23": "cn23",
    "carrier_paper": "carrier-paper",
    "dispatch_confirmation": "dispatch-confirmation",
    "origin_statement": "origin-statement",
    "origin_statement_record": "origin-record",
    "origin_statement_signed": "origin-statement-signed",
}
"""Kinds of papers that go into a pack, with the stem of their file."""

RATE_COMMAND = "tradelane customs rate import FILE --kind base --source WHO"
"""How a missing base rate is handed in."""

HANDED_IN = frozenset({"carrier_paper", "dispatch_confirmation", "origin_statement_signed"})
"""Kinds that people hand in: each paper is one of its own. Of a paper that we draw the last drawing replaces the others."""

NEEDED: tuple[str, ...] = ("commercial_invoice", "packing_list", "transport_label")
"""Kinds every export should have."""


@dataclass(frozen=True)
class Missing:
    """Something a pack should have and has not; `blocks` when the sums would be wrong without it."""

    what: str
    """`base_rate`, `loading_day`, `certificate`, `certificate_unread`, `paper`, `destination`, ..."""
    words: str
    order_id: str = ""
    number: str = ""
    mend: str = ""
    blocks: bool = False


@dataclass(frozen=True)
class Export:
    """One declaration that counts in the period, or one parcel the carrier cleared by its list."""

    record: DeclarationRecord
    valued: Valued
    papers: tuple[StoredDocument, ...]
    certificates: tuple[Certificate, ...]
    missing: tuple[Missing, ...]

    @property
    def number(self) -> str:
        """The declaration number as it is printed; empty for a parcel on the carrier's list."""
        return self.record.number.printed if self.record.number is not None else ""

    @property
    def declared(self) -> bool:
        """Whether a declaration stands behind it."""
        return self.record.route is not ExportRoute.LIST_CLEARANCE


@dataclass(frozen=True)
class Sum:
    """Totals of one currency; `won` is what is valued, `unvalued` counts the rows without a rate."""

    count: int
    payment: Money
    won: Money
    fob: Money
    unvalued: int


@dataclass(frozen=True)
class Gathered:
    """The rows of one period of one exporter, before any paper is read."""

    exporter: Exporter
    period: Period
    counted: tuple[DeclarationRecord, ...]
    listed: tuple[DeclarationRecord, ...]
    """Parcels cleared by the carrier's list (목록통관): exports without a declaration of their own."""
    besides: tuple[Missing, ...]
    """What concerns the period and belongs to no counted row."""


def exporter_of(stores: Stores, exporter_id: str) -> Exporter:
    """The exporter of an id.

    Raises:
        NotFound: there is none.
    """
    found = stores.exporters.get([exporter_id]).get(exporter_id)
    if found is None:
        known = ", ".join(sorted(one.id for one in stores.exporters.all())) or "none yet"
        raise NotFound(f"There is no exporter {exporter_id!r}; known: {known}.")
    return found


def gather(stores: Stores, exporter_id: str, period: Period) -> Gathered:
    """The rows that count in a period.

    Raises:
        NotFound: no such exporter.
    """
    exporter = exporter_of(stores, exporter_id)
    rows = stores.declarations.loaded_between(exporter_id, period.first, period.last)
    alive = [row for row in rows if row.state is FilingState.ACCEPTED and not row.partial]
    once: dict[str, DeclarationRecord] = {}
    for row in alive:
        once.setdefault(str(row.number or row.order_no), row)
    besides = [
        *(_again(row) for row in alive if row is not once[str(row.number or row.order_no)]),
        *(_ended(row) for row in rows if row.state is not FilingState.ACCEPTED),
        *(_partial(row) for row in rows if row.state is FilingState.ACCEPTED and row.partial),
        *(_undated(row) for row in stores.declarations.loaded_undated(exporter_id) if _may_belong(row, period)),
        *(
            _partial(row) if row.partial else _not_loaded(row)
            for row in stores.declarations.open_of(exporter_id)
            if (row.partial or row.state is FilingState.ACCEPTED) and _may_belong(row, period)
        ),
    ]
    return Gathered(
        exporter=exporter,
        period=period,
        counted=tuple(row for row in once.values() if row.route is not ExportRoute.LIST_CLEARANCE),
        listed=tuple(row for row in once.values() if row.route is ExportRoute.LIST_CLEARANCE),
        besides=tuple(besides),
    )


def exports(stores: Stores, rows: Iterable[DeclarationRecord], rates: BaseRates) -> Iterator[Export]:
    """Each row with its value in won, its papers and what it lacks; one at a time."""
    for row in rows:
        assert row.loaded_on is not None, "only rows with a day of loading are gathered"
        kept = stores.documents.of_ucr(row.ucr)
        certificates = certificates_of(stores, row.ucr, kept)
        mine = tuple(one for one in certificates if one.number == row.number) if row.number is not None else ()
        valued = rates.value(row.payment, row.loaded_on)
        papers = chosen(kept, row)
        yield Export(row, valued, papers, mine, tuple(_missing(row, valued, papers, mine)))


def part_of(row: DeclarationRecord) -> str:
    """Name of the declaration in its consignment, such as `d1`: the papers of one exporter bear it."""
    return "d" + row.order_no.removeprefix(f"{row.ucr}-").partition("~")[0]


def stem_of(kind: str, row: DeclarationRecord) -> str | None:
    """The stem of a paper's file; None when it is no evidence, or another exporter's."""
    mine = f"_{part_of(row)}"
    if kind.endswith(f"{mine}_record"):  # origin_statement_d2_record
        return PAPERS.get(f"{kind.removesuffix(f'{mine}_record')}_record")
    return PAPERS.get(kind.removesuffix(mine))


def chosen(kept: Sequence[StoredDocument], row: DeclarationRecord) -> tuple[StoredDocument, ...]:
    """The papers of one declaration: all that were handed in, and the last drawing of each that we draw.

    A version is drawn twice, the second time with the numbers of customs and of the carrier; it is kept after the first.
    """
    fitting = [paper for paper in kept if stem_of(paper.kind, row) is not None]
    last = {paper.kind: paper for paper in fitting}  # they come by version, then in the order they were kept
    mine = f"_{part_of(row)}"
    return tuple(paper for paper in fitting if paper.kind.removesuffix(mine) in HANDED_IN or last[paper.kind] is paper)


def sums(exports_: Iterable[Export]) -> tuple[Sum, ...]:
    """Totals by currency of the contract."""
    groups: dict[str, list[tuple[Money, Money | None, Money]]] = {}
    for export in exports_:
        row = (export.record.payment, export.valued.won, export.record.fob_krw)
        groups.setdefault(export.record.payment.currency, []).append(row)
    return tuple(
        Sum(
            count=len(rows),
            payment=total((payment for payment, _, _ in rows), currency),
            won=total((won for _, won, _ in rows if won is not None), "KRW"),
            fob=total((fob for _, _, fob in rows), "KRW"),
            unvalued=sum(won is None for _, won, _ in rows),
        )
        for currency, rows in sorted(groups.items())
    )


def _missing(
    row: DeclarationRecord, valued: Valued, papers: Sequence[StoredDocument], certificates: Sequence[Certificate]
) -> Iterator[Missing]:
    number = row.number.printed if row.number is not None else ""

    def lacks(what: str, words: str, mend: str = "", *, blocks: bool = False) -> Missing:
        return Missing(what, words, str(row.order_id), number, mend, blocks)

    if valued.missing_rate:
        yield lacks(
            "base_rate",
            f"no base rate (기준환율) of {valued.payment.currency} on {valued.day}",
            RATE_COMMAND,
            blocks=True,
        )
    if row.number is not None and not certificates:
        yield lacks(
            "certificate",
            "no export declaration certificate (수출신고필증)",
            f"tradelane documents add {row.order_id} FILE --kind export_certificate",
        )
    if certificates and all(one.unread for one in certificates):  # one that was read proves it, whatever lies beside it
        yield lacks(
            "certificate_unread",
            "the certificate (수출신고필증) is a scan that nobody but a person has read",
            f"tradelane documents add {row.order_id} FILE --kind export_certificate",
        )
    have = {paper.kind for paper in papers}
    for kind in NEEDED:
        if kind not in have:
            yield lacks("paper", f"no {PAPERS[kind].replace('-', ' ')}")
    stems = {stem_of(paper.kind, row) for paper in papers}
    if "origin-statement" in stems and "origin-record" not in stems:
        yield lacks("origin_record", "the origin statement has no record of its signer and basis")
    if "origin-statement" in stems and "origin-statement-signed" not in stems:
        yield lacks(
            "origin_unsigned",
            "the origin statement as it was signed is not here",
            f"tradelane documents add {row.order_id} FILE --kind origin_statement_signed",
        )
    if not row.destination:
        yield lacks("destination", "the country of the buyer was not kept")
    if row.waybill is None:
        yield lacks("waybill", "no waybill number is known for the loading")


def _ended(row: DeclarationRecord) -> Missing:
    words = f"loaded on {row.loaded_on}, but the declaration is {row.state.value}: it is no evidence and is not counted"
    return Missing("not_evidence", words, str(row.order_id), _printed(row))


def _partial(row: DeclarationRecord) -> Missing:
    words = (
        f"{row.packages_loaded} of {row.packages_cleared} packages have left: "
        "it counts on the day on which the last one leaves"
    )
    return Missing("partly_loaded", words, str(row.order_id), _printed(row))


def _not_loaded(row: DeclarationRecord) -> Missing:
    accepted = f" on {today_in_korea(row.accepted_at)}" if row.accepted_at is not None else ""
    words = (
        f"accepted{accepted}, and customs has not said that it is loaded: it is not counted; where the goods left in this "
        "period, have the loading read first"
    )
    return Missing("not_loaded", words, str(row.order_id), _printed(row), f"tradelane orders show {row.order_id}")


def _again(row: DeclarationRecord) -> Missing:
    words = f"{row.order_no} has a declaration number that stands in the register twice; it is counted once"
    return Missing("counted_once", words, str(row.order_id), _printed(row))


def _undated(row: DeclarationRecord) -> Missing:
    return Missing(
        "loading_day",
        "customs says that it is loaded, but nobody has said on which day",
        str(row.order_id),
        _printed(row),
        f"tradelane orders show {row.order_id}",
        blocks=True,
    )


def _printed(row: DeclarationRecord) -> str:
    return row.number.printed if row.number is not None else ""


def _may_belong(row: DeclarationRecord, period: Period) -> bool:
    """Whether goods accepted when this row was can have been loaded in the period."""
    accepted = today_in_korea(row.accepted_at) if row.accepted_at is not None else row.declared_on
    if accepted is None:
        return True
    return _plus(accepted, LONGEST_LOADING) >= period.first and accepted <= period.last


def _plus(day: date, span: timedelta) -> date:
    return day + span if day < date.max - span else date.max

"""Ports of the export's own books: declarations for years, published rates, lists of restricted parties."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from tradelane.domain.catalogue import FilingChannel
from tradelane.domain.export_declaration import FilingState
from tradelane.domain.export_route import ExportRoute
from tradelane.domain.identifiers import ExportDeclarationNumber, OrderId, Ucr
from tradelane.domain.money import Money
from tradelane.domain.party_clearance import Clearance
from tradelane.domain.screening import ListedParty, ListState
from tradelane.domain.trade_time import Instant


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)


class DeclarationRecord(_Record):
    """What the house keeps of one declaration, longer than the engine keeps its run. No personal data."""

    order_no: str
    """The filing reference: UCR, declaration and round."""
    ucr: Ucr
    order_id: OrderId
    """The order that carries the parcel."""
    exporter_id: str
    channel: FilingChannel
    route: ExportRoute
    why: str
    """Why this route."""
    state: FilingState
    number: ExportDeclarationNumber | None = None
    declared_on: date | None = None
    """신고일자, a Korean day."""
    accepted_at: Instant | None = None
    payment: Money
    """Box 49: what the contract says, in its currency."""
    incoterm: str
    rate: Decimal
    """Export customs rate of the declaration week, won for one unit."""
    fob_krw: Money
    freight_krw: Money | None = None
    insurance_krw: Money | None = None
    invoice_number: str
    load_before: date | None = None
    load_before_computed: bool = False
    """True while nobody printed the date and it was counted by us."""
    loaded: bool = False
    loaded_on: date | None = None
    """선적일: the Korean day on which the last package departed; VAT counts by it."""
    packages_cleared: int | None = None
    packages_loaded: int | None = None
    waybill: str | None = None
    digest: str = ""
    """Of what was declared."""
    destination: str = ""
    """Box 13, two letters; empty in rows that were written before it was kept."""
    loading_seen_at: Instant | None = None
    """Trade instant at which whoever said so last said what stands here of the loading."""
    loading_source: str = ""
    """Who said it: `UNI-PASS API002`, `UNI-PASS API051`, `by hand`."""

    @property
    def partial(self) -> bool:
        """Whether some packages have left and others not: then nothing is proven yet."""
        cleared, gone = self.packages_cleared, self.packages_loaded
        return cleared is not None and gone is not None and 0 < gone < cleared


class Declarations(Protocol):
    """Table `declarations`: one row for each filing reference, kept for the years that evidence is."""

    def put(self, record: DeclarationRecord) -> None:
        """Insert or replace; a row that is accepted, withdrawn or cancelled never goes back to an earlier state."""

    def find(self, order_no: str) -> DeclarationRecord | None: ...

    def by_number(self, number: ExportDeclarationNumber) -> DeclarationRecord | None: ...

    def of_ucr(self, ucr: Ucr) -> tuple[DeclarationRecord, ...]: ...

    def to_be_loaded(self, until: date, *, undated: bool = False) -> tuple[DeclarationRecord, ...]:
        """Accepted and not loaded, with a deadline up to a day, the nearest first; `undated` adds those without."""

    def loaded_between(self, exporter_id: str, first: date, last: date) -> tuple[DeclarationRecord, ...]:
        """Of one exporter, by day of loading: the days that decide the VAT period."""

    def loaded_undated(self, exporter_id: str) -> tuple[DeclarationRecord, ...]:
        """Of one exporter: loaded, but on a day that nobody has said; such a row belongs to no period yet."""

    def open_of(self, exporter_id: str) -> tuple[DeclarationRecord, ...]:
        """Submitted, selected, or accepted and not loaded: its way to customs must not change while one stands."""

    def perhaps_without(self, kind: str) -> tuple[DeclarationRecord, ...]:
        """Accepted under a number, in a consignment without a paper of a kind or with more declarations than one."""


class RateKind(StrEnum):
    """Who publishes a rate, and for what."""

    CUSTOMS_EXPORT = "customs_export"
    """관세환율(수출): declared values; `day` is the Sunday it begins with."""
    CUSTOMS_IMPORT = "customs_import"
    BASE = "base"
    """기준환율/재정환율: VAT at the day of loading."""


class PublishedRate(_Record):
    """One rate as published: won for one unit of the currency."""

    kind: RateKind
    currency: str
    day: date
    krw_per_unit: Decimal
    source: str
    """Who published it and where it was read: `UNI-PASS API012`, a file's name, a person."""


class PublishedRates(Protocol):
    """Table `published_rates`: rates that were used or handed in, so that an amount can be proven years later."""

    def put(self, rates: Iterable[PublishedRate]) -> int:
        """Insert or replace; gives how many there were."""

    def find(self, kind: RateKind, currency: str, day: date) -> PublishedRate | None:
        """The rate of exactly this day (of the week that begins on it for customs rates)."""

    def listed(self, kind: RateKind, first: date, last: date) -> tuple[PublishedRate, ...]: ...


class PartyLists(Protocol):
    """Tables `party_lists` and `listed_parties`: the newest state of each list."""

    def replace(self, state: ListState, entries: Sequence[ListedParty], actor: str) -> None:
        """Put a list in the place of the one before, in one transaction.

        Raises:
            ValueError: one sentence, when the new one is older than the one there is.
        """

    def states(self) -> tuple[ListState, ...]: ...

    def entries(self, source: str) -> tuple[ListedParty, ...]: ...

    def entry(self, source: str, entry_id: str) -> ListedParty | None: ...


class PartyClearances(Protocol):
    """Table `party_clearances`: parties that a person found not to be a listed entry, by keyed digest."""

    def digest(self, identity: str) -> str:
        """What stands for a party in the books; without the key of this installation nobody can make it."""

    def add(self, clearance: Clearance) -> None:
        """Write one down; an earlier one of the same party and entry is revoked with it."""

    def of_party(self, party: str) -> tuple[Clearance, ...]: ...

    def all(self) -> tuple[Clearance, ...]: ...

    def revoke(self, ids: Sequence[str], at: datetime, actor: str, reason: str) -> int:
        """End those of these that are not revoked yet; gives how many."""

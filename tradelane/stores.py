"""Our own stores, opened from the settings: enough for the command line, which talks to no counterparty.

Apart from `resources`, so that a list command imports no adapter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from temporalio.converter import DataConverter

from tradelane import ports
from tradelane.codec import data_converter
from tradelane.domain.trade_time import TradeClock
from tradelane.settings import Settings
from tradelane.storage.catalogue import SqlCatalogue
from tradelane.storage.clock import FileClock
from tradelane.storage.consignments import SqlConsignments
from tradelane.storage.database import open_database
from tradelane.storage.decisions import SqlDecisions
from tradelane.storage.declarations import SqlDeclarations
from tradelane.storage.documents import FolderDocuments
from tradelane.storage.effects import SqlEffects
from tradelane.storage.exporters import SqlExporters
from tradelane.storage.gates import SqlGates, SqlQuotas
from tradelane.storage.holds import SqlHoldBoard
from tradelane.storage.inbox import SqlInbox
from tradelane.storage.journal import SqlJournal
from tradelane.storage.keys import KeyVault, MasterKey
from tradelane.storage.migrations import migrate
from tradelane.storage.notices import SqlNotices
from tradelane.storage.party_clearances import SqlPartyClearances
from tradelane.storage.party_lists import SqlPartyLists
from tradelane.storage.published_rates import SqlPublishedRates
from tradelane.storage.replays import SqlReplays
from tradelane.storage.sellers import SqlSellers
from tradelane.storage.watches import SqlWatches


@dataclass(frozen=True)
class Stores:
    """Our own tables and files."""

    alive: Callable[[], None]
    """Raises SQLAlchemyError when the main database does not answer."""
    vault: KeyVault
    clock: ports.ClockRecord
    consignments: ports.Consignments
    decisions: ports.Decisions
    effects: ports.Effects
    inbox: SqlInbox
    watches: ports.Watches
    catalogue: ports.Catalogue
    exporters: ports.Exporters
    sellers: ports.Sellers
    documents: ports.Documents
    journal: ports.Journal
    replays: ports.Replays
    holds: ports.HoldBoard
    notices: ports.Notices
    gates: ports.Gates
    quotas: ports.Quotas
    declarations: ports.Declarations
    party_lists: ports.PartyLists
    party_clearances: ports.PartyClearances
    published_rates: ports.PublishedRates

    @property
    def converter(self) -> DataConverter:
        """Seals every payload with the key of its order."""
        return data_converter(self.vault)


@contextmanager
def open_stores(settings: Settings) -> Iterator[Stores]:
    """Open databases, keys and folders; enough for the command line, which talks to no counterparty."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    main = open_database(settings.main_database)
    inbox = open_database(settings.inbox_database, synchronous="FULL")
    try:
        migrate(main, "main")
        migrate(inbox, "inbox")
        given = settings.master_key
        master = (
            MasterKey.from_text(given.get_secret_value())
            if given is not None
            else MasterKey.from_file(settings.data_dir / "master.key")
        )
        vault = KeyVault(main, master)
        now = datetime.now(UTC)
        clock = FileClock.ensure(settings.clock_file, TradeClock(trade_epoch=now, real_epoch=now, pace=settings.pace))
        yield Stores(
            alive=main.alive,
            vault=vault,
            clock=clock,
            consignments=SqlConsignments(main),
            decisions=SqlDecisions(main, vault),
            effects=SqlEffects(main),
            inbox=SqlInbox(inbox, vault),
            watches=SqlWatches(main),
            catalogue=SqlCatalogue(main),
            exporters=SqlExporters(main),
            sellers=SqlSellers(main, vault),
            documents=FolderDocuments(main, settings.documents_dir),
            gates=SqlGates(main),
            quotas=SqlQuotas(main),
            journal=SqlJournal(main),
            replays=SqlReplays(main),
            holds=SqlHoldBoard(main),
            notices=SqlNotices(main),
            declarations=SqlDeclarations(main),
            party_lists=SqlPartyLists(main),
            party_clearances=SqlPartyClearances(main, vault),
            published_rates=SqlPublishedRates(main),
        )
    finally:
        inbox.close()
        main.close()

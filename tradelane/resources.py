"""Everything a process shares, opened once from the settings: stores, adapters, data converter.

Used by the worker, the service, the command line and the tests alike; nothing else wires a port to an adapter.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
from temporalio.converter import DataConverter

from tradelane import ports
from tradelane.adapters.ktnet import KtnetAccess, KtnetFiling
from tradelane.adapters.manual import ManualBroker, ManualCarrier, ManualFiling
from tradelane.adapters.mercadolibre import MercadoLibreAccess, MercadoLibreMarketplace
from tradelane.adapters.mydhl import MydhlAccess, MydhlCarrier
from tradelane.adapters.notify import ChatNotifier, LogNotifier, SmtpAccess, SmtpNotifier
from tradelane.adapters.quota import DailyQuota
from tradelane.adapters.seventeentrack import SeventeenTrackAccess, SeventeenTrackAggregator
from tradelane.adapters.unipass import UnipassAccess, UnipassCustoms
from tradelane.codec import data_converter
from tradelane.domain.trade_time import TradeClock
from tradelane.settings import Channel, Settings
from tradelane.storage.catalogue import SqlCatalogue
from tradelane.storage.clock import FileClock
from tradelane.storage.consignments import SqlConsignments
from tradelane.storage.database import open_database
from tradelane.storage.decisions import SqlDecisions
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
from tradelane.storage.replays import SqlReplays
from tradelane.storage.sellers import SqlSellers
from tradelane.storage.watches import SqlWatches

RATES: Mapping[str, float] = {"marketplace": 30.0, "filing": 20.0, "customs": 20.0, "carrier": 30.0, "tracking": 1.5}
"""Activities per second and queue; a step that looks before it writes makes two calls.

17TRACK documents 3 requests a second, Mercado Libre 18,000 an hour, KTNET 10,000 a day.
"""


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

    @property
    def converter(self) -> DataConverter:
        """Seals every payload with the key of its order."""
        return data_converter(self.vault)


@dataclass(frozen=True)
class Resources:
    """Stores and adapters of one process."""

    settings: Settings
    stores: Stores
    marketplace: ports.Marketplace
    filing: ports.ExportFiling
    customs: ports.CustomsInformation
    carrier: ports.Carrier
    tracking: ports.TrackingAggregator
    broker: ports.ImportBroker
    notifiers: tuple[ports.Notifier, ...]
    rates: Mapping[str, float]

    @property
    def clock(self) -> ports.ClockRecord:
        return self.stores.clock

    @property
    def consignments(self) -> ports.Consignments:
        return self.stores.consignments

    @property
    def decisions(self) -> ports.Decisions:
        return self.stores.decisions

    @property
    def effects(self) -> ports.Effects:
        return self.stores.effects

    @property
    def inbox(self) -> SqlInbox:
        return self.stores.inbox

    @property
    def watches(self) -> ports.Watches:
        return self.stores.watches

    @property
    def catalogue(self) -> ports.Catalogue:
        return self.stores.catalogue

    @property
    def exporters(self) -> ports.Exporters:
        return self.stores.exporters

    @property
    def sellers(self) -> ports.Sellers:
        return self.stores.sellers

    @property
    def documents(self) -> ports.Documents:
        return self.stores.documents

    @property
    def gates(self) -> ports.Gates:
        return self.stores.gates

    @property
    def quotas(self) -> ports.Quotas:
        return self.stores.quotas

    @property
    def journal(self) -> ports.Journal:
        return self.stores.journal

    @property
    def holds(self) -> ports.HoldBoard:
        return self.stores.holds

    @property
    def notices(self) -> ports.Notices:
        return self.stores.notices

    @property
    def converter(self) -> DataConverter:
        return self.stores.converter


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
        )
    finally:
        inbox.close()
        main.close()


@asynccontextmanager
async def open_resources(settings: Settings) -> AsyncIterator[Resources]:
    """Open stores and adapters; counterparties without an address of their own are the simulators."""
    with open_stores(settings) as stores:
        async with httpx.AsyncClient() as http:
            yield wired(settings, stores, http)


def wired(settings: Settings, stores: Stores, http: httpx.AsyncClient) -> Resources:
    """The adapters that the settings ask for, on open stores."""

    def trade_now() -> datetime:
        return stores.clock.read().at(datetime.now(UTC))

    simulators = settings.simulators_url
    mydhl = MydhlCarrier(
        MydhlAccess(
            base_url=settings.mydhl_url or f"{simulators}/mydhl",
            username=settings.mydhl_username,
            password=settings.mydhl_password,
            account=settings.mydhl_account,
        ),
        http,
        effects=stores.effects,
        now=trade_now,
        documents=stores.documents,
    )
    ktnet = KtnetFiling(
        KtnetAccess(
            base_url=settings.ktnet_url or f"{simulators}/ktnet",
            api_key=settings.ktnet_api_key,
            key_header=settings.ktnet_key_header,
            mall_id=settings.ktnet_mall_id,
        ),
        http,
        stores.exporters,
        quota=DailyQuota(stores.quotas, "ktnet", settings.ktnet_daily_calls) if settings.ktnet_daily_calls else None,
    )
    by_hand = settings.transport is Channel.MANUAL
    return Resources(
        settings=settings,
        stores=stores,
        marketplace=MercadoLibreMarketplace(
            MercadoLibreAccess(
                base_url=settings.mercadolibre_url or f"{simulators}/mercadolibre",
                client_id=settings.mercadolibre_client_id,
                client_secret=settings.mercadolibre_client_secret,
            ),
            http,
            stores.sellers,
        ),
        filing=ManualFiling(stores.decisions, stores.consignments) if settings.filing is Channel.MANUAL else ktnet,
        customs=UnipassCustoms(
            UnipassAccess(
                base_url=settings.unipass_url or f"{simulators}/unipass/ext/rest",
                keys={"API012": settings.unipass_key_rates, "API002": settings.unipass_key_export},
            ),
            http,
        ),
        carrier=ManualCarrier(stores.decisions, stores.consignments) if by_hand else mydhl,
        tracking=SeventeenTrackAggregator(
            SeventeenTrackAccess(
                base_url=settings.seventeentrack_url or f"{simulators}/17track/track/v2.4",
                token=settings.seventeentrack_token,
                carrier_key=settings.seventeentrack_carrier,
            ),
            http,
        ),
        broker=ManualBroker(stores.decisions, stores.consignments),
        notifiers=notifiers(settings, http),
        rates=RATES,
    )


def notifiers(settings: Settings, http: httpx.AsyncClient) -> tuple[ports.Notifier, ...]:
    """The ways to tell people that the settings ask for; the log when they ask for none."""
    found: list[ports.Notifier] = []
    if settings.notify_chat_url.get_secret_value():
        found.append(ChatNotifier(settings.notify_chat_url, http))
    if settings.notify_smtp_host:
        access = SmtpAccess(
            host=settings.notify_smtp_host,
            port=settings.notify_smtp_port,
            sender=settings.notify_smtp_from,
            to=settings.notify_addresses,
            user=settings.notify_smtp_user,
            password=settings.notify_smtp_password,
            starttls=settings.notify_smtp_starttls,
        )
        found.append(SmtpNotifier(access))
    return tuple(found) or (LogNotifier(),)

"""Everything a process shares, opened once from the settings: stores, adapters, data converter.

Used by the worker, the service, the command line and the tests alike; nothing else wires a port to an adapter.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
from temporalio.converter import DataConverter

from tradelane import ports
from tradelane.adapters.journal import Journal
from tradelane.adapters.ktnet import KtnetAccess, KtnetFiling
from tradelane.adapters.manual import BrokerFiling, CarrierFiling, ManualBroker, ManualCustoms, ManualFiling
from tradelane.adapters.mercadolibre import MercadoLibreAccess, MercadoLibreMarketplace
from tradelane.adapters.notify import ChatNotifier, LogNotifier, SmtpAccess, SmtpNotifier
from tradelane.adapters.plug import Wiring, carrier_plug
from tradelane.adapters.quota import DailyQuota, MonthlyQuota
from tradelane.adapters.routed import RoutedFiling
from tradelane.adapters.seventeentrack import SeventeenTrackAccess, SeventeenTrackAggregator
from tradelane.adapters.unipass import UnipassAccess, UnipassCustoms, demo_keys, mounts
from tradelane.contracts.journeys import RATES
from tradelane.domain.catalogue import FilingChannel
from tradelane.settings import Channel, Settings
from tradelane.storage.inbox import SqlInbox
from tradelane.stores import Stores, open_stores


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
    def declarations(self) -> ports.Declarations:
        return self.stores.declarations

    @property
    def party_lists(self) -> ports.PartyLists:
        return self.stores.party_lists

    @property
    def party_clearances(self) -> ports.PartyClearances:
        return self.stores.party_clearances

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


@asynccontextmanager
async def open_resources(settings: Settings) -> AsyncIterator[Resources]:
    """Open stores and adapters; counterparties without an address of their own are the simulators."""
    with open_stores(settings) as stores:
        async with open_http(settings) as http:
            yield wired(settings, stores, http)


def open_http(settings: Settings) -> httpx.AsyncClient:
    """The client of a process, to be closed by the caller; it trusts the further certificates of UNI-PASS."""
    return httpx.AsyncClient(mounts=mounts(settings.unipass_url, settings.unipass_ca_file))


def unipass_access(settings: Settings) -> UnipassAccess:
    """Address and keys of UNI-PASS; without an address it is the simulator, whose invented keys are known."""
    return UnipassAccess(
        base_url=settings.unipass_url or f"{settings.simulators_url}/unipass/ext/rest",
        keys=settings.unipass_keys if settings.unipass_url else demo_keys() | settings.unipass_keys,
    )


def customs_reader(settings: Settings, stores: Stores, http: httpx.AsyncClient) -> ports.CustomsInformation:
    """Who reads customs: UNI-PASS's interface, or a person."""
    if settings.customs is Channel.MANUAL:
        return ManualCustoms(stores.published_rates)
    return UnipassCustoms(unipass_access(settings), http, stores.published_rates)


def wired(settings: Settings, stores: Stores, http: httpx.AsyncClient) -> Resources:
    """The adapters that the settings ask for, on open stores."""

    def trade_now() -> datetime:
        return stores.clock.read().at(datetime.now(UTC))

    simulators = settings.simulators_url
    plug = carrier_plug(settings.transport)
    wiring = Wiring(
        http=http,
        simulator=f"{simulators}/{plug.name}",
        now=trade_now,
        effects=stores.effects,
        documents=stores.documents,
        decisions=stores.decisions,
        consignments=stores.consignments,
    )
    ktnet = KtnetFiling(
        KtnetAccess(
            base_url=settings.ktnet_url or f"{simulators}/ktnet",
            api_key=settings.ktnet_api_key,
            key_header=settings.ktnet_key_header,
            mall_id=settings.ktnet_mall_id,
            loading_port=settings.ktnet_loading_port,
            loading_port_type=settings.ktnet_loading_port_type,
            selection_codes=settings.ktnet_selection_codes,
        ),
        http,
        stores.exporters,
        quota=DailyQuota(stores.quotas, "ktnet", settings.ktnet_daily_calls) if settings.ktnet_daily_calls else None,
        documents=MonthlyQuota(stores.quotas, "ktnet:documents", settings.ktnet_monthly_documents)
        if settings.ktnet_monthly_documents
        else None,
        books=Journal(stores.effects, trade_now),
    )
    channels: dict[FilingChannel, ports.ExportFiling] = {
        FilingChannel.KTNET: ktnet,
        FilingChannel.BROKER: BrokerFiling(stores.decisions, stores.consignments, stores.exporters),
        FilingChannel.CARRIER: CarrierFiling(),
        FilingChannel.MANUAL: ManualFiling(stores.decisions, stores.consignments),
    }
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
        filing=RoutedFiling(channels, settings.filing_channel, stores.exporters, stores.declarations),
        customs=customs_reader(settings, stores, http),
        carrier=plug.build(plug.own_settings(), wiring),
        tracking=SeventeenTrackAggregator(
            SeventeenTrackAccess(
                base_url=settings.seventeentrack_url or f"{simulators}/17track/track/v2.4",
                token=settings.seventeentrack_token,
                carrier_key=settings.seventeentrack_carrier or plug.tracking_key,
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

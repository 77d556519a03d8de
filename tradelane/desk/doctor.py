"""The doctor: looks at every part a journey needs, one line each, and changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import httpx
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import SQLAlchemyError
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import GetSystemInfoRequest
from temporalio.client import Client
from temporalio.service import RPCError

from tradelane.adapters.plug import carrier_plug
from tradelane.contracts.search_attributes import TYPES
from tradelane.desk.pollers import LOOK, polled
from tradelane.desk.session import PATIENCE
from tradelane.domain.trade_time import KOREA
from tradelane.engine import connect, engine_address
from tradelane.settings import Channel, Settings
from tradelane.storage.database import NotRecorded
from tradelane.stores import Stores, open_stores


class Finding(BaseModel):
    """One thing looked at."""

    model_config = ConfigDict(frozen=True)

    part: str
    well: bool
    words: str


async def examine(settings: Settings) -> tuple[Finding, ...]:
    """Look at database, clock, engine, worker, service and counterparties."""
    findings: list[Finding] = []
    try:
        with open_stores(settings) as stores:
            findings.append(_database(stores))
            findings.append(_clock(stores))
            findings += await _engine_and_worker(settings, stores)
    except (SQLAlchemyError, OSError) as problem:
        findings.append(Finding(part="database", well=False, words=str(problem).splitlines()[0]))
    async with httpx.AsyncClient(timeout=LOOK.total_seconds()) as http:
        findings += await asyncio.gather(*(_reached(http, part, url) for part, url in _addresses(settings)))
    return tuple(findings)


def _database(stores: Stores) -> Finding:
    open_parcels = len(stores.consignments.unfinished())
    return Finding(
        part="database", well=True, words=f"{len(stores.catalogue.all())} products, {open_parcels} open consignments"
    )


def _clock(stores: Stores) -> Finding:
    try:
        clock = stores.clock.read()
    except NotRecorded as missing:
        return Finding(part="clock", well=False, words=str(missing))
    now = clock.at(datetime.now(UTC)).astimezone(KOREA)
    return Finding(part="clock", well=True, words=f"trade time {now:%Y-%m-%d %H:%M} KST, pace {clock.pace:g}")


async def _engine_and_worker(settings: Settings, stores: Stores) -> list[Finding]:
    try:
        client = await connect(settings, stores.converter, patience=PATIENCE)
        system = await client.workflow_service.get_system_info(GetSystemInfoRequest(), timeout=LOOK)
    except (RuntimeError, RPCError):
        words = f"{engine_address(settings)} does not answer"
        return [Finding(part="engine", well=False, words=words)]
    engine = f"{engine_address(settings)}, server {system.server_version}, namespace {client.namespace}"
    return [
        Finding(part="engine", well=True, words=engine),
        await _asked("search attributes", lambda: _search_attributes(client)),
        await _asked("worker", lambda: _worker(client)),
    ]


async def _asked(part: str, look: Callable[[], Awaitable[Finding]]) -> Finding:
    try:
        return await look()
    except RPCError as problem:
        return Finding(part=part, well=False, words=f"the engine cannot tell: {problem.message}")


async def _search_attributes(client: Client) -> Finding:
    known = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace), timeout=LOOK
    )
    missing = sorted(set(TYPES) - set(known.custom_attributes))
    words = f"not registered: {', '.join(missing)}" if missing else f"{len(TYPES)} registered"
    return Finding(part="search attributes", well=not missing, words=words)


async def _worker(client: Client) -> Finding:
    alive = await polled(client)
    silent = [queue for queue, pollers in alive.items() if not pollers]
    if silent:
        return Finding(part="worker", well=False, words=f"nobody polls {', '.join(silent)}; start `tradelane worker`")
    pollers = sorted(set().union(*alive.values()))
    return Finding(part="worker", well=True, words=f"{', '.join(pollers)} polls {len(alive)} queues")


def _addresses(settings: Settings) -> list[tuple[str, str]]:
    found = [("service", f"http://{settings.host}:{settings.service_port}/health")]
    simulated = f"{settings.simulators_url}/_stage/health"
    named = [("mercadolibre", settings.mercadolibre_url)]
    if settings.customs is Channel.PROTOCOL:
        named.append(("unipass", settings.unipass_url))
    if settings.filing is Channel.PROTOCOL:
        named.append(("ktnet", settings.ktnet_url))
    plug = carrier_plug(settings.transport)
    if not plug.by_hand:
        named += [(plug.name, plug.own_settings().url), ("17track", settings.seventeentrack_url)]
    return found + [(name, url or simulated) for name, url in named]


async def _reached(http: httpx.AsyncClient, part: str, url: str) -> Finding:
    ours = url.endswith(("/health", "/_stage/health"))
    try:
        answer = await http.get(url)
    except httpx.HTTPError as problem:
        return Finding(part=part, well=False, words=f"{url} does not answer ({type(problem).__name__})")
    well = answer.is_success if ours else answer.status_code < 500
    return Finding(part=part, well=well, words=f"{url} answers {answer.status_code}")

"""Our KTNET adapter at the counter of the simulated KTNET: no sockets, a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from tests.adapters import parcels
from tests.adapters.books import MemoryEffects, MemoryExporters
from tradelane.adapters.journal import Journal
from tradelane.adapters.ktnet import KtnetAccess, KtnetFiling
from tradelane.domain.catalogue import Exporter
from tradelane.domain.export_declaration import CustomsRate, ExportDeclaration, Filing, FilingState
from tradelane.domain.identifiers import Hsk
from tradelane.domain.trade_time import today_in_korea
from tradelane.simulators.app import create_app
from tradelane.simulators.clock import HeldClock
from tradelane.simulators.rates import Direction, rate, week_start
from tradelane.simulators.stage import Stage

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
"""A Tuesday, noon in Seoul."""

BOWL = Hsk("6912001000")


def exporter(**changes: Any) -> Exporter:
    """The invented brand, with its goods at a place that the simulated customs knows."""
    place = {"goods_location_postcode": "17399", "customs_office": "020", "customs_division": "20"}
    return parcels.exporter(**{**place, **changes})


@dataclass
class Counter:
    """One stage with one clock, and the adapter in front of it."""

    stage: Stage
    clock: HeldClock
    http: httpx.AsyncClient
    channel: KtnetFiling
    effects: MemoryEffects
    account: KtnetAccess

    def channel_with(self, effects: MemoryEffects | None) -> KtnetFiling:
        """The same account with other books of ours, or with none."""
        books = Journal(effects, self.clock.now) if effects is not None else None
        return KtnetFiling(self.account, self.http, MemoryExporters(exporter()), books=books)

    @property
    def today(self) -> date:
        return today_in_korea(self.clock.now())

    def later(self, **span: float) -> None:
        self.clock.advance(timedelta(**span))

    def declaration(self, of: Exporter | None = None, round_: int = 1, **item: Any) -> ExportDeclaration:
        """Bowls, at the export rate of the week that it is at the counter."""
        won = rate("USD", Direction.EXPORT, self.today)
        assert won is not None
        weekly = CustomsRate(currency="USD", krw_per_unit=won, valid_from=week_start(self.today))
        goods = parcels.item(**{"hsk": BOWL, **item})
        parcel = parcels.consignment(items=(goods,), exporters=(of or exporter(),))
        return parcels.drawn_up(parcel, parcel.parts[0], weekly, self.today, round_)

    async def accepted(self, declaration: ExportDeclaration | None = None) -> Filing:
        """Files and waits for the acceptance."""
        declared = declaration or self.declaration()
        await self.channel.lodge(declared, self.today)
        self.later(minutes=21)
        filing = await self.channel.status(declared.order_no, declared.exporter.id)
        assert filing is not None
        assert filing.state is FilingState.ACCEPTED
        return filing

    async def fault(self, operation: str, kind: str, times: int = 1) -> None:
        body = {"counterparty": "ktnet", "operation": operation, "kind": kind, "times": times}
        assert (await self.http.post("/_stage/faults", json=body)).status_code == 201

    async def acted(self, operation: str) -> list[dict[str, Any]]:
        """What the counterparty's own ledger says of an operation."""
        rows = (await self.http.get("/_stage/ledger")).json()["rows"]
        return [row for row in rows if row["operation"] == operation]


@asynccontextmanager
async def open_counter(folder: Path, **access: Any) -> AsyncIterator[Counter]:
    """Open a stage and the adapter at it; `access` changes settings of the account."""
    clock = HeldClock(NOON)
    stage = Stage(folder, clock)
    transport = httpx.ASGITransport(create_app(stage, ["ktnet"]))
    async with httpx.AsyncClient(transport=transport, base_url="http://simulators") as http:
        given = {"base_url": "http://simulators/ktnet", "api_key": SecretStr("ktnet-demo-key"), "mall_id": "MALL-9"}
        account = KtnetAccess.model_validate({**given, **access})
        effects = MemoryEffects()
        books = Journal(effects, clock.now)
        channel = KtnetFiling(account, http, MemoryExporters(exporter()), books=books)
        yield Counter(stage, clock, http, channel, effects, account)
    stage.close()

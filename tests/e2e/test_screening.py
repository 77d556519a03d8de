"""Nobody who may be a listed party is declared for or sent to before a person has said who it is; our books keep no name."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, cast

import structlog
from sqlalchemy import create_engine, inspect, text
from structlog.testing import LogCapture

import worker
from tests import world
from tests.lane import DAY, Lane, count, eventually, open_lane
from tradelane.contracts.journeys import FULFIL_ORDER, order_workflow_id
from tradelane.contracts.messages import FulfilOrderRequest, Progress
from tradelane.demo.party_lists import load_demo_lists
from tradelane.domain.export_declaration import ExportDeclaration
from tradelane.domain.holds import COMPLIANCE, Hold
from tradelane.domain.identifiers import OrderId, ShipmentId
from tradelane.domain.screening import ListedParty
from tradelane.domain.trade_time import today_in_korea
from tradelane.ports import ExportFiling

AT_FILING, AT_HANDOVER = "screen_parties:filing", "screen_parties:handover"
LIST = "UN"


class Lines(logging.Handler):
    """Every line that standard logging would write, with its traceback."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


class Sale:
    """One order whose run has not begun, and who is to receive it."""

    def __init__(self, lane: Lane, order: str, shipment: str, consignee: str) -> None:
        self.lane, self.order, self.shipment, self.consignee = lane, order, shipment, consignee

    @classmethod
    async def made(cls, lane: Lane, seed: str = "1") -> Sale:
        items = [{"items": [{"sku": "HNG-TEE-01"}]}]
        [sold] = await lane.sell("plain", orders=items, webhook_url=None, seed=seed)
        [seller] = lane.resources.sellers.all()
        shipment = await lane.resources.marketplace.shipment(seller.id, ShipmentId(str(sold["shipment_id"])))
        return cls(lane, str(sold["order_id"]), str(sold["shipment_id"]), shipment.consignee.name)

    async def begins(self) -> None:
        await self.lane.client.start_workflow(
            FULFIL_ORDER.name,
            FulfilOrderRequest(order_id=OrderId(self.order)),
            id=order_workflow_id(OrderId(self.order)),
            task_queue=FULFIL_ORDER.queue,
        )

    async def held_for(self, key: str, why: str) -> Hold:
        progress = await self.lane.until(self.order, lambda p: held(p, key, why) is not None)
        hold = held(progress, key, why)
        assert hold is not None
        return hold

    async def decides(self, hold: Hold, verdict: str) -> None:
        result = {**json.loads(hold.result_shape), "verdict": verdict, "evidence": "memo 12"}
        told = {"step": hold.key, "action": "complete", "result": result, "reason": "compared", "actor": "kim"}
        await self.lane.update(self.order, "resolve_hold", told)

    async def retries(self, key: str) -> None:
        await self.lane.update(self.order, "resolve_hold", {"step": key, "action": "retry", "actor": "kim"})

    async def did(self, operation: str) -> int:
        return count(await self.lane.effects(), operation, self.shipment)

    async def acted(self, operation: str) -> None:
        await eventually(lambda: self.did(operation), every=0.05)


def held(progress: Progress, key: str, why: str) -> Hold | None:
    return next((hold for hold in progress.holds if (hold.key, hold.reason) == (key, why)), None)


def lists(lane: Lane, *names: str) -> None:
    """Publish a list anew: what was on it, and these names."""
    lists_ = lane.resources.party_lists
    [before] = [state for state in lists_.states() if state.source == LIST]
    kept = lists_.entries(LIST)
    new = [
        ListedParty(source=LIST, entry_id=f"E2E.{len(kept) + place:03}", kind="person", names=(name,))
        for place, name in enumerate(names, 1)
    ]
    entries = (*kept, *new)
    sha256 = hashlib.sha256(repr(entries).encode()).hexdigest()
    state = before.model_copy(update={"sha256": sha256, "entries": len(entries)})
    lists_.replace(state, entries, "lee")


async def cleared(lane: Lane, sale: Sale) -> None:
    """Held before anything is filed; once cleared it is filed and booked, and the same hit is not asked about again."""
    await sale.begins()
    hold = await sale.held_for(AT_FILING, "party_hit")
    assert hold.owner == COMPLIANCE
    assert await sale.did("declare") == 0
    await sale.decides(hold, "cleared")
    await sale.acted("book")
    progress = await lane.progress(sale.order)
    assert progress is not None
    assert {AT_FILING + "~2", AT_HANDOVER} <= set(progress.steps)
    decided = lane.resources.decisions.of_orders([OrderId(sale.order)])
    assert [(one.step, one.kind) for one in decided] == [(AT_FILING, "complete")]


class ListedOnceDeclared:
    """The filing channel as it is; its answer about one sale comes after the consignee was put on a list."""

    def __init__(self, lane: Lane, sale: Sale) -> None:
        self._lane, self._sale, self._filing = lane, sale, lane.resources.filing

    async def lodge(self, declaration: ExportDeclaration, day: date) -> None:
        await self._filing.lodge(declaration, day)
        if self._sale.shipment in declaration.order_no:
            lists(self._lane, self._sale.consignee)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._filing, name)


async def listed_meanwhile(lane: Lane, sale: Sale) -> None:
    """Listed after the filing: nothing is booked, a confirmed hit stays held, and a cancel withdraws the declaration."""
    await sale.begins()
    hold = await sale.held_for(AT_HANDOVER, "party_hit")
    await sale.decides(hold, "confirmed")
    confirmed = await sale.held_for(AT_HANDOVER, "party_confirmed")
    assert confirmed.commands == (f"tradelane orders cancel {sale.order} --reason 'restricted party'",)
    await sale.retries(AT_HANDOVER)
    await sale.held_for(AT_HANDOVER, "party_confirmed")
    assert await sale.did("book") == 0
    assert len(world.live_declarations(lane, sale.shipment)) == 1

    await lane.update(sale.order, "cancel", {"reason": "restricted party", "actor": "kim"})
    outcome = await asyncio.wait_for(lane.run_of(sale.order).result(), 60)
    assert outcome["state"] == "cancelled"
    [asked] = world.asked_of_customs(await lane.effects(), sale.shipment, "B")
    assert asked["detail"]["seller"]
    assert world.live_declarations(lane, sale.shipment) == []
    assert await sale.did("book") == 0


async def test_a_listed_consignee_is_neither_declared_for_nor_sent_to(
    tmp_path: Path, target: str, namespace: str
) -> None:
    logged, events = Lines(), LogCapture()
    was = structlog.get_config()
    structlog.configure(processors=[events])
    logging.getLogger().addHandler(logged)
    try:
        async with open_lane(
            tmp_path, target, namespace=namespace, pace=2 * DAY, sweeps=False, with_worker=False
        ) as lane:
            first, second = await Sale.made(lane, "1"), await Sale.made(lane, "4")
            assert not set(first.consignee.split()) & set(second.consignee.split()), "nobody resembles the other"
            lists(lane, first.consignee)
            filing = cast(ExportFiling, ListedOnceDeclared(lane, second))
            async with worker.running(lane.client, replace(lane.resources, filing=filing)):
                async with asyncio.TaskGroup() as stories:
                    stories.create_task(cleared(lane, first))
                    stories.create_task(listed_meanwhile(lane, second))
                shown = [await lane.progress(sale.order) for sale in (first, second)]
            kept = written(lane)
    finally:
        logging.getLogger().removeHandler(logged)
        structlog.configure(**was)
    said = "\n".join([*logged.lines, json.dumps(events.entries, default=str, ensure_ascii=False), str(shown)])
    assert "party_hit" in kept, "the hits are in our books"
    assert "screen" in said
    for name in (first.consignee, second.consignee):
        assert found(name, said) == []
        assert found(name, kept) == []


def found(name: str, where: str) -> list[str]:
    """Spellings of a name that stand in a text."""
    return [word for word in (name, json.dumps(name)[1:-1], name.upper(), *name.split()) if word in where]


def written(lane: Lane) -> str:
    """Everything our database holds but the published lists themselves, as text."""
    engine = create_engine(lane.settings.main_database)
    try:
        with engine.connect() as connection:
            tables = sorted(set(inspect(engine).get_table_names()) - {"listed_parties"})
            rows: list[Any] = [
                tuple(row) for table in tables for row in connection.execute(text(f"SELECT * FROM {table}"))
            ]
    finally:
        engine.dispose()
    return "\n".join(
        value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value) for row in rows for value in row
    )


async def test_nobody_is_screened_by_lists_that_are_old_or_missing(tmp_path: Path, target: str, namespace: str) -> None:
    """An old list holds, an empty one holds, and nothing is filed until all are there and new."""
    most = 10  # days; the invented lists are of two weeks ago
    async with open_lane(
        tmp_path, target, namespace=namespace, pace=0.3 * DAY, sweeps=False, screening_max_age_days=most
    ) as lane:
        sale = await Sale.made(lane)
        await sale.begins()
        old = await sale.held_for(AT_FILING, "party_lists_old")
        assert old.owner == COMPLIANCE
        assert "tradelane parties import FILE" in old.commands
        today = today_in_korea(world.world_now(lane))
        load_demo_lists(lane.resources.stores, today)
        party_lists = lane.resources.party_lists
        [state] = [one for one in party_lists.states() if one.source == LIST]
        party_lists.replace(state.model_copy(update={"entries": 0, "sha256": "0" * 64}), (), "lee")
        await sale.retries(AT_FILING)
        missing = await sale.held_for(AT_FILING, "party_lists_missing")
        assert f"without the list of {LIST}:" in missing.words
        assert await sale.did("declare") == 0
        entry = ListedParty(source=LIST, entry_id="E2E.001", kind="person", names=("Zafrán Quimera Inexistente",))
        new = state.model_copy(update={"entries": 1, "sha256": "1" * 64, "dated": today})
        party_lists.replace(new, (entry,), "lee")
        await sale.retries(AT_FILING)
        await sale.acted("declare")

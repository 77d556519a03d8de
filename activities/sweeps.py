"""Sweeps: what changed outside without telling us, orders no notice told of, and journeys that lost their run."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from temporalio import activity
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from activities.books import in_thread
from activities.implements import implements
from activities.register import loading_seen
from tradelane.adapters.errors import OutsideFailure, Refused, Unavailable
from tradelane.contracts.journeys import FULFIL_ORDER, order_of_workflow_id, order_workflow_id
from tradelane.contracts.messages import FulfilOrderRequest
from tradelane.contracts.search_attributes import HOLD, SELLER
from tradelane.contracts.steps import RECONCILE_SELLERS, SWEEP_SOURCE, SweepReply, SweepRequest
from tradelane.domain.export_route import ExportRoute
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import ExportDeclarationNumber, OrderId, WaybillNumber
from tradelane.domain.outside import digest_of
from tradelane.ports import BoardQuery, Watch
from tradelane.resources import Resources

SPACING = {"ktnet": timedelta(minutes=15), "carrier": timedelta(hours=2), "unipass": timedelta(hours=3)}
"""Trade time between two looks at one reference (UNI-PASS publishes no limits: an hour or more is polite)."""

LEAST_SPACING = timedelta(milliseconds=700)
"""Real time below which a fast trade clock may not push the looks."""

MOST_STALE = 10_000
"""Orders not read for a day that one reconciliation takes into account."""

RECONCILE_WINDOW = timedelta(hours=48)
"""Mercado Libre keeps missed notices for two days; its date filters work by the hour, so windows overlap."""


LOST = ("TERMINATED", "TIMED_OUT", "FAILED", "CANCELED")
"""How a run may end without an outcome; one that completed has said how its journey ended."""

_log = structlog.get_logger("tradelane.sweep")


class SweepActivities:
    """What sweeps notice."""

    def __init__(self, resources: Resources) -> None:
        self._r = resources

    @implements(SWEEP_SOURCE)
    async def sweep_source(self, request: SweepRequest) -> SweepReply:
        """Look at every due reference of a source; only what changed goes to the inbox."""
        looks: dict[str, Callable[[Watch], Awaitable[object]]] = {
            "ktnet": self._filing,
            "unipass": self._loading,
            "carrier": self._events,
        }
        look = looks.get(request.source)
        if look is None:
            raise Refused(
                "sweep",
                "unknown_source",
                f"no sweep is called {request.source!r}; there are {', '.join(looks)}",
                fault=Fault.OURS,
            )
        clock = await in_thread(self._r.clock.read)
        spacing = max(LEAST_SPACING, clock.real_span(SPACING[request.source]))
        now = datetime.now(UTC)
        watches = await in_thread(self._r.watches.due, request.source, now, 200)
        changed = unavailable = 0
        for watch in watches:
            try:
                seen = await look(watch)
            except Unavailable:
                unavailable += 1
                # later, like the others: one that never answers must not stand before them for ever
                await in_thread(self._r.watches.seen, watch.source, watch.reference, watch.last_digest, now + spacing)
                continue
            except OutsideFailure as failure:  # visible, and looked at again: one bad reference stops no other
                seen = str(failure)
            digest = digest_of(seen)
            if digest != watch.last_digest:
                changed += 1
                body = json.dumps({"order_id": watch.order_id, "kind": "changed"})
                await in_thread(lambda w=watch, b=body: self._r.inbox.add(w.source, w.reference, b))
            await in_thread(self._r.watches.seen, watch.source, watch.reference, digest, now + spacing)
        return SweepReply(looked=len(watches), changed=changed, unavailable=unavailable)

    async def _filing(self, watch: Watch) -> object:
        filing = await self._r.filing.status(watch.reference, watch.exporter_id)
        return filing.state.value if filing else "unknown"

    async def _loading(self, watch: Watch) -> object:
        number = ExportDeclarationNumber(watch.reference)
        known = await in_thread(self._r.declarations.by_number, number)
        converted = known is not None and known.route is ExportRoute.LIST_CONVERSION
        return loading_seen(await self._r.customs.loading(number, converted_list=converted))

    async def _events(self, watch: Watch) -> object:
        events = await self._r.carrier.events(WaybillNumber(watch.reference))
        return sorted(event.identity for event in events)

    @implements(RECONCILE_SELLERS)
    async def reconcile_sellers(self, request: SweepRequest) -> SweepReply:
        """Find orders that changed and that no notice told of; the relay decides what to do with each.

        Journeys that lost their run come first: they need no marketplace.
        """
        looked = changed = unavailable = 0
        if not request.source:
            changed += await Reopening(activity.client(), self._r).run()
            await self._tidy(activity.client())
        clock = await in_thread(self._r.clock.read)
        now = datetime.now(UTC)
        until = clock.at(now)
        stale = {watch.reference for watch in await in_thread(self._r.watches.due, "mercadolibre", now, MOST_STALE)}
        for seller in await in_thread(self._r.sellers.all):
            if request.source and seller.id != request.source:
                continue
            since = max(until - RECONCILE_WINDOW, seller.go_live)
            try:
                updated = await self._r.marketplace.orders_updated(seller.id, since, until)
            except OutsideFailure as failure:  # a seller whose access is gone stops no other
                if request.source:
                    raise
                unavailable += 1
                _log.warning("reconcile.failed", seller=seller.id, code=failure.code, words=failure.words)
                continue
            for order_id in updated:
                looked += 1
                known = await in_thread(self._r.watches.get, "mercadolibre", str(order_id))
                # an order that is known may have changed without notice: once a day it is read again
                if known is None or str(order_id) in stale:
                    changed += 1
                    reference = f"/marketplace/orders/{order_id}"
                    body = json.dumps({"resource": reference, "user_id": seller.id, "topic": "reconcile"})
                    await in_thread(lambda r=reference, b=body: self._r.inbox.add("mercadolibre", r, b))
        return SweepReply(looked=looked, changed=changed, unavailable=unavailable)

    async def _tidy(self, client: Client) -> None:
        """Take holds off the board whose run holds no more and could not say so: it was reset or deleted."""
        posted = await in_thread(self._r.holds.open, BoardQuery())
        if not posted:
            return
        query = f"WorkflowType = '{FULFIL_ORDER.name}' AND ExecutionStatus = 'Running' AND {HOLD.name} IS NOT NULL"
        holding = {order_of_workflow_id(run.id) async for run in client.list_workflows(query)}
        clock = await in_thread(self._r.clock.read)
        now = clock.at(datetime.now(UTC))
        settled = now - timedelta(minutes=1) * clock.pace  # a real minute: a hold is posted before it can be found
        for order_id in sorted({one.order_id for one in posted if one.hold.since < settled}):
            if OrderId(order_id) not in holding:
                await in_thread(self._r.holds.post, OrderId(order_id), "", (), (), now)


class Reopening:
    """Journeys without outcome whose run is closed begin again, as a hold: a person says whether they go on."""

    def __init__(self, client: Client, resources: Resources) -> None:
        self._client = client
        self._r = resources

    async def run(self) -> int:
        """Look for lost journeys and begin them again; gives how many."""
        query = f"WorkflowType = '{FULFIL_ORDER.name}' AND ExecutionStatus = 'Running'"
        running = {run.id async for run in self._client.list_workflows(query)}
        begun = 0
        for claim in await in_thread(self._r.consignments.unfinished):
            for order_id in claim.orders:
                if order_workflow_id(order_id) not in running:
                    begun += await self._look(order_id, claim.seller_id)
        since = (datetime.now(UTC) - RECONCILE_WINDOW).strftime("%Y-%m-%dT%H:%M:%SZ")
        ended = f"WorkflowType = '{FULFIL_ORDER.name}' AND ExecutionStatus = 'Terminated' AND CloseTime > '{since}'"
        async for run in self._client.list_workflows(ended):  # those that had not claimed their shipment yet
            unclaimed = order_of_workflow_id(run.id)
            if unclaimed is not None and run.id not in running:
                claimed = await in_thread(self._r.consignments.of_order, unclaimed)
                if claimed is None:
                    begun += await self._look(unclaimed, run.typed_search_attributes.get(SELLER) or None)
        return begun

    async def _look(self, order_id: OrderId, seller_id: str | None) -> int:
        """Begin one journey again if its newest run is lost; 1 when it was."""
        why = await self._lost(order_id)
        if why is None:
            return 0
        handle = await self._client.start_workflow(
            FULFIL_ORDER.name,
            FulfilOrderRequest(order_id=order_id, seller=seller_id, reopened=why),
            id=order_workflow_id(order_id),
            task_queue=FULFIL_ORDER.queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            static_summary=f"Order {order_id}",
        )
        return 1 if handle.first_execution_run_id else 0

    async def _lost(self, order_id: OrderId) -> str | None:
        """Why a journey has no run, in one sentence, empty when it never had one; None when nothing is lost."""
        try:
            newest = await self._client.get_workflow_handle(order_workflow_id(order_id)).describe()
        except RPCError as problem:
            if problem.status is not RPCStatusCode.NOT_FOUND:
                raise
            claim = await in_thread(self._r.consignments.of_order, order_id)
            if claim is None or not await in_thread(self._r.effects.of_ucr, claim.ucr):
                return ""  # an order of a pack whose own notice never came: it begins like any other
            return "the engine has no run of this order any more; go on (every step looks before it writes) or cancel"
        status = newest.status or WorkflowExecutionStatus.RUNNING
        if status.name not in LOST:
            return None
        when = f" on {newest.close_time:%Y-%m-%d %H:%M} UTC" if newest.close_time else ""
        return f"its run was {status.name.lower()}{when}; go on (every step looks before it writes) or cancel"

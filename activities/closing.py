"""Closing and the desk: evidence, the end of a consignment, decisions written down, sweeps."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from activities.books import in_thread
from activities.export import trade_now
from activities.implements import implements
from tradelane.adapters.errors import OutsideFailure, Refused, Unavailable
from tradelane.contracts.steps import (
    ARCHIVE_DOSSIER,
    FILE_EVIDENCE,
    RECONCILE_SELLERS,
    RECORD_DECISION,
    SWEEP_SOURCE,
    CloseRequest,
    DecisionRequest,
    EvidenceRequest,
    Nothing,
    Paper,
    Papers,
    SweepReply,
    SweepRequest,
)
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import ExportDeclarationNumber, WaybillNumber
from tradelane.domain.outside import digest_of
from tradelane.ports import Decision, Watch
from tradelane.resources import Resources

SPACING = {"ktnet": timedelta(minutes=15), "mydhl": timedelta(hours=2), "unipass": timedelta(hours=3)}
"""Trade time between two looks at one reference (UNI-PASS publishes no limits: an hour or more is polite)."""

LEAST_SPACING = timedelta(milliseconds=700)
"""Real time below which a fast trade clock may not push the looks."""

MOST_STALE = 10_000
"""Orders not read for a day that one reconciliation takes into account."""

RECONCILE_WINDOW = timedelta(hours=48)
"""Mercado Libre keeps missed notices for two days; its date filters work by the hour, so windows overlap."""


class ClosingActivities:
    """Steps of the closing leg."""

    def __init__(self, resources: Resources) -> None:
        self._r = resources

    @implements(FILE_EVIDENCE)
    async def file_evidence(self, request: EvidenceRequest) -> Papers:
        """Keep the evidence of the export as one canonical record; it names papers by hash and no person."""
        evidence = {
            "ucr": request.ucr,
            "orders": list(request.orders),
            "declarations": [
                {
                    "order_no": filing.order_no,
                    "number": filing.number,
                    "accepted_at": filing.accepted_at.isoformat() if filing.accepted_at else None,
                    "total_krw": str(filing.total_krw) if filing.total_krw else None,
                }
                for filing in request.filings
            ],
            "loadings": [loading.model_dump(mode="json") for loading in request.loadings],
            "waybill": request.booking.waybill if request.booking else None,
            "transport": [
                {"code": event.code, "status": event.status.value, "at": event.occurred_at.isoformat()}
                for event in request.progress.events
            ],
            "import": request.assessment.model_dump(mode="json") if request.assessment else None,
            "papers": [paper.model_dump(mode="json", exclude={"path"}) for paper in request.papers],
        }
        content = json.dumps(evidence, sort_keys=True, ensure_ascii=False, indent=1).encode()
        stored = await in_thread(self._r.documents.put, request.ucr, "evidence", 1, content, "application/json")
        paper = Paper(kind="evidence", version=1, sha256=stored.sha256, path=self._r.documents.path(stored.sha256))
        return Papers(papers=(paper,), invoice_number="", invoiced_at=trade_now(request.timetable)())

    @implements(ARCHIVE_DOSSIER)
    async def archive_dossier(self, request: CloseRequest) -> Nothing:
        """Close the consignment, end its watches and tell the runs whose orders it carried."""
        if request.ucr is not None:
            claim = await in_thread(self._r.consignments.of_ucr, request.ucr)
        else:  # ended before it claimed: another order of the pack may have claimed for it
            claim = await in_thread(self._r.consignments.of_order, request.order_id)
        if claim is None or (request.ucr is None and claim.fixed):
            return Nothing()
        others = [order for order in claim.orders if order != request.order_id]
        handed_on = request.outcome == "cancelled" and not claim.fixed and bool(others)
        if claim.carrying_order == request.order_id and not handed_on:
            claim = await in_thread(
                self._r.consignments.close, claim.ucr, request.outcome, trade_now(request.timetable)()
            )
            await in_thread(self._drop_watches, claim.ucr)
        elif claim.carrying_order != request.order_id:
            return Nothing()
        kind, reference = ("carry_on", "") if handed_on else ("consignment_closed", claim.outcome or request.outcome)
        for order in others:
            body = json.dumps({"order_id": order, "kind": kind, "reference": reference})
            await in_thread(lambda order=order, body=body: self._r.inbox.add("desk", str(order), body))
        return Nothing()

    def _drop_watches(self, ucr: str) -> None:
        for watch in self._r.watches.of_ucr(ucr):
            self._r.watches.drop(watch.source, watch.reference)


class DeskActivities:
    """What people decide, and what sweeps notice."""

    def __init__(self, resources: Resources) -> None:
        self._r = resources

    @implements(RECORD_DECISION)
    async def record_decision(self, request: DecisionRequest) -> Nothing:
        """Write a decision down before it is applied; the same decision twice is one row."""
        decision = Decision(
            id=request.id,
            scope=request.order_id,
            step=request.step,
            kind=request.kind,
            content=request.content,
            actor=request.actor,
            reason=request.reason,
            at=trade_now(request.timetable)(),
        )
        await in_thread(self._r.decisions.record, decision)
        return Nothing()

    @implements(SWEEP_SOURCE)
    async def sweep_source(self, request: SweepRequest) -> SweepReply:
        """Look at every due reference of a source; only what changed goes to the inbox."""
        looks: dict[str, Callable[[Watch], Awaitable[object]]] = {
            "ktnet": self._filing,
            "unipass": self._loading,
            "mydhl": self._events,
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
        loading = await self._r.customs.loading(ExportDeclarationNumber(watch.reference))
        return (str(loading.load_before), loading.loaded)

    async def _events(self, watch: Watch) -> object:
        events = await self._r.carrier.events(WaybillNumber(watch.reference))
        return sorted(event.identity for event in events)

    @implements(RECONCILE_SELLERS)
    async def reconcile_sellers(self, request: SweepRequest) -> SweepReply:
        """Find orders that changed and that no notice told of; the relay decides what to do with each."""
        looked = changed = 0
        clock = await in_thread(self._r.clock.read)
        now = datetime.now(UTC)
        until = clock.at(now)
        stale = {watch.reference for watch in await in_thread(self._r.watches.due, "mercadolibre", now, MOST_STALE)}
        for seller in await in_thread(self._r.sellers.all):
            if request.source and seller.id != request.source:
                continue
            since = max(until - RECONCILE_WINDOW, seller.go_live)
            for order_id in await self._r.marketplace.orders_updated(seller.id, since, until):
                looked += 1
                known = await in_thread(self._r.watches.get, "mercadolibre", str(order_id))
                # an order that is known may have changed without notice: once a day it is read again
                if known is None or str(order_id) in stale:
                    changed += 1
                    reference = f"/marketplace/orders/{order_id}"
                    body = json.dumps({"resource": reference, "user_id": seller.id, "topic": "reconcile"})
                    await in_thread(lambda r=reference, b=body: self._r.inbox.add("mercadolibre", r, b))
        return SweepReply(looked=looked, changed=changed)

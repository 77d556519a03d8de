"""Closing and the desk: evidence, the end of a consignment, decisions written down, sweeps."""

from __future__ import annotations

import json
from datetime import datetime

from activities.books import in_thread
from activities.customs import trade_now
from activities.implements import implements
from activities.register import register_list_cleared
from tradelane.contracts.steps import (
    ARCHIVE_DOSSIER,
    FILE_EVIDENCE,
    RECORD_DECISION,
    SURVEY_EFFECTS,
    CloseRequest,
    DecisionRequest,
    EvidenceRequest,
    KnownEffect,
    Nothing,
    Paper,
    Papers,
    Survey,
    SurveyRequest,
)
from tradelane.domain import timeline
from tradelane.domain.export_declaration import ExportDeclaration
from tradelane.domain.identifiers import OrderId
from tradelane.domain.trade_time import today_in_korea
from tradelane.domain.transport import TransportStatus
from tradelane.ports import Decision
from tradelane.resources import Resources


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
            "declared": [_declared(declaration) for declaration in request.declared],
            "list_cleared": [_declared(declaration) for declaration in request.list_cleared],
            "loadings": [loading.model_dump(mode="json") for loading in request.loadings],
            "waybill": request.booking.waybill if request.booking else None,
            "transport": [
                {"code": event.code, "status": event.status.value, "at": event.occurred_at.isoformat()}
                for event in request.progress.events
            ],
            "import": request.assessment.model_dump(mode="json") if request.assessment else None,
            "papers": [paper.model_dump(mode="json", exclude={"path"}) for paper in request.papers],
        }
        await in_thread(self._register, request)
        content = json.dumps(evidence, sort_keys=True, ensure_ascii=False, indent=1).encode()
        stored = await in_thread(self._r.documents.put, request.ucr, "evidence", 1, content, "application/json")
        paper = Paper(kind="evidence", version=1, sha256=stored.sha256, path=self._r.documents.path(stored.sha256))
        return Papers(papers=(paper,), invoice_number="", invoiced_at=trade_now(request.timetable)())

    def _register(self, request: EvidenceRequest) -> None:
        """Goods on the carrier's list have no declaration whose steps could have written them down."""
        left = [event.occurred_at for event in request.progress.events if event.status is TransportStatus.DEPARTED]
        for declaration in request.list_cleared:
            register_list_cleared(
                self._r.declarations,
                declaration,
                order_id=min(request.orders, key=int),
                waybill=str(request.booking.waybill) if request.booking else None,
                departed_on=today_in_korea(min(left)) if left else None,
            )

    @implements(ARCHIVE_DOSSIER)
    async def archive_dossier(self, request: CloseRequest) -> Nothing:
        """Close the consignment, end its watches and holds, and tell the runs whose orders it carried."""
        at = trade_now(request.timetable)()
        await in_thread(self._end, request, at)
        if request.ucr is not None:
            claim = await in_thread(self._r.consignments.of_ucr, request.ucr)
        else:  # ended before it claimed: another order of the pack may have claimed for it
            claim = await in_thread(self._r.consignments.of_order, request.order_id)
        if claim is None or (request.ucr is None and claim.fixed):
            return Nothing()
        others = [order for order in claim.orders if order != request.order_id]
        handed_on = request.outcome == "cancelled" and not claim.fixed and bool(others)
        if claim.carrying_order == request.order_id and not handed_on:
            claim = await in_thread(self._r.consignments.close, claim.ucr, request.outcome, at)
            await in_thread(self._drop_watches, claim.ucr)
        elif claim.carrying_order != request.order_id:
            return Nothing()
        kind, reference = ("carry_on", "") if handed_on else ("consignment_closed", claim.outcome or request.outcome)
        for order in others:
            body = json.dumps({"order_id": order, "kind": kind, "reference": reference})
            await in_thread(lambda order=order, body=body: self._r.inbox.add("desk", str(order), body))
        return Nothing()

    def _end(self, request: CloseRequest, at: datetime) -> None:
        """Nothing of an order that has ended waits on the board, and its timeline says how it ended."""
        self._r.holds.post(request.order_id, "", (), (), at)
        line = timeline.outcome(request.outcome, request.ucr)
        timeline.append(self._r.journal, request.order_id, line, at=at, actor="tradelane")

    def _drop_watches(self, ucr: str) -> None:
        for watch in self._r.watches.of_ucr(ucr):
            self._r.watches.drop(watch.source, watch.reference)


def _declared(declaration: ExportDeclaration) -> dict[str, object]:
    """What was declared, by which route and at which rate; the buyer stays on the papers."""
    return {
        "order_no": declaration.order_no,
        "exporter": declaration.exporter.id,
        "route": declaration.route.value,
        "why": declaration.why,
        "incoterm": declaration.incoterm,
        "payment": str(declaration.payment),
        "rate": {
            "krw_per_unit": str(declaration.rate.krw_per_unit),
            "currency": declaration.rate.currency,
            "week_from": declaration.rate.valid_from.isoformat(),
        },
        "freight": str(declaration.freight) if declaration.freight else None,
        "insurance": str(declaration.insurance) if declaration.insurance else None,
        "fob": str(declaration.fob),
        "lines": [
            {
                "number": line.number,
                "sku": line.item.sku,
                "hsk": line.item.hsk,
                "origin": line.item.origin,
                "quantity": line.item.quantity,
                "payment": str(line.payment),
                "fob": str(line.fob_krw),
            }
            for line in declaration.lines
        ],
    }


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
            before=request.before,
            actor=request.actor,
            reason=request.reason,
            at=trade_now(request.timetable)(),
        )
        await in_thread(self._decided, decision)
        return Nothing()

    def _decided(self, decision: Decision) -> None:
        self._r.decisions.record(decision)
        line = timeline.decision(
            decision_id=decision.id,
            kind=decision.kind,
            step=decision.step,
            content=decision.content,
            before=decision.before,
            reason=decision.reason,
        )
        timeline.append(self._r.journal, OrderId(decision.scope), line, at=decision.at, actor=decision.actor)

    @implements(SURVEY_EFFECTS)
    async def survey_effects(self, request: SurveyRequest) -> Survey:
        """What our books hold of a consignment's effects, whichever run began them."""
        rows = await in_thread(self._r.effects.of_ucr, request.ucr)
        return Survey(
            effects=tuple(KnownEffect(key=row.key, step=row.step, state=row.state, content=row.content) for row in rows)
        )

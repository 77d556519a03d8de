"""Papers of a consignment, drawn before filing and once more with the numbers of customs and of the carrier."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from activities.books import in_thread
from activities.customs import trade_now
from activities.implements import implements
from tradelane.adapters.errors import Refused
from tradelane.contracts.steps import RENDER_DOCUMENTS, Paper, Papers, RenderRequest
from tradelane.documents import cn23, commercial_invoice, origin_statement, packing_list
from tradelane.documents.fonts import MissingGlyph
from tradelane.domain import paperwork, timeline
from tradelane.domain.export_declaration import invoice_number
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import OrderId, Ucr
from tradelane.domain.trade_time import Timetable, today_in_korea
from tradelane.resources import Resources


class Drawn(NamedTuple):
    """One paper as it is kept."""

    kind: str
    content: bytes
    media_type: str = "application/pdf"


class PaperActivities:
    """The step that draws papers."""

    def __init__(self, resources: Resources) -> None:
        self._r = resources

    @implements(RENDER_DOCUMENTS)
    async def render_documents(self, request: RenderRequest) -> Papers:
        """Draw every paper the parcel needs; a version keeps the date it was first made with."""
        consignment = request.consignment
        at = await in_thread(self._first_rendering, consignment.ucr, consignment.version, request.timetable)
        try:
            drawn = await in_thread(self._drawn, request, today_in_korea(at))
        except (ValueError, MissingGlyph) as wrong:
            raise cannot_be_drawn(consignment.orders[0], wrong) from wrong
        papers = []
        for one in drawn:
            stored = await in_thread(
                self._r.documents.put, consignment.ucr, one.kind, consignment.version, one.content, one.media_type
            )
            papers.append(
                Paper(
                    kind=one.kind,
                    version=consignment.version,
                    sha256=stored.sha256,
                    path=self._r.documents.path(stored.sha256),
                )
            )
        key = f"{consignment.ucr}:v{consignment.version}:{RENDER_DOCUMENTS.name}"
        await in_thread(self._r.effects.done, key, json.dumps([paper.sha256 for paper in papers]), at)
        # printed is the day of the first rendering; the timeline tells when these bytes were made
        await in_thread(self._note, min(consignment.orders, key=int), papers, trade_now(request.timetable)())
        number = invoice_number(consignment.ucr)
        return Papers(papers=tuple(papers), invoice_number=number, invoiced_at=at)

    def _drawn(self, request: RenderRequest, day: date) -> list[Drawn]:
        """Each paper; figures of the papers, and of what customs was told, are compared before any is kept."""
        consignment, waybill = request.consignment, request.waybill
        numbers = tuple(number for _, number in sorted(request.declarations.items()))
        carrier = self._r.carrier.name if waybill else ""
        invoice = paperwork.commercial_invoice(consignment, day, declarations=numbers, waybill=waybill, carrier=carrier)
        packing = paperwork.packing_list(consignment, day, declarations=numbers, waybill=waybill, carrier=carrier)
        label = None
        if self._r.carrier.postal:
            label = paperwork.cn23(consignment, day, declarations=numbers, waybill=waybill)
        complete = len(request.declared) == len(consignment.parts)
        paperwork.agree(invoice, packing, request.declared, label, complete=complete)
        drawn = [
            Drawn("commercial_invoice", commercial_invoice.render(invoice)),
            Drawn("packing_list", packing_list.render(packing)),
        ]
        if label is not None:
            drawn.append(Drawn("cn23", cn23.render(label)))
        for part in consignment.parts:
            own = (request.declarations[part.name],) if part.name in request.declarations else ()
            statement = paperwork.origin_statement(consignment, part, day, declarations=own)
            if statement is not None:
                kind = "origin_statement" if len(consignment.parts) == 1 else f"origin_statement_{part.name}"
                kept = paperwork.kept(statement).model_dump_json(indent=1).encode()
                drawn.append(Drawn(kind, origin_statement.render(statement)))
                drawn.append(Drawn(f"{kind}_record", kept, "application/json"))
        return drawn

    def _note(self, order_id: OrderId, papers: Sequence[Paper], at: datetime) -> None:
        """Put the papers on the timeline of the order that carries."""
        for paper in papers:
            line = timeline.paper(paper.kind, paper.version, paper.sha256)
            timeline.append(self._r.journal, order_id, line, at=at, actor="tradelane")

    def _first_rendering(self, ucr: Ucr, version: int, timetable: Timetable) -> datetime:
        """When this version was first rendered, so that a retry prints the same date and makes the same bytes."""
        key = f"{ucr}:v{version}:render_documents"
        now = trade_now(timetable)()
        self._r.effects.intend(key, RENDER_DOCUMENTS.name, now)  # keeps what an earlier try wrote
        row = self._r.effects.find(key)
        return row.intended_at if row else now


def cannot_be_drawn(order_id: OrderId, wrong: Exception) -> Refused:
    """The refusal of a paper whose figures disagree or whose characters cannot be written."""
    words = _sentence(wrong)
    return Refused(
        "papers",
        "papers",
        f"the papers cannot be made: {words}",
        fault=Fault.SELLER_DATA,
        reason="papers",
        commands=(f"tradelane orders amend {order_id} --set {_named_in(words)}=VALUE",),
    )


def _named_in(words: str) -> str:
    """The path of an amendment that a sentence names; of goods without one."""
    named = re.search(r"\bconsignee(\.[a-z_]+)+", words)
    return named[0] if named else "items.SKU.FIELD"


def _sentence(wrong: Exception) -> str:
    """The first sentence of a validation error, without the values it was given."""
    errors = getattr(wrong, "errors", None)
    if callable(errors):
        return "; ".join(str(error["msg"]).removeprefix("Value error, ") for error in errors(include_input=False))
    return str(wrong)

"""Korean export: rate, papers, filing, acceptance, withdrawal."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel

from activities.books import Books, in_thread
from activities.implements import implements
from tradelane.adapters.errors import Refused, Stale, Unavailable
from tradelane.contracts.handmade import FiledByHand
from tradelane.contracts.steps import (
    AMEND_EXPORT_DECLARATION,
    LODGE_EXPORT_DECLARATION,
    READ_CUSTOMS_RATE,
    READ_EXPORT_ACCEPTANCE,
    RENDER_DOCUMENTS,
    WITHDRAW_EXPORT_DECLARATION,
    FilingReply,
    FilingRequest,
    LodgeRequest,
    Nothing,
    Paper,
    Papers,
    RateRequest,
    RenderRequest,
    WithdrawRequest,
)
from tradelane.documents import commercial_invoice, packing_list
from tradelane.documents.fonts import MissingGlyph
from tradelane.domain import paperwork, timeline
from tradelane.domain.export_declaration import CustomsRate, ExportDeclaration, Filing, FilingState, invoice_number
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import OrderId, Ucr
from tradelane.domain.outside import Done, Existing, digest_of
from tradelane.domain.trade_time import Timetable, today_in_korea
from tradelane.ports import EffectRow, Watch
from tradelane.resources import Resources


def trade_now(timetable: Timetable) -> Callable[[], datetime]:
    """The trade clock of a journey, read anew at each call."""
    return lambda: timetable.clock.at(datetime.now(UTC))


class Lodged(BaseModel):
    """What our books say of a declaration that was sent: enough to withdraw or amend it when the run is lost."""

    order_no: str
    exporter_id: str
    declared: str
    """Digest of what was declared."""
    rate: CustomsRate
    filing: Filing | None = None

    @classmethod
    def read(cls, row: EffectRow | None) -> Lodged | None:
        """What a row of the books says, if anything was written in it."""
        return cls.model_validate_json(row.content) if row is not None and row.content else None


class ExportActivities:
    """Steps of the export leg."""

    def __init__(self, resources: Resources) -> None:
        self._r = resources
        self._books = Books(resources.effects, resources.decisions, resources.settings, resources.journal)

    @implements(READ_CUSTOMS_RATE)
    async def read_customs_rate(self, request: RateRequest) -> CustomsRate:
        """The export rate of the week in which we file: never the import rate, never the order day's."""
        return await self._r.customs.export_rate(today_in_korea(trade_now(request.timetable)()), request.currency)

    @implements(RENDER_DOCUMENTS)
    async def render_documents(self, request: RenderRequest) -> Papers:
        """Render invoice and packing list; a version keeps the date it was first made with."""
        consignment = request.consignment
        at = await in_thread(self._first_rendering, consignment.ucr, consignment.version, request.timetable)
        day = today_in_korea(at)
        try:
            invoice = commercial_invoice.render(paperwork.commercial_invoice(consignment, day))
            packing = packing_list.render(paperwork.packing_list(consignment, day))
        except (ValueError, MissingGlyph) as wrong:
            raise Refused(
                "papers",
                "papers",
                f"the papers cannot be made: {_sentence(wrong)}",
                fault=Fault.SELLER_DATA,
                reason="papers",
                commands=(f"tradelane orders amend {consignment.orders[0]} --set items.SKU.FIELD=VALUE",),
            ) from wrong
        papers = []
        for kind, content in (("commercial_invoice", invoice), ("packing_list", packing)):
            stored = await in_thread(
                self._r.documents.put, consignment.ucr, kind, consignment.version, content, "application/pdf"
            )
            papers.append(
                Paper(
                    kind=kind,
                    version=consignment.version,
                    sha256=stored.sha256,
                    path=self._r.documents.path(stored.sha256),
                )
            )
        key = f"{consignment.ucr}:v{consignment.version}:{RENDER_DOCUMENTS.name}"
        await in_thread(self._r.effects.done, key, json.dumps([paper.sha256 for paper in papers]), at)
        await in_thread(self._note, min(consignment.orders, key=int), papers, at)
        number = invoice_number(consignment.ucr)
        return Papers(papers=tuple(papers), invoice_number=number, invoiced_at=at)

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

    @implements(LODGE_EXPORT_DECLARATION)
    async def lodge_export_declaration(self, request: LodgeRequest) -> FilingReply:
        """File one declaration, once: the channel is asked for our reference before anything is sent."""
        declaration = request.declaration
        now = trade_now(request.timetable)
        day = today_in_korea(now())

        sent = False

        async def create() -> Filing:
            nonlocal sent
            sent = True
            if not declaration.rate.covers(day):
                raise Stale("customs", "rate_week", f"the rate of {declaration.rate.valid_from} does not cover {day}")
            await in_thread(self._r.consignments.fix, declaration.ucr)
            try:
                await self._r.filing.lodge(declaration, today_in_korea(now()))
            except Refused as refusal:
                if refusal.code == "already_declared":  # it is there after all: the next try looks again
                    raise Unavailable(refusal.party, refusal.code, refusal.words) from refusal
                raise
            return Filing(order_no=declaration.order_no, state=FilingState.SUBMITTED)

        def by_hand(result: dict[str, str]) -> Filing:
            typed = FiledByHand.model_validate(result)
            return Filing(
                order_no=declaration.order_no,
                state=FilingState.ACCEPTED,
                number=typed.number,
                accepted_at=typed.accepted_at,
                words="filed by hand",
            )

        key = f"{declaration.ucr}:{_suffix(declaration.order_no)}:{LODGE_EXPORT_DECLARATION.name}"
        before = Lodged.read(await in_thread(self._r.effects.find, key))
        told = Lodged(
            order_no=declaration.order_no,
            exporter_id=declaration.exporter.id,
            declared=declaration.digest,
            rate=declaration.rate,
        )

        def lodged() -> Lodged:
            """What customs was told: now, or by the earlier try whose filing was found."""
            return told if sent or before is None else before

        filing = await self._books.act(
            key=key,
            step=f"{LODGE_EXPORT_DECLARATION.name}:{declaration.part.name}",
            orders=await self._orders(declaration.ucr, request.order_id),
            at=now,
            find=lambda: self._r.filing.find(declaration),
            create=create,
            by_hand=by_hand,
            describe=lambda content: lodged().model_copy(update={"filing": content}).model_dump_json(),
            about=told.model_dump_json(),
        )
        await in_thread(self._watch, filing, declaration.ucr, request.order_id, declaration.exporter.id)
        in_line = await in_thread(self._is_in_line, declaration, lodged())
        return FilingReply(filing=filing, in_line=in_line, rate=lodged().rate)

    def _is_in_line(self, declaration: ExportDeclaration, lodged: Lodged) -> bool:
        """Whether customs was told what is true now, when it was filed or by the last amendment."""
        prefix = f"{declaration.ucr}:{_suffix(declaration.order_no)}:{AMEND_EXPORT_DECLARATION.name}:"
        amended = [
            row for row in self._r.effects.of_ucr(declaration.ucr) if row.key.startswith(prefix) and row.state == "done"
        ]
        last = Lodged.read(max(amended, key=lambda row: row.done_at or row.intended_at, default=None)) or lodged
        return last.declared == declaration.digest

    @implements(READ_EXPORT_ACCEPTANCE)
    async def read_export_acceptance(self, request: FilingRequest) -> FilingReply:
        """Ask the filing channel how a declaration stands."""
        filing = await self._r.filing.status(request.order_no, request.exporter_id)
        if filing is None:
            filing = Filing(order_no=request.order_no, state=FilingState.SUBMITTED)
        claim = await in_thread(self._r.consignments.of_order, request.orders[0])
        if claim is not None:
            await in_thread(self._watch, filing, claim.ucr, claim.carrying_order, request.exporter_id)
        return FilingReply(filing=filing)

    @implements(WITHDRAW_EXPORT_DECLARATION)
    async def withdraw_export_declaration(self, request: WithdrawRequest) -> Nothing:
        """Withdraw (취하) what was filed; what never reached the channel needs no withdrawal."""
        exporter_id = request.exporter_id
        filing = request.filing
        step = f"{WITHDRAW_EXPORT_DECLARATION.name}:{request.part}"
        orders = await self._orders(request.ucr, None)
        if await in_thread(self._r.decisions.completion, orders, step) is None:
            wait = await in_thread(self._in_flight, request.ucr, filing.order_no)
            standing = await self._r.filing.status(filing.order_no, exporter_id)
            if standing is not None:
                filing = standing
            if standing is None and filing.number is None:
                if wait > timedelta(0):
                    raise Unavailable("desk", "in_flight", f"{filing.order_no} may still arrive", wait=wait)
                return Nothing()
            if filing.state in (FilingState.REJECTED, FilingState.WITHDRAWN):
                return Nothing()
            if filing.state is not FilingState.ACCEPTED:
                words = f"{filing.order_no} is {filing.state.value}; wait for customs"
                raise Unavailable("ktnet", "not_decided", words)

        async def find() -> Existing[str]:
            found = await self._r.filing.find_withdrawal(filing, exporter_id)
            if found == Done("refused"):  # the declaration stands: that is no withdrawal
                words = f"customs refused to withdraw {filing.number or filing.order_no}; the declaration stands"
                raise Refused("customs", "withdrawal_refused", words, reason="withdrawal_refused")
            return found

        async def create() -> str:
            await self._r.filing.withdraw(filing, exporter_id, request.reason)
            return "asked"

        await self._books.act(
            key=f"{request.ucr}:{_suffix(filing.order_no)}:{WITHDRAW_EXPORT_DECLARATION.name}",
            step=step,
            orders=orders,
            at=trade_now(request.timetable),
            find=find,
            create=create,
            by_hand=lambda result: result["evidence"],
            describe=lambda content: f'"{content}"',
        )
        await in_thread(self._r.watches.drop, "ktnet", filing.order_no)
        return Nothing()

    def _in_flight(self, ucr: Ucr, order_no: str) -> timedelta:
        """How long a declaration that the channel does not know may still arrive: its try was broken off, or its run."""
        row = self._r.effects.find(f"{ucr}:{_suffix(order_no)}:{LODGE_EXPORT_DECLARATION.name}")
        if row is None or row.state != "intended":
            return timedelta(0)
        return timedelta(seconds=self._r.settings.write_fence_seconds) - (datetime.now(UTC) - row.intended_at)

    async def _orders(self, ucr: Ucr, fallback: OrderId | None) -> tuple[OrderId, ...]:
        claim = await in_thread(self._r.consignments.of_ucr, ucr)
        return claim.orders if claim else ((fallback,) if fallback else ())

    def _watch(self, filing: Filing, ucr: Ucr, order_id: OrderId, exporter_id: str) -> None:
        """Let the sweeps look at what is still open: the filing, then the loading of the accepted declaration."""
        if filing.state in (FilingState.ACCEPTED, FilingState.REJECTED, FilingState.WITHDRAWN):
            self._r.watches.drop("ktnet", filing.order_no)
        else:
            self._r.watches.add(
                Watch(
                    source="ktnet",
                    reference=filing.order_no,
                    ucr=ucr,
                    order_id=order_id,
                    exporter_id=exporter_id,
                    last_digest=digest_of(filing.state.value),
                )
            )
        if filing.state is FilingState.ACCEPTED and filing.number is not None:
            self._r.watches.add(
                Watch(
                    source="unipass",
                    reference=filing.number,
                    ucr=ucr,
                    order_id=order_id,
                    exporter_id=exporter_id,
                    last_digest=digest_of(("None", False)),
                )
            )


def _suffix(order_no: str) -> str:
    """The declaration (and its round) in a filing reference: `1` or `1~2`."""
    return order_no.partition("-")[2]


def _sentence(wrong: Exception) -> str:
    """The first sentence of a validation error, without the values it was given."""
    errors = getattr(wrong, "errors", None)
    if callable(errors):
        return "; ".join(str(error["msg"]).removeprefix("Value error, ") for error in errors(include_input=False))
    return str(wrong)

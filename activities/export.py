"""Korean export: filing a declaration once, and what customs answers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from pydantic import BaseModel

from activities.books import Books, in_thread
from activities.by_a_person import BY_A_PERSON, ask_a_person, check_seen, check_typed, hand_out, typed_day
from activities.customs import trade_now
from activities.implements import implements
from activities.papers import cannot_be_drawn
from activities.register import loading_seen, register_filed, register_standing
from tradelane.adapters.errors import Refused, Stale, Unavailable
from tradelane.contracts.handmade import FiledByHand, SeenByHand
from tradelane.contracts.steps import (
    AMEND_EXPORT_DECLARATION,
    LODGE_EXPORT_DECLARATION,
    READ_EXPORT_ACCEPTANCE,
    RENDER_DOCUMENTS,
    FilingReply,
    FilingRequest,
    LodgeRequest,
)
from tradelane.documents.fonts import MissingGlyph
from tradelane.domain.export_declaration import SELECTED, CustomsRate, ExportDeclaration, Filing, FilingState
from tradelane.domain.identifiers import OrderId, Ucr
from tradelane.domain.outside import digest_of
from tradelane.domain.trade_time import today_in_korea
from tradelane.ports import DeclarationRecord, EffectRow, Watch
from tradelane.resources import Resources

ENDED = (FilingState.REJECTED, FilingState.WITHDRAWN, FilingState.CANCELLED)
"""States after which nothing more comes of a reference."""

FOR_GOOD = frozenset({FilingState.WITHDRAWN, FilingState.CANCELLED})
"""Endings of an acceptance that the filing channel need not know of: once they are told, they stay."""

UNDECIDED = frozenset({FilingState.DRAFT, FilingState.SUBMITTED, FilingState.NOT_UNDERSTOOD}) | SELECTED
"""States in which a person who looked may know more than the channel tells."""


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
    """Steps that file and that read what customs answers."""

    def __init__(self, resources: Resources) -> None:
        self._r = resources
        self._books = Books(resources.effects, resources.decisions, resources.settings, resources.journal)

    @implements(LODGE_EXPORT_DECLARATION)
    async def lodge_export_declaration(self, request: LodgeRequest) -> FilingReply:
        """File one declaration, once: the channel is asked for our reference before anything is sent."""
        declaration = request.declaration
        now = trade_now(request.timetable)
        day = today_in_korea(now())
        drawn_on = await in_thread(self._first_drawn, declaration.ucr)
        sent = typed_by_hand = known_by_hand = False

        async def create() -> Filing:
            nonlocal sent, day
            sent, day = True, today_in_korea(now())
            if not declaration.rate.covers(day):
                raise Stale("customs", "rate_week", f"the rate of {declaration.rate.valid_from} does not cover {day}")
            await in_thread(self._r.consignments.fix, declaration.ucr)
            if request.channel in BY_A_PERSON:
                try:
                    await in_thread(hand_out, self._r.documents, request, day)
                except (ValueError, MissingGlyph) as wrong:
                    raise cannot_be_drawn(request.order_id, wrong) from wrong
            # the channel is known before anything is sent: a lost reply is looked for where it was sent to
            draft = Filing(order_no=declaration.order_no, state=FilingState.DRAFT)
            earlier = await in_thread(self._r.declarations.find, declaration.order_no)
            await in_thread(self._register, request, draft, day)
            try:
                await self._r.filing.lodge(declaration, day)
            except Refused as refusal:
                if refusal.code == "already_declared":  # it is there after all: the next try looks again
                    await in_thread(self._as_sent_before, key, step, before, earlier)
                    raise Unavailable(refusal.party, refusal.code, refusal.words) from refusal
                raise
            return Filing(order_no=declaration.order_no, state=FilingState.SUBMITTED)

        def by_hand(result: dict[str, str]) -> Filing:
            nonlocal typed_by_hand, known_by_hand, day
            typed = FiledByHand.model_validate(result)
            if before is not None and before.filing is not None and before.filing.number == typed.number:
                known_by_hand, day = before.rate == declaration.rate, typed_day(typed, now())
                return before.filing  # it was looked at when it was typed
            day, typed_by_hand = check_typed(request, typed, drawn_on=drawn_on, now=now()), True
            return Filing(
                order_no=declaration.order_no,
                state=FilingState.ACCEPTED if typed.accepted_at else FilingState.SUBMITTED,
                number=typed.number,
                accepted_at=typed.accepted_at,
                words="filed by hand",
            )

        key = f"{declaration.ucr}:{_suffix(declaration.order_no)}:{LODGE_EXPORT_DECLARATION.name}"
        step = f"{LODGE_EXPORT_DECLARATION.name}:{declaration.part.name}"
        before = Lodged.read(await in_thread(self._r.effects.find, key))
        told = Lodged(
            order_no=declaration.order_no,
            exporter_id=declaration.exporter.id,
            declared=declaration.digest,
            rate=declaration.rate,
        )

        def lodged() -> Lodged:
            """What customs was told: now, or by the earlier try whose filing was found."""
            if sent or before is None:
                return told
            return before.model_copy(update={"rate": declaration.rate}) if typed_by_hand else before

        ended = await in_thread(self._ended_before, declaration)
        filing = await self._books.act(
            key=key,
            step=step,
            orders=await self._orders(declaration.ucr, request.order_id),
            at=now,
            find=lambda: self._r.filing.find(declaration),
            create=create,
            by_hand=by_hand,
            describe=lambda content: lodged().model_copy(update={"filing": content}).model_dump_json(),
            about=told.model_dump_json(),
            fits=lambda typed: typed.get("number") not in ended,
        )
        filing = await in_thread(self._as_it_ended, filing)
        record = await in_thread(self._r.declarations.find, filing.order_no)
        unregistered = known_by_hand and record is not None and record.state is FilingState.DRAFT
        as_told = before is None or ((typed_by_hand or unregistered) and before.declared == declaration.digest)
        if sent or as_told or record is None:
            await in_thread(self._register, request, filing, day)
        else:  # found as an earlier try declared it: what the plan says now customs has not been told yet
            await in_thread(register_standing, self._r.declarations, filing)
        await in_thread(self._watch, filing, declaration.ucr, request.order_id, declaration.exporter.id)
        in_line = await in_thread(self._is_in_line, declaration, lodged())
        route = record.route if record is not None and not sent else declaration.route
        return FilingReply(filing=filing, in_line=in_line, rate=lodged().rate, route=route)

    def _as_sent_before(self, key: str, step: str, before: Lodged | None, record: DeclarationRecord | None) -> None:
        """Customs has what an earlier try sent, not what this one was about to send: our books say so again."""
        if before is None:
            return
        self._r.effects.begin(key, step, datetime.now(UTC), timedelta(0), before.model_dump_json())
        if record is not None:
            self._r.declarations.put(record)

    def _first_drawn(self, ucr: Ucr) -> date | None:
        """The Korean day on which the first papers of a parcel were drawn: nothing is declared before."""
        drawn = [row.intended_at for row in self._r.effects.of_ucr(ucr) if row.step == RENDER_DOCUMENTS.name]
        return today_in_korea(min(drawn)) if drawn else None

    def _ended_before(self, declaration: ExportDeclaration) -> frozenset[str]:
        """Numbers of earlier rounds that customs ended: what was typed about them is no filing of this round."""
        return frozenset(
            str(record.number)
            for record in self._r.declarations.of_ucr(declaration.ucr)
            if record.number is not None and record.state in ENDED and record.order_no != declaration.order_no
        )

    def _as_it_ended(self, filing: Filing) -> Filing:
        """The filing as customs ended it, where that is known and the channel goes on calling it accepted."""
        record = self._r.declarations.find(filing.order_no)
        if record is None or record.state not in FOR_GOOD:
            return filing
        return filing.model_copy(update={"state": record.state})

    def _is_in_line(self, declaration: ExportDeclaration, lodged: Lodged) -> bool:
        """Whether customs was told what is true now, when it was filed or by the last amendment."""
        prefix = f"{declaration.ucr}:{_suffix(declaration.order_no)}:{AMEND_EXPORT_DECLARATION.name}:"
        amended = [
            row for row in self._r.effects.of_ucr(declaration.ucr) if row.key.startswith(prefix) and row.state == "done"
        ]
        last = Lodged.read(max(amended, key=lambda row: row.done_at or row.intended_at, default=None)) or lodged
        return last.declared == declaration.digest

    def _register(self, request: LodgeRequest, filing: Filing, day: date) -> None:
        register_filed(
            self._r.declarations,
            request.declaration,
            filing,
            order_id=request.order_id,
            channel=request.channel,
            day=day,
        )

    @implements(READ_EXPORT_ACCEPTANCE)
    async def read_export_acceptance(self, request: FilingRequest) -> FilingReply:
        """Ask the filing channel how a declaration stands; where it cannot tell yet, what a person saw counts."""
        filing = await self._r.filing.status(request.order_no, request.exporter_id)
        if filing is None:
            filing = Filing(order_no=request.order_no, state=FilingState.SUBMITTED)
        filing = await in_thread(self._as_it_ended, filing)
        seen = await in_thread(self._seen, request)
        if seen is not None:
            drawn_on = await in_thread(self._first_drawn, Ucr(request.order_no.partition("-")[0]))
            now = (await in_thread(self._r.clock.read)).at(datetime.now(UTC))
            known = filing.number if seen.state != "accepted" else None  # an end is told of the number that ended
            check_seen(request, seen, known=known, drawn_on=drawn_on, now=now)
        if filing.state in UNDECIDED:
            if seen is not None:
                filing = as_seen(filing, seen)
            elif filing.state is FilingState.SUBMITTED:
                await in_thread(ask_a_person, self._r.declarations, request, filing)
        elif filing.state is FilingState.ACCEPTED and seen is not None and _tells_its_end(seen, filing):
            filing = as_seen(filing, seen)
        await in_thread(register_standing, self._r.declarations, filing)
        claim = await in_thread(self._r.consignments.of_order, request.orders[0])
        if claim is not None:
            await in_thread(self._watch, filing, claim.ucr, claim.carrying_order, request.exporter_id)
        return FilingReply(filing=filing)

    def _seen(self, request: FilingRequest) -> SeenByHand | None:
        """What a person read of this filing; a reading typed before it was sent is one of an earlier round."""
        typed = self._r.decisions.completion(request.orders, f"{READ_EXPORT_ACCEPTANCE.name}:{request.part}")
        if typed is None:
            return None
        ucr = request.order_no.partition("-")[0]
        sent = self._r.effects.find(f"{ucr}:{_suffix(request.order_no)}:{LODGE_EXPORT_DECLARATION.name}")
        if sent is not None and sent.done_at is not None and typed.at < sent.done_at:
            return None
        return SeenByHand.model_validate(dict(typed.content))

    async def _orders(self, ucr: Ucr, fallback: OrderId | None) -> tuple[OrderId, ...]:
        claim = await in_thread(self._r.consignments.of_ucr, ucr)
        return claim.orders if claim else ((fallback,) if fallback else ())

    def _watch(self, filing: Filing, ucr: Ucr, order_id: OrderId, exporter_id: str) -> None:
        """Let the sweeps look at what is still open: the filing, then the loading of the accepted declaration."""
        if filing.state in (FilingState.ACCEPTED, *ENDED):
            self._r.watches.drop("ktnet", filing.order_no)
            if filing.state in ENDED and filing.number is not None:
                self._r.watches.drop("unipass", filing.number)
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
                    last_digest=digest_of(loading_seen(None)),
                )
            )


def _suffix(order_no: str) -> str:
    """The declaration (and its round) in a filing reference: `1` or `1~2`."""
    return order_no.partition("-")[2]


def _tells_its_end(seen: SeenByHand, filing: Filing) -> bool:
    """Whether a person read that an acceptance has ended, which the channel need not know."""
    return FilingState(seen.state) in FOR_GOOD and seen.number in (None, filing.number)


def as_seen(filing: Filing, seen: SeenByHand) -> Filing:
    """A filing as a person read it in UNI-PASS or was told by the broker."""
    return filing.model_copy(
        update={
            "state": FilingState(seen.state),
            "number": seen.number or filing.number,
            "accepted_at": seen.accepted_at or filing.accepted_at,
            "words": seen.words or filing.words or "as a person saw it",
        }
    )

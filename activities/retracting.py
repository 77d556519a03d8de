"""Taking back and putting off: the withdrawal (취하) of a declaration, and a later loading deadline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from activities.books import Books, in_thread
from activities.customs import trade_now
from activities.implements import implements
from activities.register import register_standing
from tradelane.adapters.errors import Refused, Unavailable
from tradelane.contracts.handmade import reports_done
from tradelane.contracts.steps import (
    EXTEND_LOADING_PERIOD,
    LODGE_EXPORT_DECLARATION,
    WITHDRAW_EXPORT_DECLARATION,
    ExtensionReply,
    ExtensionRequest,
    Nothing,
    WithdrawRequest,
)
from tradelane.domain.export_declaration import FilingState
from tradelane.domain.identifiers import OrderId, Ucr
from tradelane.domain.outside import Done, Existing
from tradelane.domain.trade_time import today_in_korea
from tradelane.resources import Resources


class RetractingActivities:
    """Steps that ask customs to change what stands beside the goods themselves."""

    def __init__(self, resources: Resources) -> None:
        self._r = resources
        self._books = Books(resources.effects, resources.decisions, resources.settings, resources.journal)

    @implements(WITHDRAW_EXPORT_DECLARATION)
    async def withdraw_export_declaration(self, request: WithdrawRequest) -> Nothing:
        """Withdraw (취하) what was filed; what never reached the channel needs no withdrawal."""
        exporter_id = request.exporter_id
        filing = request.filing
        step = f"{WITHDRAW_EXPORT_DECLARATION.name}:{request.part}"
        orders = await self._orders(request.ucr)
        if await in_thread(self._r.decisions.completion, orders, step) is None:
            wait = await in_thread(self._in_flight, request.ucr, filing.order_no)
            standing = await self._r.filing.status(filing.order_no, exporter_id)
            if standing is not None:
                filing = standing
            if standing is None and filing.number is None:
                if wait > timedelta(0):
                    raise Unavailable("desk", "in_flight", f"{filing.order_no} may still arrive", wait=wait)
                return Nothing()
            known = await in_thread(self._r.declarations.find, filing.order_no)
            if known is not None and known.state is FilingState.CANCELLED:
                return Nothing()  # by customs: a person read it, the channel need not know
            if filing.state in (FilingState.REJECTED, FilingState.WITHDRAWN, FilingState.CANCELLED):
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
        withdrawn = filing.model_copy(update={"state": FilingState.WITHDRAWN})
        await in_thread(register_standing, self._r.declarations, withdrawn)
        return Nothing()

    def _in_flight(self, ucr: Ucr, order_no: str) -> timedelta:
        """How long a declaration that the channel does not know may still arrive: its try was broken off, or its run."""
        row = self._r.effects.find(f"{ucr}:{_suffix(order_no)}:{LODGE_EXPORT_DECLARATION.name}")
        if row is None or row.state != "intended":
            return timedelta(0)
        return timedelta(seconds=self._r.settings.write_fence_seconds) - (datetime.now(UTC) - row.intended_at)

    @implements(EXTEND_LOADING_PERIOD)
    async def extend_loading_period(self, request: ExtensionRequest) -> ExtensionReply:
        """Ask for a later loading deadline (적재기간 연장), once for each day asked for and before the present one ends."""
        filing, until = request.filing, request.until
        orders = await self._orders(request.ucr)
        now = trade_now(request.timetable)

        async def find() -> Existing[str]:
            found = await self._r.filing.find_extension(filing, request.exporter_id, until)
            if isinstance(found, Done) and found.content.startswith("refused"):
                said = found.content.partition(": ")[2]
                words = f"customs refused to extend the loading period of {filing.number} to {until}"
                raise Refused(
                    "customs", "extension_refused", f"{words}: {said}" if said else words, reason="extension_refused"
                )
            return found

        async def create() -> str:
            if today_in_korea(now()) > request.load_before:
                words = f"the loading period of {filing.number} ended on {request.load_before}: it cannot be extended"
                raise Refused("customs", "too_late", words, reason="extension_refused")
            await self._r.filing.extend(filing, request.exporter_id, request.load_before, until, request.reason)
            return "asked"

        try:
            state = await self._books.act(
                key=f"{request.ucr}:{_suffix(filing.order_no)}:{EXTEND_LOADING_PERIOD.name}:{until:%Y%m%d}",
                step=_step_of(request),
                orders=orders,
                at=now,
                find=find,
                create=create,
                by_hand=lambda result: "approved",
                describe=lambda content: f'"{content}"',
            )
        except Refused as refusal:
            if refusal.reason != "extension_refused":
                raise
            raise _not_extended(refusal, _step_of(request), min(orders, key=int) if orders else "ORDER") from refusal
        return ExtensionReply(state=state)

    async def _orders(self, ucr: Ucr) -> tuple[OrderId, ...]:
        claim = await in_thread(self._r.consignments.of_ucr, ucr)
        return claim.orders if claim else ()


def _step_of(request: ExtensionRequest) -> str:
    """The key of the hold of an extension: the day asked for is part of it."""
    return f"{EXTEND_LOADING_PERIOD.name}:{request.part}-{request.until:%Y%m%d}"


def _not_extended(refusal: Refused, step: str, order: str) -> Refused:
    """A wish that customs did not grant: complete where it did after all, cancel where the wish is given up."""
    give_up = f"tradelane holds resolve {order} --step {step} --action cancel --reason 'the deadline stands'"
    return Refused(
        refusal.party,
        refusal.code,
        refusal.words,
        fault=refusal.fault,
        reason=refusal.reason,
        commands=(reports_done(order, step), give_up),
    )


def _suffix(order_no: str) -> str:
    """The declaration (and its round) in a filing reference: `1` or `1~2`."""
    return order_no.partition("-")[2]

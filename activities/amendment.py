"""Amending (정정) an accepted export declaration, once for each version of the plan."""

from __future__ import annotations

from activities.books import Books, in_thread
from activities.customs import trade_now
from activities.export import Lodged
from activities.implements import implements
from activities.register import register_filed
from tradelane.adapters.errors import Refused
from tradelane.contracts.handmade import AmendedByHand, amended_by_hand
from tradelane.contracts.steps import AMEND_EXPORT_DECLARATION, AmendRequest, FilingReply
from tradelane.domain.amendment import PRICE_WINDOW
from tradelane.domain.catalogue import FilingChannel
from tradelane.domain.export_declaration import Filing, FilingState
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import OrderId, Ucr
from tradelane.domain.outside import Done, Existing
from tradelane.domain.trade_time import today_in_korea
from tradelane.resources import Resources

FOR_A_PERSON = frozenset({"amendment_refused", "manual_work", "cannot_tell"})
"""Reasons a person settles outside and then says which version was amended."""


class AmendmentActivities:
    """The step that brings a declaration in line with a plan that changed after customs had accepted it."""

    def __init__(self, resources: Resources) -> None:
        self._r = resources
        self._books = Books(resources.effects, resources.decisions, resources.settings, resources.journal)

    @implements(AMEND_EXPORT_DECLARATION)
    async def amend_export_declaration(self, request: AmendRequest) -> FilingReply:
        """Ask for the amendment of one version, once; that customs has not decided yet does not hold the journey."""
        declaration, filing, version = request.declaration, request.filing, request.version
        if filing.state is not FilingState.ACCEPTED or filing.number is None:
            words = f"{filing.order_no} is {filing.state.value}: only an accepted declaration can be amended"
            raise Refused("desk", "not_accepted", words, fault=Fault.OURS)
        if declaration.order_no != filing.order_no:
            words = f"{declaration.order_no} was drawn up for the declaration filed as {filing.order_no}"
            raise Refused("desk", "another_declaration", words, fault=Fault.OURS)
        step = f"{AMEND_EXPORT_DECLARATION.name}:{declaration.part.name}"
        orders = await self._orders(declaration.ucr, request.order_id)

        async def find() -> Existing[str]:
            found = await self._r.filing.find_amendment(declaration, filing, version)
            if isinstance(found, Done) and found.content.startswith("refused"):  # the declaration stands as it was
                words = f"customs refused to amend {filing.number} to version {version}{_price_words(request)}"
                said = found.content.partition(": ")[2]
                raise Refused(
                    "customs", "amendment_refused", f"{words}: {said}" if said else words, reason="amendment_refused"
                )
            return found

        async def create() -> str:
            standing = await self._r.filing.status(filing.order_no, declaration.exporter.id)
            await self._r.filing.amend(
                declaration, _as_it_stands(filing, standing), version, request.reason, request.accepted
            )
            return "asked"

        told = Lodged(
            order_no=filing.order_no,
            exporter_id=declaration.exporter.id,
            declared=declaration.digest,
            rate=declaration.rate,
            filing=filing,
        ).model_dump_json()
        try:
            await self._books.act(
                key=f"{declaration.ucr}:{_suffix(filing.order_no)}:{AMEND_EXPORT_DECLARATION.name}:v{version}",
                step=step,
                orders=orders,
                at=trade_now(request.timetable),
                find=find,
                create=create,
                by_hand=lambda result: AmendedByHand.model_validate(result).evidence,
                describe=lambda _: told,
                about=told,
                fits=lambda typed: typed.get("version") == str(version),
            )
        except Refused as refusal:
            if refusal.reason not in FOR_A_PERSON:
                raise
            command, example = amended_by_hand(request.order_id, step, version)
            raise Refused(
                refusal.party,
                refusal.code,
                refusal.words,
                fault=refusal.fault,
                reason=refusal.reason,
                commands=(command, *(other for other in refusal.commands if other.endswith(" --action retry"))),
                result_shape=example,
            ) from refusal
        await in_thread(
            lambda: register_filed(
                self._r.declarations,
                declaration,
                filing,
                order_id=request.order_id,
                channel=declaration.exporter.channel or FilingChannel.KTNET,  # of one that no run of ours registered
                day=today_in_korea(trade_now(request.timetable)()),
            )
        )
        return FilingReply(filing=filing)

    async def _orders(self, ucr: Ucr, fallback: OrderId) -> tuple[OrderId, ...]:
        claim = await in_thread(self._r.consignments.of_ucr, ucr)
        return claim.orders if claim else (fallback,)


def _price_words(request: AmendRequest) -> str:
    """What to say of a refused price: customs corrects it within 60 days of acceptance, and refuses it later."""
    accepted, at = request.accepted, request.filing.accepted_at
    if accepted is None or at is None or accepted.payment == request.declaration.payment:
        return ""
    return f" (a price is corrected within {PRICE_WINDOW.days} days of acceptance, until {today_in_korea(at) + PRICE_WINDOW})"


def _as_it_stands(filing: Filing, standing: Filing | None) -> Filing:
    """The filing with the total customs has now: an earlier amendment may have changed it."""
    if standing is None or standing.total_krw is None or standing.number != filing.number:
        return filing
    return filing.model_copy(update={"total_krw": standing.total_krw})


def _suffix(order_no: str) -> str:
    """The declaration (and its round) in a filing reference: `1` or `1~2`."""
    return order_no.partition("-")[2]

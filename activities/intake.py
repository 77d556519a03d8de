"""Intake: reading the marketplace, claiming the shipment, planning the consignment."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from temporalio import activity
from temporalio.client import WorkflowExecutionStatus
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.books import in_thread
from activities.implements import implements
from tradelane.adapters.errors import Refused
from tradelane.contracts.journeys import FULFIL_ORDER, SITE, order_workflow_id
from tradelane.contracts.messages import FulfilOrderRequest
from tradelane.contracts.steps import (
    CLAIM_CONSIGNMENT,
    CONFIRM_PACKING,
    OPEN_JOURNEY,
    PLAN_CONSIGNMENT,
    READ_BUYER_TAX_ID,
    READ_ORDER,
    READ_PACK,
    READ_SHIPMENT,
    START_OR_FIND_RUN,
    VOID_BOOKING,
    WITHDRAW_EXPORT_DECLARATION,
    ClaimReply,
    ClaimRequest,
    FindRun,
    FoundRun,
    Opening,
    OpenJourney,
    OrderRef,
    PackingRequest,
    PackRef,
    PlanReply,
    PlanRequest,
    ShipmentRef,
    TaxIdReply,
)
from tradelane.documents import pick_list
from tradelane.documents.fonts import MissingGlyph
from tradelane.domain.amendment import Amendment
from tradelane.domain.catalogue import Seller
from tradelane.domain.consignment import Consignment
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import OrderId, Ucr
from tradelane.domain.order import Order, OrderStatus, Pack, Shipment
from tradelane.domain.packing import NotPacked, lots_of, packed
from tradelane.domain.pick_list import PICK_LIST, pick_list_of
from tradelane.domain.planning import Unplannable, plan
from tradelane.domain.trade_time import Timetable
from tradelane.resources import Resources

UNWINDING = ("do_not_tender", "intercept", VOID_BOOKING.name, WITHDRAW_EXPORT_DECLARATION.name)
"""Holds of the unwinding: to cancel one of them ends that part of it, not the order."""


class IntakeActivities:
    """Steps of the intake leg."""

    def __init__(self, resources: Resources) -> None:
        self._r = resources

    @implements(OPEN_JOURNEY)
    async def open_journey(self, request: OpenJourney) -> Opening:
        """Find the seller and fill in the timetable; an order that has ended does not begin again."""
        timetable = request.timetable or Timetable(clock=await in_thread(self._r.clock.read))
        claim = await in_thread(self._r.consignments.of_order, request.order_id)
        if claim is not None and claim.outcome is not None:
            sentence = f"Order {request.order_id} ended as {claim.outcome} on {claim.closed_at:%Y-%m-%d}."
            return Opening(go=False, sentence=sentence, timetable=timetable, state=claim.outcome)
        seller_id = request.seller or (claim.seller_id if claim else None)
        sellers = await in_thread(self._r.sellers.all)
        seller = _seller(seller_id, sellers)
        if seller is None:
            known = ", ".join(sorted(s.id for s in sellers)) or "none; load them with `tradelane sellers set`"
            why = f"seller {seller_id} is not known" if seller_id else "the order's seller is not known"
            return Opening(
                go=False,
                sentence=f"Order {request.order_id} cannot begin: {why}. Give one of the known sellers: {known}.",
                timetable=timetable,
                state="refused",
            )
        await in_thread(self._r.holds.post, request.order_id, seller.id, (), (), timetable.clock.at(datetime.now(UTC)))
        carries = claim if claim is not None and claim.carrying_order == request.order_id else None
        papers = await in_thread(self._r.documents.of_ucr, carries.ucr) if carries else ()
        return Opening(
            go=True,
            seller_id=seller.id,
            timetable=timetable,
            go_live=seller.go_live,
            live=not self._r.settings.shadow,
            language=self._r.settings.language,
            channel=self._r.settings.filing_channel,
            ucr=carries.ucr if carries else None,
            version=max((paper.version for paper in papers), default=0),
            cancelled=await in_thread(self._cancelled, request.order_id),
        )

    def _cancelled(self, order_id: OrderId) -> str:
        """The reason of a cancel that stands; a part of the unwinding that a person ended is none."""
        made = [one for one in self._r.decisions.of_orders([order_id]) if one.kind == "cancel"]
        ends = [one for one in made if one.step.partition(":")[0] not in UNWINDING]
        return (ends[-1].reason or "cancelled") if ends else ""

    @implements(START_OR_FIND_RUN)
    async def start_or_find_run(self, request: FindRun) -> FoundRun:
        """Start the order's run, or find the one there is; one that ended is named, only a failed one begun again."""
        client = activity.client()
        run_id = order_workflow_id(request.order_id)
        try:
            await client.start_workflow(
                FULFIL_ORDER.name,
                FulfilOrderRequest(order_id=request.order_id, seller=request.seller, timetable=request.timetable),
                id=run_id,
                task_queue=FULFIL_ORDER.queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
                static_summary=f"Order {request.order_id}",
            )
            return FoundRun(workflow_id=run_id, sentence=f"The work is done by run {run_id}.")
        except WorkflowAlreadyStartedError:
            description = await client.get_workflow_handle(run_id).describe()
            status = description.status or WorkflowExecutionStatus.COMPLETED
            return FoundRun(workflow_id=run_id, sentence=f"Run {run_id} is {status.name.lower()} already.")

    @implements(READ_ORDER)
    async def read_order(self, request: OrderRef) -> Order:
        """Read the order as the marketplace tells it now; one that the desk has cancelled travels in no parcel."""
        order = await self._r.marketplace.order(request.seller_id, request.order_id)
        if not await in_thread(self._cancelled, request.order_id):
            return order
        return order.model_copy(update={"status": OrderStatus.CANCELLED, "status_words": "cancelled at the desk"})

    @implements(READ_PACK)
    async def read_pack(self, request: PackRef) -> Pack:
        """Read which orders travel together."""
        return await self._r.marketplace.pack(request.seller_id, request.pack_id)

    @implements(READ_SHIPMENT)
    async def read_shipment(self, request: ShipmentRef) -> Shipment:
        """Read the shipment with its consignee and charge."""
        return await self._r.marketplace.shipment(request.seller_id, request.shipment_id)

    @implements(READ_BUYER_TAX_ID)
    async def read_buyer_tax_id(self, request: OrderRef) -> TaxIdReply:
        """Read the buyer's tax identity; it may be missing."""
        return TaxIdReply(buyer=await self._r.marketplace.buyer_tax_id(request.seller_id, request.order_id))

    @implements(CLAIM_CONSIGNMENT)
    async def claim_consignment(self, request: ClaimRequest) -> ClaimReply:
        """Claim the shipment; the lowest live order carries it until the first filing fixes that."""
        ucr = Ucr.for_shipment(request.created_at, SITE, request.shipment_id)
        carrying = min(request.orders, key=int)
        claim = await in_thread(
            functools.partial(self._r.consignments.claim, fix=request.fix),
            ucr,
            request.shipment_id,
            request.seller_id,
            request.orders,
            carrying,
        )
        if request.order_id is not None and claim.carrying_order != request.order_id and claim.closed_at is None:
            # the carrying order's run may wait for this one's payment, or not know of it yet
            body = json.dumps({"order_id": claim.carrying_order, "kind": "changed", "reference": request.order_id})
            await in_thread(self._r.inbox.add, "desk", str(claim.carrying_order), body)
        return ClaimReply(
            ucr=claim.ucr, carrying_order=claim.carrying_order, orders=claim.orders, outcome=claim.outcome
        )

    @implements(PLAN_CONSIGNMENT)
    async def plan_consignment(self, request: PlanRequest) -> PlanReply:
        """Plan the parcel: product data, exporters and amendments; everything missing is named at once."""
        skus = sorted({line.sku for order in request.orders for line in order.lines if line.sku})
        orders = [order.id for order in request.orders]
        products = await in_thread(self._r.catalogue.products, skus)
        exporters = {exporter.id: exporter for exporter in await in_thread(self._r.exporters.all)}
        seller = await in_thread(self._r.sellers.get, request.seller_id)
        assert seller is not None, "open_journey has found the seller"
        try:
            consignment = plan(
                ucr=request.ucr,
                orders=request.orders,
                shipment=request.shipment,
                buyer=request.buyer,
                seller=seller,
                products=products,
                exporters=exporters,
                amendments=await in_thread(self._r.decisions.amendments, orders),
                terms=self._r.settings.terms(),
                version=max(request.version, 1 + await in_thread(self._amended, orders)),
            )
        except Unplannable as missing:
            raise Refused(
                "plan",
                "missing_data",
                "; ".join(gap.what for gap in missing.gaps),
                fault=Fault.SELLER_DATA,
                reason="missing_data",
                # a line for each: what is printed is pasted
                commands=tuple(dict.fromkeys(line for gap in missing.gaps for line in gap.command.split(", then: "))),
            ) from missing
        return PlanReply(consignment=consignment)

    def _amended(self, orders: Sequence[OrderId]) -> int:
        """How often the orders were amended: a run that plans anew keeps above the papers of an earlier run."""
        return sum(one.kind == "amend" for one in self._r.decisions.of_orders(orders))

    @implements(CONFIRM_PACKING)
    async def confirm_packing(self, request: PackingRequest) -> PlanReply:
        """Take the bench's measures, or the estimate where the setting allows one."""
        consignment = request.consignment
        amendments = await in_thread(self._r.decisions.amendments, consignment.orders)
        try:
            return PlanReply(consignment=packed(consignment, amendments))
        except NotPacked as lacking:
            words = lacking.words
            try:
                await in_thread(self._keep_pick_list, consignment, amendments)
            except (ValueError, MissingGlyph) as wrong:
                words = f"{words}; there is no pick list: {' '.join(str(wrong).split())}"
            order = consignment.orders[0]
            raise Refused(
                "packing bench",
                lacking.code,
                words,
                fault=Fault.OURS,
                reason="packing",
                commands=(
                    f"tradelane packing confirm {order} --box GRAMSg:LxWxH",
                    f"tradelane packing pick-list {order} -o pick-list-{order}.pdf",
                ),
            ) from lacking

    def _keep_pick_list(self, consignment: Consignment, amendments: Iterable[Amendment]) -> None:
        """Draw the bench's list of what to pick; the same plan makes the same bytes, so a retry keeps one paper."""
        listed = consignment.model_copy(update={"lots": lots_of(consignment, amendments)})
        pdf = pick_list.render(pick_list_of(listed, self._r.settings.language))
        self._r.documents.put(consignment.ucr, PICK_LIST, consignment.version, pdf, "application/pdf")


def _seller(seller_id: str | None, sellers: tuple[Seller, ...]) -> Seller | None:
    if seller_id is not None:
        return next((seller for seller in sellers if seller.id == seller_id), None)
    return sellers[0] if len(sellers) == 1 else None

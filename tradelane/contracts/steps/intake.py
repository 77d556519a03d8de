"""Intake: who sells, what was sold, one claim on the shipment, the plan."""

from __future__ import annotations

from tradelane.contracts.effect import NETWORK, QUICK, Effect
from tradelane.contracts.steps.wire import Wire
from tradelane.domain.catalogue import FilingChannel
from tradelane.domain.consignment import Consignment
from tradelane.domain.identifiers import OrderId, PackId, ShipmentId, Ucr
from tradelane.domain.order import BuyerTaxId, Order, Pack, Shipment
from tradelane.domain.trade_time import Instant, Timetable


class OpenJourney(Wire):
    """A run asks whether it may begin; `seller` and `timetable` as far as the starter knew them."""

    order_id: OrderId
    seller: str | None
    timetable: Timetable | None
    workflow_id: str
    reopened: str = ""
    """Why a journey that lost its run begins again."""


class Opening(Wire):
    """Whether the journey may begin, with everything the first step fills in."""

    go: bool
    sentence: str = ""
    seller_id: str = ""
    timetable: Timetable = Timetable()
    go_live: Instant | None = None
    """Orders bought before this instant hold instead of travelling."""
    state: str = ""
    """The outcome when it does not begin: `refused`, or the outcome of the consignment that is closed."""
    live: bool = True
    """False in shadow mode: render and decide, but file, book and publish nothing."""
    language: str = "en"
    """In which operators read holds and details: `en` or `ko`."""
    channel: FilingChannel = FilingChannel.KTNET
    """The installation's way to customs, for exporters without one of their own."""
    ucr: Ucr | None = None
    """The consignment that an earlier run of this order claimed and carries."""
    version: int = 0
    """Highest version of papers made for it so far."""
    cancelled: str = ""
    """The reason of a cancel that was decided in an earlier run and stands: the journey only unwinds."""


OPEN_JOURNEY = Effect("open_journey", OpenJourney, Opening, QUICK, "house", "Seller, clock and go-live")


class FindRun(Wire):
    """A run under another id asks for the one run of its order."""

    order_id: OrderId
    seller: str | None
    timetable: Timetable | None


class FoundRun(Wire):
    """The workflow id of the order's run, with a sentence for who started the other one."""

    workflow_id: str
    sentence: str


START_OR_FIND_RUN = Effect("start_or_find_run", FindRun, FoundRun, QUICK, "house", "The one run of this order")


class OrderRef(Wire):
    """One order as its seller may read it."""

    seller_id: str
    order_id: OrderId


class PackRef(Wire):
    """One pack as its seller may read it."""

    seller_id: str
    pack_id: PackId


class ShipmentRef(Wire):
    """One shipment as its seller may read it."""

    seller_id: str
    shipment_id: ShipmentId


class TaxIdReply(Wire):
    """The buyer's tax identity, or None where the marketplace has none."""

    buyer: BuyerTaxId | None


class ClaimRequest(Wire):
    """One shipment with the live orders that travel in it."""

    seller_id: str
    shipment_id: ShipmentId
    created_at: Instant
    orders: tuple[OrderId, ...]
    order_id: OrderId | None = None
    """Whose run claims; where another order carries, that one's run is told."""
    fix: bool = False
    """Fix carrier and orders, unless another run has claimed for orders that this one does not know."""


class ClaimReply(Wire):
    """Who carries the consignment; `outcome` when it is closed already."""

    ucr: Ucr
    carrying_order: OrderId
    orders: tuple[OrderId, ...]
    outcome: str | None = None


class PlanRequest(Wire):
    """What was sold to whom; `version` grows with each amendment."""

    ucr: Ucr
    seller_id: str
    orders: tuple[Order, ...]
    shipment: Shipment
    buyer: BuyerTaxId | None
    version: int


class PlanReply(Wire):
    """The consignment as planned."""

    consignment: Consignment


READ_ORDER = Effect("read_order", OrderRef, Order, NETWORK, "marketplace", "Read the order at Mercado Libre")
READ_PACK = Effect("read_pack", PackRef, Pack, NETWORK, "marketplace", "Read the pack: which orders travel together")
READ_SHIPMENT = Effect("read_shipment", ShipmentRef, Shipment, NETWORK, "marketplace", "Read shipment and address")
READ_BUYER_TAX_ID = Effect(
    "read_buyer_tax_id", OrderRef, TaxIdReply, NETWORK, "marketplace", "Read the buyer's tax identity"
)
CLAIM_CONSIGNMENT = Effect(
    "claim_consignment", ClaimRequest, ClaimReply, QUICK, "house", "Claim the shipment for one journey"
)
PLAN_CONSIGNMENT = Effect(
    "plan_consignment", PlanRequest, PlanReply, QUICK, "house", "Plan: product data, exporters, amendments"
)

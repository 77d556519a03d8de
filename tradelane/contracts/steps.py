"""Every step of the journey as an effect, in the order of the legs.

Steps marked `outside` write at a counterparty; each has a key `UCR[:declaration]:effect` and looks before it writes.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from tradelane.contracts.effect import NETWORK, OFFICE, QUICK, Effect
from tradelane.domain.consignment import Consignment, DeclarationPart
from tradelane.domain.export_declaration import CustomsRate, ExportDeclaration, Filing, Loading
from tradelane.domain.identifiers import ExportDeclarationNumber, OrderId, PackId, ShipmentId, Ucr, WaybillNumber
from tradelane.domain.import_regime import ImportAssessment
from tradelane.domain.order import BuyerTaxId, Order, Pack, Shipment
from tradelane.domain.trade_time import Instant, Timetable
from tradelane.domain.transport import Booking, TransportProgress


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True)


class Nothing(_Wire):
    """A reply with nothing to say yet."""


# --- intake ------------------------------------------------------------------------------------------------------


class OpenJourney(_Wire):
    """A run asks whether it may begin; `seller` and `timetable` as far as the starter knew them."""

    order_id: OrderId
    seller: str | None
    timetable: Timetable | None
    workflow_id: str


class Opening(_Wire):
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


OPEN_JOURNEY = Effect("open_journey", OpenJourney, Opening, QUICK, "house", "Seller, clock and go-live")


class FindRun(_Wire):
    """A run under another id asks for the one run of its order."""

    order_id: OrderId
    seller: str | None
    timetable: Timetable | None


class FoundRun(_Wire):
    """The workflow id of the order's run, with a sentence for who started the other one."""

    workflow_id: str
    sentence: str


START_OR_FIND_RUN = Effect("start_or_find_run", FindRun, FoundRun, QUICK, "house", "The one run of this order")


class OrderRef(_Wire):
    """One order as its seller may read it."""

    seller_id: str
    order_id: OrderId


class PackRef(_Wire):
    """One pack as its seller may read it."""

    seller_id: str
    pack_id: PackId


class ShipmentRef(_Wire):
    """One shipment as its seller may read it."""

    seller_id: str
    shipment_id: ShipmentId


class TaxIdReply(_Wire):
    """The buyer's tax identity, or None where the marketplace has none."""

    buyer: BuyerTaxId | None


class ClaimRequest(_Wire):
    """One shipment with the live orders that travel in it."""

    seller_id: str
    shipment_id: ShipmentId
    created_at: Instant
    orders: tuple[OrderId, ...]
    order_id: OrderId | None = None
    """Whose run claims; where another order carries, that one's run is told."""
    fix: bool = False
    """Fix carrier and orders, unless another run has claimed for orders that this one does not know."""


class ClaimReply(_Wire):
    """Who carries the consignment; `outcome` when it is closed already."""

    ucr: Ucr
    carrying_order: OrderId
    orders: tuple[OrderId, ...]
    outcome: str | None = None


class PlanRequest(_Wire):
    """What was sold to whom; `version` grows with each amendment."""

    ucr: Ucr
    seller_id: str
    orders: tuple[Order, ...]
    shipment: Shipment
    buyer: BuyerTaxId | None
    version: int


class PlanReply(_Wire):
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


# --- packing -----------------------------------------------------------------------------------------------------


class PackingRequest(_Wire):
    """A planned consignment whose packing is to be settled."""

    consignment: Consignment


CONFIRM_PACKING = Effect(
    "confirm_packing", PackingRequest, PlanReply, QUICK, "house", "Boxes and weights from the bench, or the estimate"
)


# --- export ------------------------------------------------------------------------------------------------------


class RateRequest(_Wire):
    """A currency to be valued in won at today's rate of the trade clock."""

    currency: str
    timetable: Timetable


class RenderRequest(_Wire):
    """A consignment whose papers are to be drawn."""

    consignment: Consignment
    timetable: Timetable


class Paper(_Wire):
    """One stored paper: kind, version of the plan, hash of its bytes and where it lies."""

    kind: str
    version: int
    sha256: str
    path: str


class Papers(_Wire):
    """The papers of one version, with the number and instant the invoice carries."""

    papers: tuple[Paper, ...]
    invoice_number: str
    invoiced_at: Instant


class LodgeRequest(_Wire):
    """One declaration to be filed, once."""

    declaration: ExportDeclaration
    timetable: Timetable
    order_id: OrderId


class FilingRequest(_Wire):
    """One filing to be asked about; `part` is the declaration's name, such as `d1`."""

    order_no: str
    exporter_id: str
    orders: tuple[OrderId, ...]
    part: str


class FilingReply(_Wire):
    """Where a filing stands."""

    filing: Filing


class WithdrawRequest(_Wire):
    """A filing to be withdrawn (취하), with the reason customs is told."""

    ucr: Ucr
    part: DeclarationPart
    filing: Filing
    reason: str
    timetable: Timetable


READ_CUSTOMS_RATE = Effect(
    "read_customs_rate", RateRequest, CustomsRate, NETWORK, "customs", "Weekly export rate of Korean customs (API012)"
)
RENDER_DOCUMENTS = Effect("render_documents", RenderRequest, Papers, QUICK, "house", "Invoice and packing list")
LODGE_EXPORT_DECLARATION = Effect(
    "lodge_export_declaration", LodgeRequest, FilingReply, OFFICE, "filing", "File the export declaration", outside=True
)
READ_EXPORT_ACCEPTANCE = Effect(
    "read_export_acceptance", FilingRequest, FilingReply, NETWORK, "filing", "Ask whether customs accepted"
)
WITHDRAW_EXPORT_DECLARATION = Effect(
    "withdraw_export_declaration",
    WithdrawRequest,
    Nothing,
    OFFICE,
    "filing",
    "Withdraw the export declaration",
    outside=True,
)


# --- handover ----------------------------------------------------------------------------------------------------


class TransportRequest(_Wire):
    """What booking, papers and pre-advice are made from."""

    consignment: Consignment
    declarations: tuple[ExportDeclarationNumber, ...]
    invoice_number: str
    invoiced_at: Instant
    papers: tuple[Paper, ...]
    timetable: Timetable
    waybill: WaybillNumber | None = None


class BookingReply(_Wire):
    """The booking and the page on which a buyer may follow it."""

    booking: Booking
    tracking_url: str


class DocumentRequest(_Wire):
    """One stored paper to be attached to a shipment."""

    ucr: Ucr
    waybill: WaybillNumber
    document: str
    """A `CarrierDocument` value."""
    sha256: str
    timetable: Timetable
    suffix: str = ""
    """Distinguishes a second paper of the same kind in keys (the answer to a later request)."""


class TrackingRequest(_Wire):
    """A waybill to be told to the marketplace."""

    ucr: Ucr
    seller_id: str
    shipment_id: ShipmentId
    waybill: WaybillNumber
    url: str
    carrier: str
    timetable: Timetable
    own_carrier: bool = True


class LoadingRequest(_Wire):
    """A declaration whose loading is asked for."""

    number: ExportDeclarationNumber


BOOK_TRANSPORT = Effect(
    "book_transport", TransportRequest, BookingReply, OFFICE, "carrier", "Book transport and pickup", outside=True
)
ATTACH_DOCUMENTS = Effect(
    "attach_documents", DocumentRequest, Nothing, OFFICE, "carrier", "Attach a paper to the shipment", outside=True
)
PUBLISH_TRACKING = Effect(
    "publish_tracking", TrackingRequest, Nothing, OFFICE, "marketplace", "Tell Mercado Libre the waybill", outside=True
)
CONFIRM_LOADING = Effect(
    "confirm_loading", LoadingRequest, Loading, NETWORK, "customs", "Ask UNI-PASS whether the goods are loaded (API002)"
)


# --- clearance ---------------------------------------------------------------------------------------------------


class EventsRequest(_Wire):
    """A parcel to be asked about, with what is known of it."""

    ucr: Ucr
    waybill: WaybillNumber
    orders: tuple[OrderId, ...]
    known: TransportProgress = TransportProgress()


class BrokerRequest(_Wire):
    """A parcel above the courier limit, for the customs agent."""

    ucr: Ucr
    timetable: Timetable
    assessment: ImportAssessment


SEND_IMPORT_PREADVICE = Effect(
    "send_import_preadvice",
    TransportRequest,
    Nothing,
    OFFICE,
    "carrier",
    "Invoice data and IVA accreditation for Chile",
    outside=True,
)
HAND_TO_BROKER = Effect(
    "hand_to_broker", BrokerRequest, Nothing, OFFICE, "house", "Hand over to the customs agent", outside=True
)
READ_TRANSPORT_EVENTS = Effect(
    "read_transport_events", EventsRequest, TransportProgress, NETWORK, "carrier", "Read what happened to the parcel"
)
ANSWER_INFORMATION_REQUEST = Effect(
    "answer_information_request",
    DocumentRequest,
    Nothing,
    OFFICE,
    "carrier",
    "Send the paper customs asked for",
    outside=True,
)


# --- delivery ----------------------------------------------------------------------------------------------------


class RegisterRequest(_Wire):
    """A waybill to be registered for tracking pushes."""

    ucr: Ucr
    waybill: WaybillNumber
    order_id: OrderId
    timetable: Timetable


class DeliveryRequest(_Wire):
    """A delivery to be told to the marketplace; `status` in its words."""

    ucr: Ucr
    seller_id: str
    shipment_id: ShipmentId
    waybill: WaybillNumber
    status: str
    timetable: Timetable
    own_carrier: bool = True


WATCH_TRACKING = Effect(
    "watch_tracking", RegisterRequest, Nothing, OFFICE, "tracking", "Register the waybill at 17TRACK", outside=True
)
PUBLISH_DELIVERY_STATUS = Effect(
    "publish_delivery_status",
    DeliveryRequest,
    Nothing,
    OFFICE,
    "marketplace",
    "Tell Mercado Libre it is delivered",
    outside=True,
)


# --- closing -----------------------------------------------------------------------------------------------------


class EvidenceRequest(_Wire):
    """Everything that proves one export."""

    ucr: Ucr
    orders: tuple[OrderId, ...]
    filings: tuple[Filing, ...]
    loadings: tuple[Loading, ...]
    booking: Booking | None
    progress: TransportProgress
    assessment: ImportAssessment | None
    papers: tuple[Paper, ...]
    timetable: Timetable


class CloseRequest(_Wire):
    """The end of a journey and of its consignment."""

    ucr: Ucr | None
    order_id: OrderId
    outcome: str
    timetable: Timetable


FILE_EVIDENCE = Effect("file_evidence", EvidenceRequest, Papers, QUICK, "house", "Keep the evidence of this export")
ARCHIVE_DOSSIER = Effect("archive_dossier", CloseRequest, Nothing, QUICK, "house", "Close the consignment")


# --- desk --------------------------------------------------------------------------------------------------------


class DecisionRequest(_Wire):
    """What a person decided, as it is written down; `id` makes a repetition harmless."""

    id: str
    order_id: OrderId
    step: str
    kind: str
    content: dict[str, str] = Field(default_factory=dict)
    actor: str
    reason: str
    timetable: Timetable


RECORD_DECISION = Effect("record_decision", DecisionRequest, Nothing, QUICK, "house", "Write down a person's decision")


# --- sweeps ------------------------------------------------------------------------------------------------------


class SweepRequest(_Wire):
    """Which source to look at; empty means all."""

    source: str = ""


class SweepReply(_Wire):
    """How many references were looked at, had changed, or could not be asked."""

    looked: int = 0
    changed: int = 0
    unavailable: int = 0


SWEEP_SOURCE = Effect("sweep_source", SweepRequest, SweepReply, QUICK, "house", "Look at every watched reference")
RECONCILE_SELLERS = Effect(
    "reconcile_sellers", SweepRequest, SweepReply, NETWORK, "marketplace", "Find orders no notice told of"
)

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
    held: str = ""
    """A reason to hold before anything is read (before go-live)."""
    state: str = ""
    """The outcome when it does not begin: `refused`, or the outcome of the consignment that is closed."""
    live: bool = True
    """False in shadow mode: render and decide, but file, book and publish nothing."""


OPEN_JOURNEY = Effect("open_journey", OpenJourney, Opening, QUICK, "house", "Seller, clock and go-live")


class FindRun(_Wire):
    order_id: OrderId
    seller: str | None
    timetable: Timetable | None


class FoundRun(_Wire):
    workflow_id: str
    sentence: str


START_OR_FIND_RUN = Effect("start_or_find_run", FindRun, FoundRun, QUICK, "house", "The one run of this order")


class OrderRef(_Wire):
    seller_id: str
    order_id: OrderId


class PackRef(_Wire):
    seller_id: str
    pack_id: PackId


class ShipmentRef(_Wire):
    seller_id: str
    shipment_id: ShipmentId


class TaxIdReply(_Wire):
    buyer: BuyerTaxId | None


class ClaimRequest(_Wire):
    seller_id: str
    shipment_id: ShipmentId
    created_at: Instant
    orders: tuple[OrderId, ...]


class ClaimReply(_Wire):
    ucr: Ucr
    carrying_order: OrderId
    orders: tuple[OrderId, ...]
    outcome: str | None = None


class PlanRequest(_Wire):
    ucr: Ucr
    seller_id: str
    orders: tuple[Order, ...]
    shipment: Shipment
    buyer: BuyerTaxId | None
    version: int


class PlanReply(_Wire):
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
    consignment: Consignment


CONFIRM_PACKING = Effect(
    "confirm_packing", PackingRequest, PlanReply, QUICK, "house", "Boxes and weights from the bench, or the estimate"
)


# --- export ------------------------------------------------------------------------------------------------------


class RateRequest(_Wire):
    currency: str
    timetable: Timetable


class RenderRequest(_Wire):
    consignment: Consignment
    timetable: Timetable


class Paper(_Wire):
    kind: str
    version: int
    sha256: str
    path: str


class Papers(_Wire):
    papers: tuple[Paper, ...]
    invoice_number: str
    invoiced_at: Instant


class LodgeRequest(_Wire):
    declaration: ExportDeclaration
    timetable: Timetable
    order_id: OrderId


class FilingRequest(_Wire):
    order_no: str
    exporter_id: str
    orders: tuple[OrderId, ...]
    part: str


class FilingReply(_Wire):
    filing: Filing


class WithdrawRequest(_Wire):
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
    booking: Booking
    tracking_url: str


class DocumentRequest(_Wire):
    ucr: Ucr
    waybill: WaybillNumber
    document: str
    """A `CarrierDocument` value."""
    sha256: str
    timetable: Timetable
    suffix: str = ""
    """Distinguishes a second paper of the same kind in keys (the answer to a later request)."""


class TrackingRequest(_Wire):
    ucr: Ucr
    seller_id: str
    shipment_id: ShipmentId
    waybill: WaybillNumber
    url: str
    carrier: str
    timetable: Timetable
    own_carrier: bool = True


class LoadingRequest(_Wire):
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


class AssessRequest(_Wire):
    consignment: Consignment


class EventsRequest(_Wire):
    ucr: Ucr
    waybill: WaybillNumber
    orders: tuple[OrderId, ...]
    known: TransportProgress = TransportProgress()


class BrokerRequest(_Wire):
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
    ucr: Ucr
    waybill: WaybillNumber
    order_id: OrderId
    timetable: Timetable


class DeliveryRequest(_Wire):
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
    ucr: Ucr | None
    order_id: OrderId
    outcome: str
    timetable: Timetable


FILE_EVIDENCE = Effect("file_evidence", EvidenceRequest, Papers, QUICK, "house", "Keep the evidence of this export")
ARCHIVE_DOSSIER = Effect("archive_dossier", CloseRequest, Nothing, QUICK, "house", "Close the consignment")


# --- desk --------------------------------------------------------------------------------------------------------


class DecisionRequest(_Wire):
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
    source: str = ""


class SweepReply(_Wire):
    looked: int = 0
    changed: int = 0
    unavailable: int = 0


SWEEP_SOURCE = Effect("sweep_source", SweepRequest, SweepReply, QUICK, "house", "Look at every watched reference")
RECONCILE_SELLERS = Effect(
    "reconcile_sellers", SweepRequest, SweepReply, NETWORK, "marketplace", "Find orders no notice told of"
)

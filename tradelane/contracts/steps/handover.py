"""Handover: booking, papers, tracking number, loading."""

from __future__ import annotations

from tradelane.contracts.effect import NETWORK, OFFICE, Effect
from tradelane.contracts.steps.export import Paper
from tradelane.contracts.steps.wire import Nothing, Wire
from tradelane.domain.consignment import Consignment
from tradelane.domain.export_declaration import Loading
from tradelane.domain.export_route import ExportRoute
from tradelane.domain.identifiers import ExportDeclarationNumber, OrderId, ShipmentId, Ucr, WaybillNumber
from tradelane.domain.trade_time import Instant, Timetable
from tradelane.domain.transport import Booking


class TransportRequest(Wire):
    """What booking, papers and pre-advice are made from."""

    consignment: Consignment
    declarations: tuple[ExportDeclarationNumber, ...]
    carrier_clears: bool = False
    """True when the carrier clears the goods by its list (목록통관), for some or all exporters of the parcel."""
    invoice_number: str
    invoiced_at: Instant
    papers: tuple[Paper, ...]
    timetable: Timetable
    waybill: WaybillNumber | None = None


class BookingReply(Wire):
    """The booking and the page on which a buyer may follow it."""

    booking: Booking
    tracking_url: str


class DocumentRequest(Wire):
    """One stored paper to be attached to a shipment."""

    ucr: Ucr
    waybill: WaybillNumber
    document: str
    """A `CarrierDocument` value."""
    sha256: str
    timetable: Timetable
    suffix: str = ""
    """Distinguishes a second paper of the same kind in keys (the answer to a later request)."""


class TrackingRequest(Wire):
    """A waybill to be told to the marketplace."""

    ucr: Ucr
    seller_id: str
    shipment_id: ShipmentId
    waybill: WaybillNumber
    url: str
    carrier: str
    timetable: Timetable
    own_carrier: bool = True


class VoidRequest(Wire):
    """A booking to be voided, because its order was cancelled before the courier came."""

    ucr: Ucr
    waybill: WaybillNumber
    carrier: str
    """Who booked it: another carrier may be chosen by now."""
    timetable: Timetable


class FoundBooking(Wire):
    """What the carrier knows of a booking whose answer was lost."""

    booking: Booking | None = None
    absent: bool = False
    """True when there is none and none can arrive any more."""


class LoadingRequest(Wire):
    """A declaration whose loading is asked for; `part` is its name, such as `d1`."""

    number: ExportDeclarationNumber
    part: str = ""
    orders: tuple[OrderId, ...] = ()
    route: ExportRoute = ExportRoute.SIMPLIFIED
    accepted_at: Instant | None = None
    shortened: bool = False
    """Whether customs shortens the loading period of these goods: then no date is computed, only a printed one counts."""


BOOK_TRANSPORT = Effect(
    "book_transport", TransportRequest, BookingReply, OFFICE, "carrier", "Book transport and pickup", outside=True
)
FIND_BOOKING = Effect(
    "find_booking", TransportRequest, FoundBooking, NETWORK, "carrier", "Look for a booking whose answer was lost"
)
ATTACH_DOCUMENTS = Effect(
    "attach_documents", DocumentRequest, Nothing, OFFICE, "carrier", "Attach a paper to the shipment", outside=True
)
PUBLISH_TRACKING = Effect(
    "publish_tracking", TrackingRequest, Nothing, OFFICE, "marketplace", "Tell Mercado Libre the waybill", outside=True
)
VOID_BOOKING = Effect(
    "void_booking", VoidRequest, Nothing, OFFICE, "carrier", "Void the booking with its pickup", outside=True
)
CONFIRM_LOADING = Effect(
    "confirm_loading",
    LoadingRequest,
    Loading,
    NETWORK,
    "customs",
    "Ask UNI-PASS whether the goods are loaded (API002)",
    completable=True,
)

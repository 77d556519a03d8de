"""Chilean customs: pre-advice, broker, what happened to the parcel."""

from __future__ import annotations

from tradelane.contracts.effect import NETWORK, OFFICE, Effect
from tradelane.contracts.steps.handover import DocumentRequest, TransportRequest
from tradelane.contracts.steps.wire import Nothing, Wire
from tradelane.domain.identifiers import OrderId, Ucr, WaybillNumber
from tradelane.domain.import_regime import ImportAssessment
from tradelane.domain.trade_time import Timetable
from tradelane.domain.transport import TransportProgress


class EventsRequest(Wire):
    """A parcel to be asked about, with what is known of it."""

    ucr: Ucr
    waybill: WaybillNumber
    orders: tuple[OrderId, ...]
    known: TransportProgress = TransportProgress()


class BrokerRequest(Wire):
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

"""Transport booked by hand, in the carrier's own portal or by telephone."""

from __future__ import annotations

from tradelane.adapters.errors import Refused
from tradelane.adapters.lacking import NoVoid
from tradelane.adapters.manual.desk import PARTY, Desk
from tradelane.contracts.handmade import BookedByHand, DoneByHand
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import OrderId, WaybillNumber
from tradelane.domain.outside import CannotTell, Done, Existing, NotDone
from tradelane.domain.transport import Booking, CarrierDocument, TransportEvent
from tradelane.ports import BookingRequest, Claim, Consignments, Decisions

BOOK = "book_transport"
ATTACH = "attach_documents"
ANSWER = "answer_information_request"
PREADVICE = "send_import_preadvice"


class ManualCarrier(NoVoid):
    """Implements `tradelane.ports.Carrier`; what happens to the parcel is told by the aggregator."""

    name = "manual"
    party = PARTY
    call_off = "what a person booked a person calls off"

    def __init__(self, decisions: Decisions, consignments: Consignments, *, postal: bool = False) -> None:
        self.postal = postal
        self._desk = Desk(decisions, consignments)
        self._consignments = consignments
        self._claims: dict[WaybillNumber, Claim] = {}

    async def find_booking(self, request: BookingRequest) -> Existing[Booking]:
        consignment = request.consignment
        typed = self._booked(consignment.orders)
        if typed is None:
            return NotDone()
        return Done(Booking(carrier=self.name, waybill=typed.waybill, reference=consignment.ucr))

    async def book(self, request: BookingRequest) -> Booking:
        """Always asks a person."""
        consignment = request.consignment
        numbers = ", ".join(number.printed for number in request.declaration_numbers) or "none"
        words = (
            f"Book transport and pickup by hand with reference {consignment.ucr}: "
            f"{len(consignment.packages)} packages, {consignment.gross_weight_g} g, "
            f"{consignment.incoterm.value}, export declarations {numbers}."
        )
        raise self._desk.work(consignment.orders, BOOK, words, Fault.CARRIER)

    async def find_document(self, waybill: WaybillNumber, document: CarrierDocument) -> Existing[str]:
        """Whether a person said that the papers were given; all of one hand-over count together."""
        orders = self._orders(waybill)
        if not orders:
            return CannotTell(f"No open consignment was booked by hand as {waybill}.")
        typed = self._desk.typed(orders, _paper_step(document), DoneByHand)
        return Done(document.value) if typed else NotDone()

    async def upload_document(self, waybill: WaybillNumber, document: CarrierDocument, pdf: bytes) -> None:
        """Always asks a person."""
        words = f"Give the carrier the {document.value.replace('_', ' ')} of waybill {waybill} by hand."
        raise self._asked(waybill, _paper_step(document), words)

    async def find_preadvice(self, waybill: WaybillNumber, request: BookingRequest) -> Existing[str]:
        typed = self._desk.typed(request.consignment.orders, PREADVICE, DoneByHand)
        return Done("manual") if typed else NotDone()

    async def send_preadvice(self, waybill: WaybillNumber, request: BookingRequest) -> None:
        """Always asks a person."""
        accreditation = request.consignment.accreditation
        words = (
            f"Tell the carrier the IVA accreditation of waybill {waybill}: {accreditation.regime.value}, "
            f"{accreditation.operator_name} {accreditation.operator_id}, shipment {request.consignment.ucr}."
        )
        raise self._desk.work(request.consignment.orders, PREADVICE, words, Fault.CARRIER)

    async def events(self, waybill: WaybillNumber) -> tuple[TransportEvent, ...]:
        """None: a hand sees no checkpoints; the aggregator's feed is the only one."""
        return ()

    def wrong_with(self, waybill: WaybillNumber) -> str:
        """Nothing: it may be any carrier's."""
        return ""

    def tracking_url(self, waybill: WaybillNumber) -> str:
        return f"https://t.17track.net/en#nums={waybill}"

    def _booked(self, orders: tuple[OrderId, ...]) -> BookedByHand | None:
        return self._desk.typed(orders, BOOK, BookedByHand)

    def _asked(self, waybill: WaybillNumber, step: str, words: str) -> Refused:
        return self._desk.work(self._orders(waybill), step, words, Fault.CARRIER)

    def _orders(self, waybill: WaybillNumber) -> tuple[OrderId, ...]:
        """Orders of the open consignment booked by hand under a waybill.

        Nothing but the typed booking ties a waybill to a consignment, so the open ones are gone through once for
        each waybill; wrong bookings of others are not our question here.
        """
        if waybill not in self._claims:
            for claim in self._consignments.unfinished():
                try:
                    typed = self._booked(claim.orders)
                except Refused:
                    continue
                if typed is not None:
                    self._claims[typed.waybill] = claim
        claim_ = self._claims.get(waybill)
        return claim_.orders if claim_ else ()


def _paper_step(document: CarrierDocument) -> str:
    return ANSWER if document is CarrierDocument.CUSTOMS_ANSWER else ATTACH

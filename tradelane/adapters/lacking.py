"""What an interface does not offer, a person does: for carriers without papers, pre-advice or a call that voids.

Each class is one capability, to be mixed into a carrier. The write is refused with reason `manual_work`, so that the
step holds with what to do; what the person types ends it, and the carrier is not asked.
"""

from __future__ import annotations

from tradelane.adapters.errors import Refused
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import WaybillNumber
from tradelane.domain.outside import Existing, NotDone
from tradelane.domain.transport import CarrierDocument
from tradelane.ports import BookingRequest


def work_for_a_person(party: str, words: str) -> Refused:
    """The refusal that puts work on a person's list; the step adds the command that reports it done."""
    return Refused(party, "manual_work", words, fault=Fault.CARRIER, reason="manual_work")


class NoVoid:
    """A carrier without a call that voids a booking: a cancelled parcel is kept back by a person."""

    party: str
    call_off: str
    voids = False

    async def find_void(self, waybill: WaybillNumber) -> Existing[str]:
        """Never: nothing of ours can have voided it."""
        return NotDone()

    async def void(self, waybill: WaybillNumber) -> None:
        """Always asks a person."""
        raise work_for_a_person(self.party, f"Call off waybill {waybill} by hand: {self.call_off}")


class NoPapers:
    """A carrier that takes no papers over its interface: a person gives them."""

    party: str

    async def find_document(self, waybill: WaybillNumber, document: CarrierDocument) -> Existing[str]:
        """Never: nothing of ours can have given it."""
        return NotDone()

    async def upload_document(self, waybill: WaybillNumber, document: CarrierDocument, pdf: bytes) -> None:
        """Always asks a person."""
        words = f"Give the carrier the {document.value.replace('_', ' ')} of waybill {waybill} by hand."
        raise work_for_a_person(self.party, words)


class NoPreadvice:
    """A carrier that takes no import pre-advice over its interface: a person tells it the IVA accreditation."""

    party: str

    async def find_preadvice(self, waybill: WaybillNumber, request: BookingRequest) -> Existing[str]:
        """Never: nothing of ours can have sent it."""
        return NotDone()

    async def send_preadvice(self, waybill: WaybillNumber, request: BookingRequest) -> None:
        """Always asks a person."""
        accreditation = request.consignment.accreditation
        words = (
            f"Tell the carrier the IVA accreditation of waybill {waybill}: {accreditation.regime.value}, "
            f"{accreditation.operator_name} {accreditation.operator_id}, shipment {request.consignment.ucr}."
        )
        raise work_for_a_person(self.party, words)

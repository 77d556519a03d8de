"""The carrier port over MyDHL API 3.1.1.

MyDHL has no idempotency keys and no call that voids a shipment. A booking is looked for under our UCR before one is
made. Papers and invoice data cannot be looked for by kind at all, so every attempt is written into our own books
first (`journal`): a paper of unknown outcome is searched by its bytes, invoice data of unknown outcome cannot be told.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta

import httpx

from tradelane.adapters.errors import Garbled, Refused, Unavailable
from tradelane.adapters.http import TOO_LATE
from tradelane.adapters.journal import Journal, Told, facts_of
from tradelane.adapters.lacking import NoVoid
from tradelane.adapters.mydhl import accounts, booking, invoice_data, mapper, wire
from tradelane.adapters.mydhl.client import PARTY, MydhlAccess, MydhlClient
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import Ucr, WaybillNumber
from tradelane.domain.outside import CannotTell, Done, Existing, NotDone
from tradelane.domain.trade_time import today_in_korea
from tradelane.domain.transport import Booking, CarrierDocument, TransportEvent, TransportStatus
from tradelane.ports import BookingRequest, Documents, Effects

UPLOADED_AS: dict[CarrierDocument, str] = {
    CarrierDocument.COMMERCIAL_INVOICE: "CIN",
    CarrierDocument.EXPORT_DECLARATION: "DCL",
    CarrierDocument.PACKING_LIST: "INV",
    CarrierDocument.CUSTOMS_ANSWER: "INV",
}
"""DHL has no kind for packing lists and answers: its default kind (invoice) takes them."""

FETCHED_AS: dict[str, str] = {"CIN": "commercial-invoice", "INV": "commercial-invoice", "DCL": "customs-entry"}

BOOKABLE_AHEAD = timedelta(days=11)
LONGEST_LEAD = timedelta(days=7)
"""DHL takes bookings up to ten days ahead, and a weekend may come on top."""
_TRACKING = "/shipments/{waybill}/tracking"


class MydhlCarrier(NoVoid):
    """Implements `tradelane.ports.Carrier`. `now` is trade time: it dates bookings and our own books."""

    name = "DHL Express"
    party = PARTY
    postal = False
    call_off = "MyDHL has no call that voids a shipment"

    def __init__(
        self,
        access: MydhlAccess,
        client: httpx.AsyncClient,
        *,
        effects: Effects,
        now: Callable[[], datetime],
        documents: Documents | None = None,
    ) -> None:
        self._access = access
        self._calls = MydhlClient(access, client)
        self._journal = Journal(effects, now)
        self._now = now
        self._documents = documents

    async def find_booking(self, request: BookingRequest) -> Existing[Booking]:
        """Look for a booking under our UCR: two of them are for a person.

        DHL finds it only under the account it was booked on: those of our earlier attempts come first, since the
        exporter may have another one by now.

        Raises:
            Unavailable: code `not_settled` while a booking of unknown outcome is too young for *not found* to count.
        """
        ucr = request.consignment.ucr
        waybills, account = await self._waybills_of(request)
        if len(waybills) > 1:
            return CannotTell(f"DHL holds {len(waybills)} shipments under {ucr}: {', '.join(waybills)}.")
        if waybills:
            waybill = self._waybill(waybills[0])
            await self._keep_shipment(waybill, {"account": account})
            return Done(Booking(carrier=self.name, waybill=waybill, reference=ucr))
        told, row = await self._journal.told(_booking_key(ucr))
        if told is Told.SENT and row is not None and (known := facts_of(row).get("waybill")):
            # DHL answered with a waybill; that its tracking does not know it yet takes nothing back
            pickup = facts_of(row).get("pickup") or None
            waybill = self._waybill(known)
            await self._keep_shipment(waybill, {"account": accounts.account_of(row, self._access)})
            return Done(Booking(carrier=self.name, waybill=waybill, reference=ucr, pickup_confirmation=pickup))
        if told is Told.OPEN and row and self._now() - row.intended_at < self._access.reference_settles:
            words = "A booking was sent and its answer lost; DHL may not show it yet."
            raise Unavailable(PARTY, "not_settled", words)
        return NotDone()

    async def book(self, request: BookingRequest) -> Booking:
        """Book transport and pickup together; the label goes to the document store where there is one.

        When DHL finds that the planned instant has passed on arrival, it is planned later and sent again at once.
        """
        lead = self._access.lead
        while True:
            try:
                return await self._booked(request, lead)
            except Unavailable as failure:
                if failure.code != TOO_LATE or lead >= LONGEST_LEAD:
                    raise
            lead = min(lead * 6 + timedelta(minutes=10), LONGEST_LEAD)

    async def _booked(self, request: BookingRequest, lead: timedelta) -> Booking:
        ucr = request.consignment.ucr
        account = accounts.shipper_account(request.consignment, self._access)
        body = booking.request_body(request, self._access, self._now(), lead)
        try:
            async with self._journal.attempt(_booking_key(ucr), accounts.step_of(account)) as facts:
                booked = (await self._calls.post("/shipments", body)).read(wire.Booked)
                waybill = self._waybill(booked.shipmentTrackingNumber)
                facts |= {"waybill": waybill, "pickup": booked.dispatchConfirmationNumber or ""}
        except Refused as refusal:
            if accounts.is_own(refusal, account, self._access):
                raise accounts.explained(refusal, request.consignment) from refusal
            raise
        planned = body["plannedShippingDateAndTime"][:10]
        await self._keep_shipment(waybill, {"planned": planned, "account": account})
        return Booking(
            carrier=self.name,
            waybill=waybill,
            reference=ucr,
            pickup_confirmation=booked.dispatchConfirmationNumber,
            label_sha256=await self._kept_label(ucr, request.consignment.version, booked),
        )

    async def find_document(self, waybill: WaybillNumber, document: CarrierDocument) -> Existing[str]:
        """Whether we gave DHL a paper of this kind; an attempt of unknown outcome is searched by its bytes.

        A paper that is not found counts as not given: the same paper twice does no harm. An answer to customs given
        before the latest question is no answer to it.
        """
        asked_at = await self._asked_at(waybill) if document is CarrierDocument.CUSTOMS_ANSWER else None
        told, row = await self._journal.told(_paper_key(waybill, document), asked_at)
        if told is Told.NEVER or row is None:
            return NotDone()
        if told is Told.SENT:
            return Done(document.value)
        digest = row.step.rpartition(":")[2]
        held = await self._stored(waybill, FETCHED_AS[UPLOADED_AS[document]])
        if held[digest] > await self._given(waybill, document, digest):
            await self._journal.settle(row)
            return Done(document.value)
        return NotDone("An upload was sent and its answer lost; DHL does not hold the paper of it.")

    async def _given(self, waybill: WaybillNumber, document: CarrierDocument, digest: str) -> int:
        """How often these bytes are known to have been given: as any kind that is fetched alike, at whichever time."""
        alike = FETCHED_AS[UPLOADED_AS[document]]
        kinds = [one for one in CarrierDocument if FETCHED_AS[UPLOADED_AS[one]] == alike]
        rows = [row for kind in kinds for row in await self._journal.tries(_paper_key(waybill, kind))]
        return sum(row.step.endswith(f":{digest}") and facts_of(row).get("outcome") == Told.SENT for row in rows)

    async def upload_document(self, waybill: WaybillNumber, document: CarrierDocument, pdf: bytes) -> None:
        """Give a paper to a shipment booked with paperless trade. DHL asks for ten minutes between uploads."""
        body = {
            "originalPlannedShippingDate": await self._planned(waybill),
            "accounts": booking.account_rows(await self._account(waybill), self._access),
            "productCode": self._access.product_code,
            "documentImages": [
                {
                    "typeCode": UPLOADED_AS[document],
                    "imageFormat": "PDF",
                    "content": base64.b64encode(pdf).decode(),
                }
            ],
        }
        step = f"upload:{hashlib.sha256(pdf).hexdigest()}"
        async with self._journal.attempt(_paper_key(waybill, document), step):
            await self._calls.patch("/shipments/{waybill}/upload-image", {"waybill": waybill}, body)

    async def find_preadvice(self, waybill: WaybillNumber, request: BookingRequest) -> Existing[str]:
        """Whether the accreditation lies with the shipment: `invoice_data`, or `booking` without that service.

        MyDHL offers no look-up for invoice data: an attempt whose answer was lost cannot be told.
        """
        if not self._access.invoice_data:
            return Done("booking")
        told, _ = await self._journal.told(_preadvice_key(waybill))
        if told is Told.SENT:
            return Done("invoice_data")
        if told is Told.NEVER:
            return NotDone()
        return CannotTell("Invoice data were sent and the answer lost; DHL offers no way to look.")

    async def send_preadvice(self, waybill: WaybillNumber, request: BookingRequest) -> None:
        """Send the invoice data with the IVA accreditation (needs service PM)."""
        if not self._access.invoice_data:
            words = "Invoice data are not enabled for this account; the accreditation is in the booking."
            raise Refused(PARTY, "not_enabled", words, fault=Fault.OURS)
        account = await self._account(waybill)
        body = invoice_data.request_body(request, self._access, await self._planned(waybill), account)
        path = "/shipments/{waybill}/upload-invoice-data"
        async with self._journal.attempt(_preadvice_key(waybill), "send_preadvice"):
            await self._calls.patch(path, {"waybill": waybill}, body)

    async def events(self, waybill: WaybillNumber) -> tuple[TransportEvent, ...]:
        """Checkpoints, oldest first; none while DHL knows none (a shipment just booked may answer 404)."""
        shipment = await self._tracked(waybill, "all-checkpoints-with-remarks")
        return mapper.events(shipment) if shipment else ()

    def tracking_url(self, waybill: WaybillNumber) -> str:
        return self._access.tracking_page.format(waybill=waybill)

    def wrong_with(self, waybill: WaybillNumber) -> str:
        """Ten digits, the last is the first nine modulo 7 (the rule of IATA air waybills)."""
        if len(waybill) != 10 or not waybill.isdigit():
            return f"{waybill} is no DHL waybill: it has ten digits."
        if int(waybill[:9]) % 7 != int(waybill[9]):
            return f"{waybill} is no DHL waybill: its last digit is not the first nine modulo 7."
        return ""

    async def _waybills_of(self, request: BookingRequest) -> tuple[list[str], str]:
        """Waybills DHL holds under our UCR, each once, and the account they are on."""
        tries = await self._journal.tries(_booking_key(request.consignment.ucr))
        used = accounts.accounts_used(tries, self._access)
        for account in used:
            if found := await self._waybills_on(account, request):
                return found, account
        present = accounts.shipper_account(request.consignment, self._access)
        return ([] if present in used else await self._waybills_on(present, request)), present

    async def _waybills_on(self, account: str, request: BookingRequest) -> list[str]:
        consignment = request.consignment
        query = {
            "shipmentReference": str(consignment.ucr),
            "shipmentReferenceType": "CU",
            "shipperAccountNumber": account,
            "dateRangeFrom": today_in_korea(consignment.purchased_at - timedelta(days=1)).isoformat(),
            "dateRangeTo": today_in_korea(self._now() + BOOKABLE_AHEAD).isoformat(),
            "trackingView": "shipment-details-only",
            "levelOfDetail": "shipment",
        }
        try:
            answer = await self._calls.get("/tracking", {}, query)
        except Refused as refusal:
            if accounts.is_own(refusal, account, self._access):
                raise accounts.explained(refusal, consignment) from refusal
            raise
        shipments = answer.read(wire.Tracked).shipments if answer else ()
        numbers = (shipment.shipmentTrackingNumber for shipment in shipments)
        return list(dict.fromkeys(number for number in numbers if number))

    async def _tracked(self, waybill: WaybillNumber, view: str) -> wire.Shipment | None:
        query = {"trackingView": view, "levelOfDetail": "shipment", "requestGMTOffsetPerEvent": "true"}
        answer = await self._calls.get(_TRACKING, {"waybill": waybill}, query)
        shipments = answer.read(wire.Tracked).shipments if answer else ()
        return next((s for s in shipments if s.shipmentTrackingNumber in (None, waybill)), None)

    async def _asked_at(self, waybill: WaybillNumber) -> datetime | None:
        """When customs asked last."""
        asked = [e for e in await self.events(waybill) if e.status is TransportStatus.CUSTOMS_INFORMATION]
        return asked[-1].occurred_at if asked else None

    async def _shipment(self, waybill: WaybillNumber, view: str) -> wire.Shipment:
        shipment = await self._tracked(waybill, view)
        if shipment is None:
            raise Unavailable(PARTY, "not_settled", "DHL does not show the shipment yet.")
        return shipment

    async def _planned(self, waybill: WaybillNumber) -> str:
        """Planned day of a booking: as we sent it, else as DHL tells it (a booking whose answer was lost)."""
        known = (await self._journal.noted(_shipment_key(waybill))).get("planned")
        return known or _planned_day(await self._shipment(waybill, "shipment-details-only")).isoformat()

    async def _account(self, waybill: WaybillNumber) -> str:
        """The account of a booking: as we sent or found it, else the installation's (one that a person typed)."""
        return (await self._journal.noted(_shipment_key(waybill))).get("account") or self._access.account

    async def _keep_shipment(self, waybill: WaybillNumber, facts: dict[str, str]) -> None:
        """Write down what later calls about a shipment must repeat; what is known already stays."""
        known = await self._journal.noted(_shipment_key(waybill))
        if not facts.items() <= known.items():
            await self._journal.note(_shipment_key(waybill), "booked", known | facts)

    async def _stored(self, waybill: WaybillNumber, kind: str) -> Counter[str]:
        """Hashes of the papers of one kind that DHL keeps with a shipment, and how many papers have each."""
        shipment = await self._shipment(waybill, "all-checkpoints")
        pickups = [event.occurred_at for event in mapper.events(shipment) if event.code == "PU"]
        days = [_planned_day(shipment), *(today_in_korea(instant) for instant in pickups)]
        found: Counter[str] = Counter()
        for month in dict.fromkeys(f"{day:%Y-%m}" for day in days):
            query = {
                "shipperAccountNumber": await self._account(waybill),
                "typeCode": kind,
                "pickupYearAndMonth": month,
                "encodingFormat": "pdf",
            }
            answer = await self._calls.get("/shipments/{waybill}/get-image", {"waybill": waybill}, query)
            images = answer.read(wire.Stored).documents if answer else ()
            found |= Counter(hashlib.sha256(_content(image)).hexdigest() for image in images)  # the months overlap
        return found

    def _waybill(self, number: str) -> WaybillNumber:
        words = "DHL named a number that is no waybill."
        try:
            waybill = WaybillNumber(number)
        except ValueError as wrong:
            raise Garbled(PARTY, "no_waybill", words) from wrong
        if self.wrong_with(waybill):
            raise Garbled(PARTY, "no_waybill", words)
        return waybill

    async def _kept_label(self, ucr: Ucr, version: int, booked: wire.Booked) -> str | None:
        label = next((image for image in booked.documents if image.typeCode == "label"), None)
        if label is None or self._documents is None:
            return None
        content = _content(label)
        if not content:
            return None
        put = self._documents.put
        stored = await asyncio.to_thread(put, ucr, "transport_label", version, content, "application/pdf")
        return stored.sha256


def _booking_key(ucr: Ucr) -> str:
    return f"mydhl:booking:{ucr}"


def _shipment_key(waybill: WaybillNumber) -> str:
    return f"mydhl:shipment:{waybill}"


def _paper_key(waybill: WaybillNumber, document: CarrierDocument) -> str:
    return f"mydhl:paper:{waybill}:{document.value}"


def _preadvice_key(waybill: WaybillNumber) -> str:
    return f"mydhl:preadvice:{waybill}"


def _planned_day(shipment: wire.Shipment) -> date:
    day = mapper.planned_day(shipment)
    if day is None:
        raise Garbled(PARTY, "no_planned_day", "DHL does not say when the shipment was planned.")
    return day


def _content(image: wire.Image) -> bytes:
    """The paper itself; what is no base64 is no paper."""
    try:
        return base64.b64decode(image.content, validate=True)
    except (binascii.Error, ValueError):
        return b""

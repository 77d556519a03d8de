"""MyDHL: bookings, papers and pre-advice are never doubled; what cannot be told is said so."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from tests.adapters import parcels
from tests.adapters.books import MemoryDocuments, MemoryEffects
from tests.adapters.counterparty import Counterparty
from tradelane.adapters.errors import Garbled, OutsideFailure, Refused, Unavailable
from tradelane.adapters.mydhl import MydhlAccess, MydhlCarrier
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import WaybillNumber
from tradelane.domain.outside import CannotTell, Done, NotDone
from tradelane.domain.transport import Booking, CarrierDocument, TransportStatus

WAYBILL = WaybillNumber("1234567891")
ACCESS = MydhlAccess(
    base_url="https://d.example/mydhlapi", username="site", password=SecretStr("pw"), account="960000001"
)
INVOICE = CarrierDocument.COMMERCIAL_INVOICE
PDF = b"%PDF-1.7 invented"


class Desk:
    """A carrier with its counterparty, its books and a clock that tests move."""

    def __init__(self, access: MydhlAccess = ACCESS) -> None:
        self.party = Counterparty()
        self.effects = MemoryEffects()
        self.documents = MemoryDocuments()
        self.now = parcels.NOW
        self.carrier = MydhlCarrier(
            access, self.party.client(), effects=self.effects, now=lambda: self.now, documents=self.documents
        )


@pytest.fixture
def desk() -> Desk:
    return Desk()


def error(detail: str, status: int = 400, **more: Any) -> dict[str, Any]:
    return {"instance": "/x", "title": "t", "message": "Bad request", "status": str(status), "detail": detail, **more}


BOOKED = {
    "shipmentTrackingNumber": "1234567891",
    "trackingUrl": "https://d.example/t",
    "dispatchConfirmationNumber": "PRG999126012345",
    "packages": [{"referenceNumber": 1, "trackingNumber": "JD01"}],
    "documents": [
        {"imageFormat": "PDF", "typeCode": "waybillDoc", "content": base64.b64encode(b"doc").decode()},
        {"imageFormat": "PDF", "typeCode": "label", "content": base64.b64encode(b"the label").decode()},
    ],
    "warnings": ["a new thing"],
}
NOT_FOUND = error("No Shipments Found for ReferenceID | X", 404)


def tracked(*numbers: str, events: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {
        "shipments": [
            {
                "shipmentTrackingNumber": number,
                "status": "Success",
                "shipmentTimestamp": "2026-11-24T15:30:00",
                "events": events or [],
            }
            for number in numbers
        ]
    }


# --- booking -------------------------------------------------------------------------------------------------------


async def test_a_booking_is_sent_with_the_headers_dhl_requires(desk: Desk) -> None:
    desk.party.answers(BOOKED, status=201)
    booking = await desk.carrier.book(parcels.booking_request())
    request = desk.party.requests[0]
    assert (request.method, request.url.path) == ("POST", "/mydhlapi/shipments")
    assert request.headers["x-version"] == "3.1.0"
    assert 1 <= len(request.headers["Message-Reference"]) <= 36
    assert request.headers["Authorization"] == "Basic " + base64.b64encode(b"site:pw").decode()
    assert booking == Booking(
        carrier="DHL Express",
        waybill=WAYBILL,
        reference=parcels.UCR,
        pickup_confirmation="PRG999126012345",
        label_sha256="sha-1",
    )
    assert desk.documents.kept == [("transport_label", b"the label")]


async def test_a_booking_without_pickup_number_or_label_is_a_booking(desk: Desk) -> None:
    desk.party.answers({"shipmentTrackingNumber": 1234567891}, status=201)
    booking = await desk.carrier.book(parcels.booking_request())
    assert (booking.waybill, booking.pickup_confirmation, booking.label_sha256) == (WAYBILL, None, None)


async def test_a_booking_is_looked_for_under_our_reference(desk: Desk) -> None:
    desk.party.answers(tracked(WAYBILL))
    found = await desk.carrier.find_booking(parcels.booking_request())
    assert found == Done(Booking(carrier="DHL Express", waybill=WAYBILL, reference=parcels.UCR))
    assert desk.party.paths == ["/mydhlapi/tracking"]
    assert desk.party.query() == {
        "shipmentReference": "6KRMLC45848383497",
        "shipmentReferenceType": "CU",
        "shipperAccountNumber": "960000001",
        "dateRangeFrom": "2026-11-20",
        "dateRangeTo": "2026-12-05",
        "trackingView": "shipment-details-only",
        "levelOfDetail": "shipment",
    }


async def test_no_shipment_under_our_reference_is_not_done(desk: Desk) -> None:
    desk.party.answers(NOT_FOUND, status=404)
    assert await desk.carrier.find_booking(parcels.booking_request()) == NotDone()


async def test_two_shipments_under_one_reference_are_for_a_person(desk: Desk) -> None:
    desk.party.answers(tracked(WAYBILL, "2000000005"))
    found = await desk.carrier.find_booking(parcels.booking_request())
    assert isinstance(found, CannotTell) and "2000000005" in found.why


async def test_a_lost_answer_is_not_believed_to_be_nothing_until_dhl_had_time_to_show_it(desk: Desk) -> None:
    desk.party.fails(httpx.ReadTimeout("slow"))
    with pytest.raises(Unavailable):
        await desk.carrier.book(parcels.booking_request())
    desk.party.answers(NOT_FOUND, status=404)
    with pytest.raises(Unavailable) as failure:
        await desk.carrier.find_booking(parcels.booking_request())
    assert failure.value.code == "not_settled"
    desk.now += timedelta(minutes=11)
    desk.party.answers(NOT_FOUND, status=404)
    assert await desk.carrier.find_booking(parcels.booking_request()) == NotDone()


async def test_a_lost_answer_whose_booking_shows_is_done(desk: Desk) -> None:
    desk.party.fails(httpx.ReadTimeout("slow")).answers(tracked(WAYBILL))
    with pytest.raises(Unavailable):
        await desk.carrier.book(parcels.booking_request())
    assert isinstance(await desk.carrier.find_booking(parcels.booking_request()), Done)


@pytest.mark.parametrize(
    "failing", [{"status": 429}, {"status": 400, "content": error("7008: not available")}, {"connect": True}]
)
async def test_a_booking_that_certainly_failed_may_be_tried_again_at_once(desk: Desk, failing: dict[str, Any]) -> None:
    if failing.pop("connect", False):
        desk.party.fails(httpx.ConnectError("no"))
    else:
        desk.party.answers(failing.get("content", {}), status=failing["status"])
    with pytest.raises(OutsideFailure):
        await desk.carrier.book(parcels.booking_request())
    desk.party.answers(NOT_FOUND, status=404)
    assert await desk.carrier.find_booking(parcels.booking_request()) == NotDone()


async def test_a_booking_dhl_answered_is_known_although_its_tracking_does_not_show_it_yet(desk: Desk) -> None:
    desk.party.answers(BOOKED, status=201).answers(NOT_FOUND, status=404)
    await desk.carrier.book(parcels.booking_request())
    found = await desk.carrier.find_booking(parcels.booking_request())
    assert isinstance(found, Done)
    assert (found.content.waybill, found.content.pickup_confirmation) == (WAYBILL, "PRG999126012345")


PAST = error("999: The planned shipping date is in the past")


async def test_an_instant_that_passed_on_the_way_is_planned_later_and_sent_again(desk: Desk) -> None:
    desk.party.answers(PAST, status=400).answers(PAST, status=400).answers(BOOKED, status=201)
    assert (await desk.carrier.book(parcels.booking_request())).waybill == WAYBILL
    planned = [desk.party.body(n)["plannedShippingDateAndTime"] for n in range(3)]
    assert planned == [
        "2026-11-24T15:30:00 GMT+09:00",
        "2026-11-25T09:00:00 GMT+09:00",
        "2026-11-27T11:10:00 GMT+09:00",
    ]
    attempts = [row for key, row in desk.effects.rows.items() if key.startswith("mydhl:booking:")]
    assert [row.state for row in attempts] == ["done"] * 3


async def test_an_instant_is_never_planned_beyond_what_dhl_takes(desk: Desk) -> None:
    for _ in range(4):
        desk.party.answers(PAST, status=400)
    with pytest.raises(Unavailable):
        await desk.carrier.book(parcels.booking_request())
    assert desk.party.body()["plannedShippingDateAndTime"] == "2026-12-01T10:00:00 GMT+09:00"


@pytest.mark.parametrize("content", [{}, {"shipmentTrackingNumber": "1234567890"}, "text", []])
async def test_an_answer_without_a_valid_waybill_is_garbled_and_stays_open(desk: Desk, content: object) -> None:
    desk.party.answers(content, status=201)
    with pytest.raises(Garbled):
        await desk.carrier.book(parcels.booking_request())
    assert [row.state for row in desk.effects.rows.values()] == ["intended"]


async def test_data_that_do_not_fit_are_refused_before_anything_is_sent_or_written_down(desk: Desk) -> None:
    endless = parcels.consignee(name="x" * 101)
    with pytest.raises(Refused) as failure:
        await desk.carrier.book(parcels.booking_request(parcels.consignment(consignee=endless)))
    assert failure.value.fault is Fault.BUYER_DATA
    assert desk.party.requests == [] and desk.effects.rows == {}


@pytest.mark.parametrize(
    ("status", "content", "code", "fault"),
    [
        (400, error("998: ShipTimeStamp is not well formatted"), "998", Fault.CARRIER),
        (400, error("Several", additionalDetails=["8003: account", "7008: lane"]), "400", Fault.CARRIER),
        (422, error("#/content: extraneous key [x] is not permitted", 422), "422", Fault.OURS),
        (
            422,
            error("#/content/exportDeclaration/lineItems/0: required key [weight] not found", 422),
            "422",
            Fault.SELLER_DATA,
        ),
        (
            422,
            error("#/customerDetails/receiverDetails/postalAddress/cityName: expected maxLength", 422),
            "422",
            Fault.BUYER_DATA,
        ),
        (401, error("", 401), "unauthorised", Fault.OURS),
        (400, "no json at all", "400", Fault.CARRIER),
    ],
)
async def test_a_refusal_keeps_the_code_and_says_whose_data(
    desk: Desk, status: int, content: Any, code: str, fault: Fault
) -> None:
    desk.party.answers(content, status=status)
    with pytest.raises(Refused) as failure:
        await desk.carrier.book(parcels.booking_request())
    assert (failure.value.code, failure.value.fault) == (code, fault)
    if isinstance(content, dict):
        assert all(part in failure.value.words for part in content.get("additionalDetails", []))


async def test_a_process_failure_is_unavailable(desk: Desk) -> None:
    desk.party.answers(error("999: Process failure occurred.", 500), status=500)
    with pytest.raises(Unavailable):
        await desk.carrier.book(parcels.booking_request())


# --- papers --------------------------------------------------------------------------------------------------------


async def test_a_paper_goes_under_the_day_we_planned_without_asking_dhl(desk: Desk) -> None:
    desk.party.answers(BOOKED, status=201).answers(text="").answers(text="")
    await desk.carrier.book(parcels.booking_request())
    await desk.carrier.upload_document(WAYBILL, INVOICE, PDF)
    assert desk.party.body()["originalPlannedShippingDate"] == "2026-11-24"
    await desk.carrier.send_preadvice(WAYBILL, parcels.booking_request())
    assert desk.party.body()["plannedShipDate"] == "2026-11-24"
    assert [request.method for request in desk.party.requests] == ["POST", "PATCH", "PATCH"]


async def test_a_paper_of_a_booking_whose_answer_was_lost_goes_under_the_day_dhl_tells(desk: Desk) -> None:
    desk.party.answers(tracked(WAYBILL)).answers(text="")
    await desk.carrier.upload_document(WAYBILL, INVOICE, PDF)
    assert desk.party.requests[1].method == "PATCH"
    assert desk.party.paths[1] == "/mydhlapi/shipments/1234567891/upload-image"
    assert desk.party.body() == {
        "originalPlannedShippingDate": "2026-11-24",
        "accounts": [{"typeCode": "shipper", "number": "960000001"}],
        "productCode": "P",
        "documentImages": [{"typeCode": "CIN", "imageFormat": "PDF", "content": base64.b64encode(PDF).decode()}],
    }
    assert await desk.carrier.find_document(WAYBILL, INVOICE) == Done("commercial_invoice")
    assert isinstance(await desk.carrier.find_document(WAYBILL, CarrierDocument.PACKING_LIST), NotDone)


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (CarrierDocument.EXPORT_DECLARATION, "DCL"),
        (CarrierDocument.PACKING_LIST, "INV"),
        (CarrierDocument.CUSTOMS_ANSWER, "INV"),
    ],
)
async def test_each_paper_has_a_kind_dhl_knows(desk: Desk, document: CarrierDocument, kind: str) -> None:
    desk.party.answers(tracked(WAYBILL)).answers(text="")
    await desk.carrier.upload_document(WAYBILL, document, PDF)
    assert desk.party.body()["documentImages"][0]["typeCode"] == kind


async def test_a_paper_never_given_needs_no_look_outside(desk: Desk) -> None:
    assert isinstance(await desk.carrier.find_document(WAYBILL, INVOICE), NotDone)
    assert desk.party.requests == []


async def lost_upload(desk: Desk) -> None:
    desk.party.answers(tracked(WAYBILL)).fails(httpx.ReadTimeout("slow"))
    with pytest.raises(Unavailable):
        await desk.carrier.upload_document(WAYBILL, INVOICE, PDF)


def stored(*papers: bytes) -> dict[str, Any]:
    return {
        "documents": [
            {
                "shipmentTrackingNumber": WAYBILL,
                "typeCode": "commercial-invoice",
                "encodingFormat": "PDF",
                "content": base64.b64encode(paper).decode(),
            }
            for paper in papers
        ]
    }


async def test_a_lost_upload_is_searched_by_its_bytes(desk: Desk) -> None:
    await lost_upload(desk)
    desk.party.answers(tracked(WAYBILL)).answers(stored(b"the invoice DHL drew itself", PDF))
    assert await desk.carrier.find_document(WAYBILL, INVOICE) == Done("commercial_invoice")
    assert desk.party.paths[-1] == "/mydhlapi/shipments/1234567891/get-image"
    assert desk.party.query() == {
        "shipperAccountNumber": "960000001",
        "typeCode": "commercial-invoice",
        "pickupYearAndMonth": "2026-11",
        "encodingFormat": "pdf",
    }
    asked = len(desk.party.requests)
    assert await desk.carrier.find_document(WAYBILL, INVOICE) == Done("commercial_invoice")
    assert len(desk.party.requests) == asked, "once found it is written down"


@pytest.mark.parametrize("answer", [stored(b"the invoice DHL drew itself"), {"documents": [{"content": "???"}]}, {}])
async def test_the_invoice_dhl_drew_is_not_taken_for_ours(desk: Desk, answer: dict[str, Any]) -> None:
    await lost_upload(desk)
    desk.party.answers(tracked(WAYBILL)).answers(answer)
    assert isinstance(await desk.carrier.find_document(WAYBILL, INVOICE), NotDone)


async def test_papers_are_searched_in_the_month_of_the_pickup_too(desk: Desk) -> None:
    await lost_upload(desk)
    pickup = {"date": "2026-12-01", "time": "09:00:00", "GMTOffset": "+09:00", "typeCode": "PU"}
    desk.party.answers(tracked(WAYBILL, events=[pickup]))
    desk.party.answers(error("1504: none", 404), status=404).answers(stored(PDF))
    assert isinstance(await desk.carrier.find_document(WAYBILL, INVOICE), Done)
    assert [desk.party.query(n)["pickupYearAndMonth"] for n in (-2, -1)] == ["2026-11", "2026-12"]


async def test_a_shipment_not_shown_yet_makes_a_paper_wait(desk: Desk) -> None:
    desk.party.answers(NOT_FOUND, status=404)
    with pytest.raises(Unavailable):
        await desk.carrier.upload_document(WAYBILL, INVOICE, PDF)


async def test_a_shipment_without_planned_day_is_garbled(desk: Desk) -> None:
    desk.party.answers({"shipments": [{"shipmentTrackingNumber": WAYBILL}]})
    with pytest.raises(Garbled):
        await desk.carrier.upload_document(WAYBILL, INVOICE, PDF)


async def test_an_earlier_answer_to_customs_does_not_answer_a_later_question(desk: Desk) -> None:
    answer = CarrierDocument.CUSTOMS_ANSWER
    first = {"date": "2026-11-24", "time": "08:00:00", "GMTOffset": "+09:00", "typeCode": "UD"}
    later = {"date": "2026-11-26", "time": "08:00:00", "GMTOffset": "-03:00", "typeCode": "UD"}
    desk.party.answers(tracked(WAYBILL)).answers(text="")
    await desk.carrier.upload_document(WAYBILL, answer, PDF)
    desk.party.answers(tracked(WAYBILL, events=[first])).answers(tracked(WAYBILL, events=[first, later]))
    assert await desk.carrier.find_document(WAYBILL, answer) == Done("customs_answer")
    assert isinstance(await desk.carrier.find_document(WAYBILL, answer), NotDone)


# --- pre-advice ----------------------------------------------------------------------------------------------------


async def test_the_preadvice_is_sent_once_and_known_from_our_books(desk: Desk) -> None:
    request = parcels.booking_request()
    assert isinstance(await desk.carrier.find_preadvice(WAYBILL, request), NotDone)
    desk.party.answers(tracked(WAYBILL)).answers(text="")
    await desk.carrier.send_preadvice(WAYBILL, request)
    assert desk.party.requests[1].method == "PATCH"
    assert desk.party.paths[1] == "/mydhlapi/shipments/1234567891/upload-invoice-data"
    assert desk.party.body()["plannedShipDate"] == "2026-11-24"
    assert await desk.carrier.find_preadvice(WAYBILL, request) == Done("invoice_data")


async def test_a_preadvice_whose_answer_was_lost_cannot_be_told(desk: Desk) -> None:
    desk.party.answers(tracked(WAYBILL)).fails(httpx.ReadTimeout("slow"))
    with pytest.raises(Unavailable):
        await desk.carrier.send_preadvice(WAYBILL, parcels.booking_request())
    assert isinstance(await desk.carrier.find_preadvice(WAYBILL, parcels.booking_request()), CannotTell)


@pytest.mark.parametrize("status", [429, 400, 422])
async def test_a_preadvice_that_certainly_failed_may_be_sent_again(desk: Desk, status: int) -> None:
    desk.party.answers(tracked(WAYBILL)).answers(error("7096: invalid"), status=status)
    with pytest.raises(OutsideFailure):
        await desk.carrier.send_preadvice(WAYBILL, parcels.booking_request())
    assert isinstance(await desk.carrier.find_preadvice(WAYBILL, parcels.booking_request()), NotDone)
    desk.party.answers(tracked(WAYBILL)).answers(text="")
    await desk.carrier.send_preadvice(WAYBILL, parcels.booking_request())
    assert isinstance(await desk.carrier.find_preadvice(WAYBILL, parcels.booking_request()), Done)


async def test_without_that_service_the_preadvice_is_in_the_booking() -> None:
    desk = Desk(ACCESS.model_copy(update={"invoice_data": False}))
    assert await desk.carrier.find_preadvice(WAYBILL, parcels.booking_request()) == Done("booking")
    with pytest.raises(Refused):
        await desk.carrier.send_preadvice(WAYBILL, parcels.booking_request())


# --- events --------------------------------------------------------------------------------------------------------


async def test_events_are_asked_with_their_offsets_and_come_oldest_first(desk: Desk) -> None:
    told = [
        {
            "date": "2026-11-30",
            "time": "11:59:23",
            "GMTOffset": "-03:00",
            "typeCode": "OK",
            "description": "Delivered",
            "serviceArea": [{"code": "SCL", "description": "SANTIAGO-CL"}],
            "signedBy": "somebody",
        },
        {
            "date": "2026-11-25",
            "time": "13:56:21",
            "GMTOffset": "+09:00",
            "typeCode": "PU",
            "description": "Shipment picked up",
            "serviceArea": [{"code": "SEL", "description": "SEOUL-KR"}],
        },
    ]
    desk.party.answers(tracked(WAYBILL, events=told))
    picked, delivered = await desk.carrier.events(WAYBILL)
    assert desk.party.paths == ["/mydhlapi/shipments/1234567891/tracking"]
    assert desk.party.query()["requestGMTOffsetPerEvent"] == "true"
    assert (picked.status, delivered.status) == (TransportStatus.PICKED_UP, TransportStatus.DELIVERED)
    assert picked.occurred_at == datetime(2026, 11, 25, 4, 56, 21, tzinfo=UTC)
    assert delivered.occurred_at == datetime(2026, 11, 30, 14, 59, 23, tzinfo=UTC)
    assert (picked.code, picked.words, picked.location) == ("PU", "Shipment picked up", "SEOUL-KR")
    assert "somebody" not in delivered.words


@pytest.mark.parametrize("answer", [(NOT_FOUND, 404), ({"shipments": []}, 200), (tracked(WAYBILL), 200)])
async def test_a_shipment_just_booked_has_no_events(desk: Desk, answer: tuple[Any, int]) -> None:
    desk.party.answers(answer[0], status=answer[1])
    assert await desk.carrier.events(WAYBILL) == ()


def test_the_tracking_page_names_the_waybill(desk: Desk) -> None:
    assert "1234567891" in desk.carrier.tracking_url(WAYBILL)
    assert desk.carrier.tracking_url(WAYBILL).startswith("https://")

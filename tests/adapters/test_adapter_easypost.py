"""EasyPost: an offer is bought once, by the id that our books kept; what cannot be told is said so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from tests.adapters import parcels
from tests.adapters.books import MemoryDocuments, MemoryEffects
from tests.adapters.contract import OBJECT, Field, faults, free, like, needed, number, one_of, rows, text
from tests.adapters.counterparty import Counterparty
from tradelane.adapters.easypost import mapper, wire
from tradelane.adapters.easypost.adapter import EasypostCarrier
from tradelane.adapters.easypost.booking import ounces
from tradelane.adapters.easypost.client import EasypostAccess
from tradelane.adapters.errors import Garbled, OutsideFailure, Refused, Unavailable
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import WaybillNumber
from tradelane.domain.outside import CannotTell, Done, NotDone
from tradelane.domain.papers import Incoterm
from tradelane.domain.transport import TransportStatus
from tradelane.ports import BookingRequest

WAYBILL = WaybillNumber("7730114001")
UCR = str(parcels.UCR)
ACCESS = EasypostAccess(
    base_url="https://e.example/v2", api_key=SecretStr("key"), carrier_account="ca_1", service="Worldwide"
)
NOTHING = {"error": {"code": "NOT_FOUND", "message": "nothing", "errors": []}}
DEAR, CHEAP = ({"id": name, "service": "Worldwide", "rate": rate} for name, rate in (("r1", "40.00"), ("r2", "9.90")))
COUNTRY, ADDRESS_LINE = like("[A-Z]{2}"), text(200)
ABOVE_ZERO = number(9, 3, least="0.001", texts=False)
TENTHS = number(6, 1, least="0.1", texts=False)

PARTS = [f"shipment{part}" for part in ("", ".to_address", ".from_address", ".parcel", ".customs_info", ".options")]
TABLE: list[Field] = [
    *(needed(part, OBJECT) for part in PARTS),
    needed("shipment.reference", text(35)),
    *(
        field
        for party in ("to_address", "from_address")
        for field in (
            needed(f"shipment.{party}.name", ADDRESS_LINE),
            free(f"shipment.{party}.company", ADDRESS_LINE),
            needed(f"shipment.{party}.street1", ADDRESS_LINE),
            free(f"shipment.{party}.street2", ADDRESS_LINE),
            needed(f"shipment.{party}.city", ADDRESS_LINE),
            free(f"shipment.{party}.state", ADDRESS_LINE),
            free(f"shipment.{party}.zip", ADDRESS_LINE),
            needed(f"shipment.{party}.country", COUNTRY),
            free(f"shipment.{party}.phone", ADDRESS_LINE),
            free(f"shipment.{party}.email", like(r"\S+@\S+")),
            free(f"shipment.{party}.federal_tax_id", ADDRESS_LINE),
        )
    ),
    *(needed(f"shipment.parcel.{name}", TENTHS) for name in ("weight", "length", "width", "height")),
    needed("shipment.customs_info.contents_type", one_of("merchandise")),
    needed("shipment.customs_info.customs_certify", one_of(True)),
    needed("shipment.customs_info.customs_signer", ADDRESS_LINE),
    needed("shipment.customs_info.non_delivery_option", one_of("return", "abandon")),
    needed("shipment.customs_info.restriction_type", one_of("none")),
    free("shipment.customs_info.declaration", text(255)),
    needed("shipment.customs_info.customs_items", rows(100)),
    needed("shipment.customs_info.customs_items[].description", text(255)),
    needed("shipment.customs_info.customs_items[].quantity", number(6, least="1", texts=False)),
    needed("shipment.customs_info.customs_items[].value", ABOVE_ZERO),
    needed("shipment.customs_info.customs_items[].currency", like("[A-Z]{3}")),
    needed("shipment.customs_info.customs_items[].weight", ABOVE_ZERO),
    needed("shipment.customs_info.customs_items[].hs_tariff_number", like(r"\d{6}(\d{4})?")),
    needed("shipment.customs_info.customs_items[].code", text(60)),
    needed("shipment.customs_info.customs_items[].origin_country", COUNTRY),
    needed("shipment.carrier_accounts", rows(60)),
    needed("shipment.options.label_format", one_of("PDF")),
    needed("shipment.options.label_date", like(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")),
    needed("shipment.options.currency", like("[A-Z]{3}")),
    needed("shipment.options.incoterm", one_of("EXW", "FCA", "CPT", "CIP", "DAT", "DAP", "DDP")),
    needed("shipment.options.invoice_number", text(35)),
    needed("shipment.options.print_custom_1", text(35)),
]


class Desk:
    """A carrier with its counterparty, its books and a clock that tests move."""

    def __init__(self) -> None:
        self.party = Counterparty()
        self.effects = MemoryEffects()
        self.documents = MemoryDocuments()
        self.now = parcels.NOW
        self.carrier = EasypostCarrier(
            ACCESS, self.party.client(), effects=self.effects, documents=self.documents, now=lambda: self.now
        )

    async def body(self, request: BookingRequest) -> Any:
        """What is sent to have a parcel offered."""
        self.party.answers(NOTHING, status=404).answers(offer("shp_1", rates=[]))
        with pytest.raises(Refused):
            await self.carrier.book(request)
        return self.party.body()

    async def tried(self) -> None:
        """A purchase of offer shp_1 whose answer never came."""
        self.party.answers(NOTHING, status=404).answers(offer("shp_1"))
        self.party.fails(httpx.ReadTimeout("nothing came"))
        with pytest.raises(Unavailable):
            await self.carrier.book(parcels.booking_request())


@pytest.fixture
def desk() -> Desk:
    return Desk()


def offer(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "reference": UCR, "rates": [DEAR, CHEAP], "refund_status": None, "new": 1, **more}


def bought(name: str, **more: Any) -> dict[str, Any]:
    label = {"label_url": "https://files.example/a/b.pdf?v=1", "label_pdf_url": None}
    return offer(name, tracking_code=str(WAYBILL), postage_label=label, **more)


def trackers(*shipments: str, details: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    return {
        "trackers": [
            {"id": f"trk_{one}", "tracking_code": str(WAYBILL), "shipment_id": one, "tracking_details": list(details)}
            for one in shipments
        ]
    }


def error(code: str, *fields: str, message: str = "refused") -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "errors": [{"field": field} for field in fields] + ["text"]}}


def known(party: Counterparty) -> list[str]:
    return [f"{request.method} {request.url.path}" for request in party.requests]


# --- the body ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "asked"), [({"easypost": "ca_own"}, "ca_own"), ({"mydhl": "9600"}, "ca_1"), ({}, "ca_1")]
)
async def test_offers_are_asked_of_the_account_of_who_ships_else_of_the_installations(
    desk: Desk, own: dict[str, str], asked: str
) -> None:
    exporters = (parcels.exporter(carrier_accounts=own), parcels.SECOND)
    body = await desk.body(parcels.booking_request(parcels.consignment(exporters=exporters)))
    assert body["shipment"]["carrier_accounts"] == [asked]


async def test_the_body_is_as_the_page_says(desk: Desk) -> None:
    body = await desk.body(parcels.booking_request())
    assert faults(body, TABLE) == []
    shipment = body["shipment"]
    assert shipment["reference"] == UCR and shipment["carrier_accounts"] == ["ca_1"]
    assert shipment["parcel"] == {"weight": 12.2, "length": 8.1, "width": 6.0, "height": 0.4}
    assert shipment["options"]["label_date"] == "2026-11-24T06:30:00Z"
    assert shipment["customs_info"]["declaration"] == f"KR export declaration {parcels.NUMBER}"
    assert shipment["customs_info"]["customs_items"] == [
        {
            "description": "Moisturising face cream, 50 ml, retail jar",
            "quantity": 2,
            "value": 25.8,
            "currency": "USD",
            "weight": 5.644,
            "hs_tariff_number": "3304991000",
            "code": "HB-CREAM-50",
            "origin_country": "KR",
        }
    ]
    assert shipment["from_address"]["street2"] == "Yesi-gu"


async def test_what_the_marketplace_does_not_tell_is_left_out(desk: Desk) -> None:
    consignee = parcels.consignee(rut=None)
    body = await desk.body(parcels.booking_request(parcels.consignment(consignee=consignee), declaration_numbers=()))
    assert body["shipment"]["to_address"] == {
        "name": "Ñusta Pérez Inventada",
        "street1": "Avenida Ejemplo 1234",
        "street2": "Depto. 206",
        "city": "Ñuñoa",
        "state": "RM",
        "country": "CL",
    }
    assert "declaration" not in body["shipment"]["customs_info"]


async def test_amounts_are_sent_with_their_digits(desk: Desk) -> None:
    await desk.body(parcels.booking_request())
    assert b'"value":25.80,' in desk.party.requests[-1].content


def test_a_package_is_never_lighter_than_it_is() -> None:
    assert ounces(1, Decimal("0.1"), "ROUND_UP") == Decimal("0.1")
    assert ounces(2835, Decimal("0.1"), "ROUND_UP") == Decimal("100.1")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"packages": parcels.consignment().packages * 2}, Fault.CARRIER),
        ({"incoterm": Incoterm.DPU}, Fault.OURS),
        ({"items": (parcels.item(unit_price=parcels.usd("0")),)}, Fault.SELLER_DATA),
        ({"exporters": (parcels.exporter(phone=" "), parcels.SECOND)}, Fault.SELLER_DATA),
    ],
    ids=["two parcels", "terms", "no value", "no telephone"],
)
async def test_what_does_not_fit_is_refused_before_anything_is_sent(
    desk: Desk, changes: dict[str, Any], fault: Fault
) -> None:
    with pytest.raises(Refused) as caught:
        await desk.carrier.book(parcels.booking_request(parcels.consignment(**changes)))
    assert (caught.value.code, caught.value.fault, desk.party.requests) == ("does_not_fit", fault, [])


# --- buying --------------------------------------------------------------------------------------------------------


async def test_the_cheapest_offer_of_the_service_is_bought_and_its_label_fetched_without_the_key(desk: Desk) -> None:
    desk.party.answers(NOTHING, status=404).answers(offer("shp_1"), status=201).answers(bought("shp_1"))
    desk.party.answers(text="%PDF-1.4 invented")
    booking = await desk.carrier.book(parcels.booking_request())

    assert (booking.waybill, booking.reference, booking.label_sha256) == (WAYBILL, parcels.UCR, "sha-1")
    assert known(desk.party) == [
        f"GET /v2/shipments/{UCR}",
        "POST /v2/shipments",
        "POST /v2/shipments/shp_1/buy",
        "GET /a/b.pdf",
    ]
    assert desk.party.body(2) == {"rate": {"id": "r2"}}
    assert "Authorization" in desk.party.requests[2].headers
    assert "Authorization" not in desk.party.requests[3].headers


@pytest.mark.parametrize("label", ["a web page", None], ids=["no pdf", "not there"])
async def test_a_label_that_cannot_be_had_fails_no_booking(desk: Desk, label: str | None) -> None:
    desk.party.answers(NOTHING, status=404).answers(offer("shp_1")).answers(bought("shp_1"))
    desk.party.answers(text=label or "", status=200 if label else 403)
    assert (await desk.carrier.book(parcels.booking_request())).label_sha256 is None
    assert desk.documents.kept == []


async def test_a_label_at_an_unsafe_address_is_not_fetched(desk: Desk) -> None:
    sold = bought("shp_1") | {"postage_label": {"label_url": "http://files.example/b.pdf"}}
    desk.party.answers(NOTHING, status=404).answers(offer("shp_1")).answers(sold)
    assert (await desk.carrier.book(parcels.booking_request())).label_sha256 is None


async def test_no_offer_of_our_service_is_refused_with_those_there_are(desk: Desk) -> None:
    desk.party.answers(NOTHING, status=404).answers(offer("shp_1", rates=[{"id": "r", "service": "Easy", "rate": "1"}]))
    with pytest.raises(Refused) as caught:
        await desk.carrier.book(parcels.booking_request())
    assert caught.value.code == "no_rate" and "Easy" in caught.value.words


@pytest.mark.parametrize("number_", [None, "", "ABCDEFGH", "12 34"])
async def test_a_number_that_is_none_is_garbled(desk: Desk, number_: str | None) -> None:
    desk.party.answers(NOTHING, status=404).answers(offer("shp_1")).answers(
        bought("shp_1") | {"tracking_code": number_}
    )
    with pytest.raises(Garbled):
        await desk.carrier.book(parcels.booking_request())


# --- was it bought? ------------------------------------------------------------------------------------------------


async def test_a_purchase_without_answer_is_asked_for_by_the_offers_id(desk: Desk) -> None:
    await desk.tried()
    desk.party.answers(bought("shp_1")).answers(text="%PDF")
    found = await desk.carrier.find_booking(parcels.booking_request())
    assert isinstance(found, Done) and found.content.waybill == WAYBILL
    assert known(desk.party)[3] == "GET /v2/shipments/shp_1"


async def test_a_purchase_without_answer_may_come_yet_and_is_given_up_later(desk: Desk) -> None:
    await desk.tried()
    desk.party.answers(offer("shp_1")).answers(offer("shp_1"))
    with pytest.raises(Unavailable) as caught:
        await desk.carrier.find_booking(parcels.booking_request())
    assert caught.value.code == "not_settled"
    desk.now += timedelta(minutes=11)
    assert isinstance(await desk.carrier.find_booking(parcels.booking_request()), NotDone)


async def test_an_offer_that_nobody_bought_is_no_booking(desk: Desk) -> None:
    desk.party.answers(offer("shp_9"))
    assert isinstance(await desk.carrier.find_booking(parcels.booking_request()), NotDone)


async def test_a_parcel_that_our_books_forgot_is_found_by_our_reference(desk: Desk) -> None:
    desk.party.answers(bought("shp_9")).answers(text="%PDF")
    assert isinstance(await desk.carrier.find_booking(parcels.booking_request()), Done)


@pytest.mark.parametrize("status", ["submitted", "refunded"])
async def test_a_voided_purchase_is_no_booking_and_another_may_follow(desk: Desk, status: str) -> None:
    gone = bought("shp_1", refund_status=status)
    desk.party.answers(NOTHING, status=404).answers(offer("shp_1")).answers(gone).answers(text="%PDF")
    await desk.carrier.book(parcels.booking_request())
    desk.now += timedelta(minutes=1)
    desk.party.answers(gone)
    assert isinstance(await desk.carrier.find_booking(parcels.booking_request()), NotDone)

    desk.party.answers(gone).answers(offer("shp_2")).fails(httpx.ReadTimeout("nothing came"))
    with pytest.raises(Unavailable):
        await desk.carrier.book(parcels.booking_request())
    desk.party.answers(gone).answers(bought("shp_2")).answers(text="%PDF")
    assert isinstance(await desk.carrier.find_booking(parcels.booking_request()), Done)


@pytest.mark.parametrize(
    ("shown", "status"), [(NOTHING, 404), (bought("shp_1") | {"reference": "another"}, 200)], ids=["gone", "another's"]
)
async def test_what_contradicts_our_books_cannot_be_told(desk: Desk, shown: dict[str, Any], status: int) -> None:
    await desk.tried()
    desk.party.answers(shown, status=status)
    assert isinstance(await desk.carrier.find_booking(parcels.booking_request()), CannotTell)


async def test_a_404_that_is_not_theirs_is_no_answer(desk: Desk) -> None:
    desk.party.answers(text="<html>no such page", status=404)
    with pytest.raises(Garbled):
        await desk.carrier.find_booking(parcels.booking_request())


# --- void ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (None, NotDone),
        ("rejected", NotDone),
        ("not_applicable", NotDone),
        ("submitted", Done),
        ("refunded", Done),
        ("mislaid", CannotTell),
    ],
)
async def test_whether_it_is_void_is_told_by_the_refund(desk: Desk, status: str | None, told: type) -> None:
    desk.party.answers(trackers("shp_1")).answers(bought("shp_1", refund_status=status))
    assert isinstance(await desk.carrier.find_void(WAYBILL), told)
    assert desk.party.query(0)["tracking_code"] == str(WAYBILL)


async def test_two_shipments_under_one_number_are_for_a_person(desk: Desk) -> None:
    desk.party.answers(trackers("shp_1", "shp_2")).answers(trackers("shp_1", "shp_2"))
    assert isinstance(await desk.carrier.find_void(WAYBILL), CannotTell)
    with pytest.raises(Refused):
        await desk.carrier.void(WAYBILL)


@pytest.mark.parametrize("status", ["submitted", "refunded"])
async def test_a_refund_is_asked_for_once(desk: Desk, status: str) -> None:
    desk.party.answers(trackers("shp_1")).answers(bought("shp_1", refund_status=status))
    await desk.carrier.void(WAYBILL)
    assert known(desk.party) == ["GET /v2/trackers", "POST /v2/shipments/shp_1/refund"]


@pytest.mark.parametrize(
    ("status", "failure"), [("rejected", Refused), ("not_applicable", Refused), (None, Garbled), ("mislaid", Garbled)]
)
async def test_a_refund_that_is_none_is_said_so(desk: Desk, status: str | None, failure: type[OutsideFailure]) -> None:
    desk.party.answers(trackers("shp_1")).answers(bought("shp_1", refund_status=status))
    with pytest.raises(failure):
        await desk.carrier.void(WAYBILL)


# --- refusals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "content", "fault"),
    [
        (401, error("UNAUTHORIZED"), Fault.OURS),
        (402, error("PAYMENT_REQUIRED"), Fault.OURS),
        (403, {"error": "no"}, Fault.OURS),
        (422, error("ADDRESS.PARAMETERS.INVALID", "to_address.street1"), Fault.BUYER_DATA),
        (422, error("ADDRESS.PARAMETERS.INVALID", "from_address.zip"), Fault.SELLER_DATA),
        (422, error("CUSTOMS_ITEM.PARAMETERS.INVALID"), Fault.SELLER_DATA),
        (422, error("PARCEL.PARAMETERS.INVALID"), Fault.SELLER_DATA),
        (422, error("PARAMETER.REQUIRED"), Fault.OURS),
        (422, error("SHIPMENT.RATE.CARRIER_ACCOUNT_INVALID"), Fault.OURS),
        (422, error("SHIPMENT.POSTAGE.FAILURE"), Fault.CARRIER),
        (400, ["not theirs"], Fault.CARRIER),
    ],
)
async def test_a_refusal_says_whose_data_it_is_and_quotes_nothing(
    desk: Desk, status: int, content: Any, fault: Fault
) -> None:
    if isinstance(content, dict) and isinstance(content["error"], dict):
        content["error"]["message"] = "Ñusta Pérez Inventada, Avenida Ejemplo 1234"
    desk.party.answers(NOTHING, status=404).answers(content, status=status)
    with pytest.raises(Refused) as caught:
        await desk.carrier.book(parcels.booking_request())
    assert caught.value.fault is fault
    assert "Inventada" not in f"{caught.value} {caught.value.words}"


@pytest.mark.parametrize(
    "code", ["SHIPMENT.POSTAGE.NO_RESPONSE", "SHIPMENT.POSTAGE.TIMED_OUT", "SHIPMENT.PURCHASE.IN_PROGRESS"]
)
async def test_a_carrier_that_has_not_answered_easypost_leaves_the_purchase_open(desk: Desk, code: str) -> None:
    desk.party.answers(NOTHING, status=404).answers(offer("shp_1")).answers(error(code), status=422)
    with pytest.raises(Unavailable):
        await desk.carrier.book(parcels.booking_request())
    desk.party.answers(offer("shp_1"))
    with pytest.raises(Unavailable) as caught:
        await desk.carrier.find_booking(parcels.booking_request())
    assert caught.value.code == "not_settled"


# --- scans ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("told", "status"), mapper.STATUS.items())
def test_every_status_has_a_meaning_by_itself(told: str, status: TransportStatus) -> None:
    assert mapper.status(told, "", "") is status
    assert mapper.status(told, "a new detail", "") is (
        TransportStatus.NOT_UNDERSTOOD if told == "in_transit" else status
    )


@pytest.mark.parametrize(("detail", "status"), mapper.UNDER_WAY.items())
def test_every_detail_has_a_meaning_wherever_it_is(detail: str, status: TransportStatus) -> None:
    assert mapper.status("in_transit", detail, "US") is status


@pytest.mark.parametrize(("place", "status"), mapper.BY_PLACE.items())
def test_both_ends_of_the_way_are_told_apart(place: tuple[str, str], status: TransportStatus) -> None:
    detail, country = place
    assert mapper.status("in_transit", detail, country) is status
    assert mapper.status("in_transit", detail, "") is not status


@pytest.mark.parametrize("told", ["", "unknown", "error", "teleported"])
def test_what_nobody_knows_is_not_understood(told: str) -> None:
    assert mapper.status(told, "in_transit", "KR") is TransportStatus.NOT_UNDERSTOOD


async def test_scans_come_oldest_first_with_their_zone_and_those_without_date_are_left_out(desk: Desk) -> None:
    details: list[dict[str, Any]] = [
        {"status": "delivered", "datetime": "2026-12-01T12:00:00-03:00", "message": "Left at door"},
        {"status": "in_transit", "status_detail": "departed_facility", "datetime": "2026-11-25T01:00:00",
         "tracking_location": {"city": "INCHEON", "country": "KR"}},
        {"status": "in_transit", "datetime": "soon"},
    ]  # fmt: skip
    desk.party.answers(trackers("shp_1", details=details))
    first, last = await desk.carrier.events(WAYBILL)
    assert (first.status, first.occurred_at) == (TransportStatus.DEPARTED, datetime(2026, 11, 25, 1, tzinfo=UTC))
    assert (first.code, first.location) == ("in_transit/departed_facility", "INCHEON, KR")
    assert (last.occurred_at, last.words) == (datetime(2026, 12, 1, 15, tzinfo=UTC), "Left at door")


async def test_trackers_of_others_are_not_ours(desk: Desk) -> None:
    foreign = trackers("shp_1", details=[{"status": "delivered", "datetime": "2026-12-01T12:00:00Z"}])
    foreign["trackers"][0]["shipment_id"] = None
    desk.party.answers(foreign)
    assert await desk.carrier.events(WAYBILL) == ()


def test_nulls_are_borne() -> None:
    assert wire.Shipment.model_validate({"id": "shp_1", "rates": None, "messages": None}).rates == ()

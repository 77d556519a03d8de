"""The simulated MyDHL: what it books, what it refuses, the life of a parcel, and the papers that lie with it."""

from __future__ import annotations

import base64
import copy
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tradelane.simulators.app import create_app
from tradelane.simulators.cargo import carriages
from tradelane.simulators.clock import HeldClock
from tradelane.simulators.stage import Stage
from tradelane.simulators.world import Scenario, add_scenario

NOON = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)  # noon in Seoul
HEADERS = {"x-version": "3.1.0", "Message-Reference": "d0e7832e-5c98-11ea-bc55-0242ac130003"}
ACCOUNT, OTHER_ACCOUNT = "960000001", "960000002"
SHIPMENT = "44000000017"
UCR = f"6KRMLC{SHIPMENT}"
NUMBER = "6N90426000001X"
PDF = base64.b64encode(b"%PDF-1.4 invented").decode()
Json = dict[str, Any]

# From the published description: a path to an object, and a key it cannot do without.
REQUIRED = [
    ("", "plannedShippingDateAndTime"),
    ("", "pickup"),
    ("pickup", "isRequested"),
    ("", "productCode"),
    ("", "accounts"),
    ("accounts.0", "typeCode"),
    ("accounts.0", "number"),
    ("valueAddedServices.0", "serviceCode"),
    ("outputImageProperties.imageOptions.0", "typeCode"),
    ("customerReferences.0", "value"),
    ("", "customerDetails"),
    ("customerDetails", "shipperDetails"),
    ("customerDetails", "receiverDetails"),
    *(
        (f"customerDetails.{party}.{block}", key)
        for party in ("shipperDetails", "receiverDetails")
        for block, keys in (
            ("postalAddress", ("postalCode", "cityName", "countryCode", "addressLine1")),
            ("contactInformation", ("phone", "companyName", "fullName")),
        )
        for key in keys
    ),
    ("customerDetails.shipperDetails", "postalAddress"),
    ("customerDetails.receiverDetails", "contactInformation"),
    ("customerDetails.receiverDetails.registrationNumbers.0", "typeCode"),
    ("customerDetails.receiverDetails.registrationNumbers.0", "number"),
    ("customerDetails.receiverDetails.registrationNumbers.0", "issuerCountryCode"),
    ("", "content"),
    ("content", "packages"),
    ("content.packages.0", "weight"),
    ("content.packages.0.dimensions", "length"),
    ("content.packages.0.dimensions", "width"),
    ("content.packages.0.dimensions", "height"),
    ("content", "isCustomsDeclarable"),
    ("content", "description"),
    ("content", "incoterm"),
    ("content", "unitOfMeasurement"),
    ("content.exportDeclaration", "lineItems"),
    *(
        ("content.exportDeclaration.lineItems.0", key)
        for key in ("number", "description", "price", "quantity", "manufacturerCountry", "weight")
    ),
    ("content.exportDeclaration.lineItems.0.quantity", "value"),
    ("content.exportDeclaration.lineItems.0.quantity", "unitOfMeasurement"),
    ("content.exportDeclaration.lineItems.0.commodityCodes.0", "typeCode"),
    ("content.exportDeclaration.lineItems.0.commodityCodes.0", "value"),
    ("content.exportDeclaration.invoice", "number"),
    ("content.exportDeclaration.invoice", "date"),
    ("content.exportDeclaration.additionalCharges.0", "value"),
    ("content.exportDeclaration.additionalCharges.0", "typeCode"),
]
LINE = "content.exportDeclaration.lineItems.0"
PLANNED = "plannedShippingDateAndTime"

# Of the right shape in JSON, but outside what the description allows: 422.
OUT_OF_SHAPE: list[tuple[str, object]] = [
    ("customerDetails.shipperDetails.postalAddress.addressLine1", "x" * 46),
    ("customerDetails.shipperDetails.postalAddress.addressLine2", ""),
    ("customerDetails.receiverDetails.postalAddress.cityName", "x" * 46),
    ("customerDetails.receiverDetails.postalAddress.comuna", "Ñuñoa"),
    ("content.description", "x" * 71),
    ("content.description", " leading blank"),
    ("content.incoterm", "DTP"),
    ("content.packages.0.weight", 0),
    ("content.packages.0.weight", 1.0001),
    ("content.packages.0.weight", "1.2"),
    (f"{LINE}.quantity.value", 1.5),
    (f"{LINE}.quantity.unitOfMeasurement", "UNITS"),
    (f"{LINE}.number", "1"),
    (f"{LINE}.commodityCodes.0.typeCode", "hsk"),
    (f"{LINE}.description", "x" * 513),
    ("content.exportDeclaration.exportReference", "x" * 41),
    ("content.exportDeclaration.invoice.date", "02-03-2026"),
    ("customerReferences.0.value", "x" * 36),
    ("customerReferences.0.typeCode", "XX"),
    ("accounts.0.typeCode", "sender"),
    ("pickup.isRequested", "true"),
    ("reference", "unknown key"),
    # the figures of korea-export, section 7.1
    ("accounts.0.number", "1" * 13),
    ("accounts", [{"typeCode": "shipper", "number": "960000001"}] * 4),
    ("accounts", []),
    ("customerDetails.receiverDetails.postalAddress.postalCode", "1" * 13),
    ("customerDetails.receiverDetails.postalAddress.addressLine3", "x" * 46),
    ("customerDetails.receiverDetails.postalAddress.provinceCode", "x"),
    ("customerDetails.receiverDetails.postalAddress.provinceCode", "x" * 36),
    ("customerDetails.receiverDetails.contactInformation.phone", "1" * 71),
    ("customerDetails.receiverDetails.contactInformation.companyName", "x" * 101),
    ("customerDetails.receiverDetails.contactInformation.fullName", "x" * 256),
    ("customerDetails.receiverDetails.contactInformation.email", "x" * 71),
    ("customerDetails.receiverDetails.registrationNumbers.0.number", "1" * 36),
    ("customerDetails.receiverDetails.registrationNumbers.0.typeCode", "RUT"),
    ("customerDetails.receiverDetails.typeCode", "person"),
    (f"{LINE}.price", 17.9001),
    (f"{LINE}.commodityCodes", [{"typeCode": "outbound", "value": "6912001000"}] * 3),
    (f"{LINE}.commodityCodes.0.value", "6"),
    (f"{LINE}.commodityCodes.0.value", "6" * 19),
    ("content.exportDeclaration.lineItems", []),
    ("content.exportDeclaration.invoice.number", "x" * 36),
    ("content.exportDeclaration.remarks", [{"value": "x"}] * 4),
    ("content.exportDeclaration.additionalCharges", [{"value": 1, "typeCode": "freight"}] * 6),
    ("content.exportDeclaration.placeOfIncoterm", "x" * 257),
    ("content.exportDeclaration.declarationNotes", [{"value": "x"}] * 4),
    ("content.exportDeclaration.declarationNotes", [{"value": "x" * 701}]),
    ("content.exportDeclaration.exportReason", "x" * 31),
    ("content.exportDeclaration.exportReasonType", "sale"),
    ("content.exportDeclaration.licenses", [{"typeCode": "export", "value": "x" * 17}]),
    ("content.exportDeclaration.licenses", [{"typeCode": "export", "value": "x"}] * 3),
    ("content.exportDeclaration.shipmentType", "sale"),
]
# Of an allowed shape, but against a rule: 400 with a code.
AGAINST_A_RULE: list[tuple[str, object, str]] = [
    (PLANNED, "2026-03-03T14:00:00GMT+09:00", "998:"),
    (PLANNED, "2026-03-03T14:00:00+09:00", "998:"),
    (PLANNED, "2026-03-03", "998:"),
    (PLANNED, "2026-02-30T14:00:00 GMT+09:00", "998:"),
    (PLANNED, "2026-03-02T11:59:59 GMT+09:00", "999:"),
    (PLANNED, "2026-03-02T12:30:00 GMT+13:00", "999:"),
    (PLANNED, "2026-03-12T12:00:01 GMT+09:00", "999:"),
    ("productCode", "D", "996:"),
    ("accounts.0.number", "123456789", "8003:"),
    ("accounts.0.typeCode", "payer", "8003:"),  # nobody's account ships
    (
        "accounts",
        [{"typeCode": "shipper", "number": ACCOUNT}, {"typeCode": "duties-taxes", "number": "123456789"}],
        "8003:",
    ),
    (f"{LINE}.number", 2, "7110:"),
    (f"{LINE}.weight", {}, "7111:"),
    (f"{LINE}.preCalculatedLineItemTotalValue", 10, "7112:"),
    (f"{LINE}.commodityCodes.0.value", "691200", "7113:"),
    (f"{LINE}.commodityCodes.1.value", "6912001000", "7113:"),
    ("content.declaredValue", 30, "7114:"),
    (f"{LINE}.weight.netValue", 9, "7117:"),
    ("outputImageProperties.imageOptions", [{"typeCode": "label"}], "7120:"),
]


def at(body: Json, path: str) -> Any:
    """The part of a body a dotted path leads to."""
    part: Any = body
    for step in path.split(".") if path else []:
        part = part[int(step)] if step.isdigit() else part[step]
    return part


def changed(path: str, value: object) -> Json:
    """The example booking with one value put elsewhere."""
    body = booking()
    parent, _, key = path.rpartition(".")
    place = at(body, parent)
    place[int(key) if key.isdigit() else key] = value
    return body


def party(country: str, city: str, name: str) -> Json:
    return {
        "postalAddress": {
            "postalCode": "17399" if country == "KR" else "",
            "cityName": city,
            "countryCode": country,
            "addressLine1": "Calle Inventada 123",
        },
        "contactInformation": {
            "phone": "+56 2 0000 0000",
            "companyName": name,
            "fullName": name,
            "email": "nobody@example.invalid",
        },
        "typeCode": "business" if country == "KR" else "direct_consumer",
    }


def booking(**changes: object) -> Json:
    """One parcel with two bowls, 35.80 US dollars, from Icheon to Santiago, pickup tomorrow at two."""
    body: Json = {
        PLANNED: "2026-03-03T14:00:00 GMT+09:00",
        "pickup": {"isRequested": True, "closeTime": "18:00", "location": "reception"},
        "productCode": "P",
        "accounts": [{"typeCode": "shipper", "number": ACCOUNT}],
        "valueAddedServices": [{"serviceCode": "WY"}],
        "outputImageProperties": {
            "encodingFormat": "pdf",
            "imageOptions": [
                {"typeCode": "label"},
                {"typeCode": "waybillDoc", "isRequested": True},
                {"typeCode": "invoice", "isRequested": True, "invoiceType": "commercial"},
            ],
        },
        "customerReferences": [{"value": UCR, "typeCode": "CU"}, {"value": NUMBER, "typeCode": "CDN"}],
        "customerDetails": {
            "shipperDetails": party("KR", "Icheon", "Onggi Maeul Workshop"),
            "receiverDetails": party("CL", "Santiago", "Catalina Invented"),
        },
        "content": {
            "packages": [{"weight": 1.4, "dimensions": {"length": 20, "width": 20, "height": 12.5}}],
            "isCustomsDeclarable": True,
            "declaredValue": 35.8,
            "declaredValueCurrency": "USD",
            "description": "Stoneware bowls",
            "incoterm": "DAP",
            "unitOfMeasurement": "metric",
            "exportDeclaration": {
                "lineItems": [
                    {
                        "number": 1,
                        "description": "Stoneware bowl, glazed",
                        "price": 17.9,
                        "quantity": {"value": 2, "unitOfMeasurement": "PCS"},
                        "commodityCodes": [
                            {"typeCode": "outbound", "value": "6912001000"},
                            {"typeCode": "inbound", "value": "69120000"},
                        ],
                        "exportReasonType": "commercial_purpose_or_sale",
                        "manufacturerCountry": "KR",
                        "weight": {"netValue": 1.1, "grossValue": 1.3},
                        "preCalculatedLineItemTotalValue": 35.8,
                    }
                ],
                "invoice": {"number": UCR, "date": "2026-03-02"},
                "additionalCharges": [{"value": 15.2, "typeCode": "freight"}],
                "exportReference": NUMBER,
                "exportReasonType": "commercial_purpose_or_sale",
            },
        },
    }
    receiver = body["customerDetails"]["receiverDetails"]
    receiver["registrationNumbers"] = [{"typeCode": "TAN", "number": "99500111-K", "issuerCountryCode": "CL"}]
    return body | changes


def upload(**changes: object) -> Json:
    return {
        "originalPlannedShippingDate": "2026-03-03",
        "accounts": [{"typeCode": "shipper", "number": ACCOUNT}],
        "productCode": "P",
        "documentImages": [{"typeCode": "DCL", "imageFormat": "PDF", "content": PDF}],
        **changes,
    }


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock(NOON)


@pytest.fixture
def stage(tmp_path: Path, clock: HeldClock) -> Iterator[Stage]:
    made = Stage(tmp_path, clock)
    yield made
    made.close()


@pytest.fixture
async def caller(stage: Stage) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(stage, ["mydhl"])),
        base_url="http://simulators/mydhl",
        auth=("demo-site", "demo-password"),
        headers=HEADERS,
    ) as client:
        yield client


async def booked(caller: httpx.AsyncClient, body: Json | None = None) -> str:
    answer = await caller.post("/shipments", json=body or booking())
    assert answer.status_code == 201, answer.text
    return str(answer.json()["shipmentTrackingNumber"])


async def ledger(caller: httpx.AsyncClient) -> list[tuple[str, str]]:
    rows = (await caller.get("http://simulators/_stage/ledger")).json()["rows"]
    return [(row["operation"], row["reference"]) for row in rows]


async def refused(caller: httpx.AsyncClient, body: Json, status: int) -> list[str]:
    """What a booking is refused with; fails when anything was done."""
    answer = await caller.post("/shipments", json=body)
    assert answer.status_code == status, answer.text
    assert answer.json()["status"] == str(status)
    assert await ledger(caller) == []
    said: list[str] = answer.json().get("additionalDetails", [answer.json()["detail"]])
    return said


async def codes(caller: httpx.AsyncClient, waybill: str) -> list[str]:
    answer = await caller.get(f"/shipments/{waybill}/tracking")
    return [event["typeCode"] for event in answer.json()["shipments"][0]["events"]]


async def test_a_booking_gives_a_waybill_a_label_and_a_pickup(caller: httpx.AsyncClient) -> None:
    answer = await caller.post("/shipments", json=booking())
    assert answer.status_code == 201, answer.text
    said = answer.json()
    waybill = said["shipmentTrackingNumber"]
    assert len(waybill) == 10
    assert int(waybill[:9]) % 7 == int(waybill[9])
    assert answer.headers["Location"] == f"/shipments/{waybill}"
    assert answer.headers["Message-Reference"] == HEADERS["Message-Reference"]
    assert said["trackingUrl"].endswith(f"/shipments/{waybill}/tracking")
    assert said["dispatchConfirmationNumber"].startswith("PRG260302")
    assert [package["referenceNumber"] for package in said["packages"]] == [1]
    assert [document["typeCode"] for document in said["documents"]] == ["label", "waybillDoc", "invoice"]
    assert all(base64.b64decode(document["content"]).startswith(b"%PDF-") for document in said["documents"])
    assert await ledger(caller) == [("book", UCR)]


async def test_every_package_is_a_piece_and_all_leave_together(
    caller: httpx.AsyncClient, clock: HeldClock, stage: Stage
) -> None:
    body = booking()
    body["content"]["packages"].append({"weight": 0.6, "dimensions": {"length": 30, "width": 20, "height": 10}})
    said = (await caller.post("/shipments", json=body)).json()
    assert [package["referenceNumber"] for package in said["packages"]] == [1, 2]
    assert len({package["trackingNumber"] for package in said["packages"]}) == 2
    waybill = said["shipmentTrackingNumber"]
    query = {"levelOfDetail": "all"}
    [shown] = (await caller.get(f"/shipments/{waybill}/tracking", params=query)).json()["shipments"]
    assert (shown["numberOfPieces"], shown["totalWeight"]) == (2, 2.0)
    assert [piece["weight"] for piece in shown["pieces"]] == [1.4, 0.6]
    clock.advance(timedelta(days=3))
    [gone] = carriages(stage.connection(), NUMBER, clock.now())
    assert (gone.packages, gone.weight_kg) == (2, Decimal("2.0"))


async def test_a_booking_asked_for_twice_is_two_parcels(caller: httpx.AsyncClient) -> None:
    assert await booked(caller) != await booked(caller)
    assert await ledger(caller) == [("book", UCR)] * 2
    query = {"shipmentReference": UCR, "shipperAccountNumber": ACCOUNT}
    found = (await caller.get("/tracking", params=query)).json()["shipments"]
    assert len({shipment["shipmentTrackingNumber"] for shipment in found}) == 2


@pytest.mark.parametrize(("path", "key"), REQUIRED)
async def test_a_missing_required_key_is_a_schema_error(caller: httpx.AsyncClient, path: str, key: str) -> None:
    body = booking()
    del at(body, path)[key]
    said = await refused(caller, body, 422)
    assert f"#{'/' if path else ''}{path.replace('.', '/')}: required key [{key}] not found" in said


@pytest.mark.parametrize(("path", "value"), OUT_OF_SHAPE)
async def test_a_value_out_of_shape_is_a_schema_error(caller: httpx.AsyncClient, path: str, value: object) -> None:
    key = path.rpartition(".")[2]
    assert any(key in problem for problem in await refused(caller, changed(path, value), 422))


@pytest.mark.parametrize(("path", "value", "code"), AGAINST_A_RULE)
async def test_a_value_against_a_rule_is_a_business_error(
    caller: httpx.AsyncClient, path: str, value: object, code: str
) -> None:
    assert any(problem.startswith(code) for problem in await refused(caller, changed(path, value), 400))


async def test_trap_28_goods_for_customs_need_an_export_declaration(caller: httpx.AsyncClient) -> None:
    body = booking()
    del body["content"]["exportDeclaration"]
    assert (await refused(caller, body, 400))[0].startswith("7105:")


async def test_the_last_moment_of_the_tenth_day_is_still_taken(caller: httpx.AsyncClient) -> None:
    assert await booked(caller, changed(PLANNED, "2026-03-12T12:00:00 GMT+09:00"))


async def test_wrong_credentials_are_refused(caller: httpx.AsyncClient) -> None:
    answer = await caller.post("/shipments", json=booking(), auth=("demo-site", "wrong"))
    assert (answer.status_code, answer.json()["status"]) == (401, "401")
    assert await ledger(caller) == []


async def test_the_version_header_is_required(stage: Stage) -> None:
    transport = httpx.ASGITransport(create_app(stage, ["mydhl"]))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://simulators/mydhl", auth=("demo-site", "demo-password")
    ) as caller:
        answer = await caller.post("/shipments", json=booking())
    assert answer.status_code == 400
    assert "x-version" in answer.json()["detail"]


async def test_validation_only_books_nothing(caller: httpx.AsyncClient) -> None:
    answer = await caller.post("/shipments", params={"validateDataOnly": "true"}, json=booking())
    assert "shipmentTrackingNumber" not in answer.json()
    assert await ledger(caller) == []


async def test_a_plain_parcel_lives_through_its_stations(caller: httpx.AsyncClient, clock: HeldClock) -> None:
    waybill = await booked(caller)
    assert await codes(caller, waybill) == []
    seen = []
    for _ in range(17):
        clock.advance(timedelta(hours=12))
        seen.append(len(await codes(caller, waybill)))
    assert seen == sorted(seen)
    answer = await caller.get(
        f"/shipments/{waybill}/tracking",
        params={"requestGMTOffsetPerEvent": "true", "trackingView": "all-checkpoints", "levelOfDetail": "all"},
    )
    (shipment,) = answer.json()["shipments"]
    events = shipment["events"]
    assert [event["typeCode"] for event in events] == ["PU", "PL", "DF", "AF", "IC", "CR", "AR", "WC", "OK"]
    assert (events[0]["date"], events[0]["time"], events[0]["GMTOffset"]) == (
        "2026-03-03",
        "14:00:00",
        "+09:00",
    )
    assert events[-1]["GMTOffset"] == "-03:00"
    assert events[-1]["signedBy"] == "CATALINA INVENTED"
    assert events[2]["serviceArea"][0]["code"] == "ICN"
    assert {"value": UCR, "typeCode": "CU"} in shipment["shipperReferences"]
    assert shipment["totalWeight"] == 1.4
    assert len(shipment["pieces"]) == 1
    last = await caller.get(f"/shipments/{waybill}/tracking", params={"trackingView": "last-checkpoint"})
    assert [event["typeCode"] for event in last.json()["shipments"][0]["events"]] == ["OK"]
    assert "GMTOffset" not in last.json()["shipments"][0]["events"][0]


async def test_a_parcel_nobody_fetches_stays_where_it_is(caller: httpx.AsyncClient, clock: HeldClock) -> None:
    waybill = await booked(caller, booking(pickup={"isRequested": False}))
    clock.advance(timedelta(days=20))
    assert await codes(caller, waybill) == []


async def test_the_courier_does_not_come_before_the_planned_day(caller: httpx.AsyncClient, clock: HeldClock) -> None:
    waybill = await booked(caller, changed(PLANNED, "2026-03-08T14:00:00 GMT+09:00"))
    clock.advance(timedelta(days=5))
    assert await codes(caller, waybill) == []
    clock.advance(timedelta(days=1, hours=3))
    assert await codes(caller, waybill) == ["PU"]


async def test_goods_over_500_dollars_are_paid_before_they_are_released(
    caller: httpx.AsyncClient, clock: HeldClock, stage: Stage
) -> None:
    add_scenario(stage.connection(), Scenario("2000000000017", SHIPMENT, "over_500", "delivered"))
    waybill = await booked(caller)
    clock.advance(timedelta(days=10))
    seen = await codes(caller, waybill)
    assert seen.index("IC") < seen.index("PY") < seen.index("CR") < seen.index("OK")


async def test_a_parcel_customs_asks_a_document_for_waits_until_one_is_uploaded(
    caller: httpx.AsyncClient, clock: HeldClock, stage: Stage
) -> None:
    add_scenario(stage.connection(), Scenario("2000000000017", SHIPMENT, "customs_document", "delivered"))
    waybill = await booked(caller)
    early = await caller.patch(f"/shipments/{waybill}/upload-image", json=upload())
    assert early.status_code == 200
    clock.advance(timedelta(days=30))
    assert (await codes(caller, waybill))[-1] == "UD"
    late = await caller.patch(f"/shipments/{waybill}/upload-image", json=upload())
    assert late.status_code == 200
    again = await caller.patch(f"/shipments/{waybill}/upload-image", json=upload())
    assert again.status_code == 200
    assert (await codes(caller, waybill))[-1] == "UD"
    clock.advance(timedelta(days=4))
    assert (await codes(caller, waybill))[-5:] == ["UD", "CR", "AR", "WC", "OK"]
    assert await ledger(caller) == [("book", UCR)] + [("upload_image", f"{waybill}:DCL")] * 3


@pytest.mark.parametrize("key", ["originalPlannedShippingDate", "accounts", "productCode", "documentImages"])
async def test_a_missing_key_of_an_upload_is_a_schema_error(caller: httpx.AsyncClient, key: str) -> None:
    waybill = await booked(caller)
    body = upload()
    del body[key]
    answer = await caller.patch(f"/shipments/{waybill}/upload-image", json=body)
    assert answer.status_code == 422
    assert f"required key [{key}]" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"originalPlannedShippingDate": "2026-03-04"}, 400),
        ({"productCode": "D"}, 400),
        ({"accounts": [{"typeCode": "shipper", "number": "123456789"}]}, 400),
        ({"accounts": [{"typeCode": "shipper", "number": OTHER_ACCOUNT}]}, 400),
        ({"documentImages": [{"typeCode": "DCL", "content": "not base64!"}]}, 400),
        ({"documentImages": [{"typeCode": "DCL", "content": base64.b64encode(b"text").decode()}]}, 400),
        ({"documentImages": [{"typeCode": "PDF", "content": PDF}]}, 422),
        ({"documentImages": [{"typeCode": "DCL", "imageFormat": "DOCX", "content": PDF}]}, 422),
        ({"documentImages": [{"typeCode": "DCL"}]}, 422),
        ({"documentImages": []}, 422),
        ({"originalPlannedShippingDate": "2026-03-03T14:00:00 GMT+09:00"}, 422),
    ],
)
async def test_a_wrong_upload_is_refused(caller: httpx.AsyncClient, changes: Json, status: int) -> None:
    waybill = await booked(caller)
    answer = await caller.patch(f"/shipments/{waybill}/upload-image", json=upload(**changes))
    assert answer.status_code == status, answer.text
    assert await ledger(caller) == [("book", UCR)]


async def test_trap_28_papers_need_a_booking_with_paperless_trade(caller: httpx.AsyncClient) -> None:
    waybill = await booked(caller, booking(valueAddedServices=[]))
    answer = await caller.patch(f"/shipments/{waybill}/upload-image", json=upload())
    assert answer.status_code == 400
    assert "WY" in answer.json()["detail"]


async def test_papers_of_an_unknown_parcel_are_not_found(caller: httpx.AsyncClient) -> None:
    answer = await caller.patch("/shipments/1234567890/upload-image", json=upload())
    assert (answer.status_code, answer.json()["status"]) == (404, "404")


def image_query(*kinds: str, **changes: str) -> Json:
    return {
        "shipperAccountNumber": ACCOUNT,
        "typeCode": list(kinds),
        "pickupYearAndMonth": "2026-03",
        **changes,
    }


async def test_uploaded_papers_can_be_fetched_by_their_query_type(caller: httpx.AsyncClient) -> None:
    waybill = await booked(caller)
    place = f"/shipments/{waybill}/get-image"
    missing = await caller.get(place, params=image_query("customs-entry"))
    assert missing.status_code == 404
    assert missing.json()["detail"].startswith("1504:")
    await caller.patch(f"/shipments/{waybill}/upload-image", json=upload())
    found = (await caller.get(place, params=image_query("customs-entry"))).json()["documents"]
    assert [(one["typeCode"], one["content"]) for one in found] == [("customs-entry", PDF)]
    made = (await caller.get(place, params=image_query("waybill", "commercial-invoice"))).json()["documents"]
    assert [one["typeCode"] for one in made] == ["waybill", "commercial-invoice"]


async def test_papers_that_came_with_the_booking_can_be_fetched(caller: httpx.AsyncClient) -> None:
    body = booking(documentImages=[{"typeCode": "DCL", "imageFormat": "PDF", "content": PDF}])
    waybill = await booked(caller, body)
    answer = await caller.get(f"/shipments/{waybill}/get-image", params=image_query("customs-entry"))
    assert answer.json()["documents"][0]["content"] == PDF


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (image_query("customs-entry", shipperAccountNumber="1"), 404),
        (image_query("customs-entry", pickupYearAndMonth="2026-02"), 404),
        (image_query("DCL"), 400),
        ({"typeCode": "waybill", "pickupYearAndMonth": "2026-03"}, 400),
        ({"shipperAccountNumber": ACCOUNT, "pickupYearAndMonth": "2026-03"}, 400),
        ({"shipperAccountNumber": ACCOUNT, "typeCode": "waybill"}, 400),
    ],
)
async def test_a_wrong_question_for_papers_is_refused(caller: httpx.AsyncClient, query: Json, status: int) -> None:
    waybill = await booked(caller)
    await caller.patch(f"/shipments/{waybill}/upload-image", json=upload())
    assert (await caller.get(f"/shipments/{waybill}/get-image", params=query)).status_code == status


def invoice_data() -> Json:
    declaration = copy.deepcopy(booking()["content"]["exportDeclaration"])
    return {
        "content": {
            "exportDeclaration": [
                {
                    "lineItems": declaration["lineItems"],
                    "invoice": {**declaration["invoice"], "function": "export"},
                    "incoterm": "DAP",
                }
            ],
            "currency": "USD",
            "unitOfMeasurement": "metric",
        }
    }


async def test_invoice_data_needs_its_service_and_a_known_parcel(caller: httpx.AsyncClient) -> None:
    without = await booked(caller)
    answer = await caller.patch(f"/shipments/{without}/upload-invoice-data", json=invoice_data())
    assert answer.status_code == 400
    services = [{"serviceCode": "WY"}, {"serviceCode": "PM"}]
    waybill = await booked(caller, booking(valueAddedServices=services))
    answer = await caller.patch(f"/shipments/{waybill}/upload-invoice-data", json=invoice_data())
    assert answer.status_code == 200
    assert (await ledger(caller))[-1] == ("upload_invoice_data", f"{waybill}:invoice-data")
    unknown = await caller.patch("/shipments/1234567890/upload-invoice-data", json=invoice_data())
    assert unknown.json()["detail"].startswith("7096:")


async def test_invoice_data_come_under_the_account_of_the_booking_or_under_none(caller: httpx.AsyncClient) -> None:
    services = [{"serviceCode": "WY"}, {"serviceCode": "PM"}]
    waybill = await booked(caller, booking(valueAddedServices=services))
    path = f"/shipments/{waybill}/upload-invoice-data"
    for number in (OTHER_ACCOUNT, "123456789"):
        told = invoice_data() | {"accounts": [{"typeCode": "shipper", "number": number}]}
        answer = await caller.patch(path, json=told)
        assert (answer.status_code, answer.json()["detail"][:5]) == (400, "8003:")
    own = invoice_data() | {"accounts": [{"typeCode": "shipper", "number": ACCOUNT}]}
    assert (await caller.patch(path, json=own)).status_code == 200


async def test_a_parcel_on_a_brands_own_account_is_found_under_it_alone(caller: httpx.AsyncClient) -> None:
    waybill = await booked(caller, booking(accounts=[{"typeCode": "shipper", "number": OTHER_ACCOUNT}]))
    query = {"shipmentReference": UCR, "shipmentReferenceType": "CU", "shipperAccountNumber": OTHER_ACCOUNT}
    [shown] = (await caller.get("/tracking", params=query)).json()["shipments"]
    assert shown["shipmentTrackingNumber"] == waybill
    assert (await caller.get("/tracking", params=query | {"shipperAccountNumber": ACCOUNT})).status_code == 404
    rows = (await caller.get("http://simulators/_stage/ledger")).json()["rows"]
    assert rows[0]["detail"]["account"] == OTHER_ACCOUNT


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("", "content"),
        ("content", "currency"),
        ("content", "unitOfMeasurement"),
        ("content", "exportDeclaration"),
        ("content.exportDeclaration.0", "lineItems"),
        ("content.exportDeclaration.0", "invoice"),
        ("content.exportDeclaration.0", "incoterm"),
        ("content.exportDeclaration.0.invoice", "function"),
    ],
)
async def test_a_missing_key_of_invoice_data_is_a_schema_error(caller: httpx.AsyncClient, path: str, key: str) -> None:
    waybill = await booked(caller, booking(valueAddedServices=[{"serviceCode": "WY"}, {"serviceCode": "PM"}]))
    body = invoice_data()
    del at(body, path)[key]
    answer = await caller.patch(f"/shipments/{waybill}/upload-invoice-data", json=body)
    assert answer.status_code == 422
    assert f"required key [{key}]" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/shipments/1234567890/tracking", {}, 404),
        ("/tracking", {"shipmentTrackingNumber": "1234567890"}, 404),
        ("/tracking", {"shipmentReference": "6KRMLC1", "shipperAccountNumber": ACCOUNT}, 404),
        ("/tracking", {"shipmentReference": UCR, "shipperAccountNumber": "123456789"}, 404),
        ("/tracking", {"shipmentReference": UCR}, 400),
        ("/tracking", {}, 400),
        ("/tracking", {"shipmentTrackingNumber": ["1"] * 201}, 400),
        ("/shipments/1234567890/tracking", {"trackingView": "shipment-details"}, 400),
        ("/shipments/1234567890/tracking", {"levelOfDetail": "everything"}, 400),
    ],
)
async def test_a_wrong_question_for_a_parcel_is_refused(
    caller: httpx.AsyncClient, path: str, query: Json, status: int
) -> None:
    await booked(caller)
    answer = await caller.get(path, params=query)
    assert (answer.status_code, answer.json()["status"]) == (status, str(status))
    assert answer.json()["instance"].startswith(f"/expressapi{path}")


async def test_several_parcels_are_tracked_in_one_call(caller: httpx.AsyncClient) -> None:
    waybills = [await booked(caller), await booked(caller)]
    answer = await caller.get("/tracking", params={"shipmentTrackingNumber": [*waybills, "1234567890"]})
    assert [one["shipmentTrackingNumber"] for one in answer.json()["shipments"]] == waybills


async def test_a_reference_is_found_within_its_dates_and_type(caller: httpx.AsyncClient) -> None:
    waybill = await booked(caller)
    query = {"shipmentReference": UCR, "shipperAccountNumber": ACCOUNT, "shipmentReferenceType": "CU"}
    inside = query | {"dateRangeFrom": "2026-03-01", "dateRangeTo": "2026-03-02"}
    found = (await caller.get("/tracking", params=inside)).json()["shipments"]
    assert [one["shipmentTrackingNumber"] for one in found] == [waybill]
    outside = query | {"dateRangeFrom": "2026-03-03", "dateRangeTo": "2026-04-02"}
    assert (await caller.get("/tracking", params=outside)).status_code == 404
    assert (await caller.get("/tracking", params=query | {"shipmentReferenceType": "CDN"})).status_code == 404


async def test_a_lost_reply_has_booked_and_the_reference_tells(caller: httpx.AsyncClient) -> None:
    fault = {"counterparty": "mydhl", "operation": "book", "kind": "lose_reply", "times": 1, "match": UCR}
    assert (await caller.post("http://simulators/_stage/faults", json=fault)).status_code == 201
    with pytest.raises(httpx.RemoteProtocolError):
        await caller.post("/shipments", json=booking())
    query = {"shipmentReference": UCR, "shipperAccountNumber": ACCOUNT}
    assert len((await caller.get("/tracking", params=query)).json()["shipments"]) == 1


async def test_the_refuse_fault_is_a_business_error_and_books_nothing(caller: httpx.AsyncClient) -> None:
    fault = {"counterparty": "mydhl", "operation": "book", "kind": "refuse", "times": 1}
    await caller.post("http://simulators/_stage/faults", json=fault)
    assert (await refused(caller, booking(), 400))[0].startswith("8003:")


@pytest.mark.parametrize("carried", ["exportReference", "CDN", "packages"])
async def test_a_departed_parcel_loads_the_declarations_it_names(
    caller: httpx.AsyncClient, clock: HeldClock, stage: Stage, carried: str
) -> None:
    body = booking(customerReferences=[{"value": UCR}])
    if carried != "exportReference":
        del body["content"]["exportDeclaration"]["exportReference"]
    if carried == "CDN":
        body["customerReferences"].append({"value": NUMBER, "typeCode": "CDN"})
    if carried == "packages":
        body["content"]["packages"][0]["customerReferences"] = [{"value": NUMBER, "typeCode": "CDN"}]
    waybill = await booked(caller, body)
    clock.advance(timedelta(days=1, hours=23))
    assert carriages(stage.connection(), NUMBER, clock.now()) == []
    clock.advance(timedelta(hours=4))
    (gone,) = carriages(stage.connection(), NUMBER, clock.now())
    assert (gone.waybill, gone.packages, gone.weight_kg) == (waybill, 1, Decimal("1.4"))


async def test_one_parcel_loads_all_declarations_of_its_export_reference(
    caller: httpx.AsyncClient, clock: HeldClock, stage: Stage
) -> None:
    other = "I6F0626000001X"
    await booked(caller, changed("content.exportDeclaration.exportReference", f"{NUMBER} {other}"))
    clock.advance(timedelta(days=3))
    assert len(carriages(stage.connection(), NUMBER, clock.now())) == 1
    assert len(carriages(stage.connection(), other, clock.now())) == 1

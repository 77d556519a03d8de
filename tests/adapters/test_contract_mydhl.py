"""MyDHL's tables (docs/counterparties/mydhl.md) held against our adapter and, apart from it, against the simulator."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from tests.adapters import parcels
from tests.adapters.books import MemoryEffects
from tests.adapters.contract import (
    FLAG,
    OBJECT,
    Field,
    day,
    faults,
    free,
    like,
    needed,
    number,
    one_of,
    rows,
    text,
    without_each,
)
from tests.adapters.counterparty import Counterparty
from tests.adapters.office import Office, shown
from tradelane.adapters.mydhl import MydhlAccess, MydhlCarrier
from tradelane.domain.consignment import Consignment
from tradelane.domain.identifiers import Rut, WaybillNumber
from tradelane.domain.order import Address
from tradelane.domain.transport import CarrierDocument

WAYBILL = WaybillNumber("1234567891")
COUNTRY = like("[A-Z]{2}")
CURRENCY = like("[A-Z]{3}")
MONEY = number(15, 3, texts=False)
ABOVE_ZERO = number(15, 3, least="0.001", texts=False)
REGISTRATIONS = [
    "VAT",
    "EIN",
    "GST",
    "SSN",
    "EOR",
    "DUN",
    "FED",
    "STA",
    "CNP",
    "IE",
    "INN",
    "KPP",
    "OGR",
    "OKP",
    "MRN",
    "SDT",
    "FTZ",
    "DAN",
    "TAN",
    "DTF",
    "RGP",
    "DLI",
    "NID",
    "PAS",
    "MID",
    "IMS",
    "EIC",
    "FTN",
    "CIC",
    "PEP",
]
INCOTERM = one_of(
    *["EXW", "FCA", "CPT", "CIP", "DPU", "DAP", "DDP", "FAS", "FOB", "CFR", "CIF", "DAF", "DAT", "DDU", "DEQ", "DES"]
)
REASON = one_of(
    *[
        "permanent",
        "temporary",
        "return",
        "used_exhibition_goods_to_origin",
        "intercompany_use",
        "commercial_purpose_or_sale",
        "personal_belongings_or_personal_use",
        "sample",
        "gift",
        "return_to_origin",
        "warranty_replacement",
        "diplomatic_goods",
        "defence_material",
    ]
)


def party(name: str, *, required: bool = True) -> tuple[Field, ...]:
    """Rows of one party of a shipment."""
    at = f"customerDetails.{name}"
    return (
        Field(at, OBJECT, required=required),
        needed(f"{at}.postalAddress", OBJECT),
        needed(f"{at}.postalAddress.postalCode", text(12, 0)),
        needed(f"{at}.postalAddress.cityName", text(45)),
        needed(f"{at}.postalAddress.countryCode", COUNTRY),
        needed(f"{at}.postalAddress.addressLine1", text(45)),
        free(f"{at}.postalAddress.addressLine2", text(45)),
        free(f"{at}.postalAddress.addressLine3", text(45)),
        free(f"{at}.postalAddress.provinceCode", text(35, 2)),
        needed(f"{at}.contactInformation", OBJECT),
        needed(f"{at}.contactInformation.phone", text(70)),
        needed(f"{at}.contactInformation.companyName", text(100)),
        needed(f"{at}.contactInformation.fullName", text(255)),
        free(f"{at}.contactInformation.email", text(70)),
        free(f"{at}.registrationNumbers", rows(50)),
        needed(f"{at}.registrationNumbers[].typeCode", one_of(*REGISTRATIONS)),
        needed(f"{at}.registrationNumbers[].number", text(35)),
        needed(f"{at}.registrationNumbers[].issuerCountryCode", COUNTRY),
        free(f"{at}.typeCode", one_of("business", "direct_consumer", "government", "other", "private", "reseller")),
    )


def goods(at: str) -> tuple[Field, ...]:
    """Rows of the invoice lines, the same for booking and invoice data."""
    line = f"{at}.lineItems[]"
    return (
        needed(f"{at}.lineItems", rows(999)),
        needed(f"{line}.number", number(3, least="1", texts=False)),
        needed(f"{line}.description", text(512)),
        needed(f"{line}.price", MONEY),
        needed(f"{line}.quantity", OBJECT),
        needed(f"{line}.quantity.value", number(9, least="1", texts=False)),
        needed(f"{line}.quantity.unitOfMeasurement", one_of("PCS", "PRS", "SET", "BOX", "EA", "KG")),
        free(f"{line}.commodityCodes", rows(2)),
        needed(f"{line}.commodityCodes[].typeCode", one_of("outbound", "inbound")),
        needed(f"{line}.commodityCodes[].value", like("[0-9]{8}|[0-9]{10}")),
        needed(f"{line}.manufacturerCountry", COUNTRY),
        needed(f"{line}.weight", OBJECT),
        free(f"{line}.weight.netValue", MONEY),
        free(f"{line}.exportReasonType", REASON),
        free(f"{line}.preCalculatedLineItemTotalValue", MONEY),
        needed(f"{at}.invoice.number", text(35)),
        needed(f"{at}.invoice.date", day("%Y-%m-%d")),
        free(f"{at}.invoice.customerReferences", rows(100)),
        needed(f"{at}.invoice.customerReferences[].typeCode", text(3)),
        needed(f"{at}.invoice.customerReferences[].value", text(35)),
        free(f"{at}.invoice.preCalculatedTotalValues", OBJECT),
        needed(f"{at}.invoice.preCalculatedTotalValues.preCalculatedTotalGoodsValue", MONEY),
        needed(f"{at}.invoice.preCalculatedTotalValues.preCalculatedTotalInvoiceValue", MONEY),
        free(f"{at}.placeOfIncoterm", text(256)),
        free(f"{at}.exportReasonType", REASON),
        free(f"{at}.shipmentType", one_of("personal", "commercial")),
        free(f"{at}.exporter", OBJECT),
        free(f"{at}.exporter.id", text(35)),
        free(f"{at}.exporter.code", text(35)),
        free(f"{at}.additionalCharges", rows(5)),
        needed(f"{at}.additionalCharges[].value", ABOVE_ZERO),
        needed(f"{at}.additionalCharges[].typeCode", one_of("freight", "insurance", "packaging", "other")),
    )


EXPORT = "content.exportDeclaration"
BOOKING: tuple[Field, ...] = (
    needed("plannedShippingDateAndTime", like(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d GMT\+09:00")),
    needed("pickup", OBJECT),
    needed("pickup.isRequested", FLAG),
    free("pickup.closeTime", like(r"\d\d:\d\d")),
    needed("productCode", one_of("P")),
    needed("accounts", rows(3)),
    needed("accounts[].typeCode", one_of("shipper", "payer", "duties-taxes")),
    needed("accounts[].number", text(12)),
    free("valueAddedServices", rows(99)),
    needed("valueAddedServices[].serviceCode", one_of("WY", "PM", "DD")),
    free("outputImageProperties", OBJECT),
    free("outputImageProperties.encodingFormat", one_of("pdf", "zpl", "lp2", "epl")),
    free("outputImageProperties.imageOptions", rows(20)),
    needed("outputImageProperties.imageOptions[].typeCode", one_of("label", "waybillDoc", "invoice")),
    free("outputImageProperties.imageOptions[].isRequested", FLAG),
    free("outputImageProperties.imageOptions[].invoiceType", one_of("commercial", "proforma", "returns")),
    free("customerReferences", rows(999)),
    needed("customerReferences[].value", text(35)),
    free("customerReferences[].typeCode", one_of("CU", "CDN")),
    needed("customerDetails", OBJECT),
    *party("shipperDetails"),
    *party("receiverDetails"),
    *party("exporterDetails", required=False),
    needed("content", OBJECT),
    needed("content.packages", rows(999)),
    needed("content.packages[].weight", ABOVE_ZERO),
    free("content.packages[].dimensions", OBJECT),
    needed("content.packages[].dimensions.length", ABOVE_ZERO),
    needed("content.packages[].dimensions.width", ABOVE_ZERO),
    needed("content.packages[].dimensions.height", ABOVE_ZERO),
    needed("content.isCustomsDeclarable", FLAG),
    needed("content.declaredValue", MONEY),
    needed("content.declaredValueCurrency", CURRENCY),
    needed("content.description", like(r"(?! ).{1,70}")),
    needed("content.incoterm", INCOTERM),
    needed("content.unitOfMeasurement", one_of("metric")),
    needed(EXPORT, OBJECT),
    *goods(EXPORT),
    free(f"{EXPORT}.lineItems[].additionalInformation", rows(8)),
    free(f"{EXPORT}.invoice", OBJECT),
    free(f"{EXPORT}.invoice.signatureName", text(35)),
    free(f"{EXPORT}.invoice.totalNetWeight", MONEY),
    free(f"{EXPORT}.invoice.totalGrossWeight", MONEY),
    free(f"{EXPORT}.exportReference", text(40)),
    free(f"{EXPORT}.exportReason", text(30)),
    free(f"{EXPORT}.declarationNotes", rows(3)),
    needed(f"{EXPORT}.declarationNotes[].value", text(700)),
)
"""`declaredValue`, its currency and the export declaration are needed because the goods are declarable."""

DECLARATION = f"{EXPORT}[]"
INVOICE_DATA: tuple[Field, ...] = (
    free("plannedShipDate", day("%Y-%m-%d")),
    free("accounts", rows(2)),
    needed("accounts[].typeCode", one_of("shipper", "payer", "duties-taxes")),
    needed("accounts[].number", text(12)),
    needed("content", OBJECT),
    needed("content.currency", CURRENCY),
    needed("content.unitOfMeasurement", one_of("metric")),
    needed(EXPORT, rows(20)),
    *goods(DECLARATION),
    needed(f"{DECLARATION}.invoice", OBJECT),
    needed(f"{DECLARATION}.invoice.function", one_of("import", "export", "both")),
    needed(f"{DECLARATION}.incoterm", INCOTERM),
    free(f"{DECLARATION}.remarks", rows(3)),
    needed(f"{DECLARATION}.remarks[].value", text(500)),
)
UPLOAD: tuple[Field, ...] = (
    needed("originalPlannedShippingDate", day("%Y-%m-%d")),
    needed("accounts", rows(3)),
    needed("accounts[].typeCode", one_of("shipper", "payer", "duties-taxes")),
    needed("accounts[].number", text(12)),
    needed("productCode", one_of("P")),
    needed("documentImages", rows(999)),
    free("documentImages[].typeCode", one_of("INV", "PNV", "COO", "CIN", "DCL", "AWB", "NAF")),
    free("documentImages[].imageFormat", one_of("PDF", "PNG", "GIF", "TIFF", "JPEG")),
    needed("documentImages[].content", like("[A-Za-z0-9+/]+=*")),
)
STORED: tuple[Field, ...] = (
    needed("shipperAccountNumber", text(12)),
    needed("typeCode", one_of("commercial-invoice", "customs-entry", "waybill")),
    needed("pickupYearAndMonth", like(r"\d{4}-\d\d")),
    free("encodingFormat", one_of("pdf", "tiff")),
)
BY_REFERENCE: tuple[Field, ...] = (
    needed("shipmentReference", text(35)),
    free("shipmentReferenceType", one_of("CU")),
    needed("shipperAccountNumber", text(12)),
    free("dateRangeFrom", day("%Y-%m-%d")),
    free("dateRangeTo", day("%Y-%m-%d")),
    free("trackingView", one_of("shipment-details-only")),
    free("levelOfDetail", one_of("shipment")),
)
OF_ONE: tuple[Field, ...] = (
    free("trackingView", one_of("all-checkpoints", "all-checkpoints-with-remarks", "shipment-details-only")),
    free("levelOfDetail", one_of("shipment", "piece", "all")),
    free("requestGMTOffsetPerEvent", one_of("true")),
)


class Desk:
    """The adapter alone, with a scripted DHL."""

    def __init__(self) -> None:
        self.dhl = Counterparty()
        access = MydhlAccess(
            base_url="https://d.example/mydhlapi", username="site", password=SecretStr("pw"), account="960000001"
        )
        self.carrier = MydhlCarrier(access, self.dhl.client(), effects=MemoryEffects(), now=lambda: parcels.NOW)

    def sent(self, method: str, path: str) -> httpx.Request:
        """The last request, with method, path and the headers every call needs looked at."""
        request = self.dhl.requests[-1]
        assert (request.method, request.url.path) == (method, f"/mydhlapi{path}")
        assert request.headers["x-version"]
        assert 1 <= len(request.headers["Message-Reference"]) <= 36
        assert request.headers["Authorization"].startswith("Basic ")
        assert (request.headers.get("Content-Type") == "application/json") is (method != "GET")
        return request


def far_away(**changes: Any) -> Any:
    lines = tuple(f"Avenida de los Ejemplos Inventados {part}, Villa {part}" for part in ("Norte", "Sur"))
    address = Address(lines=lines, comuna="San Pedro de Atacama", region="CL-AN", country=parcels.item().origin)
    return parcels.consignee(name="Comercial Inventada Limitada", address=address, is_company=True, **changes)


CONSIGNMENTS: dict[str, Consignment] = {
    "plain": parcels.consignment(),
    "free carriage": parcels.consignment(shipping_charge=parcels.usd("0")),
    "a company with mail and phone": parcels.consignment(
        consignee=far_away(rut=Rut("76.543.210-3"), email="nadie@ejemplo.invalid", phone="+56 2 0000 0000")
    ),
    "without RUT": parcels.consignment(consignee=parcels.consignee(rut=None)),
    "two exporters": parcels.consignment(items=(parcels.item(), parcels.item(sku="BS-SOCK", exporter_id="bada"))),
    "cents and long words": parcels.consignment(
        items=(
            parcels.item(description_en="  Very long words of a face cream " * 30, unit_price=parcels.usd("0.01")),
            parcels.item(sku="HB-2", quantity=97, unit_price=parcels.usd("1234.99")),
        )
    ),
}


@pytest.mark.parametrize("consignment", CONSIGNMENTS.values(), ids=list(CONSIGNMENTS))
async def test_a_booking_has_every_field_in_its_form_and_no_other(consignment: Consignment) -> None:
    desk = Desk()
    desk.dhl.answers({"shipmentTrackingNumber": WAYBILL}, status=201)
    numbers = (parcels.NUMBER, parcels.SECOND_NUMBER)[: len(consignment.parts)]
    await desk.carrier.book(parcels.booking_request(consignment, declaration_numbers=numbers))

    body = shown(desk.sent("POST", "/shipments"))

    assert faults(body, BOOKING) == []
    lines = body["content"]["exportDeclaration"]["lineItems"]
    assert [line["number"] for line in lines] == list(range(1, len(lines) + 1))
    total = sum(Decimal(str(line["preCalculatedLineItemTotalValue"])) for line in lines)
    assert Decimal(str(body["content"]["declaredValue"])) == total


@pytest.mark.parametrize("consignment", CONSIGNMENTS.values(), ids=list(CONSIGNMENTS))
async def test_invoice_data_have_every_field_in_their_form_and_no_other(consignment: Consignment) -> None:
    desk = Desk()
    desk.dhl.answers({"shipments": [{"shipmentTimestamp": "2026-11-24T15:30:00"}]}).answers({})
    await desk.carrier.send_preadvice(WAYBILL, parcels.booking_request(consignment))

    request = desk.sent("PATCH", f"/shipments/{WAYBILL}/upload-invoice-data")

    assert faults(shown(request), INVOICE_DATA) == []


@pytest.mark.parametrize("document", list(CarrierDocument))
async def test_a_paper_has_every_field_in_its_form_and_no_other(document: CarrierDocument) -> None:
    desk = Desk()
    desk.dhl.answers({"shipments": [{"shipmentTimestamp": "2026-11-24T15:30:00"}]}).answers({})
    await desk.carrier.upload_document(WAYBILL, document, b"%PDF-1.4 invented")

    request = desk.sent("PATCH", f"/shipments/{WAYBILL}/upload-image")

    assert faults(shown(request), UPLOAD) == []


async def test_questions_have_every_parameter_in_its_form_and_no_other() -> None:
    desk = Desk()
    nothing: dict[str, Any] = {"shipments": [{"shipmentTimestamp": "2026-11-24T15:30:00"}]}
    desk.dhl.answers({"shipments": []})
    await desk.carrier.find_booking(parcels.booking_request())
    assert faults(dict(desk.sent("GET", "/tracking").url.params), BY_REFERENCE) == []

    desk.dhl.answers({"shipments": []})
    await desk.carrier.events(WAYBILL)
    assert faults(dict(desk.sent("GET", f"/shipments/{WAYBILL}/tracking").url.params), OF_ONE) == []

    desk.dhl.answers(nothing).fails(httpx.ReadError("gone"))
    with pytest.raises(Exception, match="broke off"):
        await desk.carrier.upload_document(WAYBILL, CarrierDocument.EXPORT_DECLARATION, b"%PDF-1.4")
    desk.dhl.answers(nothing).answers({"documents": []})
    await desk.carrier.find_document(WAYBILL, CarrierDocument.EXPORT_DECLARATION)
    assert faults(dict(desk.sent("GET", f"/shipments/{WAYBILL}/get-image").url.params), STORED) == []


# --- the simulator, apart from us ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "table", "operation"),
    [
        ("/shipments", BOOKING, "book"),
        ("/upload-image", UPLOAD, "upload_image"),
        ("/upload-invoice-data", INVOICE_DATA, "upload_invoice_data"),
    ],
    ids=["booking", "paper", "invoice data"],
)
async def test_the_simulator_refuses_a_body_without_any_one_required_field(
    office: Office, path: str, table: tuple[Field, ...], operation: str
) -> None:
    """The whole body is taken, so what is refused is refused for the field that is missing, and nothing is done."""
    parcel = await office.parcel()
    await parcel.booked()
    await parcel.attach()
    await parcel.preadvise()
    request = [one for one in office.line.sent if one.url.path.endswith(path)][-1]
    mark = parcel.shipment if operation == "book" else parcel.waybill
    acted = await office.acted(operation, mark)
    taken: list[str] = []

    for field, lacking in without_each(shown(request), table):
        answer = await office.again(request, lacking)
        name = field.rpartition(".")[2]
        said = f"{answer.json().get('detail')} {answer.json().get('additionalDetails')}"
        if answer.status_code not in (400, 422) or name not in said:
            taken.append(f"{field}: {answer.status_code} {said}")

    assert taken == []
    assert await office.acted(operation, mark) == acted == 1


@pytest.mark.parametrize(
    ("path", "table"), [("/get-image", STORED), ("/mydhl/tracking", BY_REFERENCE)], ids=["papers", "reference"]
)
async def test_the_simulator_refuses_a_question_without_any_one_required_parameter(
    office: Office, path: str, table: tuple[Field, ...]
) -> None:
    parcel = await office.parcel()
    await parcel.booked()
    await office.fault("mydhl", "upload_image", "lose_reply", match=parcel.waybill)
    with pytest.raises(Exception, match="broke off"):
        await parcel.attach()
    await parcel.attach()
    request = [one for one in office.line.sent if one.url.path.endswith(path)][-1]
    whole = dict(request.url.params)

    assert (await office.again(request, query=whole)).status_code in (200, 404)
    for field, lacking in without_each(whole, table):
        assert (await office.again(request, query=lacking)).status_code == 400, field

"""MyDHL messages: the booking field by field, the accreditation block, and every checkpoint's meaning."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from tests.adapters import parcels
from tradelane.adapters.errors import Refused
from tradelane.adapters.http import exact_json
from tradelane.adapters.mydhl import MydhlAccess, ShipperParty, booking, invoice_data, mapper, wire
from tradelane.adapters.mydhl.accreditation import note
from tradelane.adapters.mydhl.adapter import LONGEST_LEAD
from tradelane.domain.catalogue import IvaAccreditation, IvaRegime
from tradelane.domain.consignment import Consignment, Package
from tradelane.domain.holds import Fault
from tradelane.domain.order import Address
from tradelane.domain.papers import Incoterm
from tradelane.domain.trade_time import KOREA
from tradelane.domain.transport import TransportStatus as S

ACCESS = MydhlAccess(username="site", password=SecretStr("pw"), account="960000001")
BLOCK = (
    "CL-IVA-REMOTO/1;regime=domiciled_operator;operator=Plataforma Inventada SpA;id_type=RUT;id=76543210-3;"
    "iva_charged=YES;shipment_uid=6KRMLC45848383497"
)


def body(of: Consignment | None = None, access: MydhlAccess = ACCESS, **changes: Any) -> Any:
    """The booking as DHL reads it."""
    return json.loads(
        exact_json(booking.request_body(parcels.booking_request(of, **changes), access, parcels.NOW)),
        parse_float=Decimal,
    )


SHIPPER = {
    "postalAddress": {
        "postalCode": "01234",
        "cityName": "Seoul",
        "countryCode": "KR",
        "addressLine1": "3F, 12 Yesi-ro",
        "addressLine2": "Yesi-gu",
    },
    "contactInformation": {
        "phone": "+82-2-0000-0000",
        "companyName": "Haneul Bada Cosmetics Co., Ltd.",
        "fullName": "Ga Na Da",
    },
    "typeCode": "business",
    "registrationNumbers": [{"typeCode": "VAT", "number": "1234567891", "issuerCountryCode": "KR"}],
}


def test_every_box_of_a_parcel_is_booked() -> None:
    boxes = (
        Package(gross_weight_g=345, length_cm=Decimal("20.5"), width_cm=Decimal(15), height_cm=Decimal("0.8")),
        Package(gross_weight_g=1200, length_cm=Decimal(30), width_cm=Decimal(20), height_cm=Decimal(10)),
    )
    content = body(parcels.consignment(packages=boxes))["content"]
    assert [package["weight"] for package in content["packages"]] == [Decimal("0.345"), Decimal("1.200")]
    assert content["packages"][1]["dimensions"] == {"length": 30, "width": 20, "height": 10}
    assert content["exportDeclaration"]["invoice"]["totalGrossWeight"] == Decimal("1.545")


def test_every_field_of_a_booking_is_as_the_description_asks() -> None:
    assert body() == {
        "plannedShippingDateAndTime": "2026-11-24T15:30:00 GMT+09:00",
        "pickup": {"isRequested": True, "closeTime": "18:00"},
        "productCode": "P",
        "accounts": [{"typeCode": "shipper", "number": "960000001"}],
        "valueAddedServices": [{"serviceCode": "WY"}, {"serviceCode": "PM"}],
        "outputImageProperties": {
            "encodingFormat": "pdf",
            "imageOptions": [
                {"typeCode": "label"},
                {"typeCode": "waybillDoc", "isRequested": True},
                {"typeCode": "invoice", "isRequested": True, "invoiceType": "commercial"},
            ],
        },
        "customerReferences": [
            {"value": "6KRMLC45848383497", "typeCode": "CU"},
            {"value": "6N00226000123X", "typeCode": "CDN"},
        ],
        "customerDetails": {
            "shipperDetails": SHIPPER,
            "receiverDetails": {
                "postalAddress": {
                    "postalCode": "",
                    "cityName": "Ñuñoa",
                    "countryCode": "CL",
                    "provinceCode": "CL-RM",
                    "addressLine1": "Avenida Ejemplo 1234",
                    "addressLine2": "Depto. 206",
                },
                "contactInformation": {
                    "phone": "+82-2-0000-0000",
                    "companyName": "Ñusta Pérez Inventada",
                    "fullName": "Ñusta Pérez Inventada",
                },
                "typeCode": "direct_consumer",
                "registrationNumbers": [{"typeCode": "NID", "number": "12345678-5", "issuerCountryCode": "CL"}],
            },
            "exporterDetails": SHIPPER,
        },
        "content": {
            "packages": [
                {
                    "weight": Decimal("0.345"),
                    "dimensions": {"length": Decimal("20.50"), "width": 15, "height": 1},
                }
            ],
            "isCustomsDeclarable": True,
            "declaredValue": Decimal("25.80"),
            "declaredValueCurrency": "USD",
            "description": "Moisturising face cream, 50 ml, retail jar",
            "incoterm": "FCA",
            "unitOfMeasurement": "metric",
            "exportDeclaration": {
                "lineItems": [
                    {
                        "number": 1,
                        "description": "Moisturising face cream, 50 ml, retail jar",
                        "price": Decimal("12.90"),
                        "quantity": {"value": 2, "unitOfMeasurement": "PCS"},
                        "commodityCodes": [
                            {"typeCode": "outbound", "value": "3304991000"},
                            {"typeCode": "inbound", "value": "33049910"},
                        ],
                        "exportReasonType": "commercial_purpose_or_sale",
                        "manufacturerCountry": "KR",
                        "weight": {"netValue": Decimal("0.160")},
                        "preCalculatedLineItemTotalValue": Decimal("25.80"),
                        "additionalInformation": [
                            "Exporter Haneul Bada Cosmetics Co., Ltd., KR 1234567891",
                            "Export declaration 6N002-26-000123X",
                        ],
                    }
                ],
                "invoice": {
                    "number": "MLC45848383497",
                    "date": "2026-11-24",
                    "signatureName": "Ga Na Da",
                    "totalNetWeight": Decimal("0.160"),
                    "totalGrossWeight": Decimal("0.345"),
                    "customerReferences": [
                        {"typeCode": "UCN", "value": "6KRMLC45848383497"},
                        {"typeCode": "CDN", "value": "6N00226000123X"},
                    ],
                    "preCalculatedTotalValues": {
                        "preCalculatedTotalGoodsValue": Decimal("25.80"),
                        "preCalculatedTotalInvoiceValue": Decimal("29.83"),
                    },
                },
                "additionalCharges": [{"value": Decimal("4.03"), "typeCode": "freight"}],
                "placeOfIncoterm": "Incheon Airport, Korea",
                "exporter": {"id": "1234567891", "code": "VAT"},
                "exportReference": "6N00226000123X",
                "exportReason": "sale",
                "exportReasonType": "commercial_purpose_or_sale",
                "shipmentType": "commercial",
                "declarationNotes": [{"value": BLOCK}],
            },
        },
    }


def test_goods_of_two_exporters_keep_theirs_line_by_line() -> None:
    two = parcels.consignment(
        items=(parcels.item(), parcels.item(sku="BS-1", exporter_id="bada", description_en="Wool socks"))
    )
    sent = body(two, declaration_numbers=(parcels.SECOND_NUMBER, parcels.NUMBER))
    references = [r["value"] for r in sent["customerReferences"] if r["typeCode"] == "CDN"]
    assert references == ["7P11326000045X", "6N00226000123X"]
    assert sent["customerDetails"]["exporterDetails"]["contactInformation"]["companyName"] == "Bada Socks"
    cream, socks = sent["content"]["exportDeclaration"]["lineItems"]
    assert "Haneul" in cream["additionalInformation"][0]
    assert cream["additionalInformation"][1].endswith("6N002-26-000123X")
    assert "Bada Socks" in socks["additionalInformation"][0]
    assert socks["additionalInformation"][1].endswith("7P113-26-000045X")
    assert [line["number"] for line in (cream, socks)] == [1, 2]


def test_without_a_declaration_of_our_own_no_reference_is_claimed() -> None:
    sent = body(declaration_numbers=())
    assert [r["typeCode"] for r in sent["customerReferences"]] == ["CU"]
    assert "exportReference" not in sent["content"]["exportDeclaration"]


def test_goods_that_the_carrier_clears_by_its_list_say_so_and_others_do_not() -> None:
    """Else DHL Korea would wait for a declaration that nobody files (목록통관)."""
    [remark] = body(declaration_numbers=(), carrier_clears=True)["content"]["exportDeclaration"]["remarks"]
    assert "clear for export by your list" in remark["value"]
    assert "remarks" not in body()["content"]["exportDeclaration"]


def test_free_carriage_is_no_charge() -> None:
    sent = body(parcels.consignment(shipping_charge=parcels.usd("0")))["content"]["exportDeclaration"]
    assert "additionalCharges" not in sent
    totals = sent["invoice"]["preCalculatedTotalValues"]
    assert totals["preCalculatedTotalInvoiceValue"] == totals["preCalculatedTotalGoodsValue"]


def test_duties_are_ours_only_under_ddp_with_an_account() -> None:
    paying = ACCESS.model_copy(update={"duties_account": "960000002"})
    ddp = parcels.consignment(incoterm=Incoterm.DDP)
    sent = body(ddp, paying)
    assert sent["accounts"][1] == {"typeCode": "duties-taxes", "number": "960000002"}
    assert {"serviceCode": "DD"} in sent["valueAddedServices"]
    assert len(body(access=paying)["accounts"]) == 1
    assert len(body(ddp)["accounts"]) == 1


def test_a_company_is_named_by_its_rut_as_tax_number() -> None:
    company = parcels.consignment(
        consignee=parcels.consignee(is_company=True, phone="+56 9 0000 0000", email="compras@empresa.example")
    )
    receiver = body(company)["customerDetails"]["receiverDetails"]
    assert receiver["typeCode"] == "business"
    assert receiver["registrationNumbers"][0]["typeCode"] == "VAT"
    assert receiver["contactInformation"]["phone"] == "+56 9 0000 0000"
    assert receiver["contactInformation"]["email"] == "compras@empresa.example"


def test_a_long_address_is_wrapped_and_never_cut() -> None:
    line = "Avenida Libertador General Bernardo Ejemplo Inventado 12345, Condominio Los Aromos Chicos"
    sent = parcels.consignee(address=_address(line, "Torre B, Depto. 1502"))
    address = body(parcels.consignment(consignee=sent))["customerDetails"]["receiverDetails"]["postalAddress"]
    lines = [address[f"addressLine{n}"] for n in (1, 2, 3)]
    assert all(1 <= len(part) <= 45 for part in lines)
    assert " ".join(lines).replace(" ", "") == (line + ",Torre B, Depto. 1502").replace(" ", "")


def _address(line: str, note: str | None = None) -> Address:
    return parcels.consignee().address.model_copy(update={"lines": (line,), "note": note})


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"consignee": parcels.consignee(address=_address("calle " * 40))}, Fault.BUYER_DATA),
        ({"consignee": parcels.consignee(address=_address("x" * 60))}, Fault.BUYER_DATA),
        ({"consignee": parcels.consignee(address=_address(" "))}, Fault.BUYER_DATA),
        ({"consignee": parcels.consignee(name=" ")}, Fault.BUYER_DATA),
        ({"exporters": (parcels.exporter(city_en="x" * 46),)}, Fault.SELLER_DATA),
        ({"exporters": (parcels.exporter(phone=""),)}, Fault.SELLER_DATA),
        ({"items": (parcels.item(unit_price=parcels.usd("1.2345")),)}, Fault.OURS),
    ],
)
def test_what_does_not_fit_is_refused_with_whose_data_it_is(change: dict[str, Any], fault: Fault) -> None:
    with pytest.raises(Refused) as failure:
        body(parcels.consignment(**change))
    assert failure.value.fault is fault
    if fault is Fault.BUYER_DATA:
        assert "consignee.address" in failure.value.commands[0]
        assert "calle" not in failure.value.words, "personal data are not quoted"


def test_the_agency_ships_where_an_exporters_address_is_not_complete() -> None:
    agency = ShipperParty(
        company="Agency", person="Desk", phone="+82-2-1111-1111", lines=("1 Yesi-ro",), city="Seoul", postcode="01000"
    )
    access = ACCESS.model_copy(update={"shipper": agency, "receiver_phone": "+56 2 0000 0000"})
    complete = body(access=access)["customerDetails"]
    assert complete["shipperDetails"]["contactInformation"]["companyName"] == "Haneul Bada Cosmetics Co., Ltd."
    assert complete["receiverDetails"]["contactInformation"]["phone"] == "+56 2 0000 0000"
    incomplete = body(parcels.consignment(exporters=(parcels.exporter(phone=" "),)), access)
    assert incomplete["customerDetails"]["shipperDetails"]["contactInformation"]["companyName"] == "Agency"
    assert "exporterDetails" not in incomplete["customerDetails"]
    assert incomplete["content"]["exportDeclaration"]["exporter"]["id"] == "1234567891"


@pytest.mark.parametrize(
    ("wanted", "planned"),
    [
        (parcels.NOW + timedelta(days=1), "2026-11-25T10:00:00 GMT+09:00"),
        (parcels.NOW, "2026-11-24T12:00:00 GMT+09:00"),
        (parcels.NOW - timedelta(days=30), "2026-11-24T12:00:00 GMT+09:00"),
    ],
)
def test_the_planned_instant_is_korean_and_never_past_when_it_arrives(wanted: datetime, planned: str) -> None:
    assert booking.planned(wanted, parcels.NOW, timedelta(hours=2)) == planned


@pytest.mark.parametrize(
    ("wanted", "fetched"),
    [
        ("2026-11-24T15:59:00+09:00", "2026-11-24T15:59:00+09:00"),
        ("2026-11-24T16:01:00+09:00", "2026-11-25T09:00:00+09:00"),
        ("2026-11-24T03:00:00+09:00", "2026-11-24T09:00:00+09:00"),
        ("2026-11-24T22:41:00Z", "2026-11-25T09:00:00+09:00"),
        ("2026-11-27T16:01:00+09:00", "2026-11-30T09:00:00+09:00"),
        ("2026-11-28T11:00:00+09:00", "2026-11-30T09:00:00+09:00"),
    ],
)
def test_the_courier_is_asked_for_hours_at_which_somebody_hands_the_parcel_over(wanted: str, fetched: str) -> None:
    assert booking.courier_hours(datetime.fromisoformat(wanted), "18:00") == datetime.fromisoformat(fetched)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(KOREA)))  # noqa: DTZ001
def test_the_longest_lead_and_a_weekend_stay_within_what_dhl_takes(now: datetime) -> None:
    fetched = booking.courier_hours(now + LONGEST_LEAD, "18:00")
    assert now + LONGEST_LEAD <= fetched <= now + timedelta(days=10)


def test_a_parcel_booked_at_night_is_fetched_in_the_morning() -> None:
    night = datetime.fromisoformat("2026-11-24T22:41:00+09:00")
    request = parcels.booking_request().model_copy(update={"planned_at": night})
    sent = booking.request_body(request, ACCESS, night)
    assert sent["plannedShippingDateAndTime"] == "2026-11-25T09:00:00 GMT+09:00"


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("Hard cover notebook of paper, ruled", "Gel ink pens"), "Hard cover notebook of paper, ruled, Gel ink pens"),
        (
            ("Hard cover notebook of paper, ruled, 160 pages", "Gel ink pens, set of 12 colours"),
            "Hard cover notebook of paper, ruled, 160 pages and 1 more",
        ),
        (("Knitted cap of wool " * 5,), "Knitted cap of wool Knitted cap of wool Knitted cap of wool Knitted"),
    ],
)
def test_the_contents_name_whole_goods_within_seventy_characters(names: tuple[str, ...], told: str) -> None:
    goods = tuple(parcels.item(sku=f"S{n}", description_en=name) for n, name in enumerate(names))
    assert body(parcels.consignment(items=goods))["content"]["description"] == told


@given(
    st.lists(
        st.tuples(
            st.integers(1, 50), st.decimals(min_value=Decimal("0.01"), max_value=999, places=2), st.integers(1, 900)
        ),
        min_size=1,
        max_size=6,
    )
)
def test_totals_of_a_booking_are_the_sums_of_its_lines(goods: list[tuple[int, Decimal, int]]) -> None:
    items = tuple(
        parcels.item(sku=f"S{n}", quantity=quantity, unit_price=parcels.usd(str(price)), net_weight_g=grams)
        for n, (quantity, price, grams) in enumerate(goods)
    )
    content = body(parcels.consignment(items=items))["content"]
    lines = content["exportDeclaration"]["lineItems"]
    for line in lines:
        assert line["preCalculatedLineItemTotalValue"] == line["price"] * line["quantity"]["value"]
    assert content["declaredValue"] == sum(line["preCalculatedLineItemTotalValue"] for line in lines)
    net = content["exportDeclaration"]["invoice"]["totalNetWeight"]
    assert net == sum(Decimal(line["weight"]["netValue"]) for line in lines)


# --- accreditation and invoice data ----------------------------------------------------------------------------------


def test_the_accreditation_names_a_domiciled_operator_by_rut() -> None:
    assert note(parcels.consignment()) == BLOCK


def test_a_foreign_operator_is_named_by_its_sii_user() -> None:
    foreign = IvaAccreditation(regime=IvaRegime.FOREIGN_OPERATOR, operator_name="Invented; Ltd=", operator_id="U1")
    block = note(parcels.consignment(accreditation=foreign))
    assert ";operator=Invented Ltd;id_type=SII-USER;id=U1;iva_charged=YES;" in block


@pytest.mark.parametrize(
    "change",
    [
        {"accreditation": IvaAccreditation()},
        {"purchased_at": datetime(2025, 10, 1, tzinfo=UTC)},
        {"items": (parcels.item(unit_price=parcels.usd("600")),)},
        {"consignee": parcels.consignee(is_company=True)},
    ],
)
def test_iva_is_said_to_be_charged_only_where_it_was(change: dict[str, Any]) -> None:
    assert ";iva_charged=NO;" in note(parcels.consignment(**change))


def test_a_block_too_long_for_its_place_is_refused() -> None:
    endless = IvaAccreditation(regime=IvaRegime.FOREIGN_OPERATOR, operator_name="x" * 500, operator_id="U1")
    with pytest.raises(Refused):
        note(parcels.consignment(accreditation=endless))


def test_invoice_data_carry_the_block_as_a_remark_and_only_known_keys() -> None:
    sent = json.loads(
        exact_json(invoice_data.request_body(parcels.booking_request(), ACCESS, "2026-11-24", "960000001"))
    )
    assert set(sent) == {"plannedShipDate", "accounts", "content"}
    (declared,) = sent["content"]["exportDeclaration"]
    assert declared["remarks"] == [{"value": BLOCK}]
    assert declared["invoice"]["function"] == "import"
    assert (declared["incoterm"], sent["content"]["currency"]) == ("FCA", "USD")
    assert "declarationNotes" not in declared
    assert "additionalInformation" not in declared["lineItems"][0]


# --- checkpoints -----------------------------------------------------------------------------------------------------

AREA = {"KR": ("ICN", "INCHEON-KR"), "CL": ("SCL", "SANTIAGO-CL"), "US": ("MIA", "MIAMI, FL-US"), "": ("", "")}


def event(code: str, country: str = "CL", words: str = "", **more: Any) -> wire.Shipment:
    area = AREA[country]
    told = {
        "date": "2026-11-26",
        "time": "08:00:00",
        "GMTOffset": "-03:00",
        "typeCode": code,
        "description": words or f"words of {code}",
        "serviceArea": [{"code": area[0], "description": area[1]}],
        **more,
    }
    return wire.Shipment.model_validate({"events": [told]})


def status(*args: Any, **more: Any) -> S:
    (found,) = mapper.events(event(*args, **more))
    return found.status


@pytest.mark.parametrize(
    ("code", "country", "ours"),
    [
        ("DUMMY_PU", "KR", S.CREATED),
        ("PU", "KR", S.PICKED_UP),
        ("SA", "KR", S.PICKED_UP),
        ("PL", "KR", S.IN_TRANSIT),
        ("DF", "KR", S.DEPARTED),
        ("CU", "KR", S.DEPARTED),
        ("DF", "US", S.IN_TRANSIT),
        ("DF", "CL", S.IN_TRANSIT),
        ("DF", "", S.IN_TRANSIT),
        ("AF", "US", S.IN_TRANSIT),
        ("AF", "CL", S.ARRIVED_COUNTRY),
        ("AR", "CL", S.ARRIVED_COUNTRY),
        ("IC", "CL", S.CUSTOMS),
        ("RR", "CL", S.CUSTOMS),
        ("BR", "CL", S.CUSTOMS),
        ("UD", "CL", S.CUSTOMS_INFORMATION),
        ("CD", "CL", S.CUSTOMS_DELAY),
        ("OH", "CL", S.CUSTOMS_DELAY),
        ("OH", "KR", S.EXCEPTION),
        ("CR", "CL", S.CUSTOMS_RELEASED),
        ("HP", "CL", S.PAYMENT_REQUIRED),
        ("PY", "CL", S.PAYMENT_REQUIRED),
        ("CC", "CL", S.AT_BRANCH),
        ("WC", "CL", S.OUT_FOR_DELIVERY),
        ("NH", "CL", S.ATTEMPT_FAILED),
        ("BA", "CL", S.ATTEMPT_FAILED),
        ("RD", "CL", S.ATTEMPT_FAILED),
        ("DD", "CL", S.EXCEPTION),
        ("PD", "CL", S.EXCEPTION),
        ("SS", "CL", S.EXCEPTION),
        ("RT", "CL", S.RETURNING),
        ("RT", "KR", S.RETURNED),
        ("OK", "CL", S.DELIVERED),
        ("ZZ", "CL", S.NOT_UNDERSTOOD),
        ("", "CL", S.NOT_UNDERSTOOD),
        ("ok", "CL", S.NOT_UNDERSTOOD),
    ],
)
def test_each_checkpoint_has_one_meaning_in_its_place(code: str, country: str, ours: S) -> None:
    assert status(code, country) is ours


@pytest.mark.parametrize(
    ("code", "words", "ours"),
    [
        ("UD", "Clearance delay", S.CUSTOMS_INFORMATION),
        ("UD", "Awaiting documents from the consignee", S.CUSTOMS_INFORMATION),
        ("UD", "Customs closed for a public holiday", S.CUSTOMS_DELAY),
        ("UD", "Selected for physical inspection", S.CUSTOMS_DELAY),
        ("UD", "Inspection: commercial invoice needed", S.CUSTOMS_INFORMATION),
        ("CD", "Backlog at the facility", S.CUSTOMS_DELAY),
        ("CD", "Missing commercial invoice", S.CUSTOMS_INFORMATION),
        ("CD", "Falta RUT del destinatario", S.CUSTOMS_INFORMATION),
    ],
)
def test_a_request_for_papers_is_told_from_a_mere_delay(code: str, words: str, ours: S) -> None:
    assert status(code, words=words) is ours


def test_remarks_count_as_words() -> None:
    remarks = [{"value": "Please provide the tax ID", "details": "of the receiver"}]
    (found,) = mapper.events(event("CD", remarks=remarks))
    assert found.status is S.CUSTOMS_INFORMATION
    assert "Please provide the tax ID" in found.words


def test_all_codes_of_the_reference_data_are_in_the_table() -> None:
    published = (
        "CR DF PL TR AD BA BL BN BR CA CC CD CI CM CS CU DD DI DM DP DS ES FD HI HN HO HP IA IC IR LV MC MD MS NA "
        "ND NH OH OK PD PU PY RD RR RT RW SA SC SI SM SS ST TD TI TP TT UD UV WC DUMMY_PU AF AR"
    )
    assert set(mapper.STATUS) == set(published.split())


@pytest.mark.parametrize(
    ("areas", "country"),
    [
        ([{"code": "SEL", "description": "SEOUL - KOREA, REPUBLIC OF (SOUTH K.)"}], "KR"),
        ([{"code": "SCL", "description": "SANTIAGO - CHILE"}], "CL"),
        ([{"code": "ICN", "description": None}], "KR"),
        ([{"code": None, "description": None}], ""),
        ([], ""),
    ],
)
def test_the_country_of_a_checkpoint_is_read_from_what_there_is(areas: list[dict[str, Any]], country: str) -> None:
    shipment = wire.Shipment.model_validate({"events": [{"serviceArea": areas}]})
    assert mapper.country_of(shipment.events[0].serviceArea) == country


@pytest.mark.parametrize(
    ("offset", "country", "instant"),
    [
        ("-03:00", "CL", datetime(2026, 11, 26, 11, 0, tzinfo=UTC)),
        ("+0900", "KR", datetime(2026, 11, 25, 23, 0, tzinfo=UTC)),
        ("GMT-5", "US", datetime(2026, 11, 26, 13, 0, tzinfo=UTC)),
        (None, "KR", datetime(2026, 11, 25, 23, 0, tzinfo=UTC)),
        (None, "CL", datetime(2026, 11, 26, 11, 0, tzinfo=UTC)),
        ("odd", "US", datetime(2026, 11, 26, 8, 0, tzinfo=UTC)),
        ("+99:00", "", datetime(2026, 11, 26, 8, 0, tzinfo=UTC)),
    ],
)
def test_offsets_are_honoured_and_without_one_the_clock_of_the_place_counts(
    offset: str | None, country: str, instant: datetime
) -> None:
    (found,) = mapper.events(event("PL", country, GMTOffset=offset))
    assert found.occurred_at == instant


def test_a_checkpoint_without_a_date_is_left_out() -> None:
    assert mapper.events(event("OK", date=None)) == ()


@given(
    st.builds(
        dict,
        date=st.one_of(st.none(), st.text(max_size=12), st.dates().map(str)),
        time=st.one_of(st.none(), st.text(max_size=9)),
        GMTOffset=st.one_of(st.none(), st.text(max_size=7), st.from_regex(re.compile(r"[+-]\d\d:?\d\d"))),
        typeCode=st.one_of(st.none(), st.text(max_size=4)),
        description=st.one_of(st.none(), st.text(max_size=30)),
        serviceArea=st.one_of(st.none(), st.lists(st.builds(dict, description=st.text(max_size=9)), max_size=2)),
        something_new=st.integers(),
    )
)
def test_no_checkpoint_breaks_the_mapper(told: dict[str, Any]) -> None:
    for found in mapper.events(wire.Shipment.model_validate({"events": [told]})):
        assert found.status in S

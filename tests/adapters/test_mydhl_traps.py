"""MyDHL and the traps of Korean exports: which code goes where, the limits of a booking, closed lanes, clearance."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import SecretStr

from tests.adapters import parcels
from tests.adapters.books import MemoryDocuments, MemoryEffects
from tests.adapters.counterparty import Counterparty
from tradelane.adapters.errors import Refused
from tradelane.adapters.http import exact_json
from tradelane.adapters.mydhl import MydhlAccess, MydhlCarrier, booking, invoice_data, mapper
from tradelane.adapters.mydhl.adapter import LONGEST_LEAD
from tradelane.domain.consignment import Consignment
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import ChileanTariffCode, Hsk
from tradelane.domain.trade_time import KOREA
from tradelane.domain.transport import TransportStatus as S

ACCESS = MydhlAccess(username="site", password=SecretStr("pw"), account="960000001")


def body(of: Consignment | None = None, **changes: Any) -> Any:
    """The booking as DHL reads it."""
    told = booking.request_body(parcels.booking_request(of, **changes), ACCESS, parcels.NOW)
    return json.loads(exact_json(told), parse_float=Decimal)


# --- 27: outbound is the Korean code, inbound the Chilean one -----------------------------------------------------------


def test_trap_27_the_courier_gets_the_korean_code_as_outbound_and_the_chilean_as_inbound() -> None:
    """korea-export 7.1: typeCode outbound (Korean HSK, ten digits) and inbound (Chilean code, eight)."""
    goods = (
        parcels.item(hsk=Hsk("3304991000"), cl_tariff=ChileanTariffCode("33049910")),
        parcels.item(sku="HB-TEE", hsk=Hsk("6109101000"), cl_tariff=ChileanTariffCode("61091011")),
    )
    lines = body(parcels.consignment(items=goods))["content"]["exportDeclaration"]["lineItems"]
    assert [{code["typeCode"]: code["value"] for code in line["commodityCodes"]} for line in lines] == [
        {"outbound": "3304991000", "inbound": "33049910"},
        {"outbound": "6109101000", "inbound": "61091011"},
    ]


def test_trap_27_the_pre_advice_says_the_same_codes_as_the_booking() -> None:
    told = invoice_data.request_body(parcels.booking_request(), ACCESS, "2026-11-24", "960000001")
    [line] = told["content"]["exportDeclaration"][0]["lineItems"]
    codes = {code["typeCode"]: code["value"] for code in line["commodityCodes"]}
    assert codes == {"outbound": "3304991000", "inbound": "33049910"}


# --- 28: limits of a booking --------------------------------------------------------------------------------------------


def _texts(value: object, name: str) -> list[str]:
    """Every text under a key whose name begins so, wherever it stands."""
    if isinstance(value, dict):
        own = [str(text) for key, text in value.items() if key.startswith(name) and isinstance(text, str)]
        return own + [text for inner in value.values() for text in _texts(inner, name)]
    return [text for inner in value for text in _texts(inner, name)] if isinstance(value, list) else []


def test_trap_28_no_address_line_is_longer_than_forty_five() -> None:
    """korea-export 7.1: addressLine1 to 3, 45 characters each; what does not fit into three is the buyer's to mend."""
    street = "Avenida Libertador General Bernardo Ejemplo Inventado 12345, Condominio Los Aromos Chicos"
    long = parcels.consignee().address.model_copy(update={"lines": (street,), "note": "Torre B, Depto. 1502"})
    lines = _texts(body(parcels.consignment(consignee=parcels.consignee(address=long))), "addressLine")
    assert max(map(len, lines)) <= 45
    assert "".join(street.split()) in "".join("".join(lines).split())
    endless = long.model_copy(update={"lines": (street, street)})
    with pytest.raises(Refused) as failure:
        body(parcels.consignment(consignee=parcels.consignee(address=endless)))
    assert failure.value.fault is Fault.BUYER_DATA


def test_trap_28_the_contents_are_described_in_seventy_characters() -> None:
    """korea-export 7.1: content.description at most 70."""
    goods = tuple(parcels.item(sku=f"S-{n}", description_en=f"Moisturising face cream, kind {n}") for n in range(9))
    assert 0 < len(body(parcels.consignment(items=goods))["content"]["description"]) <= 70


@pytest.mark.parametrize("asked", [timedelta(days=-30), timedelta(seconds=-1), timedelta(0)])
def test_trap_28_a_ship_date_is_never_past(asked: timedelta) -> None:
    """korea-export, trap 28: not even a few seconds; the request itself takes its time."""
    said = body(planned_at=parcels.NOW + asked)["plannedShippingDateAndTime"]
    assert datetime.strptime(said, "%Y-%m-%dT%H:%M:%S GMT%z") >= parcels.NOW + timedelta(minutes=1)


def test_trap_28_a_ship_date_is_at_most_ten_days_ahead() -> None:
    for hour in range(0, 24 * 7, 5):
        now = datetime(2026, 11, 23, tzinfo=KOREA) + timedelta(hours=hour)
        assert booking.courier_hours(now + LONGEST_LEAD, "18:00") <= now + timedelta(days=10)


def test_trap_28_there_is_a_blank_before_gmt() -> None:
    """Error 998 of DHL."""
    said = body()["plannedShippingDateAndTime"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d GMT\+09:00", said)


def test_trap_28_goods_for_customs_come_with_their_export_declaration_and_paperless_trade() -> None:
    """Without WY no image is taken after the booking (korea-export 7.1)."""
    said = body()
    assert said["content"]["isCustomsDeclarable"] is True
    assert said["content"]["exportDeclaration"]["lineItems"]
    assert {"serviceCode": "WY"} in said["valueAddedServices"]


# --- 24 and 30: what the carrier refuses is not tried again -------------------------------------------------------------


def carrier_of(party: Counterparty) -> MydhlCarrier:
    return MydhlCarrier(
        ACCESS.model_copy(update={"base_url": "https://d.example/mydhlapi"}),
        party.client(),
        effects=MemoryEffects(),
        now=lambda: parcels.NOW,
        documents=MemoryDocuments(),
    )


async def test_trap_24_a_booking_that_breaks_the_schema_is_refused_and_not_tried_again() -> None:
    """422 is a refusal of what was sent: sent again it is refused again (korea-export 7.1)."""
    party = Counterparty()
    words = "#/customerDetails/receiverDetails/postalAddress/cityName: expected maxLength: 45"
    party.answers({"instance": "/x", "title": "t", "message": "m", "status": "422", "detail": words}, status=422)
    with pytest.raises(Refused) as failure:
        await carrier_of(party).book(parcels.booking_request())
    assert (failure.value.code, failure.value.fault) == ("422", Fault.BUYER_DATA)
    assert len(party.requests) == 1


async def test_trap_30_a_lane_that_the_carrier_does_not_serve_is_refused_and_not_tried_again() -> None:
    """Lanes close overnight (korea-export 7.2): the carrier's answer of the day decides, no list of ours."""
    party = Counterparty()
    words = "7008: The requested service is not available on this lane"
    party.answers(
        {"instance": "/x", "title": "t", "message": "Bad request", "status": "400", "detail": words}, status=400
    )
    with pytest.raises(Refused) as failure:
        await carrier_of(party).book(parcels.booking_request())
    assert (failure.value.code, failure.value.fault) == ("7008", Fault.CARRIER)
    assert "not available on this lane" in failure.value.words
    assert len(party.requests) == 1


# --- 31: clearance is no failure ----------------------------------------------------------------------------------------

FAILED = {S.EXCEPTION, S.ATTEMPT_FAILED, S.RETURNING, S.RETURNED, S.NOT_UNDERSTOOD}


@pytest.mark.parametrize(
    ("code", "ours"),
    [
        ("PU", S.PICKED_UP),  # karrio: pending
        ("IC", S.CUSTOMS),
        ("BN", S.CUSTOMS),
        ("BR", S.CUSTOMS),
        ("RR", S.CUSTOMS),
        ("CR", S.CUSTOMS_RELEASED),
        ("CD", S.CUSTOMS_DELAY),
        ("UD", S.CUSTOMS_INFORMATION),
        ("OH", S.CUSTOMS_DELAY),
        ("HP", S.PAYMENT_REQUIRED),
        ("PY", S.PAYMENT_REQUIRED),
        ("WC", S.OUT_FOR_DELIVERY),
    ],
)
def test_trap_31_what_happens_at_customs_is_no_failed_delivery(code: str, ours: S) -> None:
    """The list of korea-export 7.1; CD, CR, RD, SS, HP and WC stand in several buckets of a public library."""
    found = mapper.status(code, "", "CL")
    assert found is ours
    assert found not in FAILED


@pytest.mark.parametrize(("code", "ours"), [("RD", S.ATTEMPT_FAILED), ("SS", S.EXCEPTION), ("OK", S.DELIVERED)])
def test_trap_31_what_did_go_wrong_is_not_hidden_among_clearance(code: str, ours: S) -> None:
    assert mapper.status(code, "", "CL") is ours

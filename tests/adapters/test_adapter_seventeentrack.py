"""17TRACK: registration, events, pushes and their signature."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from tests.adapters.counterparty import Counterparty
from tradelane.adapters.errors import Garbled, OutsideFailure, Refused, Unavailable
from tradelane.adapters.seventeentrack import (
    SeventeenTrackAccess,
    SeventeenTrackAggregator,
    from_push,
    mapper,
    verify_signature,
    wire,
)
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import WaybillNumber
from tradelane.domain.outside import CannotTell, Done, NotDone
from tradelane.domain.transport import TransportStatus

WAYBILL = WaybillNumber("1234567891")


def aggregator(party: Counterparty) -> SeventeenTrackAggregator:
    access = SeventeenTrackAccess(base_url="https://t.example/track/v2.4", token=SecretStr("t-1"))
    return SeventeenTrackAggregator(access, party.client())


def envelope(accepted: list[Any] | None = None, rejected: list[Any] | None = None) -> dict[str, Any]:
    return {"code": 0, "data": {"accepted": accepted or [], "rejected": rejected or []}}


def rejection(code: int, number: str = WAYBILL) -> dict[str, Any]:
    return {"number": number, "carrier": "100001", "error": {"code": code, "message": f"message of {code}"}}


def event(sub_status: str | None, **more: Any) -> dict[str, Any]:
    return {
        "time_iso": "2026-11-25T10:00:00+09:00",
        "time_utc": "2026-11-25T01:00:00Z",
        "description": "words",
        "location": "INCHEON, KR",
        "stage": None,
        "sub_status": sub_status,
        "address": {"country": "KR", "city": None},
        **more,
    }


def info(*events: dict[str, Any]) -> wire.TrackInfo:
    return wire.TrackInfo.model_validate({"tracking": {"providers": [{"events": list(events)}]}})


# --- registration --------------------------------------------------------------------------------------------------


async def test_a_number_is_registered_with_its_carrier_and_our_reference() -> None:
    party = Counterparty().answers(envelope([{"origin": 1, "number": WAYBILL, "carrier": 100001}]))
    await aggregator(party).register(WAYBILL, "6KRMLC45848383497")
    assert (party.requests[0].method, party.paths) == ("POST", ["/track/v2.4/register"])
    assert party.requests[0].headers["17token"] == "t-1"
    assert party.body() == [
        {"number": "1234567891", "carrier": 100001, "order_no": "6KRMLC45848383497", "tag": "6KRMLC45848383497"}
    ]


async def test_already_registered_is_success() -> None:
    await aggregator(Counterparty().answers(envelope(rejected=[rejection(-18019901)]))).register(WAYBILL, "x")


@pytest.mark.parametrize(
    ("code", "kind", "fault"),
    [
        (-18010012, Refused, Fault.CARRIER),
        (-18019903, Refused, Fault.OURS),
        (-18019908, Refused, Fault.OURS),
        (-18019910, Refused, Fault.OURS),
        (-18019907, Unavailable, None),
        (-1, Refused, Fault.CARRIER),
    ],
)
async def test_other_rejections_are_failures(code: int, kind: type[OutsideFailure], fault: Fault | None) -> None:
    with pytest.raises(kind) as failure:
        await aggregator(Counterparty().answers(envelope(rejected=[rejection(code)]))).register(WAYBILL, "x")
    assert failure.value.words == f"message of {code}"
    if isinstance(failure.value, Refused):
        assert failure.value.fault is fault
    if isinstance(failure.value, Unavailable):
        assert failure.value.wait == timedelta(hours=1)


async def test_numbers_go_forty_a_call() -> None:
    numbers = [WaybillNumber(f"{n:09d}{n % 7}") for n in range(100_000_000, 100_000_095)]
    party = Counterparty()
    for start in (0, 40, 80):
        party.answers(envelope([{"number": str(n)} for n in numbers[start : start + 40]]))
    await aggregator(party).register_many((n, "ref") for n in numbers)
    assert [len(party.body(call)) for call in range(3)] == [40, 40, 15]


async def test_a_number_of_which_nothing_is_said_is_garbled() -> None:
    with pytest.raises(Garbled):
        await aggregator(Counterparty().answers(envelope())).register(WAYBILL, "x")


@pytest.mark.parametrize(
    ("status", "content", "kind"),
    [
        (401, {"code": -18010002, "data": {"errors": [{"code": -18010002, "message": "bad key"}]}}, Refused),
        (401, {}, Refused),
        (200, {"code": -18010013, "data": {"errors": [{"code": -18010013, "message": "body"}]}}, Refused),
        (200, {"code": -18010013}, Refused),
        (200, {"code": -18010013, "data": None}, Refused),
        (429, {}, Unavailable),
        (200, {"data": {}}, Garbled),
        (200, [], Garbled),
    ],
)
async def test_a_call_that_fails_as_a_whole_is_sorted(status: int, content: object, kind: type[OutsideFailure]) -> None:
    with pytest.raises(kind):
        await aggregator(Counterparty().answers(content, status=status)).register(WAYBILL, "x")


def listed(page: int, pages: int, *numbers: str) -> dict[str, Any]:
    return {
        "page": {"data_total": 1, "page_total": pages, "page_no": page, "page_size": 40},
        **envelope([{"number": number, "tracking_status": "Tracking"} for number in numbers]),
    }


async def test_a_registration_is_looked_for_on_all_pages() -> None:
    party = Counterparty().answers(listed(1, 2, "9999999999")).answers(listed(2, 2, WAYBILL))
    assert await aggregator(party).find_registration(WAYBILL) == Done("Tracking")
    assert party.body(1) == {"page_no": 2, "number": "1234567891"}


async def test_no_registration_is_not_done() -> None:
    assert await aggregator(Counterparty().answers(listed(1, 0))).find_registration(WAYBILL) == NotDone()


async def test_an_endless_list_cannot_tell() -> None:
    party = Counterparty()
    for page in range(1, 51):
        party.answers(listed(page, 1000, "9999999999"))
    assert isinstance(await aggregator(party).find_registration(WAYBILL), CannotTell)


# --- events --------------------------------------------------------------------------------------------------------


async def test_events_come_oldest_first_whatever_the_order_told() -> None:
    told = info(
        event("Delivered_Other", time_utc="2026-11-30T15:00:00Z"),
        event("InTransit_PickedUp", time_utc="2026-11-25T01:00:00Z"),
    )
    entry = {"number": WAYBILL, "carrier": 100001, "track_info": told.model_dump()}
    party = Counterparty().answers(envelope([entry]))
    found = await aggregator(party).events(WAYBILL)
    assert party.body() == [{"number": "1234567891", "carrier": 100001}]
    assert [e.status for e in found] == [TransportStatus.PICKED_UP, TransportStatus.DELIVERED]
    assert (found[0].code, found[0].words, found[0].location) == ("InTransit_PickedUp", "words", "INCHEON, KR")
    assert found[0].source == "17track"


async def test_nothing_known_yet_is_no_event_and_not_registered_is_a_refusal() -> None:
    assert await aggregator(Counterparty().answers(envelope(rejected=[rejection(-18019909)]))).events(WAYBILL) == ()
    with pytest.raises(Refused) as failure:
        await aggregator(Counterparty().answers(envelope(rejected=[rejection(-18019902)]))).events(WAYBILL)
    assert failure.value.code == "not_registered"


async def test_an_answer_about_another_number_is_garbled() -> None:
    with pytest.raises(Garbled):
        await aggregator(Counterparty().answers(envelope([{"number": "9999999999"}]))).events(WAYBILL)


@pytest.mark.parametrize(
    ("sub_status", "country", "status"),
    [
        ("InfoReceived", "KR", TransportStatus.CREATED),
        ("InTransit_PickedUp", "KR", TransportStatus.PICKED_UP),
        ("InTransit_Departure", "KR", TransportStatus.DEPARTED),
        ("InTransit_Departure", "US", TransportStatus.IN_TRANSIT),
        ("InTransit_Other", "US", TransportStatus.IN_TRANSIT),
        ("InTransit_Arrival", "US", TransportStatus.IN_TRANSIT),
        ("InTransit_Arrival", "CL", TransportStatus.ARRIVED_COUNTRY),
        ("InTransit_CustomsProcessing", "CL", TransportStatus.CUSTOMS),
        ("InTransit_CustomsRequiringInformation", "CL", TransportStatus.CUSTOMS_INFORMATION),
        ("InTransit_CustomsReleased", "CL", TransportStatus.CUSTOMS_RELEASED),
        ("AvailableForPickup_Other", "CL", TransportStatus.AT_BRANCH),
        ("OutForDelivery_Other", "CL", TransportStatus.OUT_FOR_DELIVERY),
        ("DeliveryFailure_NoBody", "CL", TransportStatus.ATTEMPT_FAILED),
        ("DeliveryFailure_Rejected", "CL", TransportStatus.ATTEMPT_FAILED),
        ("Delivered_Other", "CL", TransportStatus.DELIVERED),
        ("Exception_Returning", "CL", TransportStatus.RETURNING),
        ("Exception_Returned", "KR", TransportStatus.RETURNED),
        ("Exception_Lost", "CL", TransportStatus.EXCEPTION),
        ("Expired_Other", "CL", TransportStatus.NOT_UNDERSTOOD),
        ("NotFound_Other", "CL", TransportStatus.NOT_UNDERSTOOD),
        ("InTransit_QuantumTunnelling", "CL", TransportStatus.NOT_UNDERSTOOD),
    ],
)
def test_each_sub_state_has_one_meaning(sub_status: str, country: str, status: TransportStatus) -> None:
    (found,) = mapper.events(info(event(sub_status, address={"country": country})))
    assert found.status is status


def test_all_published_states_and_sub_states_are_in_the_table() -> None:
    reasons = {
        "NotFound": ("Other", "InvalidCode"),
        "InfoReceived": (),
        "InTransit": (
            "PickedUp",
            "Other",
            "Departure",
            "Arrival",
            "CustomsProcessing",
            "CustomsReleased",
            "CustomsRequiringInformation",
        ),
        "Expired": ("Other",),
        "AvailableForPickup": ("Other",),
        "OutForDelivery": ("Other",),
        "DeliveryFailure": ("Other", "NoBody", "Security", "Rejected", "InvalidAddress"),
        "Delivered": ("Other",),
        "Exception": (
            "Other",
            "Returning",
            "Returned",
            "NoBody",
            "Security",
            "Damage",
            "Rejected",
            "Delayed",
            "Lost",
            "Destroyed",
            "Cancel",
        ),
    }
    published = {f"{state}_{reason}" for state, all_ in reasons.items() for reason in all_} | set(reasons)
    assert set(mapper.STATUS) == published


def test_an_event_without_sub_state_is_read_by_its_stage() -> None:
    (found,) = mapper.events(info(event(None, stage="Departure")))
    assert (found.status, found.code) == (TransportStatus.DEPARTED, "Departure")


@pytest.mark.parametrize(
    ("times", "instant"),
    [
        ({"time_utc": None}, datetime(2026, 11, 25, 1, 0, tzinfo=UTC)),
        (
            {
                "time_iso": None,
                "time_utc": None,
                "time_raw": {"date": "2026-11-25", "time": "10:00:00", "timezone": "+09:00"},
            },
            datetime(2026, 11, 25, 1, 0, tzinfo=UTC),
        ),
        (
            {"time_iso": None, "time_utc": None, "time_raw": {"date": "2026-11-25", "time": "10:00:00"}},
            datetime(2026, 11, 25, 1, 0, tzinfo=UTC),
        ),
        (
            {
                "time_iso": "2026-11-25T10:00:00",
                "time_utc": None,
                "time_raw": {"date": "2026-11-25", "time": None, "timezone": None},
                "address": {"country": "CL"},
            },
            datetime(2026, 11, 25, 3, 0, tzinfo=UTC),
        ),
    ],
)
def test_times_keep_their_offset_or_take_the_clock_of_their_place(times: dict[str, Any], instant: datetime) -> None:
    (found,) = mapper.events(info(event("InTransit_Other", **times)))
    assert found.occurred_at == instant


def test_an_event_without_any_time_is_left_out() -> None:
    assert mapper.events(info(event("Delivered_Other", time_iso=None, time_utc=None, time_raw=None))) == ()


@given(
    st.builds(
        dict,
        sub_status=st.one_of(st.none(), st.text(max_size=20)),
        stage=st.one_of(st.none(), st.text(max_size=20)),
        description=st.one_of(st.none(), st.text(max_size=20)),
        location=st.one_of(st.none(), st.text(max_size=20)),
        time_iso=st.one_of(st.none(), st.text(max_size=25)),
        time_raw=st.one_of(st.none(), st.builds(dict, date=st.text(max_size=12), time=st.text(max_size=9))),
        address=st.one_of(st.none(), st.builds(dict, country=st.one_of(st.none(), st.text(max_size=3)))),
    )
)
def test_no_event_breaks_the_mapper(told: dict[str, Any]) -> None:
    for found in mapper.events(info({"time_utc": None, **told})):
        assert found.status in TransportStatus


# --- pushes --------------------------------------------------------------------------------------------------------

BODY = b'{"event":"TRACKING_STOPPED","data":{"number":"1234567891","carrier":100001,"param":null,"tag":""}}'


def test_a_signature_is_the_hex_sha256_of_body_slash_key() -> None:
    sign = "0cfb7a9c3ae1ed3c1b47e1d9ef0f7d8b2cc2a7db1f4ae36b4bcd3d6e1a93d6ab"
    real = hashlib.sha256(BODY + b"/" + b"secret-key").hexdigest()
    assert verify_signature(BODY, real, "secret-key")
    assert verify_signature(BODY, real.upper(), "secret-key")
    assert not verify_signature(BODY, sign, "secret-key")
    assert not verify_signature(BODY, real, "another-key")
    assert not verify_signature(BODY + b" ", real, "secret-key"), "raw bytes: a re-serialised body does not fit"
    assert not verify_signature(BODY, "", "secret-key")
    assert not verify_signature(BODY, "ñ" * 64, "secret-key")


def test_a_signature_vector_computed_elsewhere_is_accepted() -> None:
    # printf '%s' '{}/demo' | sha256sum
    vector = "0dfee72e226928ed16c8a85b8d53a23e5cbf623bab4edf7141d284a8d7314da6"
    assert verify_signature(b"{}", vector, "demo")


def test_a_push_tells_waybill_and_events() -> None:
    push = {
        "event": "TRACKING_UPDATED",
        "data": {"number": WAYBILL, "carrier": 100001, "track_info": info(event("Delivered_Other")).model_dump()},
    }
    waybill, events = from_push(json.dumps(push))
    assert waybill == WAYBILL
    assert [e.status for e in events] == [TransportStatus.DELIVERED]


def test_a_stop_notice_has_no_events() -> None:
    assert from_push(BODY) == (WAYBILL, ())


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"event":"X"}', '{"event":"X","data":{"number":"EM/05"}}', "<html>"])
def test_what_is_no_push_of_ours_is_garbled(body: str) -> None:
    with pytest.raises(Garbled):
        from_push(body)

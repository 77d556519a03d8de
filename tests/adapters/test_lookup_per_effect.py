"""The look before every write outside, effect by effect: acted and answer lost, not acted, cannot tell, done by hand.

Real adapters and activities against the simulators over sockets; the counterparties' own ledger is the witness.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from temporalio.exceptions import ApplicationError

from activities.amendment import AmendmentActivities
from tests.adapters.office import Office, Parcel
from tradelane.contracts import steps
from tradelane.contracts.effect import Effect
from tradelane.contracts.steps import AmendRequest, ExtensionReply, ExtensionRequest, FilingReply
from tradelane.domain.export_declaration import FilingState
from tradelane.settings import Settings

IN_FLIGHT = timedelta(seconds=Settings().write_fence_seconds)
NUMBER = "6N00226000123X"
EVIDENCE = {"evidence": "mail of 23 November"}


@dataclass(frozen=True)
class Case:
    """How one effect is prepared, called and recognised in the ledger."""

    effect: str
    counterparty: str
    operation: str
    prepare: Callable[[Parcel], Awaitable[Any]]
    call: Callable[[Parcel], Awaitable[Any]]
    mark: Callable[[Parcel], str]
    key: Callable[[Parcel], str]
    part: str = ""
    result: dict[str, str] = field(default_factory=lambda: EVIDENCE)

    @property
    def step(self) -> str:
        return f"{self.effect}:{self.part}" if self.part else self.effect

    def __str__(self) -> str:
        return self.effect


def by_shipment(parcel: Parcel) -> str:
    return parcel.shipment


def by_waybill(parcel: Parcel) -> str:
    return parcel.waybill


def key(effect: str, middle: str = "") -> Callable[[Parcel], str]:
    return lambda parcel: f"{parcel.consignment.ucr}:{middle}{effect}"


async def asked_by_customs(parcel: Parcel) -> None:
    """The parcel is in Chile and customs has asked for a paper."""
    await parcel.booked()
    parcel.office.later(days=7)


LODGE = Case(
    "lodge_export_declaration", "ktnet", "declare", Parcel.drawn_up, Parcel.lodge, by_shipment,
    key("lodge_export_declaration", "1:"), part="d1",
    result={"number": NUMBER, "accepted_at": "2026-11-23T10:00:00+09:00"},
)  # fmt: skip
WITHDRAW = Case(
    "withdraw_export_declaration", "ktnet", "amend", Parcel.accepted, Parcel.withdraw, by_shipment,
    key("withdraw_export_declaration", "1:"), part="d1",
)  # fmt: skip


async def amend(parcel: Parcel, version: int = 2) -> FilingReply:
    """Bring the accepted declaration in line: every version makes the parcel a hundred grams heavier."""
    assert parcel.filing is not None
    heavier = parcel.declared.gross_weight_g + 100 * (version - 1)
    request = AmendRequest(
        declaration=parcel.declared.model_copy(update={"gross_weight_g": heavier}),
        filing=parcel.filing,
        version=version,
        reason="the parcel was weighed again",
        timetable=parcel.office.timetable(),
        order_id=parcel.order,
    )
    activities = AmendmentActivities(parcel.office.resources)
    reply: FilingReply = await parcel.office.step(activities.amend_export_declaration, request)
    return reply


AMEND = Case(
    "amend_export_declaration", "ktnet", "amend", Parcel.accepted, amend, by_shipment,
    lambda parcel: f"{parcel.consignment.ucr}:1:amend_export_declaration:v2", part="d1",
    result={"version": "2", **EVIDENCE},
)  # fmt: skip


PUT_OFF = date(2027, 1, 29)
"""A last day that customs is asked for: the trade clock of these tests begins on 23 November 2026."""


async def extend(parcel: Parcel) -> ExtensionReply:
    """Ask for a later loading deadline of the accepted declaration, from the one that customs prints."""
    assert parcel.filing is not None
    assert parcel.filing.number is not None
    printed = (await parcel.office.resources.customs.loading(parcel.filing.number)).load_before
    assert printed is not None
    request = ExtensionRequest(
        ucr=parcel.consignment.ucr,
        part=parcel.consignment.parts[0].name,
        exporter_id=parcel.consignment.parts[0].exporter_id,
        filing=parcel.filing,
        load_before=printed,
        until=PUT_OFF,
        reason="the flight was cancelled",
        timetable=parcel.office.timetable(),
    )
    reply: ExtensionReply = await parcel.office.step(parcel.office.retracting.extend_loading_period, request)
    return reply


EXTEND = Case(
    "extend_loading_period", "ktnet", "amend", Parcel.accepted, extend, by_shipment,
    lambda parcel: f"{parcel.consignment.ucr}:1:extend_loading_period:{PUT_OFF:%Y%m%d}", part=f"d1-{PUT_OFF:%Y%m%d}",
)  # fmt: skip


async def papers_made(parcel: Parcel) -> None:
    await parcel.accepted()
    await parcel.rendered()


BOOK = Case(
    "book_transport", "mydhl", "book", papers_made, Parcel.book, by_shipment,
    key("book_transport"), result={"waybill": "1234567891"},
)  # fmt: skip
ATTACH = Case(
    "attach_documents", "mydhl", "upload_image", Parcel.booked, Parcel.attach, by_waybill,
    key("attach_documents", "commercial_invoice:"),
)  # fmt: skip
ANSWER = Case(
    "answer_information_request", "mydhl", "upload_image", asked_by_customs, Parcel.answer, by_waybill,
    key("answer_information_request", "customs_answer:20261128T100000Z:"), part="20261128T100000Z",
)  # fmt: skip
PUBLISH_TRACKING = Case(
    "publish_tracking", "mercadolibre", "publish_tracking", Parcel.booked, Parcel.publish_tracking, by_shipment,
    key("publish_tracking"),
)  # fmt: skip
PREADVICE = Case(
    "send_import_preadvice", "mydhl", "upload_invoice_data", Parcel.booked, Parcel.preadvise, by_waybill,
    key("send_import_preadvice"),
)  # fmt: skip
WATCH = Case(
    "watch_tracking", "17track", "register", Parcel.booked, Parcel.watch, by_waybill, key("watch_tracking")
)  # fmt: skip
PUBLISH_DELIVERY = Case(
    "publish_delivery_status", "mercadolibre", "publish_tracking_status", Parcel.tracked, Parcel.publish_delivery,
    by_shipment, key("publish_delivery_status"),
)  # fmt: skip

ALL = (LODGE, AMEND, EXTEND, WITHDRAW, BOOK, ATTACH, ANSWER, PUBLISH_TRACKING, PREADVICE, WATCH, PUBLISH_DELIVERY)
ASKABLE = tuple(case for case in ALL if case is not PREADVICE)
PAPERS = (ATTACH, ANSWER)


async def ready(office: Office, case: Case) -> Parcel:
    parcel = await office.parcel("customs_document" if case is ANSWER else "plain")
    await case.prepare(parcel)
    return parcel


async def acted(parcel: Parcel, case: Case) -> int:
    return await parcel.office.acted(case.operation, case.mark(parcel))


async def failure(trying: Awaitable[Any]) -> tuple[str, str]:
    """Type and reason a step fails with, as the engine sees them."""
    with pytest.raises(ApplicationError) as caught:
        await trying
    return str(caught.value.type), caught.value.details[0]["reason"]


def book_state(parcel: Parcel, case: Case) -> str | None:
    row = parcel.office.resources.effects.find(case.key(parcel))
    return row.state if row else None


def test_every_effect_with_a_counterparty_to_ask_is_tried() -> None:
    """The customs agent is asked by mail: its look-up is our own book, tested with the manual adapters.

    Voiding is tried with each carrier that can: `tests/adapters/carriers.py`.
    """
    outside = {effect.name for effect in vars(steps).values() if isinstance(effect, Effect) and effect.outside}
    assert {case.effect for case in ALL} == outside - {"hand_to_broker", "void_booking"}


# --- acted, and the answer lost --------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ASKABLE, ids=str)
async def test_what_acted_although_its_answer_was_lost_is_found_and_not_done_again(office: Office, case: Case) -> None:
    parcel = await ready(office, case)
    await office.fault(case.counterparty, case.operation, "lose_reply")

    assert await failure(case.call(parcel)) == ("Unavailable", "unavailable")
    assert await acted(parcel, case) == 1
    asked = await office.asked(case.counterparty, case.operation)
    await case.call(parcel)
    await case.call(parcel)

    assert await acted(parcel, case) == 1
    assert await office.asked(case.counterparty, case.operation) == asked, "the look alone must have settled it"
    assert book_state(parcel, case) == "done"


async def test_the_reused_booking_is_the_one_that_was_made(office: Office) -> None:
    """The waybill comes from the carrier's books, for our books never saw an answer."""
    parcel = await ready(office, BOOK)
    await office.fault("mydhl", "book", "lose_reply")
    await failure(parcel.book())

    booking = (await parcel.book()).booking

    tracked = await office.stage.get(
        f"{office.settings.simulators_url}/mydhl/shipments/{booking.waybill}/tracking",
        auth=("demo-site", "demo-password"),
        headers={"x-version": "3.1.0"},
    )
    references = tracked.json()["shipments"][0]["shipperReferences"]
    assert {"value": str(parcel.consignment.ucr), "typeCode": "CU"} in references


async def test_invoice_data_whose_answer_was_lost_are_for_a_person_and_never_sent_again(office: Office) -> None:
    """MyDHL has no way to ask whether invoice data arrived."""
    parcel = await ready(office, PREADVICE)
    await office.fault("mydhl", "upload_invoice_data", "lose_reply")

    assert await failure(parcel.preadvise()) == ("Unavailable", "unavailable")
    for _ in range(2):
        assert await failure(parcel.preadvise()) == ("Refused", "cannot_tell")
    assert await acted(parcel, PREADVICE) == 1

    parcel.typed_by_hand("send_import_preadvice", **EVIDENCE)
    await parcel.preadvise()
    assert (await acted(parcel, PREADVICE), book_state(parcel, PREADVICE)) == (1, "done")


# --- not acted ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ALL, ids=str)
async def test_what_did_not_act_is_done_by_the_next_try_once(office: Office, case: Case) -> None:
    parcel = await ready(office, case)
    await office.fault(case.counterparty, case.operation, "unavailable")

    assert await failure(case.call(parcel)) == ("Unavailable", "unavailable")
    assert await acted(parcel, case) == 0
    await case.call(parcel)
    await case.call(parcel)

    assert await acted(parcel, case) == 1
    assert book_state(parcel, case) == "done"


@pytest.mark.parametrize("case", [case for case in ASKABLE if case is not BOOK], ids=str)
async def test_a_broken_gateway_is_looked_behind_before_the_next_try(office: Office, case: Case) -> None:
    """502 may come from a door in front of a system that acted; here it had not."""
    parcel = await ready(office, case)
    await office.fault(case.counterparty, case.operation, "html", status=502)

    assert await failure(case.call(parcel)) == ("Unavailable", "unavailable")
    await case.call(parcel)

    assert await acted(parcel, case) == 1


async def test_an_answer_that_was_lost_is_not_taken_for_given_because_its_paper_was_attached_before(
    office: Office,
) -> None:
    """The invoice lies with DHL already; customs asks for it, and the answer's upload never arrived."""
    parcel = await office.parcel("customs_document")
    await asked_by_customs(parcel)
    await parcel.attach()
    await office.fault("mydhl", "upload_image", "html", status=502)
    assert await failure(parcel.answer()) == ("Unavailable", "unavailable")
    await parcel.answer()
    assert await office.acted("upload_image", f"{parcel.waybill}:INV") == 1
    await parcel.answer()
    assert await office.acted("upload_image", f"{parcel.waybill}:INV") == 1


async def test_a_booking_behind_a_broken_gateway_is_given_time_to_show(office: Office) -> None:
    """MyDHL may show a new booking late: *not found* is believed after ten trade minutes."""
    parcel = await ready(office, BOOK)
    await office.fault("mydhl", "book", "html", status=502)
    for _ in range(2):
        assert await failure(parcel.book()) == ("Unavailable", "unavailable")
    assert await acted(parcel, BOOK) == 0

    office.later(minutes=11)
    await parcel.book()

    assert await acted(parcel, BOOK) == 1


@pytest.mark.parametrize("case", (LODGE, WATCH), ids=str)
async def test_a_refusal_holds_and_the_next_try_after_it_acts(office: Office, case: Case) -> None:
    parcel = await ready(office, case)
    await office.fault(case.counterparty, case.operation, "refuse")

    assert (await failure(case.call(parcel)))[0] == "Refused"
    await case.call(parcel)

    assert await acted(parcel, case) == 1


# --- cannot tell ---------------------------------------------------------------------------------------------------

UNCLEAR_FILING = {"ResultList": [{"ResultTypeCode": "BUSINESS_ERROR", "ErrorDescription": "시스템 점검 중입니다."}]}
UNCLEAR_WITHDRAWAL = {"ResultList": [{"DocumentTypeCode": "5AS", "ExpDeclNo": NUMBER, "Status": "77"}]}
ENDLESS_LIST = {"code": 0, "page": {"page_total": 99999, "page_no": 1}, "data": {"accepted": []}}


def shipment_as(parcel: Parcel, status: str) -> dict[str, Any]:
    """The marketplace's shipment in a state of next year."""
    created = "2026-11-23T10:00:00.000-04:00"
    return {"id": int(parcel.shipment), "status": status, "date_created": created, "tracking_number": None}


@pytest.mark.parametrize(
    ("case", "path", "answer", "said"),
    [
        (LODGE, "/status.do", lambda _: UNCLEAR_FILING, '"830"'),
        (WITHDRAW, "/status.do", lambda _: UNCLEAR_WITHDRAWAL, '"5AS"'),
        (AMEND, "/status.do", lambda _: UNCLEAR_WITHDRAWAL, '"5AS"'),
        (PUBLISH_TRACKING, "", lambda parcel: shipment_as(parcel, "in_a_warehouse_on_the_moon"), ""),
        (PUBLISH_DELIVERY, "", lambda parcel: shipment_as(parcel, "in_a_warehouse_on_the_moon"), ""),
        (WATCH, "/gettracklist", lambda _: ENDLESS_LIST, ""),
    ],
    ids=lambda value: str(value) if isinstance(value, Case) else "",
)
async def test_an_answer_that_leaves_it_open_holds_and_sends_nothing(
    office: Office, case: Case, path: str, answer: Callable[[Parcel], dict[str, Any]], said: str
) -> None:
    parcel = await ready(office, case)
    before = await acted(parcel, case)

    with office.line.answering(path or f"/shipments/{parcel.shipment}", answer(parcel), said=said):
        asked = await office.asked(case.counterparty, case.operation)
        assert await failure(case.call(parcel)) == ("Refused", "cannot_tell")

    assert await acted(parcel, case) == before == 0
    assert await office.asked(case.counterparty, case.operation) == asked
    assert book_state(parcel, case) is None
    await case.call(parcel)
    assert await acted(parcel, case) == 1


async def test_two_bookings_under_our_reference_are_for_a_person(office: Office) -> None:
    """Somebody booked by hand too: which parcel travels is no machine's decision, and there is no third."""
    parcel = await ready(office, BOOK)
    carrier = office.resources.carrier
    await parcel.book()
    sent = [request for request in office.line.sent if request.url.path.endswith("/mydhl/shipments")][-1]
    again = httpx.Request("POST", sent.url, headers=sent.headers, content=sent.content)
    async with httpx.AsyncClient() as person:
        assert (await person.send(again)).status_code == 201

    assert await failure(parcel.book()) == ("Refused", "cannot_tell")
    assert await acted(parcel, BOOK) == 2
    parcel.typed_by_hand("book_transport", waybill="1234567891")
    assert (await parcel.book()).booking.waybill == "1234567891"
    assert carrier is office.resources.carrier


@pytest.mark.parametrize("case", PAPERS, ids=str)
async def test_a_paper_that_cannot_be_looked_for_is_not_sent_again_meanwhile(office: Office, case: Case) -> None:
    """Papers are searched by their bytes: while DHL's answer is not understood, a person looks, then the search does."""
    parcel = await ready(office, case)
    await office.fault("mydhl", "upload_image", "lose_reply")
    await failure(case.call(parcel))
    await office.fault("mydhl", "get_image", "html")

    assert await failure(case.call(parcel)) == ("Garbled", "garbled")
    assert await acted(parcel, case) == 1
    await case.call(parcel)
    assert await acted(parcel, case) == 1


async def test_invoice_data_behind_a_broken_gateway_cannot_be_told(office: Office) -> None:
    """The system behind it may have acted: nothing is sent a second time on a guess."""
    parcel = await ready(office, PREADVICE)
    await office.fault("mydhl", "upload_invoice_data", "html", status=502)
    await failure(parcel.preadvise())

    assert await failure(parcel.preadvise()) == ("Refused", "cannot_tell")
    assert await acted(parcel, PREADVICE) == 0


# --- done by a person outside ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ALL, ids=str)
async def test_what_a_person_did_outside_is_taken_over_and_nothing_is_sent(office: Office, case: Case) -> None:
    parcel = await ready(office, case)
    now = office.now().replace(microsecond=0)
    typed = parcel.typed_by_hand(
        case.step, **{**case.result, **({"accepted_at": now.isoformat()} if case is LODGE else {})}
    )
    asked = await office.asked(case.counterparty, case.operation)

    reply = await case.call(parcel)

    assert await acted(parcel, case) == 0
    assert await office.asked(case.counterparty, case.operation) == asked
    row = office.resources.effects.find(case.key(parcel))
    assert row is not None
    assert row.state == "done"
    if case is LODGE:
        assert (reply.filing.number, reply.filing.state) == (typed["number"], FilingState.ACCEPTED)
        assert reply.filing.accepted_at == now
    elif case is BOOK:
        assert reply.booking.waybill == typed["waybill"]
        assert reply.tracking_url.endswith(typed["waybill"])
    elif case in (WITHDRAW, PREADVICE, *PAPERS):
        assert row.content == f'"{typed["evidence"]}"'


@pytest.mark.parametrize("case", (LODGE, BOOK), ids=str)
async def test_a_result_for_another_step_or_order_does_nothing(office: Office, case: Case) -> None:
    parcel, other = await ready(office, case), await ready(office, case)
    other.typed_by_hand(case.step, **case.result)
    parcel.typed_by_hand("watch_tracking", **EVIDENCE)

    await case.call(parcel)

    assert await acted(parcel, case) == 1


# --- something else exists, and tries that never ended ---------------------------------------------------------------


async def test_another_tracking_number_published_by_a_person_is_a_conflict(office: Office) -> None:
    parcel = await ready(office, PUBLISH_TRACKING)
    assert parcel.booking is not None
    await office.resources.marketplace.publish_tracking(
        parcel.consignment.seller_id,
        parcel.consignment.shipment_id,
        type(parcel.booking.waybill)("1234567891"),
        "https://tracking.invalid/2",
        "DHL",
    )

    assert await failure(parcel.publish_tracking()) == ("Refused", "conflict")
    assert await acted(parcel, PUBLISH_TRACKING) == 1


async def test_a_withdrawal_customs_refused_is_no_withdrawal(office: Office) -> None:
    """Goods already loaded cannot be withdrawn: a person must know, for the declaration stands."""
    parcel = await ready(office, WITHDRAW)
    refused = {"DocumentTypeCode": "5AS", "ExpDeclNo": NUMBER, "Status": "01", "ErrorDescription": "이미 선적됨"}
    refused["ApplicationType"] = "B"

    with office.line.answering("/status.do", {"ResultList": [refused]}, said='"5AS"'):
        assert await failure(parcel.withdraw()) == ("Refused", "withdrawal_refused")

    assert await acted(parcel, WITHDRAW) == 0


@pytest.mark.parametrize("said", ["", "세번부호가 존재하지 않습니다."])
async def test_an_amendment_customs_refused_holds_in_the_words_of_customs(office: Office, said: str) -> None:
    """What customs accepted first still stands; what settles it outside names the version."""
    parcel = await ready(office, AMEND)
    refused = {"ExpDeclNo": NUMBER, "ApplicationType": "A", "AmendReason": "[V2] weighed", "Status": "01"}

    answer = {"ResultList": [{**refused, "ErrorDescription": said}]}
    with office.line.answering("/status.do", answer, said='"5AS"'), pytest.raises(ApplicationError) as caught:
        await amend(parcel)

    hold = caught.value.details[0]
    assert (caught.value.type, hold["reason"], hold["fault"]) == ("Refused", "amendment_refused", "authority")
    assert hold["words"].endswith(said or "to version 2")
    assert f"--step {AMEND.step} --action complete --result version=2 " in hold["commands"][0]
    assert json.loads(hold["result_shape"])["version"] == "2"
    assert await acted(parcel, AMEND) == 0


async def test_an_amendment_ktnet_does_not_take_holds_in_its_words(office: Office) -> None:
    """The declaration says it already: nothing to amend."""
    parcel = await ready(office, AMEND)

    with pytest.raises(ApplicationError) as caught:
        await amend(parcel, version=1)

    assert caught.value.details[0]["reason"] == "amendment_refused"
    assert "정정할 내용이 없습니다" in caught.value.details[0]["words"]
    assert await acted(parcel, AMEND) == 0
    await amend(parcel)
    assert await acted(parcel, AMEND) == 1


async def test_every_version_is_an_amendment_of_its_own_and_waits_for_the_one_before(office: Office) -> None:
    parcel = await ready(office, AMEND)
    reply = await amend(parcel)
    assert reply.filing == parcel.filing

    assert await failure(amend(parcel, version=3)) == ("Unavailable", "unavailable")
    office.later(minutes=31)
    await amend(parcel, version=3)
    await amend(parcel, version=3)

    assert await acted(parcel, AMEND) == 2
    with pytest.raises(ApplicationError) as caught:  # version 2 must not undo version 3
        await amend(parcel)
    assert caught.value.details[0]["reason"] == "cannot_tell"
    complete, retry = caught.value.details[0]["commands"]
    assert "--result version=2 " in complete and retry.endswith("--action retry")
    assert await acted(parcel, AMEND) == 2


async def test_what_was_typed_for_one_version_is_no_result_of_the_next(office: Office) -> None:
    parcel = await ready(office, AMEND)
    parcel.typed_by_hand(AMEND.step, **AMEND.result)
    await amend(parcel)
    assert await acted(parcel, AMEND) == 0

    await amend(parcel, version=3)

    assert await acted(parcel, AMEND) == 1


async def test_an_approved_amendment_is_no_withdrawal(office: Office) -> None:
    """KTNET's status speaks of the newest request alone; both have the same OrderNo and the same code of approval."""
    parcel = await ready(office, AMEND)
    await amend(parcel)
    assert await failure(parcel.withdraw()) == ("Unavailable", "unavailable"), "customs has not decided yet"
    office.later(minutes=31)

    await parcel.withdraw()
    await parcel.withdraw()

    rows = (await office.stage.get("/ledger")).json()["rows"]
    mine = [row for row in rows if row["operation"] == "amend" and parcel.shipment in row["reference"]]
    assert [row["detail"]["kind"] for row in mine] == ["A", "B"]
    assert await failure(amend(parcel, version=3)) == ("Refused", "cannot_tell")


@pytest.mark.parametrize("state", [FilingState.SUBMITTED, FilingState.REJECTED, FilingState.WITHDRAWN])
async def test_only_an_accepted_declaration_is_amended(office: Office, state: FilingState) -> None:
    parcel = await ready(office, AMEND)
    assert parcel.filing is not None
    parcel.filing = parcel.filing.model_copy(update={"state": state})
    asked = await office.asked("ktnet", "status")

    assert await failure(amend(parcel)) == ("Refused", "refused")
    assert (await office.asked("ktnet", "status"), await acted(parcel, AMEND)) == (asked, 0)


async def test_a_try_that_never_ended_fences_the_next_until_it_can_no_longer_arrive(office: Office) -> None:
    """A worker killed in mid-flight: its request may still be on the way for half a minute."""
    parcel = await ready(office, WATCH)
    books, key_ = office.resources.effects, WATCH.key(parcel)
    fence = timedelta(seconds=office.settings.write_fence_seconds)
    books.begin(key_, "watch_tracking", datetime.now(UTC), fence)

    with pytest.raises(ApplicationError) as caught:
        await parcel.watch()
    assert caught.value.details[0]["code"] == "in_flight"
    assert caught.value.next_retry_delay is not None
    assert timedelta(0) < caught.value.next_retry_delay <= fence
    assert await acted(parcel, WATCH) == 0

    books.release(key_)
    books.begin(key_, "watch_tracking", datetime.now(UTC) - fence, fence)
    await parcel.watch()
    assert await acted(parcel, WATCH) == 1


@pytest.mark.parametrize("case", (BOOK, ATTACH, PUBLISH_TRACKING), ids=str)
async def test_without_the_look_a_lost_answer_doubles_the_effect(office: Office, case: Case) -> None:
    """What the look is for: these counterparties do what they are asked as often as they are asked."""
    parcel = await ready(office, case)
    blind = office.settings.model_copy(update={"look_before_write": False, "write_fence_seconds": 0.0})
    parcel.office = Office(blind, replace(office.resources, settings=blind), office.stage, office.line)
    await office.fault(case.counterparty, case.operation, "lose_reply")

    await failure(case.call(parcel))
    await case.call(parcel)

    assert await acted(parcel, case) == 2

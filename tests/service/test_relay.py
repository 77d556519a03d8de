"""The relay takes each fact to the one run it concerns, once per change, and loses none."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tradelane.adapters.errors import Garbled, OutsideFailure, Refused, Unavailable
from tradelane.contracts.messages import Fact
from tradelane.domain.catalogue import Seller
from tradelane.domain.identifiers import CountryCode, OrderId, ShipmentId, Ucr
from tradelane.domain.money import Money
from tradelane.domain.order import Address, Consignee, Order, OrderLine, OrderStatus, Shipment
from tradelane.ports import Arrival, Marketplace, Watch
from tradelane.service.app import create_app
from tradelane.service.health import Probes
from tradelane.service.relay import Pace, Relay
from tradelane.service.routing import Router
from tradelane.service.starter import EngineUnavailable, Woken
from tradelane.storage.consignments import SqlConsignments
from tradelane.storage.database import Database, open_database
from tradelane.storage.inbox import SqlInbox
from tradelane.storage.keys import KeyVault, MasterKey
from tradelane.storage.migrations import migrate
from tradelane.storage.sellers import SqlSellers
from tradelane.storage.watches import SqlWatches

START = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
LOW, HIGH = OrderId("2000013770481964"), OrderId("2000013770481965")
SHIPMENT = ShipmentId("45848383497")
UCR = Ucr("6KRMLC45848383497")
WAYBILL = "1234567891"
SECRET = "a-path-that-nobody-guesses"
USD = Money(amount=Decimal("12.90"), currency="USD")


def order(order_id: OrderId = LOW, **changes: Any) -> Order:
    said = {
        "id": order_id,
        "site": "MLC",
        "seller_id": "1001",
        "status": OrderStatus.PAID,
        "status_words": "paid",
        "shipment_id": SHIPMENT,
        "lines": (OrderLine(item_id="MLC1", sku="HN-1", title="Rice snack", quantity=1, unit_price=USD),),
        "purchased_at": START,
        "last_updated": START,
    }
    return Order.model_validate({**said, **changes})


def shipment(**changes: Any) -> Shipment:
    consignee = Consignee(
        name="Rosamunda Quillaquén",
        address=Address(lines=("Calle Inventada 4242",), comuna="Ñuñoa", region="CL-RM", country=CountryCode("CL")),
    )
    said = {
        "id": SHIPMENT,
        "created_at": START,
        "status_words": "pending",
        "substatus_words": None,
        "mode": "me1",
        "logistic_type": "default",
        "consignee": consignee,
        "shipping_charge": USD,
    }
    return Shipment.model_validate({**said, **changes})


class FakeMarketplace(Marketplace):
    """Answers from a table and notes what was asked; a failure stands in the table like an answer."""

    def __init__(self) -> None:
        self.orders: dict[OrderId, Order | BaseException] = {LOW: order()}
        self.parcel = shipment()
        self.in_parcel: tuple[OrderId, ...] = (LOW,)
        self.asked: list[str] = []
        self.slow = asyncio.Event()
        self.slow.set()

    async def order(self, seller_id: str, order_id: OrderId) -> Order:
        self.asked.append(f"{seller_id} {order_id}")
        await self.slow.wait()
        answer = self.orders.get(order_id, Refused("Mercado Libre", "order_unknown", "not found"))
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def shipment(self, seller_id: str, shipment_id: ShipmentId) -> Shipment:
        return self.parcel

    async def shipment_orders(self, seller_id: str, shipment_id: ShipmentId) -> tuple[OrderId, ...]:
        self.asked.append(f"{seller_id} shipment {shipment_id}")
        return self.in_parcel


class FakeStarter:
    """Notes what was told; runs may be over, the engine may be away."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, Fact]] = []
        self.over: set[OrderId] = set()
        self.away = False

    async def start_or_wake(self, order_id: OrderId, seller_id: str, fact: Fact, summary: str = "") -> Woken:
        return self._tell("start", order_id, fact)

    async def wake(self, order_id: OrderId, fact: Fact) -> Woken:
        return self._tell("wake", order_id, fact)

    def _tell(self, how: str, order_id: OrderId, fact: Fact) -> Woken:
        if self.away:
            raise EngineUnavailable("engine: unavailable")
        if order_id in self.over:
            return Woken.OVER
        self.told.append((how, str(order_id), fact))
        return Woken.TOLD


@dataclass
class House:
    """A relay on real tables, with a fake outside and a clock moved by hand."""

    database: Database
    now: datetime = START
    outside: FakeMarketplace = field(default_factory=FakeMarketplace)
    starter: FakeStarter = field(default_factory=FakeStarter)

    def __post_init__(self) -> None:
        vault = KeyVault(self.database, MasterKey(b"m" * 32))
        self.vault = vault
        self.inbox = SqlInbox(self.database, vault, lambda: self.now)
        self.consignments = SqlConsignments(self.database)
        self.sellers = SqlSellers(self.database, vault)
        self.watches = SqlWatches(self.database)
        self.sellers.put(Seller(id="1001", site="MLC", nickname="HANEUL", go_live=START - timedelta(days=1)))
        self.relay = Relay(
            self.inbox,
            Router(
                consignments=self.consignments,
                sellers=self.sellers,
                watches=self.watches,
                marketplace=self.outside,
                starter=self.starter,
                now=lambda: self.now,
            ),
            Pace(least_idle=0.01, most_idle=0.02, away_wait=2.0),
        )

    def notice(self, resource: str = f"/orders/{LOW}", **body: Any) -> int:
        return self.inbox.add("mercadolibre", resource, json.dumps({"user_id": 1001, **body}))

    def states(self) -> list[str]:
        return [f"{row.state} {row.note}".strip() for row in reversed(self.inbox.listed())]

    async def turns(self, number: int, seconds: float = 600) -> None:
        for _ in range(number):
            await self.relay.turn()
            self.now += timedelta(seconds=seconds)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    database = open_database(f"sqlite:///{tmp_path / 'one.sqlite'}")
    migrate(database, "main")
    migrate(database, "inbox")
    yield House(database)
    database.close()


TOLD_LOW = ("start", str(LOW), Fact(source="mercadolibre", reference=str(LOW)))


# --- one run per order, once per change -------------------------------------------------------------------------------


async def test_five_notices_of_one_order_are_one_reading_and_one_start(house: House) -> None:
    for _ in range(5):
        house.notice()
    assert await house.relay.turn() == 5
    assert house.outside.asked == [f"1001 {LOW}"]
    assert house.starter.told == [TOLD_LOW]
    assert house.states() == ["relayed"] * 5
    assert await house.relay.turn() == 0


async def test_only_a_change_is_told_again(house: House) -> None:
    house.notice()
    await house.relay.turn()
    house.notice()
    await house.relay.turn()
    assert (house.starter.told, house.states()[-1]) == ([TOLD_LOW], "ignored unchanged")
    changes: list[dict[str, Any]] = [
        {"last_updated": START + timedelta(minutes=1)},
        {"status": OrderStatus.CANCELLED},
        {"do_not_ship": "fraud_risk_detected"},
        {"shipment_id": None},
    ]
    for number, change in enumerate(changes, start=2):
        house.outside.orders[LOW] = order(**change)
        house.notice()
        await house.relay.turn()
        assert len(house.starter.told) == number, change


async def test_two_spellings_of_one_order_are_one_reading(house: House) -> None:
    house.notice()
    house.notice(f"/marketplace/orders/{LOW}")
    await house.relay.turn()
    assert house.outside.asked == [f"1001 {LOW}"]


async def test_reconcile_may_insist_where_nothing_changed(house: House) -> None:
    house.notice()
    await house.relay.turn()
    house.notice(insist=True)
    await house.relay.turn()
    assert house.starter.told == [TOLD_LOW, TOLD_LOW]


async def test_a_notice_of_a_shipment_reaches_every_order_in_it_once_per_change(house: House) -> None:
    house.outside.orders[HIGH] = order(HIGH)
    house.outside.in_parcel = (LOW, HIGH)
    for _ in range(2):
        house.notice(f"/shipments/{SHIPMENT}")
        await house.relay.turn()
    assert [told[1] for told in house.starter.told] == [str(LOW), str(HIGH)]
    house.outside.parcel = shipment(substatus_words="ready_to_print")
    house.notice(f"/shipments/{SHIPMENT}")
    await house.relay.turn()
    assert len(house.starter.told) == 4, "the order is the same, its shipment is not"
    assert house.states() == ["relayed", "ignored unchanged", "relayed"]


# --- what is not started ------------------------------------------------------------------------------------------------


async def test_an_order_that_is_closed_in_our_books_begins_no_second_journey(house: House) -> None:
    house.consignments.claim(UCR, SHIPMENT, "1001", [LOW], LOW)
    house.consignments.close(UCR, "delivered", START)
    house.notice()
    house.notice(f"/shipments/{SHIPMENT}")
    await house.relay.turn()
    assert house.starter.told == []
    assert f"1001 {LOW}" not in house.outside.asked, "our books are asked first"
    assert house.states() == ["ignored order_closed: delivered"] * 2


async def test_an_order_whose_run_has_ended_is_not_started_again(house: House) -> None:
    house.starter.over.add(LOW)
    house.notice()
    await house.relay.turn()
    assert house.states() == ["ignored order_closed: its run has ended"]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"purchased_at": START - timedelta(days=2)}, "held before_go_live"),
        ({"site": "MLM"}, "held other_site MLM"),
        ({"seller_id": "1002"}, "held order_of_another_seller"),
    ],
)
async def test_an_order_that_is_not_ours_to_start_is_held(house: House, changes: dict[str, Any], why: str) -> None:
    house.outside.orders[LOW] = order(**changes)
    for _ in range(2):
        house.notice()
        await house.relay.turn()
    assert (house.starter.told, house.states()) == ([], [why, why.replace("held", "ignored held before:")])
    house.outside.orders[LOW] = order()
    house.notice()
    await house.relay.turn()
    assert house.starter.told == [TOLD_LOW], "what was listed is started once it is ours after all"


async def test_a_stranger_s_notice_is_held_and_does_not_spoil_the_true_one(house: House) -> None:
    house.notice(user_id=666)
    await house.relay.turn()
    assert house.states() == ["held seller_unknown"]
    house.notice(user_id=666)
    house.notice()
    await house.relay.turn()
    assert house.starter.told == [TOLD_LOW]


async def test_a_notice_without_seller_is_read_as_the_only_one(house: House) -> None:
    house.inbox.add("mercadolibre", f"/orders/{LOW}", "{}")
    await house.relay.turn()
    assert house.starter.told == [TOLD_LOW]
    house.sellers.put(Seller(id="1002", site="MLC", nickname="BADA", go_live=START))
    house.outside.orders[HIGH] = order(HIGH)
    house.inbox.add("mercadolibre", f"/orders/{HIGH}", "{}")
    await house.relay.turn()
    assert house.states()[-1] == "held seller_unknown", "of two sellers nobody can choose"
    house.consignments.claim(UCR, SHIPMENT, "1001", [HIGH], HIGH)
    house.inbox.add("mercadolibre", f"/orders/{HIGH}", "{}")
    await house.relay.turn()
    assert house.states()[-1] == "relayed", "our books know whose order it is"


# --- what is not there yet, and what is away ----------------------------------------------------------------------------


async def test_an_order_mercado_libre_does_not_know_yet_is_tried_for_minutes_and_then_held(house: House) -> None:
    house.outside.orders.clear()
    house.notice()
    await house.relay.turn()
    assert house.states() == ["waiting order_unknown, try 1"]
    await house.relay.turn()
    assert len(house.outside.asked) == 1, "it is put off, not hammered"
    await house.turns(6, seconds=61)
    assert house.states() == ["waiting order_unknown, try 6"]
    await house.turns(1)
    assert house.states() == ["held order_unknown"]


async def test_an_order_that_appears_meanwhile_is_started(house: House) -> None:
    known = house.outside.orders.pop(LOW)
    house.notice()
    await house.turns(3)
    house.outside.orders[LOW] = known
    await house.turns(1)
    assert (house.starter.told, house.states()) == ([TOLD_LOW], ["relayed"])


@pytest.mark.parametrize(
    "failure",
    [
        Unavailable("Mercado Libre", "503", "busy"),
        Unavailable("Mercado Libre", "429", "slow down", timedelta(seconds=90)),
        Refused("Mercado Libre", "invalid_grant", "authorise again"),
    ],
)
async def test_while_mercado_libre_is_away_or_our_access_is_broken_nothing_is_lost(
    house: House, failure: OutsideFailure
) -> None:
    known = house.outside.orders[LOW]
    house.outside.orders[LOW] = failure
    house.notice()
    await house.turns(50)
    assert house.states() == [f"waiting Mercado Libre {failure.code}"]
    house.outside.orders[LOW] = known
    await house.turns(1)
    assert (house.starter.told, house.states()) == ([TOLD_LOW], ["relayed"])


async def test_a_wait_that_mercado_libre_asks_for_is_kept(house: House) -> None:
    house.outside.orders[LOW] = Unavailable("Mercado Libre", "429", "slow down", timedelta(seconds=90))
    house.notice()
    await house.turns(1, seconds=89)
    await house.turns(1, seconds=1)
    assert len(house.outside.asked) == 1
    await house.turns(1)
    assert len(house.outside.asked) == 2


async def test_an_answer_nobody_understands_is_tried_and_then_held(house: House) -> None:
    house.outside.orders[LOW] = Garbled("Mercado Libre", "html", "not JSON")
    house.notice()
    await house.turns(8)
    assert house.states() == ["held garbled: Mercado Libre html"]


async def test_an_order_of_another_seller_is_held_at_once(house: House) -> None:
    house.outside.orders[LOW] = Refused("Mercado Libre", "order_of_another_seller", "forbidden")
    house.notice()
    await house.relay.turn()
    assert house.states() == ["held order_of_another_seller"]


async def test_while_the_engine_is_away_rows_wait_and_are_told_once_when_it_is_back(house: House) -> None:
    house.starter.away = True
    house.notice()
    await house.turns(5)
    assert house.states() == ["waiting engine: unavailable"]
    house.starter.away = False
    await house.turns(2)
    assert (house.starter.told, house.states()) == ([TOLD_LOW], ["relayed"])


async def test_a_fault_of_ours_with_one_row_stops_no_other(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.outside.orders[HIGH] = ZeroDivisionError("planted")
    house.notice(f"/orders/{HIGH}")
    house.notice()
    await house.turns(8)
    assert house.starter.told == [TOLD_LOW]
    assert house.states() == ["held our_fault: ZeroDivisionError", "relayed"]
    assert "failed" in caplog.text


# --- what sweeps and trackers bring -------------------------------------------------------------------------------------


@pytest.fixture
def carried(house: House) -> House:
    """Two orders in one parcel, watched at KTNET and at DHL."""
    house.consignments.claim(UCR, SHIPMENT, "1001", [LOW, HIGH], LOW)
    for source, reference in (("ktnet", f"{UCR}-1"), ("carrier", WAYBILL)):
        house.watches.add(Watch(source=source, reference=reference, ucr=str(UCR), order_id=str(HIGH)))
    return house


@pytest.mark.parametrize(
    ("source", "reference"),
    [
        ("ktnet", f"{UCR}-1"),
        ("carrier", WAYBILL),
        ("17track", WAYBILL),
        ("ktnet", f"{UCR}-2~3"),
        ("desk", str(UCR)),
        ("desk", str(HIGH)),
    ],
)
async def test_what_is_brought_reaches_the_order_that_carries_the_parcel(
    carried: House, source: str, reference: str
) -> None:
    carried.inbox.add(source, reference, "{}")
    await carried.relay.turn()
    assert carried.starter.told == [("wake", str(LOW), Fact(source=source, reference=reference))]
    assert carried.states() == ["relayed"]
    assert carried.outside.asked == []


async def test_what_one_run_tells_another_goes_straight_to_that_run(carried: House) -> None:
    carried.consignments.close(UCR, "delivered", START)
    note = {"order_id": str(HIGH), "kind": "consignment_closed", "reference": "delivered"}
    carried.inbox.add("desk", str(HIGH), json.dumps(note))
    await carried.relay.turn()
    closed = Fact(source="desk", reference="delivered", kind="consignment_closed")
    assert (carried.starter.told, carried.states()) == ([("wake", str(HIGH), closed)], ["relayed"])


async def test_a_push_that_comes_after_its_watch_has_ended_is_known_by_our_reference(carried: House) -> None:
    carried.consignments.close(UCR, "delivered", START)
    carried.watches.drop("carrier", WAYBILL)
    push = {"event": "TRACKING_STOPPED", "data": {"number": WAYBILL, "tag": str(UCR)}}
    carried.inbox.add("17track", WAYBILL, json.dumps(push))
    await carried.relay.turn()
    assert carried.states() == ["ignored order_closed: delivered"]


async def test_what_is_brought_for_a_closed_consignment_is_only_noted(carried: House) -> None:
    carried.consignments.close(UCR, "delivered", START)
    carried.inbox.add("17track", WAYBILL, "{}")
    await carried.relay.turn()
    assert (carried.starter.told, carried.states()) == ([], ["ignored order_closed: delivered"])


async def test_a_consignment_without_a_run_is_held_until_reconcile_opens_it(carried: House) -> None:
    carried.starter.over.add(LOW)
    carried.inbox.add("ktnet", f"{UCR}-1", "{}")
    await carried.relay.turn()
    assert carried.states() == [f"held run_missing {LOW}"]


@pytest.mark.parametrize("reference", ["9999999999", "", "what is this", "0", "é" * 30])
async def test_a_reference_nobody_watches_is_tried_and_then_held(carried: House, reference: str) -> None:
    carried.inbox.add("17track", reference, "{}")
    await carried.turns(8)
    assert (carried.starter.told, carried.states()) == ([], ["held reference_unknown"])


# --- the background task ------------------------------------------------------------------------------------------------


async def eventually(happened: Sequence[object], count: int) -> None:
    for _ in range(3_000):
        if len(happened) >= count:
            return
        await asyncio.sleep(0.01)
    pytest.fail(f"after half a minute only {len(happened)} of {count} happened")


async def test_in_the_background_a_slow_marketplace_does_not_keep_other_facts_waiting(carried: House) -> None:
    carried.outside.slow.clear()
    task = asyncio.create_task(carried.relay.run())
    carried.notice()
    await eventually(carried.outside.asked, 1)
    carried.inbox.add("ktnet", f"{UCR}-1", "{}")
    await eventually(carried.starter.told, 1)
    assert carried.starter.told[0][0] == "wake"
    await asyncio.sleep(0.1)
    assert len(carried.outside.asked) == 1, "what is under way is not asked again"
    carried.outside.slow.set()
    await eventually(carried.starter.told, 2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_in_the_background_a_database_that_is_away_is_waited_for(house: House) -> None:
    house.relay = Relay(house.inbox, house.relay._router, Pace(least_idle=0.01, most_idle=0.02, away_wait=0.05))
    with house.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE inbox RENAME TO elsewhere")
    task = asyncio.create_task(house.relay.run())
    await asyncio.sleep(0.2)
    assert not task.done()
    with house.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO inbox")
    house.notice()
    await eventually(house.starter.told, 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@asynccontextmanager
async def serving(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async def engine() -> bool:
        return True

    app = create_app(
        inbox=house.inbox,
        vault=house.vault,
        probes=Probes(database=house.database.alive, engine=engine),
        webhook_secret=SECRET,
        relay=house.relay,
    )
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://house") as caller,
    ):
        yield caller


async def test_a_posted_notice_starts_its_order(house: House) -> None:
    async with serving(house) as caller:
        said = {"resource": f"/marketplace/orders/{LOW}", "user_id": 1001, "topic": "marketplace_orders"}
        answer = await caller.post(f"/webhooks/mercadolibre/{SECRET}", json=said)
        await eventually(house.starter.told, 1)
        health = await caller.get("/health")
    assert (answer.status_code, health.status_code) == (200, 200)
    assert house.starter.told == [TOLD_LOW]


async def test_a_relay_that_stopped_is_seen_in_health_and_in_the_log(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_limit: int) -> tuple[Arrival, ...]:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(house.inbox, "waiting", broken)
    async with serving(house) as caller:
        health = await caller.get("/health")
        for _ in range(300):
            if health.status_code == 503:
                break
            await asyncio.sleep(0.1)
            health = await caller.get("/health")
        kept = await caller.post(f"/webhooks/mercadolibre/{SECRET}", json={"resource": f"/orders/{LOW}"})
    assert (health.status_code, health.json()["relay"]) == (503, "stopped")
    assert kept.status_code == 200, "notices are still kept"
    assert "the relay stopped" in caplog.text

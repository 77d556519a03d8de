"""Every store does what its port says, on a real SQLite file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tradelane import ports
from tradelane.domain.catalogue import Exporter, Product, Seller
from tradelane.domain.identifiers import OrderId, ShipmentId, Ucr
from tradelane.domain.trade_time import TradeClock
from tradelane.storage.catalogue import SqlCatalogue
from tradelane.storage.clock import FileClock
from tradelane.storage.consignments import SqlConsignments
from tradelane.storage.database import Database, NotRecorded, open_database
from tradelane.storage.decisions import SqlDecisions
from tradelane.storage.documents import FolderDocuments
from tradelane.storage.effects import SqlEffects
from tradelane.storage.exporters import SqlExporters
from tradelane.storage.inbox import SqlInbox
from tradelane.storage.keys import KeyVault, MasterKey
from tradelane.storage.migrations import migrate
from tradelane.storage.sellers import SqlSellers
from tradelane.storage.watches import SqlWatches

UCR = Ucr("6KRMLC45848383497")
OTHER_UCR = Ucr("6KRMLC45848383498")
SHIPMENT = ShipmentId("45848383497")
LOW, HIGH = OrderId("2000013770481964"), OrderId("2000013770481965")
START = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


@dataclass
class Now:
    """A clock moved by hand."""

    instant: datetime = field(default=START)

    def __call__(self) -> datetime:
        return self.instant

    def advance(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path / 'main.sqlite'}")
    migrate(database, "main")
    migrate(database, "inbox")
    yield database
    database.close()


@pytest.fixture
def vault(database: Database) -> KeyVault:
    return KeyVault(database, MasterKey(b"m" * 32))


def test_the_stores_are_the_ports(database: Database, vault: KeyVault, tmp_path: Path) -> None:
    # the type checker proves the assignments; running them proves that the constructors agree
    consignments: ports.Consignments = SqlConsignments(database)
    decisions: ports.Decisions = SqlDecisions(database, vault)
    effects: ports.Effects = SqlEffects(database)
    inbox: ports.Inbox = SqlInbox(database, vault)
    watches: ports.Watches = SqlWatches(database)
    catalogue: ports.Catalogue = SqlCatalogue(database)
    exporters: ports.Exporters = SqlExporters(database)
    sellers: ports.Sellers = SqlSellers(database, vault)
    documents: ports.Documents = FolderDocuments(database, tmp_path)
    clock: ports.ClockRecord = FileClock(tmp_path / "clock.json")
    answers: list[tuple[object, ...]] = [
        consignments.unfinished(),
        decisions.of_orders([LOW]),
        effects.of_ucr(UCR),
        inbox.waiting(1),
        watches.due("ktnet", START, 1),
        catalogue.all(),
        exporters.all(),
        sellers.all(),
        documents.of_ucr(UCR),
    ]
    assert answers == [()] * 9
    with pytest.raises(NotRecorded):
        clock.read()


# --- consignments -------------------------------------------------------------------------------------------------


def test_a_claim_follows_its_caller_until_it_is_fixed(database: Database) -> None:
    store = SqlConsignments(database)
    first = store.claim(UCR, SHIPMENT, "1001", [HIGH], HIGH)
    assert (first.carrying_order, first.orders, first.fixed) == (HIGH, (HIGH,), False)
    assert store.claim(UCR, SHIPMENT, "1001", [LOW, HIGH], LOW).carrying_order == LOW
    store.fix(UCR)
    late = store.claim(UCR, SHIPMENT, "1001", [HIGH], HIGH)
    assert (late.carrying_order, late.orders, late.fixed) == (LOW, (LOW, HIGH), True)
    assert store.of_order(HIGH) == store.of_order(LOW) == store.of_ucr(UCR) == late
    assert store.of_order(OrderId("1")) is None
    assert store.of_ucr(OTHER_UCR) is None


def test_of_many_claimers_at_once_there_is_one_claim(database: Database) -> None:
    store = SqlConsignments(database)
    with ThreadPoolExecutor(4) as threads:
        claims = list(threads.map(lambda order: store.claim(UCR, SHIPMENT, "1001", [LOW, HIGH], LOW), [LOW, HIGH] * 4))
    assert set(claims) == {claims[0]}
    assert len(store.unfinished()) == 1


def test_a_shipment_claimed_under_one_reference_is_not_claimed_under_another(database: Database) -> None:
    store = SqlConsignments(database)
    store.claim(UCR, SHIPMENT, "1001", [LOW], LOW)
    assert store.claim(OTHER_UCR, SHIPMENT, "1001", [LOW], LOW).ucr == UCR
    with pytest.raises(ValueError, match="another shipment"):
        store.claim(UCR, ShipmentId("45848383999"), "1001", [LOW], LOW)


def test_the_first_outcome_stands(database: Database) -> None:
    store = SqlConsignments(database)
    store.claim(UCR, SHIPMENT, "1001", [LOW], LOW)
    assert store.close(UCR, "delivered", START).outcome == "delivered"
    closed = store.close(UCR, "cancelled", START + timedelta(days=1))
    assert (closed.outcome, closed.closed_at) == ("delivered", START)
    assert store.unfinished() == ()
    assert store.claim(UCR, SHIPMENT, "1001", [HIGH], HIGH) == closed, "a closed claim follows nobody"
    for act in (lambda: store.close(OTHER_UCR, "delivered", START), lambda: store.fix(OTHER_UCR)):
        with pytest.raises(NotRecorded, match=str(OTHER_UCR)):
            act()


def test_an_order_that_moved_to_another_shipment_belongs_to_the_open_one(database: Database, now: Now) -> None:
    store = SqlConsignments(database, now)
    store.claim(UCR, SHIPMENT, "1001", [LOW], LOW)
    store.close(UCR, "cancelled", START)
    now.advance(60)
    store.claim(OTHER_UCR, ShipmentId("45848383498"), "1001", [LOW], LOW)
    found = store.of_order(LOW)
    assert found is not None and found.ucr == OTHER_UCR


# --- decisions and effects ----------------------------------------------------------------------------------------


def decision(number: int, kind: str, step: str = "*", **content: str) -> ports.Decision:
    return ports.Decision(
        id=f"d{number}",
        scope=str(LOW),
        step=step,
        kind=kind,
        content={name.replace("__", "."): value for name, value in content.items()},
        actor="kim",
        reason="asked by phone",
        at=START + timedelta(minutes=number),
    )


def test_decisions_are_read_in_their_order_and_recorded_once(database: Database, vault: KeyVault) -> None:
    store = SqlDecisions(database, vault)
    made = [
        decision(3, "amend", consignee__name="Rosamunda Quillaquén"),
        decision(1, "amend", consignee__rut="111111111"),
        decision(2, "complete", "book_transport", waybill="1234567891"),
        decision(4, "complete", "book_transport", waybill="1234567902"),
    ]
    assert [store.record(one) for one in made] == [True] * 4
    assert not store.record(made[0]), "a repeated Update is harmless"
    assert store.of_orders([HIGH, LOW]) == tuple(made)
    assert [(a.path, a.value) for a in store.amendments([LOW])] == [
        ("consignee.name", "Rosamunda Quillaquén"),
        ("consignee.rut", "111111111"),
    ]
    assert store.completion([LOW], "book_transport") == made[3]
    assert store.completion([LOW], "lodge_export_declaration") is None
    assert store.of_orders([HIGH]) == ()


def test_decisions_are_sealed_at_rest_and_erased_with_their_buyer(
    database: Database, vault: KeyVault, tmp_path: Path
) -> None:
    store = SqlDecisions(database, vault)
    store.record(decision(1, "amend", consignee__name="Rosamunda Quillaquén"))
    store.record(decision(2, "complete", "book_transport", waybill="1234567891"))
    assert not any(b"Rosamunda" in path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    vault.destroy(f"order/MLC/{LOW}")
    left = store.of_orders([LOW])
    assert [(one.actor, dict(one.content)) for one in left] == [("kim", {}), ("kim", {})]
    assert store.amendments([LOW]) == ()
    assert store.completion([LOW], "book_transport") is None


def test_an_effect_that_is_done_is_never_undone(database: Database) -> None:
    store = SqlEffects(database)
    key = f"{UCR}:d1:lodge"
    store.intend(key, "lodge_export_declaration", START)
    store.intend(key, "lodge_export_declaration", START + timedelta(hours=1))
    intended = store.find(key)
    assert intended is not None
    assert (intended.state, intended.intended_at) == ("intended", START)
    store.done(key, '{"order_no": "x"}', START + timedelta(hours=2))
    store.intend(key, "lodge_export_declaration", START + timedelta(hours=3))
    done = store.find(key)
    assert done is not None
    assert (done.state, done.step, done.intended_at, done.done_at) == (
        "done",
        "lodge_export_declaration",
        START,
        START + timedelta(hours=2),
    )
    assert store.find("nothing") is None


def test_an_effect_found_outside_is_done_without_an_intention(database: Database) -> None:
    store = SqlEffects(database)
    store.done(f"{UCR}:publish_tracking", "{}", START)
    store.intend(f"{UCR}0:book", "book_transport", START)
    [found] = store.of_ucr(UCR)
    assert (found.step, found.state) == ("publish_tracking", "done"), "and a longer reference is another consignment"


# --- inbox and watches --------------------------------------------------------------------------------------------


def test_the_inbox_gives_the_oldest_first_and_leaves_out_what_is_put_off(
    database: Database, vault: KeyVault, now: Now
) -> None:
    store = SqlInbox(database, vault, now)
    first, second, third = (store.add("ktnet", f"n{n}", json.dumps({"n": n})) for n in range(3))
    store.put_off([first], 60, "away")
    assert [row.id for row in store.waiting(10)] == [second, third]
    now.advance(60)
    [row] = store.waiting(1)
    assert (row.id, row.attempts, row.note, row.body, row.received_at) == (first, 1, "away", '{"n": 0}', START)
    store.settle([first, second], "relayed")
    assert [row.id for row in store.waiting(10)] == [third]
    store.put_off([first], 0, "too late")
    assert [row.state for row in store.listed()] == ["waiting", "relayed", "relayed"], "newest first, settled stays so"
    assert [row.id for row in store.listed("relayed", limit=1)] == [second]
    backlog = store.backlog()
    assert (backlog.waiting, backlog.oldest) == (1, START)


def test_what_no_database_can_hold_is_kept_with_escapes(database: Database, vault: KeyVault) -> None:
    store = SqlInbox(database, vault)
    store.add("mercadolibre", "a\0b\ud800" + "x" * 300, '"\udfff"', state="ignored", note="\0")
    [row] = store.listed()
    assert row.reference.startswith("a\\x00b\\ud800xxx")
    assert len(row.reference) == 200
    assert (row.body, row.note) == ('"\\udfff"', "\\x00")


def test_bodies_are_sealed_at_rest_and_an_unreadable_one_still_says_what_it_is_about(
    database: Database, vault: KeyVault, tmp_path: Path
) -> None:
    store = SqlInbox(database, vault)
    store.add("17track", "EM000000005KR", '{"signed_by": "Rosamunda"}')
    assert not any(b"Rosamunda" in path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    vault.destroy("rest/inbox")
    [row] = store.waiting(1)
    assert row.reference == "EM000000005KR"
    assert "unreadable" in json.loads(row.body)


def test_watches_are_due_by_time_and_keep_what_they_saw(database: Database) -> None:
    store = SqlWatches(database)
    for reference in ("a", "b"):
        store.add(ports.Watch(source="ktnet", reference=reference, ucr=str(UCR), order_id=str(LOW)))
    store.seen("ktnet", "a", "digest", START + timedelta(hours=1))
    store.add(ports.Watch(source="ktnet", reference="a", ucr=str(UCR), order_id=str(LOW)))
    assert [watch.reference for watch in store.due("ktnet", START, 10)] == ["b"]
    assert [watch.reference for watch in store.due("ktnet", START + timedelta(hours=1), 10)] == ["b", "a"]
    seen = store.get("ktnet", "a")
    assert seen is not None and seen.last_digest == "digest", "adding again forgets nothing"
    store.drop("ktnet", "a")
    store.seen("ktnet", "a", "later", START)
    assert store.get("ktnet", "a") is None, "what was dropped stays dropped"
    assert store.due("mydhl", START, 10) == ()


# --- master data --------------------------------------------------------------------------------------------------


def test_products_and_exporters_are_kept_whole_and_replaced(database: Database) -> None:
    catalogue, exporters = SqlCatalogue(database), SqlExporters(database)
    catalogue.put(Product(sku="HN-1", exporter_id="haneul"))
    product = Product(sku="HN-1", exporter_id="haneul", description_ko="쌀 과자", net_weight_g=120)
    catalogue.put(product)
    catalogue.put(Product(sku="HN-2"))
    assert catalogue.products(["HN-1", "none"]) == {"HN-1": product}
    assert [one.sku for one in catalogue.all()] == ["HN-1", "HN-2"]
    exporter = Exporter.model_validate(
        {
            "id": "haneul",
            "name_ko": "하늘과자",
            "name_en": "Haneul Snacks",
            "business_registration_number": "123-45-67891",
            "customs_clearance_code": "한빛차-1-99-1-01-5",
            "declarant_code": "6N002",
            "representative_ko": "가나다",
            "representative_en": "Ga Na Da",
            "address_ko": "없는시 없는로 1",
            "address_en": ("1 Nowhere-ro",),
            "city_en": "Nowhere",
            "postcode": "00000",
            "goods_location_ko": "없는시 없는로 1",
            "goods_location_postcode": "00000",
            "customs_office": "040",
            "customs_division": "10",
            "phone": "+82 2 000 0000",
        }
    )
    exporters.put(exporter)
    assert exporters.get(["haneul", "none"]) == {"haneul": exporter}
    assert exporters.all() == (exporter,)


def token(generation: int) -> ports.SellerToken:
    return ports.SellerToken(
        access_token=f"APP_USR-{generation}", refresh_token=f"TG-{generation}", expires_at=START, generation=generation
    )


def test_a_spent_token_never_replaces_a_newer_one(database: Database, vault: KeyVault, tmp_path: Path) -> None:
    store = SqlSellers(database, vault)
    seller = Seller(id="1001", site="MLC", nickname="HANEUL", go_live=START)
    store.put(seller)
    assert (store.get("1001"), store.get("1002"), store.all()) == (seller, None, (seller,))
    assert store.token("1001") is None
    store.save_token("1001", token(2))
    store.save_token("1001", token(1))
    assert store.token("1001") == token(2)
    assert not any(b"APP_USR" in path.read_bytes() for path in tmp_path.iterdir() if path.is_file())


def test_one_refresher_at_a_time_until_the_lease_ends(database: Database, vault: KeyVault, now: Now) -> None:
    store = SqlSellers(database, vault, now)
    with ThreadPoolExecutor(4) as threads:
        won = list(threads.map(lambda n: store.lease_refresh("1001", f"worker {n}", 30), range(8)))
    assert won.count(True) == 1
    winner = f"worker {won.index(True)}"
    assert store.lease_refresh("1001", winner, 30), "the holder may prolong"
    store.release_refresh("1001", "somebody else")
    assert not store.lease_refresh("1001", "late", 30)
    now.advance(31)
    assert store.lease_refresh("1001", "late", 30), "a dead refresher is replaced"
    store.release_refresh("1001", "late")
    assert store.lease_refresh("1001", winner, 30)


# --- documents and clock ------------------------------------------------------------------------------------------


def test_the_same_paper_is_kept_once(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    store = FolderDocuments(database, folder)
    first = store.put(UCR, "commercial_invoice", 1, b"%PDF-1", "application/pdf")
    assert store.put(UCR, "commercial_invoice", 1, b"%PDF-1", "application/pdf") == first
    second = store.put(UCR, "commercial_invoice", 2, b"%PDF-2", "application/pdf")
    assert store.of_ucr(UCR) == (first, second)
    assert store.read(first.sha256) == b"%PDF-1"
    assert Path(store.path(first.sha256)) == folder / first.sha256[:2] / first.sha256
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 2, "no drafts are left"


def test_a_paper_changed_on_disk_is_not_given_out_and_is_mended_by_keeping_it_again(
    database: Database, tmp_path: Path
) -> None:
    store = FolderDocuments(database, tmp_path / "documents")
    paper = store.put(UCR, "packing_list", 1, b"%PDF-1", "application/pdf")
    Path(store.path(paper.sha256)).write_bytes(b"%PDF-9")
    with pytest.raises(NotRecorded, match="changed on disk"):
        store.read(paper.sha256)
    store.put(UCR, "packing_list", 1, b"%PDF-1", "application/pdf")
    assert store.read(paper.sha256) == b"%PDF-1"
    with pytest.raises(NotRecorded):
        store.read("0" * 64)
    with pytest.raises(ValueError, match="not the SHA-256"):
        store.path("../../secret")


def test_the_clock_record_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "data" / "clock.json"
    clock = TradeClock(trade_epoch=START, real_epoch=START + timedelta(days=1), pace=20_000)
    assert FileClock.ensure(path, clock).read() == clock
    later = TradeClock(trade_epoch=START, real_epoch=START, pace=1)
    assert FileClock.ensure(path, later).read() == clock
    said = json.loads(path.read_text(encoding="utf-8"))
    assert set(said) == {"trade_epoch", "real_epoch", "pace"}
    assert datetime.fromisoformat(said["trade_epoch"]) == START

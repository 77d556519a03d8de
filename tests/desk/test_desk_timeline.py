"""The desk exports and verifies timelines, and holds the books against them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tradelane.contracts.journeys import order_workflow_id
from tradelane.desk.complaints import NotFound, RefusedByRule, WrongUsage
from tradelane.desk.timeline import export, timeline_of, verify_file, verify_order
from tradelane.domain import timeline
from tradelane.domain.identifiers import OrderId, ShipmentId, Ucr
from tradelane.ports import Decision
from tradelane.settings import Settings
from tradelane.stores import Stores, open_stores

ORDER, OTHER = OrderId("2000013770481964"), OrderId("2000013770481965")
UCR = Ucr("6KRMLC45848383497")
KEY = f"{UCR}:book_transport"
AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
CONTENT = {"consignee.rut": "12.345.678-5", "items.A-1.hsk": "3304991000"}


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    with open_stores(Settings(data_dir=tmp_path)) as stores:
        yield stores


def decided(stores: Stores, number: int = 1, *, line: bool = True) -> Decision:
    """A decision as it is written down, with its line."""
    row = Decision(
        id=f"d-{number}", scope=ORDER, step="plan_consignment", kind="amend", content=CONTENT,
        before={"items.A-1.hsk": "3304999000"}, actor="m.kim", reason="checked with the brand", at=AT,
    )  # fmt: skip
    stores.decisions.record(row)
    if line:
        said = timeline.decision(
            decision_id=row.id, kind=row.kind, step=row.step, content=row.content, before=row.before, reason=row.reason
        )
        timeline.append(stores.journal, ORDER, said, at=AT, actor=row.actor)
    return row


def booked(stores: Stores, content: str = '{"waybill": "1234567891"}', order: OrderId = ORDER) -> None:
    """An effect as it is written down, with its line."""
    stores.consignments.claim(UCR, ShipmentId("45848383497"), "1001", [ORDER, OTHER], ORDER)
    stores.effects.done(KEY, content, AT)
    timeline.append(stores.journal, order, timeline.effect(KEY, "book_transport", content), at=AT, actor="tradelane")


def tampered(folder: Path, statement: str) -> None:
    """Change the table behind our back."""
    engine = create_engine(f"sqlite:///{folder / 'tradelane.sqlite'}")
    with engine.begin() as connection:
        assert connection.execute(text(statement)).rowcount
    engine.dispose()


def test_what_was_written_stands(stores: Stores) -> None:
    decided(stores)
    booked(stores)
    verified = verify_order(stores, ORDER)
    assert verified.count == 2
    assert verified.head == timeline_of(stores, ORDER)[-1].digest
    assert "--head" in verified.sentence, "what a chain alone cannot show is said"


def test_an_exported_file_is_verified_and_a_flipped_byte_is_not(stores: Stores, tmp_path: Path) -> None:
    decided(stores)
    booked(stores)
    file = tmp_path / "timeline.json"
    exported = export(stores, ORDER, file)
    assert verify_file(file).head == exported.head
    assert "12.345.678-5" not in file.read_text(encoding="utf-8")
    content = bytearray(file.read_bytes())
    content[content.index(b"m.kim")] ^= 1
    file.write_bytes(content)
    with pytest.raises(RefusedByRule, match="Line 1 was changed"):
        verify_file(file)


def test_an_erased_buyer_leaves_a_timeline_that_stands(stores: Stores, tmp_path: Path) -> None:
    decided(stores)
    booked(stores)
    stores.vault.destroy(order_workflow_id(ORDER))
    assert stores.decisions.of_orders([ORDER])[0].content == {}
    assert verify_order(stores, ORDER).count == 2
    export(stores, ORDER, tmp_path / "timeline.json")
    assert verify_file(tmp_path / "timeline.json").count == 2


def test_a_decision_or_effect_without_its_line_is_found(stores: Stores) -> None:
    decided(stores)
    decided(stores, 2, line=False)
    with pytest.raises(RefusedByRule, match="Decision d-2"):
        verify_order(stores, ORDER)


def test_an_effect_without_its_line_is_found(stores: Stores) -> None:
    decided(stores)
    booked(stores)
    stores.effects.done(KEY, '{"waybill": "1234567892"}', AT)
    with pytest.raises(RefusedByRule, match="no line says what our books say"):
        verify_order(stores, ORDER)
    stores.effects.done(f"{UCR}:publish_tracking", "{}", AT)
    stores.effects.done(KEY, '{"waybill": "1234567891"}', AT)
    with pytest.raises(RefusedByRule, match="publish_tracking"):
        verify_order(stores, ORDER)


def test_an_amendment_whose_key_ends_in_its_version_is_an_effect_too(stores: Stores) -> None:
    booked(stores)
    stores.effects.done(f"{UCR}:1:amend_export_declaration:v2", "{}", AT)
    with pytest.raises(RefusedByRule, match=":v2"):
        verify_order(stores, ORDER)


def test_notes_of_our_own_and_effects_not_yet_done_need_no_line(stores: Stores) -> None:
    booked(stores)
    stores.effects.done(f"{UCR}:v1:render_documents", "[]", AT)
    stores.effects.intend(f"{UCR}:publish_tracking", "publish_tracking", AT)
    assert verify_order(stores, ORDER).count == 1


def test_the_effects_of_a_parcel_stand_in_the_timeline_of_one_of_its_orders(stores: Stores) -> None:
    decided(stores)
    booked(stores, order=OTHER)
    assert verify_order(stores, ORDER).count == verify_order(stores, OTHER).count == 1


@pytest.mark.parametrize("column", ["actor", "reason", "step", "kind"])
def test_a_decision_changed_in_our_books_no_longer_fits_its_line(stores: Stores, tmp_path: Path, column: str) -> None:
    decided(stores)
    tampered(tmp_path, f"UPDATE decisions SET {column} = {column} || 'x'")
    with pytest.raises(RefusedByRule, match="line 1 says otherwise"):
        verify_order(stores, ORDER)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE journal SET what = 'nothing' WHERE position = 1", "Line 1 was changed"),
        ("UPDATE journal SET evidence = '{\"decision\": 3}' WHERE position = 2", "cannot be read"),
        ("UPDATE journal SET evidence = '{' WHERE position = 2", "cannot be read"),
        ("UPDATE journal SET at = '2026-11-20 03:00:00.000001' WHERE position = 2", "Line 2 was changed"),
        ("UPDATE journal SET at = 'yesterday' WHERE position = 2", "cannot be read"),
        ("DELETE FROM journal WHERE position = 1", "Line 1 is missing"),
        ("DELETE FROM journal WHERE position = 2", "Decision d-2"),
        ("DELETE FROM journal", "Decision d-1"),
    ],
)
def test_a_changed_table_is_refused_with_the_place(stores: Stores, tmp_path: Path, statement: str, words: str) -> None:
    decided(stores)
    decided(stores, 2)
    tampered(tmp_path, statement)
    with pytest.raises(RefusedByRule, match=words):
        verify_order(stores, ORDER)


def test_lines_cut_off_at_the_end_show_against_a_head_noted_earlier(stores: Stores, tmp_path: Path) -> None:
    decided(stores)
    timeline.append(stores.journal, ORDER, timeline.outcome("delivered"), at=AT, actor="tradelane")
    head = verify_order(stores, ORDER).head
    assert verify_order(stores, ORDER, head).head == head
    tampered(tmp_path, "DELETE FROM journal WHERE position = 2")
    assert verify_order(stores, ORDER).count == 1, "an end that is missing leaves no gap"
    with pytest.raises(RefusedByRule, match="cut off"):
        verify_order(stores, ORDER, head)


def test_a_broken_timeline_is_not_exported(stores: Stores, tmp_path: Path) -> None:
    decided(stores)
    tampered(tmp_path, "UPDATE journal SET actor = 'nobody'")
    with pytest.raises(RefusedByRule):
        export(stores, ORDER, tmp_path / "timeline.json")
    assert not (tmp_path / "timeline.json").exists()


def test_an_order_nobody_wrote_about_and_files_that_cannot_be_used(stores: Stores, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        verify_order(stores, ORDER)
    with pytest.raises(NotFound):
        export(stores, ORDER, tmp_path / "timeline.json")
    decided(stores)
    with pytest.raises(WrongUsage):
        export(stores, ORDER, tmp_path)
    with pytest.raises(WrongUsage):
        verify_file(tmp_path / "absent.json")

"""The desk works in the Temporal UI alone: start, read why it holds, answer with an Update, see it finish."""

from __future__ import annotations

import pytest

from tests.ui.installed import Installed
from tests.ui.temporal_ui import TemporalUi

MEASURES = {"gross_weight_g": 640, "length_cm": 30, "width_cm": 20, "height_cm": 10}
"""As a person types them: numbers, not texts."""


def workflow_id(order_id: str) -> str:
    return f"order/MLC/{order_id}"


def started(ui: TemporalUi, installed: Installed) -> str:
    """An order that was started with the button and holds for the packing bench; its page is open."""
    order_id = installed.sell("HNG-TEE-01", "39.90")
    ui.start(workflow_id(order_id), {"order_id": order_id})
    ui.open(workflow_id(order_id))
    ui.details("confirm_packing")
    return order_id


@pytest.mark.timeout(300)
def test_an_order_is_started_holds_is_answered_and_finishes_without_leaving_the_ui(
    ui: TemporalUi, installed: Installed
) -> None:
    order_id = installed.sell("HNG-TEE-01", "39.90")
    run, before = workflow_id(order_id), len(installed.ledger())
    ui.start(run, {"order_id": order_id}, picture="start")
    assert "Running" in ui.row(run)
    ui.open(run)
    details = ui.details("confirm_packing")
    assert f"Order {order_id}: packing" in details
    assert "packing bench" in details, "who is asked"
    assert "confirm the packing" in details, "what to do"
    ui.picture("hold")
    ui.expect_timeline("read_order", "plan_consignment", "confirm_packing")
    ui.picture("timeline", height=860)
    assert ui.send_update("confirm_packing", MEASURES, picture="update") == ""
    details = ui.details("Waybill", within=120)
    assert "Held:" not in details
    ui.tab("Timeline")
    ui.wait_for_status("Completed", within=120)
    result = ui.result(f"Order {order_id} is delivered.")
    assert '"state": "delivered"' in result
    ui.expect_timeline("lodge_export_declaration", "book_transport", "read_transport_events", "archive_dossier")
    ui.picture("completed", height=1060)
    assert "Completed" in ui.row(run)
    acted = installed.ledger()[before:]
    assert (acted.count("declare"), acted.count("book")) == (1, 1)


@pytest.mark.timeout(180)
def test_a_wrong_update_is_answered_with_a_sentence_and_changes_nothing(ui: TemporalUi, installed: Installed) -> None:
    started(ui, installed)
    told = ui.send_update("confirm_packing", MEASURES | {"length_cm": "thirty"}, picture="refused")
    assert "length_cm must be a number, not 'thirty'" in told
    ui.close_dialog()
    told = ui.send_update("resolve_hold", {"step": 7, "action": 1})
    assert told == "No open hold is called 7; open holds: confirm_packing."
    ui.close_dialog()
    told = ui.send_update("resolve_hold", {"step": "confirm_packing", "action": "complete"})
    assert told == "confirm_packing can be resolved by retry, amend, cancel, not by complete."
    ui.close_dialog()
    assert "Held" in ui.details("confirm_packing")


@pytest.mark.timeout(180)
def test_every_update_says_what_it_takes(ui: TemporalUi, installed: Installed) -> None:
    started(ui, installed)
    offered = ui.updates(picture="updates")
    described = {name: said for name, said in offered.items() if name != "Custom"}
    assert {"resolve_hold", "amend", "confirm_packing", "cancel"} <= set(described)
    assert {name for name, said in described.items() if "{" not in said} == set()


@pytest.mark.timeout(180)
def test_a_start_under_another_id_finds_the_order(ui: TemporalUi, installed: Installed) -> None:
    order_id = started(ui, installed)
    ui.start(f"again-{order_id}", {"order_id": int(order_id)})
    ui.open(f"again-{order_id}")
    ui.wait_for_status("Completed", within=60)
    assert '"state": "moved"' in ui.result(workflow_id(order_id))


@pytest.mark.timeout(180)
def test_a_start_with_input_nobody_understands_fails_with_a_sentence(ui: TemporalUi) -> None:
    ui.start("a-typing-error", {"order": "20000"})
    ui.open("a-typing-error")
    ui.wait_for_status("Failed", within=60)
    assert '{"order_id":' in ui.result("FulfilOrder needs the Mercado Libre order").replace("\\", ""), "an example"


@pytest.mark.timeout(180)
def test_the_list_of_orders_says_where_each_stands_and_what_it_holds_for(ui: TemporalUi, installed: Installed) -> None:
    order_id = started(ui, installed)
    ui.arrange_columns()
    row = ui.row(workflow_id(order_id))
    assert "packing" in row and "reason=packing" in row and "owner=packing bench" in row
    ui.picture("orders", width=1760, height=640)

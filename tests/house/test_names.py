"""Names that live on the server are pinned: a running order refers to them, so a renamed one strands it."""

from __future__ import annotations

from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey

import worker
from tradelane.contracts import journeys, search_attributes, steps
from tradelane.contracts.effect import Effect

STRANDS = (
    "Running orders refer to these names: a changed or removed one strands them. "
    "Keep the old name alive until no run refers to it, then change this list."
)

EFFECTS = {
    "open_journey": "house",
    "start_or_find_run": "house",
    "read_order": "marketplace",
    "read_pack": "marketplace",
    "read_shipment": "marketplace",
    "read_buyer_tax_id": "marketplace",
    "claim_consignment": "house",
    "plan_consignment": "house",
    "confirm_packing": "house",
    "read_customs_rate": "customs",
    "read_export_requirements": "customs",
    "screen_parties": "house",
    "render_documents": "house",
    "lodge_export_declaration": "filing",
    "read_export_acceptance": "filing",
    "amend_export_declaration": "filing",
    "extend_loading_period": "filing",
    "withdraw_export_declaration": "filing",
    "book_transport": "carrier",
    "find_booking": "carrier",
    "attach_documents": "carrier",
    "void_booking": "carrier",
    "publish_tracking": "marketplace",
    "confirm_loading": "customs",
    "send_import_preadvice": "carrier",
    "hand_to_broker": "house",
    "read_transport_events": "carrier",
    "answer_information_request": "carrier",
    "watch_tracking": "tracking",
    "publish_delivery_status": "marketplace",
    "file_evidence": "house",
    "archive_dossier": "house",
    "record_decision": "house",
    "post_holds": "house",
    "survey_effects": "house",
    "notify_desk": "house",
    "sweep_source": "house",
    "reconcile_sellers": "marketplace",
}
OUTSIDE = {
    "extend_loading_period",
    "amend_export_declaration",
    "lodge_export_declaration",
    "withdraw_export_declaration",
    "book_transport",
    "attach_documents",
    "void_booking",
    "publish_tracking",
    "send_import_preadvice",
    "hand_to_broker",
    "answer_information_request",
    "watch_tracking",
    "publish_delivery_status",
}
DOORS = {
    "FulfilOrder": {
        "fact",
        "progress",
        "resolve_hold",
        "assign_hold",
        "extend_loading",
        "snooze_hold",
        "amend",
        "confirm_packing",
        "cancel",
    },
    "Sweep": set[str](),
    "ReconcileOrders": set[str](),
    "NotifyDesk": set[str](),
}
SEARCH_ATTRIBUTES = {
    "Stage": "Keyword",
    "Seller": "Keyword",
    "Waybill": "Keyword",
    "TrackingNumber": "Keyword",
    "Exporter": "KeywordList",
    "DeclarationNumber": "KeywordList",
    "Hold": "KeywordList",
    "DueAt": "Datetime",
    "LoadBefore": "Datetime",
    "ShipBy": "Datetime",
}


def effects() -> list[Effect[Any, Any]]:
    return [value for value in vars(steps).values() if isinstance(value, Effect)]


def definition(workflow_class: type) -> workflow._Definition:
    return workflow._Definition.must_from_class(workflow_class)


def test_steps_keep_their_names_and_queues() -> None:
    assert {one.name: one.queue for one in effects()} == EFFECTS, STRANDS
    assert len(effects()) == len(EFFECTS), "two effects share a name"


def test_steps_that_write_outside_are_known_as_such() -> None:
    """They are shielded on cancel and look before they write."""
    assert {one.name for one in effects() if one.outside} == OUTSIDE


def test_every_step_is_on_a_queue_that_has_a_worker() -> None:
    assert {one.queue for one in effects()} == set(journeys.QUEUES)
    assert journeys.ORDERS_QUEUE not in journeys.QUEUES


def test_every_step_says_what_it_does_in_one_line() -> None:
    for one in effects():
        assert 0 < len(one.summary) <= 60 and "\n" not in one.summary, one.name


def test_workflows_and_their_doors_keep_their_names() -> None:
    found = {}
    for workflow_class in worker.WORKFLOWS:
        known = definition(workflow_class)
        found[known.name] = {*known.signals, *known.queries, *known.updates}
    assert found == DOORS, STRANDS


def test_starters_and_the_worker_call_workflows_by_the_same_names() -> None:
    names = {value.name for value in vars(journeys).values() if isinstance(value, journeys.Journey)}
    assert names == set(DOORS), STRANDS


def test_search_attributes_keep_their_names_and_types() -> None:
    assert search_attributes.TYPES == SEARCH_ATTRIBUTES, STRANDS


def test_every_search_attribute_is_registered_and_within_the_budget_of_the_store() -> None:
    """The server keeps 10 Keyword, 3 Datetime and 3 KeywordList columns in SQL."""
    keys = [value for value in vars(search_attributes).values() if isinstance(value, SearchAttributeKey)]
    assert {key.name for key in keys} == set(search_attributes.TYPES)
    types = list(search_attributes.TYPES.values())
    assert types.count("Keyword") <= 10 and types.count("Datetime") <= 3 and types.count("KeywordList") <= 3


def test_ids_of_runs_keep_their_shape() -> None:
    assert journeys.order_workflow_id("2000013770481964") == "order/MLC/2000013770481964", STRANDS
    assert journeys.order_of_workflow_id("order/MLC/2000013770481964") == "2000013770481964"
    for other in (
        "order/MLB/2000013770481964",
        "order/MLC/",
        "order/MLC/12a",
        "order/MLC/１２",
        "2000013770481964",
        "",
    ):
        assert journeys.order_of_workflow_id(other) is None, other

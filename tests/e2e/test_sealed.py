"""What the engine keeps of a finished order: nothing about the person who bought it, by the bytes themselves."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
import structlog
from google.protobuf.json_format import MessageToJson, Parse
from google.protobuf.message import Message
from structlog.testing import LogCapture
from temporalio.api.common.v1 import Payload, Payloads, SearchAttributes, WorkflowExecution
from temporalio.api.enums.v1 import QueryRejectCondition
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.query.v1 import WorkflowQuery
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest,
    GetWorkflowExecutionHistoryRequest,
    ListWorkflowExecutionsRequest,
    QueryWorkflowRequest,
)
from temporalio.client import Client

from tests.lane import Lane, open_lane
from tradelane.domain.identifiers import OrderId, ShipmentId
from tradelane.domain.order import Shipment
from tradelane.domain.transliteration import to_ascii

SEALED = b"binary/encrypted"


class Lines(logging.Handler):
    """Every line that standard logging would write, with its traceback."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@dataclass
class Finished:
    """A finished order, what was said meanwhile, and whose it was."""

    lane: Lane
    raw: Client
    order: str
    run: WorkflowExecution
    shipment: Shipment
    secrets: tuple[str, ...]
    logged: str


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def finished(
    tmp_path_factory: pytest.TempPathFactory, target: str, module_namespace: str
) -> AsyncIterator[Finished]:
    """An order from sale to delivery; a refusal on the way holds, so that failures are kept and logged too."""
    lines, events = Lines(), LogCapture()
    was = structlog.get_config()
    structlog.configure(processors=[events])
    logging.getLogger().addHandler(lines)
    try:
        folder = tmp_path_factory.mktemp("sealed")
        async with open_lane(folder, target, namespace=module_namespace) as lane:
            for counterparty, operation, kind in (
                ("ktnet", "declare", "refuse"),
                ("mydhl", "book", "unavailable"),
                ("mercadolibre", "read_billing_info", "html"),
            ):
                await lane.fault(counterparty, operation, kind)
            [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-TEE-01"}]}])
            order = sold["order_id"]
            for step in ("read_buyer_tax_id", "lodge_export_declaration:d1"):
                await lane.held(order, step)
                await lane.update(order, "resolve_hold", {"step": step, "action": "retry", "actor": "kim"})
            await lane.ended(order)
            raw = await Client.connect(target, namespace=module_namespace)
            described = await lane.run_of(order).describe()
            run = WorkflowExecution(workflow_id=described.id, run_id=described.run_id)
            shipment, secrets = await personal(lane, sold["shipment_id"], order)
            logged = "\n".join(lines.lines) + json.dumps(events.entries, default=str, ensure_ascii=False)
            yield Finished(lane, raw, order, run, shipment, secrets, logged)
    finally:
        logging.getLogger().removeHandler(lines)
        structlog.configure(**was)


async def personal(lane: Lane, shipment_id: str, order: str) -> tuple[Shipment, tuple[str, ...]]:
    """The buyer as the marketplace tells: name, street and RUT in every spelling a system might have kept."""
    [seller] = lane.resources.sellers.all()
    shipment = await lane.resources.marketplace.shipment(seller.id, ShipmentId(shipment_id))
    buyer = await lane.resources.marketplace.buyer_tax_id(seller.id, OrderId(order))
    assert buyer is not None
    assert buyer.rut is not None
    assert buyer.name
    person = shipment.consignee
    texts = [person.name, buyer.name, *person.address.lines, person.address.note or ""]
    texts += [word for text in (person.name, *person.address.lines) for word in text.split() if len(word) > 5]
    texts += [person.phone or "", person.email or ""]
    texts += [buyer.rut, buyer.rut.printed, f"{buyer.rut.body}-{buyer.rut.dv}", f"{buyer.rut.body}{buyer.rut.dv}"]
    texts += [str(buyer.rut.body)]
    spelt = {form for text in texts if len(text) > 3 for form in (text, to_ascii(text), json.dumps(text)[1:-1])}
    return shipment, tuple(sorted(spelt))


def leaks(finished: Finished, blob: bytes | str) -> list[str]:
    """What of the buyer stands in something the engine or a log keeps, whatever the case of its letters."""
    text = (blob.decode("utf-8", "replace") if isinstance(blob, bytes) else blob).lower()
    return [secret for secret in finished.secrets if secret.lower() in text]


async def raw_history(finished: Finished, run: WorkflowExecution) -> list[HistoryEvent]:
    """All events of a run as they lie in the engine, past our converter."""
    events: list[HistoryEvent] = []
    token = b""
    while True:
        answer = await finished.raw.workflow_service.get_workflow_execution_history(
            GetWorkflowExecutionHistoryRequest(
                namespace=finished.raw.namespace, execution=run, next_page_token=token, maximum_page_size=100
            )
        )
        events += answer.history.events
        token = answer.next_page_token
        if not token:
            return events


def payloads(message: Message, within: str = "") -> Iterator[tuple[str, Payload]]:
    """Every payload inside a message with the kind of message that holds it; search attributes are left out."""
    if isinstance(message, Payload):
        yield within, message
        return
    if isinstance(message, SearchAttributes):
        return
    for field, value in message.ListFields():
        kind = f"{within}.{field.name}" if within else field.name
        if field.message_type is None:
            continue
        parts: Any = [value]
        if field.message_type.GetOptions().map_entry:
            parts = [entry for entry in value.values() if isinstance(entry, Message)]
        elif field.is_repeated:
            parts = value
        for part in parts:
            yield from payloads(part, kind)


async def test_no_byte_of_the_history_tells_of_the_buyer(finished: Finished) -> None:
    """Over all runs of the namespace: the order's and those of the house itself."""
    assert len(finished.secrets) >= 8
    answer = await finished.raw.workflow_service.list_workflow_executions(
        ListWorkflowExecutionsRequest(namespace=finished.raw.namespace, page_size=500)
    )
    assert leaks(finished, answer.SerializeToString()) == []
    runs = [found.execution for found in answer.executions if not found.execution.workflow_id.startswith("sweep/")]
    runs += [found.execution for found in answer.executions if found.execution.workflow_id.startswith("sweep/")][:5]
    assert finished.run.workflow_id in {run.workflow_id for run in runs}
    for run in runs:
        for event in await raw_history(finished, run):
            assert leaks(finished, event.SerializeToString()) == []


async def test_every_payload_of_the_run_is_sealed_failures_included(finished: Finished) -> None:
    """Arguments, results, summaries, Update commands and the details of failures: all but the search attributes."""
    found = [pair for event in await raw_history(finished, finished.run) for pair in payloads(event)]
    assert len(found) > 60
    open_ones = {within for within, payload in found if payload.metadata.get("encoding") != SEALED}
    assert open_ones == set()
    assert any("failure" in within for within, _ in found)
    assert any("summary" in within for within, _ in found)


async def test_the_buyer_is_in_the_history_behind_the_seal(finished: Finished) -> None:
    """The control: what these tests look for is really there, and they would find it."""
    events = await raw_history(finished, finished.run)
    sealed = [payload for event in events for _, payload in payloads(event)]
    opened = await finished.lane.client.data_converter.decode(sealed)
    found = leaks(finished, json.dumps(opened, ensure_ascii=False, default=str))
    person = finished.shipment.consignee
    assert {person.name, *person.address.lines} <= set(found)


async def test_what_the_ui_shows_of_the_run_names_no_buyer(finished: Finished) -> None:
    """Search attributes and memo in the open; summary and current details even after they were opened."""
    described = await finished.raw.workflow_service.describe_workflow_execution(
        DescribeWorkflowExecutionRequest(namespace=finished.raw.namespace, execution=finished.run)
    )
    assert described.workflow_execution_info.search_attributes.indexed_fields
    assert leaks(finished, described.SerializeToString()) == []

    handle = finished.lane.run_of(finished.order)
    opened = await handle.describe()
    assert leaks(finished, f"{await opened.static_summary()} {await opened.static_details()}") == []
    metadata = await handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    assert finished.order in metadata.current_details
    assert leaks(finished, metadata.current_details) == []
    progress = await finished.lane.progress(finished.order)
    assert progress is not None
    assert leaks(finished, progress.model_dump_json()) == []


async def test_an_answered_query_is_sealed_on_its_way(finished: Finished) -> None:
    answer = await finished.raw.workflow_service.query_workflow(
        QueryWorkflowRequest(
            namespace=finished.raw.namespace,
            execution=finished.run,
            query=WorkflowQuery(query_type="progress"),
            query_reject_condition=QueryRejectCondition.QUERY_REJECT_CONDITION_NONE,
        )
    )
    assert [payload.metadata["encoding"] for payload in answer.query_result.payloads] == [SEALED]


async def test_summaries_of_steps_name_no_buyer_even_when_opened(finished: Finished) -> None:
    sealed = [
        event.user_metadata.summary
        for event in await raw_history(finished, finished.run)
        if event.user_metadata.HasField("summary")
    ]
    assert len(sealed) > 15
    opened = await finished.lane.client.data_converter.decode(sealed)
    assert "File the export declaration" in opened
    assert leaks(finished, json.dumps(opened, ensure_ascii=False)) == []


async def test_no_log_line_names_the_buyer(finished: Finished) -> None:
    """Every level of every logger; what a counterparty said stands in the hold, not in the log."""
    assert "outside.call" in finished.logged
    assert leaks(finished, finished.logged) == []


async def test_the_codec_server_opens_a_payload_of_the_history_over_http(finished: Finished) -> None:
    """What the UI does: it sends payloads as it got them, and shows what comes back."""
    lane = finished.lane
    sealed = [payload for event in await raw_history(finished, finished.run) for _, payload in payloads(event)]
    url = f"http://127.0.0.1:{lane.settings.service_port}/codec/decode"
    origin = f"http://localhost:{lane.settings.ui_port}"

    answer = await lane.stage.post(
        url,
        content=MessageToJson(Payloads(payloads=sealed)),
        headers={"Content-Type": "application/json", "Origin": origin, "X-Namespace": finished.raw.namespace},
    )

    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == origin
    opened = Parse(answer.content, Payloads()).payloads
    assert len(opened) == len(sealed)
    assert all(payload.metadata["encoding"] != SEALED for payload in opened)
    told = b"\n".join(payload.data for payload in opened)
    assert finished.shipment.consignee.name.encode() in told or leaks(finished, told)
    foreign = await lane.stage.post(url, content=answer.content, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403

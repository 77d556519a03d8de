"""Record histories for the replay tests: `python -m tests.replay.record`.

Runs each scenario in one installation with fixed invented buyers and writes its history as JSON, payloads decoded:
the sealed form needs keys that are not kept. Until the tag v0.1.0 histories are recorded anew in the commit that
changes a workflow's commands; after a tag never.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.api.history.v1 import History
from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment

from tests.conftest import FLAGS, fresh_namespace, temporal_binary
from tests.lane import Lane, open_lane

FOLDER = Path(__file__).parent / "histories"


async def delivered(lane: Lane) -> str:
    """A plain order, from webhook to delivered."""
    [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-TEE-01"}]}], shipping={"cost": "6.90"}, seed=11)
    await lane.ended(sold["order_id"])
    return str(sold["order_id"])


async def refused_and_amended(lane: Lane) -> str:
    """An order whose filing is refused, then amended by a person, then asked for a paper by customs."""
    [sold] = await lane.sell("hs_refused", orders=[{"items": [{"sku": "BJK-STND-05"}]}], seed=12)
    order = str(sold["order_id"])
    await lane.held(order, "lodge_export_declaration:d1")
    await lane.update(order, "amend", {"set": {"items.BJK-STND-05.hsk": "7616999090"}, "reason": "broker"})
    await lane.ended(order)
    return order


async def cancelled_while_holding(lane: Lane) -> str:
    """An order cancelled by a person after its declaration was accepted: it is withdrawn."""
    await lane.fault("mydhl", "book", "refuse", times=9)
    [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "DTR-NOTE-01"}]}], seed=13)
    order = str(sold["order_id"])
    await lane.held(order, "book_transport")
    await lane.update(order, "cancel", {"reason": "out of stock", "actor": "kim"})
    await lane.run_of(order).result()
    return order


async def amended_after_acceptance(lane: Lane) -> str:
    """An order whose booking is refused: somebody takes the hold, corrects the goods, and customs is told before it goes."""
    [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-CAP-04"}]}], seed=14)
    await lane.fault("mydhl", "book", "refuse", times=1, match=sold["shipment_id"])
    order = str(sold["order_id"])
    await lane.held(order, "book_transport")
    await lane.update(order, "assign_hold", {"step": "book_transport", "to": "kim", "actor": "lee"})
    changes = {"items.HNG-CAP-04.net_weight_g": "91"}
    await lane.update(
        order, "resolve_hold", {"step": "book_transport", "action": "amend", "set": changes, "actor": "kim"}
    )
    await lane.ended(order)
    return order


SCENARIOS = {
    "amended_after_acceptance": amended_after_acceptance,
    "delivered": delivered,
    "refused_and_amended": refused_and_amended,
    "cancelled_while_holding": cancelled_while_holding,
}


async def opened(lane: Lane, history: WorkflowHistory) -> str:
    """The history as JSON with every payload in the clear: all of it is invented."""
    codec = lane.resources.converter.payload_codec
    assert codec is not None
    copy = History()
    copy.events.extend(history.events)
    for event in copy.events:
        await _open(event, codec)
    content = json.loads(WorkflowHistory(history.workflow_id, copy.events).to_json())
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


async def _open(message: Any, codec: Any) -> None:
    """Decode every payload inside a message, in place."""
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            values = list(value.values()) if field.message_type.fields_by_name["value"].message_type else []
        else:
            values = [value] if hasattr(value, "ListFields") else list(value)
        for one in values:
            if isinstance(one, Payload):
                [plain] = await codec.decode([one])
                one.CopyFrom(plain)
            else:
                await _open(one, codec)


async def record() -> None:
    """Record every scenario."""
    flags = [part for name, value in FLAGS.items() for part in ("--dynamic-config-value", f"{name}={value}")]
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=temporal_binary(), dev_server_extra_args=flags, dev_server_log_level="error"
    ) as environment:
        target = environment.client.service_client.config.target_host
        for name, play in SCENARIOS.items():
            namespace = await fresh_namespace(environment.client)
            with tempfile.TemporaryDirectory() as folder:
                async with open_lane(Path(folder), target, namespace=namespace) as lane:
                    order = await play(lane)
                    text = await opened(lane, await lane.history(order))
            text = re.sub(r'"identity": "[^"]*"', '"identity": "recorded"', text.replace(folder, "data"))
            (FOLDER / f"{name}.json").write_text(text)


if __name__ == "__main__":
    asyncio.run(record())
    sys.stdout.flush()
    os._exit(0)

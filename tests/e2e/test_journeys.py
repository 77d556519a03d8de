"""Orders travel the whole lane: real engine, real adapters, simulators over HTTP, sealed payloads."""

from __future__ import annotations

from pathlib import Path

from tests.lane import count, open_lane


async def test_a_plain_order_travels_from_the_webhook_to_delivered(tmp_path: Path, target: str, namespace: str) -> None:
    """Everything outside happens exactly once, and the run ends with its numbers."""
    async with open_lane(tmp_path, target, namespace=namespace) as lane:
        [sold] = await lane.sell("plain", orders=[{"items": [{"sku": "HNG-TEE-01"}]}], shipping={"cost": "6.90"})
        order = sold["order_id"]

        outcome = await lane.ended(order)

        assert outcome["state"] == "delivered"
        assert len(outcome["declarations"]) == 1
        assert outcome["declarations"][0].endswith("X")
        rows = await lane.ledger_rows()
        assert count(rows, "declare", sold["shipment_id"]) == 1
        assert count(rows, "book", sold["shipment_id"]) == 1

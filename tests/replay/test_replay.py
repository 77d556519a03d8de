"""Running orders are users of the code: recorded histories must replay with the worker's own sandbox."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

import worker
from tests.replay.record import FOLDER, SCENARIOS
from workflows.fulfil_order import FulfilOrder


def replayer() -> Replayer:
    return Replayer(workflows=[FulfilOrder], workflow_runner=worker.SANDBOX, data_converter=pydantic_data_converter)


def recorded(name: str) -> WorkflowHistory:
    text = (FOLDER / f"{name}.json").read_text()
    first = json.loads(text)["events"][0]["workflowExecutionStartedEventAttributes"]
    return WorkflowHistory.from_json(first["workflowId"], text)


def test_there_is_a_history_for_every_scenario() -> None:
    assert sorted(path.stem for path in Path(FOLDER).glob("*.json")) == sorted(SCENARIOS)


@pytest.mark.parametrize("name", sorted(SCENARIOS))
async def test_a_recorded_history_replays(name: str) -> None:
    """A change of commands strands running orders: gate it with `workflow.patched` (after a tag) or record anew."""
    result = await replayer().replay_workflow(recorded(name), raise_on_replay_failure=False)

    assert result.replay_failure is None


async def test_a_changed_history_is_noticed() -> None:
    """The test can fail: a step under another name does not replay."""
    history = recorded("delivered")
    for event in history.events:
        if event.HasField("activity_task_scheduled_event_attributes"):
            scheduled = event.activity_task_scheduled_event_attributes
            if scheduled.activity_id == "book_transport":
                scheduled.activity_type.name = "book_something_else"

    result = await replayer().replay_workflow(history, raise_on_replay_failure=False)

    assert isinstance(result.replay_failure, NondeterminismError)

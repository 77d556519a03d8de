"""A run's history read as steps: which rounds each step had, how they ended, and what they were asked.

Works for open and closed runs alike and needs no worker. Requests stay sealed until one is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from temporalio.api.common.v1 import Payload
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client
from temporalio.converter import DataConverter, WorkflowSerializationContext

from tradelane.contracts import steps
from tradelane.contracts.effect import Effect
from tradelane.storage.keys import KeyUnknown, SealBroken

EFFECTS: Final[dict[str, Effect[Any, Any]]] = {
    effect.name: effect for effect in vars(steps).values() if isinstance(effect, Effect)
}
"""Every step by its name."""


class Unreadable(Exception):
    """The request of a round cannot be read any more; the message is one sentence."""


class Outcome(StrEnum):
    """How a round ended."""

    COMPLETED = "completed"
    FAILED = "failed"
    OPEN = "open"


@dataclass(frozen=True)
class Round:
    """One scheduling of a step. Numbers are event ids of the run's history."""

    activity_id: str
    effect: str
    scheduled: int
    decided: int
    """The workflow task that decided it: a reset to this event runs it again."""
    ended: int | None = None
    outcome: Outcome = Outcome.OPEN
    request: tuple[Payload, ...] = ()

    @property
    def key(self) -> str:
        """Step, and part where there are several: the activity id without its round."""
        return self.activity_id.partition("~")[0]

    @property
    def outside(self) -> bool:
        """Whether the step writes at a counterparty."""
        effect = EFFECTS.get(self.effect)
        return effect is not None and effect.outside


@dataclass(frozen=True)
class Story:
    """One run: its steps in the order they were scheduled."""

    workflow_id: str
    run_id: str
    status: str
    """The engine's word in small letters: `running`, `completed`, `failed`, `terminated`, ..."""
    rounds: tuple[Round, ...]

    @property
    def open(self) -> bool:
        return self.status == "running"


async def read_story(client: Client, workflow_id: str, run_id: str, status: str) -> Story:
    """Read one run's history from the engine.

    Raises:
        RPCError: the engine does not answer, or does not know the run.
    """
    handle = client.get_workflow_handle(workflow_id, run_id=run_id)
    rounds = rounds_of([event async for event in handle.fetch_history_events()])
    return Story(workflow_id=workflow_id, run_id=run_id, status=status, rounds=rounds)


def rounds_of(events: Iterable[HistoryEvent]) -> tuple[Round, ...]:
    """The rounds of all steps in a history."""
    rounds: dict[int, Round] = {}
    for event in events:
        if event.HasField("activity_task_scheduled_event_attributes"):
            asked = event.activity_task_scheduled_event_attributes
            rounds[event.event_id] = Round(
                activity_id=asked.activity_id,
                effect=asked.activity_type.name,
                scheduled=event.event_id,
                decided=asked.workflow_task_completed_event_id,
                request=tuple(asked.input.payloads),
            )
            continue
        ended = _ended(event)
        if ended is not None:
            scheduled, outcome = ended
            begun = rounds[scheduled]
            rounds[scheduled] = Round(
                begun.activity_id, begun.effect, begun.scheduled, begun.decided, event.event_id, outcome, begun.request
            )
    return tuple(rounds.values())


def _ended(event: HistoryEvent) -> tuple[int, Outcome] | None:
    if event.HasField("activity_task_completed_event_attributes"):
        return event.activity_task_completed_event_attributes.scheduled_event_id, Outcome.COMPLETED
    if event.HasField("activity_task_failed_event_attributes"):
        return event.activity_task_failed_event_attributes.scheduled_event_id, Outcome.FAILED
    if event.HasField("activity_task_timed_out_event_attributes"):
        return event.activity_task_timed_out_event_attributes.scheduled_event_id, Outcome.FAILED
    if event.HasField("activity_task_canceled_event_attributes"):
        return event.activity_task_canceled_event_attributes.scheduled_event_id, Outcome.FAILED
    return None


async def request_of(asked: Round, workflow_id: str, namespace: str, converter: DataConverter) -> BaseModel:
    """What a round was asked.

    Raises:
        Unreadable: its buyer was erased, its key is elsewhere, or an older release wrote it in another shape.
    """
    effect = EFFECTS.get(asked.effect)
    if effect is None:
        raise Unreadable(f"{asked.effect} is no step of this release")
    own = converter.with_context(WorkflowSerializationContext(namespace=namespace, workflow_id=workflow_id))
    payloads: Sequence[Payload] = asked.request
    try:
        decoded: list[BaseModel] = await own.decode(payloads, [effect.request])
    except ValidationError as wrong:
        raise Unreadable("what it was asked is erased or of another shape") from wrong
    except (KeyUnknown, SealBroken) as wrong:
        raise Unreadable("what it was asked cannot be opened with this database's keys") from wrong
    return decoded[0]

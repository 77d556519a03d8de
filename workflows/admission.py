"""What comes to a run's doors is read here: one small object each, refused with one sentence when it is not understood."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel, ValidationError

    from tradelane.contracts.messages import INVALID_INPUT, UPDATE_REFUSED
    from tradelane.domain.amendment import checked

LONGEST_MESSAGE = 30_000
"""Characters of an Update: what a person types is kept in the history several times, and a run ends at 50 MB."""


def understood(message: type[BaseModel], raw: Any, what: str) -> Any:
    """Read what a person or the UI sent; anything else is one sentence, never a wedged run."""
    if raw is None:
        raw = {}
    if not isinstance(raw, dict):
        raise ApplicationError(
            f'{what} takes one JSON object, such as {{"order_id": "2000013770481964"}}, not {type(raw).__name__}.',
            type=INVALID_INPUT,
            non_retryable=True,
        )
    try:
        return message.model_validate(raw)
    except ValidationError as wrong:
        faults = "; ".join(
            f"{'.'.join(map(str, e['loc']))}: {e['msg'].removeprefix('Value error, ')}"
            for e in wrong.errors(include_input=False)
        )
        raise ApplicationError(
            f"{what} was not understood: {faults}.", type=INVALID_INPUT, non_retryable=True
        ) from wrong


def at_the_door(message: type[BaseModel], raw: Any, what: str) -> Any:
    """Read what a person sent before it is let in: as `understood`, and no longer than anybody types."""
    size = len(json.dumps(raw, default=str))
    if size > LONGEST_MESSAGE:
        raise refused(
            f"{what} has {size} characters; {LONGEST_MESSAGE} are the most: shorten its reason or its values."
        )
    return understood(message, raw, what)


def refused(sentence: str) -> ApplicationError:
    """An Update that is not done, with the sentence its sender reads."""
    return ApplicationError(sentence, type=UPDATE_REFUSED, non_retryable=True)


def amendments(changes: Mapping[str, str]) -> dict[str, str]:
    """Paths and values as they are kept. Raises `ValueError` with one sentence."""
    return {one.path: one.value for one in (checked(path, value) for path, value in changes.items())}

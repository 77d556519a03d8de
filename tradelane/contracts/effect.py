"""An effect is a contract: its name, request, reply and patience are written once.

Workflows perform it, activities implement it, the type checker checks both ends, and no workflow imports an activity.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

from pydantic import BaseModel

Request = TypeVar("Request", bound=BaseModel)
Reply = TypeVar("Reply", bound=BaseModel)


@dataclass(frozen=True)
class Patience:
    """How long a step keeps trying before it holds; attempts with backoff, no overall deadline.

    A weekend without workers must not turn into holds, so nothing here bounds schedule-to-close.
    Spans are trade time where a counterparty's opening hours matter and are scaled by the journey's pace.
    """

    one_try: timedelta
    first_wait: timedelta
    longest_wait: timedelta
    attempts: int
    coefficient: float = 2.0


QUICK = Patience(timedelta(seconds=20), timedelta(seconds=1), timedelta(seconds=30), attempts=12)
"""Our own database and files."""

NETWORK = Patience(timedelta(seconds=45), timedelta(seconds=1), timedelta(minutes=5), attempts=20)
"""A read outside: about an hour of trying."""

OFFICE = Patience(timedelta(seconds=60), timedelta(seconds=2), timedelta(minutes=15), attempts=40)
"""A write outside: about nine hours of trying before a person is asked."""


@dataclass(frozen=True)
class Effect(Generic[Request, Reply]):
    """One step: an activity's name on the server and what crosses the wire.

    `outside` marks steps that write outside: they are shielded on cancel and have a lookup twin.
    `queue` is the counterparty whose rate limit the step falls under.
    """

    name: str
    request: type[Request]
    reply: type[Reply]
    patience: Patience
    queue: str
    summary: str
    outside: bool = False
    completable: bool = False
    """A person may type the result of this reading, where the counterparty cannot tell it."""

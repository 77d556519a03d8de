"""What a simulator gives to the process that hosts it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass

from starlette.routing import BaseRoute
from starlette.types import ASGIApp


@dataclass(frozen=True)
class Counterparty:
    """One simulated system.

    `app` is mounted at `/<name>`; `name` is also the counterparty's name in ledger, counts and faults.
    `operations` lists the operation names a fault may be set on, `fault_kinds` the kinds of fault
    only this one knows. `stage_routes` are added below `/_stage` (paths start with `/<name>/`).
    `background`, if any, runs for as long as the process lives.
    """

    name: str
    app: ASGIApp
    operations: frozenset[str]
    stage_routes: Sequence[BaseRoute] = ()
    background: Callable[[], Coroutine[None, None, None]] | None = None
    fault_kinds: frozenset[str] = frozenset()

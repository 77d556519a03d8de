"""`tradelane --timings ...`: how long a command took to get ready, and how long for what it was asked."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

Given = TypeVar("Given")
Answer = TypeVar("Answer")


@dataclass
class Stopwatch:
    """Instants of one command, in seconds of a clock that only goes forward."""

    asked: bool = False
    begun: float = 0.0
    ready: float = 0.0

    def is_ready(self) -> None:
        """Imports are done, database and engine are open: from here on the command does what it was asked."""
        self.ready = time.perf_counter()

    def tell(self) -> None:
        """Print both spans to stderr, if they were asked for."""
        if not self.asked:
            return
        now = time.perf_counter()
        ready = self.ready or now
        print(f"start-up {ready - self.begun:.3f} s, command {now - ready:.3f} s", file=sys.stderr)


watch = Stopwatch(begun=time.perf_counter())
"""The one command of this process."""


def ready(call: Callable[[Given], Answer]) -> Callable[[Given], Answer]:
    """A call that is made as soon as everything is open: start-up ends there."""

    def asked(given: Given) -> Answer:
        watch.is_ready()
        return call(given)

    return asked

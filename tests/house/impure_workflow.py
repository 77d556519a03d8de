"""A throw-away workflow that does what no workflow may: ask the machine for time and chance."""

from __future__ import annotations

import random
import time
from datetime import datetime

from temporalio import workflow


@workflow.defn(name="Impure")
class Impure:
    """Asks what it is told to ask."""

    @workflow.run
    async def run(self, what: str) -> str:
        """`time`, `now` and `random` are refused; `workflow` is the right way."""
        match what:
            case "time":
                return str(time.time())
            case "now":
                return str(datetime.now())  # noqa: DTZ005
            case "random":
                return str(random.random())
            case _:
                return workflow.now().isoformat()

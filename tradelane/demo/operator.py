"""The operator of the demo: watches the holds and types the commands a person would type.

It knows two kinds of trouble the simulated world makes on purpose: a Korean declaration refused for its HS code, and
Chilean customs asking for a paper. Any other hold is reported and left alone, which fails the demo.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tradelane.demo.stage import SoldOrder
from tradelane.desk.holds import OrderHold

PATIENCE = 30.0
"""Seconds one command may take."""


@dataclass(frozen=True)
class Typed:
    """A command the operator types, without the program's name."""

    words: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join(["tradelane", *(f"'{word}'" if " " in word else word for word in self.words)])


def decide(one: OrderHold, sold: SoldOrder | None, correct_hsk: Mapping[str, str]) -> Typed | None:
    """What to type about a hold; None when it is none of the operator's business."""
    order, hold = one.order_id, one.hold
    if sold is None:
        return None
    if sold.scenario == "hs_refused" and hold.step == "lodge_export_declaration" and hold.reason == "error_notice":
        changes = [f"items.{sku}.hsk={correct_hsk[sku]}" for sku in sold.skus if sku in correct_hsk]
        words = [word for change in changes for word in ("--set", change)]
        return Typed(("orders", "amend", order, *words, "--reason", "code corrected by the broker", *ACTOR))
    if sold.scenario == "customs_document" and hold.key == "await_release":
        return Typed(
            (
                "holds", "resolve", order, "--step", hold.key, "--action", "complete",
                "--result", "document=commercial_invoice", "--reason", "customs asked for the invoice", *ACTOR,
            )
        )  # fmt: skip
    return None


ACTOR = ("--actor", "demo operator")


class Operator:
    """Acts once on each hold; `say` hears every command and its answer."""

    def __init__(
        self,
        sold: Sequence[SoldOrder],
        correct_hsk: Mapping[str, str],
        environment: Mapping[str, str],
        say: Callable[[str], None],
    ) -> None:
        self._sold = {order.order_id: order for order in sold}
        self._correct_hsk = correct_hsk
        self._environment = {**os.environ, **environment}
        self._say = say
        self._seen: set[tuple[str, str, str]] = set()
        self.strange: dict[tuple[str, str], OrderHold] = {}
        """Open holds the operator has no answer to, by order and key."""

    async def look(self, holds: Sequence[OrderHold]) -> None:
        """Look at the open holds and type what is to be typed."""
        self.strange = {}
        for one in holds:
            typed = decide(one, self._sold.get(one.order_id), self._correct_hsk)
            if typed is None:
                self.strange[(one.order_id, one.hold.key)] = one
            known = (one.order_id, one.hold.key, one.hold.since.isoformat())
            if known in self._seen:
                continue
            self._seen.add(known)
            if typed is None:
                self._say(f"hold nobody expected: order {one.order_id}, {one.hold.key}: {one.hold.words}")
            elif not await self._type(typed):
                self._seen.discard(known)

    async def _type(self, typed: Typed) -> bool:
        self._say(f"operator: {typed}")
        process = await asyncio.create_subprocess_exec(
            *program(),
            *typed.words,
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            told, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
        except TimeoutError:
            process.kill()
            await process.wait()
            self._say(f"          no answer within {PATIENCE:.0f} s")
            return False
        self._say(f"          {told.decode(errors='replace').strip()} (exit code {process.returncode})")
        return process.returncode == 0


def program() -> tuple[str, ...]:
    """The command line's program: the one installed beside this Python, else the first on PATH."""
    beside = Path(sys.executable).with_name("tradelane")
    found = str(beside) if beside.is_file() else shutil.which("tradelane")
    if found is None:
        raise FileNotFoundError("There is no `tradelane` program beside this Python nor on PATH.")
    return (found,)

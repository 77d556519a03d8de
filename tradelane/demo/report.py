"""How the demo looks: a live picture at a terminal, periodic lines elsewhere, and the table at the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from types import TracebackType

from rich import box
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from tradelane.demo.play import Ending, Result, Scene
from tradelane.domain.trade_time import KOREA

ORDER = (
    "not notified yet", "starting", "intake", "packing", "carried", "export", "handover", "clearance", "delivery",
    "closing", "cancelling", "ended",
)  # fmt: skip
UNBROKEN = ("order", "export declaration", "waybill", "tracking number", "duty", "IVA", "final state")
LINE_EVERY = 5.0
WIDE = 220


class Telling:
    """Tells the demo on a console; at a terminal the scene is one picture that stays at the bottom."""

    def __init__(self, *, quiet_output: bool = False) -> None:
        stream = sys.stderr if quiet_output else sys.stdout
        self.console = Console(
            file=stream, width=None if stream.isatty() else WIDE, markup=False, highlight=False, emoji=False
        )
        self._live: Live | None = None
        self._told = 0.0

    def __enter__(self) -> Telling:
        if self.console.is_terminal:
            self._live = Live(console=self.console, auto_refresh=False)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def line(self, text: str) -> None:
        """One line, above the picture."""
        self.console.print(text, soft_wrap=True)
        self.console.file.flush()

    def scene(self, scene: Scene) -> None:
        """Draw the picture anew, or now and then a line."""
        if self._live is not None:
            self._live.update(picture(scene), refresh=True)
            return
        now = time.monotonic()
        if now - self._told >= LINE_EVERY or scene.done == scene.orders:
            self._told = now
            self.line(sentence(scene))


def _ranked(scene: Scene) -> list[tuple[str, int]]:
    known = [(stage, scene.stages[stage]) for stage in ORDER if stage in scene.stages]
    return known + sorted((stage, count) for stage, count in scene.stages.items() if stage not in ORDER)


def sentence(scene: Scene) -> str:
    """The scene as one line."""
    told = ", ".join(f"{stage} {count}" for stage, count in _ranked(scene))
    day = f"{scene.trade_now.astimezone(KOREA):%Y-%m-%d}"
    return f"{scene.elapsed:5.0f} s  trade day {day}  {told}" + (f"  ({scene.holding} held)" if scene.holding else "")


def picture(scene: Scene) -> Group:
    """The scene as a table with bars."""
    table = Table(box=None, show_header=False, pad_edge=False)
    width = 40
    for stage, count in _ranked(scene):
        table.add_row(stage, str(count), "█" * max(1, round(width * count / max(1, scene.orders))))
    day = f"{scene.trade_now.astimezone(KOREA):%a %Y-%m-%d %H:%M}"
    title = f"{scene.elapsed:.0f} s, in Korea {day}; {scene.done} of {scene.orders} ended, {scene.holding} held"
    return Group(Text(title), table)


def endings_table(endings: Sequence[Ending], *, boxed: bool) -> Table:
    """Order by order: what an operations team asks for."""
    table = Table(box=box.SIMPLE_HEAD if boxed else None, pad_edge=False)
    columns = (
        "order", "scenario", "brand", "export declaration", "waybill", "tracking number", "import regime", "duty",
        "IVA", "final state", "papers",
    )  # fmt: skip
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in UNBROKEN)
    for ending in endings:
        p = ending.progress
        carried = f"with {p.carried_by}" if p and p.carried_by else ""
        table.add_row(
            ending.order.order_id,
            ending.order.scenario,
            ", ".join(ending.brands),
            ("\n".join(p.declarations) or carried) if p else "",
            (p.waybill or "") if p else "",
            (p.waybill or "") if p else "",
            (p.import_regime or "") if p else "",
            (p.duty or "") if p else "",
            (p.iva or "") if p else "",
            p.state if p else "no run",
            ending.folder,
        )
    return table


def print_result(console: Console, result: Result, orders: int) -> None:
    """The table, the papers and the verdict."""
    console.print(endings_table(result.endings, boxed=True))
    if result.faults:
        console.print(f"{len(result.faults)} faults after {result.seconds:.0f} s:")
        for fault in result.faults:
            console.print(f"  {fault}", soft_wrap=True)
        return
    console.print(
        f"All {orders} orders are where they should be after {result.seconds:.0f} s; the counterparties' own ledger "
        f"({result.effects} rows) shows each outside effect exactly once.",
        soft_wrap=True,
    )

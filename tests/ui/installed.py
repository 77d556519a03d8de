"""An installation as its owner starts it, `tradelane up`, in a folder of its own and on free ports."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from tradelane.processes import Part, Processes, free_ports

PROGRAMS = Path(sys.executable).parent
HOST = "127.0.0.1"
LAST_LINE = "other shell"
"""`up` prints this once everything answers."""

PORTS = ("engine-port", "ui-port", "metrics-port", "service-port", "simulators-port")


@dataclass(frozen=True)
class Installed:
    """A running installation: where its doors are."""

    data_dir: Path
    ports: dict[str, int]

    @property
    def ui(self) -> str:
        """Address of the Temporal UI."""
        return f"http://{HOST}:{self.ports['ui-port']}"

    def sell(self, sku: str, price: str) -> str:
        """Let the simulated marketplace sell one piece and tell nobody; gives the order's number."""
        stage = f"http://{HOST}:{self.ports['simulators-port']}/_stage"
        wish = {"orders": [{"items": [{"sku": sku, "quantity": 1, "unit_price": price}]}]}
        answer = httpx.post(f"{stage}/mercadolibre/sell", json=wish, timeout=20)
        assert answer.is_success, answer.text
        return str(answer.json()[0]["order_id"])

    def ledger(self) -> list[str]:
        """What acted at the counterparties, by their own books: operations in order."""
        stage = f"http://{HOST}:{self.ports['simulators-port']}/_stage"
        return [row["operation"] for row in httpx.get(f"{stage}/ledger", timeout=20).json()["rows"]]

    def pause_reconcile(self) -> None:
        """Stop looking for orders no notice told of, so that orders begin with the Start button alone."""
        command = [
            str(PROGRAMS / "temporal"), "schedule", "toggle", "--schedule-id", "reconcile", "--pause",
            "--reason", "orders are started by hand", "--address", f"{HOST}:{self.ports['engine-port']}",
        ]  # fmt: skip
        for _ in range(300):  # the worker makes its schedules after it is up
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode == 0:
                return
            time.sleep(0.2)
        raise AssertionError(done.stderr)


@contextlib.contextmanager
def up(folder: Path, days_per_second: float) -> Iterator[Installed]:
    """`tradelane up`, ready to be used; stopped at the end, and with this process if that is killed."""
    ports = dict(zip(PORTS, free_ports(HOST, len(PORTS)), strict=True))
    log = folder / "up.log"
    flags = [word for name, number in ports.items() for word in (f"--{name}", str(number))]
    part = Part(
        name="installation",
        command=[
            str(PROGRAMS / "tradelane"), "up", "--data-dir", str(folder / "data"),
            "--days-per-second", str(days_per_second), *flags,
        ],
        healthy=lambda _: LAST_LINE in log.read_text(encoding="utf-8"),
        log=log,
        patience=150.0,
        goodbye=30.0,
    )  # fmt: skip
    with Processes(print) as processes:
        processes.start(part)
        installed = Installed(folder / "data", ports)
        installed.pause_reconcile()
        yield installed

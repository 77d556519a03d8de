"""An embedded installation: which parts it has, in which order they start, what they are told.

The order is engine, simulators, service, worker; they stop the other way round. Parts learn their settings from
`TRADELANE_*` variables, never from arguments, so that a part started by hand in the same environment is the same.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

import tradelane
from tradelane.adapters.plug import carrier_plug
from tradelane.domain.trade_time import TradeClock
from tradelane.embedded_engine import engine_part, prepare_namespace
from tradelane.engine import engine_address, external_engine
from tradelane.processes import Part, Port, Processes
from tradelane.settings import Channel, Settings
from tradelane.storage.clock import FileClock

WORKER_SCRIPT = Path(tradelane.__file__).resolve().parent.parent / "worker.py"
"""The worker's composition root lies beside the package, in a checkout and in a wheel."""


def settings_environment(settings: Settings) -> dict[str, str]:
    """The `TRADELANE_*` variables that make a child read these very settings."""
    told = settings.model_dump(exclude_defaults=True)
    told["data_dir"] = settings.data_dir.resolve()
    return {f"TRADELANE_{name.upper()}": _text(value) for name, value in told.items() if value is not None}


def _text(value: object) -> str:
    match value:
        case SecretStr():
            return value.get_secret_value()
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.isoformat()
        case dict():
            return json.dumps({str(name): _text(one) for name, one in value.items()})
        case _:
            return str(value)


def keep_clock(settings: Settings, trade_epoch: datetime | None = None) -> TradeClock:
    """Read the deployment's clock record, or write it when there is none.

    A record that exists is never changed: runs remember the clock they were started with. `trade_epoch` is the
    trade instant a new record begins at; now, unless told otherwise.
    """
    now = datetime.now(UTC)
    clock = TradeClock(trade_epoch=trade_epoch or now, real_epoch=now, pace=settings.pace)
    return FileClock.ensure(settings.clock_file, clock).read()


def simulators_part(settings: Settings) -> Part:
    """All simulated counterparties."""
    data_dir = settings.data_dir.resolve()
    return Part(
        name="simulators",
        command=[
            sys.executable, "-m", "tradelane.simulators",
            "--host", settings.host,
            "--port", str(settings.simulators_port),
            "--data-dir", str(data_dir),
            "--clock", str(settings.clock_file.resolve()),
            "--worker-pid-file", str(settings.worker_pid_file.resolve()),
        ],
        healthy=_answers(f"{settings.simulators_url}/_stage/health"),
        log=data_dir / "logs" / "simulators.log",
        ports=(Port(settings.host, settings.simulators_port, "--simulators-port"),),
        environment=settings_environment(settings),
        url=settings.simulators_url,
    )  # fmt: skip


def service_part(settings: Settings) -> Part:
    """Webhooks, relay and codec server."""
    data_dir = settings.data_dir.resolve()
    url = f"http://{settings.host}:{settings.service_port}"
    return Part(
        name="service",
        command=[sys.executable, "-m", "tradelane.service"],
        healthy=_answers(f"{url}/health"),
        log=data_dir / "logs" / "service.log",
        ports=(Port(settings.host, settings.service_port, "--service-port"),),
        environment=settings_environment(settings),
        url=url,
    )


def worker_part(settings: Settings) -> Part:
    """The worker; ready once it has written its process id."""
    data_dir = settings.data_dir.resolve()
    pid_file = settings.worker_pid_file.resolve()

    def ready(pid: int) -> bool:
        return pid_file.is_file() and pid_file.read_text(encoding="utf-8").strip() == str(pid)

    return Part(
        name="worker",
        command=[sys.executable, str(WORKER_SCRIPT)],
        healthy=ready,
        log=data_dir / "logs" / "worker.log",
        environment=settings_environment(settings),
        goodbye=15.0,
    )


def uses_simulators(settings: Settings) -> bool:
    """Whether any counterparty of this installation is simulated."""
    plug = carrier_plug(settings.transport)
    customs = settings.customs is Channel.MANUAL or settings.unipass_url
    real = (settings.mercadolibre_url, customs, settings.seventeentrack_url)
    filing = settings.filing is not Channel.PROTOCOL or settings.ktnet_url
    return not (all(real) and filing and (plug.by_hand or plug.own_settings().url))


def start_outside(processes: Processes, settings: Settings, say: Callable[[str], None]) -> None:
    """Start what journeys stand on, the engine and the simulators, and say where each is.

    Raises:
        PortBusy, PartFailed: a part cannot start; what was started is stopped by leaving `processes`.
        RuntimeError: the engine does not answer.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if external_engine() is None:
        engine = engine_part(settings)
        processes.start(engine)
        asyncio.run(prepare_namespace(settings))
        say(f"engine      {engine_address(settings)}, Temporal UI {engine.url}")
    else:
        say(f"engine      {engine_address(settings)} (named by the environment, not started here)")
    if uses_simulators(settings):
        simulators = simulators_part(settings)
        processes.start(simulators)
        say(f"simulators  {simulators.url}")


def start_inside(processes: Processes, settings: Settings, say: Callable[[str], None]) -> None:
    """Start our own parts, the service and the worker.

    Raises:
        PortBusy, PartFailed: a part cannot start.
    """
    service = service_part(settings)
    processes.start(service)
    say(f"service     {service.url}")
    processes.start(worker_part(settings))
    say(f"worker      process {processes.pid('worker')}; started again should it die")


def run_foreground(part: Part) -> None:
    """Become one part: this process ends as that part ends. Flush before you call it."""
    os.execve(part.command[0], list(part.command), {**os.environ, **part.environment})  # noqa: S606


def _answers(url: str) -> Callable[[int], bool]:
    def asked(_pid: int) -> bool:
        try:
            with urllib.request.urlopen(url, timeout=2) as reply:  # noqa: S310 - our own loopback address
                json.load(reply)
                return bool(reply.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError, ValueError):
            return False

    return asked

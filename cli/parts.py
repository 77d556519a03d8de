"""`tradelane up`, `worker`, `service`, `simulators`: the processes."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.frame import Json, current_settings, example, print_json
from tradelane.desk.complaints import Complaint, NotThere

if TYPE_CHECKING:
    from tradelane.domain.trade_time import TradeClock
    from tradelane.processes import Part
    from tradelane.settings import Settings

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Folder of databases, papers, keys and logs.")]
EnginePort = Annotated[int | None, typer.Option("--engine-port", min=1, max=65535, help="gRPC port of the engine.")]
UiPort = Annotated[int | None, typer.Option("--ui-port", min=1, max=65535, help="Port of the Temporal UI.")]
MetricsPort = Annotated[
    int | None, typer.Option("--metrics-port", min=1, max=65535, help="Port of the engine's metrics.")
]
ServicePort = Annotated[
    int | None, typer.Option("--service-port", min=1, max=65535, help="Port of webhooks and codec server.")
]
SimulatorsPort = Annotated[
    int | None, typer.Option("--simulators-port", min=1, max=65535, help="Port of the simulated counterparties.")
]
Pace = Annotated[float | None, typer.Option("--days-per-second", min=0.001, help="Trade days per real second.")]

SECONDS_A_DAY = 86_400


def register(app: typer.Typer) -> None:
    """Put the commands of this module on the root."""
    app.command("up", epilog=example("up --data-dir .tradelane --days-per-second 0.5"))(up)
    app.command("worker", epilog=example("worker"))(worker)
    app.command("service", epilog=example("service --service-port 8081"))(service)
    app.command("simulators", epilog=example("simulators --simulators-port 8091"))(simulators)


def chosen_settings(**options: Any) -> Settings:
    """Settings from the environment with the options that were given laid over."""
    return current_settings(**{name: value for name, value in options.items() if value is not None})


def same_settings(settings: Settings) -> str:
    """The line that makes another shell speak to this installation, wherever that shell stands."""
    from tradelane.installation import settings_environment

    told = settings_environment(settings)
    shown = ("data_dir", "engine_port", "service_port", "simulators_port", "screening_max_age_days")
    words = [f"{key}={quote(told[key])}" for key in (f"TRADELANE_{name.upper()}" for name in shown) if key in told]
    return f"export {' '.join(words)}"


def kept_pace(settings: Settings, clock: TradeClock) -> str:
    """Why `--days-per-second` changes nothing: runs remember the clock they were started with."""
    return (
        f"clock       {settings.clock_file} says pace {clock.pace:g} (trade seconds a second) and stays; "
        "--days-per-second counts only where there is no such record yet"
    )


def up(
    data_dir: DataDir = None,
    engine_port: EnginePort = None,
    ui_port: UiPort = None,
    metrics_port: MetricsPort = None,
    service_port: ServicePort = None,
    simulators_port: SimulatorsPort = None,
    days_per_second: Pace = None,
    as_json: Json = False,
) -> None:
    """Start everything as processes and keep it up until Ctrl-C; with simulators the invented brands are loaded."""
    from datetime import timedelta

    from tradelane.demo.opening import open_stage, webhook_address, with_webhook_secret
    from tradelane.installation import keep_clock, start_inside, start_outside, uses_simulators
    from tradelane.processes import PartFailed, PortBusy, Processes, stopping_on_signals

    settings = chosen_settings(
        data_dir=data_dir, engine_port=engine_port, ui_port=ui_port, metrics_port=metrics_port,
        service_port=service_port, simulators_port=simulators_port,
        pace=None if days_per_second is None else days_per_second * SECONDS_A_DAY,
    )  # fmt: skip

    def say(line: str) -> None:
        if as_json:
            part, _, words = line.partition(" ")
            print_json({"part": part, "words": words.strip()})
        else:
            print(line)
        sys.stdout.flush()

    with stopping_on_signals(), Processes(say) as processes:
        try:
            clock = keep_clock(settings)
            if days_per_second is not None and clock.pace != settings.pace:
                say(kept_pace(settings, clock))
            settings = with_webhook_secret(settings)
            start_outside(processes, settings, say)
            if uses_simulators(settings):
                settings = open_stage(settings, go_live=clock.trade_epoch - timedelta(days=1))
            start_inside(processes, settings, say)
            say(f"webhook     {webhook_address(settings)}")
            say(f"logs        {settings.data_dir / 'logs'}")
            say(f"other shell {same_settings(settings)}")
            while True:
                processes.watch()
                time.sleep(0.5)
        except PortBusy as busy:
            raise NotThere(str(busy)) from busy
        except PartFailed as failed:
            raise Complaint(str(failed)) from failed
        except KeyboardInterrupt:
            say("stopping")


def worker(data_dir: DataDir = None, engine_port: EnginePort = None, as_json: Json = False) -> None:
    """Run one worker in the foreground."""
    from tradelane.installation import worker_part

    _become(worker_part(chosen_settings(data_dir=data_dir, engine_port=engine_port)), as_json)


def service(
    data_dir: DataDir = None, service_port: ServicePort = None, engine_port: EnginePort = None, as_json: Json = False
) -> None:
    """Run webhooks, relay and codec server in the foreground."""
    from tradelane.installation import service_part

    settings = chosen_settings(data_dir=data_dir, service_port=service_port, engine_port=engine_port)
    _become(service_part(settings), as_json)


def simulators(
    data_dir: DataDir = None,
    simulators_port: SimulatorsPort = None,
    days_per_second: Pace = None,
    as_json: Json = False,
) -> None:
    """Run the simulated counterparties in the foreground."""
    from tradelane.installation import keep_clock, simulators_part

    settings = chosen_settings(
        data_dir=data_dir, simulators_port=simulators_port,
        pace=None if days_per_second is None else days_per_second * SECONDS_A_DAY,
    )  # fmt: skip
    keep_clock(settings)
    _become(simulators_part(settings), as_json)


def _become(part: Part, as_json: bool) -> None:
    from tradelane.installation import run_foreground
    from tradelane.processes import PortBusy, port_is_free

    for port in part.ports:
        if not port_is_free(port.host, port.number):
            raise NotThere(str(PortBusy(port.host, port.number, port.flag, part.name)))
    told = {"part": part.name, "process": os.getpid(), "url": part.url}
    print_json(told) if as_json else print(f"{part.name}: process {os.getpid()} {part.url}".rstrip())
    sys.stdout.flush()
    sys.stderr.flush()
    run_foreground(part)

"""`tradelane demo`: the whole lane in a minute, checked by the counterparties' own ledger."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.frame import Json, print_json
from cli.parts import (
    SECONDS_A_DAY,
    DataDir,
    EnginePort,
    MetricsPort,
    Pace,
    ServicePort,
    SimulatorsPort,
    UiPort,
    chosen_settings,
    same_settings,
)  # fmt: skip
from tradelane.desk.complaints import Complaint, NotThere

if TYPE_CHECKING:
    from collections.abc import Callable

    from tradelane.demo.play import Result
    from tradelane.processes import Processes
    from tradelane.settings import Settings


def demo(
    orders: Annotated[int, typer.Option(min=1, max=2000, help="How many orders are sold.")] = 12,
    seed: Annotated[int, typer.Option(help="The same seed sells the same orders.")] = 7,
    days_per_second: Pace = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave everything up until Ctrl-C, for the Temporal UI.")
    ] = False,
    restart_engine: Annotated[bool, typer.Option("--restart-engine", help="Restart the engine in the middle.")] = False,
    time_limit: Annotated[float | None, typer.Option(min=1, help="Seconds after which the demo gives up.")] = None,
    data_dir: DataDir = None,
    engine_port: EnginePort = None,
    ui_port: UiPort = None,
    metrics_port: MetricsPort = None,
    service_port: ServicePort = None,
    simulators_port: SimulatorsPort = None,
    as_json: Json = False,
) -> None:
    """Sell orders of invented brands and see them travel from Korea to Chile; exit code 0 only if all is exact."""
    from tradelane.demo import play, report
    from tradelane.demo.opening import with_webhook_secret
    from tradelane.processes import PartFailed, PortBusy, Processes, stopping_on_signals

    pace = days_per_second or play.default_pace(orders)
    settings = chosen_settings(
        data_dir=data_dir or _fresh_folder(), engine_port=engine_port, ui_port=ui_port, metrics_port=metrics_port,
        service_port=service_port, simulators_port=simulators_port,
        pace=pace * SECONDS_A_DAY, packing_by_estimate=True,
    )  # fmt: skip
    telling = report.Telling(quiet_output=as_json)
    telling.line(f"Data in {settings.data_dir}, {pace:g} trade days a second.")
    chosen = (engine_port, ui_port, metrics_port, service_port, simulators_port)
    settings = with_webhook_secret(_on_free_ports(settings, chosen, telling.line))
    limit = time_limit or play.default_limit(orders, pace)
    wish = play.Wish(orders, seed, pace, restart_engine, limit)
    with stopping_on_signals(), Processes(telling.line) as processes:
        try:
            with telling:
                result = play.play(settings, wish, telling, processes)
            report.print_result(telling.console, result, orders)
            if as_json:
                print_json(_as_json(result))
            if keep:
                telling.line(f"Temporal UI {settings.orders_page}; Ctrl-C stops everything.")
                telling.line(f"In another shell: {same_settings(result.settings)}")
                _wait(processes)
        except PortBusy as busy:
            raise NotThere(str(busy)) from busy
        except PartFailed as failed:
            raise Complaint(str(failed)) from failed
    if result.faults:
        raise typer.Exit(1)


def _fresh_folder() -> Path:
    return Path(".tradelane") / f"demo-{datetime.now().astimezone():%Y%m%d-%H%M%S}"


def _on_free_ports(settings: Settings, chosen: tuple[int | None, ...], say: Callable[[str], None]) -> Settings:
    """Move the parts whose default port is busy; a port that was asked for stays and is complained of."""
    from tradelane.processes import free_ports, port_is_free

    names = ("engine_port", "ui_port", "metrics_port", "service_port", "simulators_port")
    busy = [
        name
        for name, asked in zip(names, chosen, strict=True)
        if asked is None and not port_is_free(settings.host, getattr(settings, name))
    ]
    moved = dict(zip(busy, free_ports(settings.host, len(busy)), strict=True))
    for name, port in moved.items():
        say(f"Port {getattr(settings, name)} is busy: --{name.replace('_', '-')} {port} instead.")
    return settings.model_copy(update=moved)


def _wait(processes: Processes) -> None:
    try:
        while True:
            processes.watch()
            time.sleep(0.5)
    except KeyboardInterrupt:
        return


def _as_json(result: Result) -> dict[str, object]:
    return {
        "orders": [
            {
                "order": ending.order.model_dump(mode="json"),
                "brands": ending.brands,
                "progress": ending.progress.model_dump(mode="json") if ending.progress else None,
                "papers": [paper.model_dump(mode="json") for paper in ending.papers],
            }
            for ending in result.endings
        ],
        "ledger_rows": result.effects,
        "faults": result.faults,
        "seconds": round(result.seconds, 1),
    }

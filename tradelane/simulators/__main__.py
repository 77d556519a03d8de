"""All simulators in one process: `python -m tradelane.simulators --port P --data-dir DIR --clock FILE`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import uvicorn

from tradelane.simulators.app import create_app
from tradelane.simulators.clock import FileClock
from tradelane.simulators.stage import Stage

KEPT_ALIVE = 60
"""Seconds until an idle connection is closed: after its caller has (httpx: five), who else may be using it again."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Serves on the loopback address until stopped."""
    parser = argparse.ArgumentParser(prog="python -m tradelane.simulators", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data-dir", type=Path, required=True, help="folder of simulators.sqlite")
    parser.add_argument("--clock", type=Path, required=True, help="JSON: trade_epoch, real_epoch, pace")
    parser.add_argument("--worker-pid-file", type=Path, help="whom the fault `kill` kills")
    asked = parser.parse_args(arguments)
    if not asked.clock.is_file():
        parser.error(f"there is no clock file {asked.clock}")
    stage = Stage(asked.data_dir, FileClock(asked.clock), worker_pid_file=asked.worker_pid_file)
    try:
        uvicorn.run(
            create_app(stage),
            host=asked.host,
            port=asked.port,
            log_level="warning",
            access_log=False,
            timeout_keep_alive=KEPT_ALIVE,
        )
    finally:
        stage.close()


if __name__ == "__main__":
    main()

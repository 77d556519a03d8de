"""The demo as a newcomer types it: every part a process, an engine restarted in the middle, the ledger exact."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tradelane.demo.operator import program
from tradelane.processes import free_ports

PORTS = ("--engine-port", "--ui-port", "--metrics-port", "--service-port", "--simulators-port")


@pytest.mark.timeout(180)
def test_twelve_orders_end_as_their_scenarios_expect_though_the_engine_is_restarted(tmp_path: Path) -> None:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("TEMPORAL_", "TRADELANE_"))
    }
    ports = [word for pair in zip(PORTS, map(str, free_ports("127.0.0.1", 5)), strict=True) for word in pair]
    words = [
        "demo",
        "--orders",
        "12",
        "--seed",
        "7",
        "--restart-engine",
        "--json",
        "--data-dir",
        str(tmp_path / "demo"),
    ]
    told = subprocess.run(
        [*program(), *words, *ports], capture_output=True, text=True, check=False, env=environment, cwd=tmp_path
    )
    assert told.returncode == 0, told.stderr[-4000:]
    result = json.loads(told.stdout)
    assert result["faults"] == []
    assert {one["order"]["scenario"] for one in result["orders"]} == {
        "plain", "pack", "two_brands", "over_500", "customs_document", "buyer_cancels", "hs_refused",
    }  # fmt: skip
    for one in result["orders"]:
        assert one["progress"]["state"] == one["order"]["expects"]
    papers = [paper for one in result["orders"] for paper in one["papers"]]
    assert papers
    assert all(Path(paper["file"]).stat().st_size == paper["size"] for paper in papers)
    assert "The engine is restarted" in told.stderr
    assert "operator: tradelane orders amend" in told.stderr
    assert not _processes_of(tmp_path), "a part was left behind"


def _processes_of(folder: Path) -> list[str]:
    """Command lines of processes that name the folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line:
            found.append(line)
    return found

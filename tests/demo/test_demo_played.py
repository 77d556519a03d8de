"""The demo as a newcomer types it: every part a process, an engine restarted in the middle, the ledger exact."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import time
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
        "--keep",
        "--data-dir",
        str(tmp_path / "demo"),
    ]
    out, err = tmp_path / "out.json", tmp_path / "err.txt"
    with out.open("w", encoding="utf-8") as told, err.open("w", encoding="utf-8") as heard:
        demo = subprocess.Popen([*program(), *words, *ports], stdout=told, stderr=heard, env=environment, cwd=tmp_path)
        try:
            other_shell = _line_after("In another shell: ", err, demo)
            # the lists of the demo are of one day, and its weeks pass in seconds: by that line they are not too old
            lists = subprocess.run(
                ["/bin/sh", "-c", f"{other_shell} && {shlex.join([*program(), 'parties', 'lists'])}"],
                capture_output=True, text=True, check=False, env=environment, cwd=tmp_path,
            )  # fmt: skip
        finally:
            demo.send_signal(signal.SIGINT)
            code = demo.wait()
    said = err.read_text(encoding="utf-8")
    assert code == 0, said[-4000:]
    assert lists.returncode == 0, lists
    result = json.loads(out.read_text(encoding="utf-8"))
    assert result["faults"] == []
    assert {one["order"]["scenario"] for one in result["orders"]} == {
        "plain", "pack", "two_brands", "over_500", "customs_document", "buyer_cancels", "hs_refused",
    }  # fmt: skip
    for one in result["orders"]:
        assert one["progress"]["state"] == one["order"]["expects"]
    papers = [paper for one in result["orders"] for paper in one["papers"]]
    assert papers
    assert all(Path(paper["file"]).stat().st_size == paper["size"] for paper in papers)
    assert "The engine is restarted" in said
    assert "operator: tradelane orders amend" in said
    assert not _processes_of(tmp_path), "a part was left behind"


def _line_after(words: str, file: Path, process: subprocess.Popen[bytes]) -> str:
    """The rest of the line of a log that begins with some words, once it is there; empty when the process ended first."""
    while True:
        ended = process.poll() is not None
        found = [line for line in file.read_text(encoding="utf-8").splitlines(keepends=True) if line.endswith("\n")]
        for line in found:
            if line.startswith(words):
                return line.removeprefix(words).strip()
        if ended:
            return ""
        time.sleep(0.2)


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

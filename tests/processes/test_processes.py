"""Parts as child processes, shown with small ones."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tradelane.processes import Part, PartFailed, Port, PortBusy, Processes, free_ports, port_is_free

LOOPBACK = "127.0.0.1"
READY = "import sys, time; print('ready', flush=True); time.sleep(60)"


def part(folder: Path, script: str, *, name: str = "part", **more: object) -> Part:
    """A part that runs a line of Python and is healthy once it has said `ready`."""
    log = folder / f"{name}.log"

    def ready(_pid: int) -> bool:
        return log.exists() and "ready" in log.read_text()

    fields: dict[str, object] = {"healthy": ready, "log": log, "patience": 10.0, "goodbye": 5.0, **more}
    return Part(name=name, command=[sys.executable, "-c", script], **fields)  # type: ignore[arg-type]


def alive(pid: int) -> bool:
    """Whether a process runs (one that waits to be reaped does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def gone(pid: int, within: float = 30.0) -> bool:
    """Whether a process ends in time."""
    deadline = time.monotonic() + within
    while alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def heard() -> list[str]:
    return []


@pytest.fixture
def processes(heard: list[str]) -> Iterator[Processes]:
    with Processes(heard.append) as running:
        yield running


def test_a_part_that_is_healthy_runs_under_the_id_it_was_started_with(tmp_path: Path, processes: Processes) -> None:
    processes.start(part(tmp_path, "import os; print(os.getpid(), 'ready', flush=True); import time; time.sleep(60)"))
    assert (tmp_path / "part.log").read_text().split()[0] == str(processes.pid("part"))


def test_a_busy_port_is_refused_before_anything_starts_and_names_the_flag(tmp_path: Path, processes: Processes) -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        number = taken.getsockname()[1]
        wanted = part(tmp_path, READY, ports=(Port(LOOPBACK, number, "--engine-port"),))
        with pytest.raises(PortBusy, match=f"Port {number} of {LOOPBACK} is busy.*--engine-port"):
            processes.start(wanted)
    assert not (tmp_path / "part.log").exists()


def test_a_port_is_free_again_after_its_server_has_gone() -> None:
    with socket.socket() as server:
        server.bind((LOOPBACK, 0))
        server.listen()
        number = server.getsockname()[1]
        assert not port_is_free(LOOPBACK, number)
    assert port_is_free(LOOPBACK, number)


def test_free_ports_are_all_different() -> None:
    found = free_ports(LOOPBACK, 5)
    assert len(set(found)) == 5
    assert all(port_is_free(LOOPBACK, number) for number in found)


def test_a_free_port_is_none_that_an_outgoing_connection_may_be_given() -> None:
    """A part starts moments after its port was chosen; the engine alone opens hundreds of connections meanwhile."""
    with socket.socket() as outgoing:
        outgoing.bind((LOOPBACK, 0))  # the system's own choice
        given = outgoing.getsockname()[1]
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii").split()[0])
    assert given >= first
    assert max(free_ports(LOOPBACK, 50)) < first


def test_fewer_free_ports_than_asked_for_are_complained_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tradelane.processes.port_is_free", lambda _host, port: port == 12_000)
    assert free_ports(LOOPBACK, 1) == (12_000,)
    with pytest.raises(OSError, match="fewer than 2 are free"):
        free_ports(LOOPBACK, 2)


def test_a_part_that_ends_at_its_start_is_told_with_its_last_words(tmp_path: Path, processes: Processes) -> None:
    with pytest.raises(PartFailed, match=r"exit code 3\): no master key"):
        processes.start(part(tmp_path, "print('no master key', flush=True); raise SystemExit(3)"))


def test_a_part_that_never_becomes_healthy_is_told_with_its_log(tmp_path: Path, processes: Processes) -> None:
    with pytest.raises(PartFailed, match=r"not ready within 0 s; see .*part\.log"):
        processes.start(part(tmp_path, "import time; time.sleep(60)", patience=0.3))


def test_a_command_that_does_not_exist_is_a_part_that_failed(tmp_path: Path, processes: Processes) -> None:
    missing = Part(name="part", command=["/no/such/program"], healthy=lambda _: False, log=tmp_path / "part.log")
    with pytest.raises(PartFailed, match="exit code 127"):
        processes.start(missing)


def test_parts_stop_in_the_reverse_order_of_their_start(tmp_path: Path) -> None:
    story = tmp_path / "story"
    script = (
        "import signal, sys, time\n"
        "def bye(*_):\n open({story!r}, 'a').write({name!r} + ' '); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, bye); print('ready', flush=True); time.sleep(60)"
    )
    with Processes(lambda _: None) as running:
        for name in ("engine", "service", "worker"):
            running.start(part(tmp_path, script.format(story=str(story), name=name), name=name))
    assert story.read_text().split() == ["worker", "service", "engine"]


def test_a_part_that_does_not_listen_to_sigterm_is_killed(tmp_path: Path) -> None:
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
    )
    with Processes(lambda _: None) as running:
        running.start(part(tmp_path, stubborn, goodbye=0.2))
        pid = running.pid("part")
    assert gone(pid)


def test_a_part_killed_from_outside_is_started_again_and_said_so(
    tmp_path: Path, processes: Processes, heard: list[str]
) -> None:
    processes.start(part(tmp_path, READY))
    first = processes.pid("part")
    os.kill(first, signal.SIGKILL)
    assert gone(first)
    processes.watch()
    assert processes.pid("part") != first
    assert alive(processes.pid("part"))
    assert heard == ["The part ended (killed by SIGKILL) and is started again."]


def test_a_part_that_keeps_ending_is_given_up(tmp_path: Path, processes: Processes) -> None:
    processes.start(part(tmp_path, READY))
    with pytest.raises(PartFailed, match="keeps ending"):
        for _ in range(7):
            os.kill(processes.pid("part"), signal.SIGKILL)
            assert gone(processes.pid("part"))
            processes.watch()


def test_watching_a_healthy_part_changes_nothing(tmp_path: Path, processes: Processes, heard: list[str]) -> None:
    processes.start(part(tmp_path, READY))
    pid = processes.pid("part")
    processes.watch()
    assert processes.pid("part") == pid
    assert heard == []


PARENT = """
import sys, time
from pathlib import Path
sys.path.insert(0, {root!r})
from tradelane.processes import Part, Processes, stopping_on_signals
log = Path({folder!r}) / "child.log"
child = Part(
    name="child",
    command=[sys.executable, "-c", "import time; print('ready', flush=True); time.sleep(60)"],
    healthy=lambda _: log.exists() and "ready" in log.read_text(),
    log=log,
)
with stopping_on_signals(), Processes(print) as processes:
    try:
        processes.start(child)
        print(processes.pid("child"), flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        print("stopping", flush=True)
"""


def start_parent(folder: Path) -> tuple[subprocess.Popen[str], int]:
    """A process with one part, and the part's process id."""
    script = PARENT.format(root=str(Path(__file__).parents[2]), folder=str(folder))
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    return parent, int(parent.stdout.readline())


@pytest.mark.parametrize("ask", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda s: s.name)
def test_a_signal_stops_the_parts_and_ends_cleanly(tmp_path: Path, ask: signal.Signals) -> None:
    parent, child = start_parent(tmp_path)
    try:
        parent.send_signal(ask)
        told, _ = parent.communicate(timeout=10)
    finally:
        parent.kill()
    assert parent.returncode == 0
    assert told.strip() == "stopping"
    assert gone(child)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child to its parent's life")
def test_no_part_outlives_a_parent_that_was_killed(tmp_path: Path) -> None:
    parent, child = start_parent(tmp_path)
    assert alive(child)
    parent.kill()
    parent.communicate()
    try:
        assert gone(child)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def test_the_ctrl_c_of_a_terminal_reaches_the_parent_only(tmp_path: Path, processes: Processes) -> None:
    processes.start(part(tmp_path, READY))
    assert os.getsid(processes.pid("part")) != os.getsid(0)


def test_waiting_for_health_asks_with_the_process_id(tmp_path: Path, processes: Processes) -> None:
    asked: list[int] = []

    def healthy(pid: int) -> bool:
        asked.append(pid)
        return True

    watched: Callable[[int], bool] = healthy
    processes.start(part(tmp_path, READY, healthy=watched))
    assert asked == [processes.pid("part")]

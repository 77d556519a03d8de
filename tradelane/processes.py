"""Parts of an installation as child processes: start, wait until healthy, watch, stop all, leave no orphan.

A part dies with the process that started it, whatever ends that one (`tied.py`), so start parts from the main
thread only: Linux ties a child to the *thread* that made it. Parts live in sessions of their own, because a
Ctrl-C at the terminal must reach us alone: the order of stopping is ours, the part started first (the engine)
goes last.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

TIED = Path(__file__).with_name("tied.py")
POLL = 0.05
LOWEST_PORT = 10_240
EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
RESTARTS = 5
RESTART_WINDOW = 60.0
"""At most five restarts of one part in sixty seconds; after that it is broken, not unlucky."""


class PortBusy(Exception):
    """A port this installation wants is taken."""

    def __init__(self, host: str, port: int, flag: str, part: str) -> None:
        super().__init__(f"Port {port} of {host} is busy, so the {part} cannot start; choose another with {flag}.")


class PartFailed(Exception):
    """A part did not come up, or keeps ending."""


@dataclass(frozen=True)
class Port:
    """A port of a part, and the flag that moves it."""

    host: str
    number: int
    flag: str


@dataclass(frozen=True)
class Part:
    """One process of an installation.

    `healthy` is asked every 50 ms with the process id until it says yes or `patience` seconds are over; a part
    that has to go is asked with SIGTERM and killed after `goodbye` seconds.
    """

    name: str
    command: Sequence[str]
    healthy: Callable[[int], bool]
    log: Path
    ports: tuple[Port, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    patience: float = 30.0
    goodbye: float = 8.0


@dataclass
class _Running:
    part: Part
    process: subprocess.Popen[bytes]
    restarts: deque[float] = field(default_factory=deque)


class Processes:
    """The children of this process; `say` hears one line for each event worth telling."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._running: dict[str, _Running] = {}

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, part: Part) -> None:
        """Start a part and wait until it is healthy.

        Raises:
            PortBusy: one of its ports is taken.
            PartFailed: it ended, or was not healthy in time; the message names its log.
        """
        for port in part.ports:
            if not port_is_free(port.host, port.number):
                raise PortBusy(port.host, port.number, port.flag, part.name)
        running = _Running(part, _spawn(part))
        self._running[part.name] = running
        _await_health(running)

    def pid(self, name: str) -> int:
        """Process id of a running part."""
        return self._running[name].process.pid

    def watch(self) -> None:
        """Start again what ended by itself.

        Raises:
            PartFailed: a part ended more than five times within a minute.
        """
        for running in list(self._running.values()):
            code = running.process.poll()
            if code is None:
                continue
            now = time.monotonic()
            while running.restarts and now - running.restarts[0] > RESTART_WINDOW:
                running.restarts.popleft()
            if len(running.restarts) >= RESTARTS:
                raise PartFailed(f"The {running.part.name} keeps ending ({_ending(code)}); see {running.part.log}.")
            running.restarts.append(now)
            self._say(f"The {running.part.name} ended ({_ending(code)}) and is started again.")
            running.process = _spawn(running.part)
            _await_health(running)

    def restart(self, name: str) -> None:
        """Stop one part cleanly and start it again, the others stay up."""
        running = self._running[name]
        _stop(running)
        running.process = _spawn(running.part)
        _await_health(running)

    def stop(self) -> None:
        """Stop all parts, the first started last; a second Ctrl-C kills what is left at once."""
        try:
            while self._running:
                name = next(reversed(self._running))
                _stop(self._running[name])
                del self._running[name]
        except KeyboardInterrupt:
            for running in self._running.values():
                running.process.kill()
            for running in self._running.values():
                running.process.wait()
            self._running.clear()


@contextmanager
def stopping_on_signals() -> Iterator[None]:
    """Within, SIGTERM and SIGHUP stop us the way Ctrl-C does: by `KeyboardInterrupt` in the main thread."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        signal.raise_signal(signal.SIGINT)

    # A parent that ignores SIGINT (a script's background job) hands that on; here it must be heard again.
    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, signal.default_int_handler),
        signal.SIGTERM: signal.signal(signal.SIGTERM, interrupt),
        signal.SIGHUP: signal.signal(signal.SIGHUP, interrupt),
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def port_is_free(host: str, port: int) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def port_answers(host: str, port: int) -> bool:
    """Whether something listens on the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((host, port)) == 0


def free_ports(host: str, count: int) -> tuple[int, ...]:
    """Ports that are free now, all different, and none of those the system gives to outgoing connections.

    A server is started some moments later; until then a connection of anybody on this machine may be given any port
    of the ephemeral range (Linux: 32768 and above), though nothing listened there when it was looked at.

    Raises:
        OSError: fewer ports than `count` are free on the host.
    """
    candidates = range(LOWEST_PORT, _first_ephemeral_port())
    found: list[int] = []
    for port in random.SystemRandom().sample(candidates, len(candidates)):
        if len(found) == count:
            break
        if port_is_free(host, port):
            found.append(port)
    if len(found) < count:
        raise OSError(f"Of the ports {candidates[0]} to {candidates[-1]} of {host} fewer than {count} are free.")
    return tuple(found)


def _first_ephemeral_port() -> int:
    try:
        told = EPHEMERAL.read_text(encoding="ascii").split()
    except OSError:  # no Linux: the range IANA names
        return 49_152
    first = int(told[0])
    return first if first > LOWEST_PORT + 1_000 else 65_536  # a machine that gives out nearly all: no place is safe


def _spawn(part: Part) -> subprocess.Popen[bytes]:
    part.log.parent.mkdir(parents=True, exist_ok=True)
    with part.log.open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - commands are our own, no shell
            [sys.executable, "-I", "-S", str(TIED), str(os.getpid()), *part.command],
            env={**os.environ, **part.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _await_health(running: _Running) -> None:
    part, process = running.part, running.process
    deadline = time.monotonic() + part.patience
    while not part.healthy(process.pid):
        code = process.poll()
        if code is not None:
            raise PartFailed(
                f"The {part.name} ended at its start ({_ending(code)}): {_last_line(part.log)} ({part.log})"
            )
        if time.monotonic() > deadline:
            raise PartFailed(f"The {part.name} was not ready within {part.patience:.0f} s; see {part.log}.")
        time.sleep(POLL)


def _stop(running: _Running) -> None:
    process = running.process
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(running.part.goodbye)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _ending(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1].strip()[:300] if lines else "it said nothing"

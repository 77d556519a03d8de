"""Tie a child process to the life of its parent: `python tied.py PARENT_PID COMMAND...`.

Run as a file, not imported: it asks Linux to kill this very process when its parent ends, however the parent
ends, and then becomes COMMAND under the same process id. Elsewhere it only becomes COMMAND. Only the standard
library's quickest modules are used, because every part of an installation starts through it.

Source: prctl(2), PR_SET_PDEATHSIG; the setting survives execve(2).
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
NOT_STARTED = 127
"""Exit code when COMMAND cannot be run, as shells use it."""


def main(arguments: list[str]) -> None:
    """Never returns: ends, or becomes the command."""
    parent, command = int(arguments[0]), arguments[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # the parent ended before the kernel knew of our wish
            sys.exit(NOT_STARTED)
    try:
        os.execvp(command[0], command)  # noqa: S606 - no shell is wanted
    except OSError as problem:
        print(f"{command[0]}: {problem.strerror}", file=sys.stderr)  # noqa: T201
        sys.exit(NOT_STARTED)


if __name__ == "__main__":
    main(sys.argv[1:])

"""The bytes of a file that a person names: a folder, a pipe or a device is said to be one, and nothing waits for it."""

from __future__ import annotations

from pathlib import Path

from tradelane.desk.complaints import WrongUsage


def file_bytes(path: Path, most: int | None = None, advice: str = "split it") -> bytes:
    """The whole file, at most so many bytes.

    Raises:
        WrongUsage: it cannot be read, is no file, or is larger; one sentence that names it.
    """
    refuse_what_is_no_file(path)
    try:
        if most is not None and path.stat().st_size > most:
            raise WrongUsage(f"{path} is larger than {most // 1_000_000} MB; {advice}.")
        return path.read_bytes()
    except OSError as problem:
        raise WrongUsage(f"{path} cannot be read: {problem.strerror}.") from problem


def refuse_what_is_no_file(path: Path) -> None:
    """Refuse a folder, a pipe and a device: a pipe without a writer would be waited for without end.

    Raises:
        WrongUsage: it is one of them; what is not there at all is left to whoever opens it.
    """
    if path.is_dir():
        raise WrongUsage(f"{path} cannot be read: it is a folder; name a file in it.")
    if path.exists() and not path.is_file():
        raise WrongUsage(f"{path} cannot be read: it is a pipe or a device; write it to a file first.")

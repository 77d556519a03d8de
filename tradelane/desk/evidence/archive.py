"""The zip of an evidence pack: fixed timestamps, one member at a time, a hash of each, a chain over all of them.

The same contents give the same bytes, save for the instant of making in the manifest. Nothing is held in memory but the
member being written and the list of what was written. The file appears under its name when it is whole, or never.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from tradelane.desk.complaints import WrongUsage

FORMAT = "tradelane-evidence/1"
MANIFEST = "manifest.json"
SHEET = "summary.xlsx"
SUMS = "SHA256SUMS"
README = "README.txt"
STAMP = (1980, 1, 1, 0, 0, 0)
"""The earliest instant a zip can hold: it says nothing, so it differs from nothing."""
CHUNK = 1 << 16
_BESIDE_THE_CHAIN = frozenset({"format", "chain", "files", "made_at", "tool"})
PACKED = (".pdf", ".png", ".jpg", ".jpeg")
"""Papers are stored as they are: a white scan that shrinks a thousandfold would look like a bomb to whoever verifies."""


@dataclass(frozen=True)
class Member:
    """One file of a pack."""

    path: str
    size: int
    sha256: str


def chained(start: str, members: Iterable[Member]) -> str:
    """One digest over all members in their order: a file that is changed, added, left out or moved changes it.

    >>> chained("a", []) == hashlib.sha256(b"a").hexdigest()
    True
    """
    link = hashlib.sha256(start.encode()).hexdigest()
    for member in members:
        link = hashlib.sha256(f"{link} {member.sha256} {member.size} {member.path}\n".encode()).hexdigest()
    return link


def chain_start(manifest: Mapping[str, Any]) -> str:
    """What the chain of a pack begins with: all that its manifest says, save the files, the instant and the release.

    So exporter, period, totals, what is missing and whether it is partial cannot be changed without the chain.
    """
    said = {name: value for name, value in manifest.items() if name not in _BESIDE_THE_CHAIN}
    return f"{FORMAT}\n{as_json(said).decode()}"


class PackFile:
    """An evidence pack being written."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._members: list[Member] = []
        self._names: set[str] = set()

    @property
    def members(self) -> tuple[Member, ...]:
        """What was written so far, in its order."""
        return tuple(self._members)

    def add(self, path: str, content: bytes) -> Member:
        """Write one member from memory."""
        return self.stream(path, [content])

    def stream(self, path: str, chunks: Iterable[bytes]) -> Member:
        """Write one member piece by piece; a name is written once."""
        if path in self._names:
            raise ValueError(f"{path} would stand in the pack twice.")
        self._names.add(path)
        digest, size = hashlib.sha256(), 0
        info = zipfile.ZipInfo(path, STAMP)
        info.compress_type = zipfile.ZIP_STORED if path.endswith(PACKED) else zipfile.ZIP_DEFLATED
        info.create_system = 3
        info.external_attr = 0o600 << 16
        with self._archive.open(info, "w") as member:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                member.write(chunk)
        written = Member(path, size, digest.hexdigest())
        self._members.append(written)
        return written

    def finish(self, head: Mapping[str, Any]) -> str:
        """Write the list of sums and the manifest; gives the digest of the chain."""
        lines = "".join(f"{member.sha256}  {member.path}\n" for member in self._members)
        self.add(SUMS, lines.encode())
        chain = chained(chain_start(head), self._members)
        files = [{"path": one.path, "size": one.size, "sha256": one.sha256} for one in self._members]
        manifest = {**head, "format": FORMAT, "chain": chain, "files": files}
        self.add(MANIFEST, as_json(manifest))
        return chain


def as_json(content: object) -> bytes:
    """JSON as it stands in a pack: names sorted, characters as they are, one line break at the end."""
    return (json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


@contextmanager
def pack_file(target: Path) -> Iterator[PackFile]:
    """A pack under its own name once it is whole, readable by its owner only.

    Raises:
        WrongUsage: the file is there already or cannot be written.
    """
    if os.path.lexists(target):
        raise WrongUsage(f"{target} is there already; name another file, or move that one away.")
    draft = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    except OSError as problem:
        raise WrongUsage(f"{target} cannot be written: {problem.strerror}.") from problem
    try:
        with os.fdopen(handle, "w+b") as file:
            yield from _written(file, target)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, target)
        except FileExistsError as problem:
            raise WrongUsage(f"{target} is there already; name another file, or move that one away.") from problem
        except OSError:  # a file system without links
            draft.rename(target)
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def _written(file: BinaryIO, target: Path) -> Iterator[PackFile]:
    try:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
            yield PackFile(archive)
    except OSError as problem:
        if problem.errno is None:
            raise
        raise WrongUsage(f"{target} cannot be written: {problem.strerror}.") from problem

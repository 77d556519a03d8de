"""Verifying an evidence pack: every file is there, unchanged, alone, and the zip plays no tricks.

A pack comes back from a mail or a disk, so it is read as a stranger's file: nothing is unpacked, names that would leave
a folder are refused, and so is a file that grows beyond what its pack says.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import struct
import zipfile
import zlib
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tradelane.desk.complaints import NotFound, RefusedByRule
from tradelane.desk.evidence.archive import CHUNK, FORMAT, MANIFEST, Member, chain_start, chained
from tradelane.domain.trade_time import KOREA

MOST_MEMBERS = 500_000
LARGEST_MANIFEST = 256 << 20
LARGEST_MEMBER = 256 << 20
LARGEST_RATIO = 200
"""A file that shrinks more than this is no paper; what deflate can do at most is about 1,000."""
RATIO_COUNTS_FROM = 1 << 20
_GAP = 24
"""Bytes after a file in which some programs that pack a folder anew repeat its sums."""
_END = 22
"""Length of the record that ends a zip without a comment."""
_CHANGED = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError,
)  # fmt: skip
"""What `zipfile` raises for a pack whose bytes were changed: a wrong sum, an unknown method, an end that is missing."""


class _Listed(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    path: str = Field(min_length=1, max_length=500)
    size: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class _Named(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str = Field(min_length=1)


class _PeriodNamed(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    name: str = Field(min_length=1)


class _Manifest(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    format: str
    exporter: _Named
    period: _PeriodNamed
    chain: str
    partial: bool
    declarations: int
    made_at: dict[str, str]
    files: tuple[_Listed, ...]


def _in_korea(said: str) -> str:
    """The instant of a manifest as people read it; its own words where they are none."""
    try:
        return f"{datetime.fromisoformat(said).astimezone(KOREA):%Y-%m-%d %H:%M} KST"
    except (ValueError, OverflowError):
        return f"{said[:40]!r}"


class Verified(BaseModel):
    """A pack in which everything stands as it was written."""

    model_config = ConfigDict(frozen=True)

    file: str
    exporter_id: str
    period: str
    declarations: int
    files: int
    bytes: int
    chain: str
    partial: bool
    made_at: str

    @property
    def sentence(self) -> str:
        """What was found, for a person."""
        part = " It was made with --partial: its sums are not final." if self.partial else ""
        return (
            f"{self.file}: {self.files} files of {self.exporter_id}, {self.period}, stand as they were written on "
            f"{_in_korea(self.made_at)}; chain {self.chain}.{part} Whoever can write a file can write a new pack: compare the chain "
            "with the one noted when it was made (--chain)."
        )


def verify_pack(file: Path, chain: str | None = None) -> Verified:
    """Hold every file of a pack against its manifest; with `chain`, the pack against what was noted when it was made.

    Raises:
        NotFound: there is no such file.
        RefusedByRule: it is no evidence pack, or something in it was changed; the sentence names what.
    """
    if not file.is_file():
        raise NotFound(f"There is no file {file}.")
    try:
        with zipfile.ZipFile(file) as archive:
            return _verified(file, archive, chain)
    except _CHANGED as wrong:
        raise RefusedByRule(f"{file} is no evidence pack or was damaged: {wrong}.") from wrong


def _verified(file: Path, archive: zipfile.ZipFile, chain: str | None) -> Verified:
    infos = _safe(file, archive)
    said, manifest = _manifest(file, archive, infos)
    listed = {one.path: one for one in manifest.files}
    if len(listed) != len(manifest.files) or MANIFEST in listed:
        raise RefusedByRule(f"{file}: the manifest names a file twice; it was changed.")
    missing = sorted(set(listed) - set(infos))
    if missing:
        raise RefusedByRule(f"{file}: {_few(missing)} in the manifest and not in the pack.")
    extra = sorted(set(infos) - set(listed) - {MANIFEST})
    if extra:
        raise RefusedByRule(f"{file}: {_few(extra)} in the pack and not in the manifest.")
    changed = [path for path, one in listed.items() if not _stands(archive, infos[path], one)]
    if changed:
        raise RefusedByRule(f"{file}: {_few(changed)} not what was packed: changed after the pack was made.")
    _check_chain(file, said, manifest, chain)
    return Verified(
        file=str(file),
        exporter_id=manifest.exporter.id,
        period=manifest.period.name,
        declarations=manifest.declarations,
        files=len(infos),
        bytes=sum(one.size for one in manifest.files),
        chain=manifest.chain,
        partial=manifest.partial,
        made_at=manifest.made_at.get("trade", ""),
    )


def _safe(file: Path, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The members by name, when none of them would do harm to who unpacks them."""
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise RefusedByRule(f"{file} holds {len(members)} files: no evidence pack has more than {MOST_MEMBERS}.")
    infos: dict[str, zipfile.ZipInfo] = {}
    folded: set[str] = set()
    for info in members:
        name = info.orig_filename
        if name != info.filename or not re.fullmatch(r"[A-Za-z0-9._~/-]+", name) or ".." in name.split("/"):
            raise RefusedByRule(f"{file} names a file {name[:100]!r}, which leaves its folder or is no name of ours.")
        if name.startswith("/") or name.endswith("/") or "//" in name:
            raise RefusedByRule(f"{file} names a file {name[:100]!r}, which is not inside the pack.")
        if name.lower() in folded:
            raise RefusedByRule(f"{file} holds {name} twice.")
        if info.flag_bits & 0x1 or stat.S_ISLNK(info.external_attr >> 16):
            raise RefusedByRule(f"{file}: {name} is sealed or a link; a pack holds plain files only.")
        if info.file_size > LARGEST_MEMBER or (
            info.file_size > RATIO_COUNTS_FROM and info.file_size > LARGEST_RATIO * max(1, info.compress_size)
        ):
            raise RefusedByRule(f"{file}: {name} unpacks to {info.file_size} bytes, more than any paper has.")
        folded.add(name.lower())
        infos[name] = info
    if sum(info.compress_size for info in members) > file.stat().st_size:
        raise RefusedByRule(f"{file}: its files overlap; it was made to unpack to more than it holds.")
    if archive.comment or any(info.comment for info in members):
        raise RefusedByRule(f"{file} has a comment that no pack has; it was changed.")
    _refuse_hidden(file, archive, members)
    return infos


def _refuse_hidden(file: Path, archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> None:
    """Refuse bytes before, between and behind the members: no list shows them, and a file may lie there."""
    with file.open("rb") as content:
        end = 0
        for info in sorted(members, key=lambda one: one.header_offset):
            if not end <= info.header_offset <= end + _GAP:
                raise RefusedByRule(
                    f"{file} holds bytes before {info.filename} that belong to no file; it was changed."
                )
            content.seek(info.header_offset + 26)
            name, extra = struct.unpack("<HH", content.read(4))
            end = info.header_offset + 30 + name + extra + info.compress_size
        directory: int = archive.start_dir
        content.seek(-_END, os.SEEK_END)
        closed = content.read(4) == b"PK\x05\x06"
    if not end <= directory <= end + _GAP or not closed:
        raise RefusedByRule(f"{file} holds bytes behind its last file that belong to none; it was changed.")


def _manifest(
    file: Path, archive: zipfile.ZipFile, infos: dict[str, zipfile.ZipInfo]
) -> tuple[dict[str, Any], _Manifest]:
    if MANIFEST not in infos:
        raise RefusedByRule(f"{file} has no {MANIFEST}: it is no evidence pack.")
    if infos[MANIFEST].file_size > LARGEST_MANIFEST:
        raise RefusedByRule(f"{file}: {MANIFEST} is larger than any pack's.")
    try:
        read: Any = json.loads(archive.read(MANIFEST))
        manifest = _Manifest.model_validate(read)
    except (ValidationError, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as wrong:
        raise RefusedByRule(f"{file}: {MANIFEST} is not as a pack has it; it was changed.") from wrong
    except _CHANGED as wrong:
        raise RefusedByRule(f"{file}: {MANIFEST} was changed after the pack was made ({wrong}).") from wrong
    if manifest.format != FORMAT:
        raise RefusedByRule(f"{file} is of the form {manifest.format[:60]!r}; this release reads {FORMAT}.")
    return read, manifest


def _stands(archive: zipfile.ZipFile, info: zipfile.ZipInfo, listed: _Listed) -> bool:
    """Whether a member has the size and the hash that were written down; read no further than its size."""
    if info.file_size != listed.size:
        return False
    digest, size = hashlib.sha256(), 0
    try:
        with archive.open(info) as member:
            while chunk := member.read(CHUNK):
                size += len(chunk)
                if size > listed.size:
                    return False
                digest.update(chunk)
    except _CHANGED:
        return False
    return size == listed.size and digest.hexdigest() == listed.sha256


def _check_chain(file: Path, said: dict[str, Any], manifest: _Manifest, noted: str | None) -> None:
    members = [Member(one.path, one.size, one.sha256) for one in manifest.files]
    if chained(chain_start(said), members) != manifest.chain:
        raise RefusedByRule(f"{file}: the chain in {MANIFEST} does not fit what it says; {MANIFEST} was changed.")
    if noted is not None and noted.strip().lower() != manifest.chain:
        raise RefusedByRule(f"{file} is another pack than the one whose chain was noted ({manifest.chain} here).")


def _few(names: list[str]) -> str:
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return f"{shown} {'is' if len(names) == 1 else 'are'}"

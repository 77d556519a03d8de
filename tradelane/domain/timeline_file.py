"""A timeline as a file: everything an auditor needs to check it without us.

JSON in one canonical form (names sorted, one space of indent, UTF-8, a newline at the end). The header says whose
timeline it is, how many lines it has and the digest of the last; `digest` is the SHA-256 of the same file without
that member. A file is whole only when it is byte for byte what its content is written as.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tradelane.domain.timeline import Break, Entry, head_of, instant, sha256_of, verify
from tradelane.domain.trade_time import Instant

SCHEMA = 1
"""Version of the form of the file."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ExportedLine(_Part):
    """One line as the file has it."""

    order_id: str
    position: int = Field(strict=True)
    at: Instant
    kind: str
    what: str
    actor: str
    evidence: dict[str, str]
    previous: str
    digest: str


class TimelineFile(_Part):
    """The content of the file."""

    schema_version: int = Field(strict=True)
    order_id: str
    exported_at: Instant
    """Trade time."""
    count: int = Field(strict=True)
    """How many lines there are: a file cut off at its end does not fit it."""
    head: str
    """Digest of the last line."""
    entries: tuple[ExportedLine, ...]
    digest: str
    """Of everything else in the file."""


def written(entries: Sequence[Entry], exported_at: datetime) -> bytes:
    """The file of a timeline with at least one line."""
    content: dict[str, Any] = {
        "schema_version": SCHEMA,
        "order_id": entries[0].order_id,
        "exported_at": instant(exported_at),
        "count": len(entries),
        "head": head_of(entries),
        "entries": [_line(entry) for entry in entries],
    }
    return _text(content | {"digest": sha256_of(_text(content))}).encode()


def read(content: bytes) -> TimelineFile:
    """The content of a file, which may still be false.

    Raises:
        ValueError: it is no such file; the message is one sentence with the place.
    """
    try:
        return TimelineFile.model_validate_json(content)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        place = ".".join(str(step) for step in first["loc"]) or "the text"
        raise ValueError(f"This is no timeline as exported: {place}: {first['msg']}.") from wrong


def verify_file(content: bytes) -> Break | None:
    """The first fault of an exported file, or None when every byte stands as it was written."""
    try:
        told = read(content)
    except ValueError as unreadable:
        return Break(0, str(unreadable))
    broken = verify(told.entries)
    if broken is not None:
        return broken
    if told.schema_version != SCHEMA:
        return Break(0, f"The header names form {told.schema_version}; only form {SCHEMA} is known.")
    if any(entry.order_id != told.order_id for entry in told.entries):
        return Break(0, f"The header names order {told.order_id}, the lines another one.")
    if told.count != len(told.entries):
        return Break(
            len(told.entries) + 1, f"The header promises {told.count} lines, the file has {len(told.entries)}."
        )
    if told.head != head_of(told.entries):
        return Break(0, "The digest of the last line is not the head that the header names.")
    data = json.loads(content)
    claimed = data.pop("digest")
    if claimed != sha256_of(_text(data)):
        return Break(0, "The header was changed: the digest of the file does not fit.")
    return _byte_for_byte(content, written(told.entries, told.exported_at))


def _byte_for_byte(content: bytes, wanted: bytes) -> Break | None:
    if content == wanted:
        return None
    same = zip(content, wanted, strict=False)
    place = next((at for at, (has, is_due) in enumerate(same) if has != is_due), min(len(content), len(wanted)))
    line = content[:place].count(b"\n") + 1
    return Break(0, f"Byte {place} (line {line} of the file) is not as it was written; its meaning is unchanged.")


def _line(entry: Entry) -> dict[str, Any]:
    return {
        "order_id": entry.order_id,
        "position": entry.position,
        "at": instant(entry.at),
        "kind": entry.kind,
        "what": entry.what,
        "actor": entry.actor,
        "evidence": dict(entry.evidence),
        "previous": entry.previous,
        "digest": entry.digest,
    }


def _text(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n"

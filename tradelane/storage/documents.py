"""Documents by content hash in a folder, with an index by consignment.

A file is written beside its place and renamed, so a reader sees all of it or nothing; the same bytes are one file.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from tradelane.domain.identifiers import Ucr
from tradelane.ports import StoredDocument
from tradelane.storage.database import Database, NotRecorded
from tradelane.storage.tables import documents
from tradelane.storage.upsert import keep


class FolderDocuments:
    """The port `Documents` on a local folder (`ab/abcdef…`) and table `documents`."""

    def __init__(
        self, database: Database, folder: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._folder = folder
        self._now = now

    def put(self, ucr: Ucr, kind: str, version: int, content: bytes, media_type: str) -> StoredDocument:
        """Keep a paper; keeping the same bytes again changes nothing."""
        sha256 = hashlib.sha256(content).hexdigest()
        self._write(self._place(sha256), content)
        document = StoredDocument(
            sha256=sha256, kind=kind, ucr=ucr, version=version, media_type=media_type, size=len(content)
        )
        with self._database.write() as connection:
            keep(connection, documents, document.model_dump(mode="json") | {"stored_at": self._now()})
        return document

    def read(self, sha256: str) -> bytes:
        """The bytes of a paper.

        Raises:
            NotRecorded: no such paper, or what lies there is no longer what was kept.
        """
        place = self._place(sha256)
        if not place.is_file():
            raise NotRecorded(f"There is no document {sha256}.")
        content = place.read_bytes()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise NotRecorded(f"Document {sha256} was changed on disk; restore it from a backup.")
        return content

    def of_ucr(self, ucr: Ucr) -> tuple[StoredDocument, ...]:
        """Papers of a consignment by kind and version, in the order they were kept."""
        asked = (
            select(documents)
            .where(documents.c.ucr == str(ucr))
            .order_by(documents.c.kind, documents.c.version, documents.c.stored_at, documents.c.sha256)
        )
        with self._database.read() as connection:
            rows = connection.execute(asked).all()
        return tuple(StoredDocument.model_validate(row, from_attributes=True) for row in rows)

    def path(self, sha256: str) -> str:
        """Where the file of a paper lies."""
        return str(self._place(sha256))

    def _place(self, sha256: str) -> Path:
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise ValueError(f"{sha256[:80]!r} is not the SHA-256 of a document.")
        return self._folder / sha256[:2] / sha256

    @staticmethod
    def _write(place: Path, content: bytes) -> None:
        if place.is_file() and place.read_bytes() == content:
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(f".{place.name}.{secrets.token_hex(8)}")
        try:
            with draft.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(place)
        finally:
            draft.unlink(missing_ok=True)
        folder = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

"""Data keys: one per owner, wrapped by a master key. Erasing a buyer is destroying a key.

An owner is a workflow id (one order), `desk/<date>` (what an operator typed that day) or `rest/<table>` (columns
sealed at rest).
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import stat
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Row, select, update

from tradelane.storage.database import Database
from tradelane.storage.tables import data_keys
from tradelane.storage.upsert import keep

_NONCE: Final = 12
_KEY_ID: Final = 32
_CACHED: Final = 4_096
_FRESH_SECONDS: Final = 60.0
"""How long a process may go on using a key that another process has destroyed."""

DESK: Final = "desk/"


class KeyTrouble(Exception):
    """A key cannot be used; the message is one sentence."""


class KeyDestroyed(KeyTrouble):
    """The key was destroyed on purpose: what it sealed is erased."""


class KeyUnknown(KeyTrouble):
    """No such key: most often the wrong database."""


class SealBroken(KeyTrouble):
    """The bytes were changed, or sealed for another place."""


def desk_owner(day: date) -> str:
    """The owner of what operators typed on a day (UTC)."""
    return f"{DESK}{day.isoformat()}"


@dataclass(frozen=True)
class DataKey:
    """A key of 256 bits that seals with AES-GCM; `context` binds the sealed bytes to their place."""

    key_id: str
    owner: str
    secret: bytes = field(repr=False)

    def seal(self, plain: bytes, context: bytes = b"") -> bytes:
        """Nonce and ciphertext; the key id is part of what is authenticated."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self.secret).encrypt(nonce, plain, self.key_id.encode() + context)

    def open(self, sealed: bytes, context: bytes = b"") -> bytes:
        """The plain bytes; raises `SealBroken` when they were changed or belong elsewhere."""
        try:
            return AESGCM(self.secret).decrypt(sealed[:_NONCE], sealed[_NONCE:], self.key_id.encode() + context)
        except (InvalidTag, ValueError) as wrong:
            raise SealBroken(f"What key {self.key_id} sealed was changed or moved.") from wrong


class MasterKey:
    """The key that wraps the data keys: 32 bytes from the environment or from a file only we can read."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != 32:
            raise ValueError(f"The master key has 32 bytes, not {len(secret)}.")
        self._cipher = AESGCM(secret)

    @classmethod
    def from_text(cls, encoded: str) -> MasterKey:
        """Base64 of 32 bytes, as in `TRADELANE_MASTER_KEY`."""
        try:
            return cls(base64.b64decode(encoded.strip(), validate=True))
        except binascii.Error as wrong:
            raise ValueError("The master key is base64 of 32 bytes; this is not base64.") from wrong

    @classmethod
    def from_file(cls, path: Path) -> MasterKey:
        """Read the key file, or make it (mode 0600) when there is none yet."""
        return cls.from_text(secret_file(path, lambda: base64.b64encode(secrets.token_bytes(32)).decode()))

    def wrap(self, key_id: str, secret: bytes) -> bytes:
        """Seal a data key for its row."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, secret, key_id.encode())

    def unwrap(self, key_id: str, wrapped: bytes) -> bytes:
        """Open a data key; raises `SealBroken` under another master key."""
        try:
            return self._cipher.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], key_id.encode())
        except InvalidTag as wrong:
            raise SealBroken(f"Key {key_id} was wrapped by another master key.") from wrong


def secret_file(path: Path, make: Callable[[], str]) -> str:
    """Text of a secret file; made with mode 0600 when absent, and whoever comes second reads the first one's.

    Raises:
        PermissionError: others may read the file.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(make() + "\n")
                file.flush()
                os.fsync(file.fileno())
            # a hard link appears whole or not at all, and fails when another process was first
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise PermissionError(f"{path} holds a secret and others may read it: chmod 600 {path}")
    return path.read_text(encoding="utf-8").strip()


class KeyVault:
    """Table `data_keys` with a small cache; safe for threads and for several processes."""

    def __init__(
        self, database: Database, master: MasterKey, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._master = master
        self._now = now
        self._lock = threading.Lock()
        self._cache: OrderedDict[str, tuple[float, DataKey]] = OrderedDict()

    def for_owner(self, owner: str) -> DataKey:
        """The owner's living key, made on first use."""
        return self.cached(owner=owner) or self._load_owner(owner)

    def by_id(self, key_id: str) -> DataKey:
        """The key a sealed value names.

        Raises:
            KeyDestroyed: what it sealed is erased.
            KeyUnknown: there is no such key.
        """
        known = self.cached(key_id=key_id)
        if known is not None:
            return known
        with self._database.read() as connection:
            row = connection.execute(select(data_keys).where(data_keys.c.key_id == key_id)).one_or_none()
        if row is None:
            raise KeyUnknown(f"There is no data key {key_id!r} in this database.")
        if row.destroyed_at is not None or row.wrapped is None:
            raise KeyDestroyed(f"Data key {key_id} was destroyed on {row.destroyed_at:%Y-%m-%d}.")
        return self._remember(row)

    def cached(self, *, owner: str = "", key_id: str = "") -> DataKey | None:
        """A key known without asking the database (for callers on an event loop)."""
        with self._lock:
            name = f"owner:{owner}" if owner else f"id:{key_id}"
            entry = self._cache.get(name)
            if entry is None or entry[0] < time.monotonic():
                return None
            self._cache.move_to_end(name)
            return entry[1]

    def destroy(self, owner: str) -> bool:
        """Destroy the owner's key for good; True when there was one. A later value gets a new key."""
        with self._database.write() as connection:
            gone = connection.execute(
                update(data_keys)
                .where(data_keys.c.owner == owner, data_keys.c.destroyed_at.is_(None))
                .values(wrapped=None, destroyed_at=self._now())
            ).rowcount
        with self._lock:
            for name in [name for name, (_, key) in self._cache.items() if key.owner == owner]:
                del self._cache[name]
        if gone:
            self._database.scrub()
        return gone > 0

    def destroy_desk_keys(self, before: date) -> int:
        """Destroy the desk keys of the days before one (the engine's retention has passed); gives how many."""
        living = select(data_keys.c.owner).where(
            data_keys.c.owner.startswith(DESK, autoescape=True),
            data_keys.c.owner < desk_owner(before),
            data_keys.c.destroyed_at.is_(None),
        )
        with self._database.read() as connection:
            owners = connection.scalars(living).all()
        return sum(self.destroy(owner) for owner in owners)

    def desk_key(self) -> DataKey:
        """Today's desk key (UTC day of real time, as the engine counts its retention)."""
        return self.for_owner(self.desk_owner_today())

    def desk_owner_today(self) -> str:
        """Owner of today's desk key."""
        return desk_owner(self._now().astimezone(UTC).date())

    def seal(self, owner: str, text: str, context: str) -> bytes:
        """Seal a column's text: key id, nonce, ciphertext."""
        key = self.for_owner(owner)
        return key.key_id.encode() + key.seal(text.encode(), context.encode())

    def unseal(self, sealed: bytes, context: str) -> str:
        """The text of a sealed column; raises `KeyTrouble`."""
        return self.by_id(sealed[:_KEY_ID].decode()).open(sealed[_KEY_ID:], context.encode()).decode()

    def _load_owner(self, owner: str) -> DataKey:
        living = select(data_keys).where(data_keys.c.owner == owner, data_keys.c.destroyed_at.is_(None))
        with self._database.read() as connection:
            row = connection.execute(living).one_or_none()
        while row is None:
            key_id = secrets.token_hex(_KEY_ID // 2)
            fresh = self._master.wrap(key_id, secrets.token_bytes(32))
            with self._database.write() as connection:
                # of two processes that make a key at once, the index keeps the first one's
                keep(
                    connection,
                    data_keys,
                    {"key_id": key_id, "owner": owner, "wrapped": fresh, "created_at": self._now()},
                )
                row = connection.execute(living).one_or_none()
        return self._remember(row)

    def _remember(self, row: Row[tuple[object, ...]]) -> DataKey:
        key = DataKey(row.key_id, row.owner, self._master.unwrap(row.key_id, row.wrapped))
        until = time.monotonic() + _FRESH_SECONDS
        with self._lock:
            self._cache[f"owner:{key.owner}"] = (until, key)
            self._cache[f"id:{key.key_id}"] = (until, key)
            while len(self._cache) > _CACHED:
                self._cache.popitem(last=False)
        return key

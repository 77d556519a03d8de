"""Table `party_clearances`: standing clearances. A party is a keyed digest there, never a name or a number."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update

from tradelane.domain.party_clearance import Clearance
from tradelane.storage.database import Database
from tradelane.storage.keys import KeyVault
from tradelane.storage.tables import party_clearances

OWNER = "rest/party_clearances"
"""Owner of the key of the digests; once it is destroyed no clearance fits anybody any more."""


class SqlPartyClearances:
    """The port `PartyClearances` on SQL; a row is added or revoked and never deleted."""

    def __init__(self, database: Database, vault: KeyVault) -> None:
        self._database = database
        self._vault = vault

    def digest(self, identity: str) -> str:
        """What stands for a party in the books: HMAC-SHA-256 of its identity under a key of this installation."""
        return hmac.new(self._vault.for_owner(OWNER).secret, identity.encode(), hashlib.sha256).hexdigest()

    def add(self, clearance: Clearance) -> None:
        """Write one down, in the place of an earlier one of the same party and entry, which is revoked with it."""
        with self._database.write() as connection:
            mine = select(party_clearances.c.record).where(party_clearances.c.party == clearance.party)
            for kept in map(Clearance.model_validate_json, connection.scalars(mine).all()):
                same = (kept.source, kept.entry_id) == (clearance.source, clearance.entry_id)
                if same and kept.revoked_at is None:
                    ended = _revoked(kept, clearance.at, clearance.actor, f"replaced by {clearance.id}")
                    connection.execute(
                        update(party_clearances).where(party_clearances.c.id == kept.id).values(record=ended)
                    )
            row = {"id": clearance.id, "party": clearance.party, "record": clearance.model_dump_json()}
            connection.execute(insert(party_clearances).values(row))

    def of_party(self, party: str) -> tuple[Clearance, ...]:
        """All of one party, by its digest."""
        asked = select(party_clearances.c.record).where(party_clearances.c.party == party)
        with self._database.read() as connection:
            return tuple(map(Clearance.model_validate_json, connection.scalars(asked).all()))

    def all(self) -> tuple[Clearance, ...]:
        """Every one there ever was, the oldest first."""
        with self._database.read() as connection:
            rows = connection.scalars(select(party_clearances.c.record)).all()
        return tuple(sorted(map(Clearance.model_validate_json, rows), key=lambda one: (one.at, one.id)))

    def revoke(self, ids: Sequence[str], at: datetime, actor: str, reason: str) -> int:
        """End those of these that are not revoked yet; gives how many."""
        count = 0
        with self._database.write() as connection:
            asked = select(party_clearances.c.record).where(party_clearances.c.id.in_(ids))
            for kept in map(Clearance.model_validate_json, connection.scalars(asked).all()):
                if kept.revoked_at is None:
                    row = _revoked(kept, at, actor, reason)
                    connection.execute(
                        update(party_clearances).where(party_clearances.c.id == kept.id).values(record=row)
                    )
                    count += 1
        return count


def _revoked(kept: Clearance, at: datetime, actor: str, reason: str) -> str:
    ended = {"revoked_at": at, "revoked_by": actor, "revoked_reason": reason}
    return kept.model_copy(update=ended).model_dump_json()

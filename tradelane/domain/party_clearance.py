"""Standing clearances: a person has found that one of our parties is not one entry of one list, and says until when.

The rule is the compliance desk's, from no statute: a clearance is about one party and one entry, rests on a reason, ends
by itself after a year at the latest and can be revoked. It says nothing of another entry, of a later version of the same
entry, of a higher score, or of another party with the same name. A hit that somebody confirms ends it.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from tradelane.domain.outside import digest_of
from tradelane.domain.screening import Hit, ListedParty
from tradelane.domain.trade_time import Instant

LONGEST = timedelta(days=365)
"""A clearance ends after so many days at the latest: somebody looks again at least once a year."""


class Clearance(BaseModel):
    """One party of ours is not one listed entry; names neither of them."""

    model_config = ConfigDict(frozen=True)

    id: str
    party: str
    """Keyed digest of the party's names and number: whoever lacks the key cannot try names against it."""
    role: str
    """What the party was in the order that was looked at: `consignee` or `exporter:<id>`."""
    source: str
    entry_id: str
    entry_digest: str
    """Of the entry as it stood; a later version of it asks again."""
    score: Decimal
    """Of the hit that was looked at; a higher one asks again."""
    list_dated: date
    list_sha256: str
    order_id: str
    """The order whose hit was looked at."""
    reason: str
    actor: str
    at: Instant
    until: date
    """The last Korean day on which it stands."""
    revoked_at: Instant | None = None
    revoked_by: str = ""
    revoked_reason: str = ""

    def stands_on(self, day: date) -> bool:
        """Whether it still counts on a Korean day."""
        return self.revoked_at is None and day <= self.until

    def answers(self, hit: Hit, entry: ListedParty | None, day: date) -> bool:
        """Whether it is about this hit: same entry in the same version, no higher score, and it still stands."""
        return (
            self.stands_on(day)
            and entry is not None
            and (hit.source, hit.entry_id) == (self.source, self.entry_id)
            and version_of(entry) == self.entry_digest
            and hit.score <= self.score
        )


def version_of(entry: ListedParty) -> str:
    """A digest that changes with anything the list says of an entry."""
    return digest_of(entry.model_dump(mode="json"))

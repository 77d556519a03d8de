"""Party screening: buyer, consignee and exporter against published lists of restricted parties.

A list is dated; an absent, empty or old one is a hold. A hit is never cleared by itself: a person decides about exactly
these hits of exactly these entries, and the decision is kept. No value here carries the name of one of our parties.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from tradelane.domain.outside import digest_of


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class ListState(_Value):
    """One list as it was when parties were compared with it."""

    source: str
    """`UN`, `OFAC`, `EU`, `KR` or another name given at import."""
    dated: date
    sha256: str
    """Of the file it was read from."""
    entries: int


class ListedParty(_Value):
    """One entry of a list; names are public."""

    source: str
    entry_id: str
    kind: str
    """`person`, `organisation`, `vessel`, `aircraft` or empty where the list does not say."""
    names: tuple[str, ...]
    """The first is the primary name, the others are aliases as published."""
    countries: tuple[str, ...] = ()
    programme: str = ""


class Hit(_Value):
    """One of our parties resembles one entry."""

    role: str
    """`buyer`, `consignee`, `exporter:<id>`: who, without a name."""
    source: str
    entry_id: str
    score: Decimal
    """0 to 100; equal names after normalisation are 100."""


class Screening(_Value):
    """What came of comparing the parties of one consignment with all lists."""

    lists: tuple[ListState, ...]
    threshold: Decimal
    hits: tuple[Hit, ...] = ()

    @property
    def mark(self) -> str:
        """Names exactly these hits (who resembles which entry): a decision about others does not answer for them."""
        return digest_of(sorted((hit.role, hit.source, hit.entry_id) for hit in self.hits))[:12]


def missing_lists(states: Sequence[ListState], required: Sequence[str]) -> tuple[str, ...]:
    """Names of the lists that must be there and are not, or have no entries."""
    there = {state.source for state in states if state.entries}
    return tuple(name for name in required if name not in there)


def old_lists(
    states: Sequence[ListState], required: Sequence[str], today: date, most_days: int
) -> tuple[ListState, ...]:
    """Those of the lists that must be there whose own date lies more than so many days back."""
    return tuple(state for state in states if state.source in required and (today - state.dated).days > most_days)

"""Holds: a step that cannot go on waits for a person, and says why, whose fault, by when and how."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from tradelane.domain.trade_time import Instant


class Fault(StrEnum):
    """Whose fault a hold is."""

    OURS = "ours"
    AUTHORITY = "authority"
    CARRIER = "carrier"
    MARKETPLACE = "marketplace"
    SELLER_DATA = "seller_data"
    BUYER_DATA = "buyer_data"


class Resolution(StrEnum):
    """The ways out of a hold."""

    RETRY = "retry"
    AMEND = "amend"
    COMPLETE = "complete"
    CANCEL = "cancel"


class Hold(BaseModel):
    """One step that waits for a person. Carries no personal data."""

    model_config = ConfigDict(frozen=True)

    key: str
    """Step, and declaration where there are several: `lodge_export_declaration:d1`."""
    stage: str
    step: str
    reason: str
    """A short code to search for, such as `refused`, `missing_data`, `manual_work`."""
    fault: Fault
    words: str
    """The counterparty's own words, or ours where nobody else spoke."""
    owner: str
    since: Instant
    due: Instant
    resolutions: tuple[Resolution, ...]
    commands: tuple[str, ...]
    result_shape: str = ""
    """For `complete`: the JSON object that is expected, as an example."""
    assignee: str = ""
    """The person at the owner's desk who has taken it, if anybody has."""
    snoozed_until: Instant | None = None
    """Trade time until which lists and notices leave it out."""


OWNERS: dict[Fault, str] = {
    Fault.OURS: "engineering",
    Fault.AUTHORITY: "customs desk",
    Fault.CARRIER: "forwarding desk",
    Fault.MARKETPLACE: "marketplace desk",
    Fault.SELLER_DATA: "catalogue desk",
    Fault.BUYER_DATA: "customer desk",
}
"""Who is asked first, by fault."""

BENCH = "packing bench"


COMPLIANCE = "compliance desk"
SCREENING = frozenset({"party_lists_missing", "party_lists_old", "party_hit", "party_confirmed"})
"""Reasons of the compliance desk, whoever is at fault."""


def owner_of(reason: str, fault: Fault) -> str:
    """Who is asked first: the bench for packing, compliance for screening, else the desk of the fault.

    >>> owner_of("packing", Fault.OURS), owner_of("refused", Fault.CARRIER), owner_of("party_hit", Fault.BUYER_DATA)
    ('packing bench', 'forwarding desk', 'compliance desk')
    """
    if reason in SCREENING:
        return COMPLIANCE
    return BENCH if reason == "packing" else OWNERS[fault]

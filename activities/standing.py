"""Standing clearances at the screening step: which hits a person has answered before, for this party and this entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tradelane.domain.consignment import Consignment
from tradelane.domain.party_clearance import Clearance
from tradelane.domain.party_identity import identities
from tradelane.domain.screening import Hit
from tradelane.domain.trade_time import today_in_korea
from tradelane.resources import Resources


@dataclass(frozen=True)
class Standing:
    """What our books say of the parties that were hit."""

    parties: Mapping[str, str]
    """Role -> keyed digest; a role whose party cannot be told from a namesake is not there."""
    clearances: tuple[Clearance, ...]
    """Those that answer a hit."""
    whole: bool
    """Whether every hit is answered; one that is not asks about all of them."""

    @property
    def books(self) -> dict[str, Any]:
        """What is kept with the screening: digests, and which clearance rests on whom."""
        used = [
            {
                "id": one.id,
                "entry": f"{one.source}:{one.entry_id}",
                "by": one.actor,
                "at": one.at.isoformat(),
                "until": one.until.isoformat(),
                "reason": one.reason,
            }
            for one in self.clearances
        ]
        return {"parties": dict(self.parties)} | ({"clearances": used} if used else {})


def standing_for(
    resources: Resources, consignment: Consignment, buyer: str | None, hits: Sequence[Hit], at: datetime
) -> Standing:
    """What stands for these hits at an instant of trade time."""
    known, books, day = identities(consignment, buyer), resources.party_clearances, today_in_korea(at)
    parties = {role: books.digest(known[role]) for role in sorted({hit.role for hit in hits}) if role in known}
    answers: list[Clearance] = []
    whole = bool(hits)
    for hit in hits:
        entry = resources.party_lists.entry(hit.source, hit.entry_id)
        kept = books.of_party(parties[hit.role]) if hit.role in parties else ()
        one = next((clearance for clearance in kept if clearance.answers(hit, entry, day)), None)
        whole = whole and one is not None
        answers.extend([] if one is None else [one])
    return Standing(parties, tuple(dict.fromkeys(answers)), whole)


def end_clearances(resources: Resources, standing: Standing, hits: Sequence[Hit], actor: str, at: datetime) -> None:
    """After somebody has confirmed a hit, nothing that was said in favour of these parties stands any more."""
    entries = {(hit.source, hit.entry_id) for hit in hits}
    ids = [
        one.id
        for party in dict.fromkeys(standing.parties.values())
        for one in resources.party_clearances.of_party(party)
        if (one.source, one.entry_id) in entries
    ]
    resources.party_clearances.revoke(ids, at, actor, "a person confirmed the hit")

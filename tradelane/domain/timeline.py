"""The timeline of an order: who did what and when, each line bound to the one before by a digest.

The digest of a line is the SHA-256 of its canonical JSON (names sorted, no spaces, UTF-8, instants in UTC with
microseconds), in which the digest of the line before stands: a line that is changed, left out, added or moved breaks
the chain at its place. The chain has no key. Whoever can write the table can also write a new chain, and lines cut
off at its end leave no gap: only a head that was noted elsewhere (an export, a mail) shows that.

No line carries personal data: evidence says *which* values were decided and gives a digest of them, and of a
consignee's values not even that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from tradelane.domain.holds import Hold
from tradelane.domain.identifiers import OrderId
from tradelane.domain.screening import Screening

FIRST = "0" * 64
"""What stands as the digest before the first line."""

CONSIGNEE = "consignee."
"""Paths whose values are personal data."""


class Entry(Protocol):
    """A line of a timeline as it is kept."""

    @property
    def order_id(self) -> str:
        """The order it belongs to."""

    @property
    def position(self) -> int:
        """1, 2, 3, ... without gaps."""

    @property
    def at(self) -> datetime:
        """Trade time."""

    @property
    def kind(self) -> str:
        """What sort of line it is."""

    @property
    def what(self) -> str:
        """One short sentence."""

    @property
    def actor(self) -> str:
        """Who did it."""

    @property
    def evidence(self) -> Mapping[str, str]:
        """What proves it."""

    @property
    def previous(self) -> str:
        """Digest of the line before."""

    @property
    def digest(self) -> str:
        """Digest of this line."""


def canonical(content: object) -> str:
    """JSON in the one form that is digested: names sorted, no spaces, characters as they are.

    >>> canonical({"b": "한", "a": 1})
    '{"a":1,"b":"한"}'
    """
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256_of(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def instant(at: datetime) -> str:
    """An aware instant in its one written form: UTC with microseconds.

    >>> instant(datetime(2026, 11, 20, 3, tzinfo=UTC))
    '2026-11-20T03:00:00.000000Z'
    """
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def digest_of_line(
    *,
    order_id: str,
    position: int,
    at: datetime,
    kind: str,
    what: str,
    actor: str,
    evidence: Mapping[str, str],
    previous: str,
) -> str:
    """The digest of a line at its place in the chain."""
    return sha256_of(
        canonical(
            {
                "order_id": order_id,
                "position": position,
                "at": instant(at),
                "kind": kind,
                "what": what,
                "actor": actor,
                "evidence": dict(evidence),
                "previous": previous,
            }
        )
    )


@dataclass(frozen=True)
class Break:
    """The first place at which a timeline does not hold together."""

    position: int
    """Of the line; 0 where the fault is in no single line."""
    sentence: str


def verify(entries: Sequence[Entry]) -> Break | None:
    """The first fault of a chain, or None when every line stands where and as it was written."""
    previous = FIRST
    for place, entry in enumerate(entries, start=1):
        if entry.order_id != entries[0].order_id:
            return Break(place, f"Line {place} belongs to another order, {entry.order_id}.")
        if entry.position != place:
            return Break(place, f"Line {place} is missing: line {entry.position} stands in its place.")
        if entry.previous != previous:
            return Break(place, f"Line {place} does not follow the line before it: that one was changed or exchanged.")
        wanted = digest_of_line(
            order_id=entry.order_id,
            position=entry.position,
            at=entry.at,
            kind=entry.kind,
            what=entry.what,
            actor=entry.actor,
            evidence=entry.evidence,
            previous=entry.previous,
        )
        if entry.digest != wanted:
            return Break(place, f"Line {place} was changed: its digest does not fit what it says.")
        previous = entry.digest
    return None


def head_of(entries: Sequence[Entry]) -> str:
    """The digest of the last line; it stands for the whole chain."""
    return entries[-1].digest if entries else FIRST


def verify_head(entries: Sequence[Entry], head: str) -> Break | None:
    """Whether a head that was noted earlier is still part of the chain; what came after it may stand."""
    if any(entry.digest == head for entry in entries):
        return None
    return Break(0, f"No line has the digest {head}: the timeline was cut off or written anew after it was noted.")


# --- lines ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """What is to be appended; `once` makes a repetition harmless."""

    once: str
    kind: str
    what: str
    evidence: Mapping[str, str]


class Appends(Protocol):
    """The part of the journal that a writer of lines needs."""

    def append(
        self,
        order_id: OrderId,
        *,
        once: str,
        at: datetime,
        kind: str,
        what: str,
        actor: str,
        evidence: Mapping[str, str],
    ) -> bool:
        """Append a line; False when one with the same `once` stands already."""


def values_digest(values: Mapping[str, str]) -> str:
    """Digest of decided values, without those of a consignee; empty when nothing else is left.

    >>> values_digest({"consignee.rut": "12.345.678-5"})
    ''
    """
    kept = {path: value for path, value in values.items() if not path.startswith(CONSIGNEE)}
    return sha256_of(canonical(kept)) if kept else ""


def decision(
    *,
    decision_id: str,
    kind: str,
    step: str,
    content: Mapping[str, str],
    before: Mapping[str, str] | None = None,
    reason: str = "",
) -> Line:
    """A decision of a person: which paths, and digests of values and reason; the row itself has the words."""
    evidence = {
        "decision": decision_id,
        "decided": kind,
        "step": step,
        "paths": ", ".join(sorted(content)),
        "values_sha256": values_digest(content),
        "before_sha256": values_digest(before or {}),
        "reason_sha256": sha256_of(reason) if reason else "",
    }
    what = f"{kind} {step}" if step != "*" else kind
    return Line(f"decision:{decision_id}", "decision", what, _said(evidence))


def effect(key: str, step: str, content: str) -> Line:
    """An effect that exists outside, with the digest of what our books say of it.

    Another line is written when the books say something new under the same key; saying the same again writes none.
    """
    digest = sha256_of(content)
    return Line(f"effect:{key}:{digest}", "effect", step, {"key": key, "content_sha256": digest})


def paper(kind: str, version: int, sha256: str) -> Line:
    """A paper that was drawn or received; its bytes are its identity."""
    return Line(
        f"paper:{kind}:v{version}:{sha256}",
        "paper",
        f"{kind} v{version}",
        {"kind": kind, "version": str(version), "sha256": sha256},
    )


def screening(moment: str, screened: Screening, verdict: str) -> Line:
    """The parties were compared with the lists of those days, before `filing` or `handover`; no name of ours stands here.

    `verdict` is `clear`, `asked`, `cleared`, `standing` (cleared before) or `confirmed`; the same outcome on the same lists writes no second line.
    """
    lists = {f"{state.source} {state.dated.isoformat()}": state.sha256[:12] for state in screened.lists}
    evidence = {
        "moment": moment,
        "lists": ", ".join(f"{name} {sha256}" for name, sha256 in lists.items()),
        "threshold": str(screened.threshold),
        "hits": str(len(screened.hits)),
        "mark": screened.mark if screened.hits else "",
        "verdict": verdict,
    }
    return Line(
        f"screening:{moment}:{sha256_of(canonical(evidence))}",
        "screening",
        f"screen_parties {moment}: {len(screened.hits)} hits, {verdict}",
        _said(evidence),
    )


def hold_opened(hold: Hold) -> Line:
    """A step began to wait for a person. The counterparty's words stay on the board: here stands their digest."""
    evidence = {
        "hold": hold.key,
        "step": hold.step,
        "reason": hold.reason,
        "fault": hold.fault.value,
        "owner": hold.owner,
        "due": instant(hold.due),
        "words_sha256": sha256_of(hold.words) if hold.words else "",
    }
    return Line(f"hold_opened:{hold.key}:{instant(hold.since)}", "hold_opened", f"{hold.key} holds", _said(evidence))


def hold_closed(hold: Hold) -> Line:
    """A step waits no longer."""
    return Line(
        f"hold_closed:{hold.key}:{instant(hold.since)}",
        "hold_closed",
        f"{hold.key} holds no more",
        {"hold": hold.key, "reason": hold.reason, "since": instant(hold.since)},
    )


def replay(replay_id: str, step: str, version: str) -> Line:
    """A step was run again by a plan; `version` is the plan's."""
    return Line(
        f"replay:{replay_id}:{step}:{version}",
        "replay",
        f"replay {step}",
        {"replay": replay_id, "step": step, "version": version},
    )


def outcome(ended_as: str, ucr: str | None = None) -> Line:
    """The end of a journey: `delivered`, `cancelled`, ..."""
    return Line(f"outcome:{ended_as}", "outcome", ended_as, _said({"outcome": ended_as, "ucr": ucr or ""}))


def append(journal: Appends, order_id: OrderId, line: Line, *, at: datetime, actor: str) -> bool:
    """Append a line to an order's timeline at an instant of trade time; False when it stands already."""
    return journal.append(
        order_id, once=line.once, at=at, kind=line.kind, what=line.what, actor=actor, evidence=line.evidence
    )


def _said(evidence: Mapping[str, str]) -> dict[str, str]:
    """Evidence without what has nothing to say."""
    return {name: value for name, value in evidence.items() if value}

"""The timeline of an order: shown, exported for whoever audits it, and verified."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from tradelane.contracts import steps
from tradelane.contracts.effect import Effect
from tradelane.desk.complaints import NotFound, RefusedByRule, WrongUsage
from tradelane.desk.file_bytes import file_bytes
from tradelane.domain import timeline, timeline_file
from tradelane.domain.identifiers import OrderId
from tradelane.domain.timeline import Break
from tradelane.ports import Decision, EffectRow, JournalEntry
from tradelane.stores import Stores

OUTSIDE = frozenset(one.name for one in vars(steps).values() if isinstance(one, Effect) and one.outside)
"""Steps whose rows in our books are effects outside; other rows are notes of ours."""


class Exported(BaseModel):
    """A file that was written."""

    model_config = ConfigDict(frozen=True)

    order_id: str
    file: str
    count: int
    head: str
    """Digest of the last line: whoever notes it can later prove that nothing was cut off."""


class Verified(BaseModel):
    """A timeline in which every line stands."""

    model_config = ConfigDict(frozen=True)

    order_id: str
    count: int
    head: str
    sentence: str


def timeline_of(stores: Stores, order: OrderId) -> tuple[JournalEntry, ...]:
    """The lines of an order, oldest first.

    Raises:
        NotFound: nothing was ever written about it.
        RefusedByRule: a line cannot even be read.
    """
    entries = _lines_of(stores, order)
    if not entries:
        raise NotFound(f"Order {order} has no timeline.")
    return entries


def export(stores: Stores, order: OrderId, file: Path) -> Exported:
    """Write an order's timeline into a file.

    Raises:
        NotFound: nothing was ever written about it.
        RefusedByRule: it does not hold together; a broken timeline is not exported as if it were whole.
        WrongUsage: the file cannot be written.
    """
    entries = timeline_of(stores, order)
    _refuse(timeline.verify(entries))
    content = timeline_file.written(entries, stores.clock.read().at(datetime.now(UTC)))
    try:
        file.write_bytes(content)
    except OSError as problem:
        raise WrongUsage(f"{file} cannot be written: {problem.strerror}.") from problem
    return Exported(order_id=order, file=str(file), count=len(entries), head=timeline.head_of(entries))


def verify_file(file: Path, head: str | None = None) -> Verified:
    """Check an exported file, byte for byte; with `head` also that a digest noted earlier is in it.

    Raises:
        RefusedByRule: the first fault, with its place.
        WrongUsage: the file cannot be read.
    """
    content = file_bytes(file)
    _refuse(timeline_file.verify_file(content))
    told = timeline_file.read(content)
    if head is not None:
        _refuse(timeline.verify_head(told.entries, head))
    return Verified(
        order_id=told.order_id,
        count=told.count,
        head=told.head,
        sentence=f"Order {told.order_id}: all {told.count} lines stand, every byte as it was written.",
    )


def verify_order(stores: Stores, order: OrderId, head: str | None = None) -> Verified:
    """Check what the database holds: the chain, and that each decision and effect of our books has its line.

    Raises:
        NotFound: nothing was ever written about the order.
        RefusedByRule: the first fault, with its place.
    """
    decisions = stores.decisions.of_orders([order])
    effects = _effects_of(stores, order)
    # where decisions or effects are known and all lines are gone, the first row without its line says so
    entries = _lines_of(stores, order) if decisions or effects else timeline_of(stores, order)
    _refuse(timeline.verify(entries))
    _refuse(unwritten_decision(decisions, entries))
    _refuse(unwritten_effect(effects, entries_of_parcel(stores, order, entries)))
    if head is not None:
        _refuse(timeline.verify_head(entries, head))
    cut = "" if head else " Lines cut off at the end show only against a head noted earlier (--head)."
    return Verified(
        order_id=order,
        count=len(entries),
        head=timeline.head_of(entries),
        sentence=f"Order {order}: all {len(entries)} lines stand and agree with our books.{cut}",
    )


def unwritten_decision(decisions: Iterable[Decision], entries: Sequence[JournalEntry]) -> Break | None:
    """The first decision that has no line, or whose row no longer says what its line says.

    The content of an erased buyer's decisions is empty; then who, when and why are compared alone.
    """
    lines = {entry.evidence.get("decision"): entry for entry in entries if entry.kind == "decision"}
    for row in decisions:
        line = lines.get(row.id)
        if line is None:
            return Break(0, f"Decision {row.id} ({row.kind} by {row.actor}) stands in our books and has no line.")
        wanted = timeline.decision(
            decision_id=row.id, kind=row.kind, step=row.step, content=row.content, before=row.before, reason=row.reason
        ).evidence
        names = ["decided", "step", "reason_sha256"]
        names += ["paths", "values_sha256"] if row.content else []
        names += ["before_sha256"] if row.before else []
        if row.actor != line.actor or any(line.evidence.get(name) != wanted.get(name) for name in names):
            return Break(
                line.position, f"Decision {row.id} was changed in our books: line {line.position} says otherwise."
            )
    return None


def unwritten_effect(effects: Iterable[EffectRow], entries: Iterable[JournalEntry]) -> Break | None:
    """The first effect that our books call done as no line does."""
    lines = {
        (entry.evidence.get("key"), entry.evidence.get("content_sha256")) for entry in entries if entry.kind == "effect"
    }
    known = {key for key, _ in lines}
    for row in effects:
        wanted = timeline.effect(row.key, row.step, row.content or "").evidence
        if (row.key, wanted["content_sha256"]) not in lines:
            fault = "no line says what our books say of it" if row.key in known else "stands in our books, without line"
            return Break(0, f"Effect {row.key}: {fault}.")
    return None


def entries_of_parcel(stores: Stores, order: OrderId, entries: Sequence[JournalEntry]) -> tuple[JournalEntry, ...]:
    """The lines of the order and of those that travel with it: the effects of a parcel stand once."""
    claim = stores.consignments.of_order(order)
    others = [other for other in claim.orders if other != order] if claim else []
    return (*entries, *(entry for other in others for entry in _lines_of(stores, other)))


def _lines_of(stores: Stores, order: OrderId) -> tuple[JournalEntry, ...]:
    try:
        return stores.journal.of_order(order)
    except ValueError as garbled:
        first = str(garbled).splitlines()[0]
        raise RefusedByRule(f"The timeline of order {order} was changed and cannot be read: {first}.") from garbled


def _effects_of(stores: Stores, order: OrderId) -> tuple[EffectRow, ...]:
    claim = stores.consignments.of_order(order)
    if claim is None:
        return ()
    return tuple(
        row
        for row in stores.effects.of_ucr(claim.ucr)
        if row.state == "done" and not OUTSIDE.isdisjoint(row.key.split(":"))  # an amendment's key ends in its version
    )


def _refuse(broken: Break | None) -> None:
    if broken is not None:
        raise RefusedByRule(broken.sentence)

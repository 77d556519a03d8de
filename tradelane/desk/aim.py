"""Which step a person means, which way its replay goes, and what runs again with it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tradelane.contracts.steps import (
    ARCHIVE_DOSSIER,
    EXTEND_LOADING_PERIOD,
    PLAN_CONSIGNMENT,
    RECORD_DECISION,
    SURVEY_EFFECTS,
    VOID_BOOKING,
    WITHDRAW_EXPORT_DECLARATION,
)
from tradelane.desk.complaints import NotFound, RefusedByRule
from tradelane.desk.history import Outcome, Round, Story
from tradelane.domain.holds import Hold
from tradelane.ports import Claim, Decision

UNWINDING = frozenset(
    {
        SURVEY_EFFECTS.name,
        WITHDRAW_EXPORT_DECLARATION.name,
        VOID_BOOKING.name,
        ARCHIVE_DOSSIER.name,
        "do_not_tender",
        "intercept",
    }
)
"""Steps that a cancelled order may still have replayed."""

CANCELLED = "cancelled"
"""Outcome of a consignment that was unwound."""


class Way(StrEnum):
    """How a replay is done."""

    GO_ON = "go on"
    """The step holds: it is told to go on."""
    RESET = "reset"
    """The run is taken back to where the step was decided; the engine keeps what came before."""
    FRESH = "fresh run"
    """A new run from the beginning; every step outside looks before it writes."""


@dataclass(frozen=True)
class Target:
    """Which way a replay goes, and which rounds it repeats: the last of each step."""

    key: str
    way: Way
    again: tuple[Round, ...]
    kept: tuple[str, ...] = ()
    event: int = 0
    beside: frozenset[str] = frozenset()
    """Steps that began before and ended after: they run again too."""
    hold: Hold | None = None
    note: str = ""


def aim(order: str, step: str, story: Story, holds: Sequence[Hold], *, fresh: bool = False) -> Target:
    """Find the step a person means and say which way its replay goes.

    Raises:
        NotFound: the step never ran; the sentence lists those that did.
        RefusedByRule: the name fits several parts, or names no step that can be repeated.
    """
    if step.partition(":")[0] == RECORD_DECISION.name:
        raise RefusedByRule(f"{RECORD_DECISION.name} is no step to replay: decisions are kept and stay.")
    rounds = tuple(one for one in story.rounds if one.effect != RECORD_DECISION.name)
    key = _key(order, step, rounds, holds)
    if fresh:
        if story.open:
            raise RefusedByRule(f"The run of order {order} is open; replay without --fresh takes it back.")
        return Target(key=key, way=Way.FRESH, again=_last(rounds), note="a new run from the beginning")
    hold = next((one for one in holds if one.key == key), None)
    if story.open and hold is not None:
        own = tuple(one for one in _last(rounds) if one.key == key)
        ended = tuple(name for name in _ended(story.rounds) if name != key)
        return Target(key=key, way=Way.GO_ON, again=own, kept=ended, hold=hold)
    if key.partition(":")[0] == EXTEND_LOADING_PERIOD.name:
        raise RefusedByRule(
            f"{key} was asked for by a person, and a run that is taken back is not asked again: "
            f"`tradelane orders extend {order} --until DATE --reason WHY` asks anew."
        )
    return _reset(key, story, rounds)


def _key(order: str, step: str, rounds: Sequence[Round], holds: Sequence[Hold]) -> str:
    ran = list(dict.fromkeys(one.key for one in rounds))
    held = [one.key for one in holds]
    if step in ran or step in held:
        return step
    for fitting in (
        [one.key for one in holds if step == one.key.partition(":")[0]],
        [key for key in ran if step == key.partition(":")[0]],
        [one.key for one in holds if step == one.step],
    ):
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise RefusedByRule(f"{step} of order {order} has {len(fitting)} parts; name one of {', '.join(fitting)}.")
    told = ", ".join(dict.fromkeys((*ran, *held))) or "none"
    raise NotFound(f"Order {order} never ran {step}; steps that did: {told}.")


def _reset(key: str, story: Story, rounds: Sequence[Round]) -> Target:
    event = next(one.decided for one in reversed(rounds) if one.key == key)
    note = f"back to where {key} was decided"
    plans = [one.decided for one in rounds if one.effect == PLAN_CONSIGNMENT.name]
    earlier = [decided for decided in plans if decided < event]
    if earlier and any(decided >= event for decided in plans):
        # an Update is not repeated by the engine: what it changed must be planned in by a reading that comes again
        event = earlier[-1]
        note = f"back to the plan made before {key}, because data were amended later: the new plan has them"
    repeated = [one for one in rounds if one.decided >= event or _under_way(one, event)]
    again = _last(repeated)
    names = {one.key for one in again}
    before = [one for one in story.rounds if one.decided < event and not _under_way(one, event)]
    return Target(
        key=key,
        way=Way.RESET,
        again=again,
        kept=tuple(name for name in _ended([*before, *_decisions(story)]) if name not in names),
        event=event,
        beside=frozenset(one.key for one in again if one.decided < event),
        note=note,
    )


def _under_way(one: Round, event: int) -> bool:
    return one.decided < event and (one.ended is None or one.ended > event)


def _decisions(story: Story) -> list[Round]:
    return [one for one in story.rounds if one.effect == RECORD_DECISION.name]


def _last(rounds: Iterable[Round]) -> tuple[Round, ...]:
    """The last round of each step, in the order the steps first came."""
    return tuple({one.key: one for one in rounds}.values())


def _ended(rounds: Iterable[Round]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.key for one in rounds if one.outcome is Outcome.COMPLETED))


def refuse_reviving(order: str, step: str, decisions: Sequence[Decision], claim: Claim | None) -> None:
    """A cancelled order may repeat its unwinding and nothing else.

    Raises:
        RefusedByRule: the step belongs to the journey that was cancelled.
    """
    if step.partition(":")[0] in UNWINDING:
        return
    made = [one for one in decisions if one.kind == "cancel" and one.step.partition(":")[0] not in UNWINDING]
    cancelled = made[-1] if made else None
    if cancelled is not None:
        raise RefusedByRule(
            f"Order {order} was cancelled by {cancelled.actor} ({cancelled.reason or 'no reason given'}) and is not "
            f"revived; only its unwinding can be replayed: {', '.join(sorted(UNWINDING))}."
        )
    if claim is not None and claim.outcome == CANCELLED:
        raise RefusedByRule(
            f"Order {order} ended as cancelled and is not revived; only its unwinding can be replayed: "
            f"{', '.join(sorted(UNWINDING))}."
        )

"""The plan of a replay, drawn from what is known: the run's history, the looks outside, our books, earlier decisions.

Pure: nothing here asks anybody. The plan says of every step whether it is kept, runs again, is blocked because its
effect exists (then it is taken over, not written again), or cannot be told. Its version is made from all it was drawn
from, so that a plan that is no longer true is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from tradelane.contracts.steps import POST_HOLDS, RECORD_DECISION
from tradelane.desk.aim import Target, Way
from tradelane.desk.history import EFFECTS, Round, Story
from tradelane.desk.looks import Look
from tradelane.domain.holds import Hold
from tradelane.domain.outside import CannotTell, NotDone
from tradelane.domain.trade_time import Instant
from tradelane.ports import Claim, Decision, EffectRow

ERROR_NOTICE = "error_notice"
"""Reason of a hold whose effect exists and is dead: customs ended it, only a new one under a new number can follow."""

OUTSIDE = frozenset(effect.name for effect in EFFECTS.values() if effect.outside)
PERSONAL = "consignee."
"""Begins the paths of amendments whose values are not shown."""


class Verdict(StrEnum):
    """What a replay does with a step."""

    KEPT = "kept"
    RUN_AGAIN = "run again"
    BLOCKED = "blocked"
    """It runs again and writes nothing: its effect exists and is taken over."""
    UNKNOWN = "unknown"
    """It runs again and holds while nobody can tell."""


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True)


class PlannedStep(_Shown):
    """One line of a plan."""

    step: str
    verdict: Verdict
    why: str


class EarlierDecision(_Shown):
    """A decision made before; all of them stay, and are laid over what the run reads again."""

    at: Instant
    actor: str
    kind: str
    step: str
    reason: str
    changed: tuple[str, ...] = ()
    """Amended paths with their values; of the consignee the path alone."""
    stays: bool = True


class ReplayPlan(_Shown):
    """What a replay would do, and the version that names exactly this state of affairs."""

    order_id: str
    step: str
    way: Way
    status: str
    """Of the run: `running`, `completed`, `failed`, `terminated`, ... or `forgotten` by the engine."""
    run_id: str = ""
    event: int = 0
    """Where a reset takes the run back to; 0 for the other ways."""
    note: str = ""
    version: str
    steps: tuple[PlannedStep, ...]
    decisions: tuple[EarlierDecision, ...] = ()

    @property
    def exists(self) -> bool:
        """Whether the effect of the named step itself is there already."""
        return any(line.step == self.step and line.verdict is Verdict.BLOCKED for line in self.steps)


def draw_up(
    order: str,
    story: Story,
    target: Target,
    *,
    looks: Mapping[str, Look],
    holds: Sequence[Hold] = (),
    effects: Sequence[EffectRow] = (),
    decisions: Sequence[Decision] = (),
) -> ReplayPlan:
    """Draw the plan; `looks` holds what was found outside, by step, for the steps that were looked for."""
    kept = [PlannedStep(step=name, verdict=Verdict.KEPT, why=_why_kept(name)) for name in target.kept]
    again = [_again(one, target, looks.get(one.key), effects) for one in target.again]
    if not any(line.step == target.key for line in again):  # a hold that is no step's: it only waits
        again.append(PlannedStep(step=target.key, verdict=Verdict.RUN_AGAIN, why="it waits and writes nothing itself"))
    version = _version(
        [
            [order, story.run_id, story.status, target.key, target.way, target.event],
            # posting to the board follows every hold a moment later: the order has not moved on by it
            [
                [one.activity_id, one.outcome]
                for one in story.rounds
                if one.ended is not None and one.activity_id.partition("~")[0] != POST_HOLDS.name
            ],
            [one.model_dump(mode="json") for one in holds],
            [row.model_dump(mode="json") for row in _own(effects)],
            [[line.step, line.verdict] for line in again],
            len(decisions),
        ]
    )
    return ReplayPlan(
        order_id=order,
        step=target.key,
        way=target.way,
        status=story.status,
        run_id=story.run_id,
        event=target.event,
        note=target.note,
        version=version,
        steps=(*kept, *again),
        decisions=tuple(shown(one) for one in decisions),
    )


def draw_up_forgotten(
    order: str, step: str, effects: Sequence[EffectRow], decisions: Sequence[Decision], claim: Claim
) -> ReplayPlan:
    """The plan for an order whose run the engine has forgotten: our books are all there is to read."""
    own = _own(effects)
    steps = [PlannedStep(step=row.step, verdict=_in_books(row), why=_why_in_books(row)) for row in own]
    version = _version(
        [
            [order, step, "forgotten", claim.outcome],
            [row.model_dump(mode="json") for row in own],
            len(decisions),
        ]
    )
    return ReplayPlan(
        order_id=order,
        step=step,
        way=Way.FRESH,
        status="forgotten",
        note="the engine keeps runs for weeks and has forgotten this one; --apply --fresh begins a new run, and every "
        "step of it looks before it writes",
        version=version,
        steps=tuple(steps),
        decisions=tuple(shown(one) for one in decisions),
    )


def shown(decision: Decision) -> EarlierDecision:
    """A decision as a plan lists it: no value that speaks of a person."""
    changed = [
        path if path.startswith(PERSONAL) else f"{path}={value}"
        for path, value in (decision.content.items() if decision.kind == "amend" else ())
    ]
    return EarlierDecision(
        at=decision.at,
        actor=decision.actor,
        kind=decision.kind,
        step=decision.step,
        reason=decision.reason,
        changed=tuple(changed),
    )


def _why_kept(name: str) -> str:
    return "a person's decision stays" if name.partition(":")[0] == RECORD_DECISION.name else "ended well"


def _again(one: Round, target: Target, look: Look | None, effects: Sequence[EffectRow]) -> PlannedStep:
    verdict, why = _verdict(one, target.hold if one.key == target.key else None, look, effects)
    if one.key in target.beside:
        why += "; it was under way beside the step and ended later"
    return PlannedStep(step=one.key, verdict=verdict, why=why)


def _verdict(one: Round, hold: Hold | None, look: Look | None, effects: Sequence[EffectRow]) -> tuple[Verdict, str]:
    effect = EFFECTS.get(one.effect)
    if effect is None or not effect.outside:
        house = effect is None or effect.queue == "house"
        return Verdict.RUN_AGAIN, "our own work: nothing is written outside" if house else "a reading"
    row = _row(one, look, effects)
    if hold is not None and hold.reason == ERROR_NOTICE:
        number = row.key if row is not None else one.key
        return Verdict.RUN_AGAIN, f"{number} ended in an error notice, which frees its number: a new one is sent"
    if look is None:
        if row is not None and row.state == "done":
            return Verdict.BLOCKED, f"in our books since {_minute(row)}: the step looks and takes it over"
        return Verdict.RUN_AGAIN, "not looked for now; the step looks before it writes"
    found = look.existing
    if isinstance(found, CannotTell):
        return (
            Verdict.UNKNOWN,
            f"nobody can tell: {found.why.rstrip('.')}; the step looks again, and holds while it stays so",
        )
    if isinstance(found, NotDone):
        return Verdict.RUN_AGAIN, f"not there: {found.note.rstrip('.')}" if found.note else "not there"
    since = f"since {_minute(row)}" if row is not None else "though our books do not say so"
    return Verdict.BLOCKED, f"exists {since}: it will be taken over, not written again"


def _row(one: Round, look: Look | None, effects: Sequence[EffectRow]) -> EffectRow | None:
    """What our books say of a step: by the effect's key where a look told it, else by the step."""
    if look is not None and look.key:
        return next((row for row in effects if row.key == look.key), None)
    return next((row for row in reversed(effects) if row.step == one.key), None)


def _own(effects: Sequence[EffectRow]) -> list[EffectRow]:
    """Rows of steps that write outside; papers and an adapter's own notes are not among them."""
    return [row for row in effects if OUTSIDE.intersection(row.key.split(":"))]


def _in_books(row: EffectRow) -> Verdict:
    return {"done": Verdict.BLOCKED, "intended": Verdict.UNKNOWN}.get(row.state, Verdict.RUN_AGAIN)


def _why_in_books(row: EffectRow) -> str:
    match row.state:
        case "done":
            return f"exists in our books since {_minute(row)} ({row.key}); a look decides"
        case "intended":
            return f"begun at {_minute(row)}, its end is not in our books; a look decides"
        case _:
            return f"tried at {_minute(row)} without success"


def _minute(row: EffectRow) -> str:
    instant: datetime = row.done_at or row.intended_at
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def _version(seen: object) -> str:
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()[:12]

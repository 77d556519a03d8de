"""Where a declaration filed by hand stands: what people typed about it, read in order. It only goes forward."""

from __future__ import annotations

from collections.abc import Sequence

from tradelane.contracts.handmade import FiledByHand, SeenByHand
from tradelane.domain.export_declaration import Filing, FilingState

Telling = FiledByHand | SeenByHand
"""One result a person typed."""

_RANK = {
    FilingState.SUBMITTED: 0,
    FilingState.SELECTED_DOCUMENTS: 1,
    FilingState.SELECTED_INSPECTION: 1,
    FilingState.ACCEPTED: 2,
    FilingState.WITHDRAWN: 3,
    FilingState.CANCELLED: 3,
}
"""How far a state is; of two that are equally far the later counts."""

FOR_GOOD = frozenset({FilingState.WITHDRAWN, FilingState.CANCELLED})
"""States that end an acceptance."""


def stands(tellings: Sequence[Telling], order_no: str) -> Filing | None:
    """The filing under a reference as the tellings leave it, oldest first; None while nobody told anything of it.

    An error notice (`rejected`) ends a round, and so do a withdrawal and a cancelled acceptance: what is typed after it
    is of the next one, as the reference says (`UCR-1~2`). A round begun elsewhere has no notice typed here, so a later reference reads the latest round.
    """
    rounds: list[Filing | None] = [None]
    for telling in tellings:
        if _speaks_of_the_past(telling, rounds):
            continue
        if isinstance(telling, SeenByHand) and telling.state == "rejected":
            if rounds[-1] is None or _RANK[rounds[-1].state] < _RANK[FilingState.ACCEPTED]:
                rounds[-1] = Filing(order_no=order_no, state=FilingState.REJECTED, words=_words(telling))
                rounds.append(None)
            continue
        rounds[-1] = told = _later(rounds[-1], telling, order_no)
        if told.state in FOR_GOOD:
            rounds.append(None)
    return rounds[min(_round(order_no), len(rounds)) - 1]


def _speaks_of_the_past(telling: Telling, rounds: Sequence[Filing | None]) -> bool:
    """Whether a telling is about an acceptance that has ended for good: its number is never used again."""
    last = rounds[-2] if len(rounds) > 1 and rounds[-1] is None else None
    if last is None or last.state not in FOR_GOOD:
        return False
    return telling.number == last.number if telling.number is not None else _state(telling) in FOR_GOOD


def _later(now: Filing | None, telling: Telling, order_no: str) -> Filing:
    """What stands after one more telling; number and instant once told are kept where it is silent about them."""
    state = _state(telling)
    if now is not None and _RANK[state] < _RANK[now.state]:
        return now
    return Filing(
        order_no=order_no,
        state=state,
        number=telling.number or (now.number if now else None),
        accepted_at=telling.accepted_at or (now.accepted_at if now else None),
        words=_words(telling),
    )


def _state(telling: Telling) -> FilingState:
    """What one result says; a filing without an instant of acceptance waits for customs."""
    if isinstance(telling, SeenByHand):
        return FilingState(telling.state)
    return FilingState.ACCEPTED if telling.accepted_at else FilingState.SUBMITTED


def _words(telling: Telling) -> str:
    said = telling.words if isinstance(telling, SeenByHand) else "filed by hand"
    return said or "read by hand"


def _round(order_no: str) -> int:
    """The round of a filing reference: 1 unless it ends in `~2` or more."""
    return int(order_no.partition("~")[2] or 1)

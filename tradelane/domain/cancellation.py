"""Cancel at any moment: the table from situation to actions.

Compensation never undoes what the law does not let be undone: an accepted declaration is withdrawn while the goods
are still in Korea, and goods that have left are intercepted by a person.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Situation(BaseModel):
    """Where a consignment stands when the cancel arrives."""

    model_config = ConfigDict(frozen=True)

    filed: bool = False
    booked: bool = False
    handed_over: bool = False
    delivered: bool = False


class Action(StrEnum):
    """What is done about it, in order."""

    STOP = "stop"
    DO_NOT_TENDER = "do_not_tender"
    WITHDRAW_DECLARATION = "withdraw_declaration"
    INTERCEPT = "intercept"
    REFUSE = "refuse"


def actions(situation: Situation) -> tuple[Action, ...]:
    """The actions a cancel asks for in a situation.

    >>> actions(Situation())
    (<Action.STOP: 'stop'>,)
    >>> [a.value for a in actions(Situation(filed=True, booked=True))]
    ['do_not_tender', 'withdraw_declaration', 'stop']
    """
    if situation.delivered:
        return (Action.REFUSE,)
    if situation.handed_over:
        return (Action.INTERCEPT, Action.STOP)
    steps: list[Action] = []
    if situation.booked:
        steps.append(Action.DO_NOT_TENDER)
    if situation.filed:
        steps.append(Action.WITHDRAW_DECLARATION)
    return (*steps, Action.STOP)

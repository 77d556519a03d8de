"""Cancel at any moment: the table from situation to actions.

Compensation never undoes what the law does not let be undone: a declaration is withdrawn (취하) while its goods have not
been loaded (적재), and goods that the carrier has are stopped by a person. A declaration whose goods stay in Korea must be
withdrawn: one that is neither loaded nor withdrawn is cancelled by customs after the loading period, with a cause to
explain (관세법 제251조).
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from tradelane.domain.transport import TransportStatus

ABROAD = frozenset(
    {
        TransportStatus.ARRIVED_COUNTRY,
        TransportStatus.AT_BRANCH,
        TransportStatus.OUT_FOR_DELIVERY,
        TransportStatus.ATTEMPT_FAILED,
        TransportStatus.DELIVERED,
    }
)
"""Statuses that only a parcel outside Korea can have; customs' words are none of them, for Korean customs speaks too."""


class Interception(StrEnum):
    """What came of asking the carrier to stop a parcel."""

    STOPPED_IN_KOREA = "stopped_in_korea"
    """It comes back without having left Korea."""
    TRAVELS_BACK = "travels_back"
    """It left Korea and is returned from abroad: its export stays declared."""
    DELIVERED_ANYWAY = "delivered_anyway"
    """It could not be stopped."""
    UNTOLD = "untold"
    """A person has settled it and did not say how."""
    GIVEN_UP = "given_up"
    """A person has ended the attempt."""


class Situation(BaseModel):
    """Where a consignment stands when the cancel arrives, or after an action of it."""

    model_config = ConfigDict(frozen=True)

    filed: bool = False
    """A declaration is before customs, or may be: its answer may have been lost."""
    booked: bool = False
    """The carrier has a booking, or may have."""
    voidable: bool = False
    """The carrier has a call that voids a booking."""
    called_off: bool = False
    """The booking was voided, or a person has kept the parcel back."""
    handed_over: bool = False
    departed: bool = False
    """The carrier says that the parcel left a Korean facility: for abroad, as a rule."""
    loaded: bool = False
    """Customs has confirmed the loading, or the parcel was seen abroad: it has left Korea for certain."""
    returned: bool = False
    """The carrier has given it back."""
    delivered: bool = False
    """Delivered, or given back after it had left Korea."""
    intercepted: Interception | None = None


class Action(StrEnum):
    """What is done about it, in order."""

    STOP = "stop"
    VOID_BOOKING = "void_booking"
    DO_NOT_TENDER = "do_not_tender"
    WITHDRAW_DECLARATION = "withdraw_declaration"
    INTERCEPT = "intercept"
    REFUSE = "refuse"


LAST = frozenset({Action.STOP, Action.REFUSE})
"""Actions after which nothing is left to do."""


def actions(situation: Situation) -> tuple[Action, ...]:
    """The actions a cancel asks for in a situation, as far as they can be foreseen.

    Each of them may take days and changes the situation: the table is asked again after the first one.

    >>> actions(Situation())
    (<Action.STOP: 'stop'>,)
    >>> [a.value for a in actions(Situation(filed=True, booked=True))]
    ['do_not_tender', 'withdraw_declaration', 'stop']
    >>> [a.value for a in actions(Situation(filed=True, booked=True, handed_over=True))]
    ['intercept', 'stop']
    """
    if situation.delivered:
        return (Action.REFUSE,)
    steps: list[Action] = []
    if situation.loaded or (situation.handed_over and not situation.returned):
        if _is_to_be_stopped(situation):
            return (Action.INTERCEPT, Action.STOP)
        if situation.intercepted is not Interception.STOPPED_IN_KOREA:
            return (Action.STOP,)
    elif situation.booked and not situation.called_off and not situation.returned:
        steps.append(Action.VOID_BOOKING if situation.voidable else Action.DO_NOT_TENDER)
    if situation.filed:
        steps.append(Action.WITHDRAW_DECLARATION)
    return (*steps, Action.STOP)


def _is_to_be_stopped(situation: Situation) -> bool:
    """Whether a person must ask the carrier, for the first time or because what was said leaves something open."""
    match situation.intercepted:
        case None:
            return True
        case Interception.UNTOLD:  # is the declaration to be withdrawn? Only who knows where the goods are can tell
            return situation.filed and not (situation.departed or situation.loaded)
        case Interception.STOPPED_IN_KOREA:  # customs says otherwise
            return situation.loaded
        case _:
            return False

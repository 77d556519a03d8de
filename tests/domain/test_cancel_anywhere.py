"""A consignment cancelled anywhere, by a model: customs, carrier and people move on while the table is followed.

The model knows what is true outside; the table is shown only what our books and a look at the carrier tell.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from tests.aftermath import Aftermath, wrongs
from tradelane.domain.cancellation import LAST, Action, Interception, Situation, actions

Table = Callable[[Situation], tuple[Action, ...]]
PARTS = st.sampled_from(("d1", "d2"))
ANSWERS = st.sampled_from((*Interception, Interception.STOPPED_IN_KOREA, Interception.UNTOLD))
QUICKLY = settings(
    max_examples=400,
    stateful_step_count=10,
    derandomize=True,
    database=None,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


class Consignment(RuleBasedStateMachine):
    """One parcel with up to two declarations."""

    table: ClassVar[Table] = staticmethod(actions)
    voidable: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        # outside
        self.customs: dict[str, str] = {}
        self.withdrawn: list[str] = []
        self.bookings = 0
        self.voided = self.kept_back = self.picked_up = self.departed = False
        self.loaded = self.stopped = self.delivered = False
        # our books: begun counts as done until somebody has looked
        self.begun: set[str] = set()
        self.booking_begun = False
        # the cancel
        self.cancelling = self.ended = self.given_up = False
        self.called_off = 0
        self.undone = False
        self.said: Interception | None = None

    # --- the journey -------------------------------------------------------------------------------------------

    @initialize(steps=st.sampled_from((0, 1, 2, 3, 4, 5, 5, 6, 6, 7, 8, 8)), cancelled=st.booleans())
    def come_so_far(self, steps: int, cancelled: bool) -> None:
        """Begin anywhere on the way; chance alone seldom comes far."""
        way = (
            lambda: self.file("d1", True),
            lambda: self.file("d2", True),
            lambda: self.decide("d1", True),
            lambda: self.decide("d2", True),
            lambda: self.book(True, False),
            self.hand_over,
            self.uplift,
            self.load,
        )
        for step in way[:steps]:
            step()
        self.cancelling = cancelled

    @precondition(lambda self: not self.cancelling)
    @rule(part=PARTS, arrives=st.booleans())
    def file(self, part: str, arrives: bool) -> None:
        """A declaration is sent; whether or not it arrives, no answer comes. A retry looks before it sends."""
        self.begun.add(part)
        if arrives and self.customs.get(part) in (None, "refused"):
            self.customs[part] = "submitted"

    @precondition(lambda self: "submitted" in self.customs.values())
    @rule(part=PARTS, accepts=st.booleans())
    def decide(self, part: str, accepts: bool) -> None:
        """Customs accepts, or sends an error notice."""
        if self.customs.get(part) == "submitted":
            self.customs[part] = "accepted" if accepts else "refused"

    @precondition(lambda self: not self.cancelling and self.customs and set(self.customs.values()) == {"accepted"})
    @rule(arrives=st.booleans(), refused=st.booleans())
    def book(self, arrives: bool, refused: bool) -> None:
        """The carrier books, refuses, or its answer is lost; a retry looks before it books."""
        if refused and not self.booking_begun:
            return
        self.booking_begun = True
        if arrives and not self.bookings:
            self.bookings = 1

    # --- the parcel moves on, whatever we are doing ------------------------------------------------------------

    @precondition(lambda self: self.bookings and not self.picked_up and not self.voided and not self.kept_back)
    @rule()
    def hand_over(self) -> None:
        """The courier comes for it."""
        self.picked_up = True

    @precondition(lambda self: self.picked_up and not self.stopped)
    @rule()
    def uplift(self) -> None:
        """It leaves the gateway; customs hears of the loading later."""
        self.departed = True

    @precondition(lambda self: self.departed)
    @rule()
    def load(self) -> None:
        """Customs has the loading."""
        self.loaded = True

    @precondition(lambda self: self.loaded)
    @rule()
    def deliver(self) -> None:
        """It arrives."""
        self.delivered = True

    # --- the cancel --------------------------------------------------------------------------------------------

    @rule()
    def cancel(self) -> None:
        """By a person, the buyer or the engine, once or again; what is delivered is not cancelled any more."""
        self.cancelling = self.cancelling or not self.delivered

    @precondition(lambda self: self.cancelling and not self.ended)
    @rule(answer=ANSWERS, in_time=st.booleans())
    def unwind(self, answer: Interception, in_time: bool) -> None:
        """The first action of the table, for what is known now; between two of them the world goes on."""
        situation = Situation(
            filed=bool(self.begun) and not self.undone,
            booked=self.booking_begun,
            voidable=self.voidable,
            called_off=bool(self.called_off),
            handed_over=self.picked_up,
            departed=self.departed,
            loaded=self.loaded,
            returned=self.stopped and self.said is None,
            delivered=self.delivered,
            intercepted=self.said,
        )
        action = self.table(situation)[0]
        if action in LAST:
            self.ended = True
            self.check()
        elif action is Action.WITHDRAW_DECLARATION:
            self.withdraw()
        elif action is Action.INTERCEPT:
            self.intercept(answer)
        else:
            self.call_off(action, in_time)

    def withdraw(self) -> None:
        """What never arrived or was refused needs none; customs decides before it withdraws."""
        for part, state in self.customs.items():
            if state in ("submitted", "accepted", "withdrawn"):
                self.customs[part] = "withdrawn"
                self.withdrawn.append(part)
        self.undone = True

    def call_off(self, action: Action, in_time: bool) -> None:
        """The courier may have come before the person, or the call, got there."""
        assert self.voidable == (action is Action.VOID_BOOKING)
        self.called_off += 1
        if self.bookings and not self.picked_up:
            if in_time:
                self.voided, self.kept_back = action is Action.VOID_BOOKING, action is Action.DO_NOT_TENDER
            else:
                self.picked_up = True

    def intercept(self, answer: Interception) -> None:
        """A person asks the carrier and says what came of it; wrong only about goods that customs has as loaded."""
        assert self.said in (None, Interception.UNTOLD, Interception.STOPPED_IN_KOREA), "it was answered"
        if answer is Interception.STOPPED_IN_KOREA and self.departed and not self.loaded:
            answer = Interception.TRAVELS_BACK
        elif answer is Interception.STOPPED_IN_KOREA and not self.departed:
            self.stopped = True
        elif answer in (Interception.TRAVELS_BACK, Interception.DELIVERED_ANYWAY):
            self.departed = True
        self.given_up = answer is Interception.GIVEN_UP
        self.said = answer

    # --- what must never be ------------------------------------------------------------------------------------

    def check(self) -> None:
        live = tuple(part for part, state in self.customs.items() if state != "refused")
        if self.given_up:  # a person has taken it over and is named in the books
            live = ()
        left = Aftermath(
            declared=live,
            withdrawn=tuple(self.withdrawn),
            bookings=self.bookings,
            handed_over=self.picked_up,
            called_off=self.called_off,
            gone=self.departed,
        )
        assert wrongs(left) == []

    def teardown(self) -> None:
        """Whatever was begun is brought to its end: nothing asks for ever, and the world may still turn against us."""
        for _ in range(8 if self.cancelling else 0):
            if not self.ended:
                self.unwind(Interception.STOPPED_IN_KOREA if not self.departed else Interception.TRAVELS_BACK, True)
        assert self.ended or not self.cancelling, "it does not end"
        if self.ended:
            if self.picked_up and not self.stopped:
                self.departed = True
            self.check()


class VoidableConsignment(Consignment):
    """With a carrier that voids a booking when asked."""

    voidable = True


@pytest.mark.parametrize("machine", [Consignment, VoidableConsignment])
def test_a_cancel_anywhere_leaves_nothing_behind(machine: type[Consignment]) -> None:
    run_state_machine_as_test(machine, settings=QUICKLY)


# --- the model can fail ----------------------------------------------------------------------------------------------


def without(action: Action) -> Table:
    """The table with one action forgotten."""
    return lambda situation: tuple(one for one in actions(situation) if one is not action)


def never_withdrawn_once_handed_over(situation: Situation) -> tuple[Action, ...]:
    if situation.handed_over and situation.intercepted is not None:
        return (Action.STOP,)
    return actions(situation)


def withdrawn_before_it_is_kept_back(situation: Situation) -> tuple[Action, ...]:
    return tuple(sorted(actions(situation), key=lambda action: action is not Action.WITHDRAW_DECLARATION))


def withdrawn_whoever_has_the_goods(situation: Situation) -> tuple[Action, ...]:
    return actions(situation.model_copy(update={"returned": True, "loaded": False}))


def settled_without_being_told(situation: Situation) -> tuple[Action, ...]:
    return (Action.STOP,) if situation.intercepted is Interception.UNTOLD else actions(situation)


def believed_against_customs(situation: Situation) -> tuple[Action, ...]:
    stopped = situation.intercepted is Interception.STOPPED_IN_KOREA
    return actions(situation.model_copy(update={"loaded": situation.loaded and not stopped}))


def done_again(situation: Situation) -> tuple[Action, ...]:
    return actions(situation.model_copy(update={"called_off": False}))


def uncertain_bookings_forgotten(situation: Situation) -> tuple[Action, ...]:
    return actions(situation.model_copy(update={"booked": situation.booked and situation.handed_over}))


WRONG_TABLES = (
    without(Action.WITHDRAW_DECLARATION),
    without(Action.DO_NOT_TENDER),
    without(Action.INTERCEPT),
    never_withdrawn_once_handed_over,
    withdrawn_before_it_is_kept_back,
    withdrawn_whoever_has_the_goods,
    settled_without_being_told,
    believed_against_customs,
    done_again,
    uncertain_bookings_forgotten,
)


@pytest.mark.parametrize("wrong", range(len(WRONG_TABLES)))
def test_a_wrong_table_is_caught(wrong: int) -> None:
    machine = type("Wrong", (Consignment,), {"table": staticmethod(WRONG_TABLES[wrong])})
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=settings(QUICKLY, max_examples=2000, phases=[Phase.generate]))

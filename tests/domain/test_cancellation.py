"""What a cancel does at each moment: nothing the law does not let be undone is undone."""

from itertools import product
from typing import Any

import pytest

from tradelane.domain.cancellation import LAST, Action, Interception, Situation, actions

FLAGS = ("filed", "booked", "voidable", "called_off", "handed_over", "departed", "loaded", "returned", "delivered")
SITUATIONS = [
    Situation(**dict(zip(FLAGS, flags, strict=True)), intercepted=said)
    for *flags, said in product(*[(False, True)] * len(FLAGS), (None, *Interception))
]

FILED = {"filed": True}
BOOKED = FILED | {"booked": True}
WITH_CARRIER = BOOKED | {"handed_over": True}
DEPARTED = WITH_CARRIER | {"departed": True}
LOADED = DEPARTED | {"loaded": True}
WITHDRAW, STOP, KEEP = Action.WITHDRAW_DECLARATION, Action.STOP, Action.DO_NOT_TENDER
STOPPED, UNTOLD = {"intercepted": Interception.STOPPED_IN_KOREA}, {"intercepted": Interception.UNTOLD}


@pytest.mark.parametrize(
    ("situation", "steps"),
    [
        ({}, [STOP]),
        (FILED, [WITHDRAW, STOP]),
        ({"booked": True}, [KEEP, STOP]),
        (BOOKED, [KEEP, WITHDRAW, STOP]),
        (BOOKED | {"voidable": True}, [Action.VOID_BOOKING, WITHDRAW, STOP]),
        (BOOKED | {"called_off": True}, [WITHDRAW, STOP]),
        (WITH_CARRIER, [Action.INTERCEPT, STOP]),
        (WITH_CARRIER | STOPPED, [WITHDRAW, STOP]),
        (WITH_CARRIER | UNTOLD, [Action.INTERCEPT, STOP]),
        (WITH_CARRIER | UNTOLD | {"filed": False}, [STOP]),
        (WITH_CARRIER | {"intercepted": Interception.TRAVELS_BACK}, [STOP]),
        (WITH_CARRIER | {"intercepted": Interception.DELIVERED_ANYWAY}, [STOP]),
        (WITH_CARRIER | {"intercepted": Interception.GIVEN_UP}, [STOP]),
        (WITH_CARRIER | {"returned": True}, [WITHDRAW, STOP]),
        (DEPARTED, [Action.INTERCEPT, STOP]),
        # a lorry also departs: what a person has found out counts, and customs has the last word
        (DEPARTED | STOPPED, [WITHDRAW, STOP]),
        (DEPARTED | UNTOLD, [STOP]),
        (LOADED, [Action.INTERCEPT, STOP]),
        (LOADED | STOPPED, [Action.INTERCEPT, STOP]),
        (LOADED | UNTOLD, [STOP]),
        (LOADED | {"delivered": True}, [Action.REFUSE]),
    ],
    ids=str,
)
def test_each_stage_has_its_actions_in_order(situation: dict[str, Any], steps: list[Action]) -> None:
    assert list(actions(Situation(**situation))) == steps


def test_every_situation_has_an_answer_that_ends_once() -> None:
    for situation in SITUATIONS:
        steps = actions(situation)
        assert steps[-1] in LAST, situation
        assert len(set(steps)) == len(steps), situation
        assert not LAST & set(steps[:-1]), situation


def test_a_declaration_is_not_withdrawn_once_the_goods_have_left() -> None:
    """An accepted declaration is withdrawn (취하) only while the goods are not loaded (적재)."""
    for situation in SITUATIONS:
        if situation.loaded or situation.delivered:
            assert WITHDRAW not in actions(situation), situation


def test_a_declaration_is_not_withdrawn_while_nobody_knows_where_the_goods_are() -> None:
    for situation in SITUATIONS:
        known = situation.returned or situation.intercepted is Interception.STOPPED_IN_KOREA
        if situation.handed_over and not known:
            assert WITHDRAW not in actions(situation), situation


def test_a_filed_declaration_is_withdrawn_while_the_goods_are_in_korea() -> None:
    """Cancelling after acceptance without withdrawing is a fault of its own."""
    for situation in SITUATIONS:
        away = situation.handed_over or situation.loaded or situation.delivered
        if situation.filed and not away:
            assert WITHDRAW in actions(situation), situation


def test_nothing_is_done_again_that_is_done() -> None:
    for situation in SITUATIONS:
        steps = set(actions(situation))
        assert situation.filed or WITHDRAW not in steps, situation
        assert not situation.called_off or not {KEEP, Action.VOID_BOOKING} & steps, situation
        assert situation.booked or not {KEEP, Action.VOID_BOOKING} & steps, situation

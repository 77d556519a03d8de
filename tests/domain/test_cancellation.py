"""What a cancel does at each moment: nothing the law does not let be undone is undone."""

from itertools import product

import pytest

from tradelane.domain.cancellation import Action, Situation, actions

SITUATIONS = [
    Situation(filed=filed, booked=booked, handed_over=handed, delivered=delivered)
    for filed, booked, handed, delivered in product((False, True), repeat=4)
]


@pytest.mark.parametrize(
    ("situation", "steps"),
    [
        (Situation(), [Action.STOP]),
        (Situation(filed=True), [Action.WITHDRAW_DECLARATION, Action.STOP]),
        (Situation(booked=True), [Action.DO_NOT_TENDER, Action.STOP]),
        (Situation(filed=True, booked=True), [Action.DO_NOT_TENDER, Action.WITHDRAW_DECLARATION, Action.STOP]),
        (Situation(filed=True, booked=True, handed_over=True), [Action.INTERCEPT, Action.STOP]),
        (Situation(filed=True, booked=True, handed_over=True, delivered=True), [Action.REFUSE]),
    ],
)
def test_each_stage_has_its_actions_in_order(situation: Situation, steps: list[Action]) -> None:
    assert list(actions(situation)) == steps


@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
def test_every_situation_has_an_answer_that_ends_once(situation: Situation) -> None:
    steps = actions(situation)
    assert steps[-1] in (Action.STOP, Action.REFUSE)
    assert len(set(steps)) == len(steps)
    assert not {Action.STOP, Action.REFUSE} & set(steps[:-1])


@pytest.mark.parametrize("situation", [s for s in SITUATIONS if s.handed_over], ids=str)
def test_a_declaration_is_not_withdrawn_once_the_goods_have_left(situation: Situation) -> None:
    """An accepted declaration is withdrawn (취하) only while the goods are still in Korea."""
    assert Action.WITHDRAW_DECLARATION not in actions(situation)


@pytest.mark.parametrize(
    "situation", [s for s in SITUATIONS if s.filed and not (s.handed_over or s.delivered)], ids=str
)
def test_a_filed_declaration_is_withdrawn_while_the_goods_are_in_korea(situation: Situation) -> None:
    """Cancelling after acceptance without withdrawing is a fault of its own (trap 25)."""
    assert Action.WITHDRAW_DECLARATION in actions(situation)

"""Every effect is implemented exactly once, with the request and reply the contract names."""

from __future__ import annotations

import inspect
from collections import Counter
from typing import Any, get_type_hints

import pytest
from temporalio import activity, workflow

import worker
from activities.implements import MARK
from activities.registry import OWNERS
from tradelane.contracts import steps
from tradelane.contracts.effect import Effect

EFFECTS: dict[str, Effect[Any, Any]] = {one.name: one for one in vars(steps).values() if isinstance(one, Effect)}
METHODS = [
    pytest.param(owner, name, id=f"{owner.__name__}.{name}")
    for owner in OWNERS
    for name, member in vars(owner).items()
    if callable(member) and not name.startswith("_")
]


def parameters(function: Any) -> list[str]:
    """Declared parameters; `*_surplus`, which keeps a stranger's second argument from wedging a run, is none."""
    return [
        name
        for name, one in inspect.signature(function).parameters.items()
        if name != "self" and one.kind is not inspect.Parameter.VAR_POSITIONAL
    ]


def test_every_effect_has_exactly_one_implementation() -> None:
    kept = [getattr(member, MARK).name for owner in OWNERS for member in vars(owner).values() if hasattr(member, MARK)]
    assert Counter(kept) == Counter(dict.fromkeys(EFFECTS, 1))


@pytest.mark.parametrize(("owner", "name"), METHODS)
def test_a_public_method_of_an_owner_keeps_the_effect_of_its_name(owner: type, name: str) -> None:
    method = getattr(owner, name)
    effect = getattr(method, MARK, None)
    assert effect is EFFECTS.get(name), f"{name} keeps no effect of its name"
    known = activity._Definition.must_from_callable(method)
    assert known.name == name


@pytest.mark.parametrize(("owner", "name"), METHODS)
def test_an_implementation_takes_the_request_and_gives_the_reply_of_its_effect(owner: type, name: str) -> None:
    """What is written in the method, not only what the decorator declares to the SDK."""
    written = get_type_hints(inspect.unwrap(getattr(owner, name)))
    effect = EFFECTS[name]
    assert written == {"request": effect.request, "return": effect.reply}


@pytest.mark.parametrize(("owner", "name"), METHODS)
def test_an_activity_takes_one_parameter(owner: type, name: str) -> None:
    """One model can grow a field while orders run; a second parameter cannot be added to them."""
    method = getattr(owner, name)
    assert parameters(inspect.unwrap(method)) == ["request"]
    assert inspect.iscoroutinefunction(method)


@pytest.mark.parametrize("workflow_class", worker.WORKFLOWS, ids=lambda one: str(one.__name__))
def test_the_doors_of_a_workflow_take_one_parameter_and_a_query_none(workflow_class: type) -> None:
    known = workflow._Definition.must_from_class(workflow_class)
    commands = [known.run_fn, *(one.fn for one in known.signals.values()), *(one.fn for one in known.updates.values())]
    assert [len(parameters(function)) for function in commands] == [1] * len(commands)
    validators = [one.validator for one in known.updates.values() if one.validator is not None]
    assert [len(parameters(function)) for function in validators] == [1] * len(validators)
    assert all(parameters(one.fn) == [] for one in known.queries.values())


@pytest.mark.parametrize("effect", EFFECTS.values(), ids=lambda one: str(one.name))
def test_a_step_outlives_three_failures_of_its_counterparty(effect: Effect[Any, Any]) -> None:
    patience = effect.patience
    assert patience.attempts > 3
    assert patience.first_wait <= patience.longest_wait


@pytest.mark.parametrize("effect", EFFECTS.values(), ids=lambda one: str(one.name))
def test_what_crosses_the_wire_is_frozen(effect: Effect[Any, Any]) -> None:
    for model in (effect.request, effect.reply):
        assert model.model_config.get("frozen"), model.__name__

"""What docstrings of the core show is what happens."""

import doctest
import importlib
import pkgutil

import pytest

import tradelane.contracts
import tradelane.domain

MODULES = sorted(
    module.name
    for package in (tradelane.domain, tradelane.contracts)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples() -> None:
    """A renamed package must not silently leave this file with nothing to check."""
    found = [doctest.DocTestFinder().find(importlib.import_module(name)) for name in MODULES]
    assert sum(len(example.examples) for examples in found for example in examples) >= 30

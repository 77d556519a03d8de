"""Every public thing of domain and contracts says what it is: units, errors and the source of the rule."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import FunctionType, ModuleType

import pytest

import tradelane.contracts
import tradelane.domain

PACKAGES: tuple[ModuleType, ...] = (tradelane.domain, tradelane.contracts)
MODULES = sorted(
    {package.__name__ for package in PACKAGES}
    | {
        module.name
        for package in PACKAGES
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    }
)


def silent(module: ModuleType) -> Iterator[str]:
    """Names of public definitions without words of their own; properties say it by their name."""
    if not (module.__doc__ or "").strip():
        yield module.__name__
    for name, value in vars(module).items():
        if name.startswith("_") or getattr(value, "__module__", None) != module.__name__:
            continue
        if isinstance(value, FunctionType) and not inspect.getdoc(value):
            yield f"{module.__name__}.{name}"
        if isinstance(value, type):
            if not (value.__dict__.get("__doc__") or "").strip():
                yield f"{module.__name__}.{name}"
            yield from (f"{module.__name__}.{name}.{method}" for method in _silent_methods(value))


def _silent_methods(owner: type) -> Iterator[str]:
    for name, value in vars(owner).items():
        function = value.__func__ if isinstance(value, classmethod | staticmethod) else value
        if isinstance(function, FunctionType) and not name.startswith("_") and not inspect.getdoc(getattr(owner, name)):
            yield name


@pytest.mark.parametrize("name", MODULES)
def test_everything_public_has_a_docstring(name: str) -> None:
    assert list(silent(importlib.import_module(name))) == []

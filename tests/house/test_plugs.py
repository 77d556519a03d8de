"""A carrier is its own package and nothing else: every plug has its page, simulator and tests, and no file names it."""

from __future__ import annotations

import importlib
import inspect
import re

import pytest
from pydantic import SecretStr

from tests.adapters.carriers import EveryCarrier
from tests.house.markdown import document
from tests.house.tree import ROOT, named, shipped_sources
from tradelane.adapters.listing import carriers
from tradelane.adapters.plug import carrier_plug
from tradelane.simulators.app import PACKAGES

CALLED = [name for name in carriers() if not carrier_plug(name).by_hand]
FIRST = {
    "tradelane/settings.py",  # the default, and what `protocol` means
    "tradelane/demo/verdict.py",  # the demo is played with it
}
"""Files that may name the first carrier; no other carrier is named anywhere."""


def of(name: str) -> tuple[str, ...]:
    return (f"tradelane/adapters/{name}/", f"tradelane/simulators/{name}/")


@pytest.mark.parametrize("name", CALLED)
def test_a_carrier_is_named_in_its_own_packages_only(name: str) -> None:
    word = re.compile(rf"[\"'./]{name}[\"'./:]|adapters\.{name}\b")
    naming = {
        named(path)
        for path in shipped_sources()
        if not named(path).startswith(of(name)) and word.search(path.read_text(encoding="utf-8"))
    }
    assert naming - (FIRST if name == "mydhl" else set()) == set()


@pytest.mark.parametrize("name", CALLED)
def test_the_page_of_a_carrier_has_its_settings(name: str) -> None:
    """In the order of the class, the address first, with the defaults of the class."""
    wanted = []
    for field, what in carrier_plug(name).settings.model_fields.items():
        value = what.default.get_secret_value() if isinstance(what.default, SecretStr) else what.default
        shown = str(value).lower() if isinstance(value, bool) else str(value)
        wanted.append((f"`TRADELANE_{name.upper()}_{field.upper()}`", shown or "empty"))
    rows = document(f"docs/counterparties/{name}.md").table("Settings")
    assert [(row[0], row[1]) for row in rows] == wanted
    assert [row[0] for row in rows if len(row[2]) < 5] == []


@pytest.mark.parametrize("name", CALLED)
def test_a_carrier_has_a_simulator_of_its_name(name: str) -> None:
    assert name in PACKAGES


@pytest.mark.parametrize("name", CALLED)
def test_a_carrier_is_put_through_everything_a_carrier_must_do(name: str) -> None:
    module = importlib.import_module(f"tests.adapters.test_carrier_{name}")
    suites = [
        one
        for _, one in inspect.getmembers(module, inspect.isclass)
        if issubclass(one, EveryCarrier) and one is not EveryCarrier
    ]
    assert [suite.name for suite in suites] == [name]
    assert (ROOT / "tests" / "simulators" / f"test_sim_{name}.py").is_file()
    assert (ROOT / "tests" / "adapters" / f"test_adapter_{name}.py").is_file()

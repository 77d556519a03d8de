"""Linter, formatter, type checker and import contracts: as they run by hand, here as part of the suite."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

TOOLS = Path(sys.executable).parent


def run(*command: str) -> None:
    done = subprocess.run(
        [str(TOOLS / command[0]), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-6000:]}{done.stderr[-2000:]}"


@pytest.mark.timeout(90)
def test_the_linter_finds_nothing() -> None:
    run("ruff", "check", "--quiet", ".")


@pytest.mark.timeout(90)
def test_the_formatter_would_change_nothing() -> None:
    run("ruff", "format", "--check", "--quiet", ".")


@pytest.mark.timeout(90)
def test_the_type_checker_is_content() -> None:
    """Strict, with the configuration of pyproject.toml."""
    run("mypy")


@pytest.mark.timeout(90)
def test_the_import_contracts_are_kept() -> None:
    run("lint-imports", "--no-cache")

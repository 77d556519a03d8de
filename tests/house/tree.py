"""The files of the repository as the house tests walk them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHELL = ("workflows", "activities", "cli", "worker")
SHIPPED = (*SHELL, "tradelane")
"""Top-level names of the wheel."""

_KEPT_DOT_NAMES = {".ci", ".gitignore", ".gitattributes"}
_MADE = {"__pycache__", "dist", "build"}


def repository_files() -> Iterator[Path]:
    """Every file a commit would hold; what tools and runs leave behind is skipped."""
    waiting = [ROOT]
    while waiting:
        for path in sorted(waiting.pop().iterdir()):
            hidden = path.name.startswith(".") and path.name not in _KEPT_DOT_NAMES
            if hidden or path.name in _MADE or path.name.endswith(".egg-info"):
                continue
            if path.is_dir():
                waiting.append(path)
            else:
                yield path


@cache
def shipped_sources() -> tuple[Path, ...]:
    """Every Python file of the wheel."""
    packages = [path for name in SHIPPED for path in sorted((ROOT / name).rglob("*.py"))]
    return (ROOT / "worker.py", *packages)


@cache
def parsed(path: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports(path: Path) -> Iterator[str]:
    """Dotted names of everything a file imports, wherever in the file; relative imports in full."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join((*above, *(node.module or "").split("."))).strip(".")
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def named(path: Path) -> str:
    """A path as messages show it."""
    return str(path.relative_to(ROOT))

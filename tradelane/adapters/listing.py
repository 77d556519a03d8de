"""Which carriers there are: the packages beside this file that have a `plug.py`. Nothing is imported to find out."""

from __future__ import annotations

import pkgutil
from functools import cache
from pathlib import Path

PLUG = "plug"


@cache
def carriers() -> tuple[str, ...]:
    """Names of the packages that plug in a carrier, in alphabetical order."""
    here = Path(__file__).parent
    packages = (found.name for found in pkgutil.iter_modules([str(here)]) if found.ispkg)
    return tuple(sorted(name for name in packages if _has_plug(here / name)))


def _has_plug(package: Path) -> bool:
    return any(found.name == PLUG for found in pkgutil.iter_modules([str(package)]))

"""A decision as every later view shows it: who, when, why, old and new value. A consignee's values are not shown."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from tradelane.domain.timeline import CONSIGNEE
from tradelane.domain.trade_time import Instant

PERSONAL = "***"
"""Stands for a value that is personal data."""


class Change(BaseModel):
    """One value that was decided; `before` is empty where nothing stood, or nobody knows what did."""

    model_config = ConfigDict(frozen=True)

    path: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.path}: {self.before or '-'} → {self.after or '-'}"


class Decided(BaseModel):
    """What a person decided, without personal data."""

    model_config = ConfigDict(frozen=True)

    at: Instant
    actor: str
    kind: str
    step: str
    reason: str
    changes: tuple[Change, ...] = ()


def changes_of(content: Mapping[str, str], before: Mapping[str, str]) -> tuple[Change, ...]:
    """Old and new value of each path, in the order of the paths.

    >>> [str(one) for one in changes_of({"items.A.hsk": "3304991000", "consignee.rut": "1-9"}, {"items.A.hsk": "1"})]
    ['consignee.rut: *** → ***', 'items.A.hsk: 1 → 3304991000']
    """
    return tuple(
        Change(path=path, before=PERSONAL, after=PERSONAL)
        if path.startswith(CONSIGNEE)
        else Change(path=path, before=before.get(path, ""), after=content[path])
        for path in sorted(content)
    )

"""What a look at a counterparty tells the desk: the same question a step asks before it writes, and nothing written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from tradelane.domain.outside import Existing


@dataclass(frozen=True)
class Look:
    """What was found outside under an effect's key."""

    existing: Existing[str]
    key: str = ""
    """Key in our books of effects; empty where the step had nothing to ask."""


Lookup = Callable[[BaseModel], Awaitable[Look]]
"""Looks with the request a step was given; never raises because of a counterparty, then it cannot tell."""

Lookups = Mapping[str, Lookup]
"""Effect name -> its look; made in the shell, where the steps are implemented."""

"""What a look outside found, and what to do about it: the rule that keeps every effect single.

Before an effect is written its `lookup` twin asks the counterparty. Three answers are possible; only
`NotDone` ever leads to a write, because a timeout means *unknown*, never *failed*.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

Content = TypeVar("Content")


@dataclass(frozen=True)
class Done(Generic[Content]):
    """The effect exists outside, with this content."""

    content: Content


@dataclass(frozen=True)
class NotDone:
    """The counterparty is sure that nothing was done under this key (or that it ended in an error notice)."""

    note: str = ""


@dataclass(frozen=True)
class CannotTell:
    """The counterparty answered, but not so that we may act: a person must look."""

    why: str


Existing = Done[Content] | NotDone | CannotTell


class Move(StrEnum):
    """The five moves an effect may take after its look outside."""

    REUSE = "reuse"
    CREATE = "create"
    AMEND = "amend"
    RENEW = "renew"
    CONFLICT = "conflict"
    ASK = "ask"


def decide(
    existing: Existing[Content],
    wanted: Callable[[Content], bool],
    *,
    amendable: bool = False,
    renewable: bool = False,
) -> Move:
    """Say what to do given what exists and a test whether that is what we want.

    `wanted(content)` is true when the existing effect serves as it stands. If it does not, it is amended where
    the counterparty can amend, withdrawn and renewed where it can only withdraw, else it is a conflict for a
    person.

    >>> decide(NotDone(), lambda content: True)
    <Move.CREATE: 'create'>
    >>> decide(CannotTell("no answer for this reference"), lambda content: True)
    <Move.ASK: 'ask'>
    >>> decide(Done("HAWB 1"), lambda content: content == "HAWB 1")
    <Move.REUSE: 'reuse'>
    >>> decide(Done("HAWB 2"), lambda content: content == "HAWB 1")
    <Move.CONFLICT: 'conflict'>
    """
    if isinstance(existing, NotDone):
        return Move.CREATE
    if isinstance(existing, CannotTell):
        return Move.ASK
    if wanted(existing.content):
        return Move.REUSE
    if amendable:
        return Move.AMEND
    return Move.RENEW if renewable else Move.CONFLICT


def digest_of(answer: object) -> str:
    """Fingerprint of an answer, to tell a change from a repetition: equal answers print equally.

    >>> digest_of("accepted") == digest_of("accepted"), digest_of("accepted") == digest_of("submitted")
    (True, False)
    """
    return hashlib.sha256(str(answer).encode()).hexdigest()[:32]

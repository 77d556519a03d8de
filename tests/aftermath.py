"""What a cancelled consignment leaves behind outside, and what of it is wrong: the same rule for model and real runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Aftermath:
    """What stands outside once a cancel has ended."""

    declared: tuple[str, ...] = ()
    """Declarations that customs took, by number."""
    withdrawn: tuple[str, ...] = ()
    """Withdrawals, one entry each."""
    bookings: int = 0
    handed_over: bool = False
    called_off: int = 0
    """Bookings voided, or called off by a person who said so."""
    gone: bool = False
    """The goods have left Korea, or are on their way with nobody stopping them."""


def wrongs(left: Aftermath) -> list[str]:
    """What must not be left behind, one sentence each."""
    return list(_wrongs(left))


def _wrongs(left: Aftermath) -> Iterator[str]:
    for number in left.declared:
        if number not in left.withdrawn and not left.gone:
            yield f"{number} is declared, and its goods stay in Korea"
    for number in dict.fromkeys(left.withdrawn):
        if left.withdrawn.count(number) > 1:
            yield f"{number} was withdrawn {left.withdrawn.count(number)} times"
        if left.gone:
            yield f"{number} was withdrawn, and its goods have left Korea"
    if len(set(left.declared)) < len(left.declared):
        yield "something was declared twice"
    if left.bookings > 1:
        yield f"transport was booked {left.bookings} times"
    if left.bookings and not left.handed_over and not left.called_off:
        yield "a label was bought, and nobody called it off"
    if left.called_off > 1:
        yield f"the booking was called off {left.called_off} times"

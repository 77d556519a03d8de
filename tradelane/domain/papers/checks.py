"""Figures of one paper that must agree with one another; a disagreement is a ValueError of one sentence."""

from __future__ import annotations

from collections.abc import Iterable


def check_numbering(numbers: Iterable[int], what: str) -> None:
    """Numbers are 1, 2, 3 in order."""
    found = list(numbers)
    if found != list(range(1, len(found) + 1)):
        raise ValueError(f"The {what} are not numbered 1 to {len(found)} in order.")


def check_sum(what: str, stated_g: int, parts_g: Iterable[int], parts: str) -> None:
    """A stated weight in grams is the sum of its parts."""
    summed = sum(parts_g)
    if summed != stated_g:
        raise ValueError(f"The {what} is stated as {stated_g} g, but its {parts} weigh {summed} g.")


def check_gross(gross_g: int, net_g: int, whose: str) -> None:
    """Goods with packing weigh no less than without."""
    if gross_g < net_g:
        raise ValueError(f"{whose} has a gross weight of {gross_g} g, below its net weight of {net_g} g.")

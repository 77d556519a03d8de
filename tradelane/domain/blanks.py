"""Blanks in commands that are printed for people: pasted as they stand they say nothing, and are refused.

>>> filled_in("other birth date, memo 12")
'other birth date, memo 12'
>>> filled_in("WHY")
Traceback (most recent call last):
ValueError: put what you know in the place of WHY
"""

from __future__ import annotations

import re

BLANK = re.compile("<[^>]*>")
"""What stands where a person has to put what he knows."""

WORDS = frozenset({"WHY", "REASON", "NAME", "TITLE", "VALUE", "FIELD", "..."})
"""Words that stand there where angle brackets would be in the way."""


def filled_in(text: str) -> str:
    """The text, where it is no blank.

    Raises:
        ValueError: one sentence with the blank.
    """
    if text.strip() in WORDS or BLANK.search(text):
        raise ValueError(f"put what you know in the place of {text.strip()}")
    return text

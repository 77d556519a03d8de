"""Where goods leave Korea (적재항): UN/LOCODE and kind of place, which must agree with each other and with the transport.

KRICN is Incheon *airport*, KRINC is Incheon *sea port*: one letter apart, and a declaration with the wrong one is a
declaration of goods that never arrive where they are said to be loaded. Codes of the kind and of the means of
transport: `3` and `40` for air, `6` and `10` for sea (seen on public samples, docs/counterparties/ktnet.md).
"""

from __future__ import annotations

import re
from enum import StrEnum


class PlaceKind(StrEnum):
    """적재항 구분, as the declaration says it."""

    AIRPORT = "3"
    SEA_PORT = "6"

    @property
    def means(self) -> str:
        """운송수단: the code of the means of transport that loads there."""
        return "40" if self is PlaceKind.AIRPORT else "10"


KNOWN = {"KRICN": PlaceKind.AIRPORT, "KRINC": PlaceKind.SEA_PORT}
"""Places whose kind is certain. Of any other the setting's kind is believed."""


def checked_place(code: str, kind: str) -> PlaceKind:
    """The kind of a loading place, when code and kind can be true together.

    Raises:
        ValueError: one sentence: the code is no Korean UN/LOCODE, the kind is unknown, or the two contradict.

    >>> checked_place("KRICN", "3").means
    '40'
    """
    if not re.fullmatch(r"KR[A-Z2-9]{3}", code):
        raise ValueError(f"{code!r} is no Korean place of loading: a UN/LOCODE such as KRICN begins with KR.")
    try:
        said = PlaceKind(kind)
    except ValueError:
        raise ValueError(f"{kind!r} is no kind of loading place: 3 is an airport, 6 a sea port.") from None
    if KNOWN.get(code, said) is not said:
        words = (
            "an airport (3), the sea port is KRINC"
            if said is PlaceKind.SEA_PORT
            else "a sea port (6), the airport is KRICN"
        )
        raise ValueError(f"{code} is {words}.")
    return said

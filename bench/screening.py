"""How long it takes to make the index of the lists, and to compare the parties of one order with it."""

from __future__ import annotations

import re
import statistics
import time
from decimal import Decimal
from random import Random

from tradelane.domain.party_index import PartyIndex, compare
from tradelane.domain.screening import ListedParty

LIMIT_MS = 150.0
"""Three parties, once the index is there."""

SYLLABLES = re.findall(
    r"\w+", "ma ri ha mo sen kor vla di mir pe tro gon za lez fer nan dez qas im yus che rod gar cia lu is ana"
)
COMMON = re.findall(
    r"\w+", "juan jose maria carlos mohammed ahmed ali hassan luis perez gonzalez rodriguez garcia lopez de bin"
)


def measure(entries: int, times: int) -> int:
    """Print the figures; 0 when the comparison is within its limit."""
    began = time.perf_counter()
    index = PartyIndex(_invented(entries))
    print(f"index of {len(index)} names of {entries} entries: {time.perf_counter() - began:.2f} s")
    taken = []
    for turn in range(times):
        parties = {
            "consignee": (f"María José González {COMMON[turn % len(COMMON)]}",),
            "buyer": ("Luis Hassan Arrayán",),
            "exporter:e": ("Haneulgyeol Co., Ltd.", "주식회사 하늘결", "Han Garam", "한가람"),
        }
        began = time.perf_counter()
        compare(parties, {"X": index}, Decimal(88))
        taken.append(1000 * (time.perf_counter() - began))
    median = statistics.median(taken)
    print(f"three parties: median {median:.1f} ms, worst {max(taken):.1f} ms (limit {LIMIT_MS:.0f} ms)")
    return 0 if median < LIMIT_MS else 1


def _invented(count: int) -> list[ListedParty]:
    chance = Random(7)  # noqa: S311 - invented names, the same in every run
    rare = ["".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(count // 2)]

    def name() -> str:
        return " ".join(chance.choice(COMMON if chance.random() < 0.35 else rare) for _ in range(chance.randint(1, 4)))

    return [
        ListedParty(
            source="X",
            entry_id=str(number),
            kind=chance.choice(["person", "organisation"]),
            names=tuple(name() for _ in range(chance.choice([1, 1, 2, 2]))),
        )
        for number in range(count)
    ]

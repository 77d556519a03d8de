"""Names of parties in one form, and how much two of them resemble each other.

**One form.** Unicode NFKD, accents and case dropped (`Ñáñez` = `nanez`), Hangul kept as syllables, apostrophes dropped,
all other punctuation a space, legal forms (`Co., Ltd.`, `S.A.`, `SpA`, `주식회사`, `(주)`) left out, words sorted. Small
words (`de`, `bin`, `trading`, `무역`) stay, but hardly count; a name of nothing else counts as it stands.

**Resemblance of two words** (0 to 1): 1 when equal. Words below four letters resemble nothing else. 0.95 when they are
spelled apart but sound alike (`Usama`, `Osama`; `Gonzalez`, `Gonzales`); else the square of 1 - edits / length (OSA
distance), from three quarters on. Spanish names that differ in the gender alone (`Francisco`, `Francisca`) are two.

**Resemblance of two names** (0 to 100). Words are paired one to one, the most alike first; two words of one name may
together equal one of the other (`Aero Caribbean`). With s of each pair, and letters as weights (a syllable of Hangul
counts three, a small word one):

    likeness    = 100 * sum(s * (weight + weight)) / (weight of one name + weight of the other)
    containment = 100 * sum(s * (weight + weight)) / sum(weight + weight), of the pairs, - 10 * extra / (pairs - 1)

The score is the larger one. Containment counts where every word of the shorter name has found its pair and there are at
least two pairs; `extra` is what the longer name has beside (a middle name costs 10 of two words, 5 of three). A name of
one word resembles only a name of one word: with fewer than two pairs two longer names never get above 70.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations
from typing import NamedTuple

from tradelane.domain.party_words import LEGAL_FORMS, SHORT_FORMS, SMALL_WORDS, letters_of, word_likeness, words_of

LONELY = 70.0
"""What one common word can make of two names at most, where either has more than one."""

MIDDLE_NAME = 10.0

Pairs = list[tuple[float, int]]
"""Of each pair of words: how much they resemble each other, and the weight of both."""


class PartyName(NamedTuple):
    """A name in one form: words that tell it from others, and small ones; each sorted."""

    proper: tuple[str, ...]
    small: tuple[str, ...]


def readings(name: str) -> tuple[PartyName, ...]:
    """What a name may say: `Maria Co` is a person, or a company called Maria.

    >>> readings("Núñez & Cía. Ltda.")
    (PartyName(proper=('nunez',), small=()),)
    >>> [reading.proper for reading in readings("Maria Co")]
    [('co', 'maria'), ('maria',)]
    """
    words = words_of(name)
    return tuple(dict.fromkeys((_sorted_out(words, LEGAL_FORMS), _sorted_out(words, LEGAL_FORMS | SHORT_FORMS))))


def as_listed(name: str, kind: str) -> PartyName:
    """The form of a listed name: a person's `Co` is a family name, anybody else's a legal form."""
    return _sorted_out(words_of(name), LEGAL_FORMS if kind == "person" else LEGAL_FORMS | SHORT_FORMS)


def two_decimals(score: float) -> Decimal:
    """A score as it is kept and compared with the threshold."""
    return Decimal(repr(score)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def likeness(one: PartyName, other: PartyName) -> float:
    """How much two names in one form resemble each other, 0 to 100; the same whichever comes first."""
    if not one.proper or not other.proper:
        return 0.0
    if one == other:
        return 100.0
    pairs, alone, others_alone = _paired(one.proper, other.proper)
    small = sum((Counter(one.small) & Counter(other.small)).values())
    whole = sum(map(letters_of, (*one.proper, *other.proper))) + len(one.small) + len(other.small)
    alike = sum(similarity * weight for similarity, weight in pairs)
    score = 100 * (alike + 2 * small) / whole
    if len(pairs) < 2:
        lonely = max(len(pairs) + len(alone), len(pairs) + len(others_alone)) > 1
        return min(score, LONELY) if lonely else score
    if alone and others_alone:
        return score
    extra = len(alone) + len(others_alone)
    contained = 100 * alike / sum(weight for _, weight in pairs) - MIDDLE_NAME * extra / (len(pairs) - 1)
    return max(score, contained)


def _sorted_out(words: Sequence[str], forms: frozenset[str]) -> PartyName:
    kept = [word for word in words if word not in forms] or words
    proper = [word for word in kept if word not in SMALL_WORDS]
    if not proper:
        return PartyName(tuple(sorted(kept)), ())
    return PartyName(tuple(sorted(proper)), tuple(sorted(word for word in kept if word in SMALL_WORDS)))


def _paired(one: Sequence[str], other: Sequence[str]) -> tuple[Pairs, Sequence[str], Sequence[str]]:
    """Pairs of words, and what is left of either name.

    Equal words first, so that what is left of the two has no word in common: then no tie depends on the order.
    """
    same = Counter(one) & Counter(other)
    pairs: Pairs = [(1.0, 2 * letters_of(word)) for word in same.elements()]
    left, others_left = (sorted((Counter(words) - same).elements()) for words in (one, other))
    if left and others_left:
        pairs += _compounds(left, others_left)
    if left and others_left:
        alike = [
            (-similarity, -(letters_of(a) + letters_of(b)), min(a, b), max(a, b), a, b)
            for a in dict.fromkeys(left)
            for b in dict.fromkeys(others_left)
            if (similarity := word_likeness(a, b))
        ]
        for similarity, weight, _, _, a, b in sorted(alike):
            while a in left and b in others_left:
                left.remove(a)
                others_left.remove(b)
                pairs.append((-similarity, -weight))
    return pairs, left, others_left


def _compounds(left: list[str], others_left: list[str]) -> Pairs:
    """Take out words of one side that are two words of the other written together, in either order."""
    found = [
        (-len(whole), whole, parts, side, parts_side)
        for side, parts_side in ((left, others_left), (others_left, left))
        for parts in combinations(parts_side, 2)
        for whole in {"".join(parts), "".join(reversed(parts))}.intersection(side)
    ]
    pairs: Pairs = []
    for _, whole, parts, side, parts_side in sorted(found, key=lambda one: one[:3]):
        if whole in side and not Counter(parts) - Counter(parts_side):
            side.remove(whole)
            for part in parts:
                parts_side.remove(part)
            pairs.append((1.0, letters_of(whole) + sum(map(letters_of, parts))))
    return pairs

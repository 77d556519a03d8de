"""Finding the entries of a list that resemble a name, without comparing the name with every one of them.

The index holds what `party_names.likeness` needs to get above its floor for names with one word in common: for each word
the names it stands in, the words that sound alike, the words by length (for spelling), and neighbours written together.
It finds whatever comparing one by one would find above that floor (a test compares the two), but for one thing: of two
listed words written as one it knows neighbours only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from tradelane.domain.party_names import PartyName, as_listed, likeness, readings, two_decimals
from tradelane.domain.party_words import LEAST_ALIKE, SHORT, sound, word_likeness, words_of
from tradelane.domain.screening import Hit, ListedParty

LEAST_THRESHOLD = Decimal(75)
"""The lowest threshold the index answers for: below it, names that share one word of several would have to be found."""


@dataclass(frozen=True)
class Resemblance:
    """One entry, the one of its names that resembles most, and how much (0 to 100)."""

    entry_id: str
    name: str
    score: Decimal


class PartyIndex:
    """One list, made ready for questions; 40,000 names are indexed in a second or two and asked in milliseconds."""

    def __init__(self, parties: Iterable[ListedParty]) -> None:
        self._entries: list[str] = []
        self._published: list[str] = []
        self._names: list[PartyName] = []
        self._of_word: dict[str, list[int]] = {}
        self._of_compound: dict[str, list[int]] = {}
        self._of_sound: dict[str, list[str]] = {}
        self._of_length: dict[int, list[str]] = {}
        for party in parties:
            for name in dict.fromkeys(party.names):
                self._add(party, name)
        for word in self._of_word:
            if heard := sound(word):
                self._of_sound.setdefault(heard, []).append(word)
            self._of_length.setdefault(len(word), []).append(word)

    def _add(self, party: ListedParty, name: str) -> None:
        read = as_listed(name, party.kind)
        if not read.proper:
            return
        number = len(self._names)
        self._entries.append(party.entry_id)
        self._published.append(name)
        self._names.append(read)
        for word in set(read.proper):
            self._of_word.setdefault(word, []).append(number)
        proper = set(read.proper)
        for neighbours in pairwise(word for word in words_of(name) if word in proper):
            self._of_compound.setdefault("".join(neighbours), []).append(number)

    def __len__(self) -> int:
        """Names, aliases included."""
        return len(self._names)

    def resembling(self, name: str, threshold: Decimal) -> tuple[Resemblance, ...]:
        """Entries with a name that resembles this one by the threshold or more, the most alike first.

        Raises:
            ValueError: the threshold is below `LEAST_THRESHOLD`.
        """
        if threshold < LEAST_THRESHOLD:
            raise ValueError(f"A threshold below {LEAST_THRESHOLD} is not answered; {threshold} was given.")
        best: dict[str, Resemblance] = {}
        for reading in readings(name):
            for number in self._candidates(reading):
                score = two_decimals(likeness(reading, self._names[number]))
                entry = self._entries[number]
                if score >= threshold and (entry not in best or score > best[entry].score):
                    best[entry] = Resemblance(entry, self._published[number], score)
        return tuple(sorted(best.values(), key=lambda found: (-found.score, found.entry_id)))

    def _candidates(self, name: PartyName) -> list[int]:
        """Names with two words in common, or the only one of both, or two words written as one."""
        asked = Counter(name.proper)
        common: Counter[int] = Counter()
        for word, times in asked.items():  # the same word twice may be twice in a listed name
            for number in {number for similar in self._similar(word) for number in self._of_word[similar]}:
                common[number] += times
        found = {number for number, words in common.items() if words >= 2}
        if len(name.proper) == 1:
            found.update(number for number in common if len(self._names[number].proper) == 1)
        for word in asked:
            found.update(self._of_compound.get(word, ()))
        for first in asked:
            for second in asked:
                found.update(self._of_word.get(first + second, ()))
        return sorted(found)

    def _similar(self, word: str) -> set[str]:
        """Words of the list that resemble a word."""
        found = {word} if word in self._of_word else set()
        if len(word) < SHORT:
            return found
        near = [*self._of_sound.get(sound(word), ())]
        longest = int(len(word) / LEAST_ALIKE)
        for length in range(max(SHORT, int(len(word) * LEAST_ALIKE)), longest + 1):
            choices = self._of_length.get(length, ())
            scored = extract(
                word, choices, scorer=OSA.normalized_similarity, score_cutoff=LEAST_ALIKE, limit=None, processor=None
            )
            near.extend(similar for similar, _, _ in scored)
        found.update(similar for similar in near if word_likeness(word, similar))
        return found


def compare(
    parties: Mapping[str, Sequence[str]], indexes: Mapping[str, PartyIndex], threshold: Decimal
) -> tuple[Hit, ...]:
    """Who of our parties (role -> names) resembles which entry of which list (source -> index).

    One hit for each role and entry, with the highest score of the role's names; by role, then the most alike first.
    """
    hits: dict[tuple[str, str, str], Hit] = {}
    for role, names in parties.items():
        for name in dict.fromkeys(names):
            for source, index in indexes.items():
                for found in index.resembling(name, threshold):
                    key = (role, source, found.entry_id)
                    if key not in hits or found.score > hits[key].score:
                        hits[key] = Hit(role=role, source=source, entry_id=found.entry_id, score=found.score)
    return tuple(sorted(hits.values(), key=lambda hit: (hit.role, -hit.score, hit.source, hit.entry_id)))

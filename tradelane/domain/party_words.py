"""Words of parties' names: one spelling, what counts little, and how much two words resemble each other."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rapidfuzz.distance import OSA

SHORT = 4
"""Letters below which two words are equal or different."""

LEAST_ALIKE = 0.75
"""Of 1 - edits / length: words further apart are different words."""

SOUNDS_ALIKE = 0.95
LEAST_OF_SOUND = 0.5
"""Words that sound alike and share less than half of their letters are different words."""


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


LEGAL_FORMS = _words_of("""
    company corp corporation incorporated inc limited ltd llc llp plc gmbh kgaa spa srl sarl ltda limitada eirl cia
    compania sac sab jsc pjsc ojsc cjsc ooo oao zao pao fze fzco fzc fzllc pte pty sdn bhd bv nv oyj aps kft doo
""")
SHORT_FORMS = _words_of("co sa as ag ao ab oy sl kk lp se pt cv sas")
"""Legal forms that are also words of people's names: left out of organisations' names only."""

SMALL_WORDS = _words_of("""
    de del la las los y e da das do dos di du le van von der den bin ibn bint al el ul the of and et und for
    trading group holding holdings international intl industries enterprise enterprises services import export impex
    comercial comercializadora importadora exportadora 무역 상사 그룹 홀딩스
""")
"""Words that stand in many names and tell none from another."""

# What Unicode does not take apart into a letter and a mark.
_SPELLED = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ŋ": "n"}
)
_APOSTROPHES = str.maketrans(dict.fromkeys("'’‘ʼʻʾʿ`´", None))
_KOREAN_FORMS = re.compile(r"\((?:주|유|합|재|사)\)|주식회사|유한책임회사|유한회사|합자회사|합명회사")
_ATTACHED = re.compile(r"([가-힣]{2,})(무역|상사|그룹|홀딩스)\b")
_ABBREVIATION = re.compile(r"\b(?:[^\W\d_][./]\s?)+[^\W\d_]\b")
_WORD = re.compile(r"[^\W_]+")


def words_of(name: str) -> list[str]:
    """The words of a name in one spelling and as they follow one another; legal forms of Korea are left out.

    >>> words_of("Comercial Ñandú S.A."), words_of("(주)하늘결무역"), words_of("Al-Qa'idi")
    (['comercial', 'nandu', 'sa'], ['하늘결', '무역'], ['al', 'qaidi'])
    """
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name.translate(_APOSTROPHES)).casefold())
    plain = unicodedata.normalize("NFC", "".join(c for c in folded if unicodedata.category(c) != "Mn"))
    spelled = _ATTACHED.sub(r"\1 \2", plain.translate(_SPELLED).translate(_APOSTROPHES))
    return _WORD.findall(_ABBREVIATION.sub(_form, _KOREAN_FORMS.sub(" ", spelled))) or _WORD.findall(spelled)


def _form(abbreviation: re.Match[str]) -> str:
    """`s.p.a` is a legal form, `j.k` are two initials."""
    letters = "".join(_WORD.findall(abbreviation[0]))
    return letters if letters in LEGAL_FORMS or letters in SHORT_FORMS else abbreviation[0]


def letters_of(word: str) -> int:
    """Weight of a word: a syllable of Hangul and a Chinese character stand for about three letters."""
    return len(word) if word.isascii() else sum(3 if "\u3040" <= letter <= "\ud7ff" else 1 for letter in word)


@lru_cache(maxsize=100_000)
def word_likeness(one: str, other: str) -> float:
    """How much two words resemble each other, 0 to 1."""
    if one == other:
        return 1.0
    if min(len(one), len(other)) < SHORT:
        return 0.0
    if one[:-1] == other[:-1] and {one[-1], other[-1]} == {"a", "o"}:
        return 0.0
    alike = OSA.normalized_similarity(one, other)
    if alike >= LEAST_OF_SOUND and (heard := sound(one)) and heard == sound(other):
        return max(SOUNDS_ALIKE, alike**2)
    return alike**2 if alike >= LEAST_ALIKE else 0.0


_HEARD = (
    ("x", "ks"), ("tsch", "C"), ("tch", "C"), ("sch", "s"), ("sh", "s"), ("ph", "f"), ("kh", "k"), ("gh", "g"),
    ("dh", "d"), ("th", "t"), ("zh", "s"), ("dj", "j"), ("ch", "C"),
)  # fmt: skip
_SOFT_C = re.compile(r"c(?=[eiy])")
_ONE_SOUND = str.maketrans({"c": "k", "q": "k", "w": "v", "b": "v", "z": "s"})
_VOWELS = str.maketrans(dict.fromkeys("aeiouy", None))
_ENDINGS = {"a": "a", "e": "i", "i": "i", "y": "i", "o": "o", "u": "o"}


@lru_cache(maxsize=100_000)
def sound(word: str) -> str:
    """What is heard of a Latin word: its consonants and its last vowel; empty where too little is left to compare.

    >>> sound("mohammed") == sound("muhamad"), sound("aleksandr") == sound("alexander"), sound("lee")
    (True, True, '')
    """
    if not word.isascii() or not word.isalpha():
        return ""
    heard = word
    for spelled, said in _HEARD:
        heard = heard.replace(spelled, said)
    heard = _SOFT_C.sub("s", heard).translate(_ONE_SOUND).lower()
    consonants = (heard[:1] + heard[1:].replace("h", "")).translate(_VOWELS)
    single = "".join(letter for place, letter in enumerate(consonants) if letter != consonants[place - 1 : place])
    return f"{single}|{_ENDINGS.get(word[-1], '')}" if len(single) >= 2 else ""

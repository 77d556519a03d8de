"""Text for Korean messages: ASCII where a field takes nothing else, and lengths counted in EUC-KR bytes.

Field limits of Korean customs and KTNET count EUC-KR bytes, where a Hangul syllable is two. We count in the
code page of Windows (cp949), the superset of EUC-KR that holds all 11,172 syllables in two bytes; Python's
``euc_kr`` codec spells 8,822 of them in eight bytes, which no field is meant for.
"""

from __future__ import annotations

import unicodedata

_CODE_PAGE = "cp949"

#: What Unicode does not decompose into ASCII and a mark.
_SPELLED = str.maketrans(
    {
        "ß": "ss",
        "Æ": "AE",
        "æ": "ae",
        "Œ": "OE",
        "œ": "oe",
        "Ø": "O",
        "ø": "o",
        "Đ": "D",
        "đ": "d",
        "Ł": "L",
        "ł": "l",
        "\u0131": "i",
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\u2212": "-",
        "\u00d7": "x",
        "\u2044": "/",
    }
)
_REFUSED_BY_PARSERS = "<>&"


def to_ascii(text: str, *, limit_bytes: int | None = None) -> str:
    """ASCII that a Korean message takes: accents dropped, ``< > &`` removed, spaces single, cut to the limit.

    Decorations without an ASCII form (emoji, the registered sign) go. A letter or digit without one, such as
    Hangul, raises ValueError: leaving it out would change a name without anyone noticing.

    >>> to_ascii("Jabón <Ñandú> & cía"), to_ascii("Peña Müller", limit_bytes=7)
    ('Jabon Nandu cia', 'Pena Mu')
    """
    decomposed = unicodedata.normalize("NFKD", text.translate(_SPELLED)).translate(_SPELLED)
    lost = sorted({c for c in decomposed if not c.isascii() and unicodedata.category(c)[0] in "LN"})
    if lost:
        letters = unicodedata.normalize("NFC", "".join(c for c in text if set(_decomposed(c)) & set(lost)))
        raise ValueError(f"No ASCII form exists for {_quoted(letters)}.")
    kept = "".join(" " if c.isspace() else c for c in decomposed if c.isascii() and c not in _REFUSED_BY_PARSERS)
    plain = " ".join("".join(c for c in kept if c.isprintable()).split())
    if text.strip() and not plain:
        raise ValueError("Nothing of the text is left in ASCII.")
    return plain if limit_bytes is None else plain[:limit_bytes].rstrip()


def cut_at_word(text: str, limit: int) -> str:
    """The longest beginning of at most `limit` characters that ends with a word; one endless word is cut.

    >>> cut_at_word("Gel ink pens, set of 12 colours", 22)
    'Gel ink pens, set of'
    """
    if len(text) <= limit:
        return text
    whole = text[: limit + 1].rpartition(" ")[0] or text[:limit]
    return whole.rstrip(" ,;:-")


def euc_kr_length(text: str) -> int:
    """Bytes the text takes in a Korean message. Raises ValueError naming characters the code page lacks.

    >>> euc_kr_length("한빛 ABC")
    8
    """
    return len(_encoded(text))


def cut_euc_kr(text: str, limit: int) -> str:
    """The longest beginning of at most ``limit`` EUC-KR bytes, never half a syllable, no space at its end.

    >>> cut_euc_kr("한빛화장품", 7)
    '한빛화'
    """
    return _encoded(text)[: max(limit, 0)].decode(_CODE_PAGE, errors="ignore").rstrip()


def _encoded(text: str) -> bytes:
    composed = unicodedata.normalize("NFC", text)
    try:
        return composed.encode(_CODE_PAGE)
    except UnicodeEncodeError:
        lacking = "".join(c for c in composed if not c.isascii() and not _has_code(c))
        raise ValueError(f"EUC-KR has no code for {_quoted(lacking)}.") from None


def _has_code(character: str) -> bool:
    return bool(character.encode(_CODE_PAGE, errors="ignore"))


def _decomposed(character: str) -> str:
    return unicodedata.normalize("NFKD", character)


def _quoted(characters: str) -> str:
    return ", ".join(repr(c) for c in dict.fromkeys(characters[:100]))

"""Names of countries and currencies in English, Spanish and Korean, as pycountry carries them.

English names and codes are ISO 3166-1 and ISO 4217; the translations are those of the iso-codes project that pycountry
ships. A name that is not translated comes in English.

>>> country("KR"), country("KR", "es"), country("KR", "ko")
('South Korea', 'Corea del Sur', '대한민국')
>>> currency("USD"), currency("USD", "es"), currency("USD", "ko")
('US Dollar', 'Dólar estadounidense', '미국 달러')
"""

from __future__ import annotations

import gettext
from functools import lru_cache

import pycountry

ENGLISH = "en"


@lru_cache(maxsize=512)
def country(code: str, language: str = ENGLISH) -> str:
    """The everyday name of a country by its two letters; a code that is none stays as it is."""
    found = pycountry.countries.get(alpha_2=code)
    if found is None:
        return code
    return _translated(str(getattr(found, "common_name", found.name)), "iso3166-1", language)


@lru_cache(maxsize=512)
def currency(code: str, language: str = ENGLISH) -> str:
    """The name of a currency by its three letters; a code that is none stays as it is."""
    found = pycountry.currencies.get(alpha_3=code)
    return code if found is None else _translated(str(found.name), "iso4217", language)


def _translated(name: str, domain: str, language: str) -> str:
    return name if language == ENGLISH else _catalogue(domain, language).gettext(name)


@lru_cache(maxsize=8)
def _catalogue(domain: str, language: str) -> gettext.NullTranslations:
    return gettext.translation(domain, pycountry.LOCALES_DIR, [language], fallback=True)

"""Form and letters of the Korea-Chile origin statement, read from data that somebody has compared with the official form.

Nothing here is derived: which letter applies is chosen by the person who signs. Every entry carries how certain it is:
`H` seen in a public source, `M` less so, `NF` looked for and not found. The version is printed on each statement and
kept with it. Sources: korea-export 6.2.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Years(_Data):
    """A period with its source."""

    value: int
    certainty: str
    source: str


class Criterion(_Data):
    """One letter of field 7 and what it says."""

    letter: str
    words: str
    certainty: str


class Field(_Data):
    """One field of the form: its number and its title in English, Korean and Spanish."""

    number: str
    english: str
    korean: str
    spanish: str


class OriginRules(_Data):
    """The whole form as data."""

    version: str
    agreement: str
    certainty: str
    source: str
    before_use: str
    valid_years: Years
    kept_years: Years
    criteria: tuple[Criterion, ...]
    fields: dict[str, Field]
    certification: tuple[str, ...]

    def criterion(self, letter: str) -> Criterion:
        """What a letter means; ValueError when the agreement's data know none such."""
        for one in self.criteria:
            if one.letter == letter:
                return one
        known = ", ".join(one.letter for one in self.criteria)
        raise ValueError(f"{letter!r} is no preference criterion of the Korea-Chile agreement; the data have {known}.")


@lru_cache(maxsize=1)
def origin_rules() -> OriginRules:
    """The form in force, from `origin_rules.json` beside this module.

    >>> origin_rules().criterion("A").words
    'Wholly obtained or produced entirely in the territory of a Party.'
    """
    text = files("tradelane.domain").joinpath("origin_rules.json").read_text(encoding="utf-8")
    raw = OriginRulesFile.model_validate_json(text)
    return OriginRules.model_validate(
        {
            **raw.model_dump(),
            "fields": {
                name: dict(zip(("number", "english", "korean", "spanish"), titles, strict=True))
                for name, titles in raw.fields.items()
            },
        }
    )


class OriginRulesFile(_Data):
    """The file as it is written: a field is a list of its number and three titles."""

    version: str
    agreement: str
    certainty: str
    source: str
    before_use: str
    valid_years: Years
    kept_years: Years
    criteria: tuple[Criterion, ...]
    fields: dict[str, tuple[str, str, str, str]]
    certification: tuple[str, ...]

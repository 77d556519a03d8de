"""One place for what operators read: every text by a key, in each language of `Language`.

Technical keys (steps, reasons, ways out) stay visible beside the words, for they are what commands take. What the
house does not know by name is shown by its key: a missing word never stops a run. A counterparty's own words are
never here; they are shown as they came.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

from tradelane.domain.holds import Fault, Resolution
from tradelane.domain.language import Language
from tradelane.domain.wording import english, korean

_TABLES = {
    "fault": "FAULTS",
    "stage": "STAGES",
    "state": "STATES",
    "step": "STEPS",
    "desk": "DESKS",
    "way": "WAYS",
    "transport": "TRANSPORT",
    "regime": "REGIMES",
    "paper": "PAPERS",
    "label": "LABELS",
    "sentence": "SENTENCES",
}


def _texts(book: ModuleType) -> Mapping[str, str]:
    texts: dict[str, str] = {}
    for reason, (title, meaning, advice) in book.REASONS.items():
        texts |= {f"reason.{reason}": title, f"meaning.{reason}": meaning, f"advice.{reason}": advice}
    for area, name in _TABLES.items():
        texts |= {f"{area}.{key}": text for key, text in getattr(book, name).items()}
    return texts


_BOOKS: Mapping[Language, Mapping[str, str]] = {Language.ENGLISH: _texts(english), Language.KOREAN: _texts(korean)}


def keys(language: Language) -> frozenset[str]:
    """Every key there is a text for, such as `label.waybill`."""
    return frozenset(_BOOKS[language])


def say(language: Language, key: str, **values: object) -> str:
    """The text of a key with its values filled in.

    Raises:
        KeyError: no such key, or a value is missing.

    >>> say(Language.ENGLISH, "sentence.loading_due", number="12345-26-000001X", days=5)
    '12345-26-000001X must be loaded within 5 days'
    >>> say(Language.KOREAN, "label.waybill")
    '운송장번호'
    """
    return _BOOKS[language][key].format(**values)


def _named(language: Language, area: str, key: str) -> str:
    return _BOOKS[language].get(f"{area}.{key}", key)


def reason_title(language: Language, reason: str) -> str:
    """The short name of a hold's reason.

    >>> reason_title(Language.KOREAN, "error_notice"), reason_title(Language.ENGLISH, "of_tomorrow")
    ('세관 오류통보', 'of_tomorrow')
    """
    return _named(language, "reason", reason)


def reason_meaning(language: Language, reason: str) -> str:
    """What a reason means; empty for an unknown one."""
    return _BOOKS[language].get(f"meaning.{reason}", "")


def reason_remedy(language: Language, reason: str) -> str:
    """What to do about a reason; empty for an unknown one."""
    return _BOOKS[language].get(f"advice.{reason}", "")


def reason_advice(language: Language, reason: str) -> str:
    """What a reason means and what to do about it; empty for an unknown one."""
    return " ".join(text for text in (reason_meaning(language, reason), reason_remedy(language, reason)) if text)


def fault_name(language: Language, fault: Fault) -> str:
    """Whose fault a hold is."""
    return _named(language, "fault", fault.value)


def stage_name(language: Language, stage: str) -> str:
    """A stage of the journey."""
    return _named(language, "stage", stage)


def state_name(language: Language, state: str) -> str:
    """A state of the run, or its outcome."""
    return _named(language, "state", state)


def step_name(language: Language, step_key: str) -> str:
    """A step, or a hold's key, with the part it is about and the round.

    >>> step_name(Language.KOREAN, "lodge_export_declaration:d1")
    '수출신고 (d1)'
    >>> step_name(Language.ENGLISH, "book_transport~2"), step_name(Language.ENGLISH, "dance")
    ('Booking transport (2)', 'dance')
    """
    name, colon, part = step_key.partition(":")
    if not colon:
        name, _, part = step_key.partition("~")
    named = _named(language, "step", name)
    return f"{named} ({part})" if part else named


def desk_name(language: Language, owner: str) -> str:
    """A desk; a person's name stays as it is.

    >>> desk_name(Language.KOREAN, "customs desk"), desk_name(Language.KOREAN, "m.kim")
    ('통관팀', 'm.kim')
    """
    return _named(language, "desk", owner)


def resolution_name(language: Language, way: Resolution) -> str:
    """A way out of a hold."""
    return _named(language, "way", way.value)


def transport_name(language: Language, status: str) -> str:
    """A status of the parcel, by the value of `TransportStatus`."""
    return _named(language, "transport", status)


def regime_name(language: Language, regime: str) -> str:
    """An import regime, by the value of `ImportRegime`."""
    return _named(language, "regime", regime)


def paper_name(language: Language, kind: str) -> str:
    """A kind of paper."""
    return _named(language, "paper", kind)


def label(language: Language, name: str) -> str:
    """The label of a field or column; raises KeyError for an unknown one."""
    return say(language, f"label.{name}")

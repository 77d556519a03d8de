"""The languages in which operators read what the house says; a counterparty's words stay as they came."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """ISO 639-1 codes."""

    ENGLISH = "en"
    KOREAN = "ko"

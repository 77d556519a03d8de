"""A person may book by post; then a CN 23 travels with the parcel. Express carriers never do."""

from __future__ import annotations

from typing import Any, cast

import pytest

from tradelane.adapters.easypost.adapter import EasypostCarrier
from tradelane.adapters.manual.carrier import ManualCarrier
from tradelane.adapters.manual.plug import ManualSettings
from tradelane.adapters.mydhl.adapter import MydhlCarrier

UNUSED = cast(Any, None)
"""Books that the question does not touch."""


def test_a_person_books_by_post_only_where_the_setting_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ManualSettings().postal is False
    monkeypatch.setenv("TRADELANE_MANUAL_POSTAL", "true")
    assert ManualSettings().postal is True
    assert ManualCarrier(UNUSED, UNUSED, postal=ManualSettings().postal).postal is True
    assert ManualCarrier(UNUSED, UNUSED).postal is False


def test_express_carriers_are_no_post() -> None:
    assert (MydhlCarrier.postal, EasypostCarrier.postal) == (False, False)

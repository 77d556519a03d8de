"""What the end of a step says about its counterparty."""

from __future__ import annotations

from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError

from activities.gatekeeping import Sign, sign_of
from activities.translate import translated
from tradelane.adapters.errors import Garbled, OutsideFailure, Refused, Stale, Unavailable


def away(code: str, wait: float | None = None, party: str = "mydhl") -> Unavailable:
    return Unavailable(party, code, "words", None if wait is None else timedelta(seconds=wait))


@pytest.mark.parametrize(
    "failure",
    [
        *(away(code) for code in ("not_connected", "timeout", "interrupted", "408", "429", "500", "503")),
        away("503", 5),
        away("429", 3600),
    ],
    ids=str,
)
def test_silence_and_broken_servers_are_absence(failure: OutsideFailure) -> None:
    assert sign_of(translated(failure)) == (Sign.AWAY, "mydhl")


@pytest.mark.parametrize(
    "failure",
    [
        Refused("mydhl", "1001", "no"),
        away("not_settled"),
        away("not_decided", party="ktnet"),
        away("already_declared", party="ktnet"),
    ],
    ids=str,
)
def test_a_no_and_a_not_yet_are_answers(failure: OutsideFailure) -> None:
    """Else a customs office that takes its days would close its own gate."""
    assert sign_of(translated(failure))[0] is Sign.THERE


@pytest.mark.parametrize(
    "failure",
    [
        away("429", 60),
        away("in_flight", party="desk"),
        away("refresh_busy", 5, "mercadolibre"),
        away("quota", 3600, "ktnet"),
        Refused("desk", "cannot_tell", "who knows"),
        Garbled("mydhl", "not_json", "a web page"),
        Stale("customs", "rate_week", "old"),
    ],
    ids=str,
)
def test_our_own_waits_and_what_was_not_understood_say_nothing(failure: OutsideFailure) -> None:
    assert sign_of(translated(failure))[0] is Sign.NOTHING


def test_an_error_that_is_not_ours_says_nothing() -> None:
    assert sign_of(ApplicationError("boom", type="Unavailable")) == (Sign.NOTHING, "")
    assert sign_of(ApplicationError("boom", "words", type="Unavailable")) == (Sign.NOTHING, "")

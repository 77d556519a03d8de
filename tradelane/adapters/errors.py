"""The three ways a counterparty can fail us, sorted once at the adapter's edge.

`Unavailable` is patient (retry, honour Retry-After), `Refused` and `Garbled` ask a person. Nothing above an adapter
looks at an HTTP status.
"""

from __future__ import annotations

from datetime import timedelta

from tradelane.domain.holds import Fault


class OutsideFailure(Exception):
    """A counterparty did not do what was asked; the message is one sentence without personal data."""

    def __init__(self, party: str, code: str, words: str) -> None:
        super().__init__(f"{party} [{code}]: {words}")
        self.party = party
        self.code = code
        self.words = words


class Unavailable(OutsideFailure):
    """Not there, too busy or not answering: the outcome of a write is unknown until it is looked up."""

    def __init__(self, party: str, code: str, words: str, wait: timedelta | None = None) -> None:
        super().__init__(party, code, words)
        self.wait = wait


class Refused(OutsideFailure):
    """The counterparty said no: trying again as it stands is pointless."""

    def __init__(
        self,
        party: str,
        code: str,
        words: str,
        *,
        fault: Fault = Fault.AUTHORITY,
        reason: str = "refused",
        commands: tuple[str, ...] = (),
        result_shape: str = "",
    ) -> None:
        super().__init__(party, code, words)
        self.fault = fault
        self.reason = reason
        self.commands = commands
        self.result_shape = result_shape


class Garbled(OutsideFailure):
    """The counterparty's answer was not understood (HTML for JSON, a missing field, a broken signature)."""


class Stale(OutsideFailure):
    """What we were about to send is no longer true (the rate's week ended, the day changed): draw it up again.

    `about` is what it should be drawn up for, such as the day on which a person has declared it.
    """

    def __init__(self, party: str, code: str, words: str, *, about: str = "") -> None:
        super().__init__(party, code, words)
        self.about = about

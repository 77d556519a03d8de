"""Whether a step's counterparty was there: noted for each step, judged by the gatekeeper."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from tradelane.adapters.http import INTERRUPTED, NOT_CONNECTED, TIMEOUT, USED_UP
from tradelane.desk.gatekeeper import Outcomes

SHORT_WAIT = timedelta(minutes=1)
"""A counterparty that asks for patience up to here is there, and only wants us slower."""

_OWN_WAITS = frozenset({"in_flight", USED_UP, "refresh_busy"})
"""Waits of our own, without a word from the counterparty."""
_AWAY = re.compile(rf"{NOT_CONNECTED}|{TIMEOUT}|{INTERRUPTED}|408|429|5[0-9][0-9]")


class Sign(Enum):
    """What the end of a step says about its counterparty."""

    THERE = "there"
    AWAY = "away"
    NOTHING = "nothing"


def sign_of(error: ApplicationError) -> tuple[Sign, str]:
    """What a failed step says about its counterparty, and which one that is.

    Only silence and busy or broken servers count as away. Other waits are answers: customs has not decided yet, a
    shipment is not shown yet. A page that was not understood may come from anywhere.
    """
    said = error.details[0] if error.details and isinstance(error.details[0], dict) else {}
    party, code = str(said.get("party", "")), str(said.get("code", ""))
    if party in ("", "desk") or code in _OWN_WAITS:
        return Sign.NOTHING, party
    if error.type == "Refused":
        return Sign.THERE, party
    if error.type != "Unavailable":
        return Sign.NOTHING, party
    if not _AWAY.fullmatch(code):
        return Sign.THERE, party
    wait = error.next_retry_delay
    slower = code == "429" and wait is not None and wait <= SHORT_WAIT
    return (Sign.NOTHING if slower else Sign.AWAY), party


class Gatekeeping(Interceptor):
    """Notes how every step of a worker ended."""

    def __init__(self, outcomes: Outcomes) -> None:
        self._outcomes = outcomes

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Called by the SDK when a worker starts."""
        return _Noting(next, self._outcomes)


class _Noting(ActivityInboundInterceptor):
    def __init__(self, following: ActivityInboundInterceptor, outcomes: Outcomes) -> None:
        super().__init__(following)
        self._outcomes = outcomes

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        queue, started = activity.info().task_queue, datetime.now(UTC)
        try:
            reply = await super().execute_activity(input)
        except ApplicationError as error:
            sign, party = sign_of(error)
            if sign is Sign.AWAY:
                self._outcomes.failed(queue, party, started)
            elif sign is Sign.THERE:
                self._outcomes.answered(queue, started)
            raise
        self._outcomes.answered(queue, started)
        return reply

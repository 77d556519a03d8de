"""What a command answers when it cannot do what was asked: one sentence and an exit code from one table."""

from __future__ import annotations

from typing import ClassVar

EXIT_CODES: dict[int, str] = {
    0: "done",
    1: "our fault: something unexpected in tradelane itself",
    2: "wrong usage: the arguments do not fit the command",
    3: "refused by a rule: the order, the hold or the effect does not allow it",
    4: "not there: the engine, a worker, the database or a counterparty does not answer",
    5: "not found: no such order, hold, product, paper",
    6: "stale plan: the order has moved on since the plan was made",
}
"""Code -> meaning; scripts may rely on them."""


class Complaint(Exception):
    """A command that cannot be done; the message is one sentence for the person who typed it."""

    code: ClassVar[int] = 1


class WrongUsage(Complaint):
    """The arguments do not fit."""

    code = 2


class RefusedByRule(Complaint):
    """A rule of the house or of the run said no."""

    code = 3


class NotThere(Complaint):
    """Engine, worker, database or counterparty does not answer."""

    code = 4


class NotFound(Complaint):
    """No such thing."""

    code = 5


class StalePlan(Complaint):
    """A plan was applied to an order that has moved on."""

    code = 6

"""Requests a day, documents a month: a counterparty's limits, counted in one table for all our processes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

from tradelane.domain.trade_time import KOREA
from tradelane.ports import Quotas


class DailyQuota:
    """A quota that is new each midnight in Korea.

    Real time, whatever the pace of trade: the limit belongs to the counterparty's machine. Only KTNET documents a
    limit by the day, and counts days in Korea (docs/counterparties/ktnet.md).
    """

    def __init__(
        self, quotas: Quotas, party: str, most: int, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._quotas = quotas
        self._party = party
        self._most = most
        self._now = now

    async def __call__(self) -> timedelta | None:
        """Spend one request; when none is left, the wait until the next midnight in Korea."""
        moment = self._now().astimezone(KOREA)
        if await asyncio.to_thread(self._quotas.take, self._party, moment.date().isoformat(), self._most):
            return None
        return datetime.combine(moment.date() + timedelta(days=1), time(), KOREA) - moment


class MonthlyQuota:
    """A quota that is new on the first of each month in Korea; real time, and counted under a party of its own.

    KTNET documents 300,000 documents a month (docs/counterparties/ktnet.md).
    """

    def __init__(
        self, quotas: Quotas, party: str, most: int, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._quotas = quotas
        self._party = party
        self._most = most
        self._now = now

    async def __call__(self) -> timedelta | None:
        """Spend one document; when none is left, the wait until the next month begins in Korea."""
        moment = self._now().astimezone(KOREA)
        if await asyncio.to_thread(self._quotas.take, self._party, f"{moment:%Y-%m}", self._most):
            return None
        following = (moment.date().replace(day=1) + timedelta(days=32)).replace(day=1)
        return datetime.combine(following, time(), KOREA) - moment

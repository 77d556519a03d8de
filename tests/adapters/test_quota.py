"""A daily quota: each request spends one, and when none is left nothing is sent until midnight in Korea."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from activities.gatekeeping import Sign, sign_of
from activities.translate import translated
from tests.adapters.counterparty import Counterparty
from tradelane.adapters.errors import Unavailable
from tradelane.adapters.http import Outside, may_arrive_yet, surely_not_done
from tradelane.adapters.quota import DailyQuota
from tradelane.resources import wired
from tradelane.settings import Settings
from tradelane.storage.database import open_database
from tradelane.storage.gates import SqlQuotas
from tradelane.storage.migrations import migrate
from tradelane.stores import open_stores

EVENING = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)
"""22:00 in Korea."""
URL = "https://ktnet.example"


@pytest.fixture
def quotas(tmp_path: Path) -> Iterator[SqlQuotas]:
    database = open_database(f"sqlite:///{tmp_path / 'main.sqlite'}")
    migrate(database, "main")
    yield SqlQuotas(database)
    database.close()


async def test_a_used_up_quota_waits_until_midnight_in_korea_and_sends_nothing(quotas: SqlQuotas) -> None:
    party = Counterparty().answers({}).answers({})
    outside = Outside(party.client(), "ktnet", URL, quota=DailyQuota(quotas, "ktnet", 2, lambda: EVENING))
    for _ in range(2):
        await outside.send("GET", "/a")
    with pytest.raises(Unavailable, match="requests to ktnet are used up") as failure:
        await outside.send("GET", "/a")
    assert (failure.value.code, failure.value.wait) == ("quota", timedelta(hours=2))
    assert len(party.requests) == 2
    assert quotas.used("ktnet", "2026-11-20") == 2


async def test_a_write_that_met_the_quota_certainly_left_no_trace(quotas: SqlQuotas) -> None:
    """Else the fence would keep the next try away, and the desk would be asked what happened."""
    outside = Outside(Counterparty().client(), "ktnet", URL, quota=DailyQuota(quotas, "ktnet", 0, lambda: EVENING))
    with pytest.raises(Unavailable) as failure:
        await outside.send("POST", "/a", json_body={})
    assert surely_not_done(failure.value)
    assert not may_arrive_yet(failure.value)
    error = translated(failure.value)
    assert error.next_retry_delay == timedelta(hours=2), "the step waits, it does not hold"
    assert sign_of(error) == (Sign.NOTHING, "ktnet"), "and no gate closes for it"


async def test_the_next_day_in_korea_begins_a_new_quota(quotas: SqlQuotas) -> None:
    now = [EVENING]
    quota = DailyQuota(quotas, "ktnet", 1, lambda: now[0])
    assert await quota() is None
    assert await quota() == timedelta(hours=2)
    now[0] += timedelta(hours=2)
    assert await quota() is None, "it is 21 November in Korea, and still the 20th in UTC"
    assert quotas.used("ktnet", "2026-11-21") == 1


async def test_requests_sent_at_once_share_what_is_left(quotas: SqlQuotas) -> None:
    async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200))) as client:
        outside = Outside(client, "ktnet", URL, quota=DailyQuota(quotas, "ktnet", 7, lambda: EVENING))
        ended = await asyncio.gather(*(outside.send("GET", "/a") for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(one, Unavailable) for one in ended) == 13


@pytest.mark.parametrize(("most", "code"), [(1, "quota"), (0, "503")])
async def test_the_setting_reaches_ktnet_and_nought_counts_nothing(tmp_path: Path, most: int, code: str) -> None:
    settings = Settings(data_dir=tmp_path, ktnet_url=URL, ktnet_daily_calls=most)
    party = Counterparty()
    for _ in range(2):
        party.answers({}, status=503)
    with open_stores(settings) as stores:
        filing = wired(settings, stores, party.client()).filing
        for expected in ("503", code):
            with pytest.raises(Unavailable) as failure:
                await filing.status("A-1", "haneul")
            assert failure.value.code == expected

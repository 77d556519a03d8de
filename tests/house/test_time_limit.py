"""A test that takes too long fails alone: what it opened is closed, and the tests that follow go on."""

from __future__ import annotations

import asyncio

import pytest

from tests.conftest import LAST_RESORT, within


async def test_a_test_out_of_time_closes_what_it_has_opened() -> None:
    closed: list[str] = []

    async def hangs(name: str) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0)  # closing takes turns of the loop too
            closed.append(name)

    with pytest.raises(TimeoutError):
        await within(hangs, 0.01)("installation")
    assert closed == ["installation"]


@pytest.mark.timeout(7)
async def test_the_signal_of_pytest_timeout_comes_only_after_that(request: pytest.FixtureRequest) -> None:
    """Raised inside a step of the engine's SDK it would stop the worker, and every later test, for ever."""
    marker = request.node.get_closest_marker("timeout")
    assert marker is not None
    assert marker.args == (2 * 7 + LAST_RESORT,)

"""One installation without engine for the tests of a file."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.adapters.office import Office, open_office


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    """Activities and adapters against the simulators over sockets."""
    async with open_office(tmp_path_factory.mktemp("office")) as opened:
        yield opened

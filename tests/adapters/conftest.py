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


@pytest_asyncio.fixture(scope="class", loop_scope="session")
async def carrier_office(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    """The same with the carrier that the class of tests is about."""
    name = request.cls.name
    async with open_office(tmp_path_factory.mktemp(name), transport=name) as opened:
        yield opened

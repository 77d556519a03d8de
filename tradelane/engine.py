"""Connecting to the engine: one place for address, data converter and retries of the first connection."""

from __future__ import annotations

import asyncio
from typing import Any

from temporalio.client import Client
from temporalio.converter import DataConverter
from temporalio.envconfig import ClientConfig
from temporalio.service import RPCError

from tradelane.settings import Settings


def external_engine() -> dict[str, Any] | None:
    """Connection settings of an engine named by `TEMPORAL_*` or a profile, or None for the embedded one."""
    config = dict(ClientConfig.load_client_connect_config())
    return config if config.get("target_host") else None


def engine_address(settings: Settings) -> str:
    external = external_engine()
    return str(external["target_host"]) if external else f"{settings.host}:{settings.engine_port}"


async def connect(settings: Settings, converter: DataConverter, *, patience: float = 10.0) -> Client:
    """Connect, waiting up to `patience` seconds for an engine that is still starting.

    Raises:
        RuntimeError: the engine did not answer (`temporalio` raises it for a refused connection).
    """
    external = external_engine() or {}
    target = external.pop("target_host", f"{settings.host}:{settings.engine_port}")
    options = {"namespace": settings.namespace, **external}
    deadline = asyncio.get_running_loop().time() + patience
    while True:
        try:
            return await Client.connect(target, data_converter=converter, **options)
        except (RuntimeError, RPCError):
            if asyncio.get_running_loop().time() >= deadline:
                raise
            await asyncio.sleep(0.2)

"""An open desk: settings, stores and a connection to the engine, for the length of one command."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from temporalio.client import Client
from temporalio.service import RPCError

from tradelane.desk.complaints import NotThere
from tradelane.engine import connect, engine_address
from tradelane.resources import Resources, open_resources
from tradelane.settings import Settings

PATIENCE = 2.0
"""Seconds a command waits for an engine that does not answer."""


@dataclass(frozen=True)
class Desk:
    """What the commands work with."""

    settings: Settings
    resources: Resources
    client: Client


@asynccontextmanager
async def open_desk(settings: Settings) -> AsyncIterator[Desk]:
    """Open stores and engine.

    Raises:
        NotThere: the engine does not answer.
    """
    async with opened_resources(settings) as resources:
        try:
            client = await connect(settings, resources.data_converter, patience=PATIENCE)
        except (RuntimeError, RPCError) as silence:
            raise NotThere(
                f"The engine at {engine_address(settings)} does not answer; "
                "start everything with `tradelane up`, or name another engine with TEMPORAL_ADDRESS."
            ) from silence
        yield Desk(settings, resources, client)


@asynccontextmanager
async def opened_resources(settings: Settings) -> AsyncIterator[Resources]:
    """Open the stores alone, for commands that need no engine."""
    resources = open_resources(settings)
    try:
        yield resources
    finally:
        await resources.close()

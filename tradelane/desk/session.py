"""An open desk: settings, stores and a connection to the engine, for the length of one command."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from temporalio.client import Client
from temporalio.service import RPCError

from tradelane.desk.complaints import NotThere
from tradelane.engine import connect, engine_address
from tradelane.settings import Settings
from tradelane.stores import Stores, open_stores

PATIENCE = 2.0
"""Seconds a command waits for an engine that does not answer."""


@dataclass(frozen=True)
class Desk:
    """What the commands work with."""

    settings: Settings
    stores: Stores
    client: Client


@asynccontextmanager
async def open_desk(settings: Settings) -> AsyncIterator[Desk]:
    """Open stores and engine.

    Raises:
        NotThere: the engine does not answer.
    """
    with open_stores(settings) as stores:
        try:
            client = await connect(settings, stores.converter, patience=PATIENCE)
        except (RuntimeError, RPCError) as silence:
            raise NotThere(
                f"The engine at {engine_address(settings)} does not answer; "
                "start everything with `tradelane up`, or name another engine with TEMPORAL_ADDRESS."
            ) from silence
        yield Desk(settings, stores, client)

"""Composition root of the service: `python -m tradelane.service` serves webhooks, relay, codec server and health."""

from __future__ import annotations

import asyncio
import secrets
import sys

import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

from tradelane.engine import connect
from tradelane.resources import Resources, open_resources
from tradelane.service.app import create_app
from tradelane.service.health import Probes
from tradelane.service.relay import Relay
from tradelane.service.routing import Router
from tradelane.service.starter import TemporalStarter
from tradelane.settings import Settings
from tradelane.storage.keys import secret_file
from tradelane.telemetry import configure_logging


def webhook_secret(settings: Settings) -> str:
    """The unguessable end of the Mercado Libre webhook's path: from the settings, or made once and kept."""
    given: SecretStr = settings.webhook_secret
    if given.get_secret_value():
        return given.get_secret_value()
    return secret_file(settings.data_dir / "webhook.secret", lambda: secrets.token_urlsafe(24))


def service(resources: Resources, starter: TemporalStarter) -> FastAPI:
    """The service on open resources and a connected engine."""
    settings = resources.settings
    router = Router(
        consignments=resources.consignments,
        sellers=resources.sellers,
        watches=resources.watches,
        marketplace=resources.marketplace,
        starter=starter,
    )
    ui = [f"http://{host}:{settings.ui_port}" for host in ("localhost", "127.0.0.1", settings.host)]
    return create_app(
        inbox=resources.inbox,
        vault=resources.stores.vault,
        probes=Probes(database=resources.stores.alive, engine=starter.reachable),
        webhook_secret=webhook_secret(settings),
        seventeentrack_key=settings.seventeentrack_token.get_secret_value(),
        application_id=settings.mercadolibre_application_id,
        relay=Relay(resources.inbox, router),
        ui_origins=tuple(dict.fromkeys([*ui, *filter(None, settings.ui_origins.split(","))])),
        codec_token=settings.codec_token.get_secret_value(),
    )


async def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM."""
    configure_logging()
    async with open_resources(settings) as resources:
        client = await connect(settings, resources.converter, patience=60)
        config = uvicorn.Config(
            service(resources, TemporalStarter(client)),
            host=settings.host,
            port=settings.service_port,
            log_level="warning",
            access_log=False,
        )
        await uvicorn.Server(config).serve()


def main() -> None:
    """Run the service; a missing engine is one line and exit code 4."""
    try:
        asyncio.run(serve(Settings()))
    except RuntimeError as failure:
        print(f"The service cannot start: {failure}", file=sys.stderr)  # noqa: T201 (a process's last word)
        sys.exit(4)


if __name__ == "__main__":
    main()

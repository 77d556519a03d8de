"""What an installation with simulated counterparties needs before its first sale: credentials, brands, webhooks."""

from __future__ import annotations

import secrets
from datetime import datetime

from pydantic import SecretStr

from tradelane.demo import load
from tradelane.demo.stage import StageDoor, introduced
from tradelane.settings import Settings
from tradelane.storage.keys import secret_file
from tradelane.stores import open_stores


def open_stage(settings: Settings, go_live: datetime) -> Settings:
    """Introduce us to the simulators, fill an empty catalogue with the invented brands, point the pushes at us.

    Gives the settings with the credentials the simulators accept; worker and service must be started with those.
    """
    with StageDoor(settings.simulators_url) as door:
        known = introduced(settings, door)
        if not settings.seventeentrack_url:
            door.push_tracking_to(f"http://{settings.host}:{settings.service_port}/webhooks/17track")
        application = None if settings.mercadolibre_url else door.application()
    with open_stores(known) as stores:
        if not stores.catalogue.all() and not stores.sellers.all():
            load.fill(
                load.brands(),
                go_live,
                catalogue=stores.catalogue,
                exporter_store=stores.exporters,
                seller_store=stores.sellers,
            )
        for permission in application.sellers if application else ():
            if stores.sellers.get(str(permission.user_id)) is not None:
                load.grant(stores.sellers, str(permission.user_id), permission.refresh_token)
    return known


def with_webhook_secret(settings: Settings) -> Settings:
    """Settings with the secret of the webhook's path: the one given, else the one kept under `data_dir`."""
    if settings.webhook_secret.get_secret_value():
        return settings
    kept = secret_file(settings.data_dir / "webhook.secret", lambda: secrets.token_urlsafe(24))
    return settings.model_copy(update={"webhook_secret": SecretStr(kept)})


def webhook_address(settings: Settings) -> str:
    """Where Mercado Libre posts to; the last part is a secret."""
    secret = settings.webhook_secret.get_secret_value()
    return f"http://{settings.host}:{settings.service_port}/webhooks/mercadolibre/{secret}"

"""What an installation with simulated counterparties needs before its first sale: credentials, brands, webhooks."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from tradelane.demo import load
from tradelane.demo.base_rates import LONGEST_DEMO, load_demo_rates
from tradelane.demo.party_lists import AGELESS_DAYS, load_demo_lists
from tradelane.demo.stage import StageDoor, introduced
from tradelane.domain.trade_time import today_in_korea
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
            load_demo_rates(stores, today_in_korea(go_live), today_in_korea(go_live + LONGEST_DEMO))
        for permission in application.sellers if application else ():
            if stores.sellers.get(str(permission.user_id)) is not None:
                load.grant(stores.sellers, str(permission.user_id), permission.refresh_token)
        clock = stores.clock.read()
        # not of today: a real list that is tried out may be some days old, and none gives way to an older one
        load_demo_lists(stores, today_in_korea(clock.at(datetime.now(UTC))) - timedelta(days=14))
    if clock.pace > 1 and "screening_max_age_days" not in settings.model_fields_set:
        known = known.model_copy(update={"screening_max_age_days": AGELESS_DAYS})
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

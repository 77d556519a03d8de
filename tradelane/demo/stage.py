"""The stage of the simulated counterparties as their user sees it: keys, sales, webhooks, ledger.

Only `up` and `demo` call it; no step of a journey knows that it exists.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import httpx
from pydantic import BaseModel, ConfigDict, SecretStr

from tradelane.settings import Settings

PATIENCE = 20.0


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class SoldOrder(_Told):
    """One order the simulated marketplace has sold, with the fate written for it."""

    order_id: str
    shipment_id: str
    pack_id: str | None
    scenario: str
    expects: str
    """Final state the order should reach: `delivered` or `cancelled`."""
    skus: tuple[str, ...]


class LedgerRow(_Told):
    """One request that acted at a counterparty, as the counterparty itself wrote it down."""

    seq: int
    counterparty: str
    operation: str
    reference: str
    at: datetime
    detail: dict[str, object]


class Grant(_Told):
    """A seller's permission for our application: a refresh token that works once."""

    user_id: int
    refresh_token: str


class Application(_Told):
    """Our application at the simulated marketplace."""

    application_id: int
    client_id: str
    client_secret: str
    sellers: tuple[Grant, ...]


class StageDoor:
    """Calls `/_stage` of a simulators process.

    Raises:
        httpx.HTTPError: the stage does not answer, or not well.
    """

    def __init__(self, simulators_url: str) -> None:
        self._client = httpx.Client(base_url=f"{simulators_url}/_stage", timeout=PATIENCE)

    def __enter__(self) -> StageDoor:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def application(self) -> Application:
        """Client id, secret and a working refresh token per seller."""
        return Application.model_validate(self._get("/mercadolibre/tokens"))

    def tracking_key(self) -> str:
        """The key of our 17TRACK account, which also signs the pushes."""
        account = self._get("/17track/account")
        assert isinstance(account, dict)
        return str(account["key"])

    def push_tracking_to(self, url: str) -> None:
        """Let 17TRACK push to this address."""
        self._client.post("/17track/webhook", json={"url": url}).raise_for_status()

    def seed(self, orders: int, seed: int, spread_days: float, webhook_url: str) -> tuple[SoldOrder, ...]:
        """Sell a mixture; notices of all that happens go to the webhook. The same wish sells nothing twice."""
        wish = {"orders": orders, "seed": seed, "spread_days": spread_days, "webhook_url": webhook_url}
        answer = self._client.post("/mercadolibre/seed", json=wish)
        answer.raise_for_status()
        return tuple(SoldOrder.model_validate(one) for one in answer.json())

    def ledger(self) -> tuple[LedgerRow, ...]:
        """Everything that acted, in order."""
        told = self._get("/ledger")
        assert isinstance(told, dict)
        return tuple(LedgerRow.model_validate(row) for row in told["rows"])

    def _get(self, path: str) -> object:
        answer = self._client.get(path)
        answer.raise_for_status()
        return answer.json()


SELECTION_CODES: Mapping[str, Literal["documents", "inspection"]] = {"21": "documents", "31": "inspection"}
"""What the simulated KTNET's codes of a selection result mean; customs publishes none."""


def introduced(settings: Settings, door: StageDoor) -> Settings:
    """Settings with what the simulators made up for us; the other simulated keys are the settings' defaults."""
    known: dict[str, object] = {}
    if not settings.mercadolibre_url:
        application = door.application()
        known["mercadolibre_client_id"] = application.client_id
        known["mercadolibre_client_secret"] = SecretStr(application.client_secret)
    if not settings.seventeentrack_url:
        known["seventeentrack_token"] = SecretStr(door.tracking_key())
    if not settings.ktnet_url:
        known["ktnet_selection_codes"] = {**SELECTION_CODES, **settings.ktnet_selection_codes}
    return settings.model_copy(update=known)

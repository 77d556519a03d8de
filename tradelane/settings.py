"""Settings: one place, from the environment (`TRADELANE_*`) and defaults that run on a laptop.

The engine's address, namespace and TLS come from Temporal's own settings (`TEMPORAL_*` variables or a profile), read
by `temporalio.envconfig`; when neither is set, the embedded engine on `engine_port` is used.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from urllib.parse import quote

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from tradelane.adapters.listing import carriers
from tradelane.domain.addressees import read_addressees
from tradelane.domain.language import Language
from tradelane.domain.papers import Incoterm
from tradelane.domain.planning import LaneTerms


class Channel(StrEnum):
    """How filing is served: by the documented protocol, or by a person."""

    PROTOCOL = "protocol"
    MANUAL = "manual"


class Settings(BaseSettings):
    """Everything that differs between a laptop, a test and production."""

    model_config = SettingsConfigDict(
        env_prefix="TRADELANE_",
        env_nested_delimiter="__",
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,  # it may be a secret
    )

    data_dir: Path = Path(".tradelane")
    """Databases, documents, clock record, process ids and keys of an embedded installation."""
    database_url: str = ""
    """SQLAlchemy URL; empty = SQLite under `data_dir`."""
    inbox_url: str = ""
    """SQLAlchemy URL of the inbox; empty = its own SQLite file under `data_dir`."""
    master_key: SecretStr | None = None
    """Base64 of 32 bytes that wrap the data keys; empty = a file under `data_dir`, made on first use."""

    # processes
    host: str = "127.0.0.1"
    engine_port: int = 7233
    ui_port: int = 8233
    metrics_port: int = 7234
    service_port: int = 8080
    simulators_port: int = 8090
    namespace: str = "default"
    max_cached_workflows: int = 1000

    # journeys
    shadow: bool = False
    """Render and decide, but file, book and publish nothing."""
    pace: float = 1.0
    incoterm: Incoterm = Incoterm.FCA
    incoterm_place: str = "Incheon Airport, Korea"
    packing_by_estimate: bool = False
    rut_required: bool = True
    language: Language = Language.ENGLISH
    """In which operators read holds, details, notices and pick lists."""

    codec_token: SecretStr = SecretStr("")
    """Bearer token of the codec server; empty = it answers callers on this machine only."""
    ui_origins: str = ""
    """Origins of other Temporal UIs that may ask the codec server, separated by commas."""

    # channels
    filing: Channel = Channel.PROTOCOL
    transport: str = "mydhl"
    """The carrier: a package of `tradelane/adapters` with a plug, whose own settings are `TRADELANE_<NAME>_*`."""
    look_before_write: bool = True
    """Never switch this off outside the test that shows why: without it a lost reply doubles an effect."""

    write_fence_seconds: float = 30.0
    """Real time after which no request of a lost try can still arrive: longer than any adapter waits for an answer."""

    # gates: closed by themselves while a counterparty is away; real time, they belong to machines
    gate_after_failures: int = Field(default=10, ge=1)
    gate_after_seconds: float = Field(default=120.0, ge=0)
    """At least so long between the first and the last of those failures."""
    gate_probe_seconds: float = Field(default=60.0, gt=0)
    gate_probe_rate: float = Field(default=0.5, gt=0)
    gate_drain_rate: float = Field(default=5.0, gt=0)

    # notices; without chat and mail they go to the log
    notify_chat_url: SecretStr = SecretStr("")
    """Incoming webhook of a chat (Slack, Mattermost, Discord with `/slack` at its end)."""
    notify_smtp_host: str = ""
    notify_smtp_port: int = 587
    notify_smtp_user: str = ""
    notify_smtp_password: SecretStr = SecretStr("")
    notify_smtp_starttls: bool = True
    notify_smtp_from: str = Field(default="", validate_default=True)
    notify_to: str = Field(default="", validate_default=True)
    """Desk -> mail address, as JSON or as `desk=address,...`; `*` stands for every other desk."""
    notify_digest_hour: int = Field(default=9, ge=0, le=23)
    """Hour of the Korean trade day from which each desk gets its list."""

    # doors
    webhook_secret: SecretStr = SecretStr("")
    """Unguessable path of the Mercado Libre webhook; empty = made on first use under `data_dir`."""

    # counterparties; an empty address = the simulators of this installation, whose invented keys are the defaults
    mercadolibre_url: str = ""
    mercadolibre_client_id: str = "tradelane-demo"
    mercadolibre_client_secret: SecretStr = SecretStr("simulated")
    mercadolibre_application_id: str = ""
    ktnet_url: str = ""
    ktnet_api_key: SecretStr = SecretStr("ktnet-demo-key")
    ktnet_key_header: str = "X-API-KEY"
    ktnet_mall_id: str = "TRADELANE"
    ktnet_daily_calls: int = Field(default=10_000, ge=0)
    """Requests on one day in Korea, as KTNET documents; 0 = not counted."""
    unipass_url: str = ""
    unipass_key_rates: SecretStr = SecretStr("unipass-demo-key-012")
    unipass_key_export: SecretStr = SecretStr("unipass-demo-key-002")
    seventeentrack_url: str = ""
    seventeentrack_token: SecretStr = SecretStr("simulated")
    seventeentrack_carrier: int = Field(default=0, ge=0)
    """17TRACK's key of the carrier; 0 = as the carrier's plug says."""

    @field_validator("transport")
    @classmethod
    def _is_plugged_in(cls, given: str) -> str:
        name = "mydhl" if given == Channel.PROTOCOL else str(given)
        if name not in carriers():
            raise ValueError(f"no carrier is called {name!r}; there are {', '.join(carriers())}")
        return name

    @field_validator("notify_chat_url")
    @classmethod
    def _is_webhook(cls, url: SecretStr) -> SecretStr:
        if url.get_secret_value() and not url.get_secret_value().startswith(("https://", "http://")):
            raise ValueError("the address of a webhook begins with https://")
        return url

    @field_validator("notify_smtp_from", "notify_to")
    @classmethod
    def _mail_is_whole(cls, given: str, info: ValidationInfo) -> str:
        if info.field_name == "notify_to":
            read_addressees(given)
        if info.data.get("notify_smtp_host") and not given.strip():
            raise ValueError("TRADELANE_NOTIFY_SMTP_HOST is set, and mail wants a sender and addressees")
        return given

    @property
    def notify_addresses(self) -> dict[str, str]:
        """Desk -> mail address; the desk `*` stands for every other."""
        return read_addressees(self.notify_to)

    def terms(self) -> LaneTerms:
        return LaneTerms(
            incoterm=self.incoterm,
            place=self.incoterm_place,
            packing_by_estimate=self.packing_by_estimate,
            rut_required=self.rut_required,
        )

    @property
    def simulators_url(self) -> str:
        return f"http://{self.host}:{self.simulators_port}"

    @property
    def orders_page(self) -> str:
        """The Temporal UI's list of orders: sweeps are runs too, and would bury them."""
        query = quote('`WorkflowType`="FulfilOrder"')
        return f"http://{self.host}:{self.ui_port}/namespaces/{self.namespace}/workflows?query={query}"

    @property
    def main_database(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'tradelane.sqlite'}"

    @property
    def inbox_database(self) -> str:
        return self.inbox_url or f"sqlite:///{self.data_dir / 'inbox.sqlite'}"

    @property
    def documents_dir(self) -> Path:
        return self.data_dir / "documents"

    @property
    def clock_file(self) -> Path:
        return self.data_dir / "clock.json"

    @property
    def worker_pid_file(self) -> Path:
        return self.data_dir / "worker.pid"

"""Settings: one place, from the environment (`TRADELANE_*`) and defaults that run on a laptop.

The engine's address, namespace and TLS come from Temporal's own settings (`TEMPORAL_*` variables or a profile), read
by `temporalio.envconfig`; when neither is set, the embedded engine on `engine_port` is used.
"""

from __future__ import annotations

import re
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from tradelane.adapters.listing import carriers
from tradelane.domain.addressees import read_addressees
from tradelane.domain.carriage import CarriageCosts, unfit_for_air
from tradelane.domain.catalogue import FilingChannel
from tradelane.domain.language import Language
from tradelane.domain.loading_port import checked_place
from tradelane.domain.papers import Incoterm
from tradelane.domain.planning import LaneTerms


class Channel(StrEnum):
    """How something is served: by the documented protocol, or by a person; filing also by a broker or the carrier."""

    PROTOCOL = "protocol"
    MANUAL = "manual"
    BROKER = "broker"
    CARRIER = "carrier"


FILING = {
    Channel.PROTOCOL: FilingChannel.KTNET,
    Channel.MANUAL: FilingChannel.MANUAL,
    Channel.BROKER: FilingChannel.BROKER,
    Channel.CARRIER: FilingChannel.CARRIER,
}
"""The setting -> the way to customs of exporters that have none of their own."""


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
    freight_base_krw: Decimal = Field(default=Decimal(0), ge=0, le=100_000_000)
    """What the forwarder takes for a parcel, in won; 0 = not known. Needed for CPT, CIP, DAP, DPU and DDP."""
    freight_per_kg_krw: Decimal = Field(default=Decimal(0), ge=0, le=100_000_000)
    """And for each kilogram of gross weight."""
    insurance_permille: Decimal = Field(default=Decimal(0), ge=0, lt=1000)
    """Thousandths of the price that insurance costs; 0 = not known. Needed for CIP, DAP, DPU and DDP."""
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
    """Of exporters without a way of their own: KTNET (also written `ktnet`), a broker, the carrier's list, a person."""
    customs: Channel = Channel.PROTOCOL
    """Who reads customs: UNI-PASS's interface, or a person who types rates, requirements and loadings."""
    transport: str = "mydhl"
    """The carrier: a package of `tradelane/adapters` with a plug, whose own settings are `TRADELANE_<NAME>_*`."""
    look_before_write: bool = True
    """Never switch this off outside the test that shows why: without it a lost reply doubles an effect."""

    write_fence_seconds: float = 30.0
    """Real time after which no request of a lost try can still arrive: longer than any adapter waits for an answer."""

    # screening of parties, before filing and again before handover
    screening_lists: str = "UN,OFAC,EU,KR"
    """Lists of restricted parties that must be there; others that were imported are compared too."""
    screening_threshold: Decimal = Field(default=Decimal(88), ge=75, le=100)
    """Score from which a name is a hit; equal names are 100."""
    screening_max_age_days: int = Field(default=30, ge=1)
    """Trade days after a list's own date on which it is still good enough."""

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
    ktnet_monthly_documents: int = Field(default=300_000, ge=0)
    """Declarations and requests to change them in one month in Korea, as KTNET documents; 0 = not counted."""
    ktnet_loading_port: str = "KRICN"
    """적재항: UN/LOCODE of the place where goods leave; KRICN is Incheon airport, KRINC the sea port."""
    ktnet_loading_port_type: str = Field(default="3", validate_default=True)
    """3 an airport, 6 a sea port."""
    ktnet_selection_codes: dict[str, Literal["automatic", "documents", "inspection"]] = {}
    """Code of a selection result (GOVCBRR73) -> what it means; not published, so none is known."""
    unipass_url: str = ""
    unipass_keys: dict[str, SecretStr] = {}
    """Key of each service by its name (`API012`); the simulator's own need not be given."""
    unipass_ca_file: Path | None = None
    """PEM with the intermediate certificate that UNI-PASS's server leaves out; verification is never switched off."""
    seventeentrack_url: str = ""
    seventeentrack_token: SecretStr = SecretStr("simulated")
    seventeentrack_carrier: int = Field(default=0, ge=0)
    """17TRACK's key of the carrier; 0 = as the carrier's plug says."""

    @field_validator("incoterm", mode="before")
    @classmethod
    def _is_of_2020(cls, given: object) -> object:
        if str(given).strip().upper() == "DAT":
            raise ValueError("DAT left the Incoterms in 2020; its place was taken by DPU")
        return given

    @field_validator("incoterm")
    @classmethod
    def _suits_air(cls, given: Incoterm) -> Incoterm:
        if fault := unfit_for_air(given):
            raise ValueError(fault)
        return given

    @field_validator("filing", mode="before")
    @classmethod
    def _by_its_name(cls, given: object) -> object:
        return Channel.PROTOCOL if str(given).strip().lower() == FilingChannel.KTNET.value else given

    @field_validator("customs")
    @classmethod
    def _reads(cls, given: Channel) -> Channel:
        if given not in (Channel.PROTOCOL, Channel.MANUAL):
            raise ValueError(f"customs is read by protocol or manual, not by {given.value}")
        return given

    @field_validator("ktnet_loading_port_type")
    @classmethod
    def _loads_where_it_says(cls, given: str, info: ValidationInfo) -> str:
        checked_place(str(info.data.get("ktnet_loading_port", "")), given)
        return given

    @field_validator("transport")
    @classmethod
    def _is_plugged_in(cls, given: str) -> str:
        name = "mydhl" if given == Channel.PROTOCOL else str(given)
        if name not in carriers():
            raise ValueError(f"no carrier is called {name!r}; there are {', '.join(carriers())}")
        return name

    @field_validator("unipass_keys")
    @classmethod
    def _names_services(cls, given: dict[str, SecretStr]) -> dict[str, SecretStr]:
        """`API012`, `api012` (as nested variables arrive) and `012` are one service."""
        named = {f"API{name.strip().upper().removeprefix('API')}": key for name, key in given.items()}
        for name in named:
            if not re.fullmatch(r"API[0-9]{3}", name):
                raise ValueError(f"{name} is no service of UNI-PASS; services are API and three digits, such as API012")
        return named

    @field_validator("unipass_ca_file")
    @classmethod
    def _holds_certificates(cls, given: Path | None) -> Path | None:
        if given is not None:
            try:
                found = given.read_text(encoding="ascii", errors="replace")
            except OSError as missing:
                raise ValueError(f"the file cannot be read: {missing.strerror}") from missing
            if "-----BEGIN CERTIFICATE-----" not in found:
                raise ValueError("the file holds no certificate in PEM form")
        return given

    @field_validator("screening_lists")
    @classmethod
    def _names_lists(cls, given: str) -> str:
        if not all(name.strip() for name in given.split(",")):
            raise ValueError("name at least one list, separated by commas, such as UN,OFAC,EU,KR")
        return given

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
    def required_lists(self) -> tuple[str, ...]:
        """Names of the lists without which nobody is screened."""
        return tuple(dict.fromkeys(name.strip().upper() for name in self.screening_lists.split(",")))

    @property
    def notify_addresses(self) -> dict[str, str]:
        """Desk -> mail address; the desk `*` stands for every other."""
        return read_addressees(self.notify_to)

    @property
    def filing_channel(self) -> FilingChannel:
        """The way to customs of exporters that have none of their own."""
        return FILING[self.filing]

    def terms(self) -> LaneTerms:
        return LaneTerms(
            incoterm=self.incoterm,
            place=self.incoterm_place,
            packing_by_estimate=self.packing_by_estimate,
            rut_required=self.rut_required,
            carriage_costs=CarriageCosts(
                freight_base_krw=self.freight_base_krw,
                freight_per_kg_krw=self.freight_per_kg_krw,
                insurance_permille=self.insurance_permille,
            ),
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

"""One question to UNI-PASS: the key of its service, one GET, an XML answer that was checked. Nothing here can write."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path

import httpx
from pydantic import BaseModel, ConfigDict, SecretStr

from tradelane.adapters.errors import Refused
from tradelane.adapters.http import Outside
from tradelane.adapters.unipass.services import SERVICES, Service
from tradelane.adapters.unipass.wire import PARTY, Document, document
from tradelane.domain.holds import Fault


class UnipassAccess(BaseModel):
    """Keys by service (`API012`, `API002`), each requested on the user's own UNI-PASS account."""

    model_config = ConfigDict(frozen=True)

    base_url: str = "https://unipass.customs.go.kr:38010/ext/rest"
    keys: Mapping[str, SecretStr]


def demo_keys() -> dict[str, SecretStr]:
    """The keys of the simulator; they open nothing else."""
    return {one.number: SecretStr(f"unipass-demo-key-{one.number.removeprefix('API')}") for one in SERVICES}


def verified(ca_file: Path) -> ssl.SSLContext:
    """TLS that trusts what httpx trusts and the certificates of a file: the server leaves its intermediate out.

    Certificate and host name are always checked. `OSError` or `ssl.SSLError` when the file cannot be used.
    """
    context = httpx.create_ssl_context()
    context.load_verify_locations(cafile=str(ca_file))
    return context


def mounts(base_url: str, ca_file: Path | None) -> dict[str, httpx.AsyncBaseTransport] | None:
    """For `httpx.AsyncClient(mounts=...)`: only UNI-PASS's own address is reached with the further certificates."""
    if ca_file is None or not base_url.startswith("https://"):
        return None
    url = httpx.URL(base_url)
    place = f"https://{url.host}" + (f":{url.port}" if url.port else "")
    return {place: httpx.AsyncHTTPTransport(verify=verified(ca_file))}


class UnipassClient:
    """Asks services of UNI-PASS; the only verb is GET."""

    def __init__(self, access: UnipassAccess, http: httpx.AsyncClient) -> None:
        self._access = access
        self._outside = Outside(http, PARTY, access.base_url)

    def knows(self, service: Service) -> bool:
        """Whether there is a key for a service."""
        return bool(self._key(service))

    async def ask(self, service: Service, query: Mapping[str, str], *, verdict: bool = False) -> Document:
        """Ask one service. Parameters without a value are left out.

        Raises:
            Refused: code `no_key` (nothing was sent) or `key`, naming the variable; `rejected` in their words.
            Unavailable, Garbled: as `wire.document` says.
        """
        key = self._key(service)
        if not key:
            words = f"There is no key for service {service.number} ({service.about}); set {service.variable}."
            raise Refused(PARTY, "no_key", words, fault=Fault.OURS)
        keyed = {"crkyCn": key, **{name: value for name, value in query.items() if value}}
        answer = await self._outside.send("GET", service.path, query=keyed, headers={"Accept": "application/xml"})
        try:
            return document(answer.body, service, verdict=verdict)
        except Refused as refusal:
            if refusal.code != "key":
                raise
            words = f"{refusal.words} Check {service.variable}."
            raise Refused(PARTY, refusal.code, words, fault=Fault.OURS) from refusal

    def _key(self, service: Service) -> str:
        secret = self._access.keys.get(service.number)
        return secret.get_secret_value().strip() if secret is not None else ""

"""TLS to UNI-PASS is always verified: a server that leaves its intermediate out is reached with a file, never without.

Real certificates and real sockets on this machine; the authorities are invented and live for one test.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from tests.adapters.unipass_answers import rate, rates
from tests.house.tree import named, shipped_sources
from tradelane.adapters.errors import Unavailable
from tradelane.adapters.unipass import UnipassAccess, UnipassCustoms, mounts
from tradelane.adapters.unipass.client import verified

DAY = dt.date(2026, 11, 24)


@dataclass(frozen=True)
class Signed:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)


def sign(name: str, by: Signed | None, *, authority: bool) -> Signed:
    """A certificate of a name, signed by another or by itself; of this machine's address when it is no authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer = by.certificate.subject if by else subject
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key((by.key if by else key).public_key()), critical=False
        )
    )
    if not authority:
        names = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
        builder = builder.add_extension(names, critical=False)
    return Signed(builder.sign(by.key if by else key, hashes.SHA256()), key)


@dataclass(frozen=True)
class Chain:
    """Root, intermediate and server; files of the first two, and of the server alone."""

    folder: Path
    root: Path
    bundle: Path
    server: Path
    key: Path


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Chain:
    folder = tmp_path_factory.mktemp("tls")
    root = sign("Root of a test", None, authority=True)
    middle = sign("Intermediate of a test", root, authority=True)
    server = sign("Server of a test", middle, authority=False)
    made = Chain(folder, folder / "root.pem", folder / "bundle.pem", folder / "server.pem", folder / "server.key")
    made.root.write_bytes(root.pem)
    made.bundle.write_bytes(middle.pem + root.pem)
    made.server.write_bytes(server.pem)  # alone, as UNI-PASS's server sends it
    made.key.write_bytes(
        server.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return made


@contextlib.asynccontextmanager
async def serving(chain: Chain) -> AsyncIterator[int]:
    """A server with the certificate; gives its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain.server, chain.key)
    body = rates(rate()).encode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, ssl.SSLError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
            writer.close()
            await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


async def asked(url: str, ca_file: Path | None) -> str:
    access = UnipassAccess(base_url=url, keys={"API012": SecretStr("key-of-012")})
    async with httpx.AsyncClient(mounts=mounts(url, ca_file), trust_env=False) as http:
        return str((await UnipassCustoms(access, http).export_rate(DAY, "USD")).krw_per_unit)


async def test_trap_16_a_server_without_its_intermediate_is_reached_with_the_file_and_only_then(chain: Chain) -> None:
    async with serving(chain) as port:
        url = f"https://127.0.0.1:{port}/ext/rest"
        assert await asked(url, chain.bundle) == "1389.57"
        with pytest.raises(Unavailable) as failure:
            await asked(url, None)
        assert failure.value.code == "not_connected"
        with pytest.raises(Unavailable):  # the root alone does not reach it either: the intermediate is what lacks
            await asked(url, chain.root)


async def test_trap_16_a_name_that_is_not_on_the_certificate_is_refused(chain: Chain) -> None:
    async with serving(chain) as port:
        with pytest.raises(Unavailable):
            await asked(f"https://localhost:{port}/ext/rest", chain.bundle)


def test_trap_16_the_file_adds_trust_and_takes_no_check_away(chain: Chain) -> None:
    context = verified(chain.bundle)
    assert context.verify_mode is ssl.CERT_REQUIRED and context.check_hostname
    assert len(context.get_ca_certs()) > len(httpx.create_ssl_context().get_ca_certs()) > 0


def test_trap_16_no_shipped_code_switches_verification_off() -> None:
    off = ("verify=False", "CERT_NONE", "check_hostname = False", "check_hostname=False", "_create_unverified_context")
    found = [named(path) for path in shipped_sources() if any(word in path.read_text("utf-8") for word in off)]
    assert found == []


def test_only_the_address_of_unipass_is_reached_with_the_file(chain: Chain) -> None:
    assert list(mounts("https://unipass.customs.go.kr:38010/ext/rest", chain.bundle) or {}) == [
        "https://unipass.customs.go.kr:38010"
    ]
    assert mounts("https://unipass.customs.go.kr:38010/ext/rest", None) is None
    assert mounts("http://127.0.0.1:8090/unipass/ext/rest", chain.bundle) is None

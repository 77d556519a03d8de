"""The codec server: what the Temporal UI reads and what an operator types there."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from google.protobuf.json_format import MessageToDict
from temporalio.api.common.v1 import Payload, Payloads

from tradelane.codec import ERASED, KEY_ID, SealingCodec
from tradelane.service.app import create_app
from tradelane.service.health import Probes
from tradelane.storage.database import open_database
from tradelane.storage.inbox import SqlInbox
from tradelane.storage.keys import KeyVault, MasterKey
from tradelane.storage.migrations import migrate

UI = "http://localhost:8233"
RUN = "order/MLC/2000013770481964"
NAME = Payload(metadata={"encoding": b"json/plain"}, data='"Rosamunda Quillaquén"'.encode())


class House:
    """A vault and a service on it."""

    def __init__(self, folder: Path) -> None:
        self.database = open_database(f"sqlite:///{folder / 'one.sqlite'}")
        migrate(self.database, "main")
        migrate(self.database, "inbox")
        self.vault = KeyVault(self.database, MasterKey(b"m" * 32))

    def app(self, **more: Any) -> FastAPI:
        async def engine() -> bool:
            return True

        return create_app(
            inbox=SqlInbox(self.database, self.vault),
            vault=self.vault,
            probes=Probes(database=self.database.alive, engine=engine),
            webhook_secret="a-path-that-nobody-guesses",
            **more,
        )

    @asynccontextmanager
    async def ui(self, address: str = "127.0.0.1", **more: Any) -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(self.app(**more), client=(address, 50000))
        async with httpx.AsyncClient(
            transport=transport, base_url="http://house", headers={"origin": UI, "x-namespace": "default"}
        ) as caller:
            yield caller


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.database.close()


def body_of(*payloads: Payload) -> dict[str, Any]:
    return MessageToDict(Payloads(payloads=payloads))


@pytest.mark.parametrize("path", ["/codec/decode", "/codec/default/decode", "/codec/decode?preserveStorageRefs=true"])
async def test_the_ui_reads_what_is_sealed_and_what_never_was(house: House, path: str) -> None:
    [sealed] = await SealingCodec(house.vault, RUN).encode([NAME])
    async with house.ui() as ui:
        answer = await ui.post(path, json=body_of(sealed, NAME))
    assert answer.status_code == 200
    assert answer.json() == body_of(NAME, NAME)
    assert answer.headers["content-type"].startswith("application/json")


async def test_what_an_operator_types_is_sealed_under_the_desk_key_of_the_day(house: House) -> None:
    async with house.ui() as ui:
        answer = await ui.post("/codec/encode", json=body_of(NAME))
        read = await ui.post("/codec/decode", json=answer.json())
    [sealed] = answer.json()["payloads"]
    key_id = base64.b64decode(sealed["metadata"][KEY_ID]).decode()
    assert house.vault.by_id(key_id) == house.vault.desk_key()
    assert b"Rosamunda" not in base64.b64decode(sealed["data"])
    assert read.json() == body_of(NAME)


async def test_an_erased_order_reads_as_erased_beside_others_and_foreign_payloads_stay_as_they_are(
    house: House,
) -> None:
    [gone] = await SealingCodec(house.vault, RUN).encode([NAME])
    [stays] = await SealingCodec(house.vault, RUN + "1").encode([NAME])
    foreign = Payload(metadata={"encoding": b"binary/encrypted", KEY_ID: b"0" * 32}, data=b"not ours")
    house.vault.destroy(RUN)
    async with house.ui() as ui:
        answer = await ui.post("/codec/decode", json=body_of(gone, stays, foreign))
    assert answer.json() == body_of(ERASED, NAME, foreign)


@pytest.mark.parametrize("body", [b"", b"{", b"7", b'{"payloads": 7}', b'{"payloads": [{"data": {}}]}', b"\xff"])
async def test_what_is_no_proto_json_is_refused_with_a_sentence(house: House, body: bytes) -> None:
    async with house.ui() as ui:
        answer = await ui.post("/codec/decode", content=body)
    assert answer.status_code == 400
    assert "Payloads" in answer.text


async def test_the_browser_may_ask_from_the_ui_and_from_nowhere_else(house: House) -> None:
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "content-type,x-namespace"}
    async with house.ui() as ui:
        granted = await ui.options("/codec/decode", headers=asked)
        refused = await ui.options("/codec/decode", headers={**asked, "origin": "https://evil.example"})
        read = await ui.post("/codec/decode", json=body_of(NAME))
        stolen = await ui.post("/codec/decode", json=body_of(NAME), headers={"origin": "https://evil.example"})
        health = await ui.get("/health")
    assert granted.status_code == 200
    assert granted.headers["access-control-allow-origin"] == UI
    allowed = granted.headers["access-control-allow-headers"].lower()
    assert all(name in allowed for name in ("content-type", "x-namespace", "authorization"))
    assert refused.status_code == 400
    assert read.headers["access-control-allow-origin"] == UI
    assert stolen.status_code == 403
    assert "access-control-allow-origin" not in stolen.headers
    assert "access-control-allow-origin" not in health.headers, "only the codec server is for pages"


async def test_without_a_token_only_this_machine_is_answered(house: House) -> None:
    async with house.ui(address="203.0.113.9") as ui:
        for path in ("/codec/decode", "/codec/encode"):
            assert (await ui.post(path, json=body_of(NAME))).status_code == 403


async def test_with_a_token_only_who_carries_it_is_answered(house: House) -> None:
    async with house.ui(address="203.0.113.9", codec_token="a-long-token") as ui:
        for offered, status in (("Bearer a-long-token", 200), ("Bearer another", 401), ("", 401)):
            answer = await ui.post("/codec/decode", json=body_of(NAME), headers={"authorization": offered})
            assert answer.status_code == status

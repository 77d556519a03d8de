"""UNI-PASS in whatever bytes it comes: customs' words are read as they were written, or the answer is garbled."""

from __future__ import annotations

import httpx
import pytest

from tests.adapters.unipass_answers import NUMBER, access, master, state
from tradelane.adapters.errors import Garbled
from tradelane.adapters.unipass import UnipassLibrary

EXPORTER = "뷁나래상사"
"""Its first letter is in MS949 and not in KS X 1001."""


def saying(body: bytes) -> UnipassLibrary:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=body))
    return UnipassLibrary(access(), httpx.AsyncClient(transport=transport))


def body(encoding: str, declared: str | None) -> bytes:
    head = "" if declared is None else f'<?xml version="1.0" encoding="{declared}"?>\n'
    return (head + state(master(exppnConm=EXPORTER), count=0)).encode(encoding)


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8", None),
        ("utf-8-sig", "UTF-8"),
        ("utf-8-sig", None),
        ("utf-8", "EUC-KR"),  # a portal that says one thing and sends another
        ("cp949", "EUC-KR"),
        ("cp949", "euc-kr"),
        ("cp949", "MS949"),
        ("cp949", "KS_C_5601-1987"),
    ],
)
async def test_the_words_of_customs_are_read_as_written(encoding: str, declared: str | None) -> None:
    seen = await saying(body(encoding, declared)).declaration(NUMBER)
    assert (seen.exporter, seen.loading.found) == (EXPORTER, True)


@pytest.mark.parametrize(
    "sent",
    [
        body("cp949", None),
        body("cp949", "UTF-8"),
        body("cp949", "Shift_JIS"),
        body("utf-16", "UTF-16"),
        b"",
        b"\xef\xbb\xbf",
        b"\x00" * 64,
    ],
    ids=["not named", "named wrongly", "of another country", "utf-16", "nothing", "a mark alone", "zeros"],
)
async def test_bytes_that_cannot_be_read_are_garbled_and_never_nothing_found(sent: bytes) -> None:
    with pytest.raises(Garbled):
        await saying(sent).declaration(NUMBER)

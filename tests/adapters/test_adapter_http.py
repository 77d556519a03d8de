"""The thin HTTP layer: every failure is sorted once, nothing private is logged, numbers stay exact."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.counterparty import Counterparty
from tradelane.adapters.errors import Garbled, Refused, Unavailable
from tradelane.adapters.http import Answer, Outside, cut, exact_json, retry_after, surely_not_done


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
async def test_busy_and_broken_counterparties_are_unavailable(status: int) -> None:
    party = Counterparty().answers({}, status=status)
    with pytest.raises(Unavailable) as failure:
        await Outside(party.client(), "x", "https://x.example").send("GET", "/a")
    assert failure.value.code == str(status)


@pytest.mark.parametrize(
    ("lost", "code", "certain"),
    [
        (httpx.ConnectError("no route"), "not_connected", True),
        (httpx.ConnectTimeout("slow"), "not_connected", True),
        (httpx.ReadTimeout("slow"), "timeout", False),
        (httpx.WriteTimeout("slow"), "timeout", False),
        (httpx.ReadError("reset"), "interrupted", False),
        (httpx.RemoteProtocolError("closed"), "interrupted", False),
    ],
)
async def test_a_lost_line_is_unavailable_and_says_whether_anything_can_have_happened(
    lost: Exception, code: str, certain: bool
) -> None:
    party = Counterparty().fails(lost)
    with pytest.raises(Unavailable) as failure:
        await Outside(party.client(), "x", "https://x.example").send("POST", "/a", json_body={})
    assert failure.value.code == code
    assert surely_not_done(failure.value) is certain


async def test_the_whole_exchange_has_a_deadline() -> None:
    async def never(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(5)
        raise AssertionError("the deadline did not come")

    async with httpx.AsyncClient(transport=httpx.MockTransport(never)) as client:
        with pytest.raises(Unavailable) as failure:
            await Outside(client, "x", "https://x.example", total_seconds=0.05).send("GET", "/a")
    assert failure.value.code == "timeout"


async def test_any_other_4xx_is_refused_with_their_words_cut() -> None:
    party = Counterparty().answers(status=400, text="no " * 500)
    with pytest.raises(Refused) as failure:
        await Outside(party.client(), "x", "https://x.example").send("GET", "/a")
    assert len(failure.value.words) == 300
    assert surely_not_done(failure.value)


@pytest.mark.parametrize("status", [204, 302])
async def test_a_status_nobody_expects_is_garbled(status: int) -> None:
    party = Counterparty().answers(status=status, text="", headers={"Location": "https://elsewhere.example"})
    with pytest.raises(Garbled):
        await Outside(party.client(), "x", "https://x.example").send("GET", "/a")
    assert len(party.requests) == 1, "a redirect is not followed: it would carry our key elsewhere"


def test_html_for_json_is_garbled_and_said_so() -> None:
    page = Answer("x", 200, httpx.Headers(), b"<!DOCTYPE html><p>maintenance")
    with pytest.raises(Garbled, match="a web page"):
        page.json()


@pytest.mark.parametrize("text", ["", "nope", '{"a": NaN}', '{"a": 1', "[" * 100_000])
def test_what_is_no_json_is_garbled(text: str) -> None:
    with pytest.raises(Garbled):
        Answer("x", 200, httpx.Headers(), text.encode()).json()


def test_fractions_are_read_exactly() -> None:
    assert Answer("x", 200, httpx.Headers(), b'{"price": 15.10}').json() == {"price": Decimal("15.10")}


NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "7"}, timedelta(seconds=7)),
        ({"Retry-After": "Tue, 24 Nov 2026 12:00:30 GMT"}, timedelta(seconds=30)),
        (
            {"Retry-After": "Tue, 24 Nov 2026 12:00:30 GMT", "Date": "Tue, 24 Nov 2026 12:00:10 GMT"},
            timedelta(seconds=20),
        ),
        ({"Retry-After": "Tue, 24 Nov 2026 11:00:00 GMT"}, timedelta(0)),
        ({"Retry-After": "999999999"}, timedelta(days=1)),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-3"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_honoured_as_seconds_or_as_a_date(headers: dict[str, str], wait: timedelta | None) -> None:
    assert retry_after(httpx.Headers(headers), NOW) == wait


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_no_retry_after_breaks_the_reader(text: str) -> None:
    wait = retry_after(httpx.Headers({"Retry-After": text}), NOW)
    assert wait is None or timedelta(0) <= wait <= timedelta(days=1)


async def test_retry_after_travels_with_the_failure() -> None:
    party = Counterparty().answers({}, status=429, headers={"Retry-After": "3"})
    with pytest.raises(Unavailable) as failure:
        await Outside(party.client(), "x", "https://x.example").send("GET", "/a")
    assert failure.value.wait == timedelta(seconds=3)


async def test_the_log_has_the_path_template_and_nothing_private() -> None:
    party = Counterparty().answers({"name": "secret body"})
    with structlog.testing.capture_logs() as logs:
        await Outside(party.client(), "x", "https://x.example/base").send(
            "POST",
            "/orders/{order}",
            {"order": "2000003508419013"},
            query={"key": "secret query"},
            headers={"Authorization": "secret header"},
            json_body={"rut": "secret"},
        )
    (line,) = logs
    assert line["path"] == "/orders/{order}"
    assert {line["method"], line["party"], line["status"]} == {"POST", "x", 200}
    assert set(line) == {"event", "log_level", "method", "party", "path", "status", "ms"}
    assert party.requests[0].url.path == "/base/orders/2000003508419013"


async def test_a_failed_call_is_logged_too() -> None:
    party = Counterparty().fails(httpx.ConnectError("no"))
    with structlog.testing.capture_logs() as logs, pytest.raises(Unavailable):
        await Outside(party.client(), "x", "https://x.example").send("GET", "/a")
    assert [line["status"] for line in logs] == [0]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**12), max_value=10**12))
def test_decimals_are_written_digit_by_digit(number: Decimal) -> None:
    written = exact_json({"price": number, "name": "Ñandú 3.10"})
    assert json.loads(written, parse_float=Decimal)["price"] == number
    assert "Ñandú 3.10" in written.decode()


def test_a_float_like_text_stays_text() -> None:
    assert exact_json({"number": "3.10"}) == b'{"number":"3.10"}'


@given(st.text())
def test_words_are_one_line_of_at_most_300_characters(words: str) -> None:
    line = cut(words)
    assert len(line) <= 300
    assert "\n" not in line

"""One thin layer over httpx: send, and sort every failure once into the three of `errors`.

Nothing here knows a counterparty. What is logged is method, party, path template, status and milliseconds; never
bodies, query values, headers or personal data. Real time is used for waits and timeouts: they belong to machines,
not to trade.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import httpx
import structlog
from pydantic import BaseModel, ValidationError

from tradelane.adapters.errors import Garbled, OutsideFailure, Refused, Unavailable
from tradelane.domain.holds import Fault
from tradelane.exchanges import whole

# httpx logs whole addresses at INFO, and some counterparties want their key in the query.
logging.getLogger("httpx").setLevel(logging.WARNING)

_log = structlog.get_logger("tradelane.outside")

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 10.0
LONGEST_WORDS = 300
LONGEST_WAIT = timedelta(days=1)

NOT_CONNECTED = "not_connected"
TIMEOUT = "timeout"
INTERRUPTED = "interrupted"
TOO_LATE = "too_late"
USED_UP = "quota"
_BUSY = frozenset({408, 425, 429})
_NEVER_STARTED = frozenset({NOT_CONNECTED, TOO_LATE, USED_UP, "408", "425", "429", "503"})
"""Answers after which nothing was begun; 503 says that the server did not take the request (RFC 9110, 15.6.4)."""

Wire = TypeVar("Wire", bound=BaseModel)


def cut(words: str) -> str:
    """A counterparty's words on one line, at most 300 characters."""
    line = " ".join(words.split())
    return line if len(line) <= LONGEST_WORDS else line[: LONGEST_WORDS - 1] + "…"


def surely_not_done(failure: OutsideFailure) -> bool:
    """Whether a failed write certainly left no trace: it was refused, turned away or never reached anybody."""
    if isinstance(failure, Unavailable):
        return failure.code in _NEVER_STARTED
    return isinstance(failure, Refused)


def may_arrive_yet(failure: OutsideFailure) -> bool:
    """Whether a write without an answer may still be under way to the counterparty, or be worked on there."""
    return isinstance(failure, Unavailable) and failure.code in (TIMEOUT, INTERRUPTED)


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers and the raw bytes."""

    party: str
    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """The body as JSON, every fraction as Decimal. Raises `Garbled` when it is something else."""
        try:
            return json.loads(self.body, parse_float=Decimal, parse_constant=_no_constant)
        except (ValueError, RecursionError) as wrong:
            raise Garbled(self.party, "not_json", f"The answer is {self._looks_like()}, not JSON.") from wrong

    def read(self, model: type[Wire]) -> Wire:
        """The body as a wire model. Raises `Garbled` naming the missing or wrong fields, never their values."""
        return understood(self.party, model, self.json())

    def json_or_none(self) -> Any:
        """The body as JSON, or None: for error bodies, where a page of HTML must not hide the status."""
        try:
            return self.json()
        except Garbled:
            return None

    def _looks_like(self) -> str:
        start = self.body.lstrip()[:200].lower()
        if not start:
            return "empty"
        return "a web page" if start.startswith((b"<!doctype", b"<html")) else "unreadable"


def understood(party: str, model: type[Wire], content: object) -> Wire:
    """Content checked against a wire model; `Garbled` names what is missing or wrong."""
    try:
        return model.model_validate(content)
    except ValidationError as wrong:
        fields = ", ".join(".".join(map(str, error["loc"])) or "the whole" for error in wrong.errors()[:5])
        raise Garbled(party, "unexpected_shape", f"The answer was not understood at: {fields}.") from wrong


Refusal = Callable[[Answer], OutsideFailure]
Query = Mapping[str, str | Sequence[str]]
Quota = Callable[[], Awaitable[timedelta | None]]
"""Spends one request of the counterparty's day; gives the wait until its next day when none is left."""


def plain_refusal(answer: Answer) -> OutsideFailure:
    """A refusal by status alone; credentials are our fault."""
    fault = Fault.OURS if answer.status in (401, 403) else Fault.AUTHORITY
    return Refused(answer.party, str(answer.status), cut(answer.text) or "No reason was given.", fault=fault)


class Outside:
    """Calls to one counterparty.

    `base_url` may carry a path (the simulators and UNI-PASS do); paths are given as a template and its values, so
    that the log shows the template only.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        party: str,
        base_url: str,
        *,
        refusal: Refusal = plain_refusal,
        total_seconds: float = TOTAL_SECONDS,
        quota: Quota | None = None,
    ) -> None:
        self._client = client
        self._party = party
        self._base = base_url.rstrip("/")
        self._refusal = refusal
        self._total = total_seconds
        self._quota = quota

    async def send(
        self,
        method: str,
        path: str,
        values: Mapping[str, str] | None = None,
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        json_body: object = None,
        form: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        expected: Collection[int] = (200,),
    ) -> Answer:
        """Send one request.

        Raises:
            Unavailable: no answer, too busy, broken on their side; carries Retry-After when given. Also, with nothing
                sent, code `quota` when the day's requests are used up; carries the wait until the next day.
            Refused: any other 4xx, as the counterparty's own sorting says.
            Garbled: a status nobody expected.
        """
        await self._spend()
        started = time.perf_counter()
        status = 0
        try:
            answer = await self._exchange(method, path, values, query, headers, json_body, form, auth)
            status = answer.status
        finally:
            _log.info(
                "outside.call",
                method=method,
                party=self._party,
                path=path,
                status=status,
                ms=round((time.perf_counter() - started) * 1000),
            )
        if status in expected:
            return answer
        if status in _BUSY or status >= 500:
            wait = retry_after(answer.headers, datetime.now(UTC))
            raise Unavailable(self._party, str(status), f"{self._party} answered {status}.", wait)
        if status >= 400:
            raise self._refusal(answer)
        raise Garbled(self._party, str(status), f"{self._party} answered {status}, which nobody expects here.")

    async def _spend(self) -> None:
        wait = await self._quota() if self._quota is not None else None
        if wait is not None:
            words = f"Today's requests to {self._party} are used up."
            raise Unavailable(self._party, USED_UP, words, min(wait, LONGEST_WAIT))

    async def _exchange(
        self,
        method: str,
        path: str,
        values: Mapping[str, str] | None,
        query: Query | None,
        headers: Mapping[str, str] | None,
        json_body: object,
        form: Mapping[str, str] | None,
        auth: tuple[str, str] | None,
    ) -> Answer:
        sent_headers = {"Accept": "application/json, */*;q=0.5", **(headers or {})}
        content = None
        if json_body is not None:
            content = exact_json(json_body)
            sent_headers["Content-Type"] = "application/json"
        try:
            async with asyncio.timeout(self._total):
                reply = await whole(
                    self._client.request(
                        method,
                        self._base + path.format(**(values or {})),
                        params=dict(query) if query else None,
                        headers=sent_headers,
                        content=content,
                        data=dict(form) if form is not None else None,
                        auth=auth,
                        follow_redirects=False,
                        timeout=httpx.Timeout(self._total, connect=CONNECT_SECONDS),
                    )
                )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as lost:
            raise Unavailable(self._party, NOT_CONNECTED, f"{self._party} cannot be reached.") from lost
        except (httpx.TimeoutException, TimeoutError) as lost:
            words = f"{self._party} did not answer within {self._total:g} s."
            raise Unavailable(self._party, TIMEOUT, words) from lost
        except httpx.DecodingError as wrong:
            raise Garbled(self._party, "encoding", f"The answer of {self._party} cannot be unpacked.") from wrong
        except httpx.TransportError as lost:
            raise Unavailable(self._party, INTERRUPTED, f"{self._party} broke off the exchange.") from lost
        return Answer(self._party, reply.status_code, reply.headers, reply.content)


def retry_after(headers: httpx.Headers, now: datetime) -> timedelta | None:
    """The wait a counterparty asks for: seconds, or an HTTP date counted from its own `Date` where given.

    Nonsense is no wait at all; more than a day is taken as a day.
    """
    given = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", given):
        return min(timedelta(seconds=int(given)), LONGEST_WAIT)
    until = _http_date(given)
    if until is None:
        return None
    start = _http_date(headers.get("Date", "")) or now
    return min(max(until - start, timedelta(0)), LONGEST_WAIT)


def _http_date(text: str) -> datetime | None:
    try:
        instant = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


_MARK = "\ue000"  # a private character that no text of trade holds
_MARKED = re.compile(rf'"{_MARK}(-?[0-9.]+){_MARK}"')


def exact_json(content: object) -> bytes:
    """JSON in which a Decimal is a number with exactly its digits; the json module would want a float.

    >>> exact_json({"price": Decimal("12.90"), "name": "Ñandú"}).decode()
    '{"price":12.90,"name":"Ñandú"}'
    """
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=_marked, allow_nan=False)
    return _MARKED.sub(r"\1", text).encode()


def _marked(value: object) -> str:
    if isinstance(value, Decimal) and value.is_finite():
        return f"{_MARK}{value:f}{_MARK}"
    raise TypeError(f"{type(value).__name__} has no place in a JSON message.")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON.")

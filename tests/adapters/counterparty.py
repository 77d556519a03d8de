"""A scripted counterparty behind httpx: answers in order, and everything that was sent to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import httpx


class Counterparty:
    """Answers each request with the next line of its script; a request too many fails the test."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self._script: list[httpx.Response | Exception] = []

    def answers(
        self,
        content: object = None,
        *,
        status: int = 200,
        text: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Counterparty:
        """Add an answer: JSON content, or text as it stands."""
        body = text if text is not None else json.dumps(content, ensure_ascii=False)
        self._script.append(httpx.Response(status, content=body.encode(), headers=dict(headers or {})))
        return self

    def fails(self, failure: Exception) -> Counterparty:
        """Add a failure of the line."""
        self._script.append(failure)
        return self

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self._handle))

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        assert self._script, f"nobody expected {request.method} {request.url}"
        answer = self._script.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def body(self, number: int = -1) -> Any:
        """JSON body of a request."""
        return json.loads(self.requests[number].content)

    def form(self, number: int = -1) -> dict[str, str]:
        """Form body of a request."""
        return dict(parse_qsl(self.requests[number].content.decode()))

    def query(self, number: int = -1) -> dict[str, str]:
        return dict(self.requests[number].url.params)

    @property
    def paths(self) -> list[str]:
        return [request.url.path for request in self.requests]

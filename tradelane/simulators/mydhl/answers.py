"""The answers of MyDHL that are the same for every call: one error shape and the headers."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse

TITLES = {
    "400": ("Bad request", "Bad request"),
    "401": ("Unauthorized", "Unauthorized"),
    "404": ("Not found", "Not found"),
    "422": ("Validation error", "Unprocessable Entity"),
}


class Problem(Exception):
    """A request DHL does not act on, with one detail or several."""

    def __init__(self, status: int, *details: str, title: str = "", message: str = "") -> None:
        super().__init__("; ".join(details))
        self.status = status
        self.details: Sequence[str] = details
        usual_title, usual_message = TITLES[str(status)]
        self.title = title or usual_title
        self.message = message or usual_message


def problem_response(request: Request, problem: Problem) -> JSONResponse:
    """The one error shape: all values are text; several details move to `additionalDetails`."""
    query = f"?{request.url.query}" if request.url.query else ""
    # Mounted below a prefix, the path of the request carries it; DHL names its own base instead.
    path = request.url.path.removeprefix(request.scope.get("root_path", ""))
    body: dict[str, object] = {
        "instance": f"/expressapi{path}{query}",
        "detail": problem.details[0],
        "title": problem.title,
        "message": problem.message,
        "status": str(problem.status),
    }
    if len(problem.details) > 1:
        body["detail"] = "Multiple problems found, see Additional Details"
        body["additionalDetails"] = list(problem.details)
    return JSONResponse(body, problem.status, headers(request))


def headers(request: Request) -> dict[str, str]:
    """The headers of every answer; the caller's reference comes back, or one is made."""
    return {
        "Message-Reference": request.headers.get("Message-Reference") or str(uuid.uuid4()),
        "Invocation-Id": str(uuid.uuid4()),
    }

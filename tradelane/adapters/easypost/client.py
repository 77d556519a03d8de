"""Calls to EasyPost: the key as user of basic authentication, errors sorted by status and code."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ConfigDict, SecretStr

from tradelane.adapters.easypost import wire
from tradelane.adapters.errors import Garbled, OutsideFailure, Refused, Unavailable
from tradelane.adapters.http import Answer, Outside
from tradelane.domain.holds import Fault

PARTY = "easypost"

# A booking is look, create, buy and label: together they stay under the write fence of 30 seconds.
READ_SECONDS, CREATE_SECONDS, BUY_SECONDS, LABEL_SECONDS = 3.0, 6.0, 12.0, 3.0


class EasypostAccess(BaseModel):
    """A key, and the carrier account and service that parcels are bought on."""

    model_config = ConfigDict(frozen=True)

    base_url: str = "https://api.easypost.com/v2"
    api_key: SecretStr
    carrier_account: str
    service: str


class EasypostClient:
    """Authorised calls, one method for each kind."""

    def __init__(self, access: EasypostAccess, client: httpx.AsyncClient) -> None:
        self._access = access
        self._http = client

    async def shipment(self, id_or_reference: str) -> wire.Shipment | None:
        """A shipment by its id, or by our reference; None where EasyPost says that it has none."""
        answer = await self._send("GET", "/shipments/{id}", id=id_or_reference, seconds=READ_SECONDS, more=(404,))
        if answer.status == 404:
            if not code_of(answer):
                raise Garbled(PARTY, "404", "EasyPost has nothing at the address of its shipments.")
            return None
        return answer.read(wire.Shipment)

    async def create(self, body: dict[str, Any]) -> wire.Shipment:
        """Make an offer of a parcel; nothing is booked and nothing charged."""
        return (await self._send("POST", "/shipments", body=body, seconds=CREATE_SECONDS)).read(wire.Shipment)

    async def buy(self, shipment: str, rate: str) -> wire.Shipment:
        """Book what was offered."""
        body = {"rate": {"id": rate}}
        answer = await self._send("POST", "/shipments/{id}/buy", id=shipment, body=body, seconds=BUY_SECONDS)
        return answer.read(wire.Shipment)

    async def refund(self, shipment: str) -> wire.Shipment:
        """Ask that a booking be voided."""
        answer = await self._send("POST", "/shipments/{id}/refund", id=shipment, seconds=BUY_SECONDS)
        return answer.read(wire.Shipment)

    async def trackers(self, tracking_code: str) -> tuple[wire.Tracker, ...]:
        """The trackers of a number that belong to a shipment of this account; newest first."""
        query = {"tracking_code": tracking_code, "page_size": "100"}
        answer = await self._send("GET", "/trackers", query=query, seconds=READ_SECONDS)
        return tuple(
            one for one in answer.read(wire.Trackers).trackers if one.tracking_code == tracking_code and one.shipment_id
        )

    async def label(self, address: str) -> bytes:
        """A label from where EasyPost keeps it: another host, which must not see the key."""
        place = urlsplit(address)
        known = urlsplit(self._access.base_url)
        if place.scheme != "https" and place.netloc != known.netloc:
            raise Garbled(PARTY, "no_label", "EasyPost keeps the label at no safe address.")
        files = Outside(self._http, PARTY, f"{place.scheme}://{place.netloc}", total_seconds=LABEL_SECONDS)
        target = place.path + (f"?{place.query}" if place.query else "")
        return (await files.send("GET", "{label}", {"label": target})).body

    async def _send(
        self,
        method: str,
        path: str,
        *,
        seconds: float,
        id: str = "",
        body: object = None,
        query: dict[str, str] | None = None,
        more: tuple[int, ...] = (),
    ) -> Answer:
        outside = Outside(self._http, PARTY, self._access.base_url, refusal=refusal, total_seconds=seconds)
        return await outside.send(
            method,
            path,
            {"id": id},
            query=query,
            json_body=body,
            auth=(self._access.api_key.get_secret_value(), ""),
            expected=(200, 201, *more),
        )


UNDECIDED = frozenset(
    {
        "SHIPMENT.POSTAGE.NO_RESPONSE",
        "SHIPMENT.POSTAGE.TIMED_OUT",
        "SHIPMENT.PURCHASE.IN_PROGRESS",
        "REFUND.NO_RESPONSE",
    }
)
"""The carrier behind EasyPost has not answered it: nobody knows yet."""

_FAULTS = (
    ("CUSTOMS", Fault.SELLER_DATA),
    ("PARCEL", Fault.SELLER_DATA),
    ("PARAMETER", Fault.OURS),
    ("BAD_REQUEST", Fault.OURS),
    ("MODE", Fault.OURS),
    ("SHIPMENT.INVALID_PARAMS", Fault.OURS),
    ("SHIPMENT.RATE.CARRIER_ACCOUNT_INVALID", Fault.OURS),
)


def refusal(answer: Answer) -> OutsideFailure:
    """Sort a 4xx by its code. Their messages may quote an address, so the sentence is ours, with their field names."""
    code = code_of(answer) or str(answer.status)
    fields = fields_of(answer)
    words = f"EasyPost answered {answer.status} {code}" + (f", about {', '.join(fields)}." if fields else ".")
    if answer.status in (401, 402, 403):
        return Refused(PARTY, code, words, fault=Fault.OURS)
    if code in UNDECIDED:
        return Unavailable(PARTY, code, words)
    return Refused(PARTY, code, words, fault=_fault(code, fields))


def code_of(answer: Answer) -> str:
    """The code of an error body, empty where there is none that looks like one."""
    code = _error(answer).get("code")
    return code if isinstance(code, str) and re.fullmatch(r"[A-Z0-9_.]{1,80}", code) else ""


def fields_of(answer: Answer) -> tuple[str, ...]:
    """Names of the fields that an error body complains of: rows of it may be texts, and those are left out."""
    rows = _error(answer).get("errors")
    names = [row.get("field") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return tuple(name for name in names if isinstance(name, str) and re.fullmatch(r"[a-z0-9_.\[\]]{1,60}", name))[:5]


def _error(answer: Answer) -> dict[str, Any]:
    body = answer.json_or_none()
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}


def _fault(code: str, fields: tuple[str, ...]) -> Fault:
    if any(name.startswith(("to_address", "buyer_address")) for name in fields):
        return Fault.BUYER_DATA
    if any(name.startswith("from_address") for name in fields):
        return Fault.SELLER_DATA
    return next((fault for start, fault in _FAULTS if code.startswith(start)), Fault.CARRIER)

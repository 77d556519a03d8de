"""Calls to MyDHL: Basic authentication, required headers, errors sorted by HTTP status."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from uuid import uuid4

import httpx
from pydantic import BaseModel, ConfigDict, SecretStr

from tradelane.adapters.errors import OutsideFailure, Refused, Unavailable
from tradelane.adapters.http import TOO_LATE, Answer, Outside, Query, cut
from tradelane.domain.holds import Fault

PARTY = "mydhl"


class ShipperParty(BaseModel):
    """A shipper to name when an exporter's own address is not complete, such as the agency's."""

    model_config = ConfigDict(frozen=True)

    company: str
    person: str
    phone: str
    lines: tuple[str, ...]
    city: str
    postcode: str
    country: str = "KR"


class MydhlAccess(BaseModel):
    """Account at DHL Express and what the contract with it says."""

    model_config = ConfigDict(frozen=True)

    base_url: str = "https://express.api.dhl.com/mydhlapi"
    username: str
    password: SecretStr
    account: str
    product_code: str = "P"
    duties_account: str | None = None
    """Pays duties and taxes of DDP parcels; without it the receiver does."""
    shipper: ShipperParty | None = None
    receiver_phone: str | None = None
    """Said where the marketplace masks the buyer's phone; without it, the exporter's."""
    invoice_data: bool = True
    """DHL has enabled service PM (upload-invoice-data) for the account; else the pre-advice is in the booking."""
    pickup_close: str = "18:00"
    lead: timedelta = timedelta(hours=2)
    """Trade time left between sending a booking and its planned instant: DHL refuses what has passed on arrival."""
    reference_settles: timedelta = timedelta(minutes=10)
    """Trade time after a booking of unknown outcome before *not found* is believed."""
    tracking_page: str = (
        "https://www.dhl.com/global-en/home/tracking/tracking-express.html?submit=1&tracking-id={waybill}"
    )
    version: str = "3.1.0"


class MydhlClient:
    """Authorised calls; every request carries a fresh `Message-Reference` for DHL's support."""

    def __init__(self, access: MydhlAccess, client: httpx.AsyncClient) -> None:
        self._access = access
        # a booking draws labels and papers: give it longer than a look-up
        self._outside = Outside(client, PARTY, access.base_url, refusal=refusal, total_seconds=20.0)

    async def get(self, path: str, values: Mapping[str, str], query: Query) -> Answer | None:
        """Read; None where DHL has nothing (404)."""
        try:
            return await self._send("GET", path, values, query=query)
        except Refused as refused:
            if refused.code == "not_found":
                return None
            raise

    async def post(self, path: str, body: object) -> Answer:
        return await self._send("POST", path, {}, body=body)

    async def patch(self, path: str, values: Mapping[str, str], body: object) -> Answer:
        return await self._send("PATCH", path, values, body=body)

    async def _send(
        self,
        method: str,
        path: str,
        values: Mapping[str, str],
        *,
        query: Query | None = None,
        body: object = None,
    ) -> Answer:
        return await self._outside.send(
            method,
            path,
            values,
            query=query,
            json_body=body,
            headers={"x-version": self._access.version, "Message-Reference": str(uuid4())},
            auth=(self._access.username, self._access.password.get_secret_value()),
            expected=(200, 201),
        )


_BUYER_PLACES = ("receiverdetails", "receiver", "consignee")
_SELLER_PLACES = ("shipperdetails", "exporterdetails", "lineitems", "commoditycode", "packages", "shipper")


def refusal(answer: Answer) -> OutsideFailure:
    """Sort a 4xx: the numeric code of `detail` where there is one, and whose data its path speaks of."""
    body = answer.json_or_none()
    said = body if isinstance(body, dict) else {}
    detail = str(said.get("detail") or "")
    more = said.get("additionalDetails")
    parts = [detail, *(str(part) for part in more)] if isinstance(more, list) else [detail]
    words = cut("; ".join(part for part in parts if part) or str(said.get("message") or ""))
    words = words or f"DHL answered {answer.status} without a reason."
    if answer.status == 404:
        return Refused(PARTY, "not_found", words, fault=Fault.CARRIER)
    if answer.status in (401, 403):
        return Refused(PARTY, "unauthorised", words, fault=Fault.OURS)
    numbered = re.match(r"\s*(\d{3,5})\s*:", detail)
    code = numbered.group(1) if numbered else str(answer.status)
    if "in the past" in words.lower():
        return Unavailable(PARTY, TOO_LATE, words)  # it was not when we sent it: plan later and try again
    if code == "999":
        return Unavailable(PARTY, code, words)
    return Refused(PARTY, code, words, fault=_fault(words, answer.status))


def _fault(words: str, status: int) -> Fault:
    """Whose data a refusal is about: a broken schema elsewhere is ours, a business rule is the carrier's."""
    lowered = words.lower()
    if any(place in lowered for place in _BUYER_PLACES):
        return Fault.BUYER_DATA
    if any(place in lowered for place in _SELLER_PLACES):
        return Fault.SELLER_DATA
    return Fault.OURS if status == 422 else Fault.CARRIER

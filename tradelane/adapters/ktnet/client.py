"""Calls to KTNET: one envelope for all of them, errors inside a 200 sorted by the mapper."""

from __future__ import annotations

from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, SecretStr

from tradelane.adapters.errors import Garbled, OutsideFailure, Refused
from tradelane.adapters.http import Answer, Outside, Quota, cut
from tradelane.adapters.ktnet import wire
from tradelane.domain.holds import Fault

PARTY = "ktnet"


class KtnetAccess(BaseModel):
    """KTNET account, and what its guide leaves open (see docs/counterparties/ktnet.md, marks A)."""

    model_config = ConfigDict(frozen=True)

    base_url: str = "https://cbtapi.utradehub.or.kr"
    api_key: SecretStr
    key_header: str = "X-API-Key"
    mall_id: str
    """`SellerPartyId` and `MallId`: the account that files; one agency may file for many brands."""
    declaration_path: str = "/api/export/declaration.do"
    amend_path: str = "/api/export/amend.do"
    status_path: str = "/api/export/status.do"
    payment_type: str = "GO"
    """결제방법: other paid (a marketplace collects and pays out)."""
    loading_port: str = "KRICN"
    loading_port_type: str = "3"
    transport_means: str = "40"
    transport_case: str = "ETC"
    withdraw_reason_code: str = "99"
    withdraw_fault_code: str = "1"
    amend_reason_code: str = "99"
    amend_fault_code: str = "1"


class KtnetClient:
    """Sends one document at a time: a declaration is one durable effect."""

    def __init__(self, access: KtnetAccess, client: httpx.AsyncClient, quota: Quota | None = None) -> None:
        self._headers = {access.key_header: access.api_key.get_secret_value()}
        self._outside = Outside(client, PARTY, access.base_url, refusal=refusal, quota=quota)

    async def one(self, path: str, document: dict[str, Any]) -> wire.Result:
        """Send one document and return what is said of it.

        Raises:
            Garbled: the answer speaks of another document or of none.
        """
        envelope = {"DocCount": 1, "DocList": [document]}
        answer = await self._outside.send("POST", path, json_body=envelope, headers=self._headers)
        results = answer.read(wire.Results).ResultList
        order_no = document["OrderNo"]
        for result in results:
            if result.OrderNo == order_no:
                return result
        if len(results) == 1 and not results[0].OrderNo:
            return results[0]
        raise Garbled(PARTY, "other_document", f"The answer does not speak of {order_no}.")


def refusal(answer: Answer) -> OutsideFailure:
    """A whole call refused: key or envelope, both our fault."""
    body = answer.json_or_none()
    said = body if isinstance(body, dict) else {}
    code = str(said.get("ResultTypeCode") or answer.status)
    words = cut(str(said.get("ErrorDescription") or f"KTNET answered {answer.status} without a reason."))
    return Refused(PARTY, code.lower(), words, fault=Fault.OURS)

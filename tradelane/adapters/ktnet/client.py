"""Calls to KTNET: one envelope for all of them, errors inside a 200 sorted by the mapper."""

from __future__ import annotations

from typing import Any, Literal, Self

import httpx
from pydantic import BaseModel, ConfigDict, SecretStr, model_validator

from tradelane.adapters.errors import Garbled, OutsideFailure, Refused, Unavailable
from tradelane.adapters.http import LONGEST_WAIT, USED_UP, Answer, Outside, Quota, cut
from tradelane.adapters.ktnet import wire
from tradelane.domain.holds import Fault
from tradelane.domain.loading_port import checked_place

PARTY = "ktnet"

Look = Literal["automatic", "documents", "inspection"]
"""What a selection result comes to: nothing (자동수리), a look at the papers (서류심사) or at the goods (검사)."""


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
    """3 an airport, 6 a sea port; must agree with the port, and the means of transport follows from it."""
    transport_case: str = "ETC"
    withdraw_reason_code: str = "99"
    withdraw_fault_code: str = "1"
    amend_reason_code: str = "99"
    amend_fault_code: str = "1"
    extend_reason_code: str = "99"
    extend_fault_code: str = "1"
    selection_codes: dict[str, Look] = {}
    """Code of a selection result (GOVCBRR73) -> what it means. The codes are not published: one that is not here is
    *selected*, with customs' words, unless those speak of automatic acceptance."""

    @model_validator(mode="after")
    def _loads_where_it_says(self) -> Self:
        checked_place(self.loading_port, self.loading_port_type)
        return self

    @property
    def transport_means(self) -> str:
        """운송수단 of the loading place: 40 air, 10 sea."""
        return checked_place(self.loading_port, self.loading_port_type).means


class KtnetClient:
    """Sends one document at a time: a declaration is one durable effect."""

    def __init__(
        self,
        access: KtnetAccess,
        client: httpx.AsyncClient,
        quota: Quota | None = None,
        documents: Quota | None = None,
    ) -> None:
        self._headers = {access.key_header: access.api_key.get_secret_value()}
        self._outside = Outside(client, PARTY, access.base_url, refusal=refusal, quota=quota)
        self._documents = documents

    async def sent(self, path: str, document: dict[str, Any]) -> wire.Result:
        """Send one document that goes on to customs: it counts against the month's documents.

        Raises:
            Unavailable: code `quota`, nothing sent, when they are used up; a wait is never longer than a day.
            Garbled: as :meth:`one`.
        """
        wait = await self._documents() if self._documents is not None else None
        if wait is not None:
            raise Unavailable(PARTY, USED_UP, "This month's documents to ktnet are used up.", min(wait, LONGEST_WAIT))
        result = await self.one(path, document)
        if not result.ResultTypeCode and not result.RequestNo and result.ErrorDescription:
            return _as_refused(result)  # what was taken has a request number and no error
        return result

    async def one(self, path: str, document: dict[str, Any]) -> wire.Result:
        """Send one document and return what is said of it.

        Raises:
            Garbled: the answer speaks of another document or of none.
        """
        envelope = {"DocCount": 1, "DocList": [document]}
        answer = await self._outside.send("POST", path, json_body=envelope, headers=self._headers)
        said = answer.read(wire.Results)
        result = _ours(said.ResultList, document["OrderNo"])
        # the count of errors is documented, the name of the field that says so of one document is not
        return _as_refused(result) if said.ErrorCount and not result.refused else result


def _ours(results: tuple[wire.Result, ...], order_no: str) -> wire.Result:
    for result in results:
        if result.OrderNo == order_no:
            return result
    if len(results) == 1 and not results[0].OrderNo:
        return results[0]
    raise Garbled(PARTY, "other_document", f"The answer does not speak of {order_no}.")


def _as_refused(result: wire.Result) -> wire.Result:
    return result.model_copy(update={"ResultTypeCode": wire.BUSINESS_ERROR})


def refusal(answer: Answer) -> OutsideFailure:
    """A whole call refused: key or envelope, both our fault."""
    body = answer.json_or_none()
    said = body if isinstance(body, dict) else {}
    code = str(said.get("ResultTypeCode") or answer.status)
    words = cut(str(said.get("ErrorDescription") or f"KTNET answered {answer.status} without a reason."))
    return Refused(PARTY, code.lower(), words, fault=Fault.OURS)

"""Calls to Mercado Libre with the seller's token: refreshed by one at a time, saved before it is used.

A refresh token works once. Whoever holds the seller's lease refreshes; everybody else waits and reads the store
again. An `invalid_grant` may mean that our own earlier call won before its answer was lost, so the store is read
once more before the grant is called dead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
from pydantic import BaseModel, ConfigDict, SecretStr

from tradelane.adapters.errors import OutsideFailure, Refused, Unavailable
from tradelane.adapters.http import Answer, Outside, Query
from tradelane.adapters.mercadolibre import wire
from tradelane.adapters.mercadolibre.mapper import PARTY, words_of
from tradelane.domain.holds import Fault
from tradelane.ports import Sellers, SellerToken


class MercadoLibreAccess(BaseModel):
    """The application at Mercado Libre (DevCenter), not a seller's account."""

    model_config = ConfigDict(frozen=True)

    base_url: str = "https://api.mercadolibre.com"
    client_id: str
    client_secret: SecretStr
    refresh_ahead: timedelta = timedelta(minutes=5)
    """Real time before its end at which a token is renewed."""
    lease_seconds: float = 30.0
    """Longer than a refresh may take, so that a crashed refresher is replaced soon."""


def real_now() -> datetime:
    """The machine's clock: tokens live in real time."""
    return datetime.now(UTC)


class MercadoLibreClient:
    """Authorised calls as one seller. Tokens live in real time: `real_now` is the machine's clock."""

    def __init__(
        self,
        access: MercadoLibreAccess,
        client: httpx.AsyncClient,
        sellers: Sellers,
        *,
        real_now: Callable[[], datetime] = real_now,
    ) -> None:
        self._access = access
        self._sellers = sellers
        self._real_now = real_now
        self._outside = Outside(client, PARTY, access.base_url, refusal=refusal)

    async def get(self, seller_id: str, path: str, values: Mapping[str, str], query: Query | None = None) -> Answer:
        """Read. A partial answer (206) is `Unavailable`: it must never overwrite what is known."""
        return await self._call(seller_id, "GET", path, values, query=query)

    async def post(self, seller_id: str, path: str, values: Mapping[str, str], body: object) -> Answer:
        return await self._call(seller_id, "POST", path, values, body=body)

    async def _call(
        self,
        seller_id: str,
        method: str,
        path: str,
        values: Mapping[str, str],
        *,
        query: Query | None = None,
        body: object = None,
    ) -> Answer:
        token = await self._token(seller_id)
        if token.expires_at <= self._real_now() + self._access.refresh_ahead:
            token = await self._refreshed(seller_id, token)
        try:
            return await self._once(token, method, path, values, query, body)
        except Refused as refused:
            if refused.code != "invalid_token":
                raise
        # nothing was done under a dead token, so writes too may be sent once more
        token = await self._refreshed(seller_id, token)
        return await self._once(token, method, path, values, query, body)

    async def _once(
        self,
        token: SellerToken,
        method: str,
        path: str,
        values: Mapping[str, str],
        query: Query | None,
        body: object,
    ) -> Answer:
        answer = await self._outside.send(
            method,
            path,
            values,
            query=query,
            json_body=body,
            headers={"Authorization": f"Bearer {token.access_token}"},
            expected=(200, 201, 206),
        )
        if answer.status == 206:
            missing = answer.headers.get("X-Content-Missing", "some parts")[:100]
            raise Unavailable(PARTY, "partial", f"The answer is partial: {missing} missing.")
        return answer

    async def _token(self, seller_id: str) -> SellerToken:
        # stores are synchronous and may wait for a lock: never on the loop
        token = await asyncio.to_thread(self._sellers.token, seller_id)
        if token is None:
            raise _not_authorised(seller_id, "no_token", f"Seller {seller_id} has not authorised us yet.")
        return token

    async def _refreshed(self, seller_id: str, stale: SellerToken) -> SellerToken:
        """A token newer than `stale`: refreshed here, or by whoever holds the lease."""
        holder = uuid4().hex
        pause = 0.05
        while pause < _LONGEST_PAUSE:
            current = await self._token(seller_id)
            if current.generation != stale.generation:
                return current
            if await asyncio.to_thread(self._sellers.lease_refresh, seller_id, holder, self._access.lease_seconds):
                try:
                    current = await self._token(seller_id)
                    if current.generation != stale.generation:
                        return current
                    return await self._refresh(seller_id, current)
                finally:
                    await asyncio.to_thread(self._sellers.release_refresh, seller_id, holder)
            await asyncio.sleep(pause)
            pause *= 2
        raise Unavailable(PARTY, "refresh_busy", "Another worker renews the token; try again.", timedelta(seconds=5))

    async def _refresh(self, seller_id: str, token: SellerToken) -> SellerToken:
        form = {
            "grant_type": "refresh_token",
            "client_id": self._access.client_id,
            "client_secret": self._access.client_secret.get_secret_value(),
            "refresh_token": token.refresh_token,
        }
        asked_at = self._real_now()
        try:
            answer = await self._outside.send("POST", "/oauth/token", form=form)
        except Refused as refused:
            if refused.code != "invalid_grant":
                raise
            again = await self._token(seller_id)
            if again.generation != token.generation:
                return again
            raise _not_authorised(seller_id, "invalid_grant", refused.words) from refused
        message = answer.read(wire.TokenMessage)
        renewed = SellerToken(
            access_token=message.access_token,
            refresh_token=message.refresh_token,
            expires_at=asked_at + timedelta(seconds=message.expires_in),
            generation=token.generation + 1,
        )
        await asyncio.to_thread(self._sellers.save_token, seller_id, renewed)
        return renewed


def _not_authorised(seller_id: str, code: str, words: str) -> Refused:
    return Refused(
        PARTY,
        code,
        f"{words} The account's administrator must authorise the application again.",
        fault=Fault.MARKETPLACE,
        reason="authorisation_needed",
        commands=(f"tradelane sellers set {seller_id} --refresh-token-file FILE",),
    )


_LONGEST_PAUSE = 5.0
_DEAD_TOKEN = ("invalid_token", "invalid access token", "expired_token")
_FOREIGN = ("not_owned_order", "caller.id.invalid", "invalid caller.id", "has not access", "no orders found")
_OURS = frozenset({"invalid_client", "unauthorized_client", "unauthorized_application", "unauthorized_scopes"})


def refusal(answer: Answer) -> OutsideFailure:
    """Sort a 4xx by its body: a 401 is not always a dead token, a 403 has many causes."""
    body = answer.json_or_none()
    code, words = words_of(body)
    said = " ".join(str(value) for value in body.values()).lower() if isinstance(body, dict) else ""
    status = answer.status
    words = words or f"Mercado Libre answered {status} without a reason."

    def refused(ours: str, fault: Fault = Fault.MARKETPLACE) -> Refused:
        return Refused(PARTY, ours, words, fault=fault)

    if status == 401 and any(sign in said for sign in _DEAD_TOKEN):
        return refused("invalid_token")
    if isinstance(body, dict) and ("blocked_by" in body or str(code).startswith("PA_UNAUTHORIZED")):
        return refused("application_not_permitted", Fault.OURS)
    if code in _OURS or code == "invalid_grant":
        return refused(code, Fault.MARKETPLACE if code == "invalid_grant" else Fault.OURS)
    if status == 403 and any(sign in said for sign in _FOREIGN):
        return refused("of_another_seller")
    if status == 404:
        return refused("unknown")
    if status == 406:
        return refused("not_own_carrier")
    if status == 451:
        return refused("legal_block")
    if status == 401 or "malformed access_token" in said:
        return refused(code or "unauthorised", Fault.OURS)
    return refused(code or str(status))

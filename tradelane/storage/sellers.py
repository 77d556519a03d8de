"""Tables `sellers`, `seller_tokens`, `refresh_leases`: the marketplace accounts.

A refresh token works once, so only one process may refresh: the lease is a row with an expiry (real time), and no
transaction stays open during the HTTP call.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, or_, select

from tradelane.domain.catalogue import Seller
from tradelane.ports import SellerToken
from tradelane.storage.database import Database
from tradelane.storage.keys import KeyVault
from tradelane.storage.tables import refresh_leases, seller_tokens, sellers
from tradelane.storage.upsert import put

OWNER = "rest/seller_tokens"


class SqlSellers:
    """The port `Sellers` on SQL; tokens are sealed with the key `rest/seller_tokens`."""

    def __init__(
        self, database: Database, vault: KeyVault, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._vault = vault
        self._now = now

    def get(self, seller_id: str) -> Seller | None:
        """One account."""
        with self._database.read() as connection:
            record = connection.scalar(select(sellers.c.record).where(sellers.c.id == seller_id))
        return Seller.model_validate_json(record) if record is not None else None

    def put(self, seller: Seller) -> None:
        """Insert or replace."""
        with self._database.write() as connection:
            put(connection, sellers, {"id": seller.id, "record": seller.model_dump_json()})

    def all(self) -> tuple[Seller, ...]:
        """Every account, by id."""
        with self._database.read() as connection:
            records = connection.scalars(select(sellers.c.record).order_by(sellers.c.id)).all()
        return tuple(Seller.model_validate_json(record) for record in records)

    def token(self, seller_id: str) -> SellerToken | None:
        """The newest token of an account."""
        with self._database.read() as connection:
            sealed = connection.scalar(select(seller_tokens.c.sealed).where(seller_tokens.c.seller_id == seller_id))
        return SellerToken.model_validate_json(self._vault.unseal(sealed, _place(seller_id))) if sealed else None

    def save_token(self, seller_id: str, token: SellerToken) -> None:
        """Keep a token; one of an earlier generation never replaces a later one (its refresh token is spent)."""
        row = {
            "seller_id": seller_id,
            "generation": token.generation,
            "sealed": self._vault.seal(OWNER, token.model_dump_json(), _place(seller_id)),
        }
        with self._database.write() as connection:
            put(
                connection,
                seller_tokens,
                row,
                when=lambda kept, offered: kept["generation"] <= offered["generation"],
            )

    def lease_refresh(self, seller_id: str, holder: str, seconds: float) -> bool:
        """Become the one refresher for some real seconds; True for the holder, who may also prolong."""
        now = self._now()
        row = {"seller_id": seller_id, "holder": holder, "until": now + timedelta(seconds=seconds)}
        with self._database.write() as connection:
            return put(
                connection,
                refresh_leases,
                row,
                when=lambda kept, offered: or_(kept["until"] <= now, kept["holder"] == offered["holder"]),
            )

    def release_refresh(self, seller_id: str, holder: str) -> None:
        """Give the lease back; another holder's lease stays."""
        with self._database.write() as connection:
            connection.execute(
                delete(refresh_leases).where(refresh_leases.c.seller_id == seller_id, refresh_leases.c.holder == holder)
            )


def _place(seller_id: str) -> str:
    return f"seller_tokens.sealed/{seller_id}"

"""Stores kept in memory, as far as adapters ask them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from tradelane.domain.amendment import Amendment
from tradelane.domain.catalogue import Exporter, Seller
from tradelane.domain.identifiers import OrderId, ShipmentId, Ucr
from tradelane.ports import Claim, Decision, EffectRow, SellerToken, StoredDocument


class MemoryEffects:
    """Our own books of effects."""

    def __init__(self) -> None:
        self.rows: dict[str, EffectRow] = {}

    def find(self, key: str) -> EffectRow | None:
        return self.rows.get(key)

    def intend(self, key: str, step: str, at: datetime) -> None:
        self.rows.setdefault(key, EffectRow(key=key, step=step, state="intended", intended_at=at))

    def begin(self, key: str, step: str, at: datetime, fence: timedelta, about: str | None = None) -> timedelta:
        raise AssertionError("adapters fence nothing")

    def release(self, key: str, absent: bool = False) -> None:
        raise AssertionError("adapters fence nothing")

    def done(self, key: str, content: str, at: datetime, step: str = "") -> None:
        row = self.rows[key]
        self.rows[key] = row.model_copy(update={"state": "done", "content": content, "done_at": at})

    def of_ucr(self, ucr: Ucr) -> tuple[EffectRow, ...]:
        return tuple(row for key, row in self.rows.items() if key.startswith(ucr))


class MemorySellers:
    """Tokens of sellers with their lease; `on_token` lets a test act between two readings."""

    def __init__(self, token: SellerToken | None = None) -> None:
        self.tokens = {"7001": token} if token else {}
        self.holder: str | None = None
        self.saved: list[SellerToken] = []
        self.foreign_lease = 0

    def get(self, seller_id: str) -> Seller | None:
        return None

    def put(self, seller: Seller) -> None:
        raise AssertionError("adapters put no sellers")

    def all(self) -> tuple[Seller, ...]:
        return ()

    def token(self, seller_id: str) -> SellerToken | None:
        return self.tokens.get(seller_id)

    def save_token(self, seller_id: str, token: SellerToken) -> None:
        self.saved.append(token)
        self.tokens[seller_id] = token

    def lease_refresh(self, seller_id: str, holder: str, seconds: float) -> bool:
        if self.foreign_lease:
            self.foreign_lease -= 1
            return False
        if self.holder not in (None, holder):
            return False
        self.holder = holder
        return True

    def release_refresh(self, seller_id: str, holder: str) -> None:
        if self.holder == holder:
            self.holder = None


class MemoryExporters:
    def __init__(self, *exporters: Exporter) -> None:
        self._exporters = {exporter.id: exporter for exporter in exporters}

    def get(self, ids: Sequence[str]) -> Mapping[str, Exporter]:
        return {name: self._exporters[name] for name in ids if name in self._exporters}

    def put(self, exporter: Exporter) -> None:
        self._exporters[exporter.id] = exporter

    def all(self) -> tuple[Exporter, ...]:
        return tuple(self._exporters.values())


class MemoryDecisions:
    """Results typed by hand, by order and step."""

    def __init__(self) -> None:
        self._typed: dict[tuple[str, str], Decision] = {}

    def type(self, order: str, step: str, **content: str) -> None:
        self._typed[(order, step)] = Decision(
            id=f"{order}-{step}",
            scope=order,
            step=step,
            kind="complete",
            content=content,
            actor="desk",
            reason="done outside",
            at=datetime(2026, 11, 24, tzinfo=UTC),
        )

    def record(self, decision: Decision) -> bool:
        raise AssertionError("adapters record no decisions")

    def of_orders(self, orders: Sequence[OrderId]) -> tuple[Decision, ...]:
        return tuple(d for d in self._typed.values() if d.scope in orders)

    def amendments(self, orders: Sequence[OrderId]) -> tuple[Amendment, ...]:
        return ()

    def completion(self, orders: Sequence[OrderId], step: str) -> Decision | None:
        found = [self._typed[(order, step)] for order in orders if (order, step) in self._typed]
        return found[-1] if found else None


class MemoryConsignments:
    """Claims by UCR, as one reads them."""

    def __init__(self, *claims: Claim) -> None:
        self._claims = {claim.ucr: claim for claim in claims}

    def claim(
        self,
        ucr: Ucr,
        shipment_id: ShipmentId,
        seller_id: str,
        orders: Sequence[OrderId],
        carrying: OrderId,
        *,
        fix: bool = False,
    ) -> Claim:
        raise AssertionError("adapters claim nothing")

    def fix(self, ucr: Ucr) -> None:
        raise AssertionError("adapters fix nothing")

    def of_order(self, order_id: OrderId) -> Claim | None:
        return next((claim for claim in self._claims.values() if order_id in claim.orders), None)

    def of_ucr(self, ucr: Ucr) -> Claim | None:
        return self._claims.get(ucr)

    def close(self, ucr: Ucr, outcome: str, at: datetime) -> Claim:
        raise AssertionError("adapters close nothing")

    def unfinished(self) -> tuple[Claim, ...]:
        return tuple(self._claims.values())


class MemoryDocuments:
    def __init__(self) -> None:
        self.kept: list[tuple[str, bytes]] = []

    def put(self, ucr: Ucr, kind: str, version: int, content: bytes, media_type: str) -> StoredDocument:
        self.kept.append((kind, content))
        return StoredDocument(
            sha256=f"sha-{len(self.kept)}", kind=kind, ucr=ucr, version=version, media_type=media_type, size=1
        )

    def read(self, sha256: str) -> bytes:
        raise AssertionError("adapters read no documents")

    def of_ucr(self, ucr: Ucr) -> tuple[StoredDocument, ...]:
        return ()

    def path(self, sha256: str) -> str:
        return sha256

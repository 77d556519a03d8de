"""Ports to our own stores: what the house keeps in its database and document store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from tradelane.domain.amendment import Amendment
from tradelane.domain.catalogue import Exporter, Product, Seller
from tradelane.domain.identifiers import OrderId, ShipmentId, Ucr
from tradelane.domain.trade_time import Instant, TradeClock


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)


class Claim(_Record):
    """A shipment claimed for one journey: insert-or-read, never overwritten by a later reader."""

    ucr: Ucr
    shipment_id: ShipmentId
    seller_id: str
    carrying_order: OrderId
    orders: tuple[OrderId, ...]
    fixed: bool = False
    """True from the first filing on: the carrying order no longer changes."""
    outcome: str | None = None
    closed_at: Instant | None = None


class Consignments(Protocol):
    """Table `consignments`: order -> shipment -> UCR -> carrying order, outcome."""

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
        """Insert the claim or read it; until fixed, the carrying order and the order list follow the caller.

        With `fix` it is fixed as the caller says, unless another has claimed for orders the caller does not name.
        """

    def fix(self, ucr: Ucr) -> None: ...

    def of_order(self, order_id: OrderId) -> Claim | None: ...

    def of_ucr(self, ucr: Ucr) -> Claim | None: ...

    def close(self, ucr: Ucr, outcome: str, at: datetime) -> Claim: ...

    def reopen(self, ucr: Ucr) -> Claim:
        """Clear outcome and instant of closing: a replay has made the journey open again."""

    def unfinished(self) -> tuple[Claim, ...]: ...


class Decision(_Record):
    """What a person decided, a row before it is applied. `content` is JSON of the decision's kind."""

    id: str
    scope: str
    """The order id the decision belongs to; a consignment's decisions are those of all its orders."""
    step: str
    """The hold key it answers, or `*` for the whole order."""
    kind: str
    """`amend`, `complete`, `retry`, `cancel`, `assign`, `snooze`, `replay`."""
    content: Mapping[str, str]
    before: Mapping[str, str] = Field(default_factory=dict)
    """What stood under the same names before; may be personal data, sealed like the content."""
    actor: str
    reason: str
    at: Instant


class Decisions(Protocol):
    """Table `decisions`; content is sealed at rest because amendments may be personal data."""

    def record(self, decision: Decision) -> bool:
        """Insert; False when the id is already there (a repeated Update is harmless)."""

    def of_orders(self, orders: Sequence[OrderId]) -> tuple[Decision, ...]:
        """In the order they were made."""

    def amendments(self, orders: Sequence[OrderId]) -> tuple[Amendment, ...]: ...

    def completion(self, orders: Sequence[OrderId], step: str) -> Decision | None:
        """The latest result typed by hand for a step."""


class EffectRow(_Record):
    """What our own books say of an effect: intended before the write, done after it."""

    key: str
    step: str
    state: str
    """`intended`, `released` (a try ended without result), `absent` (it was turned away) or `done`."""
    content: str | None = None
    """JSON of the reply; no personal data."""
    intended_at: Instant
    done_at: Instant | None = None


class Effects(Protocol):
    """Table `effects`: our own books, apart from the counterparties'."""

    def find(self, key: str) -> EffectRow | None: ...

    def intend(self, key: str, step: str, at: datetime) -> None:
        """Insert or keep; never turns `done` back."""

    def begin(self, key: str, step: str, at: datetime, fence: timedelta, about: str | None = None) -> timedelta:
        """Begin a write, in real time; zero when it may go ahead. `about` is JSON of what is to be written.

        While another try of the same write may still be in flight (begun less than `fence` ago and neither done nor
        released) nothing is begun and the remaining wait is given.
        """

    def release(self, key: str, absent: bool = False) -> None:
        """Say that a try has ended without result: nothing of it is in flight any more.

        `absent`: it was turned away, so that nothing of it exists outside either.
        """

    def done(self, key: str, content: str, at: datetime, step: str = "") -> None:
        """Write down that the effect exists; `step` names one that was never begun here (else the key's last part)."""

    def of_ucr(self, ucr: Ucr) -> tuple[EffectRow, ...]: ...


class Arrival(_Record):
    """One row of the inbox: a fact from outside, kept before anything is done with it."""

    id: int
    source: str
    """`mercadolibre`, `17track`, `ktnet`, `carrier`, `unipass`, `desk`."""
    reference: str
    """What it is about, in the source's words (resource path, waybill, OrderNo)."""
    body: str
    """JSON; sealed at rest."""
    received_at: Instant
    state: str
    """`waiting`, `relayed`, `ignored`, `refused`, `held`."""
    note: str = ""
    attempts: int = 0


class Inbox(Protocol):
    """The one door for facts: its own file or table; one insert, then 200."""

    def add(self, source: str, reference: str, body: str, *, state: str = "waiting", note: str = "") -> int: ...

    def waiting(self, limit: int) -> tuple[Arrival, ...]:
        """Oldest first, without rows put off into the future."""

    def settle(self, ids: Sequence[int], state: str, note: str = "") -> None: ...

    def put_off(self, ids: Sequence[int], seconds: float, note: str) -> None: ...

    def listed(self, state: str | None = None, limit: int = 100) -> tuple[Arrival, ...]: ...


class Watch(_Record):
    """One thing a sweep looks at; `last_digest` tells change from repetition."""

    source: str
    reference: str
    ucr: str
    order_id: str
    exporter_id: str = ""
    last_digest: str = ""


class Watches(Protocol):
    """Table `watches`: cost grows with changes, not with orders times time."""

    def add(self, watch: Watch) -> None:
        """Insert or keep."""

    def due(self, source: str, now: datetime, limit: int) -> tuple[Watch, ...]: ...

    def seen(self, source: str, reference: str, digest: str, next_check_at: datetime) -> None: ...

    def get(self, source: str, reference: str) -> Watch | None: ...

    def of_ucr(self, ucr: str) -> tuple[Watch, ...]: ...

    def drop(self, source: str, reference: str) -> None: ...


class Catalogue(Protocol):
    """Product master data, keyed by SELLER_SKU."""

    def products(self, skus: Sequence[str]) -> Mapping[str, Product]: ...

    def put(self, product: Product) -> None: ...

    def put_many(self, products: Sequence[Product]) -> None:
        """Insert or replace all of them, in one transaction."""

    def all(self) -> tuple[Product, ...]: ...


class Exporters(Protocol):
    def get(self, ids: Sequence[str]) -> Mapping[str, Exporter]: ...

    def put(self, exporter: Exporter) -> None: ...

    def put_many(self, records: Sequence[Exporter]) -> None:
        """Insert or replace all of them, or none."""

    def all(self) -> tuple[Exporter, ...]: ...


class SellerToken(_Record):
    """OAuth state of a seller account; secret, sealed at rest, never printed."""

    access_token: str
    refresh_token: str
    expires_at: datetime
    generation: int


class Sellers(Protocol):
    """Seller accounts and their tokens. A refresh is a lease row with expiry: one refresher at a time."""

    def get(self, seller_id: str) -> Seller | None: ...

    def put(self, seller: Seller) -> None: ...

    def all(self) -> tuple[Seller, ...]: ...

    def token(self, seller_id: str) -> SellerToken | None: ...

    def save_token(self, seller_id: str, token: SellerToken) -> None: ...

    def lease_refresh(self, seller_id: str, holder: str, seconds: float) -> bool: ...

    def release_refresh(self, seller_id: str, holder: str) -> None: ...


class StoredDocument(_Record):
    """A paper in the store: its bytes are its identity."""

    sha256: str
    kind: str
    """`commercial_invoice`, `packing_list`, `transport_label`, ..."""
    ucr: Ucr
    version: int
    media_type: str
    size: int


class Documents(Protocol):
    """Documents by content hash, with an index by consignment."""

    def put(self, ucr: Ucr, kind: str, version: int, content: bytes, media_type: str) -> StoredDocument: ...

    def read(self, sha256: str) -> bytes: ...

    def of_ucr(self, ucr: Ucr) -> tuple[StoredDocument, ...]: ...

    def path(self, sha256: str) -> str: ...


class ClockRecord(Protocol):
    """The deployment's one clock record."""

    def read(self) -> TradeClock: ...

"""Table `consignments`: one row per claimed shipment, with the orders that travel in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, insert, select, update

from tradelane.domain.identifiers import OrderId, ShipmentId, Ucr
from tradelane.ports import Claim
from tradelane.storage.database import Database, NotRecorded
from tradelane.storage.tables import consignment_orders, consignments
from tradelane.storage.upsert import keep


class SqlConsignments:
    """The port `Consignments` on SQL."""

    def __init__(self, database: Database, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._now = now

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
        """Insert the claim or read it; until it is fixed or closed, carrier and orders follow the caller.

        With `fix` it is fixed in the same transaction, unless another has claimed for orders the caller does not name:
        then it stays as it is, and the caller must look again.
        """
        with self._database.write() as connection:
            keep(
                connection,
                consignments,
                {
                    "ucr": str(ucr),
                    "shipment_id": str(shipment_id),
                    "seller_id": seller_id,
                    "carrying_order": str(carrying),
                    "fixed": False,
                    "claimed_at": self._now(),
                },
            )
            # the shipment is what is unique outside; a claim under another reference stands
            row = connection.execute(
                select(consignments).where(consignments.c.shipment_id == str(shipment_id)).with_for_update()
            ).one_or_none()
            if row is None:
                raise ValueError(f"Consignment {ucr} belongs to another shipment than {shipment_id}.")
            named = {str(order) for order in (*orders, carrying)}
            unknown = fix and not named.issuperset(self._required(connection, Ucr(row.ucr)).orders)
            if not row.fixed and row.closed_at is None and not unknown:
                connection.execute(
                    update(consignments)
                    .where(consignments.c.ucr == row.ucr)
                    .values(carrying_order=str(carrying), fixed=fix)
                )
                connection.execute(delete(consignment_orders).where(consignment_orders.c.ucr == row.ucr))
                connection.execute(
                    insert(consignment_orders),
                    [
                        {"ucr": row.ucr, "order_id": str(order), "position": position}
                        for position, order in enumerate(dict.fromkeys((*orders, carrying)))
                    ],
                )
            return self._required(connection, Ucr(row.ucr))

    def fix(self, ucr: Ucr) -> None:
        """From the first filing on the carrying order and the order list no longer change."""
        with self._database.write() as connection:
            done = connection.execute(
                update(consignments).where(consignments.c.ucr == str(ucr)).values(fixed=True)
            ).rowcount
        if not done:
            raise NotRecorded(f"Consignment {ucr} was never claimed.")

    def of_order(self, order_id: OrderId) -> Claim | None:
        """The consignment an order travels in: an open one before a closed one, the latest claimed first."""
        newest = (
            select(consignments.c.ucr)
            .join(consignment_orders, consignment_orders.c.ucr == consignments.c.ucr)
            .where(consignment_orders.c.order_id == str(order_id))
            .order_by(consignments.c.closed_at.is_not(None), consignments.c.claimed_at.desc())
            .limit(1)
        )
        with self._database.read() as connection:
            ucr = connection.scalar(newest)
            return self._required(connection, Ucr(ucr)) if ucr is not None else None

    def of_ucr(self, ucr: Ucr) -> Claim | None:
        """The claim under a reference."""
        with self._database.read() as connection:
            return self._find(connection, ucr)

    def close(self, ucr: Ucr, outcome: str, at: datetime) -> Claim:
        """Write the outcome; the first one stands.

        Raises:
            NotRecorded: the consignment was never claimed.
        """
        with self._database.write() as connection:
            connection.execute(
                update(consignments)
                .where(consignments.c.ucr == str(ucr), consignments.c.closed_at.is_(None))
                .values(outcome=outcome, closed_at=at)
            )
            return self._required(connection, ucr)

    def reopen(self, ucr: Ucr) -> Claim:
        """Clear outcome and instant of closing; one that is open stays as it is.

        Raises:
            NotRecorded: the consignment was never claimed.
        """
        with self._database.write() as connection:
            connection.execute(
                update(consignments).where(consignments.c.ucr == str(ucr)).values(outcome=None, closed_at=None)
            )
            return self._required(connection, ucr)

    def unfinished(self) -> tuple[Claim, ...]:
        """Consignments without outcome, oldest claim first."""
        with self._database.read() as connection:
            ucrs = connection.scalars(
                select(consignments.c.ucr)
                .where(consignments.c.closed_at.is_(None))
                .order_by(consignments.c.claimed_at, consignments.c.ucr)
            ).all()
            return tuple(self._required(connection, Ucr(ucr)) for ucr in ucrs)

    def _required(self, connection: Connection, ucr: Ucr) -> Claim:
        claim = self._find(connection, ucr)
        if claim is None:
            raise NotRecorded(f"Consignment {ucr} was never claimed.")
        return claim

    @staticmethod
    def _find(connection: Connection, ucr: Ucr) -> Claim | None:
        row = connection.execute(select(consignments).where(consignments.c.ucr == str(ucr))).one_or_none()
        if row is None:
            return None
        orders = connection.scalars(
            select(consignment_orders.c.order_id)
            .where(consignment_orders.c.ucr == str(ucr))
            .order_by(consignment_orders.c.position)
        ).all()
        return Claim(
            ucr=row.ucr,
            shipment_id=row.shipment_id,
            seller_id=row.seller_id,
            carrying_order=row.carrying_order,
            orders=tuple(OrderId(order) for order in orders),
            fixed=row.fixed,
            outcome=row.outcome,
            closed_at=row.closed_at,
        )

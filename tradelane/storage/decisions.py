"""Table `decisions`: what people decided, a row before it is applied.

The content is sealed with the *order's* data key, because amendments may be personal data: when a buyer is erased,
the decision stays as a row (who, when, why) and its content is empty.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select

from tradelane.contracts.journeys import order_workflow_id
from tradelane.domain.amendment import Amendment
from tradelane.domain.identifiers import OrderId
from tradelane.ports import Decision
from tradelane.storage.database import Database
from tradelane.storage.keys import KeyDestroyed, KeyVault
from tradelane.storage.tables import decisions
from tradelane.storage.upsert import keep

_CONTEXT = "decisions.content"


class SqlDecisions:
    """The port `Decisions` on SQL."""

    def __init__(self, database: Database, vault: KeyVault) -> None:
        self._database = database
        self._vault = vault

    def record(self, decision: Decision) -> bool:
        """Insert; False when the id is already there (a repeated Update is harmless)."""
        row = decision.model_dump(exclude={"content", "before"}) | {
            "content": self._sealed(decision.scope, decision.content),
            "before": self._sealed(decision.scope, decision.before) if decision.before else None,
        }
        with self._database.write() as connection:
            return keep(connection, decisions, row)

    def of_orders(self, orders: Sequence[OrderId]) -> tuple[Decision, ...]:
        """In the order they were made."""
        asked = (
            select(decisions)
            .where(decisions.c.scope.in_([str(order) for order in orders]))
            .order_by(decisions.c.number)
        )
        with self._database.read() as connection:
            rows = connection.execute(asked).all()
        return tuple(self._decision(row) for row in rows)

    def amendments(self, orders: Sequence[OrderId]) -> tuple[Amendment, ...]:
        """Every amended path with its value, oldest first: laid over a reading, the latest wins."""
        return tuple(
            Amendment(path=path, value=value)
            for decision in self.of_orders(orders)
            if decision.kind == "amend"
            for path, value in decision.content.items()
        )

    def completion(self, orders: Sequence[OrderId], step: str) -> Decision | None:
        """The latest result typed by hand for a step."""
        made = [d for d in self.of_orders(orders) if d.kind == "complete" and d.step == step and d.content]
        return made[-1] if made else None

    def _sealed(self, scope: str, values: Mapping[str, str]) -> bytes:
        plain = json.dumps(dict(values), ensure_ascii=False, sort_keys=True)
        return self._vault.seal(order_workflow_id(scope), plain, _CONTEXT)

    def _decision(self, row: Row[Any]) -> Decision:
        try:
            content = json.loads(self._vault.unseal(row.content, _CONTEXT))
            before = json.loads(self._vault.unseal(row.before, _CONTEXT)) if row.before is not None else {}
        except KeyDestroyed:
            content, before = {}, {}
        return Decision(
            id=row.id,
            scope=row.scope,
            step=row.step,
            kind=row.kind,
            content=content,
            before=before,
            actor=row.actor,
            reason=row.reason,
            at=row.at,
        )

"""Decisions of people about an order, as rows of our own database say; needs no engine."""

from __future__ import annotations

from tradelane.domain.decided import Decided, changes_of
from tradelane.domain.identifiers import OrderId
from tradelane.ports import Decision
from tradelane.stores import Stores


def decisions_of(stores: Stores, order: OrderId) -> tuple[Decided, ...]:
    """Every decision about an order, oldest first, whichever run of the order took it."""
    return tuple(as_shown(decision) for decision in stores.decisions.of_orders([order]))


def as_shown(decision: Decision) -> Decided:
    """A decision without what is personal in it."""
    return Decided(
        at=decision.at,
        actor=decision.actor,
        kind=decision.kind,
        step=decision.step,
        reason=decision.reason,
        changes=changes_of(decision.content, decision.before),
    )

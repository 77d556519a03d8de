"""Hand-over to a Chilean customs agent (agente de aduana), by mail, for parcels above the courier limit."""

from __future__ import annotations

from tradelane.adapters.manual.desk import Desk
from tradelane.contracts.handmade import DoneByHand
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import Ucr
from tradelane.domain.outside import Done, Existing, NotDone
from tradelane.ports import Consignments, Decisions

HAND_OVER = "hand_to_broker"


class ManualBroker:
    """Implements `tradelane.ports.ImportBroker`."""

    def __init__(self, decisions: Decisions, consignments: Consignments) -> None:
        self._desk = Desk(decisions, consignments)

    async def find_handover(self, ucr: Ucr) -> Existing[str]:
        typed = self._desk.typed(self._desk.orders_of(ucr), HAND_OVER, DoneByHand)
        return Done(typed.evidence) if typed else NotDone()

    async def hand_over(self, ucr: Ucr) -> None:
        """Always asks a person."""
        words = f"Send the papers of {ucr} to the customs agent in Chile and note what proves it."
        raise self._desk.work(self._desk.orders_of(ucr), HAND_OVER, words, Fault.AUTHORITY)

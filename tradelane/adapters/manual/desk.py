"""What all manual adapters share: reading the result that was typed, and the words that ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from tradelane.adapters.errors import Refused
from tradelane.contracts.handmade import reports_done, shape_of
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import OrderId, Ucr
from tradelane.ports import Consignments, Decisions

PARTY = "manual"

Result = TypeVar("Result", bound=BaseModel)


class Desk:
    """Reads typed results and asks for them; their shapes are those of `contracts.handmade`."""

    def __init__(self, decisions: Decisions, consignments: Consignments) -> None:
        self._decisions = decisions
        self._consignments = consignments

    def orders_of(self, ucr: Ucr) -> tuple[OrderId, ...]:
        """Orders of a consignment, the carrying one first; none where it is not claimed."""
        claim = self._consignments.of_ucr(ucr)
        return () if claim is None else tuple(dict.fromkeys((claim.carrying_order, *claim.orders)))

    def typed(self, orders: Sequence[OrderId], step: str, model: type[Result]) -> Result | None:
        """The latest result typed for a step, checked; None where nothing was typed.

        Raises:
            Refused: reason `manual_work`, when what was typed is wrong: it is asked for again.
        """
        decision = self._decisions.completion(orders, step) if orders else None
        if decision is None:
            return None
        try:
            return model.model_validate(dict(decision.content))
        except ValidationError as wrong:
            fields = ", ".join(str(error["loc"][0]) for error in wrong.errors() if error["loc"])
            words = f"The result typed for {step} is wrong at {fields or 'its names'}; type it again."
            raise self.work(orders, step, words, Fault.OURS) from wrong

    def work(self, orders: Sequence[OrderId], step: str, words: str, fault: Fault) -> Refused:
        """The refusal that puts work on a person's list, with the command that reports it done."""
        _, shape = shape_of(step)
        order = orders[0] if orders else "ORDER"
        return Refused(
            PARTY,
            "manual_work",
            words,
            fault=fault,
            reason="manual_work",
            commands=(reports_done(order, step),),
            result_shape=shape,
        )

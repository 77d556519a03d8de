"""What all manual adapters share: the step's name, the result that is typed, and the words that ask for it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from tradelane.adapters.errors import Refused
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import OrderId, Ucr
from tradelane.ports import Consignments, Decisions

PARTY = "manual"


class Typed(BaseModel):
    """A result typed by a person: only the named keys, so that a slip of the key does not pass as a result."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Result = TypeVar("Result", bound=Typed)


class Desk:
    """Reads typed results and asks for them."""

    def __init__(self, decisions: Decisions, consignments: Consignments) -> None:
        self._decisions = decisions
        self._consignments = consignments

    def orders_of(self, ucr: Ucr) -> tuple[OrderId, ...]:
        """Orders of a consignment, the carrying one first; none where it is not claimed."""
        claim = self._consignments.of_ucr(ucr)
        if claim is None:
            return ()
        return tuple(dict.fromkeys((claim.carrying_order, *claim.orders)))

    def typed(
        self, orders: Sequence[OrderId], step: str, model: type[Result], example: dict[str, str]
    ) -> Result | None:
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
            words = f"The result typed for {step} is wrong at {fields or 'its keys'}; type it again."
            raise self.work(orders, step, words, example, Fault.OURS) from wrong

    def work(
        self, orders: Sequence[OrderId], step: str, words: str, example: dict[str, str], fault: Fault
    ) -> Refused:
        """The refusal that puts work on a person's list."""
        shape = json.dumps(example, ensure_ascii=False)
        order = orders[0] if orders else "ORDER"
        command = f"tradelane holds resolve {order} --step {step} --action complete --result '{shape}'"
        return Refused(
            PARTY,
            "manual_work",
            words,
            fault=fault,
            reason="manual_work",
            commands=(command,),
            result_shape=shape,
        )

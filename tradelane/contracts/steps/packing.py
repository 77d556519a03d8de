"""Packing: what the bench measured."""

from __future__ import annotations

from tradelane.contracts.effect import QUICK, Effect
from tradelane.contracts.steps.intake import PlanReply
from tradelane.contracts.steps.wire import Wire
from tradelane.domain.consignment import Consignment


class PackingRequest(Wire):
    """A planned consignment whose packing is to be settled."""

    consignment: Consignment


CONFIRM_PACKING = Effect(
    "confirm_packing", PackingRequest, PlanReply, QUICK, "house", "Boxes and weights from the bench, or the estimate"
)

"""Every activity by the queue it belongs to: derived from the effects, so that none is registered twice or missed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from activities.amendment import AmendmentActivities
from activities.board import BoardActivities
from activities.closing import ClosingActivities, DeskActivities
from activities.customs import CustomsActivities
from activities.delivery import DeliveryActivities
from activities.export import ExportActivities
from activities.implements import MARK
from activities.intake import IntakeActivities
from activities.papers import PaperActivities
from activities.retracting import RetractingActivities
from activities.screening import ScreeningActivities
from activities.sweeps import SweepActivities
from activities.transport import TransportActivities
from tradelane.contracts.effect import Effect
from tradelane.resources import Resources

OWNERS = (
    IntakeActivities,
    CustomsActivities,
    PaperActivities,
    ScreeningActivities,
    ExportActivities,
    RetractingActivities,
    AmendmentActivities,
    TransportActivities,
    DeliveryActivities,
    ClosingActivities,
    DeskActivities,
    BoardActivities,
    SweepActivities,
)


def implementations(resources: Resources) -> dict[str, list[Callable[..., Any]]]:
    """Queue -> bound activity methods."""
    queues: dict[str, list[Callable[..., Any]]] = {}
    for owner in OWNERS:
        instance = owner(resources)
        for name in dir(owner):
            effect = getattr(getattr(owner, name), MARK, None)
            if isinstance(effect, Effect):
                queues.setdefault(effect.queue, []).append(getattr(instance, name))
    return queues
